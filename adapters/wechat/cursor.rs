//! Where a look at a 公众号 stands.

use crate::Ask;
use chrono::NaiveDate;

/// The next question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Un-notified posts from this offset; so many pages were read before.
    Free {
        /// Pushes already read.
        offset: u64,
        /// Pages already read.
        pages: u32,
    },
    /// The statistic of one finished day.
    Day(NaiveDate),
}

impl Cursor {
    pub(super) fn of(ask: &Ask) -> Cursor {
        ask.cursor.as_deref().and_then(Cursor::read).unwrap_or(Cursor::Free { offset: 0, pages: 0 })
    }

    fn read(text: &str) -> Option<Cursor> {
        let mut parts = text.split('|');
        match parts.next()? {
            "free" => Some(Cursor::Free { offset: parts.next()?.parse().ok()?, pages: parts.next()?.parse().ok()? }),
            "day" => Some(Cursor::Day(parts.next()?.parse().ok()?)),
            _ => None,
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Cursor::Free { offset, pages } => format!("free|{offset}|{pages}"),
            Cursor::Day(date) => format!("day|{date}"),
        }
    }
}
