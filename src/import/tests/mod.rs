//! Files as people bring them, and what must become of them.

mod accounts;
mod contacts;
mod evidence;
mod exports;
mod files;
mod forms;
mod round_trip;
mod sheet;

use super::{Refusal, Sheet, plan_accounts, read_sheets};
use crate::domain::{Account, AccountId, Moment};
use rust_xlsxwriter::{Workbook, Worksheet};

/// A Wednesday.
pub(super) fn now() -> Moment {
    Moment::parse("2022-06-15 10:00").unwrap()
}

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) fn csv(text: &str) -> Vec<Sheet> {
    read_sheets(text.as_bytes()).unwrap()
}

pub(super) fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("台账").unwrap());
    book.save_to_buffer().unwrap()
}

/// Writes rows of text, blank cells left out.
pub(super) fn text_rows(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (r, row) in (0_u32..).zip(rows) {
        for (c, cell) in (0_u16..).zip(*row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(r, c, *cell).unwrap();
        }
    }
}

/// The cells of the only sheet, as text.
pub(super) fn texts(sheets: &[Sheet]) -> Vec<Vec<&str>> {
    sheets[0].rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

pub(super) fn bad(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Unreadable(why) => vec![why.clone()],
        Refusal::Rows(bad) => bad.rows.iter().map(ToString::to_string).collect(),
    }
}

/// The list after an import, numbered as a database would number it.
pub(super) fn imported(known: &[Account], sheets: &[Sheet], now: Moment) -> Vec<Account> {
    let plan = plan_accounts(sheets, known, &[], now).unwrap_or_else(|refusal| panic!("{:?}", bad(&refusal)));
    let mut list = known.to_vec();
    for mut account in plan.save {
        match list.iter_mut().find(|known| known.id == account.id) {
            Some(known) if account.id.0 != 0 => *known = account,
            _ => {
                account.id = AccountId(list.len() as i64 + 1);
                list.push(account);
            }
        }
    }
    list
}

pub(super) fn refused(known: &[Account], text: &str) -> Vec<String> {
    bad(&plan_accounts(&csv(text), known, &[], now()).unwrap_err())
}
