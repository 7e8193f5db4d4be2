//! One copy of the evidence for all who keep it: the inspection, the overview, 核查 and the look ahead. What
//! is known of an account is shared; whoever needs a ledger takes a copy of the shelf's that costs next to
//! nothing, brings it up to date with what was touched since, and puts it back.

use super::{Known, Ledger, longest_window_days};
use crate::config::Config;
use crate::domain::{AccountId, Moment};
use crate::inspect::LOOK_BACK_DAYS;
use crate::rules::thinned;
use crate::store::{Connection, StoreError, bare, contacts, touched};
use cuigeng_adapters::time::DAY;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Where more accounts than that have changed, reading all at once is quicker.
const MOST_TOUCHED: usize = 1000;
/// Seconds by which a page may be behind whoever took the ledger last: counting goes by its own `now`.
const BEHIND_S: i64 = 300;
/// Seconds for which what somebody asked for is still thought of.
const ASKED_S: i64 = DAY;
/// Seconds of evidence that nobody has asked for any more, until all is read anew without them.
const SPARE_S: i64 = 14 * DAY;

/// Up to which change of the store a ledger knows, and up to which moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    seq: i64,
    until: Moment,
}

/// Whoever asks for a ledger, and from when on it must know everything.
pub type Asks = (&'static str, Moment);

/// The one that may read everything anew; whoever else finds nothing waits for what it finds.
pub type Turn = tokio::sync::OwnedMutexGuard<()>;

/// Keeps the evidence. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shelf {
    kept: Arc<Mutex<Kept>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Kept {
    ledger: Option<Ledger>,
    /// From when on whom, and when that was.
    asked: BTreeMap<&'static str, (Moment, Moment)>,
}

impl Shelf {
    /// The turn, for whoever may have to read everything in a transaction that is not kept yet.
    pub async fn turn(&self) -> Turn {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// The evidence up to `now`, brought up to date and kept. It is no task's own thread that calls this.
    ///
    /// # Errors
    /// Those of the store.
    pub fn take(&self, conn: &Connection, config: &Config, asks: Asks, now: Moment) -> Result<Ledger, StoreError> {
        let asks = at_least(asks, config, now);
        if let Some(ledger) = self.mended(conn, asks, now)? {
            self.put(&ledger);
            return Ok(ledger);
        }
        let turn = Arc::clone(&self.turn).blocking_lock_owned();
        let ledger = self.take_unkept(&turn, conn, config, asks, now)?;
        self.put(&ledger);
        Ok(ledger)
    }

    /// The same for whoever has the turn; it is put back when what it has read is sure to stay.
    ///
    /// # Errors
    /// Those of the store.
    pub fn take_unkept(
        &self,
        _: &Turn,
        conn: &Connection,
        config: &Config,
        asks: Asks,
        now: Moment,
    ) -> Result<Ledger, StoreError> {
        let asks = at_least(asks, config, now);
        if let Some(ledger) = self.mended(conn, asks, now)? {
            return Ok(ledger);
        }
        let from = self.forget(asks.1);
        Ok(Ledger::with_posts(conn, config, (from, now.plus(1)), bare::of)?.thin())
    }

    /// Keeps a ledger, unless a newer one is there.
    pub fn put(&self, ledger: &Ledger) {
        let mut kept = self.kept();
        let is_newer = |known: &Ledger| known.span_from() <= ledger.span_from() && known.point() >= ledger.point();
        if !kept.ledger.as_ref().is_some_and(is_newer) {
            kept.ledger = Some(ledger.clone());
        }
    }

    /// What is kept with what has changed since; `None` where all must be read anew.
    fn mended(&self, conn: &Connection, (who, from): Asks, now: Moment) -> Result<Option<Ledger>, StoreError> {
        let kept = {
            let mut kept = self.kept();
            kept.asked.retain(|_, (_, at)| (0..ASKED_S).contains(&now.since(*at)));
            kept.asked.insert(who, (from, now));
            let wanted = kept.asked.values().map(|(from, _)| *from).min().unwrap_or(from);
            let fits = |ledger: &&Ledger| ledger.fits(from, now) && wanted.since(ledger.span_from()) < SPARE_S;
            kept.ledger.as_ref().filter(fits).cloned()
        };
        let Some(mut ledger) = kept else { return Ok(None) };
        Ok(ledger.refresh(conn, now.plus(1))?.then_some(ledger))
    }

    /// Lets the old one go before all is read anew, so that there are never two; from when on that is.
    fn forget(&self, from: Moment) -> Moment {
        let mut kept = self.kept();
        kept.ledger = None;
        kept.asked.values().map(|(from, _)| *from).min().unwrap_or(from).min(from)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everybody asks for what an inspection mostly needs, so that it is not read once for each of them.
fn at_least((who, from): Asks, config: &Config, now: Moment) -> Asks {
    let usual = LOOK_BACK_DAYS + longest_window_days(&config.profile) + 1;
    (who, from.min(Moment::start_of(now.plus_days(-usual).date())))
}

impl Ledger {
    /// Up to where it knows everything.
    pub fn point(&self) -> Point {
        Point { seq: self.seq, until: self.span.map_or(Moment::MIN, |span| span.1) }
    }

    /// Up to where both it and that reader do. A ledger may be newer than the reader who took it: what he
    /// makes of it knows of the changes between the two only in part, and is mended by them the next time.
    ///
    /// # Errors
    /// Those of the store.
    pub fn point_of(&self, conn: &Connection) -> Result<Point, StoreError> {
        Ok(Point { seq: self.seq.min(touched::newest(conn)?), ..self.point() })
    }

    /// The accounts whose evidence has changed between `point` and this ledger; `None` where the list itself
    /// has, or so many that judging all is as quick.
    ///
    /// # Errors
    /// Those of the store.
    pub fn changed_since(&self, conn: &Connection, point: Point) -> Result<Option<BTreeSet<AccountId>>, StoreError> {
        let Some(mut changed) = touched::since(conn, point.seq)? else { return Ok(None) };
        changed.extend(touched::began(conn, point.until, self.point().until)?);
        Ok(Some(changed).filter(|changed| changed.len() <= MOST_TOUCHED && point <= self.point()))
    }

    /// Makes it small enough to be kept: without the looks that say nothing beside later ones, and without
    /// the words of posts, which nothing is judged by.
    #[must_use]
    pub(super) fn thin(mut self) -> Ledger {
        for known in self.known.values_mut() {
            Arc::make_mut(known).thin();
        }
        self
    }

    fn span_from(&self) -> Moment {
        self.span.map_or(Moment::MAX, |span| span.0)
    }

    fn fits(&self, from: Moment, now: Moment) -> bool {
        self.span.is_some_and(|span| span.0 <= from && span.1.since(now) <= BEHIND_S)
    }

    /// Brings it up to date: the evidence of the accounts that were touched since, and of those whose posts
    /// have come of age meanwhile; false where it cannot be mended, since the list has changed.
    fn refresh(&mut self, conn: &Connection, until: Moment) -> Result<bool, StoreError> {
        let Some((from, known_until)) = self.span else { return Ok(false) };
        let until = until.max(known_until);
        let seq = touched::newest(conn)?;
        // A reader who is behind cannot know which posts have come of age since.
        if seq < self.seq {
            return Ok(true);
        }
        let Some(mut changed) = touched::since(conn, self.seq)? else { return Ok(false) };
        if changed.len() > MOST_TOUCHED {
            return Ok(false);
        }
        changed.extend(touched::began(conn, known_until, until)?);
        for id in &changed {
            self.read_one(conn, *id, (from, until))?;
            if let Some(known) = self.known.get_mut(id) {
                Arc::make_mut(known).thin();
            }
        }
        self.people = Arc::new(contacts::roster(conn)?);
        (self.span, self.seq) = (Some((from, until)), seq);
        Ok(true)
    }
}

impl Known {
    fn thin(&mut self) {
        self.watches = thinned(std::mem::take(&mut self.watches));
        for post in &mut self.posts {
            (post.title, post.url, post.ext_id) = (String::new(), None, None);
            post.sightings.shrink_to_fit();
        }
        self.posts.shrink_to_fit();
        self.watches.shrink_to_fit();
        self.failures.shrink_to_fit();
        self.tallies.shrink_to_fit();
    }
}
