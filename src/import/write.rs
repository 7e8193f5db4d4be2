//! Tables back to files: exports, and refused files with what is wrong in each row. Nothing that a
//! cell begins with can make it a formula.

use super::{BadRow, Sheet};
use crate::domain::{Account, Contact, Role};
use rust_xlsxwriter::{Workbook, XlsxError};

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

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn disarmed(cell: &str) -> String {
    let starts = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if cell.starts_with(starts) { format!("'{cell}") } else { cell.to_owned() }
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

/// The rows of a refused file, each with a column 问题.
pub fn copy_with_problems(sheets: &[Sheet], bad: &[BadRow]) -> Vec<Vec<String>> {
    // Bad rows name lines of the sheet that was understood: the first one that has such lines.
    let rows = sheets.iter().find(|sheet| !sheet.rows.is_empty()).map_or(&[][..], |sheet| sheet.rows.as_slice());
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut copied = Vec::new();
    let mut headed = false;
    for row in rows {
        let problems: Vec<String> = bad.iter().filter(|b| b.line == row.line).map(|b| b.to_string()).collect();
        let mut cells: Vec<String> = row.cells.iter().map(|cell| cell.text.clone()).collect();
        cells.resize(width, String::new());
        cells.push(if headed || !problems.is_empty() { problems.join("；") } else { "问题".to_owned() });
        headed = true;
        copied.push(cells);
    }
    copied
}

/// One line about what changes in an account.
pub(super) fn difference(before: &Account, after: &Account) -> String {
    let mut changes = Vec::new();
    let mut note = |what: &str, old: String, new: String| {
        if old != new {
            let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.to_owned() };
            changes.push(format!("{what} {} → {}", shown(&old), shown(&new)));
        }
    };
    note("更名", before.name.clone(), after.name.clone());
    note("账号标识", before.handle.clone().unwrap_or_default(), after.handle.clone().unwrap_or_default());
    note("主办单位", before.office.clone(), after.office.clone());
    note("主管单位", before.supervisor.clone(), after.supervisor.clone());
    let date = |account: &Account| account.opened_on.map_or_else(String::new, |d| d.to_string());
    note("开设日期", date(before), date(after));
    let state = |account: &Account| account.states.last().map_or("", |change| change.state.chinese()).to_owned();
    note("状态", state(before), state(after));
    let quota = |account: &Account| account.quotas.last().map_or_else(String::new, |(_, quota)| quota.to_string());
    note("每周次数", quota(before), quota(after));
    let sources = |account: &Account| {
        account.sources.iter().map(|of| format!("{}:{}", of.source, of.key)).collect::<Vec<_>>().join(";")
    };
    note("来源", sources(before), sources(after));
    for role in Role::ALL {
        note(role.chinese(), emails(&before.contacts, role), emails(&after.contacts, role));
    }
    format!("修改 {}：{}", after.title(), changes.join("，"))
}

/// The addresses of a role, as they stand in one cell.
pub(crate) fn emails(contacts: &[Contact], role: Role) -> String {
    contacts.iter().filter(|c| c.role == role).map(|c| c.email.as_str()).collect::<Vec<_>>().join(";")
}
