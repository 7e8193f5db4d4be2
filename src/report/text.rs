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
        return lines;
    }
    let text_row = |row: &Vec<Cell>| row.iter().map(|cell| one_line(&cell.text())).collect();
    let mut rows: Vec<Vec<String>> = vec![table.columns.clone()];
    rows.extend(table.rows.iter().map(text_row));
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    lines.extend(rows.iter().map(|row| aligned(row, &widths)));
    lines
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
