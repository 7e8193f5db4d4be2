//! Finds the columns of a table by their headings, whatever stands above them.

use super::{Refusal, Row, Sheet};

/// A column that a file may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// What the program calls it; the first alias is what a person reads.
    pub(super) aliases: &'static [&'static str],
    /// A file without it is refused.
    pub(super) required: bool,
}

/// A table whose columns are known.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// For each column asked for, its place.
    places: Vec<Option<usize>>,
    columns: &'static [Column],
    /// The rows below the heading.
    pub(super) rows: &'a [Row],
    /// Headings that nobody asked for.
    pub(super) unknown: Vec<String>,
}

/// Rows above the heading that are searched: titles, dates, "填报单位".
const SEARCHED: usize = 20;

/// Finds the table with these columns among the sheets of a file.
pub(super) fn find<'a>(sheets: &'a [Sheet], columns: &'static [Column]) -> Result<Found<'a>, Refusal> {
    let found = sheets.iter().find_map(|sheet| {
        let at = sheet.rows.iter().take(SEARCHED).position(|row| has_required(row, columns))?;
        Some((&sheet.rows[at], &sheet.rows[at + 1..]))
    });
    let Some((heading, rows)) = found else { return Err(missing(sheets, columns)) };
    let names: Vec<String> = heading.cells.iter().map(|cell| normal(&cell.text)).collect();
    let mut places = Vec::new();
    for column in columns {
        let at: Vec<usize> = (0..names.len()).filter(|i| matches(column, &names[*i])).collect();
        if let [_, _, ..] = at[..] {
            return Err(Refusal::Unreadable(format!(
                "表头（第{}行）中“{}”出现了{}次，请只保留一列",
                heading.line,
                column.aliases[0],
                at.len()
            )));
        }
        places.push(at.first().copied());
    }
    let known = |i: &usize| places.contains(&Some(*i));
    let unknown = (0..names.len())
        .filter(|i| !known(i) && !names[*i].is_empty())
        .map(|i| heading.cells[i].text.clone())
        .collect();
    Ok(Found { places, columns, rows, unknown })
}

fn missing(sheets: &[Sheet], columns: &[Column]) -> Refusal {
    let needed: Vec<&str> = columns.iter().filter(|c| c.required).map(|c| c.aliases[0]).collect();
    let seen = sheets.first().and_then(|sheet| sheet.rows.first());
    let first = seen.map_or_else(String::new, |row| {
        let cells: Vec<&str> = row.cells.iter().map(|c| c.text.as_str()).filter(|t| !t.is_empty()).take(6).collect();
        format!("；文件的第一行是：{}", cells.join("、"))
    });
    Refusal::Unreadable(format!("找不到表头：需要有“{}”这几列{first}", needed.join("”“")))
}

fn has_required(row: &Row, columns: &[Column]) -> bool {
    let names: Vec<String> = row.cells.iter().map(|cell| normal(&cell.text)).collect();
    columns.iter().filter(|c| c.required).all(|column| names.iter().any(|name| matches(column, name)))
}

fn matches(column: &Column, name: &str) -> bool {
    column.aliases.iter().any(|alias| normal(alias) == name)
}

/// Headings are compared without blanks, marks of required columns, width and case.
fn normal(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let kept = text.chars().map(half).filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}' | '\u{200b}'));
    kept.collect::<String>().to_lowercase().replace("(必填)", "")
}

impl Found<'_> {
    /// Whether the file has the column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// The text of a cell; empty when the file or the row has no such column.
    pub(super) fn text<'r>(&self, row: &'r Row, column: usize) -> &'r str {
        self.places[column].and_then(|place| row.cells.get(place)).map_or("", |cell| cell.text.as_str())
    }

    /// What is wrong with a cell, whatever it means.
    pub(super) fn fault(&self, row: &Row, column: usize) -> Option<String> {
        self.places[column].and_then(|place| row.cells.get(place)).and_then(|cell| cell.fault.clone())
    }

    /// The heading of a column, as this program prints it.
    pub(super) fn name(&self, column: usize) -> &'static str {
        self.columns[column].aliases[0]
    }
}

/// An identifier that Excel has turned into `7.59E+18`: its digits are lost.
pub(super) fn lost_digits(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits(mantissa) && exponent.strip_prefix('+').is_some_and(digits)
}
