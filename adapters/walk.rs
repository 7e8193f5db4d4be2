//! One look, page by page: pages in; the next question, or "reached this far" out.
//!
//! The acceptance rules of one look stand here and are the same for every platform (shape, ownership,
//! coverage, anchor, no going back, unexpected emptiness). Pure, but for [`look`], which only loops.
//! What several strange looks say together is not decided here.

use crate::http::Http;
use crate::time::DAY;
use crate::{
    Ask, Class, Failure, Kinds, Known, Moment, Next, Outcome, Page, Paged, RawPost, Reach, Secrets, Seen, Traits, When,
};
use std::collections::HashSet;
use std::future::Future;

/// Most times that one look may be told to wait.
const MOST_WAITS: u32 = 20;
/// Most questions that one look may be told to ask whatever it has.
const MOST_MUSTS: u32 = 60;
/// Stored posts of which one must be among the rows (rule 4).
const ANCHORS: usize = 5;

/// One look under way.
#[derive(Debug)]
pub struct Walk {
    ask: Ask,
    traits: Traits,
    rows: Vec<RawPost>,
    /// How far back each own unpinned row of a listing reaches, and from where on it surely does.
    listed: Vec<(Moment, Moment)>,
    ids: HashSet<String>,
    foreign: usize,
    unreadable: usize,
    lists: Kinds,
    ended: bool,
    claims: Vec<Reach>,
    notes: Vec<Failure>,
    looked_at: Option<Moment>,
    waits: u32,
    musts: u32,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask this.
    Ask(Ask),
    /// Wait until then, then ask this.
    Wait {
        /// Not before.
        until: Moment,
        /// The question.
        ask: Ask,
    },
    /// The look is over.
    Done(Seen),
}

impl PartialEq for Ask {
    fn eq(&self, other: &Ask) -> bool {
        (&self.key, &self.cursor, self.page, self.since, self.now)
            == (&other.key, &other.cursor, other.page, other.since, other.now)
    }
}

impl Eq for Ask {}

/// Makes a whole look. Waiting is the caller's business: `turn` is called with `None` before every
/// request, so that the caller may keep a pace, and with a time when the source says to wait for it.
pub async fn look<F>(
    paged: &Paged,
    ask: Ask,
    http: &Http,
    secrets: &dyn Secrets,
    turn: impl Fn(Option<Moment>) -> F,
) -> Seen
where
    F: Future<Output = ()> + Send,
{
    let traits = paged.traits(ask.kinds);
    let mut walk = Walk::new(ask.clone(), traits);
    let mut next = ask;
    loop {
        turn(None).await;
        match walk.take(paged.page(&next, http, secrets).await) {
            Step::Ask(ask) => next = ask,
            Step::Wait { until, ask } => {
                turn(Some(until)).await;
                next = ask;
            }
            Step::Done(seen) => return seen,
        }
    }
}

impl Walk {
    /// A look that begins with `ask`.
    pub fn new(ask: Ask, traits: Traits) -> Walk {
        Walk {
            ask,
            traits,
            rows: Vec::new(),
            listed: Vec::new(),
            ids: HashSet::new(),
            foreign: 0,
            unreadable: 0,
            lists: Kinds::NONE,
            ended: false,
            claims: Vec::new(),
            notes: Vec::new(),
            looked_at: None,
            waits: 0,
            musts: 0,
        }
    }

    /// Takes an answer and says how to go on. A failure ends the look; what was seen before it stays
    /// a sighting and proves nothing.
    pub fn take(&mut self, answer: Result<Page, Failure>) -> Step {
        match answer {
            Err(failure) => self.fail(failure),
            Ok(page) => self.take_page(page),
        }
    }

    fn take_page(&mut self, page: Page) -> Step {
        if let Next::Wait { until, cursor } = page.next {
            self.waits += 1;
            if self.waits > MOST_WAITS {
                return self.fail(Failure::new(Class::Transient, "told to wait too often").because("waiting"));
            }
            return Step::Wait { until, ask: self.question(cursor) };
        }
        let listed = page.lists != Kinds::NONE;
        let before = self.unreadable;
        let fresh = self.keep(page.rows, listed);
        self.unreadable += page.unreadable;
        if self.unreadable == before {
            self.claims.extend(page.claims);
        }
        self.notes.extend(page.notes);
        self.looked_at = page.looked_at.or(self.looked_at);
        self.lists = self.lists.or(page.lists);
        self.go_on(page.next, fresh, listed)
    }

    /// Where to go after a page that brought `fresh` new rows (or none at all).
    fn go_on(&mut self, next: Next, fresh: Fresh, listed: bool) -> Step {
        if listed && next == Next::End {
            self.ended = true;
        }
        let (cursor, must) = match next {
            Next::More(cursor) => (cursor, false),
            Next::Must(cursor) => (cursor, true),
            _ => return self.finish(),
        };
        self.ask.page += 1;
        if must {
            return self.insist(cursor);
        }
        let repeats = fresh == Fresh::Nothing && listed;
        // A source that sees more than its list (days of a statistic) is not stopped by the list.
        let far_enough =
            self.traits.sees == self.lists && self.list_reached().is_some_and(|(_, sure)| sure <= self.ask.since);
        if repeats || far_enough || self.ask.page >= self.traits.page_cap {
            return self.finish();
        }
        Step::Ask(self.question(cursor))
    }

    /// A question without whose answer the look would claim too much is asked past the cap, within reason.
    fn insist(&mut self, cursor: String) -> Step {
        self.musts += 1;
        if self.musts > MOST_MUSTS {
            return self.fail(Failure::new(Class::Transient, "told to ask too often").because("waiting"));
        }
        Step::Ask(self.question(cursor))
    }

    fn question(&self, cursor: String) -> Ask {
        Ask { cursor: Some(cursor), ..self.ask.clone() }
    }

    /// Keeps own rows that are usable and not known yet.
    fn keep(&mut self, rows: Vec<RawPost>, listed: bool) -> Fresh {
        let mut fresh = if rows.is_empty() { Fresh::Empty } else { Fresh::Nothing };
        for row in rows {
            if self.is_foreign(&row) {
                self.foreign += 1;
                fresh = Fresh::Some;
            } else if !self.is_usable(&row) {
                self.unreadable += 1;
            } else if row.id.as_ref().is_none_or(|id| self.ids.insert(id.clone())) {
                fresh = Fresh::Some;
                if listed && !row.pinned {
                    self.listed.push(reached(row.when));
                }
                self.rows.push(row);
            } else if let Some(known) = self.rows.iter_mut().find(|known| known.id == row.id) {
                known.when = known.when.united(row.when);
            }
        }
        if listed { fresh } else { Fresh::Some }
    }

    /// Rule 2: rows of others do not count for anything.
    fn is_foreign(&self, row: &RawPost) -> bool {
        let own = self.ask.author.as_deref().unwrap_or(&self.ask.key);
        row.author.as_deref().is_some_and(|author| author != own)
    }

    /// Rule 1: a time between 2009-01-01 and tomorrow, and an id.
    fn is_usable(&self, row: &RawPost) -> bool {
        const FIRST: Moment = Moment::from_unix(1_230_739_200);
        FIRST <= row.when.earliest()
            && row.when.earliest() <= self.ask.now.plus(DAY)
            && (row.id.is_some() || row.url.is_some())
    }

    fn fail(&mut self, failure: Failure) -> Step {
        Step::Done(Seen { rows: std::mem::take(&mut self.rows), looked_at: self.looked_at, ..Seen::failed(failure) })
    }

    fn finish(&mut self) -> Step {
        let reaches = self.reaches();
        if let Some(failure) = self.strange() {
            let rows = std::mem::take(&mut self.rows);
            return Step::Done(Seen { rows, withheld: reaches, looked_at: self.looked_at, ..Seen::failed(failure) });
        }
        let whole = self.notes.is_empty() && self.unreadable == 0 && self.proves_all(&reaches);
        Step::Done(Seen {
            outcome: if whole { Outcome::Complete } else { Outcome::Partial },
            first_check: whole && self.rows.is_empty() && self.lists != Kinds::NONE,
            reaches,
            withheld: Vec::new(),
            rows: std::mem::take(&mut self.rows),
            notes: std::mem::take(&mut self.notes),
            looked_at: self.looked_at,
        })
    }

    fn reaches(&self) -> Vec<Reach> {
        // A source that is known to hide things proves presence only.
        if self.notes.iter().any(|note| note.class == Class::Blocked) {
            return Vec::new();
        }
        let mut reaches = self.sound_claims();
        let until = self.looked_at.unwrap_or(self.ask.now).min(self.ask.now);
        if let Some(from) = self.list_from().filter(|from| *from < until) {
            reaches.push(Reach { from, until, sees: self.lists.and(self.ask.kinds), strength: self.traits.strength });
        }
        reaches
    }

    /// What pages proved by the source's own word. A row that cannot be read may hide anything: its page
    /// proves nothing, and neither does what was said of the time up to now, which rests on every page.
    fn sound_claims(&self) -> Vec<Reach> {
        let sound = |claim: &&Reach| self.unreadable == 0 || claim.until < self.ask.now;
        self.claims.iter().filter(sound).copied().collect()
    }

    /// How far back the list goes without a hole: to its oldest own unpinned row, or to the very
    /// beginning when the source said that it ends. Unreadable rows could hide anything.
    fn list_from(&self) -> Option<Moment> {
        self.list_reached().map(|(from, _)| from)
    }

    fn list_reached(&self) -> Option<(Moment, Moment)> {
        if self.lists == Kinds::NONE || self.unreadable > 0 {
            return None;
        }
        if self.ended {
            return Some((Moment::MIN, Moment::MIN));
        }
        let mut times = self.listed.clone();
        times.sort_unstable();
        times.into_iter().nth(self.traits.pinned_allowance)
    }

    /// Rule 3: every kind that the source sees is proven from the asked time up to what its declared
    /// delay can show.
    fn proves_all(&self, reaches: &[Reach]) -> bool {
        let sees = self.traits.sees.and(self.ask.kinds);
        sees != Kinds::NONE && sees.iter().all(|kind| self.proves(kind, reaches))
    }

    fn proves(&self, kind: crate::PostKind, reaches: &[Reach]) -> bool {
        let known = self.ask.covered.iter().copied();
        let kind = reaches.iter().filter(|reach| reach.sees.has(kind));
        let mut spans: Vec<(Moment, Moment)> = kind.map(|r| (self.sure_from(r), r.until)).chain(known).collect();
        spans.sort_unstable();
        let mut at = self.ask.since;
        for (from, until) in spans {
            if from <= at {
                at = at.max(until);
            }
        }
        // The last second that a healthy source shows by now.
        at > self.ask.since
            && (at >= self.ask.now
                || self.traits.delay.shows(at.plus(1)) > self.ask.now
                || self.looked_at.is_some_and(|looked| at >= looked))
    }

    /// A claim proves all of its span, a list what follows its last row.
    fn sure_from(&self, reach: &Reach) -> Moment {
        match self.list_reached() {
            Some((from, sure)) if from == reach.from && !self.claims.contains(reach) => sure,
            _ => reach.from,
        }
    }

    /// Rules 2, 4, 5 and 6, for sources that are nothing but one list.
    fn strange(&self) -> Option<Failure> {
        if self.rows.is_empty() && self.foreign > 0 {
            let why = format!("{} rows, none of them by the watched author", self.foreign);
            return Some(
                Failure::new(Class::Malformed, why)
                    .because("owner_mismatch")
                    .advise("来源返回的都是别人的内容，请核对台账中的来源参数"),
            );
        }
        if self.lists == Kinds::NONE || self.lists.and(self.ask.kinds) != self.traits.sees.and(self.ask.kinds) {
            return None;
        }
        let newest_known = self.ask.known.iter().map(|known| known.when.earliest()).max()?;
        if self.rows.is_empty() && self.unreadable == 0 {
            return Some(blocked("empty_unexpected", "列表突然变空，以前是有内容的"));
        }
        let newest = self.rows.iter().map(|row| row.when.latest()).max()?;
        if newest < newest_known {
            return Some(blocked("went_back", "列表里最新的一条比以前看到的还旧"));
        }
        self.is_stale(newest_known).then(|| blocked("stale", "以前看到过的近期内容都不见了，来源可能已过时"))
    }

    /// Rule 4: the list reaches past the newest known post, but shows none of the last five.
    fn is_stale(&self, newest_known: Moment) -> bool {
        if self.list_reached().is_none_or(|(_, sure)| sure > newest_known) {
            return false;
        }
        let shows = |known: &Known| self.rows.iter().any(|row| same(known, row));
        let last: Vec<&Known> = self.ask.known.iter().take(ANCHORS).collect();
        !last.iter().any(|known| shows(known))
    }
}

/// What a page brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fresh {
    /// No row at all: empty pages occur in the middle of a list.
    Empty,
    /// Rows, but none that was not there before: the list repeats itself.
    Nothing,
    /// New rows.
    Some,
}

/// Of a day only its end is surely reached, since a later post of that day may be the oldest shown; of a
/// second only what follows it, since the next page may hold another post of it.
fn reached(when: When) -> (Moment, Moment) {
    match when {
        When::At(moment) => (moment, moment.plus(1)),
        When::Day(_) | When::Span { .. } => (when.latest().plus(1), when.latest().plus(1)),
    }
}

fn same(known: &Known, row: &RawPost) -> bool {
    match (&known.id, &row.id) {
        (Some(known), Some(row)) => known == row,
        _ => known.when == row.when,
    }
}

fn blocked(reason: &str, advice: &str) -> Failure {
    Failure::new(Class::Blocked, format!("acceptance rule: {reason}"))
        .because(reason)
        .advise(format!("{advice}，本次不采信"))
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
