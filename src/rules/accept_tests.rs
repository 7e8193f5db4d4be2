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

const WELL: Circumstances = Circumstances { ends_lists: true, others_healthy: true, others_strange: false };

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
fn what_looks_strange_for_others_too_is_never_believed() {
    let ill = Circumstances { others_strange: true, ..WELL };
    let back = strange(Class::Blocked, "went_back", vec![row("2022-06-01 09:00")]);
    let agree = [past("2022-06-10 09:00", "blocked", "went_back", Some("2022-06-01 09:00"))];
    assert_eq!(ends(&agree, back.clone(), WELL), (Outcome::Complete, 1));
    assert_eq!(ends(&agree, back, ill), still(Class::Blocked, "went_back"));
    let empty = |time: &str| past(time, "blocked", "empty_unexpected", None);
    let long = [empty("2022-06-10 09:00"), empty("2022-06-10 06:00")];
    let seen = strange(Class::Blocked, "empty_unexpected", vec![]);
    assert_eq!(ends(&long, seen, ill), still(Class::Blocked, "empty_unexpected"));
}

/// A weak source un-counts nothing, so what it has lost stays known and every answer looks strange.
#[test]
fn what_was_believed_once_is_believed_again() {
    let back = strange(Class::Blocked, "went_back", vec![row("2022-06-01 09:00")]);
    let before = |newest: &str| [past("2022-06-10 10:00", "complete", "", Some(newest))];
    assert_eq!(ends(&before("2022-06-01 09:00"), back.clone(), WELL), (Outcome::Complete, 1));
    assert_eq!(ends(&before("2022-06-08 09:00"), back, WELL), still(Class::Blocked, "went_back"));
    let empty = strange(Class::Blocked, "empty_unexpected", vec![]);
    let complete = |time: &str| past(time, "complete", "", None);
    let believed = [complete("2022-06-10 10:00"), past("2022-06-10 06:00", "blocked", "empty_unexpected", None)];
    assert_eq!(ends(&believed, empty.clone(), WELL), (Outcome::Complete, 1));
    let never = [complete("2022-06-10 10:00"), complete("2022-06-10 06:00")];
    assert_eq!(ends(&never, empty, WELL), still(Class::Blocked, "empty_unexpected"));
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
