//! `bulletin answer`: what an office says of its 核对稿, written down by a named person.

use super::bulletin_args::{AnswerArgs, RecallArgs};
use super::{CliError, Context, Outcome, papers};
use crate::deeds::reply::{self, Instead};
use crate::domain::{Account, Moment};
use crate::store::reviews::{Answer, AnswerWord};
use serde_json::json;
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
    let instead = instead(args);
    let id = context
        .store()?
        .attempt(move |tx| reply::keep(tx, &config, period, &answer, (account.as_ref(), instead.as_ref()), now))?;
    let about = title.clone().map_or_else(String::new, |title| format!("，{title}"));
    let next = reply::next(word, &context.config);
    let done = if args.instead_of.is_some() { "已更正" } else { "已登记" };
    let said = format!("{period} {done}{office}的答复（编号{id}）：{}{about}{next}", word.chinese());
    let more =
        json!({"id": id, "period": period.to_string(), "office": office, "account": title, "answer": word.word()});
    papers::tell(context, &said, more, &[])
}

fn instead(args: &AnswerArgs) -> Option<Instead> {
    let reason = args.why.as_deref().unwrap_or_default().trim().to_owned();
    args.instead_of.map(|id| Instead { id, reason })
}

/// `bulletin recall`
pub(super) fn recall(context: &Context, args: &RecallArgs) -> Result<Outcome, CliError> {
    let (now, id) = (context.clock.now(), args.id);
    let (by, reason) = (args.by.clone(), args.reason.clone());
    let (period, old) = context.store()?.attempt(move |tx| reply::recall(tx, id, &by, &reason, now))?;
    let said = format!("{period} 已收回{}的答复（编号{id}）：{}", old.office, old.word.chinese());
    let more = json!({"id": id, "period": period.to_string(), "office": old.office, "answer": old.word.word()});
    papers::tell(context, &said, more, &[])
}

fn read(args: &AnswerArgs, account: Option<&Account>, now: Moment) -> Result<Answer, CliError> {
    let word = match (args.agree, args.object) {
        (true, _) => AnswerWord::Agreed,
        (_, true) => AnswerWord::Objects,
        _ => AnswerWord::Repaired,
    };
    Ok(Answer {
        id: 0,
        office: args.office.trim().to_owned(),
        account: account.map(|account| account.id),
        word,
        reason: args.reason.trim().to_owned(),
        said_by: args.said_by.clone(),
        on: papers::past_date("--on", args.on.as_deref(), now)?,
        by: args.by.clone(),
        at: now,
        updated_at: reply::read_updated(args.updated_at.as_deref().unwrap_or_default())?,
        ruling: None,
        recalled: None,
    })
}
