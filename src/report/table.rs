//! A table before anybody has decided how it looks: its cells, its head of one row or two, and which
//! of its rows belong together.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A table with named columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Name of its sheet and of its array in JSON; unique in a report, at most 31 characters, none of
    /// `[]:*?/\`.
    pub key: String,
    /// Where it stands in the paper.
    pub part: Part,
    /// The title, without the number of an annex; empty when the heading above says it already, or when
    /// the table continues the annex before it.
    pub title: String,
    /// The line below the title.
    pub subtitle: Option<String>,
    /// Titles over consecutive columns, from the left: a head of two rows. Empty is a head of one row;
    /// columns that no group reaches span both rows.
    pub groups: Vec<Group>,
    /// The headings.
    pub columns: Vec<String>,
    /// So many of the first columns are printed once for consecutive rows that are equal in all of
    /// them; the rows themselves are complete.
    pub once: usize,
    /// The rows, each as wide as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// The line below the table.
    pub note: Option<String>,
}

/// Where a table stands in the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// In the running text, where its block stands.
    #[default]
    Body,
    /// In the annex of that number, from 1; tables of one number share the annex.
    Annex(usize),
    /// Beside the paper: for the office that checks, not for those who get the paper.
    Working,
}

/// A title over some columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// As it prints; empty: these columns stand alone and span both rows of the head.
    pub title: String,
    /// How many columns it spans.
    pub columns: usize,
}

/// One cell of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadCell<'a> {
    /// As it prints.
    pub text: &'a str,
    /// Its first column.
    pub column: usize,
    /// How many columns it spans, at least 1.
    pub columns: usize,
    /// How many rows of the head it spans, at least 1.
    pub rows: usize,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// Text; never a formula, whatever it begins with.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number with decimals, exactly: `units` of `10^-places`. Trailing zeros do not print.
    Decimal {
        /// The number times `10^places`.
        units: i64,
        /// At most 18.
        places: u8,
    },
}

impl Cell {
    /// As it prints.
    pub fn text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Decimal { units, places } => decimal(*units, *places),
        }
    }

    /// Its value, when it is a number: exact as long as a double can hold it.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Cell::Text(_) => None,
            // Counts are far below 2^53, where f64 stops being exact.
            Cell::Number(number) => Some(*number as f64),
            Cell::Decimal { .. } => self.text().parse().ok(),
        }
    }
}

/// 66, 8.4, 19.5: no zero at the end, no point without a digit behind it.
fn decimal(units: i64, places: u8) -> String {
    let places = usize::from(places.min(18));
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    let rest = rest.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

impl Group {
    /// A title over so many columns.
    pub fn new(title: &str, columns: usize) -> Group {
        Group { title: title.to_owned(), columns }
    }
}

impl Table {
    /// A table with a head of one row, without subtitle, note and merged cells.
    pub fn new(key: impl Into<String>, title: impl Into<String>, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Table { key: key.into(), title: title.into(), columns, rows, ..Table::default() }
    }

    /// The title with the number of its annex: 附件2　2022年6月份不合格的政务新媒体名单.
    pub fn full_title(&self) -> String {
        match self.part {
            Part::Annex(number) if !self.title.is_empty() => format!("附件{number}　{}", self.title),
            _ => self.title.clone(),
        }
    }

    /// The number of its annex.
    pub const fn annex(&self) -> Option<usize> {
        match self.part {
            Part::Annex(number) => Some(number),
            Part::Body | Part::Working => None,
        }
    }

    /// The head, row by row: one row without groups, else two.
    pub fn head(&self) -> Vec<Vec<HeadCell<'_>>> {
        let cell = |column: usize, rows| HeadCell { text: &self.columns[column], column, columns: 1, rows };
        if self.groups.is_empty() {
            return vec![(0..self.columns.len()).map(|column| cell(column, 1)).collect()];
        }
        let (mut upper, mut lower, mut at) = (Vec::new(), Vec::new(), 0);
        for group in &self.groups {
            let end = (at + group.columns).min(self.columns.len());
            if group.title.is_empty() {
                upper.extend((at..end).map(|column| cell(column, 2)));
            } else if at < end {
                upper.push(HeadCell { text: &group.title, column: at, columns: end - at, rows: 1 });
                lower.extend((at..end).map(|column| cell(column, 1)));
            }
            at = end;
        }
        upper.extend((at..self.columns.len()).map(|column| cell(column, 2)));
        vec![upper, lower]
    }

    /// The rows in runs that print their first columns once; every run has at least one row.
    pub fn runs(&self) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in 0..self.rows.len() {
            match runs.last_mut() {
                Some(run) if self.belong_together(run.start, at) => run.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        runs
    }

    fn belong_together(&self, first: usize, other: usize) -> bool {
        let leading = |at: usize| self.rows[at].get(..self.once);
        self.once > 0 && leading(first).is_some() && leading(first) == leading(other)
    }

    /// The headings as keys: one that stands twice gets its number, 职务 and 职务（2）.
    pub(super) fn keys(&self) -> Vec<String> {
        let earlier = |at: usize| self.columns[..at].iter().filter(|column| **column == self.columns[at]).count();
        let key = |(at, column): (usize, &String)| match earlier(at) {
            0 => column.clone(),
            n => format!("{column}（{}）", n + 1),
        };
        self.columns.iter().enumerate().map(key).collect()
    }
}
