//! One lane a source: how fast it is asked, and when it is left alone. In memory; after a restart a
//! source that blocks us is asked once and rests again.

use crate::clock::Clock;
use crate::domain::{AccountId, Moment};
use crate::plan::Breaker;
use cuigeng_adapters::{Failure, Outcome};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lanes of all sources.
#[derive(Debug, Default)]
pub struct Lanes {
    by_source: Mutex<HashMap<String, Lane>>,
}

#[derive(Debug, Default)]
struct Lane {
    /// Nobody asks before this.
    free_at: Option<Moment>,
    /// Requests so far, which seed the jitter.
    asked: u64,
    breaker: Breaker,
    /// Failed runs of a collector in a row.
    failed_runs: u32,
}

impl Lanes {
    /// Waits for this source's next turn: `pace_s` after the last request, a quarter less to a third
    /// more, so that requests do not come like a machine's.
    pub(super) async fn turn(&self, source: &str, pace_s: u32, clock: &dyn Clock) {
        if pace_s == 0 {
            return;
        }
        let slot = {
            let mut lanes = self.lanes();
            let lane = lanes.entry(source.to_owned()).or_default();
            let slot = lane.free_at.map_or(clock.now(), |free| free.max(clock.now()));
            lane.asked += 1;
            lane.free_at = Some(slot.plus(jittered(pace_s, lane.asked)));
            slot
        };
        clock.pause(slot).await;
    }

    /// Why the source is left alone at `now`, and until when.
    pub(super) fn rests(&self, source: &str, now: Moment) -> Option<(Failure, Moment)> {
        self.lanes().get(source)?.breaker.rests(now)
    }

    /// What a look says about the source as a whole. Returns until when it is left alone from now on.
    pub(super) fn learn(
        &self,
        source: &str,
        account: AccountId,
        shared: bool,
        outcome: &Outcome,
        now: Moment,
    ) -> Option<Moment> {
        let mut lanes = self.lanes();
        let lane = lanes.entry(source.to_owned()).or_default();
        lane.breaker = lane.breaker.after(account, outcome, shared, now);
        lane.breaker.rests(now).map(|(_, until)| until)
    }

    /// Counts the runs of a collector; returns how many have failed in a row.
    pub(super) fn run_ended(&self, source: &str, good: bool) -> u32 {
        let mut lanes = self.lanes();
        let lane = lanes.entry(source.to_owned()).or_default();
        lane.failed_runs = if good { 0 } else { lane.failed_runs.saturating_add(1) };
        lane.failed_runs
    }

    /// Leaves a source alone for as long as `cause` says.
    pub(super) fn rest(&self, source: &str, cause: Failure, now: Moment) {
        self.lanes().entry(source.to_owned()).or_default().breaker = Breaker::resting(cause, now);
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.by_source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn jittered(pace_s: u32, asked: u64) -> i64 {
    let dice = (asked.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 100;
    let pace = i64::from(pace_s) * 100;
    (pace * 3 / 4 + pace * i64::try_from(dice).unwrap_or(0) * 7 / 1200) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_between_a_quarter_less_and_a_third_more() {
        let paces: Vec<i64> = (0..1000).map(|asked| jittered(12, asked)).collect();
        assert!(paces.iter().all(|pace| (9..=16).contains(pace)), "{paces:?}");
        assert!(paces.iter().min() < paces.iter().max());
    }
}
