//! Reminders in the group of their office, where the office prefers it (mail.md "Second channel",
//! `owners` of a robot): the short text of the letter, beside the letter and never in its place. It is
//! posted once, within half an hour of the letter's fresh look, or not at all.

use super::robot::{self, Refusal};
use super::{Alarmer, ended};
use crate::config::{Config, RobotConfig, RobotKind};
use crate::domain::{Moment, Role};
use crate::mail::{facts, letter};
use crate::silence::over;
use crate::store::groups::{self, Note};
use crate::store::{
    Connection, LetterKind, LetterRow, StoreError, Transaction, accounts, alarms, outbox, restored, silences,
};
use std::sync::Arc;

/// A fresh look is fresh for so long, in seconds; after it the facts may have changed unseen.
const FRESH_S: i64 = 1800;

/// Queues what a letter that is about to leave says to groups too. Only what goes to the operator of an
/// account is posted: leaders are written to by name.
pub(crate) fn queue(tx: &Transaction<'_>, config: &Config, due: &LetterRow, now: Moment) -> Result<(), StoreError> {
    if due.kind != LetterKind::Reminder || due.role != Role::Operator || due.trial {
        return Ok(());
    }
    for robot in config.alarms.iter().filter(|robot| !robot.owners.is_none()) {
        let mut wanted = Vec::new();
        for mention in outbox::mentions(tx, due.id)? {
            let account = accounts::one(tx, mention.account)?;
            wanted.extend(account.filter(|account| robot.owners.has(&account.office)).map(|_| mention));
        }
        groups::queue(tx, robot.kind.word(), due.id, &wanted, now)?;
    }
    Ok(())
}

/// What is to be done with a message that is due.
enum Next {
    Post(Note, String),
    /// Why not (Chinese).
    Drop(i64, &'static str),
}

impl Alarmer {
    /// Hands each robot the reminder that is due first; when the next one is. Our own troubles go before.
    pub(super) async fn post_notes(&self, now: Moment) -> Result<Moment, StoreError> {
        let mut wake = Moment::MAX;
        if self.store.read_async(restored::holds).await?.is_some() {
            return Ok(wake);
        }
        for robot in self.config.alarms.iter().filter(|robot| !robot.owners.is_none()) {
            wake = wake.min(self.post_note(robot, now).await?);
        }
        Ok(wake)
    }

    async fn post_note(&self, robot: &RobotConfig, now: Moment) -> Result<Moment, StoreError> {
        let (kind, config) = (robot.kind, Arc::clone(&self.config));
        let (free, next) = self.store.read_async(move |conn| next(conn, &config, kind, now)).await?;
        match next {
            None => Ok(free),
            Some(Next::Drop(id, why)) => {
                self.store.write_async(move |tx| groups::finish(tx, id, ("overtaken", why), now)).await?;
                Ok(now.plus(1))
            }
            Some(Next::Post(note, text)) => {
                let (id, said) = (note.id, text.clone());
                self.store.write_async(move |tx| groups::claim(tx, id, &said)).await?;
                let answer = self.post(robot, &text, now).await;
                tracing::info!(robot = kind.word(), letter.id = note.letter, taken = answer.is_ok(), "group.posted");
                self.store.write_async(move |tx| finish(tx, kind, &note, answer, now)).await?;
                Ok(now.plus(robot::gap_s(kind)))
            }
        }
    }
}

/// The message that may go now, or when the next one may.
fn next(
    conn: &Connection,
    config: &Config,
    kind: RobotKind,
    now: Moment,
) -> Result<(Moment, Option<Next>), StoreError> {
    let Some(waits) = groups::wake(conn, kind.word())? else { return Ok((Moment::MAX, None)) };
    let states = alarms::robots(conn)?;
    let (tried, rest) =
        states.get(kind.word()).map_or((Moment::MIN, Moment::MIN), |state| (state.tried_at, state.rest_until));
    let free = robot::free_at(kind, tried, rest, waits.max(now));
    // An alarm that waits for the same robot is more urgent.
    if free > now || alarms::due(conn, kind.word(), now)?.is_some() {
        return Ok((free.max(now.plus(1)), None));
    }
    let Some(note) = groups::due(conn, kind.word(), now)? else { return Ok((Moment::MAX, None)) };
    Ok((now, Some(what_now(conn, config, note, now)?)))
}

/// The short text as it is true now: what was posted or silenced since the letter left is not said.
fn what_now(conn: &Connection, config: &Config, note: Note, now: Moment) -> Result<Next, StoreError> {
    if now.since(note.at) > FRESH_S {
        return Ok(Next::Drop(note.id, "半小时内没有发出，不再发（信件照常）"));
    }
    let Some(letter) = outbox::show(conn, note.letter)? else { return Ok(Next::Drop(note.id, "没有这封信")) };
    let quiet = silences::active(conn, now)?;
    let mut loud = Vec::new();
    for mention in &note.mentions {
        let account = accounts::one(conn, mention.account)?;
        loud.extend(account.filter(|account| over(&quiet, account).is_none()).map(|_| mention.clone()));
    }
    let facts = facts::gather(conn, config, &letter, &loud, None, now)?.facts;
    let words = facts.map(|facts| letter::compose(&facts, &config.mail.templates)).transpose();
    Ok(match words.map_err(StoreError::odd)? {
        Some(words) => Next::Post(note, words.sms),
        None => Next::Drop(note.id, "已经更新、静默或不再需要提醒"),
    })
}

fn finish(
    tx: &Transaction<'_>,
    kind: RobotKind,
    note: &Note,
    answer: Result<String, Refusal>,
    now: Moment,
) -> Result<(), StoreError> {
    // Only a refusal that the robot spoke itself is certain not to stand in the group.
    let refused = answer.as_ref().is_err_and(|refusal| refusal.code.is_some());
    let ended = ended(kind, 1, answer, now);
    let (state, next) = match ended.next_try {
        _ if ended.class.is_empty() => ("sent", now),
        Some(next) if refused => ("queued", next),
        _ => ("failed", now),
    };
    groups::finish(tx, note.id, (state, &ended.words), next)?;
    alarms::answered(tx, kind.word(), &ended, now)
}
