//! Tables back to files: exports, and refused files with what is wrong in each row. Nothing that a
//! cell begins with can make it a formula.

use super::header::PROBLEM;
use super::table::starts_formula;
use super::{BadRows, Sheet};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::collections::HashMap;

/// CSV that Excel opens rightly: UTF-8 with BOM, every cell quoted, formula starts disarmed.
pub fn csv_bytes(rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for row in rows {
        let cells: Vec<String> =
            row.iter().map(|cell| format!("\"{}\"", disarmed(cell).replace('"', "\"\""))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front, which an import
/// takes away again; one that looks so already gets one more.
fn disarmed(cell: &str) -> String {
    if starts_formula(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell.to_owned() }
}

/// A workbook of one sheet, all text.
///
/// # Errors
/// Those of the writer.
pub fn workbook_bytes(name: &str, rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(name)?;
    for (r, row) in (0_u32..).zip(rows) {
        for (c, cell) in (0_u16..).zip(row) {
            sheet.write_string(r, c, cell)?;
        }
    }
    book.save_to_buffer()
}

/// The rows of the refused sheet, each with a column 问题. A row of a workbook keeps its number.
pub fn copy_with_problems(sheets: &[Sheet], bad: &BadRows) -> Vec<Vec<String>> {
    let Some(sheet) = sheets.get(bad.sheet) else { return Vec::new() };
    let mut problems: HashMap<usize, Vec<String>> = HashMap::new();
    for row in &bad.rows {
        let column = if row.column.is_empty() { String::new() } else { format!("“{}”", row.column) };
        problems.entry(row.line).or_default().push(format!("{column}{}", row.problem));
    }
    let place = problem_column(sheet, bad.heading);
    let mut copied: Vec<Vec<String>> = Vec::new();
    for row in &sheet.rows {
        while !sheet.name.is_empty() && copied.len() + 1 < row.line {
            copied.push(Vec::new());
        }
        let mut cells: Vec<String> = row.cells.iter().map(|cell| cell.text.clone()).collect();
        cells.resize(cells.len().max(place + 1), String::new());
        cells[place] = match problems.get(&row.line) {
            _ if row.line == bad.heading => PROBLEM.to_owned(),
            Some(found) => found.join("；"),
            None => String::new(),
        };
        copied.push(cells);
    }
    copied
}

/// Where 问题 stands: where an earlier copy has it, else after the last column.
fn problem_column(sheet: &Sheet, heading: usize) -> usize {
    let heading = sheet.rows.iter().find(|row| row.line == heading);
    let earlier = heading.and_then(|row| row.cells.iter().position(|cell| cell.text == PROBLEM));
    earlier.unwrap_or_else(|| sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0))
}
