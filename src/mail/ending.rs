//! What an attempt makes of its letter (mail.md "Classifying a reply", "Retry clock"). Pure.

use super::classify::{MailClass, Meaning, Preset, Repeat, Wait, meaning};
use super::facts;
use super::smtp::Attempt;
use crate::domain::Moment;
use crate::store::{Ending, LetterRow, LetterState, Mention};
use chrono::{Datelike, Months};
use sha2::{Digest, Sha256};

/// Minutes after the first, second, … failed try; then hourly.
const RETRY_MIN: [i64; 4] = [1, 5, 15, 30];
/// Seconds before a doubtful letter is looked at again.
const DOUBT_S: i64 = 600;
/// A provider that says "too often" is left alone for so long, in seconds.
const THROTTLED_S: i64 = 1800;
/// Whoever greylists takes no second try sooner than some minutes after the first, in seconds.
const GREYLISTED_S: i64 = 300;
/// How long a full mailbox is waited for, in seconds.
const FULL_S: i64 = 86_400;
/// The same suspicion, or the same unreadable answer, so often in a row is enough.
const ENOUGH: i64 = 3;

pub(super) fn accepted(words: String) -> Ending {
    Ending {
        state: LetterState::Sent,
        class: MailClass::Accepted.word().to_owned(),
        reply_code: None,
        reply_text: words,
        next_try: None,
        reason: String::new(),
        repeat: String::new(),
    }
}

/// What an attempt at a server of that make becomes of its letter.
pub(super) fn ending(due: &LetterRow, attempt: &Attempt, preset: Preset, now: Moment) -> Ending {
    let means = means(attempt, preset);
    let class = given_up(due, means, now).unwrap_or(attempt.class);
    Ending {
        repeat: means.repeat.word().to_owned(),
        ..ended(due, &Attempt { class, ..attempt.clone() }, means.wait, now)
    }
}

fn means(attempt: &Attempt, preset: Preset) -> Meaning {
    let unread = if attempt.class == MailClass::Malformed { Repeat::Malformed } else { Repeat::None };
    let usual = Meaning { class: attempt.class, wait: Wait::Usual, repeat: unread };
    let read = attempt.reply.as_ref().map(|reply| meaning(preset, attempt.phase, reply));
    read.filter(|read| read.class == attempt.class).unwrap_or(usual)
}

/// The class that a letter ends with because the same answer came once too often.
fn given_up(due: &LetterRow, means: Meaning, now: Moment) -> Option<MailClass> {
    let (since, count) = match &due.repeated {
        before if before.what == means.repeat.word() => (before.since, before.count + 1),
        _ => (None, 1),
    };
    match means.repeat {
        Repeat::Full if since.is_some_and(|since| now.since(since) >= FULL_S) => Some(MailClass::Gone),
        Repeat::Suspected if count >= ENOUGH => Some(MailClass::Blocked),
        _ => None,
    }
}

fn ended(due: &LetterRow, attempt: &Attempt, wait: Wait, now: Moment) -> Ending {
    let words = attempt.reply.as_ref().map_or_else(|| attempt.told.clone(), |reply| reply.text.clone());
    let code = attempt.reply.as_ref().map(|reply| i64::from(reply.code));
    let at_rest = |state, reason: &str| Ending {
        state,
        class: attempt.class.word().to_owned(),
        reply_code: code,
        reply_text: words.clone(),
        next_try: None,
        reason: reason.to_owned(),
        repeat: String::new(),
    };
    match attempt.class {
        MailClass::Accepted => Ending { reply_code: code, ..accepted(words.clone()) },
        MailClass::Doubtful => Ending { next_try: Some(now.plus(DOUBT_S)), ..at_rest(LetterState::Doubtful, "") },
        MailClass::Gone => at_rest(LetterState::Refused, attempt.class.advice()),
        MailClass::Blocked => at_rest(LetterState::Held, attempt.class.advice()),
        MailClass::Malformed if is_enough(due) => at_rest(LetterState::Held, attempt.class.advice()),
        class => retry(due, (class, wait), code, words.clone(), now),
    }
}

/// "As transient, three times, then held."
fn is_enough(due: &LetterRow) -> bool {
    due.repeated.what == Repeat::Malformed.word() && due.repeated.count + 1 >= ENOUGH
}

pub(super) fn retry(
    due: &LetterRow,
    (class, wait): (MailClass, Wait),
    code: Option<i64>,
    words: String,
    now: Moment,
) -> Ending {
    Ending {
        state: LetterState::Queued,
        class: class.word().to_owned(),
        reply_code: code,
        reply_text: words,
        next_try: Some(next_try(due, class, wait, now)),
        // What holds while it waits follows from its class; when it has left, nothing of that is true.
        reason: String::new(),
        repeat: String::new(),
    }
}

/// Why a letter stands where it stands (Chinese): while it waits for another try what the last one taught,
/// else the reason that is kept.
pub(crate) fn why(letter: &LetterRow) -> String {
    let tried = MailClass::from_word(&letter.class).filter(|_| letter.state == LetterState::Queued);
    tried.map_or_else(|| letter.reason.clone(), |class| class.advice().to_owned())
}

/// When a letter is tried again: never later than its own deadline, where it is closed with a word
/// about it. What stops the whole queue leaves the letter where it is; see `hold`.
fn next_try(due: &LetterRow, class: MailClass, wait: Wait, now: Moment) -> Moment {
    if matches!(class, MailClass::Auth | MailClass::Config) {
        return now;
    }
    let minutes = usize::try_from(due.attempts).ok().and_then(|n| RETRY_MIN.get(n)).copied().unwrap_or(60);
    let least = match class {
        MailClass::Throttled => THROTTLED_S,
        MailClass::Greylisted => GREYLISTED_S,
        _ => 60,
    };
    let usual = spread(minutes * 60, due.id, due.attempts);
    let next = match wait {
        Wait::Usual => now.plus(usual.max(least)),
        Wait::Seconds(seconds) => now.plus(seconds),
        Wait::Day => tomorrow(now).plus(usual),
        Wait::Month => next_month(now).plus(usual),
    };
    due.not_after.map_or(next, |end| next.min(end))
}

fn tomorrow(now: Moment) -> Moment {
    now.date().succ_opt().map_or(now.plus_days(1), Moment::start_of)
}

fn next_month(now: Moment) -> Moment {
    let first = now.date().with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    first.map_or(tomorrow(now), Moment::start_of)
}

/// Up to a fifth more or less, so that letters that failed together do not come back together; the
/// letter's own number decides, so that a restart changes nothing.
fn spread(seconds: i64, id: i64, attempts: i64) -> i64 {
    let digest = Sha256::digest(format!("{id}/{attempts}"));
    let dice = i64::from(digest[0]) * 256 + i64::from(digest[1]);
    seconds * 4 / 5 + seconds * 2 * dice / (5 * 65_535)
}

/// Why nothing is left to say: one reason for all, or the usual one.
pub(super) fn why_overtaken(dropped: &[(Mention, &'static str)]) -> &'static str {
    match dropped.first() {
        Some((_, facts::REPLACED)) if dropped.iter().all(|(_, why)| *why == facts::REPLACED) => facts::REPLACED,
        _ => "发信前重新核对，已经更新或不再需要提醒",
    }
}

/// Why a letter whose time is over never left.
pub(super) fn expired(due: &LetterRow) -> String {
    let words = due.reply_text.trim();
    match (due.class.as_str(), due.reply_code) {
        // Whoever sends it again by hand clears the class, not what a server has answered.
        ("", None) if words.is_empty() => "期限已过，一直没有轮到它发出".to_owned(),
        (_, Some(_)) => format!("期限已过，一直没有发出去；最后一次的答复：{words}"),
        (_, None) => format!("期限已过，一直没有发出去；最后一次：{words}"),
    }
}

#[cfg(test)]
#[path = "ending_tests.rs"]
mod tests;
