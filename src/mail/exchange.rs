//! Handing a letter over, and what the answer teaches about the queue as a whole.

use super::classify::{MailClass, Phase, Wait};
use super::ending::{accepted, ending, retry};
use super::hold::{self, Stop};
use super::post::{PACE_LIMIT_S, Postman};
use super::smtp::{self, Attempt};
use super::{folder, pace};
use crate::alarm::causes::BLOCKED_IN_A_ROW;
use crate::alarm::groups;
use crate::config::{SmtpConfig, Transport};
use crate::domain::Moment;
use crate::store::{Composed, Ending, LetterRow, StoreError, Transaction, alarms, attempts, outbox};
use cuigeng_adapters::{Secret, Secrets};
use std::sync::Arc;

impl Postman {
    pub(super) async fn hand_over(
        &self,
        due: &LetterRow,
        composed: Composed,
        rfc822: &[u8],
        now: Moment,
    ) -> Result<bool, StoreError> {
        let id = due.id;
        tracing::debug!(letter.id = id, "letter.composed");
        let (config, row) = (Arc::clone(&self.config), due.clone());
        let claiming = move |tx: &Transaction<'_>| {
            let claimed = outbox::claim(tx, id, &composed, now)?;
            if claimed {
                groups::queue(tx, &config, &row, now)?;
            }
            tracing::debug!(letter.id = id, claimed, "letter.claiming");
            Ok(claimed)
        };
        if !self.store.write_async(claiming).await? {
            return Ok(false);
        }
        tracing::debug!(letter.id = id, "letter.claimed");
        let (mut lesson, mut how) = (Lesson::Nothing, (MailClass::Accepted, Phase::Dot));
        let ending = match &self.config.mail.transport {
            Transport::Folder(dir) => self.put_in_folder(dir, due, rfc822, now),
            Transport::Smtp(smtp) => {
                let attempt = self.over_smtp(smtp, due, rfc822, now).await;
                lesson = self.lesson(smtp, &attempt, now);
                how = (attempt.class, attempt.phase);
                if !attempt.trouble.is_empty() {
                    tracing::info!(letter.id = id, trouble = attempt.trouble, "letter.broke");
                }
                ending(due, &attempt, smtp.preset, now)
            }
        };
        tracing::info!(letter.id = id, class = ending.class, state = ending.state.word(), "letter.attempted");
        let server = self.config.mail.transport.place();
        let refused = self.blocked(&ending, now);
        let (per_minute, until) = (self.config.mail.per_minute, self.after_exchange(now));
        self.store
            .write_async(move |tx| {
                outbox::finish(tx, id, &ending, now)?;
                attempts::keep(tx, id, &server, &ending, now)?;
                pace::keep(tx, &pace::read(tx)?.after(per_minute, how, &ending.reply_text, id, until))?;
                let in_a_row = refused.is_some() && !alarms::blocked(tx, BLOCKED_IN_A_ROW)?.is_empty();
                match if in_a_row { refused.map_or(Lesson::Nothing, Lesson::Stop) } else { lesson } {
                    Lesson::Nothing => {}
                    Lesson::Over => hold::keep(tx, None)?,
                    Lesson::Stop(stop) => hold::keep(tx, Some(stop))?,
                }
                tracing::debug!(letter.id = id, "letter.finishing");
                Ok(())
            })
            .await?;
        tracing::debug!(letter.id = id, "letter.finished");
        Ok(true)
    }

    /// The exchange itself may have taken minutes; a pause begins after it.
    fn after_exchange(&self, began: Moment) -> Moment {
        let now = self.poller.clock.now();
        if (began..began.plus(PACE_LIMIT_S)).contains(&now) { now } else { began }
    }

    /// The stop that a refusal for spam or policy causes if it is one of several in a row.
    fn blocked(&self, ending: &Ending, now: Moment) -> Option<Stop> {
        let Transport::Smtp(smtp) = &self.config.mail.transport else { return None };
        let mark = hold::mark(smtp, &self.config.mail.from_address, self.password(smtp).as_ref());
        let is_blocked = ending.class == MailClass::Blocked.word();
        is_blocked.then(|| Stop::after(MailClass::Blocked, &ending.reply_text, mark, now)).flatten()
    }

    fn put_in_folder(&self, dir: &std::path::Path, due: &LetterRow, rfc822: &[u8], now: Moment) -> Ending {
        let date = due.slot.beijing().format("%Y%m%d").to_string();
        match folder::put(&self.data.join(dir), &date, &due.message_id, rfc822) {
            Ok(path) => accepted(format!("已写入 {}", path.display())),
            Err(e) => retry(due, (MailClass::Transient, Wait::Usual), None, format!("发件文件夹写不进去：{e}"), now),
        }
    }

    async fn over_smtp(
        &self,
        smtp: &crate::config::SmtpConfig,
        due: &LetterRow,
        rfc822: &[u8],
        now: Moment,
    ) -> Attempt {
        let password = self.password(smtp);
        let (store, id) = (self.store.clone(), due.id);
        let arming = move |tx: &Transaction<'_>| {
            outbox::arm(tx, id, now)?;
            tracing::debug!(letter.id = id, "letter.arming");
            Ok(())
        };
        let arm = move || async move {
            let armed = store.write_async(arming).await.is_ok();
            tracing::debug!(letter.id = id, armed, "letter.armed");
            armed
        };
        smtp::send(smtp, password.as_ref(), &self.config.mail.from_address, &due.recipient, rfc822, &self.limits, arm)
            .await
    }

    /// Until when nothing may leave. A stop whose time is over, or whose password or settings were
    /// changed, is tried: after a refused login by a login alone, else by the letter that is due.
    pub(super) async fn stopped(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        let Some(stop) = self.store.read_async(hold::read).await? else { return Ok(None) };
        let Transport::Smtp(smtp) = &self.config.mail.transport else {
            self.store.write_async(|tx| hold::keep(tx, None)).await?;
            return Ok(None);
        };
        let password = self.password(smtp);
        if stop.holds(&hold::mark(smtp, &self.config.mail.from_address, password.as_ref()), now) {
            return Ok(Some(stop.wake(now)));
        }
        if !stop.is_login() {
            return Ok(None);
        }
        let attempt = smtp::sign_in(smtp, password.as_ref(), &self.limits).await;
        tracing::info!(class = attempt.class.word(), trouble = attempt.trouble, "mail.probed");
        match self.lesson(smtp, &attempt, now) {
            Lesson::Over => {
                self.store.write_async(|tx| hold::keep(tx, None)).await?;
                Ok(None)
            }
            Lesson::Stop(stop) => {
                let wake = stop.wake(now);
                self.store.write_async(move |tx| hold::keep(tx, Some(stop))).await?;
                Ok(Some(wake))
            }
            Lesson::Nothing => Ok(Some(now.plus(60))),
        }
    }

    fn password(&self, smtp: &SmtpConfig) -> Option<Secret> {
        smtp.password_secret.as_deref().and_then(|name| self.secrets.get(name).ok())
    }

    /// What an attempt says about the queue as a whole.
    fn lesson(&self, smtp: &SmtpConfig, attempt: &Attempt, now: Moment) -> Lesson {
        let words = attempt.reply.as_ref().map_or(attempt.told.as_str(), |reply| &reply.text);
        let mark = hold::mark(smtp, &self.config.mail.from_address, self.password(smtp).as_ref());
        let class = if attempt.class == MailClass::Blocked { MailClass::Transient } else { attempt.class };
        match Stop::after(class, words, mark, now) {
            Some(stop) => Lesson::Stop(stop.told_by_us(attempt.reply.is_none())),
            None if attempt.class == MailClass::Accepted || attempt.phase > Phase::Auth => Lesson::Over,
            None => Lesson::Nothing,
        }
    }
}

/// What an attempt says about the queue as a whole.
enum Lesson {
    Nothing,
    /// The server takes our login and settings.
    Over,
    /// It does not.
    Stop(Stop),
}
