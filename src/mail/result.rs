//! The result of a check (检查结果) and its withdrawal (更正), composed from what is true when the letter
//! leaves. Pure but for the loading.

use super::post::Postman;
use super::said::Said;
use crate::config::Config;
use crate::domain::{Account, Moment};
use crate::rules::{Ruling, Severity};
use crate::settle::span;
use crate::store::findings::{self, Told};
use crate::store::{Connection, LetterRow, LetterState, Mention, StoreError, accounts, outbox};
use std::fmt::Write;
use std::sync::Arc;

/// What a letter about results says, and which of its mentions hold no more.
struct Words {
    /// Subject and text; `None` when nothing is left to say.
    letter: Option<(String, String)>,
    /// Mentions that are not true any more, with the reason (Chinese).
    dropped: Vec<(Mention, &'static str)>,
}

/// A result, or one that is taken back with the number of the letter that told it.
struct Item {
    account: Account,
    told: Told,
    veto: bool,
    recalls: Option<String>,
}

/// Working days in which an office may object.
const OBJECTION_DAYS: usize = 3;

impl Postman {
    /// The words of a result, or of its withdrawal. What holds no more is left out.
    pub(super) async fn result_words(&self, due: &LetterRow, now: Moment) -> Result<Option<Said>, StoreError> {
        let (config, row, id, pass) = (Arc::clone(&self.config), due.clone(), due.id, self.pass(due, now).await?);
        let words = self
            .store
            .read_async(move |conn| {
                let mentions = outbox::mentions(conn, id)?;
                let link =
                    config.web.public_url.as_ref().zip(pass.as_ref()).map(|(url, pass)| format!("{url}/a/{pass}"));
                words(conn, &config, &row, &mentions, link.as_deref(), now)
            })
            .await?;
        for (mention, why) in words.dropped {
            self.store.write_async(move |tx| outbox::drop_mention(tx, id, &mention, why)).await?;
        }
        if words.letter.is_none() {
            self.end(id, LetterState::Overtaken, "结论已更正，不再发出").await?;
        }
        Ok(words.letter.map(|(subject, text)| Said { subject, text, html: None, sms: String::new() }))
    }
}

/// Composes the letter as of `now`.
fn words(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: &[Mention],
    link: Option<&str>,
    now: Moment,
) -> Result<Words, StoreError> {
    let mut words = Words { letter: None, dropped: Vec::new() };
    let mut items = Vec::new();
    for mention in mentions {
        match item(conn, config, letter, mention)? {
            Some(item) => items.push(item),
            None => words.dropped.push((mention.clone(), "结论已更正，不再发出")),
        }
    }
    if !items.is_empty() {
        items.sort_by_key(|item| (item.recalls.is_none(), !item.veto, item.account.position));
        words.letter = Some((subject(&items), text(config, letter, &items, link, now)));
    }
    Ok(words)
}

fn item(conn: &Connection, config: &Config, letter: &LetterRow, mention: &Mention) -> Result<Option<Item>, StoreError> {
    let Some((stage, decision)) = mention.stage.split_once('-') else { return Ok(None) };
    let decision: i64 = decision.parse().map_err(|_| StoreError::odd(&mention.stage))?;
    let Some(told) = findings::told(conn, decision)? else { return Ok(None) };
    let Some(account) = accounts::one(conn, told.account)? else { return Ok(None) };
    let recalls = match stage {
        "result" if told.stands => None,
        "result" => return Ok(None),
        _ => {
            let original = findings::original(conn, &letter.recipient, told.account, decision)?;
            Some(original.map_or_else(|| "原信".to_owned(), |(id, slot)| number(slot, id)))
        }
    };
    let is_veto = |rule: &crate::rules::Rule| rule.name == told.rule && rule.severity == Severity::Veto;
    let veto = config.profile.rules.iter().any(is_veto);
    Ok(Some(Item { account, told, veto, recalls }))
}

/// `CG-2026-0731`, as every letter is numbered.
fn number(slot: Moment, id: i64) -> String {
    format!("CG-{}-{id:04}", slot.beijing().format("%Y"))
}

fn office(items: &[Item]) -> &str {
    let account = items.first().map(|item| &item.account);
    let name = account.map_or("", |a| if a.office.is_empty() { &a.supervisor } else { &a.office });
    if name.is_empty() { "有关单位" } else { name }
}

fn subject(items: &[Item]) -> String {
    let (Some(first), more) = (items.first(), items.len()) else { return String::new() };
    let beside = if more > 1 { format!("等{more}个账号") } else { String::new() };
    match &first.recalls {
        Some(number) => format!("【更正】撤回{number}：{}{beside}", clean(&first.account.title())),
        None => format!(
            "【检查结果】{}：{}{beside}{}",
            clean(office(items)),
            clean(&first.account.title()),
            fact(&first.told)
        ),
    }
}

/// What was seen, and what was demanded.
fn fact(told: &Told) -> String {
    let (from, until) = span(told.window);
    match (told.seen, told.required) {
        (0, 0 | 1) => format!("{from}至{until}未监测到更新"),
        (0, required) => format!("{from}至{until}未监测到更新，应更新{required}次"),
        (seen, required) => format!("{from}至{until}监测到更新{seen}次，应更新{required}次"),
    }
}

fn text(config: &Config, letter: &LetterRow, items: &[Item], link: Option<&str>, now: Moment) -> String {
    let (recalled, results): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.recalls.is_some());
    let mut text = format!("{}：\n", clean(office(items)));
    if !recalled.is_empty() {
        text.push_str("原检查结果作废，记录已更正。由此带来不便，敬请谅解。\n\n");
        lines(&mut text, &recalled, withdrawn);
    }
    if !results.is_empty() {
        text.push_str("下列检查结果已经人工核实。\n\n");
        lines(&mut text, &results, found);
        let until = objection(config, now);
        let way = link.map_or_else(
            || "回信，并附该时段内所发内容的链接".to_owned(),
            |link| format!("打开 {link} 选“已发布请核实”，并填该时段内所发内容的链接"),
        );
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n办理建议\n· 如有出入，请于{until}前{way}，我们重新核对后予以更正。\n· 没有异议的，不用回信。\n"
        );
    }
    let contact = &config.office.contact;
    if !contact.is_empty() {
        let _ = write!(text, "\n联系：{contact}");
    }
    let _ = write!(text, "\n{}\n编号 {}\n", config.office.name, number(letter.slot, letter.id));
    text
}

fn lines(text: &mut String, items: &[&Item], line: fn(&Item) -> String) {
    for (at, item) in items.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}. {}：{}", at + 1, clean(&item.account.title()), line(item));
    }
}

fn found(item: &Item) -> String {
    let told = &item.told;
    let level = if item.veto { "不合格（单项否决）" } else { "存在问题" };
    let held = told.check.at.beijing().format("%-m月%-d日%-H时");
    format!("{}，按“{}”列为{level}。{held}检查，该时段监测没有中断。", fact(told), told.label)
}

/// Why the result holds no more: somebody said so, an update was found, or the proof is gone.
fn withdrawn(item: &Item) -> String {
    let (told, number) = (&item.told, item.recalls.as_deref().unwrap_or_default());
    let (from, until) = span(told.window);
    let why = match (&told.ruling, told.now.0.as_str()) {
        ((Ruling::False, reason), _) => format!("属误报（{}）", clean(reason)),
        (_, "met") => format!("{from}至{until}已更新{}次，达到要求", told.now.1),
        (_, "exempt") => "该时段不在检查范围内".to_owned(),
        _ => "原监测依据不足，暂不能作出结论".to_owned(),
    };
    format!("经核实，{why}。{number}所列“{}”撤回（更正记录第{}次修订）。", told.label, told.now.2)
}

/// The last day on which an office may object.
fn objection(config: &Config, now: Moment) -> String {
    let days = now.date().iter_days().skip(1).take(60).filter(|day| config.calendar.is_working(*day));
    let last = days.take(OBJECTION_DAYS).last().unwrap_or(now.date());
    last.format("%-m月%-d日").to_string()
}

/// What platforms and files say of themselves never breaks a line or turns the direction of writing.
fn clean(text: &str) -> String {
    let odd = |c: &char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !odd(c)).collect()
}
