//! What somebody wants to see of 核查, as the address says it, and back.

use super::super::paged::{address, number};
use super::super::session::text;
use crate::domain::{Account, Period, Week};
use minijinja::{Value, context};

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An account that somebody must look at.
    Look,
    /// A finding that somebody must confirm.
    Finding,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Look => "look",
            Kind::Finding => "finding",
        }
    }

    fn from_word(word: &str) -> Option<Kind> {
        [Kind::Look, Kind::Finding].into_iter().find(|kind| kind.word() == word)
    }
}

/// What somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// `None`: whichever waits.
    pub(super) kind: Option<Kind>,
    /// As a list, not one by one.
    pub(super) list: bool,
    /// Of the check sheet; `None`: the one that has just ended. Of findings: whose check found them; `None`: all
    /// that waits.
    pub(super) week: Option<Week>,
    /// What was written for a week and is none.
    pub(super) no_week: String,
    pub(super) q: String,
    pub(super) platform: String,
    pub(super) state: String,
    pub(super) page: usize,
    /// The one on top: an account's number, or a finding's mark.
    pub(super) at: String,
}

impl Wish {
    pub(super) fn read(fields: &[(String, String)]) -> Wish {
        let short = |name: &str| text(fields, name).trim().chars().take(60).collect::<String>();
        let week = match Period::parse(text(fields, "week")) {
            Some(Period::Week(week)) => Some(week),
            _ => None,
        };
        Wish {
            kind: Kind::from_word(text(fields, "kind")),
            list: text(fields, "view") == "list",
            week,
            no_week: if week.is_none() { short("week") } else { String::new() },
            q: short("q"),
            platform: short("platform"),
            state: short("state"),
            page: text(fields, "page").parse().unwrap_or(1).max(1),
            at: short("at"),
        }
    }

    /// The beginning of a kind.
    pub(super) fn of(kind: Kind, week: Option<Week>) -> Wish {
        Wish { kind: Some(kind), week, page: 1, ..Wish::default() }
    }

    /// The same view of a kind.
    pub(super) fn to(&self, kind: Kind, week: Option<Week>) -> String {
        Wish { list: self.list, ..Wish::of(kind, week) }.address()
    }

    pub(super) fn takes(&self, account: &Account) -> bool {
        let platform = self.platform.is_empty() || account.platform.name() == self.platform;
        let said = |text: &str| text.contains(&self.q);
        platform && (self.q.is_empty() || said(&account.name) || said(&account.office))
    }

    /// Where it is shown, from the place of the page itself.
    pub(super) fn address(&self) -> String {
        let page = number(self.page);
        let all = [
            ("kind", self.kind.map_or("", Kind::word)),
            ("view", if self.list { "list" } else { "" }),
            ("week", &self.week.map_or_else(String::new, |week| Period::Week(week).to_string())),
            ("q", &self.q),
            ("platform", &self.platform),
            ("state", &self.state),
            ("page", &page),
            ("at", &self.at),
        ];
        address("check", &all)
    }

    /// For the fields of the filter.
    pub(super) fn fields(&self) -> Value {
        context! {
            q => self.q.clone(),
            platform => self.platform.clone(),
            state => self.state.clone(),
            week => self.week.map_or_else(String::new, |week| Period::Week(week).to_string()),
            filtered => !self.q.is_empty() || !self.platform.is_empty() || !self.state.is_empty(),
            all => Wish { list: self.list, ..Wish::of(self.kind.unwrap_or(Kind::Look), self.week) }.address(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_what_its_address_says_and_nothing_else() {
        let read = |pairs: &[(&str, &str)]| {
            Wish::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
        };
        let wish =
            read(&[("kind", "finding"), ("view", "list"), ("week", "2026-W29"), ("q", " 文旅&<"), ("page", "3")]);
        assert_eq!(wish.address(), "check?kind=finding&view=list&week=2026-W29&q=%E6%96%87%E6%97%85%26%3C&page=3");
        assert_eq!(read(&[("week", "2026-W60")]).no_week, "2026-W60");
        assert_eq!(read(&[("kind", "x"), ("week", "2026-W99"), ("page", "-1"), ("view", "'")]).address(), "check");
        assert_eq!(read(&[("at", &"9".repeat(500))]).at.len(), 60);
    }
}
