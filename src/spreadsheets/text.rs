//! Text as a clerk means it.

use unicode_normalization::UnicodeNormalization as _;

/// Full-width letters, digits and punctuation as their plain forms.
pub fn folded(text: &str) -> String {
    text.nfkc().collect()
}

/// Without any white space.
pub fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A cell's text without the apostrophe by which a spreadsheet says that what follows is text, and no
/// formula, total or heading.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').map(str::trim_start).filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// Whether a character is part of what a person sees; direction marks, joiners and controls are not.
pub fn is_visible(c: char) -> bool {
    let mark = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    matches!(c, '\n' | '\t') || !(mark || c.is_control())
}

/// Whether a character is Chinese.
pub fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A count from 1 to 99 written in Chinese numerals.
pub fn chinese_numeral(text: &str) -> Option<u32> {
    let digit = |c: char| match c {
        '两' | '俩' | '二' | '贰' => Some(2),
        '壹' => Some(1),
        '叁' => Some(3),
        '伍' => Some(5),
        _ => "一二三四五六七八九".chars().position(|known| known == c).map(|at| at as u32 + 1),
    };
    let one = |part: &str| {
        let mut chars = part.chars();
        chars.next().and_then(digit).filter(|_| chars.next().is_none())
    };
    match text.split_once('十') {
        None => one(text),
        Some((tens, units)) => {
            let tens = if tens.is_empty() { 1 } else { one(tens)? };
            let units = if units.is_empty() { 0 } else { one(units)? };
            Some(tens * 10 + units)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{chinese_numeral, compact, folded, unguarded};

    #[test]
    fn full_width_forms_become_plain() {
        assert_eq!(folded("ＭＴ００７７（组）"), "MT0077(组)");
        assert_eq!(compact("户 编\n号\u{3000}"), "户编号");
    }

    #[test]
    fn one_leading_apostrophe_is_no_text() {
        let read = ["'=1+1", "' 合计", "''", "'", "李'", "无"].map(unguarded);
        assert_eq!(read, ["=1+1", "合计", "'", "'", "李'", "无"]);
    }

    #[test]
    fn chinese_numerals_are_read_up_to_ninety_nine() {
        let read = |text| chinese_numeral(text);
        assert_eq!(
            (read("三"), read("十"), read("十二"), read("二十"), read("九十九")),
            (Some(3), Some(10), Some(12), Some(20), Some(99))
        );
        assert_eq!((read("两"), read("百"), read(""), read("三人"), read("十十")), (Some(2), None, None, None, None));
    }
}
