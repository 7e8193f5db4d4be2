//! The days on which somebody may hear, counted apart from [`crate::warn`]: plain arithmetic over the
//! configuration and the calendar, so that a mistake of the ladders cannot excuse itself.

use crate::config::{Config, SilenceLead};
use crate::domain::{Moment, Role};
use crate::rules::{Rule, WindowKind};
use chrono::{Days, NaiveDate};

/// One rung as the configuration means it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    /// The day on which it is due, after moving off days off.
    pub(super) date: NaiveDate,
    /// Its name.
    pub(super) stage: String,
    /// Who hears.
    pub(super) roles: Vec<Role>,
}

/// The rungs of a rule for that anchor, ascending; of several on one day only the most urgent.
pub(super) fn allowed(config: &Config, rule: &Rule, anchor: NaiveDate) -> Vec<Allowed> {
    let mut rungs = match rule.window {
        WindowKind::Week { .. } => week(config, anchor),
        WindowKind::Days { .. } => {
            let leads = config.warn.silence_leads.iter();
            leads.filter_map(|lead| silence(config, lead, rule.window, anchor)).collect()
        }
    };
    rungs.sort_by_key(|rung: &Allowed| rung.date);
    let dates: Vec<NaiveDate> = rungs.iter().map(|rung| rung.date).collect();
    let mut place = 0;
    rungs.retain(|rung| {
        place += 1;
        dates.get(place) != Some(&rung.date)
    });
    rungs
}

/// The name of the last rung of a silence rule: that of its last safe day, whatever days the
/// configuration names. A weekly rule has none.
pub(super) fn last_stage(config: &Config, window: WindowKind) -> Option<String> {
    let is_silence = matches!(window, WindowKind::Days { .. });
    (is_silence && !config.warn.silence_leads.is_empty()).then(|| format!("day{}", safe_days(window)))
}

/// Days after an update that are still in time: 14 of 14 days, or 13 where the stricter reading holds.
pub(super) fn safe_days(window: WindowKind) -> u32 {
    match window {
        WindowKind::Days { days, inclusive: true } => days,
        WindowKind::Days { days, .. } => days.saturating_sub(1),
        WindowKind::Week { weeks } => 7 * weeks,
    }
}

/// The date so many days later.
pub(super) fn plus(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days))).unwrap_or(date)
}

/// When the hour of the leads comes on that date.
pub(super) fn hour_of(config: &Config, date: NaiveDate) -> Moment {
    Moment::from_beijing(date.and_time(config.warn.hour))
}

fn week(config: &Config, monday: NaiveDate) -> Vec<Allowed> {
    let mut leads: Vec<u32> = config.warn.week_leads.iter().map(|day| day.num_days_from_monday()).collect();
    leads.sort_unstable();
    let rung = |day: u32| {
        let date = working_until(config, plus(monday, day));
        let stage = if date < monday { "eve".to_owned() } else { format!("week{}", day + 1) };
        Allowed { date, stage, roles: vec![Role::Operator] }
    };
    leads.into_iter().map(rung).collect()
}

/// The configured days count back from the highest of them, which means the last safe day.
fn silence(config: &Config, lead: &SilenceLead, window: WindowKind, last: NaiveDate) -> Option<Allowed> {
    let top = config.warn.silence_leads.iter().map(|lead| lead.day).max()?;
    let before_the_last = top - lead.day;
    let day = safe_days(window).checked_sub(before_the_last).filter(|day| *day > 0)?;
    let stays = config.warn.last_day_always && before_the_last == 0;
    let date = if stays { plus(last, day) } else { working_until(config, plus(last, day)) };
    Some(Allowed { date, stage: format!("day{day}"), roles: lead.roles.clone() })
}

/// That date, or the nearest working day before it.
fn working_until(config: &Config, date: NaiveDate) -> NaiveDate {
    let back = (0..60).filter_map(|days| date.checked_sub_days(Days::new(days)));
    back.into_iter().find(|day| config.calendar.is_working(*day)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ladder whose highest day is not the limit: its rungs are named after the days that they mean.
    #[test]
    fn the_last_rung_is_the_last_safe_day_of_any_ladder() {
        let mut config = crate::config::load(None).unwrap();
        config.warn.silence_leads =
            [(5, Role::Operator), (8, Role::Leader)].map(|(day, role)| SilenceLead { day, roles: vec![role] }).to_vec();
        let rule = config.profile.rules.iter().find(|rule| matches!(rule.window, WindowKind::Days { .. })).unwrap();
        // 14 July 2026 is a Tuesday without any closure near it.
        let rungs = allowed(&config, rule, NaiveDate::from_ymd_opt(2026, 7, 14).unwrap());
        let safe = safe_days(rule.window);
        let stages: Vec<String> = rungs.iter().map(|rung| rung.stage.clone()).collect();
        assert_eq!(stages, [format!("day{}", safe - 3), format!("day{safe}")]);
        assert_eq!(last_stage(&config, rule.window), stages.last().cloned());
    }
}
