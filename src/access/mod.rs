//! Who may come in by the pages: ranks, users, passwords ([`password`]) and the secrets that stand in
//! links and cookies ([`token`]). What is kept of them is `store/users.rs` and `store/sessions.rs`.

pub mod password;
pub mod token;

use crate::domain::Moment;
use cuigeng_adapters::time::{DAY, HOUR};

/// Seconds after which somebody must sign in again (operations.md "Pages").
pub const SESSION_S: i64 = 12 * HOUR;
/// Seconds for which a one-time link can be used.
pub const ONE_TIME_S: i64 = DAY;
/// Characters of a user's name.
pub const LONGEST_NAME: usize = 40;

/// What somebody may do (operations.md "Roles"); a greater one may do all that a lesser one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// 只读: sees everything, changes nothing.
    Reader,
    /// 操作员: looks, evidence, silences, letters.
    Operator,
    /// 管理员: everything.
    Admin,
}

impl Rank {
    /// All of them, the least first.
    pub const ALL: [Rank; 3] = [Rank::Reader, Rank::Operator, Rank::Admin];

    /// As people say it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Rank::Reader => "只读",
            Rank::Operator => "操作员",
            Rank::Admin => "管理员",
        }
    }

    /// As it is kept.
    pub const fn word(self) -> &'static str {
        match self {
            Rank::Reader => "reader",
            Rank::Operator => "operator",
            Rank::Admin => "admin",
        }
    }

    /// Either of the two.
    pub fn parse(text: &str) -> Option<Rank> {
        Rank::ALL.into_iter().find(|rank| rank.word() == text || rank.chinese() == text)
    }
}

/// Somebody who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: i64,
    /// The person's name, as the audit trail has it.
    pub name: String,
    /// What it may do.
    pub rank: Rank,
    /// It has chosen a password.
    pub has_password: bool,
    /// When it was made.
    pub made_at: Moment,
    /// Since when it may not come in.
    pub disabled_at: Option<Moment>,
}

impl User {
    /// It may come in once its password is right.
    pub fn may_sign_in(&self) -> bool {
        self.has_password && self.disabled_at.is_none()
    }

    /// Whether it may come in, as people say it.
    pub const fn standing(&self) -> &'static str {
        match (self.disabled_at.is_some(), self.has_password) {
            (true, _) => "已停用",
            (false, true) => "可以登录",
            (false, false) => "还没有设密码",
        }
    }
}

/// A name as it is kept, or what is wrong with it (Chinese).
///
/// # Errors
/// A sentence without its end, for whoever typed it.
pub fn name(text: &str) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("姓名不能是空的".to_owned());
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(is_unseen) {
        return Err(format!("姓名请写{LONGEST_NAME}字以内的文字，不带控制字符"));
    }
    Ok(name)
}

/// Control characters, and those that turn the direction of a line (UAX #9) or take no room.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_read_by_both_words_and_stand_in_order() {
        for rank in Rank::ALL {
            assert_eq!((Rank::parse(rank.word()), Rank::parse(rank.chinese())), (Some(rank), Some(rank)));
        }
        assert_eq!(Rank::parse("root"), None);
        assert!(Rank::Reader < Rank::Operator && Rank::Operator < Rank::Admin);
    }

    #[test]
    fn a_name_is_something_that_can_be_read() {
        assert_eq!(name("  张 　三 "), Ok("张 三".to_owned()));
        assert!(name(" \t").is_err() && name("张\u{202e}三").is_err() && name("张\u{0}三").is_err());
        assert!(name(&"长".repeat(LONGEST_NAME)).is_ok() && name(&"长".repeat(LONGEST_NAME + 1)).is_err());
    }
}
