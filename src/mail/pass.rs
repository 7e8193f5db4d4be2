//! The link of a letter: made when the letter is composed, put in place only in what leaves.

use super::post::Postman;
use super::said::Said;
use crate::answer::GRACE_S;
use crate::answer::link::{Signer, masked};
use crate::domain::Moment;
use crate::store::{LetterRow, StoreError, answers};

/// Stands for the link in a letter that trial mode only records: a clerk who tries it must not answer
/// in the owner's name.
const TRIAL: &str = "（正式发信时生成）";

impl Postman {
    /// What stands for the token in the kept words of a letter; `None` when it carries no link. Trouble
    /// with the key costs the letter its link, never its leaving.
    pub(super) async fn pass(&self, due: &LetterRow, now: Moment) -> Result<Option<String>, StoreError> {
        if self.config.web.public_url.is_none() {
            return Ok(None);
        }
        if self.is_only_recorded(due).await? {
            return Ok(Some(TRIAL.to_owned()));
        }
        if let Err(failure) = Signer::ensured(&self.secrets) {
            tracing::error!(letter.id = due.id, reason = failure.reason, detail = failure.detail, "answer.no_key");
            return Ok(None);
        }
        let (id, expires) = (due.id, due.not_after.unwrap_or(due.slot).max(now).plus(GRACE_S));
        let link = self.store.write_async(move |tx| answers::offer(tx, id, expires, now)).await?;
        Ok(link.map(|link| masked(link.letter)))
    }

    /// The words as they leave, where they speak of a link.
    pub(super) async fn opened(&self, due: &LetterRow, said: &Said) -> Result<Option<Said>, StoreError> {
        if !said.speaks_of(&masked(due.id)) {
            return Ok(None);
        }
        let id = due.id;
        let link = self.store.read_async(move |conn| answers::link(conn, id)).await?;
        let signer = Signer::existing(&self.secrets).ok();
        Ok(link.zip(signer).map(|(link, signer)| said.opened(id, &signer.token(&link))))
    }
}
