//! Matching, merging, disappearing: DESIGN §5 against the tables.

use super::*;
use crate::domain::{Kinds, Reach, Strength, WatchOrigin};
use cuigeng_adapters::{Class, Failure, Outcome, Seen};

fn sight(kept: &Kept, source: &'static str, rows: &[RawPost]) -> posts::Sighted {
    let rows = rows.to_vec();
    kept.store.write(move |tx| posts::sight(tx, ONE, source, &rows, at("2022-06-08 09:00"))).unwrap()
}

fn all(kept: &Kept) -> Vec<crate::domain::Post> {
    kept.store.read(|conn| posts::of_account(conn, ONE, Moment::MIN, Moment::MAX)).unwrap()
}

#[test]
fn matching_between_and_within_sources() {
    let a = |id, time, title| row(id, time, title);
    for (what, first, second, source, posts) in [
        (
            "the same id, another source",
            a(Some("1"), "2022-06-07 09:00", "x"),
            a(Some("1"), "2022-06-07 12:00", "y"),
            "b",
            1,
        ),
        (
            "another id, same time and title",
            a(Some("1"), "2022-06-07 09:00", "x"),
            a(Some("2"), "2022-06-07 09:00", "x"),
            "b",
            2,
        ),
        (
            "no id, 60 s, same title, another source",
            a(Some("1"), "2022-06-07 09:00", "x"),
            a(None, "2022-06-07 09:01", "x"),
            "b",
            1,
        ),
        ("no id, 61 s", a(Some("1"), "2022-06-07 09:00", "x"), a(None, "2022-06-07 09:01:01", "x"), "b", 2),
        ("no id, other title", a(Some("1"), "2022-06-07 09:00", "x"), a(None, "2022-06-07 09:00", "y"), "b", 2),
        ("no id, no title", a(Some("1"), "2022-06-07 09:00", ""), a(None, "2022-06-07 09:00", ""), "b", 2),
        ("no id, same source, 60 s apart", a(None, "2022-06-07 09:00", "x"), a(None, "2022-06-07 09:01", "x"), "a", 2),
        ("the same again, same source", a(None, "2022-06-07 09:00", "x"), a(None, "2022-06-07 09:00", "x"), "a", 1),
    ] {
        let kept = kept();
        sight(&kept, "a", &[first]);
        sight(&kept, source, &[second]);
        assert_eq!(all(&kept).len(), posts, "{what}");
    }
}

#[test]
fn two_equal_rows_of_one_file_are_two_updates_and_the_file_again_is_none() {
    let kept = kept();
    let file = [row(None, "2022-06-07 09:00", "x"), row(None, "2022-06-07 09:00", "x")];
    assert_eq!(sight(&kept, "导入", &file), posts::Sighted { new: 2, known: 0 });
    assert_eq!(sight(&kept, "导入", &file), posts::Sighted { new: 0, known: 2 });
    let linked = RawPost { url: Some("https://x.example/1".to_owned()), ..row(None, "2022-06-08 09:00", "y") };
    assert_eq!(sight(&kept, "导入", &[linked.clone(), linked]).new, 1);
    assert_eq!(all(&kept).len(), 3);
}

#[test]
fn the_statistic_gives_the_date_and_the_first_instant_the_hour() {
    let day = |date: &str| RawPost { when: When::Day(date.parse().unwrap()), ..row(Some("1"), "2022-06-07 00:00", "") };
    for (first, second) in [
        (day("2022-06-07"), row(Some("1"), "2022-06-08 10:30", "")),
        (row(Some("1"), "2022-06-08 10:30", ""), day("2022-06-07")),
    ] {
        let kept = kept();
        sight(&kept, "a", &[first]);
        sight(&kept, "b", &[second]);
        assert_eq!(all(&kept)[0].when, When::At(at("2022-06-07 10:30")));
        sight(&kept, "b", &[row(Some("1"), "2022-06-09 11:00", "")]);
        assert_eq!(all(&kept)[0].when, When::At(at("2022-06-07 10:30")), "the first stored instant stays");
    }
}

fn reach(from: &str, until: &str) -> Reach {
    Reach { from: at(from), until: at(until), sees: Kinds::POST, strength: Strength::Strong }
}

fn look(kept: &Kept, source: &'static str, time: &str, outcome: Outcome, rows: &[RawPost], from: &str) {
    let reaches = if matches!(outcome, Outcome::Failed(_)) { Vec::new() } else { vec![reach(from, time)] };
    let seen = Seen { outcome, reaches, rows: rows.to_vec(), ..Seen::failed(Failure::new(Class::Malformed, "")) };
    let now = at(time);
    kept.store.write(move |tx| looks::observe(tx, ONE, source, &seen, now)).unwrap();
}

fn gone(kept: &Kept) -> Vec<(bool, bool)> {
    all(kept).iter().flat_map(|p| p.sightings.iter().map(|s| (s.missed_at.is_some(), s.gone_at.is_some()))).collect()
}

#[test]
fn a_post_is_gone_after_two_complete_looks_of_the_source_that_showed_it() {
    let kept = kept();
    let post = [row(Some("1"), "2022-06-07 09:00", "x")];
    let complete = |time, rows: &[RawPost], from| look(&kept, "a", time, Outcome::Complete, rows, from);
    complete("2022-06-07 10:00", &post, "2022-06-01 00:00");
    look(&kept, "a", "2022-06-07 11:00", Outcome::Partial, &[], "2022-06-01 00:00");
    look(&kept, "b", "2022-06-07 11:30", Outcome::Complete, &[], "2022-06-01 00:00");
    complete("2022-06-07 12:00", &[], "2022-06-07 09:00:01");
    assert_eq!(gone(&kept), [(false, false)], "partial, another source, or a reach that ends before it");
    complete("2022-06-07 13:00", &[], "2022-06-01 00:00");
    assert_eq!(gone(&kept), [(true, false)]);
    complete("2022-06-07 14:00", &post, "2022-06-01 00:00");
    assert_eq!(gone(&kept), [(false, false)], "it is back");
    complete("2022-06-07 15:00", &[], "2022-06-01 00:00");
    complete("2022-06-07 16:00", &[], "2022-06-01 00:00");
    assert_eq!(gone(&kept), [(true, true)]);
    let newest = kept
        .store
        .read(|conn| Ok((posts::newest(conn, Moment::MAX)?, posts::newest_of(conn, ONE, Moment::MAX)?)))
        .unwrap();
    assert!(newest.0.is_empty() && newest.1.is_none());
}

#[test]
fn hidden_later_is_a_disappearance_and_not_a_loss_at_once() {
    let kept = kept();
    let shown = row(Some("1"), "2022-06-07 09:00", "x");
    let hidden = RawPost { visible: false, ..shown.clone() };
    look(&kept, "a", "2022-06-07 10:00", Outcome::Complete, &[shown], "2022-06-01 00:00");
    look(&kept, "a", "2022-06-07 11:00", Outcome::Complete, std::slice::from_ref(&hidden), "2022-06-01 00:00");
    assert!(all(&kept)[0].visible);
    assert_eq!(gone(&kept), [(true, false)]);
    let fresh = super::kept();
    look(&fresh, "a", "2022-06-07 11:00", Outcome::Complete, &[hidden], "2022-06-01 00:00");
    assert!(!all(&fresh)[0].visible, "deleted before anybody saw it");
}

#[test]
fn watches_failures_and_health() {
    let kept = kept();
    let post = [row(Some("1"), "2022-06-07 09:00", "x")];
    look(&kept, "a", "2022-06-07 10:00", Outcome::Complete, &post, "2022-06-01 00:00");
    look(&kept, "empty", "2022-06-07 10:00", Outcome::Complete, &[], "2022-06-01 00:00");
    look(
        &kept,
        "a",
        "2022-06-07 12:00",
        Outcome::Failed(Failure::new(Class::Blocked, "").because("captcha")),
        &[],
        "2022-06-01 00:00",
    );
    kept.store
        .write(|tx| {
            attest::attest(tx, ONE, at("2022-06-02 00:00"), at("2022-06-03 00:00"), "某人", at("2022-06-07 09:00"))
        })
        .unwrap();
    kept.store
        .read(|conn| {
            let (from, until) = (at("2022-06-01 00:00"), at("2022-06-08 00:00"));
            let watches = looks::watches(conn, from, until)?;
            assert_eq!(watches[&ONE], looks::watches_of(conn, ONE, from, until)?);
            let origins: Vec<_> = watches[&ONE].iter().map(|w| w.origin.clone()).collect();
            let source = |name: &str| WatchOrigin::Source(name.to_owned());
            assert_eq!(origins, [source("a"), source("empty"), WatchOrigin::Person("某人".to_owned())]);
            assert_eq!(watches[&ONE][2].reach.sees, Kinds::from_bits(7), "a person sees every kind");
            assert_eq!(looks::failures(conn, from, until)?[&ONE], looks::failures_of(conn, ONE, from, until)?);
            assert_eq!(looks::failures_of(conn, ONE, from, until)?[0].reason, "captcha");
            assert_eq!(looks::covered(conn, ONE, "a", from, Kinds::POST)?, [(from, at("2022-06-07 10:00"))]);
            assert!(!looks::healthy_since(conn, "a", ONE, from)?, "no other account was read");
            assert!(looks::healthy_since(conn, "a", AccountId(2), from)?);
            assert!(!looks::healthy_since(conn, "empty", AccountId(2), from)?, "an empty list is no sign of health");
            assert_eq!(looks::last_looks(conn)?[&(ONE, "a".to_owned())].outcome, "blocked");
            assert_eq!(looks::recent(conn, ONE, "a", 1)?[0].reason, "captcha");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_source_is_strange_as_long_as_its_last_answer_about_another_was() {
    let kept = kept();
    let failed = |class, reason: &str| Outcome::Failed(Failure::new(class, "").because(reason));
    let strange = |other: i64| {
        kept.store.read(|conn| looks::strange_since(conn, "a", AccountId(other), at("2022-06-06 00:00"))).unwrap()
    };
    for (time, outcome, is_strange) in [
        ("2022-06-05 10:00", failed(Class::Blocked, "went_back"), false),
        ("2022-06-07 10:00", failed(Class::Blocked, "captcha"), false),
        ("2022-06-07 11:00", failed(Class::Blocked, "stale"), true),
        ("2022-06-07 12:00", failed(Class::Blocked, "resting"), true),
        ("2022-06-07 13:00", Outcome::Complete, false),
        ("2022-06-07 14:00", failed(Class::Blocked, "went_back"), true),
    ] {
        look(&kept, "a", time, outcome, &[], "2022-06-01 00:00");
        assert_eq!((strange(2), strange(1)), (is_strange, false), "{time}");
    }
}

#[test]
fn an_attestation_stands_once_until_it_is_withdrawn() {
    let kept = kept();
    let say = |store: &Store| {
        store
            .write(|tx| {
                attest::attest(tx, ONE, at("2022-06-02 00:00"), at("2022-06-03 00:00"), "某人", at("2022-06-07 09:00"))
            })
            .unwrap()
    };
    let id = say(&kept.store);
    assert_eq!(say(&kept.store), id);
    assert!(kept.store.write(move |tx| attest::withdraw(tx, id, "某人", at("2022-06-07 10:00"))).unwrap());
    assert!(!kept.store.write(move |tx| attest::withdraw(tx, id, "某人", at("2022-06-07 10:00"))).unwrap());
    let watches = kept.store.read(|conn| looks::watches(conn, Moment::MIN, Moment::MAX)).unwrap();
    assert!(watches.is_empty());
    assert_ne!(say(&kept.store), id, "said anew");
}

#[test]
fn an_account_comes_back_as_it_was_kept() {
    let kept = kept();
    let mut rich = account("孙营网宣", 7);
    rich.handle = Some("gh_1".to_owned());
    rich.opened_on = "2020-02-29".parse().ok();
    rich.states =
        vec![crate::domain::StateChange { from: at("2022-01-01 00:00"), state: crate::domain::State::Closing }];
    rich.quotas = vec![(at("2022-01-01 00:00"), 1), (at("2022-02-07 00:00"), 2)];
    rich.sources = vec![crate::domain::SourceRef { source: "weibo".to_owned(), key: "1".to_owned() }];
    rich.contacts = vec![crate::domain::Contact { role: crate::domain::Role::Leader, email: "a@b.example".to_owned() }];
    rich.former_names = vec!["旧名".to_owned()];
    let given = rich.clone();
    let id = kept.store.write(move |tx| accounts::save(tx, &given)).unwrap();
    rich.id = id;
    let changed = Account { name: "新名".to_owned(), contacts: Vec::new(), ..rich.clone() };
    let back = |store: &Store| store.read(accounts::all).unwrap().into_iter().find(|a| a.id == id).unwrap();
    assert_eq!(back(&kept.store), rich);
    let given = changed.clone();
    kept.store.write(move |tx| accounts::save(tx, &given)).unwrap();
    assert_eq!(back(&kept.store), changed);
}

#[test]
fn a_file_again_doubles_nothing_after_it_was_united_with_another_source() {
    let bridge = |id: &'static str, time: &str, title: &str| RawPost {
        url: Some(format!("https://x.example/{id}")),
        ..row(Some(id), time, title)
    };
    let day = RawPost { when: When::Day("2022-06-07".parse().unwrap()), ..row(None, "2022-06-07 00:00", "y") };
    let file = [row(None, "2022-06-07 09:05", "x"), day, row(None, "2022-06-07 18:00", "z")];
    let looked = [bridge("1", "2022-06-07 09:05:37", "x"), bridge("2", "2022-06-07 10:30", "y")];
    for file_first in [true, false] {
        let kept = kept();
        if file_first {
            sight(&kept, "导入", &file);
        }
        sight(&kept, "b", &looked);
        sight(&kept, "导入", &file);
        assert_eq!(sight(&kept, "导入", &file), posts::Sighted { new: 0, known: 3 }, "{file_first}");
        assert_eq!(all(&kept).len(), 3, "{file_first}");
    }
}

#[test]
fn a_file_that_is_brought_again_with_its_ids_is_the_same_file() {
    let kept = kept();
    sight(&kept, "导入", &[row(None, "2022-06-07 09:05", "x"), row(None, "2022-06-07 09:05", "x")]);
    let mended = [row(Some("1"), "2022-06-07 09:05", "x"), row(Some("2"), "2022-06-07 09:05", "x")];
    assert_eq!(sight(&kept, "导入", &mended), posts::Sighted { new: 0, known: 2 });
    assert_eq!(sight(&kept, "导入", &[row(Some("3"), "2022-06-07 09:05", "x")]).new, 1, "a third id is a third post");
    let mut ids: Vec<_> = all(&kept).into_iter().filter_map(|post| post.ext_id).collect();
    ids.sort();
    assert_eq!(ids, ["1", "2", "3"]);
}

#[test]
fn what_is_struck_stays_struck_until_it_is_taken_back() {
    let kept = kept();
    let file = [row(Some("1"), "2022-06-07 09:05", "x")];
    sight(&kept, "导入", &file);
    let id = all(&kept)[0].id;
    let strike = |struck| kept.store.write(move |tx| posts::strike(tx, id, struck)).unwrap();
    let newest = || kept.store.read(|conn| posts::newest(conn, Moment::MAX)).unwrap();
    assert!(strike(true) && !strike(true));
    sight(&kept, "导入", &file);
    sight(&kept, "b", &file);
    assert!(all(&kept)[0].struck && !all(&kept)[0].counts_at(at("2022-06-13 09:00")) && newest().is_empty());
    assert!(strike(false) && !strike(false));
    assert!(all(&kept)[0].counts_at(at("2022-06-13 09:00")) && newest().len() == 1);
}
