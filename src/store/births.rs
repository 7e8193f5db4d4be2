//! How a letter comes into the outbox, once (`outbox` has what becomes of it).
//!
//! Two unique indexes keep every promise of "once": a mention is (recipient, account, rule, anchor,
//! stage), a letter is (recipient, kind, slot).

use super::letters::{Mention, NewLetter};
use super::{StoreError, Transaction, restored};
use crate::domain::Moment;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

const IN_SLOT: &str = "SELECT id, state FROM letter WHERE recipient = ?1 AND kind = ?2 AND slot = ?3";
const MENTIONED: &str = "SELECT EXISTS (SELECT 1 FROM mention WHERE recipient = ?1 AND account = ?2 AND rule = ?3 AND anchor = ?4 AND stage = ?5)";
const INSERT: &str = "INSERT INTO letter (kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, attachment, reason, trial, state, message_id, next_try, created_at, doubted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'queued', ?14, ?15, ?16, ?17)";
const MENTION: &str = "INSERT INTO mention (letter, recipient, account, rule, anchor, stage, verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const LATER: &str = "UPDATE letter SET not_after = max(not_after, ?2) WHERE id = ?1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[IN_SLOT, MENTIONED, INSERT, MENTION, LATER];

/// Queues a letter once. Mentions that this recipient had before are left out, and a letter left
/// without any is not kept (`None`). A letter of the same slot that still waits takes the mentions
/// in; beside one that has left, the slot moves on by a second.
///
/// # Errors
/// Those of SQLite.
pub fn queue(
    tx: &Transaction<'_>,
    letter: &NewLetter,
    trial: bool,
    domain: &str,
    now: Moment,
) -> Result<Option<i64>, StoreError> {
    let mut fresh = Vec::new();
    for mention in &letter.mentions {
        if !mentioned(tx, &letter.recipient, mention)? {
            fresh.push(mention);
        }
    }
    if fresh.is_empty() && !letter.mentions.is_empty() {
        return Ok(None);
    }
    let Some(id) = place(tx, letter, trial, domain, now)? else { return Ok(None) };
    for mention in fresh {
        let key = (
            id,
            &letter.recipient,
            mention.account.0,
            &mention.rule,
            mention.anchor.to_string(),
            &mention.stage,
            mention.revision,
        );
        tx.prepare_cached(MENTION)?.execute(key)?;
    }
    Ok(Some(id))
}

/// The letter to put mentions into: a waiting one of the slot, or a new one. A letter without
/// mentions (a summary, a digest) exists once per slot.
fn place(
    tx: &Transaction<'_>,
    letter: &NewLetter,
    trial: bool,
    domain: &str,
    now: Moment,
) -> Result<Option<i64>, StoreError> {
    let mut slot = letter.slot;
    loop {
        let taken: Option<(i64, String)> = tx
            .prepare_cached(IN_SLOT)?
            .query_row((&letter.recipient, letter.kind.word(), slot.unix()), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match taken {
            None => return insert(tx, letter, slot, trial, domain, now).map(Some),
            Some(_) if letter.mentions.is_empty() => return Ok(None),
            Some((id, state)) if state == "queued" => {
                tx.prepare_cached(LATER)?.execute((id, letter.not_after.map(Moment::unix)))?;
                return Ok(Some(id));
            }
            Some(_) => slot = slot.plus(1),
        }
    }
}

fn insert(
    tx: &Transaction<'_>,
    letter: &NewLetter,
    slot: Moment,
    trial: bool,
    domain: &str,
    now: Moment,
) -> Result<i64, StoreError> {
    let (name, bytes) = letter.attachment.as_ref().map_or(("", None), |(name, bytes)| (name.as_str(), Some(bytes)));
    let values = params![
        letter.kind.word(),
        letter.recipient,
        letter.role.word(),
        slot.unix(),
        letter.not_before.unix(),
        letter.not_after.map(Moment::unix),
        letter.subject,
        letter.text,
        letter.html.as_deref().unwrap_or_default(),
        name,
        bytes,
        letter.reason,
        trial,
        message_id(letter, slot, domain),
        letter.not_before.unix(),
        now.unix(),
        restored::may_have_left(tx, letter.slot.min(letter.not_before))?
    ];
    Ok(tx.prepare_cached(INSERT)?.insert(values)?)
}

/// Unique because (recipient, kind, slot) is; the same for the same letter, so that even a database
/// restored from a backup repeats itself recognisably.
fn message_id(letter: &NewLetter, slot: Moment, domain: &str) -> String {
    let seed = format!("{}\n{}\n{}", letter.recipient, letter.kind.word(), slot.unix());
    let digest = Sha256::digest(seed.as_bytes());
    let random: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    format!("<cg.{}.{random}@{domain}>", slot.beijing().format("%Y%m%d"))
}

fn mentioned(tx: &Transaction<'_>, recipient: &str, mention: &Mention) -> Result<bool, StoreError> {
    let key = (recipient, mention.account.0, &mention.rule, mention.anchor.to_string(), &mention.stage);
    Ok(tx.prepare_cached(MENTIONED)?.query_row(key, |row| row.get(0))?)
}
