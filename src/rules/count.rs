//! Counting updates in a window: how many are surely inside, and how many possibly.

use super::tally::{self, Tally, Unit};
use super::{CountUnit, Profile, Window};
use crate::domain::{Moment, Post, When};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Updates in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Surely inside.
    pub sure: u32,
    /// Surely or possibly inside: never less than `sure`.
    pub possible: u32,
    /// Of the sure ones, those that are known singly and nobody else's post repeated.
    pub originals: u32,
}

/// How a post lies to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// Surely inside.
    Inside,
    /// Its span straddles an edge.
    Straddles,
    /// Surely outside.
    Outside,
}

impl Count {
    /// Counts what counts for a check at `check`, as far as it had appeared by `now`.
    pub fn of(
        profile: &Profile,
        posts: &[Post],
        tallies: &[Tally],
        window: Window,
        check: Moment,
        now: Moment,
    ) -> Count {
        let counts = |post: &&Post| {
            post.counts_at(check) && (profile.count_reposts || !post.repost) && post.when.earliest() <= now
        };
        let counted: Vec<&Post> = posts.iter().filter(counts).collect();
        let inside: Vec<&Post> = counted.iter().copied().filter(|p| lies(p.when, window) == Lies::Inside).collect();
        let near: Vec<&Post> = counted.iter().copied().filter(|p| lies(p.when, window) != Lies::Outside).collect();
        let originals: Vec<&Post> = inside.iter().copied().filter(|post| !post.repost).collect();
        let (sure, _) = units(profile.count, &inside);
        let (_, possible) = units(profile.count, &near);
        let more = tally::more(profile.count, grouped(profile.count, &counted), tallies, window);
        let (sure, possible) = (sure.saturating_add(more.sure), possible.saturating_add(more.possible));
        Count { sure, possible: possible.max(sure), originals: units(profile.count, &originals).0 }
    }
}

/// How a post known so exactly lies to a window. A post known to the day is inside every window that
/// its day touches (DESIGN §5, benefit of the doubt); a post at the very end is outside.
pub fn lies(when: When, window: Window) -> Lies {
    let touches = when.earliest() < window.until && when.latest() >= window.from;
    let within = when.earliest() >= window.from && when.latest() < window.until;
    match when {
        _ if !touches => Lies::Outside,
        When::At(_) | When::Day(_) => Lies::Inside,
        When::Span { .. } if within => Lies::Inside,
        When::Span { .. } => Lies::Straddles,
    }
}

/// How many updates these posts make at least, and at most.
fn units(unit: CountUnit, posts: &[&Post]) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match unit {
        CountUnit::Article => (number(posts.len()), number(posts.len())),
        CountUnit::Push => {
            let pushes: BTreeSet<&str> = posts.iter().filter_map(|post| post.push.as_deref()).collect();
            let alone = posts.iter().filter(|post| post.push.is_none()).count();
            (number(pushes.len() + alone), number(pushes.len() + alone))
        }
        CountUnit::Day => {
            let days: BTreeSet<NaiveDate> = posts.iter().filter_map(|post| day_of(post.when)).collect();
            let loose = posts.iter().filter(|post| day_of(post.when).is_none()).count();
            (number(days.len().max(usize::from(loose > 0))), number(days.len() + loose))
        }
    }
}

/// The updates that these posts make, each with the times of its articles.
fn grouped(unit: CountUnit, posts: &[&Post]) -> Vec<Unit> {
    let mut together: BTreeMap<String, Unit> = BTreeMap::new();
    let mut alone: Vec<Unit> = Vec::new();
    for post in posts {
        let key = match unit {
            CountUnit::Article => None,
            CountUnit::Push => post.push.clone(),
            CountUnit::Day => day_of(post.when).map(|day| day.to_string()),
        };
        match key {
            Some(key) => together.entry(key).or_default().push(post.when),
            None => alone.push(vec![post.when]),
        }
    }
    together.into_values().chain(alone).collect()
}

fn day_of(when: When) -> Option<NaiveDate> {
    match when {
        When::At(moment) => Some(moment.date()),
        When::Day(date) => Some(date),
        When::Span { .. } => None,
    }
}

#[cfg(test)]
#[path = "count_tests.rs"]
pub(crate) mod tests;
