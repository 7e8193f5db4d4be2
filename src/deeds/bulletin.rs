//! A 通报 from draft to signature: each step in one transaction with what it keeps, refused with every
//! reason at once. Files are written, or sent to a browser, from what it gives.

use super::Refusal;
use crate::bulletin::{
    Act, Approval, Finding, Frozen, Stage, approval, by_office, evidence, left_out, review, step, thaw,
};
use crate::config::Config;
use crate::domain::{Moment, Period};
use crate::issued::{
    self, Amended, Dossier, SignAsk, Signed, Silent, amended, asked, correction, dressed, frozen, keep_asked, moot,
    rounds, silent, to_ask, unsettled,
};
use crate::report::Report;
use crate::rules::Ruling;
use crate::store::bulletins::{self, Bulletin, PaperKind, Step};
use crate::store::reviews::{self, Answer, AnswerWord};
use crate::store::{Connection, StoreError, Transaction, meta};
use crate::wording::{Wording, WordsFinding};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Why an objection is settled whose findings all fell away.
pub const MOOT: &str = "依据已变，不再列入";

/// Name and value of each document.
pub type Papers = Vec<(String, Report)>;

/// What a step keeps, and the documents of the stage that it has led to.
pub struct Kept {
    /// The 通报 with the new step.
    pub bulletin: Bulletin,
    /// Its documents.
    pub papers: Papers,
    /// What is missing in the office's own words.
    pub missing: Vec<WordsFinding>,
}

/// One step of the newest 通报 of a period.
#[derive(Clone, Debug)]
pub struct Taking {
    /// Which period.
    pub period: Period,
    /// Which step; [`issue`] takes the last one.
    pub act: Act,
    /// Who takes it.
    pub by: String,
    /// Why it goes back, what a 更正 corrects; may be empty.
    pub note: String,
    /// Last day for the answers of offices.
    pub reply_by: Option<NaiveDate>,
    /// The office's own words.
    pub words: Option<Wording>,
    /// It is submitted although offices have not answered their 核对稿.
    pub unanswered: bool,
    /// The 通报 and its last step, as a page showed them; `None`: whatever there is.
    pub shown: Option<(i64, i64)>,
}

/// Takes a step.
///
/// # Errors
/// Without a name, and where it may not follow (`bulletin::step`), nothing is to be corrected, something
/// is still to be decided or an office has not answered.
pub fn take(tx: &Transaction<'_>, config: &Config, taking: &Taking, now: Moment) -> Result<Kept, Refusal> {
    let (period, profile) = (taking.period, &config.profile.name);
    let newest = bulletins::newest(tx, profile, period)?;
    let (stage, silent) = allowed(tx, config, taking, newest.as_ref(), now)?;
    let (id, seq) = match newest.filter(|_| taking.act != Act::Draft) {
        Some(bulletin) => (bulletin.id, bulletin.seq() + 1),
        None => (bulletins::begin(tx, period, profile)?, 1),
    };
    let (by, note) = (taking.by.trim(), silent.map_or(taking.note.trim().to_owned(), |silent| silent.words()));
    let kept_step = Step { seq, stage, by: by.to_owned(), at: now, note: note.clone(), reply_by: taking.reply_by };
    bulletins::take(tx, id, &kept_step)?;
    let why = if note.is_empty() { String::new() } else { format!("；{note}") };
    let detail = format!("{period} {}{why}", stage.chinese());
    meta::audit(tx, now, by, &format!("bulletin.{}", taking.act.word()), &detail)?;
    let kept = bulletins::newest(tx, profile, period)?;
    let bulletin = kept.ok_or_else(|| StoreError::odd("a step without its bulletin"))?;
    match stage {
        Stage::Review => keep_asked(tx, &bulletin, &Dossier::load(tx, config, period, now)?)?,
        Stage::Submitted => settle_moot(tx, config, &bulletin, by, now)?,
        Stage::Draft | Stage::Issued => {}
    }
    let (papers, missing) = of_stage(tx, config, &bulletin, taking.words.as_ref(), now)?;
    if stage == Stage::Submitted
        && let Some((_, circular)) = papers.first()
    {
        bulletins::keep(tx, (bulletin.id, seq), PaperKind::Circular, &frozen(circular)?)?;
    }
    Ok(Kept { bulletin, papers, missing })
}

/// An objection about which nothing was left to decide is settled by the submission: it was right.
fn settle_moot(
    tx: &Transaction<'_>,
    config: &Config,
    bulletin: &Bulletin,
    by: &str,
    now: Moment,
) -> Result<(), StoreError> {
    let dossier = Dossier::load(tx, config, bulletin.period, now)?;
    for answer in reviews::answers(tx, bulletin.id)?.iter().filter(|answer| moot(answer, &dossier)) {
        reviews::settle(tx, answer.id, Ruling::False, (by, MOOT), now)?;
        let line = format!("{} 核对稿的异议（编号{}）已办结：{MOOT}", bulletin.period, answer.id);
        meta::audit(tx, now, by, "bulletin.settle", &line)?;
    }
    Ok(())
}

/// The stage that the step leads to, and which offices it does not wait for.
fn allowed(
    tx: &Transaction<'_>,
    config: &Config,
    taking: &Taking,
    newest: Option<&Bulletin>,
    now: Moment,
) -> Result<(Stage, Option<Silent>), Refusal> {
    let period = taking.period;
    if taking.by.trim().is_empty() {
        return Err(Refusal::wish("谁经手的要写明"));
    }
    let amends = newest.is_some_and(Bulletin::amends);
    let stage = step(newest.map(Bulletin::stage), amends, taking.act)
        .map_err(|why| Refusal::state(format!("{period}：{why}")))?;
    as_shown(period, taking.shown, newest)?;
    if taking.act == Act::Draft && taking.note.trim().is_empty() {
        let before = amended(tx, config, period, now)?;
        if before.is_some_and(|amended| amended.changes.is_empty()) {
            let why = "已经签发，结论与现在的依据一致，没有要更正的；因别的原因更正的，请用 --reason 写明";
            return Err(Refusal::state(format!("{period}：{why}")));
        }
    }
    match newest.filter(|_| taking.act == Act::Submit) {
        Some(bulletin) => Ok((stage, submittable(tx, config, bulletin, taking.unanswered, now)?)),
        None => Ok((stage, None)),
    }
}

/// Nobody has taken a step since the page was opened.
fn as_shown(period: Period, shown: Option<(i64, i64)>, newest: Option<&Bulletin>) -> Result<(), Refusal> {
    let Some(bulletin) = newest.filter(|one| shown.is_some_and(|shown| shown != (one.id, one.seq()))) else {
        return Ok(());
    };
    let by = bulletin.steps.last().map_or("", |step| step.by.as_str());
    Err(Refusal::state(format!(
        "{period}：打开页面以后，{by}已办到{}，没有改动；请看过最新的再办",
        bulletin.stage().chinese()
    )))
}

/// Nothing stands against laying it before whoever signs; which offices have not answered.
fn submittable(
    tx: &Transaction<'_>,
    config: &Config,
    bulletin: &Bulletin,
    unanswered: bool,
    now: Moment,
) -> Result<Option<Silent>, Refusal> {
    let dossier = Dossier::load(tx, config, bulletin.period, now)?;
    let mut against = unsettled(tx, bulletin, &dossier)?;
    let silent = silent(tx, bulletin, &dossier)?;
    against.extend(silent.as_ref().filter(|_| !unanswered).map(Silent::against));
    if !against.is_empty() {
        return Err(Refusal::state(format!("{} 没有送审：\n  {}", bulletin.period, against.join("\n  "))));
    }
    Ok(silent)
}

/// Signs the submitted 通报 of a period and freezes it.
///
/// # Errors
/// Every reason that stands against it.
pub fn issue(
    tx: &Transaction<'_>,
    config: &Config,
    period: Period,
    ask: &SignAsk,
    now: Moment,
) -> Result<Signed, Refusal> {
    let against = |against: Vec<String>| Refusal::state(format!("{period} 没有签发：\n  {}", against.join("\n  ")));
    let newest = bulletins::newest(tx, &config.profile.name, period)?;
    let amends = newest.as_ref().is_some_and(Bulletin::amends);
    as_shown(period, ask.shown, newest.as_ref())?;
    match (step(newest.as_ref().map(Bulletin::stage), amends, Act::Issue), newest) {
        (Ok(_), Some(bulletin)) => issued::sign(tx, config, &bulletin, ask, now)?.map_err(against),
        (Err(why), _) => Err(against(vec![why.to_owned()])),
        (Ok(_), None) => Err(against(vec!["这一期还没有起草".to_owned()])),
    }
}

/// The 通报 of a period: the newest, or that version; under the configured profile, or under another one
/// where there is none.
///
/// # Errors
/// Where there is none.
pub fn find(conn: &Connection, config: &Config, period: Period, version: Option<u32>) -> Result<Bulletin, Refusal> {
    let all: Vec<Bulletin> = bulletins::everywhere(conn)?.into_iter().filter(|one| one.period == period).collect();
    let is_own = |one: &Bulletin| one.profile == config.profile.name;
    let any_own = all.iter().any(is_own);
    let mut own = all.into_iter().filter(|one| !any_own || is_own(one));
    let found = match version {
        None => own.next_back(),
        Some(version) => own.find(|bulletin| bulletin.version == version),
    };
    let which = version.map_or_else(String::new, |version| format!("第{version}版"));
    found.ok_or_else(|| Refusal::state(format!("没有 {period}{which} 的通报；有哪些用 bulletin list 看")))
}

/// The documents of the stage at which it stands, and what is missing in the office's own words: the
/// frozen ones of an issued 通报, else as they would be printed now.
///
/// # Errors
/// Where a draft was made under another profile than the configured one.
pub fn papers(
    conn: &Connection,
    config: &Config,
    bulletin: &Bulletin,
    words: Option<&Wording>,
    now: Moment,
) -> Result<(Papers, Vec<WordsFinding>), Refusal> {
    if bulletin.issue.is_some() {
        return Ok((issued_papers(conn, bulletin)?, Vec::new()));
    }
    if bulletin.profile != config.profile.name {
        return Err(Refusal::state(format!(
            "{} 的通报按检查口径“{}”起草，现在的配置不是这个口径；改回 profile 再写出",
            bulletin.period, bulletin.profile
        )));
    }
    Ok(of_stage(conn, config, bulletin, words, now)?)
}

/// The frozen documents of an issued 通报.
///
/// # Errors
/// Where one of them cannot be read.
pub fn issued_papers(conn: &Connection, bulletin: &Bulletin) -> Result<Papers, Refusal> {
    let which = if bulletin.amends() { format!("-更正{}", bulletin.version - 1) } else { String::new() };
    let mut papers = Papers::new();
    for (kind, name) in [(PaperKind::Circular, "通报"), (PaperKind::Evidence, "问题依据清单")] {
        let kept: Option<Frozen> = bulletins::paper(conn, (bulletin.id, bulletin.seq()), kind)?;
        if let Some(kept) = kept {
            papers.push((format!("{name}-{}{which}", bulletin.period), thaw(&kept).map_err(Refusal::State)?));
        }
    }
    Ok(papers)
}

/// The documents of the stage at which a 通报 stands that is not issued, the 通报 itself first.
fn of_stage(
    conn: &Connection,
    config: &Config,
    bulletin: &Bulletin,
    words: Option<&Wording>,
    now: Moment,
) -> Result<(Papers, Vec<WordsFinding>), StoreError> {
    let dossier = Dossier::load(conn, config, bulletin.period, now)?;
    let before = correction(conn, config, bulletin, now)?;
    let (circular, missing) = dressed(&dossier, bulletin.stage(), before.as_ref(), words);
    let period = bulletin.period;
    let papers = match bulletin.stage() {
        Stage::Review => reviews(conn, &dossier, bulletin, period)?,
        Stage::Submitted => {
            let sheet = approval(&dossier.head, &summed(conn, &dossier, bulletin, before, &circular)?);
            let list = evidence(&dossier.head, &dossier.findings);
            let name = |kind: &str| format!("{kind}-{period}");
            vec![(name("通报送审稿"), circular), (name("呈批单"), sheet), (name("问题依据清单"), list)]
        }
        Stage::Draft | Stage::Issued => vec![(format!("通报草稿-{period}"), circular)],
    };
    Ok((papers, missing))
}

/// One 核对稿 an office, numbered as they went out: an office whose findings fell away since leaves a gap, and
/// one that was not asked has none.
fn reviews(conn: &Connection, dossier: &Dossier, bulletin: &Bulletin, period: Period) -> Result<Papers, StoreError> {
    let reply_by = bulletin.steps.last().and_then(|step| step.reply_by).unwrap_or(dossier.head.now.date());
    let mut findings = to_ask(conn, bulletin, dossier)?;
    let round = rounds(conn, bulletin)?.and_then(|mut rounds| rounds.pop());
    let mut order: Vec<String> = by_office(&findings).into_iter().map(|(office, _)| office.to_owned()).collect();
    if let Some(round) = round {
        findings.retain(|finding| round.findings.iter().any(|put| put.is(finding)));
        order = round.findings.into_iter().map(|put| put.office).collect();
        let mut seen = BTreeSet::new();
        order.retain(|office| seen.insert(office.clone()));
    }
    let paper = |(office, findings): (&str, Vec<&Finding>)| {
        let at = order.iter().position(|known| known == office)? + 1;
        Some((format!("核对稿-{period}-{at:02}-{office}"), review(&dossier.head, office, &findings, reply_by)))
    };
    Ok(by_office(&findings).into_iter().filter_map(paper).collect())
}

fn summed(
    conn: &Connection,
    dossier: &Dossier,
    bulletin: &Bulletin,
    before: Option<Amended>,
    circular: &Report,
) -> Result<Approval, StoreError> {
    let answers: Vec<Answer> = reviews::answers(conn, bulletin.id)?.into_iter().filter(Answer::holds).collect();
    let asked = asked(conn, bulletin, dossier)?.len();
    let offices: BTreeSet<&str> = answers.iter().map(|answer| answer.office.as_str()).collect();
    let objections = || answers.iter().filter(|answer| answer.word == AnswerWord::Objects);
    let ruled = |wanted: Ruling| {
        objections().filter(|a: &&Answer| a.ruling.as_ref().is_some_and(|(ruling, ..)| *ruling == wanted)).count()
    };
    let false_ = dossier.findings.iter().filter(|finding| finding.standing.is_false()).count();
    let waiting = dossier.waiting().count();
    Ok(Approval {
        title: circular.title.clone(),
        to: circular.paper.as_ref().map_or_else(String::new, |paper| paper.to.clone()),
        copies: circular.paper.as_ref().map_or_else(String::new, |paper| paper.copies.clone()),
        drafted_by: bulletin.steps.first().map(|step| step.by.clone()).unwrap_or_default(),
        asked,
        answered: offices.len(),
        objections: (objections().count(), ruled(Ruling::False), ruled(Ruling::Confirmed)),
        standings: (dossier.findings.len() - false_ - waiting, false_, waiting),
        unclear: dossier.unclear().len(),
        left_out: left_out(&dossier.findings),
        changes: before.map(|amended| amended.changes).unwrap_or_default(),
    })
}
