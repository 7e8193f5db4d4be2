//! Lists that people keep in Excel: read whole, understood whole, or refused whole with every bad row
//! named. Pure: bytes and known values in, a plan out; nothing is half-applied because nothing is
//! applied here.

mod accounts;
mod attest;
mod contacts;
mod export;
mod form;
mod form_book;
mod header;
mod json;
mod posts;
mod resolve;
mod row;
mod sheet;
mod table;
pub(crate) mod times;
mod workbook;
mod write;

#[cfg(test)]
mod tests;

pub use accounts::{AccountPlan, Change, FieldChange, plan_accounts};
pub(crate) use attest::check_span;
pub use attest::{AttestPlan, PlannedAttestation, plan_attestations};
pub use contacts::{CONTACT_COLUMNS, ContactPlan, PersonChange, plan_contacts};
pub use export::{ACCOUNT_COLUMNS, account_row, account_rows, contact_rows, form_rows};
pub use form::{FormAsk, FormPlan, plan_form};
pub use form_book::form_book;
pub use posts::{LeftOut, PlannedPost, PostPlan, plan_posts, plan_posts_of};
pub(crate) use posts::{kind, wechat_article};
pub(crate) use sheet::unit_words;
pub use sheet::{FilledIn, SheetPlan, SheetRow, SignedRow, is_check_sheet, plan_sheet, read_filled_in, sheet_book};
pub use table::{Cell, Row, Sheet, read_sheets, read_text, unreadable_file};
pub(crate) use workbook::{guarded, serial_text};
pub use write::{copy_with_problems, csv_bytes, workbook_bytes};

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It cannot be read as the table that it should be: a sentence with the cure (Chinese).
    Unreadable(String),
    /// Some rows are wrong; every one of them is named.
    Rows(BadRows),
}

/// The bad rows of a file, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRows {
    /// Which of the sheets that were read; 0 for CSV.
    pub sheet: usize,
    /// Line of the heading, from 1.
    pub heading: usize,
    /// Everything that is wrong, by line.
    pub rows: Vec<BadRow>,
}

/// One thing that is wrong in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
    /// Heading of the column; empty when it is the row as a whole.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong and what cures it (Chinese).
    pub problem: String,
}

impl BadRow {
    pub(crate) fn new(row: &Row, column: &str, value: &str, problem: impl Into<String>) -> BadRow {
        BadRow { line: row.line, column: column.to_owned(), value: value.to_owned(), problem: problem.into() }
    }
}

impl std::fmt::Display for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第{}行", self.line)?;
        if !self.column.is_empty() {
            write!(f, "“{}”", self.column)?;
        }
        if !self.value.is_empty() {
            write!(f, "（{}）", self.value)?;
        }
        write!(f, "：{}", self.problem)
    }
}
