//! 1: every date exists. 2: check dates lie in the period and before the date of issue. 3: the cut-off is
//! the end of the period.

use crate::domain::Period;
use crate::lint::dates::{Said, dates};
use crate::lint::finding::{Out, Spot};
use crate::lint::seen::Seen;
use crate::tables::days;
use chrono::{Datelike, NaiveDate};

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    for &(at, line) in &seen.lines {
        let (spot, said) = (Spot::line((at, line)), dates(&line.text));
        exist(seen, &spot, &said, out);
        if line.text.contains("检查结果为准") {
            inside(seen, &spot, &said, out);
        }
        cut_off(seen, &spot, &said, out);
    }
    for &(at, table) in &seen.tables {
        for row in &table.rows {
            let spot = Spot::row((at, table), row);
            let cells = row.cells.iter().filter(|cell| !cell.shared);
            cells.for_each(|cell| exist(seen, &spot, &dates(&cell.text), out));
        }
    }
    if seen.period.is_none() {
        out.skip("检查日期、截止日期是否在本期：标题里没有找到是哪一期（如“2022年6月份”）");
    }
}

fn exist(seen: &Seen<'_>, spot: &Spot, said: &[Said], out: &mut Out) {
    for one in said.iter().filter(|one| one.date(seen.year).is_none()) {
        out.error(1, spot, format!("没有“{}”这一天{}", one.text, last_day(one, seen.year)), "请核对改正");
    }
}

/// （6月只有30天）.
fn last_day(said: &Said, year: Option<i32>) -> String {
    let year = said.year.or(year).unwrap_or(2000);
    let last = (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, said.month, *day).is_some());
    last.map_or_else(String::new, |last| format!("（{}月只有{last}天）", said.month))
}

/// First and last day of the month or quarter.
fn span(seen: &Seen<'_>) -> Option<(NaiveDate, NaiveDate)> {
    seen.period.filter(|period| !matches!(period, Period::Week(_))).and_then(days)
}

fn inside(seen: &Seen<'_>, spot: &Spot, said: &[Said], out: &mut Out) {
    let Some((first, last)) = span(seen) else { return };
    for one in said.iter().filter(|one| one.day.is_some()) {
        let Some(date) = one.date(Some(first.year())) else { continue };
        if date < first || date > last {
            let what = format!("检查日期{}不在本期（{first}至{last}）", one.text);
            out.error(2, spot, what, "请核对检查日期和标题里的月份、季度");
        } else if let Some(issued) = seen.issued.filter(|issued| date > *issued) {
            out.error(2, spot, format!("检查日期{}晚于成文日期{issued}", one.text), "请核对两个日期");
        }
    }
}

/// June's figures that are cut off on 24 June.
fn cut_off(seen: &Seen<'_>, spot: &Spot, said: &[Said], out: &mut Out) {
    let Some((first, last)) = span(seen).filter(|_| !seen.is_weekly) else { return };
    let cut = |one: &&Said| one.day.is_some() && (one.before.ends_with("截至") || one.before.ends_with("截止"));
    for one in said.iter().filter(cut) {
        let date = one.date(Some(first.year()));
        if date.is_some_and(|date| date != last) {
            let what = format!("数据截至{}，本期到{}月{}日为止", one.text, last.month(), last.day());
            out.warn(3, spot, what, "请核对是否漏了几天");
        }
    }
}
