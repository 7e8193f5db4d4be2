//! The small values of the contract: kinds of post, how exactly a time is known, what a look proves.

use crate::Moment;
use crate::time;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A kind of post. WeChat has two that differ in who can see them; every other platform has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// An ordinary post of a platform that knows only one kind.
    Post,
    /// WeChat 群发: followers are notified.
    Notified,
    /// WeChat 发布: followers are not notified.
    Unnotified,
}

impl PostKind {
    /// Every kind, in the order in which they are listed.
    pub const ALL: [PostKind; 3] = [PostKind::Post, PostKind::Notified, PostKind::Unnotified];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            PostKind::Post => "post",
            PostKind::Notified => "notified",
            PostKind::Unnotified => "unnotified",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<PostKind> {
        PostKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A set of [`PostKind`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// No kind at all.
    pub const NONE: Kinds = Kinds(0);
    /// The one kind of an ordinary platform.
    pub const POST: Kinds = Kinds(1);
    /// WeChat 群发 only.
    pub const NOTIFIED: Kinds = Kinds(2);
    /// WeChat 发布 only.
    pub const UNNOTIFIED: Kinds = Kinds(4);
    /// Both kinds of WeChat.
    pub const WECHAT: Kinds = Kinds(6);

    /// Whether `kind` is in the set.
    pub const fn has(self, kind: PostKind) -> bool {
        self.0 & Kinds::only(kind).0 != 0
    }

    /// The set of one kind.
    pub const fn only(kind: PostKind) -> Kinds {
        match kind {
            PostKind::Post => Kinds::POST,
            PostKind::Notified => Kinds::NOTIFIED,
            PostKind::Unnotified => Kinds::UNNOTIFIED,
        }
    }

    /// What is in both sets.
    #[must_use]
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// The kinds in the set, in the order of [`PostKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = PostKind> {
        PostKind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }

    /// What is in either set.
    #[must_use]
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// As a number for the database (1 post, 2 notified, 4 un-notified, added up).
    pub const fn bits(self) -> i64 {
        self.0 as i64
    }

    /// From the number of [`Kinds::bits`]; unknown bits are dropped.
    pub const fn from_bits(bits: i64) -> Kinds {
        Kinds((bits & 7) as u8)
    }
}

/// How exactly the time of a post is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum When {
    /// To the second.
    At(Moment),
    /// To the Beijing calendar day.
    Day(NaiveDate),
    /// Somewhere in the half-open span.
    Span {
        /// First moment that is possible.
        from: Moment,
        /// First moment that is not possible any more.
        until: Moment,
    },
}

impl When {
    /// First moment at which the post may have appeared.
    pub fn earliest(self) -> Moment {
        match self {
            When::At(moment) => moment,
            When::Day(date) => Moment::start_of(date),
            When::Span { from, .. } => from,
        }
    }

    /// What is known when one post is told twice: a statistic's day gives the date and an instant the hour
    /// (an edit may move an instant); else what was told first.
    #[must_use]
    pub fn united(self, other: When) -> When {
        match (self, other) {
            (When::At(moment), When::Day(day)) | (When::Day(day), When::At(moment)) => {
                When::At(Moment::from_beijing(day.and_time(moment.beijing().time())))
            }
            (first, _) => first,
        }
    }

    /// Last moment (inclusive) at which the post may have appeared.
    pub fn latest(self) -> Moment {
        match self {
            When::At(moment) => moment,
            When::Day(date) => Moment::start_of(date).plus(time::DAY - 1),
            When::Span { from, until } => until.plus(-1).max(from),
        }
    }
}

/// How much a look may be trusted to have seen everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A visitor's view or a bridge: proves presence; its silence is only a suspicion.
    Weak,
    /// Official, owner-authorised, logged in, or a person.
    Strong,
}

/// What one look proves: every post of `sees` that appeared in `[from, until)` was visible to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reach {
    /// Reached back to here (inclusive).
    pub from: Moment,
    /// Complete up to here (exclusive).
    pub until: Moment,
    /// Kinds of post that it can see.
    pub sees: Kinds,
    /// How far its silence may be trusted.
    pub strength: Strength,
}

/// A tail of time that a source shows only later. It is declared, so it is a gap and not a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delay {
    /// Shows posts as they appear.
    None,
    /// Shows a calendar day (Beijing) only on the next one, from `hour`:00 on.
    NextDay {
        /// Hour of the next day, 0 to 23.
        hour: u8,
    },
}

impl Delay {
    /// When the source will show everything that appeared before `until` (exclusive).
    pub fn shows(self, until: Moment) -> Moment {
        match self {
            Delay::None => until,
            Delay::NextDay { hour } => {
                Moment::start_of(until.plus(-1).date()).plus_days(1).plus(i64::from(hour) * time::HOUR)
            }
        }
    }
}
