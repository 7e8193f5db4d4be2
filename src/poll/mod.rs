//! Looks at accounts and keeps what was seen: the first half of the data's way (DESIGN §3).
//!
//! It judges nothing and writes to nobody. Every source has a lane of its own, so that a slow or
//! resting one delays no other. A step does what is due and says when to come back.

mod batch;
mod credentials;
mod inbox;
mod lanes;

pub use lanes::Lanes;

use crate::Step;
use crate::clock::Clock;
use crate::config::{Config, SourceConfig};
use crate::domain::{Account, AccountId, Moment, SourceRef, Week};
use crate::ledger;
use crate::plan::{self, Agenda};
use crate::rules::accept::{self, Circumstances, PastLook};
use crate::secrets::FileSecrets;
use crate::store::{Store, StoreError, accounts, agenda, looks, posts};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::time::{DAY, HOUR};
use cuigeng_adapters::{Ask, Batch, Class, Delay, Failure, Outcome, Paged, Seen, Source, walk};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Looks at accounts. Cheap to clone.
#[derive(Clone)]
pub struct Poller {
    /// Where looks are kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The one HTTP client.
    pub http: Http,
    /// The credentials.
    pub secrets: Arc<FileSecrets>,
    /// For waits inside a look.
    pub clock: Arc<dyn Clock>,
    /// The data directory, for the inbox of files and the collectors' state.
    pub data: PathBuf,
    /// How each source is asked, and which are left alone.
    pub lanes: Arc<Lanes>,
}

/// Seconds for which looks that fall due are gathered.
const GATHER_S: i64 = 900;
/// Seconds after which a step comes back although a slow source has work left.
const LANE_S: i64 = 300;
/// Seconds between two views into the inbox.
const INBOX_S: i64 = 60;

/// One look to be made.
#[derive(Clone, Debug)]
struct Due {
    account: Account,
    of: SourceRef,
    agenda: Agenda,
}

impl Poller {
    /// Makes every look that is due at `now`, some at once.
    ///
    /// # Errors
    /// Those of the store; a failed look is no error.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let (accounts, agendas) = self.store.read_async(|conn| Ok((accounts::all(conn)?, agenda::all(conn)?))).await?;
        let wanted = self.wanted(now);
        let mut pending: BTreeMap<String, Vec<Due>> = BTreeMap::new();
        let mut wake = now.plus_days(1);
        for (account, of) in watched(&accounts, now) {
            let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
            if agenda.is_due(now, &wanted) {
                let due = Due { account: account.clone(), of: of.clone(), agenda };
                pending.entry(of.source.clone()).or_default().push(due);
            } else {
                wake = wake.min(agenda.wakes(now, &wanted));
            }
        }
        let took = self.take_in(&accounts, &agendas).await?;
        let did = !pending.is_empty() || took;
        let left = self.run_lanes(pending).await?;
        self.try_credentials(&accounts, now).await?;
        if left {
            return Ok(Step { did, wake: self.clock.now() });
        }
        // What falls due within minutes is looked at together, but no closing moment is overslept.
        let closing = wanted.into_iter().filter(|at| *at > now).min().unwrap_or(Moment::MAX);
        let wake = wake.max(now.plus(GATHER_S)).min(closing);
        Ok(Step { did, wake: if self.has_inbox() { wake.min(now.plus(INBOX_S)) } else { wake } })
    }

    /// Looks at one account through all its sources now, due or not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn look(&self, account: &Account, now: Moment) -> Result<Vec<(String, Seen)>, StoreError> {
        let (accounts, agendas) = self.store.read_async(|conn| Ok((accounts::all(conn)?, agenda::all(conn)?))).await?;
        if account.sources.iter().any(|of| self.is_inbox(&of.source)) {
            self.take_in(&accounts, &agendas).await?;
        }
        let mut seen = Vec::new();
        for of in &account.sources {
            let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
            let due = Due { account: account.clone(), of: of.clone(), agenda };
            let one = self.looks(vec![due], now).await?.pop();
            seen.extend(one.map(|(_, one)| (of.source.clone(), one)));
        }
        Ok(seen)
    }

    /// Every source's due looks, each source in its own lane. True when a slow one has work left.
    async fn run_lanes(&self, pending: BTreeMap<String, Vec<Due>>) -> Result<bool, StoreError> {
        let at_once = Arc::new(Semaphore::new(self.config.poll.at_once));
        let mut lanes = JoinSet::new();
        for (source, mut due) in pending {
            due.sort_by_key(|due| due.agenda.next_at);
            let (poller, at_once) = (self.clone(), Arc::clone(&at_once));
            lanes.spawn(async move { poller.run_lane(&source, due, at_once).await });
        }
        let mut left = false;
        while let Some(done) = lanes.join_next().await {
            // look_guarded has no panic of its own; a cancelled lane belongs to a shutdown.
            left |= done.unwrap_or(Ok(false))?;
        }
        Ok(left)
    }

    /// One source: one look after the other where it is paced, else several at once.
    async fn run_lane(&self, source: &str, due: Vec<Due>, at_once: Arc<Semaphore>) -> Result<bool, StoreError> {
        let configured = self.config.sources.get(source);
        if configured.is_some_and(|configured| matches!(configured.source, Source::Batch(_))) {
            self.looks_guarded(due).await?;
            return Ok(false);
        }
        if configured.is_some_and(|configured| configured.pace_s() > 0) {
            let until = self.clock.now().plus(LANE_S);
            for due in due {
                if self.clock.now() > until {
                    return Ok(true);
                }
                self.looks_guarded(vec![due]).await?;
            }
            return Ok(false);
        }
        let mut running = JoinSet::new();
        for due in due {
            // The semaphore is never closed, so a permit always comes.
            let permit = Arc::clone(&at_once).acquire_owned().await;
            let poller = self.clone();
            running.spawn(async move {
                let done = poller.looks_guarded(vec![due]).await;
                drop(permit);
                done
            });
        }
        while let Some(done) = running.join_next().await {
            done.unwrap_or(Ok(()))?;
        }
        Ok(false)
    }

    /// A panic inside an adapter becomes a failed look of its accounts and harms nobody else.
    async fn looks_guarded(&self, due: Vec<Due>) -> Result<(), StoreError> {
        let poller = self.clone();
        let (now, again) = (self.clock.now(), due.clone());
        match tokio::spawn(async move { poller.looks(due, now).await }).await {
            Ok(result) => result.map(drop),
            Err(panic) => {
                tracing::error!(source = again.first().map(|due| due.of.source.as_str()), %panic, "look.panicked");
                for due in again {
                    let failure = Failure::new(Class::Malformed, "the adapter panicked").because("panic");
                    self.keep(&due, Seen::failed(failure), now).await?;
                }
                Ok(())
            }
        }
    }

    /// Looks of one source: asks, believes what may be believed, and keeps it.
    async fn looks(&self, due: Vec<Due>, now: Moment) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let Some(first) = due.first() else { return Ok(Vec::new()) };
        let source = first.of.source.clone();
        let Some(configured) = self.config.sources.get(&source) else {
            return self.fail_all(due, &unknown_source(&source), now).await;
        };
        if let Some((failure, until)) = self.lanes.rests(&source, now) {
            return self.fail_all(due, &resting(&failure, until, now), now).await;
        }
        match &configured.source {
            Source::Paged(paged) => {
                let mut seen = Vec::new();
                for one in due {
                    seen.push(self.look_once(one, configured, paged, now).await?);
                }
                Ok(seen)
            }
            Source::Batch(Batch::Inbox(_)) => self.miss_in_inbox(due, now).await,
            Source::Batch(Batch::Exec(exec)) => self.collect(exec, configured, due, now).await,
        }
    }

    async fn look_once(
        &self,
        due: Due,
        configured: &SourceConfig,
        paged: &Paged,
        now: Moment,
    ) -> Result<(AccountId, Seen), StoreError> {
        let (ask, history, circumstances) = self.question(&due, configured, now).await?;
        let seen = self.page_through(paged, ask, configured).await;
        let seen = accept::believe(&history, seen, now, circumstances);
        let (name, shared, then) = (&configured.name, configured.manners().shared, self.clock.now());
        if let Some(until) = self.lanes.learn(name, due.account.id, shared, &seen.outcome, then) {
            tracing::warn!(source = name, %until, "source.rests");
        }
        self.keep(&due, seen.clone(), now).await?;
        Ok((due.account.id, seen))
    }

    /// The same failure for each of these looks, none of which was made.
    async fn fail_all(
        &self,
        due: Vec<Due>,
        failure: &Failure,
        now: Moment,
    ) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let mut seen = Vec::new();
        for one in due {
            let failed = Seen::failed(failure.clone());
            self.keep(&one, failed.clone(), now).await?;
            seen.push((one.account.id, failed));
        }
        Ok(seen)
    }

    async fn page_through(&self, paged: &Paged, ask: Ask, configured: &SourceConfig) -> Seen {
        let pace_s = configured.pace_s();
        walk::look(paged, ask, &self.http, self.secrets.as_ref(), |until| {
            let (lanes, clock, name) = (&self.lanes, &self.clock, &configured.name);
            async move {
                match until {
                    Some(until) => clock.pause(until).await,
                    None => lanes.turn(name, pace_s, clock.as_ref()).await,
                }
            }
        })
        .await
    }

    /// What is asked, and the looks before it.
    async fn question(
        &self,
        due: &Due,
        configured: &SourceConfig,
        now: Moment,
    ) -> Result<(Ask, Vec<PastLook>, Circumstances), StoreError> {
        let traits = configured.source.traits(due.account.platform.kinds());
        let since = self.since(&due.agenda, now);
        let (id, source) = (due.account.id, due.of.source.clone());
        let (known, covered, history, others_healthy, others_strange) = self
            .store
            .read_async(move |conn| {
                Ok((
                    posts::known(conn, id, &source, 20)?,
                    looks::covered(conn, id, &source, since, traits.sees)?,
                    looks::recent(conn, id, &source, 16)?,
                    looks::healthy_since(conn, &source, id, now.plus(-6 * HOUR))?,
                    looks::strange_since(conn, &source, id, now.plus_days(-2))?,
                ))
            })
            .await?;
        let ask = Ask {
            platform: due.account.platform.name().to_owned(),
            name: due.account.name.clone(),
            key: due.of.key.clone(),
            author: None,
            since,
            now,
            kinds: due.account.platform.kinds(),
            known,
            covered,
            cursor: None,
            page: 0,
        };
        let made = history.into_iter().filter(|look| look.reason != plan::RESTING);
        let history =
            made.map(|look| PastLook { at: look.at, outcome: look.outcome, reason: look.reason, newest: look.newest });
        let circumstances = Circumstances { ends_lists: traits.ends_lists, others_healthy, others_strange };
        Ok((ask, history.collect(), circumstances))
    }

    /// Far enough back for the windows of the next check, and for what was missed since the last look.
    fn since(&self, agenda: &Agenda, now: Moment) -> Moment {
        let idle_days = agenda.last_at.map_or(7, |last| now.since(last) / DAY) + i64::from(agenda.fails);
        let days = ledger::longest_window_days(&self.config.profile) + 2 + idle_days.clamp(0, 60);
        Moment::start_of(now.plus_days(-days).date())
    }

    async fn keep(&self, due: &Due, seen: Seen, now: Moment) -> Result<(), StoreError> {
        log_look(due, &seen);
        let every_s = self.every_s(&due.of.source);
        let agenda = due.agenda.after(&seen.outcome, now, every_s, spread(due.account.id.0));
        let (id, source) = (due.account.id, due.of.source.clone());
        self.store
            .write_async(move |tx| {
                looks::observe(tx, id, &source, &seen, now)?;
                agenda::set(tx, id, &source, agenda)
            })
            .await
    }

    /// The ordinary pace of a source, in seconds.
    fn every_s(&self, source: &str) -> i64 {
        self.config.sources.get(source).and_then(|s| s.every_s).unwrap_or(self.config.poll.every_s)
    }

    /// Nothing was asked and nothing failed: the account comes up again at its ordinary pace.
    async fn put_off(&self, due: &Due, now: Moment) -> Result<(), StoreError> {
        let agenda = due.agenda.after(&Outcome::Partial, now, DAY, spread(due.account.id.0));
        let (id, source) = (due.account.id, due.of.source.clone());
        self.store.write_async(move |tx| agenda::set(tx, id, &source, agenda)).await
    }

    /// Moments at which every account is wanted, around the checks next to `now`.
    fn wanted(&self, now: Moment) -> Vec<Moment> {
        let delays: Vec<Delay> = self.delays();
        let around = self.config.checks_between(now.plus_days(-8), now.plus_days(15));
        around
            .iter()
            .flat_map(|check| plan::closing_moments(Week::closed_before(check.nominal).end(), check.at, &delays))
            .collect()
    }

    fn delays(&self) -> Vec<Delay> {
        let mut delays = vec![Delay::None];
        for configured in self.config.sources.values() {
            let delay = configured.source.traits(cuigeng_adapters::Kinds::WECHAT).delay;
            if !delays.contains(&delay) {
                delays.push(delay);
            }
        }
        delays
    }
}

/// The accounts that are judged now, with each of their sources.
fn watched(accounts: &[Account], now: Moment) -> impl Iterator<Item = (&Account, &SourceRef)> {
    let judged = accounts.iter().filter(move |account| account.state_at(now).is_judged());
    judged.flat_map(|account| account.sources.iter().map(move |of| (account, of)))
}

/// An account's fixed place among the others, 0 to 999.
fn spread(id: i64) -> i64 {
    (id.wrapping_mul(2_654_435_761) >> 7).rem_euclid(1000)
}

/// A look that was not made, because its source is left alone: the cause stays the cause, and the
/// account is looked at again when the rest ends.
fn resting(failure: &Failure, until: Moment, now: Moment) -> Failure {
    let detail = format!("not asked, the source rests until {until}: {}", failure.detail);
    let reason = plan::RESTING.to_owned();
    Failure { reason, detail, retry_after_s: Some(until.since(now).max(0)), ..failure.clone() }
}

fn unknown_source(name: &str) -> Failure {
    Failure::new(Class::Config, format!("no source named {name} is configured"))
        .because("unknown_source")
        .advise(format!("配置文件中没有名为“{name}”的来源，请在 [sources.{name}] 补上，或改正台账中的来源"))
}

fn log_look(due: &Due, seen: &Seen) {
    let account = due.account.id.0;
    let source = due.of.source.as_str();
    match &seen.outcome {
        Outcome::Failed(failure) => tracing::warn!(
            account.id = account,
            source,
            class = failure.class.word(),
            reason = failure.reason,
            detail = failure.detail,
            "look.failed"
        ),
        outcome => tracing::info!(
            account.id = account,
            source,
            complete = (*outcome == Outcome::Complete),
            rows = seen.rows.len(),
            "look.finished"
        ),
    }
}
