//! Whose results may be decided on: the checks that a clerk sees by himself, those of a week that he names,
//! and what still waits of older ones.

use super::confirm::Board;
use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, Period, Week};
use crate::inspect::held_checks;
use crate::ledger::Ledger;
use crate::store::{Connection, StoreError, bulletins, findings, meta};
use std::collections::BTreeSet;

/// The checks whose findings may be decided on: those held since the installation, else the last one; and
/// those of every 通报 that is being made, whatever their age, since it cannot be submitted before.
///
/// # Errors
/// Those of SQLite.
pub fn checks(conn: &Connection, config: &Config, now: Moment) -> Result<Vec<Check>, StoreError> {
    let held = installed_at(conn)?.map_or_else(Vec::new, |installed| held_checks(config, installed, now));
    let mut all: Vec<Check> = if held.is_empty() { config.last_check(now).into_iter().collect() } else { held };
    for bulletin in bulletins::everywhere(conn)?.iter().filter(|one| one.issue.is_none()) {
        if bulletin.profile == config.profile.name {
            all.extend(config.checks_of(bulletin.period).into_iter().filter(|check| check.at <= now));
        }
    }
    all.sort_by_key(|check| check.at);
    all.dedup_by_key(|check| check.at);
    Ok(all)
}

/// The moment of the first start: results of earlier checks are told to nobody.
///
/// # Errors
/// Those of SQLite.
pub fn installed_at(conn: &Connection) -> Result<Option<Moment>, StoreError> {
    Ok(meta::get(conn, "installed_at")?.and_then(|text| Moment::parse(&text)))
}

/// The checks that count a week, as far as they were held.
pub fn of_week(config: &Config, week: Week, now: Moment) -> Vec<Check> {
    config.checks_of(Period::Week(week)).into_iter().filter(|check| check.at <= now).collect()
}

/// What still waits of checks that are not among `held`, oldest first: as it was kept, and judged again now.
///
/// # Errors
/// Those of SQLite.
pub fn older(
    conn: &Connection,
    config: &Config,
    held: &[Check],
    now: Moment,
) -> Result<Vec<(Check, AccountId)>, StoreError> {
    let mut kept = findings::undecided(conn, &config.profile.name, now)?;
    kept.retain(|(check, _)| held.iter().all(|other| other.at != check.at));
    let accounts: BTreeSet<AccountId> = kept.iter().map(|(_, account)| *account).collect();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let mut checks: Vec<Check> = kept.iter().map(|(check, _)| *check).collect();
    checks.dedup_by_key(|check| check.at);
    let ledger = Ledger::some_for_checks(conn, config, &config.profile, &accounts, &checks)?;
    let board = Board::of(conn, config, ledger, &checks, now)?;
    let waits = |(check, account): &(Check, AccountId)| {
        board.waiting().filter(|verdict| verdict.check.at == check.at && verdict.account == *account).count()
    };
    Ok(kept.into_iter().flat_map(|one| std::iter::repeat_n(one, waits(&one))).collect())
}
