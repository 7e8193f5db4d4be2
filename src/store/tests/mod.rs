//! The store against SQLite itself: every statement, every constraint, and what must survive.

mod answered;
mod audited;
mod by_hand;
mod constraints;
mod enclosed;
mod evidence;
mod letters;
mod outages;
mod quiet;
mod sheets;
mod touches;
mod united;
mod whole;

use super::*;
use crate::domain::{Account, AccountId, Moment, Platform, PostKind, Role, When};
use cuigeng_adapters::RawPost;

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) struct Kept {
    pub(super) store: Store,
    pub(super) dir: tempfile::TempDir,
}

/// A store with two accounts, numbers 1 and 2.
pub(super) fn kept() -> Kept {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store
        .write(|tx| {
            accounts::save(tx, &account("文明通许", 0))?;
            accounts::save(tx, &account("新区文化", 1))
        })
        .unwrap();
    Kept { store, dir }
}

pub(super) fn account(name: &str, position: i64) -> Account {
    Account { office: "某局".to_owned(), position, ..Account::new(name, Platform::parse("新浪微博").0) }
}

pub(super) const ONE: AccountId = AccountId(1);

/// A reminder of one week that speaks of these accounts.
pub(super) fn reminder(accounts: &[AccountId]) -> NewLetter {
    let mention = |account: &AccountId| Mention {
        account: *account,
        rule: "weekly".to_owned(),
        anchor: "2022-06-20".parse().unwrap(),
        stage: "week4".to_owned(),
        revision: None,
    };
    NewLetter {
        kind: LetterKind::Reminder,
        recipient: "op@x.example".to_owned(),
        role: Role::Operator,
        slot: at("2022-06-23 09:00"),
        not_before: at("2022-06-23 09:00"),
        not_after: Some(at("2022-06-27 00:00")),
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        mentions: accounts.iter().map(mention).collect(),
        reason: String::new(),
    }
}

pub(super) fn row(id: Option<&str>, time: &str, title: &str) -> RawPost {
    RawPost {
        id: id.map(str::to_owned),
        push: None,
        when: When::At(at(time)),
        title: title.to_owned(),
        url: None,
        author: None,
        pinned: false,
        kind: PostKind::Post,
        visible: true,
        repost: false,
    }
}
