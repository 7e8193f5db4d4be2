//! What looks prove together, and the only maker of a [`Proof`].
//!
//! Presence needs one sighting; absence needs a complete watch. Nothing outside this file can build
//! a `Proof`, so an accusation without one does not compile.

use super::Window;
use super::spans::{Span, both, holes, union};
use crate::domain::{Kinds, Moment, PostKind, Strength, Watch, WatchOrigin};
use serde_json::{Value, json};

/// Everything that watched one account.
#[derive(Clone, Debug)]
pub struct Coverage<'a> {
    watches: &'a [Watch],
}

/// That a window was watched strongly, for every kind of post, without a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    basis: Vec<Watch>,
}

/// Why a window is not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// By kind, the spans that nothing watched strongly; sorted, disjoint.
    pub holes: Vec<Hole>,
}

/// A span that nothing watched strongly, for one kind of post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The kind.
    pub kind: PostKind,
    /// First moment.
    pub from: Moment,
    /// First moment after it.
    pub until: Moment,
    /// What watched it all the same.
    pub shade: Shade,
}

/// How dark a hole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// Nothing looked at this span.
    Dark,
    /// Something looked that does not see this kind.
    OtherKind,
    /// Something looked whose silence proves nothing.
    Weak,
}

impl<'a> Coverage<'a> {
    /// What these watches prove together, in any order.
    pub const fn of(watches: &'a [Watch]) -> Coverage<'a> {
        Coverage { watches }
    }

    /// Proves that nothing of `kinds` in `window` went unwatched.
    ///
    /// # Errors
    /// The holes, by kind.
    pub fn prove(&self, window: Window, kinds: Kinds) -> Result<Proof, Shortfall> {
        let found: Vec<Hole> = kinds.iter().flat_map(|kind| self.holes_of(window, kind)).collect();
        if found.is_empty() && kinds != Kinds::NONE {
            Ok(Proof { basis: self.basis(window, kinds) })
        } else {
            Err(Shortfall { holes: found })
        }
    }

    /// Up to where the span that begins at `from` is proven for all of `kinds`; `None` when its very
    /// first moment is not.
    pub fn watched_until(&self, from: Moment, kinds: Kinds) -> Option<Moment> {
        let bounds = (from, Moment::MAX);
        let end_of = |kind| self.strong(kind, bounds).first().filter(|span| span.0 == from).map(|span| span.1);
        kinds.iter().map(end_of).min().flatten()
    }

    /// From where the span that ends at `until` is proven for all of `kinds`; `None` when its very
    /// last moment is not.
    pub fn watched_since(&self, until: Moment, kinds: Kinds) -> Option<Moment> {
        let bounds = (Moment::MIN, until);
        let starts: Option<Vec<Moment>> = kinds
            .iter()
            .map(|kind| self.strong(kind, bounds).last().filter(|span| span.1 == until).map(|span| span.0))
            .collect();
        starts?.into_iter().max()
    }

    fn holes_of(&self, window: Window, kind: PostKind) -> Vec<Hole> {
        let bounds = (window.from, window.until);
        let not_strong = holes(&self.strong(kind, bounds), bounds);
        if not_strong.is_empty() {
            return Vec::new();
        }
        let weak = self.spans(bounds, |watch| watch.reach.sees.has(kind));
        let any = self.spans(bounds, |_| true);
        let without_weak = holes(&weak, bounds);
        let shades = [
            (Shade::Weak, both(&not_strong, &weak)),
            (Shade::OtherKind, both(&both(&not_strong, &without_weak), &any)),
            (Shade::Dark, both(&not_strong, &holes(&any, bounds))),
        ];
        let mut found: Vec<Hole> = shades
            .into_iter()
            .flat_map(|(shade, spans)| spans.into_iter().map(move |(from, until)| Hole { kind, from, until, shade }))
            .collect();
        found.sort_by_key(|hole| hole.from);
        found
    }

    fn strong(&self, kind: PostKind, bounds: Span) -> Vec<Span> {
        self.spans(bounds, |watch| watch.reach.strength == Strength::Strong && watch.reach.sees.has(kind))
    }

    fn spans(&self, bounds: Span, wanted: impl Fn(&Watch) -> bool) -> Vec<Span> {
        union(self.watches.iter().filter(|w| wanted(w)).map(|w| (w.reach.from, w.reach.until)), bounds)
    }

    /// The fewest strong watches that cover the window for each kind: those that reach farthest.
    fn basis(&self, window: Window, kinds: Kinds) -> Vec<Watch> {
        let mut basis: Vec<Watch> = Vec::new();
        for kind in kinds.iter() {
            let mut at = window.from;
            while at < window.until {
                let reaches = |w: &&Watch| {
                    w.reach.strength == Strength::Strong
                        && w.reach.sees.has(kind)
                        && w.reach.from <= at
                        && at < w.reach.until
                };
                let Some(farthest) = self.watches.iter().filter(reaches).max_by_key(|w| w.reach.until) else { break };
                at = farthest.reach.until;
                if !basis.contains(farthest) {
                    basis.push(farthest.clone());
                }
            }
        }
        basis
    }
}

impl Proof {
    /// The watches that it rests on: enough of them to cover the window.
    pub fn basis(&self) -> &[Watch] {
        &self.basis
    }

    /// For the database and for `--json`: an array of watches.
    pub fn to_json(&self) -> Value {
        Value::Array(self.basis.iter().map(watch_json).collect())
    }
}

/// The same watches without those that a later and longer look of the same source makes idle. Whatever is
/// judged or proven is the same: an idle one is in no [`Proof`], and covers nothing by itself.
pub fn thinned(watches: Vec<Watch>) -> Vec<Watch> {
    let mut kept: Vec<Watch> = Vec::new();
    for watch in watches {
        kept.retain(|earlier| !is_idle_beside(earlier, &watch));
        if !kept.iter().any(|longer| is_idle_beside(&watch, longer)) {
            kept.push(watch);
        }
    }
    kept
}

fn is_idle_beside(one: &Watch, other: &Watch) -> bool {
    matches!(one.origin, WatchOrigin::Source(_))
        && one.reach.until < other.reach.until
        && other.reach.from <= one.reach.from
        && one.at <= other.at
        && (one.reach.sees, one.reach.strength) == (other.reach.sees, other.reach.strength)
        && one.origin == other.origin
}

fn watch_json(watch: &Watch) -> Value {
    let (origin, name) = match &watch.origin {
        WatchOrigin::Source(name) => ("source", name),
        WatchOrigin::Person(name) => ("person", name),
    };
    let kinds: Vec<&str> = watch.reach.sees.iter().map(PostKind::word).collect();
    json!({ origin: name, "at": watch.at, "from": watch.reach.from, "until": watch.reach.until, "sees": kinds })
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
