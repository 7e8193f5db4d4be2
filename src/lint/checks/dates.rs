//! 1: every date exists. 2: check dates lie in the period and before the date of issue. 3: the cut-off is
//! the end of the period.

use crate::domain::Period;
use crate::lint::dates::{Said, dates};
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::Line;
use crate::lint::seen::Seen;
use crate::tables::days;
use chrono::{Datelike, NaiveDate};

/// What the line with the check dates ends with.
const CHECKED_ON: &str = "检查结果为准";

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    for &(at, line) in &seen.lines {
        let (spot, said) = (Spot::line((at, line)), dates(&line.text));
        exist(seen, &spot, &said, out);
        if line.text.contains(CHECKED_ON) {
            inside(seen, &spot, &said, out);
        }
        cut_off(seen, &spot, &said, out);
    }
    unlike(seen, out);
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
    for what in said.iter().filter_map(|one| one.missing(seen.year)) {
        out.error(1, spot, what, "请核对改正");
    }
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

/// One annex of three or more whose check dates are not those of all the others.
fn unlike(seen: &Seen<'_>, out: &mut Out) {
    let day = |said: Said| (said.month, said.day);
    let said = |text: &str| dates(text).into_iter().map(day).collect::<Vec<_>>();
    let lines = seen.lines.iter().filter(|(_, line)| line.text.contains(CHECKED_ON));
    let all: Vec<(&(usize, &Line), Vec<_>)> = lines.map(|line| (line, said(&line.1.text))).collect();
    let like = |days: &Vec<_>| all.iter().filter(|(_, other)| other == days).count();
    for (line, days) in all.iter().filter(|(_, days)| all.len() > 2 && like(days) == 1) {
        let Some((other, others)) = all.iter().find(|(_, other)| like(other) + 1 == all.len()) else { return };
        let only = dates(&line.1.text).into_iter().find(|one| !others.contains(&day(one.clone())));
        let known = only.as_ref().is_some_and(|one| is_outside(seen, one));
        if days != others && !known {
            let only = only.map_or_else(|| "少了日期".to_owned(), |one| format!("有{}", one.text));
            let what = format!("检查日期{only}，与其他附件（“{}”）不同", short(&other.1.text));
            out.warn(2, &Spot::line(**line), what, "请核对检查日期");
        }
    }
}

/// Told already as a date outside the period.
fn is_outside(seen: &Seen<'_>, one: &Said) -> bool {
    let inside = |(first, last): (NaiveDate, NaiveDate)| {
        one.date(Some(first.year())).is_none_or(|date| (first..=last).contains(&date))
    };
    span(seen).is_some_and(|span| !inside(span)) || one.date(seen.year).is_none()
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
