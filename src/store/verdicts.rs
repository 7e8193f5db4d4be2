//! Verdicts as append-only revisions.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Check, Moment};
use crate::rules::{Gap, Verdict, VerdictKind, Window};
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

const CURRENT: &str = "SELECT id, revision, kind, seen, required, label, gaps FROM verdict WHERE account = ?1 AND profile = ?2 AND rule = ?3 AND from_s = ?4 AND until_s = ?5 ORDER BY revision DESC LIMIT 1";
const INSERT: &str = "INSERT INTO verdict (account, profile, rule, from_s, until_s, nominal, held_at, revision, kind, seen, required, label, proof, gaps, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
const LATEST: &str = "SELECT id, account, rule, from_s, until_s, nominal, held_at, max(revision), kind, seen, required, label, proof, gaps, at FROM verdict WHERE profile = ?1 AND held_at >= ?2 AND held_at < ?3 GROUP BY account, rule, from_s, until_s";

/// Of these the ones that say missed, found without reading the others.
const MISSED: &str = "SELECT v.id, v.account, v.rule, v.from_s, v.until_s, v.nominal, v.held_at, v.revision, v.kind, v.seen, v.required, v.label, v.proof, v.gaps, v.at FROM verdict v WHERE v.profile = ?1 AND v.held_at >= ?2 AND v.held_at < ?3 AND v.kind = 'missed' AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.account = v.account AND n.profile = v.profile AND n.rule = v.rule AND n.from_s = v.from_s AND n.until_s = v.until_s AND n.revision > v.revision AND n.held_at >= ?2 AND n.held_at < ?3)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[CURRENT, INSERT, LATEST, MISSED];

/// A verdict as it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub account: AccountId,
    /// Which rule.
    pub rule: String,
    /// Where updates were counted.
    pub window: Window,
    /// At which check.
    pub check: Check,
    /// 1 for the first one.
    pub revision: i64,
    /// The word of its kind.
    pub kind: String,
    /// Updates surely inside.
    pub seen: i64,
    /// Updates demanded.
    pub required: i64,
    /// As papers print it.
    pub label: Option<String>,
    /// The watches that prove a missed one.
    pub proof: Option<Value>,
    /// The holes.
    pub gaps: Value,
    /// When it was decided.
    pub at: Moment,
}

/// Keeps what changed: a new revision only where kind, count, demand, label or holes differ from the
/// latest one. Returns the number of the current revision of each verdict, in order.
///
/// # Errors
/// Those of SQLite; a missed verdict without proof is refused by the table.
pub fn record(tx: &Transaction<'_>, profile: &str, verdicts: &[Verdict], at: Moment) -> Result<Vec<i64>, StoreError> {
    verdicts.iter().map(|verdict| record_one(tx, profile, verdict, at)).collect()
}

fn record_one(tx: &Transaction<'_>, profile: &str, verdict: &Verdict, at: Moment) -> Result<i64, StoreError> {
    let gaps = Value::Array(verdict.kind.gaps().iter().map(gap_json).collect()).to_string();
    let (from, until) = (verdict.window.from.unix(), verdict.window.until.unix());
    let fresh = (verdict.kind.word().to_owned(), verdict.kind.seen(), verdict.required, verdict.label.clone(), gaps);
    let current = tx
        .prepare_cached(CURRENT)?
        .query_row((verdict.account.0, profile, &verdict.rule, from, until), |row| {
            let kept: (String, u32, u32, Option<String>, String) =
                (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, kept))
        })
        .optional()?;
    let revision = match current {
        Some((id, _, kept)) if kept == fresh => return Ok(id),
        Some((_, revision, _)) => revision + 1,
        None => 1,
    };
    let (kind, seen, required, label, gaps) = fresh;
    let params = rusqlite::params![
        verdict.account.0,
        profile,
        verdict.rule,
        from,
        until,
        verdict.check.nominal.unix(),
        verdict.check.at.unix(),
        revision,
        kind,
        seen,
        required,
        label,
        proof(verdict),
        gaps,
        at.unix()
    ];
    Ok(tx.prepare_cached(INSERT)?.insert(params)?)
}

fn proof(verdict: &Verdict) -> Option<String> {
    match &verdict.kind {
        VerdictKind::Missed { proof, .. } => Some(proof.to_json().to_string()),
        _ => None,
    }
}

fn gap_json(gap: &Gap) -> Value {
    json!({ "kind": gap.kind.word(), "from": gap.from, "until": gap.until, "why": gap.why.word(), "closes_at": gap.closes_at })
}

/// The current revision of every verdict whose check was held in `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn latest(conn: &Connection, profile: &str, from: Moment, until: Moment) -> Result<Vec<Revision>, StoreError> {
    revisions(conn, LATEST, profile, from, until)
}

/// Those of them that are missed.
///
/// # Errors
/// Those of SQLite.
pub fn missed(conn: &Connection, profile: &str, from: Moment, until: Moment) -> Result<Vec<Revision>, StoreError> {
    revisions(conn, MISSED, profile, from, until)
}

fn revisions(
    conn: &Connection,
    sql: &str,
    profile: &str,
    from: Moment,
    until: Moment,
) -> Result<Vec<Revision>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query((profile, from.unix(), until.unix()))?;
    let mut revisions = Vec::new();
    while let Some(row) = rows.next()? {
        let moment = |column: usize| -> rusqlite::Result<Moment> { row.get(column).map(Moment::from_unix) };
        let value = |text: String| serde_json::from_str(&text).map_err(|_| StoreError::odd("verdict evidence"));
        revisions.push(Revision {
            id: row.get(0)?,
            account: AccountId(row.get(1)?),
            rule: row.get(2)?,
            window: Window { from: moment(3)?, until: moment(4)? },
            check: Check { nominal: moment(5)?, at: moment(6)? },
            revision: row.get(7)?,
            kind: row.get(8)?,
            seen: row.get(9)?,
            required: row.get(10)?,
            label: row.get(11)?,
            proof: row.get::<_, Option<String>>(12)?.map(value).transpose()?,
            gaps: value(row.get(13)?)?,
            at: moment(14)?,
        });
    }
    Ok(revisions)
}
