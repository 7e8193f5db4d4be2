//! The contact sheet: who answers for which office or account, and how to reach them.

use super::super::Shared;
use super::super::chrome::unavailable;
use super::super::paged::{Paged, address, asked};
use super::super::session::{Viewer, text};
use super::{ROWS, distinct, owned};
use crate::domain::{Account, Moment, Person, Role};
use crate::store::{accounts, answers, contacts};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// What somebody wants to see, as the address says it.
struct Wish {
    q: String,
    role: Option<Role>,
    office: String,
    /// `left`: those who have left; `silent`: those who serve and have no address; else those who serve.
    state: &'static str,
    page: String,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        Wish {
            q: text(fields, "q").trim().chars().take(60).collect(),
            role: Role::from_word(text(fields, "role")),
            office: text(fields, "office").trim().chars().take(200).collect(),
            state: ["left", "silent"].into_iter().find(|word| *word == text(fields, "state")).unwrap_or_default(),
            page: text(fields, "page").to_owned(),
        }
    }

    fn words(&self) -> [(&str, &str); 4] {
        [
            ("q", self.q.as_str()),
            ("role", self.role.map_or("", Role::word)),
            ("office", &self.office),
            ("state", self.state),
        ]
    }

    fn takes(&self, person: &Person, now: Moment) -> bool {
        let left = person.left_by(now.date());
        let state = match self.state {
            "left" => left,
            "silent" => !left && person.emails.is_empty(),
            _ => !left,
        };
        let texts = [&person.name, &person.office, &person.mobile, &person.landline];
        state
            && self.role.is_none_or(|role| role == person.role)
            && (self.office.is_empty() || person.office == self.office)
            && (self.q.is_empty() || texts.into_iter().chain(&person.emails).any(|text| text.contains(&self.q)))
    }
}

/// The page.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (wish, now) = (Wish::read(&fields), shared.web.clock.now());
    let found = shared.web.store.read_async(move |conn| {
        let (people, all, proven) = (contacts::everybody(conn)?, accounts::all(conn)?, answers::proven(conn)?);
        Ok(values(&people, &all, &proven, &wish, now))
    });
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "list_contacts.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(people: &[Person], all: &[Account], proven: &BTreeMap<String, Moment>, wish: &Wish, now: Moment) -> Value {
    let found: Vec<&Person> = people.iter().filter(|person| wish.takes(person, now)).collect();
    let paged = Paged::of(found.len(), ROWS, asked(&wish.page));
    let listed = all.iter().filter(|account| !account.contacts.is_empty()).count();
    context! {
        total => people.len(),
        // Addresses that stand in the list of accounts only, with nobody's name.
        listed,
        count => found.len(),
        rows => paged.part(&found).iter().map(|person| row(person, all, proven, now)).collect::<Vec<_>>(),
        pager => paged.pager(&wish.words()),
        everything => wish.words().iter().all(|(_, value)| value.is_empty()),
        roles => Role::ALL.map(|role| (role.word(), role.chinese())).to_vec(),
        offices => distinct(people.iter().map(|person| person.office.clone())),
        wish => owned(&wish.words()),
    }
}

fn row(person: &Person, all: &[Account], proven: &BTreeMap<String, Moment>, now: Moment) -> Value {
    let account = all.iter().find(|account| Some(account.id) == person.account);
    let emails: Vec<Value> = person
        .emails
        .iter()
        .map(|email| context! { address => email.clone(), proven => proven.contains_key(email) })
        .collect();
    context! {
        name => person.name.clone(),
        office => person.office.clone(),
        link => address("", &[("old", &person.name), ("office", &person.office)]),
        post => person.post.clone(),
        role => person.role_chinese(),
        phones => phones(person),
        emails,
        term => term(person),
        account => account.map(|account| context! { id => account.id.0, title => account.title() }),
        left => person.left_by(now.date()),
    }
}

/// Every number, mobile ones first.
pub(super) fn phones(person: &Person) -> Vec<String> {
    [&person.mobile, &person.landline].into_iter().filter(|number| !number.is_empty()).cloned().collect()
}

/// From when to when, as far as it is known.
fn term(person: &Person) -> String {
    match (person.from, person.to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{from}起"),
        (None, Some(to)) => format!("至{to}"),
        (Some(from), Some(to)) => format!("{from}至{to}"),
    }
}
