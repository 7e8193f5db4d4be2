//! One lane a source: how fast it is asked, and when it is left alone. The rests are kept in the
//! database too, so that a restart does not press a platform that refuses us.

use crate::clock::Clock;
use crate::domain::Moment;
use crate::plan::Breaker;
use crate::store::lanes::{self as kept, Standing};
use crate::store::{StoreError, Transaction};
use cuigeng_adapters::{Failure, Outcome};
use std::collections::{BTreeMap, HashMap};
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
    standing: Standing,
    /// The same, as the database has it.
    kept: Standing,
    /// Most accounts in one run of a collector, once it was asked.
    parcel: Option<usize>,
}

impl Lanes {
    /// The lanes as they were when the last run ended.
    pub fn as_kept(kept: BTreeMap<String, Standing>) -> Lanes {
        let lane = |standing: Standing| Lane { kept: standing.clone(), standing, ..Lane::default() };
        let lanes = kept.into_iter().map(|(source, standing)| (source, lane(standing)));
        Lanes { by_source: Mutex::new(lanes.collect()) }
    }

    /// The lanes of somebody who asks by hand: what rests is asked once all the same, since whoever has
    /// renewed a login wants to know now. What comes of it is kept for everybody.
    pub fn by_hand(kept: BTreeMap<String, Standing>) -> Lanes {
        let lanes = Lanes::as_kept(kept);
        lanes.lanes().values_mut().for_each(|lane| lane.standing.breaker.rest = None);
        lanes
    }

    /// Takes over what another process has kept of a source meanwhile: a good look by hand ends its rest.
    /// In a write transaction, as [`Lanes::keep`] is, so that neither sees the other half done.
    pub(super) fn adopt(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let kept = kept::all(tx)?;
        let mut lanes = self.lanes();
        for (source, standing) in kept {
            let lane = lanes.entry(source).or_default();
            // What is not kept yet is newer.
            if lane.standing == lane.kept && lane.kept != standing {
                lane.kept = standing.clone();
                lane.standing = standing;
            }
        }
        Ok(())
    }

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
        self.lanes().get(source)?.standing.breaker.rests(now)
    }

    /// Keeps how the source stands, together with the look that has changed it; nothing when nothing
    /// has changed since it was last kept.
    pub(super) fn keep(&self, tx: &Transaction<'_>, source: &str) -> Result<(), StoreError> {
        let mut lanes = self.lanes();
        let Some(lane) = lanes.get_mut(source).filter(|lane| lane.standing != lane.kept) else { return Ok(()) };
        kept::set(tx, source, &lane.standing)?;
        lane.kept = lane.standing.clone();
        Ok(())
    }

    /// What a look says about the source as a whole. Returns whether that changed anything.
    pub(super) fn learn(&self, source: &str, shared: bool, again: bool, outcome: &Outcome, now: Moment) -> bool {
        let mut lanes = self.lanes();
        let standing = &mut lanes.entry(source.to_owned()).or_default().standing;
        let breaker = standing.breaker.after(outcome, shared, again, now);
        let changed = breaker != standing.breaker;
        standing.breaker = breaker;
        changed
    }

    /// Counts the runs of a collector; returns how many have failed in a row.
    pub(super) fn run_ended(&self, source: &str, good: bool) -> u32 {
        let mut lanes = self.lanes();
        let standing = &mut lanes.entry(source.to_owned()).or_default().standing;
        standing.failed_runs = if good { 0 } else { standing.failed_runs.saturating_add(1) };
        standing.failed_runs
    }

    /// Leaves a source alone for as long as `cause` says.
    pub(super) fn rest(&self, source: &str, cause: Failure, now: Moment) {
        self.lanes().entry(source.to_owned()).or_default().standing.breaker = Breaker::resting(cause, now);
    }

    /// Most accounts in one run of a collector, where it has said so.
    pub(super) fn parcel(&self, source: &str) -> Option<usize> {
        self.lanes().get(source)?.parcel
    }

    /// Remembers that number, and returns it.
    pub(super) fn set_parcel(&self, source: &str, most: usize) -> usize {
        self.lanes().entry(source.to_owned()).or_default().parcel = Some(most);
        most
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

    #[test]
    fn a_restart_does_not_press_a_source_that_rests() {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::store::Store::open(dir.path()).unwrap();
        let now = Moment::parse("2026-11-23 09:00").unwrap();
        let captcha = Failure::new(cuigeng_adapters::Class::Blocked, "captcha").because("captcha").advise("请换网络");
        let lanes = std::sync::Arc::new(Lanes::default());
        assert!(lanes.learn("微博", true, false, &Outcome::Failed(captcha.clone()), now));
        lanes.run_ended("微博", false);
        let before = std::sync::Arc::clone(&lanes);
        store.write(move |tx| before.keep(tx, "微博")).unwrap();

        let again = Lanes::as_kept(store.read(kept::all).unwrap());
        assert_eq!(again.rests("微博", now), lanes.rests("微博", now));
        assert_eq!(again.rests("微博", now).unwrap().0, captcha);
        assert_eq!(again.run_ended("微博", false), 2);
        assert!(again.rests("微博", now.plus(7200)).is_none() && again.rests("别的", now).is_none());
    }

    #[test]
    fn a_person_asks_in_spite_of_a_rest_and_a_good_look_ends_it_for_the_daemon() {
        let dir = tempfile::tempdir().unwrap();
        let store = crate::store::Store::open(dir.path()).unwrap();
        let now = Moment::parse("2026-11-23 09:00").unwrap();
        let failed = Outcome::Failed(Failure::new(cuigeng_adapters::Class::Auth, ""));
        let daemon = std::sync::Arc::new(Lanes::default());
        let keep = |lanes: &std::sync::Arc<Lanes>| {
            let lanes = std::sync::Arc::clone(lanes);
            store.write(move |tx| lanes.keep(tx, "微博")).unwrap();
        };
        let adopt = |lanes: &std::sync::Arc<Lanes>| {
            let lanes = std::sync::Arc::clone(lanes);
            store.write(move |tx| lanes.adopt(tx)).unwrap();
        };
        daemon.learn("微博", true, false, &failed, now);
        keep(&daemon);
        let person = std::sync::Arc::new(Lanes::by_hand(store.read(kept::all).unwrap()));
        assert!(person.rests("微博", now).is_none(), "a person asks");
        person.learn("微博", true, true, &failed, now);
        assert!(person.rests("微博", now).is_some(), "but not three hundred accounts in a row");
        let person = std::sync::Arc::new(Lanes::by_hand(store.read(kept::all).unwrap()));
        person.learn("微博", true, true, &Outcome::Complete, now);
        keep(&person);
        assert!(daemon.rests("微博", now).is_some());
        adopt(&daemon);
        assert!(daemon.rests("微博", now).is_none());
        // What this process has learnt and not yet kept is newer than what another one has kept.
        daemon.learn("微博", true, false, &failed, now);
        adopt(&daemon);
        assert!(daemon.rests("微博", now).is_some());
    }
}
