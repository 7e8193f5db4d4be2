//! Looks and what they prove.

use super::{Connection, StoreError, Transaction, posts};
use crate::domain::{AccountId, Class, FailedLook, Kinds, Moment, Reach, Strength, Watch, WatchOrigin};
use crate::rules::spans;
use cuigeng_adapters::{Outcome, Seen};
use rusqlite::Row;
use std::collections::BTreeMap;

const INSERT: &str = "INSERT INTO look (account, source, at, outcome, reason, detail, advice, rows, new_posts, newest, first_check) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const REACH: &str = "INSERT INTO reach (look, account, source, at, from_s, until_s, sees, strength) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const RECENT: &str = "SELECT id, account, source, at, outcome, reason, detail, advice, rows, new_posts, newest, first_check FROM look WHERE account = ?1 AND source = ?2 ORDER BY at DESC, id DESC LIMIT ?3";
const LAST: &str = "WITH RECURSIVE g(account, source) AS (SELECT a.id, (SELECT min(k.source) FROM look k WHERE k.account = a.id) FROM account a UNION ALL SELECT g.account, (SELECT min(k.source) FROM look k WHERE k.account = g.account AND k.source > g.source) FROM g WHERE g.source IS NOT NULL) SELECT l.id, l.account, l.source, l.at, l.outcome, l.reason, l.detail, l.advice, l.rows, l.new_posts, l.newest, l.first_check FROM g JOIN look l ON l.id = (SELECT k.id FROM look k WHERE k.account = g.account AND k.source = g.source ORDER BY k.at DESC, k.id DESC LIMIT 1) ORDER BY l.id";
const LAST_GOOD: &str =
    "SELECT account, source, max(at) FROM look WHERE outcome IN ('complete', 'partial') GROUP BY account";
const LAST_GOOD_OF: &str = "SELECT (SELECT at FROM look WHERE account = ?1 AND source = ?2 AND outcome IN ('complete', 'partial') ORDER BY at DESC LIMIT 1)";
const WATCHES: &str =
    "SELECT account, source, at, from_s, until_s, sees, strength FROM reach WHERE until_s > ?1 AND from_s < ?2";
const ATTESTED: &str = "SELECT account, by, at, from_s, until_s FROM attestation WHERE until_s > ?1 AND from_s < ?2 AND withdrawn_at IS NULL";
const FAILURES: &str = "SELECT account, source, at, outcome, reason FROM look WHERE at >= ?1 AND at < ?2 AND outcome NOT IN ('complete', 'partial')";
const WATCHES_OF: &str = "SELECT account, source, at, from_s, until_s, sees, strength FROM reach WHERE until_s > ?1 AND from_s < ?2 AND account = ?3";
const ATTESTED_OF: &str = "SELECT account, by, at, from_s, until_s FROM attestation WHERE until_s > ?1 AND from_s < ?2 AND account = ?3 AND withdrawn_at IS NULL";
const FAILURES_OF: &str = "SELECT account, source, at, outcome, reason FROM look WHERE at >= ?1 AND at < ?2 AND account = ?3 AND outcome NOT IN ('complete', 'partial')";
const COVERED: &str = "SELECT from_s, until_s, sees FROM reach WHERE account = ?1 AND source = ?2 AND until_s > ?3 AND strength = 'strong'";
const LAST_GOOD_OF_EACH: &str = "SELECT a.account, a.source, (SELECT l.at FROM look l WHERE l.account = a.account AND l.source = a.source AND l.outcome IN ('complete', 'partial') ORDER BY l.at DESC LIMIT 1) FROM account_source a";
const HEALTHY: &str = "SELECT EXISTS (SELECT 1 FROM look WHERE source = ?1 AND at >= ?2 AND account <> ?3 AND rows > 0 AND outcome IN ('complete', 'partial'))";
const STRANGE: &str = "SELECT EXISTS (SELECT 1 FROM look s INDEXED BY look_failed WHERE s.source = ?1 AND s.at >= ?2 AND s.account <> ?3 AND s.outcome NOT IN ('complete', 'partial') AND s.reason IN ('went_back', 'stale', 'empty_unexpected') AND NOT EXISTS (SELECT 1 FROM look n WHERE n.account = s.account AND n.source = s.source AND n.at >= s.at AND n.id > s.id AND n.reason <> 'resting'))";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    INSERT,
    REACH,
    RECENT,
    LAST,
    LAST_GOOD,
    LAST_GOOD_OF,
    WATCHES,
    ATTESTED,
    FAILURES,
    WATCHES_OF,
    ATTESTED_OF,
    FAILURES_OF,
    COVERED,
    LAST_GOOD_OF_EACH,
    HEALTHY,
    STRANGE,
];

/// A stored look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookRow {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub account: AccountId,
    /// Which source.
    pub source: String,
    /// When.
    pub at: Moment,
    /// `complete`, `partial`, or the word of a class.
    pub outcome: String,
    /// One short word within the class; may be empty.
    pub reason: String,
    /// For the developer.
    pub detail: String,
    /// For the operator.
    pub advice: String,
    /// Rows accepted.
    pub rows: i64,
    /// Of these, new ones.
    pub new_posts: i64,
    /// Time of the newest unpinned row.
    pub newest: Option<Moment>,
    /// An explicit empty list of an account never seen to post (首次核对).
    pub first_check: bool,
}

impl LookRow {
    /// The class of a failed look.
    pub fn class(&self) -> Option<Class> {
        Class::from_word(&self.outcome)
    }
}

/// Keeps a look with all that it saw and proved.
///
/// # Errors
/// Those of SQLite.
pub fn observe(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    seen: &Seen,
    at: Moment,
) -> Result<usize, StoreError> {
    let looked = seen.looked_at.unwrap_or(at).min(at);
    let (sighted, shown) = posts::sight_all(tx, account, source, &seen.rows, looked)?;
    if seen.outcome == Outcome::Complete {
        posts::disappear(tx, account, source, &seen.reaches, &shown, looked)?;
    }
    let look = insert(tx, account, source, seen, at, sighted.new)?;
    for reach in seen.reaches.iter().filter(|reach| reach.from < reach.until && reach.sees != Kinds::NONE) {
        let params = (
            look,
            account.0,
            source,
            looked.unix(),
            reach.from.unix(),
            reach.until.unix(),
            reach.sees.bits(),
            strength_word(reach.strength),
        );
        tx.prepare_cached(REACH)?.execute(params)?;
    }
    Ok(sighted.new)
}

/// The last looks of a source at an account, newest first.
///
/// # Errors
/// Those of SQLite.
pub fn recent(conn: &Connection, account: AccountId, source: &str, limit: usize) -> Result<Vec<LookRow>, StoreError> {
    let mut statement = conn.prepare_cached(RECENT)?;
    let rows = statement.query_map((account.0, source, i64::try_from(limit).unwrap_or(i64::MAX)), look_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last look of each source at each account.
pub type LastLooks = BTreeMap<(AccountId, String), LookRow>;

/// The last look of every source at every account.
///
/// # Errors
/// Those of SQLite.
pub fn last_looks(conn: &Connection) -> Result<LastLooks, StoreError> {
    let mut statement = conn.prepare_cached(LAST)?;
    let rows = statement.query_map([], look_row)?;
    rows.map(|row| row.map(|row| ((row.account, row.source.clone()), row)).map_err(StoreError::from)).collect()
}

/// When a source last read an account.
///
/// # Errors
/// Those of SQLite.
pub fn last_good_of(conn: &Connection, account: AccountId, source: &str) -> Result<Option<Moment>, StoreError> {
    let at: Option<i64> = conn.prepare_cached(LAST_GOOD_OF)?.query_row((account.0, source), |row| row.get(0))?;
    Ok(at.map(Moment::from_unix))
}

/// When an account was last read at all, and by which source.
///
/// # Errors
/// Those of SQLite.
pub fn last_good(conn: &Connection) -> Result<BTreeMap<AccountId, (Moment, String)>, StoreError> {
    let mut statement = conn.prepare_cached(LAST_GOOD)?;
    let rows = statement.query_map([], |row| Ok((AccountId(row.get(0)?), (moment(row, 2)?, row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When each source last read each of its accounts.
///
/// # Errors
/// Those of SQLite.
pub fn last_good_of_each(conn: &Connection) -> Result<BTreeMap<(AccountId, String), Moment>, StoreError> {
    let mut statement = conn.prepare_cached(LAST_GOOD_OF_EACH)?;
    let mut rows = statement.query([])?;
    let mut last = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Some(at) = row.get::<_, Option<i64>>(2)? {
            last.insert((AccountId(row.get(0)?), row.get(1)?), Moment::from_unix(at));
        }
    }
    Ok(last)
}

/// What looks and people prove that touches `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn watches(conn: &Connection, from: Moment, until: Moment) -> Result<BTreeMap<AccountId, Vec<Watch>>, StoreError> {
    let mut watches = BTreeMap::new();
    collect_watches(&mut watches, conn.prepare_cached(WATCHES)?.query((from.unix(), until.unix()))?)?;
    collect_attested(&mut watches, conn.prepare_cached(ATTESTED)?.query((from.unix(), until.unix()))?)?;
    Ok(watches)
}

/// The same of one account.
///
/// # Errors
/// Those of SQLite.
pub fn watches_of(
    conn: &Connection,
    account: AccountId,
    from: Moment,
    until: Moment,
) -> Result<Vec<Watch>, StoreError> {
    let mut watches = BTreeMap::new();
    let span = (from.unix(), until.unix(), account.0);
    collect_watches(&mut watches, conn.prepare_cached(WATCHES_OF)?.query(span)?)?;
    collect_attested(&mut watches, conn.prepare_cached(ATTESTED_OF)?.query(span)?)?;
    Ok(watches.remove(&account).unwrap_or_default())
}

type Watches = BTreeMap<AccountId, Vec<Watch>>;

fn collect_watches(watches: &mut Watches, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        let strength: String = row.get(6)?;
        let strength = if strength == "strong" { Strength::Strong } else { Strength::Weak };
        let reach =
            Reach { from: moment(row, 3)?, until: moment(row, 4)?, sees: Kinds::from_bits(row.get(5)?), strength };
        let watch = Watch { reach, at: moment(row, 2)?, origin: WatchOrigin::Source(row.get(1)?) };
        watches.entry(AccountId(row.get(0)?)).or_default().push(watch);
    }
    Ok(())
}

/// A person sees whatever is there: every kind, strongly (DESIGN §5).
fn collect_attested(watches: &mut Watches, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        let reach = Reach {
            from: moment(row, 3)?,
            until: moment(row, 4)?,
            sees: Kinds::from_bits(7),
            strength: Strength::Strong,
        };
        let watch = Watch { reach, at: moment(row, 2)?, origin: WatchOrigin::Person(row.get(1)?) };
        watches.entry(AccountId(row.get(0)?)).or_default().push(watch);
    }
    Ok(())
}

/// Looks in `[from, until)` that failed.
///
/// # Errors
/// Those of SQLite.
pub fn failures(
    conn: &Connection,
    from: Moment,
    until: Moment,
) -> Result<BTreeMap<AccountId, Vec<FailedLook>>, StoreError> {
    collect_failures(conn.prepare_cached(FAILURES)?.query((from.unix(), until.unix()))?)
}

/// The same of one account.
///
/// # Errors
/// Those of SQLite.
pub fn failures_of(
    conn: &Connection,
    account: AccountId,
    from: Moment,
    until: Moment,
) -> Result<Vec<FailedLook>, StoreError> {
    let mut found =
        collect_failures(conn.prepare_cached(FAILURES_OF)?.query((from.unix(), until.unix(), account.0))?)?;
    Ok(found.remove(&account).unwrap_or_default())
}

fn collect_failures(mut rows: rusqlite::Rows<'_>) -> Result<BTreeMap<AccountId, Vec<FailedLook>>, StoreError> {
    let mut failures: BTreeMap<AccountId, Vec<FailedLook>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(3)?;
        let class = Class::from_word(&word).ok_or_else(|| StoreError::odd(&word))?;
        let failed = FailedLook { source: row.get(1)?, at: moment(row, 2)?, class, reason: row.get(4)? };
        failures.entry(AccountId(row.get(0)?)).or_default().push(failed);
    }
    Ok(failures)
}

/// The spans after `since` that this source has strongly proved for every kind in `sees`, merged.
///
/// # Errors
/// Those of SQLite.
pub fn covered(
    conn: &Connection,
    account: AccountId,
    source: &str,
    since: Moment,
    sees: Kinds,
) -> Result<Vec<(Moment, Moment)>, StoreError> {
    let mut statement = conn.prepare_cached(COVERED)?;
    let mut rows = statement.query((account.0, source, since.unix()))?;
    let mut spans = Vec::new();
    while let Some(row) = rows.next()? {
        if Kinds::from_bits(row.get(2)?).and(sees) == sees {
            spans.push((moment(row, 0)?, moment(row, 1)?));
        }
    }
    Ok(spans::union(spans, (since, Moment::MAX)))
}

/// Whether the source has read another account well since `since`, and shown posts of it.
///
/// # Errors
/// Those of SQLite.
pub fn healthy_since(
    conn: &Connection,
    source: &str,
    other_than: AccountId,
    since: Moment,
) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(HEALTHY)?.query_row((source, since.unix(), other_than.0), |row| row.get(0))?)
}

/// Whether the last look of the source at another account, made since `since`, gave a strange answer.
///
/// # Errors
/// Those of SQLite.
pub fn strange_since(
    conn: &Connection,
    source: &str,
    other_than: AccountId,
    since: Moment,
) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(STRANGE)?.query_row((source, since.unix(), other_than.0), |row| row.get(0))?)
}

fn insert(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    seen: &Seen,
    at: Moment,
    new: usize,
) -> Result<i64, StoreError> {
    let (outcome, reason, detail, advice) = told(seen);
    let newest = seen.rows.iter().filter(|row| !row.pinned).map(|row| row.when.earliest().unix()).max();
    let (rows, new) = (i64::try_from(seen.rows.len()).unwrap_or(i64::MAX), i64::try_from(new).unwrap_or(i64::MAX));
    let params = (account.0, source, at.unix(), outcome, reason, detail, advice, rows, new, newest, seen.first_check);
    Ok(tx.prepare_cached(INSERT)?.insert(params)?)
}

/// Outcome, reason, detail and advice as they are kept; a look with a note keeps the note's words.
fn told(seen: &Seen) -> (&'static str, String, String, String) {
    let note = seen.notes.first();
    let of_note = |text: fn(&cuigeng_adapters::Failure) -> &String| note.map(text).cloned().unwrap_or_default();
    match &seen.outcome {
        Outcome::Failed(failure) => {
            (failure.class.word(), failure.reason.clone(), failure.detail.clone(), failure.advice.clone())
        }
        Outcome::Complete => ("complete", of_note(|n| &n.reason), of_note(|n| &n.detail), of_note(|n| &n.advice)),
        Outcome::Partial => ("partial", of_note(|n| &n.reason), of_note(|n| &n.detail), of_note(|n| &n.advice)),
    }
}

const fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Strong => "strong",
        Strength::Weak => "weak",
    }
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Moment> {
    row.get(column).map(Moment::from_unix)
}

fn look_row(row: &Row<'_>) -> rusqlite::Result<LookRow> {
    Ok(LookRow {
        id: row.get(0)?,
        account: AccountId(row.get(1)?),
        source: row.get(2)?,
        at: moment(row, 3)?,
        outcome: row.get(4)?,
        reason: row.get(5)?,
        detail: row.get(6)?,
        advice: row.get(7)?,
        rows: row.get(8)?,
        new_posts: row.get(9)?,
        newest: row.get::<_, Option<i64>>(10)?.map(Moment::from_unix),
        first_check: row.get(11)?,
    })
}
