//! Who is written to on which day: tables.

use super::*;
use crate::domain::{Contact, Platform};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn account(id: i64, office: &str, supervisor: &str, column: &[(Role, &str)]) -> Account {
    Account {
        id: AccountId(id),
        name: format!("账号{id}"),
        platform: Platform::parse("新浪微博").0,
        handle: None,
        office: office.to_owned(),
        supervisor: supervisor.to_owned(),
        opened_on: None,
        states: Vec::new(),
        quotas: Vec::new(),
        sources: Vec::new(),
        contacts: column.iter().map(|(role, email)| Contact { role: *role, email: (*email).to_owned() }).collect(),
        former_names: Vec::new(),
        position: id,
    }
}

fn person(id: i64, office: &str, role: Role, email: &str) -> Person {
    let emails = email.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Person { id, emails, ..Person::new(office, &format!("某人{id}"), role, Shift::None) }
}

fn operators(people: Vec<Person>, account: &Account, on: &str) -> Vec<String> {
    Roster::of(people).addresses(account, Role::Operator, day(on))
}

#[test]
fn an_office_serves_its_accounts_unless_one_names_its_own() {
    let people = || {
        let mut own = person(2, "某 局", Role::Operator, "own@x.example");
        own.account = Some(AccountId(2));
        vec![person(1, "某局", Role::Operator, "office@x.example;two@x.example"), own]
    };
    let at = |id, office, supervisor| operators(people(), &account(id, office, supervisor, &[]), "2026-07-20");
    assert_eq!(at(1, "某 局", "县政府"), ["office@x.example", "two@x.example"]);
    assert_eq!(at(2, "某局", ""), ["own@x.example"]);
    assert_eq!(at(3, "", "某局"), ["office@x.example", "two@x.example"], "the list knows only the 主管单位");
    assert_eq!(at(3, "别的局", "某局"), Vec::<String>::new(), "the operators of the 主管单位 run other accounts");
}

#[test]
fn supervisors_sit_in_the_office_above() {
    let roster = Roster::of(vec![
        person(1, "县政府", Role::Supervisor, "up@x.example"),
        person(2, "县政府", Role::Leader, "boss@x.example"),
    ]);
    let account = account(1, "某局", "县政府", &[]);
    assert_eq!(roster.addresses(&account, Role::Supervisor, day("2026-07-20")), ["up@x.example"]);
    assert!(roster.addresses(&account, Role::Leader, day("2026-07-20")).is_empty());
}

#[test]
fn the_columns_of_the_list_serve_where_the_sheet_has_no_address() {
    let account = account(1, "某局", "", &[(Role::Operator, "list@x.example"), (Role::Operator, "LIST@x.example")]);
    assert_eq!(operators(Vec::new(), &account, "2026-07-20"), ["list@x.example"]);
    let by_phone = person(1, "某局", Role::Operator, "");
    assert_eq!(operators(vec![by_phone.clone()], &account, "2026-07-20"), ["list@x.example"]);
    let by_mail = person(2, "某局", Role::Operator, "sheet@x.example");
    assert_eq!(operators(vec![by_phone, by_mail], &account, "2026-07-20"), ["sheet@x.example"]);
}

#[test]
fn dates_are_days_of_office_first_and_last_included() {
    let account = account(1, "某局", "", &[]);
    let mut old = person(1, "某局", Role::Operator, "old@x.example");
    old.to = Some(day("2026-07-19"));
    let mut new = person(2, "某局", Role::Operator, "new@x.example");
    new.from = Some(day("2026-07-20"));
    for (on, who) in [("2026-07-19", "old@x.example"), ("2026-07-20", "new@x.example")] {
        assert_eq!(operators(vec![old.clone(), new.clone()], &account, on), [who], "{on}");
    }
    new.from = Some(day("2026-07-25"));
    assert!(operators(vec![old, new], &account, "2026-07-22").is_empty(), "nobody in between");
}

#[test]
fn an_address_of_the_list_whose_owner_left_becomes_the_successors() {
    let account = account(1, "别的局", "", &[(Role::Operator, "Old@x.example")]);
    let mut old = person(1, "某局", Role::Operator, "old@x.example");
    old.to = Some(day("2026-07-19"));
    assert_eq!(operators(vec![old.clone()], &account, "2026-07-19"), ["Old@x.example"]);
    assert!(operators(vec![old.clone()], &account, "2026-07-20").is_empty(), "gone, and nobody took over");
    old.successor = Some(2);
    let mut middle = person(2, "某局", Role::Operator, "middle@x.example");
    (middle.to, middle.successor) = (Some(day("2026-07-31")), Some(3));
    let last = person(3, "某局", Role::Operator, "last@x.example");
    let people = vec![old.clone(), middle.clone(), last];
    assert_eq!(operators(people.clone(), &account, "2026-07-20"), ["middle@x.example"]);
    assert_eq!(operators(people, &account, "2026-08-01"), ["last@x.example"]);
    middle.successor = Some(1);
    assert!(operators(vec![old, middle], &account, "2026-08-01").is_empty(), "a circle ends");
}

#[test]
fn a_goes_before_b_and_nothing_personal_is_printed() {
    let mut b = person(1, "某局", Role::Operator, "b@x.example");
    b.shift = Shift::B;
    let mut a = person(2, "某局", Role::Operator, "a@x.example");
    (a.shift, a.mobile) = (Shift::A, "13800000000".to_owned());
    let printed = format!("{:?}", Roster::of(vec![a.clone(), b.clone()]));
    assert_eq!(operators(vec![b, a], &account(1, "某局", "", &[]), "2026-07-20"), ["a@x.example", "b@x.example"]);
    for secret in ["13800000000", "某人", "x.example", "某局"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
