//! Any program that speaks collector protocol 1: one process a run, a batch of accounts, one request on
//! standard input, JSON lines on standard output, one explicit `end` for each account.
//!
//! The absence of an `end` is never "no posts". Secrets go by standard input only. The protocol is this
//! project's own (README.md).

mod book;
mod pipe;
mod request;
mod run;
mod start;

pub use crate::lines::Description;
pub use book::{Odd, Remark};
pub use run::Ended;

use crate::lines::{self, Line};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Mask, Moment, Outcome, Secrets, Seen, Strength, Traits};
use book::{Book, Remarks};
use request::Request;
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
    pub remarks: Vec<Remark>,
}

/// What a collector answered to `describe` or `check`.
#[derive(Clone, Debug)]
pub struct Told<T> {
    /// Its word, or why there is none.
    pub word: Result<T, Failure>,
    /// How the process ended.
    pub ended: Ended,
    /// The last 4 KiB of its standard error.
    pub stderr: String,
    /// Lines that were ignored, and why.
    pub remarks: Vec<Remark>,
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
        let mut book = Book::new(asks.len(), mask(&request));
        let output = run::run(&self.config, &self.limits, "list", (state, now), request, |line| book.take(line)).await;
        let missing = output.ended.means();
        let looks = book.drafts.into_iter().zip(asks).map(|(draft, ask)| match draft.is_closed() {
            true => draft.finish(ask, None, self.traits(ask.kinds)),
            false => draft.broken_off(missing.clone()),
        });
        Run { looks: looks.collect(), ended: output.ended, stderr: output.stderr, remarks: book.remarks.kept }
    }

    /// What the collector says of itself; [`Class::Config`] when it speaks another protocol.
    pub async fn describe(&self, state: &Path, now: Moment) -> Told<Description> {
        let request = request::describe(&self.config);
        let take = |line: &Line| if let Line::Describe(told) = line { Some(told.clone()) } else { None };
        let told = self.ask("describe", request, (state, now), take).await;
        Told { word: told.word.and_then(speaks_protocol_1), ..told }
    }

    /// Whether the collector's login serves, and what it says about that.
    pub async fn check(&self, secrets: &dyn Secrets, state: &Path, now: Moment) -> Told<String> {
        let request = match request::check(&self.config, secrets) {
            Ok(request) => request,
            Err(failure) => return untold(failure),
        };
        let mask = mask(&request);
        let take = |line: &Line| if let Line::Check(check) = line { Some(check.clone()) } else { None };
        let told = self.ask("check", request, (state, now), take).await;
        let word = told.word.and_then(|mut check| {
            check.hide(&mask);
            check.verdict()
        });
        Told { word, ended: told.ended, stderr: told.stderr, remarks: told.remarks }
    }

    /// Names of the secrets that it is given.
    pub(crate) fn secret_names(&self) -> Vec<String> {
        self.config.secrets.values().cloned().collect()
    }

    /// One run that answers with one line.
    async fn ask<T>(
        &self,
        verb: &str,
        request: Request,
        place: (&Path, Moment),
        take: impl Fn(&Line) -> Option<T>,
    ) -> Told<T> {
        let (mut told, mut remarks) = (None, Remarks::new(mask(&request)));
        let output = run::run(&self.config, &self.limits, verb, place, request, |line| {
            remarks.count();
            let read = lines::read(line);
            if let Some(word) = read.as_ref().and_then(&take) {
                told = Some(word);
                return true;
            }
            match read {
                Some(Line::Log { level, message }) => remarks.log(&level, &message),
                Some(Line::Other) => {}
                Some(Line::Unknown(word)) => remarks.note(Odd::UnknownType, &word),
                Some(_) => remarks.note(Odd::Unasked, line),
                None => remarks.note(Odd::NotAnObject, line),
            }
            true
        })
        .await;
        let word = told.ok_or_else(|| output.ended.means().with_tail(&output.stderr));
        Told { word, ended: output.ended, stderr: output.stderr, remarks: remarks.kept }
    }
}

fn mask(request: &Request) -> Mask {
    Mask::new(request.secrets.iter().map(String::as_str))
}

fn speaks_protocol_1(told: Description) -> Result<Description, Failure> {
    if told.protocol == 1 {
        return Ok(told);
    }
    Err(Failure::new(Class::Config, format!("protocol {}", told.protocol))
        .because("protocol")
        .advise("采集程序说的不是第1版协议，请换用支持第1版的程序"))
}

fn untold<T>(failure: Failure) -> Told<T> {
    let ended = Ended::NotStarted(failure.clone());
    Told { word: Err(failure), ended, stderr: String::new(), remarks: Vec::new() }
}

fn nothing(asks: &[Ask], ended: Ended) -> Run {
    let failed = |_: &Ask| Seen { outcome: Outcome::Failed(ended.means()), ..Seen::failed(ended.means()) };
    Run { looks: asks.iter().map(failed).collect(), ended: ended.clone(), stderr: String::new(), remarks: Vec::new() }
}

#[cfg(test)]
mod tests;
