//! `outbox`: every letter and what became of it.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::store::{LetterRow, outbox, silences};
use serde_json::json;

/// The newest letters.
pub(super) fn list(context: &Context) -> Result<Outcome, CliError> {
    let letters = context.store()?.read(|conn| outbox::list(conn, 500))?;
    if context.json {
        print_json(&letters.iter().map(as_json).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = letters
        .iter()
        .map(|letter| {
            let state = if letter.trial {
                format!("{}（试运行）", letter.state.chinese())
            } else {
                letter.state.chinese().to_owned()
            };
            vec![
                letter.id.to_string(),
                beijing(letter.slot),
                letter.kind.chinese().to_owned(),
                letter.recipient.clone(),
                state,
                subject(letter),
            ]
        })
        .collect();
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

fn subject(letter: &LetterRow) -> String {
    if letter.subject.is_empty() { letter.reason.clone() } else { letter.subject.clone() }
}

/// One letter, whole.
pub(super) fn show(context: &Context, id: i64) -> Result<Outcome, CliError> {
    let found = context.store()?.read(|conn| outbox::show(conn, id))?;
    let letter = found.ok_or_else(|| CliError::failed(format!("没有编号为{id}的信；用 outbox list 查看")))?;
    if context.json {
        let mut value = as_json(&letter);
        value["text"] = json!(letter.text);
        print_json(&value)?;
        return Ok(Outcome::Done);
    }
    outln!("编号 {}　{}　{}", letter.id, letter.kind.chinese(), letter.state.chinese());
    outln!("收件人 {}（{}）", letter.recipient, letter.role.chinese());
    outln!("应发 {}，登记 {}，尝试 {} 次", beijing(letter.slot), beijing(letter.created_at), letter.attempts);
    if let Some(sent) = letter.sent_at {
        outln!("已提交服务器 {}", beijing(sent));
    }
    if !letter.reply_text.is_empty() || letter.reply_code.is_some() {
        outln!(
            "服务器答复 {} {}",
            letter.reply_code.map_or_else(String::new, |code| code.to_string()),
            letter.reply_text.trim()
        );
    }
    if !letter.reason.is_empty() {
        outln!("原因 {}", letter.reason);
    }
    outln!("Message-ID {}", letter.message_id);
    outln!("主题 {}\n\n{}", letter.subject, letter.text);
    Ok(Outcome::Done)
}

fn as_json(letter: &LetterRow) -> serde_json::Value {
    json!({
        "id": letter.id, "kind": letter.kind.word(), "recipient": letter.recipient, "role": letter.role.word(), "slot": letter.slot,
        "state": letter.state.word(), "trial": letter.trial, "subject": letter.subject, "message_id": letter.message_id,
        "attempts": letter.attempts, "sent_at": letter.sent_at, "class": letter.class, "reply_code": letter.reply_code,
        "reply_text": letter.reply_text, "reason": letter.reason
    })
}
