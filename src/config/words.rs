//! What was meant, in words: rules, checks and reminders, the same in `check` and on the pages.

use super::{Config, SilenceLead};
use crate::domain::{Check, Moment};
use crate::rules::notice::weekday;
use crate::rules::{CountUnit, PeriodKind, Profile, Rule, Severity, WhenOff, WindowKind};
use chrono::{Datelike, Timelike};

/// How many firings of a schedule are shown.
const SHOWN: usize = 3;

/// `检查口径：…`, and a numbered line a rule.
pub(super) fn profile_in_words(profile: &Profile) -> Vec<String> {
    let rules = profile.rules.iter().enumerate().map(|(at, rule)| format!("  {}. {}", at + 1, rule_in_words(rule)));
    let scores = scores_in_words(profile).map(|scores| format!("  {scores}"));
    std::iter::once(format!("检查口径：{}", headline(profile))).chain(rules).chain(scores).collect()
}

/// What is checked when, and who is reminded when: a heading a line, what belongs to it indented.
pub(crate) fn rules_in_words(config: &Config, now: Moment) -> Vec<String> {
    let coming = coming_checks(config, now);
    let summary = config.report.summary_at.format("%H:%M");
    let mut lines = profile_in_words(&config.profile);
    lines.push(format!("检查：接下来{}次；周报在检查当天{summary}起发给检查方", coming.len()));
    lines.extend(coming.iter().map(|check| format!("  {}", check_in_words(*check))));
    lines.extend(leads_in_words(config));
    lines
}

/// Name of a profile, the paper that it rests on, its period, and what counts as one update.
pub(crate) fn headline(profile: &Profile) -> String {
    let period = match profile.period {
        PeriodKind::Month => "月度",
        PeriodKind::Quarter => "季度",
    };
    let count = match profile.count {
        CountUnit::Push => "一次群发算一次更新",
        CountUnit::Article => "一篇算一次更新",
        CountUnit::Day => "有更新的一天算一次更新",
    };
    let reposts = if profile.count_reposts { "转载也算" } else { "转载不算" };
    format!("{}（{}，{period}通报；{count}，{reposts}）", profile.name, profile.basis)
}

/// How a profile scores; nothing where it does not.
pub(crate) fn scores_in_words(profile: &Profile) -> Option<String> {
    let start = profile.start_points?;
    let line = profile.pass_line.map_or_else(String::new, |line| format!("，低于{line}分为不合格"));
    Some(format!("计分：{start}分起{line}；单项否决的不再计分"))
}

/// A version of a rule: since when, its window, how many updates, where otherwise, and what missing it means.
pub(crate) fn rule_in_words(rule: &Rule) -> String {
    let severity = match rule.severity {
        Severity::Problem => "存在问题",
        Severity::Veto => "不合格（单项否决）",
    };
    let from = rule.from.map(|date| format!("自{date}起，")).unwrap_or_default();
    let exceptions: Vec<String> = rule
        .quota
        .by_platform
        .iter()
        .filter(|(_, quota)| **quota != rule.quota.other)
        .map(|(platform, quota)| match quota {
            0 => format!("{platform}不要求"),
            quota => format!("{platform}{quota}次"),
        })
        .collect();
    let except = if exceptions.is_empty() { String::new() } else { format!("（{}）", exceptions.join("，")) };
    let own = if rule.quota.account_may_override { "，台账另有每周次数的按台账" } else { "" };
    let points = if rule.points > 0 { format!("，每次扣{}分", rule.points) } else { String::new() };
    let label = ["{quota_han}", "{quota}", "{n}", "{deduct}"]
        .iter()
        .fold(rule.label.clone(), |label, blank| label.replace(blank, "N"));
    let demand = match rule.quota.other {
        0 => "不作要求".to_owned(),
        quota => format!("至少更新{quota}次"),
    };
    format!("{from}{}{demand}{except}{own}；否则为{severity}“{label}”{points}", window_in_words(rule.window))
}

fn window_in_words(window: WindowKind) -> String {
    match window {
        WindowKind::Week { weeks: 1 } => "检查前的一个自然周（周一0时至周日24时）".to_owned(),
        WindowKind::Week { weeks } => format!("检查前的{weeks}个自然周"),
        WindowKind::Days { days, inclusive: true } => format!("检查日前{days}天内（第{days}天当天的更新仍然算）"),
        WindowKind::Days { days, inclusive: false } => format!("检查日前{days}天内（第{days}天当天的更新不算）"),
    }
}

/// When checks are held and what follows from one.
pub(crate) struct Checks {
    /// By which schedule, what happens on days off, and how many are listed.
    pub(crate) how: String,
    /// The next ones; empty where there are no more.
    pub(crate) held: Vec<String>,
    /// When the weekly summary leaves.
    pub(crate) summary: String,
    /// Those of the next checks.
    pub(crate) summaries: Vec<String>,
    /// When the clerk gets the list of letters.
    pub(crate) list: String,
}

/// The checks and summaries that come after `now`.
pub(crate) fn checks(config: &Config, now: Moment) -> Checks {
    let how = config.check.schedule.chinese().unwrap_or_else(|| "按配置里的时间表".to_owned());
    let off = off_in_words(config.check.when_off);
    let coming = coming_checks(config, now);
    let (at, latest_h, list_at) =
        (config.report.summary_at, config.report.summary_latest_h, config.report.sent_list_at.format("%H:%M"));
    Checks {
        how: format!("{how}，{off}；接下来{}次：", coming.len()),
        held: coming.iter().map(|check| check_in_words(*check)).collect(),
        summary: format!(
            "检查当天{}起发出，最迟在检查后{latest_h}小时；接下来{}次：",
            at.format("%H:%M"),
            coming.len()
        ),
        summaries: coming.iter().map(|check| moment_in_words(config.summary_at(*check))).collect(),
        list: format!("有提醒发出的日子，{list_at}发给检查方一份（试运行时另有汇总）"),
    }
}

/// What happens to a check on a day off.
pub(crate) fn off_in_words(off: WhenOff) -> &'static str {
    match off {
        WhenOff::Keep => "逢节假日照常",
        WhenOff::NextWorkingDay => "逢节假日顺延到下一个工作日",
    }
}

pub(super) fn checks_in_words(config: &Config, now: Moment) -> Vec<String> {
    let Checks { how, held, summary, summaries, list } = checks(config, now);
    let indented = |lines: Vec<String>| lines.into_iter().map(|line| format!("  {line}"));
    let none = held.is_empty().then(|| format!("  {NO_MORE}"));
    let first = std::iter::once(format!("检查：{how}")).chain(indented(held)).chain(none);
    let then = std::iter::once(format!("周报：{summary}")).chain(indented(summaries));
    first.chain(then).chain([format!("发信清单：{list}")]).collect()
}

/// Where no check is to come.
pub(crate) const NO_MORE: &str = "没有了，请补写以后的检查日期";

fn coming_checks(config: &Config, now: Moment) -> Vec<Check> {
    // A check that was moved off a holiday may lie ahead although its nominal moment is past.
    let held = |nominal: Moment| config.check.when_off.hold(nominal, &config.calendar);
    let first = config.check.schedule.next_after(now.plus_days(-15));
    let nominals = std::iter::successors(first, |last| config.check.schedule.next_after(*last));
    nominals.map(held).filter(|check| check.at > now).take(SHOWN).collect()
}

fn check_in_words(check: Check) -> String {
    if check.at == check.nominal {
        return moment_in_words(check.at);
    }
    format!("{}（原定{}，因节假日顺延）", moment_in_words(check.at), moment_in_words(check.nominal))
}

/// When somebody is reminded.
pub(crate) struct Leads {
    /// At which hour.
    pub(crate) hour: String,
    /// Who hears in a week that is short of updates.
    pub(crate) week: String,
    /// Who hears on which day after a last update; empty where nobody does.
    pub(crate) silence: Vec<String>,
}

/// The ladders of reminders.
pub(crate) fn leads(config: &Config) -> Leads {
    let warn = &config.warn;
    let days: Vec<&str> = warn.week_leads.iter().map(|day| weekday(*day)).collect();
    let week = if days.is_empty() { "不提醒".to_owned() } else { format!("{}提醒运维人员", days.join("、")) };
    Leads {
        hour: format!("{}发出，逢节假日提前", warn.hour.format("%H:%M")),
        week: format!("本周更新次数不够的：{week}"),
        silence: warn.silence_leads.iter().map(lead_in_words).collect(),
    }
}

pub(super) fn leads_in_words(config: &Config) -> Vec<String> {
    let Leads { hour, week, mut silence } = leads(config);
    if silence.is_empty() {
        silence.push(NO_LEADS.to_owned());
    }
    let lines = std::iter::once(week).chain(silence).map(|line| format!("  {line}"));
    std::iter::once(format!("提醒：{hour}")).chain(lines).collect()
}

/// Where nobody hears of a long silence.
pub(crate) const NO_LEADS: &str = "长时间不更新的：不提醒";

fn lead_in_words(lead: &SilenceLead) -> String {
    let roles: Vec<&str> = lead.roles.iter().map(|role| role.chinese()).collect();
    format!("最后一次更新后第{}天：提醒{}", lead.day, roles.join("、"))
}

/// A moment with its weekday, as in 2026年7月27日（周一）09:00.
pub(crate) fn moment_in_words(moment: Moment) -> String {
    let local = moment.beijing();
    format!(
        "{}年{}月{}日（{}）{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        weekday(local.weekday()),
        local.hour(),
        local.minute()
    )
}
