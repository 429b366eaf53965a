//! The fields of a household, each read into its one spelling.

use unicode_normalization::UnicodeNormalization as _;

use super::entity::Tags;
use super::phone::Phone;
use crate::card_numbers;
use crate::visible;

const CODE_CHARS_MAX: usize = 20;
const NAME_CHARS_MAX: usize = 20;
const ADDRESS_CHARS_MAX: usize = 100;
const DOOR_CHARS_MAX: usize = 12;
/// Digits of a door's number: house numbers in a village stay far below.
const DOOR_DIGITS_MAX: usize = 6;
/// Tags of one household.
pub const TAGS_MAX: usize = 10;
const TAG_CHARS_MAX: usize = 10;
/// Door order of a household without a door: behind all others of its grid.
pub(super) const NO_DOOR: i32 = i32::MAX;

/// A door and its place among the doors of its grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) text: Option<String>,
    pub(super) order: i32,
}

/// What is wrong with a field: stable code and sentence.
pub(super) type Fault = (&'static str, &'static str);

pub(super) const MISSING: Fault = ("missing", "这一项必填。");
const ID_NUMBER: Fault = ("id_number", "这里像是身份证号或银行卡号，系统不收，请去掉。");
const CODE: Fault = ("wrong_format", "户编号要写 1 到 20 位字母、数字或短横线。");
const NAME: Fault = ("out_of_range", "户主姓名要写 1 到 20 个字。");
const ALIAS: Fault = ("out_of_range", "平时的叫法最多 20 个字。");
const SIZE: Fault = ("out_of_range", "人口要在 1 到 99 之间。");
const DOOR: Fault = ("wrong_format", "门牌写成 19号 这样，最多 12 个字。");
const ADDRESS: Fault = ("out_of_range", "住址最多 100 个字。");
const PHONE: Fault = ("wrong_format", "电话要写 11 位手机号，或者 0735-7722000 这样的座机号。");
const TAGS: Fault = ("out_of_range", "标签最多 10 个，每个最多 10 个字。");

/// One spelling for one text: full-width forms folded, invisible signs dropped, no blanks within a
/// Chinese text (clerks stretch short names with them) and single ones in any other.
fn tidy(text: &str) -> String {
    let seen: String = text.nfkc().filter(|c| !visible::is_invisible(*c)).collect();
    let blank = if seen.chars().any(|c| c.is_ascii_alphabetic()) { " " } else { "" };
    seen.split_whitespace().collect::<Vec<_>>().join(blank)
}

fn optional(text: &str, chars_max: usize, fault: Fault) -> Result<Option<String>, Fault> {
    let text = tidy(text);
    if card_numbers::stand_in(&text) {
        return Err(ID_NUMBER);
    }
    if text.chars().count() > chars_max || text.chars().any(char::is_control) {
        return Err(fault);
    }
    Ok((!text.is_empty()).then_some(text))
}

pub(super) fn name(text: &str) -> Result<String, Fault> {
    optional(text, NAME_CHARS_MAX, NAME)?.ok_or(NAME)
}

pub(super) fn alias(text: &str) -> Result<Option<String>, Fault> {
    optional(text, NAME_CHARS_MAX, ALIAS)
}

pub(super) fn address(text: &str) -> Result<Option<String>, Fault> {
    optional(text, ADDRESS_CHARS_MAX, ADDRESS)
}

pub(super) fn code(text: &str) -> Result<String, Fault> {
    let code = tidy(text).replace(' ', "").to_ascii_uppercase();
    let fine = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if card_numbers::stand_in(&code) {
        Err(ID_NUMBER)
    } else if fine && (1..=CODE_CHARS_MAX).contains(&code.len()) {
        Ok(code)
    } else {
        Err(CODE)
    }
}

pub(super) fn people(size: i64) -> Result<i32, Fault> {
    i32::try_from(size).ok().filter(|size| (1..=99).contains(size)).ok_or(SIZE)
}

pub(super) fn door(text: &str) -> Result<Door, Fault> {
    let Some(text) = optional(text, DOOR_CHARS_MAX, DOOR)? else {
        return Ok(Door { text: None, order: NO_DOOR });
    };
    let digits: String = text
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .take(DOOR_DIGITS_MAX + 1)
        .collect();
    if digits.len() > DOOR_DIGITS_MAX {
        return Err(DOOR);
    }
    let text = if digits == text { format!("{text}号") } else { text };
    Ok(Door { text: Some(text), order: digits.parse().unwrap_or(NO_DOOR) })
}

pub(super) fn phone(text: &str) -> Result<Option<Phone>, Fault> {
    if tidy(text).is_empty() {
        return Ok(None);
    }
    if card_numbers::stand_in(text) {
        return Err(ID_NUMBER);
    }
    Phone::parse(text).map(Some).ok_or(PHONE)
}

pub(super) fn tags(texts: &[String]) -> Result<Tags, Fault> {
    let mut tags = Vec::new();
    for text in texts {
        if let Some(tag) = optional(text, TAG_CHARS_MAX, TAGS)?.filter(|tag| !tags.contains(tag)) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_MAX { Err(TAGS) } else { Ok(Tags(tags)) }
}

/// The door that an address ends with: `19号` of `一组19号`.
pub fn door_in(address: &str) -> Option<String> {
    let address = tidy(address);
    let (front, _) = address.rsplit_once('号')?;
    let digits = front.bytes().rev().take_while(u8::is_ascii_digit).count();
    let number = front.get(front.len() - digits..)?;
    (1..=DOOR_DIGITS_MAX).contains(&digits).then(|| format!("{number}号"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_invisible_signs_do_not_make_another_name() {
        assert_eq!(tidy(" 陈  小\u{200b}正\n"), "陈小正");
        assert_eq!(tidy(" John  Smith "), "John Smith");
        assert_eq!(code(" ｌｊｐ 0001"), Ok("LJP0001".into()));
        assert!(!card_numbers::stand_in("一组19号 13274429896") && !card_numbers::stand_in("2026-11-23"));
    }

    #[test]
    fn a_door_is_ordered_by_its_number() {
        let read = |text| door(text).map(|door| (door.text, door.order));
        assert_eq!(read("19号"), Ok((Some("19号".into()), 19)));
        assert_eq!(read("１９"), Ok((Some("19号".into()), 19)));
        assert_eq!(read("19-2号"), Ok((Some("19-2号".into()), 19)));
        assert_eq!(read("老屋"), Ok((Some("老屋".into()), NO_DOOR)));
        assert_eq!(read(""), Ok((None, NO_DOOR)));
        assert_eq!(door_in("第1网格40号").as_deref(), Some("40号"));
        assert_eq!(door_in("一组１９ 号旁"), Some("19号".into()));
        assert_eq!(door_in("一组"), None);
        assert_eq!(door_in("号"), None);
    }

    #[test]
    fn tags_are_kept_once_in_their_order() {
        let texts = ["低保户", "党员户", " 低保户", ""].map(String::from);
        assert_eq!(tags(&texts).unwrap(), Tags(vec!["低保户".into(), "党员户".into()]));
        let many: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        assert_eq!(tags(&many), Err(TAGS));
    }
}
