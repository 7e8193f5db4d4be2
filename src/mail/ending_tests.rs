//! The retry clock.

use super::*;
use crate::domain::Role;
use crate::mail::classify::Phase;
use crate::store::{LetterKind, Repeated};

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn letter(id: i64, attempts: i64) -> LetterRow {
    let now = at("2026-07-23 09:00");
    LetterRow {
        id,
        kind: LetterKind::Reminder,
        recipient: "a@x.example".to_owned(),
        role: Role::Operator,
        slot: now,
        not_before: now,
        not_after: Some(at("2026-07-27 00:00")),
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        reason: String::new(),
        trial: false,
        state: LetterState::Queued,
        message_id: String::new(),
        rfc822: None,
        attempts,
        next_try: now,
        dot_armed_at: None,
        sent_at: None,
        class: String::new(),
        reply_code: None,
        reply_text: String::new(),
        created_at: now,
        doubted: false,
        repeated: Repeated::default(),
    }
}

fn wait_min(class: MailClass, id: i64, attempts: i64) -> f64 {
    let now = at("2026-07-23 09:00");
    let next = retry(&letter(id, attempts), (class, Wait::Usual), None, String::new(), now).next_try.unwrap();
    next.since(now) as f64 / 60.0
}

#[test]
fn a_fifth_more_or_less_by_the_letters_number() {
    for (attempts, minutes) in [(1, 5.0), (2, 15.0), (3, 30.0), (4, 60.0), (40, 60.0)] {
        let waits: Vec<f64> = (1..200).map(|id| wait_min(MailClass::Transient, id, attempts)).collect();
        assert!(waits.iter().all(|wait| (minutes * 0.79..=minutes * 1.21).contains(wait)), "{waits:?}");
        let (least, most) = waits.iter().fold((f64::MAX, 0.0_f64), |(a, b), w| (a.min(*w), b.max(*w)));
        assert!(least < minutes * 0.85 && most > minutes * 1.15, "{attempts}: {least} {most}");
        assert_eq!(wait_min(MailClass::Transient, 7, attempts), wait_min(MailClass::Transient, 7, attempts));
    }
    assert!((1..50).all(|id| (1.0..=1.21).contains(&wait_min(MailClass::Transient, id, 0))));
    assert!((1..50).all(|id| wait_min(MailClass::Throttled, id, 0) >= 30.0));
}

#[test]
fn never_past_the_letters_own_deadline() {
    let now = at("2026-07-26 23:40");
    for attempts in 0..50 {
        let ending = retry(&letter(3, attempts), (MailClass::Transient, Wait::Usual), None, String::new(), now);
        let next = ending.next_try.unwrap();
        assert!(now < next && next <= at("2026-07-27 00:00"), "{attempts}: {next}");
    }
    let endless = LetterRow { not_after: None, ..letter(3, 9) };
    assert!(
        retry(&endless, (MailClass::Transient, Wait::Usual), None, String::new(), now).next_try.unwrap()
            > at("2026-07-27 00:00")
    );
}

#[test]
fn what_stops_the_queue_leaves_the_letter_where_it_is() {
    let now = at("2026-07-23 09:00");
    for class in [MailClass::Auth, MailClass::Config] {
        let attempt = Attempt { class, phase: Phase::Auth, reply: None, told: "x".to_owned(), trouble: "x".to_owned() };
        let ending = ending(&letter(1, 0), &attempt, Preset::Custom, now);
        assert_eq!((ending.state, ending.next_try), (LetterState::Queued, Some(now)));
    }
}
