//! What an office says of its 核对稿, written down by a named person.

use super::Refusal;
use crate::bulletin::{Finding, Stage};
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Period};
use crate::issued::Dossier;
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews::{self, Answer, AnswerWord};
use crate::store::{Transaction, meta};

/// An office that has a 核对稿.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As the list spells it.
    pub office: String,
    /// Its accounts with a problem, and how they are called; in the order of the list.
    pub accounts: Vec<(AccountId, String)>,
}

/// Who has a 核对稿, in the order of the list; nobody where none was given out.
pub fn asked(bulletin: &Bulletin, dossier: &Dossier) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    if !was_reviewed(bulletin) {
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

fn was_reviewed(bulletin: &Bulletin) -> bool {
    bulletin.steps.iter().any(|step| step.stage == Stage::Review)
}

/// Keeps an answer, whose `id`, `by` and `at` are those of who writes it down; gives its number.
///
/// # Errors
/// Where a reason lacks, nobody was asked, the office has no such problem, or the same was said before.
pub fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    period: Period,
    answer: &Answer,
    account: Option<&Account>,
    now: Moment,
) -> Result<i64, Refusal> {
    if answer.word != AnswerWord::Agreed && (answer.reason.is_empty() || account.is_none()) {
        return Err(Refusal::field("reason", "异议和整改要写明理由和账号"));
    }
    let against = |why: String| Refusal::state(format!("{period}：{why}"));
    let bulletin = answerable(bulletins::newest(tx, &config.profile.name, period)?).map_err(against)?;
    let dossier = Dossier::load(tx, config, period, now)?;
    concerns(&asked(&bulletin, &dossier), answer, account).map_err(against)?;
    slip(answer, &reviews::answers(tx, bulletin.id)?, period).map_err(against)?;
    let id = reviews::answer(tx, bulletin.id, answer)?;
    let title = account.map_or_else(String::new, |account| format!("，{}", account.title()));
    let reason = if answer.reason.is_empty() { String::new() } else { format!("；{}", answer.reason) };
    let detail = format!("{period} {}{title}：{}{reason}", answer.office, answer.word.chinese());
    meta::audit(tx, now, &answer.by, "bulletin.answer", &detail)?;
    Ok(id)
}

/// What is to be done next about an answer (Chinese); empty where nothing is.
pub fn next(word: AnswerWord, config: &Config) -> &'static str {
    match word {
        AnswerWord::Objects => "；核实以后用 confirm --account 办结：误报写 --false，维持也要写 --reason",
        AnswerWord::Repaired if !config.report.drop_repaired => "；按配置仍列入名单（report.drop_repaired）",
        _ => "",
    }
}

fn answerable(newest: Option<Bulletin>) -> Result<Bulletin, String> {
    let Some(bulletin) = newest else { return Err("还没有起草，没有可以答复的".to_owned()) };
    if bulletin.issue.is_some() {
        return Err("已经签发；整改反馈用 repair answer 登记，有异议的用 dispute 写答复单".to_owned());
    }
    if !was_reviewed(&bulletin) {
        return Err("还没有发各单位核对，请先用 bulletin review".to_owned());
    }
    Ok(bulletin)
}

/// A day before the period or to come, or the same answer once more: a slip of the pen.
fn slip(answer: &Answer, known: &[Answer], period: Period) -> Result<(), String> {
    if answer.on < period.begins().date() {
        return Err(format!("答复日期{}早于本期，请核对 --on", answer.on));
    }
    if answer.on > answer.at.date() {
        return Err(format!("答复日期{}还没有到，请核对 --on", answer.on));
    }
    let said = |one: &Answer| (one.office.clone(), one.account, one.word, one.reason.clone(), one.on);
    let last = known.iter().rfind(|one| one.office == answer.office && one.account == answer.account);
    match last.filter(|one| said(one) == said(answer)) {
        Some(twice) => Err(format!("同样的答复已经登记（编号{}），没有再登记", twice.id)),
        None => Ok(()),
    }
}

/// An office speaks of its own findings.
fn concerns(asked: &[Asked], answer: &Answer, account: Option<&Account>) -> Result<(), String> {
    let Some(own) = asked.iter().find(|asked| asked.office == answer.office) else {
        let known: Vec<&str> = asked.iter().map(|asked| asked.office.as_str()).collect();
        let known = match known.is_empty() {
            true => "本期没有问题".to_owned(),
            false => format!("本期有问题的单位是：{}", known.join("、")),
        };
        return Err(format!("“{}”没有核对稿；{known}", answer.office));
    };
    match account.filter(|account| own.accounts.iter().all(|(id, _)| *id != account.id)) {
        Some(foreign) => {
            Err(format!("{}在本期没有{}的问题，请核对 --account 和 --office", foreign.title(), answer.office))
        }
        None => Ok(()),
    }
}
