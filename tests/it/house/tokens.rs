//! Rust text cut into words and punctuation, without comments and without what stands in quotes.

/// Names and `::` are one token each, any other sign is one of its own.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = quoted(rest).or_else(|| comment(rest)).unwrap_or(0);
        if length > 0 {
            rest = &rest[length..];
            continue;
        }
        let length = match first {
            _ if is_of_name(first) => rest.find(|c| !is_of_name(c)).unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        if !first.is_whitespace() {
            found.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    found
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long the comment is that begins here.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let inside = rest.strip_prefix("/*")?;
    Some(inside.find("*/").map_or(rest.len(), |end| end + 4))
}

/// How long the string or character is that begins here; a lifetime is neither.
fn quoted(rest: &str) -> Option<usize> {
    let bare = rest.trim_start_matches(['b', 'c']);
    if let Some(raw) = bare.strip_prefix('r') {
        let inside = raw.trim_start_matches('#');
        let hashes = raw.len() - inside.len();
        let begin = rest.len() - inside.len() + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        let inside = inside.strip_prefix('"')?;
        return Some(inside.find(&end).map_or(rest.len(), |at| begin + at + end.len()));
    }
    let before = rest.len() - bare.len();
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut signs = bare[1..].char_indices();
    let mut seen = 0;
    while let Some((at, sign)) = signs.next() {
        match sign {
            _ if sign == quote => return Some(before + at + 2),
            _ if quote == '\'' && seen == 1 => return None,
            '\\' if quote == '\'' => {
                return bare[at + 3..].find('\'').map(|end| before + at + end + 4);
            }
            '\\' => drop(signs.next()),
            _ => seen += 1,
        }
    }
    None
}
