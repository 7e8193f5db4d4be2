//! How fast letters leave (mail.md "Presets and pace"): so many a minute with jitter, half as many for the
//! rest of a day on which a provider spoke of limits, a minute of rest after a failed connection. Kept in
//! the database: neither a ring nor a restart makes it faster.

use super::classify::{MailClass, Phase};
use crate::domain::Moment;
use crate::store::{Connection, StoreError, Transaction, meta};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

const KEY: &str = "mail_pace";
/// Least seconds between two letters, and most that chance adds.
const JITTER_S: (i64, i64) = (2, 4);
/// Rest of the queue after a connection that failed, in seconds.
const NO_LINE_S: i64 = 60;
/// The rate is halved so often at most; the pause is then sixteen times as long.
const HALVINGS: u32 = 4;

/// The pace as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Nothing leaves before.
    pub next: Moment,
    /// The day in Beijing on which the rate was halved last.
    pub day: Option<NaiveDate>,
    /// How often it was halved on that day.
    pub halvings: u32,
    /// What the provider said then.
    pub words: String,
}

impl Pace {
    /// How often the rate is halved on that day.
    pub fn halved(&self, today: NaiveDate) -> u32 {
        if self.day == Some(today) { self.halvings } else { 0 }
    }

    /// The pace after an attempt that ended so at `now`. `dice` is any number, such as the letter's own.
    pub(super) fn after(
        &self,
        per_minute: u32,
        (class, phase): (MailClass, Phase),
        words: &str,
        dice: i64,
        now: Moment,
    ) -> Pace {
        let today = now.date();
        let mut halvings = self.halved(today);
        let slower = class == MailClass::Throttled;
        if slower {
            halvings = (halvings + 1).min(HALVINGS);
        }
        let usual_s = (60 / i64::from(per_minute.max(1))).max(JITTER_S.0) << halvings;
        let lost = matches!(class, MailClass::Transient | MailClass::Malformed) && phase == Phase::Connect;
        let pause_s = (usual_s + dice.rem_euclid(JITTER_S.1 + 1)).max(if lost { NO_LINE_S } else { 0 });
        Pace {
            next: now.plus(pause_s),
            day: (halvings > 0).then_some(today),
            halvings,
            words: if slower {
                words.to_owned()
            } else if halvings > 0 {
                self.words.clone()
            } else {
                String::new()
            },
        }
    }
}

/// The pace that holds.
///
/// # Errors
/// Those of SQLite.
pub fn read(conn: &Connection) -> Result<Pace, StoreError> {
    Ok(meta::get(conn, KEY)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

pub(super) fn keep(tx: &Transaction<'_>, pace: &Pace) -> Result<(), StoreError> {
    // A value of strings and numbers always becomes JSON; '' is read as none.
    meta::set(tx, KEY, &serde_json::to_string(pace).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: (MailClass, Phase) = (MailClass::Accepted, Phase::Dot);
    const SLOWER: (MailClass, Phase) = (MailClass::Throttled, Phase::Rcpt);

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn pause(per_minute: u32, how: (MailClass, Phase), dice: i64) -> i64 {
        let now = at("2026-07-23 09:00");
        Pace::default().after(per_minute, how, "", dice, now).next.since(now)
    }

    #[test]
    fn never_more_a_minute_than_allowed_and_never_in_step() {
        let pauses: std::collections::BTreeSet<i64> = (0..100).map(|dice| pause(10, SENT, dice)).collect();
        assert_eq!(pauses.into_iter().collect::<Vec<_>>(), [6, 7, 8, 9, 10]);
        assert!((0..100).all(|dice| (2..=6).contains(&pause(600, SENT, dice))));
        assert!(pause(600, (MailClass::Transient, Phase::Connect), 0) >= 60);
        assert!(pause(600, (MailClass::Transient, Phase::Rcpt), 0) < 60);
    }

    #[test]
    fn half_as_fast_for_the_rest_of_the_day() {
        let first = Pace::default().after(10, SLOWER, "550 too often", 0, at("2026-07-23 09:00"));
        assert_eq!((first.halvings, first.words.as_str()), (1, "550 too often"));
        let now = at("2026-07-23 23:59");
        let same_day = first.after(10, SENT, "", 0, now);
        assert_eq!((same_day.next.since(now), same_day.words.as_str()), (12, "550 too often"));
        let again = same_day.after(10, SLOWER, "x", 0, now);
        assert_eq!(again.next.since(now), 24);
        let tomorrow = at("2026-07-24 00:00");
        let fresh = again.after(10, SENT, "", 0, tomorrow);
        assert_eq!((fresh.next.since(tomorrow), fresh.halved(tomorrow.date()), fresh.words.as_str()), (6, 0, ""));
        let slowest = (0..9).fold(Pace::default(), |pace, _| pace.after(10, SLOWER, "", 0, now));
        assert_eq!(slowest.next.since(now), 96);
    }
}
