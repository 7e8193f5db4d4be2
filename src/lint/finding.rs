//! What a check says, and where.

use super::paper::{Line, Row, Table};
use std::fmt;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It stops the issue.
    Error,
    /// It asks.
    Warning,
}

impl Level {
    /// As it prints.
    pub const fn chinese(self) -> &'static str {
        match self {
            Level::Error => "错误",
            Level::Warning => "提醒",
        }
    }

    /// For scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check of documents.md, "Consistency checks before a paper leaves": 1 to 25.
    pub check: u8,
    /// How serious it is.
    pub level: Level,
    /// Table and row, or paragraph.
    pub place: String,
    /// What disagrees with what.
    pub what: String,
    /// What to do about it.
    pub cure: String,
    /// Place among the parts, and row.
    pub(super) at: (usize, usize),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}：{}；{}", self.level.chinese(), self.place, self.what, self.cure)
    }
}

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    place: String,
    at: (usize, usize),
}

impl Spot {
    /// A line.
    pub(super) fn line((at, line): (usize, &Line)) -> Spot {
        Spot { place: line.place.clone(), at: (at, 0) }
    }

    /// A table as a whole.
    pub(super) fn table((at, table): (usize, &Table)) -> Spot {
        Spot { place: table.name.clone(), at: (at, 0) }
    }

    /// A row, told by what it is about.
    pub(super) fn row((at, table): (usize, &Table), row: &Row) -> Spot {
        let name = table.naming().map(|column| short(row.text(column))).filter(|name| !name.is_empty());
        let name = name.map_or_else(String::new, |name| format!("（{name}）"));
        Spot { place: format!("{}第{}行{name}", table.name, row.line), at: (at, row.line) }
    }
}

/// At most thirty characters of a text, on one line.
pub(super) fn short(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(31).collect();
    if plain.chars().count() > 30 { plain.chars().take(29).chain(['…']).collect() } else { plain }
}

/// What the checks have found, and what they could not look at.
#[derive(Debug, Default)]
pub(super) struct Out {
    pub(super) findings: Vec<Finding>,
    pub(super) skipped: Vec<String>,
}

impl Out {
    pub(super) fn error(&mut self, check: u8, spot: &Spot, what: impl Into<String>, cure: &str) {
        self.add(check, Level::Error, spot, what.into(), cure);
    }

    pub(super) fn warn(&mut self, check: u8, spot: &Spot, what: impl Into<String>, cure: &str) {
        self.add(check, Level::Warning, spot, what.into(), cure);
    }

    fn add(&mut self, check: u8, level: Level, spot: &Spot, what: String, cure: &str) {
        let (place, at, cure) = (spot.place.clone(), spot.at, cure.to_owned());
        self.findings.push(Finding { check, level, place, what, cure, at });
    }

    /// What was not checked, and why; said once.
    pub(super) fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.skipped.contains(&what) && self.skipped.len() < 50 {
            self.skipped.push(what);
        }
    }
}
