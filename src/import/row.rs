//! Reads one row and notes everything that is wrong in it, each cell at most once.

use super::header::Found;
use super::{BadRow, Row};

/// One row on its way to a value.
pub(super) struct RowReader<'a> {
    found: &'a Found<'a>,
    row: &'a Row,
    bad: Vec<BadRow>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(found: &'a Found<'a>, row: &'a Row) -> RowReader<'a> {
        RowReader { found, row, bad: Vec::new() }
    }

    /// What a cell means; `None` when it is faulty or `parse` refuses it, which is then noted.
    pub(super) fn read<T>(&mut self, column: usize, parse: impl FnOnce(&'a str) -> Result<T, String>) -> Option<T> {
        if let Some(fault) = self.found.fault(self.row, column) {
            self.fail(column, fault);
            return None;
        }
        parse(self.found.text(self.row, column)).map_err(|why| self.fail(column, why)).ok()
    }

    /// The text of a cell, blank or not.
    pub(super) fn text(&mut self, column: usize) -> Option<String> {
        self.read(column, |text| Ok(text.to_owned()))
    }

    /// The text of a cell that must not be blank.
    pub(super) fn needed(&mut self, column: usize) -> Option<String> {
        self.read(column, |text| if text.is_empty() { Err("必须填写".to_owned()) } else { Ok(text.to_owned()) })
    }

    /// Notes what is wrong with a cell.
    pub(super) fn fail(&mut self, column: usize, why: impl Into<String>) {
        let (name, text) = (self.found.name(column), self.found.text(self.row, column));
        self.bad.push(BadRow::new(self.row, name, text, why));
    }

    /// The value, when nothing was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<BadRow>> {
        if self.bad.is_empty() { value.ok_or_else(Vec::new) } else { Err(self.bad) }
    }
}
