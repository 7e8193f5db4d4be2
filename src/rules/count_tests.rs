//! Edges of windows, exactness of times, and the three units.

use super::*;
use crate::domain::{PostKind, Sighting};
use crate::rules::{LabelReading, PeriodKind};
use std::collections::BTreeMap;

pub(crate) fn profile(unit: CountUnit) -> Profile {
    Profile {
        name: "试".to_owned(),
        basis: String::new(),
        period: PeriodKind::Month,
        count: unit,
        count_reposts: true,
        start_points: None,
        pass_line: None,
        veto_hides_weekly: false,
        label_reading: LabelReading::Quota,
        weekly_rows: crate::rules::WeeklyRows::Worst,
        decimals: 1,
        rounding: crate::report::Rounding::HalfUp,
        script: crate::report::Script::default(),
        tables: crate::tables::TableRules::default(),
        platform_names: BTreeMap::new(),
        rules: Vec::new(),
    }
}

pub(crate) fn post(when: When) -> Post {
    Post {
        id: 0,
        ext_id: None,
        push: None,
        when,
        title: String::new(),
        url: None,
        kind: PostKind::Post,
        visible: true,
        repost: false,
        struck: false,
        first_seen: Moment::MIN,
        sightings: Vec::new(),
    }
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn week() -> Window {
    Window { from: at("2022-06-20 00:00"), until: at("2022-06-27 00:00") }
}

fn count(unit: CountUnit, posts: &[Post]) -> (u32, u32) {
    let count = Count::of(&profile(unit), posts, &[], week(), at("2022-06-27 09:00"), Moment::MAX);
    (count.sure, count.possible)
}

#[test]
fn the_edges_of_a_window() {
    for (time, inside) in
        [("2022-06-19 23:59:59", 0), ("2022-06-20 00:00:00", 1), ("2022-06-26 23:59:59", 1), ("2022-06-27 00:00:00", 0)]
    {
        assert_eq!(count(CountUnit::Push, &[post(When::At(at(time)))]), (inside, inside), "{time}");
    }
    for (day, inside) in [("2022-06-19", 0), ("2022-06-20", 1), ("2022-06-26", 1), ("2022-06-27", 0)] {
        let when = When::Day(day.parse().unwrap());
        assert_eq!(count(CountUnit::Push, &[post(when)]), (inside, inside), "{day}");
    }
    for (from, until, want) in [
        ("2022-06-20 00:00", "2022-06-27 00:00", (1, 1)),
        ("2022-06-19 23:59:59", "2022-06-27 00:00", (0, 1)),
        ("2022-06-20 00:00", "2022-06-27 00:00:01", (0, 1)),
        ("2022-06-13 00:00", "2022-06-20 00:00", (0, 0)),
        ("2022-06-27 00:00", "2022-06-28 00:00", (0, 0)),
    ] {
        let when = When::Span { from: at(from), until: at(until) };
        assert_eq!(count(CountUnit::Push, &[post(when)]), want, "{from} {until}");
    }
}

#[test]
fn a_day_counts_in_every_window_that_it_touches() {
    let silence = Window { from: at("2022-06-13 00:00"), until: at("2022-06-27 09:00") };
    for (day, inside) in [("2022-06-12", Lies::Outside), ("2022-06-13", Lies::Inside), ("2022-06-27", Lies::Inside)] {
        assert_eq!(lies(When::Day(day.parse().unwrap()), silence), inside, "{day}");
    }
    assert_eq!(lies(When::At(at("2022-06-27 09:00")), silence), Lies::Outside);
}

#[test]
fn a_push_is_one_update() {
    let article = |push: Option<&str>, time: &str| Post { push: push.map(str::to_owned), ..post(When::At(at(time))) };
    let posts = [
        article(Some("1"), "2022-06-21 09:00"),
        article(Some("1"), "2022-06-21 09:00"),
        article(Some("2"), "2022-06-21 18:00"),
        article(None, "2022-06-22 09:00"),
        article(None, "2022-06-22 09:00"),
        article(Some("3"), "2022-06-27 00:00"),
    ];
    assert_eq!(count(CountUnit::Push, &posts), (4, 4));
    assert_eq!(count(CountUnit::Article, &posts), (5, 5));
    assert_eq!(count(CountUnit::Day, &posts), (2, 2));
}

#[test]
fn days_with_updates_of_unknown_time() {
    let span = post(When::Span { from: at("2022-06-20 00:00"), until: at("2022-06-27 00:00") });
    assert_eq!(count(CountUnit::Day, &[span.clone(), span.clone(), span.clone()]), (1, 3));
    assert_eq!(count(CountUnit::Day, &[span, post(When::At(at("2022-06-21 09:00")))]), (1, 2));
}

#[test]
fn what_does_not_count() {
    let when = When::At(at("2022-06-21 09:00"));
    assert_eq!(count(CountUnit::Push, &[Post { visible: false, ..post(when) }]), (0, 0));
    assert_eq!(count(CountUnit::Push, &[Post { struck: true, ..post(when) }]), (0, 0));
    let mut no_reposts = profile(CountUnit::Push);
    let repost = [Post { repost: true, ..post(when) }];
    let counted = Count::of(&no_reposts, &repost, &[], week(), at("2022-06-27 09:00"), Moment::MAX);
    assert_eq!((counted.sure, counted.originals), (1, 0));
    no_reposts.count_reposts = false;
    assert_eq!(Count::of(&no_reposts, &repost, &[], week(), at("2022-06-27 09:00"), Moment::MAX).sure, 0);
    let later = Count::of(&no_reposts, &[post(when)], &[], week(), at("2022-06-27 09:00"), at("2022-06-21 08:59"));
    assert_eq!(later.sure, 0, "a post from the future is not counted before its time");
}

/// Presence is hard to lose: two complete looks, both before the check, by each source that showed it.
#[test]
fn a_post_is_un_counted_only_when_all_who_showed_it_say_that_it_is_gone() {
    let gone = |source: &str, gone_at: Option<&str>| Sighting {
        source: source.to_owned(),
        last_seen: at("2022-06-22 09:00"),
        missed_at: gone_at.map(at),
        gone_at: gone_at.map(at),
    };
    let seen_by = |sightings: Vec<Sighting>| [Post { sightings, ..post(When::At(at("2022-06-21 09:00"))) }];
    for (sightings, want) in [
        (vec![gone("a", None)], 1),
        (vec![gone("a", Some("2022-06-24 09:00"))], 0),
        (vec![gone("a", Some("2022-06-27 09:00"))], 1),
        (vec![gone("a", Some("2022-06-28 09:00"))], 1),
        (vec![gone("a", Some("2022-06-24 09:00")), gone("b", None)], 1),
        (vec![gone("a", Some("2022-06-24 09:00")), gone("b", Some("2022-06-25 09:00"))], 0),
        (vec![], 1),
    ] {
        assert_eq!(count(CountUnit::Push, &seen_by(sightings.clone())).0, want, "{sightings:?}");
    }
}
