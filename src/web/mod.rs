//! The small web server: pages for those who were written to, reached by what their address holds, and
//! pages for the office itself, reached by signing in (`session`, `signin`). One file a page, two frames
//! around all (`chrome`), one gate before all (`gate`). Nothing is changed by opening one.
//!
//! It is a part of the daemon that may fail alone: where it cannot listen, letters still leave, and
//! `status` says so.

mod account;
mod act;
mod answer;
mod audit;
mod check;
mod chrome;
mod doorman;
mod download;
mod first;
mod gate;
mod leaving;
mod list;
mod office;
mod opening;
mod outbox;
mod overview;
mod paged;
mod plain;
mod repairs;
mod reports;
mod rules;
mod session;
mod settings;
mod signin;
mod slow;
mod sources;
mod squares;
mod start;
mod strip;
mod throttle;
mod trying;
mod typed;
mod upcoming;
mod view;

use crate::alarm::Alarmer;
use crate::clock::Clock;
use crate::config::Config;
use crate::current::Current;
use crate::ledger::shelf::Shelf;
use crate::poll::Poller;
use crate::secrets::FileSecrets;
use crate::store::{Store, StoreError, meta};
use act::{LONGEST_FILE, Notes};
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Router, http::Uri};
use doorman::{Doorman, Peer};
use gate::Gate;
use overview::Stand;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use throttle::Throttle;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Bytes of a form; the longest honest one has two notes and some hundred numbers.
const BODY: usize = 16 * 1024;
/// Between two attempts to listen where something else listens.
const AGAIN: Duration = Duration::from_secs(30);
/// How long pages that are under way at the end may take.
const GRACE: Duration = Duration::from_secs(5);
/// Passwords that are worked on at once, 19 MiB each.
const HASHING: usize = 2;
/// Under which name the trouble with listening is kept.
const TROUBLE: &str = "web_trouble";

/// The server. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set, as it holds when a request comes.
    pub config: Arc<Config>,
    /// Where that comes from.
    pub current: Arc<Current>,
    /// The key of links.
    pub secrets: Arc<FileSecrets>,
    /// What time it is, and the bell for whoever has work after an answer.
    pub clock: Arc<dyn Clock>,
    /// Whoever knows what is not well with us.
    pub health: Alarmer,
    /// Whoever looks, and hands over a test letter.
    pub poller: Poller,
    /// The evidence, which the inspection keeps too.
    pub shelf: Shelf,
}

/// What the pages and the gate share.
#[derive(Clone)]
struct Shared {
    web: Web,
    gate: Arc<Gate>,
    throttle: Arc<Throttle>,
    stand: Arc<Stand>,
    desks: Arc<check::Desks>,
    trails: Arc<audit::Trails>,
    notes: Arc<Notes>,
    holds: Arc<list::Holds>,
    aheads: Arc<upcoming::Aheads>,
    leavings: Arc<leaving::Leavings>,
    trying: Arc<trying::Trying>,
    papers: Arc<reports::made::Papers>,
    trials: Arc<rules::whatif::Trials>,
    /// Places for work on passwords, which takes memory.
    hashing: Arc<Semaphore>,
}

impl Shared {
    fn new(web: Web) -> Shared {
        let hashing = Arc::new(Semaphore::new(HASHING));
        let (gate, throttle, stand, desks, trails, notes, holds) = Default::default();
        let (aheads, leavings, trying, papers, trials) = Default::default();
        Shared {
            web,
            gate,
            throttle,
            stand,
            desks,
            trails,
            notes,
            holds,
            aheads,
            leavings,
            trying,
            papers,
            trials,
            hashing,
        }
    }

    /// Makes what takes long in a large town before the first reader comes, one after the other.
    async fn warm(self) {
        Arc::clone(&self.stand).warm(self.web.clone()).await;
        check::warm(&self).await;
        // Whoever looks ahead waits no longer than for a page; it goes on by itself.
        drop(self.ahead().await);
    }
}

/// What the router keeps. Each request gets the configuration that holds when it comes, to its end.
#[derive(Clone)]
struct Site(Shared);

impl FromRef<Site> for Shared {
    fn from_ref(site: &Site) -> Shared {
        let shared = site.0.clone();
        Shared { web: shared.web.up_to_date(), ..shared }
    }
}

impl FromRef<Site> for Web {
    fn from_ref(site: &Site) -> Web {
        site.0.web.clone().up_to_date()
    }
}

impl Web {
    fn up_to_date(self) -> Web {
        let config = self.current.get();
        let health = Alarmer { config: Arc::clone(&config), ..self.health };
        let poller = Poller { config: Arc::clone(&config), ..self.poller };
        Web { config, health, poller, ..self }
    }

    /// Serves until `stop`. Where it cannot listen it says so and tries again.
    pub async fn run(self, listen: SocketAddr, stop: CancellationToken) {
        loop {
            match TcpListener::bind(listen).await {
                Ok(listener) => {
                    self.note(None).await;
                    tracing::info!(%listen, "web.listening");
                    self.welcome(listen).await;
                    return self.serve(listener, stop).await;
                }
                Err(error) => {
                    tracing::error!(%listen, %error, "web.cannot_listen");
                    self.note(Some(format!("网页服务没有运行：{listen} 不能监听（{error}），信中的链接打不开"))).await;
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let shared = Shared::new(self);
        tokio::spawn(shared.clone().warm());
        let app = router(shared).into_make_service_with_connect_info::<Peer>();
        let asked = stop.clone().cancelled_owned();
        let served = axum::serve(Doorman::before(listener), app).with_graceful_shutdown(asked);
        tokio::select! {
            // It accepts until it is asked to stop and has no other error.
            _ = served => {}
            () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
        }
    }

    /// Keeps the trouble, or that it is over, and rings for whoever tells of it. A server that nobody asked
    /// for may fail quietly. A daemon whose database is busy tells it next time.
    async fn note(&self, trouble: Option<String>) {
        if !self.config.web.is_asked_for() {
            return;
        }
        let kept = self.store.write_async(move |tx| meta::set(tx, TROUBLE, &trouble.unwrap_or_default())).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "web.not_noted");
        }
        self.clock.ring();
    }
}

pub use first::{base_url, enter_url, first_link, office_url};
pub use opening::opening;

/// Why nobody can open a page (Chinese), as the daemon that ran last has found it.
///
/// # Errors
/// Those of SQLite.
pub fn trouble(conn: &crate::store::Connection) -> Result<Option<String>, StoreError> {
    Ok(meta::get(conn, TROUBLE)?.filter(|text| !text.is_empty()))
}

/// Every page there is.
fn router(shared: Shared) -> Router {
    Router::new()
        .route("/", get(overview::show))
        .route("/account/{id}", get(account::show))
        .route("/account/{id}/strike", post(account::strike))
        .route("/list", get(list::show))
        .route("/list/offices", get(list::offices))
        .route("/list/contacts", get(list::contacts))
        .route("/list/export/{name}", get(list::export))
        .route("/list/import", get(list::import).post(list::take).layer(DefaultBodyLimit::max(LONGEST_FILE)))
        .route("/list/import/apply", post(list::apply))
        .route("/list/import/drop", post(list::drop_held))
        .route("/list/replace", get(list::replacing).post(list::replace))
        .route("/list/replace/look", get(list::to_replace).post(list::look_at_replacing))
        .route("/account/{id}/look", post(account::ask))
        .route("/account/{id}/post", post(account::add))
        .route("/account/{id}/attest", post(account::attest))
        .route("/account/{id}/withdraw", post(account::withdraw))
        .route("/account/{id}/silence", post(account::hush))
        .route("/account/{id}/expire", post(account::expire))
        .route("/account/{id}/state", post(account::change))
        .route("/check", get(check::show))
        .route("/check/look", post(check::sign))
        .route("/check/finding", post(check::one))
        .route("/check/all", post(check::all))
        .route("/audit", get(audit::show))
        .route("/settings", get(settings::show))
        .route("/settings/user", post(settings::add))
        .route("/settings/user/{deed}", post(settings::change))
        .route("/settings/office", post(settings::offer))
        .route("/settings/office/revoke", post(settings::revoke))
        .route("/settings/mode", post(settings::switch))
        .route("/settings/backup", post(settings::back_up))
        .route("/settings/letter", post(settings::letter))
        .route("/start", get(start::show))
        .route("/start/letter", post(start::letter))
        .route("/start/skip", post(start::skip))
        .route("/start/account", post(start::account))
        .route("/start/look", post(start::look))
        .route("/start/sheet", get(start::sheet))
        .route("/start/begin", post(start::begin))
        .route("/start/dismiss", post(start::dismiss))
        .route("/sources", get(sources::show))
        .route("/sources/try", post(trying::attempt))
        .route("/upcoming", get(upcoming::show))
        .route("/upcoming/cancel", post(upcoming::cancel))
        .route("/outbox", get(outbox::show))
        .route("/outbox/release", post(outbox::hand::release))
        .route("/outbox/{id}", get(outbox::letter::show))
        .route("/outbox/{id}/{deed}", post(outbox::hand::act))
        .route("/reports", get(reports::show))
        .route("/reports/{period}", get(reports::bulletin::show))
        .route("/reports/{period}/file", get(reports::file::send))
        .route("/reports/{period}/answer", post(reports::reply::take))
        .route("/reports/{period}/form", get(reports::table::template))
        .route("/reports/{period}/table", post(reports::table::take).layer(DefaultBodyLimit::max(LONGEST_FILE)))
        .route("/reports/{period}/untable", post(reports::table::drop_one))
        .route("/reports/{period}/recall", post(reports::reply::back))
        .route("/reports/{period}/{step}", post(reports::step::take))
        .route("/repairs", get(repairs::show))
        .route("/repairs/{id}", get(repairs::one::show))
        .route("/repairs/{id}/{deed}", post(repairs::one::act))
        .route("/rules", get(rules::show))
        .route("/rules/calendar", get(rules::calendar))
        .route("/rules/calendar/look", get(rules::back).post(rules::look).layer(DefaultBodyLimit::max(rules::LONGEST)))
        .route("/rules/calendar/keep", get(rules::back).post(rules::keep).layer(DefaultBodyLimit::max(rules::LONGEST)))
        .route("/rules/whatif", get(rules::whatif::show))
        .route("/signin", get(signin::ask).post(signin::enter))
        .route("/signout", post(signin::leave))
        .route("/enter/{token}", get(signin::invited).post(signin::accept))
        .route("/me", get(signin::me).post(signin::change))
        .route("/o/{token}", get(office::show))
        .route("/office.css", get(chrome::office_style))
        .route("/icon.svg", get(chrome::icon))
        .route("/a/{token}", get(answer::show).post(answer::take))
        .route("/style.css", get(chrome::style))
        .fallback(|uri: Uri| async move { chrome::notice(StatusCode::NOT_FOUND, &uri) })
        .method_not_allowed_fallback(|uri: Uri| async move { chrome::notice(StatusCode::METHOD_NOT_ALLOWED, &uri) })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(shared.clone(), gate::pass))
        .with_state(Site(shared))
}
