//! The schema and its history: steps are only ever added at the end, each in one transaction. An old
//! database always opens; a newer one is refused untouched.

use super::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// "CuiG", so that a stranger's file is recognised as one.
const APPLICATION_ID: i64 = 0x4375_6947;

/// Step n brings schema n to schema n + 1.
pub(super) const STEPS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let known = STEPS.len() as i64;
    let tables: i64 = tx.query_row(COUNT_TABLES, [], |row| row.get(0))?;
    if owner != APPLICATION_ID && (owner != 0 || tables > 0) {
        return Err(StoreError::foreign(owner));
    }
    if found > known {
        return Err(StoreError::newer(found, known));
    }
    for (version, step) in (1..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", version)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.commit()?;
    Ok(())
}

const COUNT_TABLES: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
