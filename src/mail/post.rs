//! The postman: takes what is due from the outbox, looks again, composes, and hands it over, one
//! letter a step. A letter leaves the queue only as sent, refused, overtaken, cancelled or held, and
//! all of them stay visible.

use super::classify::MailClass;
use super::facts;
use super::letter;
use super::message::{self, Outgoing};
use super::smtp::{self, Attempt, Limits};
use super::{digest, folder};
use crate::Step;
use crate::config::{Config, Transport};
use crate::domain::{Account, AccountId, Moment, Role};
use crate::poll::Poller;
use crate::secrets::FileSecrets;
use crate::settle;
use crate::store::{
    Connection, Ending, LetterKind, LetterRow, LetterState, Mention, NewLetter, Store, StoreError, accounts, looks,
    outbox,
};
use cuigeng_adapters::Secrets;
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Sends letters. Cheap to clone.
#[derive(Clone)]
pub struct Postman {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The mail password.
    pub secrets: Arc<FileSecrets>,
    /// For the fresh look.
    pub poller: Poller,
    /// The data directory, for the folder of letters.
    pub data: PathBuf,
    /// Time limits of an SMTP exchange.
    pub limits: Limits,
    /// After a refused login, or a setting of ours that is refused, the whole queue rests until then.
    pub hold: Hold,
}

/// Until when the queue rests. A provider answers many failed logins with a locked mailbox, so one
/// letter's refusal stops them all.
#[derive(Clone, Debug, Default)]
pub struct Hold(Arc<Mutex<Option<Moment>>>);

impl Hold {
    fn until(&self, now: Moment) -> Option<Moment> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).filter(|until| now < *until)
    }

    fn learn(&self, class: MailClass, now: Moment) {
        let rests = matches!(class, MailClass::Auth | MailClass::Config).then(|| now.plus(AUTH_REST_S));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = rests;
    }
}

/// One login in a quarter of an hour (mail.md "Credential stop").
const AUTH_REST_S: i64 = 900;

/// Minutes after the first, second, … failed try (mail.md "Retry clock"); then hourly.
const RETRY_MIN: [i64; 4] = [1, 5, 15, 30];
/// A look younger than this is fresh enough for a letter, in seconds.
const FRESH_S: i64 = 1800;

impl Postman {
    /// Deals with the one letter that is due first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        if let Some(wake) = self.hold.until(now) {
            return Ok(Step { did: false, wake });
        }
        let config = Arc::clone(&self.config);
        let news = self.store.read_async(move |conn| settle::has_news(conn, &config)).await?;
        if news {
            let config = Arc::clone(&self.config);
            self.store.write_async(move |tx| settle::tell_decided(tx, &config, now)).await?;
        }
        let recorded = self.store.read_async(|conn| Ok(!outbox::recorded(conn)?.is_empty())).await?;
        if digest::is_due(recorded, now) {
            let config = Arc::clone(&self.config);
            self.store.write_async(move |tx| digest::queue(tx, &config, now)).await?;
        }
        let (due, wake) =
            self.store.read_async(move |conn| Ok((outbox::next_due(conn, now)?, outbox::next_wake(conn)?))).await?;
        let Some(due) = due else {
            let config = Arc::clone(&self.config);
            let listens = self.store.read_async(move |conn| settle::listens(conn, &config, now)).await?;
            let wake = wake.unwrap_or(Moment::MAX).min(digest::next(recorded, now)).min(listens);
            return Ok(Step { did: false, wake: wake.max(now.plus(1)) });
        };
        let left = self.deal(due, now).await?;
        let pace_s = if left { 60 / i64::from(self.config.mail.per_minute.max(1)) } else { 0 };
        Ok(Step { did: true, wake: now.plus(pace_s.max(1)) })
    }

    /// Whether something was handed over, so that the pace must be kept.
    async fn deal(&self, due: LetterRow, now: Moment) -> Result<bool, StoreError> {
        if due.not_after.is_some_and(|end| end <= now) {
            self.end(due.id, LetterState::Overtaken, "期限已过").await?;
            return Ok(false);
        }
        if due.state == LetterState::Doubtful {
            return self.deal_doubtful(due, now).await;
        }
        let Some((subject, text, sms)) = self.words(&due, now).await? else { return Ok(false) };
        let Some(rfc822) = self.bytes(&due, &subject, &text, now).await? else { return Ok(false) };
        // The short form is for the clerk's eyes; it is kept beside the letter and not sent with it.
        let text = if sms.is_empty() { text } else { format!("{}{SMS_MARK}{sms}\n", text.trim_end()) };
        if self.is_only_recorded(&due).await? {
            self.store.write_async(move |tx| outbox::record(tx, due.id, &subject, &text, &rfc822)).await?;
            return Ok(false);
        }
        self.hand_over(&due, subject, text, rfc822, now).await
    }

    /// A letter that may have arrived is sent once more only for a veto, with the same Message-ID and
    /// a word about it; else a person decides.
    async fn deal_doubtful(&self, due: LetterRow, now: Moment) -> Result<bool, StoreError> {
        let id = due.id;
        let mentions = self.store.read_async(move |conn| outbox::mentions(conn, id)).await?;
        let urgent = mentions.iter().any(|mention| facts::is_veto(&self.config, mention));
        if !urgent || due.attempts > 1 {
            self.end(id, LetterState::Held, "上次发送时连接中断，可能已经送达，请向收件人核实").await?;
            return Ok(false);
        }
        let text =
            format!("（可能重复）上次发送时连接中断，如已收到编号相同的信，请忽略本信。\n\n{}", sent_text(&due.text));
        let subject = due.subject.clone();
        let Some(rfc822) = self.bytes(&due, &subject, &text, now).await? else { return Ok(false) };
        self.hand_over(&due, subject, text, rfc822, now).await
    }

    /// The words as they are true now; `None` when there is nothing left to say.
    async fn words(&self, due: &LetterRow, now: Moment) -> Result<Option<(String, String, String)>, StoreError> {
        if due.kind == LetterKind::Result {
            return self.result_words(due, now).await;
        }
        if due.kind != LetterKind::Reminder {
            return Ok(Some((due.subject.clone(), due.text.clone(), String::new())));
        }
        let id = due.id;
        let mentions = self.store.read_async(move |conn| outbox::mentions(conn, id)).await?;
        self.look_again(&mentions, now).await?;
        let (config, row) = (Arc::clone(&self.config), due.clone());
        let told = self.store.read_async(move |conn| facts::gather(conn, &config, &row, &mentions, now)).await?;
        for (mention, why) in told.dropped {
            self.store.write_async(move |tx| outbox::drop_mention(tx, id, &mention, why)).await?;
        }
        let Some(facts) = told.facts else {
            self.end(id, LetterState::Overtaken, "发信前重新核对，已经更新或不再需要提醒").await?;
            return Ok(None);
        };
        match letter::compose(&facts) {
            Ok(words) => Ok(Some((words.subject, words.text, words.sms))),
            Err(error) => {
                tracing::error!(letter.id = id, %error, "letter.not_composed");
                self.end(id, LetterState::Held, "信件无法组成，请把日志交给维护人员").await?;
                Ok(None)
            }
        }
    }

    /// No letter leaves without a fresh look at the account (DESIGN §7).
    async fn look_again(&self, mentions: &[Mention], now: Moment) -> Result<(), StoreError> {
        let wanted: BTreeSet<AccountId> = mentions.iter().map(|mention| mention.account).collect();
        let stale = self
            .store
            .read_async(move |conn| {
                let mut stale = Vec::new();
                for id in wanted {
                    if let Some(account) = accounts::one(conn, id)?
                        && !is_fresh(conn, &account, now)?
                    {
                        stale.push(account);
                    }
                }
                Ok(stale)
            })
            .await?;
        for account in stale {
            self.poller.look(&account, now).await?;
        }
        Ok(())
    }

    /// The exact bytes; `None` when the address is impossible, which a person must mend.
    async fn bytes(
        &self,
        due: &LetterRow,
        subject: &str,
        text: &str,
        now: Moment,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mail = &self.config.mail;
        let outgoing = Outgoing {
            from_name: mail.from_name.clone(),
            from_address: mail.from_address.clone(),
            to: due.recipient.clone(),
            reply_to: mail.reply_to.clone(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: due.html.clone(),
            attachment: due.attachment.clone(),
            message_id: due.message_id.clone(),
            references: Some(thread(due, mail.domain())),
            date: now,
        };
        match message::compose(&outgoing) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => {
                tracing::warn!(letter.id = due.id, "letter.address_unusable");
                self.end(due.id, LetterState::Held, &error.0).await?;
                Ok(None)
            }
        }
    }

    async fn hand_over(
        &self,
        due: &LetterRow,
        subject: String,
        text: String,
        rfc822: Vec<u8>,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let (id, bytes) = (due.id, rfc822.clone());
        let claimed = self.store.write_async(move |tx| outbox::claim(tx, id, &subject, &text, &bytes, now)).await?;
        if !claimed {
            return Ok(false);
        }
        let ending = match &self.config.mail.transport {
            Transport::Folder(dir) => self.put_in_folder(dir, due, &rfc822, now),
            Transport::Smtp(smtp) => {
                let attempt = self.over_smtp(smtp, due, &rfc822, now).await;
                self.hold.learn(attempt.class, now);
                ending(due, &attempt, now)
            }
        };
        tracing::info!(letter.id = id, class = ending.class, state = ending.state.word(), "letter.attempted");
        self.store.write_async(move |tx| outbox::finish(tx, id, &ending, now)).await?;
        Ok(true)
    }

    fn put_in_folder(&self, dir: &std::path::Path, due: &LetterRow, rfc822: &[u8], now: Moment) -> Ending {
        let date = due.slot.beijing().format("%Y%m%d").to_string();
        match folder::put(&self.data.join(dir), &date, &due.message_id, rfc822) {
            Ok(path) => accepted(format!("已写入 {}", path.display())),
            Err(e) => retry(due, MailClass::Transient, None, format!("发件文件夹写不进去：{e}"), now),
        }
    }

    async fn over_smtp(
        &self,
        smtp: &crate::config::SmtpConfig,
        due: &LetterRow,
        rfc822: &[u8],
        now: Moment,
    ) -> Attempt {
        let password = smtp.password_secret.as_deref().and_then(|name| self.secrets.get(name).ok());
        let (store, id) = (self.store.clone(), due.id);
        let arm = move || async move { store.write_async(move |tx| outbox::arm(tx, id, now)).await.is_ok() };
        smtp::send(smtp, password.as_ref(), &self.config.mail.from_address, &due.recipient, rfc822, &self.limits, arm)
            .await
    }

    pub(super) async fn end(&self, id: i64, state: LetterState, reason: &str) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.store.write_async(move |tx| outbox::end(tx, id, state, &reason)).await
    }
}

/// Every source has looked a moment ago.
fn is_fresh(conn: &Connection, account: &Account, now: Moment) -> Result<bool, StoreError> {
    for of in &account.sources {
        let last = looks::recent(conn, account.id, &of.source, 1)?;
        if last.first().is_none_or(|look| now.since(look.at) >= FRESH_S) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What became of a test letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// A server, or the folder, has it.
    pub accepted: bool,
    /// Class of the answer.
    pub class: String,
    /// The server's own words.
    pub reply: String,
    /// What cures a refusal (Chinese).
    pub advice: String,
}

/// Sends a test letter now. It is a row of the outbox like any other.
///
/// # Errors
/// Those of the store.
pub async fn send_test(poller: &Poller, address: &str, role: Role, now: Moment) -> Result<Sent, StoreError> {
    let config = Arc::clone(&poller.config);
    let postman = Postman {
        store: poller.store.clone(),
        config: Arc::clone(&config),
        secrets: Arc::clone(&poller.secrets),
        poller: poller.clone(),
        data: poller.data.clone(),
        limits: Limits::default(),
        hold: Hold::default(),
    };
    let letter = test_letter(&config, address, role, now);
    let domain = config.mail.domain().to_owned();
    // The daemon may run beside us: held back, so that only this call hands it over.
    let row = poller
        .store
        .write_async(move |tx| {
            let id = outbox::queue(tx, &letter, false, &domain, now)?;
            Ok(id.map(|id| outbox::show(tx, id)).transpose()?.flatten())
        })
        .await?;
    let Some(row) = row else { return Ok(refused("刚刚已经发过一封测试信，请过一秒再试")) };
    let (subject, text) = (row.subject.clone(), row.text.clone());
    if let Some(bytes) = postman.bytes(&row, &subject, &text, now).await? {
        postman.hand_over(&row, subject, text, bytes, now).await?;
    }
    let id = row.id;
    let row = poller.store.read_async(move |conn| outbox::show(conn, id)).await?;
    Ok(row.map_or_else(
        || refused("测试信不见了"),
        |row| Sent {
            accepted: row.state == LetterState::Sent,
            class: row.class,
            reply: format!("{} {}", row.reply_code.map_or_else(String::new, |code| code.to_string()), row.reply_text)
                .trim()
                .to_owned(),
            advice: row.reason,
        },
    ))
}

fn refused(advice: &str) -> Sent {
    Sent { accepted: false, class: String::new(), reply: String::new(), advice: advice.to_owned() }
}

fn test_letter(config: &Config, address: &str, role: Role, now: Moment) -> NewLetter {
    NewLetter {
        kind: LetterKind::Test,
        recipient: address.to_owned(),
        role,
        slot: now,
        not_before: Moment::MAX,
        not_after: None,
        subject: "【测试】这是一封测试信".to_owned(),
        text: format!("这是一封测试信，不涉及任何账号。收到即说明发信正常。\n\n{}\n", config.office.name),
        html: None,
        attachment: None,
        mentions: Vec::new(),
        reason: String::new(),
    }
}

/// What stands between the text that is sent and the short form that is only kept.
const SMS_MARK: &str = "\n\n短信文本：";

fn sent_text(kept: &str) -> &str {
    kept.split(SMS_MARK).next().unwrap_or(kept)
}

/// A virtual root per recipient and week, so that a week is one thread in the mail reader.
fn thread(due: &LetterRow, domain: &str) -> String {
    let week = crate::domain::Week::of(due.slot).iso();
    let to: String = due.recipient.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("<cg.week.{}-W{:02}.{to}@{domain}>", week.year(), week.week())
}

fn accepted(words: String) -> Ending {
    Ending {
        state: LetterState::Sent,
        class: MailClass::Accepted.word().to_owned(),
        reply_code: None,
        reply_text: words,
        next_try: None,
        reason: String::new(),
    }
}

/// What an attempt makes of its letter (mail.md "Classifying a reply").
fn ending(due: &LetterRow, attempt: &Attempt, now: Moment) -> Ending {
    let words = attempt.reply.as_ref().map_or_else(|| attempt.trouble.clone(), |reply| reply.text.clone());
    let code = attempt.reply.as_ref().map(|reply| i64::from(reply.code));
    let at_rest = |state, reason: &str| Ending {
        state,
        class: attempt.class.word().to_owned(),
        reply_code: code,
        reply_text: words.clone(),
        next_try: None,
        reason: reason.to_owned(),
    };
    match attempt.class {
        MailClass::Accepted => Ending { reply_code: code, ..accepted(words.clone()) },
        MailClass::Doubtful => Ending { next_try: Some(now.plus(600)), ..at_rest(LetterState::Doubtful, "") },
        MailClass::Gone => at_rest(LetterState::Refused, attempt.class.advice()),
        MailClass::Blocked => at_rest(LetterState::Held, attempt.class.advice()),
        MailClass::Malformed if due.attempts >= 2 => at_rest(LetterState::Held, attempt.class.advice()),
        class => retry(due, class, code, words.clone(), now),
    }
}

fn retry(due: &LetterRow, class: MailClass, code: Option<i64>, words: String, now: Moment) -> Ending {
    let minutes = usize::try_from(due.attempts).ok().and_then(|n| RETRY_MIN.get(n)).copied().unwrap_or(60);
    let wait_s = match class {
        MailClass::Throttled => (minutes * 60).max(1800),
        MailClass::Auth | MailClass::Config => AUTH_REST_S,
        _ => minutes * 60,
    };
    let next_try = Some(now.plus(wait_s.min(HOUR)));
    Ending {
        state: LetterState::Queued,
        class: class.word().to_owned(),
        reply_code: code,
        reply_text: words,
        next_try,
        reason: class.advice().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refused_login_rests_the_whole_queue_for_a_quarter_of_an_hour() {
        let at = |text: &str| Moment::parse(text).unwrap();
        let hold = Hold::default();
        let now = at("2026-07-23 09:00");
        assert_eq!(hold.until(now), None);
        hold.learn(MailClass::Auth, now);
        assert_eq!(hold.until(at("2026-07-23 09:14:59")), Some(at("2026-07-23 09:15")));
        assert_eq!(hold.until(at("2026-07-23 09:15")), None);
        hold.learn(MailClass::Accepted, at("2026-07-23 09:15"));
        assert_eq!(hold.until(at("2026-07-23 09:15:01")), None);
    }
}
