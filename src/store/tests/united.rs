//! Two sources of one account, and how hard presence is to lose: the sentences of DESIGN §5 one by one.

use super::*;
use crate::domain::{Kinds, Post, Reach, Strength};
use cuigeng_adapters::{Class, Failure, Outcome, Seen};

fn all(kept: &Kept) -> Vec<Post> {
    kept.store.read(|conn| posts::of_account(conn, ONE, Moment::MIN, Moment::MAX)).unwrap()
}

fn sight(kept: &Kept, source: &'static str, rows: &[RawPost]) -> posts::Sighted {
    let rows = rows.to_vec();
    kept.store.write(move |tx| posts::sight(tx, ONE, source, &rows, at("2022-06-08 09:00"))).unwrap()
}

/// A complete look over June, as strong as that.
fn look(kept: &Kept, source: &'static str, time: &str, strength: Strength, rows: &[RawPost]) {
    let reach = Reach { from: at("2022-06-01 00:00"), until: at(time), sees: Kinds::POST, strength };
    let failed = Seen::failed(Failure::new(Class::Malformed, ""));
    let seen = Seen { outcome: Outcome::Complete, reaches: vec![reach], rows: rows.to_vec(), ..failed };
    let now = at(time);
    kept.store.write(move |tx| looks::observe(tx, ONE, source, &seen, now)).unwrap();
}

fn counts(kept: &Kept, check: &str) -> bool {
    all(kept)[0].counts_at(at(check))
}

const STRONG: Strength = Strength::Strong;
const WEAK: Strength = Strength::Weak;

#[test]
fn both_looks_must_lie_before_the_check() {
    let kept = kept();
    let post = [row(Some("1"), "2022-06-07 09:00", "x")];
    look(&kept, "a", "2022-06-08 09:00", STRONG, &post);
    look(&kept, "a", "2022-06-13 08:00", STRONG, &[]);
    assert!(counts(&kept, "2022-06-13 09:00"), "one look is none");
    look(&kept, "a", "2022-06-13 10:00", STRONG, &[]);
    assert!(counts(&kept, "2022-06-13 09:00"), "a later disappearance changes nothing");
    assert!(counts(&kept, "2022-06-13 10:00"), "at the check is not before it");
    assert!(!counts(&kept, "2022-06-20 09:00"));
}

#[test]
fn a_weak_look_never_uncounts() {
    let kept = kept();
    look(&kept, "bridge", "2022-06-08 09:00", WEAK, &[row(Some("1"), "2022-06-07 09:00", "x")]);
    for hour in 10..20 {
        look(&kept, "bridge", &format!("2022-06-08 {hour}:00"), WEAK, &[]);
    }
    assert!(counts(&kept, "2022-06-13 09:00"));
    let sightings = &all(&kept)[0].sightings;
    assert!(sightings.iter().all(|s| s.missed_at.is_none() && s.gone_at.is_none()), "{sightings:?}");
}

#[test]
fn what_another_source_still_shows_counts() {
    for other in ["b", "导入"] {
        let kept = kept();
        let post = [row(Some("1"), "2022-06-07 09:00", "x")];
        look(&kept, "a", "2022-06-08 09:00", STRONG, &post);
        sight(&kept, other, &post);
        for hour in 10..15 {
            look(&kept, "a", &format!("2022-06-08 {hour}:00"), STRONG, &[]);
        }
        assert!(counts(&kept, "2022-06-13 09:00"), "{other}");
        let gone = |source: &str| all(&kept)[0].sightings.iter().any(|s| s.source == source && s.gone_at.is_some());
        assert!(gone("a") && !gone(other));
    }
}

#[test]
fn an_attestation_or_a_failed_look_never_uncounts() {
    let kept = kept();
    look(&kept, "a", "2022-06-08 09:00", STRONG, &[row(Some("1"), "2022-06-07 09:00", "x")]);
    let attest = |time: &str| {
        let now = at(time);
        kept.store.write(move |tx| attest::attest(tx, ONE, at("2022-06-01 00:00"), now, "某人", now)).unwrap()
    };
    attest("2022-06-08 10:00");
    attest("2022-06-08 11:00");
    for hour in 12..16 {
        let failed = Seen::failed(Failure::new(Class::Gone, ""));
        let now = at(&format!("2022-06-08 {hour}:00"));
        kept.store.write(move |tx| looks::observe(tx, ONE, "a", &failed, now)).unwrap();
    }
    assert!(counts(&kept, "2022-06-13 09:00"));
}

#[test]
fn whoever_comes_first_lends_the_other_what_it_lacks() {
    let named = |time: &str| row(Some("1"), time, "防汛提示");
    let bare = |time: &str| row(None, time, "防汛提示");
    for (first, second) in [
        (named("2022-06-07 09:00:00"), bare("2022-06-07 09:00:59")),
        (bare("2022-06-07 09:00:59"), named("2022-06-07 09:00:00")),
    ] {
        let kept = kept();
        sight(&kept, "a", std::slice::from_ref(&first));
        assert_eq!(sight(&kept, "b", std::slice::from_ref(&second)), posts::Sighted { new: 0, known: 1 });
        let posts = all(&kept);
        assert_eq!((posts.len(), posts[0].ext_id.as_deref(), posts[0].when), (1, Some("1"), first.when));
        assert_eq!(posts[0].sightings.len(), 2);
        // From now on the id speaks, however the title or the time is changed.
        assert_eq!(sight(&kept, "c", &[row(Some("1"), "2022-06-08 20:00", "改过的标题")]).new, 0);
    }
}

#[test]
fn nothing_is_united_within_one_source_or_one_import() {
    for source in ["a", "导入"] {
        let kept = kept();
        let near = [row(None, "2022-06-07 09:00:00", "x"), row(None, "2022-06-07 09:00:30", "x")];
        assert_eq!(sight(&kept, source, &near[..1]).new, 1);
        assert_eq!(sight(&kept, source, &near[1..]).new, 1, "{source}: half a minute apart, another call");
        let kept = super::kept();
        assert_eq!(sight(&kept, source, &near).new, 2, "{source}: in one call");
    }
}
