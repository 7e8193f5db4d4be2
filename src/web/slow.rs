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
const WAIT: Duration = Duration::from_secs(7);
/// Seconds for which something is kept at least; ten times as long as it took to make, if that is more.
const KEPT_S: i64 = 60;
/// Things that are kept at once, the newest.
const MOST: usize = 12;

type Done<T> = Option<(Moment, T)>;

struct Entry<T> {
    stamp: Vec<i64>,
    began: Moment,
    done: watch::Receiver<Done<T>>,
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
    /// The thing of that name, made from what `stamp` stands for, and when it was made; `None` while it is
    /// still in the making.
    pub(super) async fn get(
        &self,
        name: &str,
        stamp: Vec<i64>,
        clock: &Arc<dyn Clock>,
        make: impl Future<Output = T> + Send + 'static,
    ) -> Done<T> {
        let mut done = self.begun(name, stamp, clock, make);
        let waited = tokio::time::timeout(WAIT, done.wait_for(Option::is_some)).await;
        waited.ok()?.ok()?.clone()
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
        stamp: Vec<i64>,
        clock: &Arc<dyn Clock>,
        make: impl Future<Output = T> + Send + 'static,
    ) -> watch::Receiver<Done<T>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        if let Some(entry) = kept.get(name).filter(|entry| entry.stamp == stamp && entry.holds(now)) {
            return entry.done.clone();
        }
        if kept.len() >= MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, entry)| entry.began).map(|(name, _)| name.clone())
        {
            kept.remove(&oldest);
        }
        let (tell, done) = watch::channel(None);
        kept.insert(name.to_owned(), Entry { stamp, began: now, done: done.clone() });
        let (one, clock) = (Arc::clone(&self.one), Arc::clone(clock));
        tokio::spawn(async move {
            let _only = one.lock().await;
            let made = make.await;
            tell.send_replace(Some((clock.now(), made)));
        });
        done
    }
}

impl<T> Entry<T> {
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

    #[tokio::test]
    async fn a_thing_is_made_once_until_what_it_is_made_from_changes() {
        let (slow, clock, made) = (Slow::<usize>::default(), clock(), Arc::new(AtomicUsize::new(0)));
        let mut seen = Vec::new();
        for stamp in [1, 1, 2, 2] {
            let made = Arc::clone(&made);
            let make = async move { made.fetch_add(1, Ordering::SeqCst) };
            seen.push(slow.get("a", vec![stamp], &clock, make).await.unwrap().1);
        }
        assert_eq!(seen, [0, 0, 1, 1]);
    }

    #[tokio::test]
    async fn whoever_asks_for_another_thing_can_know_that_one_is_in_the_making() {
        let (slow, clock) = (Slow::<usize>::default(), clock());
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let make = async move { gone.await.map_or(0, |()| 7) };
        let mut done = slow.begun("a", vec![], &clock, make);
        assert!(slow.is_busy_beside("b") && !slow.is_busy_beside("a"));
        go.send(()).unwrap();
        done.wait_for(Option::is_some).await.unwrap();
        assert!(!slow.is_busy_beside("b"));
    }

    #[tokio::test]
    async fn what_failed_to_be_made_is_made_again_and_many_are_not_kept() {
        let (slow, clock) = (Slow::<usize>::default(), clock());
        assert!(slow.get("a", vec![1], &clock, async { panic!("on purpose") }).await.is_none());
        assert_eq!(slow.get("a", vec![1], &clock, async { 7 }).await.unwrap().1, 7);
        for n in 0..50 {
            slow.get(&n.to_string(), vec![], &clock, async { 0 }).await.unwrap();
        }
        assert!(slow.kept.lock().unwrap().len() <= MOST);
    }
}
