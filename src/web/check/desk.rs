//! What waits for a person, judged once and kept: a page reads again only the accounts that were touched
//! since, and those that time itself may have decided.

use super::super::slow::in_time;
use super::super::{Shared, Web};
use super::looks::{self, Look};
use super::wish::Wish;
use crate::config::Config;
use crate::deeds::confirm::Board;
use crate::deeds::held;
use crate::deeds::sheet::check_of;
use crate::domain::{AccountId, Check, Moment, Week};
use crate::ledger::shelf::{Point, Shelf};
use crate::ledger::{Ledger, span_of};
use crate::store::{Connection, StoreError, findings, tally};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Seconds after which time alone may have decided what was unclear (a source that shows its posts late).
const OLD_S: i64 = 60;

/// All that may wait for a person.
pub(super) struct Desk {
    pub(super) board: Board,
    /// In the order in which they are shown.
    pub(super) looks: Vec<Look>,
    pub(super) week: Week,
    pub(super) now: Moment,
    /// The checks whose findings may be decided on.
    held: Vec<Check>,
    /// When what is unclear was judged last.
    judged: Moment,
    /// What still waits of other checks, a row each, oldest first.
    pub(super) older: Vec<(Check, AccountId)>,
    /// Up to where the evidence was known.
    point: Point,
}

/// The desk of the week that has just ended, kept between two pages; one page at a time works at it.
#[derive(Default)]
pub(in super::super) struct Desks {
    kept: tokio::sync::Mutex<Option<Desk>>,
}

/// Makes the first desk before anybody asks.
pub(in super::super) async fn warm(shared: &Shared) {
    if let Err(error) = Arc::clone(&shared.desks).at(shared.web.clone(), |_, _| Ok(())).await {
        tracing::warn!(%error, "web.no_desk_yet");
    }
}

impl Desks {
    /// What `read` makes of the desk as it stands now; `None` while it is still in the making.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Desks>,
        web: &Web,
        read: impl FnOnce(&Connection, &mut Desk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        // On a task of its own, so that it is made even when nobody waits any more.
        let task = tokio::spawn(Arc::clone(self).at(web.clone(), read));
        match in_time(task).await {
            Some(done) => done.map_err(|_| StoreError::ended())?.map(Some),
            None => Ok(None),
        }
    }

    /// How many findings of checks before that one wait for a word. In a large town as they were known when
    /// somebody worked at the desk last, or none while somebody does: the first page does not wait for it.
    pub(in super::super) async fn older(
        self: &Arc<Desks>,
        web: &Web,
        before: Moment,
        is_large: bool,
    ) -> Result<usize, StoreError> {
        let count = move |desk: &Desk| {
            let held = desk.board.waiting().filter(|verdict| verdict.check.at < before).count();
            held + desk.older.iter().filter(|(check, _)| check.at < before).count()
        };
        if is_large {
            return Ok(self.kept.try_lock().ok().and_then(|kept| kept.as_ref().map(count)).unwrap_or(0));
        }
        Ok(self.read(web, move |_, desk| Ok(count(desk))).await?.unwrap_or(0))
    }

    async fn at<T: Send + 'static>(
        self: Arc<Desks>,
        web: Web,
        read: impl FnOnce(&Connection, &mut Desk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut kept = self.kept.lock().await;
        let (desk, config, now) = (kept.take(), Arc::clone(&web.config), web.clock.now());
        let shelf = web.shelf.clone();
        let done = web.store.read_async(move |conn| {
            let mut desk = Desk::now(conn, &config, &shelf, desk, now)?;
            let done = read(conn, &mut desk)?;
            // The evidence lies on the shelf; a copy that grows old would be a second one.
            desk.board.ledger = Ledger::default();
            Ok((done, desk))
        });
        let (done, desk) = done.await?;
        *kept = Some(desk);
        Ok(done)
    }
}

impl Desk {
    /// Those of the week that is asked for; of one that has not begun there are none.
    pub(super) fn looks_of(&self, wish: &Wish) -> &[Look] {
        if wish.week.is_some_and(|week| week.start() >= self.now) { &[] } else { &self.looks }
    }

    /// The desk of the week that has just ended: the one that was kept where it can be mended, else anew.
    fn now(
        conn: &Connection,
        config: &Config,
        shelf: &Shelf,
        kept: Option<Desk>,
        now: Moment,
    ) -> Result<Desk, StoreError> {
        let week = Week::closed_before(now);
        let (held, counts) = (held::checks(conn, config, now)?, check_of(config, week));
        let all: Vec<Check> = held.iter().copied().chain([counts]).collect();
        let desk = kept.filter(|desk| desk.week == week && desk.held == held && desk.judged <= now);
        let from = span_of(&config.profile, &all).0.min(now);
        let ledger = shelf.take(conn, config, ("check", from), now)?;
        let changed = desk.as_ref().map(|desk| ledger.changed_since(conn, desk.point)).transpose()?.flatten();
        match (desk, changed) {
            (Some(desk), Some(changed)) => desk.mended(conn, config, ledger, (changed, counts), now),
            _ => Desk::anew(conn, config, (ledger, held), (week, counts), now),
        }
    }

    fn anew(
        conn: &Connection,
        config: &Config,
        (ledger, held): (Ledger, Vec<Check>),
        (week, counts): (Week, Check),
        now: Moment,
    ) -> Result<Desk, StoreError> {
        let looks = looks::of(&ledger, &config.profile, counts, &tally::of(conn, week.start(), week.end())?, now);
        let point = ledger.point_of(conn)?;
        let board = Board::of(conn, config, ledger, &held, now)?;
        let older = held::older(conn, config, &held, now)?;
        Ok(Desk { board, looks, week, now, held, judged: now, older, point })
    }

    /// Judges these accounts anew, after a while also those that were unclear; everything else stands.
    fn mended(
        mut self,
        conn: &Connection,
        config: &Config,
        ledger: Ledger,
        (mut changed, counts): (BTreeSet<AccountId>, Check),
        now: Moment,
    ) -> Result<Desk, StoreError> {
        if now.since(self.judged) >= OLD_S {
            changed.extend(self.looks.iter().filter(|look| look.may_change()).map(Look::account));
            changed.extend(self.board.unclear.iter().copied());
            self.judged = now;
        }
        (self.point, self.board.ledger, self.now) = (ledger.point_of(conn)?, ledger, now);
        if changed.is_empty() {
            return Ok(self);
        }
        self.board.judge_again(&config.profile, &self.held, &changed, now);
        self.board.decisions = findings::decisions(conn, &config.profile.name)?;
        if self.older.iter().any(|(_, account)| changed.contains(account)) {
            self.older = held::older(conn, config, &self.held, now)?;
        }
        let week = self.week;
        self.looks.retain(|look| !changed.contains(&look.account()));
        for id in changed {
            let signed = tally::of_account(conn, id, week.start(), week.end())?;
            self.looks.extend(looks::one(&self.board.ledger, &config.profile, (id, counts), signed, now));
        }
        looks::sort(&mut self.looks, &self.board.ledger);
        Ok(self)
    }

    /// What `read` makes of the desk turned to that week of the check sheet.
    pub(super) fn turned<T>(
        &mut self,
        conn: &Connection,
        config: &Config,
        week: Week,
        read: impl FnOnce(&Desk) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if week == self.week {
            return read(self);
        }
        let looks = self.of_week(conn, config, week)?;
        let own = (std::mem::replace(&mut self.looks, looks), std::mem::replace(&mut self.week, week));
        // A desk whose reader fails is not kept.
        let done = read(self)?;
        (self.looks, self.week) = own;
        Ok(done)
    }

    /// Another week is not kept. Its evidence is there where the checks that were held look back so far, else
    /// it is read.
    fn of_week(&self, conn: &Connection, config: &Config, week: Week) -> Result<Vec<Look>, StoreError> {
        let counts = check_of(config, week);
        let signed = tally::of(conn, week.start(), week.end())?;
        if self.board.ledger.covers(&config.profile, counts) {
            return Ok(looks::of(&self.board.ledger, &config.profile, counts, &signed, self.now));
        }
        let ledger = Ledger::for_checks(conn, config, &config.profile, &[counts])?;
        Ok(looks::of(&ledger, &config.profile, counts, &signed, self.now))
    }

    /// The results of one week's check, which are not kept; `None`: all that waits is asked for.
    pub(super) fn named(&self, conn: &Connection, config: &Config, wish: &Wish) -> Result<Option<Board>, StoreError> {
        let Some(week) = wish.week else { return Ok(None) };
        let checks = held::of_week(config, week, self.now);
        Board::load(conn, config, &checks, None, self.now).map(Some)
    }
}
