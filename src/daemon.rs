//! The daemon: eight task loops around pure steps, the web server beside them, and their end.
//!
//! Shutdown is a future handed in; a task that ends by itself is an error; starting is recovering.

use crate::Step;
use crate::alarm::{self, Alarmer};
use crate::answer::verify::Verifier;
use crate::backup::Keeper;
use crate::clock::Clock;
use crate::config::Config;
use crate::current::Current;
use crate::domain::Moment;
use crate::inspect::Inspector;
use crate::mail::post::Postman;
use crate::mail::returned::Returns;
use crate::mail::smtp::Limits;
use crate::poll::{Lanes, Poller};
use crate::pulse::{self, Pulse};
use crate::report::reporter::Reporter;
use crate::secrets::FileSecrets;
use crate::store::{InstanceLock, Store, StoreError, lanes, modes, outbox, restored};
use crate::web::Web;
use cuigeng_adapters::http::Http;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The names of the task loops, as a stepped clock wants to know them.
pub const TASKS: [&str; 8] = ["poll", "inspect", "mail", "report", "alarm", "answer", "bounces", "backup"];

/// How long the end may take: one exchange with a mail server may finish.
const DRAIN: Duration = Duration::from_secs(40);

/// Between two looks at the folder of imported calendars.
const NOTICED: Duration = Duration::from_secs(60);

/// Why the daemon ended.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The HTTP client could not be built.
    #[error("http client: {0}")]
    Http(cuigeng_adapters::Failure),
    /// A task loop ended although nobody asked it to.
    #[error("task ended by itself: {0}")]
    TaskEnded(String),
}

/// A daemon that is ready to run: recovered, but not yet looking.
pub struct Daemon {
    poller: Poller,
    inspector: Inspector,
    postman: Postman,
    reporter: Reporter,
    alarmer: Alarmer,
    verifier: Verifier,
    web: Web,
    returns: Returns,
    current: Arc<Current>,
    keeper: Keeper,
    clock: Arc<dyn Clock>,
    pulse: Pulse,
    _lock: InstanceLock,
}

impl Daemon {
    /// Opens the database of `data` (creating it), takes the instance lock, and recovers: letters
    /// that were on their way when the last run ended are sorted out before anything is sent.
    ///
    /// # Errors
    /// [`StoreError`] with `is_locked()` beside another instance; any other failure to open.
    pub fn open(
        config: Arc<Config>,
        data: &Path,
        clock: Arc<dyn Clock>,
        credentials: Option<PathBuf>,
    ) -> Result<Daemon, DaemonError> {
        let lock = InstanceLock::take(data)?;
        let store = Store::open(data)?;
        // After the database, since the calendars come back with a restore that was broken off.
        let current = Arc::new(Current::new(config, data));
        let config = current.get();
        let http = Http::new(config.proxy.as_deref()).map_err(DaemonError::Http)?;
        let (http, pulse) = (pulse::timed(http, &clock), Pulse::default());
        let secrets = Arc::new(FileSecrets::new(data, &config.secrets_dir, credentials));
        let now = clock.now();
        let (requeued, doubtful) = store.write(move |tx| outbox::reconcile(tx, now))?;
        tracing::info!(requeued, doubtful, "outbox.reconciled");
        if let Some(restored) = store.write(move |tx| restored::hear(tx, now))? {
            tracing::warn!(file = restored.file, by = restored.by, "backup.resumed");
        }
        let configured = config.mode;
        if store.write(move |tx| modes::fall_back(tx, configured, now))? {
            tracing::info!("mode.trial_by_configuration");
        }
        let poller = Poller {
            store: store.clone(),
            config: Arc::clone(&config),
            http,
            secrets: Arc::clone(&secrets),
            clock: Arc::clone(&clock),
            data: data.to_owned(),
            lanes: Arc::new(Lanes::as_kept(store.read(lanes::all)?)),
        };
        let alarmer = Alarmer {
            store: store.clone(),
            config: Arc::clone(&config),
            http: poller.http.clone(),
            secrets: Arc::clone(&poller.secrets),
            data: data.to_owned(),
            disk: alarm::disk_space,
            patience_s: alarm::PATIENCE_S,
            started: now,
            clock: Arc::clone(&clock),
            pulse: pulse.clone(),
        };
        let inspector = Inspector::new(store.clone(), Arc::clone(&config));
        let shelf = inspector.shelf.clone();
        Ok(Daemon {
            inspector,
            postman: Postman {
                store: store.clone(),
                config: Arc::clone(&config),
                secrets,
                poller: poller.clone(),
                data: data.to_owned(),
                limits: Limits::default(),
            },
            alarmer: alarmer.clone(),
            verifier: Verifier { store: store.clone(), config: Arc::clone(&config) },
            web: Web {
                store: store.clone(),
                config: Arc::clone(&config),
                current: Arc::clone(&current),
                secrets: Arc::clone(&poller.secrets),
                clock: Arc::clone(&clock),
                health: alarmer,
                poller: poller.clone(),
                shelf,
            },
            returns: Returns {
                store: store.clone(),
                config: Arc::clone(&config),
                secrets: Arc::clone(&poller.secrets),
            },
            keeper: Keeper { store: store.clone(), config: Arc::clone(&config) },
            reporter: Reporter { store, config },
            poller,
            current,
            clock,
            pulse,
            _lock: lock,
        })
    }

    /// Runs until `shutdown` resolves, then lets what is under way finish within 40 s.
    ///
    /// # Errors
    /// The first error of a task, or [`DaemonError::TaskEnded`].
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), DaemonError> {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        // A first look at thousands of accounts takes minutes; the pages show what is known meanwhile.
        if let Some(listen) = self.web.config.web.listen {
            let (web, stop) = (self.web.clone(), stop.clone());
            tasks.spawn(async move {
                web.run(listen, stop).await;
                Ok("web")
            });
        }
        // On start: look first, judge second, send third.
        let mut shutdown = std::pin::pin!(shutdown);
        let begun = tokio::select! {
            () = &mut shutdown => false,
            done = first_steps(&self) => done.map(|()| true)?,
        };
        if !begun {
            stop.cancel();
            drain(&mut tasks).await;
            return Ok(());
        }
        let Daemon {
            poller,
            inspector,
            postman,
            reporter,
            alarmer,
            verifier,
            web: _,
            returns,
            current,
            keeper,
            clock,
            pulse,
            _lock,
        } = self;
        let shared = || (Arc::clone(&clock), pulse.clone(), Arc::clone(&current));
        tasks.spawn(turn("poll", shared(), stop.clone(), move |config, now| {
            let poller = Poller { config, ..poller.clone() };
            async move { poller.step(now).await }
        }));
        tasks.spawn(turn("inspect", shared(), stop.clone(), move |config, now| {
            let inspector = inspector.under(config);
            async move { inspector.step(now).await }
        }));
        tasks.spawn(turn("mail", shared(), stop.clone(), move |config, now| {
            let poller = Poller { config: Arc::clone(&config), ..postman.poller.clone() };
            let postman = Postman { config, poller, ..postman.clone() };
            async move { postman.step(now).await }
        }));
        tasks.spawn(turn("report", shared(), stop.clone(), move |config, now| {
            let reporter = Reporter { config, ..reporter.clone() };
            async move { reporter.step(now).await }
        }));
        tasks.spawn(turn("alarm", shared(), stop.clone(), move |config, now| {
            let alarmer = Alarmer { config, ..alarmer.clone() };
            async move { alarmer.step(now).await }
        }));
        tasks.spawn(turn("bounces", shared(), stop.clone(), move |config, now| {
            let returns = Returns { config, ..returns.clone() };
            async move { returns.step(now).await }
        }));
        tasks.spawn(turn("answer", shared(), stop.clone(), move |config, now| {
            let verifier = Verifier { config, ..verifier.clone() };
            async move { verifier.step(now).await }
        }));
        tasks.spawn(turn("backup", shared(), stop.clone(), move |config, now| {
            let keeper = Keeper { config, ..keeper.clone() };
            async move { keeper.step(now).await }
        }));
        tasks.spawn({
            let noticed = notice_calendars(Arc::clone(&current), Arc::clone(&clock), stop.clone());
            async move {
                noticed.await;
                Ok("calendar")
            }
        });
        let ended = tokio::select! {
            () = &mut shutdown => None,
            ended = tasks.join_next() => ended,
        };
        stop.cancel();
        clock.ring();
        drain(&mut tasks).await;
        match ended {
            None => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Ok(Ok(name))) => Err(DaemonError::TaskEnded(name.to_owned())),
            Some(Err(panic)) => Err(DaemonError::TaskEnded(panic.to_string())),
        }
    }
}

/// Rings when a calendar was imported beside us: the tasks sleep until times that follow from the old one.
async fn notice_calendars(current: Arc<Current>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut before = current.get();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(NOTICED) => {}
        }
        let now = current.get();
        if !Arc::ptr_eq(&before, &now) {
            clock.ring();
        }
        before = now;
    }
}

async fn first_steps(daemon: &Daemon) -> Result<(), DaemonError> {
    let now = daemon.clock.now();
    daemon.poller.step(now).await?;
    daemon.inspector.step(now).await?;
    let store = &daemon.inspector.store;
    if store.read_async(restored::holds).await?.is_some_and(|restored| !restored.looked) {
        store.write_async(restored::looked).await?;
    }
    Ok(())
}

/// A task that is rung looks again at once, but not more often than this, in seconds: judging is
/// costly, and what changes minutes before a letter is due is seen by the letter's own fresh look.
const CALM_S: [(&str, i64); 8] = [
    ("poll", 60),
    ("inspect", 3600),
    ("mail", 0),
    ("report", 1800),
    ("alarm", 0),
    ("answer", 0),
    ("bounces", 60),
    ("backup", 60),
];

/// One task: step under the configuration that holds, ring if something changed, wait. A store that is busy or full is tried again and
/// never touches a verdict.
async fn turn<F, S>(
    name: &'static str,
    (clock, pulse, current): (Arc<dyn Clock>, Pulse, Arc<Current>),
    stop: CancellationToken,
    step: F,
) -> Result<&'static str, DaemonError>
where
    F: Fn(Arc<Config>, Moment) -> S,
    S: Future<Output = Result<Step, StoreError>>,
{
    let calm_s = CALM_S.iter().find(|(task, _)| *task == name).map_or(0, |(_, calm_s)| *calm_s);
    while !stop.is_cancelled() {
        let (now, config) = (clock.now(), current.get());
        pulse.begins(name, now);
        let done = step(config, now).await;
        pulse.rests(name);
        let wake = match done {
            Ok(done) => {
                if done.did {
                    clock.ring();
                }
                done.wake
            }
            Err(error) => {
                tracing::error!(task = name, %error, "task.store_failed");
                now.plus(30)
            }
        };
        rest(name, &*clock, &stop, wake, wake.min(now.plus(calm_s))).await;
    }
    Ok(name)
}

/// Waits for `wake`; a ring counts only from `calm` on.
async fn rest(name: &'static str, clock: &dyn Clock, stop: &CancellationToken, wake: Moment, calm: Moment) {
    let mut until = wake;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.idle(name, until) => {}
        }
        let now = clock.now();
        if now >= calm || now >= wake {
            return;
        }
        until = calm;
    }
}

async fn drain(tasks: &mut JoinSet<Result<&'static str, DaemonError>>) {
    let finish = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, finish).await.is_err() {
        tracing::warn!(left = tasks.len(), "daemon.drain_timed_out");
        tasks.abort_all();
    }
}
