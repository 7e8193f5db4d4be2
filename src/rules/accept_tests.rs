//! When a strange answer comes to be believed.

use super::*;
use crate::domain::{Kinds, PostKind, Reach, Strength, When};
use cuigeng_adapters::RawPost;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn row(time: &str) -> RawPost {
    RawPost {
        id: Some(time.to_owned()),
        push: None,
        when: When::At(at(time)),
        title: String::new(),
        url: None,
        author: None,
        pinned: false,
        kind: PostKind::Post,
        visible: true,
        repost: false,
    }
}

fn strange(class: Class, reason: &str, rows: Vec<RawPost>) -> Seen {
    let reach =
        Reach { from: Moment::MIN, until: at("2022-06-10 12:00"), sees: Kinds::POST, strength: Strength::Strong };
    Seen { withheld: vec![reach], rows, ..Seen::failed(Failure::new(class, "").because(reason)) }
}

fn past(time: &str, outcome: &str, reason: &str, newest: Option<&str>) -> PastLook {
    PastLook { at: at(time), outcome: outcome.to_owned(), reason: reason.to_owned(), newest: newest.map(at) }
}

const WELL: Circumstances = Circumstances { ends_lists: true, others_healthy: true };

fn ends(history: &[PastLook], seen: Seen, circumstances: Circumstances) -> (Outcome, usize) {
    let seen = believe(history, seen, at("2022-06-10 12:00"), circumstances);
    let outcome = match seen.outcome {
        Outcome::Failed(failure) => Outcome::Failed(Failure::new(failure.class, "").because(&failure.reason)),
        other => other,
    };
    (outcome, seen.reaches.len())
}

fn still(class: Class, reason: &str) -> (Outcome, usize) {
    (Outcome::Failed(Failure::new(class, "").because(reason)), 0)
}

#[test]
fn going_back_is_believed_when_an_hour_later_agrees() {
    let seen = || strange(Class::Blocked, "went_back", vec![row("2022-06-01 09:00")]);
    let before = |time: &str, newest: &str| [past(time, "blocked", "went_back", Some(newest))];
    assert_eq!(ends(&[], seen(), WELL), still(Class::Blocked, "went_back"));
    assert_eq!(ends(&before("2022-06-10 11:01", "2022-06-01 09:00"), seen(), WELL), still(Class::Blocked, "went_back"));
    assert_eq!(ends(&before("2022-06-10 11:00", "2022-06-01 09:00"), seen(), WELL), (Outcome::Complete, 1));
    assert_eq!(ends(&before("2022-06-10 11:00", "2022-06-02 09:00"), seen(), WELL), still(Class::Blocked, "went_back"));
    let interrupted = [
        past("2022-06-10 11:30", "complete", "", None),
        past("2022-06-10 09:00", "blocked", "went_back", Some("2022-06-01 09:00")),
    ];
    assert_eq!(ends(&interrupted, seen(), WELL), still(Class::Blocked, "went_back"));
}

#[test]
fn emptiness_is_believed_the_third_time_over_six_hours() {
    let seen = || strange(Class::Blocked, "empty_unexpected", vec![]);
    let empty = |time: &str| past(time, "blocked", "empty_unexpected", None);
    let long = [empty("2022-06-10 09:00"), empty("2022-06-10 06:00")];
    let short = [empty("2022-06-10 11:00"), empty("2022-06-10 07:00")];
    assert_eq!(ends(&long, seen(), WELL), (Outcome::Complete, 1));
    assert_eq!(ends(&short, seen(), WELL), still(Class::Blocked, "empty_unexpected"));
    assert_eq!(ends(&long[..1], seen(), WELL), still(Class::Blocked, "empty_unexpected"));
    for circumstances in [Circumstances { ends_lists: false, ..WELL }, Circumstances { others_healthy: false, ..WELL }]
    {
        assert_eq!(ends(&long, seen(), circumstances), still(Class::Blocked, "empty_unexpected"));
    }
}

#[test]
fn gone_needs_two_looks() {
    let seen = || strange(Class::Gone, "", vec![]);
    assert_eq!(ends(&[], seen(), WELL), still(Class::Transient, "gone_once"));
    assert_eq!(
        ends(&[past("2022-06-10 11:00", "complete", "", None)], seen(), WELL),
        still(Class::Transient, "gone_once")
    );
    assert_eq!(ends(&[past("2022-06-10 11:00", "transient", "gone_once", None)], seen(), WELL), still(Class::Gone, ""));
    assert_eq!(ends(&[past("2022-06-10 11:00", "gone", "", None)], seen(), WELL), still(Class::Gone, ""));
}

#[test]
fn no_repetition_makes_a_captcha_an_empty_list() {
    let seen = || strange(Class::Blocked, "captcha", vec![]);
    let history: Vec<PastLook> =
        (0..9).map(|h| past(&format!("2022-06-10 0{h}:00"), "blocked", "captcha", None)).rev().collect();
    assert_eq!(ends(&history, seen(), WELL), still(Class::Blocked, "captcha"));
}
