//! XLSX to rows of cells: values as people see them, merged cells filled down, lost digits and empty
//! formulas marked instead of guessed.

use super::{Cell, Refusal, Row, Sheet};
use crate::domain::Moment;
use calamine::{Data, Dimensions, Range, Reader, Xlsx};
use chrono::{Days, NaiveDate};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Excel keeps 15 digits of a number.
const EXACT: f64 = 1e15;

/// Every worksheet of a workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let broken = || {
        Refusal::Unreadable("文件不是可以读取的 .xlsx 工作簿（可能已损坏），请在 Excel 中重新另存后再导入".to_owned())
    };
    // A crafted file may make the reader panic; that is a broken file, not a broken program.
    catch_unwind(AssertUnwindSafe(|| read_all(bytes))).ok().flatten().ok_or_else(broken)
}

fn read_all(bytes: &[u8]) -> Option<Vec<Sheet>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let names = book.sheet_names();
    let mut sheets = Vec::new();
    for name in names {
        let Ok(values) = book.worksheet_range(&name) else { continue };
        let formulas = book.worksheet_formula(&name).unwrap_or_default();
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        sheets.push(Sheet { rows: rows(&values, &formulas, &merges), name });
    }
    (!sheets.is_empty()).then_some(sheets)
}

fn rows(values: &Range<Data>, formulas: &Range<String>, merges: &[Dimensions]) -> Vec<Row> {
    let Some((last_row, last_column)) = values.end() else { return Vec::new() };
    let cell = |row: u32, column: u32| {
        let (row, column) = merged_into(merges, row, column);
        let formula = formulas.get_value((row, column)).is_some_and(|text| !text.is_empty());
        understand(values.get_value((row, column)), formula)
    };
    let mut rows: Vec<Row> = Vec::new();
    for row in 0..=last_row.min(200_000) {
        let cells = (0..=last_column.min(300)).map(|column| cell(row, column)).collect();
        rows.push(Row { line: row as usize + 1, cells });
    }
    rows.retain(|row| !row.is_blank());
    rows
}

/// The cell that holds the value: the upper left one of a vertical merge. A merge over several columns
/// is a title and stays where it is.
fn merged_into(merges: &[Dimensions], row: u32, column: u32) -> (u32, u32) {
    let holds = |m: &&Dimensions| m.start.0 <= row && row <= m.end.0 && m.start.1 <= column && column <= m.end.1;
    match merges.iter().find(holds) {
        Some(merge) if merge.start.1 == merge.end.1 => merge.start,
        _ => (row, column),
    }
}

fn understand(value: Option<&Data>, formula: bool) -> Cell {
    let faulty = |text: String, fault: &str| Cell { text, fault: Some(fault.to_owned()) };
    match value {
        None | Some(Data::Empty) if formula => {
            faulty(String::new(), "这一格是没有结果的公式，请复制后“选择性粘贴为数值”")
        }
        None | Some(Data::Empty) => Cell::default(),
        Some(Data::Error(_)) => faulty("#".to_owned(), "这一格是出错的公式，请改成文字或数值"),
        Some(Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text)) => Cell::of(text),
        Some(Data::Bool(yes)) => Cell::of(if *yes { "是" } else { "否" }),
        Some(Data::Int(number)) => Cell::of(&number.to_string()),
        Some(Data::DateTime(serial)) => Cell::of(&serial_text(serial.as_f64())),
        Some(Data::Float(number)) if number.abs() >= EXACT => {
            faulty(format!("{number}"), "Excel 只保留15位数字，后面的已丢失；请把该列设为文本格式后重新填写")
        }
        Some(Data::Float(number)) => Cell::of(&number.to_string()),
    }
}

/// A day count since 1899-12-30, as Excel keeps times (sources.md, "CSV and XLSX import").
pub(super) fn serial_text(serial: f64) -> String {
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
