//! The sections about work: office, checks, looks, reminders, summary, log. Each function reads one
//! section whole, with what holds where nothing is written.

use super::sheet::Section;
use super::value::Value;
use super::{
    BackupConfig, CheckConfig, LeaderPage, LogConfig, OfficeConfig, PollConfig, ReportConfig, SilenceLead, WarnConfig,
};
use crate::domain::Role;
use crate::repair::Counting;
use crate::rules::{Profile, Schedule, WhenOff, WindowKind};
use chrono::{NaiveTime, Weekday};

const DEFAULT_CHECK: &str = "0 9 * * 周一";
const SCHEDULE_CURE: &str = "例如每周一9点写作 \"0 9 * * 周一\"（分 时 日 月 周）";
/// The o'clock of a check that was written as a date alone (DESIGN §9).
const CHECK_HOUR: i64 = 9;
/// No shipped rule allows a longer silence than two weeks; an office's own may.
const LONGEST_SILENCE: u32 = 90;

const ROLES: [(&str, Role); 4] = [
    ("运维人员", Role::Operator),
    ("分管领导", Role::Leader),
    ("主管单位联系人", Role::Supervisor),
    ("检查方", Role::Clerk),
];

pub(super) fn office(section: Section<'_, '_>) -> OfficeConfig {
    let office = OfficeConfig {
        name: section.or("name", "政务公开办".to_owned(), Value::name),
        region: section.or("region", String::new(), Value::line),
        clerk_mail: section.or("clerk_mail", Vec::new(), Value::mails),
        leader_mail: section.or("leader_mail", Vec::new(), Value::mails),
        operator_mail: section.or("operator_mail", Vec::new(), Value::mails),
        contact: section.or("contact", String::new(), Value::line),
    };
    section.close();
    office
}

pub(super) fn check(section: Section<'_, '_>) -> CheckConfig {
    let dates = section.get("dates");
    let schedule = section.get("schedule");
    if let (Some(dates), Some(_)) = (&dates, &schedule) {
        dates.note("schedule 和 dates 只能写一个", "按周期检查留 schedule，逐次指定日期留 dates");
    }
    let understood = match (&dates, &schedule) {
        (Some(dates), None) => date_list(dates),
        (_, Some(schedule)) => cron(schedule),
        (None, None) => None,
    };
    let when_off = section.or("when_off", WhenOff::Keep, |value| {
        value.one_of(&[("keep", WhenOff::Keep), ("next_working_day", WhenOff::NextWorkingDay)])
    });
    section.close();
    CheckConfig { schedule: understood.unwrap_or_else(every_monday), when_off }
}

fn cron(value: &Value<'_, '_>) -> Option<Schedule> {
    let text = value.name()?;
    Schedule::cron(&text).map_or_else(|fault| value.refuse(&fault.0, SCHEDULE_CURE), Some)
}

fn date_list(value: &Value<'_, '_>) -> Option<Schedule> {
    let mut dates = value.all(|date| date.moment(CHECK_HOUR))?;
    if dates.is_empty() {
        return value.refuse("一个检查日期也没有", "写成 dates = [\"2026-01-05\", \"2026-01-12\"]，或改用 schedule");
    }
    dates.sort_unstable();
    dates.dedup();
    Some(Schedule::Dates(dates))
}

fn every_monday() -> Schedule {
    // A test reads the same text, so it cannot be wrong; an empty list would only hold no checks.
    Schedule::cron(DEFAULT_CHECK).unwrap_or(Schedule::Dates(Vec::new()))
}

pub(super) fn poll(section: Section<'_, '_>) -> PollConfig {
    let poll = PollConfig {
        every_s: section.or("every_minutes", 120, every_minutes) * 60,
        at_once: usize::try_from(section.or("at_once", 4, |value| value.count(1..=64))).unwrap_or(4),
    };
    section.close();
    poll
}

/// Minutes between two looks: politeness forbids less than five, the shortest rule more than a day.
pub(super) fn every_minutes(value: &Value<'_, '_>) -> Option<i64> {
    value.int(5..=1440)
}

pub(super) fn warn(section: Section<'_, '_>, profile: &Profile) -> WarnConfig {
    let last_day = profile.last_safe_day();
    let warn = WarnConfig {
        hour: section.or("hour", hour(9, 0), Value::time),
        week_leads: section.or("week_leads", vec![Weekday::Thu, Weekday::Fri], |value| week_leads(value)),
        silence_leads: section
            .opt("silence_leads", |value| silence_leads(value, last_day))
            .unwrap_or_else(|| default_ladder(last_day)),
        last_day_always: section.or("last_day_always", false, Value::yes),
    };
    section.close();
    warn
}

fn week_leads(value: &Value<'_, '_>) -> Option<Vec<Weekday>> {
    let mut days = value.all(Value::weekday)?;
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    Some(days)
}

fn silence_leads(value: &Value<'_, '_>, last_day: Option<u32>) -> Option<Vec<SilenceLead>> {
    let leads = value.all(|lead| silence_lead(lead))?;
    if !leads.is_sorted_by(|a, b| a.day < b.day) {
        return value.refuse("各级的 day 应当一级比一级大", "按天数从小到大排，同一天的人写进同一级的 to");
    }
    if let Some(lead) = above_alone(&leads) {
        return value.refuse(
            &format!("第{}天一级已通知分管领导或主管单位，运维人员却还没有收到过提醒", lead.day),
            "在这一级或更早一级的 to 里写上“运维人员”",
        );
    }
    match (leads.last(), last_day) {
        (Some(lead), Some(last)) if lead.day > last => value.refuse(
            &format!("第{}天才提醒就晚了：按现行口径，第{last}天是最后一天", lead.day),
            &format!("最后一级的 day 写{last}或更小"),
        ),
        _ => Some(leads),
    }
}

/// The rung on which somebody above the operator hears although the operator never has (DESIGN §7).
fn above_alone(leads: &[SilenceLead]) -> Option<&SilenceLead> {
    let is_above = |role: &Role| matches!(role, Role::Leader | Role::Supervisor);
    let told = leads.iter().position(|lead| lead.roles.contains(&Role::Operator)).unwrap_or(leads.len());
    leads[..told].iter().find(|lead| lead.roles.iter().any(is_above))
}

fn silence_lead(value: &Value<'_, '_>) -> Option<SilenceLead> {
    const CURE: &str = "写成 { day = 10, to = [\"运维人员\"] }";
    let section = value.section();
    if !section.is_written() {
        return None;
    }
    let day = section.must("day", CURE, |day| day.count(1..=LONGEST_SILENCE));
    let roles = section.must("to", CURE, |to| {
        let roles = to.all(|role| role.one_of(&ROLES))?;
        if roles.is_empty() { to.refuse("一个收件人也没有", CURE) } else { Some(roles) }
    });
    section.close();
    Some(SilenceLead { day: day?, roles: roles? })
}

/// Four rungs, the last of which falls on the last day on which an update still saves the account.
fn default_ladder(last_day: Option<u32>) -> Vec<SilenceLead> {
    use Role::{Leader, Operator, Supervisor};
    let last = last_day.unwrap_or(14);
    let rung = |before: u32, roles: &[Role]| {
        let day = last.checked_sub(before).filter(|day| *day > 0)?;
        Some(SilenceLead { day, roles: roles.to_vec() })
    };
    let rungs = [
        rung(4, &[Operator]),
        rung(2, &[Operator, Leader]),
        rung(1, &[Operator, Leader]),
        rung(0, &[Operator, Leader, Supervisor]),
    ];
    rungs.into_iter().flatten().collect()
}

impl Profile {
    /// The day after the last update (day 0) on which a new one still satisfies every rule that counts
    /// days; `None` when none does. Of several versions the strictest decides.
    pub(super) fn last_safe_day(&self) -> Option<u32> {
        let day = |window: WindowKind| match window {
            WindowKind::Days { days, inclusive: true } => Some(days),
            WindowKind::Days { days, inclusive: false } => Some(days.saturating_sub(1)),
            WindowKind::Week { .. } => None,
        };
        self.rules.iter().filter_map(|rule| day(rule.window)).min()
    }
}

const LEADER_PAGES: [(&str, LeaderPage); 3] =
    [("每周", LeaderPage::Weekly), ("有问题时", LeaderPage::OnProblem), ("每月", LeaderPage::Monthly)];

const COUNTINGS: [(&str, Counting); 2] = [("自然日", Counting::Calendar), ("工作日", Counting::Working)];

/// `office` is the name of the office that watches.
pub(super) fn report(section: Section<'_, '_>, office: &str) -> ReportConfig {
    let report = ReportConfig {
        summary_at: section.or("summary_at", hour(9, 30), Value::time),
        summary_latest_h: section.or("summary_latest_hours", 30, |value| value.int(1..=167)),
        leader: section.or("leader", LeaderPage::Weekly, |value| value.one_of(&LEADER_PAGES)),
        sent_list_at: section.or("sent_list_at", hour(17, 30), Value::time),
        repair_days: section.or("repair_days", 10, |value| value.count(1..=90)),
        repair_counting: section.or("repair_counting", Counting::Calendar, |value| value.one_of(&COUNTINGS)),
        follow_up: section.or("follow_up", true, Value::yes),
        drop_repaired: section.or("drop_repaired", false, Value::yes),
        paper: super::paper::paper(section.sub("paper"), office),
    };
    section.close();
    report
}

/// A copy every night unless the operator says `off`.
pub(super) fn backup(section: Section<'_, '_>) -> BackupConfig {
    const OFF: &str = "off";
    let night = |value: &Value<'_, '_>| {
        if value.line().as_deref() == Some(OFF) { Some(None) } else { value.time().map(Some) }
    };
    let backup = BackupConfig {
        at: section.or("at", Some(hour(2, 30)), night),
        keep_days: section.or("keep_days", 14, |value| value.count(1..=366)),
    };
    section.close();
    backup
}

pub(super) fn log(section: Section<'_, '_>) -> LogConfig {
    let log = LogConfig {
        level: section.or("level", "info".to_owned(), level),
        json: section.or("format", false, |value| value.one_of(&[("text", false), ("json", true)])),
    };
    section.close();
    log
}

/// `info`, or `info,cuigeng=debug`.
fn level(value: &Value<'_, '_>) -> Option<String> {
    const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
    let text = value.name()?;
    let part_is_sane = |part: &str| {
        let (target, level) = part.rsplit_once('=').unwrap_or(("cuigeng", part));
        let target_is_sane = target.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':');
        !target.is_empty() && target_is_sane && LEVELS.contains(&level)
    };
    if text.split(',').map(str::trim).all(part_is_sane) {
        return Some(text);
    }
    value.refuse(&format!("“{text}”不是日志级别"), "写 error、warn、info、debug 之一，或 \"info,cuigeng=debug\"")
}

fn hour(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}
