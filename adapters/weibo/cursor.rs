//! Where a look at a profile stands: the list, and the questions that an empty list raises.

use crate::{Ask, Next};

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
    /// Single posts that the list should have shown, before it goes on.
    Show {
        /// The posts.
        mids: Vec<String>,
        /// The cursor to go on with.
        then: String,
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
            "show" => {
                let (mids, then) = value.split_once('>')?;
                Some(Cursor::Show { mids: mids.split(',').map(str::to_owned).collect(), then: then.to_owned() })
            }
            _ => None,
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Cursor::First | Cursor::Again => "again|0|".to_owned(),
            Cursor::Since { id, seen } => format!("since|{seen}|{id}"),
            Cursor::Number { page, seen } => format!("page|{seen}|{page}"),
            Cursor::Profile { seen } => format!("profile|{seen}|"),
            Cursor::Show { mids, then } => format!("show|0|{}>{then}", mids.join(",")),
        }
    }

    pub(super) fn seen(&self) -> u64 {
        match self {
            Cursor::First | Cursor::Again | Cursor::Show { .. } => 0,
            Cursor::Since { seen, .. } | Cursor::Number { seen, .. } | Cursor::Profile { seen } => *seen,
        }
    }

    /// After one single post: the next one, or `None` for the list.
    pub(super) fn after_show(&self) -> Option<Next> {
        let Cursor::Show { mids, then } = self else { return None };
        let rest = mids.get(1..).filter(|rest| !rest.is_empty())?;
        Some(Next::Must(Cursor::Show { mids: rest.to_vec(), then: then.clone() }.write()))
    }
}
