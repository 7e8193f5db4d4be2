//! A table: head on every page, no row over two pages, merged cells. And a form with boxes.

use super::pen::{Lie, Pen, Set};
use super::style::{CELL, HEITI, IMPRINT, LINE, NOTE, TABLE_TITLE, WIDTH};
use super::width::{Fit, PADDING, fit, lines};
use super::xml::Xml;
use crate::report::grid::SHARES;
use crate::report::{Cell, Grid, GridCell, GridRow, HeadCell, Table};
use std::io::{self, Write};
use std::ops::Range;

/// A row higher than so many lines may break, since no page might hold it.
const TALL: i64 = 20;
/// Least height of a row: 0.8 cm.
const ROW: i64 = 454;

/// Which way the page of a table must lie.
pub(super) fn lie(table: &Table) -> Lie {
    if table.rows.is_empty() { Lie::Upright } else { fit(table).lie }
}

/// A table in the running text: title, line below it, rows and note.
pub(super) fn in_text<W: Write>(pen: &mut Pen<W>, table: &Table) -> io::Result<()> {
    if !table.title.is_empty() {
        pen.line(&TABLE_TITLE, &table.full_title())?;
    }
    table.subtitle.iter().try_for_each(|line| pen.line(&super::style::SUBTITLE, line))?;
    rows(pen, table)
}

/// Rows and note; 无 without a row.
pub(super) fn rows<W: Write>(pen: &mut Pen<W>, table: &Table) -> io::Result<()> {
    if table.rows.is_empty() {
        pen.line(&super::style::BODY, "无。")?;
    } else {
        let fit = fit(table);
        begin(pen, &fit.widths)?;
        head(pen, table, &fit)?;
        for run in table.runs() {
            run.clone().try_for_each(|at| row(pen, table, &fit, (&run, at)))?;
        }
        end(pen)?;
    }
    table.note.iter().try_for_each(|note| pen.line(&NOTE, note))
}

fn begin<W: Write>(pen: &mut Pen<W>, widths: &[i64]) -> io::Result<()> {
    pen.before_table()?;
    let xml = &mut pen.xml;
    xml.open("w:tbl", &[])?;
    xml.open("w:tblPr", &[])?;
    let total = widths.iter().sum::<i64>().to_string();
    xml.leaf("w:tblW", &[("w:w", &total), ("w:type", "dxa")])?;
    xml.val("w:jc", "center")?;
    xml.open("w:tblBorders", &[])?;
    for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
        xml.leaf(side, &[("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", "000000")])?;
    }
    xml.close("w:tblBorders")?;
    xml.leaf("w:tblLayout", &[("w:type", "fixed")])?;
    margins(xml)?;
    xml.close("w:tblPr")?;
    xml.open("w:tblGrid", &[])?;
    widths.iter().try_for_each(|width| xml.leaf("w:gridCol", &[("w:w", &width.to_string())]))?;
    xml.close("w:tblGrid")
}

fn margins<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    let padding = PADDING.to_string();
    xml.open("w:tblCellMar", &[])?;
    for (side, width) in [("w:top", "20"), ("w:left", &padding), ("w:bottom", "20"), ("w:right", &padding)] {
        xml.leaf(side, &[("w:w", width), ("w:type", "dxa")])?;
    }
    xml.close("w:tblCellMar")
}

fn end<W: Write>(pen: &mut Pen<W>) -> io::Result<()> {
    pen.after_table();
    pen.xml.close("w:tbl")
}

fn begin_row<W: Write>(xml: &mut Xml<W>, height: i64, is_whole: bool, is_head: bool) -> io::Result<()> {
    xml.open("w:tr", &[])?;
    xml.open("w:trPr", &[])?;
    if is_whole {
        xml.leaf("w:cantSplit", &[])?;
    }
    xml.leaf("w:trHeight", &[("w:val", &height.to_string()), ("w:hRule", "atLeast")])?;
    if is_head {
        xml.leaf("w:tblHeader", &[])?;
    }
    xml.close("w:trPr")
}

/// A cell of a row.
#[derive(Clone, Copy, Default)]
struct Place {
    width: i64,
    columns: usize,
    /// The first row of a merge, or one below it.
    merge: Option<&'static str>,
}

fn cell<W: Write>(pen: &mut Pen<W>, place: Place, write: impl FnOnce(&mut Pen<W>) -> io::Result<()>) -> io::Result<()> {
    let xml = &mut pen.xml;
    xml.open("w:tc", &[])?;
    xml.open("w:tcPr", &[])?;
    xml.leaf("w:tcW", &[("w:w", &place.width.to_string()), ("w:type", "dxa")])?;
    if place.columns > 1 {
        xml.num("w:gridSpan", place.columns as i64)?;
    }
    place.merge.map_or(Ok(()), |merge| xml.val("w:vMerge", merge))?;
    xml.val("w:vAlign", "center")?;
    xml.close("w:tcPr")?;
    write(pen)?;
    pen.xml.close("w:tc")
}

/// The head of one row or two, repeated on every page.
fn head<W: Write>(pen: &mut Pen<W>, table: &Table, fit: &Fit) -> io::Result<()> {
    let head = table.head();
    let [upper, lower] = [head.first(), head.get(1)].map(|row| row.map_or(&[][..], Vec::as_slice));
    let set = Set { size: Some(fit.size), ..Set::default() };
    for at in 0..head.len() {
        begin_row(&mut pen.xml, ROW, true, true)?;
        // Below a cell that spans both rows Word wants one that goes on.
        let goes_on = upper.iter().filter(|cell| cell.rows > 1);
        let mut cells: Vec<(&HeadCell<'_>, Option<&str>)> = match at {
            0 => upper.iter().map(|cell| (cell, (cell.rows > 1).then_some("restart"))).collect(),
            _ => lower.iter().map(|cell| (cell, None)).chain(goes_on.map(|cell| (cell, Some("continue")))).collect(),
        };
        cells.sort_by_key(|(cell, _)| cell.column);
        for (one, merge) in cells {
            let width = fit.widths[one.column..one.column + one.columns].iter().sum();
            let text = if merge == Some("continue") { "" } else { one.text };
            let merge = merge.map(|merge| if merge == "restart" { "restart" } else { "continue" });
            cell(pen, Place { width, columns: one.columns, merge }, |pen| pen.para(&CELL, &set, &[(HEITI, text)]))?;
        }
        pen.xml.close("w:tr")?;
    }
    Ok(())
}

fn row<W: Write>(pen: &mut Pen<W>, table: &Table, fit: &Fit, (run, at): (&Range<usize>, usize)) -> io::Result<()> {
    let cells = &table.rows[at];
    let height = |(cell, width): (&Cell, &i64)| lines(&cell.text(), *width, fit.size);
    let is_whole = cells.iter().zip(&fit.widths).map(height).max().unwrap_or(1) <= TALL;
    begin_row(&mut pen.xml, ROW, is_whole, false)?;
    for (column, one) in cells.iter().enumerate().take(fit.widths.len()) {
        let merge = match column < table.once && run.len() > 1 {
            true => Some(if at == run.start { "restart" } else { "continue" }),
            false => None,
        };
        let text = if merge == Some("continue") { String::new() } else { one.text() };
        let align = (!fit.is_short[column]).then_some("left");
        let set = Set { size: Some(fit.size), align, ..Set::default() };
        let place = Place { width: fit.widths[column], columns: 1, merge };
        cell(pen, place, |pen| pen.set(&CELL, set, &text))?;
    }
    pen.xml.close("w:tr")
}

/// Lines at the foot of the page, with a line of the first weight (in eighths of a point) above and
/// below them all and one of the second between.
pub(super) fn at_foot<W: Write>(pen: &mut Pen<W>, lines: &[(Set, String)], weights: [i64; 2]) -> io::Result<()> {
    pen.before_table()?;
    let xml = &mut pen.xml;
    let width = WIDTH.to_string();
    xml.open("w:tbl", &[])?;
    xml.open("w:tblPr", &[])?;
    let anchor = [("w:vertAnchor", "margin"), ("w:horzAnchor", "margin")];
    let place = [("w:tblpXSpec", "left"), ("w:tblpYSpec", "bottom")];
    xml.leaf("w:tblpPr", &[anchor, place].concat())?;
    xml.leaf("w:tblW", &[("w:w", &width), ("w:type", "dxa")])?;
    let [outer, inner] = weights.map(|weight| weight.to_string());
    xml.open("w:tblBorders", &[])?;
    for (side, weight) in [("w:top", &outer), ("w:bottom", &outer), ("w:insideH", &inner)] {
        xml.leaf(side, &[("w:val", "single"), ("w:sz", weight), ("w:space", "0"), ("w:color", "000000")])?;
    }
    xml.close("w:tblBorders")?;
    xml.leaf("w:tblLayout", &[("w:type", "fixed")])?;
    xml.open("w:tblCellMar", &[])?;
    for side in ["w:left", "w:right"] {
        xml.leaf(side, &[("w:w", "0"), ("w:type", "dxa")])?;
    }
    xml.close("w:tblCellMar")?;
    xml.close("w:tblPr")?;
    xml.open("w:tblGrid", &[])?;
    xml.leaf("w:gridCol", &[("w:w", &width)])?;
    xml.close("w:tblGrid")?;
    for (set, text) in lines {
        begin_row(&mut pen.xml, ROW, true, false)?;
        let place = Place { width: WIDTH, columns: 1, merge: None };
        cell(pen, place, |pen| pen.set(&IMPRINT, *set, text))?;
        pen.xml.close("w:tr")?;
    }
    end(pen)
}

/// A form with boxes.
pub(super) fn grid<W: Write>(pen: &mut Pen<W>, grid: &Grid) -> io::Result<()> {
    if grid.rows.is_empty() {
        return Ok(());
    }
    let share = WIDTH / SHARES as i64;
    begin(pen, &[share; SHARES])?;
    for row in &grid.rows {
        begin_row(&mut pen.xml, (i64::from(row.lines) * LINE).max(ROW + 113), true, false)?;
        boxes(pen, row, share)?;
        pen.xml.close("w:tr")?;
    }
    end(pen)
}

fn boxes<W: Write>(pen: &mut Pen<W>, row: &GridRow, share: i64) -> io::Result<()> {
    let blank = [GridCell::value("", SHARES as u8)];
    let cells = if row.cells.is_empty() { &blank[..] } else { &row.cells };
    let shares = GridRow { cells: cells.to_vec(), lines: row.lines }.shares();
    for (one, columns) in cells.iter().zip(shares) {
        let (font, align) = if one.is_label { (HEITI, "center") } else { (CELL.font, "left") };
        let set = Set { align: Some(align), ..Set::default() };
        let place = Place { width: share * columns as i64, columns, merge: None };
        cell(pen, place, |pen| pen.para(&CELL, &set, &[(font, &one.text)]))?;
    }
    Ok(())
}
