//! 整改项 and what became of them. Only ever added to.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment, Period};
use crate::repair::{Event, EventKind, Repair};
use chrono::NaiveDate;
use rusqlite::Row;
use std::collections::BTreeMap;

const LIST: &str =
    "SELECT id, period, account, rule, name, platform, office, problem, seen, checked_at, dated, due, profile
  FROM repair WHERE ?1 IS NULL OR profile = ?1 ORDER BY id";
const EVENTS: &str = "SELECT e.repair, e.kind, e.text, e.said_by, e.on_d, e.by, e.at
  FROM repair_event e JOIN repair r ON r.id = e.repair WHERE ?1 IS NULL OR r.profile = ?1 ORDER BY e.repair, e.seq";
const OPEN: &str = "INSERT INTO repair (bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const ADD: &str =
    "INSERT INTO repair_event (repair, seq, kind, text, said_by, on_d, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const REMINDERS: &str = "SELECT l.id, m.account, m.rule, m.anchor, m.stage, l.role, coalesce(l.sent_at, l.slot), l.state, l.trial, l.reply_code, l.doubted, (SELECT max(c.at) FROM call c WHERE c.letter = l.id AND c.account = m.account)
  FROM mention m JOIN letter l ON l.id = m.letter WHERE l.kind = 'reminder' AND m.dropped = '' AND l.slot >= ?1 AND l.slot < ?2 ORDER BY l.id";
const SINCE: &str =
    "SELECT count(*), max(from_s) FROM post WHERE account = ?1 AND visible = 1 AND struck = 0 AND from_s >= ?2";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[LIST, EVENTS, OPEN, ADD, REMINDERS, SINCE];

/// Every 整改项 under a profile, with all that happened to it.
///
/// # Errors
/// Those of SQLite; a row that this program does not understand.
pub fn list(conn: &Connection, profile: &str) -> Result<Vec<Repair>, StoreError> {
    Ok(read(conn, Some(profile))?.into_iter().map(|(_, repair)| repair).collect())
}

/// Every 整改项 with the name of its profile: what is owed does not end with another `profile` in the
/// configuration.
///
/// # Errors
/// Those of [`list`].
pub fn everywhere(conn: &Connection) -> Result<Vec<(String, Repair)>, StoreError> {
    read(conn, None)
}

fn read(conn: &Connection, profile: Option<&str>) -> Result<Vec<(String, Repair)>, StoreError> {
    let mut events = events(conn, profile)?;
    let mut statement = conn.prepare_cached(LIST)?;
    let mut rows = statement.query([profile])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, period): (i64, String) = (row.get(0)?, row.get(1)?);
        let repair = Repair {
            id,
            period: Period::parse(&period).ok_or_else(|| StoreError::odd(&period))?,
            account: AccountId(row.get(2)?),
            rule: row.get(3)?,
            name: row.get(4)?,
            platform: row.get(5)?,
            office: row.get(6)?,
            problem: row.get(7)?,
            seen: row.get(8)?,
            checked_at: Moment::from_unix(row.get(9)?),
            dated: date(row, 10)?,
            first_due: date(row, 11)?,
            events: events.remove(&id).unwrap_or_default(),
            overturned: false,
        };
        found.push((row.get(12)?, repair));
    }
    Ok(found)
}

fn events(conn: &Connection, profile: Option<&str>) -> Result<BTreeMap<i64, Vec<Event>>, StoreError> {
    let mut statement = conn.prepare_cached(EVENTS)?;
    let mut rows = statement.query([profile])?;
    let mut found: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        found.entry(row.get(0)?).or_default().push(Event {
            kind: EventKind::from_word(&kind).ok_or_else(|| StoreError::odd(&kind))?,
            text: row.get(2)?,
            said_by: row.get(3)?,
            on: date(row, 4)?,
            by: row.get(5)?,
            at: Moment::from_unix(row.get(6)?),
        });
    }
    Ok(found)
}

fn date(row: &Row<'_>, column: usize) -> Result<NaiveDate, StoreError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| StoreError::odd(&text))
}

/// Opens a 整改项 of an issued paper; its number and events are not read. A paper opens one an
/// account and rule; a period has a second one where a 更正 withdrew the first and this paper names it again.
///
/// # Errors
/// Those of SQLite; a second one of the same paper is refused by the table.
pub fn open(tx: &Transaction<'_>, bulletin: i64, profile: &str, repair: &Repair) -> Result<(), StoreError> {
    let values = rusqlite::params![
        bulletin,
        repair.period.to_string(),
        profile,
        repair.account.0,
        repair.rule,
        repair.name,
        repair.platform,
        repair.office,
        repair.problem,
        repair.seen,
        repair.checked_at.unix(),
        repair.dated.to_string(),
        repair.first_due.to_string()
    ];
    tx.prepare_cached(OPEN)?.execute(values)?;
    Ok(())
}

/// Adds what happened, as the event of that number (from 1). One of that number is refused by the table:
/// two people cannot both be the next.
///
/// # Errors
/// Those of SQLite.
pub fn add(tx: &Transaction<'_>, repair: i64, seq: usize, event: &Event) -> Result<(), StoreError> {
    let on = event.on.to_string();
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let values = (repair, seq, event.kind.word(), &event.text, &event.said_by, on, &event.by, event.at.unix());
    tx.prepare_cached(ADD)?.execute(values)?;
    Ok(())
}

/// A reminder about one account and rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// Number of the letter.
    pub letter: i64,
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// The week's Monday, or the date of the last counted update.
    pub anchor: NaiveDate,
    /// The rung.
    pub stage: String,
    /// The word of the role of the recipient.
    pub role: String,
    /// When it left; else when it was due.
    pub at: Moment,
    /// The word of its state.
    pub state: String,
    /// Trial mode has only recorded it.
    pub trial: bool,
    /// The code of the server's answer.
    pub code: Option<i64>,
    /// An attempt that nobody saw the end of may have delivered it.
    pub doubted: bool,
    /// When somebody was called about this account in its stead.
    pub called: Option<Moment>,
}

impl Reminded {
    /// Really handed over to a server that took it.
    pub fn was_sent(&self) -> bool {
        !self.trial && self.state == "sent"
    }

    /// When somebody was told, by letter or else by telephone; `None`: nobody surely was.
    pub fn told(&self) -> Option<Moment> {
        if self.was_sent() { Some(self.at) } else { self.called.filter(|_| !self.trial) }
    }
}

/// The reminders that fell due in `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn reminders(conn: &Connection, from: Moment, until: Moment) -> Result<Vec<Reminded>, StoreError> {
    let mut statement = conn.prepare_cached(REMINDERS)?;
    let mut rows = statement.query((from.unix(), until.unix()))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Reminded {
            letter: row.get(0)?,
            account: AccountId(row.get(1)?),
            rule: row.get(2)?,
            anchor: date(row, 3)?,
            stage: row.get(4)?,
            role: row.get(5)?,
            at: Moment::from_unix(row.get(6)?),
            state: row.get(7)?,
            trial: row.get(8)?,
            code: row.get(9)?,
            doubted: row.get(10)?,
            called: row.get::<_, Option<i64>>(11)?.map(Moment::from_unix),
        });
    }
    Ok(found)
}

/// How many posts of an account are known since a moment, and the time of the newest: evidence for the
/// 复核人, no judgement.
///
/// # Errors
/// Those of SQLite.
pub fn posted_since(conn: &Connection, account: AccountId, since: Moment) -> Result<(u32, Option<Moment>), StoreError> {
    let read = conn.prepare_cached(SINCE)?.query_row((account.0, since.unix()), |row| {
        Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(Moment::from_unix)))
    })?;
    Ok(read)
}
