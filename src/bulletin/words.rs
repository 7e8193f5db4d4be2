//! Dates and spans as the papers of a 通报 print them: always with the year, because they are kept.

use crate::domain::{Moment, When};
use crate::rules::{Window, WindowKind};
use chrono::{Datelike, NaiveDate, Timelike};

/// Where somebody writes the day beside a signature.
pub const DAY_BY_HAND: &str = "年　　月　　日";

/// The text in quotation marks; those within become single ones (GB/T 15834).
pub fn quoted(text: &str) -> String {
    format!("“{}”", text.replace('“', "‘").replace('”', "’"))
}

/// 2022年7月11日
pub fn date(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 7月11日, with the year when it is not that of `beside`.
pub(super) fn beside(day: NaiveDate, other: NaiveDate) -> String {
    if day.year() == other.year() { format!("{}月{}日", day.month(), day.day()) } else { date(day) }
}

/// 2022年6月27日9时5分
pub fn minute(moment: Moment) -> String {
    format!("{}{}", date(moment.date()), hour(moment))
}

fn hour(moment: Moment) -> String {
    let local = moment.beijing();
    let minutes = if local.minute() == 0 { String::new() } else { format!("{}分", local.minute()) };
    format!("{}时{minutes}", local.hour())
}

/// 2022年6月20日至6月26日; an end within a day has its hour.
pub fn span(window: Window) -> String {
    let first = window.from.date();
    let whole_days = window.until == Moment::start_of(window.until.date());
    let last = if whole_days { window.until.plus(-1) } else { window.until };
    let hour = if whole_days { String::new() } else { hour(last) };
    match (first == last.date(), hour.is_empty()) {
        (true, true) => date(first),
        _ => format!("{}至{}{hour}", date(first), beside(last.date(), first)),
    }
}

/// What a look or a person has seen: 2022年6月13日0时至6月27日9时.
pub fn seen(from: Moment, until: Moment) -> String {
    let start = if from <= Moment::from_unix(0) { "最早".to_owned() } else { minute(from) };
    format!("{start}至{}{}", beside(until.date(), from.date()), hour(until))
}

/// When an update appeared, as exactly as it is known.
pub fn when(when: When) -> String {
    match when {
        When::At(moment) => minute(moment),
        When::Day(day) => date(day),
        When::Span { from, until } => span(Window { from, until }),
    }
}

/// The same where a line is short: 6月24日9时, with the year when it is not that of `other`.
pub(super) fn short(when: When, other: NaiveDate) -> String {
    match when {
        When::At(moment) => format!("{}{}", beside(moment.date(), other), hour(moment)),
        When::Day(day) => beside(day, other),
        When::Span { .. } => beside(when.latest().date(), other),
    }
}

/// 检查前一个自然周（周一至周日）更新不少于2次
pub fn rule(kind: WindowKind, required: u32) -> String {
    let window = match kind {
        WindowKind::Week { weeks: 1 } => "检查前一个自然周（周一至周日）".to_owned(),
        WindowKind::Week { weeks } => format!("检查前{weeks}个自然周"),
        WindowKind::Days { days, inclusive: true } => format!("检查日前第{days}天起至检查时"),
        WindowKind::Days { days, inclusive: false } => format!("检查日前第{}天起至检查时", days.saturating_sub(1)),
    };
    format!("{window}更新不少于{required}次")
}
