use super::*;
use crate::config;
use crate::domain::{Kinds, Platform, Post, PostKind, Reach, State, StateChange, Strength, Watch, WatchOrigin, When};
use crate::rules::Declared;
use cuigeng_adapters::Delay;
use std::collections::BTreeMap;
use std::path::Path;

/// Thursday; the check of Monday the 20th was held, the next one is on the 27th.
const NOW: &str = "2026-07-23 09:00";

fn at(text: &str) -> Moment {
    let hour = if text.len() == 10 { " 00:00" } else { "" };
    Moment::parse(&format!("{text}{hour}")).unwrap()
}

fn post(when: &str) -> Post {
    Post {
        id: 0,
        ext_id: None,
        push: None,
        when: When::At(at(when)),
        title: String::new(),
        url: None,
        kind: PostKind::Post,
        visible: true,
        repost: false,
        struck: false,
        first_seen: at(when),
        sightings: Vec::new(),
    }
}

/// Accounts by their posts, all watched strongly since June.
fn outlook(posts: &[&[&str]], paused: &[i64], strength: Strength) -> Outlook {
    let config = config::parse("", "", Path::new("")).unwrap();
    let paused = |id| if paused.contains(&id) { State::Paused } else { State::Running };
    let account = |id: i64| Account {
        id: AccountId(id),
        position: id,
        states: vec![StateChange { from: Moment::MIN, state: paused(id) }],
        ..Account::new(format!("账号{id}"), Platform::parse("抖音").0)
    };
    let numbered = || (1..).zip(posts);
    let kept: BTreeMap<_, _> =
        numbered().map(|(id, times)| (AccountId(id), times.iter().map(|when| post(when)).collect())).collect();
    let reach = Reach { from: at("2026-06-01"), until: at(NOW), sees: Kinds::POST, strength };
    let watch = Watch { at: at(NOW), reach, origin: WatchOrigin::Source("s".to_owned()) };
    let source = Declared { name: "s".to_owned(), delay: Delay::None, sees: Kinds::POST };
    let ledger = Ledger::of(numbered().map(|(id, _)| account(id)).collect(), kept, &watch, &source);
    let checks = config.checks_between(at("2026-07-20"), at("2026-07-28"));
    Outlook::of(&ledger, &config, (checks.first().copied(), checks.get(1).copied()), &Decisions::default(), at(NOW))
}

fn marks(outlook: &Outlook) -> Vec<(i64, Mark)> {
    outlook.standings.iter().map(|one| (one.account.0, one.mark)).collect()
}

#[test]
fn whoever_is_in_trouble_first_stands_first() {
    let all = outlook(
        &[
            // Enough last week and this week.
            &["2026-07-14 10:00", "2026-07-15 10:00", "2026-07-20 10:00", "2026-07-21 10:00"],
            // One is missing this week.
            &["2026-07-14 10:00", "2026-07-15 10:00", "2026-07-21 10:00"],
            // Both are missing, and last week one was.
            &["2026-07-14 10:00"],
            // Silent since the 9th: the veto comes on the 24th, before the week ends.
            &["2026-07-09 10:00"],
            // Silent for far too long.
            &["2026-06-20 10:00"],
        ],
        &[],
        Strength::Strong,
    );
    assert_eq!(
        marks(&all),
        [(5, Mark::Failed), (4, Mark::Problem), (3, Mark::Problem), (2, Mark::Good), (1, Mark::Good)]
    );
    assert!(all.standings.iter().all(|one| one.silence.unwrap().is_sure));
    let deadline = |n: usize| all.standings[n].trouble.unwrap();
    assert_eq!((deadline(0), deadline(1), deadline(2)), (at("2026-07-05"), at("2026-07-24"), at("2026-07-27")));
    assert_eq!(all.standings[2].week.map(|week| (week.seen, week.missing)), Some((0, 2)));
    assert_eq!((deadline(4), all.standings[4].week.unwrap().missing), (at("2026-08-05"), 0));
    assert_eq!(all.standings[2].why, "一周未更新两次");
    assert_eq!(all.awaiting, 4, "two weeks, a week and a veto that nobody has confirmed");
}

#[test]
fn what_was_only_seen_weakly_is_for_a_person_and_a_paused_account_is_in_no_trouble() {
    let all = outlook(&[&["2026-06-20 10:00"], &["2026-06-20 10:00"]], &[2], Strength::Weak);
    assert_eq!(marks(&all), [(1, Mark::Suspected), (2, Mark::Exempt)]);
    assert_eq!((all.standings[1].trouble, all.standings[1].week, all.awaiting), (None, None, 0));
    assert!(!all.standings[0].why.is_empty());
    let silence = all.standings[0].silence.unwrap();
    assert!(silence.deadline < at(NOW) && !silence.is_sure, "nobody is called overdue without proof");
}

/// What nobody can say is not explained by what was found beside it.
#[test]
fn the_reason_is_that_of_the_mark() {
    let missed = ["一周未更新两次"];
    assert_eq!(why(Mark::Problem, &missed, &[]), "一周未更新两次");
    assert_eq!(why(Mark::Unclear, &missed, &[]), "另有一周未更新两次");
    let suspected = outlook(&[&["2026-06-20 10:00"]], &[], Strength::Weak).standings[0].why.clone();
    assert!(!suspected.is_empty() && !suspected.contains("未更新两次"), "{suspected}");
}

#[test]
fn every_mark_has_a_word_of_its_own() {
    for mark in Mark::ALL {
        assert_eq!(Mark::from_word(mark.word()), Some(mark));
    }
    assert_eq!(Mark::from_word("x"), None);
}
