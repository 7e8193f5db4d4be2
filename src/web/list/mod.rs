//! 台账: the accounts, their offices and the people behind them, in lists that can be searched; brought in
//! from a file after a look at what it changes (`import`, `held`), taken out as a file (`export`).

mod changes;
mod contacts;
mod export;
mod held;
mod import;
mod offices;
mod replace;
mod signed;

pub(super) use contacts::show as contacts;
pub(super) use export::file as export;
pub(super) use held::Holds;
pub(super) use import::{apply, drop_held, show as import, take};
pub(super) use offices::show as offices;
pub(super) use replace::{apply as replace, back as to_replace, look as look_at_replacing, show as replacing};

use super::Shared;
use super::chrome::unavailable;
use super::paged::{Paged, asked};
use super::session::{Viewer, text};
use crate::domain::{Account, Moment, Role, Roster, State};
use crate::store::{accounts, contacts as people};
use axum::extract::{Query, State as Kept};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::NaiveDate;
use minijinja::{Value, context};

/// Rows on one page.
const ROWS: usize = 50;

/// What somebody wants to see, as the address says it.
struct Wish {
    q: String,
    platform: String,
    state: String,
    without: String,
    source: String,
    office: String,
    page: String,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        let short = |name: &str| text(fields, name).trim().chars().take(60).collect::<String>();
        Wish {
            q: short("q"),
            platform: short("platform"),
            state: short("state"),
            without: short("without"),
            source: short("source"),
            office: text(fields, "office").trim().chars().take(200).collect(),
            page: short("page"),
        }
    }

    fn words(&self) -> [(&str, &str); 6] {
        [
            ("q", self.q.as_str()),
            ("platform", &self.platform),
            ("state", &self.state),
            ("without", &self.without),
            ("source", &self.source),
            ("office", &self.office),
        ]
    }

    fn is_everything(&self) -> bool {
        self.words().iter().all(|(_, value)| value.is_empty())
    }

    fn takes(&self, account: &Account, roster: &Roster, now: Moment) -> bool {
        let lacks = match self.without.as_str() {
            "source" => account.sources.is_empty(),
            "contact" => roster.addresses(account, Role::Operator, now.date()).is_empty(),
            _ => true,
        };
        let of = self.office.is_empty() || account.office == self.office || account.supervisor == self.office;
        (self.platform.is_empty() || account.platform.name() == self.platform)
            && (self.state.is_empty() || account.state_at(now).word() == self.state)
            && (self.source.is_empty() || account.sources.iter().any(|one| one.source == self.source))
            && of
            && self.finds(account)
            && lacks
    }

    fn finds(&self, account: &Account) -> bool {
        let texts = [&account.name, &account.office, &account.supervisor];
        let handle = account.handle.iter();
        self.q.is_empty()
            || texts.into_iter().chain(handle).chain(&account.former_names).any(|text| text.contains(&self.q))
    }
}

/// The accounts.
pub(super) async fn show(
    Kept(shared): Kept<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (wish, now) = (Wish::read(&fields), shared.web.clock.now());
    let found = shared.web.store.read_async(move |conn| {
        let (all, roster) = (accounts::all(conn)?, people::roster(conn)?);
        Ok(values(&all, &roster, &wish, now))
    });
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "list.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(all: &[Account], roster: &Roster, wish: &Wish, now: Moment) -> Value {
    let found: Vec<&Account> = all.iter().filter(|account| wish.takes(account, roster, now)).collect();
    let paged = Paged::of(found.len(), ROWS, asked(&wish.page));
    let rows: Vec<Value> = paged.part(&found).iter().map(|account| row(account, roster, now)).collect();
    context! {
        total => all.len(),
        count => found.len(),
        rows,
        pager => paged.pager(&wish.words()),
        everything => wish.is_everything(),
        platforms => distinct(all.iter().map(|account| account.platform.name().to_owned())),
        sources => distinct(all.iter().flat_map(|account| &account.sources).map(|of| of.source.clone())),
        states => State::ALL.map(|state| (state.word(), state.chinese())).to_vec(),
        wish => owned(&wish.words()),
    }
}

fn row(account: &Account, roster: &Roster, now: Moment) -> Value {
    let state = account.state_at(now);
    let (names, emails) = reached(account, roster, now.date());
    context! {
        id => account.id.0,
        name => account.name.clone(),
        platform => account.platform.name(),
        handle => account.handle.clone(),
        office => account.office.clone(),
        supervisor => account.supervisor.clone(),
        state => state.chinese(),
        runs => state == State::Running,
        sources => account.sources.iter().map(|of| of.source.clone()).collect::<Vec<_>>().join("、"),
        names,
        emails,
    }
}

/// Who is reminded first: names where the contact sheet has them, and addresses.
fn reached(account: &Account, roster: &Roster, today: NaiveDate) -> (String, String) {
    let serving = roster.serving(account, Role::Operator, today);
    let names: Vec<String> = distinct(serving.iter().map(|person| person.name.clone()));
    (names.join("、"), roster.addresses(account, Role::Operator, today).join("、"))
}

/// Each once, in order.
fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    words.filter(|word| !word.is_empty()).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// What the address says, for the form that shows it again.
fn owned(words: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    words.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
