//! `bulletin answer`: what an office says of its 核对稿, written down by a named person.

use super::bulletin_args::AnswerArgs;
use super::{CliError, Context, Outcome, papers};
use crate::config::Config;
use crate::domain::{Account, Moment, Period};
use crate::issued::Dossier;
use crate::store::bulletins;
use crate::store::reviews::{self, Answer, AnswerWord};
use crate::store::{StoreError, Transaction, meta};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// `bulletin answer`
pub(super) fn run(context: &Context, args: &AnswerArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let period = papers::begun(&args.of.period, now)?;
    let account = args.account.as_ref().map(|named| context.account(named, args.platform.as_deref())).transpose()?;
    let answer = read(args, account.as_ref(), now)?;
    let (word, office) = (answer.word, answer.office.clone());
    let config = Arc::clone(&context.config);
    let title = account.as_ref().map(Account::title);
    let kept = context.store()?.write(move |tx| keep(tx, &config, period, answer, account.as_ref(), now))?;
    let id = kept.map_err(CliError::failed)?;
    let about = title.clone().map_or_else(String::new, |title| format!("，{title}"));
    let next = match word {
        AnswerWord::Objects => "；核实以后用 confirm --account 办结：误报写 --false，维持也要写 --reason",
        AnswerWord::Repaired if !context.config.report.drop_repaired => "；按配置仍列入名单（report.drop_repaired）",
        _ => "",
    };
    let said = format!("{period} 已登记{office}的答复：{}{about}{next}", word.chinese());
    let more =
        json!({"id": id, "period": period.to_string(), "office": office, "account": title, "answer": word.word()});
    papers::tell(context, &said, more, &[])
}

fn read(args: &AnswerArgs, account: Option<&Account>, now: Moment) -> Result<Answer, CliError> {
    let word = match (args.agree, args.object) {
        (true, _) => AnswerWord::Agreed,
        (_, true) => AnswerWord::Objects,
        _ => AnswerWord::Repaired,
    };
    let reason = args.reason.trim().to_owned();
    if word != AnswerWord::Agreed && reason.is_empty() {
        return Err(CliError::usage("异议和整改要写明理由，请用 --reason"));
    }
    Ok(Answer {
        id: 0,
        office: args.office.trim().to_owned(),
        account: account.map(|account| account.id),
        word,
        reason,
        said_by: args.said_by.clone(),
        on: papers::past_date("--on", args.on.as_deref(), now)?,
        by: args.by.clone(),
        at: now,
        ruling: None,
    })
}

/// `Err` inside is the sentence why not.
fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    period: Period,
    answer: Answer,
    account: Option<&Account>,
    now: Moment,
) -> Result<Result<i64, String>, StoreError> {
    let Some(bulletin) = bulletins::newest(tx, &config.profile.name, period)? else {
        return Ok(Err(format!("{period}：还没有起草，没有可以答复的")));
    };
    if bulletin.issue.is_some() {
        return Ok(Err(format!("{period}：已经签发；整改反馈用 repair answer 登记，有异议的用 dispute 写答复单")));
    }
    if !bulletin.steps.iter().any(|step| step.stage == crate::bulletin::Stage::Review) {
        return Ok(Err(format!("{period}：还没有发各单位核对，请先用 bulletin review")));
    }
    let dossier = Dossier::load(tx, config, period, now)?;
    if let Err(why) = concerns(&dossier, &answer, account) {
        return Ok(Err(format!("{period}：{why}")));
    }
    if let Some(why) = slip(&answer, &reviews::answers(tx, bulletin.id)?, period) {
        return Ok(Err(format!("{period}：{why}")));
    }
    let id = reviews::answer(tx, bulletin.id, &answer)?;
    let title = account.map_or_else(String::new, |account| format!("，{}", account.title()));
    let reason = if answer.reason.is_empty() { String::new() } else { format!("；{}", answer.reason) };
    let detail = format!("{period} {}{title}：{}{reason}", answer.office, answer.word.chinese());
    meta::audit(tx, now, &answer.by, "bulletin.answer", &detail)?;
    Ok(Ok(id))
}

/// A day before the period, or the same answer once more: a slip of the pen.
fn slip(answer: &Answer, known: &[Answer], period: Period) -> Option<String> {
    if answer.on < period.begins().date() {
        return Some(format!("答复日期{}早于本期，请核对 --on", answer.on));
    }
    let said = |one: &Answer| (one.office.clone(), one.account, one.word, one.reason.clone(), one.on);
    let twice = known.iter().rfind(|one| one.office == answer.office && one.account == answer.account);
    let twice = twice.filter(|one| said(one) == said(answer))?;
    Some(format!("同样的答复已经登记（编号{}），没有再登记", twice.id))
}

/// An office speaks of its own findings.
fn concerns(dossier: &Dossier, answer: &Answer, account: Option<&Account>) -> Result<(), String> {
    let offices: BTreeSet<&str> = dossier
        .findings
        .iter()
        .filter(|finding| !finding.is_unlisted())
        .map(|finding| finding.office.as_str())
        .collect();
    if !offices.contains(answer.office.as_str()) {
        let known = offices.into_iter().collect::<Vec<_>>().join("、");
        let known = if known.is_empty() {
            "本期没有问题".to_owned()
        } else {
            format!("本期有问题的单位是：{known}")
        };
        return Err(format!("“{}”没有核对稿；{known}", answer.office));
    }
    let Some(account) = account else { return Ok(()) };
    let own = |office: &str| dossier.findings.iter().any(|f| f.account == account.id && f.office == office);
    if own(&answer.office) {
        return Ok(());
    }
    Err(format!("{}在本期没有{}的问题，请核对 --account 和 --office", account.title(), answer.office))
}
