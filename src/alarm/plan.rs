//! Which messages the operator's channels are owed: one per cause, again after 1, 4 and 24 hours, and a
//! closing one. Pure: what was told is a value, so that a restart neither repeats nor loses one.

use crate::domain::Moment;
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeSet;

/// The channel that is the operator's mailbox.
pub const MAIL: &str = "mail";
/// The stage of the closing message.
pub const CLOSING: i64 = -1;
/// Hours after the first message at which one is repeated.
const LADDER_H: [i64; 4] = [0, 1, 4, 24];
/// Hours in a week.
const WEEK_H: i64 = 7 * 24;

/// How often a cause that lasts is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// At once, after 1, 4 and 24 hours, and then no more.
    Ladder,
    /// Once a week.
    Weekly,
}

/// A trouble that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What it is, the same as long as it lasts.
    pub key: String,
    /// The newest thing in it; when it grows, the ladder begins anew.
    pub mark: i64,
    /// One line (Chinese).
    pub subject: String,
    /// What else there is to know (Chinese); may be empty.
    pub detail: String,
    /// What to do (Chinese).
    pub cure: String,
    /// How often it is told.
    pub rhythm: Rhythm,
    /// Whether the operator's mailbox hears of it too.
    pub by_mail: bool,
    /// The source that it is about, which somebody may have silenced.
    pub source: Option<String>,
}

/// An alarm that was told and lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its number.
    pub id: i64,
    /// Its cause.
    pub key: String,
    /// The newest thing in it when this round began.
    pub mark: i64,
    /// Counts rounds, from 1.
    pub round: i64,
    /// When this round began.
    pub round_from: Moment,
    /// When the first one began.
    pub began: Moment,
    /// The line that was told last.
    pub subject: String,
    /// Channels, rounds and stages that have a message.
    pub told: BTreeSet<(String, i64, i64)>,
}

/// What a lasting cause makes of its alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rise {
    /// The alarm; `None` when it begins now.
    pub alarm: Option<i64>,
    /// Its round from now on.
    pub round: i64,
    /// When that began.
    pub round_from: Moment,
    /// When the alarm began.
    pub began: Moment,
    /// Hours after the beginning of the round.
    pub stage: i64,
    /// Channels that are owed a message of that stage.
    pub channels: Vec<String>,
}

/// What is owed about `cause`, whose alarm is `open`; `None` when nothing is.
pub fn rise(cause: &Cause, open: Option<&Alarm>, robots: &[&str], now: Moment) -> Option<Rise> {
    let (round, round_from) = round_of(cause, open, now);
    let stage = stage(cause.rhythm, now.since(round_from));
    let is_told = |channel: &str| open.is_some_and(|a| a.told.contains(&(channel.to_owned(), round, stage)));
    // A robot is no channel for its own trouble, and a mailbox wants no repetition.
    let robots = robots.iter().copied().filter(|robot| cause.key != robot_key(robot));
    let mailed = cause.by_mail && (cause.rhythm == Rhythm::Weekly || stage == 0);
    let channels: Vec<String> =
        robots.chain(mailed.then_some(MAIL)).filter(|channel| !is_told(channel)).map(str::to_owned).collect();
    if channels.is_empty() && open.is_some_and(|a| a.round == round) {
        return None;
    }
    let began = open.map_or(now, |alarm| alarm.began);
    Some(Rise { alarm: open.map(|alarm| alarm.id), round, round_from, began, stage, channels })
}

/// When `rise` may have something new to say about an open alarm.
pub fn next_rise(rhythm: Rhythm, alarm: &Alarm, now: Moment) -> Moment {
    let past_h = now.since(alarm.round_from).div_euclid(HOUR);
    let next_h = match rhythm {
        Rhythm::Ladder => LADDER_H.into_iter().find(|rung_h| *rung_h > past_h),
        Rhythm::Weekly => Some((past_h / WEEK_H + 1) * WEEK_H),
    };
    next_h.map_or(Moment::MAX, |next_h| alarm.round_from.plus(next_h * HOUR))
}

/// The key of the trouble of a robot itself.
pub fn robot_key(robot: &str) -> String {
    format!("robot {robot}")
}

/// Something new in a lasting trouble begins the ladder again, at most once an hour.
fn round_of(cause: &Cause, open: Option<&Alarm>, now: Moment) -> (i64, Moment) {
    match open {
        None => (1, now),
        Some(alarm) if cause.mark > alarm.mark && now.since(alarm.round_from) >= HOUR => (alarm.round + 1, now),
        Some(alarm) => (alarm.round, alarm.round_from),
    }
}

/// The latest rung that has passed: after downtime one message, not all that were missed.
fn stage(rhythm: Rhythm, past_s: i64) -> i64 {
    let past_h = past_s.div_euclid(HOUR).max(0);
    match rhythm {
        Rhythm::Ladder => LADDER_H.into_iter().rfind(|rung_h| *rung_h <= past_h).unwrap_or(0),
        Rhythm::Weekly => past_h / WEEK_H * WEEK_H,
    }
}

/// Minutes after the first, second, … failed try; then hourly.
const RETRY_MIN: [i64; 4] = [1, 5, 15, 30];
/// Tries of one message.
const MOST_TRIES: i64 = 8;

/// When a message that was refused for the `tries`th time is tried again; `None` when it is given up.
/// An answer that nobody understands is not asked for more than three times.
pub fn retry(tries: i64, least_s: i64, is_malformed: bool, now: Moment) -> Option<Moment> {
    if tries >= if is_malformed { 3 } else { MOST_TRIES } {
        return None;
    }
    let minutes = usize::try_from(tries - 1).ok().and_then(|n| RETRY_MIN.get(n)).copied().unwrap_or(60);
    Some(now.plus((minutes * 60).max(least_s)))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
