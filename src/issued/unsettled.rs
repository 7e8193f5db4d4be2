//! What people must still decide before a 通报 lies before whoever signs.

use super::dossier::Dossier;
use super::put::not_asked;
use crate::bulletin::{Finding, Stage, words};
use crate::store::bulletins::Bulletin;
use crate::store::reviews::{self, Answer};
use crate::store::{Connection, StoreError};
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
    let answers = reviews::answers(conn, bulletin.id)?;
    let open: Vec<&Answer> = answers.iter().filter(|one| one.is_open() && !moot(one, dossier)).collect();
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

/// Whether an objection is about nothing any more: every finding of its account fell away with new evidence
/// or is a 误报.
pub(crate) fn moot(answer: &Answer, dossier: &Dossier) -> bool {
    let is_about = |finding: &&Finding| Some(finding.account) == answer.account;
    answer.is_open() && dossier.findings.iter().filter(is_about).all(|finding| finding.standing.is_false())
}

/// No office is named for a problem about which it was not asked. A 更正 may skip the round where it names
/// none that the paper before it does not.
fn unasked(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Option<String>, StoreError> {
    let fresh = not_asked(conn, bulletin, dossier)?;
    if fresh.is_empty() {
        return Ok(None);
    }
    let was_asked = bulletin.steps.iter().any(|step| step.stage == Stage::Review);
    let said = if was_asked {
        let offices: BTreeSet<String> = fresh.iter().map(|finding| finding.office.clone()).collect();
        format!("核对稿以后新查出、还没有请它核对：{}，请用 bulletin review 重新出核对稿", names(offices.into_iter()))
    } else {
        let titles = names(fresh.iter().map(Finding::title));
        format!("更正新列入{}项问题，先用 bulletin review 请有关单位核对：{titles}", fresh.len())
    };
    Ok(Some(said))
}

/// The first of some names.
pub(super) fn names(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    names.dedup();
    let more = if names.len() > 10 { "等" } else { "" };
    format!("{}{more}", names.iter().take(10).cloned().collect::<Vec<_>>().join("、"))
}
