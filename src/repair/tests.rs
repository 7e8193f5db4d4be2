//! Every step of a 整改项, its last day, and what later papers say of it. `UPDATE_GOLDEN=1` rewrites.

use super::*;
use crate::bulletin::Head;
use crate::report::{Block, Format, Report, render};
use crate::rules::calendar::Calendar;
use std::path::Path;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn event(kind: EventKind, on: &str) -> Event {
    let (text, said_by) = ("已安排专人每周更新".to_owned(), "县文旅局办公室".to_owned());
    Event { kind, text, said_by, on: day(on), by: "张三".to_owned(), at: at("2022-07-20 10:00") }
}

fn repair(id: i64, name: &str, office: &str, events: &[(EventKind, &str)]) -> Repair {
    Repair {
        id,
        period: Period::parse("2022-06").unwrap(),
        account: AccountId(id),
        rule: "weekly".to_owned(),
        name: name.to_owned(),
        platform: "新浪微博".to_owned(),
        office: office.to_owned(),
        problem: "一周未更新两次".to_owned(),
        seen: "2022年6月20日至6月26日更新1次，应更新2次".to_owned(),
        checked_at: at("2022-06-27 09:00"),
        dated: day("2022-07-11"),
        first_due: day("2022-07-21"),
        events: events.iter().map(|(kind, on)| event(*kind, on)).collect(),
        overturned: false,
    }
}

/// Every event in every state.
#[test]
fn every_step_that_may_and_may_not_follow() {
    use State::{Answered, Open, Repaired, Unrepaired, Withdrawn};
    for (kind, wanted) in [
        (EventKind::Answer, [Some(Answered), Some(Answered), None, Some(Answered), None, None]),
        (EventKind::Extend, [Some(Open), Some(Answered), None, Some(Unrepaired), None, None]),
        (EventKind::Repaired, [Some(Repaired), Some(Repaired), None, Some(Repaired), None, None]),
        (EventKind::Unrepaired, [Some(Unrepaired), Some(Unrepaired), Some(Unrepaired), None, None, None]),
        (
            EventKind::Withdrawn,
            [Some(Withdrawn), Some(Withdrawn), Some(Withdrawn), Some(Withdrawn), Some(Withdrawn), None],
        ),
    ] {
        for (state, wanted) in State::ALL.into_iter().zip(wanted) {
            assert_eq!(step(state, kind).ok(), wanted, "{state:?} {kind:?}");
        }
        assert_eq!(EventKind::from_word(kind.word()), Some(kind));
    }
    let must: Vec<_> = State::ALL
        .into_iter()
        .flat_map(|state| EventKind::ALL.map(|kind| (state, kind)))
        .filter(|(state, kind)| needs_reason(*state, *kind))
        .collect();
    let wanted = [(Open, EventKind::Repaired), (Repaired, EventKind::Unrepaired), (Unrepaired, EventKind::Repaired)];
    assert_eq!(must, wanted);
}

#[test]
fn late_is_after_the_last_day_and_an_extension_moves_it() {
    let open = repair(1, "甲", "某局", &[]);
    assert!(!open.is_overdue(day("2022-07-21")) && open.is_overdue(day("2022-07-22")));
    let last = repair(1, "甲", "某局", &[(EventKind::Answer, "2022-07-21")]);
    assert!(!last.was_late() && !last.is_overdue(day("2022-08-01")));
    let late = repair(1, "甲", "某局", &[(EventKind::Answer, "2022-07-22")]);
    assert!(late.was_late() && late.state() == State::Answered);
    let extended = repair(1, "甲", "某局", &[(EventKind::Extend, "2022-07-30"), (EventKind::Answer, "2022-07-22")]);
    assert!(!extended.was_late() && extended.due() == day("2022-07-30"));
    let later = [(EventKind::Answer, "2022-07-25"), (EventKind::Extend, "2022-07-30")];
    assert!(repair(1, "甲", "某局", &later).was_late(), "an extension after the feedback makes nothing punctual");
    let silent = repair(1, "甲", "某局", &[(EventKind::Unrepaired, "2022-07-22")]);
    assert!(silent.is_overdue(day("2022-07-23")), "未整改 without any feedback is still owed");
    let before = repair(1, "甲", "某局", &later).as_of(day("2022-07-24"));
    assert_eq!((before.state(), before.due()), (State::Open, day("2022-07-30")));
    let owed = repair(1, "甲", "某局", &[(EventKind::Answer, "2022-07-15"), (EventKind::Unrepaired, "2022-07-18")]);
    assert_eq!((owed.state(), owed.is_overdue(day("2022-08-01"))), (State::Unrepaired, false));
}

#[test]
fn the_last_day_by_calendar_and_by_working_days() {
    let calendar = Calendar::builtin();
    let of = |dated, days, counting| due(&calendar, day(dated), days, counting).to_string();
    assert_eq!(of("2022-07-11", 10, Counting::Calendar), "2022-07-21");
    assert_eq!(of("2022-07-11", 10, Counting::Working), "2022-07-25");
    // 2026-10-01 to 10-07 are off; the weekend of 10 October is worked or not as the notice says.
    let after = of("2026-09-30", 1, Counting::Working);
    assert!(after.as_str() >= "2026-10-08", "{after}");
}

fn followed() -> Followed {
    let done = [(EventKind::Answer, "2022-07-18"), (EventKind::Repaired, "2022-07-20")];
    Followed {
        previous: Period::parse("2022-06"),
        repairs: vec![
            repair(1, "青禾文旅", "县文旅局", &done),
            repair(2, "青禾应急", "县应急局", &[]),
            repair(3, "青禾水利", "县水利局", &[(EventKind::Answer, "2022-07-25")]),
            repair(4, "青禾旧号", "县水利局", &[(EventKind::Withdrawn, "2022-07-25")]),
            Repair {
                period: Period::parse("2022-05").unwrap(),
                ..repair(5, "青禾农业", "县农业局", &[(EventKind::Unrepaired, "2022-07-25")])
            },
        ],
        again: vec!["青禾应急（新浪微博）".to_owned()],
        ignored: vec![("青禾应急（新浪微博）".to_owned(), 3)],
        changed: vec!["2022年6月份通报签发后，有1项结论因后来的证据有变化：甲。".to_owned()],
        day: day("2022-08-05"),
    }
}

fn report(blocks: Vec<Block>) -> Report {
    Report {
        title: "测试".to_owned(),
        blocks,
        subtitle: None,
        footnotes: Vec::new(),
        ..form(&head(), "县应急局", &[&repair(2, "青禾应急", "县应急局", &[])])
    }
}

fn head() -> Head {
    Head {
        period: Period::parse("2022-06").unwrap(),
        profile: "通用".to_owned(),
        region: "青禾县".to_owned(),
        office: "县政务公开办".to_owned(),
        contact: String::new(),
        basis: String::new(),
        now: at("2022-07-12 09:00"),
    }
}

fn golden(name: &str, report: &Report) {
    let text = String::from_utf8(render(report, Format::Text).unwrap()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/repair/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

#[test]
fn the_papers_word_for_word() {
    let today = day("2022-08-05");
    let mut month = report(vec![Block::Heading("一、总体情况".to_owned()), Block::Paragraph("略。".to_owned())]);
    place(&mut month, &followed(), today);
    golden("section.txt", &month);
    let mut week = report(vec![Block::Heading("八、下周提示".to_owned())]);
    append(&mut week, &followed(), today);
    golden("weekly.txt", &week);
    golden("form.txt", &form(&head(), "县应急局", &[&repair(2, "青禾应急", "县应急局", &[])]));
}

/// Nothing is said where nothing was issued: papers of offices that do not sign here stay as they were.
#[test]
fn without_an_issued_paper_nothing_is_said() {
    let untouched = report(vec![Block::Heading("一、总体情况".to_owned())]);
    let mut other = untouched.clone();
    place(&mut other, &Followed::default(), day("2022-08-05"));
    append(&mut other, &Followed::default(), day("2022-08-05"));
    assert_eq!(other, untouched);
    assert_eq!(dropped_note(&[], 0), None);
    let two = ["甲".to_owned(), "乙".to_owned()];
    for (undecided, how) in [
        (0, "，按合格计算，"),
        (1, "，除1个其余时段未能全部监测、未作合格判定的以外，按合格计算，"),
        (2, "，其余时段未能全部监测，未作合格判定，"),
    ] {
        let said = dropped_note(&two, undecided).unwrap();
        assert!(said.contains(how), "{said}");
    }
}

/// Of the problems of the last paper each is counted once: feedback in time, late, overdue, not yet due, or
/// not standing any more.
#[test]
fn the_counts_add_up() {
    for (today, gone) in [("2022-07-15", 0), ("2022-08-05", 0), ("2022-08-05", 1)] {
        let mut followed = followed();
        followed.repairs.iter_mut().for_each(|one| one.overturned = gone > 0 && one.state() == State::Open);
        let Some(Block::Paragraph(said)) = section(&followed, day(today)).into_iter().nth(1) else { panic!() };
        let number = |word: &str| -> usize {
            let Some((_, rest)) = said.split_once(word) else { return 0 };
            rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
        };
        let parts = number("按期反馈") + number("逾期反馈") + number("逾期未反馈") + number("未到期");
        assert_eq!((number("通报问题"), number("其中"), parts), (3, gone, 3 - gone), "{said}");
        assert_eq!(number("已整改") + number("待复核"), 2, "{said}");
    }
}

#[test]
fn what_does_not_stand_any_more_is_owed_by_nobody() {
    for (events, wanted) in [
        (&[][..], State::Overturned),
        (&[(EventKind::Answer, "2022-07-15")], State::Overturned),
        (&[(EventKind::Answer, "2022-07-15"), (EventKind::Repaired, "2022-07-18")], State::Repaired),
        (&[(EventKind::Withdrawn, "2022-07-15")], State::Withdrawn),
    ] {
        let gone = Repair { overturned: true, ..repair(1, "甲", "某局", events) };
        assert_eq!(gone.state(), wanted, "{events:?}");
        assert!(!gone.owes() && !gone.is_overdue(day("2022-08-05")));
    }
}
