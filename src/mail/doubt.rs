//! A letter that may have arrived: whether it is sent once more, and why not (mail.md "Retry clock"). What
//! it said may have been read, so nothing of it is taken out and it never ends as a letter that did not leave.

use super::ending::why_overtaken;
use super::post::Postman;
use super::said::Said;
use super::{facts, result};
use crate::domain::{AccountId, Moment};
use crate::recall;
use crate::store::{LetterKind, LetterRow, Mention, StoreError, desk, outbox, silences};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of it.
const MAYBE: &str = "上次发送时连接中断，可能已经送达";

impl Postman {
    /// A letter that may have arrived is sent once more only for a veto, with the same Message-ID and
    /// a word about it; else a person decides. True when it was handed over.
    pub(super) async fn deal_doubtful(&self, due: LetterRow, now: Moment) -> Result<bool, StoreError> {
        let id = due.id;
        let mentions = self.store.read_async(move |conn| outbox::mentions(conn, id)).await?;
        if let Some(why) = self.why_not_repeated(&due, mentions, now).await? {
            self.hold_doubted(id, &why).await?;
            return Ok(false);
        }
        let words =
            Said { subject: due.subject.clone(), text: due.text.clone(), html: due.html.clone(), sms: String::new() };
        let Some((composed, bytes)) = self.composed(&due, words.doubted(), now).await? else { return Ok(false) };
        self.hand_over(&due, composed, &bytes, now).await
    }

    /// Leaves it to a person.
    pub(super) async fn hold_doubted(&self, id: i64, why: &str) -> Result<(), StoreError> {
        let reason = format!("{MAYBE}{why}");
        self.store.write_async(move |tx| outbox::hold_doubted(tx, id, &reason)).await
    }

    /// What stands against a repetition (Chinese, after [`MAYBE`]); it says the words of the first try again,
    /// so all of them must hold still.
    async fn why_not_repeated(
        &self,
        due: &LetterRow,
        mentions: Vec<Mention>,
        now: Moment,
    ) -> Result<Option<String>, StoreError> {
        let urgent = mentions.iter().any(|mention| facts::is_veto(&self.config, mention));
        if !urgent || due.attempts > 1 {
            return Ok(Some("，请向收件人核实".to_owned()));
        }
        if self.is_only_recorded(due).await? {
            return Ok(Some(IN_TRIAL.to_owned()));
        }
        if self.is_called(due.id, &mentions).await? {
            return Ok(Some("；已经电话通知，不再重发".to_owned()));
        }
        let (id, to) = (due.id, due.recipient.clone());
        let quiet = match due.kind {
            LetterKind::Reminder => self.store.write_async(move |tx| silences::keeps_back(tx, id, &to, now)).await?,
            _ => None,
        };
        if let Some(quiet) = quiet {
            return Ok(Some(format!("；{quiet}，不再重发")));
        }
        let untrue = self.untrue(due, mentions, now).await?;
        Ok(untrue.map(|why| format!("；{why}，不再重发，请向收件人核实")))
    }

    /// Every account of it was told on the telephone.
    async fn is_called(&self, id: i64, mentions: &[Mention]) -> Result<bool, StoreError> {
        let calls = self.store.read_async(move |conn| desk::calls(conn, id)).await?;
        let called: BTreeSet<AccountId> = calls.into_iter().map(|call| call.account).collect();
        Ok(!mentions.is_empty() && mentions.iter().all(|mention| called.contains(&mention.account)))
    }

    /// Why something that it says is not true any more, after a fresh look.
    async fn untrue(
        &self,
        due: &LetterRow,
        mentions: Vec<Mention>,
        now: Moment,
    ) -> Result<Option<&'static str>, StoreError> {
        let (config, row) = (Arc::clone(&self.config), due.clone());
        match due.kind {
            LetterKind::Reminder => {
                self.look_again(&mentions, now).await?;
                let told = self.store.read_async(move |conn| facts::gather(conn, &config, &row, &mentions, None, now));
                let dropped = told.await?.dropped;
                Ok((!dropped.is_empty()).then(|| why_overtaken(&dropped)))
            }
            LetterKind::Result if mentions.iter().all(|mention| mention.stage != recall::STAGE) => {
                let holds = self.store.read_async(move |conn| result::hold(conn, &config, &row, mentions, now)).await?;
                Ok((!holds).then_some(result::HOLDS_NO_MORE))
            }
            _ => Ok(None),
        }
    }
}

/// Why nothing that may have arrived is sent again in trial mode.
pub(super) const IN_TRIAL: &str = "；现在是试运行，不再重发，请向收件人核实";
/// Why it is not sent again when its time is over.
pub(super) const TOO_LATE: &str = "；期限已过，不再重发";
