//! A check sheet that was filled in and signed, as a page shows what it would add to the record.

use super::changes::Row;
use crate::deeds::sheet::{self, Kept, words};
use crate::domain::{Account, Period};
use crate::import::{SheetPlan, SignedRow};
use crate::store::{Connection, StoreError};

/// What the signed rows of a sheet would change.
pub(super) struct SignedSheet {
    pub(super) plan: SheetPlan,
    /// All of them together.
    pub(super) foreseen: Kept,
    /// Those that change anything.
    changes: Vec<(SignedRow, String, Option<String>)>,
}

impl SignedSheet {
    pub(super) fn of(conn: &Connection, plan: SheetPlan, known: &[Account]) -> Result<SignedSheet, StoreError> {
        let (signed, doubts) = sheet::sorted_out(conn, plan.signed, known)?;
        let plan = SheetPlan { signed, remarks: [plan.remarks, doubts].concat(), ..plan };
        let mut changes = Vec::new();
        for signed in &plan.signed {
            let alone = sheet::foresee(conn, std::slice::from_ref(signed))?;
            if alone.known == 0 {
                let account = known.iter().find(|account| account.id == signed.account);
                let title = account.map_or_else(String::new, Account::title);
                changes.push((signed.clone(), title, alone.corrected.first().map(|(_, earlier, _)| words(earlier))));
            }
        }
        Ok(SignedSheet { foreseen: sheet::foresee(conn, &plan.signed)?, plan, changes })
    }

    /// Whatever tells it from any other, what it replaces included.
    pub(super) fn lines(&self) -> Vec<String> {
        let of = |(signed, _, earlier): &(SignedRow, String, Option<String>)| {
            format!("{} {} {}", signed.account.0, words(&signed.row), earlier.as_deref().unwrap_or_default())
        };
        self.changes.iter().map(of).chain([format!("{:?}", self.foreseen)]).collect()
    }

    /// Corrections first.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |(signed, title, earlier): &(SignedRow, String, Option<String>)| {
            let (order, said) = if earlier.is_some() { (1, "更正") } else { (2, "登记") };
            let before = earlier.clone().unwrap_or_default();
            let fields = vec![("核查".to_owned(), before, words(&signed.row))];
            Row::new(order, said, (title, &Period::Week(signed.row.week).to_string()), fields)
        };
        let mut rows: Vec<Row> = self.changes.iter().map(row).collect();
        rows.sort_by_key(|row| row.order);
        rows
    }

    /// New ones, corrected ones, and those that stand already.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.foreseen.new, self.foreseen.corrected.len(), self.foreseen.known)
    }

    pub(super) fn week(&self) -> String {
        Period::Week(self.plan.week).to_string()
    }
}
