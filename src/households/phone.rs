//! Phone numbers: parsed to one spelling, shown with four digits hidden.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// Digits that are never shown without an audit row.
const HIDDEN: usize = 4;
const STARS: &str = "****";

/// A mobile (`13274429896`) or landline (`0735-7722000`) number.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number however it is grouped; `None` when it is neither kind.
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text.nfkc().filter(|c| !c.is_whitespace() && !"-–—()".contains(*c)).collect();
        let digits = bare.strip_prefix("+86").unwrap_or(&bare);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match digits.as_bytes() {
            [b'1', b'3'..=b'9', ..] if digits.len() == 11 => Some(Self(digits.to_owned())),
            [b'0', second, ..] => {
                // 010 and 02x are the big cities; all other area codes have four digits.
                let (area, number) = digits.split_at_checked(if matches!(second, b'1' | b'2') { 3 } else { 4 })?;
                matches!(number.len(), 7 | 8).then(|| Self(format!("{area}-{number}")))
            }
            _ => None,
        }
    }

    /// The whole number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

/// `132****9896`, `0735-****000`.
pub fn masked(number: &str) -> String {
    let shown = number.find('-').map_or(3, |hyphen| hyphen + 1);
    let (front, back) = (number.get(..shown).unwrap_or_default(), number.get(shown + HIDDEN..).unwrap_or_default());
    format!("{front}{STARS}{back}")
}

#[cfg(test)]
mod tests {
    use super::{Phone, masked};

    #[test]
    fn a_number_has_one_spelling_however_it_was_typed() {
        let read = |text| Phone::parse(text).map(|phone| phone.0);
        for text in ["13274429896", "132 7442 9896", "１３２７４４２９８９６", "+86 132-7442-9896"] {
            assert_eq!(read(text).as_deref(), Some("13274429896"), "{text}");
        }
        for text in ["0735-7722000", "07357722000", "(0735)7722000"] {
            assert_eq!(read(text).as_deref(), Some("0735-7722000"), "{text}");
        }
        assert_eq!(read("01088886666").as_deref(), Some("010-88886666"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "0735-7722xxx", "1327442989", "132744298961", "12274429896", "7722000", "13274429896/0735", "0"]
        {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn four_digits_of_a_number_stay_hidden() {
        assert_eq!(masked("13274429896"), "132****9896");
        assert_eq!(masked("0735-7722000"), "0735-****000");
        assert_eq!(masked("010-88886666"), "010-****6666");
        assert_eq!(masked("?"), "****");
        assert_eq!(format!("{:?}", Phone::parse("13274429896").unwrap()), "132****9896");
    }
}
