//! A clock that runs as fast as the work is done.
//!
//! Every task loop is registered by name. Time stands still while any of them works, and jumps to the
//! earliest awaited moment as soon as all of them are idle. A ring is never lost: it wakes every idle
//! task, and one that falls into a task's step makes that task's next wait end at once. It never asks
//! the machine what time it is.

use crate::clock::{Clock, Wait};
use cuigeng_adapters::Moment;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// A stepped clock for the demo and for tests.
#[derive(Debug)]
pub struct SimClock {
    circle: Mutex<Circle>,
    bells: Vec<Notify>,
    /// Marked as changed whenever time moves or somebody rings; the value says that the end is reached.
    tick: watch::Sender<bool>,
    /// Virtual seconds per real second at most.
    speed: Option<f64>,
    /// Hears of every jump before anybody is woken.
    teller: Teller,
}

/// Somebody who must know the time before it passes, such as the keeper of the time of another process.
#[derive(Default)]
struct Teller(Option<Box<dyn Fn(Moment) + Send + Sync>>);

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Teller" } else { "nobody" })
    }
}

#[derive(Debug)]
struct Circle {
    now: Moment,
    end: Moment,
    ended: bool,
    seats: Vec<Seat>,
    /// Counts every change of a seat, so that a throttled jump knows whether it is still wanted.
    changes: u64,
}

#[derive(Debug)]
struct Seat {
    task: &'static str,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At work; `rung` when somebody rang meanwhile.
    Awake { rung: bool },
    /// Nothing to do before this.
    Idle { until: Moment },
}

/// What a task does that has just sat down.
enum Sat {
    /// Goes on at once.
    Up,
    /// Waits for its bell.
    Waits,
    /// Completed the circle of a throttled clock: moves time after this long, if nothing changed.
    Turns { after: Duration, changes: u64 },
}

impl SimClock {
    /// A clock that shows `start`, is driven by the tasks of these names and stops at `end`. Time
    /// does not move before each of them has idled once.
    pub fn new(start: Moment, tasks: &[&'static str], end: Moment) -> SimClock {
        let seat = |task: &&'static str| Seat { task, state: State::Awake { rung: false } };
        let seats: Vec<Seat> = tasks.iter().map(seat).collect();
        SimClock {
            bells: seats.iter().map(|_| Notify::new()).collect(),
            circle: Mutex::new(Circle { now: start, end, ended: false, seats, changes: 0 }),
            tick: watch::Sender::new(false),
            speed: None,
            teller: Teller::default(),
        }
    }

    /// The same, with somebody who hears of every jump before anybody is woken.
    #[must_use]
    pub fn telling(mut self, teller: impl Fn(Moment) + Send + Sync + 'static) -> SimClock {
        self.teller = Teller(Some(Box::new(teller)));
        self
    }

    /// The same, for people to watch: at most `speed` virtual seconds per real second. A speed that is
    /// not a positive number means no limit.
    #[must_use]
    pub fn throttled(mut self, speed: f64) -> SimClock {
        self.speed = (speed.is_finite() && speed > 0.0).then_some(speed);
        self
    }

    /// Resolves when the end is reached. From then on no task is woken any more.
    pub async fn finished(&self) {
        // The sender lives in `self`, so the channel cannot be closed here.
        drop(self.tick.subscribe().wait_for(|ended| *ended).await);
    }

    async fn take_seat(&self, seat: usize, until: Moment) {
        let sat = self.sit(seat, until);
        if matches!(sat, Sat::Up) {
            // A task that asks for no time must not starve the others.
            return tokio::task::yield_now().await;
        }
        let _stand = StandUp { clock: self, seat };
        if let Sat::Turns { after, changes } = sat {
            tokio::select! {
                () = tokio::time::sleep(after) => self.turn(changes),
                () = self.woken(seat) => {}
            }
        }
        self.woken(seat).await;
    }

    /// Until the seat is awake. A bell may have rung for an earlier wait that was given up.
    async fn woken(&self, seat: usize) {
        while !self.circle().is_awake(seat) {
            self.bells[seat].notified().await;
        }
    }

    fn sit(&self, seat: usize, until: Moment) -> Sat {
        let mut circle = self.circle();
        let rung = matches!(circle.seats[seat].state, State::Awake { rung: true });
        if !circle.ended && (rung || until <= circle.now) {
            circle.seats[seat].state = State::Awake { rung: false };
            return Sat::Up;
        }
        circle.set(seat, State::Idle { until });
        let Some(next) = circle.next().filter(|_| !circle.ended) else { return Sat::Waits };
        match self.speed {
            Some(speed) => {
                let virtual_s = u32::try_from(next.since(circle.now)).unwrap_or(u32::MAX);
                let after = Duration::try_from_secs_f64(f64::from(virtual_s) / speed).unwrap_or(Duration::MAX);
                Sat::Turns { after, changes: circle.changes }
            }
            None => {
                self.jump(&mut circle, next);
                Sat::Waits
            }
        }
    }

    /// Moves time, unless something has changed since the jump was planned.
    fn turn(&self, changes: u64) {
        let mut circle = self.circle();
        if let Some(next) = circle.next().filter(|_| circle.changes == changes) {
            self.jump(&mut circle, next);
        }
    }

    fn jump(&self, circle: &mut Circle, next: Moment) {
        if let Some(tell) = &self.teller.0 {
            tell(next);
        }
        circle.now = next;
        circle.ended = next >= circle.end;
        if !circle.ended {
            self.wake(circle, |until| until <= next);
        }
        self.tick.send_replace(circle.ended);
    }

    fn wake(&self, circle: &mut Circle, due: impl Fn(Moment) -> bool) {
        for seat in 0..circle.seats.len() {
            if matches!(circle.seats[seat].state, State::Idle { until } if due(until)) {
                circle.set(seat, State::Awake { rung: false });
                self.bells[seat].notify_one();
            }
        }
    }

    /// For whoever is not registered: until time moves or somebody rings.
    async fn stand_by(&self, until: Moment) {
        let mut tick = self.tick.subscribe();
        if self.now() < until {
            drop(tick.changed().await);
        }
    }

    fn circle(&self) -> MutexGuard<'_, Circle> {
        self.circle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circle {
    fn set(&mut self, seat: usize, state: State) {
        self.seats[seat].state = state;
        self.changes += 1;
    }

    fn is_awake(&self, seat: usize) -> bool {
        matches!(self.seats[seat].state, State::Awake { .. })
    }

    /// Where time goes, once everybody is idle.
    fn next(&self) -> Option<Moment> {
        let until = |seat: &Seat| match seat.state {
            State::Idle { until } => Some(until),
            State::Awake { .. } => None,
        };
        let all: Option<Vec<Moment>> = self.seats.iter().map(until).collect();
        all?.into_iter().min().map(|next| next.max(self.now).min(self.end.max(self.now)))
    }
}

/// A wait that is given up leaves its task at work, so that time does not move without it.
struct StandUp<'a> {
    clock: &'a SimClock,
    seat: usize,
}

impl Drop for StandUp<'_> {
    fn drop(&mut self) {
        let mut circle = self.clock.circle();
        if !circle.is_awake(self.seat) {
            circle.set(self.seat, State::Awake { rung: false });
        }
    }
}

impl Clock for SimClock {
    fn now(&self) -> Moment {
        self.circle().now
    }

    fn idle<'a>(&'a self, task: &'static str, until: Moment) -> Wait<'a> {
        let seat = self.circle().seats.iter().position(|seat| seat.task == task);
        match seat {
            Some(seat) => Box::pin(self.take_seat(seat, until)),
            None => Box::pin(self.stand_by(until)),
        }
    }

    fn pause(&self, _until: Moment) -> Wait<'_> {
        Box::pin(tokio::task::yield_now())
    }

    fn ring(&self) {
        let mut circle = self.circle();
        if circle.ended {
            return;
        }
        for seat in &mut circle.seats {
            if let State::Awake { rung } = &mut seat.state {
                *rung = true;
            }
        }
        self.wake(&mut circle, |_| true);
        self.tick.send_replace(false);
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
