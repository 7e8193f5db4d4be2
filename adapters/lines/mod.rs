//! JSON lines of collector protocol 1: what one line says, and what all lines of one account prove. They
//! come from a collector's standard output or from a file that somebody carried over.
//!
//! The absence of an `end` line is never "no posts".

mod line;

pub use line::Description;
pub(crate) use line::{End, Line, Of, english, read};

use crate::walk::{Step, Walk};
use crate::{Ask, Class, Failure, Kinds, Moment, Next, Outcome, Page, PostKind, RawPost, Reach, Seen, Traits};

/// What a file or a collector has said of one account so far.
#[derive(Default)]
pub(crate) struct Draft {
    rows: Vec<RawPost>,
    unreadable: usize,
    lines: u64,
    end: Option<End>,
}

impl Draft {
    /// Whether anything was said.
    pub(crate) fn is_told(&self) -> bool {
        self.lines > 0 || self.end.is_some()
    }

    /// Whether its end was said.
    pub(crate) fn is_closed(&self) -> bool {
        self.end.is_some()
    }

    /// The account has no end: what was seen of it, and why nothing else is known.
    pub(crate) fn broken_off(self, failure: Failure) -> Seen {
        sightings(self.rows, Outcome::Failed(failure))
    }

    /// A post after the account's end is ignored; false then.
    pub(crate) fn post(&mut self, post: Option<RawPost>) -> bool {
        if self.end.is_some() {
            return false;
        }
        self.lines += 1;
        match post {
            Some(post) => self.rows.push(post),
            None => self.unreadable += 1,
        }
        true
    }

    /// Keeps the first end; false for a second one.
    pub(crate) fn close(&mut self, end: &End) -> bool {
        let first = self.end.is_none();
        self.end.get_or_insert_with(|| end.clone());
        first
    }

    pub(crate) fn finish(mut self, ask: &Ask, made_at: Option<Moment>, traits: Traits) -> Seen {
        self.rows.iter_mut().for_each(|row| row.kind = kind_on(row.kind, ask.kinds));
        let Some(end) = self.end else { return sightings(self.rows, Outcome::Partial) };
        if end.count != Some(self.lines) {
            let failure =
                Failure::new(Class::Transient, format!("the file counts {:?}, {} lines came", end.count, self.lines))
                    .because("truncated")
                    .advise(format!(
                        "采集结果不完整：写明{}条，实到{}条，没有采用",
                        end.count.map_or("不明".to_owned(), |count| count.to_string()),
                        self.lines
                    ));
            return sightings(self.rows, Outcome::Failed(failure));
        }
        if let Some(failure) = end.failure() {
            return sightings(self.rows, Outcome::Failed(failure));
        }
        let looked = end.looked_at.or(made_at).unwrap_or(ask.now);
        if looked > ask.now.plus(CLOCKS_DIFFER_S) {
            return sightings(self.rows, Outcome::Failed(in_the_future(looked)));
        }
        let looked = looked.min(ask.now);
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
        // A list that was read then cannot show what appeared later, and is not strange for it.
        let mut ask = ask.clone();
        ask.known.retain(|known| known.when.earliest() < looked);
        match Walk::new(ask, traits).take(Ok(page)) {
            Step::Done(seen) => own_word_only(seen, end.complete_since),
            Step::Ask(_) | Step::Wait { .. } => sightings(Vec::new(), Outcome::Partial),
        }
    }
}

/// Seconds by which the clock of another computer may be ahead.
const CLOCKS_DIFFER_S: i64 = 600;

fn in_the_future(looked: Moment) -> Failure {
    Failure::new(Class::Malformed, format!("looked at {looked}, which is still to come"))
        .because("future")
        .advise("写明的监测时间在将来，没有采用：请核对采集电脑的时钟")
}

/// A kind that the platform does not have is its usual one: on 公众号 what followers are notified of.
fn kind_on(kind: PostKind, kinds: Kinds) -> PostKind {
    let usual = kinds.iter().next().unwrap_or(PostKind::Post);
    if kinds.has(kind) { kind } else { usual }
}

/// A collector proves what it says it proves; the oldest row alone is not its word.
fn own_word_only(mut seen: Seen, complete_since: Option<Moment>) -> Seen {
    seen.reaches.retain(|reach| complete_since.is_some_and(|from| reach.from >= from));
    seen
}

fn sightings(rows: Vec<RawPost>, outcome: Outcome) -> Seen {
    Seen { rows, outcome, ..Seen::failed(Failure::new(Class::Malformed, "")) }
}
