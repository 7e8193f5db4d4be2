//! Checks and the periods that reports speak of, all in Beijing time.

use super::Moment;
use chrono::{Datelike, Days, IsoWeek, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An instant at which inspectors look (检查).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Check {
    /// Where the schedule puts it; weekly windows and report periods follow this.
    pub nominal: Moment,
    /// Where it is held, when the office moves checks off holidays; silence is read here.
    pub at: Moment,
}

impl Check {
    /// A check that is held where the schedule puts it.
    pub const fn unmoved(at: Moment) -> Check {
        Check { nominal: at, at }
    }
}

/// A natural week, Monday 00:00 to the next Monday 00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Calendar year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

/// A quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// Calendar year.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u32,
}

/// What a report covers. Serialised as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Period {
    /// One counted week, written `2022-W25`.
    Week(Week),
    /// The checks of a month, written `2022-06`.
    Month(Month),
    /// The checks of a quarter, written `2022-Q2`.
    Quarter(Quarter),
}

impl Week {
    /// The natural week that holds `moment`.
    pub fn of(moment: Moment) -> Week {
        Week { monday: moment.week_start().date() }
    }

    /// The natural week that closed last at or before `moment`.
    pub fn closed_before(moment: Moment) -> Week {
        Week::of(moment.week_start().plus_days(-7))
    }

    /// Monday 00:00.
    pub fn start(self) -> Moment {
        Moment::start_of(self.monday)
    }

    /// The next Monday 00:00.
    pub fn end(self) -> Moment {
        self.start().plus_days(7)
    }

    /// ISO year and number.
    pub fn iso(self) -> IsoWeek {
        self.monday.iso_week()
    }

    /// Its Sunday.
    pub fn sunday(self) -> NaiveDate {
        self.monday.checked_add_days(Days::new(6)).unwrap_or(self.monday)
    }
}

impl Period {
    /// Its first moment.
    pub fn begins(self) -> Moment {
        match self {
            Period::Week(week) => week.start(),
            Period::Month(month) => month.span().0,
            Period::Quarter(quarter) => quarter.span().0,
        }
    }

    /// The period of the same kind before it.
    pub fn previous(self) -> Period {
        match self {
            Period::Week(week) => Period::Week(Week::of(week.start().plus(-1))),
            Period::Month(Month { year, month: 1 }) => Period::Month(Month { year: year - 1, month: 12 }),
            Period::Month(Month { year, month }) => Period::Month(Month { year, month: month - 1 }),
            Period::Quarter(Quarter { year, quarter: 1 }) => Period::Quarter(Quarter { year: year - 1, quarter: 4 }),
            Period::Quarter(Quarter { year, quarter }) => Period::Quarter(Quarter { year, quarter: quarter - 1 }),
        }
    }
}

impl Month {
    /// First moment, and first moment after it.
    pub fn span(self) -> (Moment, Moment) {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        (first_of(self.year, self.month), first_of(year, month))
    }
}

impl Quarter {
    /// First moment, and first moment after it.
    pub fn span(self) -> (Moment, Moment) {
        let first = Month { year: self.year, month: self.quarter * 3 - 2 };
        let last = Month { year: self.year, month: self.quarter * 3 };
        (first.span().0, last.span().1)
    }
}

fn first_of(year: i32, month: u32) -> Moment {
    NaiveDate::from_ymd_opt(year, month, 1).map_or(Moment::MAX, Moment::start_of)
}

impl Period {
    /// Reads `2022-W25`, `2022-06` or `2022-Q2`.
    pub fn parse(text: &str) -> Option<Period> {
        let (year, rest) = text.trim().split_once('-')?;
        let year: i32 = (year.len() == 4).then(|| year.parse().ok())??;
        if let Some(week) = rest.strip_prefix(['W', 'w']) {
            let monday = NaiveDate::from_isoywd_opt(year, week.parse().ok()?, Weekday::Mon)?;
            return Some(Period::Week(Week { monday }));
        }
        if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
            let quarter = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
            return Some(Period::Quarter(Quarter { year, quarter }));
        }
        let month = rest.parse().ok().filter(|m| (1..=12).contains(m))?;
        Some(Period::Month(Month { year, month }))
    }

    /// Whether a check belongs to the period. A check belongs to the week that it counts, and to the
    /// month and the quarter of its nominal date.
    pub fn holds(self, check: Check) -> bool {
        let inside = |(from, until): (Moment, Moment)| from <= check.nominal && check.nominal < until;
        match self {
            Period::Week(week) => Week::closed_before(check.nominal) == week,
            Period::Month(month) => inside(month.span()),
            Period::Quarter(quarter) => inside(quarter.span()),
        }
    }

    /// A span that surely holds the nominal moment of every check of the period.
    pub fn search_span(self) -> (Moment, Moment) {
        match self {
            Period::Week(week) => (week.end(), week.end().plus_days(7)),
            Period::Month(month) => month.span(),
            Period::Quarter(quarter) => quarter.span(),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Period, String> {
        Period::parse(&text).ok_or_else(|| format!("period {text}"))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Week(week) => write!(f, "{}-W{:02}", week.iso().year(), week.iso().week()),
            Period::Month(month) => write!(f, "{}-{:02}", month.year, month.month),
            Period::Quarter(quarter) => write!(f, "{}-Q{}", quarter.year, quarter.quarter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn periods_are_read_and_printed() {
        for text in ["2022-W25", "2022-06", "2022-Q2", "2026-W53", "2022-12"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        for text in ["2022", "2022-13", "2022-Q5", "2022-W54", "22-06", "2022-W00", "六月"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_period_before_is_of_the_same_kind() {
        for (text, before) in [
            ("2022-W25", "2022-W24"),
            ("2022-W01", "2021-W52"),
            ("2022-06", "2022-05"),
            ("2022-01", "2021-12"),
            ("2022-Q2", "2022-Q1"),
            ("2022-Q1", "2021-Q4"),
        ] {
            assert_eq!(Period::parse(text).unwrap().previous().to_string(), before);
        }
    }

    #[test]
    fn a_check_counts_the_week_that_closed_last() {
        for (check, monday) in [
            ("2022-06-27 09:00", "2022-06-20"),
            ("2022-06-27 00:00", "2022-06-20"),
            ("2022-06-26 23:59:59", "2022-06-13"),
            ("2027-01-04 09:00", "2026-12-28"),
        ] {
            assert_eq!(Week::closed_before(at(check)).monday.to_string(), monday, "{check}");
        }
    }

    #[test]
    fn the_mondays_of_june_2022_belong_to_june() {
        let june = Period::parse("2022-06").unwrap();
        let held: Vec<String> = (0..60)
            .map(|day| at("2022-05-16 09:00").plus_days(day))
            .filter(|m| m.date().weekday() == Weekday::Mon && june.holds(Check::unmoved(*m)))
            .map(|m| m.date().to_string())
            .collect();
        assert_eq!(held, ["2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"]);
        let week = Period::parse("2022-W25").unwrap();
        assert!(week.holds(Check::unmoved(at("2022-06-27 09:00"))));
        assert!(!week.holds(Check::unmoved(at("2022-06-20 09:00"))));
    }
}
