//! A row applied to an account, and the difference it makes.

use super::super::export::{ACCOUNT_COLUMNS, account_row};
use super::super::header::Found;
use super::{HANDLE, MAIL, OFFICE, OPENED, QUOTA, SOURCE, SOURCE_KEY, STATE, SUPERVISOR, Wanted};
use crate::domain::{Account, Contact, Moment, Role, SourceRef, State, StateChange};
use serde::Serialize;
use std::fmt;

/// What an import does to one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// 账号名称, as it will be.
    pub account: String,
    /// 平台.
    pub platform: String,
    /// It is not in the list yet.
    pub added: bool,
    /// What becomes different in an account that is; 账号名称 among them is a rename.
    pub fields: Vec<FieldChange>,
}

/// One field that becomes different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its column.
    pub column: &'static str,
    /// What stood there; may be empty.
    pub before: String,
    /// What will; may be empty.
    pub after: String,
}

impl Change {
    /// `None` when nothing becomes different.
    pub(super) fn between(before: Option<&Account>, after: &Account) -> Option<Change> {
        let fields = before.map_or_else(Vec::new, |before| fields(before, after));
        let platform = after.platform.name().to_owned();
        let change = Change { account: after.name.clone(), platform, added: before.is_none(), fields };
        (change.added || !change.fields.is_empty()).then_some(change)
    }
}

/// Compared as they will be for good: a state or a quota that is still to begin counts as changed.
fn fields(before: &Account, after: &Account) -> Vec<FieldChange> {
    let columns =
        ACCOUNT_COLUMNS.into_iter().zip(account_row(before, Moment::MAX)).zip(account_row(after, Moment::MAX));
    columns
        .filter(|((_, before), after)| before != after)
        .map(|((column, before), after)| FieldChange { column, before, after })
        .collect()
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', " ") };
        write!(f, "{} {}（{}）", if self.added { "新增" } else { "修改" }, self.account, self.platform)?;
        for (i, field) in self.fields.iter().enumerate() {
            let what = if field.column == ACCOUNT_COLUMNS[0] { "更名" } else { field.column };
            let sign = if i == 0 { "：" } else { "，" };
            write!(f, "{sign}{what} {} → {}", shown(&field.before), shown(&field.after))?;
        }
        Ok(())
    }
}

/// The account as it is after the import; a new one stands at `position`.
pub(super) fn apply(
    found: &Found<'_>,
    wanted: &Wanted,
    before: Option<&Account>,
    now: Moment,
    position: i64,
) -> Account {
    let mut account = before.cloned().unwrap_or_else(|| blank(wanted, position));
    rename(&mut account, &wanted.name);
    let has = |column| found.has(column);
    if has(HANDLE) && wanted.handle.is_some() {
        account.handle.clone_from(&wanted.handle);
    }
    if has(OFFICE) {
        account.office.clone_from(&wanted.office);
    }
    if has(SUPERVISOR) {
        account.supervisor.clone_from(&wanted.supervisor);
    }
    if has(OPENED) {
        account.opened_on = wanted.opened_on;
    }
    if has(SOURCE) {
        account.sources = sources(wanted, &account.sources, has(SOURCE_KEY));
    }
    account.contacts = contacts(found, wanted, &account.contacts);
    if has(STATE) || before.is_none() {
        set_state(&mut account, wanted.state, now);
    }
    if let Some(quota) = wanted.quota.filter(|_| has(QUOTA)) {
        set_quota(&mut account, quota, now);
    }
    account
}

fn blank(wanted: &Wanted, position: i64) -> Account {
    Account { position, ..Account::new(wanted.name.clone(), wanted.platform.clone()) }
}

fn rename(account: &mut Account, name: &str) {
    if account.name != name {
        account.former_names.retain(|former| former != name);
        account.former_names.push(std::mem::replace(&mut account.name, name.to_owned()));
    }
}

/// A file without 来源参数 leaves the key of a source that the account has already.
fn sources(wanted: &Wanted, before: &[SourceRef], has_keys: bool) -> Vec<SourceRef> {
    let known = |of: &SourceRef| before.iter().find(|known| known.source == of.source && !has_keys).cloned();
    wanted.sources.iter().map(|of| known(of).unwrap_or_else(|| of.clone())).collect()
}

/// The addresses of the columns that the file has, and the others as they were.
fn contacts(found: &Found<'_>, wanted: &Wanted, before: &[Contact]) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for ((column, role), (_, emails)) in MAIL.into_iter().zip(&wanted.contacts) {
        if found.has(column) {
            contacts.extend(emails.iter().map(|email| Contact { role, email: email.clone() }));
        } else {
            contacts.extend(before.iter().filter(|contact| contact.role == role).cloned());
        }
    }
    contacts.extend(before.iter().filter(|contact| contact.role == Role::Clerk).cloned());
    contacts
}

/// The first state holds for all time; a later one from now on.
fn set_state(account: &mut Account, state: State, now: Moment) {
    if !account.states.is_empty() && account.state_at(Moment::MAX) == state {
        return;
    }
    account.states.retain(|change| change.from < now);
    if account.states.is_empty() || account.state_at(now) != state {
        account.states.push(StateChange { from: now, state });
    }
}

/// The first quota holds for all time; a later one from the next Monday (DESIGN §6).
fn set_quota(account: &mut Account, quota: u32, now: Moment) {
    let monday = now.week_start().plus_days(7);
    account.quotas.retain(|(from, _)| *from < monday);
    if account.quotas.last().map(|(_, current)| *current) != Some(quota) {
        account.quotas.push((if account.quotas.is_empty() { now } else { monday }, quota));
    }
}
