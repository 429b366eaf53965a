//! Numbers of ID and bank cards: there is no place for them in this house, in whatever field and
//! however they are written.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization as _;

use crate::visible;

/// A bank card has 16 to 19 digits, an ID card 18 of which the last may be X, an old one 15.
const DIGITS_MIN: usize = 15;

/// Whether a text holds a number as long as that of an ID or bank card, also with the spaces or
/// dashes in between with which people write them. Judged by length alone: check digits are wrong in
/// many lists, and the number of a person is no less his for it.
pub fn stand_in(text: &str) -> bool {
    let text: String = text.nfkc().filter(|c| !visible::is_invisible(*c)).collect();
    if text.bytes().filter(u8::is_ascii_digit).count() < DIGITS_MIN {
        return false;
    }
    let stretches = text.split(|c: char| !c.is_ascii_digit() && !c.is_whitespace() && !"-–—.·_".contains(c));
    stretches.into_iter().any(is_number)
}

/// Judges a stretch of digits, spaces and dashes. Groups that are a phone or its area code are let
/// pass, and so are dates, which have no long group.
fn is_number(stretch: &str) -> bool {
    let groups: Vec<&str> = stretch.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    if groups.iter().any(|group| group.len() >= DIGITS_MIN) {
        return true;
    }
    let area_code = |at: usize| {
        let group = groups[at];
        let number = groups.get(at + 1).map_or(0, |number| number.len());
        group.starts_with('0') && (3..=4).contains(&group.len()) && (7..=8).contains(&number)
    };
    let is_phone = |at: usize| {
        let mobile = groups[at].len() == 11 && groups[at].starts_with('1');
        mobile || area_code(at) || at > 0 && area_code(at - 1)
    };
    if (0..groups.len()).filter(|at| !is_phone(*at)).all(|at| is_date(groups[at])) {
        return false;
    }
    let rest: Vec<usize> = (0..groups.len()).filter(|at| !is_phone(*at)).map(|at| groups[at].len()).collect();
    let fours = rest.len() >= 4 && rest[..rest.len() - 1].iter().all(|digits| *digits == 4);
    rest.iter().sum::<usize>() >= DIGITS_MIN && (fours || rest.iter().any(|digits| *digits >= 6))
}

/// A day of this century or the last, written in one go.
fn is_date(group: &str) -> bool {
    let recent = group.starts_with("19") || group.starts_with("20");
    group.len() == 8 && recent && NaiveDate::parse_from_str(group, "%Y%m%d").is_ok()
}

#[cfg(test)]
mod tests {
    use super::stand_in;

    #[test]
    fn card_numbers_are_seen_however_they_are_written() {
        for text in [
            "431022196708172836",
            "43102219791669708X",
            "43102219791669708x",
            "４３１０２２１９６７０８１７２８３６",
            "身份证:431022196708172836,低保户",
            "431022 19670817 2836",
            "431022-1967-0817-2836",
            "6222021234567890123",
            "6222 0212 3456 7890 123",
            "卡号6222021234567890",
            "431022670817283",
            "4310 2219 6708 1728 36",
            "4310\u{200b}22196708172836",
            "431022.19670817.2836",
            "13800000000 431022 19670817 2836",
        ] {
            assert!(stand_in(text), "{text}");
        }
    }

    #[test]
    fn phones_dates_codes_and_addresses_are_no_card_numbers() {
        for text in [
            "13274429896",
            "13274429896 15936444359",
            "13274429896/15936444359",
            "0735-7722123 0735-7722456",
            "2025-01-01 2025-12-31",
            "20261101-20261130 值班",
            "第1网格40号",
            "MT0039",
            "",
        ] {
            assert!(!stand_in(text), "{text}");
        }
    }
}
