//! What looks and people prove, as the rules read it.

use super::{Class, Moment, Reach};

/// A span that somebody or something watched (监测).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What it proves.
    pub reach: Reach,
    /// When the looking was done.
    pub at: Moment,
    /// Who looked.
    pub origin: WatchOrigin,
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchOrigin {
    /// A source of the configuration.
    Source(String),
    /// A named person (人工核查).
    Person(String),
}

/// A look that failed; it names the reason of a gap and proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedLook {
    /// When.
    pub at: Moment,
    /// The source's name.
    pub source: String,
    /// Who acts next.
    pub class: Class,
    /// One short word; may be empty.
    pub reason: String,
}
