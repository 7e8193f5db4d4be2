//! From an account to its posts, and nothing else.
//!
//! This crate is the contract between `cuigeng` and the platforms: what is asked ([`Ask`]), what one
//! page answers ([`Page`]), what a whole look proves ([`Seen`]) and how it fails ([`Failure`]).
//! It names no database, no mail and no scheduler, so an adapter that wants to store or send does
//! not compile. A platform is two pure functions around one fetch: `request(&Ask) -> Request` and
//! `parse(&Ask, &Answer) -> Result<Page, Failure>`.

#[cfg(test)]
mod contract;
pub mod douyin;
pub mod exec;
pub mod feed;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod http;
pub mod inbox;
mod lines;
mod mask;
#[cfg(test)]
pub(crate) mod testing;
pub mod time;
mod values;
pub mod walk;
pub mod wechat;
pub mod weibo;

pub use mask::Mask;
pub use time::Moment;
pub use values::{Delay, Kinds, PostKind, Reach, Strength, When};

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a source says of itself, before it is asked anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// How far its silence may be trusted.
    pub strength: Strength,
    /// Kinds that it sees, cut to those that the account's platform has.
    pub sees: Kinds,
    /// Its declared tail.
    pub delay: Delay,
    /// It says explicitly where a list ends.
    pub ends_lists: bool,
    /// Oldest rows set aside when computing the reach, because pinned rows carry no mark (sources.md).
    pub pinned_allowance: usize,
    /// Most pages that one look may ask for.
    pub page_cap: u32,
    /// Ordinary manners towards whoever answers.
    pub manners: Manners,
}

/// How a source wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Seconds between two requests, before jitter; 0 for none.
    pub pace_s: u32,
    /// One login or one host's patience serves every account, so a refusal to one is a refusal to all.
    pub shared: bool,
}

impl Manners {
    /// Each account has a credential of its own, and nobody minds the pace.
    pub const OWN: Manners = Manners { pace_s: 0, shared: false };
}

/// What a credential says when it is tried without reading posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// What is wrong with it; `None` when it serves.
    pub trouble: Option<Failure>,
    /// When it ends at the latest, where that is known.
    pub expires: Option<Moment>,
    /// What else is worth a line (Chinese): quotas, scopes, whom it belongs to.
    pub told: Vec<String>,
}

impl Probe {
    /// A credential that does not serve.
    pub fn failed(failure: Failure) -> Probe {
        Probe { trouble: Some(failure), ..Probe::default() }
    }
}

/// A post that this source has shown before; the acceptance rules hold new answers against these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The platform's id, where the post has one.
    pub id: Option<String>,
    /// Its time as stored.
    pub when: When,
}

/// One question: the posts of one account since `since`, from where `cursor` left off.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The platform as the list names it, such as 新浪微博.
    pub platform: String,
    /// The account's name as the list names it.
    pub name: String,
    /// The address of the account for this source (来源参数): a uid, a sec_uid, an AppID, a feed's path.
    pub key: String,
    /// The author id that rows must carry, when rows carry one and it differs from `key`.
    pub author: Option<String>,
    /// Reach back to here.
    pub since: Moment,
    /// What time it is.
    pub now: Moment,
    /// Kinds of post that count on this platform.
    pub kinds: Kinds,
    /// Newest posts (at most 20, newest first) that this same source has shown and that are not gone.
    pub known: Vec<Known>,
    /// Spans `[from, until)` that this source has already proved for every kind it sees.
    pub covered: Vec<(Moment, Moment)>,
    /// Where to go on; `None` for the first page.
    pub cursor: Option<String>,
    /// Number of this page, from 0.
    pub page: u32,
}

/// One post as a source shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPost {
    /// The platform's id, in its canonical form (Weibo: mid; WeChat: `mid_idx`; Douyin: aweme_id).
    pub id: Option<String>,
    /// What binds articles into one push (WeChat: `mid`).
    pub push: Option<String>,
    /// When it appeared.
    pub when: When,
    /// Title or first words, without markup; may be empty.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// Author id, where rows carry one.
    pub author: Option<String>,
    /// Marked as pinned.
    pub pinned: bool,
    /// Its kind.
    pub kind: PostKind,
    /// Everybody can see it. Private, fans-only and deleted posts are false and do not count.
    pub visible: bool,
    /// It repeats somebody else's post.
    pub repost: bool,
}

/// How to go on after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more, from here.
    More(String),
    /// This must be asked before the look may end, however far the list already reaches.
    Must(String),
    /// Nothing yet: wait until then, and ask with this cursor.
    Wait {
        /// Not before.
        until: Moment,
        /// The cursor to ask with.
        cursor: String,
    },
    /// The source said that the list ends here.
    End,
    /// No further page can be asked for, but nothing was said about an end.
    Unsaid,
}

/// One page of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its posts, in the order of the answer.
    pub rows: Vec<RawPost>,
    /// Rows without a usable id or time. With any of these the look proves presence only.
    pub unreadable: usize,
    /// The kinds that these rows list without a hole, newest first (pinned ones apart), so that the
    /// oldest unpinned own row is the reach; [`Kinds::NONE`] when the rows are no such list.
    pub lists: Kinds,
    /// Spans that this page proves by the source's own word (a finished day of a statistic).
    pub claims: Vec<Reach>,
    /// How to go on.
    pub next: Next,
    /// Troubles that did not end the look; the look is then `partial` at best. One of class `blocked`
    /// says that the source hides posts from us: the look then proves presence only.
    pub notes: Vec<Failure>,
    /// When the listing was read, if not now (a bridge's cache).
    pub looked_at: Option<Moment>,
}

impl Page {
    /// A page of a newest-first list.
    pub fn listing(rows: Vec<RawPost>, lists: Kinds, next: Next) -> Page {
        Page { rows, unreadable: 0, lists, claims: Vec::new(), next, notes: Vec::new(), looked_at: None }
    }
}

/// Why a look failed, sorted by who acts next (sources.md, style.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Credential refused or expired: the operator renews it.
    Auth,
    /// Too often, or a quota used up: time cures it.
    Throttled,
    /// Captcha, risk control, login wall: nothing is known; the operator finds another road.
    Blocked,
    /// Closed, banned or wrong id: the office corrects the list.
    Gone,
    /// The endpoint was withdrawn: the source must be replaced.
    Retired,
    /// Our key, permission, IP or parameter: the operator mends the setting.
    Config,
    /// Network, 5xx, busy: nobody, it is tried again.
    Transient,
    /// Unknown shape: the maintainers mend the adapter.
    Malformed,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 8] = [
        Class::Auth,
        Class::Throttled,
        Class::Blocked,
        Class::Gone,
        Class::Retired,
        Class::Config,
        Class::Transient,
        Class::Malformed,
    ];

    /// The word in the database, the log and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Auth => "auth",
            Class::Throttled => "throttled",
            Class::Blocked => "blocked",
            Class::Gone => "gone",
            Class::Retired => "retired",
            Class::Config => "config",
            Class::Transient => "transient",
            Class::Malformed => "malformed",
        }
    }

    /// The class of that word.
    pub fn from_word(word: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// A look that failed. It says nothing about posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Who acts next.
    pub class: Class,
    /// One short word within the class (`stale`, `captcha`, `owner_mismatch`); may be empty.
    pub reason: String,
    /// For the developer, in English, in the platform's own words; never holds a secret.
    pub detail: String,
    /// For the operator, in Chinese: what happened and what cures it; may be empty.
    pub advice: String,
    /// Seconds to wait, where the platform said so.
    pub retry_after_s: Option<i64>,
}

impl Failure {
    /// A failure of that class with the developer's sentence.
    pub fn new(class: Class, detail: impl Into<String>) -> Failure {
        Failure { class, reason: String::new(), detail: detail.into(), advice: String::new(), retry_after_s: None }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Failure {
        self.reason = reason.to_owned();
        self
    }

    /// The same with a sentence for the operator (Chinese).
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Failure {
        self.advice = advice.into();
        self
    }

    /// The same with the platform's own waiting time in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: Option<i64>) -> Failure {
        self.retry_after_s = seconds;
        self
    }
}

impl Failure {
    /// What a person reads: the advice, or failing that the detail.
    pub fn advise_or_detail(&self) -> String {
        if self.advice.is_empty() { self.detail.clone() } else { self.advice.clone() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.word())?;
        if !self.reason.is_empty() {
            write!(f, " ({})", self.reason)?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl std::error::Error for Failure {}

/// How a look ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Reached back past the asked time, or the source said that the list ends.
    Complete,
    /// Reached only so far.
    Partial,
    /// Says nothing about posts.
    Failed(Failure),
}

/// The result of one whole look at one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How it ended.
    pub outcome: Outcome,
    /// What it proves; empty for a failed look.
    pub reaches: Vec<Reach>,
    /// What a strange look (`went_back`, `empty_unexpected`) would prove if it came to be believed.
    pub withheld: Vec<Reach>,
    /// Accepted rows: sightings, whatever became of the look.
    pub rows: Vec<RawPost>,
    /// The listing was empty with an explicit end for an account never seen to post (首次核对).
    pub first_check: bool,
    /// Troubles beside a look that did not fail.
    pub notes: Vec<Failure>,
    /// When the listing was read, if not at the asked time.
    pub looked_at: Option<Moment>,
}

impl Seen {
    /// A look that failed before it saw anything.
    pub fn failed(failure: Failure) -> Seen {
        Seen {
            outcome: Outcome::Failed(failure),
            reaches: Vec::new(),
            withheld: Vec::new(),
            rows: Vec::new(),
            first_check: false,
            notes: Vec::new(),
            looked_at: None,
        }
    }
}

/// A credential. It never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The credential itself, for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The port through which credentials come; the daemon implements it.
pub trait Secrets: Send + Sync {
    /// The credential of that name.
    ///
    /// # Errors
    /// [`Class::Config`] with the operator's sentence when there is none or it cannot be read.
    fn get(&self, name: &str) -> Result<Secret, Failure>;

    /// Keeps a rotated credential durably, before it is used.
    ///
    /// # Errors
    /// [`Class::Transient`] when it could not be kept; the caller must not use the new one then.
    fn replace(&self, name: &str, secret: Secret) -> Result<(), Failure>;
}

mod source;
pub use source::{Batch, Paged, Source};
