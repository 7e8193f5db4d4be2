//! Alarms of our own troubles, the messages about them, and how robots answered. Deciding is
//! [`crate::alarm`].

use super::{Connection, StoreError, Transaction};
use crate::alarm::plan::{Alarm, CLOSING, Cause, Rise};
use crate::domain::Moment;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet};

const OPEN: &str = "SELECT id, cause, mark, round, round_from, began, subject FROM alarm WHERE ended = 0 ORDER BY id";
const TOLD: &str =
    "SELECT n.alarm, n.channel, n.round, n.stage FROM notice n JOIN alarm a ON a.id = n.alarm WHERE a.ended = 0";
const BEGIN: &str =
    "INSERT INTO alarm (cause, mark, round, round_from, began, subject) VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
const RENEW: &str = "UPDATE alarm SET mark = CASE WHEN round = ?2 THEN mark ELSE ?3 END, round = ?2, round_from = ?4, subject = ?5 WHERE id = ?1 AND ended = 0";
const END: &str = "UPDATE alarm SET ended = ?2 WHERE id = ?1 AND ended = 0";
const QUEUE: &str = "INSERT INTO notice (alarm, channel, round, stage, text, state, next_try, at) VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?6) ON CONFLICT DO NOTHING";
const OVERTAKE: &str = "UPDATE notice SET state = 'overtaken' WHERE alarm = ?1 AND channel = ?2 AND state = 'queued'";
const HEARD: &str =
    "SELECT DISTINCT channel FROM notice WHERE alarm = ?1 AND (state = 'sent' OR attempts > 0) ORDER BY channel";
const CHANNELS: &str = "SELECT DISTINCT channel FROM notice WHERE alarm = ?1 AND state = 'queued'";
const DUE: &str = "SELECT id, alarm, channel, stage, text, state, attempts, next_try, at, sent_at, class, code, words FROM notice WHERE channel = ?1 AND state = 'queued' AND next_try <= ?2 ORDER BY at, id LIMIT 1";
const LIST: &str = "SELECT id, alarm, channel, stage, text, state, attempts, next_try, at, sent_at, class, code, words FROM notice ORDER BY id DESC LIMIT ?1";
const WAKE: &str = "SELECT min(next_try) FROM notice WHERE channel = ?1 AND state = 'queued'";
const CLAIM: &str = "UPDATE notice SET attempts = attempts + 1, next_try = ?2 WHERE id = ?1 AND state = 'queued'";
const FINISH: &str = "UPDATE notice SET state = ?2, next_try = ?3, sent_at = ?4, class = ?5, code = ?6, words = ?7 WHERE id = ?1 AND state = 'queued'";
const ROBOTS: &str = "SELECT name, tried_at, rest_until, class, code, words FROM robot";
const TRIED: &str = "INSERT INTO robot (name, tried_at, rest_until, class, words) VALUES (?1, ?2, 0, '', '') ON CONFLICT (name) DO UPDATE SET tried_at = excluded.tried_at";
const ANSWERED: &str = "INSERT INTO robot (name, tried_at, rest_until, class, code, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET tried_at = excluded.tried_at, rest_until = excluded.rest_until, class = excluded.class, code = excluded.code, words = excluded.words";
const STOPPED: &str = "SELECT class, reply_text, reply_code IS NULL FROM letter WHERE state = 'queued' AND claimed_at IS NOT NULL AND class IN ('auth', 'config') ORDER BY claimed_at DESC, id DESC";
const LATEST: &str = "SELECT id, state = 'held' AND class = 'blocked' FROM letter WHERE claimed_at IS NOT NULL ORDER BY claimed_at DESC, id DESC LIMIT ?1";
const DOUBTFUL: &str =
    "SELECT id FROM letter WHERE state = 'doubtful' OR (state = 'held' AND class = 'doubtful') ORDER BY id";
const LAST_LOOK: &str = "SELECT at FROM look ORDER BY id DESC LIMIT 1";
const LAST_CLAIM: &str = "SELECT max(max(claimed_at, coalesce(dot_armed_at, 0))) FROM letter WHERE state = 'sending'";
const PENDING: &str =
    "SELECT count(*), min(not_before) FROM letter WHERE state IN ('queued', 'sending') AND not_before <= ?1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    OPEN, TOLD, BEGIN, RENEW, END, QUEUE, OVERTAKE, HEARD, CHANNELS, DUE, LIST, WAKE, CLAIM, FINISH, ROBOTS, TRIED,
    ANSWERED, STOPPED, LATEST, DOUBTFUL, LAST_LOOK, LAST_CLAIM, PENDING,
];

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// The alarm it speaks of.
    pub alarm: i64,
    /// The channel.
    pub channel: String,
    /// Hours after the round began; -1 for the closing one.
    pub stage: i64,
    /// The text.
    pub text: String,
    /// queued, sent, failed, overtaken.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// Next try.
    pub next_try: Moment,
    /// When it was queued.
    pub at: Moment,
    /// When the channel took it.
    pub sent_at: Option<Moment>,
    /// Class of the last refusal; empty after none.
    pub class: String,
    /// Code of the last answer.
    pub code: Option<i64>,
    /// Words of the last answer.
    pub words: String,
}

/// How a robot answered last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotState {
    /// When it was asked last.
    pub tried_at: Moment,
    /// It is left alone until then.
    pub rest_until: Moment,
    /// Class of its last refusal; empty when it took the last message.
    pub class: String,
    /// Code of its last answer.
    pub code: Option<i64>,
    /// Words of its last answer.
    pub words: String,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Class of the refusal; empty when it was taken.
    pub class: String,
    /// The robot's code.
    pub code: Option<i64>,
    /// The robot's words.
    pub words: String,
    /// When the message is tried again; `None` when it was taken or is given up.
    pub next_try: Option<Moment>,
    /// The robot is left alone until then.
    pub rest_until: Moment,
}

/// The alarms that last, with what was told of each.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection) -> Result<Vec<Alarm>, StoreError> {
    let mut told: BTreeMap<i64, BTreeSet<(String, i64, i64)>> = BTreeMap::new();
    let mut statement = conn.prepare_cached(TOLD)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        told.entry(row.get(0)?).or_default().insert((row.get(1)?, row.get(2)?, row.get(3)?));
    }
    let mut statement = conn.prepare_cached(OPEN)?;
    let alarms = statement.query_map([], |row| {
        let id = row.get(0)?;
        Ok(Alarm {
            id,
            key: row.get(1)?,
            mark: row.get(2)?,
            round: row.get(3)?,
            round_from: Moment::from_unix(row.get(4)?),
            began: Moment::from_unix(row.get(5)?),
            subject: row.get(6)?,
            told: told.get(&id).cloned().unwrap_or_default(),
        })
    })?;
    Ok(alarms.collect::<Result<_, _>>()?)
}

/// Keeps what a lasting cause makes of its alarm; returns the alarm's number.
///
/// # Errors
/// Those of SQLite.
pub fn rise(tx: &Transaction<'_>, cause: &Cause, rise: &Rise) -> Result<i64, StoreError> {
    let from = rise.round_from.unix();
    match rise.alarm {
        None => Ok(tx.prepare_cached(BEGIN)?.insert((&cause.key, cause.mark, rise.round, from, &cause.subject))?),
        Some(id) => {
            tx.prepare_cached(RENEW)?.execute((id, rise.round, cause.mark, from, &cause.subject))?;
            Ok(id)
        }
    }
}

/// Queues one message, once; older ones of the same alarm that still wait are overtaken by it.
///
/// # Errors
/// Those of SQLite.
pub fn queue(
    tx: &Transaction<'_>,
    alarm: i64,
    channel: &str,
    (round, stage): (i64, i64),
    text: &str,
    now: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(OVERTAKE)?.execute((alarm, channel))?;
    tx.prepare_cached(QUEUE)?.execute((alarm, channel, round, stage, text, now.unix()))?;
    Ok(())
}

/// Ends an alarm; returns the channels that have heard of it, or may have, and are owed a closing
/// message. What still waits is overtaken.
///
/// # Errors
/// Those of SQLite.
pub fn end(tx: &Transaction<'_>, alarm: i64, now: Moment) -> Result<Vec<String>, StoreError> {
    tx.prepare_cached(END)?.execute((alarm, now.unix()))?;
    let heard = channels(tx, HEARD, alarm)?;
    for channel in channels(tx, CHANNELS, alarm)? {
        tx.prepare_cached(OVERTAKE)?.execute((alarm, channel))?;
    }
    Ok(heard)
}

fn channels(tx: &Transaction<'_>, sql: &str, alarm: i64) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([alarm], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The message of a channel that is due first.
///
/// # Errors
/// Those of SQLite.
pub fn due(conn: &Connection, channel: &str, now: Moment) -> Result<Option<Notice>, StoreError> {
    Ok(conn.prepare_cached(DUE)?.query_row((channel, now.unix()), notice).optional()?)
}

/// When the next message of a channel is tried.
///
/// # Errors
/// Those of SQLite.
pub fn wake(conn: &Connection, channel: &str) -> Result<Option<Moment>, StoreError> {
    let min: Option<i64> = conn.prepare_cached(WAKE)?.query_row([channel], |row| row.get(0))?;
    Ok(min.map(Moment::from_unix))
}

/// The newest messages.
///
/// # Errors
/// Those of SQLite.
pub fn list(conn: &Connection, limit: i64) -> Result<Vec<Notice>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let rows = statement.query_map([limit], notice)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A message is about to go out: counted before, so that a crash in between is a try as well.
///
/// # Errors
/// Those of SQLite.
pub fn claim(tx: &Transaction<'_>, notice: &Notice, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(CLAIM)?.execute((notice.id, now.plus(60).unix()))?;
    tx.prepare_cached(TRIED)?.execute((&notice.channel, now.unix()))?;
    Ok(())
}

/// Writes down how an attempt ended.
///
/// # Errors
/// Those of SQLite.
pub fn finish(tx: &Transaction<'_>, notice: &Notice, ended: &Ended, now: Moment) -> Result<(), StoreError> {
    let taken = ended.class.is_empty();
    let state = match ended.next_try {
        _ if taken => "sent",
        Some(_) => "queued",
        None => "failed",
    };
    let next = ended.next_try.unwrap_or(now).unix();
    let sent_at = taken.then_some(now.unix());
    tx.prepare_cached(FINISH)?.execute(params![
        notice.id,
        state,
        next,
        sent_at,
        ended.class,
        ended.code,
        ended.words
    ])?;
    answered(tx, &notice.channel, ended, now)
}

/// A message that the mailer has taken over.
///
/// # Errors
/// Those of SQLite.
pub fn mailed(tx: &Transaction<'_>, now: Moment) -> Result<(), StoreError> {
    while let Some(notice) = due(tx, crate::alarm::plan::MAIL, now)? {
        tx.prepare_cached(FINISH)?.execute(params![notice.id, "sent", now.unix(), now.unix(), "", None::<i64>, ""])?;
    }
    Ok(())
}

/// Keeps how a robot answered.
///
/// # Errors
/// Those of SQLite.
pub fn answered(tx: &Transaction<'_>, robot: &str, ended: &Ended, now: Moment) -> Result<(), StoreError> {
    let values = (robot, now.unix(), ended.rest_until.unix(), &ended.class, ended.code, &ended.words);
    tx.prepare_cached(ANSWERED)?.execute(values)?;
    Ok(())
}

/// How each robot answered last.
///
/// # Errors
/// Those of SQLite.
pub fn robots(conn: &Connection) -> Result<BTreeMap<String, RobotState>, StoreError> {
    let mut statement = conn.prepare_cached(ROBOTS)?;
    let rows = statement.query_map([], |row| {
        let state = RobotState {
            tried_at: Moment::from_unix(row.get(1)?),
            rest_until: Moment::from_unix(row.get(2)?),
            class: row.get(3)?,
            code: row.get(4)?,
            words: row.get(5)?,
        };
        Ok((row.get(0)?, state))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Letters that wait because the server refuses our login or our settings: class and words of each
/// last try, the newest first.
///
/// # Errors
/// Those of SQLite.
pub fn stopped(conn: &Connection) -> Result<Vec<(String, String, bool)>, StoreError> {
    let mut statement = conn.prepare_cached(STOPPED)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The letters tried last, when the newest `in_a_row` of them were all refused as spam or by policy.
///
/// # Errors
/// Those of SQLite.
pub fn blocked(conn: &Connection, in_a_row: usize) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(LATEST)?;
    let rows =
        statement.query_map([i64::try_from(in_a_row).unwrap_or(i64::MAX)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let latest: Vec<(i64, bool)> = rows.collect::<Result<_, _>>()?;
    let all = latest.len() == in_a_row && latest.iter().all(|(_, blocked)| *blocked);
    Ok(if all { latest.into_iter().map(|(id, _)| id).collect() } else { Vec::new() })
}

/// Letters that may have arrived, ascending.
///
/// # Errors
/// Those of SQLite.
pub fn doubtful(conn: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(DOUBTFUL)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the newest look was kept.
///
/// # Errors
/// Those of SQLite.
pub fn last_look(conn: &Connection) -> Result<Option<Moment>, StoreError> {
    let last: Option<i64> = conn.prepare_cached(LAST_LOOK)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.map(Moment::from_unix))
}

/// When the letter that is on its way was claimed, or its dot armed, whichever came last.
///
/// # Errors
/// Those of SQLite.
pub fn last_claim(conn: &Connection) -> Result<Option<Moment>, StoreError> {
    let last: Option<i64> = conn.prepare_cached(LAST_CLAIM)?.query_row([], |row| row.get(0))?;
    Ok(last.map(Moment::from_unix))
}

/// Letters that were due at `before` and have not left, and when the oldest was due.
///
/// # Errors
/// Those of SQLite.
pub fn pending(conn: &Connection, before: Moment) -> Result<Option<(i64, Moment)>, StoreError> {
    let (count, oldest): (i64, Option<i64>) =
        conn.prepare_cached(PENDING)?.query_row([before.unix()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(oldest.map(|oldest| (count, Moment::from_unix(oldest))))
}

impl Notice {
    /// Whether it says that the trouble is over.
    pub const fn is_closing(&self) -> bool {
        self.stage == CLOSING
    }
}

fn notice(row: &Row<'_>) -> rusqlite::Result<Notice> {
    Ok(Notice {
        id: row.get(0)?,
        alarm: row.get(1)?,
        channel: row.get(2)?,
        stage: row.get(3)?,
        text: row.get(4)?,
        state: row.get(5)?,
        attempts: row.get(6)?,
        next_try: Moment::from_unix(row.get(7)?),
        at: Moment::from_unix(row.get(8)?),
        sent_at: row.get::<_, Option<i64>>(9)?.map(Moment::from_unix),
        class: row.get(10)?,
        code: row.get(11)?,
        words: row.get(12)?,
    })
}
