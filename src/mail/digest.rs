//! Trial mode: what was recorded for others goes to the clerk, as one digest a day.

use crate::config::{Config, Mode};
use crate::domain::{Moment, Role};
use crate::store::{LetterKind, NewLetter, StoreError, Transaction, outbox};
use cuigeng_adapters::time::HOUR;
use std::fmt::Write;

/// The hour of the digest: after the working day's letters.
const HOUR_OF_DAY: i64 = 17;

/// From 17:00 on, in trial mode, what was recorded is told.
pub(super) fn is_due(config: &Config, now: Moment) -> bool {
    config.mode == Mode::Trial && now.since(Moment::start_of(now.date())) >= HOUR_OF_DAY * HOUR
}

/// The next moment at which a digest may be due.
pub(super) fn next(config: &Config, now: Moment) -> Moment {
    if config.mode != Mode::Trial {
        return Moment::MAX;
    }
    let today = Moment::start_of(now.date()).plus(HOUR_OF_DAY * HOUR);
    if now < today { today } else { today.plus_days(1) }
}

/// Queues the digest of everything recorded that no digest has told, if there is anything.
pub(super) fn queue(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<(), StoreError> {
    let recorded = outbox::recorded(tx)?;
    if recorded.is_empty() {
        return Ok(());
    }
    let day = now.beijing().format("%-m月%-d日").to_string();
    let mut text = format!(
        "目前是试运行：下面{}封提醒没有发给收件人，只供检查方核对。正式发送请把配置中的 mode 改为“正式”。\n",
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
            kind: LetterKind::Digest,
            recipient: clerk.clone(),
            role: Role::Clerk,
            slot: now,
            not_before: now,
            not_after: None,
            subject: format!("【试运行】{day}本应发出{}封更新提醒", recorded.len()),
            text: text.clone(),
            html: None,
            attachment: None,
            mentions: Vec::new(),
            reason: String::new(),
        };
        outbox::queue(tx, &digest, false, config.mail.domain(), now)?;
    }
    for letter in &recorded {
        outbox::digested(tx, letter.id, now)?;
    }
    Ok(())
}
