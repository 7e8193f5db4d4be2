//! Silences: what they keep from being said is counted once, stays visible, and is said when they end.

use super::*;
use crate::config::parse;
use crate::domain::SourceRef;
use crate::silence::{Scope, Silence};
use cuigeng_adapters::{Class, Failure, Outcome, Seen};
use std::path::Path;

fn add(kept: &Kept, scope: Scope, until: &str, until_recovered: bool) -> i64 {
    let new = Silence {
        id: 0,
        scope,
        name: "某".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: at("2022-06-23 08:00"),
        until: at(until),
        until_recovered,
        ended: None,
        hushed: 0,
    };
    kept.store.write(move |tx| silences::add(tx, &new)).unwrap()
}

fn hushed(kept: &Kept) -> i64 {
    kept.store.read(silences::list).unwrap().iter().map(|silence| silence.hushed).sum()
}

/// A letter that speaks of both accounts.
fn queue(kept: &Kept) -> i64 {
    let letter = reminder(&[ONE, AccountId(2)]);
    let now = at("2022-06-23 09:00");
    kept.store.write(move |tx| outbox::queue(tx, &letter, false, "x.example", now)).unwrap().unwrap()
}

#[test]
fn a_waiting_letter_loses_what_is_silenced_and_the_rest_is_said() {
    let kept = kept();
    let id = queue(&kept);
    add(&kept, Scope::Account(ONE), "2022-06-24 00:00", false);
    let drop = |kept: &Kept, now: &str| {
        let now = at(now);
        kept.store.write(move |tx| silences::drop_quiet(tx, id, "op@x.example", now)).unwrap()
    };
    for _ in 0..2 {
        let left = drop(&kept, "2022-06-23 09:05").unwrap();
        assert_eq!(left.iter().map(|mention| mention.account).collect::<Vec<_>>(), [AccountId(2)]);
    }
    assert_eq!(hushed(&kept), 1);
    let about = kept.store.read(|conn| silences::about(conn, ONE, 9)).unwrap();
    assert_eq!((about[0].reason.as_str(), about[0].by.as_str()), ("机房搬迁", "李四"));
    // The office of both: nothing is left to say.
    add(&kept, Scope::Office("某局".to_owned()), "2022-06-24 00:00", false);
    let why = drop(&kept, "2022-06-23 09:06").unwrap_err();
    assert!(why.contains("机房搬迁") && why.contains("李四"), "{why}");
    // After its time a silence keeps nothing back.
    let fresh = kept.store.read(|conn| silences::active(conn, at("2022-06-24 00:00"))).unwrap();
    assert_eq!(fresh, []);
}

#[test]
fn ended_by_a_person_once_and_audited() {
    let kept = kept();
    let id = add(&kept, Scope::Account(ONE), "2022-06-24 00:00", false);
    let end = |now: &str| {
        let now = at(now);
        kept.store.write(move |tx| silences::end(tx, id, "王五", now)).unwrap()
    };
    let before = kept.store.read(meta::last_audit).unwrap();
    assert_eq!([end("2022-06-23 10:00"), end("2022-06-23 10:01")], [true, false]);
    assert_eq!(kept.store.read(meta::last_audit).unwrap(), before + 1);
    let over = add(&kept, Scope::Account(ONE), "2022-06-24 00:00", false);
    assert!(!kept.store.write(move |tx| silences::end(tx, over, "王五", at("2022-06-24 00:00"))).unwrap());
}

fn look(kept: &Kept, time: &str, outcome: Outcome) {
    let seen = Seen { outcome, ..Seen::failed(Failure::new(Class::Auth, "")) };
    let now = at(time);
    kept.store.write(move |tx| looks::observe(tx, ONE, "微博", &seen, now)).unwrap();
}

fn tell(kept: &Kept, time: &str) -> usize {
    let config = parse("[sources.\"微博\"]\nkind = \"weibo\"\n", "config.toml", Path::new("")).unwrap();
    let now = at(time);
    kept.store
        .write(move |tx| {
            let accounts = accounts::all(tx)?;
            incidents::tell(tx, &config, &accounts, now)
        })
        .unwrap()
}

/// A store whose first account hangs on the source 微博, which refuses its login.
fn blind() -> Kept {
    let kept = kept();
    kept.store
        .write(|tx| {
            let mut account = accounts::one(tx, ONE)?.unwrap();
            account.sources = vec![SourceRef { source: "微博".to_owned(), key: "1".to_owned() }];
            accounts::save(tx, &account)
        })
        .unwrap();
    look(&kept, "2022-06-23 08:30", Outcome::Failed(Failure::new(Class::Auth, "login")));
    kept
}

#[test]
fn a_silenced_source_is_told_when_the_silence_ends() {
    let loud = blind();
    assert_eq!([tell(&loud, "2022-06-23 09:00"), tell(&loud, "2022-06-23 09:10")], [1, 0]);
    let kept = blind();
    add(&kept, Scope::Source("微博".to_owned()), "2022-06-24 00:00", false);
    assert_eq!([tell(&kept, "2022-06-23 09:00"), tell(&kept, "2022-06-23 09:10")], [0, 0]);
    assert_eq!(hushed(&kept), 1);
    assert_eq!([tell(&kept, "2022-06-24 00:00"), tell(&kept, "2022-06-24 00:10")], [1, 0]);
}

#[test]
fn a_source_that_recovers_ends_its_silence() {
    let kept = blind();
    add(&kept, Scope::Source("微博".to_owned()), "2022-07-24 00:00", true);
    tell(&kept, "2022-06-23 09:00");
    look(&kept, "2022-06-23 10:00", Outcome::Complete);
    tell(&kept, "2022-06-23 10:01");
    let silences = kept.store.read(silences::list).unwrap();
    assert_eq!(silences[0].ended.as_ref().map(|(at, _)| *at), Some(at("2022-06-23 10:01")));
    look(&kept, "2022-06-23 11:00", Outcome::Failed(Failure::new(Class::Auth, "login")));
    assert_eq!(tell(&kept, "2022-06-23 11:01"), 1);
}
