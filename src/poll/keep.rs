//! What becomes of a look: kept whole in one transaction, with the time of the next one and with how
//! its source stands.

use super::{Due, Poller};
use crate::domain::{AccountId, Moment};
use crate::plan::{Agenda, RESTING};
use crate::store::{StoreError, agenda, looks};
use cuigeng_adapters::time::DAY;
use cuigeng_adapters::{Failure, Outcome, Seen};
use std::sync::Arc;

impl Poller {
    /// Keeps a look, and when to come back.
    pub(super) async fn keep(&self, due: &Due, seen: Seen, now: Moment) -> Result<(), StoreError> {
        log_look(due, &seen);
        let agenda = due.agenda.after(&seen.outcome, now, self.every_s(&due.of.source), spread(due.account.id.0));
        self.store_look(due, seen, agenda, now).await
    }

    /// One look in one transaction: what it saw, when to come back, and how its source stands.
    async fn store_look(&self, due: &Due, seen: Seen, agenda: Agenda, now: Moment) -> Result<(), StoreError> {
        let (id, source, lanes) = (due.account.id, due.of.source.clone(), Arc::clone(&self.lanes));
        self.store
            .write_async(move |tx| {
                looks::observe(tx, id, &source, &seen, now)?;
                agenda::set(tx, id, &source, agenda)?;
                lanes.keep(tx, &source)
            })
            .await
    }

    fn every_s(&self, source: &str) -> i64 {
        self.config.sources.get(source).and_then(|s| s.every_s).unwrap_or(self.config.poll.every_s)
    }

    /// Nothing was asked and nothing failed: the account comes up again at its ordinary pace.
    pub(super) async fn put_off(&self, due: &Due, now: Moment) -> Result<(), StoreError> {
        let agenda = due.agenda.after(&Outcome::Partial, now, DAY, spread(due.account.id.0));
        let (id, source) = (due.account.id, due.of.source.clone());
        self.store.write_async(move |tx| agenda::set(tx, id, &source, agenda)).await
    }

    /// The same failure for each of these looks, none of which was made.
    pub(super) async fn fail_all(
        &self,
        due: Vec<Due>,
        failure: &Failure,
        now: Moment,
    ) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let mut seen = Vec::new();
        for one in due {
            let failed = Seen::failed(failure.clone());
            self.keep(&one, failed.clone(), now).await?;
            seen.push((one.account.id, failed));
        }
        Ok(seen)
    }

    /// Looks that were not made, because the source is left alone until then.
    pub(super) async fn pass_over(
        &self,
        due: Vec<Due>,
        cause: &Failure,
        until: Moment,
        now: Moment,
    ) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let failure = resting(cause, until, now);
        let mut seen = Vec::new();
        for one in due {
            let agenda = one.agenda.not_asked(until, now, self.every_s(&one.of.source), spread(one.account.id.0));
            let failed = Seen::failed(failure.clone());
            self.store_look(&one, failed.clone(), agenda, now).await?;
            seen.push((one.account.id, failed));
        }
        Ok(seen)
    }
}

/// An account's fixed place among the others, 0 to 999.
fn spread(id: i64) -> i64 {
    (id.wrapping_mul(2_654_435_761) >> 7).rem_euclid(1000)
}

/// A look that was not made, because its source is left alone: the cause stays the cause, and the
/// account is looked at again when the rest ends.
fn resting(failure: &Failure, until: Moment, now: Moment) -> Failure {
    let detail = format!("not asked, the source rests until {until}: {}", failure.detail);
    let reason = RESTING.to_owned();
    Failure { reason, detail, retry_after_s: Some(until.since(now).max(0)), ..failure.clone() }
}

fn log_look(due: &Due, seen: &Seen) {
    let account = due.account.id.0;
    let source = due.of.source.as_str();
    match &seen.outcome {
        Outcome::Failed(failure) => tracing::warn!(
            account.id = account,
            source,
            class = failure.class.word(),
            reason = failure.reason,
            detail = failure.detail,
            "look.failed"
        ),
        outcome => tracing::info!(
            account.id = account,
            source,
            complete = (*outcome == Outcome::Complete),
            rows = seen.rows.len(),
            "look.finished"
        ),
    }
}
