//! The offices that the list names, each with its accounts and its people.

use super::super::Shared;
use super::super::chrome::unavailable;
use super::super::paged::{Paged, address, asked};
use super::super::session::{Viewer, text};
use super::ROWS;
use crate::domain::{Account, Moment, Person, Role, squeezed};
use crate::store::{accounts, contacts};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// One office.
#[derive(Default)]
struct Office {
    name: String,
    /// Accounts that it runs.
    runs: usize,
    /// Accounts that it stands above.
    over: usize,
    people: Vec<(Role, String)>,
}

/// The page.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let now = shared.web.clock.now();
    let found = shared
        .web
        .store
        .read_async(move |conn| Ok(values(&accounts::all(conn)?, &contacts::everybody(conn)?, &fields, now)));
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "list_offices.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(all: &[Account], people: &[Person], fields: &[(String, String)], now: Moment) -> Value {
    let q: String = text(fields, "q").trim().chars().take(60).collect();
    let without = if text(fields, "without") == "contact" { "contact" } else { "" };
    let offices = gathered(all, people, now);
    let takes =
        |one: &&Office| (q.is_empty() || one.name.contains(&q)) && (without.is_empty() || one.people.is_empty());
    let found: Vec<&Office> = offices.iter().filter(takes).collect();
    let paged = Paged::of(found.len(), ROWS, asked(text(fields, "page")));
    context! {
        total => offices.len(),
        count => found.len(),
        rows => paged.part(&found).iter().map(|one| row(one)).collect::<Vec<_>>(),
        pager => paged.pager(&[("q", &q), ("without", without)]),
        everything => q.is_empty() && without.is_empty(),
        q => q.clone(),
        without,
    }
}

/// Offices are one where they differ in blanks only, as letters take them.
fn gathered(all: &[Account], people: &[Person], now: Moment) -> Vec<Office> {
    let mut offices: BTreeMap<String, Office> = BTreeMap::new();
    let mut at = |name: &str, change: &mut dyn FnMut(&mut Office)| {
        if !name.trim().is_empty() {
            let office = offices.entry(squeezed(name)).or_default();
            if office.name.is_empty() {
                name.clone_into(&mut office.name);
            }
            change(office);
        }
    };
    for account in all {
        at(&account.office, &mut |office| office.runs += 1);
        at(&account.supervisor, &mut |office| office.over += 1);
    }
    for person in people.iter().filter(|person| person.serves_on(now.date())) {
        at(&person.office, &mut |office| office.people.push((person.role, person.name.clone())));
    }
    offices.into_values().collect()
}

/// Every office by its name, as the page lists them.
pub(super) fn names(all: &[Account], people: &[Person], now: Moment) -> Vec<String> {
    gathered(all, people, now).into_iter().map(|office| office.name).collect()
}

fn row(office: &Office) -> Value {
    let named = |role: Role| {
        let names: Vec<&str> =
            office.people.iter().filter(|(own, _)| *own == role).map(|(_, name)| name.as_str()).collect();
        (!names.is_empty()).then(|| format!("{} {}", role.chinese(), names.join("、")))
    };
    context! {
        name => office.name.clone(),
        link => address("", &[("office", &office.name)]),
        runs => office.runs,
        over => office.over,
        people => Role::ALL.into_iter().filter_map(named).collect::<Vec<_>>(),
    }
}
