//! Answers of those who were reminded (mail.md "Acknowledgement and escalation"): 已知晓,
//! 已发布请核实, 账号已停用, given by the link of a letter or written down by a clerk.
//!
//! An answer is a person's word and never evidence: nothing is counted, closed or un-reported by it,
//! and nobody is reported for giving none. It proves that the letter has reached its address, makes us
//! look again, and reaches the clerk where only a person can decide.

pub mod link;
pub mod verify;

use crate::domain::AccountId;
use cuigeng_adapters::time::DAY;

/// Seconds after a letter's deadline during which it can be answered. Whoever was written to on the eve
/// of the longest closure (nine days; State Council's yearly notice on days off) answers on the first
/// working day after it.
pub const GRACE_S: i64 = 10 * DAY;

/// Characters of a note and of a link to a post; more is no note.
pub const LONGEST: usize = 500;

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// 已知晓: the letter was read.
    Known,
    /// 已发布请核实: there is a post that we have not seen.
    Posted,
    /// 账号已停用: there is no such account any more.
    Closed,
}

impl Word {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Word; 3] = [Word::Known, Word::Posted, Word::Closed];

    /// The word in the database, in forms and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Word::Known => "known",
            Word::Posted => "posted",
            Word::Closed => "closed",
        }
    }

    /// What a person reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            Word::Known => "已知晓",
            Word::Posted => "已发布请核实",
            Word::Closed => "账号已停用",
        }
    }

    /// The value of that word.
    pub fn from_word(word: &str) -> Option<Word> {
        Word::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The value that people write so.
    pub fn from_chinese(text: &str) -> Option<Word> {
        Word::ALL.into_iter().find(|one| one.chinese() == text)
    }
}

/// By which way an answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The link of the letter was opened at this network address.
    Link {
        /// As the connection, or our own proxy, tells it.
        from: String,
    },
    /// A clerk of that name wrote down what was said on the telephone or in a mail.
    Clerk {
        /// Who.
        by: String,
    },
}

/// An answer as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What.
    pub word: Word,
    /// About which accounts; empty means all that the letter speaks of, where that is allowed.
    pub accounts: Vec<AccountId>,
    /// By which way.
    pub way: Way,
    /// Where the post can be seen; may be empty.
    pub url: String,
    /// Free words; may be empty.
    pub note: String,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Kept; nothing follows from it.
    Noted,
    /// The account is being looked at.
    Looking,
    /// The post was found.
    Found,
    /// It waits for the clerk.
    Open,
    /// A newer answer of the same kind stands in its place.
    Replaced,
    /// A named clerk has dealt with it.
    Settled,
}

impl State {
    /// All of them.
    pub const ALL: [State; 6] =
        [State::Noted, State::Looking, State::Found, State::Open, State::Replaced, State::Settled];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            State::Noted => "noted",
            State::Looking => "looking",
            State::Found => "found",
            State::Open => "open",
            State::Replaced => "replaced",
            State::Settled => "settled",
        }
    }

    /// What a person reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            State::Noted => "已记录",
            State::Looking => "正在核实",
            State::Found => "已看到更新",
            State::Open => "待人工核实",
            State::Replaced => "另有新的回复",
            State::Settled => "已处理",
        }
    }

    /// The value of that word.
    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// The address of a post as somebody has typed it: `Some` when it has the form of one. Nothing is
/// fetched from it, and it counts for nothing.
pub fn plausible_url(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = ["https://", "http://"].iter().find_map(|scheme| strip_scheme(text, scheme))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fine = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\'' | '\\' | '`');
    let named = host.contains('.') && !host.starts_with('.') && !host.contains('@');
    (named && text.chars().count() <= LONGEST && text.chars().all(fine)).then(|| text.to_owned())
}

fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_post_looks_like_one() {
        for fine in ["https://weibo.com/1/AbC", " http://mp.weixin.qq.com/s?__biz=x&mid=1 ", "HTTPS://v.douyin.com/x/"]
        {
            assert_eq!(plausible_url(fine).as_deref(), Some(fine.trim()), "{fine}");
        }
        let long = format!("https://weibo.com/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "javascript:alert(1)",
            "weibo.com/1",
            "https://",
            "https://localhost/x",
            "https://a@weibo.com/",
            "https://weibo.com/\"onx",
            "https://weibo.com/<x>",
            "https://weibo.com/a b",
            "ftp://weibo.com/",
            "见附件",
            long.as_str(),
        ] {
            assert_eq!(plausible_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for word in Word::ALL {
            assert_eq!((Word::from_word(word.word()), Word::from_chinese(word.chinese())), (Some(word), Some(word)));
        }
        assert!(State::ALL.into_iter().all(|state| State::from_word(state.word()) == Some(state)));
    }
}
