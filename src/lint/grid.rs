//! From a grid of cells to lines and tables: titles above a head, a head of one row or two, headings
//! within, rows of sums, notes below, several tables one after another.

use super::column::Kind;
use super::paper::{Column, Field, Line, Part, Row, Table, number, squeezed};

/// A row as a workbook or a document has it.
#[derive(Clone, Debug, Default)]
pub(super) struct GridRow {
    /// Row of the sheet or of the table, from 1.
    pub(super) line: usize,
    /// Its cells from the left.
    pub(super) cells: Vec<GridCell>,
}

/// A cell of a grid.
#[derive(Clone, Debug, Default)]
pub(super) struct GridCell {
    /// As a person reads it, trimmed.
    pub(super) text: String,
    /// It covers so many columns more to its right.
    pub(super) covers: usize,
    /// Another cell to its left covers it.
    pub(super) covered: bool,
    /// It says what a merged cell above says.
    pub(super) shared: bool,
}

/// Copies of what merged cells say, bounded: a long text over many rows would fill the memory.
pub(super) struct Copies(usize);

impl Default for Copies {
    fn default() -> Copies {
        Copies(32 << 20)
    }
}

impl Copies {
    /// A copy; nothing once there were too many.
    pub(super) fn of(&mut self, text: &str) -> String {
        self.0 = self.0.saturating_sub(text.len() + 1);
        if self.0 == 0 { String::new() } else { text.to_owned() }
    }
}

/// How a grid is spoken of.
pub(super) struct Naming<'a> {
    /// What its tables are called when no title says it: 工作表“…”, 第2张表.
    pub(super) name: &'a str,
    /// Lines before the grid that may be titles of its first table.
    pub(super) above: &'a [String],
    /// Rows are counted from the head on, not from the top of the grid.
    pub(super) counts_rows: bool,
    /// The name goes before whatever a title says.
    pub(super) by_name: bool,
}

/// Words that name a row of sums.
const SUMS: [&str; 5] = ["合计", "总计", "小计", "共计", "总和"];
/// Titles of a table are sought among so many lines above it.
pub(super) const TITLES: usize = 4;

/// Lines and tables of a grid, and how many rows stood in no table that was recognised.
pub(super) fn lay_out(rows: &[GridRow], naming: &Naming<'_>) -> (Vec<Part>, usize) {
    let mut layout = Layout { naming, parts: Vec::new(), titles: naming.above.to_vec(), open: None, stray: 0 };
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        at += match head(row, rows.get(at + 1)) {
            Some((columns, height)) => {
                layout.begin(columns, row.line + height - 1);
                height
            }
            None => {
                layout.take(row);
                1
            }
        };
    }
    layout.close();
    (layout.parts, layout.stray)
}

struct Layout<'a> {
    naming: &'a Naming<'a>,
    parts: Vec<Part>,
    titles: Vec<String>,
    open: Option<Open>,
    stray: usize,
}

/// A table whose rows are being read.
struct Open {
    table: Table,
    /// Its place among the parts.
    at: usize,
    /// The line of its head's last row.
    head: usize,
    section: usize,
    /// Lines since its last row.
    since: usize,
}

impl Layout<'_> {
    /// A head: of a new table, or the same again on the next page.
    fn begin(&mut self, columns: Vec<Column>, head: usize) {
        if let Some(open) = &mut self.open
            && open.table.columns == columns
            && open.since == 0
        {
            return;
        }
        self.close();
        let around: Vec<String> = self.titles.iter().rev().take(TITLES).rev().cloned().collect();
        let name = if self.naming.by_name { self.naming.name.to_owned() } else { called(&around, self.naming.name) };
        let table = Table { name, around, columns, ..Table::default() };
        self.open = Some(Open { table, at: self.parts.len(), head, section: 0, since: 0 });
        self.parts.push(Part::Line(Line { place: String::new(), text: String::new() }));
        self.titles.clear();
    }

    fn take(&mut self, row: &GridRow) {
        let own: Vec<&GridCell> = row.cells.iter().filter(|cell| !cell.text.is_empty() && !cell.covered).collect();
        match &mut self.open {
            _ if own.is_empty() => {}
            None => self.line(row, &own),
            Some(open) if is_line(row, open.table.columns.len()) => {
                open.since += 1;
                self.line(row, &own);
            }
            Some(open) => open.row(row, self.naming.counts_rows),
        }
    }

    fn line(&mut self, row: &GridRow, own: &[&GridCell]) {
        let texts: Vec<&str> = own.iter().filter(|cell| !cell.shared).map(|cell| cell.text.as_str()).collect();
        let text = texts.join("　");
        if text.is_empty() {
            return;
        }
        self.stray += usize::from(texts.len() > 1 && self.open.is_none());
        let place = format!("{}第{}行", self.naming.name, row.line);
        self.titles.push(text.clone());
        self.parts.push(Part::Line(Line { place, text }));
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let notes = self.titles.iter().take(open.since.min(2)).filter(|line| is_note(line));
        open.table.around.extend(notes.cloned());
        self.parts[open.at] = Part::Table(open.table);
    }
}

impl Open {
    fn row(&mut self, row: &GridRow, counts_rows: bool) {
        let width = self.table.columns.len();
        let field = |cell: &GridCell| Field { text: cell.text.clone(), shared: cell.shared || cell.covered };
        let mut cells: Vec<Field> = row.cells.iter().take(width).map(field).collect();
        cells.resize(width, Field::default());
        if std::mem::take(&mut self.since) > 0 {
            self.section += 1;
        }
        let line = if counts_rows { row.line.saturating_sub(self.head) } else { row.line };
        let sums = is_sums(&cells);
        let row = Row { line, section: self.section, cells };
        if sums { self.table.sums.push(row) } else { self.table.rows.push(row) }
    }
}

/// A row 合计.
pub(super) fn is_sums(cells: &[Field]) -> bool {
    cells.iter().take(2).any(|cell| SUMS.contains(&squeezed(&cell.text).as_str()))
}

/// One text in the first column, or over several: a title, a heading within, or a note.
fn is_line(row: &GridRow, width: usize) -> bool {
    let mut own = row.cells.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty() && !cell.covered);
    let (Some((at, only)), None) = (own.next(), own.next()) else { return false };
    let stands_alone = only.covers > 0 || at == 0;
    width > 1 && stands_alone && !only.shared && number(&only.text).is_none()
}

/// Whether a line below a table belongs to it.
pub(super) fn is_note(line: &str) -> bool {
    line.starts_with(['注', '(', '（', '※', '*', '说', '备'])
}

/// What a table is called: by the number of its attachment, else by the line above it.
fn called(titles: &[String], fallback: &str) -> String {
    let number = |line: &String| {
        let rest = line.strip_prefix("附件")?.trim_start();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty() || rest.is_empty()).then(|| format!("附件{digits}"))
    };
    if let Some(name) = titles.iter().rev().find_map(number) {
        return name;
    }
    let short = |line: &&String| line.chars().count() <= 40 && !line.ends_with(['。', '；', '：']) && !is_note(line);
    titles.iter().rev().find(short).map_or_else(|| fallback.to_owned(), |line| format!("“{line}”"))
}

/// The columns, if the row is a head, and of how many rows.
fn head(row: &GridRow, below: Option<&GridRow>) -> Option<(Vec<Column>, usize)> {
    let two = below.and_then(|below| two_rowed(row, below));
    if let Some(headings) = two
        && is_head(&headings)
    {
        return Some((columns(&headings), 2));
    }
    let headings: Vec<String> = row.cells.iter().map(|cell| own_text(cell).to_owned()).collect();
    is_head(&headings).then(|| (columns(&headings), 1))
}

fn own_text(cell: &GridCell) -> &str {
    if cell.covered { "" } else { &cell.text }
}

fn columns(headings: &[String]) -> Vec<Column> {
    let column = |heading: &String| Column { heading: squeezed(heading), kind: Kind::of(heading) };
    headings.iter().map(column).collect()
}

/// At least two headings that we know, at least half of all, and no number among them.
fn is_head(headings: &[String]) -> bool {
    let said: Vec<&String> = headings.iter().filter(|heading| !heading.trim().is_empty()).collect();
    let known = said.iter().filter(|heading| Kind::of(heading) != Kind::Unknown).count();
    let plain = said.iter().all(|heading| number(heading).is_none() && heading.chars().count() <= 24);
    known >= 2 && known * 2 >= said.len() && plain
}

/// The headings of a head of two rows: groups above, their columns below.
fn two_rowed(upper: &GridRow, lower: &GridRow) -> Option<Vec<String>> {
    let width = upper.cells.len().max(lower.cells.len());
    let text = |row: &GridRow, at: usize| row.cells.get(at).map_or("", own_text).trim().to_owned();
    let shared = |at: usize| lower.cells.get(at).is_some_and(|cell| cell.shared);
    let below = |at: usize| if shared(at) { String::new() } else { text(lower, at) };
    let own: Vec<usize> = (0..width).filter(|at| !below(*at).is_empty()).collect();
    // Each says something under a group, or under nothing; and none stands below a heading of its own.
    let group = |at: usize| upper.cells.get(at).is_some_and(|cell| cell.covers > 0 || cell.covered);
    let under_blank = |at: usize| text(upper, at).is_empty();
    let starts_group = |at: usize| own.contains(&(at + 1)) && under_blank(at + 1);
    let fits = |at: &usize| group(*at) || under_blank(*at) || starts_group(*at);
    let known = own.iter().filter(|at| Kind::of(&below(**at)) != Kind::Unknown).count();
    if own.len() < 2 || known * 2 < own.len() || own.len() == width || !own.iter().all(fits) {
        return None;
    }
    Some((0..width).map(|at| if below(at).is_empty() { text(upper, at) } else { below(at) }).collect())
}
