//! `serve`: the daemon under systemd, or in a terminal until Ctrl-C.

use super::{CliError, Context, Outcome, log};
use crate::daemon::{Daemon, DaemonError};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs until SIGTERM or Ctrl-C.
pub(super) fn run(context: Context) -> Result<Outcome, CliError> {
    log::start(&context.config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    runtime.block_on(serve(&context)).map_err(failed)?;
    Ok(Outcome::Done)
}

async fn serve(context: &Context) -> Result<(), DaemonError> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let daemon = Daemon::open(Arc::clone(&context.config), &context.data, Arc::clone(&context.clock), credentials)?;
    tracing::info!(data = %context.data.display(), profile = context.config.profile.name, "daemon.ready");
    tell_systemd(&[sd_notify::NotifyState::Ready]);
    let ended = daemon.run(asked_to_stop()).await;
    tell_systemd(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("daemon.stopped");
    ended
}

/// Resolves at SIGTERM or SIGINT.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Outside systemd nobody listens, and that is fine.
fn tell_systemd(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd.not_told");
    }
}

fn failed(error: DaemonError) -> CliError {
    match error {
        DaemonError::Store(error) => error.into(),
        DaemonError::Http(failure) => CliError { exit: 3, chinese: failure.advise_or_detail() },
        DaemonError::TaskEnded(name) => {
            CliError::failed(format!("程序内部的任务“{name}”意外结束，请把日志交给维护人员"))
        }
    }
}
