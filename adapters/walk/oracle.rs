//! What a look may claim, worked out naively from the pages that it was shown, and apart from `Walk`.

use crate::{Ask, Moment, Next, Page, RawPost, Traits, When};

/// Everything that a look was shown.
pub(super) struct Shown<'a> {
    pub(super) ask: &'a Ask,
    pub(super) traits: &'a Traits,
    /// Pages in the order in which they were taken; waits are none.
    pub(super) pages: &'a [Page],
}

impl Shown<'_> {
    /// Own rows that can be used, each once, in the order of the pages.
    pub(super) fn rows(&self) -> Vec<RawPost> {
        let mut rows: Vec<RawPost> = Vec::new();
        for row in self.pages.iter().flat_map(|page| &page.rows) {
            if self.is_own(row) && self.is_usable(row) && !rows.iter().any(|seen| seen.id == row.id) {
                rows.push(row.clone());
            }
        }
        rows
    }

    pub(super) fn is_own(&self, row: &RawPost) -> bool {
        row.author.is_none() || row.author.as_deref() == Some(self.ask.key.as_str())
    }

    fn is_usable(&self, row: &RawPost) -> bool {
        let time = row.when.earliest();
        row.id.is_some() && time >= Moment::parse("2009-01-01 00:00").unwrap() && time <= self.ask.now.plus(86_400)
    }

    /// Rule 1: with any of these the look proves presence only.
    pub(super) fn has_unreadable(&self) -> bool {
        let rows = || self.pages.iter().flat_map(|page| &page.rows);
        rows().any(|row| self.is_own(row) && !self.is_usable(row)) || self.pages.iter().any(|page| page.unreadable > 0)
    }

    pub(super) fn said_end(&self) -> bool {
        self.pages.iter().any(|page| page.next == Next::End)
    }

    /// The end of the oldest own unpinned row, as many set aside as the source's pinned rows carry no mark.
    pub(super) fn reach(&self) -> Option<Moment> {
        let rows = self.rows();
        let mut times: Vec<Moment> = rows.iter().filter(|row| !row.pinned).map(|row| first_after(row.when)).collect();
        times.sort_unstable();
        times.get(self.traits.pinned_allowance).copied()
    }

    /// Whether `complete` may be said at all.
    pub(super) fn may_be_complete(&self) -> bool {
        let far = self.reach().is_some_and(|reach| reach <= self.ask.since);
        !self.has_unreadable() && (self.said_end() || far) && self.refusal().is_none()
    }

    /// Rules 2, 4, 5 and 6: the reason for which the look must be refused.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        let rows = self.rows();
        if rows.is_empty() && self.pages.iter().any(|page| page.rows.iter().any(|row| !self.is_own(row))) {
            return Some("owner_mismatch");
        }
        let newest_known = self.ask.known.iter().map(|known| known.when.earliest()).max()?;
        if rows.is_empty() {
            return (!self.has_unreadable()).then_some("empty_unexpected");
        }
        if rows.iter().all(|row| row.when.latest() < newest_known) {
            return Some("went_back");
        }
        let past = !self.has_unreadable()
            && (self.said_end() || self.reach().is_some_and(|reach| reach.plus(-1) < newest_known));
        let anchors = self.ask.known.iter().take(5).filter(|known| rows.iter().any(|row| row.id == known.id));
        (past && anchors.count() == 0).then_some("stale")
    }
}

/// The first moment after which a list that shows this row shows everything.
fn first_after(when: When) -> Moment {
    when.latest().plus(1)
}
