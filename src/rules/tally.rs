//! What a signed row of a check sheet (周核查表) says, and how it counts beside posts known singly.
//!
//! The row and the posts speak of the same updates: `n` on the sheet and `k` known singly in its span
//! are `max(n, k)`, never `n + k`. So a row adds only what is still missing to its number, whichever
//! came first, the posts or the sheet; and since nothing is ever taken away from what is known singly,
//! no evidence more makes an update less.

use super::count::{Lies, lies};
use super::{CountUnit, Window};
use crate::domain::{Moment, Post, PostKind, Week, When};
use chrono::NaiveDate;

/// A signed row of a check sheet: a named person opened the account and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The week that it speaks of.
    pub week: Week,
    /// Updates in the week, as far as it was over when the person looked.
    pub updates: u32,
    /// What the person counted as one update.
    pub unit: CountUnit,
    /// The last update before the look, to the instant or to the day; it may lie outside the week.
    /// `None` when nobody wrote it down.
    pub last: Option<When>,
    /// The person.
    pub by: String,
    /// When the person looked.
    pub looked_at: Moment,
}

/// What sheets add to the updates known singly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct More {
    /// Surely in the window.
    pub(super) sure: u32,
    /// Surely or possibly.
    pub(super) possible: u32,
}

/// One update that is known singly: the times of its articles.
pub(super) type Unit = Vec<When>;

impl Tally {
    /// The part of the week that was over when the person looked.
    pub fn span(&self) -> Window {
        Window { from: self.week.start(), until: self.week.end().min(self.looked_at) }
    }

    /// What the person has watched whole. Nothing came between the last update and the look, so the
    /// watch goes back to an update before the week, and on to the look unless an update after the
    /// week leaves open what else came after it.
    pub fn watched(&self) -> Window {
        let span = self.span();
        let Some(last) = self.last else { return span };
        let until = if last.earliest() < self.week.end() { self.looked_at } else { span.until };
        Window { from: span.from.min(just_after(last)), until }
    }

    /// The last update as a post; without it the latest that there may have been.
    pub fn newest(&self) -> Option<Post> {
        let somewhere = || (self.updates > 0).then(|| self.counted());
        self.last.or_else(somewhere).map(|when| post_at(when, self.looked_at))
    }

    /// Whether it leaves open how many updates lie in the window: its span straddles an edge, or the
    /// person counted in another unit.
    pub(super) fn is_unsure(&self, unit: CountUnit, window: Window) -> bool {
        let place = lies(self.counted(), window);
        self.updates > 0 && (place == Lies::Straddles || (place == Lies::Inside && self.unit != unit))
    }

    /// Where its updates lie: none of them after the last one.
    pub fn counted(&self) -> When {
        let span = self.span();
        let until = self.last.filter(|_| self.last_is_inside()).map_or(span.until, just_after);
        When::Span { from: span.from, until: until.min(span.until) }
    }

    fn last_is_inside(&self) -> bool {
        self.last.is_some_and(|last| self.week.start() <= last.earliest() && last.earliest() < self.week.end())
    }

    /// What it adds to `own`, the updates that are known singly in its span.
    fn more(&self, unit: CountUnit, own: &[&Unit], window: Window) -> More {
        let (least, most) = bounds(self.updates, self.unit, unit);
        let counted = |wanted: fn(Lies) -> bool| {
            own.iter().filter(|known| known.iter().any(|w| wanted(lies(*w, window)))).count()
        };
        let (inside, near) = (number(counted(|l| l == Lies::Inside)), number(counted(|l| l != Lies::Outside)));
        match lies(self.counted(), window) {
            Lies::Inside => More { sure: least.saturating_sub(inside), possible: most.saturating_sub(near) },
            Lies::Outside => More::default(),
            Lies::Straddles => {
                let seen = inside + u32::from(self.shows_last(own, window));
                More { sure: least.min(seen).saturating_sub(inside), possible: most.saturating_sub(number(own.len())) }
            }
        }
    }

    /// Whether its last update lies in the window and is none of those known singly there.
    fn shows_last(&self, own: &[&Unit], window: Window) -> bool {
        let Some(last) = self.last.filter(|last| lies(*last, window) == Lies::Inside) else { return false };
        !own.iter().any(|known| is_shown(known, last, window))
    }
}

/// What the sheets add to the posts that count, all of them, not only those in the window.
pub(super) fn more(unit: CountUnit, mut known: Vec<Unit>, tallies: &[Tally], window: Window) -> More {
    let strangers = strangers(&known, tallies, window);
    let inside = number(strangers.iter().filter(|when| lies(**when, window) == Lies::Inside).count());
    known.extend(strangers.into_iter().map(|when| vec![when]));
    let mut more = More { sure: inside, possible: inside };
    let mut free: Vec<&Unit> = known.iter().collect();
    for tally in tallies {
        let own: Vec<&Unit> = free.extract_if(.., |known| is_of(known, tally.span())).collect();
        let added = tally.more(unit, &own, window);
        more.sure = more.sure.saturating_add(added.sure);
        more.possible = more.possible.saturating_add(added.possible);
    }
    more
}

/// Whether an update known singly is one of those in a span. Where the time of one article is known, a
/// mere date of another does not speak for the push.
fn is_of(known: &Unit, span: Window) -> bool {
    let is_exact = |when: &&When| matches!(when, When::At(_));
    let has_exact = known.iter().any(|when| is_exact(&when));
    known.iter().filter(|when| !has_exact || is_exact(when)).any(|when| lies(*when, span) == Lies::Inside)
}

/// The last updates that lie outside the week of their row and are not known otherwise, one a day: an
/// update of that day is taken for the same one, unless a look in the middle of the day parts them.
fn strangers(known: &[Unit], tallies: &[Tally], window: Window) -> Vec<When> {
    let mut lasts: Vec<When> =
        tallies.iter().filter(|tally| !tally.last_is_inside()).filter_map(|tally| tally.last).collect();
    // Where two rows name a day, the one in the window speaks for it.
    lasts.sort_by_key(|last| (lies(*last, window) != Lies::Inside, *last));
    let parted =
        |known: &Unit, last: When| tallies.iter().any(|t| is_of(known, t.span()) != is_of(&vec![last], t.span()));
    let mut strangers: Vec<When> = Vec::new();
    for last in lasts {
        let told = strangers.iter().any(|other| day(*other) == day(last));
        if !told && !known.iter().any(|known| is_shown(known, last, window) && !parted(known, last)) {
            strangers.push(last);
        }
    }
    strangers
}

/// Whether an update known singly is taken for the one at `last`: on its day, and in the window if
/// that one is.
fn is_shown(known: &Unit, last: When, window: Window) -> bool {
    let touches = |when: &When| when.earliest().date() <= day(last) && day(last) <= when.latest().date();
    let needed = lies(last, window) == Lies::Inside;
    known.iter().any(touches) && (!needed || known.iter().any(|when| lies(*when, window) == Lies::Inside))
}

/// What a number in one unit means in another, at least and at most.
fn bounds(updates: u32, counted: CountUnit, wanted: CountUnit) -> (u32, u32) {
    let fineness = |unit: CountUnit| match unit {
        CountUnit::Day => 0,
        CountUnit::Push => 1,
        CountUnit::Article => 2,
    };
    match fineness(wanted).cmp(&fineness(counted)) {
        std::cmp::Ordering::Equal => (updates, updates),
        // Several articles may be one push, several pushes one day.
        std::cmp::Ordering::Less => (updates.min(1), updates),
        // And nobody knows how many pushes a day had.
        std::cmp::Ordering::Greater => (updates, if updates > 0 { u32::MAX } else { 0 }),
    }
}

/// The first moment after an update; one that is told without seconds may lie anywhere in its minute.
fn just_after(when: When) -> Moment {
    match when {
        When::At(moment) if moment.unix() % 60 == 0 => moment.plus(60),
        when => when.latest().plus(1),
    }
}

fn day(when: When) -> NaiveDate {
    when.earliest().date()
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn post_at(when: When, seen: Moment) -> Post {
    Post {
        id: 0,
        ext_id: None,
        push: None,
        when,
        title: String::new(),
        url: None,
        kind: PostKind::Post,
        visible: true,
        repost: false,
        struck: false,
        first_seen: seen,
        sightings: Vec::new(),
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
