//! The one place that asks what time it is, and the one way to wait for a time.
//!
//! Everything else takes `now` as a value. A task loop waits with [`Clock::idle`]; a wait inside a
//! step (a bridge that says "come back in two seconds") uses [`Clock::pause`].

use cuigeng_adapters::Moment;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

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
}

/// The clock of the machine.
#[derive(Debug, Default)]
pub struct SystemClock {
    bell: Notify,
}

impl SystemClock {
    /// The clock of the machine, to share between tasks.
    pub fn shared() -> Arc<SystemClock> {
        Arc::new(SystemClock::default())
    }
}

/// A stepped system clock must be noticed, so no wait is longer than this.
const LONGEST_WAIT_S: i64 = 60;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the clock")]
    fn now(&self) -> Moment {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Moment::from_unix(since_1970.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX)))
    }

    fn idle<'a>(&'a self, _task: &'static str, until: Moment) -> Wait<'a> {
        Box::pin(async move {
            tokio::select! {
                () = self.bell.notified() => {}
                () = self.pause(until.min(self.now().plus(LONGEST_WAIT_S))) => {}
            }
        })
    }

    fn pause(&self, until: Moment) -> Wait<'_> {
        let wait_s = u64::try_from(until.since(self.now())).unwrap_or(0);
        Box::pin(tokio::time::sleep(Duration::from_secs(wait_s)))
    }

    fn ring(&self) {
        self.bell.notify_waiters();
    }
}
