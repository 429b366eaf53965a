//! Numbers of ID and bank cards: there is no place for them in this house.

use super::text::{compact, folded};

/// A bank card has 16 to 19 digits, an ID card 18 of which the last may be X: the first 17 give it away.
const DIGITS_MIN: usize = 16;

/// Why a column may not be kept, judged by its heading (folded and without spaces).
pub fn heading(heading: &str) -> Option<&'static str> {
    const IDENTITY: [&str; 6] = ["身份证", "身份号", "身份号码", "公民身份", "证件号", "证件号码"];
    const BANK: [&str; 10] = ["银行", "账号", "帐号", "账户", "帐户", "卡号", "开户", "一卡通", "一折通", "存折"];
    let names = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if names(&IDENTITY) {
        Some("身份证号码不能保存，这一列没有导入。")
    } else if names(&BANK) {
        Some("银行账号不能保存，这一列没有导入。")
    } else {
        None
    }
}

/// Why a column may not be kept, judged by its cells: most of those that are filled are such a number
/// and nothing else. A number within a text is a slip in one cell.
pub fn content<'a>(cells: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let (mut filled, mut numbers) = (0_usize, 0_usize);
    for cell in cells {
        filled += 1;
        numbers += usize::from(is_nothing_else(cell) && has_number(cell));
    }
    (numbers * 2 > filled).then_some("这一列多半是身份证号或银行卡号，不能保存，没有导入。")
}

fn is_nothing_else(text: &str) -> bool {
    folded(text).chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | 'X' | 'x'))
}

/// Whether a text holds a number as long as that of an ID or bank card, also with the spaces or
/// dashes in between with which people write them. Judged by length alone: check digits are wrong in
/// many lists, and the number of a person is no less his for it.
pub fn has_number(text: &str) -> bool {
    let text = folded(text);
    let digits_only = compact(&text);
    if digits_only.bytes().filter(u8::is_ascii_digit).count() < DIGITS_MIN {
        return false;
    }
    let stretches = text.split(|c: char| !c.is_ascii_digit() && !c.is_whitespace() && c != '-');
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
    let rest: Vec<usize> = (0..groups.len()).filter(|at| !is_phone(*at)).map(|at| groups[at].len()).collect();
    let fours = rest.len() >= 4 && rest[..rest.len() - 1].iter().all(|digits| *digits == 4);
    rest.iter().sum::<usize>() >= DIGITS_MIN && (fours || rest.iter().any(|digits| *digits >= 6))
}

#[cfg(test)]
mod tests {
    use super::{content, has_number, heading};

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
            "13800000000 431022 19670817 2836",
        ] {
            assert!(has_number(text), "{text}");
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
            "431022101201001",
            "第1网格40号",
            "MT0039",
            "",
        ] {
            assert!(!has_number(text), "{text}");
        }
    }

    #[test]
    fn headings_give_a_column_away() {
        for text in ["身份证号码", "户主身份证", "证件号码", "银行账号", "惠农一卡通", "开户行"]
        {
            assert!(heading(text).is_some(), "{text}");
        }
        for text in ["户编号", "户主", "联系电话", "备注"] {
            assert!(heading(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_column_mostly_of_such_numbers_is_forbidden_and_one_slip_is_not() {
        let number = "431022196708172836";
        assert!(content([number, number, "无"].into_iter()).is_some());
        assert!(content([number, "低保户", "党员户"].into_iter()).is_none());
        assert!(content(["低保户431022196708172836"].into_iter()).is_none());
        assert!(content([].into_iter()).is_none());
    }
}
