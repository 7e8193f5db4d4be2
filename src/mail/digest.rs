//! Trial mode: what was recorded for others goes to the clerk, as one digest a day.

use super::post::Postman;
use crate::config::{Config, Mode};
use crate::domain::{Moment, Role};
use crate::store::{LetterKind, LetterRow, NewLetter, StoreError, Transaction, modes, outbox};
use cuigeng_adapters::time::HOUR;
use std::fmt::Write;

/// The hour of the digest: after the working day's letters.
const HOUR_OF_DAY: i64 = 17;

/// From 17:00 on what was recorded is told, also what was left when trial mode ended.
pub(super) fn is_due(recorded: bool, now: Moment) -> bool {
    recorded && now.since(Moment::start_of(now.date())) >= HOUR_OF_DAY * HOUR
}

/// The next moment at which a digest may be due.
pub(super) fn next(recorded: bool, now: Moment) -> Moment {
    if !recorded {
        return Moment::MAX;
    }
    let today = Moment::start_of(now.date()).plus(HOUR_OF_DAY * HOUR);
    if now < today { today } else { today.plus_days(1) }
}

/// Queues the digest of everything recorded that no digest has told, if there is anything.
pub(crate) fn queue(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<(), StoreError> {
    let recorded = outbox::recorded(tx)?;
    if recorded.is_empty() {
        return Ok(());
    }
    let day = now.beijing().format("%-m月%-d日").to_string();
    let mut text = format!(
        "目前是试运行：下面{}封提醒没有发给收件人，只供检查方核对。正式发送：配置中的 mode 是“正式”时，由负责人在网页“设置”的“运行方式”里转为正式（或执行 cuigeng mode 正式 --by 姓名）。\n",
        recorded.len()
    );
    for letter in &recorded {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n———\n应发给：{}（{}）\n主题：{}\n\n{}\n",
            letter.recipient,
            letter.role.chinese(),
            letter.subject,
            letter.text
        );
    }
    for clerk in config.clerks() {
        let digest = NewLetter {
            subject: format!("【试运行】{day}本应发出{}封更新提醒", recorded.len()),
            text: text.clone(),
            ..NewLetter::new(LetterKind::Digest, &clerk, Role::Clerk, now, now)
        };
        outbox::queue(tx, &digest, false, config.mail.domain(), now)?;
    }
    for letter in &recorded {
        outbox::digested(tx, letter.id, now)?;
    }
    Ok(())
}

impl Postman {
    /// What was born in trial mode, or waits while it holds, reaches nobody but the clerk.
    pub(super) async fn is_only_recorded(&self, due: &LetterRow) -> Result<bool, StoreError> {
        if !matches!(due.kind, LetterKind::Reminder | LetterKind::Result) {
            return Ok(false);
        }
        if due.trial {
            return Ok(true);
        }
        let (configured, id) = (self.config.mode, due.id);
        if self.store.read_async(move |conn| modes::holds(conn, configured)).await? == Mode::Live {
            return Ok(false);
        }
        self.store.write_async(move |tx| modes::hold_back(tx, id)).await?;
        Ok(true)
    }
}
