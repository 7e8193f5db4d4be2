//! When checks are held: a cron schedule or a list of dates, in Beijing time, behind a type of ours.
//!
//! The `cron` crate counts Sunday as 1, so digits in the weekday field are refused and names asked
//! for (a Friday written `5` would be a Thursday).

use super::calendar::Calendar;
use crate::domain::{Check, Moment};
use cron::Schedule as Cron;
use std::str::FromStr;

/// When something happens.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// By a cron expression.
    Cron {
        /// As written.
        text: String,
        /// As understood.
        cron: Box<Cron>,
    },
    /// On these moments, ascending.
    Dates(Vec<Moment>),
}

/// What is wrong with a schedule; the sentence is Chinese and names the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleFault(pub String);

/// What happens to a check on a day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOff {
    /// It is held all the same.
    Keep,
    /// It moves to the same hour of the next working day.
    NextWorkingDay,
}

const DAY_NAMES: [(&str, &str); 8] = [
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
    ("周天", "Sun"),
];

impl Schedule {
    /// Reads a cron expression of five fields (minute first) or six (second first), weekdays by
    /// name (`Mon`, `周一`).
    ///
    /// # Errors
    /// A sentence in Chinese that says what to write instead.
    pub fn cron(text: &str) -> Result<Schedule, ScheduleFault> {
        let named = DAY_NAMES.iter().fold(text.trim().to_owned(), |t, (chinese, name)| t.replace(chinese, name));
        let fields: Vec<&str> = named.split_whitespace().collect();
        let full = match (fields.len(), named.starts_with('@')) {
            (1, true) | (6 | 7, false) => named.clone(),
            (5, false) => format!("0 {named}"),
            _ => return Err(fault(text, "应有5段（分 时 日 月 周）或6段（秒 分 时 日 月 周）")),
        };
        refuse_numbered_weekday(text, &full)?;
        let cron = Cron::from_str(&full)
            .map_err(|_| fault(text, "各段的数值超出范围或写法不对，例如每周一9点写作 0 0 9 * * Mon"))?;
        let schedule = Schedule::Cron { text: text.trim().to_owned(), cron: Box::new(cron) };
        if schedule.next_after(Moment::from_unix(1_600_000_000)).is_none() {
            return Err(fault(text, "这个时间永远不会到来，请检查日期与月份"));
        }
        Ok(schedule)
    }

    /// The first firing after `moment`, exclusive; `None` when there is none any more.
    pub fn next_after(&self, moment: Moment) -> Option<Moment> {
        match self {
            Schedule::Cron { cron, .. } => {
                cron.after(&moment.to_chrono()).next().map(|t| Moment::from_unix(t.timestamp()))
            }
            Schedule::Dates(dates) => dates.iter().copied().find(|date| *date > moment),
        }
    }

    /// Every firing in `[from, until)`, at most 10,000.
    pub fn between(&self, from: Moment, until: Moment) -> Vec<Moment> {
        let first = self.next_after(from.plus(-1));
        let firings = std::iter::successors(first, |last| self.next_after(*last));
        firings.take_while(|moment| *moment < until).take(10_000).collect()
    }

    /// The last firing at or before `moment`, searching back two years.
    pub fn last_at(&self, moment: Moment) -> Option<Moment> {
        let mut back_days = 8;
        while back_days <= 731 {
            let found = self.between(moment.plus_days(-back_days), moment.plus(1)).pop();
            if found.is_some() {
                return found;
            }
            back_days *= 3;
        }
        None
    }
}

impl WhenOff {
    /// The check whose schedule says `nominal`.
    pub fn hold(self, nominal: Moment, calendar: &Calendar) -> Check {
        let mut at = nominal;
        if self == WhenOff::NextWorkingDay {
            while !calendar.is_working(at.date()) {
                at = at.plus_days(1);
            }
        }
        Check { nominal, at }
    }
}

fn refuse_numbered_weekday(text: &str, full: &str) -> Result<(), ScheduleFault> {
    let weekday = full.split_whitespace().nth(5).unwrap_or("*");
    let day_part = weekday.split('/').next().unwrap_or_default();
    if day_part.bytes().any(|b| b.is_ascii_digit()) {
        return Err(fault(text, "星期请写名字（Mon、Tue…或周一、周二…），各家软件对数字的解释不一样"));
    }
    Ok(())
}

fn fault(text: &str, why: &str) -> ScheduleFault {
    ScheduleFault(format!("时间表“{}”无法使用：{why}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn mondays_by_name() {
        for text in ["0 0 9 * * Mon", "0 9 * * Mon", "0 9 * * 周一", "0 0 9 * * MON *"] {
            let schedule = Schedule::cron(text).unwrap();
            assert_eq!(schedule.next_after(at("2022-06-06 09:00")), Some(at("2022-06-13 09:00")), "{text}");
            assert_eq!(schedule.last_at(at("2022-06-13 09:00")), Some(at("2022-06-13 09:00")), "{text}");
            assert_eq!(schedule.last_at(at("2022-06-13 08:59:59")), Some(at("2022-06-06 09:00")), "{text}");
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        for (text, word) in [
            ("0 9 * * 1", "星期请写名字"),
            ("0 0 9 * * 5", "星期请写名字"),
            ("0 0 9 * * Mon-5", "星期请写名字"),
            ("9 * Mon", "应有5段"),
            ("0 0 25 * * Mon", "超出范围"),
            ("0 0 9 30 2 *", "永远不会到来"),
            ("", "应有5段"),
        ] {
            let fault = Schedule::cron(text).unwrap_err();
            assert!(fault.0.contains(word), "{text}: {}", fault.0);
        }
    }

    #[test]
    fn a_check_moves_off_holidays_when_asked() {
        let calendar = Calendar::builtin();
        let nominal = at("2026-02-16 09:00");
        assert_eq!(WhenOff::Keep.hold(nominal, &calendar), Check::unmoved(nominal));
        assert_eq!(WhenOff::NextWorkingDay.hold(nominal, &calendar).at, at("2026-02-24 09:00"));
        assert_eq!(WhenOff::NextWorkingDay.hold(at("2026-02-23 09:00"), &calendar).at, at("2026-02-24 09:00"));
    }
}
