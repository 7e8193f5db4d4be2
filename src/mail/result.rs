//! The result of a check (检查结果) and its withdrawal (更正), composed from what is true when the letter
//! leaves. Pure but for the loading.

use super::facts::number;
use super::letter::{self, Line, Results};
use super::post::Postman;
use super::said::Said;
use crate::config::Config;
use crate::domain::{Account, Moment, Role};
use crate::rules::{Ruling, Severity};
use crate::settle::span;
use crate::store::findings;
use crate::store::{Connection, LetterRow, LetterState, Mention, StoreError, accounts, outbox};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a letter about results says, and which of its mentions hold no more.
struct Told {
    /// `None` when nothing is left to say.
    facts: Option<Results>,
    /// Mentions that are not true any more.
    dropped: Vec<Mention>,
}

/// Why a mention is left out.
pub(super) const HOLDS_NO_MORE: &str = "结论已更正，不再发出";

/// A result, or one that is taken back with the number of the letter that told it.
struct Item {
    account: Account,
    told: findings::Told,
    veto: bool,
    recalls: Option<String>,
}

/// Working days in which an office may object.
const OBJECTION_DAYS: usize = 3;

impl Postman {
    /// The words of a result, or of its withdrawal. What holds no more is left out.
    pub(super) async fn result_words(&self, due: &LetterRow, now: Moment) -> Result<Option<Said>, StoreError> {
        let (config, row, id, pass) = (Arc::clone(&self.config), due.clone(), due.id, self.pass(due, now).await?);
        let told = self
            .store
            .read_async(move |conn| {
                let mentions = outbox::mentions(conn, id)?;
                let link = config.web.public_url.as_ref().zip(pass).map(|(url, pass)| format!("{url}/a/{pass}"));
                tell(conn, &config, &row, mentions, link.unwrap_or_default(), now)
            })
            .await?;
        let dropped = told.dropped;
        self.store
            .write_async(move |tx| dropped.iter().try_for_each(|m| outbox::drop_mention(tx, id, m, HOLDS_NO_MORE)))
            .await?;
        let Some(facts) = told.facts else {
            self.end(id, LetterState::Overtaken, HOLDS_NO_MORE).await?;
            return Ok(None);
        };
        self.worded(id, letter::compose_results(&facts, &self.config.mail.templates)).await
    }
}

/// What is true as of `now`.
fn tell(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: Vec<Mention>,
    answer: String,
    now: Moment,
) -> Result<Told, StoreError> {
    let (mut items, mut dropped) = (Vec::new(), Vec::new());
    for mention in mentions {
        match item(conn, config, letter, &mention)? {
            Some(item) => items.push(item),
            None => dropped.push(mention),
        }
    }
    items.sort_by_key(|item| (item.recalls.is_none(), !item.veto, item.account.position));
    let facts = (!items.is_empty()).then(|| facts(config, letter, &items, answer, now));
    Ok(Told { facts, dropped })
}

/// Whether all that a letter about results says is true as of `now`.
pub(super) fn hold(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: Vec<Mention>,
    now: Moment,
) -> Result<bool, StoreError> {
    Ok(tell(conn, config, letter, mentions, String::new(), now)?.dropped.is_empty())
}

fn facts(config: &Config, letter: &LetterRow, items: &[Item], answer: String, now: Moment) -> Results {
    let (recalled, found): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.recalls.is_some());
    Results {
        office: addressee(letter.role, items),
        sender: config.office.name.clone(),
        contact: config.office.contact.clone(),
        number: number(letter.slot, letter.id),
        answer,
        until: objection(config, now),
        withdrawn: recalled.into_iter().map(withdrawn).collect(),
        found: found.into_iter().map(confirmed).collect(),
    }
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

/// The office of the first account, or for a supervisor the one that answers for it.
fn addressee(role: Role, items: &[Item]) -> String {
    let Some(first) = items.first().map(|item| &item.account) else { return "有关单位".to_owned() };
    let names = [&first.office, &first.supervisor];
    let names = if role == Role::Supervisor { [names[1], names[0]] } else { names };
    let owners: BTreeSet<String> = items.iter().map(|item| owner(&item.account)).collect();
    match names.into_iter().find(|name| !name.is_empty()) {
        None => "有关单位".to_owned(),
        Some(name) if owners.len() > 1 && role != Role::Supervisor => format!("{name}等{}个单位", owners.len()),
        Some(name) => name.clone(),
    }
}

fn owner(account: &Account) -> String {
    if account.office.is_empty() { account.supervisor.clone() } else { account.office.clone() }
}

/// What was seen, and what was demanded.
fn fact(told: &findings::Told) -> String {
    let (from, until) = span(told.window);
    match (told.seen, told.required) {
        (0, 0 | 1) => format!("{from}至{until}未监测到更新"),
        (0, required) => format!("{from}至{until}未监测到更新，应更新{required}次"),
        (seen, required) => format!("{from}至{until}监测到更新{seen}次，应更新{required}次"),
    }
}

fn confirmed(item: &Item) -> Line {
    let told = &item.told;
    let level = if item.veto { "不合格（单项否决）" } else { "存在问题" };
    let (fact, held) = (fact(told), told.check.at.beijing().format("%-m月%-d日%-H时"));
    let said = format!("{fact}，按“{}”列为{level}。{held}检查，该时段监测没有中断。", told.label);
    Line { title: item.account.title(), office: owner(&item.account), veto: item.veto, fact, said }
}

/// Why the result holds no more: somebody said so, an update was found, or the proof is gone.
fn withdrawn(item: &Item) -> Line {
    let (told, number) = (&item.told, item.recalls.clone().unwrap_or_default());
    let (from, until) = span(told.window);
    let why = match (&told.ruling, told.now.0.as_str()) {
        ((Ruling::False, reason), _) => format!("属误报（{reason}）"),
        (_, "met") => format!("{from}至{until}已更新{}次，达到要求", told.now.1),
        (_, "exempt") => "该时段不在检查范围内".to_owned(),
        _ => "原监测依据不足，暂不能作出结论".to_owned(),
    };
    let said = format!("经核实，{why}。{number}所列“{}”撤回（更正记录第{}次修订）。", told.label, told.now.2);
    Line { title: item.account.title(), office: owner(&item.account), veto: item.veto, fact: number, said }
}

/// The last day on which an office may object.
fn objection(config: &Config, now: Moment) -> String {
    let days = now.date().iter_days().skip(1).take(60).filter(|day| config.calendar.is_working(*day));
    let last = days.take(OBJECTION_DAYS).last().unwrap_or(now.date());
    last.format("%-m月%-d日").to_string()
}
