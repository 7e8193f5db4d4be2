//! The outbox: once, in every legal state, and sorted out on start.

use super::*;
use crate::domain::Role;

fn letter(slot: &str, stages: &[&str]) -> NewLetter {
    let mention = |stage: &&str| Mention {
        account: ONE,
        rule: "weekly".to_owned(),
        anchor: "2022-06-20".parse().unwrap(),
        stage: (*stage).to_owned(),
        revision: None,
    };
    NewLetter {
        kind: LetterKind::Reminder,
        recipient: "op@x.example".to_owned(),
        role: Role::Operator,
        slot: at(slot),
        not_before: at(slot),
        not_after: Some(at("2022-06-27 00:00")),
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        mentions: stages.iter().map(mention).collect(),
        reason: String::new(),
    }
}

fn composed() -> Composed {
    Composed { subject: "主题".to_owned(), text: "正文".to_owned(), html: None, rfc822: b"bytes".to_vec() }
}

fn queue(kept: &Kept, letter: NewLetter) -> Option<i64> {
    kept.store.write(move |tx| outbox::queue(tx, &letter, false, "x.example", at("2022-06-23 09:00"))).unwrap()
}

fn show(kept: &Kept, id: i64) -> LetterRow {
    kept.store.read(move |conn| outbox::show(conn, id)).unwrap().unwrap()
}

#[test]
fn a_mention_rides_in_one_letter_only() {
    let kept = kept();
    let id = queue(&kept, letter("2022-06-23 09:00", &["week4"])).unwrap();
    assert_eq!(queue(&kept, letter("2022-06-23 09:00", &["week4"])), None);
    assert_eq!(queue(&kept, letter("2022-06-24 09:00", &["week4"])), None, "nor in a later one");
    assert_eq!(
        queue(&kept, letter("2022-06-23 09:00", &["week4", "week5"])),
        Some(id),
        "a waiting letter takes the new one in"
    );
    assert_eq!(kept.store.read(move |conn| outbox::mentions(conn, id)).unwrap().len(), 2);
    let spent = kept.store.read(|conn| outbox::spent(conn, false, at("2022-06-23 09:00"))).unwrap();
    assert_eq!(spent.len(), 2);
}

#[test]
fn a_slot_that_has_left_does_not_swallow_what_comes_later() {
    let kept = kept();
    let id = queue(&kept, letter("2022-06-23 09:00", &["week4"])).unwrap();
    send(&kept, id);
    let later = queue(&kept, letter("2022-06-23 09:00", &["week5"])).unwrap();
    assert_ne!(later, id);
    assert_eq!(show(&kept, later).slot, at("2022-06-23 09:00:01"));
    assert_ne!(show(&kept, later).message_id, show(&kept, id).message_id);
}

fn send(kept: &Kept, id: i64) {
    let now = at("2022-06-23 09:01");
    let sent = Ending {
        state: LetterState::Sent,
        class: "accepted".to_owned(),
        reply_code: Some(250),
        reply_text: "OK".to_owned(),
        next_try: None,
        reason: String::new(),
        repeat: String::new(),
    };
    kept.store
        .write(move |tx| {
            assert!(outbox::claim(tx, id, &composed(), now)?);
            outbox::arm(tx, id, now)?;
            outbox::finish(tx, id, &sent, now)
        })
        .unwrap();
}

#[test]
fn a_summary_exists_once_a_slot() {
    let kept = kept();
    let summary = || NewLetter { kind: LetterKind::Summary, mentions: Vec::new(), ..letter("2022-06-27 09:00", &[]) };
    assert!(queue(&kept, summary()).is_some());
    assert_eq!(queue(&kept, summary()), None);
}

#[test]
fn sent_is_final_and_counted() {
    let kept = kept();
    let id = queue(&kept, letter("2022-06-23 09:00", &["week4"])).unwrap();
    assert_eq!(
        kept.store.read(|conn| outbox::next_due(conn, at("2022-06-23 08:59"))).unwrap(),
        None,
        "not before its time"
    );
    assert_eq!(kept.store.read(|conn| outbox::next_due(conn, at("2022-06-23 09:00"))).unwrap().unwrap().id, id);
    send(&kept, id);
    let row = show(&kept, id);
    assert_eq!((row.state, row.sent_at, row.attempts), (LetterState::Sent, Some(at("2022-06-23 09:01")), 1));
    let again = kept.store.write(move |tx| outbox::claim(tx, id, &composed(), at("2022-06-23 10:00"))).unwrap();
    assert!(!again);
    kept.store.write(move |tx| outbox::end(tx, id, LetterState::Cancelled, "x")).unwrap();
    assert_eq!(show(&kept, id).state, LetterState::Sent);
    let count = kept
        .store
        .read(|conn| counts::count_sent(conn, LetterKind::Reminder, at("2022-06-20 00:00"), at("2022-06-27 00:00")))
        .unwrap();
    assert_eq!(count, 1);
}

#[test]
fn on_start_what_was_surely_not_sent_is_queued_and_the_rest_is_in_doubt() {
    let kept = kept();
    let now = at("2022-06-23 09:01");
    let unarmed = queue(&kept, letter("2022-06-23 09:00", &["week4"])).unwrap();
    let armed =
        queue(&kept, NewLetter { recipient: "b@x.example".to_owned(), ..letter("2022-06-23 09:00", &["week4"]) })
            .unwrap();
    kept.store
        .write(move |tx| {
            outbox::claim(tx, unarmed, &composed(), now)?;
            outbox::claim(tx, armed, &composed(), now)?;
            outbox::arm(tx, armed, now)
        })
        .unwrap();
    assert_eq!(kept.store.write(move |tx| outbox::reconcile(tx, now)).unwrap(), (1, 1));
    assert_eq!((show(&kept, unarmed).state, show(&kept, armed).state), (LetterState::Queued, LetterState::Doubtful));
    assert_eq!(show(&kept, armed).next_try, at("2022-06-23 09:11"));
    assert_eq!(
        kept.store.write(move |tx| outbox::reconcile(tx, now)).unwrap(),
        (0, 0),
        "a second start changes nothing"
    );
}

#[test]
fn a_dropped_mention_stays_spent() {
    let kept = kept();
    let id = queue(&kept, letter("2022-06-23 09:00", &["week4", "week5"])).unwrap();
    let first = kept.store.read(move |conn| outbox::mentions(conn, id)).unwrap().remove(0);
    kept.store.write(move |tx| outbox::drop_mention(tx, id, &first, "已更新")).unwrap();
    assert_eq!(kept.store.read(move |conn| outbox::mentions(conn, id)).unwrap().len(), 1);
    assert_eq!(kept.store.read(|conn| outbox::spent(conn, false, at("2022-06-23 09:00"))).unwrap().len(), 2);
}

#[test]
fn trial_letters_are_held_until_a_digest_tells_them() {
    let kept = kept();
    let id = queue(&kept, letter("2022-06-23 09:00", &["week4"])).unwrap();
    kept.store.write(|tx| Ok(tx.execute_batch("UPDATE letter SET trial = 1")?)).unwrap();
    kept.store.write(move |tx| outbox::record(tx, id, &composed())).unwrap();
    assert_eq!(kept.store.read(outbox::recorded).unwrap().len(), 1);
    kept.store.write(move |tx| outbox::digested(tx, id, at("2022-06-23 17:00"))).unwrap();
    assert_eq!(kept.store.read(outbox::recorded).unwrap(), []);
    assert_eq!(show(&kept, id).state, LetterState::Sent);
}
