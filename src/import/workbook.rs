//! XLSX and the older XLS to rows of cells: values as people see them, merged cells filled down, lost digits and empty
//! formulas marked instead of guessed.

use super::table::{FORMULA, FORMULA_MARK, LOST, MOST_ROWS};
use super::{Cell, Refusal, Row, Sheet};
use crate::domain::Moment;
use calamine::{Data, DataRef, Dimensions, Reader, Sheet as Listed, SheetType, SheetVisible, Xls, Xlsx};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Excel keeps 15 digits of a number.
const EXACT: f64 = 1e15;
/// Columns beyond this one are not part of any list.
const MOST_COLUMNS: u32 = 300;
/// Most bytes that a workbook may unpack to.
const UNPACKED: u64 = 1 << 30;
/// Days between the two calendars that Excel counts from: 1899-12-30 and 1904-01-01.
const EPOCH_1904_D: f64 = 1462.0;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;
type OldBook<'a> = Xls<Cursor<&'a [u8]>>;
type Grid = BTreeMap<u32, BTreeMap<u32, Cell>>;

/// Every visible worksheet of a workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let refuse = |why: &str| Refusal::Unreadable(why.to_owned());
    if unpacked(bytes).is_some_and(|size| size > UNPACKED) {
        return Err(refuse("工作簿展开后超过1GB，不像是一份名单，请检查后重试"));
    }
    let broken = "文件不是可以读取的 .xlsx 工作簿（可能已损坏），请在 Excel 中重新另存后再导入";
    let sheets = guarded(|| read_all(bytes)).ok_or_else(|| refuse(broken))?;
    if sheets.iter().any(|sheet| sheet.rows.len() > MOST_ROWS) {
        return Err(refuse("超过20万行，不像是一份名单，请检查后重试"));
    }
    Ok(sheets)
}

/// Every visible worksheet of a workbook in the format before 2007 (at most 65 536 rows a sheet). A
/// locked workbook of either format looks like one from outside.
pub(super) fn read_old(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let locked = "工作簿加了密码，或者已损坏，读不出来；请在 Excel 中打开后另存为不加密的 .xlsx 再导入";
    guarded(|| read_all_old(bytes)).ok_or_else(|| Refusal::Unreadable(locked.to_owned()))
}

/// A crafted file may make the reader panic; that is a broken file, not a broken program.
pub(crate) fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// What the directory of the archive says that it unpacks to; `None` when it has no readable one.
fn unpacked(bytes: &[u8]) -> Option<u64> {
    let number = |at: usize, len: usize| -> Option<u64> {
        Some(bytes.get(at..at.checked_add(len)?)?.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b)))
    };
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let mut at = usize::try_from(number(end + 16, 4)?).ok()?;
    let mut sum = 0;
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        sum += number(at + 24, 4)?;
        let tail = number(at + 28, 2)? + number(at + 30, 2)? + number(at + 32, 2)?;
        at += 46 + usize::try_from(tail).ok()?;
    }
    Some(sum)
}

fn read_all(bytes: &[u8]) -> Option<Vec<Sheet>> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let listed = book.sheets_metadata().to_vec();
    let sheets = listed.into_iter().filter(is_shown);
    let sheets = sheets.map(|sheet| read_rows(&mut book, &sheet.name));
    sheets.collect::<Option<Vec<_>>>().filter(|sheets| !sheets.is_empty())
}

fn is_shown(sheet: &Listed) -> bool {
    sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
}

fn read_all_old(bytes: &[u8]) -> Option<Vec<Sheet>> {
    let mut book: OldBook<'_> = Xls::new(Cursor::new(bytes)).ok()?;
    let listed = book.sheets_metadata().to_vec();
    let sheets = listed.into_iter().filter(is_shown);
    let sheets = sheets.map(|sheet| read_old_rows(&mut book, &sheet.name));
    sheets.collect::<Option<Vec<_>>>().filter(|sheets| !sheets.is_empty())
}

fn read_old_rows(book: &mut OldBook<'_>, name: &str) -> Option<Sheet> {
    let shift = if book.has_1904_epoch() { EPOCH_1904_D } else { 0.0 };
    let formulas = book.worksheet_formula(name).ok()?;
    let range = book.worksheet_range(name).ok()?;
    let (top, left) = range.start().unwrap_or_default();
    let mut grid = Grid::new();
    for (row, column, value) in range.used_cells() {
        // A sheet of this format has no more rows and columns than these fit.
        let (row, column) = (top + u32::try_from(row).ok()?, left + u32::try_from(column).ok()?);
        let formula = formulas.get_value((row, column)).is_some_and(|formula| !formula.is_empty());
        let cell = understand(&borrowed(value), formula, shift);
        if column < MOST_COLUMNS && (!cell.text.is_empty() || cell.fault.is_some()) {
            grid.entry(row).or_default().insert(column, cell);
        }
    }
    Some(finished(name, grid, &book.merge_cells_by_sheet_name(name).unwrap_or_default()))
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(yes) => DataRef::Bool(*yes),
        Data::DateTime(serial) => DataRef::DateTime(*serial),
        Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Error(error) => DataRef::Error(error.clone()),
        _ => DataRef::Empty,
    }
}

/// The sheet of a grid once its merged cells are understood.
fn finished(name: &str, mut grid: Grid, merges: &[Dimensions]) -> Sheet {
    let banners = take_banners(&mut grid, merges);
    fill_down(&mut grid, merges);
    let rows = |grid: Grid| grid.into_iter().map(|(row, cells)| dense(row, cells)).collect();
    Sheet { name: name.to_owned(), rows: rows(grid), banners: rows(banners) }
}

fn read_rows(book: &mut Book<'_>, name: &str) -> Option<Sheet> {
    let shift = if book.has_1904_epoch() { EPOCH_1904_D } else { 0.0 };
    let mut grid = Grid::new();
    let mut cells = book.worksheet_cells_reader(name).ok()?;
    // Cell by cell: a dense range would take memory for every blank cell before a stray one.
    while let Some(record) = cells.next_cell_with_formula_metadata().ok()? {
        let (row, column) = record.pos;
        let cell = understand(&record.value, record.formula.is_some(), shift);
        if column < MOST_COLUMNS && (!cell.text.is_empty() || cell.fault.is_some()) && grid.len() <= MOST_ROWS {
            grid.entry(row).or_default().insert(column, cell);
        }
    }
    drop(cells);
    let merges = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    Some(finished(name, grid, &merges))
}

/// A row with one cell that is merged over half of the table (一、县区) is a heading within the list.
fn take_banners(grid: &mut Grid, merges: &[Dimensions]) -> Grid {
    let mut banners = Grid::new();
    let width = grid.values().filter_map(|cells| cells.keys().last()).max().map_or(0, |last| last + 1);
    for merge in merges.iter().filter(|merge| merge.start.0 == merge.end.0) {
        let wide = merge.end.1.saturating_sub(merge.start.1) + 1;
        let alone =
            grid.get(&merge.start.0).is_some_and(|cells| cells.len() == 1 && cells.contains_key(&merge.start.1));
        if alone && wide > 2 && wide * 2 > width {
            banners.extend(grid.remove_entry(&merge.start.0));
        }
    }
    banners
}

/// The value of a merge stands in its upper left cell; the rows below that say something of their own
/// share it. It does not spread to the right: a heading over two columns names the first.
fn fill_down(grid: &mut Grid, merges: &[Dimensions]) {
    for merge in merges {
        let Some(value) = grid.get(&merge.start.0).and_then(|cells| cells.get(&merge.start.1)).cloned() else {
            continue;
        };
        if merge.end.0 <= merge.start.0 {
            continue;
        }
        for (_, cells) in grid.range_mut(merge.start.0 + 1..=merge.end.0) {
            cells.entry(merge.start.1).or_insert_with(|| value.clone());
        }
    }
}

fn dense(row: u32, cells: BTreeMap<u32, Cell>) -> Row {
    let mut all: Vec<Cell> = Vec::new();
    for (column, cell) in cells {
        all.resize(column as usize, Cell::default());
        all.push(cell);
    }
    Row { line: row as usize + 1, cells: all }
}

fn understand(value: &DataRef<'_>, formula: bool, shift: f64) -> Cell {
    let faulty = || Cell { text: FORMULA_MARK.to_owned(), fault: Some(FORMULA) };
    match value {
        DataRef::Error(_) => faulty(),
        DataRef::Empty if formula => faulty(),
        // Writers that do not calculate leave a 0, and a reference to a blank cell gives one too.
        DataRef::Float(0.0) | DataRef::Int(0) if formula => faulty(),
        DataRef::Empty => Cell::default(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::of(text),
        DataRef::SharedString(text) => Cell::of(text),
        DataRef::Bool(yes) => Cell::of(if *yes { "是" } else { "否" }),
        DataRef::Int(number) => plain(*number as f64),
        DataRef::Float(number) => plain(*number),
        DataRef::DateTime(serial) if serial.is_duration() => plain(serial.as_f64()),
        DataRef::DateTime(serial) => Cell::of(&serial_text(serial.as_f64() + shift)),
    }
}

/// A number without an exponent, unless its digits are lost: then it looks it, in a copy too.
pub(super) fn plain(number: f64) -> Cell {
    if number.abs() < EXACT {
        return Cell::of(&number.to_string());
    }
    Cell { text: format!("{number:.5E}").replace('E', "E+"), fault: Some(LOST) }
}

/// A day count since 1899-12-30, as Excel keeps times (sources.md, "CSV and XLSX import"). Midnight
/// cannot be told from a date alone and reads as one.
pub(crate) fn serial_text(serial: f64) -> String {
    match serial_moment(serial) {
        Some((date, 0)) => date.to_string(),
        Some((date, seconds)) => {
            let moment = Moment::start_of(date).plus(seconds);
            moment.beijing().format("%Y-%m-%d %H:%M:%S").to_string()
        }
        None => serial.to_string(),
    }
}

/// Date and seconds of the day.
pub(super) fn serial_moment(serial: f64) -> Option<(NaiveDate, i64)> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as i64;
    let date =
        NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(u64::try_from(seconds / 86_400).ok()?))?;
    Some((date, seconds % 86_400))
}
