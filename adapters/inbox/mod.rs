//! Files of JSON lines, carried over from a computer that has internet (collector protocol 1, "Inbox
//! files"). Pure: text and questions in, looks out; finding and moving files is the daemon's business.
//!
//! The absence of an `end` line is never "no posts".

mod lines;

use crate::walk::{Step, Walk};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Moment, Next, Outcome, Page, RawPost, Reach, Seen, Strength, Traits};
use lines::{End, Line};

/// Nothing is to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxConfig {}

/// Files of JSON lines.
#[derive(Debug)]
pub struct Inbox {
    _config: InboxConfig,
}

impl Inbox {
    /// A source of that configuration.
    pub fn new(config: InboxConfig) -> Inbox {
        Inbox { _config: config }
    }

    /// Weak: whoever wrote the file is not known.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Weak,
            sees: kinds,
            delay: Delay::None,
            ends_lists: false,
            pinned_allowance: 0,
            page_cap: 1,
            manners: Manners::OWN,
        }
    }

    /// The looks that a file holds, each with the place of its question in `asks`. An account is
    /// named by `account` (the question's key), or by `platform` and `account_id`. Lines before a bad
    /// one count; a file that breaks off leaves its posts as sightings.
    pub fn read(&self, text: &str, asks: &[Ask]) -> Vec<(usize, Seen)> {
        let mut made_at = None;
        let mut drafts: Vec<Draft> = asks.iter().map(|_| Draft::default()).collect();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match lines::read(line) {
                Some(Line::File { at }) => made_at = at,
                Some(Line::Post { of, post }) => each(asks, &of, &mut drafts, |draft| draft.post(post.clone())),
                Some(Line::End { of, end }) => each(asks, &of, &mut drafts, |draft| draft.close(&end)),
                Some(Line::Other) => {}
                None => break,
            }
        }
        let told = drafts.into_iter().enumerate().filter(|(_, draft)| draft.lines > 0 || draft.end.is_some());
        told.map(|(i, draft)| (i, draft.finish(&asks[i], made_at, self.traits(asks[i].kinds)))).collect()
    }
}

fn each(asks: &[Ask], of: &lines::Of, drafts: &mut [Draft], act: impl Fn(&mut Draft)) {
    for (ask, draft) in asks.iter().zip(drafts) {
        if of.means(ask) {
            act(draft);
        }
    }
}

/// What a file has said of one account so far.
#[derive(Default)]
struct Draft {
    rows: Vec<RawPost>,
    unreadable: usize,
    lines: u64,
    end: Option<End>,
}

impl Draft {
    /// A post after the account's end is ignored.
    fn post(&mut self, post: Option<RawPost>) {
        if self.end.is_some() {
            return;
        }
        self.lines += 1;
        match post {
            Some(post) => self.rows.push(post),
            None => self.unreadable += 1,
        }
    }

    fn close(&mut self, end: &End) {
        self.end.get_or_insert_with(|| end.clone());
    }

    fn finish(self, ask: &Ask, made_at: Option<Moment>, traits: Traits) -> Seen {
        let Some(end) = self.end else { return sightings(self.rows, Outcome::Partial) };
        if end.count != Some(self.lines) {
            let failure =
                Failure::new(Class::Transient, format!("the file counts {:?}, {} lines came", end.count, self.lines))
                    .because("truncated");
            return sightings(self.rows, Outcome::Failed(failure));
        }
        if let Some(failure) = end.failure() {
            return sightings(self.rows, Outcome::Failed(failure));
        }
        let looked = end.looked_at.or(made_at).unwrap_or(ask.now).min(ask.now);
        let mut page = Page::listing(self.rows, traits.sees.and(ask.kinds), Next::Unsaid);
        page.unreadable = self.unreadable;
        page.looked_at = Some(looked);
        if let Some(from) = end.complete_since.filter(|from| *from < looked && self.unreadable == 0) {
            page.claims.push(Reach {
                from,
                until: looked,
                sees: traits.sees.and(ask.kinds),
                strength: traits.strength,
            });
        }
        match Walk::new(ask.clone(), traits).take(Ok(page)) {
            Step::Done(seen) => own_word_only(seen, end.complete_since),
            Step::Ask(_) | Step::Wait { .. } => sightings(Vec::new(), Outcome::Partial),
        }
    }
}

/// A collector proves what it says it proves; the oldest row alone is not its word.
fn own_word_only(mut seen: Seen, complete_since: Option<Moment>) -> Seen {
    seen.reaches.retain(|reach| complete_since.is_some_and(|from| reach.from >= from));
    seen
}

fn sightings(rows: Vec<RawPost>, outcome: Outcome) -> Seen {
    Seen { rows, outcome, ..Seen::failed(Failure::new(Class::Malformed, "")) }
}

#[cfg(test)]
mod tests;
