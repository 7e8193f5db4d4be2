//! The stop of the whole queue after a refused login, or a setting of ours that the server refuses
//! (mail.md "Credential stop"). Providers answer many failed logins with a locked mailbox, so the stop is
//! kept in the database: a service that is restarted in a loop must not press them.

use super::classify::MailClass;
use crate::config::SmtpConfig;
use crate::domain::Moment;
use crate::store::{Connection, StoreError, Transaction, meta};
use cuigeng_adapters::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const KEY: &str = "mail_stop";
/// Seconds between two logins that only try.
const PROBE_S: i64 = 900;
/// The same when the server spoke of too many, and between two letters after a refused setting.
const PATIENT_S: i64 = 3600;
/// How often a changed password or setting is looked for, in seconds.
const NOTICE_S: i64 = 60;

/// A stop of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// When the queue stopped.
    pub since: Moment,
    /// Until when nothing is tried.
    pub until: Moment,
    /// Class of the answer.
    pub class: String,
    /// The server's words.
    pub words: String,
    /// They are ours: the server gave no answer.
    #[serde(default)]
    is_ours: bool,
    /// Recognises a changed password or setting; sixteen bits betray neither.
    mark: String,
}

impl Stop {
    /// The stop that an answer of that class causes, if it causes one.
    pub(super) fn after(class: MailClass, words: &str, mark: String, now: Moment) -> Option<Stop> {
        let rest = match class {
            MailClass::Auth if is_pressed(words) => PATIENT_S,
            MailClass::Auth => PROBE_S,
            MailClass::Config => PATIENT_S,
            // Three in a row, which the postman counts.
            MailClass::Blocked => PATIENT_S,
            _ => return None,
        };
        let (class, words) = (class.word().to_owned(), words.to_owned());
        Some(Stop { since: now, until: now.plus(rest), class, words, is_ours: false, mark })
    }

    /// Whether its words are ours, because the server gave no answer.
    pub(super) fn told_by_us(self, is_ours: bool) -> Stop {
        Stop { is_ours, ..self }
    }

    /// Whether nothing may be tried yet: a changed password or setting is tried at once.
    pub(super) fn holds(&self, mark: &str, now: Moment) -> bool {
        now < self.until && self.mark == mark
    }

    /// Whether a login without a letter tells if it is over.
    pub(super) fn is_login(&self) -> bool {
        self.class == MailClass::Auth.word()
    }

    /// When to look again.
    pub(super) fn wake(&self, now: Moment) -> Moment {
        self.until.min(now.plus(NOTICE_S))
    }

    /// What it is and what cures it (Chinese).
    pub fn chinese(&self) -> String {
        let known = [MailClass::Auth, MailClass::Blocked].into_iter().find(|class| class.word() == self.class);
        let words = match self.words.as_str() {
            "" => String::new(),
            ours if self.is_ours => format!("（{ours}）"),
            words => format!("（服务器答复：{words}）"),
        };
        format!("发信已暂停{words}：{}", known.unwrap_or(MailClass::Config).advice())
    }
}

fn is_pressed(words: &str) -> bool {
    let words = words.to_lowercase();
    ["too many", "too much", "频繁", "次数过多", "过多", "[1]"].iter().any(|mark| words.contains(mark))
}

/// What a password and the settings beside it look like from afar.
pub(super) fn mark(config: &SmtpConfig, from: &str, password: Option<&Secret>) -> String {
    let secret = password.map_or("", Secret::expose);
    let digest = Sha256::digest(format!("{config:?}\0{from}\0{secret}"));
    format!("{:02x}{:02x}", digest[0], digest[1])
}

/// The stop that lasts.
///
/// # Errors
/// Those of SQLite.
pub fn read(conn: &Connection) -> Result<Option<Stop>, StoreError> {
    Ok(meta::get(conn, KEY)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Keeps a stop, or its end. One that goes on began when the first one did.
pub(super) fn keep(tx: &Transaction<'_>, stop: Option<Stop>) -> Result<(), StoreError> {
    let before = read(tx)?;
    let stop = stop.map(|stop| Stop { since: before.map_or(stop.since, |before| before.since), ..stop });
    // A value of strings and numbers always becomes JSON; '' is read as none.
    let text = stop.and_then(|stop| serde_json::to_string(&stop).ok()).unwrap_or_default();
    meta::set(tx, KEY, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn stop(class: MailClass, words: &str) -> Option<Stop> {
        Stop::after(class, words, "ab".to_owned(), at("2026-07-23 09:00"))
    }

    #[test]
    fn one_refused_login_stops_the_queue_for_a_quarter_of_an_hour_or_an_hour() {
        let usual = stop(MailClass::Auth, "535 请使用授权码").unwrap();
        assert!(usual.holds("ab", at("2026-07-23 09:14:59")) && !usual.holds("ab", at("2026-07-23 09:15")));
        for words in ["authenticate too many times", "451 too much fail authentication", "登录过于频繁"] {
            let patient = stop(MailClass::Auth, words).unwrap();
            assert!(patient.holds("ab", at("2026-07-23 09:59:59")) && !patient.holds("ab", at("2026-07-23 10:00")));
        }
        for class in [MailClass::Config, MailClass::Blocked] {
            assert!(
                stop(class, "").is_some_and(|stop| !stop.is_login() && stop.holds("ab", at("2026-07-23 09:59:59")))
            );
        }
        for class in [MailClass::Accepted, MailClass::Transient, MailClass::Gone, MailClass::Throttled] {
            assert_eq!(stop(class, "x"), None);
        }
    }

    #[test]
    fn a_changed_password_or_setting_is_tried_at_once() {
        let kept = stop(MailClass::Auth, "x").unwrap();
        assert!(!kept.holds("cd", at("2026-07-23 09:00:01")));
        assert_eq!(kept.wake(at("2026-07-23 09:00")), at("2026-07-23 09:01"));
        assert_eq!(kept.wake(at("2026-07-23 09:14:30")), at("2026-07-23 09:15"));
    }
}
