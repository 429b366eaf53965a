//! Numbers of ID and bank cards: there is no place for them in this house.

use super::text::folded;
use crate::card_numbers;

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
        numbers += usize::from(is_nothing_else(cell) && card_numbers::stand_in(cell));
    }
    (numbers * 2 > filled).then_some("这一列多半是身份证号或银行卡号，不能保存，没有导入。")
}

fn is_nothing_else(text: &str) -> bool {
    folded(text).chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | 'X' | 'x'))
}

#[cfg(test)]
mod tests {
    use super::{content, heading};

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
