//! The schema and its history: steps are only ever added at the end, each in one transaction. An old
//! database always opens; a newer one is refused untouched.

use super::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// "CuiG", so that a stranger's file is recognised as one.
const APPLICATION_ID: i64 = 0x4375_6947;

/// Step n brings schema n to schema n + 1.
pub(super) const STEPS: [&str; 11] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
];

pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    for (version, step) in (1..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", version)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.commit()?;
    Ok(())
}

/// The schema of this program.
pub(super) fn known() -> i64 {
    STEPS.len() as i64
}

/// The schema of a database that is ours and not newer than this program; 0 for an empty file.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row(COUNT_TABLES, [], |row| row.get(0))?;
    if owner != APPLICATION_ID && (owner != 0 || tables > 0) {
        return Err(StoreError::foreign(owner));
    }
    if found > known() {
        return Err(StoreError::newer(found, known()));
    }
    Ok(found)
}

const COUNT_TABLES: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
