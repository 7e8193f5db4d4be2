//! `bulletin`: a 通报 from draft to signature. Each step is one transaction; files are written after it,
//! from what it kept.

use super::bulletin_args::{BulletinVerb, DraftArgs, Files, IssueArgs, ReturnArgs, ReviewArgs, StepArgs};
use super::{CliError, Context, Outcome, bulletin_answer, bulletin_show, papers};
use crate::bulletin::{Act, Approval, Stage, approval, by_office, document_number, evidence, left_out, review, step};
use crate::config::Config;
use crate::domain::{Moment, Period};
use crate::issued::{Amended, Dossier, SignAsk, amended, correction, dressed, frozen, sign, unsettled};
use crate::report::Report;
use crate::rules::Ruling;
use crate::store::bulletins::{self, Bulletin, PaperKind, Step};
use crate::store::reviews::{self, Answer, AnswerWord};
use crate::store::{Connection, StoreError, Transaction, meta};
use crate::wording::{Wording, WordsFinding};
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Name and value of each document.
pub(super) type Papers = Vec<(String, Report)>;

/// `bulletin …`
pub(super) fn run(context: &Context, verb: BulletinVerb) -> Result<Outcome, CliError> {
    match verb {
        BulletinVerb::Draft(args) => draft(context, &args),
        BulletinVerb::Review(args) => send_round(context, &args),
        BulletinVerb::Answer(args) => bulletin_answer::run(context, &args),
        BulletinVerb::Submit(args) => submit(context, &args),
        BulletinVerb::Return(args) => send_back(context, &args),
        BulletinVerb::Issue(args) => issue(context, &args),
        BulletinVerb::List => bulletin_show::list(context),
        BulletinVerb::Show(args) => bulletin_show::show(context, &args),
    }
}

/// What a step keeps beside itself.
struct Kept {
    bulletin: Bulletin,
    papers: Papers,
    missing: Vec<WordsFinding>,
}

/// One step of the newest 通报 of a period, taken in one transaction.
struct Taking {
    period: Period,
    act: Act,
    by: String,
    note: String,
    reply_by: Option<NaiveDate>,
    words: Option<Wording>,
}

fn draft(context: &Context, args: &DraftArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let taking = taking(context, &args.of.period, Act::Draft, &args.by)?;
    let taking = Taking { note: args.reason.trim().to_owned(), ..taking };
    let kept = take(context, taking)?;
    let written = write(&args.files, &kept.papers, (kept.bulletin.period, "已起草"))?;
    let word = if kept.bulletin.amends() { "更正稿已起草" } else { "已起草" };
    let next = if kept.bulletin.amends() { "bulletin submit" } else { "bulletin review" };
    tell(context, &kept, &format!("{word}；核对无误后用 {next}"), &written)
}

fn send_round(context: &Context, args: &ReviewArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let reply_by = papers::date("--reply-by", &args.reply_by)?;
    let taking = taking(context, &args.of.period, Act::Review, &args.by)?;
    if Moment::start_of(reply_by) < taking.period.begins() {
        return Err(CliError::usage(format!("答复期限{reply_by}早于{}，请核对 --reply-by", args.of.period)));
    }
    let kept = take(context, Taking { reply_by: Some(reply_by), ..taking })?;
    let written = write(&args.files, &kept.papers, (kept.bulletin.period, "核对已登记"))?;
    let offices = kept.papers.len();
    tell(
        context,
        &kept,
        &format!("核对稿{offices}份，请各单位于{reply_by}前答复；答复用 bulletin answer 登记"),
        &written,
    )
}

fn submit(context: &Context, args: &StepArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let kept = take(context, taking(context, &args.of.period, Act::Submit, &args.by)?)?;
    let written = write(&args.files, &kept.papers, (kept.bulletin.period, "已送审"))?;
    tell(context, &kept, "已送审；签发用 bulletin issue，退回用 bulletin return", &written)
}

fn send_back(context: &Context, args: &ReturnArgs) -> Result<Outcome, CliError> {
    let taking = taking(context, &args.of.period, Act::Return, &args.by)?;
    let kept = take(context, Taking { note: args.reason.clone(), ..taking })?;
    tell(context, &kept, "已退回草稿", &[])
}

fn taking(context: &Context, period: &str, act: Act, by: &str) -> Result<Taking, CliError> {
    let period = papers::begun(period, context.clock.now())?;
    let words = super::words::read(context, period)?;
    Ok(Taking { period, act, by: by.to_owned(), note: String::new(), reply_by: None, words })
}

fn take(context: &Context, taking: Taking) -> Result<Kept, CliError> {
    let (config, now) = (Arc::clone(&context.config), context.clock.now());
    context.store()?.write(move |tx| taken(tx, &config, &taking, now))?.map_err(CliError::failed)
}

/// `Err` inside is the sentence why not.
fn taken(
    tx: &Transaction<'_>,
    config: &Config,
    taking: &Taking,
    now: Moment,
) -> Result<Result<Kept, String>, StoreError> {
    let profile = &config.profile.name;
    let newest = bulletins::newest(tx, profile, taking.period)?;
    let amends = newest.as_ref().is_some_and(Bulletin::amends);
    let stage = match step(newest.as_ref().map(Bulletin::stage), amends, taking.act) {
        Ok(stage) => stage,
        Err(why) => return Ok(Err(format!("{}：{why}", taking.period))),
    };
    let version = newest.as_ref().map_or(1, |bulletin| bulletin.version + 1);
    let before = amended(tx, config, taking.period, now)?;
    let begins = taking.act == Act::Draft;
    let nothing = before.as_ref().is_some_and(|amended| amended.changes.is_empty());
    if begins && nothing && taking.note.is_empty() {
        let why = "已经签发，结论与现在的依据一致，没有要更正的；因别的原因更正的，请用 --reason 写明";
        return Ok(Err(format!("{}：{why}", taking.period)));
    }
    if let Some(bulletin) = newest.as_ref().filter(|_| taking.act == Act::Submit) {
        let against = unsettled(tx, bulletin, &Dossier::load(tx, config, taking.period, now)?)?;
        if !against.is_empty() {
            return Ok(Err(format!("{} 没有送审：\n  {}", taking.period, against.join("\n  "))));
        }
    }
    let (id, seq) = match newest.filter(|_| !begins) {
        Some(bulletin) => (bulletin.id, bulletin.seq() + 1),
        None => (bulletins::begin(tx, taking.period, profile, version)?, 1),
    };
    let kept_step =
        Step { seq, stage, by: taking.by.clone(), at: now, note: taking.note.clone(), reply_by: taking.reply_by };
    bulletins::take(tx, id, &kept_step)?;
    let detail = format!("{} {}{}", taking.period, stage.chinese(), note(&taking.note));
    meta::audit(tx, now, &taking.by, &format!("bulletin.{}", taking.act.word()), &detail)?;
    let kept = bulletins::newest(tx, profile, taking.period)?;
    let bulletin = kept.ok_or_else(|| StoreError::odd("a step without its bulletin"))?;
    let (papers, missing) = of_stage(tx, config, &bulletin, taking.words.as_ref(), now)?;
    if stage == Stage::Submitted
        && let Some((_, circular)) = papers.first()
    {
        bulletins::keep(tx, (bulletin.id, seq), PaperKind::Circular, &frozen(circular)?)?;
    }
    Ok(Ok(Kept { bulletin, papers, missing }))
}

fn note(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("；{text}") }
}

/// The documents of the stage at which a 通报 stands that is not issued, the 通报 itself first.
pub(super) fn of_stage(
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
        Stage::Review => reviews(&dossier, bulletin, period),
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

/// One 核对稿 an office, numbered in the order of the list.
fn reviews(dossier: &Dossier, bulletin: &Bulletin, period: Period) -> Papers {
    let reply_by = bulletin.steps.last().and_then(|step| step.reply_by).unwrap_or(dossier.head.now.date());
    let asked: Vec<_> = dossier.findings.iter().filter(|finding| !finding.standing.is_false()).cloned().collect();
    let groups = by_office(&asked);
    let paper = |(at, (office, findings)): (usize, (&str, Vec<_>))| {
        (format!("核对稿-{period}-{:02}-{office}", at + 1), review(&dossier.head, office, &findings, reply_by))
    };
    groups.into_iter().enumerate().map(paper).collect()
}

fn summed(
    conn: &Connection,
    dossier: &Dossier,
    bulletin: &Bulletin,
    before: Option<Amended>,
    circular: &Report,
) -> Result<Approval, StoreError> {
    let answers = reviews::answers(conn, bulletin.id)?;
    let was_asked = bulletin.steps.iter().any(|step| step.stage == Stage::Review);
    let asked = if was_asked { by_office(&dossier.findings).len() } else { 0 };
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

fn issue(context: &Context, args: &IssueArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let now = context.clock.now();
    let period = papers::begun(&args.of.period, now)?;
    let dated = papers::date("--date", &args.date)?;
    let due = args.due.as_deref().map(|text| papers::date("--due", text)).transpose()?;
    if due.is_some_and(|due| due < dated) {
        return Err(CliError::usage("整改期限早于成文日期，请核对 --due"));
    }
    let number = document_number(&args.number.clone().unwrap_or_default());
    if number.is_empty() && !args.no_number {
        return Err(CliError::usage("文号是空的；不编文号的，请写 --no-number"));
    }
    let words = super::words::read(context, period)?;
    let ask = SignAsk { number, dated, by: args.by.clone(), unclear: args.unclear.trim().to_owned(), due, words };
    let config = Arc::clone(&context.config);
    let signed = context.store()?.write(move |tx| {
        let newest = bulletins::newest(tx, &config.profile.name, period)?;
        let amends = newest.as_ref().is_some_and(Bulletin::amends);
        match (step(newest.as_ref().map(Bulletin::stage), amends, Act::Issue), newest) {
            (Ok(_), Some(bulletin)) => sign(tx, &config, &bulletin, &ask, now),
            (Err(why), _) => Ok(Err(vec![why.to_owned()])),
            (Ok(_), None) => Ok(Err(vec!["这一期还没有起草".to_owned()])),
        }
    })?;
    let signed =
        signed.map_err(|against| CliError::failed(format!("{period} 没有签发：\n  {}", against.join("\n  "))))?;
    let papers = bulletin_show::issued_papers(context, period, Some(signed.version))?;
    let written = write(&args.files, &papers, (period, "已签发"))?;
    let withdrawn = if signed.withdrawn > 0 { format!("，撤销{}项", signed.withdrawn) } else { String::new() };
    let said = format!(
        "{period} 已签发（第{}版），内容从此不变，校验值{}；建立整改项{}项{withdrawn}，反馈期限{}；整改反馈表用 repair print 写出",
        signed.version,
        &signed.sha256[..12],
        signed.opened,
        signed.due
    );
    let more = json!({"period": period.to_string(), "version": signed.version, "stage": "issued", "sha256": signed.sha256,
        "opened": signed.opened, "withdrawn": signed.withdrawn, "due": signed.due.to_string()});
    papers::tell(context, &said, more, &written)
}

/// Writes what a step has kept already; when that fails, the step stands, and the sentence says so.
fn write(files: &Files, papers: &Papers, (period, done): (Period, &str)) -> Result<Vec<String>, CliError> {
    let again = format!("用 bulletin show --period {period} --out 目录 再写");
    papers::write(files, papers)
        .map_err(|error| CliError::failed(format!("{period} {done}，文件没有写全（{}）；{again}", error.chinese)))
}

fn tell(context: &Context, kept: &Kept, said: &str, written: &[String]) -> Result<Outcome, CliError> {
    let bulletin = &kept.bulletin;
    for finding in &kept.missing {
        super::print::errln!("提示：{} {finding}", super::words::file(context, bulletin.period).display());
    }
    let more =
        json!({"period": bulletin.period.to_string(), "version": bulletin.version, "stage": bulletin.stage().word()});
    papers::tell(context, &format!("{} {said}", bulletin.period), more, written)
}
