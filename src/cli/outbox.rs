//! `outbox`: every letter and what became of it, dead ones first; and what a person may do with one.

use super::letters_args::OutboxVerb;
use super::{CliError, Context, Outcome, answer, beijing, outln, print, print_json, print_rows, release};
use crate::deeds::outbox as deeds;
use crate::domain::{AccountId, Moment};
use crate::reasons::Told;
use crate::spoken::{attempted, bounced, note_state, robot_name};
use crate::store::bounces;
use crate::store::desk::{self, Call, Deed};
use crate::store::{Connection, LetterRow, StoreError, accounts, answers, attempts, groups, outbox, silences};
use serde_json::json;

/// `outbox …`
pub(super) fn run(context: &Context, verb: OutboxVerb) -> Result<Outcome, CliError> {
    match verb {
        OutboxVerb::List => list(context),
        OutboxVerb::Show { id } => show(context, id),
        OutboxVerb::Retry { id, by } => {
            let configured = context.config.mode;
            let again = context.store()?.read(move |conn| deeds::again(conn, configured, id))?;
            act(context, id, &Deed::Retry, &by, &again)
        }
        OutboxVerb::Cancel { id, by, reason } => {
            let reason = said(&reason, "--reason", "为什么取消要写明")?;
            act(context, id, &Deed::Cancel { reason }, &by, "已取消，不会再发")
        }
        OutboxVerb::Release { by } => release::run(context, by.as_deref()),
        OutboxVerb::Arrived { id, by } => act(context, id, &Deed::Arrived, &by, "已记为送达"),
        OutboxVerb::Called { id, by, at, note, account } => {
            called(context, id, (&by, at.as_deref(), note.as_deref()), &account)
        }
        OutboxVerb::Answer(args) => answer::give(context, &args),
        OutboxVerb::Settle { id, by, note } => answer::settle(context, id, &by, &note),
        OutboxVerb::Revoke { id, by } => answer::revoke(context, id, &by),
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let (dead, all) = context.store()?.read(|conn| Ok((desk::dead(conn, now)?, outbox::list(conn, 500)?)))?;
    let rest: Vec<&LetterRow> = all.iter().filter(|letter| dead.iter().all(|one| one.id != letter.id)).collect();
    if context.json {
        let first = dead.iter().map(|letter| as_json(letter, true));
        print_json(&first.chain(rest.into_iter().map(|letter| as_json(letter, false))).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    if !dead.is_empty() {
        outln!("{}", print::red(&format!("没有送达、需要处理的{}封：", dead.len())));
        let rows: Vec<Vec<String>> = dead.iter().map(dead_row).collect();
        print_rows(&["编号", "时间", "收件人", "状态", "服务器答复或经过", "主题"], &rows);
        outln!("处理：outbox retry 再发，outbox cancel 了结，outbox arrived 确认已收到，outbox called 登记电话通知\n");
    }
    let rows: Vec<Vec<String>> = rest.into_iter().map(row).collect();
    print_rows(&["编号", "时间", "种类", "收件人", "状态", "主题"], &rows);
    for silence in context.store()?.read(silences::list)?.iter().filter(|silence| silence.hushed > 0) {
        outln!(
            "静默编号{}（{}“{}”，{}：{}）压下{}条，没有成信",
            silence.id,
            silence.scope.chinese(),
            silence.name,
            silence.by,
            silence.reason,
            silence.hushed
        );
    }
    Ok(Outcome::Done)
}

fn dead_row(letter: &LetterRow) -> Vec<String> {
    let code = letter.reply_code.map_or_else(String::new, |code| format!("{code} "));
    let words = letter.reply_text.trim();
    let words = if words.is_empty() { letter.reason.clone() } else { format!("{code}{words}") };
    vec![
        letter.id.to_string(),
        beijing(letter.slot),
        letter.recipient.clone(),
        letter.standing().to_owned(),
        words,
        subject(letter),
    ]
}

fn row(letter: &LetterRow) -> Vec<String> {
    let trial = if letter.trial && letter.standing() == letter.state.chinese() { "（试运行）" } else { "" };
    vec![
        letter.id.to_string(),
        beijing(letter.slot),
        letter.kind.chinese().to_owned(),
        letter.recipient.clone(),
        format!("{}{trial}", letter.standing()),
        subject(letter),
    ]
}

pub(super) fn subject(letter: &LetterRow) -> String {
    match (letter.subject.is_empty(), letter.reason.is_empty()) {
        (false, _) => letter.subject.clone(),
        (true, false) => letter.reason.clone(),
        (true, true) => "（发出前按当时的情况写）".to_owned(),
    }
}

/// One letter, whole.
fn show(context: &Context, id: i64) -> Result<Outcome, CliError> {
    let found = context.store()?.read(|conn| {
        let calls = desk::calls(conn, id)?;
        let posted = groups::of_letter(conn, id)?;
        let names = calls.iter().map(|call| accounts::one(conn, call.account)).collect::<Result<Vec<_>, _>>()?;
        Ok((outbox::show(conn, id)?, calls, names, (posted, bounces::of(conn, id)?)))
    })?;
    let (Some(letter), calls, names, (posted, bounces)) = found else {
        return Err(CliError::failed(format!("没有编号为{id}的信；用 outbox list 查看")));
    };
    let (answers, proven) =
        context.store()?.read(|conn| Ok((answer::named(conn, answers::of(conn, id)?)?, answers::proven(conn)?)))?;
    let attempts = context.store()?.read(|conn| attempts::of(conn, id))?;
    if context.json {
        let mut value = as_json(&letter, false);
        value["text"] = json!(letter.text);
        value["calls"] =
            calls.iter().map(|c| json!({"account": c.account.0, "by": c.by, "at": c.at, "note": c.note})).collect();
        value["answers"] = answers.iter().map(|(answer, _)| answer::as_json(answer)).collect();
        value["tries"] = attempts
            .iter()
            .map(|a| json!({"at": a.at, "server": a.server, "class": a.class, "code": a.code, "words": a.words, "state": a.state}))
            .collect();
        value["address_proven"] = json!(proven.contains_key(&letter.recipient));
        value["reports"] = bounces
            .iter()
            .map(|b| json!({"at": b.at, "failed": b.failed, "code": b.code, "enhanced": b.enhanced, "words": b.words}))
            .collect();
        print_json(&value)?;
        return Ok(Outcome::Done);
    }
    print_letter(&letter, &answer::proof(&proven, &letter.recipient));
    for (number, attempt) in (1..).zip(&attempts) {
        outln!("{}　{}", beijing(attempt.at), attempted(number, attempt));
    }
    for (title, said) in context.store()?.read(|conn| reasons(conn, &letter))? {
        outln!("因为 {title}：{said}");
    }
    bounces.iter().for_each(|bounce| outln!("{}", bounced(bounce)));
    answers.iter().for_each(|(answer, title)| outln!("{}", answer::line(answer, title)));
    for (call, account) in calls.iter().zip(names) {
        let title = account.map_or_else(String::new, |account| account.title());
        outln!("电话通知 {title}：{}，{}　{}", beijing(call.at), call.by, call.note);
    }
    for note in posted {
        outln!(
            "群消息 {}：{}　{}{}",
            robot_name(&note.robot),
            note_state(&note.state),
            note.text,
            said_beside(&note.words)
        );
    }
    outln!("主题 {}\n\n{}", letter.subject, letter.text);
    Ok(Outcome::Done)
}

/// Which account is in a letter for what.
fn reasons(conn: &Connection, letter: &LetterRow) -> Result<Vec<(String, String)>, StoreError> {
    let told = Told::load(conn, letter.clone())?;
    let mut said = Vec::new();
    for reason in told.reasons {
        let account = accounts::one(conn, reason.mention.account)?;
        said.push((account.map_or_else(String::new, |account| account.title()), reason.said()));
    }
    Ok(said)
}

fn said_beside(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("（{words}）") }
}

fn print_letter(letter: &LetterRow, proof: &str) {
    outln!("编号 {}　{}　{}", letter.id, letter.kind.chinese(), letter.standing());
    outln!("收件人 {}（{}，地址{proof}）", letter.recipient, letter.role.chinese());
    outln!("应发 {}，登记 {}，尝试 {} 次", beijing(letter.slot), beijing(letter.created_at), letter.attempts);
    if let Some(sent) = letter.sent_at.filter(|_| !letter.trial) {
        outln!("送出 {}", beijing(sent));
    }
    match (letter.reply_code, letter.reply_text.trim()) {
        (Some(code), words) => outln!("服务器答复 {code} {words}"),
        (None, "") => {}
        // Without a code nothing was answered: what stands there are our own words.
        (None, ours) => outln!("经过 {ours}"),
    }
    let why = crate::mail::why(letter);
    if !why.is_empty() {
        outln!("原因 {why}");
    }
    outln!("Message-ID {}", letter.message_id);
}

fn act(context: &Context, id: i64, deed: &Deed, by: &str, done: &str) -> Result<Outcome, CliError> {
    let by = said(by, "--by", "谁经手的要写明")?;
    let (deed, now) = (deed.clone(), context.clock.now());
    context.store()?.attempt(move |tx| deeds::act(tx, id, &deed, &by, now))?;
    tell(context, id, done)
}

fn called(
    context: &Context,
    id: i64,
    (by, at, note): (&str, Option<&str>, Option<&str>),
    named: &[String],
) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let by = said(by, "--by", "谁打的电话要写明")?;
    let at = at.map_or(Ok(now), spoken_at)?;
    if at > now {
        return Err(CliError::usage(format!("通话时间 {} 还没有到，请核对 --at", beijing(at))));
    }
    let accounts: Vec<AccountId> =
        named.iter().map(|name| Ok(context.account(name, None)?.id)).collect::<Result<_, CliError>>()?;
    let call = Call { account: AccountId(0), by, at, note: note.unwrap_or_default().trim().to_owned() };
    let entered = context.store()?.attempt(move |tx| deeds::called(tx, id, &accounts, &call, now))?;
    tell(context, id, &format!("已登记电话通知，涉及{entered}个账号"))
}

fn spoken_at(text: &str) -> Result<Moment, CliError> {
    Moment::parse(text)
        .ok_or_else(|| CliError::usage(format!("看不懂时间“{text}”，请写成 2026-07-23T10:30（通话的时刻）")))
}

fn said(text: &str, option: &str, why: &str) -> Result<String, CliError> {
    match text.trim() {
        "" => Err(CliError::usage(format!("{option} 不能是空的：{why}"))),
        text => Ok(text.to_owned()),
    }
}

fn tell(context: &Context, id: i64, done: &str) -> Result<Outcome, CliError> {
    let letter = context.store()?.read(|conn| outbox::show(conn, id))?;
    if context.json {
        print_json(&letter.map(|letter| as_json(&letter, false)))?;
    } else {
        outln!("编号{id}的信{done}");
    }
    Ok(Outcome::Done)
}

fn as_json(letter: &LetterRow, dead: bool) -> serde_json::Value {
    json!({
        "id": letter.id, "kind": letter.kind.word(), "recipient": letter.recipient, "role": letter.role.word(), "slot": letter.slot,
        "state": letter.state.word(), "trial": letter.trial, "subject": letter.subject, "message_id": letter.message_id,
        "attempts": letter.attempts, "next_try": letter.next_try, "sent_at": letter.sent_at, "class": letter.class,
        "reply_code": letter.reply_code, "reply_text": letter.reply_text, "reason": crate::mail::why(letter), "dead": dead
    })
}
