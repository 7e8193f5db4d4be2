//! The people of offices (联系人), and what their mailboxes say of themselves.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment, Person, Role, Roster, Shift};
use chrono::NaiveDate;
use rusqlite::{Row, params};

const EVERYBODY: &str = "SELECT id, office, account, name, role, shift, post, mobile, landline, emails, qq, from_d, to_d, successor FROM person ORDER BY office, id";
const INSERT: &str = "INSERT INTO person (office, account, name, role, shift, post, mobile, landline, emails, qq, from_d, to_d, successor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const UPDATE: &str = "UPDATE person SET office = ?1, account = ?2, name = ?3, role = ?4, shift = ?5, post = ?6, mobile = ?7, landline = ?8, emails = ?9, qq = ?10, from_d = ?11, to_d = ?12, successor = ?13 WHERE id = ?14";
const WAITING: &str =
    "SELECT id FROM letter WHERE state = 'queued' AND lower(recipient) = lower(?1) AND slot >= ?2 ORDER BY id";
const WRITTEN: &str =
    "SELECT count(*) FROM letter WHERE state = 'sent' AND trial = 0 AND lower(recipient) = lower(?1) AND sent_at >= ?2";
const DEAD: &str = "SELECT l.recipient, CASE l.state WHEN 'phoned' THEN 'refused' ELSE l.state END, max(l.id), l.reply_text FROM letter l WHERE l.state IN ('refused', 'bounced', 'phoned') AND (l.state <> 'phoned' OR l.class = 'gone') AND NOT EXISTS (SELECT 1 FROM letter later WHERE later.recipient = l.recipient AND later.state = 'sent' AND later.trial = 0 AND later.id > l.id) GROUP BY l.recipient ORDER BY l.recipient";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[EVERYBODY, INSERT, UPDATE, WAITING, WRITTEN, DEAD];

/// Everybody on the sheet, and which addresses take no letters.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn roster(conn: &Connection) -> Result<Roster, StoreError> {
    let dead = dead_addresses(conn)?.into_iter().map(|dead| dead.address);
    Ok(Roster::of(everybody(conn)?).knowing_dead(dead))
}

/// Everybody, by office.
///
/// # Errors
/// As for [`roster`].
pub fn everybody(conn: &Connection) -> Result<Vec<Person>, StoreError> {
    let mut statement = conn.prepare_cached(EVERYBODY)?;
    let mut rows = statement.query([])?;
    let mut people = Vec::new();
    while let Some(row) = rows.next()? {
        people.push(person(row)?);
    }
    Ok(people)
}

/// Keeps a person: a new one when its number is 0. Returns the number.
///
/// # Errors
/// Those of SQLite.
pub fn save(tx: &Transaction<'_>, person: &Person) -> Result<i64, StoreError> {
    let account = person.account.map(|account| account.0);
    let (from, to) = (person.from.map(|day| day.to_string()), person.to.map(|day| day.to_string()));
    let (role, shift, emails) = (person.role.word(), person.shift.word(), person.emails.join(";"));
    let Person { office, name, post, mobile, landline, qq, successor, .. } = person;
    if person.id == 0 {
        let values =
            params![office, account, name, role, shift, post, mobile, landline, emails, qq, from, to, successor];
        return Ok(tx.prepare_cached(INSERT)?.insert(values)?);
    }
    let values =
        params![office, account, name, role, shift, post, mobile, landline, emails, qq, from, to, successor, person.id];
    tx.prepare_cached(UPDATE)?.execute(values)?;
    Ok(person.id)
}

/// The letters that wait for that address and belong to `from` or later.
///
/// # Errors
/// Those of SQLite.
pub fn waiting_for(conn: &Connection, address: &str, from: Moment) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(WAITING)?;
    let rows = statement.query_map((address, from.unix()), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many letters left for that address since then.
///
/// # Errors
/// Those of SQLite.
pub fn written_since(conn: &Connection, address: &str, since: Moment) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(WRITTEN)?.query_row((address, since.unix()), |row| row.get(0))?)
}

/// An address that refused a letter, or from which one came back, and that has taken none since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadAddress {
    /// The address.
    pub address: String,
    /// What the last trouble is called.
    pub state: String,
    /// The letter.
    pub letter: i64,
    /// The server's words.
    pub reply: String,
}

/// Every such address.
///
/// # Errors
/// Those of SQLite.
pub fn dead_addresses(conn: &Connection) -> Result<Vec<DeadAddress>, StoreError> {
    let mut statement = conn.prepare_cached(DEAD)?;
    let rows = statement.query_map([], |row| {
        Ok(DeadAddress { address: row.get(0)?, state: row.get(1)?, letter: row.get(2)?, reply: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn person(row: &Row<'_>) -> Result<Person, StoreError> {
    let date = |column: usize| -> Result<Option<NaiveDate>, StoreError> {
        let text: Option<String> = row.get(column)?;
        text.map(|text| text.parse().map_err(|_| StoreError::odd(&text))).transpose()
    };
    let (role, shift, emails): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(9)?);
    Ok(Person {
        id: row.get(0)?,
        office: row.get(1)?,
        account: row.get::<_, Option<i64>>(2)?.map(AccountId),
        name: row.get(3)?,
        role: Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?,
        shift: Shift::from_word(&shift).ok_or_else(|| StoreError::odd(&shift))?,
        post: row.get(6)?,
        mobile: row.get(7)?,
        landline: row.get(8)?,
        emails: emails.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        qq: row.get(10)?,
        from: date(11)?,
        to: date(12)?,
        successor: row.get(13)?,
    })
}
