//! Rows of a sheet against plain counting, at the edges and over random weeks.

use super::*;
use crate::rules::Count;
use crate::rules::count::tests::{post, profile};
use chrono::Datelike;
use cuigeng_adapters::time::HOUR;
use proptest::prelude::*;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn week(monday: &str) -> Week {
    Week { monday: monday.parse().unwrap() }
}

/// A row of the week of 20 June; `last` is a moment, a date, or nothing.
fn row(updates: u32, last: &str, looked_at: &str) -> Tally {
    let last = last.parse().ok().map(When::Day).or_else(|| Moment::parse(last).map(When::At));
    let (by, unit) = ("张三".to_owned(), CountUnit::Push);
    Tally { week: week("2022-06-20"), updates, unit, last, by, looked_at: at(looked_at) }
}

fn window(from: &str, until: &str) -> Window {
    Window { from: at(from), until: at(until) }
}

const WEEK: (&str, &str) = ("2022-06-20 00:00", "2022-06-27 00:00");
const MONDAY: &str = "2022-06-27 09:10";

#[test]
fn what_a_row_has_watched() {
    for (updates, last, looked_at, from, until) in [
        (2, "", MONDAY, WEEK.0, WEEK.1),
        (2, "2022-06-24 10:05", MONDAY, WEEK.0, MONDAY),
        (2, "2022-06-24", MONDAY, WEEK.0, MONDAY),
        (2, "2022-06-24 10:05", "2022-06-24 11:00", WEEK.0, "2022-06-24 11:00"),
        (0, "2022-06-10 10:05", MONDAY, "2022-06-10 10:06", MONDAY),
        (0, "2022-06-10 10:05:07", MONDAY, "2022-06-10 10:05:08", MONDAY),
        (0, "2022-06-10", MONDAY, "2022-06-11 00:00", MONDAY),
        (0, "2022-06-19 23:59", MONDAY, WEEK.0, MONDAY),
        (0, "2022-06-27 08:00", MONDAY, WEEK.0, WEEK.1),
        (2, "2022-06-27", "2022-06-27 00:00", WEEK.0, WEEK.1),
    ] {
        let watched = row(updates, last, looked_at).watched();
        assert_eq!(watched, window(from, until), "{updates} {last} {looked_at}");
    }
}

#[test]
fn the_newest_that_a_row_tells_of() {
    for (updates, last, earliest, latest) in [
        (2, "2022-06-24 10:05", "2022-06-24 10:05", "2022-06-24 10:05"),
        (0, "2022-06-10", "2022-06-10 00:00", "2022-06-10 23:59:59"),
        (2, "", "2022-06-20 00:00", "2022-06-26 23:59:59"),
    ] {
        let when = row(updates, last, MONDAY).newest().unwrap().when;
        assert_eq!((when.earliest(), when.latest()), (at(earliest), at(latest)), "{updates} {last}");
    }
    assert_eq!(row(0, "", MONDAY).newest(), None);
}

fn counted(unit: CountUnit, posts: &[Post], tallies: &[Tally], window: Window) -> (u32, u32) {
    let count = Count::of(&profile(unit), posts, tallies, window, window.until, Moment::MAX);
    (count.sure, count.possible)
}

#[test]
fn the_sheet_and_the_posts_are_the_same_updates() {
    let single = |time: &str| post(When::At(at(time)));
    let push = |time: &str| Post { push: Some("p".to_owned()), ..single(time) };
    let sheet = |updates, last: &str| vec![row(updates, last, MONDAY)];
    for (posts, tallies, want) in [
        (vec![], sheet(3, ""), 3),
        (vec![single("2022-06-21 09:00")], sheet(3, "2022-06-24 10:05"), 3),
        (vec![single("2022-06-24 10:05")], sheet(1, "2022-06-24 10:05"), 1),
        (vec![single("2022-06-21 09:00")], sheet(1, "2022-06-24 10:05"), 1),
        (vec![single("2022-06-21 09:00"), single("2022-06-22 09:00")], sheet(1, ""), 2),
        (vec![push("2022-06-21 09:00"), push("2022-06-21 09:00")], sheet(2, ""), 2),
        (vec![single("2022-06-19 09:00"), single("2022-06-27 08:00")], sheet(2, ""), 2),
        (vec![single("2022-06-19 09:00")], sheet(0, "2022-06-19 09:00"), 0),
        (vec![], sheet(0, "2022-06-27 08:00"), 0),
    ] {
        assert_eq!(counted(CountUnit::Push, &posts, &tallies, window(WEEK.0, WEEK.1)), (want, want), "{tallies:?}");
    }
    // What came after a look in mid-week is more.
    let early = vec![row(1, "2022-06-21", "2022-06-22 10:00")];
    let later = [single("2022-06-23 09:00")];
    assert_eq!(counted(CountUnit::Push, &later, &early, window(WEEK.0, WEEK.1)), (2, 2));
    // Nor does the mere date of one article bring a push of that afternoon under the look.
    let dated = |when| Post { push: Some("p".to_owned()), ..post(when) };
    let halves = [dated(When::At(at("2022-06-22 15:00"))), dated(When::Day("2022-06-22".parse().unwrap()))];
    assert_eq!(counted(CountUnit::Push, &halves, &early, window(WEEK.0, WEEK.1)), (2, 2));
    assert_eq!(counted(CountUnit::Push, &halves[1..], &early, window(WEEK.0, WEEK.1)), (1, 1));
}

#[test]
fn a_window_that_straddles_the_week_has_the_last_update_for_sure() {
    let friday = "2022-06-24 00:00";
    for (updates, last, posts, want) in [
        (3, "2022-06-25 10:00", &[][..], (1, 3)),
        (3, "2022-06-25", &[], (1, 3)),
        (3, "2022-06-23 10:00", &[], (0, 0)),
        (3, "", &[], (0, 3)),
        (1, "2022-06-25 10:00", &[], (1, 1)),
        (3, "2022-06-25 10:00", &["2022-06-25 10:00"], (1, 3)),
        (3, "2022-06-25 10:00", &["2022-06-24 10:00"], (2, 3)),
        (3, "2022-06-25 10:00", &["2022-06-21 10:00"], (1, 2)),
        // The sheet counts one, and that may be the other one; but somebody saw an update on Saturday.
        (1, "2022-06-25 10:00", &["2022-06-21 10:00"], (1, 1)),
    ] {
        let posts: Vec<Post> = posts.iter().map(|time| post(When::At(at(time)))).collect();
        let tallies = [row(updates, last, MONDAY)];
        let found = counted(CountUnit::Push, &posts, &tallies, window(friday, "2022-07-08 09:00"));
        assert_eq!(found, want, "{updates} {last} {posts:?}");
    }
    // No later than the last one: before a window's end all of them are surely inside.
    let thursday = window("2022-06-09 00:00", "2022-06-23 09:00");
    assert_eq!(counted(CountUnit::Push, &[], &[row(2, "2022-06-22 10:00", "2022-06-23 17:00")], thursday), (2, 2));
}

/// The last update of a row may lie in the week of another row, and both may tell of it.
#[test]
fn an_update_outside_the_week_of_its_row() {
    let next = |updates, last: &str| Tally { week: week("2022-06-27"), ..row(updates, last, "2022-07-04 09:00") };
    let monday = row(2, "2022-06-27 08:00", MONDAY);
    let later = window("2022-06-27 00:00", "2022-07-04 00:00");
    let known = |time: &str| vec![post(When::At(at(time)))];
    for (posts, tallies, want) in [
        (vec![], vec![monday.clone()], 1),
        (vec![], vec![monday.clone(), next(1, "2022-06-27 08:00")], 1),
        (vec![], vec![monday.clone(), next(2, "2022-06-29 08:00")], 2),
        (vec![], vec![monday.clone(), next(0, "")], 1),
        (known("2022-06-27 08:02"), vec![monday.clone()], 1),
        (known("2022-06-28 08:00"), vec![monday.clone()], 2),
        (known("2022-06-27 08:00"), vec![monday, next(1, "")], 1),
    ] {
        assert_eq!(counted(CountUnit::Push, &posts, &tallies, later), (want, want), "{posts:?} {tallies:?}");
    }
}

#[test]
fn a_number_in_another_unit_is_a_bound() {
    let whole = window(WEEK.0, WEEK.1);
    let of = |unit| [Tally { unit, ..row(3, "", MONDAY) }];
    for (told, wanted, want) in [
        (CountUnit::Push, CountUnit::Day, (1, 3)),
        (CountUnit::Article, CountUnit::Push, (1, 3)),
        (CountUnit::Day, CountUnit::Push, (3, u32::MAX)),
        (CountUnit::Day, CountUnit::Day, (3, 3)),
    ] {
        assert_eq!(counted(wanted, &[], &of(told), whole), want, "{told:?} {wanted:?}");
        assert_eq!(of(told)[0].is_unsure(wanted, whole), told != wanted);
    }
}

/// Three weeks from Monday 13 June; hours of them.
const START: &str = "2022-06-13 00:00";
const HOURS: i64 = 21 * 24;

fn moments() -> impl Strategy<Value = Moment> {
    (0..HOURS * 2).prop_map(|half| at(START).plus(half * HOUR / 2))
}

/// A post to the minute or to the day; some share a push, and then its time, with others of that day.
/// (What is learned of a push whose articles are told differently may make two updates one.)
fn posts() -> impl Strategy<Value = Vec<Post>> {
    let one = (moments(), any::<bool>(), 0..3_u8).prop_map(|(moment, exact, push)| {
        let push = (push == 0).then(|| moment.date().to_string());
        let sent = if push.is_some() { Moment::start_of(moment.date()).plus(10 * HOUR) } else { moment };
        let exact = if push.is_some() { moment.date().day0() % 2 == 0 } else { exact };
        let when = if exact { When::At(sent) } else { When::Day(moment.date()) };
        Post { push, ..post(when) }
    });
    prop::collection::vec(one, 0..8)
}

/// A row as a truthful clerk may write it, for each of some weeks.
fn rows() -> impl Strategy<Value = Vec<Tally>> {
    let one = |index: i64| {
        (0..4_u32, 1..9 * 24_i64, 0..4 * 24_i64, 0..3_u8).prop_map(move |(updates, looked_h, back_h, told)| {
            let week = Week::of(at(START).plus_days(7 * index));
            let looked_at = week.start().plus(looked_h * HOUR);
            let last = looked_at.plus(-back_h * HOUR);
            let fits = match updates {
                0 => last < week.start() || last >= week.end(),
                _ => last >= week.start(),
            };
            let last = match told {
                0 => None,
                1 => Some(When::Day(last.date())),
                _ => Some(When::At(last)),
            };
            Tally { week, updates, last: last.filter(|_| fits), ..row(0, "", MONDAY) }.looked(looked_at)
        })
    };
    (prop::option::of(one(0)), prop::option::of(one(1)), prop::option::of(one(2)))
        .prop_map(|(a, b, c)| [a, b, c].into_iter().flatten().collect())
}

impl Tally {
    fn looked(self, looked_at: Moment) -> Tally {
        Tally { looked_at, ..self }
    }
}

fn any_window() -> impl Strategy<Value = Window> {
    (0..20_i64, 1..16_i64, 0..24_i64).prop_map(|(from, days, hour)| {
        let from = at(START).plus_days(from - 2);
        Window { from, until: from.plus_days(days).plus(hour * HOUR) }
    })
}

/// Plain counting: pushes and lone posts with a time in the span.
fn naive(posts: &[Post], span: Window) -> u32 {
    let inside = posts.iter().filter(|post| lies(post.when, span) == Lies::Inside);
    let mut pushes: Vec<&str> = inside.clone().filter_map(|post| post.push.as_deref()).collect();
    pushes.sort_unstable();
    pushes.dedup();
    number(pushes.len() + inside.filter(|post| post.push.is_none()).count())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A week with its own row: the greater of the two numbers, and what came after the look.
    #[test]
    fn a_week_has_the_greater_number(posts in posts(), rows in rows()) {
        for own in &rows {
            let (week, span) = (Window { from: own.week.start(), until: own.week.end() }, own.span());
            // Only the week's own row: the last updates of other rows are told apart below.
            let found = counted(CountUnit::Push, &posts, std::slice::from_ref(own), week);
            let (known, there) = (naive(&posts, week), naive(&posts, span));
            prop_assert_eq!(found, (known - there + there.max(own.updates), known - there + there.max(own.updates)));
        }
    }

    /// Never more than the greater number of each week, counted in the window, and one for each last
    /// update; and a window of which no row tells has what is known singly.
    #[test]
    fn never_more_than_the_greater_numbers(posts in posts(), rows in rows(), window in any_window()) {
        let found = counted(CountUnit::Push, &posts, &rows, window);
        let known = naive(&posts, window);
        let there: Vec<Post> = posts.iter().filter(|post| lies(post.when, window) == Lies::Inside).cloned().collect();
        let told: u32 = rows.iter().map(|row| row.updates.saturating_sub(naive(&there, row.span()))).sum();
        let lasts = number(rows.iter().filter(|row| row.last.is_some()).count());
        prop_assert!(known <= found.0 && found.0 <= found.1);
        prop_assert!(found.0 <= known + told + lasts, "{found:?}");
        let far = |row: &Tally| row.updates == 0 || lies(row.counted(), window) == Lies::Outside;
        let seen = |row: &Tally| row.last.is_some_and(|last| lies(last, window) == Lies::Inside);
        if rows.iter().all(|row| far(row) && !seen(row)) {
            prop_assert_eq!(found, (known, known), "other weeks have no say");
        }
    }

    /// One post more, or one row more, makes no count less; a last update in the window is an update.
    #[test]
    fn more_evidence_never_makes_an_update_less(posts in posts(), rows in rows(), window in any_window()) {
        let whole = counted(CountUnit::Push, &posts, &rows, window).0;
        for left_out in 0..posts.len() {
            let mut fewer = posts.clone();
            fewer.remove(left_out);
            prop_assert!(counted(CountUnit::Push, &fewer, &rows, window).0 <= whole, "without {:?}", posts[left_out]);
        }
        for left_out in 0..rows.len() {
            let mut fewer = rows.clone();
            fewer.remove(left_out);
            prop_assert!(counted(CountUnit::Push, &posts, &fewer, window).0 <= whole, "without {:?}", rows[left_out]);
        }
        let seen = rows.iter().any(|row| row.last.is_some_and(|last| lies(last, window) == Lies::Inside));
        prop_assert!(!seen || whole > 0);
    }

    /// What a row has watched holds no update beside those of its span.
    #[test]
    fn a_row_never_claims_more_than_it_saw(rows in rows()) {
        for row in &rows {
            let (watched, span) = (row.watched(), row.span());
            prop_assert!(watched.from <= span.from && span.until <= watched.until && watched.until <= row.looked_at);
            if let Some(last @ When::At(_)) = row.last {
                prop_assert_eq!(lies(last, watched), lies(last, span));
            }
        }
    }

    /// Whichever came first: the order of posts and of rows says nothing.
    #[test]
    fn the_order_says_nothing(mut posts in posts(), mut rows in rows(), window in any_window()) {
        let before = counted(CountUnit::Push, &posts, &rows, window);
        posts.reverse();
        rows.reverse();
        prop_assert_eq!(counted(CountUnit::Push, &posts, &rows, window), before);
    }
}
