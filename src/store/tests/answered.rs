//! Answers as they are kept: in which states, about what, and what they set off.

use super::*;
use crate::answer::{Given, State, Way, Word};
use crate::plan::Agenda;
use crate::store::answers::{self, AnswerRow};

const TWO: AccountId = AccountId(2);
const NOW: &str = "2022-06-23 10:00";

fn by_link(word: Word, accounts: &[AccountId]) -> Given {
    let way = Way::Link { from: "10.0.0.7".to_owned() };
    Given { word, accounts: accounts.to_vec(), way, url: String::new(), note: String::new() }
}

fn by_clerk(word: Word) -> Given {
    Given { way: Way::Clerk { by: "李四".to_owned() }, ..by_link(word, &[]) }
}

/// A letter about these accounts that stands there, tried twice.
fn letter(kept: &Kept, accounts: &[AccountId], state: &'static str, class: &'static str) -> i64 {
    let letter = reminder(accounts);
    kept.store
        .write(move |tx| {
            let id = outbox::queue(tx, &letter, false, "x.example", at("2022-06-23 09:00"))?.unwrap();
            let sent = matches!(state, "sent" | "bounced").then_some(5_i64);
            let sql = "UPDATE letter SET state = ?2, sent_at = ?3, claimed_at = 4, attempts = 2, class = ?4, doubted = ?2 = 'doubtful' WHERE id = ?1";
            tx.execute(sql, (id, state, sent, class))?;
            Ok(id)
        })
        .unwrap()
}

fn give(kept: &Kept, id: i64, given: &Given, when: &str) -> Result<usize, String> {
    let (given, now) = (given.clone(), at(when));
    let kept = kept.store.write(move |tx| {
        let letter = outbox::show(tx, id)?.unwrap();
        answers::give(tx, &letter, &given, now)
    });
    kept.unwrap()
}

fn of(kept: &Kept, id: i64) -> Vec<AnswerRow> {
    kept.store.read(|conn| answers::of(conn, id)).unwrap()
}

#[test]
fn a_letter_is_answered_once_it_may_have_arrived() {
    for (state, class, link, clerk, proves) in [
        ("sent", "accepted", true, true, true),
        ("doubtful", "doubtful", true, true, true),
        ("held", "blocked", true, true, false),
        ("refused", "gone", true, true, false),
        ("bounced", "accepted", true, true, true),
        ("sent", "", true, true, false),
        ("cancelled", "", false, false, false),
        ("overtaken", "", false, false, false),
    ] {
        for (given, allowed, proves) in
            [(by_link(Word::Known, &[]), link, true), (by_clerk(Word::Known), clerk, proves)]
        {
            let kept = kept();
            let id = letter(&kept, &[ONE], state, class);
            let before = kept.store.read(meta::last_audit).unwrap();
            assert_eq!(give(&kept, id, &given, NOW).is_ok(), allowed, "{state} {given:?}");
            let after = kept.store.read(meta::last_audit).unwrap();
            assert_eq!(after - before, i64::from(allowed), "{state} {given:?}");
            let proven = kept.store.read(answers::proven).unwrap();
            assert_eq!(proven.contains_key("op@x.example"), allowed && proves, "{state} {class} {given:?}");
            let stands = kept.store.read(|conn| outbox::show(conn, id)).unwrap().unwrap().state;
            let ends = if state == "doubtful" { "sent" } else { state };
            assert_eq!(stands.word(), ends, "a letter in doubt that was answered is not sent again");
        }
    }
}

#[test]
fn one_account_at_a_time_unless_all_have_heard() {
    let kept = kept();
    let id = letter(&kept, &[ONE, TWO], "sent", "accepted");
    for word in [Word::Posted, Word::Closed] {
        let why = give(&kept, id, &by_link(word, &[]), NOW).unwrap_err();
        assert!(why.contains("信中有2个账号") && why.contains(word.chinese()), "{why}");
    }
    assert!(give(&kept, id, &by_link(Word::Known, &[ONE, AccountId(99)]), NOW).unwrap_err().contains("不在这封信里"));
    assert_eq!(of(&kept, id), []);
    assert_eq!(give(&kept, id, &by_link(Word::Closed, &[TWO, TWO]), NOW), Ok(1));
    assert_eq!(give(&kept, id, &by_link(Word::Known, &[]), NOW), Ok(2));
}

#[test]
fn the_same_again_is_nothing_new_and_something_else_is() {
    let kept = kept();
    let id = letter(&kept, &[ONE], "sent", "accepted");
    let say = |given: &Given| give(&kept, id, given, NOW);
    let with = |url: &str| Given { url: url.to_owned(), ..by_link(Word::Posted, &[]) };
    assert_eq!((say(&by_link(Word::Known, &[])), say(&by_link(Word::Known, &[]))), (Ok(1), Ok(0)));
    assert_eq!((say(&with("")), say(&with("")), say(&with("https://a.example/1"))), (Ok(1), Ok(0), Ok(1)));
    assert_eq!((say(&with("")), say(&with("https://a.example/1"))), (Ok(0), Ok(0)), "the link is not lost");
    // Without a source nobody but a person looks there; the newer one took the older one's place.
    let states: Vec<State> = of(&kept, id).iter().map(|one| one.state).collect();
    assert_eq!(states, [State::Noted, State::Replaced, State::Open]);
    assert_eq!(say(&by_link(Word::Known, &[])), Ok(1));
    let open = kept.store.read(answers::open).unwrap();
    assert_eq!(open.len(), 1, "已知晓 takes nothing back");
    let settled = open[0].id;
    kept.store.write(move |tx| answers::settle(tx, settled, "李四", "看过", at(NOW))).unwrap().unwrap();
    assert_eq!(say(&with("")), Ok(1), "what was settled may be said again");
}

#[test]
fn an_answer_brings_the_next_look_forward_and_no_look_back() {
    let kept = kept();
    let id = letter(&kept, &[ONE], "sent", "accepted");
    kept.store
        .write(|tx| {
            let mut account = accounts::one(tx, ONE)?.unwrap();
            account.sources = vec![crate::domain::SourceRef { source: "site".to_owned(), key: "1".to_owned() }];
            accounts::save(tx, &account)?;
            let later = Agenda { last_at: Some(at("2022-06-23 09:30")), next_at: at("2022-06-23 12:00"), fails: 2 };
            agenda::set(tx, ONE, "site", later)
        })
        .unwrap();
    assert_eq!(give(&kept, id, &by_link(Word::Posted, &[]), NOW), Ok(1));
    assert_eq!(of(&kept, id)[0].state, State::Looking);
    let agenda = kept.store.read(|conn| agenda::of(conn, ONE)).unwrap()["site"];
    assert_eq!((agenda.next_at, agenda.fails), (at(NOW), 2));
    let moved =
        |since: &'static str| kept.store.write(move |tx| agenda::rush(tx, ONE, at(since), at("2022-06-23 09:00")));
    assert_eq!((moved("2022-06-23 09:30").unwrap(), moved("2022-06-23 09:31").unwrap()), (0, 1));
}

#[test]
fn a_link_is_made_once_and_ends_by_name() {
    let kept = kept();
    let id = letter(&kept, &[ONE], "sent", "accepted");
    let offer = move |end: &'static str| move |tx: &Transaction<'_>| answers::offer(tx, id, at(end), at(NOW));
    let first = kept.store.write(offer("2022-07-07 00:00")).unwrap().unwrap();
    let again = kept.store.write(offer("2022-08-07 00:00")).unwrap().unwrap();
    assert_eq!((&first, first.expires), (&again, at("2022-07-07 00:00")), "what has left keeps its end");
    kept.store.write(move |tx| answers::revoke(tx, id, "李四", at(NOW))).unwrap().unwrap();
    assert!(kept.store.write(move |tx| answers::revoke(tx, id, "李四", at(NOW))).unwrap().is_err());
    assert_eq!(kept.store.write(offer("2022-08-07 00:00")).unwrap(), None, "and is not made again");
}
