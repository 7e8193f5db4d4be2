//! Believing a strange answer because it repeats: pure, over the looks that are stored.
//!
//! `walk` refuses one strange look; what several of them say together is decided here
//! (sources.md, acceptance rules 5 and 6; `gone` only after two looks agree).

use crate::domain::{Class, Moment};
use cuigeng_adapters::time::HOUR;
use cuigeng_adapters::{Failure, Outcome, Seen};

/// A stored look, as far as believing needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLook {
    /// When.
    pub at: Moment,
    /// `complete`, `partial`, or the word of a class.
    pub outcome: String,
    /// The reason within the class.
    pub reason: String,
    /// The newest row that it showed.
    pub newest: Option<Moment>,
}

/// What else matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The source says explicitly where its lists end.
    pub ends_lists: bool,
    /// Other accounts of this source were read well within the last hours.
    pub others_healthy: bool,
    /// The last answer about another account of this source was strange too: then it is the source.
    pub others_strange: bool,
}

/// Seconds between two looks that agree on "went back".
const WENT_BACK_APART_S: i64 = HOUR;
/// Seconds over which three empty looks must lie.
const EMPTY_OVER_S: i64 = 6 * HOUR;

/// The look as it is to be stored, given the looks of the same source at the same account before it
/// (newest first).
pub fn believe(history: &[PastLook], seen: Seen, now: Moment, circumstances: Circumstances) -> Seen {
    let Outcome::Failed(failure) = &seen.outcome else { return seen };
    match (failure.class, failure.reason.as_str()) {
        (Class::Blocked, "went_back" | "empty_unexpected") if circumstances.others_strange => seen,
        (Class::Blocked, "went_back") if went_back_before(history, &seen, now) => believed(seen),
        (Class::Blocked, "empty_unexpected")
            if circumstances.ends_lists && circumstances.others_healthy && empty_before(history, now) =>
        {
            believed(seen)
        }
        (Class::Gone, _) if !gone_before(history) => doubted(seen),
        _ => seen,
    }
}

fn believed(mut seen: Seen) -> Seen {
    seen.outcome = if seen.withheld.is_empty() { Outcome::Partial } else { Outcome::Complete };
    seen.reaches = std::mem::take(&mut seen.withheld);
    seen
}

/// One look that says "gone" may be the platform's whim.
fn doubted(mut seen: Seen) -> Seen {
    if let Outcome::Failed(failure) = &seen.outcome {
        let once =
            Failure::new(Class::Transient, failure.detail.clone()).because("gone_once").advise(failure.advice.clone());
        seen.outcome = Outcome::Failed(once);
    }
    seen
}

fn newest_row(seen: &Seen) -> Option<Moment> {
    seen.rows.iter().filter(|row| !row.pinned).map(|row| row.when.earliest()).max()
}

fn went_back_before(history: &[PastLook], seen: &Seen, now: Moment) -> bool {
    let agree = |look: &&PastLook| is_strange(look, "went_back") && look.newest == newest_row(seen);
    history.iter().take_while(agree).any(|look| now.since(look.at) >= WENT_BACK_APART_S)
}

fn empty_before(history: &[PastLook], now: Moment) -> bool {
    let empty = |look: &&PastLook| is_strange(look, "empty_unexpected") && look.newest.is_none();
    let run: Vec<&PastLook> = history.iter().take_while(empty).collect();
    let told = run.iter().any(|look| look.reason == "empty_unexpected");
    told && run.len() >= 2 && run.last().is_some_and(|first| now.since(first.at) >= EMPTY_OVER_S)
}

/// So strange, or strange and believed: what a weak source has lost stays known, so that its answer
/// goes on to look strange.
fn is_strange(look: &PastLook, reason: &str) -> bool {
    look.reason == reason || matches!(look.outcome.as_str(), "complete" | "partial")
}

fn gone_before(history: &[PastLook]) -> bool {
    history.first().is_some_and(|look| look.outcome == "gone" || look.reason == "gone_once")
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
