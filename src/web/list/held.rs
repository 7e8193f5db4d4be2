//! A file between the look at what it changes and the word to do it: in memory only, one a session, for
//! a quarter of an hour, and never more than so many bytes in all.

use super::super::session::Viewer;
use crate::domain::Moment;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of all files that wait.
const MOST: usize = 32 * 1024 * 1024;
/// Seconds for which one waits.
const PATIENCE_S: i64 = 15 * 60;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Accounts,
    Contacts,
    /// A check sheet that was filled in and signed.
    Sheet,
}

impl Kind {
    /// As the form says it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Kind::Accounts => "accounts",
            Kind::Contacts => "contacts",
            Kind::Sheet => "sheet",
        }
    }

    /// Back; accounts where nothing fits.
    pub(super) fn from_word(word: &str) -> Kind {
        [Kind::Contacts, Kind::Sheet].into_iter().find(|kind| kind.word() == word).unwrap_or(Kind::Accounts)
    }
}

/// A file that waits.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) kind: Kind,
    /// Its name, as the browser says it.
    pub(super) name: String,
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) at: Moment,
    /// It was chosen on the page of the first steps, which goes on after it.
    pub(super) starts: bool,
}

/// The files that wait, by session.
#[derive(Default)]
pub(in super::super) struct Holds(Mutex<HashMap<String, Held>>);

impl Holds {
    /// Keeps a file instead of the one that the session had; false when too much waits.
    pub(super) fn put(&self, viewer: &Viewer, held: Held) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| held.at.since(one.at) < PATIENCE_S);
        all.remove(&viewer.token.hash());
        let waiting: usize = all.values().map(|one| one.bytes.len()).sum();
        let fits = waiting + held.bytes.len() <= MOST;
        if fits {
            all.insert(viewer.token.hash(), held);
        }
        fits
    }

    /// The file of that session, while it waits.
    pub(super) fn of(&self, viewer: &Viewer, now: Moment) -> Option<Held> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| now.since(one.at) < PATIENCE_S);
        all.get(&viewer.token.hash()).cloned()
    }

    /// Forgets the file of that session.
    pub(super) fn forget(&self, viewer: &Viewer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&viewer.token.hash());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::token::Token;
    use crate::access::{Rank, User};

    fn viewer() -> Viewer {
        let user = User {
            id: 1,
            name: "张三".to_owned(),
            rank: Rank::Operator,
            has_password: true,
            made_at: Moment::MIN,
            disabled_at: None,
        };
        Viewer { user, token: Token::random().unwrap() }
    }

    fn file(bytes: usize, at_s: i64) -> Held {
        let at = Moment::from_unix(at_s);
        Held { kind: Kind::Accounts, name: "台账.csv".to_owned(), bytes: Arc::new(vec![0; bytes]), at, starts: false }
    }

    #[test]
    fn a_file_waits_for_its_own_session_and_not_for_ever() {
        let (holds, one, other) = (Holds::default(), viewer(), viewer());
        assert!(holds.put(&one, file(10, 0)));
        let at = Moment::from_unix;
        assert!(holds.of(&one, at(899)).is_some() && holds.of(&other, at(0)).is_none());
        assert!(holds.of(&one, at(900)).is_none());
        assert!(holds.of(&one, at(0)).is_none(), "forgotten");
    }

    #[test]
    fn one_file_a_session_and_so_many_bytes_in_all() {
        let (holds, one, other) = (Holds::default(), viewer(), viewer());
        assert!(holds.put(&one, file(MOST, 0)) && holds.put(&one, file(MOST - 5, 0)), "instead of the first");
        assert!(!holds.put(&other, file(6, 0)) && holds.put(&other, file(5, 0)));
        assert!(holds.put(&other, file(MOST, 900)), "the old ones are gone");
        holds.forget(&other);
        assert!(holds.of(&other, Moment::from_unix(900)).is_none());
    }
}
