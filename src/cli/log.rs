//! The log: to stderr, text or JSON, without a time of its own where journald adds one.

use crate::config::LogConfig;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging as configured. A second start in one process changes nothing.
pub(super) fn start(config: &LogConfig) {
    // The configuration has checked the level; an unreadable one logs what matters.
    let targets: Targets = config.level.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let under_journald = std::env::var_os("JOURNAL_STREAM").is_some();
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(targets);
    let started = match (config.json, under_journald) {
        (true, _) => registry.with(layer.json()).try_init(),
        (false, true) => registry.with(layer.without_time().with_ansi(false)).try_init(),
        (false, false) => registry.with(layer.with_ansi(false)).try_init(),
    };
    drop(started);
}
