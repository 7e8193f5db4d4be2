//! Reads the sender's mailbox for letters that came back (退信) and tells the outbox. The mailbox is never
//! changed; how far it was read is kept in our own database.

use super::bounce::{self, Fate, REPORT_LIMIT, Report, Said};
use super::classify::MailClass;
use super::{hold, imap};
use crate::Step;
use crate::config::{Config, ImapConfig, Transport};
use crate::domain::Moment;
use crate::secrets::FileSecrets;
use crate::store::bounces::{self, Bounce, Mailbox};
use crate::store::{Store, StoreError, Transaction};
use cuigeng_adapters::Secrets;
use imap::Trouble;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A mailbox that was never read is read from so many days ago.
const FIRST_DAYS: i64 = 7;
/// Messages a round; the rest follows soon.
const A_ROUND: usize = 100;
const SOON_S: i64 = 10;
/// A login that was refused is tried again after so long: many refusals lock a mailbox, and sending with it.
const AUTH_S: i64 = 3600;
/// The wait grows with failures in a row, up to so many times the usual one.
const PATIENCE: i64 = 6;
/// A message that broke the reading so often is passed over.
const POISON: u32 = 3;

/// Reads what came back. Cheap to clone.
#[derive(Clone)]
pub struct Returns {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The mailbox's password.
    pub secrets: Arc<FileSecrets>,
}

/// The mailbox that is to be read; none while letters go into a folder.
pub fn configured(config: &Config) -> Option<&ImapConfig> {
    config.mail.bounces.as_ref().filter(|_| matches!(config.mail.transport, Transport::Smtp(_)))
}

/// What the mailbox is called in the database.
pub fn name(mailbox: &ImapConfig) -> String {
    format!("{}@{}:{}/{}", mailbox.user, mailbox.host, mailbox.port, mailbox.folder)
}

impl Returns {
    /// Reads what is new, when it is time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let Some(configured) = configured(&self.config).cloned() else {
            return Ok(Step { did: false, wake: Moment::MAX });
        };
        let name = name(&configured);
        let (key, before) = (name.clone(), now);
        let (mailbox, stop) =
            self.store.read_async(move |conn| Ok((bounces::mailbox(conn, &key)?, hold::read(conn)?))).await?;
        // While the server refuses our login for sending, a login for reading would only press it.
        if let Some(stop) = stop.filter(|stop| stop.is_login()) {
            return Ok(Step { did: false, wake: stop.until.max(now.plus(60)) });
        }
        if before < mailbox.next_at {
            return Ok(Step { did: false, wake: mailbox.next_at });
        }
        let (read, did) = self.round(&configured, mailbox, now).await?;
        let wake = read.next_at;
        self.store.write_async(move |tx| bounces::keep(tx, &name, &read)).await?;
        Ok(Step { did, wake })
    }

    /// One round, and whether a letter was ended by it.
    async fn round(
        &self,
        configured: &ImapConfig,
        mailbox: Mailbox,
        now: Moment,
    ) -> Result<(Mailbox, bool), StoreError> {
        let mut progress = Progress { mailbox: mailbox.clone(), ended: false, more: false };
        let next = match self.read(configured, &mut progress, now).await? {
            Ok(()) => {
                let next_at = now.plus(if progress.more { SOON_S } else { configured.every_s });
                Mailbox {
                    next_at,
                    failures: 0,
                    since: None,
                    class: String::new(),
                    words: String::new(),
                    ..progress.mailbox
                }
            }
            Err(trouble) => failed(configured, &mailbox, progress.mailbox, &trouble, now),
        };
        Ok((next, progress.ended))
    }

    async fn read(
        &self,
        configured: &ImapConfig,
        progress: &mut Progress,
        now: Moment,
    ) -> Result<Result<(), Trouble>, StoreError> {
        let password = match self.secrets.get(&configured.password_secret) {
            Ok(password) => password,
            Err(failure) => return Ok(Err(Trouble { class: MailClass::Config, words: failure.detail })),
        };
        let mut open = match imap::open(configured, &password).await {
            Ok(open) => open,
            Err(trouble) => return Ok(Err(trouble)),
        };
        if open.uidvalidity != progress.mailbox.uidvalidity {
            // Its numbers mean other messages now; a report that is read twice changes nothing.
            (progress.mailbox.uidvalidity, progress.mailbox.last_uid) = (open.uidvalidity, 0);
        }
        let uids = match open.since(progress.mailbox.last_uid, FIRST_DAYS, now).await {
            Ok(uids) => uids,
            Err(trouble) => return Ok(Err(trouble)),
        };
        progress.more = uids.len() > A_ROUND;
        for uid in uids.into_iter().take(A_ROUND) {
            match report(&mut open, uid).await {
                Ok(None) => {}
                Ok(Some((report, hash))) => progress.ended |= self.file(report, hash, now).await?,
                Err(trouble) => {
                    if progress.mailbox.failures + 1 >= POISON {
                        tracing::warn!(uid, "bounces.message_passed_over");
                        progress.mailbox.last_uid = uid;
                    }
                    return Ok(Err(trouble));
                }
            }
            progress.mailbox.last_uid = uid;
        }
        open.leave().await;
        Ok(Ok(()))
    }

    async fn file(&self, report: Report, hash: String, now: Moment) -> Result<bool, StoreError> {
        self.store.write_async(move |tx| file(tx, &report, &hash, now)).await
    }
}

/// How far a round has come.
struct Progress {
    mailbox: Mailbox,
    ended: bool,
    more: bool,
}

/// The report in a message with a name for it, if it is one. Whatever else lies there is not fetched whole.
async fn report(open: &mut imap::Mailbox, uid: u32) -> Result<Option<(Report, String)>, Trouble> {
    if !open.headers(uid).await?.is_some_and(|headers| bounce::may_be(&headers)) {
        return Ok(None);
    }
    let Some(bytes) = open.message(uid, REPORT_LIMIT).await? else { return Ok(None) };
    let digest = Sha256::digest(&bytes);
    let hash = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(bounce::read(&bytes).map(|report| (report, hash)))
}

/// Tells the outbox; a report about none of our letters, or about another recipient, changes nothing.
fn file(tx: &Transaction<'_>, report: &Report, hash: &str, now: Moment) -> Result<bool, StoreError> {
    let mut ended = false;
    for id in &report.letters {
        let Some(letter) = bounces::letter(tx, id)? else { continue };
        let Some(said) = report.about(&letter.recipient) else {
            tracing::info!(letter.id = letter.id, "bounce.of_another_recipient");
            continue;
        };
        let class = said.class().map_or("bounced", MailClass::word);
        let bounced = bounces::note(tx, &letter, hash, class, &kept(said, now))?;
        tracing::info!(letter.id = letter.id, class, bounced, "bounce.read");
        ended |= bounced;
    }
    Ok(ended)
}

fn kept(said: &Said, now: Moment) -> Bounce {
    Bounce {
        at: now,
        failed: said.fate == Fate::Failed,
        code: said.code,
        enhanced: said.enhanced.clone().unwrap_or_default(),
        words: said.words.clone(),
    }
}

fn failed(configured: &ImapConfig, before: &Mailbox, progress: Mailbox, trouble: &Trouble, now: Moment) -> Mailbox {
    let failures = before.failures.saturating_add(1);
    tracing::warn!(class = trouble.class.word(), failures, words = trouble.words, "bounces.not_read");
    let wait_s = configured.every_s * i64::from(failures).min(PATIENCE);
    let wait_s = if trouble.class == MailClass::Auth { wait_s.max(AUTH_S) } else { wait_s };
    Mailbox {
        next_at: now.plus(wait_s),
        failures,
        since: before.since.or(Some(now)),
        class: trouble.class.word().to_owned(),
        words: trouble.words.clone(),
        ..progress
    }
}
