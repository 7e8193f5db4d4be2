use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The sums and dates that rules.md computed from the announced tables.
#[test]
fn the_announced_years_add_up() {
    let calendar = Calendar::builtin();
    assert_eq!([2024, 2025, 2026].map(|year| calendar.working_days(year)), [Some(251), Some(248), Some(248)]);
    let off_mondays: Vec<String> = day("2024-01-01")
        .iter_days()
        .take_while(|d| d.year() < 2027)
        .filter(|d| d.weekday() == Weekday::Mon && !calendar.is_working(*d))
        .map(|d| d.to_string())
        .collect();
    assert_eq!(
        off_mondays,
        [
            "2024-01-01",
            "2024-02-12",
            "2024-06-10",
            "2024-09-16",
            "2024-10-07",
            "2025-02-03",
            "2025-05-05",
            "2025-06-02",
            "2025-10-06",
            "2026-02-16",
            "2026-02-23",
            "2026-04-06",
            "2026-05-04",
            "2026-10-05"
        ]
    );
}

#[test]
fn the_eve_of_a_closure_may_be_a_saturday() {
    let calendar = Calendar::builtin();
    for (inside, eve) in [("2024-09-15", "2024-09-14"), ("2026-02-15", "2026-02-14"), ("2026-02-23", "2026-02-14")] {
        assert_eq!(calendar.working_at_or_before(day(inside)), day(eve));
    }
    let spring = calendar.closure(day("2026-02-17")).unwrap();
    assert_eq!((spring.name.as_str(), spring.first, spring.last), ("春节", day("2026-02-15"), day("2026-02-23")));
}

#[test]
fn a_year_without_data_is_said_to_be_missing() {
    let calendar = Calendar::builtin();
    assert!(!calendar.knows(2027) && calendar.working_days(2027).is_none());
    for (date, missing) in [("2026-11-30", None), ("2026-12-01", Some(2027)), ("2027-02-01", Some(2027))] {
        assert_eq!(calendar.missing(day(date)), missing, "{date}");
    }
    assert!(calendar.is_working(day("2027-02-08")) && !calendar.is_working(day("2027-02-07")));
    assert_eq!(calendar.closure(day("2027-02-08")), None);
}

#[test]
fn mistakes_are_named() {
    for (text, word) in [
        ("{", "第1行"),
        (r#"{"next": {"holidays": []}}"#, "不是数字"),
        (r#"{"2026": {"holidays": [{"name": "元旦", "first": "2026-01-03", "last": "2026-01-01"}]}}"#, "结束早于开始"),
        (r#"{"2026": {"holidays": [], "worked": ["2027-01-01"]}}"#, "不属于2026年"),
        (
            r#"{"2026": {"holidays": [{"name": "元旦", "first": "2026-01-01", "last": "2026-01-01"}], "worked": ["2026-01-01"]}}"#,
            "既是放假又是上班",
        ),
        (r#"{"2026": {"holiday": []}}"#, "holiday"),
    ] {
        let fault = Calendar::parse(text).unwrap_err();
        assert!(fault.contains(word), "{text}: {fault}");
    }
}
