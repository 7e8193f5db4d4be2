//! The working days of the State Council's arrangements, with 调休. Data that the operator can
//! replace; a year that is not loaded is said to be 未录入 and never guessed from festival dates.

use super::notice::Announced;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 2024 to 2026 as the State Council announced them (rules.md "Holiday calendar").
const BUILTIN: &str = include_str!("calendar.json");

/// Which days are worked.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

type Year = Announced;

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
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    holidays: Vec<RawHoliday>,
    #[serde(default)]
    worked: Vec<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
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

    /// The years that are known, ascending.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        self.years.keys().copied()
    }

    /// The same without those years.
    #[must_use]
    pub fn without(mut self, years: &BTreeSet<i32>) -> Calendar {
        self.years.retain(|year, _| !years.contains(year));
        self
    }

    /// Whether the arrangement of that year is known (else it prints as 未录入).
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// The days off and the worked weekends of that year, where they are known.
    pub fn year(&self, year: i32) -> Option<&Announced> {
        self.years.get(&year)
    }

    /// The working days of a year that is known.
    pub fn working_days(&self, year: i32) -> Option<usize> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| self.knows(year))?;
        Some(first.iter_days().take_while(|day| day.year() == year).filter(|day| self.is_working(*day)).count())
    }

    /// The years that a notice for `year` changes: that year whole, and a known neighbour whose days it
    /// touches (元旦 may begin in the old year). A neighbour that is not known is not made of one day.
    #[must_use]
    pub fn announcing(&self, year: i32, found: &Announced) -> Calendar {
        let mut years = BTreeMap::from([(year, found.of_year(year))]);
        for other in found.years().into_iter().filter(|other| *other != year) {
            let Some(mut known) = self.years.get(&other).cloned() else { continue };
            let more = found.of_year(other);
            known.worked.retain(|day| !more.off.contains_key(day));
            known.off.retain(|day, _| !more.worked.contains(day));
            known.off.extend(more.off);
            known.worked.extend(more.worked);
            years.insert(other, known);
        }
        Calendar { years }
    }

    /// The same as a calendar file.
    pub fn to_json(&self) -> String {
        let raw: BTreeMap<String, RawYear> =
            self.years.iter().map(|(number, year)| (number.to_string(), raw_year(year))).collect();
        // Maps of strings and dates always have a JSON form.
        serde_json::to_string_pretty(&raw).unwrap_or_default()
    }

    /// The year whose arrangement somebody should have loaded by `date`. It is announced in October or
    /// November before; from December on its absence is a fault of ours (rules.md "Holiday calendar").
    pub fn missing(&self, date: NaiveDate) -> Option<i32> {
        let due = [Some(date.year()), (date.month() == 12).then_some(date.year() + 1)];
        due.into_iter().flatten().find(|year| !self.knows(*year))
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

fn raw_year(year: &Year) -> RawYear {
    let holidays = year.closures().into_iter().map(|(name, first, last)| RawHoliday { name, first, last });
    RawYear { holidays: holidays.collect(), worked: year.worked.iter().copied().collect() }
}

fn understand(number: i32, raw: RawYear) -> Result<Year, String> {
    let mut year = Year { worked: raw.worked.into_iter().collect(), ..Year::default() };
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
#[path = "calendar_tests.rs"]
mod tests;
