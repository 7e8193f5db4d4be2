//! The section `[report.paper]`: head and foot of the papers that the office issues. What is not
//! written stays a visible blank; nothing is guessed.

use super::sheet::Section;
use super::value::Value;
use crate::report::{Paper, Shape};

/// The paper without its number and date. `office` signs where nobody else is named.
pub(super) fn paper(section: Section<'_, '_>, office: &str) -> Paper {
    let line = |key| section.or(key, String::new(), Value::line);
    let paper = Paper {
        shape: section.or("form", Shape::Web, |value| value.one_of(&Shape::ALL)),
        issuer: section.or("issuer", office.to_owned(), Value::name),
        masthead: line("masthead"),
        number: section.or("number", String::new(), number),
        urgency: line("urgency"),
        signer: line("signer"),
        to: line("to"),
        copies: line("copies"),
        sent: line("sent"),
        printer: line("printer"),
        contact: line("contact"),
        public: section.or("public", false, Value::yes),
        sealed: section.or("sealed", true, Value::yes),
        date: None,
    };
    section.close();
    paper
}

/// A number with its places for year and number.
fn number(value: &Value<'_, '_>) -> Option<String> {
    let text = value.name()?;
    let cure = "例如 \"青政办函〔{年}〕{号}号\"，简报写 \"{年}年第{号}期\"";
    if text.contains(['[', ']', '【', '】', '［', '］']) {
        return value.refuse("年份的括号不对", "发文字号的年份用六角括号〔〕，例如 \"青政办函〔{年}〕{号}号\"");
    }
    if text.replace("{年}", "").replace("{号}", "").contains(['{', '}']) {
        return value.refuse("只能有 {年} 和 {号} 两个空位", cure);
    }
    if !text.contains("{号}") {
        return value.refuse("没有留出 {号} 的位置，每一期就会是同一个号", cure);
    }
    Some(text)
}
