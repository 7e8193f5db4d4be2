//! One point in time, kept as UTC seconds and spoken in Beijing time (UTC+8, no daylight saving).
//!
//! It never asks what time it is: whoever needs *now* is given it.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Seconds from UTC to Beijing.
const EAST_8: i64 = 8 * 3600;
/// Seconds in a day; Beijing has no daylight saving, so each day has them all.
pub const DAY: i64 = 86_400;
/// Seconds in an hour.
pub const HOUR: i64 = 3_600;

/// A point in time, to the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

impl Moment {
    /// Before everything that this program may meet (year 1).
    pub const MIN: Moment = Moment(-62_135_596_800);
    /// After everything that this program may meet (end of year 9999, Beijing).
    pub const MAX: Moment = Moment(253_402_271_999);

    /// From seconds since 1970-01-01T00:00:00Z; clamped to [`Moment::MIN`]..=[`Moment::MAX`].
    pub const fn from_unix(seconds: i64) -> Moment {
        if seconds < Self::MIN.0 {
            Self::MIN
        } else if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Moment(seconds)
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// What a clock on a wall in Beijing shows.
    pub fn beijing(self) -> NaiveDateTime {
        DateTime::from_timestamp(self.0 + EAST_8, 0).map_or(NaiveDateTime::MAX, |t| t.naive_utc())
    }

    /// The calendar date in Beijing.
    pub fn date(self) -> NaiveDate {
        self.beijing().date()
    }

    /// The point at which a Beijing clock shows `local`.
    pub fn from_beijing(local: NaiveDateTime) -> Moment {
        Moment::from_unix(local.and_utc().timestamp() - EAST_8)
    }

    /// 00:00 in Beijing at the start of `date`.
    pub fn start_of(date: NaiveDate) -> Moment {
        Moment::from_beijing(date.and_time(NaiveTime::MIN))
    }

    /// 00:00 in Beijing of the Monday of the natural week that holds this moment.
    pub fn week_start(self) -> Moment {
        let date = self.date();
        let back = Days::new(u64::from(date.weekday().num_days_from_monday()));
        Moment::start_of(date.checked_sub_days(back).unwrap_or(date))
    }

    /// This moment moved by `seconds`, clamped.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Moment {
        Moment::from_unix(self.0.saturating_add(seconds))
    }

    /// This moment moved by whole days of 86,400 s.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Moment {
        self.plus(days.saturating_mul(DAY))
    }

    /// Seconds from `earlier` to here; negative when `earlier` is later.
    pub const fn since(self, earlier: Moment) -> i64 {
        self.0 - earlier.0
    }

    /// As chrono knows it, with the Beijing offset.
    pub fn to_chrono(self) -> DateTime<FixedOffset> {
        self.beijing().and_utc().with_timezone(&east8()) - chrono::TimeDelta::seconds(EAST_8)
    }

    /// `2022-06-27T09:00:00+08:00`
    pub fn rfc3339(self) -> String {
        format!("{}+08:00", self.beijing().format("%Y-%m-%dT%H:%M:%S"))
    }

    /// Reads RFC 3339 with any offset; fractions of a second are cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Moment> {
        DateTime::parse_from_rfc3339(text.trim()).ok().map(|t| Moment::from_unix(t.timestamp()))
    }

    /// Reads what people and spreadsheets write: RFC 3339 with an offset, or Beijing time as
    /// `2022-6-7 9:05[:30]` with `-`, `/`, `.` or 年月日时分 between the parts, `T` or blanks before the hour,
    /// digits as wide as an input method types them.
    /// A date alone is not a moment: see [`parse_date`].
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        if let Some(moment) = Moment::parse_rfc3339(text) {
            return Some(moment);
        }
        let plain = plain_separators(text);
        ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&plain, form).ok())
            .or_else(|| midnight_as_24(&plain))
            .or_else(|| offset_without_colon(text))
            .map(Moment::from_beijing)
    }
}

/// Reads a date: `2022-06-07`, `2022/6/7`, `2022.6.7`, `2022年6月7日`, `20220607`.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    NaiveDate::parse_from_str(&plain_separators(text), "%Y-%m-%d").ok()
}

/// `24:00` of a day is 00:00 of the next one, as Chinese notices write deadlines.
fn midnight_as_24(plain: &str) -> Option<NaiveDateTime> {
    let date = plain.strip_suffix(" 24:00").or_else(|| plain.strip_suffix(" 24:00:00"))?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN))
}

/// `2022-06-07T09:05:00+0800` and `2022-06-07 09:05+08:00`, which RFC 3339 refuses; as Beijing local time.
fn offset_without_colon(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%.f%z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(&text, form).ok())
        .map(|t| Moment::from_unix(t.timestamp()).beijing())
}

fn plain_separators(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '/' | '.' | '年' | '月' | '－' if !plain.contains(' ') => plain.push('-'),
            '日' | '号' | 'T' | '\u{3000}' | '\t' | '秒' => plain.push(' '),
            '：' | '时' | '点' | '分' => plain.push(':'),
            // As an input method types them.
            '０'..='９' => plain.extend(char::from_digit(u32::from(c) - u32::from('０'), 10)),
            c => plain.push(c),
        }
    }
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match plain.strip_suffix(':') {
        // 8时 is 8:00, 8时30分 is 8:30.
        Some(hour) if !hour.contains(':') => format!("{hour}:00"),
        Some(minute) => minute.to_owned(),
        None => plain,
    }
}

/// The zone of this program.
pub fn east8() -> FixedOffset {
    #[expect(clippy::expect_used, reason = "8 hours is inside chrono's ±24 h")]
    FixedOffset::east_opt(EAST_8 as i32).expect("UTC+8 exists")
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not a time: {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let want = Moment::from_unix(1_654_563_900); // 2022-06-07T01:05:00Z
        for text in [
            "2022-06-07T09:05:00+08:00",
            "2022-06-07T01:05:00Z",
            "2022-06-07T01:05:00.250Z",
            "2022-06-07 09:05",
            "2022-06-07 09:05:00",
            "2022年6月7日9时5分",
            "2022年6月7号 9点05",
            "２０２２－０６－０７ ０９：０５",
            "2022/6/7 9:05",
            "2022.6.7 9:05:00",
            "2022年6月7日 9:05",
            "2022年6月7日9：05",
            "2022-06-07T09:05",
            "2022-06-07T09:05:00+0800",
            " 2022-06-07\t09:05 ",
        ] {
            assert_eq!(Moment::parse(text), Some(want), "{text}");
        }
        assert_eq!(Moment::parse("2022-06-06 24:00"), Moment::parse("2022-06-07 00:00"));
        for text in ["2022-06-07", "2022-13-01 00:00", "2022-06-31 09:00", "", "昨天", "9:05"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_alone() {
        let want = NaiveDate::from_ymd_opt(2022, 6, 7);
        for text in ["2022-06-07", "2022-6-7", "2022/6/7", "2022.6.7", "2022年6月7日", "20220607"] {
            assert_eq!(parse_date(text), want, "{text}");
        }
        for text in ["2022-06-31", "2022-06", "7.59E+18", "2022-06-07 09:00"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_week_begins_on_monday_in_beijing() {
        let monday = Moment::parse("2022-06-06 00:00").unwrap();
        for text in ["2022-06-06 00:00", "2022-06-08 12:00", "2022-06-12 23:59:59"] {
            assert_eq!(Moment::parse(text).unwrap().week_start(), monday, "{text}");
        }
        assert_eq!(monday.plus(-1).week_start(), monday.plus_days(-7));
        assert_eq!(monday.to_chrono().to_rfc3339(), monday.rfc3339());
    }
}
