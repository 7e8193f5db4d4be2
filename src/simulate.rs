//! A what-if: the same stored evidence judged under two profiles, check by check and as one period. It
//! loads and judges; it writes nothing.

use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, State};
use crate::ledger::Ledger;
use crate::rules::{AccountResult, Grade, Profile, Verdict, VerdictKind, grade};
use crate::store::{Connection, StoreError};
use std::collections::BTreeMap;

/// Checks whose evidence is loaded at once: a month's, so that a year needs no more memory.
const AT_ONCE: usize = 5;

/// What a profile would change.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// Check by check, ascending.
    pub checks: Vec<(Check, Compared)>,
    /// All of them together, as one paper would judge them.
    pub total: Compared,
}

/// The same accounts under two profiles.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// How many stand where under the profile in force.
    pub before: BTreeMap<Grade, usize>,
    /// How many would stand where.
    pub after: BTreeMap<Grade, usize>,
    /// Whoever would stand elsewhere, in the order of the list.
    pub changes: Vec<Change>,
}

/// An account that would stand elsewhere.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub account: AccountId,
    /// Under the profile in force.
    pub before: AccountResult,
    /// Under the other.
    pub after: AccountResult,
}

/// Judges every check under `force`, by the rules of its time, and under `other`, by its newest rules as if
/// they had held all along. Accounts that were about to close stand apart, as in every paper.
///
/// # Errors
/// Those of the store.
pub fn simulate(
    conn: &Connection,
    config: &Config,
    (force, other): (&Profile, &Profile),
    checks: &[Check],
    now: Moment,
) -> Result<Simulated, StoreError> {
    let other = other.as_if_always();
    let both = Profile { rules: force.rules.iter().chain(&other.rules).cloned().collect(), ..other.clone() };
    let mut found = Simulated::default();
    let mut whole = [Whole::default(), Whole::default()];
    let mut accounts = Vec::new();
    for chunk in checks.chunks(AT_ONCE) {
        let ledger = Ledger::for_checks(conn, config, &both, chunk)?;
        for check in chunk {
            let ids = counted(&ledger, check.at);
            let judged = [force, &other].map(|profile| by_account(ledger.judge(profile, *check, now)));
            found.checks.push((*check, compare(&ids, [force, &other], |side, id| judged[side].get(&id))));
            for (whole, judged) in whole.iter_mut().zip(judged) {
                judged.into_values().flatten().for_each(|verdict| whole.take(verdict));
            }
        }
        accounts = counted(&ledger, chunk[chunk.len() - 1].at);
    }
    found.total = compare(&accounts, [force, &other], |side, id| whole[side].verdicts.get(&id));
    Ok(found)
}

fn counted(ledger: &Ledger, at: Moment) -> Vec<AccountId> {
    let running = ledger.accounts.iter().filter(|account| account.state_at(at) != State::Closing);
    running.map(|account| account.id).collect()
}

fn by_account(verdicts: Vec<Verdict>) -> BTreeMap<AccountId, Vec<Verdict>> {
    let mut own: BTreeMap<AccountId, Vec<Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        own.entry(verdict.account).or_default().push(verdict);
    }
    own
}

/// What decides a grade: everything but the many verdicts that say that all was well, of which one does.
#[derive(Default)]
struct Whole {
    verdicts: BTreeMap<AccountId, Vec<Verdict>>,
}

impl Whole {
    fn take(&mut self, verdict: Verdict) {
        let own = self.verdicts.entry(verdict.account).or_default();
        let is_plain = |kind: &VerdictKind| matches!(kind, VerdictKind::Met { .. } | VerdictKind::Exempt { .. });
        let alike = |other: &Verdict| other.kind.word() == verdict.kind.word();
        if !is_plain(&verdict.kind) || !own.iter().any(alike) {
            own.push(verdict);
        }
    }
}

fn compare<'v>(
    ids: &[AccountId],
    profiles: [&Profile; 2],
    verdicts: impl Fn(usize, AccountId) -> Option<&'v Vec<Verdict>>,
) -> Compared {
    let mut compared = Compared::default();
    for id in ids {
        let of = |side: usize| grade(profiles[side], *id, verdicts(side, *id).map_or(&[][..], Vec::as_slice));
        let (before, after) = (of(0), of(1));
        *compared.before.entry(before.grade).or_default() += 1;
        *compared.after.entry(after.grade).or_default() += 1;
        if before.grade != after.grade {
            compared.changes.push(Change { account: *id, before, after });
        }
    }
    compared
}
