//! 登记核查: a named person says that all visible updates of a span are in the database, or takes that back.

use super::{Refusal, when};
use crate::domain::{AccountId, Moment};
use crate::import::{PlannedAttestation, check_span};
use crate::spoken::span_in_words;
use crate::store::{StoreError, Transaction, accounts, attest as attestations, meta};

/// Reads a span as people write it: a date alone is its 00:00; without an end, or with `now`, it is now.
///
/// # Errors
/// Each time that is not understood, and a span that nobody can have seen.
pub fn span(from: &str, to: Option<&str>, now: Moment) -> Result<(Moment, Moment), Refusal> {
    let from = when::moment("开始时间", "day", from)?;
    let to = to.filter(|text| *text != "now").map_or(Ok(now), |to| when::moment("结束时间", "to-day", to))?;
    check_span(from, to, now).map_err(|why| Refusal::field("to-day", why))?;
    Ok((from, to))
}

/// Keeps one attestation and writes down who made it; `upon` says by what (Chinese), or nothing.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Transaction<'_>, one: &PlannedAttestation, upon: &str, now: Moment) -> Result<i64, StoreError> {
    let id = attestations::attest(tx, one.account, one.from, one.to, &one.by, now)?;
    let span = span_in_words(Some((one.from, one.to)));
    meta::audit(tx, now, &one.by, "attest", &format!("{} {span}{upon}", title(tx, one.account)?))?;
    Ok(id)
}

fn title(tx: &Transaction<'_>, account: AccountId) -> Result<String, StoreError> {
    Ok(accounts::one(tx, account)?.map_or_else(|| format!("账号{}", account.0), |account| account.title()))
}

/// Keeps one where `newest` is the last that the person had before his eyes (0: none).
///
/// # Errors
/// Where another has come since; those of SQLite.
pub fn keep_after(tx: &Transaction<'_>, one: &PlannedAttestation, newest: i64, now: Moment) -> Result<i64, Refusal> {
    let last = attestations::of_account(tx, one.account)?.pop();
    match last.filter(|last| last.id != newest) {
        Some(last) => Err(Refusal::state(format!("刚才已由{}登记过一次核查，没有重复登记；请看过再登记", last.by))),
        None => Ok(keep(tx, one, "", now)?),
    }
}

/// Takes one back, of that account if one is named.
///
/// # Errors
/// Where none of that number stands.
pub fn withdraw(
    tx: &Transaction<'_>,
    id: i64,
    account: Option<AccountId>,
    by: &str,
    now: Moment,
) -> Result<(), Refusal> {
    let none = || Refusal::state(format!("没有编号为{id}、尚未撤回的核查"));
    let mut told = format!("编号{id}");
    if let Some(account) = account {
        let all = attestations::of_account(tx, account)?;
        let one = all.iter().find(|one| one.id == id).ok_or_else(none)?;
        told = format!("{told}，{} {}", title(tx, account)?, span_in_words(Some((one.from, one.to))));
    }
    if !attestations::withdraw(tx, id, by, now)? {
        return Err(none());
    }
    Ok(meta::audit(tx, now, by, "attest.withdraw", &told)?)
}
