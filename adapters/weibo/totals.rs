//! The profile's count as a cross-check: a count that rises while nothing new is shown says that the
//! session does not see everything. Kept in memory; after a restart the first look only remembers.

use super::vanished;
use crate::{Ask, Failure, RawPost};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(super) struct Totals {
    kept: Mutex<HashMap<String, i64>>,
}

impl Totals {
    /// Holds the count of a first page against the last one, and keeps it unless it is in doubt: the
    /// count beside an old list is as old, and would make the true one look like a rise.
    pub(super) fn judge(&self, ask: &Ask, total: Option<i64>, rows: &[RawPost]) -> Option<Failure> {
        let total = total?;
        if is_old(ask, rows) {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |row: &RawPost| ask.known.iter().any(|known| known.id == row.id);
        let nothing_new = !ask.known.is_empty() && rows.iter().filter(|row| !row.pinned).all(known);
        if nothing_new && kept.get(&ask.key).is_some_and(|before| *before < total) {
            return Some(vanished::hidden());
        }
        kept.insert(ask.key.clone(), total);
        None
    }
}

fn is_old(ask: &Ask, rows: &[RawPost]) -> bool {
    let known = ask.known.iter().map(|known| known.when.earliest()).max();
    let shown = rows.iter().map(|row| row.when.latest()).max();
    shown.is_some_and(|shown| known.is_some_and(|known| shown < known))
}
