//! Finds the columns of a table by their headings, whatever stands above them.

use super::table::lost_digits;
use super::{BadRow, BadRows, Refusal, Row, Sheet};

/// A column that a file may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// What the program calls it: the Chinese and the English name, then what else people write. A
    /// heading of the first two goes before the others.
    pub(super) aliases: &'static [&'static str],
    /// A file without it is refused.
    pub(super) required: bool,
}

/// A table whose columns are known.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// For each column asked for, its place.
    places: Vec<Option<usize>>,
    columns: &'a [Column],
    /// Which of the sheets.
    pub(super) sheet: usize,
    /// Line of the heading; 0 when no line of the file is one.
    pub(super) heading: usize,
    /// The rows below the heading in which any of the columns says something.
    pub(super) rows: Vec<&'a Row>,
    /// What the file holds that nobody asked for (Chinese).
    pub(super) remarks: Vec<String>,
}

/// Rows above the heading that are searched: titles, dates, 填报单位.
pub(super) const SEARCHED: usize = 20;

/// The column that a refused file's copy carries; a corrected copy may be imported with it.
pub(super) const PROBLEM: &str = "问题";

/// Finds the table with these columns: in the first sheet that has their headings.
pub(super) fn find<'a>(sheets: &'a [Sheet], columns: &'a [Column]) -> Result<Found<'a>, Refusal> {
    let mut headed = sheets.iter().enumerate().filter_map(|(i, sheet)| Some((i, sheet, heading_of(sheet, columns)?)));
    let Some((sheet, table, at)) = headed.next() else { return Err(missing(sheets, columns)) };
    let heading = &table.rows[at];
    let names = names(heading);
    let places = columns.iter().map(|column| place(column, &names, heading)).collect::<Result<Vec<_>, _>>()?;
    let mut found =
        Found { places, columns, sheet, heading: heading.line, rows: Vec::new(), remarks: unused(headed.map(|h| h.1)) };
    found.rows = table.rows[at + 1..].iter().filter(|row| found.says_something(row)).collect();
    found.remark_columns(heading, &names, &table.rows[at + 1..]);
    Ok(found)
}

/// The heading is the first row with every required column; when the next one has them as well (a
/// heading of two rows whose upper cells are merged downwards), it is that one.
fn heading_of(sheet: &Sheet, columns: &[Column]) -> Option<usize> {
    let is_heading = |row: &Row| {
        let names = names(row);
        columns.iter().filter(|c| c.required).all(|column| names.iter().any(|name| is_any(column.aliases, name)))
    };
    let first = sheet.rows.iter().take(SEARCHED).position(is_heading)?;
    let more = sheet.rows[first + 1..].iter().take_while(|row| is_heading(row)).count();
    Some(first + more)
}

fn names(row: &Row) -> Vec<String> {
    row.cells.iter().map(|cell| normal(&cell.text)).collect()
}

fn is_any(aliases: &[&str], name: &str) -> bool {
    aliases.iter().any(|alias| normal(alias) == name)
}

/// Headings are compared without blanks, marks of required columns, width and case.
pub(super) fn normal(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let kept = text.chars().map(half).filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}' | '\u{200b}'));
    kept.collect::<String>().to_lowercase().replace("(必填)", "")
}

fn place(column: &Column, names: &[String], heading: &Row) -> Result<Option<usize>, Refusal> {
    let (proper, others) = column.aliases.split_at(column.aliases.len().min(2));
    let at = |aliases: &[&str]| (0..names.len()).filter(|i| is_any(aliases, &names[*i])).collect::<Vec<_>>();
    let mut found = at(proper);
    if found.is_empty() {
        found = at(others);
    }
    if found.len() < 2 {
        return Ok(found.first().copied());
    }
    let twice: Vec<&str> = found.iter().map(|i| heading.cells[*i].text.as_str()).collect();
    Err(Refusal::Unreadable(format!(
        "表头{}中“{}”有{}列（{}），分不清用哪一列，请只保留一列",
        place_of(heading.line),
        column.aliases[0],
        found.len(),
        twice.join("、")
    )))
}

/// Where a heading stands; nowhere when its names are keys.
pub(super) fn place_of(line: usize) -> String {
    if line == 0 { String::new() } else { format!("（第{line}行）") }
}

fn unused<'a>(others: impl Iterator<Item = &'a Sheet>) -> Vec<String> {
    let names: Vec<&str> = others.map(|sheet| sheet.name.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    vec![format!("工作表“{}”也有同样的表头，没有读；只读了排在最前的那一张", names.join("”“"))]
}

fn missing(sheets: &[Sheet], columns: &[Column]) -> Refusal {
    let needed: Vec<&str> = columns.iter().filter(|c| c.required).map(|c| c.aliases[0]).collect();
    let seen = sheets.first().and_then(|sheet| sheet.rows.first());
    let first = seen.map_or_else(String::new, |row| {
        let cells: Vec<&str> = row.cells.iter().map(|c| c.text.as_str()).filter(|t| !t.is_empty()).take(6).collect();
        let text: String = cells.join("、").chars().take(120).collect();
        format!("；文件的第一行是：{text}")
    });
    let both = if needed.len() > 1 { "同时" } else { "" };
    Refusal::Unreadable(format!("找不到表头：前{SEARCHED}行中要有一行{both}写着“{}”{first}", needed.join("”和“")))
}

impl<'a> Found<'a> {
    /// Whether the file has the column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The text of a cell; empty when the file or the row has no such column.
    pub(super) fn text<'r>(&self, row: &'r Row, column: usize) -> &'r str {
        self.cell(row, column).map_or("", |cell| cell.text.as_str())
    }

    /// What is wrong with a cell, whatever it means (Chinese).
    pub(super) fn fault(&self, row: &Row, column: usize) -> Option<&'static str> {
        let cell = self.cell(row, column)?;
        cell.fault.or_else(|| lost_digits(&cell.text).then_some(super::table::LOST))
    }

    /// The heading of a column, as this program prints it.
    pub(super) fn name(&self, column: usize) -> &'static str {
        self.columns[column].aliases[0]
    }

    /// The heading of a column as the file has it.
    pub(super) fn heading<'r>(&self, sheets: &'r [Sheet], column: usize) -> Option<&'r str> {
        let row = sheets.get(self.sheet)?.rows.iter().find(|row| row.line == self.heading)?;
        Some(row.cells.get(self.places[column]?)?.text.as_str())
    }

    /// The refusal with these rows, in the order of the file.
    pub(super) fn refuse(&self, mut rows: Vec<BadRow>) -> Refusal {
        rows.sort_by_key(|row| row.line);
        Refusal::Rows(BadRows { sheet: self.sheet, heading: self.heading, rows })
    }

    fn cell<'r>(&self, row: &'r Row, column: usize) -> Option<&'r super::Cell> {
        row.cells.get(self.places[column]?)
    }

    /// A row with nothing but a running number says nothing, nor does a heading that is repeated for
    /// the next printed page.
    fn says_something(&self, row: &Row) -> bool {
        let said = |column| self.cell(row, column).is_some_and(|cell| !cell.text.is_empty() || cell.fault.is_some());
        let repeats = |column: usize| is_any(self.columns[column].aliases, &normal(self.text(row, column)));
        let mut needed = (0..self.columns.len()).filter(|column| self.columns[*column].required);
        (0..self.columns.len()).any(said) && !needed.all(repeats)
    }

    fn remark_columns(&mut self, heading: &Row, names: &[String], below: &'a [Row]) {
        let known = |i: &usize| self.places.contains(&Some(*i));
        let strangers = (0..names.len()).filter(|i| !known(i) && !names[*i].is_empty() && names[*i] != PROBLEM);
        let strangers: Vec<&str> = strangers.map(|i| heading.cells[i].text.as_str()).collect();
        let width = below.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let filled = |i: &usize| below.iter().any(|row| row.cells.get(*i).is_some_and(|cell| !cell.text.is_empty()));
        let headless = (0..width).filter(|i| names.get(*i).is_none_or(String::is_empty) && filled(i));
        let headless: Vec<String> = headless.map(|i| format!("第{}列", i + 1)).collect();
        if !strangers.is_empty() {
            self.remarks.push(format!("不认识的列，已忽略：{}", strangers.join("、")));
        }
        if !headless.is_empty() {
            self.remarks.push(format!("没有表头的列，其中的内容已忽略：{}", headless.join("、")));
        }
    }
}
