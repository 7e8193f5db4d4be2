//! One run: the request in, lines out as they come, time limits, and the end of the whole process group,
//! since browsers leave children behind.

use super::pipe::{Heard, Lines};
use super::request::Request;
use super::{ExecConfig, start};
use crate::{Class, Failure, Mask, Moment};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWriteExt};
use tokio::process::Child;
use tokio::time::{sleep, timeout};

/// Longest line, in bytes.
const LINE_LIMIT: usize = 1 << 20;
/// Longest output, in bytes.
const TOTAL_LIMIT: usize = 64 << 20;
/// What is kept of standard error, in bytes.
const TAIL: usize = 4096;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) whole: Duration,
    pub(super) first: Duration,
    pub(super) idle: Duration,
    /// From SIGTERM to SIGKILL.
    pub(super) grace: Duration,
    /// From the exit to the end of reading: a grandchild may hold the pipe open.
    pub(super) linger: Duration,
}

impl Limits {
    pub(super) const USUAL: Limits = Limits {
        whole: Duration::from_secs(300),
        first: Duration::from_secs(60),
        idle: Duration::from_secs(90),
        grace: Duration::from_secs(10),
        linger: Duration::from_secs(2),
    };
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code; `None` for a signal.
    Exit(Option<i32>),
    /// A time limit passed; which.
    Timeout(&'static str),
    /// A line that is no JSON object, or too much of them.
    Fault,
    /// It could not be started.
    NotStarted(Failure),
}

impl Ended {
    /// Whether the run spoke the protocol to its end.
    pub fn is_good(&self) -> bool {
        *self == Ended::Exit(Some(0))
    }

    /// The collector asked to be left alone for a while (exit 69 and 75).
    pub fn asks_for_rest(&self) -> bool {
        matches!(self, Ended::Exit(Some(69 | 75)))
    }

    /// What it means for an account without an `end`.
    pub fn means(&self) -> Failure {
        let (class, reason, advice) = match self {
            Ended::NotStarted(failure) => return failure.clone(),
            Ended::Exit(Some(0)) => (Class::Malformed, "no_end", "采集程序没有说明账号看完没有，请把日志交给维护人员"),
            Ended::Exit(Some(64)) => (Class::Config, "usage", "采集程序不认识这样的调用，请核对 command 与协议版本"),
            Ended::Exit(Some(69)) => {
                (Class::Transient, "unavailable", "采集程序缺少运行条件（如浏览器），程序会自行重试")
            }
            Ended::Exit(Some(75)) => (Class::Transient, "temporary", "采集程序暂时不能工作，程序会自行重试"),
            Ended::Exit(Some(77)) => (Class::Config, "permission", "采集程序没有权限，请核对它的文件与目录权限"),
            Ended::Exit(Some(78)) => (Class::Config, "configuration", "采集程序的配置不对，请核对其说明"),
            Ended::Exit(_) => (Class::Transient, "crashed", "采集程序异常退出，程序会自行重试"),
            Ended::Timeout(_) => (Class::Transient, "timeout", "采集程序超过时限已被结束，程序会自行重试"),
            Ended::Fault => (Class::Malformed, "protocol", "采集程序输出的不是约定的格式，请把日志交给维护人员"),
        };
        Failure::new(class, format!("collector ended: {self:?}")).because(reason).advise(advice)
    }
}

/// What a run left.
pub(super) struct Output {
    pub(super) ended: Ended,
    pub(super) stderr: String,
}

/// Runs the program in its state directory at `now`; `take` gets every line that is not empty and says whether it may go on.
pub(super) async fn run(
    config: &ExecConfig,
    limits: &Limits,
    verb: &str,
    place: (&Path, Moment),
    mut request: Request,
    mut take: impl FnMut(&str) -> bool,
) -> Output {
    let (state, now) = place;
    let deadline = now.plus(i64::try_from(limits.whole.as_secs()).unwrap_or(300));
    request.line["deadline"] = deadline.rfc3339().into();
    let mut child = match start::start(config, verb, state, deadline.unix()) {
        Ok(child) => child,
        Err(failure) => return Output { ended: Ended::NotStarted(failure), stderr: String::new() },
    };
    let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    let mut stdin = child.stdin.take();
    let line = format!("{}\n", request.line);
    // A collector that does not read its request is no error, so what this says is not asked for.
    let writer = tokio::spawn(async move {
        if let Some(stdin) = &mut stdin {
            drop(stdin.write_all(line.as_bytes()).await);
        }
    });
    let tail = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let mask = Mask::new(request.secrets.iter().map(String::as_str));
    let errors = child.stderr.take().map(|pipe| tokio::spawn(listen(pipe, mask, std::sync::Arc::clone(&tail))));
    let ended = attend(&mut child, group, limits, &mut take).await;
    writer.abort();
    if let Some(errors) = errors {
        // What was said before the end is still in the pipe.
        drop(timeout(Duration::from_millis(200), errors).await);
    }
    let kept = tail.lock().map(|kept| String::from_utf8_lossy(&kept).into_owned()).unwrap_or_default();
    Output { ended, stderr: kept }
}

/// Reads until the end, and leaves no process behind.
async fn attend(child: &mut Child, group: Option<Pid>, limits: &Limits, take: &mut impl FnMut(&str) -> bool) -> Ended {
    let Some(pipe) = child.stdout.take() else { return Ended::Exit(None) };
    let mut lines = Lines::new(pipe, LINE_LIMIT, TOTAL_LIMIT);
    let mut whole = std::pin::pin!(sleep(limits.whole));
    let mut quiet = Box::pin(sleep(limits.first));
    let mut exit = None;
    let mut first = true;
    let broken = loop {
        tokio::select! {
            heard = lines.next() => match heard {
                Ok(Heard::Line(line)) if accepted(&line, take) => {
                    first = false;
                    if exit.is_none() {
                        quiet = Box::pin(sleep(limits.idle));
                    }
                }
                Ok(Heard::Line(_) | Heard::TooMuch) => break Some(Ended::Fault),
                Ok(Heard::End) | Err(_) => break None,
            },
            status = child.wait(), if exit.is_none() => {
                exit = Some(status.ok().and_then(|status| status.code()));
                signal(group, Signal::SIGTERM);
                quiet = Box::pin(sleep(limits.linger));
            }
            () = &mut quiet => {
                if exit.is_some() {
                    break None;
                }
                break Some(Ended::Timeout(if first { "first line" } else { "between lines" }));
            }
            () = &mut whole, if exit.is_none() => break Some(Ended::Timeout("whole run")),
        }
    };
    if let Some(ended) = broken {
        put_down(child, group, limits).await;
        return ended;
    }
    let exit = match exit {
        Some(exit) => exit,
        None => {
            let waited = tokio::select! {
                status = child.wait() => status.ok().map(|status| status.code()),
                () = &mut whole => None,
            };
            let Some(code) = waited else {
                put_down(child, group, limits).await;
                return Ended::Timeout("whole run");
            };
            code
        }
    };
    clear(group, limits).await;
    Ended::Exit(exit)
}

/// Empty lines and a trailing CR are ignored.
fn accepted(line: &[u8], take: &mut impl FnMut(&str) -> bool) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let text = text.trim_end_matches('\r');
    text.trim().is_empty() || take(text)
}

/// SIGTERM to the group, a grace, SIGKILL to the group, reap.
async fn put_down(child: &mut Child, group: Option<Pid>, limits: &Limits) {
    signal(group, Signal::SIGTERM);
    drop(timeout(limits.grace, child.wait()).await);
    signal(group, Signal::SIGKILL);
    drop(child.wait().await);
    until_empty(group).await;
}

/// Ends what is left of the group after its leader has gone.
async fn clear(group: Option<Pid>, limits: &Limits) {
    if group.is_some_and(|group| killpg(group, None).is_ok()) {
        signal(group, Signal::SIGTERM);
        sleep(limits.linger).await;
        signal(group, Signal::SIGKILL);
        until_empty(group).await;
    }
}

/// A killed process needs a moment to die; one whose parent does not reap it is not waited for long.
async fn until_empty(group: Option<Pid>) {
    for _ in 0..50 {
        if group.is_none_or(|group| killpg(group, None).is_err()) {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

fn signal(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        // ESRCH: nobody is left, which is what we want.
        let _ = killpg(group, signal);
    }
}

/// Standard error is free text, logged line by line without secrets; its end is kept.
async fn listen(pipe: impl AsyncRead + Unpin, mask: Mask, tail: std::sync::Arc<std::sync::Mutex<Vec<u8>>>) {
    let mut lines = Lines::new(pipe, LINE_LIMIT, usize::MAX);
    while let Ok(Heard::Line(line)) = lines.next().await {
        let text = mask.hide(&String::from_utf8_lossy(&line));
        let (level, words) = match text.split_at_checked(3) {
            Some(("E! ", words)) => ("error", words),
            Some(("W! ", words)) => ("warn", words),
            Some(("D! ", words)) => ("debug", words),
            Some(("I! ", words)) => ("info", words),
            _ => ("info", text.as_str()),
        };
        log(level, words);
        if let Ok(mut kept) = tail.lock() {
            kept.extend_from_slice(text.as_bytes());
            kept.push(b'\n');
            let over = kept.len().saturating_sub(TAIL);
            kept.drain(..over);
        }
    }
}

/// A collector's word in our log.
pub(super) fn log(level: &str, message: &str) {
    match level {
        "error" => tracing::error!(message, "collector.says"),
        "warn" => tracing::warn!(message, "collector.says"),
        "debug" => tracing::debug!(message, "collector.says"),
        _ => tracing::info!(message, "collector.says"),
    }
}
