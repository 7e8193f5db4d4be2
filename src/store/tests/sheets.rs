//! Signed rows of check sheets: kept, known again, corrected, withdrawn.

use super::*;
use crate::domain::Week;
use crate::rules::{CountUnit, Tally};
use crate::store::attest::{self, Attestation};
use crate::store::tally::{self, Signed};

const NOW: &str = "2022-06-27 10:00";

fn signed(updates: u32, last: Option<When>, by: &str) -> Tally {
    let week = Week::of(at("2022-06-20 00:00"));
    Tally { week, updates, unit: CountUnit::Push, last, by: by.to_owned(), looked_at: at("2022-06-27 09:10") }
}

fn sign(kept: &Kept, row: &Tally) -> Signed {
    let row = row.clone();
    kept.store.write(move |tx| tally::sign(tx, ONE, &row, at(NOW))).unwrap()
}

fn standing(kept: &Kept) -> Vec<Tally> {
    kept.store.read(|conn| tally::of_account(conn, ONE, Moment::MIN, Moment::MAX)).unwrap()
}

fn attested(kept: &Kept) -> Vec<Attestation> {
    kept.store.read(attest::list).unwrap()
}

#[test]
fn a_row_stands_with_its_look_until_it_is_corrected_or_withdrawn() {
    let kept = kept();
    let friday = Some(When::At(at("2022-06-24 10:05")));
    let first = signed(2, friday, "张三");
    assert_eq!((sign(&kept, &first), sign(&kept, &first)), (Signed::New, Signed::Known));
    assert_eq!((standing(&kept), attested(&kept).len()), (vec![first.clone()], 1));
    let watches = kept.store.read(|conn| looks::watches_of(conn, ONE, Moment::MIN, Moment::MAX)).unwrap();
    assert_eq!((watches[0].reach.from, watches[0].reach.until), (at("2022-06-20 00:00"), at("2022-06-27 09:10")));

    // The same person, the same span: another number is another row, with a look of its own.
    let second = signed(1, Some(When::Day("2022-06-24".parse().unwrap())), "张三");
    assert_eq!(sign(&kept, &second), Signed::Corrected(first));
    let said = attested(&kept);
    assert_eq!((standing(&kept), said.len()), (vec![second.clone()], 2));
    assert_eq!((said[0].withdrawn.clone(), said[1].withdrawn.clone()), (Some((at(NOW), "张三".to_owned())), None));

    let id = said[1].id;
    assert!(kept.store.write(move |tx| attest::withdraw(tx, id, "李四", at(NOW))).unwrap());
    assert!(!kept.store.write(move |tx| attest::withdraw(tx, id, "李四", at(NOW))).unwrap());
    assert_eq!(standing(&kept), []);
    assert_eq!(kept.store.read(|conn| tally::newest(conn, Moment::MAX)).unwrap().len(), 0);
    // Signed anew it stands anew.
    assert_eq!((sign(&kept, &second), standing(&kept).len()), (Signed::New, 1));
}

/// An attestation made by hand is not the row's, and a withdrawal of one leaves the other.
#[test]
fn a_row_shares_its_look_with_nobody() {
    let kept = kept();
    sign(&kept, &signed(2, None, "张三"));
    let span = (at("2022-06-20 00:00"), at("2022-06-27 00:00"));
    let by_hand = move |tx: &Transaction<'_>| attest::attest(tx, ONE, span.0, span.1, "张三", at(NOW));
    let (id, again) = kept.store.write(move |tx| Ok((by_hand(tx)?, by_hand(tx)?))).unwrap();
    assert_eq!((id, attested(&kept).len()), (again, 2));
    kept.store.write(move |tx| attest::withdraw(tx, id, "张三", at(NOW))).unwrap();
    assert_eq!(standing(&kept).len(), 1);
}

#[test]
fn what_is_loaded_touches_the_span_or_tells_of_it() {
    let kept = kept();
    sign(&kept, &signed(0, Some(When::At(at("2022-06-10 08:00"))), "张三"));
    let of = |from: &str, until: &str| {
        let (from, until) = (at(from), at(until));
        let one = kept.store.read(|conn| tally::of_account(conn, ONE, from, until)).unwrap().len();
        assert_eq!(kept.store.read(|conn| tally::of(conn, from, until)).unwrap().len(), one);
        one
    };
    for (from, until, want) in [
        ("2022-06-20 00:00", "2022-06-27 00:00", 1),
        ("2022-06-01 00:00", "2022-06-10 08:00", 0),
        ("2022-06-01 00:00", "2022-06-10 08:01", 1),
        ("2022-06-27 09:10", "2022-07-10 00:00", 0),
        ("2022-06-27 09:09", "2022-07-10 00:00", 1),
    ] {
        assert_eq!(of(from, until), want, "{from} {until}");
    }
}

#[test]
fn the_newest_row_of_an_account() {
    let kept = kept();
    let earlier = |updates, last: Option<&str>| Tally {
        week: Week::of(at("2022-06-13 00:00")),
        looked_at: at("2022-06-20 09:00"),
        ..signed(updates, last.map(|last| When::At(at(last))), "张三")
    };
    sign(&kept, &earlier(2, Some("2022-06-17 10:00")));
    sign(&kept, &signed(3, None, "张三"));
    let newest = |before: &str| {
        let before = at(before);
        let (all, one) =
            kept.store.read(|conn| Ok((tally::newest(conn, before)?, tally::newest_of(conn, ONE, before)?))).unwrap();
        assert_eq!(all.get(&ONE), one.as_ref());
        one.map(|row| row.updates)
    };
    assert_eq!(newest("2022-06-17 10:00"), None);
    assert_eq!(newest("2022-06-17 10:01"), Some(2));
    assert_eq!(newest("2022-07-01 00:00"), Some(3));
    // An empty week tells of nothing newer.
    sign(&kept, &signed(0, None, "张三"));
    assert_eq!(newest("2022-07-01 00:00"), Some(2));
}
