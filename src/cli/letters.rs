//! `letters`: what would be sent, what must be told by telephone, the wording, and whether sending works.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::config::Mode;
use crate::domain::{Moment, Role};
use crate::mail::calls;
use crate::mail::letter::{self, NAMES};
use crate::mail::message::{self, Outgoing};
use crate::mail::preview::{self, Coming};
use crate::mail::test_letter::{self, Sent};
use serde_json::json;
use std::path::Path;

/// Days that a preview looks ahead.
const DAYS: i64 = 7;

/// Shows every letter of the next seven days; stores and sends nothing.
pub(super) fn preview(context: &Context, at: Option<&str>, out: Option<&Path>) -> Result<Outcome, CliError> {
    let now = at.map_or(Ok(context.clock.now()), |text| context.moment(text))?;
    let config = &context.config;
    let letters = context.store()?.read(|conn| preview::coming(conn, config, now, DAYS))?;
    if let Some(dir) = out {
        write_all(context, &letters, dir)?;
    }
    if context.json {
        print_json(&letters.iter().map(as_json).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    print_rows(
        &["发信时间", "收件人", "角色", "主题", "原因", "怎样就不发"],
        &letters.iter().map(row).collect::<Vec<_>>(),
    );
    say(context, &letters, out, now);
    Ok(Outcome::Done)
}

fn row(letter: &Coming) -> Vec<String> {
    let waits = letter.waits.map_or_else(String::new, |id| format!("（已在发件箱，编号{id}）"));
    vec![
        beijing(letter.at),
        letter.recipient.clone(),
        letter.role.chinese().to_owned(),
        letter.words.subject.clone(),
        format!("{}{waits}", letter.why),
        letter.unless.clone(),
    ]
}

fn say(context: &Context, letters: &[Coming], out: Option<&Path>, now: Moment) {
    let config = &context.config;
    outln!("自{}起{DAYS}天内，照现在的情况会发{}封提醒；发出前还会再看一遍账号", beijing(now), letters.len());
    for at in preview::summaries(config, now, DAYS) {
        let recipients = [config.clerks(), config.office.leader_mail.clone()].concat().join("、");
        outln!("另有周报：{}起发给 {recipients}（内容要等检查之后）", beijing(at));
    }
    if config.mode == Mode::Trial {
        outln!("目前是试运行：提醒只存档，每天汇总发给检查方");
    }
    if let Some(dir) = out {
        outln!("已写到 {}：每封有 .txt、.html、.eml 三个文件", dir.display());
    }
}

fn as_json(letter: &Coming) -> serde_json::Value {
    let mentions: Vec<_> = letter
        .mentions
        .iter()
        .map(|m| json!({"account": m.account.0, "rule": m.rule, "anchor": m.anchor.to_string(), "stage": m.stage}))
        .collect();
    json!({"at": letter.at, "recipient": letter.recipient, "role": letter.role.word(), "id": letter.waits,
        "subject": letter.words.subject, "text": letter.words.text, "sms": letter.words.sms,
        "reason": letter.why, "unless": letter.unless, "mentions": mentions})
}

/// Three files a letter. Old files among new ones would mislead, so the folder must be empty.
fn write_all(context: &Context, letters: &[Coming], dir: &Path) -> Result<(), CliError> {
    let failed = |e: std::io::Error| CliError::failed(format!("{} 写不进去：{e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(failed)?;
    if std::fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(CliError::failed(format!("目录 {} 不是空的，为免新旧混在一起，请换一个或先清空", dir.display())));
    }
    for (number, letter) in (1..).zip(letters) {
        let to: String = letter.recipient.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let name = format!("{number:03}-{}-{to}", letter.at.beijing().format("%m%d-%H%M"));
        let words = &letter.words;
        let text = format!("主题：{}\n\n{}\n短信文本：{}\n", words.subject, words.text, words.sms);
        let eml = message::compose(&outgoing(context, letter, number)).map_err(|e| CliError::failed(e.0))?;
        for (ending, bytes) in [("txt", text.into_bytes()), ("html", words.html.clone().into_bytes()), ("eml", eml)] {
            std::fs::write(dir.join(format!("{name}.{ending}")), bytes).map_err(failed)?;
        }
    }
    Ok(())
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '@')
}

fn outgoing(context: &Context, letter: &Coming, number: u32) -> Outgoing {
    let mail = &context.config.mail;
    Outgoing {
        from_name: mail.from_name.clone(),
        from_address: mail.from_address.clone(),
        to: letter.recipient.clone(),
        reply_to: mail.reply_to.clone(),
        subject: letter.words.subject.clone(),
        text: letter.words.text.clone(),
        html: Some(letter.words.html.clone()),
        attachment: None,
        message_id: format!("<preview.{number}@{}>", mail.domain()),
        references: None,
        date: letter.at,
    }
}

/// Writes the shipped templates as files to begin with; overwrites none.
pub(super) fn templates(dir: &Path) -> Result<Outcome, CliError> {
    let failed = |e: std::io::Error| CliError::failed(format!("{} 写不进去：{e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(failed)?;
    if let Some(there) = NAMES.iter().map(|name| dir.join(name)).find(|path| path.exists()) {
        return Err(CliError::failed(format!("{} 已经存在，没有改动；请换一个目录", there.display())));
    }
    for name in NAMES {
        let text = letter::export(name).unwrap_or_default();
        std::fs::write(dir.join(name), text).map_err(failed)?;
        outln!("已写出 {}", dir.join(name).display());
    }
    outln!("只留下要改的几份，放进配置文件旁的 templates 目录（配置项 mail.templates），改完运行 cuigeng check");
    Ok(Outcome::Done)
}

/// Who must hear of it by telephone.
pub(super) fn calls(context: &Context, out: Option<&Path>) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let config = &context.config;
    let rows = context.store()?.read(|conn| calls::list(conn, config, now))?;
    if let Some(path) = out {
        let bytes = calls::sheet(&rows, now).map_err(|e| CliError::failed(format!("清单生成失败：{e}")))?;
        std::fs::write(path, bytes).map_err(|e| CliError::failed(format!("{} 写不进去：{e}", path.display())))?;
    }
    if context.json {
        let all: Vec<_> = rows.iter().map(call_json).collect();
        print_json(&all)?;
        return Ok(Outcome::Done);
    }
    print_rows(&calls::COLUMNS, &rows.iter().map(calls::ToCall::cells).collect::<Vec<_>>());
    outln!("待电话通知{}个账号；通知后用 outbox called 信件编号 --by 姓名 登记", rows.len());
    if let Some(path) = out {
        outln!("已写到 {}（A4横向，可直接打印）", path.display());
    }
    Ok(Outcome::Done)
}

fn call_json(call: &calls::ToCall) -> serde_json::Value {
    json!({"letter": call.letter, "office": call.office, "account": call.account, "role": call.role, "whom": call.whom, "phone": call.phone,
        "why": call.why, "fact": call.fact, "sms": call.sms})
}

/// Sends a test letter now and shows the server's own words.
pub(super) fn test(context: &Context, address: &str) -> Result<Outcome, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    crate::mail::address::check_address(address).map_err(CliError::usage)?;
    let poller = super::look::poller(context)?;
    let sent: Sent = runtime.block_on(test_letter::send_test(&poller, address, Role::Clerk, context.clock.now()))?;
    if context.json {
        print_json(&json!({"class": sent.class, "reply": sent.reply, "told": sent.told, "advice": sent.advice}))?;
    } else if !sent.course().is_empty() {
        outln!("{}", sent.course());
    }
    sent.failure().map_or(Ok(Outcome::Done), |said| Err(CliError::failed(said)))
}
