//! The chain of the audit trail: each entry's hash covers the entry and the hash before it, so that nobody
//! changes or takes away an old entry without breaking all that follow. Whoever can write the file can
//! also write a whole new chain; against that stands only a last hash that was noted elsewhere.

use super::{Connection, StoreError, Transaction};
use crate::access::token::hex;
use crate::domain::Moment;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

const APPEND: &str = "INSERT INTO audit (id, at, who, what, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const LAST: &str = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
const TRAIL: &str = "SELECT id, at, who, what, detail, hash FROM audit WHERE id > ?1 ORDER BY id";
const HASH: &str = "SELECT hash FROM audit WHERE id = ?1";

const NEWEST: &str = "SELECT id, at, who, what, detail, hash FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

const SOME: &str = "SELECT id, at, who, what, detail, hash FROM audit WHERE id < ?1 AND (?2 = '' OR who = ?2) AND (?3 = '' OR what = ?3) AND at >= ?4 AND at < ?5 ORDER BY id DESC LIMIT ?6";
const COUNT: &str =
    "SELECT count(*) FROM audit WHERE (?1 = '' OR who = ?1) AND (?2 = '' OR what = ?2) AND at >= ?3 AND at < ?4";
const PEOPLE: &str = "SELECT DISTINCT who FROM audit ORDER BY who";
const DEEDS: &str = "SELECT DISTINCT what FROM audit ORDER BY what";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[APPEND, LAST, TRAIL, HASH, NEWEST, SOME, COUNT, PEOPLE, DEEDS];

/// What an examination of the trail found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Entries.
    pub entries: i64,
    /// The first entry that does not follow from those before it; `None`: all do.
    pub broken: Option<i64>,
    /// The newest hash; empty while nothing was done.
    pub last: String,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1 on.
    pub id: i64,
    /// When, in UTC seconds.
    pub at: i64,
    /// The person's name.
    pub who: String,
    /// The deed, dotted.
    pub what: String,
    /// What was done to what, in Chinese.
    pub detail: String,
    hash: String,
}

/// At most `limit` entries with smaller numbers than `before`, the newest first.
///
/// # Errors
/// Those of SQLite.
pub fn newest(conn: &Connection, before: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let mut statement = conn.prepare_cached(NEWEST)?;
    let rows = statement.query_map((before, limit), entry)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Which entries somebody wants.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of whom; empty for all.
    pub who: String,
    /// Which deed, dotted; empty for all.
    pub what: String,
    /// From then on.
    pub from: Moment,
    /// Until then, exclusive.
    pub until: Moment,
}

/// At most `limit` entries that fit, with smaller numbers than `before`, the newest first; and how many fit
/// at all.
///
/// # Errors
/// Those of SQLite.
pub fn some(conn: &Connection, filter: &Filter, before: i64, limit: i64) -> Result<(Vec<Entry>, i64), StoreError> {
    let Filter { who, what, from, until } = filter;
    let (from, until) = (from.unix(), until.unix());
    let mut statement = conn.prepare_cached(SOME)?;
    let rows = statement.query_map((before, who, what, from, until, limit), entry)?;
    let count = conn.prepare_cached(COUNT)?.query_row((who, what, from, until), |row| row.get(0))?;
    Ok((rows.collect::<Result<_, _>>()?, count))
}

/// Everybody who has done anything, and every deed (dotted) that was done.
///
/// # Errors
/// Those of SQLite.
pub fn names(conn: &Connection) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let all = |sql: &'static str| -> Result<Vec<String>, StoreError> {
        let mut statement = conn.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    Ok((all(PEOPLE)?, all(DEEDS)?))
}

/// Writes an entry at the end of the chain.
pub(super) fn append(tx: &Transaction<'_>, at: Moment, who: &str, what: &str, detail: &str) -> Result<(), StoreError> {
    let last = tx.prepare_cached(LAST)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (id, before): (i64, String) = last.unwrap_or_default();
    // Entries that are older than the chain are covered by its first link.
    let before = if before.is_empty() { unchained(tx)? } else { before };
    let entry = Entry {
        id: id + 1,
        at: at.unix(),
        who: who.to_owned(),
        what: what.to_owned(),
        detail: detail.to_owned(),
        hash: String::new(),
    };
    let hash = linked(&before, &entry);
    tx.prepare_cached(APPEND)?.execute((entry.id, entry.at, who, what, detail, hash))?;
    Ok(())
}

/// How far the chain was followed, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proven {
    /// What was found.
    pub trail: Trail,
    /// The hash that the last entry must have.
    before: String,
    /// Whether any entry had one; those before are older than the chain.
    chained: bool,
}

impl Proven {
    fn take(&mut self, entry: &Entry) {
        let follows = linked(&self.before, entry);
        self.chained |= !entry.hash.is_empty();
        let gap = entry.id != self.trail.entries + 1 && self.chained;
        if self.trail.broken.is_none() && (gap || (self.chained && entry.hash != follows)) {
            self.trail.broken = Some(entry.id);
        }
        self.trail.entries = entry.id;
        self.trail.last.clone_from(&entry.hash);
        self.before = follows;
    }

    /// Whether the entry up to which it was followed still is what it was.
    fn stands(&self, conn: &Connection) -> Result<bool, StoreError> {
        let hash = conn.prepare_cached(HASH)?.query_row([self.trail.entries], |row| row.get::<_, String>(0));
        Ok(hash.optional()?.is_some_and(|hash| hash == self.trail.last))
    }
}

/// Follows the whole chain.
///
/// # Errors
/// Those of SQLite.
pub fn examine(conn: &Connection) -> Result<Trail, StoreError> {
    Ok(follow(conn, None)?.trail)
}

/// Follows the chain from where it was followed to before; from the beginning where that entry is no more
/// what it was. An entry before it that somebody changes meanwhile is found only from the beginning.
///
/// # Errors
/// Those of SQLite.
pub fn follow(conn: &Connection, known: Option<Proven>) -> Result<Proven, StoreError> {
    let mut proven = match known {
        Some(known) if known.stands(conn)? => known,
        _ => Proven::default(),
    };
    let mut statement = conn.prepare_cached(TRAIL)?;
    let mut rows = statement.query([proven.trail.entries])?;
    while let Some(row) = rows.next()? {
        proven.take(&entry(row)?);
    }
    Ok(proven)
}

fn unchained(conn: &Connection) -> Result<String, StoreError> {
    Ok(follow(conn, None)?.before)
}

pub(super) fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        at: row.get(1)?,
        who: row.get(2)?,
        what: row.get(3)?,
        detail: row.get(4)?,
        hash: row.get(5)?,
    })
}

/// Lengths stand before the texts, so that no two entries are one text.
fn linked(before: &str, entry: &Entry) -> String {
    let Entry { id, at, who, what, detail, .. } = entry;
    let mut hash = Sha256::new();
    hash.update(format!("cuigeng audit 1\n{before}\n{id}\n{at}\n"));
    for text in [who, what, detail] {
        hash.update(format!("{}\n{text}\n", text.len()));
    }
    hex(&hash.finalize())
}
