//! A reminder that is not in the outbox yet is kept back: its accounts are silent until it would be too
//! late for it. A shorter silence would only put it off, since what fell due meanwhile is made up for.

use super::Refusal;
use crate::domain::{AccountId, Moment};
use crate::silence::{Scope, Silence, over};
use crate::store::{Transaction, accounts, silences};
use std::collections::BTreeMap;

/// Silences each account until its moment; gives how many were not silent until then already.
///
/// # Errors
/// Without a reason or a name, and where every one of them is silent already.
pub fn withhold(
    tx: &Transaction<'_>,
    until: &BTreeMap<AccountId, Moment>,
    reason: &str,
    by: &str,
    now: Moment,
) -> Result<usize, Refusal> {
    let (by, reason) = (by.trim(), reason.trim());
    if by.is_empty() || reason.is_empty() {
        return Err(Refusal::field("reason", "谁不让发、为什么，都要写明：理由不能是空的"));
    }
    let active = silences::active(tx, now)?;
    let mut new = 0;
    for (id, until) in until.iter().filter(|(_, until)| **until > now) {
        let Some(account) = accounts::one(tx, *id)? else { continue };
        if over(&active, &account).is_some_and(|silence| silence.until >= *until && !silence.until_recovered) {
            continue;
        }
        silences::add(tx, &silence(Scope::Account(*id), account.title(), reason, by, (now, *until)))?;
        new += 1;
    }
    if new == 0 {
        return Err(Refusal::state("这些账号已经静默，或期限已过，不用再取消"));
    }
    Ok(new)
}

fn silence(scope: Scope, name: String, reason: &str, by: &str, (at, until): (Moment, Moment)) -> Silence {
    Silence {
        id: 0,
        scope,
        name,
        reason: reason.to_owned(),
        by: by.to_owned(),
        at,
        until,
        until_recovered: false,
        ended: None,
        hushed: 0,
    }
}
