//! The rungs of both ladders, on working days: pure arithmetic over dates.

use crate::config::WarnConfig;
use crate::domain::{Moment, Role, Week};
use crate::rules::WindowKind;
use crate::rules::calendar::Calendar;
use chrono::{Days, NaiveDate, NaiveTime};

/// A moment at which somebody is to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// When, after moving off days off.
    pub slot: Moment,
    /// Its name within the ladder; with the anchor it is spent once.
    pub stage: String,
    /// Who.
    pub roles: Vec<Role>,
    /// No later one follows.
    pub last: bool,
}

/// The rungs of a natural week: the weekdays of the configuration. A lead that moves before the
/// window opens becomes a 节前提示 (stage `eve`).
pub fn week_rungs(config: &WarnConfig, calendar: &Calendar, week: Week) -> Vec<Rung> {
    let mut leads: Vec<u64> = config.week_leads.iter().map(|day| u64::from(day.num_days_from_monday())).collect();
    leads.sort_unstable();
    let rung = |days: u64| {
        let slot = shift(config, calendar, plus_days(week.monday, days));
        let stage = if slot < week.start() { "eve".to_owned() } else { format!("week{}", days + 1) };
        Rung { slot, stage, roles: vec![Role::Operator], last: false }
    };
    merged(leads.into_iter().map(rung).collect())
}

/// The rungs after a last counted update on `last`. The configuration's days belong to a limit of
/// 14 days; for another limit the ladder moves so that its last rung falls on the last safe day.
pub fn silence_rungs(config: &WarnConfig, calendar: &Calendar, window: WindowKind, last: NaiveDate) -> Vec<Rung> {
    let safe = i64::from(last_safe_day(window));
    let top = config.silence_leads.iter().map(|lead| i64::from(lead.day)).max().unwrap_or(safe);
    let rung = |lead: &crate::config::SilenceLead| {
        let day = u64::try_from(i64::from(lead.day) + safe - top).ok().filter(|day| *day > 0)?;
        let date = plus_days(last, day);
        let stays = config.last_day_always && i64::try_from(day).is_ok_and(|day| day == safe);
        let slot = if stays { Moment::from_beijing(date.and_time(config.hour)) } else { shift(config, calendar, date) };
        Some(Rung { slot, stage: format!("day{day}"), roles: lead.roles.clone(), last: false })
    };
    let mut rungs: Vec<Rung> = config.silence_leads.iter().filter_map(rung).collect();
    rungs.sort_by_key(|rung| rung.slot);
    merged(rungs)
}

/// First moment at which silence since `last` has lasted too long: 24:00 of the last safe day.
pub fn silence_deadline(window: WindowKind, last: NaiveDate) -> Moment {
    Moment::start_of(plus_days(last, u64::from(last_safe_day(window)) + 1))
}

/// The first moment at or after `now` at which a result may leave: on a working day, from the hour of
/// the leads up to 18:00.
pub fn office_hour(calendar: &Calendar, hour: NaiveTime, now: Moment) -> Moment {
    let opens = |moment: Moment| Moment::from_beijing(moment.date().and_time(hour));
    let closed = now >= Moment::start_of(now.date()).plus(18 * 3600);
    let day = working_day_from(calendar, if closed { Moment::start_of(now.date()).plus_days(1) } else { now });
    if day.date() == now.date() { now.max(opens(now)) } else { opens(day) }
}

/// `moment`, or the same hour of the next working day when its own is none.
pub fn working_day_from(calendar: &Calendar, moment: Moment) -> Moment {
    // The longest closure is nine days; a calendar without any working day must not hang us.
    let days = (0..60).map(|days| moment.plus_days(days));
    days.into_iter().find(|day| calendar.is_working(day.date())).unwrap_or(moment)
}

/// Day 14 of 14 days, or day 13 where the stricter reading holds.
fn last_safe_day(window: WindowKind) -> u32 {
    match window {
        WindowKind::Days { days, inclusive } => {
            if inclusive {
                days
            } else {
                days.saturating_sub(1)
            }
        }
        WindowKind::Week { weeks } => weeks * 7,
    }
}

/// The hour of a lead on `date`, or on the last working day before it.
fn shift(config: &WarnConfig, calendar: &Calendar, date: NaiveDate) -> Moment {
    Moment::from_beijing(calendar.working_at_or_before(date).and_time(config.hour))
}

/// Rungs that fall together become the most urgent one, which is the later of them.
fn merged(rungs: Vec<Rung>) -> Vec<Rung> {
    let mut kept: Vec<Rung> = Vec::new();
    for rung in rungs {
        match kept.last_mut() {
            Some(previous) if previous.slot == rung.slot => *previous = rung,
            _ => kept.push(rung),
        }
    }
    if let Some(top) = kept.last_mut() {
        top.last = true;
    }
    kept
}

fn plus_days(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}
