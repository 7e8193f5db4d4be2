//! What of an account somebody looks at, as the address says it: the last twelve months or a year of the
//! calendar, every week or the newest, and which page of its posts. Its forms carry it, so that whoever is
//! answered stays where he was.

use super::super::paged::{address, asked, number};
use super::super::session::text;
use crate::domain::{Moment, Post};
use crate::record::{BEFORE_D, Span};
use chrono::Datelike;
use std::cmp::Reverse;

/// Posts that one page shows.
pub(super) const POSTS: usize = 60;
/// A check may be some days ahead.
const AHEAD_D: i64 = 30;

/// One way to look at an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// Every week.
    pub(super) whole: bool,
    /// That year of the calendar; else the last twelve months.
    pub(super) year: Option<i32>,
    /// Which page of its posts, the first is 1.
    pub(super) page: usize,
}

impl View {
    pub(super) fn read(fields: &[(String, String)]) -> View {
        View {
            whole: text(fields, "weeks") == "all",
            year: text(fields, "year").parse().ok(),
            page: asked(text(fields, "page")),
        }
    }

    /// What the address of the page says of it, its mark included; empty where it says nothing.
    pub(super) fn query(&self) -> String {
        let year = self.year.map_or_else(String::new, |year| year.to_string());
        let weeks = if self.whole { "all" } else { "" };
        let said = address("", &[("year", &year), ("weeks", weeks), ("page", &number(self.page))]);
        if said == "?" { String::new() } else { said }
    }

    /// The year of the calendar that it shows; one that nobody can look at shows the last twelve months.
    pub(super) fn shown(&self, now: Moment) -> Option<(i32, Span)> {
        self.year.and_then(|year| Some((year, Span::of_year(year, now)?)))
    }

    /// Its weeks.
    pub(super) fn span(&self, now: Moment) -> Span {
        self.shown(now).map_or(Span::up_to(now), |(_, span)| span)
    }

    /// The time of which the evidence is asked: the silence of the first day looks back another fortnight.
    pub(super) fn asks(&self, now: Moment) -> (Moment, Moment) {
        let span = self.span(now);
        (span.from.plus_days(-BEFORE_D), span.until.max(now).plus_days(AHEAD_D))
    }

    /// All posts that it lists, on whichever page, the newest first.
    pub(super) fn posts<'p>(&self, all: &'p [Post], now: Moment) -> Vec<&'p Post> {
        let mut known: Vec<&Post> = all.iter().filter(|post| self.lists(post, now)).collect();
        known.sort_by_key(|post| Reverse((post.when.latest(), post.id)));
        known
    }

    fn lists(&self, post: &Post, now: Moment) -> bool {
        let until = self.shown(now).map_or(Moment::MAX, |(_, span)| span.until);
        post.when.latest() >= self.span(now).from && post.when.earliest() < until
    }

    /// The page on which that post of an account stands: of this view where it lists it, else of the last
    /// twelve months, else of its own year. `all` are the account's posts.
    pub(super) fn turned_to(self, id: i64, all: &[Post], now: Moment) -> View {
        let Some(post) = all.iter().find(|post| post.id == id) else { return self };
        let own = View { year: Some(post.when.latest().date().year()), ..self };
        let ways = [self, View { year: None, ..self }, own];
        let view = ways.into_iter().find(|view| view.lists(post, now)).unwrap_or(own);
        let before = view.posts(all, now).iter().take_while(|one| one.id != id).count();
        View { page: before / POSTS + 1, ..view }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PostKind, When};

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn read(said: &[(&str, &str)]) -> View {
        let said: Vec<_> = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        View::read(&said)
    }

    #[test]
    fn an_address_says_what_it_was_read_from_and_no_more() {
        for (said, query) in [
            (&[][..], ""),
            (&[("year", "2024"), ("page", "2")], "?year=2024&page=2"),
            (&[("weeks", "all"), ("page", "1")], "?weeks=all"),
            (&[("year", "x\r\nSet-Cookie: a"), ("page", "-1"), ("weeks", "<b>"), ("other", "1")], ""),
        ] {
            assert_eq!(read(said).query(), query, "{said:?}");
        }
    }

    fn post(id: i64, when: Moment) -> Post {
        Post {
            id,
            ext_id: None,
            push: None,
            kind: PostKind::Post,
            when: When::At(when),
            title: String::new(),
            url: None,
            visible: true,
            repost: false,
            struck: false,
            first_seen: when,
            sightings: Vec::new(),
        }
    }

    #[test]
    fn a_post_is_turned_to_wherever_it_stands() {
        let now = at("2026-07-23 09:00");
        let mut all: Vec<Post> = (1..=70).map(|n| post(n, at("2026-04-01 08:00").plus_days(n))).collect();
        all.extend([post(71, at("2026-03-01 08:00")), post(72, at("2024-03-05 08:00"))]);
        for (from, id, to) in [
            ("", 70, ""),
            ("", 11, ""),
            ("", 10, "?page=2"),
            ("", 71, "?page=2"),
            ("", 72, "?year=2024"),
            ("2026", 71, "?year=2026&page=2"),
            ("2024", 71, "?page=2"),
            ("2024", 72, "?year=2024"),
            ("2024", 99, "?year=2024"),
        ] {
            assert_eq!(read(&[("year", from)]).turned_to(id, &all, now).query(), to, "{from} {id}");
        }
    }
}
