//! Tables for people, aligned for Chinese, and JSON for scripts.

use super::CliError;
pub(crate) use crate::spoken::{beijing, rule_chinese};
use serde::Serialize;
use std::io::{IsTerminal, Write};
use unicode_width::UnicodeWidthStr;

/// What must be seen first, in red where colours can be seen.
pub(crate) fn red(text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stdout().is_terminal();
    if plain { text.to_owned() } else { format!("\u{1b}[1;31m{text}\u{1b}[0m") }
}

/// One line on stdout. A closed pipe (`| head`) is no failure of ours.
pub(crate) fn line_out(line: std::fmt::Arguments<'_>) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// `println!` that does not mind a closed pipe.
macro_rules! outln {
    () => { $crate::cli::print::line_out(format_args!("")) };
    ($($arg:tt)*) => { $crate::cli::print::line_out(format_args!($($arg)*)) };
}
pub(crate) use outln;

/// One line on stderr; a reader that has gone away is no error.
macro_rules! errln {
    ($($arg:tt)*) => { $crate::cli::print::line_err(format_args!($($arg)*)) };
}
pub(crate) use errln;

/// One line on stderr.
pub(crate) fn line_err(line: std::fmt::Arguments<'_>) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// One JSON value on stdout.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    let text = serde_json::to_string_pretty(value).map_err(|e| CliError::failed(format!("输出失败：{e}")))?;
    drop(writeln!(out, "{text}"));
    Ok(())
}

/// A table with a heading, columns as wide as their widest cell.
pub(crate) fn print_rows(columns: &[&str], rows: &[Vec<String>]) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(table(columns, rows).as_bytes()));
}

/// The same as text.
pub(crate) fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let width_of = |i: usize| {
        rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.width()).chain([columns[i].width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width_of).collect();
    let heading: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
    let lines = std::iter::once(&heading).chain(rows).map(|row| line(row, &widths));
    lines.collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(&cell.replace(['\n', '\r'], " "));
        line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
    }
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_straight_under_chinese() {
        let rows = [vec!["文明通许".to_owned(), "1".to_owned()], vec!["ab".to_owned(), "22".to_owned()]];
        assert_eq!(table(&["账号", "次"], &rows), "账号      次\n文明通许  1\nab        22\n");
    }
}
