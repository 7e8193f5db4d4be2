//! The figures of a paper as fields, for a profile's sentences and for the office's own words.

use super::compose::{Roll, end_of, held, named, rate};
use super::{Facts, period_words, words};
use crate::domain::Period;
use crate::rules::Grade;
use crate::tables::days;
use chrono::Datelike;
use std::collections::BTreeMap;

/// Every field that there may be; 月 and 季度 are those of their own kind of period only.
pub(super) const FIGURES: [&str; 29] = [
    "正在运行",
    "检查",
    "检查率",
    "合格",
    "合格率",
    "合格无问题",
    "不合格",
    "存在问题",
    "无法判定",
    "其余",
    "不合格名单",
    "存在问题名单",
    "无法判定名单",
    "提醒条数",
    "提醒账号",
    "告警提醒",
    "更新提醒",
    "周期",
    "周期种类",
    "地区",
    "全地区",
    "依据",
    "检查日期",
    "检查次数",
    "截止日期",
    "数据截至",
    "年",
    "月",
    "季度",
];

/// Fields by name. What has no value yet (no check was held) is still there.
pub(super) fn figures(facts: &Facts<'_>, roll: &Roll<'_>) -> BTreeMap<String, String> {
    let mut figures = group(facts, roll);
    let letters = facts.letters;
    let short: Vec<_> = roll.short_weeks(facts);
    let kind = if matches!(facts.period, Period::Quarter(_)) { "季度" } else { "月度" };
    let more = [
        ("其余", roll.beside()),
        ("合格无问题", roll.graded(Grade::Good).to_string()),
        ("不合格名单", named(facts, roll.with(Grade::Failed))),
        ("存在问题名单", named(facts, short.into_iter())),
        ("无法判定名单", named(facts, roll.with(Grade::Unclear))),
        ("提醒条数", letters.alarms.saturating_add(letters.reminders).to_string()),
        ("提醒账号", letters.by_account.len().to_string()),
        ("告警提醒", letters.alarms.to_string()),
        ("更新提醒", letters.reminders.to_string()),
        ("周期", period_words(facts.period)),
        ("周期种类", kind.to_owned()),
        ("地区", facts.region.to_owned()),
        ("全地区", words::whole_region(facts.region)),
        ("依据", facts.profile.basis.clone()),
        ("检查日期", words::check_dates(&held(facts)).unwrap_or_default()),
        ("检查次数", held(facts).len().to_string()),
        ("数据截至", words::day(end_of(facts).date())),
    ];
    figures.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    figures.extend(dates(facts.period));
    figures
}

/// The figures of all, or of those of one platform or office.
pub(super) fn group(facts: &Facts<'_>, roll: &Roll<'_>) -> BTreeMap<String, String> {
    let (running, checked, passed) = (roll.running(), roll.checked(), roll.passed());
    [
        ("正在运行", running.to_string()),
        ("检查", checked.to_string()),
        ("检查率", rate(facts, checked, running)),
        ("合格", passed.to_string()),
        ("合格率", rate(facts, passed, checked)),
        ("不合格", roll.graded(Grade::Failed).to_string()),
        ("存在问题", roll.graded(Grade::Problem).to_string()),
        ("无法判定", roll.graded(Grade::Unclear).to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
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
