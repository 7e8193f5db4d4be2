use super::*;
use crate::config;
use crate::domain::{
    AccountId, Kinds, Platform, PostKind, Reach, State, StateChange, Strength, Watch, WatchOrigin, When,
};
use crate::rules::{Declared, VerdictKind};
use cuigeng_adapters::Delay;
use std::path::Path;

/// A Thursday.
const NOW: &str = "2026-07-23 09:00";

fn at(text: &str) -> Moment {
    let hour = if text.len() == 10 { " 00:00" } else { "" };
    Moment::parse(&format!("{text}{hour}")).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn post(when: &str, struck: bool) -> Post {
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
        struck,
        first_seen: at(when),
        sightings: Vec::new(),
    }
}

/// An account with these posts, watched from `from` on.
fn record(posts: Vec<Post>, from: &str, strength: Strength, closed: Option<&str>) -> Record {
    let config = config::parse("", "", Path::new("")).unwrap();
    let running = StateChange { from: at(from), state: State::Running };
    let closed = closed.map(|day| StateChange { from: at(day), state: State::Closed });
    let account = Account {
        id: AccountId(1),
        states: std::iter::once(running).chain(closed).collect(),
        ..Account::new("账号", Platform::parse("抖音").0)
    };
    let reach = Reach { from: at(from), until: at(NOW), sees: Kinds::POST, strength };
    let watch = Watch { at: at(NOW), reach, origin: WatchOrigin::Source("s".to_owned()) };
    let source = Declared { name: "s".to_owned(), delay: Delay::None, sees: Kinds::POST };
    let ledger = Ledger::of(vec![account.clone()], [(AccountId(1), posts)].into(), &watch, &source);
    Record::of(&ledger, &config, &account, Span::up_to(at(NOW)), at(NOW))
}

fn on(record: &Record, day: &str) -> Day {
    *record.days.iter().find(|one| one.date == date(day)).unwrap()
}

#[test]
fn a_year_is_whole_weeks_up_to_sunday() {
    let year = record(vec![], "2026-07-01 12:00", Strength::Strong, None);
    assert_eq!((year.days.len(), year.days[0].date), (371, date("2025-07-21")));
    assert_eq!(year.days.last().unwrap().date, date("2026-07-26"));
    for (day, watched) in [
        ("2026-06-30", Watched::Not),
        ("2026-07-01", Watched::Partly),
        ("2026-07-02", Watched::Whole),
        ("2026-07-23", Watched::Whole),
        ("2026-07-24", Watched::Coming),
    ] {
        assert_eq!(on(&year, day).watched, watched, "{day}");
    }
    assert_eq!(on(&record(vec![], "2026-07-01", Strength::Weak, None), "2026-07-02").watched, Watched::Partly);
    assert_eq!(
        on(&record(vec![], "2026-07-01", Strength::Strong, Some("2026-07-10")), "2026-07-11").watched,
        Watched::Exempt
    );
}

#[test]
fn weeks_have_their_verdicts_and_days_their_counted_updates() {
    let posts = ["2026-07-14 10:00", "2026-07-14 11:00", "2026-07-21 10:00"].map(|when| post(when, false));
    let struck = post("2026-07-20 10:00", true);
    let year = record(posts.into_iter().chain([struck]).collect(), "2026-07-06", Strength::Strong, None);
    assert_eq!(
        [on(&year, "2026-07-14").updates, on(&year, "2026-07-20").updates, on(&year, "2026-07-21").updates],
        [2, 0, 1]
    );
    let kinds: Vec<&str> = year.weeks.iter().take(4).map(|verdict| verdict.kind.word()).collect();
    assert_eq!(kinds, ["pending", "met", "missed", "unknown"]);
    assert!(matches!(year.weeks[0].kind, VerdictKind::Pending { seen: 1, missing: 1, .. }));
    assert_eq!(year.weeks.len(), WEEKS as usize);
}

#[test]
fn days_of_too_long_a_silence_are_proven_or_said_to_be_unproven() {
    let posts =
        || vec![post("2026-05-01 10:00", false), post("2026-06-01 10:00", false), post("2026-07-22 10:00", false)];
    // Safe up to 15 May and 15 June: 16 days in May, 36 in June and July.
    let seen = record(posts(), "2026-05-01", Strength::Strong, None);
    assert_eq!((seen.failed_days, seen.unproven_days), (16 + 36, 0));
    assert_eq!(seen.longest, Some((date("2026-06-01"), date("2026-07-22"))));
    let late = record(posts(), "2026-05-20", Strength::Strong, None);
    assert_eq!((late.failed_days, late.unproven_days), (36, 16));
    // Never seen to post: from the fifteenth day of a whole watch on it is proven, and nobody is blamed before.
    let never = record(vec![], "2026-05-01", Strength::Strong, None);
    assert_eq!((never.failed_days, never.unproven_days), (16 + 30 + 23, 0));
    // Watched in a way that proves nothing: so long nobody knows.
    let unseen = record(vec![], "2026-05-01", Strength::Weak, None);
    assert_eq!((unseen.failed_days, unseen.unproven_days), (0, 16 + 30 + 23));
    // A hole in the watch that is over longer ago than the rule asks hides nothing.
    let old = record(vec![post("2026-05-01 10:00", false)], "2026-05-20", Strength::Strong, None);
    assert_eq!((old.failed_days, old.unproven_days), (28 + 23, 18));
    assert_eq!(record(vec![], "2026-05-01", Strength::Strong, None).longest, None);
}

#[test]
fn a_year_of_the_calendar_is_all_weeks_that_touch_it() {
    let now = at(NOW);
    let of = |year| Span::of_year(year, now).map(|span| (span.from.date(), span.until.date()));
    assert_eq!(of(2025), Some((date("2024-12-30"), date("2026-01-05"))));
    assert_eq!(of(2026), Some((date("2025-12-29"), date("2026-07-27"))), "up to this week");
    assert_eq!((of(2027), of(i32::MAX), of(i32::MIN)), (None, None, None));
    let up_to = Span::up_to(now);
    assert_eq!((up_to.from, up_to.until.date()), (begins(now), date("2026-07-27")));
}
