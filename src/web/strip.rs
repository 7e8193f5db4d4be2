//! The year as a calendar strip: a column a week, a cell a day, shaded by how it was watched, with a dot
//! where an update was seen. It is drawn here, since a page of cells needs no template.

use crate::record::{Day, Watched};
use chrono::Datelike;
use std::fmt::Write;

/// Side of a cell and its distance to the next, in units of the picture.
const CELL: usize = 12;
const STEP: usize = 14;
/// Room for the months above and the weekdays beside.
const TOP: usize = 18;
const LEFT: usize = 22;

/// The picture. Its words stand in the table of weeks beneath, and in the title of each cell.
pub(super) fn strip(days: &[Day]) -> String {
    let (width, height) = (LEFT + days.len().div_ceil(7) * STEP, TOP + 7 * STEP);
    let mut svg = format!(
        "<svg class=\"year\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"year-is\">"
    );
    // Writing to a String cannot fail.
    for (name, row) in [("一", 0), ("三", 2), ("五", 4), ("日", 6)] {
        let _ = write!(svg, "<text x=\"0\" y=\"{}\">{name}</text>", TOP + row * STEP + 10);
    }
    for (n, day) in days.iter().enumerate() {
        let (x, y) = (LEFT + n / 7 * STEP, TOP + n % 7 * STEP);
        if day.date.day() == 1 && x + 2 * STEP < width {
            let _ = write!(svg, "<text x=\"{x}\" y=\"11\">{}月</text>", day.date.month());
        }
        cell(&mut svg, day, x, y);
    }
    svg.push_str("</svg>");
    svg
}

fn cell(svg: &mut String, day: &Day, x: usize, y: usize) {
    let (class, said) = words(day.watched);
    if day.watched == Watched::Coming {
        return;
    }
    let seen = if day.updates > 0 { format!("，更新{}次", day.updates) } else { String::new() };
    let title = format!("{}月{}日：{said}{seen}", day.date.month(), day.date.day());
    let _ = write!(
        svg,
        "<g><title>{title}</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" rx=\"1\"/>"
    );
    if day.updates > 0 {
        let radius = if day.updates > 1 { 4 } else { 3 };
        let _ = write!(svg, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", x + CELL / 2, y + CELL / 2);
    }
    svg.push_str("</g>");
}

fn words(watched: Watched) -> (&'static str, &'static str) {
    match watched {
        Watched::Whole => ("whole", "看全"),
        Watched::Partly => ("partly", "没有看全"),
        Watched::Not => ("not", "没有监测"),
        Watched::Exempt => ("idle", "不参评"),
        Watched::Coming => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn a_cell_a_day_that_has_come_with_its_words() {
        let first: NaiveDate = "2026-06-29".parse().unwrap();
        let watched = [Watched::Whole, Watched::Partly, Watched::Not, Watched::Exempt, Watched::Whole, Watched::Coming];
        let days: Vec<Day> = first
            .iter_days()
            .zip(watched)
            .map(|(date, watched)| Day { date, watched, updates: u32::from(watched == Watched::Whole) * 2 })
            .collect();
        let svg = strip(&days);
        assert_eq!((svg.matches("<rect").count(), svg.matches("<circle").count()), (5, 2));
        assert!(
            svg.contains("<title>6月29日：看全，更新2次</title>") && svg.contains("<title>7月1日：没有监测</title>")
        );
        assert!(!svg.contains("style="), "the policy allows no inline style");
    }
}
