//! 待提醒: the letters of the next seven days as they would leave, by day, each with what it says; and the
//! deed that keeps one back.

use super::Shared;
use super::act::Operator;
use super::chrome::unavailable;
use super::session::{Act, Viewer};
use super::slow::{Slow, Stamp, WAIT};
use crate::config::{Config, Mode};
use crate::deeds::{Refusal, outbox, withhold};
use crate::domain::{AccountId, Moment};
use crate::ledger::shelf::Shelf;
use crate::mail::preview::{self, Coming};
use crate::spoken::beijing;
use crate::store::desk::Deed;
use crate::store::{Connection, StoreError, accounts, counts, modes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Days that the page looks ahead.
pub(super) const DAYS: i64 = 7;
/// Accounts of a letter that can be chosen one by one.
const CHOICES: usize = 60;
/// Letters that are shown of one moment; a large town has thousands.
const SHOWN: usize = 200;

/// What will leave, if nothing changes.
pub(super) struct Ahead {
    letters: Vec<Coming>,
    names: BTreeMap<AccountId, String>,
    trial: bool,
}

/// What was looked ahead, or why not.
type Looked = Result<Arc<Ahead>, StoreError>;
/// Keeps the last look ahead.
pub(super) type Aheads = Slow<Looked>;

impl Ahead {
    /// The letter that leaves first, for a page; nothing where none will.
    pub(super) fn first(&self) -> Option<Value> {
        let letter = self.letters.first()?;
        Some(context! { when => super::overview::shown_moment(letter.at), ..one(self, letter) })
    }

    /// How many there are, and whether they only go into the archive.
    pub(super) fn counted(&self) -> (usize, bool) {
        (self.letters.len(), self.trial)
    }

    fn of(conn: &Connection, config: &Config, shelf: &Shelf, now: Moment) -> Result<Ahead, StoreError> {
        let ledger = shelf.take(conn, config, ("ahead", preview::needs(config, now)), now)?;
        let letters = preview::coming_of(ledger, conn, config, now, DAYS)?;
        let names = accounts::all(conn)?.into_iter().map(|account| (account.id, account.title())).collect();
        let trial = modes::holds(conn, config.mode)? == Mode::Trial;
        Ok(Ahead { letters, names, trial })
    }

    /// The letter to that recipient at that moment, and which accounts of it a form means.
    fn find(&self, act: &Act) -> Option<&Coming> {
        let (to, at) = (act.text("to"), act.text("at").parse().map(Moment::from_unix).ok()?);
        self.letters.iter().find(|letter| letter.recipient == to && letter.at == at)
    }
}

impl Shared {
    /// What will leave; `None` while it is still being looked ahead.
    pub(super) async fn ahead(&self) -> Result<Option<(Moment, Arc<Ahead>)>, StoreError> {
        let (store, config, now) = (self.web.store.clone(), Arc::clone(&self.web.config), self.web.clock.now());
        let stamp = self.stamp().await?;
        let shelf = self.web.shelf.clone();
        let make = async move {
            let looked = store.read_async(move |conn| Ahead::of(conn, &config, &shelf, now)).await;
            looked.map(Arc::new)
        };
        let got = self.aheads.get(("ahead", WAIT), stamp, &self.web.clock, make).await;
        got.map(|(at, ahead)| ahead.map(|ahead| (at, ahead))).transpose()
    }

    /// What letters to come are foretold from.
    pub(super) async fn stamp(&self) -> Result<Stamp, StoreError> {
        let read = |conn: &Connection| {
            let newest = counts::newest(conn)?;
            let letters = counts::newest_letters(conn)?;
            Ok(Stamp { deeds: [&newest[..1], &letters].concat(), evidence: newest[1..].to_vec() })
        };
        self.web.store.read_async(read).await
    }
}

/// The page.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let now = shared.web.clock.now();
    let values = match shared.ahead().await {
        Ok(Some((at, ahead))) => {
            let pause = match shared.web.store.read_async(outbox::pause).await {
                Ok(pause) => pause,
                Err(error) => return unavailable(&error, &uri),
            };
            context! { pause, ..values(&ahead, &shared.web.config, at, now) }
        }
        Ok(None) => context! { making => true },
        Err(error) => return unavailable(&error, &uri),
    };
    shared.page(StatusCode::OK, "upcoming.html", &uri, &viewer, values).await
}

/// Cancels a letter that waits, or silences the accounts of one that does not yet.
pub(super) async fn cancel(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let done = match (act.text("letter").parse::<i64>(), shared.ahead().await) {
        (Ok(id), _) => cancel_waiting(&shared, id, &act).await,
        (_, Ok(Some((_, ahead)))) => keep_back(&shared, &ahead, &act).await,
        (_, Ok(None)) => Err(Refusal::state("还在推算，没有改动；请过一会儿再试")),
        (_, Err(error)) => Err(error.into()),
    };
    shared.answer(&act, &uri, "../upcoming", done)
}

async fn cancel_waiting(shared: &Shared, id: i64, act: &Act) -> Result<String, Refusal> {
    let (by, now) = (act.by().to_owned(), shared.web.clock.now());
    let deed = Deed::Cancel { reason: act.text("reason").trim().to_owned() };
    shared.web.store.attempt_async(move |tx| outbox::act(tx, id, &deed, &by, now)).await?;
    Ok(format!("信{id}已取消，不会再发"))
}

async fn keep_back(shared: &Shared, ahead: &Ahead, act: &Act) -> Result<String, Refusal> {
    let gone = || Refusal::state("情况已经变化，没有这封信了，没有改动；请看现在的安排");
    let letter = ahead.find(act).filter(|letter| letter.waits.is_none()).ok_or_else(gone)?;
    let mut until = letter.deadlines.clone();
    if let Ok(one) = act.text("account").parse() {
        until.retain(|id, _| *id == AccountId(one));
    }
    let last = until.values().max().copied().ok_or_else(gone)?;
    let (by, reason, now) = (act.by().to_owned(), act.text("reason").to_owned(), shared.web.clock.now());
    let new = shared.web.store.attempt_async(move |tx| withhold::withhold(tx, &until, &reason, &by, now)).await?;
    Ok(format!("{new}个账号已静默，最晚到{}，到期前不发提醒", beijing(last)))
}

fn values(ahead: &Ahead, config: &Config, at: Moment, now: Moment) -> Value {
    let mut moments: BTreeMap<Moment, Vec<&Coming>> = BTreeMap::new();
    for letter in &ahead.letters {
        moments.entry(letter.at.max(now)).or_default().push(letter);
    }
    let summaries: BTreeSet<Moment> = preview::summaries(config, now, DAYS).into_iter().collect();
    let all: BTreeSet<Moment> = moments.keys().copied().chain(summaries.iter().copied()).collect();
    let slots: Vec<Value> = all
        .iter()
        .map(|moment| {
            let letters = moments.get(moment).map_or(&[][..], Vec::as_slice);
            let summary = summaries.contains(moment).then(|| audience(config));
            slot(ahead, *moment, letters, summary, now)
        })
        .collect();
    context! { making => false, at => beijing(at), trial => ahead.trial, count => ahead.letters.len(), days => DAYS, slots }
}

/// Who gets the weekly summary.
fn audience(config: &Config) -> String {
    [config.clerks(), config.office.leader_mail.clone()].concat().join("、")
}

fn slot(ahead: &Ahead, at: Moment, letters: &[&Coming], summary: Option<String>, now: Moment) -> Value {
    let shown: Vec<Value> = letters.iter().take(SHOWN).map(|letter| one(ahead, letter)).collect();
    context! {
        when => super::overview::shown_moment(at),
        soon => at <= now,
        count => letters.len(),
        more => letters.len().saturating_sub(SHOWN),
        summary,
        letters => shown,
    }
}

fn one(ahead: &Ahead, letter: &Coming) -> Value {
    let name = |id: &AccountId| ahead.names.get(id).cloned().unwrap_or_default();
    let about: BTreeSet<AccountId> = letter.mentions.iter().map(|mention| mention.account).collect();
    let links: Vec<Value> = about.iter().take(3).map(|id| context! { id => id.0, name => name(id) }).collect();
    let choices: Vec<Value> = letter
        .deadlines
        .iter()
        .take(CHOICES)
        .map(|(id, until)| context! { id => id.0, name => name(id), until => crate::mail::letter::deadline(*until) })
        .collect();
    context! {
        id => letter.waits,
        key => letter.at.unix(),
        to => letter.recipient.clone(),
        role => letter.role.chinese(),
        subject => letter.words.subject.clone(),
        text => letter.words.text.clone(),
        why => letter.why.clone(),
        unless => letter.unless.clone(),
        accounts => about.len(),
        links,
        choices,
        until => letter.deadlines.values().max().map(|until| crate::mail::letter::deadline(*until)),
    }
}
