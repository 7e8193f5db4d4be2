//! What the page of a letter shows: this letter, its recipient's accounts in it, and what was answered.

use super::Web;
use crate::answer::State as AnswerState;
use crate::answer::link::{self, Signer};
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment};
use crate::mail::facts;
use crate::mail::letter;
use crate::mail::sent_text;
use crate::store::answers::{self, AnswerRow};
use crate::store::{Connection, LetterKind, LetterRow, LetterState, Mention, StoreError, accounts, outbox};
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// What a token opens.
pub(super) enum Door {
    /// That letter.
    Open(Box<LetterRow>),
    /// A letter that can be answered no more.
    Ended,
    /// Nothing, whether there is such a letter or not.
    Nothing,
}

/// What somebody has typed and must not type again.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) trouble: String,
    pub(super) accounts: Vec<AccountId>,
    pub(super) url: String,
    pub(super) note: String,
}

impl Web {
    /// Opens what the token names, if it is ours.
    pub(super) async fn door(&self, token: &str) -> Result<Door, StoreError> {
        let Some((letter, sign)) = link::parse(token) else { return Ok(Door::Nothing) };
        let (secrets, now) = (self.secrets.clone(), self.clock.now());
        self.store
            .read_async(move |conn| {
                let Some(link) = answers::link(conn, letter)? else { return Ok(Door::Nothing) };
                let Ok(signer) = Signer::existing(&secrets) else { return Ok(Door::Nothing) };
                if !signer.admits(&link, &sign) {
                    return Ok(Door::Nothing);
                }
                let row = outbox::show(conn, letter)?.filter(|row| row.state != LetterState::Cancelled);
                Ok(row
                    .filter(|_| !link.revoked && now < link.expires)
                    .map_or(Door::Ended, |row| Door::Open(Box::new(row))))
            })
            .await
    }

    /// The values of the page.
    pub(super) async fn view(&self, letter: LetterRow, typed: Typed) -> Result<Value, StoreError> {
        let (config, now) = (self.config.clone(), self.clock.now());
        self.store.read_async(move |conn| values(conn, &config, &letter, &typed, now)).await
    }
}

fn values(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    typed: &Typed,
    now: Moment,
) -> Result<Value, StoreError> {
    let answers = answers::of(conn, letter.id)?;
    let mut told: BTreeMap<AccountId, Vec<Mention>> = BTreeMap::new();
    for mention in outbox::mentions(conn, letter.id)? {
        told.entry(mention.account).or_default().push(mention);
    }
    let mut rows = Vec::new();
    for (id, mentions) in &told {
        let Some(account) = accounts::one(conn, *id)? else { continue };
        rows.push(row(conn, config, letter, &account, mentions, &answers, typed, now)?);
    }
    let deadline = letter.not_after.filter(|_| letter.kind == LetterKind::Reminder);
    Ok(context! {
        sender => config.office.name.clone(),
        contact => config.office.contact.clone(),
        number => facts::number(letter.slot, letter.id),
        subject => letter.subject.clone(),
        kind => letter.kind.chinese(),
        sent => letter.sent_at.map(shown),
        deadline => deadline.map(letter::deadline),
        several => rows.len() > 1,
        answered => !answers.is_empty(),
        accounts => rows,
        letter => sent_text(&letter.text).trim_end(),
        trouble => typed.trouble.clone(),
        url => typed.url.clone(),
        note => typed.note.clone(),
    })
}

#[expect(clippy::too_many_arguments, reason = "one row of a page, from values that are all at hand")]
fn row(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    account: &Account,
    mentions: &[Mention],
    answers: &[AnswerRow],
    typed: &Typed,
    now: Moment,
) -> Result<Value, StoreError> {
    let given: Vec<Value> = answers.iter().filter(|answer| answer.account == account.id).map(said).collect();
    Ok(context! {
        id => account.id.0,
        title => account.title(),
        office => account.office.clone(),
        fact => fact(conn, config, letter, mentions, now)?,
        checked => typed.accounts.contains(&account.id),
        given => given,
    })
}

/// How the account stands now; empty where the letter alone says it.
fn fact(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: &[Mention],
    now: Moment,
) -> Result<String, StoreError> {
    if letter.kind != LetterKind::Reminder || letter.not_after.is_some_and(|end| end <= now) {
        return Ok(String::new());
    }
    let told = facts::gather(conn, config, letter, mentions, None, now)?;
    let facts: Vec<String> = told.facts.iter().flat_map(|facts| &facts.items).map(letter::spoken).collect();
    Ok(if facts.is_empty() { "已经看到更新，不再提醒".to_owned() } else { facts.join("；") })
}

/// One answer as its giver reads it.
fn said(answer: &AnswerRow) -> Value {
    let follows = match answer.state {
        AnswerState::Noted => "已记录",
        AnswerState::Looking => "正在核实",
        AnswerState::Found => "已看到更新",
        AnswerState::Open if answer.url.is_empty() => "还没有看到，已转检查方人工核实；可以补充发布链接",
        AnswerState::Open => "还没有看到，已转检查方人工核实",
        AnswerState::Replaced => "另有新的回复",
        AnswerState::Settled => "检查方已处理",
    };
    let closed = answer.word == crate::answer::Word::Closed && answer.state == AnswerState::Open;
    context! {
        word => answer.word.chinese(),
        at => shown(answer.at),
        follows => if closed { "已转检查方核实，核实前照常检查" } else { follows },
        url => answer.url.clone(),
        note => answer.note.clone(),
    }
}

fn shown(at: Moment) -> String {
    at.beijing().format("%-m月%-d日%H:%M").to_string()
}
