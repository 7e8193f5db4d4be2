//! The store against SQLite itself: every statement, every constraint, and what must survive.

mod by_hand;
mod constraints;
mod evidence;
mod letters;
mod outages;
mod quiet;
mod sheets;
mod united;
mod whole;

use super::*;
use crate::domain::{Account, AccountId, Moment, Platform, PostKind, When};
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
    Account {
        id: AccountId(0),
        name: name.to_owned(),
        platform: Platform::parse("新浪微博").0,
        handle: None,
        office: "某局".to_owned(),
        supervisor: String::new(),
        opened_on: None,
        states: Vec::new(),
        quotas: Vec::new(),
        sources: Vec::new(),
        contacts: Vec::new(),
        former_names: Vec::new(),
        position,
    }
}

pub(super) const ONE: AccountId = AccountId(1);

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
