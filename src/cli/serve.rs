//! `serve`: the daemon under systemd, or in a terminal until Ctrl-C.

use super::{CliError, Context, Outcome, log};
use crate::daemon::{Daemon, DaemonError};
use crate::store::StoreError;
use crate::web;
use sd_notify::NotifyState;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A start that takes no longer needs no words.
const QUICK: Duration = Duration::from_secs(3);
/// Between two requests for patience, and what is asked for each time, in microseconds.
const EXTENDED: Duration = Duration::from_secs(15);
const PATIENCE_US: u32 = 60_000_000;

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
    let daemon = opened(context).await?;
    tracing::info!(data = %context.data.display(), profile = context.config.profile.name, "daemon.ready");
    tell_systemd(&[NotifyState::Ready, NotifyState::Status("")]);
    let ended = daemon.run(asked_to_stop()).await;
    tell_systemd(&[NotifyState::Stopping]);
    tracing::info!("daemon.stopped");
    ended
}

/// Opens the database, which takes minutes where an old and large one is copied and brought up to date first:
/// systemd is asked for patience meanwhile, and the pages say why they are not there.
async fn opened(context: &Context) -> Result<Daemon, DaemonError> {
    let (config, clock) = (Arc::clone(&context.config), Arc::clone(&context.clock));
    let (data, listen) = (context.data.clone(), context.config.web.listen);
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let mut opening = tokio::task::spawn_blocking(move || Daemon::open(config, &data, clock, credentials));
    // Mostly it is done before anybody could notice.
    if let Ok(done) = tokio::time::timeout(QUICK, &mut opening).await {
        return done.map_err(|_| StoreError::ended())?;
    }
    let stop = CancellationToken::new();
    let page = listen.map(|listen| tokio::spawn(web::opening(listen, stop.clone())));
    let done = loop {
        tell_systemd(&[NotifyState::ExtendTimeoutUsec(PATIENCE_US), NotifyState::Status("正在打开数据库或升级")]);
        tracing::info!("daemon.opening");
        if let Ok(done) = tokio::time::timeout(EXTENDED, &mut opening).await {
            break done;
        }
    };
    stop.cancel();
    if let Some(page) = page {
        drop(page.await);
    }
    done.map_err(|_| StoreError::ended())?
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
fn tell_systemd(states: &[NotifyState<'_>]) {
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
