//! Days and times as a form or a person gives them: `2026-11-29`, `2026-11-29T08:30` (what a browser's field
//! sends), `2026-11-29 08:30`, `2026年11月29日 8:30`. What is not understood is refused with an example.

use super::Refusal;
use crate::domain::Moment;
use crate::import::times;
use chrono::NaiveDate;
use cuigeng_adapters::time::parse_date;

/// A day; `what` names it in the sentence, `field` in the form.
///
/// # Errors
/// What is no day.
pub fn day(what: &str, field: &'static str, text: &str) -> Result<NaiveDate, Refusal> {
    parse_date(text).ok_or_else(|| Refusal::field(field, unclear(what, text, "2026-11-29 或 2026年11月29日")))
}

/// A moment; a day alone is its 00:00.
///
/// # Errors
/// What is neither.
pub fn moment(what: &str, field: &'static str, text: &str) -> Result<Moment, Refusal> {
    times::moment(text).ok_or_else(|| Refusal::field(field, unclear_time(what, text)))
}

/// That a time is not understood, with examples.
pub(crate) fn unclear_time(what: &str, text: &str) -> String {
    unclear(what, text, "2026-11-29 08:30 或 2026年11月29日 8:30，只知道日期的写 2026-11-29")
}

fn unclear(what: &str, text: &str, example: &str) -> String {
    match text.trim() {
        "" => format!("请写明{what}，写成 {example}"),
        text => format!("看不懂{what}“{text}”，请写成 {example}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_send_and_people_write() {
        let at = Moment::parse("2026-11-29 08:30").unwrap();
        for text in [
            "2026-11-29T08:30",
            "2026-11-29 08:30",
            "2026年11月29日 8:30",
            "2026年11月29日8时30分",
            "2026/11/29 8：30",
            "２０２６－１１－２９ ０８：３０",
            "2026年11月29号 8点30",
        ] {
            assert_eq!(moment("时间", "at", text).ok(), Some(at), "{text}");
        }
        for text in ["2026-11-29", "2026年11月29日", "2026年11月29号", "２０２６-11-29", "20261129"] {
            assert_eq!(day("日期", "on", text).ok(), Some(at.date()), "{text}");
        }
        for text in ["昨天", "", "11-29", "2026-13-01", "8:30"] {
            let Err(Refusal::Field("on", why)) = day("答复日期", "on", text) else { panic!("{text}") };
            assert!(why.contains("答复日期") && why.contains("2026-11-29"), "{why}");
            assert!(matches!(moment("时间", "at", text), Err(Refusal::Field("at", why)) if why.contains("08:30")));
        }
    }
}
