//! A report as plain text: the text half of the mail, and what a terminal shows. Columns are aligned
//! by what characters occupy, not by their number.

use super::{Block, Cell, Report, Table};
use unicode_width::UnicodeWidthStr;

pub(super) fn render(report: &Report) -> String {
    let mut lines = vec![report.title.clone()];
    lines.extend(report.subtitle.clone());
    lines.push(String::new());
    for block in &report.blocks {
        match block {
            Block::Heading(text) => lines.extend([String::new(), text.clone()]),
            Block::Paragraph(text) => lines.push(text.clone()),
            Block::Table(table) => lines.extend(table_lines(table)),
        }
    }
    if !report.footnotes.is_empty() {
        lines.extend([String::new(), "注：".to_owned()]);
    }
    lines.extend(report.footnotes.iter().enumerate().map(|(at, note)| format!("{}. {note}", at + 1)));
    let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
    let mut text = lines.join("\n").replace("\n\n\n", "\n\n");
    text.push('\n');
    text
}

fn table_lines(table: &Table) -> Vec<String> {
    let titled = !table.title.is_empty();
    let mut lines = if titled { vec![String::new(), table.title.clone()] } else { Vec::new() };
    lines.extend(table.subtitle.clone());
    if table.rows.is_empty() {
        lines.push("无。".to_owned());
        lines.extend(table.note.clone());
        return lines;
    }
    let mut rows: Vec<Vec<String>> = vec![table.columns.clone()];
    rows.extend(table.runs().into_iter().flat_map(|run| run.clone().map(move |at| cells(table, at, at > run.start))));
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    lines.extend(group_line(table, &mut widths));
    lines.extend(rows.iter().map(|row| aligned(row, &widths)));
    lines.extend(table.note.clone());
    lines
}

/// The cells of a row; what the row above has said already is blank.
fn cells(table: &Table, at: usize, repeats: bool) -> Vec<String> {
    let left_out = if repeats { table.once } else { 0 };
    let text = |(column, cell): (usize, &Cell)| if column < left_out { String::new() } else { one_line(&cell.text()) };
    table.rows[at].iter().enumerate().map(text).collect()
}

/// The titles over groups of columns, which widens the last column of a group that is too narrow.
fn group_line(table: &Table, widths: &mut [usize]) -> Option<String> {
    let head = table.head();
    let [upper, _] = head.as_slice() else { return None };
    let mut line = String::new();
    for cell in upper {
        let place = &mut widths[cell.column..cell.column + cell.columns];
        let text = if cell.rows > 1 { "" } else { cell.text };
        let own: usize = place.iter().sum::<usize>() + 2 * (place.len() - 1);
        let missing = text.width().saturating_sub(own);
        place[cell.columns - 1] += missing;
        line.push_str(&format!("{text}{}  ", " ".repeat(own + missing - text.width())));
    }
    Some(line.trim_end().to_owned())
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let pad = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())));
    row.iter().zip(widths).map(pad).collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// Names come from platforms and lists: a line break or an escape in one must not forge a line or drive
/// the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
