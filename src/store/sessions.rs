//! Who has signed in. A session is known by the hash of the token in its owner's cookie.

use super::{Connection, StoreError, Transaction, meta, users};
use crate::access::{SESSION_S, User};
use crate::domain::Moment;
use rusqlite::OptionalExtension;

const BEGIN: &str = "INSERT INTO session (hash, user, began, expires, from_address) VALUES (?1, ?2, ?3, ?4, ?5)";
const OWNER: &str = "SELECT u.id, u.name, u.rank, u.password IS NOT NULL, u.made_at, u.disabled_at FROM session s JOIN user u ON u.id = s.user WHERE s.hash = ?1 AND s.began <= ?2 AND s.expires > ?2 AND u.disabled_at IS NULL";
const END: &str = "DELETE FROM session WHERE hash = ?1";
const END_ALL: &str = "DELETE FROM session WHERE user = ?1 AND hash <> ?2";
const FORGET: &str = "DELETE FROM session WHERE expires <= ?1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[BEGIN, OWNER, END, END_ALL, FORGET];

/// Somebody has signed in, audited; the session that he came with ends, so that none is handed on.
///
/// # Errors
/// Those of SQLite.
pub fn begin(
    tx: &Transaction<'_>,
    user: &User,
    (hash, before): (&str, &str),
    from: &str,
    now: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(FORGET)?.execute([now.unix()])?;
    tx.prepare_cached(END)?.execute([before])?;
    tx.prepare_cached(BEGIN)?.execute((hash, user.id, now.unix(), now.plus(SESSION_S).unix(), from))?;
    meta::audit(tx, now, &user.name, "user.sign_in", from)
}

/// Whose session that is, if it lasts and its user may come in.
///
/// # Errors
/// Those of SQLite.
pub fn owner(conn: &Connection, hash: &str, now: Moment) -> Result<Option<User>, StoreError> {
    Ok(conn.prepare_cached(OWNER)?.query_row((hash, now.unix()), users::user).optional()?)
}

/// Somebody signs out, audited.
///
/// # Errors
/// Those of SQLite.
pub fn end(tx: &Transaction<'_>, user: &User, hash: &str, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(END)?.execute([hash])?;
    meta::audit(tx, now, &user.name, "user.sign_out", "")
}

/// Ends every session of a user except the one of that hash.
///
/// # Errors
/// Those of SQLite.
pub fn end_all(tx: &Transaction<'_>, user: i64, except: &str) -> Result<(), StoreError> {
    tx.prepare_cached(END_ALL)?.execute((user, except))?;
    Ok(())
}
