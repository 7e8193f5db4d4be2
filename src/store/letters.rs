//! The values of the outbox: what a letter is, says, and where it stands.

use crate::domain::{AccountId, Moment, Role};
use chrono::NaiveDate;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal / $chinese:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            /// The word in the database and in JSON.
            pub const fn word(self) -> &'static str { match self { $($name::$variant => $word,)* } }
            /// What a person reads.
            pub const fn chinese(self) -> &'static str { match self { $($name::$variant => $chinese,)* } }
            /// The value of that word.
            pub fn from_word(word: &str) -> Option<$name> { match word { $($word => Some($name::$variant),)* _ => None } }
        }
    };
}

words! {
    /// What a letter is.
    LetterKind {
        /// An update is missing.
        Reminder = "reminder" / "更新提醒",
        /// What a check found.
        Result = "result" / "检查结果",
        /// The weekly summary.
        Summary = "summary" / "周报",
        /// What the clerk is to see: what trial mode recorded, what waits for a word.
        Digest = "digest" / "检查方日报",
        /// Our own trouble.
        Alarm = "alarm" / "运行告警",
        /// Somebody tries the mail server.
        Test = "test" / "测试",
    }
}

words! {
    /// Where a letter stands.
    LetterState {
        /// Waits for its time, its fresh look, or a retry.
        Queued = "queued" / "待发",
        /// Claimed by the postman.
        Sending = "sending" / "发送中",
        /// The final dot may have reached the server.
        Doubtful = "doubtful" / "疑似已发",
        /// A person, or the day's digest, must decide.
        Held = "held" / "待处理",
        /// The server said 250 after the dot.
        Sent = "sent" / "已提交服务器",
        /// A delivery report came back.
        Bounced = "bounced" / "退信",
        /// Refused for good.
        Refused = "refused" / "永久拒收",
        /// Not true any more.
        Overtaken = "overtaken" / "已失效",
        /// By a named person.
        Cancelled = "cancelled" / "人工取消",
        /// It never left, and all that it speaks of was said on the telephone.
        Phoned = "phoned" / "已电话告知",
    }
}

/// One thing that a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// The week's Monday, or the date of the last counted update.
    pub anchor: NaiveDate,
    /// The rung.
    pub stage: String,
    /// The verdict revision that it rests on.
    pub revision: Option<i64>,
}

/// A letter to be queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLetter {
    /// What it is.
    pub kind: LetterKind,
    /// The address.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// The moment that it belongs to, after shifting.
    pub slot: Moment,
    /// Not to leave before.
    pub not_before: Moment,
    /// Pointless after.
    pub not_after: Option<Moment>,
    /// Empty until composed.
    pub subject: String,
    /// Empty until composed.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// ASCII name and bytes.
    pub attachment: Option<(String, Vec<u8>)>,
    /// What it says.
    pub mentions: Vec<Mention>,
    /// Why it is owed.
    pub reason: String,
}

impl NewLetter {
    /// A letter that says nothing yet, about nothing, without an end.
    pub fn new(kind: LetterKind, recipient: &str, role: Role, slot: Moment, not_before: Moment) -> NewLetter {
        NewLetter {
            kind,
            recipient: recipient.to_owned(),
            role,
            slot,
            not_before,
            not_after: None,
            subject: String::new(),
            text: String::new(),
            html: None,
            attachment: None,
            mentions: Vec::new(),
            reason: String::new(),
        }
    }
}

/// A letter as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: LetterKind,
    /// The address.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// The moment that it belongs to.
    pub slot: Moment,
    /// Not to leave before.
    pub not_before: Moment,
    /// Pointless after.
    pub not_after: Option<Moment>,
    /// Subject as sent last.
    pub subject: String,
    /// Text as sent last.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// ASCII name and bytes (listings leave the bytes out).
    pub attachment: Option<(String, Vec<u8>)>,
    /// Why it is owed, or why it ended.
    pub reason: String,
    /// Recorded in trial mode.
    pub trial: bool,
    /// Where it stands.
    pub state: LetterState,
    /// Made at birth; the same on every try.
    pub message_id: String,
    /// The exact bytes (listings leave them out).
    pub rfc822: Option<Vec<u8>>,
    /// Tries so far.
    pub attempts: i64,
    /// Next try.
    pub next_try: Moment,
    /// When the last try was about to end its body.
    pub dot_armed_at: Option<Moment>,
    /// When a server accepted it.
    pub sent_at: Option<Moment>,
    /// Class of the last answer.
    pub class: String,
    /// Code of the last answer.
    pub reply_code: Option<i64>,
    /// Words of the last answer.
    pub reply_text: String,
    /// When it was queued.
    pub created_at: Moment,
    /// An attempt may have delivered it unseen: what is sent again says 可能重复.
    pub doubted: bool,
    /// How often the last answer came in a row.
    pub repeated: Repeated,
}

/// An answer that came again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// The word of `mail::classify::Repeat`; empty for none.
    pub what: String,
    /// When it came first.
    pub since: Option<Moment>,
    /// How often it came.
    pub count: i64,
}

impl LetterRow {
    /// Where it stands, for people to read. What trial mode has only recorded never says that it left.
    pub fn standing(&self) -> &'static str {
        let recorded = self.trial && matches!(self.state, LetterState::Sent | LetterState::Held);
        if recorded { RECORDED_ONLY } else { self.state.chinese() }
    }
}

/// What is said of a letter that trial mode has kept for the clerk.
pub const RECORDED_ONLY: &str = "试运行存档，没有外发";

/// A letter as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The subject.
    pub subject: String,
    /// The text, with the short form that is kept beside it.
    pub text: String,
    /// The page.
    pub html: Option<String>,
    /// The exact bytes.
    pub rfc822: Vec<u8>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Where the letter stands now.
    pub state: LetterState,
    /// Class of the answer.
    pub class: String,
    /// Its code.
    pub reply_code: Option<i64>,
    /// Its words.
    pub reply_text: String,
    /// When to try again.
    pub next_try: Option<Moment>,
    /// Why it ended, if worth a word.
    pub reason: String,
    /// The word of what counts when it repeats; empty for none.
    pub repeat: String,
}
