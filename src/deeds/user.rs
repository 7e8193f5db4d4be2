//! Who may come in by the pages, and the links that let somebody in: only their hashes come here.

use crate::access::{self, ONE_TIME_S, Rank, User};
use crate::domain::Moment;
use crate::store::{StoreError, Transaction, accounts, meta, users};

/// Why it was not done; nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// That is no name (Chinese, without its end).
    Name(String),
    /// Somebody has that name.
    Taken(String),
    /// Nobody has that name.
    Unknown(String),
    /// That user may not come in.
    Disabled(String),
    /// The last administrator stays one (Chinese, without its end).
    Last(String),
    /// The list names no such office.
    NoOffice(String),
    /// That office has no link.
    NoLink(String),
    /// The database could not be asked.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Store(error)
    }
}

/// A new user and a link of that hash, with which he chooses a password. Returns the name as it is kept.
///
/// # Errors
/// See [`Trouble`].
pub fn add(
    tx: &Transaction<'_>,
    name: &str,
    rank: Rank,
    (hash, by): (&str, &str),
    now: Moment,
) -> Result<String, Trouble> {
    let name = access::name(name).map_err(Trouble::Name)?;
    if users::named(tx, &name)?.is_some() {
        return Err(Trouble::Taken(name));
    }
    let id = users::add(tx, &name, rank, by, now)?.map_err(Trouble::Last)?;
    users::invite(tx, Some(id), hash, now, now.plus(ONE_TIME_S))?;
    Ok(name)
}

/// A new link of that hash, with which the user chooses another password; an older one ends.
///
/// # Errors
/// See [`Trouble`].
pub fn link(tx: &Transaction<'_>, name: &str, (hash, by): (&str, &str), now: Moment) -> Result<(), Trouble> {
    let user = named(tx, name)?;
    if user.disabled_at.is_some() {
        return Err(Trouble::Disabled(user.name));
    }
    users::invite(tx, Some(user.id), hash, now, now.plus(ONE_TIME_S))?;
    meta::audit(tx, now, by, "user.link", &user.name)?;
    Ok(())
}

/// Another rank.
///
/// # Errors
/// See [`Trouble`].
pub fn set_rank(tx: &Transaction<'_>, name: &str, rank: Rank, by: &str, now: Moment) -> Result<(), Trouble> {
    users::set_rank(tx, &named(tx, name)?, rank, by, now)?.map_err(Trouble::Last)
}

/// Lets a user in no more, or again.
///
/// # Errors
/// See [`Trouble`].
pub fn disable(tx: &Transaction<'_>, name: &str, disabled: bool, by: &str, now: Moment) -> Result<(), Trouble> {
    users::disable(tx, &named(tx, name)?, disabled, by, now)?.map_err(Trouble::Last)
}

/// The user of that name.
///
/// # Errors
/// See [`Trouble`].
pub fn named(tx: &Transaction<'_>, name: &str) -> Result<User, Trouble> {
    users::named(tx, name)?.ok_or_else(|| Trouble::Unknown(name.to_owned()))
}

/// A link of that hash for an office that runs accounts; the one before it ends.
///
/// # Errors
/// See [`Trouble`].
pub fn offer(tx: &Transaction<'_>, office: &str, (hash, by): (&str, &str), now: Moment) -> Result<(), Trouble> {
    if !accounts::all(tx)?.iter().any(|account| account.office == office) {
        return Err(Trouble::NoOffice(office.to_owned()));
    }
    Ok(users::offer(tx, office, hash, by, now)?)
}

/// Ends the link of an office.
///
/// # Errors
/// See [`Trouble`].
pub fn revoke(tx: &Transaction<'_>, office: &str, by: &str, now: Moment) -> Result<(), Trouble> {
    if users::revoke(tx, office, by, now)? { Ok(()) } else { Err(Trouble::NoLink(office.to_owned())) }
}
