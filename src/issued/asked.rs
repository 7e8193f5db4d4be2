//! Whom a 核对稿 went to, and who of them has not answered.

use super::dossier::Dossier;
use super::put::{Round, rounds};
use crate::bulletin::{Finding, Stage};
use crate::domain::{AccountId, Moment};
use crate::store::bulletins::Bulletin;
use crate::store::reviews::{self, Answer};
use crate::store::{Connection, StoreError};
use chrono::NaiveDate;

/// Offices that one sentence names.
const NAMED: usize = 5;

/// An office that has a 核对稿.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As the list spelled it when it was asked.
    pub office: String,
    /// Its accounts about which it was asked, and how they were called; in the order of the list.
    pub accounts: Vec<(AccountId, String)>,
}

/// Who has a 核对稿, as they went out, whatever has become of the findings since; nobody where none was given
/// out. Of a 通报 from before this was kept: whoever has a problem now, or has answered.
///
/// # Errors
/// Those of the store.
pub fn asked(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Vec<Asked>, StoreError> {
    let mut all: Vec<Asked> = Vec::new();
    if asked_on(bulletin).is_none() {
        return Ok(all);
    }
    if let Some(rounds) = rounds(conn, bulletin)? {
        for put in rounds.iter().flat_map(|round| &round.findings) {
            take(&mut all, &put.office, Some((put.account(), put.title.clone())));
        }
        return Ok(all);
    }
    for finding in dossier.findings.iter().filter(|finding| !finding.is_unlisted()) {
        take(&mut all, &finding.office, Some((finding.account, finding.title())));
    }
    for answer in reviews::answers(conn, bulletin.id)? {
        take(&mut all, &answer.office, answer.account.map(|id| (id, dossier.title(id))));
    }
    Ok(all)
}

fn take(all: &mut Vec<Asked>, office: &str, account: Option<(AccountId, String)>) {
    let at = all.iter().position(|asked| asked.office == office).unwrap_or_else(|| {
        all.push(Asked { office: office.to_owned(), accounts: Vec::new() });
        all.len() - 1
    });
    let accounts = &mut all[at].accounts;
    accounts.extend(account.filter(|(id, _)| accounts.iter().all(|(known, _)| known != id)));
}

/// The day on which the first 核对稿 went out; `None`: none did.
pub fn asked_on(bulletin: &Bulletin) -> Option<NaiveDate> {
    bulletin.steps.iter().find(|step| step.stage == Stage::Review).map(|step| step.at.date())
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

/// Who has not answered since it was asked about a finding that stands still; `None`: everybody has, or nobody
/// was asked.
///
/// # Errors
/// Those of the store.
pub fn silent(conn: &Connection, bulletin: &Bulletin, dossier: &Dossier) -> Result<Option<Silent>, StoreError> {
    let last_day = bulletin.steps.iter().rev().find_map(|step| step.reply_by);
    let Some(until) = last_day else { return Ok(None) };
    let rounds = rounds(conn, bulletin)?;
    let heard: Vec<Answer> = reviews::answers(conn, bulletin.id)?.into_iter().filter(Answer::holds).collect();
    let mut offices: Vec<String> = Vec::new();
    for finding in dossier.findings.iter().filter(|one| !one.standing.is_false() && !one.is_unlisted()) {
        let Some(since) = asked_at(rounds.as_deref(), finding) else { continue };
        let has_said = |answer: &Answer| answer.office == finding.office && answer.at >= since;
        if !heard.iter().any(has_said) && !offices.contains(&finding.office) {
            offices.push(finding.office.clone());
        }
    }
    let in_time = dossier.head.now.date() <= until;
    Ok((!offices.is_empty()).then_some(Silent { offices, until, in_time }))
}

/// When its office was asked about it first; where that was not kept, before any answer. `None`: it was not.
fn asked_at(rounds: Option<&[Round]>, finding: &Finding) -> Option<Moment> {
    let Some(rounds) = rounds else { return Some(Moment::from_unix(0)) };
    let first = rounds.iter().find(|round| round.findings.iter().any(|put| put.is(finding)));
    first.map(|round| round.at)
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
