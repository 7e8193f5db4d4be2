//! What a person may do with a letter, in every state.

use super::*;
use crate::store::desk::{self, Call, Deed};

const STATES: [LetterState; 10] = [
    LetterState::Queued,
    LetterState::Sending,
    LetterState::Doubtful,
    LetterState::Held,
    LetterState::Sent,
    LetterState::Bounced,
    LetterState::Refused,
    LetterState::Overtaken,
    LetterState::Cancelled,
    LetterState::Phoned,
];

const NOW: &str = "2022-06-23 10:00";

fn deeds() -> [Deed; 3] {
    [Deed::Retry, Deed::Cancel { reason: "停用".to_owned() }, Deed::Arrived]
}

/// A letter that stands there.
fn letter_in(kept: &Kept, state: LetterState) -> i64 {
    let letter = reminder(&[ONE]);
    kept.store
        .write(move |tx| {
            let id = outbox::queue(tx, &letter, false, "x.example", at("2022-06-23 09:00"))?.unwrap();
            let sent = matches!(state, LetterState::Sent | LetterState::Bounced).then_some(5_i64);
            let sql = "UPDATE letter SET state = ?2, sent_at = ?3, claimed_at = 4, attempts = 3 WHERE id = ?1";
            tx.execute(sql, (id, state.word(), sent))?;
            Ok(id)
        })
        .unwrap()
}

fn show(kept: &Kept, id: i64) -> LetterRow {
    kept.store.read(move |conn| outbox::show(conn, id)).unwrap().unwrap()
}

#[test]
fn each_deed_is_allowed_in_its_states_and_changes_nothing_in_the_others() {
    use LetterState::{Cancelled, Doubtful, Held, Queued, Refused, Sent};
    for state in STATES {
        for deed in deeds() {
            let (allowed, becomes) = match &deed {
                Deed::Retry => (matches!(state, Queued | Held | Refused), Queued),
                Deed::Cancel { .. } => (matches!(state, Queued | Doubtful | Held | Refused), Cancelled),
                Deed::Arrived => (matches!(state, Doubtful | Held), Sent),
            };
            let kept = kept();
            let id = letter_in(&kept, state);
            let before = (show(&kept, id), kept.store.read(meta::last_audit).unwrap());
            let done = deed.clone();
            let result = kept.store.write(move |tx| desk::act(tx, id, &done, "张三", at(NOW))).unwrap();
            let after = (show(&kept, id), kept.store.read(meta::last_audit).unwrap());
            assert_eq!(result.is_ok(), allowed, "{state:?} {deed:?} {result:?}");
            if allowed {
                assert_eq!((after.0.state, after.1), (becomes, before.1 + 1), "{state:?} {deed:?}");
            } else {
                assert!(before == after && result.unwrap_err().contains(state.chinese()), "{state:?} {deed:?}");
            }
        }
    }
}

#[test]
fn a_retry_begins_anew_and_at_once_but_not_after_the_deadline() {
    let kept = kept();
    let id = letter_in(&kept, LetterState::Held);
    kept.store.write(move |tx| desk::act(tx, id, &Deed::Retry, "张三", at(NOW))).unwrap().unwrap();
    let letter = show(&kept, id);
    assert_eq!((letter.next_try, letter.attempts), (at(NOW), 0));
    let late = kept.store.write(move |tx| desk::act(tx, id, &Deed::Retry, "张三", at("2022-06-27 00:00"))).unwrap();
    assert!(late.unwrap_err().contains("期限已过"));
}

#[test]
fn what_reached_nobody_is_dead_until_somebody_has_dealt_with_it() {
    use LetterState::{Held, Overtaken, Refused};
    for state in STATES {
        let kept = kept();
        let id = letter_in(&kept, state);
        let dead = kept.store.read(|conn| desk::dead(conn, at(NOW))).unwrap();
        // A bounce of long ago is history.
        assert_eq!(!dead.is_empty(), matches!(state, Held | Refused), "{state:?}");
        if state == Overtaken {
            continue;
        }
        kept.store.write(move |tx| outbox::expire(tx, id, "期限已过")).unwrap();
        let waited = matches!(state, LetterState::Queued | LetterState::Doubtful);
        let dead = kept.store.read(|conn| desk::dead(conn, at(NOW))).unwrap();
        assert_eq!(!dead.is_empty(), waited || matches!(state, Held | Refused), "{state:?} expired");
        let long_after = kept.store.read(|conn| desk::dead(conn, at("2022-08-01 00:00"))).unwrap();
        assert_eq!(long_after.is_empty(), !matches!(state, Held | Refused), "{state:?}");
    }
}

#[test]
fn a_call_is_entered_once_and_ends_its_letter_without_a_server() {
    let kept = kept();
    let id = letter_in(&kept, LetterState::Refused);
    let call = Call { account: ONE, by: "张三".to_owned(), at: at("2022-06-23 09:30"), note: String::new() };
    let enter = |call: Call| kept.store.write(move |tx| desk::called(tx, id, &[], &call, at(NOW))).unwrap();
    let early = Call { at: at("2022-06-22 09:30"), ..call.clone() };
    assert!(enter(early).unwrap_err().contains("早于"));
    assert_eq!(enter(call.clone()), Ok(vec![ONE]));
    let letter = show(&kept, id);
    assert_eq!((letter.state, letter.sent_at), (LetterState::Phoned, None));
    let sent = kept.store.read(|conn| counts::count_sent(conn, LetterKind::Reminder, Moment::MIN, Moment::MAX));
    assert_eq!(sent.unwrap(), 0, "no server has it");
    let spent = kept.store.read(|conn| outbox::spent(conn, false, at(NOW))).unwrap();
    assert!(spent.iter().all(|spent| spent.heard), "but somebody has heard of it");
    let told = kept.store.read(|conn| repairs::reminders(conn, Moment::MIN, Moment::MAX)).unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.was_sent(), one.told(), one.at)).collect();
    assert_eq!(told, [(false, Some(call.at), letter.slot)], "reminded, and by no letter");
    assert!(enter(call.clone()).unwrap_err().contains("已经登记过"));
    assert_eq!(kept.store.read(move |conn| desk::calls(conn, id)).unwrap(), vec![call]);
}

/// Who was told on the telephone still cannot be written to.
#[test]
fn a_call_does_not_make_a_refusing_address_whole() {
    let kept = kept();
    let id = letter_in(&kept, LetterState::Refused);
    kept.store.write(move |tx| Ok(tx.execute("UPDATE letter SET class = 'gone' WHERE id = ?1", [id])?)).unwrap();
    let call = Call { account: ONE, by: "张三".to_owned(), at: at("2022-06-23 09:30"), note: String::new() };
    kept.store.write(move |tx| desk::called(tx, id, &[], &call, at(NOW))).unwrap().unwrap();
    let dead = kept.store.read(contacts::dead_addresses).unwrap();
    assert_eq!(dead.iter().map(|d| (d.letter, d.state.as_str())).collect::<Vec<_>>(), [(id, "refused")]);
}

/// Whoever was called about a letter that may be there has not made it one that nobody got: its bounce still
/// ends it, and nobody has to be called again.
#[test]
fn a_call_leaves_a_doubt_what_it_is() {
    use LetterState::{Doubtful, Held, Queued};
    for (state, becomes) in [(Doubtful, Doubtful), (Held, Held), (Queued, Held)] {
        let kept = kept();
        let id = letter_in(&kept, state);
        let doubt = "UPDATE letter SET class = 'doubtful', doubted = 1, dot_armed_at = 4 WHERE id = ?1";
        kept.store.write(move |tx| Ok(tx.execute(doubt, [id])?)).unwrap();
        let call = Call { account: ONE, by: "张三".to_owned(), at: at("2022-06-23 09:30"), note: String::new() };
        kept.store.write(move |tx| desk::called(tx, id, &[], &call, at(NOW))).unwrap().unwrap();
        let letter = show(&kept, id);
        assert_eq!((letter.state, letter.class.as_str(), letter.sent_at), (becomes, "doubtful", None), "{state:?}");
        assert!(kept.store.read(|conn| desk::dead(conn, at(NOW))).unwrap().is_empty(), "{state:?}");
        let bounce = bounces::Bounce {
            at: at(NOW),
            failed: true,
            code: Some(550),
            enhanced: "5.1.1".to_owned(),
            words: "no such user".to_owned(),
        };
        let found = kept.store.read({
            let message_id = letter.message_id.clone();
            move |conn| bounces::letter(conn, &message_id)
        });
        let found = found.unwrap().unwrap();
        assert!(kept.store.write(move |tx| bounces::note(tx, &found, "r", "gone", &bounce)).unwrap(), "{state:?}");
        assert_eq!(show(&kept, id).state, LetterState::Bounced, "{state:?}");
    }
}

/// What the last try taught was cured by whoever sends it again.
#[test]
fn a_letter_that_is_sent_again_by_hand_says_nothing_of_its_last_try() {
    let kept = kept();
    let id = letter_in(&kept, LetterState::Refused);
    kept.store.write(move |tx| Ok(tx.execute("UPDATE letter SET class = 'gone' WHERE id = ?1", [id])?)).unwrap();
    kept.store.write(move |tx| desk::act(tx, id, &Deed::Retry, "张三", at(NOW))).unwrap().unwrap();
    assert_eq!(crate::mail::why(&show(&kept, id)), "");
}
