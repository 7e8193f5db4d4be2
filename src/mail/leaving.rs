//! What leaves at once when trial mode ends, and what waits for its morning: the ladders' answer under 正式,
//! given before anybody has switched. Stores and sends nothing.

use crate::config::Config;
use crate::domain::{AccountId, Moment};
use crate::ledger::{Ledger, longest_window_days};
use crate::silence::over;
use crate::spoken::weekday_moment;
use crate::store::{Connection, StoreError, outbox, silences};
use crate::warn::{self, OwedLetter};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a lead may lie before its window opens (the longest closure is nine days).
const LOOK_AHEAD_DAYS: i64 = 21;
/// Letters that are named one by one.
const NAMED: usize = 20;

/// What a switch to 正式 would let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Letters that have fallen due, reached nobody in trial mode, and leave at once.
    pub now: Vec<OwedLetter>,
    /// How many have fallen due as well and wait, by the moment at which they leave.
    pub later: BTreeMap<Moment, usize>,
}

impl Leaving {
    /// As of `now`: what was recorded or queued in trial mode is spent and leaves never.
    ///
    /// # Errors
    /// Those of the store.
    pub fn of(conn: &Connection, config: &Config, now: Moment) -> Result<Leaving, StoreError> {
        let from = Moment::start_of(now.plus_days(-longest_window_days(&config.profile) - 2).date());
        let ledger = Ledger::load(conn, config, from, now.plus(1))?;
        let coming = config.checks_between(now.plus(1), now.plus_days(LOOK_AHEAD_DAYS));
        let causes = warn::causes(&ledger, config, &coming, now);
        let (clerks, spent) = (config.clerks(), outbox::spent(conn, false, now)?);
        let owed = warn::owed(&causes, &clerks, &spent, &config.calendar, now);
        let mut later: BTreeMap<Moment, Vec<OwedLetter>> = BTreeMap::new();
        for (at, letter) in warn::waiting(&causes, &clerks, &spent, &config.calendar, now) {
            later.entry(at).or_default().push(letter);
        }
        let mut counted = BTreeMap::new();
        for (at, letters) in later {
            counted.insert(at, loud(conn, &ledger, letters, now)?.len());
        }
        counted.retain(|_, count| *count > 0);
        Ok(Leaving { now: loud(conn, &ledger, owed, now)?, later: counted })
    }

    /// Recognises what leaves at once: the same for the same letters, empty for none.
    pub fn mark(&self) -> String {
        if self.now.is_empty() {
            return String::new();
        }
        let about =
            |letter: &OwedLetter| letter.mentions.iter().map(|m| format!("{} {}", m.account.0, m.stage)).collect();
        let all: Vec<(&str, Vec<String>)> =
            self.now.iter().map(|letter| (letter.recipient.as_str(), about(letter))).collect();
        Sha256::digest(format!("{all:?}")).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// How many leave at once, in a sentence (Chinese, without its end).
    pub fn chinese(&self) -> String {
        match self.now.len() {
            0 => "没有随即要发的提醒".to_owned(),
            count => {
                format!("随即发出{count}封已经到时候、还来得及补救的提醒；发之前还会再看一遍账号，已经更新的就不发")
            }
        }
    }

    /// To whom, a line each, and how many are not named (Chinese).
    pub fn lines(&self) -> Vec<String> {
        let more = self.now.len().saturating_sub(NAMED);
        let rest = (more > 0).then(|| format!("另有{more}封"));
        self.now.iter().take(NAMED).map(line).chain(rest).collect()
    }

    /// How many wait until when, a line each (Chinese).
    pub fn waits(&self) -> Vec<String> {
        let wait = |(at, count): (&Moment, &usize)| format!("另有{count}封也到了时候，等到{}再发", weekday_moment(*at));
        self.later.iter().map(wait).collect()
    }
}

fn line(letter: &OwedLetter) -> String {
    let accounts: BTreeSet<AccountId> = letter.mentions.iter().map(|mention| mention.account).collect();
    let (role, to, slot) = (letter.role.chinese(), &letter.recipient, weekday_moment(letter.slot));
    format!("给{role} {to}：{}个账号，原定{slot}", accounts.len())
}

/// Without what a silence keeps back at `at`; nothing is counted.
pub(super) fn loud(
    conn: &Connection,
    ledger: &Ledger,
    mut owed: Vec<OwedLetter>,
    at: Moment,
) -> Result<Vec<OwedLetter>, StoreError> {
    let silences = silences::active(conn, at)?;
    let quiet = |id| ledger.account(id).is_some_and(|account| over(&silences, account).is_some());
    owed.iter_mut().for_each(|letter| letter.mentions.retain(|mention| !quiet(mention.account)));
    owed.retain(|letter| !letter.mentions.is_empty());
    Ok(owed)
}
