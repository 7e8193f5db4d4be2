//! The one-time links that the daemon has logged, by the port that they lead to.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt};

static HEARD: LazyLock<Mutex<BTreeMap<u16, String>>> = LazyLock::new(|| {
    let subscriber = tracing_subscriber::registry().with(Ear.with_filter(Own));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    Mutex::default()
});

/// From now on.
pub(super) fn are_heard() {
    LazyLock::force(&HEARD);
}

/// The path of the newest link to that port.
pub(super) fn of(port: u16) -> String {
    loop {
        if let Some(path) = HEARD.lock().unwrap().get(&port) {
            return path.clone();
        }
        std::thread::yield_now();
    }
}

/// Of the log only what the door of the pages says.
struct Own;

impl<S> Filter<S> for Own {
    fn enabled(&self, of: &tracing::Metadata<'_>, _: &Context<'_, S>) -> bool {
        of.target() == "cuigeng::web::first"
    }
}

struct Ear;

impl<S: Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Link);
    }
}

struct Link;

impl Visit for Link {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "link" {
            let url = format!("{value:?}");
            let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
            let port = host.rsplit(':').next().unwrap().parse().unwrap();
            HEARD.lock().unwrap().insert(port, format!("/{path}"));
        }
    }
}
