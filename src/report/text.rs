//! A report as plain text: the text half of the mail, and what a terminal shows. Columns are aligned
//! by what characters occupy, not by their number.

use super::clean::{isolated, one_line};
use super::paper::{or_blank, table_title};
use super::{Block, Cell, Grid, GridCell, GridRow, Report, Table};
use unicode_width::UnicodeWidthStr;

pub(super) fn render(report: &Report) -> String {
    let head = report.paper.as_ref().map(super::html::head_lines).unwrap_or_default();
    let mut lines: Vec<String> = head.iter().chain([&report.title]).map(|line| one_line(line)).collect();
    lines.extend(report.subtitle.as_deref().map(one_line));
    lines.push(String::new());
    lines.extend(report.blocks.iter().flat_map(|block| block_lines(report, block)));
    if !report.footnotes.is_empty() {
        lines.extend([String::new(), "注：".to_owned()]);
    }
    lines.extend(report.footnotes.iter().enumerate().map(|(at, note)| format!("{}. {}", at + 1, one_line(note))));
    let foot = report.paper.as_ref().map(super::html::foot_lines).unwrap_or_default();
    let imprint = report.paper.as_ref().map(super::html::imprint_lines).unwrap_or_default();
    lines.extend(foot.iter().chain(&imprint).map(|line| one_line(line)));
    let mut text = lines.join("\n").replace("\n\n\n", "\n\n");
    text.push('\n');
    text
}

/// Names come from platforms and lists: a line break or an escape in one must not forge a line or drive
/// the terminal.
fn block_lines(report: &Report, block: &Block) -> Vec<String> {
    match block {
        Block::Heading(text) => vec![String::new(), one_line(text)],
        Block::Paragraph(text) | Block::Left(text) | Block::Right(text) => vec![one_line(text)],
        Block::Table(table) => table_lines(table, &table_title(report, table)),
        Block::Grid(grid) => grid_lines(grid),
        Block::Chart(chart) => {
            std::iter::once(chart.words()).chain(chart.note.clone()).map(|line| one_line(&line)).collect()
        }
        Block::NewPage(title) => std::iter::once(String::new()).chain(title.as_deref().map(one_line)).collect(),
    }
}

fn table_lines(table: &Table, title: &str) -> Vec<String> {
    let titled = !table.title.is_empty();
    let mut lines = if titled { vec![String::new(), one_line(title)] } else { Vec::new() };
    lines.extend(table.subtitle.as_deref().map(one_line));
    if table.rows.is_empty() {
        lines.push("无。".to_owned());
        lines.extend(table.note.as_deref().map(one_line));
        return lines;
    }
    let mut rows: Vec<Vec<String>> = vec![table.columns.iter().map(|column| isolated(column)).collect()];
    rows.extend(table.runs().into_iter().flat_map(|run| run.clone().map(move |at| cells(table, at, at > run.start))));
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    lines.extend(group_line(table, &mut widths));
    lines.extend(rows.iter().map(|row| aligned(row, &widths)));
    lines.extend(table.note.as_deref().map(one_line));
    lines
}

/// A line for each row: labels and what stands beside them.
fn grid_lines(grid: &Grid) -> Vec<String> {
    let cell = |cell: &GridCell| match cell.is_label {
        true => format!("{}：", isolated(&cell.text)),
        false => isolated(or_blank(&cell.text)),
    };
    let line = |row: &GridRow| row.cells.iter().map(cell).collect::<Vec<_>>().join(" ");
    grid.rows.iter().map(line).collect()
}

/// The cells of a row; what the row above has said already is blank.
fn cells(table: &Table, at: usize, repeats: bool) -> Vec<String> {
    let left_out = if repeats { table.once } else { 0 };
    let text = |(column, cell): (usize, &Cell)| if column < left_out { String::new() } else { isolated(&cell.text()) };
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
