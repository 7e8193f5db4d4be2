//! Where a look at a 公众号 stands, and the days of which something is known to have been published.

use crate::Ask;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The next question, and what the answers before it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// What is asked.
    pub(super) at: Place,
    /// Days of which another answer says that something was published: an empty statistic of such a
    /// day is no zero.
    pub(super) busy: BTreeSet<NaiveDate>,
}

/// The next question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Un-notified posts from this offset; so many pages were read before.
    Free {
        /// Pushes already read.
        offset: u64,
        /// Pages already read.
        pages: u32,
    },
    /// The business summary from this day on, the cross-check of empty days.
    Summary(NaiveDate),
    /// The statistic of one finished day.
    Day(NaiveDate),
}

impl Cursor {
    pub(super) fn of(ask: &Ask) -> Cursor {
        let first = Cursor { at: Place::Free { offset: 0, pages: 0 }, busy: BTreeSet::new() };
        ask.cursor.as_deref().and_then(Cursor::read).unwrap_or(first)
    }

    fn read(text: &str) -> Option<Cursor> {
        let mut parts = text.split('|');
        let at = match parts.next()? {
            "free" => Place::Free { offset: parts.next()?.parse().ok()?, pages: parts.next()?.parse().ok()? },
            "summary" => Place::Summary(parts.next()?.parse().ok()?),
            "day" => Place::Day(parts.next()?.parse().ok()?),
            _ => return None,
        };
        let busy = parts.next().unwrap_or_default().split(',').filter_map(|date| date.parse().ok()).collect();
        Some(Cursor { at, busy })
    }

    pub(super) fn write(&self) -> String {
        let busy: Vec<String> = self.busy.iter().map(NaiveDate::to_string).collect();
        let place = match self.at {
            Place::Free { offset, pages } => format!("free|{offset}|{pages}"),
            Place::Summary(date) => format!("summary|{date}"),
            Place::Day(date) => format!("day|{date}"),
        };
        format!("{place}|{}", busy.join(","))
    }

    /// The same knowledge at another place.
    pub(super) fn to(&self, at: Place) -> Cursor {
        Cursor { at, busy: self.busy.clone() }
    }
}
