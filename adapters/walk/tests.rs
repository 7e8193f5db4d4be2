//! Sequences of pages against what a look may claim.

use super::*;
use crate::{Delay, PostKind, Strength};

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn ask() -> Ask {
    Ask {
        platform: "新浪微博".to_owned(),
        name: "某某发布".to_owned(),
        key: "own".to_owned(),
        author: None,
        since: at("2026-06-08 00:00"),
        now: at("2026-06-22 12:00"),
        kinds: Kinds::POST,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: None,
        page: 0,
    }
}

const TRAITS: Traits = Traits {
    strength: Strength::Strong,
    sees: Kinds::POST,
    delay: Delay::None,
    ends_lists: true,
    pinned_allowance: 0,
    page_cap: 5,
    manners: crate::Manners::OWN,
};

fn post(id: &str, time: &str) -> RawPost {
    RawPost {
        id: Some(id.to_owned()),
        push: None,
        when: When::At(at(time)),
        title: String::new(),
        url: None,
        author: Some("own".to_owned()),
        pinned: false,
        kind: PostKind::Post,
        visible: true,
        repost: false,
    }
}

fn page(rows: &[RawPost], next: Next) -> Result<Page, Failure> {
    Ok(Page::listing(rows.to_vec(), Kinds::POST, next))
}

fn more() -> Next {
    Next::More("c".to_owned())
}

fn walk_with(ask: Ask, traits: Traits, pages: Vec<Result<Page, Failure>>) -> Seen {
    let mut walk = Walk::new(ask, traits);
    for page in pages {
        if let Step::Done(seen) = walk.take(page) {
            return seen;
        }
    }
    panic!("the look asks for more pages than the test has")
}

fn walk(pages: Vec<Result<Page, Failure>>) -> Seen {
    walk_with(ask(), TRAITS, pages)
}

/// Outcome in a word, rows, and from where the reach goes.
fn told(seen: &Seen) -> (String, usize, Option<Moment>) {
    let word = match &seen.outcome {
        Outcome::Complete => "complete".to_owned(),
        Outcome::Partial => "partial".to_owned(),
        Outcome::Failed(failure) => format!("{} {}", failure.class.word(), failure.reason).trim().to_owned(),
    };
    (word, seen.rows.len(), seen.reaches.first().map(|reach| reach.from))
}

fn expect(seen: &Seen, word: &str, rows: usize, from: Option<&str>) {
    assert_eq!(told(seen), (word.to_owned(), rows, from.map(at)));
}

#[test]
fn complete_only_past_the_asked_time_or_at_a_said_end() {
    let (new, old) = (post("2", "2026-06-20 09:00"), post("1", "2026-06-07 23:59:59"));
    expect(&walk(vec![page(&[new.clone(), old.clone()], more())]), "complete", 2, Some("2026-06-07 23:59:59"));
    expect(
        &walk(vec![page(std::slice::from_ref(&new), more()), page(&[old], more())]),
        "complete",
        2,
        Some("2026-06-07 23:59:59"),
    );
    expect(&walk(vec![page(std::slice::from_ref(&new), Next::Unsaid)]), "partial", 1, Some("2026-06-20 09:00"));
    let ended = walk(vec![page(&[new], Next::End)]);
    assert_eq!((ended.outcome, ended.reaches[0].from), (Outcome::Complete, Moment::MIN));
}

#[test]
fn a_pinned_old_post_is_no_reach_and_no_stop() {
    let pinned = RawPost { pinned: true, ..post("0", "2019-01-01 09:00") };
    let seen = walk(vec![
        page(&[pinned, post("2", "2026-06-20 09:00")], more()),
        page(&[post("1", "2026-06-01 09:00")], more()),
    ]);
    expect(&seen, "complete", 3, Some("2026-06-01 09:00"));
    let only = RawPost { pinned: true, ..post("0", "2026-06-01 09:00") };
    expect(&walk(vec![page(&[only], Next::Unsaid)]), "partial", 1, None);
}

#[test]
fn a_feed_sets_its_three_oldest_aside() {
    let traits = Traits { pinned_allowance: 3, ends_lists: false, ..TRAITS };
    let rows: Vec<RawPost> = (1..=5).map(|i| post(&i.to_string(), &format!("2026-06-0{i} 09:00"))).rev().collect();
    expect(&walk_with(ask(), traits, vec![page(&rows, Next::Unsaid)]), "complete", 5, Some("2026-06-04 09:00"));
    expect(&walk_with(ask(), traits, vec![page(&rows[..3], Next::Unsaid)]), "partial", 3, None);
}

#[test]
fn empty_pages_go_on_and_repeated_ones_stop() {
    let new = post("2", "2026-06-20 09:00");
    let seen = walk(vec![
        page(std::slice::from_ref(&new), more()),
        page(&[], more()),
        page(&[post("1", "2026-06-01 09:00")], more()),
    ]);
    expect(&seen, "complete", 2, Some("2026-06-01 09:00"));
    expect(
        &walk(vec![page(std::slice::from_ref(&new), more()), page(std::slice::from_ref(&new), more())]),
        "partial",
        1,
        Some("2026-06-20 09:00"),
    );
    let capped: Vec<_> =
        (0..5).map(|i| page(&[post(&i.to_string(), &format!("2026-06-2{i} 09:00"))], more())).collect();
    assert_eq!(told(&walk(capped)).0, "partial");
}

#[test]
fn rows_of_others_count_for_nothing() {
    let foreign = RawPost { author: Some("other".to_owned()), ..post("9", "2026-06-01 09:00") };
    expect(
        &walk(vec![page(&[foreign.clone(), post("2", "2026-06-20 09:00")], Next::Unsaid)]),
        "partial",
        1,
        Some("2026-06-20 09:00"),
    );
    expect(&walk(vec![page(&[foreign], Next::Unsaid)]), "malformed owner_mismatch", 0, None);
}

#[test]
fn unreadable_rows_leave_presence_only() {
    for bad in [
        post("8", "2008-12-31 23:59"),
        post("8", "2026-06-24 12:00"),
        RawPost { id: None, ..post("", "2026-06-20 09:00") },
    ] {
        expect(
            &walk(vec![page(&[post("2", "2026-06-20 09:00"), bad, post("1", "2026-06-01 09:00")], Next::End)]),
            "partial",
            2,
            None,
        );
    }
}

#[test]
fn a_day_reaches_only_to_its_end() {
    let day = RawPost { when: When::Day("2026-06-07".parse().unwrap()), ..post("1", "2026-06-07 00:00") };
    let seen = walk(vec![page(&[post("2", "2026-06-20 09:00"), day], Next::Unsaid)]);
    expect(&seen, "complete", 2, Some("2026-06-08 00:00"));
}

#[test]
fn a_later_failure_keeps_the_sightings_and_proves_nothing() {
    let failure = Failure::new(Class::Blocked, "").because("captcha");
    expect(&walk(vec![page(&[post("2", "2026-06-20 09:00")], more()), Err(failure)]), "blocked captcha", 1, None);
}

fn knowing(known: &[(&str, &str)]) -> Ask {
    let known = known.iter().map(|(id, time)| Known { id: Some((*id).to_owned()), when: When::At(at(time)) });
    Ask { known: known.collect(), ..ask() }
}

#[test]
fn strange_answers_are_refused_with_what_they_would_prove() {
    let known = knowing(&[("5", "2026-06-20 09:00"), ("4", "2026-06-19 09:00")]);
    let old = post("1", "2026-06-01 09:00");
    let went_back =
        walk_with(known.clone(), TRAITS, vec![page(&[post("4", "2026-06-19 09:00"), old.clone()], Next::End)]);
    expect(&went_back, "blocked went_back", 2, None);
    assert_eq!(went_back.withheld.len(), 1);
    let stale =
        walk_with(known.clone(), TRAITS, vec![page(&[post("9", "2026-06-21 09:00"), old.clone()], Next::Unsaid)]);
    expect(&stale, "blocked stale", 2, None);
    let empty = walk_with(known.clone(), TRAITS, vec![page(&[], Next::End)]);
    expect(&empty, "blocked empty_unexpected", 0, None);
    assert_eq!(empty.withheld.len(), 1);
    let fine = walk_with(
        known,
        TRAITS,
        vec![page(&[post("9", "2026-06-21 09:00"), post("4", "2026-06-19 09:00"), old], Next::Unsaid)],
    );
    expect(&fine, "complete", 3, Some("2026-06-01 09:00"));
}

#[test]
fn an_empty_list_of_an_unknown_account_is_a_first_check() {
    let seen = walk(vec![page(&[], Next::End)]);
    assert!(seen.first_check && seen.outcome == Outcome::Complete);
    let open = walk(vec![page(&[], Next::Unsaid)]);
    assert!(!open.first_check);
    expect(&open, "partial", 0, None);
}

#[test]
fn waits_are_passed_on_and_bounded() {
    let wait = || {
        Ok(Page::listing(
            Vec::new(),
            Kinds::NONE,
            Next::Wait { until: at("2026-06-22 12:00:02"), cursor: "t".to_owned() },
        ))
    };
    let mut walk = Walk::new(ask(), TRAITS);
    assert!(matches!(walk.take(wait()), Step::Wait { ask, .. } if ask.cursor.as_deref() == Some("t")));
    let ended = (0..50).find_map(|_| match walk.take(wait()) {
        Step::Done(seen) => Some(seen),
        _ => None,
    });
    expect(&ended.unwrap(), "transient waiting", 0, None);
}

/// Rule 1 for what a source proves by its own word: a day of a statistic stands or falls by itself, and
/// what is said of the time up to now falls with any row that cannot be read.
#[test]
fn a_row_that_cannot_be_read_takes_claims_with_it() {
    let claim = |from: &str, until: &str| Reach {
        from: at(from),
        until: at(until),
        sees: Kinds::POST,
        strength: Strength::Strong,
    };
    let (first, second) =
        (claim("2026-06-19 00:00", "2026-06-20 00:00"), claim("2026-06-20 00:00", "2026-06-21 00:00"));
    let all = claim("2026-06-08 00:00", "2026-06-22 12:00");
    let told = |row: &RawPost, claim: Reach, next: Next| {
        Ok(Page { claims: vec![claim], ..Page::listing(vec![row.clone()], Kinds::NONE, next) })
    };
    let (good, odd) = (post("1", "2026-06-19 09:00"), post("2", "2008-01-01 09:00"));
    let also = post("3", "2026-06-20 09:00");
    let odd_day = walk(vec![told(&odd, first, more()), told(&good, second, Next::Unsaid)]);
    assert_eq!((odd_day.outcome, odd_day.reaches), (Outcome::Partial, vec![second]));
    let odd_before = walk(vec![told(&odd, first, more()), told(&good, all, Next::Unsaid)]);
    assert_eq!((odd_before.outcome, odd_before.reaches), (Outcome::Partial, Vec::new()));
    let fine = walk(vec![told(&good, first, more()), told(&also, all, Next::Unsaid)]);
    assert_eq!((fine.outcome, fine.reaches), (Outcome::Complete, vec![first, all]));
}

/// A list of days that goes back to the end of the 18th shows all of the 19th, so a known post of the 19th
/// must be there.
#[test]
fn a_known_post_of_the_first_day_that_is_proven_must_be_shown() {
    let on = |id: &str, date: &str| RawPost { when: When::Day(date.parse().unwrap()), ..post(id, "2026-06-19 09:00") };
    let known = |id: &str| Known { id: Some(id.to_owned()), when: When::Day("2026-06-19".parse().unwrap()) };
    let list = [on("3", "2026-06-20"), on("2", "2026-06-19"), on("1", "2026-06-18")];
    let look = |id: &str| walk_with(Ask { known: vec![known(id)], ..ask() }, TRAITS, vec![page(&list, Next::Unsaid)]);
    expect(&look("9"), "blocked stale", 3, None);
    expect(&look("2"), "partial", 3, Some("2026-06-19 00:00"));
}
