//! Text as people see it: what nobody can see says nothing, and makes no other name.

/// Whether a character is drawn as nothing: zero-width signs, changes of writing direction, fillers.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{2d7f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text without what nobody can see, and without blanks around it.
pub fn text(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_nobody_sees_is_nothing() {
        for blank in
            ["", " ", "\u{61c}", "\u{fffc}\u{17b4}", "\u{200b}", "\u{3164}", "\u{2800} \u{202e}", "\u{3000}\u{feff}"]
        {
            assert_eq!(super::text(blank), "", "{blank:?}");
        }
        assert_eq!(super::text(" 龙塘\u{200b}村\u{202e} \n"), "龙塘村");
        assert_eq!(super::text("第一行\n第二行"), "第一行\n第二行");
    }
}
