//! Whether the daemon's own tasks move, and whether the machine's clock can be believed: kept in memory
//! by those who know, read by the alarms (operations.md "Clock").

use crate::clock::Clock;
use crate::domain::Moment;
use cuigeng_adapters::http::Http;
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared between the tasks and the alarms. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Tasks that are in the middle of a step, and since when. A task that waits for its time is fine.
    busy: BTreeMap<&'static str, Moment>,
    /// By how much the wall clock was ahead of the time that really passed, when last asked.
    ahead_s: Option<i64>,
    jump: Option<Jump>,
}

/// The wall clock was set, or the machine slept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// When it was noticed, by the clock as it is now.
    pub at: Moment,
    /// Seconds forward; negative for backward.
    pub by_s: i64,
}

/// A jump that is smaller is a correction (operations.md: over a minute between ticks).
const JUMP_S: i64 = 60;
/// For so long a jump is spoken of, in seconds.
const JUMP_LASTS_S: i64 = HOUR;
/// Answers of sources that must agree before the clock is doubted.
const WITNESSES: usize = 3;
/// What older answers said does not count, in seconds.
const WITNESS_S: i64 = 6 * HOUR;
/// Where systemd-timesyncd says whether it has synchronised the clock; other time services have no such
/// file (systemd-timesyncd.service(8)).
const TIMESYNC: &str = "/run/systemd/timesync";

impl Pulse {
    /// A task begins a step.
    pub fn begins(&self, task: &'static str, now: Moment) {
        self.lock().busy.insert(task, now);
    }

    /// A task has ended its step.
    pub fn rests(&self, task: &'static str) {
        self.lock().busy.remove(task);
    }

    /// The tasks that are in the middle of a step, and since when.
    pub fn busy(&self) -> BTreeMap<&'static str, Moment> {
        self.lock().busy.clone()
    }

    /// Compares the wall clock with the time that passed since the last call; the jump that is to be
    /// spoken of. A clock that is not the machine's never jumps.
    pub fn watch(&self, ahead_s: Option<i64>, now: Moment) -> Option<Jump> {
        let mut inner = self.lock();
        let by_s = ahead_s.zip(inner.ahead_s).map_or(0, |(new, old)| new - old);
        inner.ahead_s = ahead_s.or(inner.ahead_s);
        if by_s.abs() > JUMP_S {
            inner.jump = Some(Jump { at: now, by_s });
        }
        let lasts = |jump: &Jump| (0..JUMP_LASTS_S).contains(&now.since(jump.at));
        inner.jump = inner.jump.filter(lasts);
        inner.jump
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds by which the clock is ahead of what several sources said lately; `None` while too few have
/// spoken or they say that it is right. The median decides, so that one wrong source does not.
pub fn askew_s(answers: &[(Moment, i64)], now: Moment) -> Option<i64> {
    let recent = answers.iter().filter(|(at, _)| (0..WITNESS_S).contains(&now.since(*at)));
    let mut ahead: Vec<i64> = recent.map(|(_, ahead_s)| *ahead_s).collect();
    ahead.sort_unstable();
    (ahead.len() >= WITNESSES).then(|| ahead[ahead.len() / 2]).filter(|ahead_s| ahead_s.abs() > JUMP_S)
}

/// Whether the system's time service runs and says that the clock is not synchronised.
pub fn is_unsynchronised() -> bool {
    let dir = Path::new(TIMESYNC);
    dir.is_dir() && !dir.join("synchronized").exists()
}

/// The HTTP client, whose answers tell the time by which the machine's own clock is checked.
pub(crate) fn timed(http: Http, clock: &Arc<dyn Clock>) -> Http {
    // A clock of a test or of the demo is right by definition.
    if clock.ahead_s().is_none() {
        return http;
    }
    let clock = Arc::clone(clock);
    http.timed(move || clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn a_jump_is_spoken_of_for_an_hour_and_a_correction_is_none() {
        let (pulse, now) = (Pulse::default(), at("2026-07-23 09:00"));
        assert_eq!(pulse.watch(Some(0), now), None);
        assert_eq!(pulse.watch(Some(59), now.plus(600)), None, "slewed");
        let jump = Jump { at: now.plus(1200), by_s: -3600 };
        assert_eq!(pulse.watch(Some(59 - 3600), now.plus(1200)), Some(jump));
        assert_eq!(pulse.watch(Some(59 - 3600), now.plus(1200 + 3599)), Some(jump));
        assert_eq!(pulse.watch(Some(59 - 3600), now.plus(1200 + 3600)), None);
        assert_eq!(Pulse::default().watch(Some(99_999), now), None, "nothing to compare with yet");
        let virtual_one = Pulse::default();
        assert_eq!((virtual_one.watch(None, now), virtual_one.watch(None, now.plus_days(9))), (None, None));
    }

    #[test]
    fn three_sources_that_agree_are_believed_and_one_is_not() {
        let now = at("2026-07-23 09:00");
        let said = |ahead: &[i64]| ahead.iter().map(|s| (now.plus(-60), *s)).collect::<Vec<_>>();
        assert_eq!(askew_s(&said(&[300, 300]), now), None);
        assert_eq!(askew_s(&said(&[300, 290, 310]), now), Some(300));
        assert_eq!(askew_s(&said(&[0, 9_000, 1]), now), None, "one wrong source");
        assert_eq!(askew_s(&said(&[-61, -80, -70]), now), Some(-70));
        let old: Vec<_> = said(&[300, 300, 300]).into_iter().map(|(at, s)| (at.plus(-WITNESS_S), s)).collect();
        assert_eq!(askew_s(&old, now), None);
    }
}
