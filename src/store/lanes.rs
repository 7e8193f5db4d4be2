//! How each source as a whole is doing; a restart forgets nothing.

use super::{Connection, StoreError, Transaction};
use crate::domain::{Class, Moment};
use crate::plan::Breaker;
use cuigeng_adapters::Failure;
use std::collections::BTreeMap;

const ALL_ROWS: &str =
    "SELECT source, failures, rests, failed_runs, rest_until, class, reason, detail, advice FROM lane";
const SET: &str = "INSERT INTO lane (source, failures, rests, failed_runs, rest_until, class, reason, detail, advice) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (source) DO UPDATE SET failures = excluded.failures, rests = excluded.rests, failed_runs = excluded.failed_runs, rest_until = excluded.rest_until, class = excluded.class, reason = excluded.reason, detail = excluded.detail, advice = excluded.advice";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ALL_ROWS, SET];

/// What is kept of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is left alone, and how it came to that.
    pub breaker: Breaker,
    /// Failed runs of a collector in a row.
    pub failed_runs: u32,
}

/// Every source that was ever in trouble.
///
/// # Errors
/// Those of SQLite.
pub fn all(conn: &Connection) -> Result<BTreeMap<String, Standing>, StoreError> {
    let mut statement = conn.prepare_cached(ALL_ROWS)?;
    let rows = statement.query_map([], |row| {
        let rest_until: Option<i64> = row.get(4)?;
        let class = Class::from_word(&row.get::<_, String>(5)?).unwrap_or(Class::Malformed);
        let cause =
            Failure { reason: row.get(6)?, advice: row.get(8)?, ..Failure::new(class, row.get::<_, String>(7)?) };
        let rest = rest_until.map(|until| (cause, Moment::from_unix(until)));
        let breaker = Breaker { row: row.get(1)?, trips: row.get(2)?, rest };
        Ok((row.get(0)?, Standing { breaker, failed_runs: row.get(3)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps how a source is doing.
///
/// # Errors
/// Those of SQLite.
pub fn set(tx: &Transaction<'_>, source: &str, standing: &Standing) -> Result<(), StoreError> {
    let Breaker { row, trips, rest } = &standing.breaker;
    let until = rest.as_ref().map(|(_, until)| until.unix());
    let cause = rest.as_ref().map(|(cause, _)| cause);
    let said = |of: fn(&Failure) -> &str| cause.map_or("", of);
    tx.prepare_cached(SET)?.execute((
        source,
        row,
        trips,
        standing.failed_runs,
        until,
        said(|cause| cause.class.word()),
        said(|cause| &cause.reason),
        said(|cause| &cause.detail),
        said(|cause| &cause.advice),
    ))?;
    Ok(())
}
