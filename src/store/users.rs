//! Who may come in by the pages, and the links that let somebody in once, or an office look.

use super::{Connection, StoreError, Transaction, meta, sessions};
use crate::access::{Rank, User};
use crate::domain::Moment;
use rusqlite::{OptionalExtension, Row};

const ALL_USERS: &str = "SELECT id, name, rank, password IS NOT NULL, made_at, disabled_at FROM user ORDER BY id";
const BY_ID: &str = "SELECT id, name, rank, password IS NOT NULL, made_at, disabled_at FROM user WHERE id = ?1";
const BY_NAME: &str = "SELECT id, name, rank, password IS NOT NULL, made_at, disabled_at FROM user WHERE name = ?1";
const PASSWORD: &str = "SELECT password FROM user WHERE id = ?1";
const ADMINS: &str =
    "SELECT count(*) FROM user WHERE rank = 'admin' AND password IS NOT NULL AND disabled_at IS NULL AND id <> ?1";
const ADD: &str = "INSERT INTO user (name, rank, made_at) VALUES (?1, ?2, ?3)";
const CHOOSE: &str = "UPDATE user SET password = ?2 WHERE id = ?1";
const SET_RANK: &str = "UPDATE user SET rank = ?2 WHERE id = ?1";
const SET_DISABLED: &str = "UPDATE user SET disabled_at = ?2 WHERE id = ?1";
const INVITE: &str = "INSERT INTO one_time_link (hash, user, made_at, expires) VALUES (?1, ?2, ?3, ?4)";
const INVITED: &str = "SELECT user FROM one_time_link WHERE hash = ?1 AND expires > ?2";
const UNINVITE: &str = "DELETE FROM one_time_link WHERE user IS ?1";
const OFFER: &str = "INSERT INTO office_link (office, hash, made_at, made_by) VALUES (?1, ?2, ?3, ?4)";
const OFFERED: &str = "SELECT office FROM office_link WHERE hash = ?1 AND revoked_at IS NULL";
const OFFERS: &str = "SELECT office, made_at, made_by FROM office_link WHERE revoked_at IS NULL ORDER BY office";
const REVOKE: &str = "UPDATE office_link SET revoked_at = ?2, revoked_by = ?3 WHERE office = ?1 AND revoked_at IS NULL";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    ALL_USERS,
    BY_ID,
    BY_NAME,
    PASSWORD,
    ADMINS,
    ADD,
    CHOOSE,
    SET_RANK,
    SET_DISABLED,
    INVITE,
    INVITED,
    UNINVITE,
    OFFER,
    OFFERED,
    OFFERS,
    REVOKE,
];

/// Whom a one-time link lets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// The first administrator, who chooses the name.
    First,
    /// This user, who chooses a password.
    User(User),
}

/// A link of an office that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeLink {
    /// Whose.
    pub office: String,
    /// Since when.
    pub made_at: Moment,
    /// By whose word.
    pub made_by: String,
}

/// Everybody, also those who may not come in any more.
///
/// # Errors
/// Those of SQLite.
pub fn all(conn: &Connection) -> Result<Vec<User>, StoreError> {
    let mut statement = conn.prepare_cached(ALL_USERS)?;
    let rows = statement.query_map([], user)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The user of that number.
///
/// # Errors
/// Those of SQLite.
pub fn one(conn: &Connection, id: i64) -> Result<Option<User>, StoreError> {
    Ok(conn.prepare_cached(BY_ID)?.query_row([id], user).optional()?)
}

/// The user of that name.
///
/// # Errors
/// Those of SQLite.
pub fn named(conn: &Connection, name: &str) -> Result<Option<User>, StoreError> {
    Ok(conn.prepare_cached(BY_NAME)?.query_row([name], user).optional()?)
}

/// What is kept of that user's password; `None` while none was chosen.
///
/// # Errors
/// Those of SQLite.
pub fn password(conn: &Connection, id: i64) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached(PASSWORD)?.query_row([id], |row| row.get(0)).optional()?.flatten())
}

/// Whether somebody administers the pages; until then they open for nobody.
///
/// # Errors
/// Those of SQLite.
pub fn has_admin(conn: &Connection) -> Result<bool, StoreError> {
    other_admins(conn, 0)
}

fn other_admins(conn: &Connection, id: i64) -> Result<bool, StoreError> {
    let count: i64 = conn.prepare_cached(ADMINS)?.query_row([id], |row| row.get(0))?;
    Ok(count > 0)
}

/// A new user without a password, audited. The inner error is a sentence (Chinese) without its end.
///
/// # Errors
/// Those of SQLite.
pub fn add(
    tx: &Transaction<'_>,
    name: &str,
    rank: Rank,
    by: &str,
    now: Moment,
) -> Result<Result<i64, String>, StoreError> {
    if named(tx, name)?.is_some() {
        return Ok(Err(format!("已经有叫“{name}”的用户；重新给他一个链接用 cuigeng user link")));
    }
    let id = tx.prepare_cached(ADD)?.insert((name, rank.word(), now.unix()))?;
    meta::audit(tx, now, by, "user.add", &format!("{name}，{}", rank.chinese()))?;
    Ok(Ok(id))
}

/// A new password, audited. Every session of the user ends except the one of that hash; so do his links.
///
/// # Errors
/// Those of SQLite.
pub fn set_password(
    tx: &Transaction<'_>,
    user: &User,
    phc: &str,
    (by, except): (&str, &str),
    now: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(CHOOSE)?.execute((user.id, phc))?;
    tx.prepare_cached(UNINVITE)?.execute([Some(user.id)])?;
    sessions::end_all(tx, user.id, except)?;
    meta::audit(tx, now, by, "user.passwd", &user.name)
}

/// Another rank, audited. The last administrator stays one.
///
/// # Errors
/// Those of SQLite.
pub fn set_rank(
    tx: &Transaction<'_>,
    user: &User,
    rank: Rank,
    by: &str,
    now: Moment,
) -> Result<Result<(), String>, StoreError> {
    if rank != Rank::Admin && is_last_admin(tx, user)? {
        return Ok(Err(format!("“{}”是最后一个管理员；先另设一个", user.name)));
    }
    tx.prepare_cached(SET_RANK)?.execute((user.id, rank.word()))?;
    meta::audit(tx, now, by, "user.role", &format!("{}：{}改为{}", user.name, user.rank.chinese(), rank.chinese()))?;
    Ok(Ok(()))
}

/// Lets a user in no more, or again, audited. His sessions and links end. The last administrator stays.
///
/// # Errors
/// Those of SQLite.
pub fn disable(
    tx: &Transaction<'_>,
    user: &User,
    disabled: bool,
    by: &str,
    now: Moment,
) -> Result<Result<(), String>, StoreError> {
    if disabled && is_last_admin(tx, user)? {
        return Ok(Err(format!("“{}”是最后一个管理员；先另设一个", user.name)));
    }
    tx.prepare_cached(SET_DISABLED)?.execute((user.id, disabled.then_some(now.unix())))?;
    tx.prepare_cached(UNINVITE)?.execute([Some(user.id)])?;
    sessions::end_all(tx, user.id, "")?;
    meta::audit(tx, now, by, if disabled { "user.disable" } else { "user.enable" }, &user.name)?;
    Ok(Ok(()))
}

fn is_last_admin(tx: &Transaction<'_>, user: &User) -> Result<bool, StoreError> {
    Ok(user.rank == Rank::Admin && user.may_sign_in() && !other_admins(tx, user.id)?)
}

/// Keeps a one-time link; an older one for the same person ends. `None`: for the first administrator.
///
/// # Errors
/// Those of SQLite.
pub fn invite(
    tx: &Transaction<'_>,
    user: Option<i64>,
    hash: &str,
    now: Moment,
    expires: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(UNINVITE)?.execute([user])?;
    tx.prepare_cached(INVITE)?.execute((hash, user, now.unix(), expires.unix()))?;
    Ok(())
}

/// Whom the link of that hash lets in now; `None` for nobody.
///
/// # Errors
/// Those of SQLite.
pub fn invited(conn: &Connection, hash: &str, now: Moment) -> Result<Option<Invited>, StoreError> {
    let found: Option<Option<i64>> =
        conn.prepare_cached(INVITED)?.query_row((hash, now.unix()), |row| row.get(0)).optional()?;
    Ok(match found {
        None => None,
        Some(None) => (!has_admin(conn)?).then_some(Invited::First),
        Some(Some(id)) => one(conn, id)?.filter(|user| user.disabled_at.is_none()).map(Invited::User),
    })
}

/// Uses a one-time link: its person has that password from now on (and that name, where it is the first
/// administrator), audited. The inner error is a sentence (Chinese) without its end.
///
/// # Errors
/// Those of SQLite.
pub fn accept(
    tx: &Transaction<'_>,
    hash: &str,
    name: &str,
    phc: &str,
    now: Moment,
) -> Result<Result<User, String>, StoreError> {
    let user = match invited(tx, hash, now)? {
        None => return Ok(Err("链接已经用过或已过期，请另要一个".to_owned())),
        Some(Invited::User(user)) => user,
        Some(Invited::First) => {
            tx.prepare_cached(UNINVITE)?.execute([None::<i64>])?;
            let id = match add(tx, name, Rank::Admin, name, now)? {
                Ok(id) => id,
                Err(said) => return Ok(Err(said)),
            };
            match one(tx, id)? {
                Some(user) => user,
                None => return Err(StoreError::odd("user")),
            }
        }
    };
    set_password(tx, &user, phc, (&user.name, ""), now)?;
    Ok(Ok(User { has_password: true, ..user }))
}

/// Keeps the link of an office, audited; the one before it ends.
///
/// # Errors
/// Those of SQLite.
pub fn offer(tx: &Transaction<'_>, office: &str, hash: &str, by: &str, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(REVOKE)?.execute((office, now.unix(), by))?;
    tx.prepare_cached(OFFER)?.execute((office, hash, now.unix(), by))?;
    meta::audit(tx, now, by, "user.office_link", office)
}

/// Whose accounts the link of that hash shows; `None` for nobody's.
///
/// # Errors
/// Those of SQLite.
pub fn offered(conn: &Connection, hash: &str) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached(OFFERED)?.query_row([hash], |row| row.get(0)).optional()?)
}

/// The links of offices that hold.
///
/// # Errors
/// Those of SQLite.
pub fn offers(conn: &Connection) -> Result<Vec<OfficeLink>, StoreError> {
    let mut statement = conn.prepare_cached(OFFERS)?;
    let rows = statement.query_map([], |row| {
        Ok(OfficeLink { office: row.get(0)?, made_at: Moment::from_unix(row.get(1)?), made_by: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends the link of an office, audited; false when there is none.
///
/// # Errors
/// Those of SQLite.
pub fn revoke(tx: &Transaction<'_>, office: &str, by: &str, now: Moment) -> Result<bool, StoreError> {
    let ended = tx.prepare_cached(REVOKE)?.execute((office, now.unix(), by))? > 0;
    if ended {
        meta::audit(tx, now, by, "user.office_revoke", office)?;
    }
    Ok(ended)
}

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let rank: String = row.get(2)?;
    let disabled: Option<i64> = row.get(5)?;
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        // The table takes no other word; whoever reads one may do least.
        rank: Rank::parse(&rank).unwrap_or(Rank::Reader),
        has_password: row.get(3)?,
        made_at: Moment::from_unix(row.get(4)?),
        disabled_at: disabled.map(Moment::from_unix),
    })
}
