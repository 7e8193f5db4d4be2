//! A clock that is moved by hand: nothing waits for real, and the test knows when every task rests.

use cuigeng::clock::{Clock, Wait};
use cuigeng::daemon::TASKS;
use cuigeng::domain::Moment;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::watch;

pub(crate) struct Hand {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

struct State {
    now: Moment,
    rung: u64,
    heard: BTreeMap<&'static str, u64>,
    /// Until when each resting task wants to rest.
    rests: BTreeMap<&'static str, Moment>,
}

impl Hand {
    pub(crate) fn at(now: Moment) -> Hand {
        let state = State { now, rung: 0, heard: BTreeMap::new(), rests: BTreeMap::new() };
        Hand { state: Mutex::new(state), changed: watch::Sender::new(0) }
    }

    fn with<T>(&self, change: impl FnOnce(&mut MutexGuard<'_, State>) -> T) -> T {
        let done = change(&mut self.state.lock().unwrap());
        self.changed.send_modify(|version| *version += 1);
        done
    }

    /// Moves the time on and waits until every task has done what there was to do.
    pub(crate) async fn goes_to(&self, now: Moment) {
        self.with(|state| state.now = now);
        self.all_rest().await;
    }

    /// Second by second, as letters leave one after the other.
    pub(crate) async fn goes_on(&self, seconds: i64) {
        for _ in 0..seconds {
            self.goes_to(self.now().plus(1)).await;
        }
    }

    pub(crate) async fn all_rest(&self) {
        let mut changed = self.changed.subscribe();
        loop {
            {
                let state = self.state.lock().unwrap();
                let idle = |task: &&str| {
                    state.rests.get(*task).is_some_and(|until| *until > state.now)
                        && state.heard.get(*task).copied().unwrap_or(0) == state.rung
                };
                if TASKS.iter().all(idle) {
                    return;
                }
            }
            changed.changed().await.unwrap();
        }
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        self.state.lock().unwrap().now
    }

    fn idle<'a>(&'a self, task: &'static str, until: Moment) -> Wait<'a> {
        let mut changed = self.changed.subscribe();
        Box::pin(async move {
            self.with(|state| state.rests.insert(task, until));
            loop {
                let woken = {
                    let mut state = self.state.lock().unwrap();
                    let rung = state.heard.get(task).copied().unwrap_or(0) < state.rung;
                    let woken = rung || until <= state.now;
                    if woken {
                        let heard = state.rung;
                        state.heard.insert(task, heard);
                        state.rests.remove(task);
                    }
                    woken
                };
                if woken {
                    return;
                }
                changed.changed().await.unwrap();
            }
        })
    }

    fn pause(&self, _until: Moment) -> Wait<'_> {
        Box::pin(std::future::ready(()))
    }

    fn ring(&self) {
        self.with(|state| state.rung += 1);
    }
}
