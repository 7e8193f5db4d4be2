//! Signing: what must be true before it, and what is frozen by it, all in one transaction.

use super::asked::{Silent, silent};
use super::dossier::Dossier;
use super::printed::{prune, sentence, settle, uncounted};
use super::standing::changed;
use super::unsettled::{names, unsettled};
use crate::bulletin::{Finding, Frozen, Stage, blanks, evidence, freeze, words};
use crate::config::Config;
use crate::domain::{Moment, Period};
use crate::repair::{Event, EventKind, Repair, State, due};
use crate::report::{Block, Cell, Report, missing_annexes, period_words};
use crate::store::bulletins::{self, Bulletin, Issue, PaperKind, Step};
use crate::store::{Connection, StoreError, Transaction, meta, repairs, verdicts};
use crate::wording::{Wording, WordsFinding};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What whoever signs says.
#[derive(Clone, Debug)]
pub struct SignAsk {
    /// 发文字号; empty: it bears none.
    pub number: String,
    /// 成文日期.
    pub dated: NaiveDate,
    /// Who signs.
    pub by: String,
    /// Why it is issued although something could not be judged; empty: it is not.
    pub unclear: String,
    /// It is issued although offices have not answered their 核对稿.
    pub unanswered: bool,
    /// The last day for feedback; `None`: as configured.
    pub due: Option<NaiveDate>,
    /// The office's own words.
    pub words: Option<Wording>,
    /// The 通报 and its last step, as a page showed them; `None`: whatever there is.
    pub shown: Option<(i64, i64)>,
}

/// What was signed.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its version.
    pub version: u32,
    /// The hash of the frozen paper.
    pub sha256: String,
    /// How many 整改项 it has opened.
    pub opened: usize,
    /// How many 整改项 it has taken back.
    pub withdrawn: usize,
    /// The last day for feedback.
    pub due: NaiveDate,
}

/// What a 更正 corrects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amended {
    /// The paper before it: number and date in words.
    pub paper: String,
    /// 成文日期 of that paper.
    pub dated: Option<NaiveDate>,
    /// What differs, a sentence each.
    pub changes: Vec<String>,
}

/// What differs between the last issued paper of the period and what is known now; `None`: there is none.
///
/// # Errors
/// Those of the store.
pub fn amended(conn: &Connection, config: &Config, period: Period, now: Moment) -> Result<Option<Amended>, StoreError> {
    let Some(bulletin) = last_issued(conn, &config.profile.name, period)? else { return Ok(None) };
    let paper = bulletin.issue.as_ref().map_or_else(String::new, paper_words);
    let dated = bulletin.issue.as_ref().map(|issue| issue.dated);
    Ok(Some(Amended { paper, dated, changes: changed(conn, config, &bulletin, now)? }))
}

pub(super) fn last_issued(conn: &Connection, profile: &str, period: Period) -> Result<Option<Bulletin>, StoreError> {
    let all = bulletins::list(conn, profile)?;
    Ok(all.into_iter().rfind(|bulletin| bulletin.period == period && bulletin.issue.is_some()))
}

/// What a 更正 corrects, and the reason that was given when it was begun; `None` for a first issue.
pub(crate) fn correction(
    conn: &Connection,
    config: &Config,
    bulletin: &Bulletin,
    now: Moment,
) -> Result<Option<Amended>, StoreError> {
    if !bulletin.amends() {
        return Ok(None);
    }
    let reason = bulletin.steps.first().map(|step| step.note.clone()).filter(|note| !note.is_empty());
    let before = amended(conn, config, bulletin.period, now)?;
    Ok(before.map(|mut amended| {
        amended.changes.extend(reason);
        amended
    }))
}

/// 汴政办明电〔2022〕28号，2022年7月11日
fn paper_words(issue: &Issue) -> String {
    let number = if issue.number.is_empty() { String::new() } else { format!("{}，", issue.number) };
    format!("{number}{}", words::date(issue.dated))
}

/// The 通报 as it would be printed at a stage, and what is missing in the office's own words.
pub(crate) fn dressed(
    dossier: &Dossier,
    stage: Stage,
    amended: Option<&Amended>,
    words: Option<&Wording>,
) -> (Report, Vec<WordsFinding>) {
    let (mut report, missing) = dossier.circular(words);
    let waits = if dossier.waiting().next().is_some() { " · 待核实" } else { "" };
    report.subtitle = Some(format!("{}{waits}", stage.chinese()));
    if let Some(amended) = amended {
        report.title = format!("{}（更正）", report.title);
        let begins = format!("现对{}通报（{}）更正如下：", period_words(dossier.head.period), amended.paper);
        let changes = amended.changes.iter().map(|change| sentence(change));
        let said = std::iter::once(begins).chain(changes).map(Block::Paragraph);
        report.blocks.splice(0..0, said.collect::<Vec<_>>());
    }
    if stage == Stage::Submitted {
        prune(&mut report);
    }
    (report, missing)
}

/// The paper that is signed: without the marks of a draft, with number, office and date.
fn final_paper(mut report: Report, dossier: &Dossier, ask: &SignAsk) -> Report {
    report.subtitle = None;
    settle(&mut report);
    report.footnotes.extend(uncounted(&dossier.unchecked(), &ask.unclear));
    if let Some(paper) = &mut report.paper {
        (paper.number, paper.date) = (ask.number.clone(), Some(ask.dated));
    }
    report
}

/// Signs and freezes. `Err` inside names everything that stands against it; then nothing is changed.
///
/// # Errors
/// Those of the store.
pub fn sign(
    tx: &Transaction<'_>,
    config: &Config,
    bulletin: &Bulletin,
    ask: &SignAsk,
    now: Moment,
) -> Result<Result<Signed, Vec<String>>, StoreError> {
    let dossier = Dossier::load(tx, config, bulletin.period, now)?;
    let amended = correction(tx, config, bulletin, now)?;
    let (submitted, missing) = dressed(&dossier, Stage::Submitted, amended.as_ref(), ask.words.as_ref());
    let paper = final_paper(submitted.clone(), &dossier, ask);
    let mut against = dates(&dossier, amended.as_ref(), ask);
    let silent = silent(tx, bulletin, &dossier)?;
    against.extend(obstacles(tx, bulletin, &dossier, ask)?);
    against.extend(silent.as_ref().filter(|_| !ask.unanswered).map(Silent::against));
    against.extend(missing.iter().map(|finding| format!("办公室的段落{finding}")));
    against.extend(unfilled(&paper));
    against.extend(differs(tx, bulletin, &submitted)?);
    if !against.is_empty() {
        return Ok(Err(against));
    }
    let note = silent.map_or_else(String::new, |silent| silent.words());
    Ok(Ok(keep(tx, config, (bulletin, note), &dossier, &paper, ask, now)?))
}

/// What is left blank in a paper that is to be signed, and which of its annexes are empty.
fn unfilled(paper: &Report) -> Vec<String> {
    let blank = blanks(paper).into_iter().map(|place| format!("还有没填的____：{place}"));
    blank.chain(missing_annexes(paper).into_iter().map(no_annex)).collect()
}

/// The same of a 通报 on its way there, for whoever wants to know before it is submitted.
pub(crate) fn unfinished(dossier: &Dossier, words: Option<&Wording>) -> Vec<String> {
    let (mut report, _) = dressed(dossier, Stage::Submitted, None, words);
    settle(&mut report);
    let unjudged = unjudged(dossier).map(|said| format!("{said}；补齐依据，或者签发时写明理由，按未检查计算"));
    unjudged.into_iter().chain(unfilled(&report)).collect()
}

fn no_annex(number: usize) -> String {
    format!(
        "附件{number}还空着：用 report table import 导入（例如政府网站的检查结果）；本单位的通报没有这份附件的，用 profile copy 复制口径，改名单的 annex"
    )
}

/// Accounts that nobody could judge, for whoever may still look at them.
fn unjudged(dossier: &Dossier) -> Option<String> {
    let unclear = dossier.unclear();
    let named = || names(unclear.iter().cloned());
    (!unclear.is_empty()).then(|| format!("{}个账号无法判定：{}", unclear.len(), named()))
}

/// What the checks, the calendar and the paper that it corrects say of its date.
fn dates(dossier: &Dossier, amended: Option<&Amended>, ask: &SignAsk) -> Vec<String> {
    let (mut against, dated) = (Vec::new(), words::date(ask.dated));
    if let Some(check) = dossier.prepared.checks.iter().rfind(|check| check.at.date() > ask.dated) {
        let held = words::date(check.at.date());
        against.push(format!("成文日期{dated}早于本期的检查（{held}），请核对 --date"));
    }
    if ask.dated > dossier.head.now.date() {
        against.push(format!("成文日期{dated}还没有到，请核对 --date"));
    }
    if let Some(before) = amended.and_then(|amended| amended.dated).filter(|before| ask.dated < *before) {
        against.push(format!("成文日期{dated}早于被更正的通报（{}），请核对 --date", words::date(before)));
    }
    against
}

fn obstacles(
    tx: &Transaction<'_>,
    bulletin: &Bulletin,
    dossier: &Dossier,
    ask: &SignAsk,
) -> Result<Vec<String>, StoreError> {
    let mut against = unsettled(tx, bulletin, dossier)?;
    let unjudged = unjudged(dossier).filter(|_| ask.unclear.is_empty());
    against.extend(unjudged.map(|said| format!("{said}；补齐依据，或用 --unclear 理由 写明按未检查计算")));
    if let Some(period) = bulletins::numbered(tx, &ask.number)?.filter(|_| !ask.number.is_empty()) {
        against.push(format!("文号“{}”已经用在{period}的通报上，请核对 --number", ask.number));
    }
    Ok(against)
}

/// Whoever signs has read the paper that was submitted: another one goes back to him first.
fn differs(tx: &Transaction<'_>, bulletin: &Bulletin, now: &Report) -> Result<Option<String>, StoreError> {
    let Some(kept) = bulletins::paper(tx, (bulletin.id, bulletin.seq()), PaperKind::Circular)? else { return Ok(None) };
    let then = match crate::bulletin::thaw(&kept) {
        Ok(then) => then,
        Err(why) => return Ok(Some(why)),
    };
    let same = same_words(then) == same_words(now.clone());
    Ok((!same).then(|| "送审以后内容有变化（新的依据、核实、附表或段落），签的不是送审的那一份；请先 bulletin return 退回，再重新送审".to_owned()))
}

/// A report without what changes by the hour: when it was made, and when an account was last looked at.
fn same_words(mut report: Report) -> (String, Vec<Block>, Vec<String>) {
    prune(&mut report);
    for block in &mut report.blocks {
        if let Block::Table(table) = block
            && let Some(at) = table.columns.iter().position(|column| column == "最近一次核实")
        {
            for cell in table.rows.iter_mut().filter_map(|row| row.get_mut(at)) {
                *cell = Cell::Number(0);
            }
        }
    }
    (report.title, report.blocks, report.footnotes)
}

fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    (bulletin, note): (&Bulletin, String),
    dossier: &Dossier,
    paper: &Report,
    ask: &SignAsk,
    now: Moment,
) -> Result<Signed, StoreError> {
    let seq = bulletin.seq() + 1;
    let step = Step { seq, stage: Stage::Issued, by: ask.by.clone(), at: now, note, reply_by: None };
    bulletins::take(tx, bulletin.id, &step)?;
    let circular = frozen(paper)?;
    bulletins::keep(tx, (bulletin.id, seq), PaperKind::Circular, &circular)?;
    let list = frozen(&evidence(&dossier.head, &dossier.findings))?;
    bulletins::keep(tx, (bulletin.id, seq), PaperKind::Evidence, &list)?;
    let issue = Issue { number: ask.number.clone(), dated: ask.dated, unclear: ask.unclear.clone() };
    bulletins::issued(tx, bulletin.id, &issue)?;
    rest_on(tx, bulletin.id, dossier, now)?;
    let last_day = ask
        .due
        .unwrap_or_else(|| due(&config.calendar, ask.dated, config.report.repair_days, config.report.repair_counting));
    let (opened, withdrawn) = repairs_of(tx, bulletin, dossier, (ask, last_day), now)?;
    let though = if step.note.is_empty() { String::new() } else { format!("；{}", step.note) };
    let said = format!(
        "{} 第{}版 {}，整改项{opened}项，期限{last_day}，校验值{}{though}",
        bulletin.period,
        bulletin.version,
        paper_words(&issue),
        circular.sha256
    );
    meta::audit(tx, now, &ask.by, "bulletin.issue", &said)?;
    Ok(Signed { version: bulletin.version, sha256: circular.sha256, opened, withdrawn, due: last_day })
}

/// A document as it is kept.
pub(crate) fn frozen(report: &Report) -> Result<Frozen, StoreError> {
    freeze(report).map_err(|error| StoreError::odd(error.to_string()))
}

/// Keeps the verdicts, as judged and not as people decided, and what each came to.
fn rest_on(tx: &Transaction<'_>, bulletin: i64, dossier: &Dossier, now: Moment) -> Result<(), StoreError> {
    let ids = verdicts::record(tx, &dossier.head.profile, dossier.judged(), now)?;
    let outcomes = dossier.stood().into_iter().map(|stood| stood.outcome);
    bulletins::freeze(tx, bulletin, &ids.into_iter().zip(outcomes).collect::<Vec<_>>())
}

/// Opens one 整改项 an account and rule, where none is in force; a 更正 takes back those whose finding is gone.
fn repairs_of(
    tx: &Transaction<'_>,
    bulletin: &Bulletin,
    dossier: &Dossier,
    (ask, last_day): (&SignAsk, NaiveDate),
    now: Moment,
) -> Result<(usize, usize), StoreError> {
    let mut problems: BTreeMap<(crate::domain::AccountId, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in dossier.standing() {
        problems.entry((finding.account, &finding.rule)).or_default().push(finding);
    }
    let known = repairs::list(tx, &dossier.head.profile)?.into_iter();
    // What is withdrawn stays so: a problem that comes back is asked about anew, as this paper prints it.
    let of_period = |repair: &Repair| repair.period == bulletin.period && repair.state() != State::Withdrawn;
    let in_force: Vec<Repair> = known.filter(of_period).collect();
    let has: BTreeSet<_> = in_force.iter().map(|repair| (repair.account, repair.rule.as_str())).collect();
    let mut opened = 0;
    for (_, findings) in problems.iter().filter(|(key, _)| !has.contains(key)) {
        let Some(repair) = repair(bulletin.period, findings, ask.dated, last_day) else { continue };
        repairs::open(tx, bulletin.id, &dossier.head.profile, &repair)?;
        opened += 1;
    }
    let is_gone = |repair: &&Repair| !problems.contains_key(&(repair.account, repair.rule.as_str()));
    let mut withdrawn = 0;
    for repair in in_force.iter().filter(is_gone) {
        let event = Event {
            kind: EventKind::Withdrawn,
            text: format!("第{}版更正，不再列为问题", bulletin.version),
            said_by: String::new(),
            on: ask.dated,
            by: ask.by.clone(),
            at: now,
        };
        repairs::add(tx, repair.id, repair.events.len() + 1, &event)?;
        withdrawn += 1;
    }
    Ok((opened, withdrawn))
}

/// One problem of one account: the worst label, and every span in which it was found.
fn repair(period: Period, findings: &[&Finding], dated: NaiveDate, last_day: NaiveDate) -> Option<Repair> {
    let worst = findings.iter().max_by_key(|finding| (finding.required, finding.check))?;
    let spans: Vec<String> = findings
        .iter()
        .map(|finding| format!("{}更新{}次，应更新{}次", words::span(finding.window), finding.seen, finding.required))
        .collect();
    Some(Repair {
        id: 0,
        period,
        account: worst.account,
        rule: worst.rule.clone(),
        name: worst.name.clone(),
        platform: worst.platform.clone(),
        office: worst.office.clone(),
        problem: worst.label.clone(),
        seen: spans.join("；"),
        checked_at: findings.iter().map(|finding| finding.check.at).max()?,
        dated,
        first_due: last_day,
        events: Vec::new(),
        overturned: false,
    })
}
