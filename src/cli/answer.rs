//! Answers to letters: what a clerk writes down and settles, and how every verb tells of them.

use super::letters_args::AnswerArgs;
use super::{CliError, Context, Outcome, beijing, outln, print_json};
use crate::answer::{LONGEST, State, Way, Word, plausible_url};
use crate::deeds::outbox::{self as deeds, Told};
use crate::domain::{Account, AccountId, Moment};
use crate::mail::message::clean;
use crate::store::answers::{self, AnswerRow};
use crate::store::{Connection, StoreError, accounts};
use serde_json::json;
use std::collections::BTreeMap;

/// Writes down what was answered on the telephone or in a mail.
pub(super) fn give(context: &Context, args: &AnswerArgs) -> Result<Outcome, CliError> {
    let (told, id, now) = (told(context, args)?, args.id, context.clock.now());
    let new = context.store()?.attempt(move |tx| deeds::answer(tx, id, &told, now))?;
    let given = context.store()?.read(|conn| answers::of(conn, id))?;
    if context.json {
        print_json(&given.iter().map(as_json).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let word = args.word.chinese();
    match new {
        0 => outln!("编号{id}的信已经登记过同样的回复“{word}”，没有重复登记"),
        new => outln!("编号{id}的信已登记回复“{word}”，涉及{new}个账号{}", follows(args.word)),
    }
    Ok(Outcome::Done)
}

fn told(context: &Context, args: &AnswerArgs) -> Result<Told, CliError> {
    let accounts: Vec<AccountId> =
        args.account.iter().map(|name| Ok(context.account(name, None)?.id)).collect::<Result<_, CliError>>()?;
    let url = args.url.clone().unwrap_or_default();
    if !url.trim().is_empty() && plausible_url(url.trim()).is_none() {
        return Err(CliError::usage(format!("--url 不像网址：{}；请写 http 或 https 开头的完整网址", url.trim())));
    }
    let note = args.note.clone().unwrap_or_default();
    if clean(&note).chars().count() > LONGEST {
        return Err(CliError::usage(format!("--note 太长，请不要超过{LONGEST}字")));
    }
    Ok(Told { word: args.word, accounts, url, note, by: args.by.clone() })
}

fn follows(word: Word) -> &'static str {
    match word {
        Word::Known => "",
        Word::Posted => "；程序随即再看一遍，看不到的列入待人工核实（status）",
        Word::Closed => "；列入待人工核实（status），核实前照常检查",
    }
}

/// An answer that waits has been dealt with.
pub(super) fn settle(context: &Context, id: i64, by: &str, note: &str) -> Result<Outcome, CliError> {
    let (by, note, now) = (by.to_owned(), clean(note), context.clock.now());
    if note.is_empty() {
        return Err(CliError::usage("--note 不能是空的：核实的结果要写明"));
    }
    let answer = context.store()?.attempt(move |tx| deeds::settle(tx, id, &by, &note, now))?;
    if context.json {
        print_json(&json!({"id": id, "letter": answer.letter, "state": State::Settled.word()}))?;
    } else {
        outln!("编号{id}的回复（信{}，{}）已处理", answer.letter, answer.word.chinese());
    }
    Ok(Outcome::Done)
}

/// The link of a letter opens nothing any more.
pub(super) fn revoke(context: &Context, id: i64, by: &str) -> Result<Outcome, CliError> {
    let (by, now) = (by.to_owned(), context.clock.now());
    context.store()?.attempt(move |tx| deeds::revoke(tx, id, &by, now))?;
    if context.json {
        print_json(&json!({"letter": id, "revoked": true}))?;
    } else {
        outln!("编号{id}的信中的链接已作废；对方的回复请用 outbox answer 登记");
    }
    Ok(Outcome::Done)
}

/// Answers with the names of their accounts.
pub(super) fn named(conn: &Connection, answers: Vec<AnswerRow>) -> Result<Vec<(AnswerRow, String)>, StoreError> {
    let mut named = Vec::new();
    for answer in answers {
        let title = accounts::one(conn, answer.account)?.map_or_else(String::new, |account| account.title());
        named.push((answer, title));
    }
    Ok(named)
}

/// 2026-07-23 10:00 青禾文旅（新浪微博）：已发布请核实，待人工核实（wl@qinghe.example，来自 10.0.0.7）
pub(super) fn line(answer: &AnswerRow, title: &str) -> String {
    let way = match &answer.way {
        Way::Link { from } => format!("{}，来自 {from}", answer.by),
        Way::Clerk { by } => format!("{by}登记"),
    };
    let more = [("链接", &answer.url), ("说明", &answer.note)].into_iter().filter(|(_, text)| !text.is_empty());
    let more: String = more.map(|(what, text)| format!("　{what} {text}")).collect();
    let settled = answer
        .settled
        .as_ref()
        .map_or_else(String::new, |(at, by, note)| format!("　{}{by}处理：{note}", beijing(*at)));
    let (at, word, state) = (beijing(answer.at), answer.word.chinese(), answer.state.chinese());
    format!("回复{} {at} {title}：{word}，{state}（{way}）{more}{settled}", answer.id)
}

/// What waits for the clerk, each with the verb that closes it.
pub(super) fn waiting(conn: &Connection, named_at_most: usize) -> Result<Vec<String>, StoreError> {
    let open = named(conn, answers::open(conn)?)?;
    let mut lines: Vec<String> = open
        .iter()
        .take(named_at_most)
        .map(|(answer, title)| {
            format!(
                "待人工核实：信{}的{}；核实后用 outbox settle {} --by 姓名 --note 结果",
                answer.letter,
                line(answer, title),
                answer.id
            )
        })
        .collect();
    if open.len() > named_at_most {
        lines.push(format!("待人工核实：另有{}条回复", open.len() - named_at_most));
    }
    Ok(lines)
}

/// What scripts read of an answer.
pub(super) fn as_json(answer: &AnswerRow) -> serde_json::Value {
    let from = if let Way::Link { from } = &answer.way { Some(from) } else { None };
    json!({
        "id": answer.id, "letter": answer.letter, "account": answer.account.0, "answer": answer.word.word(),
        "state": answer.state.word(), "by": answer.by, "from": from, "at": answer.at, "url": answer.url,
        "note": answer.note,
        "settled": answer.settled.as_ref().map(|(at, by, note)| json!({"at": at, "by": by, "note": note})),
    })
}

/// Whether a letter to that address was ever answered.
pub(super) fn proof(proven: &BTreeMap<String, Moment>, address: &str) -> String {
    match proven.get(address) {
        Some(at) => format!("已确认，{}有回复", beijing(*at)),
        None => "未确认".to_owned(),
    }
}

/// The addresses of an account, each with whether it is proven.
pub(super) fn addresses(account: &Account, proven: &BTreeMap<String, Moment>) -> Vec<String> {
    let one = |email: &String| format!("邮箱 {email}：{}", proof(proven, email));
    account.contacts.iter().map(|contact| one(&contact.email)).collect()
}
