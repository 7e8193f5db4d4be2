//! A finished paper as far as it could be read: lines and tables in their order.

use super::column::Kind;
use crate::domain::Period;
use crate::tables::Points;

/// A paper, whoever wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// What stands in it, in order.
    pub parts: Vec<Part>,
    /// What could not be read, and why; or what was taken for what (Chinese).
    pub unread: Vec<String>,
    /// Which period it is of, where the file itself says it beside its title.
    pub period: Option<Period>,
}

/// One piece of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph, a title, a note below a table.
    Line(Line),
    /// A table whose head was recognised.
    Table(Table),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands, such as 正文第3段.
    pub place: String,
    /// The text, trimmed; never empty.
    pub text: String,
}

/// A table whose columns are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it is called in findings, such as 附件3.
    pub name: String,
    /// The lines around it: titles above, notes below.
    pub around: Vec<String>,
    /// Its columns; a head of two rows is one heading each.
    pub columns: Vec<Column>,
    /// Its rows, those of sums left out.
    pub rows: Vec<Row>,
    /// Its rows 合计, 小计.
    pub sums: Vec<Row>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As it prints, without blanks.
    pub heading: String,
    /// What it holds.
    pub kind: Kind,
}

/// One row, as wide as the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Row of the sheet, else of the table below its head; from 1.
    pub line: usize,
    /// How many headings within the table (一、县区) stand above it.
    pub section: usize,
    /// Its cells.
    pub cells: Vec<Field>,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// As a person reads it, trimmed.
    pub text: String,
    /// Printed once for this row and those above.
    pub shared: bool,
}

impl Paper {
    /// The tables, each with its place among the parts.
    pub fn tables(&self) -> impl Iterator<Item = (usize, &Table)> {
        self.parts.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Table(table) => Some((at, table)),
            Part::Line(_) => None,
        })
    }

    /// The lines, each with its place among the parts.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.parts.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Line(line) => Some((at, line)),
            Part::Table(_) => None,
        })
    }
}

impl Table {
    /// The first column of that kind.
    pub fn column(&self, kind: Kind) -> Option<usize> {
        self.columns.iter().position(|column| column.kind == kind)
    }

    /// Every column of that kind.
    pub fn columns_of(&self, kind: Kind) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| self.columns[*at].kind == kind).collect()
    }

    /// The column that says what a row is about.
    pub fn naming(&self) -> Option<usize> {
        [Kind::Account, Kind::Site, Kind::Office, Kind::Platform].into_iter().find_map(|kind| self.column(kind))
    }

    /// The nearest line of those around it, or its name, in which one of the words stands.
    pub fn says(&self, words: &[&str]) -> bool {
        std::iter::once(&self.name).chain(&self.around).any(|line| words.iter().any(|word| line.contains(word)))
    }

    /// Whether it has rows and none says anything beside its number: a form to be filled in.
    pub fn is_blank_form(&self) -> bool {
        let seq = self.column(Kind::Seq);
        let blank = |row: &Row| row.cells.iter().enumerate().all(|(at, cell)| Some(at) == seq || cell.text.is_empty());
        self.rows.iter().all(blank)
    }
}

impl Row {
    /// The text of a cell; of a column that is not there it is empty.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.as_str())
    }

    /// The number in a cell.
    pub fn number(&self, column: usize) -> Option<Points> {
        number(self.text(column))
    }
}

/// Reads a number as tables print it: `12`, `12条`, `1,371`, `19.5分`.
pub(super) fn number(text: &str) -> Option<Points> {
    let text = text.trim().trim_end_matches(['条', '分', '个', '次', '篇', '家']);
    Points::parse(text).or_else(|| Points::parse(&text.replace([',', '，'], "")))
}

/// Headings and names are compared without blanks.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}
