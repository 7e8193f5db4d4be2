//! Whether days that are moved are worked elsewhere: 放假调休 takes working days, and gives them back on
//! weekends. What was cut off a pasted text shows here; it is asked about and never guessed, since the
//! arrangement is made anew each year.

use super::NoticeFault;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// The days off by law, since 2025 (rules.md "Holiday calendar").
const BY_LAW: [(&str, usize); 7] =
    [("元旦", 1), ("春节", 4), ("清明", 1), ("劳动节", 2), ("端午", 1), ("中秋", 1), ("国庆", 3)];
/// From when on they are these.
const SINCE: i32 = 2025;

/// What the notice says of one festival.
#[derive(Clone, Debug, Default)]
pub(super) struct Arranged {
    pub(super) name: String,
    pub(super) line: usize,
    /// It says 调休.
    pub(super) shifts: bool,
    pub(super) off: BTreeSet<NaiveDate>,
    /// Weekend days that are worked for it.
    pub(super) worked: usize,
}

/// Where days seem to be missing.
pub(super) fn doubts(all: &[Arranged]) -> Vec<NoticeFault> {
    all.iter().filter(|one| !one.off.is_empty()).filter_map(doubt).collect()
}

fn doubt(one: &Arranged) -> Option<NoticeFault> {
    let taken = one.off.iter().filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).count();
    let by_law: usize = BY_LAW.iter().filter(|(name, _)| one.name.contains(name)).map(|(_, days)| days).sum();
    let is_new = one.off.iter().all(|day| day.year() >= SINCE);
    let owed = taken.saturating_sub(by_law);
    let said = if one.shifts && one.worked == 0 && (owed > 0 || !is_new) {
        format!("“{}”写的是放假调休，却没有看到哪天上班", one.name)
    } else if is_new && owed != one.worked {
        format!(
            "“{}”放了{taken}个工作日，法定放假{by_law}天，照例有{owed}天周末上班，看到的是{}天",
            one.name, one.worked
        )
    } else {
        return None;
    };
    Some(NoticeFault { line: one.line, said: format!("{said}；请与通知的原文核对，是不是漏贴了") })
}
