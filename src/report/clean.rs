//! What text from elsewhere must lose before it stands in a document or on a page. Names and titles come from
//! platforms and lists, so anything may be in them.

use std::borrow::Cow;

/// The text without what harms a document: control characters but the line break (XML 1.0 and Excel
/// refuse them), the two codes that are no characters, and the marks that turn the direction of writing
/// (they reorder what stands beside them). Any line break becomes `\n`, a tab a space. All else stays as
/// it is.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_changed) {
        Cow::Owned(text.replace("\r\n", "\n").chars().filter_map(kept).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The same on one line.
pub(super) fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

/// The same for a line of plain text, in which columns stand side by side: what is written from the
/// right is kept apart (UAX #9, isolates), so that it cannot reorder its neighbours.
pub(super) fn isolated(text: &str) -> String {
    let line = one_line(text);
    if line.chars().any(is_from_right) { format!("\u{2068}{line}\u{2069}") } else { line }
}

fn is_changed(c: char) -> bool {
    kept(c) != Some(c)
}

fn kept(c: char) -> Option<char> {
    match c {
        '\n' => Some('\n'),
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => Some('\n'),
        '\t' => Some(' '),
        '\u{fffe}' | '\u{ffff}' => None,
        // ALM, LRM, RLM; embeddings and overrides; isolates.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Hebrew, Arabic and their relatives (Unicode blocks that are written from the right).
const fn is_from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_and_what_stays() {
        for (text, left) in [
            ("甲\u{7}\u{1b}[31m乙\u{0}", "甲[31m乙"),
            ("一\r\n二\r三\u{2028}四", "一\n二\n三\n四"),
            ("甲\u{202e}gpj.exe\u{202c}乙\u{200f}", "甲gpj.exe乙"),
            ("\u{fffe}甲\u{ffff}\t乙", "甲 乙"),
            ("=1+1 ]]> {{甲}} <b> & 👨‍👩‍👧 é", "=1+1 ]]> {{甲}} <b> & 👨‍👩‍👧 é"),
        ] {
            assert_eq!(clean(text), left);
        }
        assert!(matches!(clean("政务公开"), Cow::Borrowed(_)));
        assert_eq!((one_line("一\n二"), isolated("甲")), ("一 二".to_owned(), "甲".to_owned()));
        assert_eq!(isolated("שלום"), "\u{2068}שלום\u{2069}");
    }
}
