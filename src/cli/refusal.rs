//! A refused file: every bad row on stderr, and a copy of the file with a column 问题 beside it.

use super::CliError;
use crate::import::{
    Refusal, Sheet, copy_with_problems, csv_bytes, is_check_sheet, read_sheets, unreadable_file, workbook_bytes,
};
use std::path::{Path, PathBuf};

/// Rows that are printed; the copy holds all of them.
const PRINTED: usize = 200;

/// Reads the tables of a file.
pub(super) fn open(file: &Path) -> Result<Vec<Sheet>, CliError> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    read_sheets(&bytes).map_err(|refusal| explain(file, &[], &refusal))
}

/// A check sheet has the names of accounts, and would be taken for a list that changes nothing.
pub(super) fn no_check_sheet(file: &Path, sheets: &[Sheet]) -> Result<(), CliError> {
    if !is_check_sheet(sheets) {
        return Ok(());
    }
    Err(CliError::failed(format!("{}：这是周核查表，请用 cuigeng sheet import 导入；没有改动", file.display())))
}

/// Why a file cannot be read at all, and what cures it.
pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::failed(unreadable_file(file, error))
}

/// The sentence for whoever brought the file; writes the copy when single rows are to blame.
pub(super) fn explain(file: &Path, sheets: &[Sheet], refusal: &Refusal) -> CliError {
    let bad = match refusal {
        Refusal::Unreadable(why) => return CliError::failed(format!("{}：{why}", file.display())),
        Refusal::Rows(bad) => bad,
    };
    let place = sheets.get(bad.sheet).filter(|sheet| !sheet.name.is_empty());
    let place = place.map_or_else(String::new, |sheet| format!("（工作表“{}”）", sheet.name));
    let count = bad.rows.len();
    let mut text = format!("{}{place} 没有导入：{count}处不对，台账和记录未作任何改动\n", file.display());
    for row in bad.rows.iter().take(PRINTED) {
        text.push_str(&format!("  {row}\n"));
    }
    if count > PRINTED {
        text.push_str(&format!("  …另有{}处，见下面的副本\n", count - PRINTED));
    }
    match write_copy(file, &copy_with_problems(sheets, bad)) {
        Ok(copy) => text.push_str(&format!("已在旁边写出带“问题”一列的副本：{}", copy.display())),
        Err(why) => text.push_str(&format!("带“问题”一列的副本没能写出：{why}")),
    }
    CliError::failed(text)
}

fn write_copy(file: &Path, rows: &[Vec<String>]) -> Result<PathBuf, String> {
    let is_book = file.extension().is_some_and(|ext| ["xlsx", "xls"].iter().any(|book| ext.eq_ignore_ascii_case(book)));
    let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let copy = file.with_file_name(format!("{stem}.问题.{}", if is_book { "xlsx" } else { "csv" }));
    let bytes = if is_book { workbook_bytes("问题", rows).map_err(|e| e.to_string())? } else { csv_bytes(rows) };
    std::fs::write(&copy, bytes).map_err(|e| e.to_string())?;
    Ok(copy)
}
