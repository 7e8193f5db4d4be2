//! The working days of the State Council's arrangements, with 调休. Data that the operator can
//! replace; a year that is not loaded is said to be 未录入 and never guessed from festival dates.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// 2024 to 2026 as the State Council announced them (rules.md "Holiday calendar").
const BUILTIN: &str = include_str!("calendar.json");

/// Which days are worked.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Year {
    off: BTreeMap<NaiveDate, String>,
    worked: BTreeSet<NaiveDate>,
}

/// A run of days off around a festival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// The festival's name.
    pub name: String,
    /// First day off.
    pub first: NaiveDate,
    /// Last day off.
    pub last: NaiveDate,
}

/// The file: `{"2026": {"holidays": [{"name": "元旦", "first": "2026-01-01", "last": "2026-01-03"}],
/// "worked": ["2026-01-04"]}}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    holidays: Vec<RawHoliday>,
    #[serde(default)]
    worked: Vec<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHoliday {
    name: String,
    first: NaiveDate,
    last: NaiveDate,
}

impl Calendar {
    /// The calendar that is built in: 2024, 2025 and 2026.
    pub fn builtin() -> Calendar {
        // A test reads the same text, so a broken file cannot be shipped.
        Calendar::parse(BUILTIN).unwrap_or_default()
    }

    /// Reads a calendar file.
    ///
    /// # Errors
    /// A sentence in Chinese that names the place and the cure.
    pub fn parse(text: &str) -> Result<Calendar, String> {
        let raw: BTreeMap<String, RawYear> =
            serde_json::from_str(text).map_err(|e| format!("日历第{}行写法不对：{e}", e.line()))?;
        let mut years = BTreeMap::new();
        for (name, raw_year) in raw {
            let number = name.parse().map_err(|_| format!("日历中的年份“{name}”不是数字，应写作2026这样的四位数"))?;
            years.insert(number, understand(number, raw_year)?);
        }
        Ok(Calendar { years })
    }

    /// The same with every year of `other` in place of its own.
    #[must_use]
    pub fn with(mut self, other: Calendar) -> Calendar {
        self.years.extend(other.years);
        self
    }

    /// Whether the arrangement of that year is known (else it prints as 未录入).
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// Whether `date` is worked. In a year that is not loaded Monday to Friday are.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        let weekday = !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        match self.years.get(&date.year()) {
            Some(year) => !year.off.contains_key(&date) && (weekday || year.worked.contains(&date)),
            None => weekday,
        }
    }

    /// The last working day at or before `date`.
    pub fn working_at_or_before(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.is_working(day) {
            day = day.checked_sub_days(Days::new(1)).unwrap_or(day);
        }
        day
    }

    /// The last working day before `date`.
    pub fn working_before(&self, date: NaiveDate) -> NaiveDate {
        self.working_at_or_before(date.checked_sub_days(Days::new(1)).unwrap_or(date))
    }

    /// The first working day after `date`.
    pub fn working_after(&self, date: NaiveDate) -> NaiveDate {
        date.iter_days().skip(1).find(|day| self.is_working(*day)).unwrap_or(date)
    }

    /// The festival that takes `date` off, if one does.
    pub fn closure(&self, date: NaiveDate) -> Option<Closure> {
        let name = self.years.get(&date.year())?.off.get(&date)?.clone();
        let same = |day: NaiveDate| self.years.get(&day.year()).and_then(|y| y.off.get(&day)) == Some(&name);
        let first = date.iter_days().rev().take_while(|day| same(*day)).last().unwrap_or(date);
        let last = date.iter_days().take_while(|day| same(*day)).last().unwrap_or(date);
        Some(Closure { name, first, last })
    }
}

fn understand(number: i32, raw: RawYear) -> Result<Year, String> {
    let mut year = Year { off: BTreeMap::new(), worked: raw.worked.into_iter().collect() };
    for holiday in raw.holidays {
        if holiday.last < holiday.first {
            return Err(format!("日历中{number}年的“{}”结束早于开始", holiday.name));
        }
        let days = holiday.first.iter_days().take_while(|day| *day <= holiday.last);
        year.off.extend(days.map(|day| (day, holiday.name.clone())));
    }
    let stray = year.off.keys().chain(&year.worked).find(|day| day.year() != number).copied();
    if let Some(day) = stray {
        return Err(format!("日历中{day}不属于{number}年，请移到它自己的年份下"));
    }
    let both = year.worked.iter().find(|day| year.off.contains_key(day));
    match both {
        Some(day) => Err(format!("日历中{day}既是放假又是上班，请删去一处")),
        None => Ok(year),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn working_days(calendar: &Calendar, year: i32) -> usize {
        day(&format!("{year}-01-01"))
            .iter_days()
            .take_while(|d| d.year() == year)
            .filter(|d| calendar.is_working(*d))
            .count()
    }

    /// The sums and dates that rules.md computed from the announced tables.
    #[test]
    fn the_announced_years_add_up() {
        let calendar = Calendar::builtin();
        assert_eq!([2024, 2025, 2026].map(|year| working_days(&calendar, year)), [251, 248, 248]);
        let off_mondays: Vec<String> = day("2024-01-01")
            .iter_days()
            .take_while(|d| d.year() < 2027)
            .filter(|d| d.weekday() == Weekday::Mon && !calendar.is_working(*d))
            .map(|d| d.to_string())
            .collect();
        assert_eq!(
            off_mondays,
            [
                "2024-01-01",
                "2024-02-12",
                "2024-06-10",
                "2024-09-16",
                "2024-10-07",
                "2025-02-03",
                "2025-05-05",
                "2025-06-02",
                "2025-10-06",
                "2026-02-16",
                "2026-02-23",
                "2026-04-06",
                "2026-05-04",
                "2026-10-05"
            ]
        );
    }

    #[test]
    fn the_eve_of_a_closure_may_be_a_saturday() {
        let calendar = Calendar::builtin();
        for (inside, eve) in [("2024-09-15", "2024-09-14"), ("2026-02-15", "2026-02-14"), ("2026-02-23", "2026-02-14")]
        {
            assert_eq!(calendar.working_at_or_before(day(inside)), day(eve));
        }
        let spring = calendar.closure(day("2026-02-17")).unwrap();
        assert_eq!((spring.name.as_str(), spring.first, spring.last), ("春节", day("2026-02-15"), day("2026-02-23")));
    }

    #[test]
    fn a_year_without_data_is_said_to_be_missing() {
        let calendar = Calendar::builtin();
        assert!(!calendar.knows(2027));
        assert!(calendar.is_working(day("2027-02-08")) && !calendar.is_working(day("2027-02-07")));
        assert_eq!(calendar.closure(day("2027-02-08")), None);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [
            ("{", "第1行"),
            (r#"{"next": {"holidays": []}}"#, "不是数字"),
            (
                r#"{"2026": {"holidays": [{"name": "元旦", "first": "2026-01-03", "last": "2026-01-01"}]}}"#,
                "结束早于开始",
            ),
            (r#"{"2026": {"holidays": [], "worked": ["2027-01-01"]}}"#, "不属于2026年"),
            (
                r#"{"2026": {"holidays": [{"name": "元旦", "first": "2026-01-01", "last": "2026-01-01"}], "worked": ["2026-01-01"]}}"#,
                "既是放假又是上班",
            ),
            (r#"{"2026": {"holiday": []}}"#, "holiday"),
        ] {
            let fault = Calendar::parse(text).unwrap_err();
            assert!(fault.contains(word), "{text}: {fault}");
        }
    }
}
