//! Both ladders on the calendar: tables of dates.

use super::*;
use crate::config::SilenceLead;
use crate::config::WarnConfig;
use crate::domain::{Contact, Person, Platform, Shift, SourceRef, Week};
use crate::rules::WindowKind;
use chrono::{NaiveTime, Weekday};

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn config() -> WarnConfig {
    let lead = |day, roles: &[Role]| SilenceLead { day, roles: roles.to_vec() };
    WarnConfig {
        hour: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        week_leads: vec![Weekday::Thu, Weekday::Fri],
        silence_leads: vec![
            lead(10, &[Role::Operator]),
            lead(12, &[Role::Operator, Role::Leader]),
            lead(13, &[Role::Operator, Role::Leader]),
            lead(14, &[Role::Operator, Role::Leader, Role::Supervisor]),
        ],
        last_day_always: false,
    }
}

const FORTNIGHT: WindowKind = WindowKind::Days { days: 14, inclusive: true };

fn shown(rungs: &[Rung]) -> Vec<String> {
    rungs.iter().map(|r| format!("{} {}", r.slot.beijing().format("%m-%d %H:%M"), r.stage)).collect()
}

#[test]
fn a_week_is_asked_for_on_thursday_and_friday() {
    let calendar = Calendar::builtin();
    let rungs = |monday: &str| shown(&week_rungs(&config(), &calendar, Week { monday: day(monday) }));
    for (monday, want) in [
        ("2026-07-20", &["07-23 09:00 week4", "07-24 09:00 week5"][..]),
        // 端午 takes the Friday off: both fall together on Thursday.
        ("2026-06-15", &["06-18 09:00 week5"]),
        // 国庆 takes Thursday and Friday off; Wednesday is worked.
        ("2026-09-28", &["09-30 09:00 week5"]),
        // 春节: no working day in the whole week; the eve is a worked Saturday.
        ("2026-02-16", &["02-14 09:00 eve"]),
        ("2024-02-12", &["02-09 09:00 eve"]),
    ] {
        assert_eq!(rungs(monday), want, "{monday}");
    }
}

#[test]
fn silence_climbs_by_day_and_stops_on_the_last_safe_one() {
    let calendar = Calendar::builtin();
    let rungs = |window, last: &str| shown(&silence_rungs(&config(), &calendar, window, day(last)));
    assert_eq!(rungs(FORTNIGHT, "2026-07-13"), ["07-23 09:00 day10", "07-24 09:00 day13", "07-27 09:00 day14"]);
    assert_eq!(rungs(FORTNIGHT, "2026-07-14"), ["07-24 09:00 day12", "07-27 09:00 day13", "07-28 09:00 day14"]);
    let strict = WindowKind::Days { days: 14, inclusive: false };
    assert_eq!(
        rungs(strict, "2026-07-16"),
        ["07-24 09:00 day9", "07-27 09:00 day11", "07-28 09:00 day12", "07-29 09:00 day13"]
    );
    let ten = WindowKind::Days { days: 10, inclusive: true };
    assert_eq!(
        rungs(ten, "2026-07-13"),
        ["07-17 09:00 day6", "07-21 09:00 day8", "07-22 09:00 day9", "07-23 09:00 day10"]
    );
    for (window, deadline) in [(FORTNIGHT, "2026-07-28 00:00"), (strict, "2026-07-27 00:00"), (ten, "2026-07-24 00:00")]
    {
        assert_eq!(silence_deadline(window, day("2026-07-13")), at(deadline));
    }
}

fn account(id: i64, contacts: &[(Role, &str)]) -> Account {
    Account {
        id: AccountId(id),
        sources: vec![SourceRef { source: "weibo".to_owned(), key: "1".to_owned() }],
        contacts: contacts.iter().map(|(role, email)| Contact { role: *role, email: (*email).to_owned() }).collect(),
        position: id,
        ..Account::new(format!("账号{id}"), Platform::parse("新浪微博").0)
    }
}

const PEOPLE: [(Role, &str); 3] =
    [(Role::Operator, "op@x.example"), (Role::Leader, "boss@x.example"), (Role::Supervisor, "up@x.example")];

fn silent<'a>(account: &'a Account, last: &str) -> Cause<'a> {
    let rungs = silence_rungs(&config(), &Calendar::builtin(), FORTNIGHT, day(last));
    Cause {
        account,
        people: Roster::EMPTY,
        rule: "silence",
        anchor: day(last),
        deadline: silence_deadline(FORTNIGHT, day(last)),
        rungs,
    }
}

fn to(letters: &[OwedLetter]) -> Vec<&str> {
    letters.iter().map(|letter| letter.recipient.as_str()).collect()
}

fn spend(spent: &mut BTreeSet<Spent>, letters: &[OwedLetter]) {
    spent.extend(letters.iter().flat_map(OwedLetter::spends));
}

/// Walks hour by hour through a silence and writes down who hears when.
fn diary(account: &Account, last: &str, from: &str, until: &str) -> Vec<String> {
    let calendar = Calendar::builtin();
    let mut spent = BTreeSet::new();
    let mut heard = Vec::new();
    let mut now = at(from);
    while now < at(until) {
        let letters = owed(&[silent(account, last)], &["clerk@x.example".to_owned()], &spent, &calendar, now);
        for letter in &letters {
            let stages: Vec<&str> = letter.mentions.iter().map(|m| m.stage.as_str()).collect();
            heard.push(format!("{} {} {}", now.beijing().format("%m-%d %H"), letter.recipient, stages.join("+")));
        }
        spend(&mut spent, &letters);
        now = now.plus(3600);
    }
    heard
}

#[test]
fn the_whole_silence_ladder_once_each() {
    let account = account(1, &PEOPLE);
    assert_eq!(
        diary(&account, "2026-07-13", "2026-07-13 00:00", "2026-08-10 00:00"),
        [
            "07-23 09 op@x.example day10",
            "07-24 09 boss@x.example day13",
            "07-24 09 op@x.example day13",
            "07-27 09 boss@x.example day14",
            "07-27 09 op@x.example day14",
            "07-27 09 up@x.example day14",
        ]
    );
}

/// A letter that was cancelled, refused or still waits has told nobody anything.
#[test]
fn what_did_not_leave_was_not_heard() {
    let one = account(1, &PEOPLE);
    let day_12 = |heard: bool| {
        let causes = [silent(&one, "2026-07-13")];
        let first = owed(&causes, &[], &BTreeSet::new(), &Calendar::builtin(), at("2026-07-23 09:00"));
        let spent = first.iter().flat_map(OwedLetter::spends).map(|s| Spent { heard, ..s }).collect();
        let letters = owed(&causes, &[], &spent, &Calendar::builtin(), at("2026-07-24 09:00"));
        letters.iter().map(|letter| letter.role).collect::<BTreeSet<Role>>()
    };
    assert!(day_12(true).contains(&Role::Leader));
    assert_eq!(day_12(false), BTreeSet::from([Role::Operator]));
}

#[test]
fn no_leader_hears_before_the_operator_did() {
    // Watching begins on day 12: the leader hears a working day after the operator.
    let account = account(1, &PEOPLE);
    assert_eq!(
        diary(&account, "2026-07-17", "2026-07-29 10:00", "2026-08-10 00:00"),
        [
            "07-29 10 op@x.example day12",
            "07-30 09 boss@x.example day13",
            "07-30 09 op@x.example day13",
            "07-31 09 boss@x.example day14",
            "07-31 09 op@x.example day14",
            "07-31 09 up@x.example day14",
        ]
    );
}

/// A post that disappears restores an old ladder at any hour.
#[test]
fn what_turns_up_at_night_or_on_a_day_off_waits_for_the_morning_unless_that_is_too_late() {
    let account = account(1, &PEOPLE);
    let heard = |last: &str, from: &str| diary(&account, last, from, "2026-08-10 00:00")[0].clone();
    assert_eq!(heard("2026-07-13", "2026-07-25 10:00"), "07-27 09 boss@x.example day14", "Saturday to Monday");
    assert_eq!(heard("2026-07-12", "2026-07-25 10:00"), "07-25 10 boss@x.example day14", "Monday is too late");
    assert_eq!(heard("2026-07-14", "2026-07-27 01:00"), "07-27 09 op@x.example day13", "night to morning");
    assert_eq!(heard("2026-07-14", "2026-07-27 22:00"), "07-27 22 op@x.example day13", "a long day is a day");
}

#[test]
fn the_last_day_may_be_told_on_a_day_off() {
    let calendar = Calendar::builtin();
    let always = WarnConfig { last_day_always: true, ..config() };
    // Day 14 is Sunday 26 July.
    let rungs = |config: &WarnConfig| shown(&silence_rungs(config, &calendar, FORTNIGHT, day("2026-07-12")));
    assert_eq!(rungs(&config()).last().unwrap(), "07-24 09:00 day14");
    assert_eq!(rungs(&always), ["07-22 09:00 day10", "07-24 09:00 day13", "07-26 09:00 day14"]);
}

#[test]
fn whoever_has_no_mailbox_is_stood_for_and_nobody_above_the_operator_hears_first() {
    let now = at("2026-07-23 09:00");
    let owed_for = |contacts: &[(Role, &str)]| {
        let account = account(1, contacts);
        let letters = owed(
            &[silent(&account, "2026-07-13")],
            &["clerk@x.example".to_owned()],
            &BTreeSet::new(),
            &Calendar::builtin(),
            now,
        );
        letters.iter().map(|l| (l.recipient.clone(), l.mentions[0].stands_for)).collect::<Vec<_>>()
    };
    assert_eq!(owed_for(&PEOPLE), [("op@x.example".to_owned(), None)]);
    assert_eq!(owed_for(&PEOPLE[1..]), [("clerk@x.example".to_owned(), Some(Role::Operator))], "no leader first");
    assert_eq!(owed_for(&[]), [("clerk@x.example".to_owned(), Some(Role::Operator))]);
    let two = [(Role::Operator, "a@x.example"), (Role::Operator, "b@x.example")];
    assert_eq!(owed_for(&two).len(), 2);
}

/// Whoever can only be called is called by the clerk; and of a week nobody above the operator hears.
#[test]
fn no_leader_is_written_to_in_place_of_whoever_can_be_called() {
    let called = Person { mobile: "13800000001".to_owned(), ..Person::new("", "某甲", Role::Operator, Shift::A) };
    let account = account(1, &PEOPLE[1..]);
    let people = Roster::of(vec![Person { account: Some(account.id), ..called }]);
    let clerk = ["clerk@x.example".to_owned()];
    let heard = |cause: Cause<'_>, now: &str| {
        let letters = owed(&[cause], &clerk, &BTreeSet::new(), &Calendar::builtin(), at(now));
        letters.into_iter().map(|l| (l.recipient, l.mentions[0].stands_for)).collect::<Vec<_>>()
    };
    let by_clerk = [("clerk@x.example".to_owned(), Some(Role::Operator))];
    assert_eq!(heard(Cause { people: &people, ..silent(&account, "2026-07-13") }, "2026-07-23 09:00"), by_clerk);
    let week = Week { monday: day("2026-07-20") };
    let short = |people| Cause {
        people,
        rule: "weekly",
        anchor: week.monday,
        deadline: week.end(),
        rungs: week_rungs(&config(), &Calendar::builtin(), week),
        ..silent(&account, "2026-07-13")
    };
    assert_eq!(heard(short(&people), "2026-07-23 09:00"), by_clerk);
    assert_eq!(heard(short(Roster::EMPTY), "2026-07-23 09:00"), by_clerk);
}

/// What was told to an address that sends letters back is told to the next contact, once, and never to a
/// leader.
#[test]
fn a_dead_address_passes_its_mention_on_to_the_next_contact() {
    let account =
        account(1, &[(Role::Operator, "a@x.example"), (Role::Operator, "b@x.example"), (Role::Leader, "l@x.example")]);
    let clerk = ["clerk@x.example".to_owned()];
    let mut spent = BTreeSet::new();
    let mut heard = |dead: &[&str]| {
        let people = Roster::of(Vec::new()).knowing_dead(dead.iter().map(|address| (*address).to_owned()));
        let cause = Cause { people: &people, ..silent(&account, "2026-07-13") };
        let letters = owed(&[cause], &clerk, &spent, &Calendar::builtin(), at("2026-07-23 10:00"));
        spent.extend(letters.iter().flat_map(OwedLetter::spends));
        letters.into_iter().map(|l| (l.recipient, l.mentions[0].stands_for)).collect::<Vec<_>>()
    };
    assert_eq!(heard(&["A@x.example"]), [("b@x.example".to_owned(), None)]);
    let both = ["a@x.example", "b@x.example"];
    assert_eq!(heard(&both), [("clerk@x.example".to_owned(), Some(Role::Operator))]);
    assert!(heard(&both).is_empty(), "once");
    assert_eq!(heard(&[]), [("a@x.example".to_owned(), None)], "alive again");
}

#[test]
fn a_letter_goes_to_whoever_is_in_office_on_its_slot() {
    let account = Account { office: "某局".to_owned(), ..account(1, &PEOPLE) };
    let operator = |id: i64, from: Option<&str>, to: Option<&str>| Person {
        id,
        office: "某局".to_owned(),
        account: None,
        name: format!("某人{id}"),
        role: Role::Operator,
        shift: Shift::None,
        post: String::new(),
        mobile: String::new(),
        landline: String::new(),
        emails: vec![format!("p{id}@x.example")],
        qq: String::new(),
        from: from.map(day),
        to: to.map(day),
        successor: None,
    };
    let people = Roster::of(vec![operator(1, None, Some("2026-07-22")), operator(2, Some("2026-07-23"), None)]);
    let heard = |now: &str| {
        let cause = Cause { people: &people, ..silent(&account, "2026-07-12") };
        let letters = owed(&[cause], &[], &BTreeSet::new(), &Calendar::builtin(), at(now));
        let operators = letters.iter().filter(|l| l.role == Role::Operator);
        operators.map(|letter| letter.recipient.clone()).collect::<Vec<_>>()
    };
    assert_eq!(heard("2026-07-22 09:00"), ["p1@x.example"]);
    assert_eq!(heard("2026-07-23 09:30"), ["p1@x.example"], "the missed slot was in the old one's time");
    assert_eq!(heard("2026-07-24 09:00"), ["p2@x.example"]);
}

#[test]
fn one_mail_per_person_however_many_accounts() {
    let (one, two) = (account(1, &PEOPLE), account(2, &PEOPLE));
    let causes = [silent(&one, "2026-07-13"), silent(&two, "2026-07-13")];
    let letters = owed(&causes, &[], &BTreeSet::new(), &Calendar::builtin(), at("2026-07-23 09:00"));
    assert_eq!(to(&letters), ["op@x.example"]);
    assert_eq!(letters[0].mentions.len(), 2);
    assert_eq!((letters[0].slot, letters[0].not_after), (at("2026-07-23 09:00"), at("2026-07-28 00:00")));
}

#[test]
fn a_new_update_makes_a_new_ladder_and_its_disappearance_restores_the_old_one() {
    let account = account(1, &PEOPLE);
    let calendar = Calendar::builtin();
    let now = at("2026-07-23 09:00");
    let mut spent = BTreeSet::new();
    let first = owed(&[silent(&account, "2026-07-13")], &[], &spent, &calendar, now);
    spend(&mut spent, &first);
    assert!(owed(&[silent(&account, "2026-07-22")], &[], &spent, &calendar, now).is_empty());
    assert!(owed(&[silent(&account, "2026-07-13")], &[], &spent, &calendar, now).is_empty(), "the rung stays spent");
    let next = owed(&[silent(&account, "2026-07-13")], &[], &spent, &calendar, at("2026-07-24 09:00"));
    assert_eq!(next.len(), 2);
    assert_eq!(next[1].mentions[0].earlier, 1, "a repeat says that it is one");
}

#[test]
fn nothing_is_owed_before_the_first_rung_or_after_the_deadline() {
    let account = account(1, &PEOPLE);
    for (now, letters) in
        [("2026-07-23 08:59:59", 0), ("2026-07-23 09:00", 1), ("2026-07-27 23:59:59", 3), ("2026-07-28 00:00", 0)]
    {
        let owed = owed(&[silent(&account, "2026-07-13")], &[], &BTreeSet::new(), &Calendar::builtin(), at(now));
        assert_eq!(owed.len(), letters, "{now}");
    }
}

#[test]
fn results_leave_in_office_hours_of_working_days() {
    let calendar = Calendar::builtin();
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
    for (now, leaves) in [
        ("2026-07-20 08:00", "2026-07-20 09:00"),
        ("2026-07-20 09:00", "2026-07-20 09:00"),
        ("2026-07-20 17:59", "2026-07-20 17:59"),
        ("2026-07-20 18:00", "2026-07-21 09:00"),
        ("2026-07-24 18:00", "2026-07-27 09:00"),
        ("2026-07-25 10:00", "2026-07-27 09:00"),
        ("2026-09-30 19:00", "2026-10-08 09:00"),
        ("2026-10-10 10:00", "2026-10-10 10:00"),
    ] {
        assert_eq!(office_hour(&calendar, nine, at(now)), at(leaves), "{now}");
    }
}
