//! Where a look at a profile stands: the list, and the questions that an empty list raises.

use crate::Ask;

/// The next question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// The first page.
    First,
    /// The first page again, since it was empty once.
    Again,
    /// A further page after this id; so many posts were seen before.
    Since {
        /// `data.cardlistInfo.since_id`.
        id: String,
        /// Posts seen so far.
        seen: u64,
    },
    /// A further page by number.
    Number {
        /// From 1.
        page: u32,
        /// Posts seen so far.
        seen: u64,
    },
    /// The profile, whose count tells whether the list really ended after so many posts.
    Profile {
        /// Posts seen so far.
        seen: u64,
    },
}

impl Cursor {
    pub(super) fn of(ask: &Ask) -> Cursor {
        ask.cursor.as_deref().map_or(Some(Cursor::First), Cursor::read).unwrap_or(Cursor::First)
    }

    fn read(text: &str) -> Option<Cursor> {
        let mut parts = text.splitn(3, '|');
        let (kind, seen, value) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        match kind {
            "again" => Some(Cursor::Again),
            "since" => Some(Cursor::Since { id: value.to_owned(), seen }),
            "page" => Some(Cursor::Number { page: value.parse().ok()?, seen }),
            "profile" => Some(Cursor::Profile { seen }),
            _ => None,
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Cursor::First | Cursor::Again => "again|0|".to_owned(),
            Cursor::Since { id, seen } => format!("since|{seen}|{id}"),
            Cursor::Number { page, seen } => format!("page|{seen}|{page}"),
            Cursor::Profile { seen } => format!("profile|{seen}|"),
        }
    }

    pub(super) fn seen(&self) -> u64 {
        match self {
            Cursor::First | Cursor::Again => 0,
            Cursor::Since { seen, .. } | Cursor::Number { seen, .. } | Cursor::Profile { seen } => *seen,
        }
    }
}
