//! `bulletin`: a 通报 from draft to signature. Each step is one transaction; files are written after it,
//! from what it kept.

use super::bulletin_args::{BulletinVerb, DraftArgs, Files, IssueArgs, ReturnArgs, ReviewArgs, SubmitArgs};
use super::{CliError, Context, Outcome, bulletin_answer, bulletin_show, papers};
use crate::bulletin::{Act, document_number};
use crate::deeds::bulletin::{self as deeds, Kept, Papers, Taking};
use crate::deeds::discard;
use crate::domain::{Moment, Period};
use crate::issued::SignAsk;
use serde_json::json;
use std::sync::Arc;

/// `bulletin …`
pub(super) fn run(context: &Context, verb: BulletinVerb) -> Result<Outcome, CliError> {
    match verb {
        BulletinVerb::Draft(args) => draft(context, &args),
        BulletinVerb::Review(args) => send_round(context, &args),
        BulletinVerb::Answer(args) => bulletin_answer::run(context, &args),
        BulletinVerb::Recall(args) => bulletin_answer::recall(context, &args),
        BulletinVerb::Submit(args) => submit(context, &args),
        BulletinVerb::Return(args) => send_back(context, &args),
        BulletinVerb::Discard(args) => throw_away(context, &args),
        BulletinVerb::Issue(args) => issue(context, &args),
        BulletinVerb::List => bulletin_show::list(context),
        BulletinVerb::Show(args) => bulletin_show::show(context, &args),
    }
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

fn submit(context: &Context, args: &SubmitArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let taking = taking(context, &args.of.period, Act::Submit, &args.by)?;
    let kept = take(context, Taking { unanswered: args.unanswered, ..taking })?;
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
    Ok(Taking {
        period,
        act,
        by: by.to_owned(),
        note: String::new(),
        reply_by: None,
        words,
        unanswered: false,
        shown: None,
    })
}

fn throw_away(context: &Context, args: &ReturnArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let period = papers::begun(&args.of.period, now)?;
    let wish = discard::Wish { period, shown: None, by: args.by.clone(), reason: args.reason.clone() };
    let config = Arc::clone(&context.config);
    let gone = context.store()?.attempt(move |tx| discard::discard(tx, &config, &wish, now))?;
    let said = format!("{period} 第{}版（{}）已作废，这一期可以重新起草", gone.version, gone.stage().chinese());
    let more =
        json!({"period": period.to_string(), "version": gone.version, "stage": gone.stage().word(), "discarded": true});
    papers::tell(context, &said, more, &[])
}

fn take(context: &Context, taking: Taking) -> Result<Kept, CliError> {
    let (config, now) = (Arc::clone(&context.config), context.clock.now());
    Ok(context.store()?.attempt(move |tx| deeds::take(tx, &config, &taking, now))?)
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
    let (by, unclear) = (args.by.clone(), args.unclear.trim().to_owned());
    let ask = SignAsk { number, dated, by, unclear, unanswered: args.unanswered, due, words, shown: None };
    let config = Arc::clone(&context.config);
    let signed = context.store()?.attempt(move |tx| deeds::issue(tx, &config, period, &ask, now))?;
    let papers = context.store()?.attempt_read(|conn| {
        let bulletin = deeds::find(conn, &context.config, period, Some(signed.version))?;
        deeds::issued_papers(conn, &bulletin)
    })?;
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
