//! The one place that asks what time it is, and the one way to wait for a time.
//!
//! Everything else takes `now` as a value. A task loop waits with [`Clock::idle`]; a wait inside a
//! step (a bridge that says "come back in two seconds") uses [`Clock::pause`].

use cuigeng_adapters::Moment;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A boxed wait.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What tells the time. The system's clock in production, a stepped one in the demo and in tests.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Moment;

    /// A task has nothing to do: waits until `until` or until somebody [rings](Clock::ring). It may
    /// return early; the caller then simply looks again. `task` is the task's name.
    fn idle<'a>(&'a self, task: &'static str, until: Moment) -> Wait<'a>;

    /// A wait inside a step. A stepped clock returns at once, since its steps take no time.
    fn pause(&self, until: Moment) -> Wait<'_>;

    /// There may be new work: every idle task looks again.
    fn ring(&self);

    /// Seconds by which this clock has run ahead of the time that really passed since it was made: it
    /// changes when somebody sets the clock. `None` where time is not the machine's.
    fn ahead_s(&self) -> Option<i64> {
        None
    }
}

/// The clock of the machine.
#[derive(Debug)]
pub struct SystemClock {
    /// Counts rings, so that one which falls into a step is not lost.
    bell: watch::Sender<u64>,
    heard: Mutex<HashMap<&'static str, u64>>,
    /// When it was made, by the wall and by the clock that nobody sets.
    made: (Moment, Instant),
}

impl SystemClock {
    /// The clock of the machine, to share between tasks.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the clock")]
    pub fn shared() -> Arc<SystemClock> {
        let made = (wall(), Instant::now());
        Arc::new(SystemClock { bell: watch::Sender::new(0), heard: Mutex::default(), made })
    }

    /// Remembers that `task` has heard every ring up to now; says whether there was a new one.
    fn hears(&self, task: &'static str) -> bool {
        let rung = *self.bell.borrow();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.insert(task, rung).is_some_and(|before| before < rung)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the clock")]
fn wall() -> Moment {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Moment::from_unix(since_1970.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX)))
}

/// A stepped system clock must be noticed, so no wait is longer than this.
const LONGEST_WAIT_S: i64 = 60;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        wall()
    }

    fn ahead_s(&self) -> Option<i64> {
        let (wall_then, then) = self.made;
        Some(wall().since(wall_then) - i64::try_from(then.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    fn idle<'a>(&'a self, task: &'static str, until: Moment) -> Wait<'a> {
        let mut bell = self.bell.subscribe();
        if self.hears(task) {
            return Box::pin(tokio::task::yield_now());
        }
        Box::pin(async move {
            tokio::select! {
                _ = bell.changed() => {}
                () = self.pause(until.min(self.now().plus(LONGEST_WAIT_S))) => {}
            }
            self.hears(task);
        })
    }

    fn pause(&self, until: Moment) -> Wait<'_> {
        let wait_s = u64::try_from(until.since(self.now())).unwrap_or(0);
        Box::pin(tokio::time::sleep(Duration::from_secs(wait_s)))
    }

    fn ring(&self) {
        self.bell.send_modify(|rung| *rung += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_during_a_step_is_not_lost() {
        let clock = SystemClock::shared();
        let far = clock.now().plus_days(1);
        clock.hears("poll");
        clock.ring();
        // Would wait for a minute, were the ring lost.
        let rung = tokio::time::timeout(Duration::from_secs(5), clock.idle("poll", far)).await;
        assert!(rung.is_ok());
        assert!(!clock.hears("poll"));
    }
}
