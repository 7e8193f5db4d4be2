//! What was put to offices in their 核对稿: kept when one goes out, since evidence goes on changing.

use super::dossier::Dossier;
use super::sign::last_issued;
use crate::bulletin::{Finding, Stage, Stood};
use crate::domain::{AccountId, Moment};
use crate::rules::Window;
use crate::store::bulletins::{self, Bulletin, PaperKind};
use crate::store::{Connection, StoreError, Transaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One finding that an office was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// As the list spelled it.
    pub office: String,
    account: i64,
    /// How the account was called.
    pub title: String,
    rule: String,
    /// Half-open, UTC seconds.
    window: (i64, i64),
}

/// What one 核对稿 put to offices, in the order of its papers.
#[derive(Clone, Debug)]
pub struct Round {
    /// When it went out.
    pub at: Moment,
    /// The findings, those of an office one after the other as the list has them.
    pub findings: Vec<Put>,
}

impl Put {
    fn of(finding: &Finding) -> Put {
        Put {
            office: finding.office.clone(),
            account: finding.account.0,
            title: finding.title(),
            rule: finding.rule.clone(),
            window: span(finding.window),
        }
    }

    /// Which account.
    pub const fn account(&self) -> AccountId {
        AccountId(self.account)
    }

    /// Whether that is the finding.
    pub fn is(&self, finding: &Finding) -> bool {
        let key = (finding.account.0, &finding.rule, span(finding.window));
        (self.account, &self.rule, self.window) == key && self.office == finding.office
    }
}

const fn span(window: Window) -> (i64, i64) {
    (window.from.unix(), window.until.unix())
}

/// What offices are to be asked about now: all that stands and that the paper would list or leave out as
/// repaired; of a 更正 only what the paper before it does not say just so.
///
/// # Errors
/// Those of the store.
pub fn to_ask(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Vec<Finding>, StoreError> {
    let told = named_before(conn, bulletin, dossier)?;
    let is_told = |finding: &Finding| {
        let same =
            |stood: &&Stood| stood.label.as_deref().unwrap_or_default() == finding.label && stood.seen == finding.seen;
        told.iter().filter(|stood| is_it(stood, finding)).any(|stood| same(&stood))
    };
    let asks = |finding: &&Finding| !finding.standing.is_false() && !finding.is_unlisted() && !is_told(finding);
    Ok(dossier.findings.iter().filter(asks).cloned().collect())
}

/// Keeps it with the step that has just been taken, in the place of the paper that a later step keeps.
///
/// # Errors
/// Those of the store.
pub fn keep_asked(tx: &Transaction<'_>, bulletin: &Bulletin, dossier: &Dossier) -> Result<(), StoreError> {
    let put: Vec<Put> = to_ask(tx, bulletin, dossier)?.iter().map(Put::of).collect();
    let json = serde_json::to_string(&put).map_err(|error| StoreError::odd(error.to_string()))?;
    let sha256 = Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    bulletins::keep(tx, (bulletin.id, bulletin.seq()), PaperKind::Evidence, &crate::bulletin::Frozen { json, sha256 })
}

/// Every 核对稿 of a 通报, oldest first; `None`: one is from a version that did not keep what it put.
///
/// # Errors
/// Those of the store; what is no such list.
pub fn rounds(conn: &Connection, bulletin: &Bulletin) -> Result<Option<Vec<Round>>, StoreError> {
    let mut all = Vec::new();
    for step in bulletin.steps.iter().filter(|step| step.stage == Stage::Review) {
        let kept = bulletins::paper(conn, (bulletin.id, step.seq), PaperKind::Evidence)?;
        let Some(kept) = kept else { return Ok(None) };
        let findings = serde_json::from_str(&kept.json).map_err(|error| StoreError::odd(error.to_string()))?;
        all.push(Round { at: step.at, findings });
    }
    Ok(Some(all))
}

/// Findings that the paper names and about which no office was asked, neither now nor for the paper that a
/// 更正 corrects. Nothing before the first 核对稿 of a first issue, which has to come anyway.
///
/// # Errors
/// Those of the store.
pub(super) fn not_asked(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Vec<Finding>, StoreError> {
    let Some(rounds) = rounds(conn, bulletin)? else { return Ok(Vec::new()) };
    if rounds.is_empty() && !bulletin.amends() {
        return Ok(Vec::new());
    }
    let told = named_before(conn, bulletin, dossier)?;
    let is_known = |finding: &Finding| {
        rounds.iter().flat_map(|round| &round.findings).any(|put| put.is(finding))
            || told.iter().any(|stood| is_it(stood, finding))
    };
    Ok(dossier.standing().filter(|finding| !is_known(finding)).cloned().collect())
}

/// What the paper names that a 更正 corrects.
fn named_before(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Vec<Stood>, StoreError> {
    if !bulletin.amends() {
        return Ok(Vec::new());
    }
    let Some(last) = last_issued(conn, &dossier.head.profile, bulletin.period)? else { return Ok(Vec::new()) };
    Ok(bulletins::frozen(conn, last.id)?.into_iter().filter(Stood::is_named).collect())
}

fn is_it(stood: &Stood, finding: &Finding) -> bool {
    (stood.account, &stood.rule, stood.window) == (finding.account, &finding.rule, finding.window)
}
