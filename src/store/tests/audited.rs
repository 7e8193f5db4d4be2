//! The audit trail is a chain that only grows; users, links and sessions.

use super::*;
use crate::access::token::Token;
use crate::access::{ONE_TIME_S, Rank, SESSION_S, User};

const PHC: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo";

fn now() -> Moment {
    at("2026-07-20 09:00")
}

/// Somebody of that rank with a password.
fn joined(kept: &Kept, name: &'static str, rank: Rank) -> User {
    let id = kept.store.write(move |tx| users::add(tx, name, rank, "甲", now())).unwrap().unwrap();
    let user = kept.store.read(|conn| users::one(conn, id)).unwrap().unwrap();
    let same = user.clone();
    kept.store.write(move |tx| users::set_password(tx, &same, PHC, ("甲", ""), now())).unwrap();
    User { has_password: true, ..user }
}

fn signed_in(kept: &Kept, user: &User) -> String {
    let (user, hash) = (user.clone(), Token::random().unwrap().hash());
    let same = hash.clone();
    kept.store.write(move |tx| sessions::begin(tx, &user, (&same, ""), "10.0.0.1", now())).unwrap();
    hash
}

fn lasts(kept: &Kept, session: &str, at: Moment) -> bool {
    kept.store.read(|conn| sessions::owner(conn, session, at)).unwrap().is_some()
}

#[test]
fn the_trail_is_a_chain_that_shows_every_change() {
    for (change, broken) in [
        ("", None),
        ("UPDATE audit SET who = '乙' WHERE id = 2", Some(2)),
        ("UPDATE audit SET detail = 'x' WHERE id = 1", Some(1)),
        ("UPDATE audit SET hash = '' WHERE id = 2", Some(2)),
        ("DELETE FROM audit WHERE id = 2", Some(3)),
        ("INSERT INTO audit (id, at, who, what, detail, hash) VALUES (4, 9, '乙', 'mode', '', 'x')", Some(4)),
    ] {
        let kept = kept();
        for n in ["一", "二", "三"] {
            kept.store.write(move |tx| meta::audit(tx, now(), "甲", "mode", n)).unwrap();
        }
        let conn = Connection::open(kept.dir.path().join("cuigeng.db")).unwrap();
        if change.contains("UPDATE") || change.contains("DELETE") {
            assert!(conn.execute_batch(change).unwrap_err().to_string().contains("only grows"), "{change}");
        }
        conn.execute_batch("DROP TRIGGER audit_stands; DROP TRIGGER audit_stays").unwrap();
        conn.execute_batch(change).unwrap();
        let trail = kept.store.read(audit::examine).unwrap();
        assert_eq!(trail.broken, broken, "{change}");
        assert!(trail.entries >= 3 && !trail.last.is_empty() && trail.last.len() <= 64);
    }
}

#[test]
fn a_chain_followed_before_is_followed_on_and_from_the_beginning_where_it_was_cut() {
    let kept = kept();
    let deed = |n: &'static str| kept.store.write(move |tx| meta::audit(tx, now(), "甲", "mode", n)).unwrap();
    let follow = |known: Option<audit::Proven>| kept.store.read(|conn| audit::follow(conn, known)).unwrap();
    ["一", "二", "三"].into_iter().for_each(deed);
    let known = follow(None);
    assert_eq!(known.trail.entries, 3);
    deed("四");
    let on = follow(Some(known.clone()));
    assert_eq!(on, follow(None));
    assert_eq!((on.trail.entries, on.trail.broken), (4, None));
    let conn = Connection::open(kept.dir.path().join("cuigeng.db")).unwrap();
    conn.execute_batch("DROP TRIGGER audit_stands; DROP TRIGGER audit_stays").unwrap();
    // A new entry that does not follow is found at once, and an end that was cut off or replaced.
    conn.execute_batch("UPDATE audit SET who = '乙' WHERE id = 4").unwrap();
    assert_eq!(follow(Some(known.clone())).trail.broken, Some(4));
    conn.execute_batch("UPDATE audit SET hash = 'x' WHERE id = 3").unwrap();
    assert_eq!(follow(Some(known)).trail.broken, Some(3));
}

#[test]
fn what_is_older_than_the_chain_is_covered_by_its_first_entry() {
    let kept = kept();
    let conn = Connection::open(kept.dir.path().join("cuigeng.db")).unwrap();
    let old = "INSERT INTO audit (at, who, what, detail) VALUES (1, '甲', 'mode', 'live'), (2, '甲', 'mode', 'trial')";
    conn.execute_batch(old).unwrap();
    assert_eq!(kept.store.read(audit::examine).unwrap().broken, None, "no chain yet");
    kept.store.write(|tx| meta::audit(tx, now(), "乙", "mode", "live")).unwrap();
    let whole = kept.store.read(audit::examine).unwrap();
    assert_eq!((whole.entries, whole.broken), (3, None));
    conn.execute_batch("DROP TRIGGER audit_stands; UPDATE audit SET who = '丙' WHERE id = 1").unwrap();
    assert_eq!(kept.store.read(audit::examine).unwrap().broken, Some(3));
}

#[test]
fn signing_in_is_audited_but_is_no_deed_that_changes_evidence() {
    let kept = kept();
    let user = joined(&kept, "张三", Rank::Operator);
    let (before, deeds) = kept.store.read(|conn| Ok((meta::last_audit(conn)?, meta::last_deed(conn)?))).unwrap();
    signed_in(&kept, &user);
    let after = kept.store.read(|conn| Ok((meta::last_audit(conn)?, meta::last_deed(conn)?))).unwrap();
    assert_eq!(after, (before + 1, deeds));
    kept.store.write(|tx| meta::audit(tx, now(), "张三", "post.strike", "x")).unwrap();
    assert_eq!(kept.store.read(meta::last_deed).unwrap(), before + 2);
}

#[test]
fn a_session_ends_by_time_by_its_owner_and_by_every_change_of_the_user() {
    let kept = kept();
    let (boss, user) = (joined(&kept, "李四", Rank::Admin), joined(&kept, "张三", Rank::Operator));
    let session = signed_in(&kept, &user);
    assert!(lasts(&kept, &session, now()) && lasts(&kept, &session, now().plus(SESSION_S - 1)));
    assert!(!lasts(&kept, &session, now().plus(SESSION_S)));
    assert!(!lasts(&kept, &session, now().plus(-1)), "a clock that was set back opens no door");
    let (own, other, bosses) = (signed_in(&kept, &user), signed_in(&kept, &user), signed_in(&kept, &boss));
    let (same, hash) = (user.clone(), own.clone());
    kept.store.write(move |tx| users::set_password(tx, &same, PHC, ("张三", &hash), now())).unwrap();
    assert_eq!([&own, &other, &session, &bosses].map(|one| lasts(&kept, one, now())), [true, false, false, true]);
    let same = user.clone();
    kept.store.write(move |tx| users::disable(tx, &same, true, "李四", now())).unwrap().unwrap();
    assert_eq!([&own, &bosses].map(|one| lasts(&kept, one, now())), [false, true]);
    let (owner, hash) = (boss, bosses.clone());
    kept.store.write(move |tx| sessions::end(tx, &owner, &hash, now())).unwrap();
    assert!(!lasts(&kept, &bosses, now()));
}

#[test]
fn the_last_administrator_stays_one() {
    let kept = kept();
    let boss = joined(&kept, "李四", Rank::Admin);
    let lower = |user: User| kept.store.write(move |tx| users::set_rank(tx, &user, Rank::Reader, "甲", now())).unwrap();
    let close = |user: User| kept.store.write(move |tx| users::disable(tx, &user, true, "甲", now())).unwrap();
    assert!(lower(boss.clone()).unwrap_err().contains("最后一个管理员") && close(boss.clone()).is_err());
    // Somebody who has chosen no password yet cannot come in, so he does not count.
    kept.store.write(|tx| users::add(tx, "王五", Rank::Admin, "甲", now())).unwrap().unwrap();
    assert!(close(boss.clone()).is_err());
    joined(&kept, "张三", Rank::Admin);
    assert_eq!(close(boss), Ok(()));
    assert!(kept.store.read(users::has_admin).unwrap());
}

#[test]
fn a_one_time_link_is_used_once_in_its_time_and_the_newest_alone() {
    let kept = kept();
    let invite = |user: Option<i64>| {
        let hash = Token::random().unwrap().hash();
        let same = hash.clone();
        kept.store.write(move |tx| users::invite(tx, user, &same, now(), now().plus(ONE_TIME_S))).unwrap();
        hash
    };
    let accept = |hash: &str, name: &'static str, at: Moment| {
        let hash = hash.to_owned();
        kept.store.write(move |tx| users::accept(tx, &hash, name, PHC, at)).unwrap()
    };
    let (old, new) = (invite(None), invite(None));
    assert!(accept(&old, "李四", now()).is_err() && accept(&new, "李四", now().plus(ONE_TIME_S)).is_err());
    let boss = accept(&new, "李四", now()).unwrap();
    assert_eq!((boss.rank, boss.name.as_str(), boss.may_sign_in()), (Rank::Admin, "李四", true));
    assert!(accept(&new, "王五", now()).is_err());
    assert!(accept(&invite(None), "王五", now()).is_err(), "there is an administrator");
    let user = joined(&kept, "张三", Rank::Reader);
    let (session, link) = (signed_in(&kept, &user), invite(Some(user.id)));
    assert_eq!(accept(&link, "别的名字", now()).unwrap().name, "张三");
    assert!(!lasts(&kept, &session, now()) && accept(&link, "张三", now()).is_err());
    let (link, same) = (invite(Some(user.id)), user.clone());
    kept.store.write(move |tx| users::disable(tx, &same, true, "李四", now())).unwrap().unwrap();
    assert!(accept(&link, "张三", now()).is_err());
}

#[test]
fn an_office_has_one_link_at_a_time() {
    let kept = kept();
    let offer = |hash: &'static str| kept.store.write(move |tx| users::offer(tx, "某局", hash, "甲", now())).unwrap();
    let whose = |hash: &'static str| kept.store.read(|conn| users::offered(conn, hash)).unwrap();
    offer("a");
    assert_eq!(whose("a").as_deref(), Some("某局"));
    offer("b");
    assert_eq!((whose("a"), whose("b").as_deref()), (None, Some("某局")));
    assert_eq!(kept.store.read(users::offers).unwrap().len(), 1);
    assert!(kept.store.write(|tx| users::revoke(tx, "某局", "甲", now())).unwrap());
    assert_eq!(whose("b"), None);
    assert!(!kept.store.write(|tx| users::revoke(tx, "某局", "甲", now())).unwrap());
}
