//! The list of accounts, each as a whole value.

use super::{Connection, StoreError, Transaction};
use crate::domain::{Account, AccountId, Contact, Moment, Platform, Role, SourceRef, State, StateChange};
use std::collections::{BTreeMap, BTreeSet};

const ACCOUNTS: &str =
    "SELECT id, name, platform, handle, office, supervisor, opened_on, position FROM account ORDER BY position, id";
const STATES: &str = "SELECT account, from_s, state FROM account_state ORDER BY account, from_s";
const QUOTAS: &str = "SELECT account, from_s, quota FROM account_quota ORDER BY account, from_s";
const SOURCES: &str = "SELECT account, source, key FROM account_source ORDER BY account, ord";
const CONTACTS: &str = "SELECT account, role, email FROM contact ORDER BY account, ord";
const FORMER: &str = "SELECT account, name FROM former_name ORDER BY account, ord";
const ACCOUNT: &str =
    "SELECT id, name, platform, handle, office, supervisor, opened_on, position FROM account WHERE id = ?1";
const STATES_OF: &str = "SELECT account, from_s, state FROM account_state WHERE account = ?1 ORDER BY from_s";
const QUOTAS_OF: &str = "SELECT account, from_s, quota FROM account_quota WHERE account = ?1 ORDER BY from_s";
const SOURCES_OF: &str = "SELECT account, source, key FROM account_source WHERE account = ?1 ORDER BY ord";
const CONTACTS_OF: &str = "SELECT account, role, email FROM contact WHERE account = ?1 ORDER BY ord";
const FORMER_OF: &str = "SELECT account, name FROM former_name WHERE account = ?1 ORDER BY ord";
const INSERT: &str = "INSERT INTO account (name, platform, handle, office, supervisor, opened_on, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const UPDATE: &str = "UPDATE account SET name = ?1, platform = ?2, handle = ?3, office = ?4, supervisor = ?5, opened_on = ?6, position = ?7 WHERE id = ?8";
const CLEAR_STATES: &str = "DELETE FROM account_state WHERE account = ?1";
const CLEAR_QUOTAS: &str = "DELETE FROM account_quota WHERE account = ?1";
const CLEAR_SOURCES: &str = "DELETE FROM account_source WHERE account = ?1";
const CLEAR_CONTACTS: &str = "DELETE FROM contact WHERE account = ?1";
const CLEAR_FORMER: &str = "DELETE FROM former_name WHERE account = ?1";
const ADD_STATE: &str = "INSERT INTO account_state (account, from_s, state) VALUES (?1, ?2, ?3)";
const ADD_QUOTA: &str = "INSERT INTO account_quota (account, from_s, quota) VALUES (?1, ?2, ?3)";
const ADD_SOURCE: &str = "INSERT INTO account_source (account, ord, source, key) VALUES (?1, ?2, ?3, ?4)";
const ADD_CONTACT: &str = "INSERT INTO contact (account, ord, role, email) VALUES (?1, ?2, ?3, ?4)";
const ADD_FORMER: &str = "INSERT INTO former_name (account, ord, name) VALUES (?1, ?2, ?3)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    ACCOUNTS,
    STATES,
    QUOTAS,
    SOURCES,
    CONTACTS,
    FORMER,
    ACCOUNT,
    STATES_OF,
    QUOTAS_OF,
    SOURCES_OF,
    CONTACTS_OF,
    FORMER_OF,
    INSERT,
    UPDATE,
    CLEAR_STATES,
    CLEAR_QUOTAS,
    CLEAR_SOURCES,
    CLEAR_CONTACTS,
    CLEAR_FORMER,
    ADD_STATE,
    ADD_QUOTA,
    ADD_SOURCE,
    ADD_CONTACT,
    ADD_FORMER,
];

/// So many are asked for one by one.
const FEW: usize = 100;

/// Every account, in the order of the list, with all that belongs to it.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn all(conn: &Connection) -> Result<Vec<Account>, StoreError> {
    load(conn, None)
}

/// One account, with all that belongs to it.
///
/// # Errors
/// As for [`all`].
pub fn one(conn: &Connection, id: AccountId) -> Result<Option<Account>, StoreError> {
    Ok(load(conn, Some(id.0))?.pop())
}

/// These accounts, in the order of the list.
///
/// # Errors
/// As for [`all`].
pub fn some(conn: &Connection, wanted: &BTreeSet<AccountId>) -> Result<Vec<Account>, StoreError> {
    if wanted.len() > FEW {
        return Ok(all(conn)?.into_iter().filter(|account| wanted.contains(&account.id)).collect());
    }
    let mut found = Vec::new();
    for id in wanted {
        found.extend(one(conn, *id)?);
    }
    found.sort_by_key(|account| (account.position, account.id));
    Ok(found)
}

fn load(conn: &Connection, only: Option<i64>) -> Result<Vec<Account>, StoreError> {
    let mut accounts = bare(conn, only)?;
    let place: BTreeMap<i64, usize> = accounts.iter().enumerate().map(|(i, account)| (account.id.0, i)).collect();
    each(conn, only, [STATES, STATES_OF], &place, &mut accounts, |account, row| {
        let word: String = row.get(2)?;
        let state = State::ALL.into_iter().find(|state| state.word() == word).ok_or_else(|| StoreError::odd(&word))?;
        account.states.push(StateChange { from: Moment::from_unix(row.get(1)?), state });
        Ok(())
    })?;
    each(conn, only, [QUOTAS, QUOTAS_OF], &place, &mut accounts, |account, row| {
        account.quotas.push((Moment::from_unix(row.get(1)?), row.get(2)?));
        Ok(())
    })?;
    each(conn, only, [SOURCES, SOURCES_OF], &place, &mut accounts, |account, row| {
        account.sources.push(SourceRef { source: row.get(1)?, key: row.get(2)? });
        Ok(())
    })?;
    each(conn, only, [CONTACTS, CONTACTS_OF], &place, &mut accounts, |account, row| {
        let word: String = row.get(1)?;
        let role = Role::from_word(&word).ok_or_else(|| StoreError::odd(&word))?;
        account.contacts.push(Contact { role, email: row.get(2)? });
        Ok(())
    })?;
    each(conn, only, [FORMER, FORMER_OF], &place, &mut accounts, |account, row| {
        account.former_names.push(row.get(1)?);
        Ok(())
    })?;
    Ok(accounts)
}

/// Keeps an account as a whole: inserts it when its id is 0, else replaces what is kept of it.
///
/// # Errors
/// `is_conflict()` when another account has its identity; those of SQLite.
pub fn save(tx: &Transaction<'_>, account: &Account) -> Result<AccountId, StoreError> {
    let opened = account.opened_on.map(|date| date.to_string());
    let handle = account.handle.as_deref().unwrap_or_default();
    let platform = account.platform.name();
    let (name, office, supervisor) = (&account.name, &account.office, &account.supervisor);
    let id = if account.id.0 == 0 {
        tx.prepare_cached(INSERT)?.insert((name, platform, handle, office, supervisor, opened, account.position))?
    } else {
        let id = account.id.0;
        tx.prepare_cached(UPDATE)?.execute((
            name,
            platform,
            handle,
            office,
            supervisor,
            opened,
            account.position,
            id,
        ))?;
        id
    };
    save_parts(tx, id, account)?;
    Ok(AccountId(id))
}

fn save_parts(tx: &Transaction<'_>, id: i64, account: &Account) -> Result<(), StoreError> {
    for clear in [CLEAR_STATES, CLEAR_QUOTAS, CLEAR_SOURCES, CLEAR_CONTACTS, CLEAR_FORMER] {
        tx.prepare_cached(clear)?.execute([id])?;
    }
    for change in &account.states {
        tx.prepare_cached(ADD_STATE)?.execute((id, change.from.unix(), change.state.word()))?;
    }
    for (from, quota) in &account.quotas {
        tx.prepare_cached(ADD_QUOTA)?.execute((id, from.unix(), quota))?;
    }
    for (ord, of) in (0_i64..).zip(&account.sources) {
        tx.prepare_cached(ADD_SOURCE)?.execute((id, ord, &of.source, &of.key))?;
    }
    for (ord, contact) in (0_i64..).zip(&account.contacts) {
        tx.prepare_cached(ADD_CONTACT)?.execute((id, ord, contact.role.word(), &contact.email))?;
    }
    for (ord, name) in (0_i64..).zip(&account.former_names) {
        tx.prepare_cached(ADD_FORMER)?.execute((id, ord, name))?;
    }
    Ok(())
}

fn bare(conn: &Connection, only: Option<i64>) -> Result<Vec<Account>, StoreError> {
    let mut statement = conn.prepare_cached(if only.is_some() { ACCOUNT } else { ACCOUNTS })?;
    let mut rows = statement.query(rusqlite::params_from_iter(only))?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let platform: String = row.get(2)?;
        let handle: String = row.get(3)?;
        let opened: Option<String> = row.get(6)?;
        accounts.push(Account {
            id: AccountId(row.get(0)?),
            handle: Some(handle).filter(|handle| !handle.is_empty()),
            office: row.get(4)?,
            supervisor: row.get(5)?,
            opened_on: opened.map(|text| text.parse().map_err(|_| StoreError::odd(&text))).transpose()?,
            position: row.get(7)?,
            ..Account::new(row.get::<_, String>(1)?, Platform::parse(&platform).0)
        });
    }
    Ok(accounts)
}

fn each(
    conn: &Connection,
    only: Option<i64>,
    [all, of_one]: [&str; 2],
    place: &BTreeMap<i64, usize>,
    accounts: &mut [Account],
    take: impl Fn(&mut Account, &rusqlite::Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(if only.is_some() { of_one } else { all })?;
    let mut rows = statement.query(rusqlite::params_from_iter(only))?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if let Some(account) = place.get(&id).and_then(|i| accounts.get_mut(*i)) {
            take(account, row)?;
        }
    }
    Ok(())
}
