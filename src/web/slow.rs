//! What takes longer than somebody waits for a page, in a large town: made once, one at a time, on a task
//! of its own, and kept for whoever asks again.

use crate::clock::Clock;
use crate::domain::Moment;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long somebody waits; shorter than the gate's patience.
pub(super) const WAIT: Duration = Duration::from_secs(7);
/// How long a page waits that has other things to show: nobody notices it, and in a town of usual size it
/// is enough.
pub(super) const GLANCE: Duration = Duration::from_millis(500);
/// Seconds for which something is kept at least; ten times as long as it took to make, if that is more.
const KEPT_S: i64 = 60;
/// What took longer than that may be shown as it was, for some minutes, while it is made anew: nobody did
/// anything, but looks go on all the time in a large town. Seconds.
const LONG_S: i64 = 2;
/// Seconds for which it may be.
const LATE_S: i64 = 600;
/// Things that are kept at once, the newest.
const MOST: usize = 12;

type Done<T> = Option<(Moment, T)>;

struct Entry<T> {
    stamp: Stamp,
    began: Moment,
    done: watch::Receiver<Done<T>>,
    /// What was made before from other evidence, and by the same deeds.
    before: Done<T>,
}

/// What a thing is made from: while both stay it is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// What people did and what was sent: whoever comes back from a deed sees it.
    pub(super) deeds: Vec<i64>,
    /// What looks have brought.
    pub(super) evidence: Vec<i64>,
}

/// What a future gives, if somebody who waits for a page may wait for it.
pub(super) async fn in_time<T>(future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(WAIT, future).await.ok()
}

/// Things in the making, and made ones, by name.
pub(super) struct Slow<T> {
    kept: Mutex<HashMap<String, Entry<T>>>,
    one: Arc<tokio::sync::Mutex<()>>,
}

impl<T> Default for Slow<T> {
    fn default() -> Slow<T> {
        Slow { kept: Mutex::default(), one: Arc::default() }
    }
}

impl<T: Clone + Send + Sync + 'static> Slow<T> {
    /// The thing of that name, made from what `stamp` stands for, and when it was made; `None` where it is
    /// still in the making after that `patience`. Where making it takes long and only looks have come in
    /// since, the one before.
    pub(super) async fn get(
        &self,
        (name, patience): (&str, Duration),
        stamp: Stamp,
        clock: &Arc<dyn Clock>,
        make: impl Future<Output = T> + Send + 'static,
    ) -> Done<T> {
        let (mut done, before) = self.begun(name, stamp, clock, make);
        if before.is_some() && done.borrow().is_none() {
            return before;
        }
        tokio::time::timeout(patience, done.wait_for(Option::is_some)).await.ok()?.ok()?.clone()
    }

    /// Whether something of another name is in the making.
    pub(super) fn is_busy_beside(&self, name: &str) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_made = |entry: &Entry<T>| entry.done.borrow().is_some() || entry.done.has_changed().is_err();
        kept.iter().any(|(other, entry)| other != name && !is_made(entry))
    }

    fn begun(
        &self,
        name: &str,
        stamp: Stamp,
        clock: &Arc<dyn Clock>,
        make: impl Future<Output = T> + Send + 'static,
    ) -> (watch::Receiver<Done<T>>, Done<T>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        if let Some(entry) = kept.get(name).filter(|entry| entry.stamp == stamp && entry.holds(now)) {
            return (entry.done.clone(), entry.before.clone().filter(|(at, _)| now.since(*at) < LATE_S));
        }
        let before = kept.get(name).and_then(|entry| entry.shown_meanwhile(&stamp, now));
        if kept.len() >= MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, entry)| entry.began).map(|(name, _)| name.clone())
        {
            kept.remove(&oldest);
        }
        let (tell, done) = watch::channel(None);
        let entry = Entry { stamp, began: now, done: done.clone(), before: before.clone() };
        kept.insert(name.to_owned(), entry);
        let (one, clock) = (Arc::clone(&self.one), Arc::clone(clock));
        tokio::spawn(async move {
            let _only = one.lock().await;
            // Something newer was asked for meanwhile, and nobody waits for this any more.
            if tell.is_closed() {
                return;
            }
            let made = make.await;
            tell.send_replace(Some((clock.now(), made)));
        });
        (done, before)
    }
}

impl<T: Clone> Entry<T> {
    /// What may be shown while it is made anew for that stamp.
    fn shown_meanwhile(&self, stamp: &Stamp, now: Moment) -> Done<T> {
        let made = self.done.borrow().clone();
        let long = made.as_ref().is_some_and(|(at, _)| at.since(self.began) >= LONG_S);
        let last = if long { made } else { self.before.clone().filter(|_| made.is_none()) };
        last.filter(|(at, _)| self.stamp.deeds == stamp.deeds && (0..LATE_S).contains(&now.since(*at)))
    }

    /// A maker that panicked has dropped its end, and is asked once more.
    fn holds(&self, now: Moment) -> bool {
        match &*self.done.borrow() {
            None => self.done.has_changed().is_ok(),
            Some((at, _)) => now.since(*at) < KEPT_S.max(10 * at.since(self.began)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn clock() -> Arc<dyn Clock> {
        SystemClock::shared()
    }

    fn stamped(deed: i64, look: i64) -> Stamp {
        Stamp { deeds: vec![deed], evidence: vec![look] }
    }

    /// Of an entry that took so long, and is so old.
    fn meanwhile(took_s: i64, old_s: i64, stamp: &Stamp) -> Done<i32> {
        let began = Moment::from_unix(1_000_000);
        let (_tell, done) = watch::channel(Some((began.plus(took_s), 7)));
        let entry = Entry { stamp: stamped(1, 1), began, done, before: None };
        entry.shown_meanwhile(stamp, began.plus(took_s + old_s))
    }

    #[test]
    fn what_takes_long_is_shown_as_it_was_while_only_looks_come_in() {
        assert!(meanwhile(LONG_S, 1, &stamped(1, 2)).is_some());
        assert!(meanwhile(LONG_S - 1, 1, &stamped(1, 2)).is_none(), "it is quickly made anew");
        assert!(meanwhile(LONG_S, 1, &stamped(2, 1)).is_none(), "somebody has done something");
        assert!(meanwhile(LONG_S, LATE_S, &stamped(1, 2)).is_none(), "it is too old");
    }

    #[tokio::test]
    async fn a_thing_is_made_once_until_what_it_is_made_from_changes() {
        let (slow, clock, made) = (Slow::<usize>::default(), clock(), Arc::new(AtomicUsize::new(0)));
        let mut seen = Vec::new();
        for stamp in [1, 1, 2, 2] {
            let made = Arc::clone(&made);
            let make = async move { made.fetch_add(1, Ordering::SeqCst) };
            seen.push(slow.get(("a", WAIT), stamped(0, stamp), &clock, make).await.unwrap().1);
        }
        assert_eq!(seen, [0, 0, 1, 1]);
    }

    #[tokio::test]
    async fn a_page_with_other_things_to_show_goes_on_without_it() {
        let (slow, clock) = (Slow::<usize>::default(), clock());
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let make = async move { gone.await.map_or(0, |()| 7) };
        let glance = slow.get(("a", GLANCE), Stamp::default(), &clock, make);
        assert!(tokio::time::timeout(WAIT / 2, glance).await.unwrap().is_none());
        go.send(()).unwrap();
        // Whoever looks again finds what was begun then, and nothing is begun anew.
        assert_eq!(slow.get(("a", GLANCE), Stamp::default(), &clock, async { 8 }).await.unwrap().1, 7);
    }

    #[tokio::test]
    async fn whoever_asks_for_another_thing_can_know_that_one_is_in_the_making() {
        let (slow, clock) = (Slow::<usize>::default(), clock());
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let make = async move { gone.await.map_or(0, |()| 7) };
        let (mut done, _) = slow.begun("a", Stamp::default(), &clock, make);
        assert!(slow.is_busy_beside("b") && !slow.is_busy_beside("a"));
        go.send(()).unwrap();
        done.wait_for(Option::is_some).await.unwrap();
        assert!(!slow.is_busy_beside("b"));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_made() {
        let (slow, clock, made) = (Slow::<usize>::default(), clock(), Arc::new(AtomicUsize::new(0)));
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        drop(slow.begun("a", stamped(1, 0), &clock, async { gone.await.map_or(0, |()| 1) }));
        for deed in 2..9 {
            let made = Arc::clone(&made);
            drop(slow.begun("a", stamped(deed, 0), &clock, async move { made.fetch_add(1, Ordering::SeqCst) }));
        }
        let (mut last, _) = slow.begun("a", stamped(9, 0), &clock, async { 7 });
        go.send(()).unwrap();
        assert_eq!(last.wait_for(Option::is_some).await.unwrap().as_ref().unwrap().1, 7);
        assert_eq!(made.load(Ordering::SeqCst), 0, "all but the first and the last were overtaken");
    }

    #[tokio::test]
    async fn what_failed_to_be_made_is_made_again_and_many_are_not_kept() {
        let (slow, clock) = (Slow::<usize>::default(), clock());
        assert!(slow.get(("a", WAIT), stamped(0, 1), &clock, async { panic!("on purpose") }).await.is_none());
        assert_eq!(slow.get(("a", WAIT), stamped(0, 1), &clock, async { 7 }).await.unwrap().1, 7);
        for n in 0..50 {
            slow.get((&n.to_string(), WAIT), Stamp::default(), &clock, async { 0 }).await.unwrap();
        }
        assert!(slow.kept.lock().unwrap().len() <= MOST);
    }
}
