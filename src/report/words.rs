//! Dates and names as Chinese papers print them.

use crate::domain::{Check, Moment, Period, When};
use chrono::{Datelike, NaiveDate, Timelike};

/// 6月20日.
pub(super) fn day(date: NaiveDate) -> String {
    format!("{}月{}日", date.month(), date.day())
}

/// 6月20日, with the year when it is not that of `beside`.
pub(super) fn day_beside(date: NaiveDate, beside: NaiveDate) -> String {
    let year = if date.year() == beside.year() { String::new() } else { format!("{}年", date.year()) };
    format!("{year}{}", day(date))
}

/// 6月20日至6月26日; one date alone when both are the same.
pub(super) fn days(first: NaiveDate, last: NaiveDate) -> String {
    if first == last { day(first) } else { format!("{}至{}", day(first), day_beside(last, first)) }
}

/// 2022年6月28日6时5分.
pub(super) fn minute(moment: Moment) -> String {
    let local = moment.beijing();
    let minutes = if local.minute() == 0 { String::new() } else { format!("{}分", local.minute()) };
    format!("{}年{}{}时{minutes}", local.year(), day(local.date()), local.hour())
}

/// When an update appeared, as exactly as a table needs it.
pub(super) fn when(when: When, beside: NaiveDate) -> String {
    match when {
        When::At(moment) => day_beside(moment.date(), beside),
        When::Day(date) => day_beside(date, beside),
        When::Span { .. } => days(when.earliest().date(), when.latest().date()),
    }
}

/// (以6月6日、13日、20日、6月27日检查结果为准): the month with the first date and the last and wherever
/// it changes. A date stands once, even when two checks moved to it. `None` without a check.
pub(super) fn check_dates(checks: &[Check]) -> Option<String> {
    let mut dates: Vec<NaiveDate> = checks.iter().map(|check| check.at.date()).collect();
    dates.sort_unstable();
    dates.dedup();
    let full = |at: usize| at == 0 || at + 1 == dates.len() || dates[at].month() != dates[at - 1].month();
    let word = |(at, date): (usize, &NaiveDate)| if full(at) { day(*date) } else { format!("{}日", date.day()) };
    let words: Vec<String> = dates.iter().enumerate().map(word).collect();
    (!words.is_empty()).then(|| format!("(以{}检查结果为准)", words.join("、")))
}

/// What a period is called in titles: 2022年第25周, 2022年6月份, 2022年第2季度.
pub(super) fn period(period: Period) -> String {
    match period {
        Period::Week(week) => format!("{}年第{}周", week.iso().year(), week.iso().week()),
        Period::Month(month) => format!("{}年{}月份", month.year, month.month),
        Period::Quarter(quarter) => format!("{}年第{}季度", quarter.year, quarter.quarter),
    }
}

/// 全市 for 开封市; without a name of that kind the region itself, and at last nothing.
pub(super) fn whole_region(region: &str) -> String {
    match region.chars().last() {
        Some(last) if "省市州盟县区旗乡镇".contains(last) => format!("全{last}"),
        _ => region.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(dates: &[&str]) -> Vec<Check> {
        let at = |date: &&str| Check::unmoved(Moment::parse(&format!("{date} 09:00")).unwrap());
        dates.iter().map(at).collect()
    }

    #[test]
    fn the_line_of_check_dates() {
        for (dates, line) in [
            (
                &["2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"][..],
                "(以6月6日、13日、20日、6月27日检查结果为准)",
            ),
            (
                &["2022-05-23", "2022-05-30", "2022-06-06", "2022-06-13"],
                "(以5月23日、30日、6月6日、6月13日检查结果为准)",
            ),
            (
                &["2021-12-20", "2021-12-27", "2022-01-03", "2022-01-10", "2022-01-17"],
                "(以12月20日、27日、1月3日、10日、1月17日检查结果为准)",
            ),
            (&["2022-06-06", "2022-06-13"], "(以6月6日、6月13日检查结果为准)"),
            (&["2026-02-24", "2026-02-24"], "(以2月24日检查结果为准)"),
        ] {
            assert_eq!(check_dates(&checks(dates)).unwrap(), line);
        }
        assert_eq!(check_dates(&[]), None);
    }

    #[test]
    fn the_printed_date_is_the_one_on_which_the_check_was_held() {
        let [nominal, at] = ["2026-02-16 09:00", "2026-02-24 09:00"].map(|text| Moment::parse(text).unwrap());
        assert_eq!(check_dates(&[Check { nominal, at }]).unwrap(), "(以2月24日检查结果为准)");
    }

    #[test]
    fn regions() {
        for (region, whole) in
            [("开封市", "全市"), ("兰考县", "全县"), ("城乡一体化示范区", "全区"), ("某地", "某地"), ("", "")]
        {
            assert_eq!(whole_region(region), whole);
        }
    }
}
