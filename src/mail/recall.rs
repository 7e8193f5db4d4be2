//! The withdrawal of a reminder (更正), composed from what is true when it leaves.

use super::facts::number;
use super::letter::{self, Correction, Withdrawn};
use super::post::Postman;
use super::said::Said;
use crate::config::Config;
use crate::domain::Moment;
use crate::recall::{self, Proof};
use crate::store::recalls::{self, SaidOnce};
use crate::store::{Connection, LetterRow, LetterState, Mention, StoreError, outbox};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is left of a withdrawal.
struct Told {
    /// `None` when nothing is.
    facts: Option<Correction>,
    /// Mentions that hold no more: the evidence was taken back.
    dropped: Vec<Mention>,
}

/// Why a withdrawal does not leave.
const STANDS: &str = "原提醒仍然成立，不必更正";

impl Postman {
    /// The words of a withdrawal.
    pub(super) async fn recall_words(
        &self,
        due: &LetterRow,
        mentions: Vec<Mention>,
        now: Moment,
    ) -> Result<Option<Said>, StoreError> {
        let (config, row, id) = (Arc::clone(&self.config), due.clone(), due.id);
        let told = self.store.read_async(move |conn| tell(conn, &config, &row, &mentions, now)).await?;
        let dropped = told.dropped;
        self.store
            .write_async(move |tx| dropped.iter().try_for_each(|m| outbox::drop_mention(tx, id, m, STANDS)))
            .await?;
        let Some(facts) = told.facts else {
            self.end(id, LetterState::Overtaken, STANDS).await?;
            return Ok(None);
        };
        self.worded(id, letter::compose_correction(&facts, &self.config.mail.templates)).await
    }
}

fn tell(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: &[Mention],
    now: Moment,
) -> Result<Told, StoreError> {
    let ledger = recall::load(conn, config, mentions.iter().map(|mention| mention.account).collect(), now)?;
    let mut told = Told { facts: None, dropped: Vec::new() };
    let (mut items, mut letters, mut revision, mut office) = (Vec::new(), BTreeSet::new(), None, String::new());
    let mut withdrawn_of = BTreeSet::new();
    for mention in mentions {
        let about = (mention.account, mention.rule.as_str(), mention.anchor);
        let said = recalls::said(conn, &letter.recipient, about)?;
        let wrong = |said: SaidOnce| recall::disproved(&ledger, config, &said, now).map(|proof| (said, proof));
        let wrong: Vec<(SaidOnce, Proof)> = said.into_iter().filter_map(wrong).collect();
        let (Some((last, proof)), Some(account)) = (wrong.last(), ledger.account(mention.account)) else {
            told.dropped.push(mention.clone());
            continue;
        };
        letters.extend(wrong.iter().map(|(said, _)| (said.sent_at, said.slot, said.letter)));
        if let Some(verdict) = mention.revision {
            revision = Some(recalls::revision(conn, verdict)?);
        }
        if office.is_empty() {
            office.clone_from(if account.office.is_empty() { &account.supervisor } else { &account.office });
        }
        // A long silence and the short week beside it fall by one update.
        if withdrawn_of.insert(account.id) {
            items.push(withdrawn(account.title(), proof, last));
        }
    }
    let mut partly = false;
    for (_, _, id) in &letters {
        let said = outbox::mentions(conn, *id)?;
        partly |= said.iter().any(|mention| !withdrawn_of.contains(&mention.account));
    }
    told.facts = (!items.is_empty()).then(|| Correction {
        office: if office.is_empty() { "有关单位".to_owned() } else { office },
        sender: config.office.name.clone(),
        contact: config.office.contact.clone(),
        letters: letters.into_iter().map(|(sent_at, slot, id)| (sent_at, number(slot, id))).collect(),
        partly,
        revision,
        number: number(letter.slot, letter.id),
        items,
    });
    Ok(told)
}

fn withdrawn(title: String, proof: &Proof, said: &SaidOnce) -> Withdrawn {
    let until = said.known_until.beijing().format("%-m月%-d日%H:%M");
    let (update, url) = proof.update.clone().map_or((None, None), |(when, url)| (Some(when), url));
    Withdrawn { title, update, url, why: format!("至{until}已更新{}次", proof.seen) }
}
