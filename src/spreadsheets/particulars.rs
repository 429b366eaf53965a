//! The particulars of a household, as they stand in single cells.

use super::text::{chinese_numeral, compact, folded, is_han};
use crate::households::Status;

/// People in a household.
pub(super) const SIZE_MIN: i32 = 1;
/// The largest households seen have some twenty; three digits are a slip of the finger.
pub(super) const SIZE_MAX: i32 = 99;

/// Digits of a door's number; twice as many with the number behind a hyphen.
const DOOR_DIGITS_MAX: usize = 6;

/// Tags that a household may carry, each with what people write for it.
const TAGS: [(&str, &[&str]); 12] = [
    ("低保户", &["低保户", "低保", "低保对象"]),
    ("监测户", &["监测户", "监测", "监测对象", "防返贫监测户"]),
    ("脱贫户", &["脱贫户", "脱贫", "已脱贫户"]),
    ("特困户", &["特困户", "特困", "特困供养", "特困人员"]),
    ("残疾户", &["残疾户", "残疾", "残疾人", "残疾人户"]),
    ("党员户", &["党员户", "党员", "党员家庭"]),
    ("军属", &["军属", "军属户", "军人家属", "军烈属"]),
    ("烈属", &["烈属", "烈属户"]),
    ("五保户", &["五保户", "五保"]),
    ("退役军人", &["退役军人", "退伍军人", "复员军人"]),
    ("独居老人", &["独居老人", "独居", "空巢老人"]),
    ("留守儿童", &["留守儿童", "留守"]),
];

/// Statuses, each with what people write for it. 注销 is none: a closed household is not brought in.
const STATUSES: [(Status, &[&str]); 3] = [
    (Status::Resident, &["常住", "在家", "在村"]),
    (Status::Away, &["外出", "外出务工", "长期外出", "务工", "不在村", "空户"]),
    (Status::CareHome, &["集中供养", "养老院", "敬老院", "福利院"]),
];

/// Why a size cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WrongSize {
    /// Not a whole number; what was probably meant.
    NotANumber(Option<u32>),
    /// Not between [`SIZE_MIN`] and [`SIZE_MAX`].
    OutOfRange,
}

/// Reads `4` or `4人`.
pub(super) fn size(text: &str) -> Result<i32, WrongSize> {
    let text = compact(&folded(text));
    let number = text.trim_end_matches(['人', '口']);
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WrongSize::NotANumber(chinese_numeral(number)));
    }
    let size = number.parse().ok().filter(|size| (SIZE_MIN..=SIZE_MAX).contains(size));
    size.ok_or(WrongSize::OutOfRange)
}

/// Reads a mobile number, or a landline number with its area code, into its digits; spaces, dashes
/// and the country's code are how people write it.
pub(super) fn phone(text: &str) -> Option<String> {
    let plain: String = compact(&folded(text)).chars().filter(|c| !matches!(c, '-' | '(' | ')')).collect();
    let number = plain.strip_prefix("+86").unwrap_or(&plain);
    let mobile = number.len() == 11 && matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]);
    let landline = (10..=12).contains(&number.len()) && number.starts_with('0') && !number.starts_with("00");
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (mobile || landline)).then(|| number.to_owned())
}

/// A code in plain capitals, digits and hyphens without white space; `None` when it holds anything else.
pub(super) fn code(text: &str) -> Option<String> {
    let code = compact(&folded(text)).to_ascii_uppercase();
    let fair = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (code.chars().all(fair) && code.chars().any(|c| c.is_ascii_digit())).then_some(code)
}

/// A person's name without the spaces that make short names as wide as long ones; `None` when it
/// cannot be a name.
pub(super) fn person(text: &str) -> Option<String> {
    let name =
        if text.chars().any(is_han) { compact(text) } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
    let fair =
        |c: char| c.is_alphabetic() || matches!(c, '·' | '•' | '．' | '.' | ' ' | '\'' | '(' | ')' | '（' | '）');
    (name.chars().all(fair) && name.chars().any(char::is_alphabetic)).then_some(name)
}

/// The door number at an address's tail, like `19号` or `19-2号`.
pub(super) fn door(address: &str) -> Option<String> {
    let address = compact(&folded(address));
    let before = address.strip_suffix('号')?;
    let number = &before[before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').len()..];
    let number = number.trim_start_matches('-');
    let first = number.split('-').next()?.len();
    let fits = (1..=DOOR_DIGITS_MAX).contains(&first) && number.len() < 2 * DOOR_DIGITS_MAX;
    fits.then(|| format!("{number}号"))
}

/// A status from what people write for it.
pub(super) fn status(text: &str) -> Option<Status> {
    synonym(&STATUSES, &compact(text))
}

/// The known tags in a cell, and what else stands in it.
pub(super) fn tags(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let between = |c: char| c.is_whitespace() || matches!(c, '、' | '，' | ',' | '；' | ';' | '/' | '|' | '。' | '+');
    for word in text.split(between).filter(|word| !word.is_empty() && *word != "无") {
        match synonym(&TAGS, word) {
            Some(tag) if known.iter().any(|other| other == tag) => {}
            Some(tag) => known.push(tag.to_owned()),
            None => unknown.push(word.to_owned()),
        }
    }
    (known, unknown)
}

fn synonym<T: Copy>(table: &[(T, &[&str])], word: &str) -> Option<T> {
    table.iter().find(|(_, words)| words.contains(&word)).map(|(meant, _)| *meant)
}

#[cfg(test)]
mod tests {
    use super::{WrongSize, code, door, person, phone, size, status, tags};
    use crate::households::Status;

    #[test]
    fn a_size_is_a_whole_number_of_people() {
        assert_eq!((size("4"), size(" ５ "), size("3人"), size("99")), (Ok(4), Ok(5), Ok(3), Ok(99)));
        assert_eq!(size("三"), Err(WrongSize::NotANumber(Some(3))));
        assert_eq!(size("两人"), Err(WrongSize::NotANumber(Some(2))));
        for text in ["", "人", "3.5", "3-4", "四五", "#N/A", "1e3"] {
            assert_eq!(size(text), Err(WrongSize::NotANumber(None)), "{text}");
        }
        for text in ["-2", "0", "100", "99999999999999"] {
            assert_eq!(size(text), Err(WrongSize::OutOfRange), "{text}");
        }
    }

    #[test]
    fn a_phone_is_its_digits() {
        assert_eq!(phone("13274429896").as_deref(), Some("13274429896"));
        assert_eq!(phone("+86 132-7442-9896").as_deref(), Some("13274429896"));
        assert_eq!(phone("０７３５-7722123").as_deref(), Some("07357722123"));
        for text in ["7722123", "0735-7722xxx", "1327442989", "132744298967", "13274429896/15936444359", "无", "1.3e10"]
        {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn codes_are_plain_and_names_have_no_gaps() {
        assert_eq!(code("ＭＴ ００７７ ").as_deref(), Some("MT0077"));
        assert_eq!(code("mt-12").as_deref(), Some("MT-12"));
        assert_eq!((code("MT0001?"), code("无"), code("<b>1"), code("满塘12")), (None, None, None, None));
        assert_eq!(person("陈  小正").as_deref(), Some("陈小正"));
        assert_eq!(person("买买提·吐尔逊").as_deref(), Some("买买提·吐尔逊"));
        assert_eq!((person("13274429896"), person("张三=1"), person("·")), (None, None, None));
    }

    #[test]
    fn a_door_is_the_number_at_the_tail_of_an_address() {
        assert_eq!(door("第1网格40号").as_deref(), Some("40号"));
        assert_eq!(door("一组 １９-2 号").as_deref(), Some("19-2号"));
        assert_eq!(door("19号").as_deref(), Some("19号"));
        for text in ["", "号", "大樟树下", "十九号", "3号楼", "99999999999号", "123456-123456号"] {
            assert_eq!(door(text), None, "{text}");
        }
    }

    #[test]
    fn tags_and_statuses_are_known_by_what_people_write() {
        let (known, unknown) = tags("低保户、党员 低保；常年在外，无");
        assert_eq!((known, unknown), (vec!["低保户".to_owned(), "党员户".to_owned()], vec!["常年在外".to_owned()]));
        let read = (status("外出务工"), status(" 常住 "), status("注销"));
        assert_eq!(read, (Some(Status::Away), Some(Status::Resident), None));
    }
}
