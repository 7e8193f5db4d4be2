//! A year of working days as people read it: days off, worked weekends, the checks that fall on a day off
//! and what becomes of them, the reminders that leave earlier. Pure; for `calendar` and its page.

use crate::config::Config;
use crate::domain::{Check, Moment};
use crate::rules::calendar::Calendar;
use crate::rules::notice::weekday;
use chrono::{Datelike, NaiveDate};

/// A year that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Almanac {
    /// Which.
    pub year: i32,
    /// Runs of days off: festival, first, last.
    pub holidays: Vec<(String, NaiveDate, NaiveDate)>,
    /// Weekend days that are worked.
    pub worked: Vec<NaiveDate>,
    /// How many days are worked in all.
    pub working_days: usize,
    /// Checks that are scheduled although nobody works.
    pub off_checks: Vec<OffCheck>,
    /// Reminders of short weeks whose day is a day off.
    pub moved: Vec<Moved>,
}

/// A check on a day off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffCheck {
    /// When it is scheduled, and when it is held.
    pub check: Check,
    /// The festival; empty for a weekend.
    pub festival: String,
    /// When its weekly summary leaves.
    pub summary: Moment,
}

/// A reminder that leaves on another day than the week's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The day of the week on which it would leave.
    pub from: NaiveDate,
    /// The festival; empty for a weekend.
    pub festival: String,
    /// When it leaves.
    pub to: Moment,
}

impl Almanac {
    /// The year under the calendar of `config`; `None` for one that is not known (未录入).
    pub fn of(config: &Config, year: i32) -> Option<Almanac> {
        let calendar = &config.calendar;
        let days = calendar.year(year)?;
        Some(Almanac {
            year,
            holidays: days.closures(),
            worked: days.worked.iter().copied().collect(),
            working_days: calendar.working_days(year).unwrap_or(0),
            off_checks: off_checks(config, year),
            moved: moved(config, year),
        })
    }
}

fn festival(calendar: &Calendar, day: NaiveDate) -> String {
    calendar.closure(day).map(|closure| closure.name).unwrap_or_default()
}

fn off_checks(config: &Config, year: i32) -> Vec<OffCheck> {
    let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).map_or(Moment::MAX, Moment::start_of);
    let scheduled = config.check.schedule.between(first(year), first(year + 1));
    let off = scheduled.into_iter().filter(|moment| !config.calendar.is_working(moment.date()));
    off.map(|nominal| {
        let check = config.check.when_off.hold(nominal, &config.calendar);
        let festival = festival(&config.calendar, nominal.date());
        OffCheck { check, festival, summary: config.summary_at(check) }
    })
    .collect()
}

/// The weekdays of the reminders that nobody works; each leaves on the last working day before.
fn moved(config: &Config, year: i32) -> Vec<Moved> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let days = first.iter_days().take_while(|day| day.year() == year);
    let leads = days.filter(|day| config.warn.week_leads.contains(&day.weekday()));
    let off = leads.filter(|day| !config.calendar.is_working(*day));
    off.map(|from| {
        let to = config.calendar.working_at_or_before(from).and_time(config.warn.hour);
        Moved { from, festival: festival(&config.calendar, from), to: Moment::from_beijing(to) }
    })
    .collect()
}

/// 10月5日（周一）.
pub fn day_in_words(date: NaiveDate) -> String {
    format!("{}（{}）", date.format("%-m月%-d日"), weekday(date.weekday()))
}

/// 2月15日（周日） 至 2月23日（周一）, and how many days that are.
pub fn span_in_words(first: NaiveDate, last: NaiveDate) -> (String, i64) {
    let (one, days) = (day_in_words(first), (last - first).num_days() + 1);
    (if days == 1 { one } else { format!("{one} 至 {}", day_in_words(last)) }, days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_year_as_it_is_known() {
        let config = config::load(None).unwrap();
        let year = Almanac::of(&config, 2026).unwrap();
        assert_eq!((year.working_days, year.worked.len(), year.holidays.len()), (248, 6, 7));
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let off: Vec<String> = year.off_checks.iter().map(|one| day_in_words(one.check.nominal.date())).collect();
        assert!(off.contains(&"10月5日（周一）".to_owned()), "{off:?}");
        let spring = year.off_checks.iter().find(|one| one.check.nominal.date() == day("2026-02-16")).unwrap();
        assert_eq!((spring.festival.as_str(), spring.summary.date()), ("春节", day("2026-02-24")));
        assert!(year.off_checks.iter().all(|one| config.calendar.is_working(one.summary.date())));
        let moved = year.moved.iter().find(|one| one.from == day("2026-10-01")).unwrap();
        assert_eq!((moved.festival.as_str(), moved.to.date()), ("国庆节", day("2026-09-30")));
        assert!(year.moved.iter().all(|one| config.calendar.is_working(one.to.date()) && one.to.date() < one.from));
        assert_eq!(Almanac::of(&config, 2031), None);
    }

    #[test]
    fn days_in_words() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(span_in_words(day("2026-02-15"), day("2026-02-23")).0, "2月15日（周日） 至 2月23日（周一）");
        assert_eq!(span_in_words(day("2026-10-05"), day("2026-10-05")), ("10月5日（周一）".to_owned(), 1));
    }
}
