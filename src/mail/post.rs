//! The postman: takes what is due from the outbox, looks again, composes, and hands it over, one
//! letter a step. A letter leaves the queue only as sent, refused, overtaken, cancelled or held, and
//! all of them stay visible.

use super::ending::{expired, why_overtaken};
use super::letter::{self, Words};
use super::message::{self, Outgoing};
use super::said::{Said, sent_text};
use super::smtp::Limits;
use super::{digest, dispatch, doubt, facts, pace};
use crate::Step;
use crate::config::{Config, Transport};
use crate::domain::{Account, AccountId, Moment};
use crate::poll::Poller;
use crate::recall;
use crate::secrets::FileSecrets;
use crate::settle;
use crate::store::{
    Composed, Connection, LetterKind, LetterRow, LetterState, Mention, Store, StoreError, accounts, looks, outbox,
    restored, silences, told,
};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

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
}

/// A look younger than this is fresh enough for a letter, in seconds.
const FRESH_S: i64 = 1800;
/// No pause between two letters is longer, in seconds.
pub(super) const PACE_LIMIT_S: i64 = 1200;

impl Postman {
    /// Deals with the one letter that is due first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        // After a restore nothing leaves before a person has seen what waits.
        if self.store.read_async(restored::holds).await?.is_some() {
            return Ok(Step { did: false, wake: now.plus_days(1) });
        }
        if let Some(wake) = self.stopped(now).await? {
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
        let list_at = self.list(now).await?;
        if let Some(wake) = self.resting(now).await? {
            return Ok(Step { did: false, wake });
        }
        let (due, wake) =
            self.store.read_async(move |conn| Ok((outbox::next_due(conn, now)?, outbox::next_wake(conn)?))).await?;
        let Some(due) = due else {
            let config = Arc::clone(&self.config);
            let listens = self.store.read_async(move |conn| settle::listens(conn, &config, now)).await?;
            let wake = wake.unwrap_or(Moment::MAX).min(digest::next(recorded, now)).min(listens).min(list_at);
            return Ok(Step { did: false, wake: wake.max(now.plus(1)) });
        };
        let left = self.deal(due, now).await?;
        let next = if left { self.store.read_async(pace::read).await?.next } else { now };
        Ok(Step { did: true, wake: next.max(now.plus(1)) })
    }

    /// Until when nothing leaves because of the pace. Whatever rings, nothing makes it faster.
    async fn resting(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        if matches!(self.config.mail.transport, Transport::Folder(_)) {
            return Ok(None);
        }
        let next = self.store.read_async(pace::read).await?.next;
        // A clock that was set back must not stop the mail for long.
        Ok(Some(next).filter(|next| (now.plus(1)..now.plus(PACE_LIMIT_S)).contains(next)))
    }

    /// Queues the clerk's list of the day when it is due; when the next one is.
    async fn list(&self, now: Moment) -> Result<Moment, StoreError> {
        let config = Arc::clone(&self.config);
        let at = self.store.read_async(move |conn| dispatch::due_at(conn, &config, now)).await?;
        if at > now {
            return Ok(at);
        }
        let config = Arc::clone(&self.config);
        self.store.write_async(move |tx| dispatch::queue(tx, &config, now)).await?;
        Ok(now.plus(1))
    }

    /// Whether something was handed over, so that the pace must be kept.
    async fn deal(&self, due: LetterRow, now: Moment) -> Result<bool, StoreError> {
        let maybe = due.doubted || due.state == LetterState::Doubtful;
        let late = due.not_after.is_some_and(|end| end <= now);
        if maybe && late {
            self.hold_doubted(due.id, doubt::TOO_LATE).await?;
            return Ok(false);
        }
        if late {
            let reason = expired(&due);
            self.store.write_async(move |tx| outbox::expire(tx, due.id, &reason)).await?;
            return Ok(false);
        }
        if due.state == LetterState::Doubtful {
            return self.deal_doubtful(due, now).await;
        }
        if maybe && self.is_only_recorded(&due).await? {
            self.hold_doubted(due.id, doubt::IN_TRIAL).await?;
            return Ok(false);
        }
        let Some(words) = self.words(&due, now).await? else { return Ok(false) };
        let Some((composed, bytes)) =
            self.composed(&due, if due.doubted { words.doubted() } else { words }, now).await?
        else {
            return Ok(false);
        };
        if self.is_only_recorded(&due).await? {
            self.store.write_async(move |tx| outbox::record(tx, due.id, &composed)).await?;
            return Ok(false);
        }
        self.hand_over(&due, composed, &bytes, now).await
    }

    /// The words as they are true now; `None` when there is nothing left to say.
    pub(super) async fn words(&self, due: &LetterRow, now: Moment) -> Result<Option<Said>, StoreError> {
        if due.kind == LetterKind::Result {
            let id = due.id;
            let mentions = self.store.read_async(move |conn| outbox::mentions(conn, id)).await?;
            if !mentions.is_empty() && mentions.iter().all(|mention| mention.stage == recall::STAGE) {
                return self.recall_words(due, mentions, now).await;
            }
            return self.result_words(due, now).await;
        }
        let id = due.id;
        let Some(mentions) = self.unsilenced(due, now).await? else { return Ok(None) };
        if due.kind != LetterKind::Reminder {
            let (subject, text, html) = (due.subject.clone(), due.text.clone(), due.html.clone());
            return Ok(Some(Said { subject, text, html, sms: String::new() }));
        }
        tracing::debug!(letter.id = id, "letter.looking");
        self.look_again(&mentions, now).await?;
        tracing::debug!(letter.id = id, "letter.looked");
        let (config, row, pass) = (Arc::clone(&self.config), due.clone(), self.pass(due, now).await?);
        let told = self.store.read_async(move |conn| facts::gather(conn, &config, &row, &mentions, pass, now)).await?;
        let (dropped, said) = (told.dropped, told.said);
        let overtaken = why_overtaken(&dropped);
        self.store
            .write_async(move |tx| {
                dropped.iter().try_for_each(|(mention, why)| outbox::drop_mention(tx, id, mention, why))?;
                said.iter().try_for_each(|(mention, seen)| told::say(tx, id, mention, *seen))
            })
            .await?;
        let Some(facts) = told.facts else {
            self.end(id, LetterState::Overtaken, overtaken).await?;
            return Ok(None);
        };
        self.worded(id, letter::compose(&facts, &self.config.mail.templates)).await
    }

    /// A template of the office that failed is told, one of ours that does holds the letter.
    pub(super) async fn worded(&self, id: i64, words: Result<Words, String>) -> Result<Option<Said>, StoreError> {
        match words {
            Ok(Words { subject, text, html, sms, complaints }) => {
                complaints.iter().for_each(|error| tracing::warn!(letter.id = id, error, "letter.template_failed"));
                Ok(Some(Said { subject, text, html: Some(html), sms }))
            }
            Err(error) => {
                tracing::error!(letter.id = id, %error, "letter.not_composed");
                self.end(id, LetterState::Held, "信件无法组成，请把日志交给维护人员").await?;
                Ok(None)
            }
        }
    }

    /// What the letter may still say; `None` when a silence covers all of it.
    async fn unsilenced(&self, due: &LetterRow, now: Moment) -> Result<Option<Vec<Mention>>, StoreError> {
        let (id, recipient) = (due.id, due.recipient.clone());
        match self.store.write_async(move |tx| silences::drop_quiet(tx, id, &recipient, now)).await? {
            Ok(mentions) => Ok(Some(mentions)),
            Err(why) => {
                self.end(id, LetterState::Overtaken, &why).await?;
                Ok(None)
            }
        }
    }

    /// No letter leaves without a fresh look at the account (DESIGN §7).
    pub(super) async fn look_again(&self, mentions: &[Mention], now: Moment) -> Result<(), StoreError> {
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

    /// The letter as it is kept, and its bytes as they leave: they differ only by a link that opens it.
    /// `None` when the address is impossible, which a person must mend.
    pub(super) async fn composed(
        &self,
        due: &LetterRow,
        said: Said,
        now: Moment,
    ) -> Result<Option<(Composed, Vec<u8>)>, StoreError> {
        let kept = message::compose(&self.outgoing(due, &said, now));
        let leaves = match self.opened(due, &said).await? {
            Some(opened) => message::compose(&self.outgoing(due, &opened, now)),
            None => kept.clone(),
        };
        match kept.and_then(|kept| Ok((kept, leaves?))) {
            Ok((kept, leaves)) => Ok(Some((said.composed(kept), leaves))),
            Err(error) => {
                tracing::warn!(letter.id = due.id, "letter.address_unusable");
                self.end(due.id, LetterState::Held, &error.0).await?;
                Ok(None)
            }
        }
    }

    fn outgoing(&self, due: &LetterRow, said: &Said, now: Moment) -> Outgoing {
        let mail = &self.config.mail;
        Outgoing {
            from_name: mail.from_name.clone(),
            from_address: mail.from_address.clone(),
            to: due.recipient.clone(),
            reply_to: mail.reply_to.clone(),
            subject: said.subject.clone(),
            text: sent_text(&said.text).to_owned(),
            html: said.html.clone(),
            attachment: due.attachment.clone(),
            message_id: due.message_id.clone(),
            references: Some(thread(due, mail.domain())),
            date: now,
        }
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

/// A virtual root per recipient and week, so that a week is one thread in the mail reader.
fn thread(due: &LetterRow, domain: &str) -> String {
    let week = crate::domain::Week::of(due.slot).iso();
    let to: String = due.recipient.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("<cg.week.{}-W{:02}.{to}@{domain}>", week.year(), week.week())
}
