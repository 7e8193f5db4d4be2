//! The forms in which Weibo has written times; all but the first are old and relative to the fetch.

use crate::Moment;
use crate::time::{DAY, HOUR};
use chrono::{DateTime, Datelike, NaiveTime};

/// Reads a time as shown at `now`; forms without a zone are Beijing time.
pub(super) fn read(text: &str, now: Moment) -> Option<Moment> {
    let text = text.trim();
    if let Ok(t) = DateTime::parse_from_str(text, "%a %b %d %H:%M:%S %z %Y") {
        return Some(Moment::from_unix(t.timestamp()));
    }
    relative(text, now)
        .or_else(|| Moment::parse(text))
        .or_else(|| crate::time::parse_date(text).map(Moment::start_of))
        .or_else(|| without_year(text, now))
}

fn relative(text: &str, now: Moment) -> Option<Moment> {
    if text == "刚刚" {
        return Some(now);
    }
    let ago = |suffix: &str, unit_s: i64| {
        text.strip_suffix(suffix)?
            .trim()
            .parse::<i64>()
            .ok()
            .filter(|n| (0..1000).contains(n))
            .map(|n| now.plus(-n * unit_s))
    };
    let clock = |prefix: &str| NaiveTime::parse_from_str(text.strip_prefix(prefix)?.trim(), "%H:%M").ok();
    let on = |days: i64, time: NaiveTime| Moment::from_beijing(now.plus(-days * DAY).date().and_time(time));
    ago("分钟前", 60)
        .or_else(|| ago("小时前", HOUR))
        .or_else(|| clock("今天").map(|t| on(0, t)))
        .or_else(|| clock("昨天").map(|t| on(1, t)))
}

/// `MM-DD` or `MM月DD日 HH:MM`: this year, or last year where that would lie in the future.
fn without_year(text: &str, now: Moment) -> Option<Moment> {
    let year = now.date().year();
    let in_year = |year: i32| {
        let full = format!("{year}-{}", text.replace('月', "-").replace('日', " "));
        Moment::parse(&full).or_else(|| crate::time::parse_date(full.trim()).map(Moment::start_of))
    };
    in_year(year).filter(|at| *at <= now).or_else(|| in_year(year - 1))
}
