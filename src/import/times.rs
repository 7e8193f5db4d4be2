//! Times as people and spreadsheets write them.

use super::workbook::serial_moment;
use crate::domain::{Moment, When};
use cuigeng_adapters::time::parse_date;

/// A time, as exactly as it is written: a date alone is a day; a bare number is an Excel serial, or
/// seconds or milliseconds since 1970.
pub(crate) fn when(text: &str) -> Option<When> {
    if let Some(date) = parse_date(text) {
        return Some(When::Day(date));
    }
    if let Some(moment) = Moment::parse(text) {
        return Some(When::At(moment));
    }
    let text = text.trim();
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number(text.parse::<f64>().ok().filter(|_| numeric)?)
}

fn number(number: f64) -> Option<When> {
    const SECONDS: std::ops::Range<f64> = 1.0e9..1.0e11;
    const MILLISECONDS: std::ops::Range<f64> = 1.0e12..1.0e14;
    // 1990 to 2100: a year, or year and month in one number, is not a day count.
    const SERIALS: std::ops::Range<f64> = 32_874.0..73_051.0;
    if SECONDS.contains(&number) {
        return Some(When::At(Moment::from_unix(number as i64)));
    }
    if MILLISECONDS.contains(&number) {
        return Some(When::At(Moment::from_unix((number / 1000.0) as i64)));
    }
    let (date, seconds) = serial_moment(number).filter(|_| SERIALS.contains(&number))?;
    Some(if seconds == 0 { When::Day(date) } else { When::At(Moment::start_of(date).plus(seconds)) })
}

/// A moment: a date alone is its 00:00.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    when(text).map(When::earliest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_and_spreadsheets_write_them() {
        let at = |text: &str| When::At(Moment::parse(text).unwrap());
        let day = |text: &str| When::Day(text.parse().unwrap());
        for (text, want) in [
            ("2022-06-07", Some(day("2022-06-07"))),
            ("2022年6月7日", Some(day("2022-06-07"))),
            ("2022/6/7 9:05", Some(at("2022-06-07 09:05"))),
            ("2022-06-07T01:05:00Z", Some(at("2022-06-07 09:05"))),
            ("1654563900", Some(at("2022-06-07 09:05"))),
            ("1654563900000", Some(at("2022-06-07 09:05"))),
            ("44719", Some(day("2022-06-07"))),
            ("44719.5", Some(at("2022-06-07 12:00"))),
            ("昨天", None),
            ("2015", None),
            ("202206", None),
            ("4.4719e4", None),
            ("9:05", None),
            ("2022-06-31", None),
            ("", None),
        ] {
            assert_eq!(when(text), want, "{text}");
        }
    }
}
