//! A workbook, sheet by sheet: the values that a person sees, merged cells understood.

use super::grid::{Copies, GridCell, GridRow, Naming, lay_out};
use super::paper::{Paper, Part};
use super::read::{MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Unreadable, refuse, visible};
use crate::import::{guarded, serial_text};
use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Most bytes of text of one sheet: one long string may stand in many cells.
const MOST_TEXT: usize = 64 << 20;
/// A number of a sheet keeps 15 digits.
const EXACT: f64 = 1e15;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;
type Grid = BTreeMap<u32, BTreeMap<u32, String>>;

/// Reads the visible worksheets.
pub(super) fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    match guarded(|| read_book(bytes)) {
        Some(paper) => paper,
        None => refuse("工作簿已损坏或加了密码，读不出来；请在 Excel 中打开并重新另存后再核对"),
    }
}

fn read_book(bytes: &[u8]) -> Option<Result<Paper, Unreadable>> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let mut paper = Paper::default();
    let (mut rows, mut cells) = (0, 0);
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet || sheet.visible != SheetVisible::Visible {
            paper.unread.push(format!("工作表“{}”：隐藏的或是图表，没有读", visible(&sheet.name)));
            continue;
        }
        let grid = read_sheet(&mut book, &sheet.name)?;
        let Some(grid) = grid else { return Some(too_large()) };
        rows += grid.len();
        cells += grid.values().map(BTreeMap::len).sum::<usize>();
        if rows > MOST_ROWS || cells > MOST_CELLS {
            return Some(too_large());
        }
        let merges = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        add(&mut paper, &visible(&sheet.name), grid, &merges);
    }
    Some(Ok(paper))
}

fn too_large() -> Result<Paper, Unreadable> {
    refuse("表格太大（超过10万行或200万格），不像是一份通报，请检查")
}

/// The cells that say something; `None` when there are too many.
fn read_sheet(book: &mut Book<'_>, name: &str) -> Option<Option<Grid>> {
    let shift = if book.has_1904_epoch() { 1462.0 } else { 0.0 };
    let mut grid = Grid::new();
    let (mut count, mut letters) = (0, 0);
    let mut cells = book.worksheet_cells_reader(name).ok()?;
    // Cell by cell: a dense range would take memory for every blank cell before a stray one.
    while let Some(cell) = cells.next_cell().ok()? {
        let (row, column) = cell.get_position();
        let text = said(cell.get_value(), shift);
        if text.is_empty() || column as usize >= MOST_COLUMNS {
            continue;
        }
        letters += text.len();
        grid.entry(row).or_default().insert(column, text);
        count += 1;
        if grid.len() > MOST_ROWS || count > MOST_CELLS || letters > MOST_TEXT {
            return Some(None);
        }
    }
    Some(Some(grid))
}

fn said(value: &DataRef<'_>, shift: f64) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => visible(text),
        DataRef::SharedString(text) => visible(text),
        DataRef::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() < EXACT => number.to_string(),
        DataRef::Float(number) => format!("{number:E}"),
        DataRef::DateTime(serial) if serial.is_duration() => serial.as_f64().to_string(),
        DataRef::DateTime(serial) => serial_text(serial.as_f64() + shift),
        DataRef::Error(error) => error.to_string(),
    }
}

fn add(paper: &mut Paper, name: &str, grid: Grid, merges: &[Dimensions]) {
    let rows = with_merges(grid, merges);
    let place = format!("工作表“{name}”");
    let naming = Naming { name: &place, above: &[], counts_rows: false, by_name: true };
    let (parts, stray) = lay_out(&rows, &naming);
    if stray > 2 && !parts.iter().any(|part| matches!(part, Part::Table(_))) {
        paper.unread.push(format!("{place}：没有认出表头，只核对了文字"));
    }
    paper.parts.extend(parts);
}

/// The rows, with what merged cells share written into the cells that they cover.
fn with_merges(grid: Grid, merges: &[Dimensions]) -> Vec<GridRow> {
    let mut rows: BTreeMap<u32, BTreeMap<u32, GridCell>> = BTreeMap::new();
    for (row, cells) in grid {
        let cell = |(column, text)| (column, GridCell { text, ..GridCell::default() });
        rows.insert(row, cells.into_iter().map(cell).collect());
    }
    let (mut budget, mut copies) = (MOST_CELLS, Copies::default());
    for merge in merges {
        let Some(first) = rows.get(&merge.start.0).and_then(|cells| cells.get(&merge.start.1)).cloned() else {
            continue;
        };
        let last = merge.end.1.min(MOST_COLUMNS as u32);
        // Only rows that say something of their own: a merge down to the end of the sheet costs nothing.
        for (row, cells) in rows.range_mut(merge.start.0..=merge.end.0.max(merge.start.0)) {
            let width = last.saturating_sub(merge.start.1) as usize + 1;
            budget = budget.saturating_sub(width);
            if budget == 0 {
                return dense(rows);
            }
            for column in merge.start.1..=last {
                let covers = if column == merge.start.1 { (last - column) as usize } else { 0 };
                let covered = column > merge.start.1;
                let shared = *row > merge.start.0;
                let text = if covered { String::new() } else { copies.of(&first.text) };
                cells.insert(column, GridCell { text, covers, covered, shared });
            }
        }
    }
    dense(rows)
}

fn dense(rows: BTreeMap<u32, BTreeMap<u32, GridCell>>) -> Vec<GridRow> {
    let row = |(row, cells): (u32, BTreeMap<u32, GridCell>)| {
        let mut all: Vec<GridCell> = Vec::new();
        for (column, cell) in cells {
            all.resize(column as usize, GridCell::default());
            all.push(cell);
        }
        GridRow { line: row as usize + 1, cells: all }
    };
    rows.into_iter().map(row).collect()
}
