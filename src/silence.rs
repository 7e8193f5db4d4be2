//! Silences: a named person asks for quiet about an account, an office or a source, says why and until
//! when. Pure: what a silence covers, and when it is over by itself.

use crate::domain::{Account, AccountId, Moment};

/// What a silence is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One account: its owners get no letters.
    Account(AccountId),
    /// An office: so do those of every account that it runs or answers for.
    Office(String),
    /// A source: the operator gets no alarms about it.
    Source(String),
}

impl Scope {
    /// The word in the database and in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Scope::Account(_) => "account",
            Scope::Office(_) => "office",
            Scope::Source(_) => "source",
        }
    }

    /// What a person reads.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Scope::Account(_) => "账号",
            Scope::Office(_) => "单位",
            Scope::Source(_) => "来源",
        }
    }
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub scope: Scope,
    /// That as people name it.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// It is over then, whatever happens.
    pub until: Moment,
    /// It is over before that as soon as what it is about has recovered.
    pub until_recovered: bool,
    /// When and by whom it was ended before its time.
    pub ended: Option<(Moment, String)>,
    /// Letters and alarms that it has kept from being sent.
    pub hushed: i64,
}

impl Silence {
    /// Whether it holds at `now`.
    pub fn holds(&self, now: Moment) -> bool {
        self.at <= now && now < self.until && self.ended.is_none()
    }

    /// Whether letters to the owners of `account` are kept back.
    pub fn covers(&self, account: &Account) -> bool {
        match &self.scope {
            Scope::Account(id) => *id == account.id,
            Scope::Office(name) => account.office == *name || account.supervisor == *name,
            Scope::Source(_) => false,
        }
    }

    /// Whether alarms about `source` are kept back.
    pub fn covers_source(&self, source: &str) -> bool {
        matches!(&self.scope, Scope::Source(name) if name == source)
    }

    /// Whether every account that it covers was updated after it began. `newest` is the moment of an
    /// account's newest counted update.
    pub fn has_recovered(&self, accounts: &[Account], newest: impl Fn(AccountId) -> Option<Moment>) -> bool {
        let mut covered = accounts.iter().filter(|account| self.covers(account)).peekable();
        covered.peek().is_some() && covered.all(|account| newest(account.id).is_some_and(|at| at >= self.at))
    }
}

/// The silence that keeps letters about `account` back, if one does.
pub fn over<'s>(silences: &'s [Silence], account: &Account) -> Option<&'s Silence> {
    silences.iter().find(|silence| silence.covers(account))
}

/// The silence that keeps alarms about `source` back, if one does.
pub fn over_source<'s>(silences: &'s [Silence], source: &str) -> Option<&'s Silence> {
    silences.iter().find(|silence| silence.covers_source(source))
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
