//! What a run said, line by line: a draft of every look, and a remark on every line that was of no use.

use super::run;
use crate::lines::{self, Draft, Line};
use crate::{Failure, Mask};

/// Most remarks that are kept of one run.
const MOST: usize = 50;
/// Longest excerpt of a line, in characters.
const EXCERPT: usize = 120;

/// A line that was ignored, or that ended the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its number, from 1, without empty lines.
    pub line: u64,
    /// What is wrong with it.
    pub odd: Odd,
    /// The account or type that it names, or its beginning; without secrets.
    pub what: String,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// It names no account that was asked for.
    UnknownAccount,
    /// A post after the end of its account.
    AfterEnd,
    /// A second end.
    SecondEnd,
    /// A post without a usable id or time.
    Unusable,
    /// A type that nobody knows.
    UnknownType,
    /// No JSON object.
    NotAnObject,
    /// A line of another verb.
    Unasked,
}

impl Odd {
    /// The word in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Odd::UnknownAccount => "unknown account",
            Odd::AfterEnd => "post after end",
            Odd::SecondEnd => "second end",
            Odd::Unusable => "post without id or time",
            Odd::UnknownType => "unknown type",
            Odd::NotAnObject => "not a JSON object",
            Odd::Unasked => "not what was asked for",
        }
    }

    /// What the operator reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            Odd::UnknownAccount => "account 写的不是请求里的账号，忽略",
            Odd::AfterEnd => "账号的 end 之后又有 post，忽略",
            Odd::SecondEnd => "同一账号有第二个 end，忽略",
            Odd::Unusable => "post 缺少 id，或没有带时区的 published_at，也没有 published_at_s，不能采用",
            Odd::UnknownType => "不认识的 type，忽略",
            Odd::NotAnObject => "不是一个 JSON 对象",
            Odd::Unasked => "不是这个动作该有的行，忽略",
        }
    }

    /// Whether the protocol forbids it; types that are not known may come from a newer collector.
    pub const fn is_breach(self) -> bool {
        !matches!(self, Odd::UnknownType)
    }
}

/// Remarks under way.
#[derive(Debug)]
pub(super) struct Remarks {
    pub(super) kept: Vec<Remark>,
    pub(super) mask: Mask,
    line: u64,
}

impl Remarks {
    pub(super) fn new(mask: Mask) -> Remarks {
        Remarks { kept: Vec::new(), mask, line: 0 }
    }

    /// The next line begins.
    pub(super) fn count(&mut self) {
        self.line += 1;
    }

    pub(super) fn note(&mut self, odd: Odd, what: &str) {
        let what: String = self.mask.hide(what).chars().take(EXCERPT).collect();
        tracing::warn!(line = self.line, what, odd = odd.word(), "collector.line_odd");
        if self.kept.len() < MOST {
            self.kept.push(Remark { line: self.line, odd, what });
        }
    }

    pub(super) fn log(&self, level: &str, message: &str) {
        run::log(level, &self.mask.hide(message));
    }
}

/// What was said of every account so far.
pub(super) struct Book {
    pub(super) drafts: Vec<Draft>,
    pub(super) remarks: Remarks,
}

impl Book {
    pub(super) fn new(accounts: usize, mask: Mask) -> Book {
        Book { drafts: (0..accounts).map(|_| Draft::default()).collect(), remarks: Remarks::new(mask) }
    }

    /// Takes a line; false ends the run.
    pub(super) fn take(&mut self, line: &str) -> bool {
        self.remarks.count();
        match lines::read(line) {
            None => {
                self.remarks.note(Odd::NotAnObject, line);
                return false;
            }
            Some(Line::Post { of, post }) => {
                let unusable = post.is_none();
                let taken = self.of(&of, Odd::AfterEnd, |draft| draft.post(post));
                if taken && unusable {
                    self.remarks.note(Odd::Unusable, of.key().unwrap_or_default());
                }
            }
            Some(Line::End { of, mut end }) => {
                end.hide(&self.remarks.mask);
                self.of(&of, Odd::SecondEnd, |draft| draft.close(&end));
            }
            Some(Line::Log { level, message }) => self.remarks.log(&level, &message),
            Some(Line::Unknown(word)) => self.remarks.note(Odd::UnknownType, &word),
            Some(Line::Describe(_) | Line::Check(_) | Line::File { .. }) => self.remarks.note(Odd::Unasked, line),
            Some(Line::Other) => {}
        }
        true
    }

    fn of(&mut self, of: &lines::Of, odd: Odd, act: impl FnOnce(&mut Draft) -> bool) -> bool {
        let place = of.key().and_then(|key| key.strip_prefix('a')?.parse::<usize>().ok());
        let odd = match place.and_then(|place| self.drafts.get_mut(place)).map(act) {
            Some(true) => return true,
            Some(false) => odd,
            None => Odd::UnknownAccount,
        };
        self.remarks.note(odd, of.key().unwrap_or_default());
        false
    }
}

impl Failure {
    /// With the last words of a program that gave no reason.
    pub(super) fn with_tail(mut self, stderr: &str) -> Failure {
        let tail: String = stderr.trim().chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
        if !tail.is_empty() {
            self.detail = format!("{}; {tail}", self.detail);
        }
        self
    }
}
