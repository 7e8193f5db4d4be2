//! The order of DESIGN §6, window edges, delays, and a small world against plain counting.

use super::*;
use crate::domain::{AccountId, Class, Platform, PostKind, Reach, StateChange, Strength, WatchOrigin, When};
use crate::rules::count::tests::{post, profile};
use crate::rules::{CountUnit, Quota, Severity};
use std::collections::BTreeMap;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn rule(name: &str, window: WindowKind, other: u32, label: &str, severity: Severity) -> Rule {
    let quota = Quota { by_platform: BTreeMap::new(), other, account_may_override: name == "weekly" };
    Rule { name: name.to_owned(), window, quota, severity, label: label.to_owned(), points: 0, from: None }
}

fn rules() -> Profile {
    let silence = WindowKind::Days { days: 14, inclusive: true };
    Profile {
        rules: vec![
            rule("silence", silence, 1, "超过两周未更新", Severity::Veto),
            rule("weekly", WindowKind::Week { weeks: 1 }, 2, "一周未更新{quota_han}次", Severity::Problem),
        ],
        ..profile(CountUnit::Push)
    }
}

fn account(platform: &str) -> Account {
    Account { id: AccountId(1), ..Account::new("文明通许", Platform::parse(platform).0) }
}

fn watch(from: &str, until: &str) -> Watch {
    let reach = Reach { from: at(from), until: at(until), sees: Kinds::WECHAT, strength: Strength::Strong };
    Watch {
        reach: Reach { sees: Kinds::POST, ..reach },
        at: at(until),
        origin: WatchOrigin::Person("核查人".to_owned()),
    }
}

fn posts(times: &[&str]) -> Vec<Post> {
    times.iter().map(|time| post(When::At(at(time)))).collect()
}

const CHECK: &str = "2022-06-27 09:00";
const NOW: &str = "2022-06-27 10:00";

struct World {
    account: Account,
    posts: Vec<Post>,
    tallies: Vec<Tally>,
    watches: Vec<Watch>,
    failures: Vec<FailedLook>,
    sources: Vec<Declared>,
}

fn world(times: &[&str], watches: &[(&str, &str)]) -> World {
    World {
        account: account("新浪微博"),
        posts: posts(times),
        tallies: Vec::new(),
        watches: watches.iter().map(|(from, until)| watch(from, until)).collect(),
        failures: Vec::new(),
        sources: Vec::new(),
    }
}

impl World {
    fn verdict(&self, name: &str, now: &str) -> Verdict {
        self.at_check(name, CHECK, now)
    }

    fn at_check(&self, name: &str, check: &str, now: &str) -> Verdict {
        let rules = rules();
        let evidence = Evidence {
            posts: &self.posts,
            tallies: &self.tallies,
            watches: &self.watches,
            failures: &self.failures,
            sources: &self.sources,
        };
        let duties = duties(&rules, &self.account, Check::unmoved(at(check)));
        let duty = duties.into_iter().find(|duty| duty.rule.name == name).unwrap();
        judge(&duty, &evidence, at(now))
    }

    fn word(&self, name: &str) -> (&'static str, u32) {
        let verdict = self.verdict(name, NOW);
        (verdict.kind.word(), verdict.kind.seen())
    }
}

const WEEK: (&str, &str) = ("2022-06-20 00:00", "2022-06-27 00:00");
const FORTNIGHT: (&str, &str) = ("2022-06-13 00:00", "2022-06-27 09:00");

#[test]
fn windows_of_a_check() {
    let check = |text: &str| Check::unmoved(at(text));
    let days = |inclusive| WindowKind::Days { days: 14, inclusive };
    for (kind, moment, from, until) in [
        (WindowKind::Week { weeks: 1 }, CHECK, "2022-06-20 00:00", "2022-06-27 00:00"),
        (WindowKind::Week { weeks: 2 }, CHECK, "2022-06-13 00:00", "2022-06-27 00:00"),
        (WindowKind::Week { weeks: 1 }, "2022-06-26 23:00", "2022-06-13 00:00", "2022-06-20 00:00"),
        (days(true), CHECK, "2022-06-13 00:00", CHECK),
        (days(false), CHECK, "2022-06-14 00:00", CHECK),
    ] {
        assert_eq!(window_of(kind, check(moment)), Window { from: at(from), until: at(until) }, "{kind:?} {moment}");
    }
    let moved = Check { nominal: at("2026-02-16 09:00"), at: at("2026-02-24 09:00") };
    assert_eq!(window_of(WindowKind::Week { weeks: 1 }, moved).until, at("2026-02-16 00:00"));
    assert_eq!(window_of(days(true), moved).from, at("2026-02-10 00:00"));
}

#[test]
fn in_the_order_of_the_law() {
    let two = ["2022-06-20 00:00", "2022-06-26 23:59:59"];
    for (times, watches, weekly, silence) in [
        (&two[..], &[][..], ("met", 2), ("met", 2)),
        (&two[..1], &[][..], ("unknown", 1), ("met", 1)),
        (&two[..1], &[WEEK][..], ("missed", 1), ("met", 1)),
        (&[][..], &[WEEK][..], ("missed", 0), ("unknown", 0)),
        (&[][..], &[FORTNIGHT][..], ("missed", 0), ("missed", 0)),
        (&[][..], &[("2022-06-20 00:00", "2022-06-26 23:59:59")][..], ("unknown", 0), ("unknown", 0)),
        (&["2022-06-13 00:00"][..], &[FORTNIGHT][..], ("missed", 0), ("met", 1)),
        (&["2022-06-12 23:59:59"][..], &[FORTNIGHT][..], ("missed", 0), ("missed", 0)),
        (&["2022-06-27 09:00"][..], &[FORTNIGHT][..], ("missed", 0), ("missed", 0)),
    ] {
        let world = world(times, watches);
        assert_eq!((world.word("weekly"), world.word("silence")), (weekly, silence), "{times:?} {watches:?}");
    }
}

#[test]
fn a_missed_rule_bears_the_label_of_the_papers() {
    let mut world = world(&[], &[FORTNIGHT]);
    assert_eq!(world.verdict("weekly", NOW).label.as_deref(), Some("一周未更新两次"));
    assert_eq!(world.verdict("silence", NOW).label.as_deref(), Some("超过两周未更新"));
    for (quota, label) in [(1, "一周未更新一次"), (3, "一周未更新三次"), (12, "一周未更新12次")] {
        world.account.quotas = vec![(at("2026-01-01 00:00"), quota)];
        assert_eq!(world.verdict("weekly", NOW).label.as_deref(), Some(label));
    }
    world.account.quotas = vec![(at("2022-01-01 00:00"), 3), (at("2022-06-27 00:00"), 1)];
    assert_eq!(world.verdict("weekly", NOW).required, 3, "an old week is judged by the quota of its time");
    assert_eq!(world.verdict("silence", NOW).required, 1, "每周次数 is not the silence rule's");
}

#[test]
fn nobody_is_blamed_before_the_end() {
    let world = world(&["2022-06-21 09:00"], &[("2022-06-13 00:00", "2022-06-23 09:00")]);
    let verdict = world.verdict("weekly", "2022-06-23 10:00");
    let kind =
        VerdictKind::Pending { seen: 1, missing: 1, deadline: at(WEEK.1), watched_until: Some(at("2022-06-23 09:00")) };
    assert_eq!(verdict.kind, kind);
    assert_eq!(world.verdict("weekly", "2022-06-26 23:59:59").kind.word(), "pending");
    assert_eq!(world.verdict("weekly", "2022-06-27 00:00").kind.word(), "unknown");
}

#[test]
fn an_account_that_was_not_running_is_exempt() {
    let base = world(&[], &[FORTNIGHT]);
    let change = |from: &str, state| StateChange { from: at(from), state };
    for (opened, states, weekly) in [
        (Some("2022-06-20"), vec![], "missed"),
        (Some("2022-06-21"), vec![], "exempt"),
        (Some("2023-01-01"), vec![], "exempt"),
        (None, vec![change("2026-01-01 00:00", State::Paused)], "exempt"),
        (None, vec![change("2026-01-01 00:00", State::Closing)], "missed"),
        (None, vec![change("2020-01-01 00:00", State::Running), change("2022-06-26 23:00", State::Closed)], "exempt"),
        (None, vec![change("2020-01-01 00:00", State::Running), change("2022-06-27 00:00", State::Closed)], "missed"),
        (None, vec![change("2020-01-01 00:00", State::Paused), change("2022-06-20 00:00", State::Running)], "missed"),
        (None, vec![change("2020-01-01 00:00", State::Paused), change("2022-06-20 00:01", State::Running)], "exempt"),
    ] {
        let account =
            Account { opened_on: opened.map(|d| d.parse().unwrap()), states: states.clone(), ..base.account.clone() };
        let world = World { account, ..world(&[], &[FORTNIGHT]) };
        assert_eq!(world.word("weekly").0, weekly, "{opened:?} {states:?}");
    }
}

fn wechat(seen_until: &str) -> World {
    let official = |sees, from: &str, until: &str, looked: &str| Watch {
        reach: Reach { from: at(from), until: at(until), sees, strength: Strength::Strong },
        at: at(looked),
        origin: WatchOrigin::Source("微信".to_owned()),
    };
    World {
        account: account("微信订阅号"),
        watches: vec![
            official(Kinds::WECHAT, "2022-06-10 00:00", seen_until, "2022-06-27 09:30"),
            official(Kinds::UNNOTIFIED, "2022-06-10 00:00", "2022-06-27 09:30", "2022-06-27 09:30"),
        ],
        sources: vec![Declared { name: "微信".to_owned(), delay: Delay::NextDay { hour: 8 }, sees: Kinds::WECHAT }],
        ..world(&[], &[])
    }
}

#[test]
fn a_declared_delay_is_awaited_and_then_becomes_a_hole() {
    let world = wechat("2022-06-27 00:00");
    assert_eq!(world.word("weekly"), ("missed", 0));
    let silence = world.verdict("silence", NOW);
    let tail = Gap {
        kind: PostKind::Notified,
        from: at("2022-06-27 00:00"),
        until: at(CHECK),
        why: GapWhy::Delay { source: "微信".to_owned() },
        closes_at: Some(at("2022-06-28 08:00")),
    };
    assert_eq!(silence.kind, VerdictKind::Unknown { seen: 0, gaps: vec![tail] });
    assert!(silence.awaits_data(at(NOW)));
    let late = world.verdict("silence", "2022-06-28 14:00");
    assert_eq!(late.kind.word(), "suspected", "un-notified posts were watched, notified ones were not");
    assert!(!late.awaits_data(at("2022-06-28 14:00")));
    assert!(world.verdict("silence", "2022-06-28 13:59:59").awaits_data(at("2022-06-28 13:59:59")));
}

#[test]
fn a_delay_does_not_excuse_the_days_before_it() {
    let world = wechat("2022-06-24 00:00");
    let VerdictKind::Unknown { gaps, .. } = world.verdict("silence", NOW).kind else { panic!("not unknown") };
    let told: Vec<(&str, Moment, Moment)> = gaps.iter().map(|g| (g.why.word(), g.from, g.until)).collect();
    assert_eq!(
        told,
        [("kind_unseen", at("2022-06-24 00:00"), at("2022-06-26 00:00")), ("delay", at("2022-06-26 00:00"), at(CHECK)),]
    );
}

#[test]
fn a_source_that_fails_is_no_delay() {
    let mut world = wechat("2022-06-27 00:00");
    let failed =
        |time: &str| FailedLook {
            at: at(time), source: "微信".to_owned(), class: Class::Auth, reason: String::new()
        };
    world.failures = vec![failed("2022-06-27 09:40")];
    assert_eq!(world.word("silence").0, "suspected");
    world.watches.pop();
    let VerdictKind::Unknown { gaps, .. } = world.verdict("silence", NOW).kind else { panic!("not unknown") };
    assert!(gaps.iter().all(|gap| gap.why.word() == "auth" && gap.closes_at.is_none()), "{gaps:?}");
}

#[test]
fn a_weak_watch_only_raises_a_suspicion() {
    let mut world = world(&["2022-06-21 09:00"], &[WEEK]);
    world.watches[0].reach.strength = Strength::Weak;
    assert_eq!(world.word("weekly"), ("suspected", 1));
    world.watches[0].reach.until = at("2022-06-26 12:00");
    assert_eq!(world.word("weekly"), ("unknown", 1));
}

#[test]
fn nobody_to_look_and_nobody_who_looked() {
    let empty = world(&[], &[]);
    let why = |world: &World| world.verdict("weekly", NOW).kind.gaps()[0].why.word();
    assert_eq!(why(&empty), "no_source");
    let mut configured = world(&[], &[]);
    configured.sources = vec![Declared { name: "s".to_owned(), delay: Delay::None, sees: Kinds::POST }];
    assert_eq!(why(&configured), "unwatched");
    configured.failures = vec![FailedLook {
        at: at("2022-06-25 09:00"),
        source: "s".to_owned(),
        class: Class::Blocked,
        reason: "captcha".to_owned(),
    }];
    assert_eq!(why(&configured), "blocked");
    // One that failed long after was not the one to watch it.
    configured.failures[0].at = at("2022-06-27 00:00").plus_days(7);
    assert_eq!(why(&configured), "unwatched");
    configured.failures[0].at = at("2022-07-03 23:59");
    assert_eq!(why(&configured), "blocked");
}

#[test]
fn an_update_of_unsure_time_neither_saves_nor_blames() {
    let mut world = world(&["2022-06-21 09:00"], &[FORTNIGHT]);
    world.posts.push(post(When::Span { from: at("2022-06-19 00:00"), until: at("2022-06-21 00:00") }));
    let VerdictKind::Unknown { seen: 1, gaps } = world.verdict("weekly", NOW).kind else { panic!("not unknown") };
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].why.word(), gaps[0].from, gaps[0].until),
        ("timing", at("2022-06-20 00:00"), at("2022-06-21 00:00"))
    );
}

#[test]
fn rules_change_on_a_date_and_old_weeks_keep_theirs() {
    let mut profile = rules();
    let mut newer = profile.rules[1].clone();
    newer.from = Some("2022-06-20".parse().unwrap());
    newer.quota.other = 3;
    profile.rules.push(newer);
    let account = account("新浪微博");
    let required = |check: &str| {
        let duties = duties(&profile, &account, Check::unmoved(at(check)));
        assert_eq!(duties.iter().map(|d| d.rule.name.as_str()).collect::<Vec<_>>(), ["silence", "weekly"]);
        duties[1].required
    };
    assert_eq!((required("2022-06-20 09:00"), required("2022-06-27 09:00")), (2, 3));
}

#[test]
fn a_platform_may_have_no_weekly_rule_unless_the_account_has_one() {
    let mut profile = rules();
    profile.rules[1].quota.other = 0;
    let mut account = account("今日头条");
    assert_eq!(duties(&profile, &account, Check::unmoved(at(CHECK))).len(), 1);
    account.quotas = vec![(at(CHECK), 1)];
    assert_eq!(duties(&profile, &account, Check::unmoved(at(CHECK))).len(), 2);
}

/// Every set of two posts and two watches on the edges of a week's window: the verdict against plain
/// counting, second by second where it matters.
#[test]
fn a_small_world_tried_in_full() {
    let edges: Vec<Moment> = [
        "2022-06-19 23:59:59",
        "2022-06-20 00:00",
        "2022-06-20 00:00:01",
        "2022-06-23 12:00",
        "2022-06-26 23:59:59",
        "2022-06-27 00:00",
        "2022-06-27 00:00:01",
    ]
    .map(at)
    .to_vec();
    let spans: Vec<(Moment, Moment)> = edges
        .iter()
        .flat_map(|from| edges.iter().filter(move |until| from < *until).map(move |until| (*from, *until)))
        .collect();
    let mut told: BTreeMap<&str, u32> = BTreeMap::new();
    for (i, one) in edges.iter().enumerate() {
        for two in &edges[i..] {
            for (j, first) in spans.iter().enumerate() {
                for second in &spans[j..] {
                    let mut world = world(&[], &[]);
                    world.posts = vec![post(When::At(*one)), post(When::At(*two))];
                    world.watches = [first, second]
                        .map(|(from, until)| {
                            let mut watch = watch(WEEK.0, WEEK.1);
                            (watch.reach.from, watch.reach.until) = (*from, *until);
                            watch
                        })
                        .to_vec();
                    let word = world.word("weekly").0;
                    assert_eq!(word, naive(&[*one, *two], &[*first, *second]), "{one} {two} {first:?} {second:?}");
                    *told.entry(word).or_default() += 1;
                }
            }
        }
    }
    assert!(told.len() == 3 && told.values().all(|n| *n > 100), "{told:?}");
}

fn naive(posts: &[Moment], watches: &[(Moment, Moment)]) -> &'static str {
    let (from, until) = (at(WEEK.0), at(WEEK.1));
    if posts.iter().filter(|p| from <= **p && **p < until).count() >= 2 {
        return "met";
    }
    let watched = |second: Moment| watches.iter().any(|(a, b)| *a <= second && second < *b);
    // Every edge of the world is one of these seconds, so no hole hides between them.
    let seconds = [
        "2022-06-20 00:00",
        "2022-06-20 00:00:01",
        "2022-06-23 11:59:59",
        "2022-06-23 12:00",
        "2022-06-26 23:59:58",
        "2022-06-26 23:59:59",
    ];
    if seconds.into_iter().map(at).all(watched) { "missed" } else { "unknown" }
}
