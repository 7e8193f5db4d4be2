//! `bulletin answer`: what an office says of its 核对稿, written down by a named person.

use super::bulletin_args::AnswerArgs;
use super::{CliError, Context, Outcome, papers};
use crate::deeds::reply;
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
    let kept = context.store()?.attempt(move |tx| reply::keep(tx, &config, period, &answer, account.as_ref(), now));
    let id = kept?;
    let about = title.clone().map_or_else(String::new, |title| format!("，{title}"));
    let next = reply::next(word, &context.config);
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
        ruling: None,
    })
}
