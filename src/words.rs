//! Plain words that a person typed: trimmed, visible, of bounded length, without card numbers.

use crate::card_numbers;
use crate::error::FieldProblem;
use crate::visible;

/// The words as they are kept, `None` when there is nothing to see; too long a text and one that
/// looks like an ID or bank number is a problem of its field.
pub fn optional(
    field: &str,
    given: Option<&str>,
    chars_max: usize,
    problems: &mut Vec<FieldProblem>,
) -> Option<String> {
    let text = given.map(visible::text).unwrap_or_default();
    if text.chars().count() > chars_max {
        problems.push(FieldProblem::new(field, "too_long", format!("最多写 {chars_max} 个字。")));
    }
    if text.chars().any(|char| char.is_control() && char != '\n') {
        problems.push(FieldProblem::new(field, "control_character", "里面有看不见的符号，请去掉。"));
    }
    if card_numbers::stand_in(&text) {
        problems.push(FieldProblem::new(field, "id_number", "里面像有身份证号或银行卡号，请去掉，这里不能保存。"));
    }
    (!text.is_empty()).then_some(text)
}

/// The same for words that must be there; `missing` says what to write.
pub fn required(
    field: &str,
    given: Option<&str>,
    chars_max: usize,
    missing: &'static str,
    problems: &mut Vec<FieldProblem>,
) -> String {
    let text = optional(field, given, chars_max, problems);
    if text.is_none() {
        problems.push(FieldProblem::new(field, "missing", missing));
    }
    text.unwrap_or_default()
}
