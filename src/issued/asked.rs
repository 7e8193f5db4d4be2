//! Whom a 核对稿 went to, and who of them has not answered.

use super::dossier::Dossier;
use crate::bulletin::{Finding, Stage};
use crate::domain::AccountId;
use crate::store::bulletins::Bulletin;
use crate::store::reviews::{self, Answer};
use crate::store::{Connection, StoreError};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Offices that one sentence names.
const NAMED: usize = 5;

/// An office that has a 核对稿.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As the list spells it.
    pub office: String,
    /// Its accounts with a problem, and how they are called; in the order of the list.
    pub accounts: Vec<(AccountId, String)>,
}

/// Who has a 核对稿, in the order of the list, also where all was called a 误报 since; nobody where none was
/// given out.
pub fn asked(bulletin: &Bulletin, dossier: &Dossier) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    if asked_on(bulletin).is_none() {
        return all;
    }
    for finding in dossier.findings.iter().filter(|finding| !finding.is_unlisted()) {
        match all.iter_mut().find(|asked| asked.office == finding.office) {
            Some(asked) => asked.take(finding),
            None => all.push(Asked { office: finding.office.clone(), accounts: vec![named(finding)] }),
        }
    }
    all
}

/// The day on which the first 核对稿 went out; `None`: none did.
pub fn asked_on(bulletin: &Bulletin) -> Option<NaiveDate> {
    bulletin.steps.iter().find(|step| step.stage == Stage::Review).map(|step| step.at.date())
}

impl Asked {
    fn take(&mut self, finding: &Finding) {
        if self.accounts.iter().all(|(account, _)| *account != finding.account) {
            self.accounts.push(named(finding));
        }
    }
}

fn named(finding: &Finding) -> (AccountId, String) {
    (finding.account, finding.title())
}

/// Offices with a problem that have said nothing to their 核对稿.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// As the list spells them, in its order; at least one.
    pub offices: Vec<String>,
    /// The last day for their answers.
    pub until: NaiveDate,
    /// They still have time.
    pub in_time: bool,
}

/// Who has not answered; `None`: everybody has, or nobody was asked.
///
/// # Errors
/// Those of the store.
pub fn silent(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Option<Silent>, StoreError> {
    let last_day = bulletin.steps.iter().rev().find_map(|step| step.reply_by);
    let Some(until) = last_day else { return Ok(None) };
    let answers = reviews::answers(conn, bulletin.id)?.into_iter().filter(Answer::holds);
    let heard: BTreeSet<String> = answers.map(|answer| answer.office).collect();
    let mut offices: Vec<String> = Vec::new();
    for finding in dossier.findings.iter().filter(|one| !one.standing.is_false() && !one.is_unlisted()) {
        if !heard.contains(&finding.office) && !offices.contains(&finding.office) {
            offices.push(finding.office.clone());
        }
    }
    let in_time = dossier.head.now.date() <= until;
    Ok((!offices.is_empty()).then_some(Silent { offices, until, in_time }))
}

impl Silent {
    /// 2个单位没有答复核对稿（县文旅局、县应急局），答复期限2022-07-06已过
    pub fn words(&self) -> String {
        let more = if self.offices.len() > NAMED { "等" } else { "" };
        let named = self.offices.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
        let over = if self.in_time { "还没有到" } else { "已过" };
        format!("{}个单位没有答复核对稿（{named}{more}），答复期限{}{over}", self.offices.len(), self.until)
    }

    /// The same with what can be done.
    pub fn against(&self) -> String {
        format!("{}；等它们答复并登记，或写 --unanswered 照样办，记入审计", self.words())
    }
}
