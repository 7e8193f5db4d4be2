//! Any program that speaks collector protocol 1: one process a run, a batch of accounts, one request on
//! standard input, JSON lines on standard output, one explicit `end` for each account.
//!
//! The absence of an `end` is never "no posts". Secrets go by standard input only. The protocol is this
//! project's own (README.md).

mod pipe;
mod request;
mod run;
mod start;

pub use crate::lines::Description;
pub use run::Ended;

use crate::lines::{self, Draft, Line};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Moment, Outcome, Secrets, Seen, Strength, Traits};
use run::Limits;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to run a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecConfig {
    /// The program (an absolute path, or a name in `dir`) and its arguments; the verb comes last.
    pub command: Vec<String>,
    /// The collector directory.
    pub dir: PathBuf,
    /// Name in the request to name of the secret.
    pub secrets: BTreeMap<String, String>,
    /// Names of the environment that are let through.
    pub pass_env: Vec<String>,
    /// Seconds for the whole run.
    pub timeout_s: u64,
    /// Seconds from the start to the first line.
    pub first_line_s: u64,
    /// Seconds between two lines.
    pub idle_s: u64,
    /// Most pages to read for an account; advisory.
    pub page_limit: u32,
    /// How far its word may be trusted.
    pub strength: Strength,
    /// Kinds that it shows of a 公众号; 群发 only when absent.
    pub sees: Option<Kinds>,
}

/// A collector.
#[derive(Debug)]
pub struct Exec {
    config: ExecConfig,
    limits: Limits,
    /// One run at a time.
    running: tokio::sync::Mutex<()>,
}

/// What a run brought.
#[derive(Clone, Debug)]
pub struct Run {
    /// One look for each question, in their order.
    pub looks: Vec<Seen>,
    /// How the process ended.
    pub ended: Ended,
    /// The last 4 KiB of its standard error.
    pub stderr: String,
    /// Lines that were ignored, and why.
    pub warnings: Vec<String>,
}

impl Exec {
    /// A collector of that configuration.
    pub fn new(config: ExecConfig) -> Exec {
        let limits = Limits {
            whole: Duration::from_secs(config.timeout_s),
            first: Duration::from_secs(config.first_line_s),
            idle: Duration::from_secs(config.idle_s),
            ..Limits::USUAL
        };
        Exec { config, limits, running: tokio::sync::Mutex::new(()) }
    }

    /// What the configuration says.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        let usual = if kinds == Kinds::WECHAT { Kinds::NOTIFIED } else { kinds };
        Traits {
            strength: self.config.strength,
            sees: self.config.sees.filter(|_| kinds == Kinds::WECHAT).unwrap_or(usual).and(kinds),
            delay: Delay::None,
            ends_lists: false,
            pinned_allowance: 0,
            page_cap: 1,
            manners: Manners { pace_s: 0, shared: true },
        }
    }

    /// Reads these accounts in one run. `state` is the collector's own directory.
    pub async fn list(&self, asks: &[Ask], secrets: &dyn Secrets, state: &Path, now: Moment) -> Run {
        let _one = self.running.lock().await;
        let request = match request::list(&self.config, asks, secrets) {
            Ok(request) => request,
            Err(failure) => return nothing(asks, Ended::NotStarted(failure)),
        };
        let mut book = Book { drafts: asks.iter().map(|_| Draft::default()).collect(), warnings: Vec::new() };
        let output = run::run(&self.config, &self.limits, "list", (state, now), request, |line| book.take(line)).await;
        let missing = output.ended.means();
        let looks = book.drafts.into_iter().zip(asks).map(|(draft, ask)| match draft.is_closed() {
            true => draft.finish(ask, None, self.traits(ask.kinds)),
            false => draft.broken_off(missing.clone()),
        });
        Run { looks: looks.collect(), ended: output.ended, stderr: output.stderr, warnings: book.warnings }
    }

    /// What the collector says of itself.
    ///
    /// # Errors
    /// [`Class::Config`] when it speaks another protocol; the class of its end when it says nothing.
    pub async fn describe(&self, state: &Path, now: Moment) -> Result<Description, Failure> {
        let mut told = None;
        let request = request::describe(&self.config);
        let output = run::run(&self.config, &self.limits, "describe", (state, now), request, |line| {
            if let Some(Line::Describe(description)) = lines::read(line) {
                told = Some(description);
            }
            true
        })
        .await;
        let told = told.ok_or_else(|| output.ended.means().with_tail(&output.stderr))?;
        if told.protocol == 1 {
            return Ok(told);
        }
        Err(Failure::new(Class::Config, format!("protocol {}", told.protocol))
            .because("protocol")
            .advise("采集程序说的不是第1版协议，请换用支持第1版的程序"))
    }

    /// Whether the collector's login serves.
    ///
    /// # Errors
    /// The class that it tells, or that of its end when it tells nothing.
    pub async fn check(&self, secrets: &dyn Secrets, state: &Path, now: Moment) -> Result<(), Failure> {
        let mut told = None;
        let request = request::check(&self.config, secrets)?;
        let output = run::run(&self.config, &self.limits, "check", (state, now), request, |line| {
            if let Some(Line::Check(check)) = lines::read(line) {
                told = Some(check);
            }
            true
        })
        .await;
        match told {
            None => Err(output.ended.means().with_tail(&output.stderr)),
            Some(check) if check.is_ok() => Ok(()),
            Some(check) => Err(check.failure().unwrap_or_else(|| Failure::new(Class::Malformed, "an odd status"))),
        }
    }
}

impl Failure {
    /// With the last words of a program that gave no reason.
    fn with_tail(mut self, stderr: &str) -> Failure {
        let tail: String = stderr.trim().chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
        if !tail.is_empty() {
            self.detail = format!("{}; {tail}", self.detail);
        }
        self
    }
}

/// What was said of every account so far.
struct Book {
    drafts: Vec<Draft>,
    warnings: Vec<String>,
}

impl Book {
    /// Takes a line; false ends the run.
    fn take(&mut self, line: &str) -> bool {
        match lines::read(line) {
            None => return false,
            Some(Line::Post { of, post }) => self.of(&of, "post after end", |draft| draft.post(post)),
            Some(Line::End { of, end }) => self.of(&of, "second end", |draft| draft.close(&end)),
            Some(Line::Log { level, message }) => run::log(&level, &message),
            Some(_) => {}
        }
        true
    }

    fn of(&mut self, of: &lines::Of, odd: &str, act: impl FnOnce(&mut Draft) -> bool) {
        let place = of.key().and_then(|key| key.strip_prefix('a')?.parse::<usize>().ok());
        let warning = match place.and_then(|place| self.drafts.get_mut(place)).map(act) {
            Some(true) => return,
            Some(false) => odd,
            None => "unknown account",
        };
        let key: String = of.key().unwrap_or_default().chars().take(40).collect();
        tracing::warn!(account = key, warning, "collector.line_ignored");
        if self.warnings.len() < 20 {
            self.warnings.push(format!("{warning}: {key}"));
        }
    }
}

fn nothing(asks: &[Ask], ended: Ended) -> Run {
    let failed = |_: &Ask| Seen { outcome: Outcome::Failed(ended.means()), ..Seen::failed(ended.means()) };
    Run { looks: asks.iter().map(failed).collect(), ended: ended.clone(), stderr: String::new(), warnings: Vec::new() }
}

#[cfg(test)]
mod tests;
