//! Posts and who has seen them.

use super::{Moment, PostKind, When};

/// One update (发布).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Number in this installation; 0 before it is stored.
    pub id: i64,
    /// The platform's id.
    pub ext_id: Option<String>,
    /// What binds articles into one push.
    pub push: Option<String>,
    /// When it appeared.
    pub when: When,
    /// Title or first words; may be empty.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// Its kind.
    pub kind: PostKind,
    /// Everybody can (or could) see it.
    pub visible: bool,
    /// It repeats somebody else's post.
    pub repost: bool,
    /// A named person struck it out.
    pub struck: bool,
    /// When this program first saw it.
    pub first_seen: Moment,
    /// Who has shown it; a post without any live sighting is gone.
    pub sightings: Vec<Sighting>,
}

/// One source that has shown a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The source's name; an import and a person are sources too.
    pub source: String,
    /// When this source last showed it.
    pub last_seen: Moment,
    /// The first of two complete looks of this source that no longer showed it.
    pub missed_at: Option<Moment>,
    /// The second of them: from here on the source says that it is gone.
    pub gone_at: Option<Moment>,
}

impl Post {
    /// Whether it counts for a check at `check`: visible, not struck, and not un-counted. It is
    /// un-counted only when every source that had shown it has missed it in two complete looks, both
    /// before the check (DESIGN §5, "Presence is hard to lose").
    pub fn counts_at(&self, check: Moment) -> bool {
        let gone = |sighting: &Sighting| sighting.gone_at.is_some_and(|at| at < check);
        let lost = !self.sightings.is_empty() && self.sightings.iter().all(gone);
        self.visible && !self.struck && !lost
    }
}
