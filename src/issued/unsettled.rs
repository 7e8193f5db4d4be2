//! What people must still decide before a 通报 lies before whoever signs.

use super::dossier::Dossier;
use super::sign::last_issued;
use crate::bulletin::{Finding, Stage, Stood, words};
use crate::store::bulletins::{self, Bulletin};
use crate::store::{Connection, StoreError, reviews};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What a person must still decide before the paper lies before whoever signs.
///
/// # Errors
/// Those of the store.
pub(crate) fn unsettled(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Vec<String>, StoreError> {
    let mut against: Vec<String> = to_come(dossier).into_iter().collect();
    let waiting: Vec<&Finding> = dossier.waiting().collect();
    if !waiting.is_empty() {
        against.push(unconfirmed(&waiting));
    }
    let open: Vec<_> = reviews::answers(conn, bulletin.id)?.into_iter().filter(reviews::Answer::is_open).collect();
    if !open.is_empty() {
        let accounts = open.iter().filter_map(|answer| answer.account).map(|id| dossier.title(id));
        let named = names(accounts);
        against.push(format!("{}件异议没有办结，先用 confirm --account 认定误报或说明理由维持：{named}", open.len()));
    }
    against.extend(unasked(conn, bulletin, dossier)?);
    Ok(against)
}

/// A paper about a period that is not over speaks of checks that nobody has held.
fn to_come(dossier: &Dossier) -> Option<String> {
    let to_come = || dossier.prepared.checks.iter().filter(|check| check.at > dossier.head.now);
    let last = to_come().next_back()?;
    let held = words::date(last.at.date());
    Some(format!("本期还有{}次检查没有到时间，等到{held}的检查以后再办", to_come().count()))
}

/// With the days and the lines to type: the checks before the installation are not among those that
/// `confirm` lists by itself.
fn unconfirmed(waiting: &[&Finding]) -> String {
    let days: BTreeSet<NaiveDate> = waiting.iter().map(|finding| finding.check.at.date()).collect();
    let held = days.iter().map(|day| words::date(*day)).collect::<Vec<_>>().join("、");
    let lines = days.iter().map(|day| format!("confirm --check {day} --all --by 姓名")).collect::<Vec<_>>().join("；");
    let named = names(waiting.iter().map(|finding| finding.title()));
    format!("{}项结果待核实，先用 confirm 核实（{held}的检查）：{named}；看清后逐次确认：{lines}", waiting.len())
}

/// A 更正 may skip the round of the offices; not when it names a problem that the paper before it does not.
fn unasked(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Option<String>, StoreError> {
    if !bulletin.amends() || bulletin.steps.iter().any(|step| step.stage == Stage::Review) {
        return Ok(None);
    }
    let Some(last) = last_issued(conn, &dossier.head.profile, bulletin.period)? else { return Ok(None) };
    let missed = bulletins::frozen(conn, last.id)?.into_iter().filter(Stood::is_named);
    let told: BTreeSet<_> = missed.map(|stood| (stood.account, stood.rule, stood.window)).collect();
    let is_new = |finding: &&Finding| !told.contains(&(finding.account, finding.rule.clone(), finding.window));
    let fresh: Vec<String> = dossier.standing().filter(is_new).map(Finding::title).collect();
    let said = || {
        format!(
            "更正新列入{}项问题，先用 bulletin review 请有关单位核对：{}",
            fresh.len(),
            names(fresh.iter().cloned())
        )
    };
    Ok((!fresh.is_empty()).then(said))
}

/// The first of some names.
pub(super) fn names(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    names.dedup();
    let more = if names.len() > 10 { "等" } else { "" };
    format!("{}{more}", names.iter().take(10).cloned().collect::<Vec<_>>().join("、"))
}
