//! When checks are held: a cron schedule or a list of dates, in Beijing time, behind a type of ours.
//!
//! The `cron` crate counts Sunday as 1, so digits in the weekday field are refused and names asked
//! for (a Friday written `5` would be a Thursday).

use super::calendar::Calendar;
use crate::domain::{Check, Moment};
use cron::{Schedule as Cron, TimeUnitSpec};
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

/// Times a day that are said one by one.
const MOST_TIMES: u32 = 6;

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

    /// In words, as in 每周一9:00; `None` where it is too odd for that.
    pub fn chinese(&self) -> Option<String> {
        match self {
            Schedule::Cron { cron, .. } => Some(format!("{}{}", days_in_words(cron)?, times_in_words(cron)?)),
            Schedule::Dates(dates) => Some(format!("指定了{}次", dates.len())),
        }
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

/// 每天, 每周一、周四, 每月1日、15日, 每年3月、9月的1日; on weekdays and days of the month, both must fit.
fn days_in_words(cron: &Cron) -> Option<String> {
    let (weekdays, days, months) = (cron.days_of_week(), cron.days_of_month(), cron.months());
    let numbered =
        |unit: &str, of: Vec<u32>| of.into_iter().map(|n| format!("{n}{unit}")).collect::<Vec<_>>().join("、");
    // The crate counts Sunday as 1.
    let mut named: Vec<u32> = weekdays.iter().map(|day| (day + 5) % 7).collect();
    named.sort_unstable();
    let named: Vec<&str> = named.into_iter().map(|day| DAY_NAMES[day as usize].0).collect();
    let (each_day, each_weekday) = (days.is_all(), weekdays.is_all());
    let year =
        if months.is_all() { String::new() } else { format!("每年{}的", numbered("月", months.iter().collect())) };
    let day = match (each_day, each_weekday) {
        _ if !cron.years().is_all() => return None,
        (true, true) => "每天".to_owned(),
        (true, false) => format!("每{}", named.join("、")),
        (false, true) if year.is_empty() => format!("每月{}", numbered("日", days.iter().collect())),
        (false, true) => numbered("日", days.iter().collect()),
        (false, false) => format!("每月{}里逢{}的", numbered("日", days.iter().collect()), named.join("、")),
    };
    Some(format!("{year}{day}"))
}

/// 9:00, or 9:00、15:00.
fn times_in_words(cron: &Cron) -> Option<String> {
    let on_the_minute = cron.seconds().iter().collect::<Vec<_>>() == [0];
    let few = cron.hours().count() * cron.minutes().count() <= MOST_TIMES;
    let minutes: Vec<u32> = cron.minutes().iter().collect();
    let of_hour = |hour: u32| minutes.iter().map(move |minute| format!("{hour}:{minute:02}"));
    let times: Vec<String> = cron.hours().iter().flat_map(of_hour).collect();
    (on_the_minute && few).then(|| times.join("、"))
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
    fn a_schedule_in_words() {
        for (text, said) in [
            ("0 9 * * 周一", Some("每周一9:00")),
            ("0 0 9 * * Mon", Some("每周一9:00")),
            ("@daily", Some("每天0:00")),
            ("30 8,14 * * Sun,Wed", Some("每周三、周日8:30、14:30")),
            ("0 9 1,15 * *", Some("每月1日、15日9:00")),
            ("0 9 1 3,9 *", Some("每年3月、9月的1日9:00")),
            ("0 9 1-7 * 周一", Some("每月1日、2日、3日、4日、5日、6日、7日里逢周一的9:00")),
            ("* * * * Mon", None),
            ("30 0 9 * * Mon", None),
            ("0 0 9 * * Mon 2030", None),
        ] {
            assert_eq!(Schedule::cron(text).unwrap().chinese().as_deref(), said, "{text}");
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
