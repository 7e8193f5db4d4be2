//! Looks at accounts and keeps what was seen: the first half of the data's way (DESIGN §3).
//!
//! It judges nothing and writes to nobody. A step does what is due and says when to come back.

use crate::Step;
use crate::clock::Clock;
use crate::config::{Config, SourceConfig};
use crate::domain::{Account, Moment, SourceRef, Week};
use crate::ledger;
use crate::plan::{self, Agenda};
use crate::rules::accept::{self, Circumstances, PastLook};
use crate::secrets::FileSecrets;
use crate::store::{Store, StoreError, accounts, agenda, looks, posts};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::inbox::Inbox;
use cuigeng_adapters::time::{DAY, HOUR};
use cuigeng_adapters::{Ask, Batch, Class, Delay, Failure, Outcome, Paged, Seen, Source, walk};
use std::path::PathBuf;
use std::sync::Arc;
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
    /// The data directory, for the inbox of files.
    pub data: PathBuf,
}

/// Seconds for which looks that fall due are gathered.
const GATHER_S: i64 = 900;

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
        let mut pending = Vec::new();
        let mut wake = now.plus_days(1);
        for (account, of) in watched(&accounts, now) {
            let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
            if agenda.is_due(now, &wanted) {
                pending.push(Due { account: account.clone(), of: of.clone(), agenda });
            } else {
                wake = wake.min(agenda.wakes(now, &wanted));
            }
        }
        let did = !pending.is_empty();
        self.make(pending, now).await?;
        // What falls due within minutes is looked at together, but no closing moment is overslept.
        let closing = wanted.into_iter().filter(|at| *at > now).min().unwrap_or(Moment::MAX);
        Ok(Step { did, wake: wake.max(now.plus(GATHER_S)).min(closing) })
    }

    /// Looks at one account through all its sources now, due or not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn look(&self, account: &Account, now: Moment) -> Result<Vec<(String, Seen)>, StoreError> {
        let agendas = self.store.read_async(agenda::all).await?;
        let mut seen = Vec::new();
        for of in &account.sources {
            let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
            let due = Due { account: account.clone(), of: of.clone(), agenda };
            seen.push((of.source.clone(), self.look_once(due, now).await?));
        }
        Ok(seen)
    }

    async fn make(&self, pending: Vec<Due>, now: Moment) -> Result<(), StoreError> {
        let mut running = JoinSet::new();
        for due in pending {
            if running.len() >= self.config.poll.at_once {
                settle(running.join_next().await)?;
            }
            let poller = self.clone();
            running.spawn(async move { poller.look_guarded(due, now).await });
        }
        while let Some(done) = running.join_next().await {
            settle(Some(done))?;
        }
        Ok(())
    }

    /// A panic inside an adapter becomes a failed look of that account and harms nobody else.
    async fn look_guarded(&self, due: Due, now: Moment) -> Result<(), StoreError> {
        let poller = self.clone();
        let again = due.clone();
        match tokio::spawn(async move { poller.look_once(due, now).await }).await {
            Ok(result) => result.map(drop),
            Err(panic) => {
                tracing::error!(account.id = again.account.id.0, source = again.of.source, %panic, "look.panicked");
                let failure = Failure::new(Class::Malformed, "the adapter panicked").because("panic");
                self.keep(&again, Seen::failed(failure), now).await
            }
        }
    }

    async fn look_once(&self, due: Due, now: Moment) -> Result<Seen, StoreError> {
        let Some(configured) = self.config.sources.get(&due.of.source) else {
            let seen = Seen::failed(unknown_source(&due.of.source));
            self.keep(&due, seen.clone(), now).await?;
            return Ok(seen);
        };
        let (ask, history, healthy) = self.question(&due, configured, now).await?;
        let seen = match &configured.source {
            Source::Paged(paged) => self.page_through(paged, ask).await,
            Source::Batch(Batch::Inbox(inbox)) => self.read_inbox(inbox, ask).await,
        };
        let traits = configured.source.traits(due.account.platform.kinds());
        let circumstances = Circumstances { ends_lists: traits.ends_lists, others_healthy: healthy };
        let seen = accept::believe(&history, seen, now, circumstances);
        self.keep(&due, seen.clone(), now).await?;
        Ok(seen)
    }

    /// What the newest file of the inbox that names this account says of it.
    async fn read_inbox(&self, inbox: &Inbox, ask: Ask) -> Seen {
        let dir = self.data.join("inbox");
        let texts = tokio::task::spawn_blocking(move || inbox_texts(&dir)).await.unwrap_or_default();
        let asks = [ask];
        let newest = texts.iter().rev().find_map(|text| inbox.read(text, &asks).pop());
        newest.map_or_else(|| Seen::failed(nothing_in_inbox()), |(_, seen)| seen)
    }

    async fn page_through(&self, paged: &Paged, ask: Ask) -> Seen {
        let clock = Arc::clone(&self.clock);
        walk::look(paged, ask, &self.http, self.secrets.as_ref(), move |until| {
            let clock = Arc::clone(&clock);
            async move { clock.pause(until).await }
        })
        .await
    }

    /// What is asked, and the looks before it.
    async fn question(
        &self,
        due: &Due,
        configured: &SourceConfig,
        now: Moment,
    ) -> Result<(Ask, Vec<PastLook>, bool), StoreError> {
        let traits = configured.source.traits(due.account.platform.kinds());
        let since = self.since(&due.agenda, now);
        let (id, source) = (due.account.id, due.of.source.clone());
        let (known, covered, history, healthy) = self
            .store
            .read_async(move |conn| {
                Ok((
                    posts::known(conn, id, &source, 20)?,
                    looks::covered(conn, id, &source, since, traits.sees)?,
                    looks::recent(conn, id, &source, 8)?,
                    looks::healthy_since(conn, &source, id, now.plus(-6 * HOUR))?,
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
        let history = history.into_iter().map(|look| PastLook {
            at: look.at,
            outcome: look.outcome,
            reason: look.reason,
            newest: look.newest,
        });
        Ok((ask, history.collect(), healthy))
    }

    /// Far enough back for the windows of the next check, and for what was missed since the last look.
    fn since(&self, agenda: &Agenda, now: Moment) -> Moment {
        let idle_days = agenda.last_at.map_or(7, |last| now.since(last) / DAY) + i64::from(agenda.fails);
        let days = ledger::longest_window_days(&self.config.profile) + 2 + idle_days.clamp(0, 60);
        Moment::start_of(now.plus_days(-days).date())
    }

    async fn keep(&self, due: &Due, seen: Seen, now: Moment) -> Result<(), StoreError> {
        log_look(due, &seen);
        let every_s =
            self.config.sources.get(&due.of.source).and_then(|s| s.every_s).unwrap_or(self.config.poll.every_s);
        let agenda = due.agenda.after(&seen.outcome, now, every_s, spread(due.account.id.0));
        let (id, source) = (due.account.id, due.of.source.clone());
        self.store
            .write_async(move |tx| {
                looks::observe(tx, id, &source, &seen, now)?;
                agenda::set(tx, id, &source, agenda)
            })
            .await
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

fn settle(done: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>) -> Result<(), StoreError> {
    match done {
        Some(Ok(result)) => result,
        // look_guarded has no panic of its own; a cancelled one belongs to a shutdown.
        Some(Err(_)) | None => Ok(()),
    }
}

/// An account's fixed place among the others, 0 to 999.
fn spread(id: i64) -> i64 {
    (id.wrapping_mul(2_654_435_761) >> 7).rem_euclid(1000)
}

/// The files of the inbox, oldest first by name; unfinished and hidden ones are left alone.
fn inbox_texts(dir: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|ext| ext == "jsonl")
            && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    });
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn nothing_in_inbox() -> Failure {
    Failure::new(Class::Transient, "no file in the inbox names this account")
        .because("inbox")
        .advise("数据目录的 inbox 文件夹里没有这个账号的文件，请把采集结果（.jsonl）放进去")
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
