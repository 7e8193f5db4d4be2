//! Column widths from what characters occupy: a Chinese one is twice as wide as a digit.

use super::pen::Lie;
use super::style::{HEIGHT, WIDTH};
use super::title::room;
use crate::report::{Cell, Table};
use unicode_width::UnicodeWidthStr;

/// Half points of type that a table may have: 4号 and 小四 (documents.md: 12 to 14 pt).
const SIZES: [i64; 3] = [28, 26, 24];
/// Space beside the text of a cell, and the line.
pub(super) const PADDING: i64 = 40;
const AROUND: i64 = 2 * PADDING + 20;
/// No cell asks for more: thirty characters; longer text turns.
const WIDEST: usize = 60;
/// A table whose text columns cannot have five characters lies better on its side.
const NARROWEST: usize = 10;
/// A heading may turn into so many lines before the text below it must.
const HEADING_LINES: usize = 3;
/// Rows that are tried, rounds, and characters that move at once.
const SAMPLE: usize = 200;
const ROUNDS: usize = 6;
const MOVES: i64 = 10;
/// A column of so few half-width characters gets nothing of what is left over.
const SMALL: usize = 8;

/// How a table lies on its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    /// Half points of its type.
    pub(super) size: i64,
    /// Which way the page lies.
    pub(super) lie: Lie,
    /// Twips of each column.
    pub(super) widths: Vec<i64>,
    /// Whether every text of the column stands on one line: then it is centred.
    pub(super) is_short: Vec<bool>,
}

/// The largest type in which no text turns, first with whole headings, then with headings that turn; else
/// the smallest one, on its side if it must be.
pub(super) fn fit(table: &Table) -> Fit {
    let (whole, turned) = (wanted(table, 1), wanted(table, HEADING_LINES));
    for wanted in [&whole, &turned] {
        for size in SIZES {
            if wanted.iter().map(|units| twips(*units, size)).sum::<i64>() <= WIDTH {
                return fitted(table, wanted, size, Lie::Upright);
            }
        }
    }
    let smallest = SIZES[SIZES.len() - 1];
    // A page in the middle of running text cannot be turned: there a column turns its lines instead.
    let is_inside = table.annex().is_none();
    let is_wide = !is_inside && limit(&turned, smallest, WIDTH) < twips(NARROWEST, smallest);
    fitted(table, &turned, smallest, if is_wide { Lie::Side } else { Lie::Upright })
}

/// Half-width characters that each column would like to have. A column to be filled in by hand has at
/// least its heading's.
fn wanted(table: &Table, heading_lines: usize) -> Vec<usize> {
    let cells = |at: usize| table.rows.iter().filter_map(move |row| row.get(at)).map(|cell| longest_line(&cell.text()));
    let column = |at: usize| {
        let text = cells(at).max().unwrap_or(0);
        let lines = if text == 0 { 1 } else { heading_lines };
        even(room(&table.columns[at]), text, lines).clamp(4, WIDEST)
    };
    (0..table.columns.len()).map(column).collect()
}

/// Where Han and digits mix, fonts differ most, so a little more is free.
fn longest_line(text: &str) -> usize {
    let wide = |line: &str| room(line) + usize::from(room(line) > line.width_cjk());
    text.lines().map(wide).max().unwrap_or(0)
}

/// The width of a column with that text below a heading of that width, in even lines: the last is no more
/// than a character shorter than the others.
fn even(heading: usize, text: usize, most_lines: usize) -> usize {
    let chars = heading.div_ceil(2);
    let is_even = |wide: &usize| {
        let lines = chars.div_ceil(*wide);
        lines <= most_lines && (lines == 1 || chars - wide * (lines - 1) + 1 >= *wide)
    };
    let least = text.div_ceil(2).max(1);
    // A wide text below a heading of one character more leaves nothing to even out.
    let turned = (1..=chars.max(1)).filter(is_even).map(|wide| 2 * wide).find(|wide| *wide >= 2 * least);
    turned.unwrap_or_else(|| text.max(heading)).max(text)
}

fn twips(units: usize, size: i64) -> i64 {
    units as i64 * size * 5 + AROUND
}

fn fitted(table: &Table, wanted: &[usize], size: i64, lie: Lie) -> Fit {
    let room = if lie == Lie::Upright { WIDTH } else { HEIGHT };
    let natural: Vec<i64> = wanted.iter().map(|units| twips(*units, size)).collect();
    let limit = limit(wanted, size, room);
    let mut widths: Vec<i64> = natural.iter().map(|width| (*width).min(limit)).collect();
    fewest_lines(table, &natural, &mut widths, size);
    spread(&mut widths, wanted, room);
    let is_short = widths.iter().zip(&natural).zip(wanted).map(|((has, wants), units)| has >= wants && *units < WIDEST);
    Fit { size, lie, is_short: is_short.collect(), widths }
}

/// The width above which columns are cut so that all fit.
fn limit(wanted: &[usize], size: i64, room: i64) -> i64 {
    let mut sorted: Vec<i64> = wanted.iter().map(|units| twips(*units, size)).collect();
    sorted.sort_unstable();
    let mut left = room;
    for (at, width) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at) as i64;
        if *width > share {
            return share;
        }
        left -= width;
    }
    room
}

/// Moves room between the columns that are cut, a character at a time and as long as the table loses
/// lines: each has its share, and then the one with the longest text takes from the others.
fn fewest_lines(table: &Table, natural: &[i64], widths: &mut [i64], size: i64) {
    let cut: Vec<usize> = (0..widths.len()).filter(|at| widths[*at] < natural[*at]).collect();
    let rows = &table.rows[..table.rows.len().min(SAMPLE)];
    let step = twips(2, size) - AROUND;
    let least = twips(NARROWEST, size);
    let mut fewest = all_lines(rows, widths, size);
    for _ in 0..ROUNDS {
        let mut best = None;
        for (from, to) in cut.iter().flat_map(|from| cut.iter().map(move |to| (*from, *to))) {
            for moved in (1..=MOVES).map(|chars| chars * step) {
                if from == to || widths[from] - moved < least || widths[to] + moved > natural[to] {
                    break;
                }
                let mut tried = widths.to_vec();
                tried[from] -= moved;
                tried[to] += moved;
                let lines = all_lines(rows, &tried, size);
                if lines < fewest {
                    (fewest, best) = (lines, Some(tried));
                }
            }
        }
        match best {
            Some(best) => widths.copy_from_slice(&best),
            None => return,
        }
    }
}

/// Lines of all rows: each has as many as its tallest cell.
fn all_lines(rows: &[Vec<Cell>], widths: &[i64], size: i64) -> i64 {
    let of_row = |row: &Vec<Cell>| row.iter().zip(widths).map(|(cell, width)| lines(&cell.text(), *width, size)).max();
    rows.iter().filter_map(of_row).sum()
}

/// Gives what is left over to the columns, in proportion; a column of numbers needs none.
fn spread(widths: &mut [i64], wanted: &[usize], room: i64) {
    let left = room - widths.iter().sum::<i64>();
    let takes = |at: usize| wanted[at] > SMALL || wanted.iter().all(|units| *units <= SMALL);
    let all: i64 = (0..widths.len()).filter(|at| takes(*at)).map(|at| widths[at]).sum();
    if all == 0 {
        return;
    }
    for at in (0..widths.len()).filter(|at| takes(*at)).collect::<Vec<_>>() {
        widths[at] += widths[at] * left / all;
    }
}

/// Lines that a text needs in a column.
pub(super) fn lines(text: &str, width: i64, size: i64) -> i64 {
    let room = ((width - AROUND) / (size * 5)).max(2) as usize;
    text.split('\n').map(|line| line.width_cjk().div_ceil(room).max(1) as i64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Part;

    fn table(columns: &[&str], cells: &[&str]) -> Table {
        let row = cells.iter().map(|cell| Cell::Text((*cell).to_owned())).collect();
        Table { part: Part::Annex(1), ..Table::new("表", "", columns, vec![row]) }
    }

    #[test]
    fn columns_have_the_width_of_their_text() {
        let list = table(&["序号", "政务新媒体", "问题类型"], &["1", "开封市公安局交通警察支队", "超过两周未更新"]);
        let fit = fit(&list);
        assert_eq!((fit.size, fit.lie), (28, Lie::Upright));
        assert!(fit.widths[1] > fit.widths[2] && fit.widths[2] > 2 * fit.widths[0], "{fit:?}");
        assert_eq!(fit.widths[0], twips(4, fit.size), "a number gets no more");
        assert!((WIDTH - 3..=WIDTH).contains(&fit.widths.iter().sum()), "{fit:?}");
        assert_eq!(fit.is_short, [true; 3]);
    }

    #[test]
    fn only_what_does_not_fit_lies_on_its_side() {
        let long = "字".repeat(4000);
        let tall = fit(&table(&["序号", "标题"], &["1", &long]));
        assert_eq!((tall.lie, tall.is_short), (Lie::Upright, vec![true, false]));
        let wide = fit(&table(&["联系电话（手机和固话）"; 9], &[""; 9]));
        assert_eq!((wide.lie, wide.size), (Lie::Side, 24));
        assert!(wide.widths.iter().sum::<i64>() <= HEIGHT);
        let inside = fit(&Table { part: Part::Body, ..table(&["联系电话（手机和固话）"; 9], &[""; 9]) });
        assert!(inside.lie == Lie::Upright && inside.widths.iter().sum::<i64>() <= WIDTH, "{inside:?}");
        assert!(fit(&table(&[], &[])).widths.is_empty());
        assert!(fit(&table(&["甲"; 63], &["乙"; 63])).widths.iter().all(|width| *width > 0));
    }

    #[test]
    fn mixed_text_has_slack_and_headings_turn_evenly() {
        assert!(longest_line("5月18日") > "5月18日".width_cjk());
        assert_eq!([even(14, 4, 3), even(14, 7, 3), even(14, 12, 1), even(8, 2, 3), even(4, 3, 3)], [8, 8, 14, 4, 4]);
    }

    #[test]
    fn the_cut_gives_the_fewest_lines() {
        let (name, found) = ("某市人民政府办公室政务新媒体宣传中心某", "一周未更新2次扣10分;".repeat(5));
        let list = table(&["序号", "名称", "存在问题", "备注"], &["1", name, &found, "已经整改完毕"]);
        let fit = fit(&list);
        assert!(fit.widths.iter().sum::<i64>() <= WIDTH, "{fit:?}");
        let (room, rows) = (fit.widths[1] + fit.widths[2], &list.rows);
        let equal = [fit.widths[0], room / 2, room / 2, fit.widths[3]];
        assert!(all_lines(rows, &fit.widths, fit.size) < all_lines(rows, &equal, fit.size), "{fit:?}");
    }

    #[test]
    fn lines_of_a_cell() {
        let width = twips(10, 24);
        for (text, needed) in [("", 1), ("一二三四五", 1), ("一二三四五六", 2), ("一\n二", 2)] {
            assert_eq!(lines(text, width, 24), needed, "{text}");
        }
    }
}
