//! The figures of a paper as fields for the office's own words.

use super::compose::{Roll, rate};
use super::{Facts, period_words};
use crate::domain::Period;
use crate::rules::Grade;
use crate::tables::days;
use chrono::Datelike;
use std::collections::BTreeMap;

/// Fields by name. What has no value yet (no check was held) is still there.
pub(super) fn figures(facts: &Facts<'_>) -> BTreeMap<String, String> {
    let roll = Roll::of(facts);
    let (running, checked, passed) = (roll.running(), roll.checked(), roll.passed());
    let letters = facts.letters.alarms.saturating_add(facts.letters.reminders);
    let mut figures: BTreeMap<String, String> = [
        ("正在运行", running.to_string()),
        ("检查", checked.to_string()),
        ("检查率", rate(facts, checked, running)),
        ("合格", passed.to_string()),
        ("合格率", rate(facts, passed, checked)),
        ("不合格", roll.graded(Grade::Failed).to_string()),
        ("存在问题", roll.graded(Grade::Problem).to_string()),
        ("无法判定", roll.graded(Grade::Unclear).to_string()),
        ("提醒条数", letters.to_string()),
        ("周期", period_words(facts.period)),
        ("地区", facts.region.to_owned()),
        ("依据", facts.profile.basis.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    figures.extend(dates(facts.period));
    figures
}

/// 年, 月, 季度, 截止日期: the last day of the period.
fn dates(period: Period) -> Vec<(String, String)> {
    let Some((_, last)) = days(period) else { return Vec::new() };
    let mut dates = vec![
        ("年".to_owned(), last.year().to_string()),
        ("截止日期".to_owned(), format!("{}月{}日", last.month(), last.day())),
    ];
    match period {
        Period::Month(month) => dates.push(("月".to_owned(), month.month.to_string())),
        Period::Quarter(quarter) => dates.push(("季度".to_owned(), quarter.quarter.to_string())),
        Period::Week(_) => {}
    }
    dates
}
