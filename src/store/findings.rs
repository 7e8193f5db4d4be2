//! What named persons have decided about missed verdicts (核实), and what was told of it.
//!
//! Append-only: the last row of a finding holds, as long as no later revision of the verdict says
//! something else.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Check, Moment, Role};
use crate::rules::{Decision, Decisions, Ruling, Verdict, Window};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};

const DECIDE: &str = "INSERT INTO finding (account, profile, rule, from_s, until_s, verdict, decision, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const LAST: &str = "SELECT f.id, f.account, f.rule, f.from_s, f.until_s, v.label, f.decision, f.reason, f.by, f.at, EXISTS (SELECT 1 FROM verdict o WHERE o.account = v.account AND o.profile = v.profile AND o.rule = v.rule AND o.from_s = v.from_s AND o.until_s = v.until_s AND o.revision > v.revision AND o.kind <> 'missed') FROM finding f JOIN verdict v ON v.id = f.verdict WHERE f.profile = ?1 AND f.id = (SELECT max(n.id) FROM finding n WHERE n.profile = f.profile AND n.account = f.account AND n.rule = f.rule AND n.from_s = f.from_s AND n.until_s = f.until_s)";
const UNTOLD: &str = "SELECT f.id, v.id FROM finding f JOIN verdict v ON v.id = f.verdict WHERE f.profile = ?1 AND f.decision = 'confirmed' AND v.held_at >= ?2 AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.account = f.account AND m.stage = 'result-' || f.id) AND NOT EXISTS (SELECT 1 FROM finding n WHERE n.profile = f.profile AND n.account = f.account AND n.rule = f.rule AND n.from_s = f.from_s AND n.until_s = f.until_s AND n.id > f.id) AND NOT EXISTS (SELECT 1 FROM verdict o WHERE o.account = v.account AND o.profile = v.profile AND o.rule = v.rule AND o.from_s = v.from_s AND o.until_s = v.until_s AND o.revision > v.revision AND o.label IS NOT v.label)";
const RECALLED: &str = "SELECT f.id, f.account, f.rule, m.recipient, m.anchor, l.role, l.slot, l.trial, (SELECT c.id FROM verdict c WHERE c.account = v.account AND c.profile = v.profile AND c.rule = v.rule AND c.from_s = v.from_s AND c.until_s = v.until_s ORDER BY c.revision DESC LIMIT 1) FROM finding f JOIN verdict v ON v.id = f.verdict JOIN mention m ON m.account = f.account AND m.stage = 'result-' || f.id AND m.dropped = '' JOIN letter l ON l.id = m.letter WHERE f.profile = ?1 AND l.state IN ('sent', 'bounced', 'doubtful') AND NOT EXISTS (SELECT 1 FROM mention w WHERE w.recipient = m.recipient AND w.account = m.account AND w.stage = 'withdrawn-' || f.id) AND (EXISTS (SELECT 1 FROM finding n WHERE n.profile = f.profile AND n.account = f.account AND n.rule = f.rule AND n.from_s = f.from_s AND n.until_s = f.until_s AND n.id > f.id AND n.decision = 'false') OR EXISTS (SELECT 1 FROM verdict o WHERE o.account = v.account AND o.profile = v.profile AND o.rule = v.rule AND o.from_s = v.from_s AND o.until_s = v.until_s AND o.revision > v.revision AND o.kind <> 'missed'))";
const TOLD: &str = "SELECT v.account, v.rule, v.from_s, v.until_s, v.nominal, v.held_at, v.seen, v.required, v.label, f.at, c.kind, c.seen, c.revision, n.decision, n.reason, n.id <> f.id AND n.decision = 'false', EXISTS (SELECT 1 FROM verdict o WHERE o.account = v.account AND o.profile = v.profile AND o.rule = v.rule AND o.from_s = v.from_s AND o.until_s = v.until_s AND o.revision > v.revision AND o.kind <> 'missed'), c.label IS v.label FROM finding f JOIN verdict v ON v.id = f.verdict JOIN verdict c ON c.id = (SELECT x.id FROM verdict x WHERE x.account = v.account AND x.profile = v.profile AND x.rule = v.rule AND x.from_s = v.from_s AND x.until_s = v.until_s ORDER BY x.revision DESC LIMIT 1) JOIN finding n ON n.id = (SELECT max(y.id) FROM finding y WHERE y.profile = f.profile AND y.account = f.account AND y.rule = f.rule AND y.from_s = f.from_s AND y.until_s = f.until_s) WHERE f.id = ?1";
const ASKED: &str = "SELECT EXISTS (SELECT 1 FROM verdict WHERE profile = ?1 AND kind = 'missed' AND held_at >= ?2)";
const ORIGINAL: &str = "SELECT l.id, l.slot FROM mention m JOIN letter l ON l.id = m.letter WHERE m.recipient = ?1 AND m.account = ?2 AND m.stage = ?3";
const UNDECIDED: &str = "SELECT DISTINCT v.account, v.nominal, v.held_at FROM verdict v WHERE v.profile = ?1 AND v.held_at < ?2 AND v.kind = 'missed' AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.account = v.account AND n.profile = v.profile AND n.rule = v.rule AND n.from_s = v.from_s AND n.until_s = v.until_s AND n.revision > v.revision) AND NOT EXISTS (SELECT 1 FROM finding f JOIN verdict d ON d.id = f.verdict WHERE f.profile = v.profile AND f.account = v.account AND f.rule = v.rule AND f.from_s = v.from_s AND f.until_s = v.until_s AND NOT EXISTS (SELECT 1 FROM verdict o WHERE o.account = v.account AND o.profile = v.profile AND o.rule = v.rule AND o.from_s = v.from_s AND o.until_s = v.until_s AND o.revision > d.revision AND o.kind <> 'missed')) ORDER BY v.held_at, v.account";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[DECIDE, LAST, UNTOLD, RECALLED, TOLD, ASKED, ORIGINAL, UNDECIDED];

/// Writes down a decision; `verdict` is the revision that it is about. Returns its number.
///
/// # Errors
/// Those of SQLite; a 误报 without a reason is refused by the table.
pub fn decide(
    tx: &Transaction<'_>,
    profile: &str,
    (finding, verdict): (&Verdict, i64),
    ruling: Ruling,
    (by, reason): (&str, &str),
    now: Moment,
) -> Result<i64, StoreError> {
    let window = finding.window;
    let values = rusqlite::params![
        finding.account.0,
        profile,
        finding.rule,
        window.from.unix(),
        window.until.unix(),
        verdict,
        ruling.word(),
        reason,
        by,
        now.unix()
    ];
    Ok(tx.prepare_cached(DECIDE)?.insert(values)?)
}

/// The last decision of every finding under a profile.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn decisions(conn: &Connection, profile: &str) -> Result<Decisions, StoreError> {
    let mut statement = conn.prepare_cached(LAST)?;
    let mut rows = statement.query([profile])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Decision {
            id: row.get(0)?,
            account: AccountId(row.get(1)?),
            rule: row.get(2)?,
            window: Window { from: moment(row, 3)?, until: moment(row, 4)? },
            label: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
            ruling: ruling(row, 6)?,
            reason: row.get(7)?,
            by: row.get(8)?,
            at: moment(row, 9)?,
            overturned: row.get(10)?,
        });
    }
    Ok(Decisions::of(found))
}

/// Whose missed verdicts of checks held before a moment, as they were kept, nobody has decided on; oldest check
/// first. What is judged now may say something else.
///
/// # Errors
/// Those of SQLite.
pub fn undecided(conn: &Connection, profile: &str, until: Moment) -> Result<Vec<(Check, AccountId)>, StoreError> {
    let mut statement = conn.prepare_cached(UNDECIDED)?;
    let rows = statement.query_map((profile, until.unix()), |row| {
        Ok((Check { nominal: moment(row, 1)?, at: moment(row, 2)? }, AccountId(row.get(0)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Confirmed findings of checks held since `installed` that still stand and of which nobody was told:
/// decision and revision.
///
/// # Errors
/// Those of SQLite.
pub fn untold(conn: &Connection, profile: &str, installed: Moment) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(UNTOLD)?;
    let rows = statement.query_map((profile, installed.unix()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether any check held since then has found something that a person may decide on.
///
/// # Errors
/// Those of SQLite.
pub fn has_any(conn: &Connection, profile: &str, since: Moment) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(ASKED)?.query_row((profile, since.unix()), |row| row.get(0))?)
}

/// A result that somebody got and that holds no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// The decision.
    pub decision: i64,
    /// Whose finding.
    pub account: AccountId,
    /// Of which rule.
    pub rule: String,
    /// Who got it.
    pub recipient: String,
    /// The anchor of its mention.
    pub anchor: NaiveDate,
    /// As whom.
    pub role: Role,
    /// The slot of its letter.
    pub slot: Moment,
    /// It was only recorded.
    pub trial: bool,
    /// The revision that holds now.
    pub revision: i64,
}

/// Every result that was told, holds no more, and has not been taken back.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn recalled(conn: &Connection, profile: &str) -> Result<Vec<Recalled>, StoreError> {
    let mut statement = conn.prepare_cached(RECALLED)?;
    let mut rows = statement.query([profile])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (anchor, role): (String, String) = (row.get(4)?, row.get(5)?);
        found.push(Recalled {
            decision: row.get(0)?,
            account: AccountId(row.get(1)?),
            rule: row.get(2)?,
            recipient: row.get(3)?,
            anchor: anchor.parse().map_err(|_| StoreError::odd(&anchor))?,
            role: Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?,
            slot: moment(row, 6)?,
            trial: row.get(7)?,
            revision: row.get(8)?,
        });
    }
    Ok(found)
}

/// A finding that was decided on, beside what is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// Where updates were counted.
    pub window: Window,
    /// At which check.
    pub check: Check,
    /// Updates seen when it was decided on.
    pub seen: u32,
    /// Updates demanded.
    pub required: u32,
    /// As papers print it.
    pub label: String,
    /// When it was decided on.
    pub decided_at: Moment,
    /// The word of the current revision's kind, its count, and its number.
    pub now: (String, u32, i64),
    /// The last decision, with its reason.
    pub ruling: (Ruling, String),
    /// It may still be told.
    pub stands: bool,
}

/// The finding of a decision.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn told(conn: &Connection, decision: i64) -> Result<Option<Told>, StoreError> {
    let mut statement = conn.prepare_cached(TOLD)?;
    let mut rows = statement.query([decision])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (is_false, overturned, same_label): (bool, bool, bool) = (row.get(15)?, row.get(16)?, row.get(17)?);
    Ok(Some(Told {
        account: AccountId(row.get(0)?),
        rule: row.get(1)?,
        window: Window { from: moment(row, 2)?, until: moment(row, 3)? },
        check: Check { nominal: moment(row, 4)?, at: moment(row, 5)? },
        seen: row.get(6)?,
        required: row.get(7)?,
        label: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        decided_at: moment(row, 9)?,
        now: (row.get(10)?, row.get(11)?, row.get(12)?),
        ruling: (ruling(row, 13)?, row.get(14)?),
        stands: !is_false && !overturned && same_label,
    }))
}

/// The letter in which that recipient read of a decision: its number and slot.
///
/// # Errors
/// Those of SQLite.
pub fn original(
    conn: &Connection,
    recipient: &str,
    account: AccountId,
    decision: i64,
) -> Result<Option<(i64, Moment)>, StoreError> {
    let key = (recipient, account.0, format!("result-{decision}"));
    let found = conn.prepare_cached(ORIGINAL)?.query_row(key, |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)));
    Ok(found.optional()?.map(|(id, slot)| (id, Moment::from_unix(slot))))
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Moment> {
    row.get(column).map(Moment::from_unix)
}

fn ruling(row: &Row<'_>, column: usize) -> Result<Ruling, StoreError> {
    let word: String = row.get(column)?;
    Ruling::from_word(&word).ok_or_else(|| StoreError::odd(&word))
}
