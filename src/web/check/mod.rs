//! 核查: what waits for a person, one after the other or as a list: accounts that somebody must look at,
//! and findings that somebody must confirm before anybody hears of them.

mod findings;
mod looks;
mod wish;

pub(super) use findings::{all, one};
pub(super) use looks::sign;

use super::Shared;
use super::chrome::unavailable;
use super::paged::Paged;
use super::session::Viewer;
use crate::config::Config;
use crate::deeds::confirm::{self, Board};
use crate::deeds::sheet::check_of;
use crate::domain::{Check, Moment, Period, Week};
use crate::ledger::Ledger;
use crate::store::{Connection, StoreError, tally};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use looks::Look;
use minijinja::{Value, context};
use wish::{Kind, Wish};

/// Rows of a list on one page.
const ROWS: usize = 50;
/// Weeks back for which a check sheet is offered.
const WEEKS: usize = 8;

/// All that may wait for a person.
struct Desk {
    board: Board,
    /// In the order in which they are shown.
    looks: Vec<Look>,
    week: Week,
    now: Moment,
}

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let web = &shared.web;
    let (wish, config, now) = (Wish::read(&fields), web.config.clone(), web.clock.now());
    let found = web.store.read_async(move |conn| {
        let desk = Desk::load(conn, &config, wish.week, now)?;
        values(conn, &config, &desk, &wish)
    });
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "check.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

impl Desk {
    /// Judges anew: the checks that were held, and the one that counts the week of the check sheet.
    fn load(conn: &Connection, config: &Config, week: Option<Week>, now: Moment) -> Result<Desk, StoreError> {
        let week = week.filter(|week| week.start() < now).unwrap_or(Week::closed_before(now));
        let (held, counts) = (confirm::checks(conn, config, now)?, check_of(config, week));
        let all: Vec<Check> = held.iter().copied().chain([counts]).collect();
        let ledger = Ledger::for_checks(conn, config, &config.profile, &all)?;
        let looks = looks::of(&ledger, &config.profile, counts, &tally::of(conn, week.start(), week.end())?, now);
        Ok(Desk { board: Board::of(conn, config, ledger, &held, now)?, looks, week, now })
    }
}

fn values(conn: &Connection, config: &Config, desk: &Desk, wish: &Wish) -> Result<Value, StoreError> {
    let (open, waiting) = (desk.looks.iter().filter(|look| look.is_open()).count(), desk.board.waiting().count());
    // What is to be looked at comes first: it may still change what is to be confirmed.
    let kind = wish.kind.unwrap_or(if open == 0 && waiting > 0 { Kind::Finding } else { Kind::Look });
    let wish = Wish { kind: Some(kind), ..wish.clone() };
    let shown = match kind {
        Kind::Look => looks::values(desk, config, &wish),
        Kind::Finding => findings::values(conn, desk, config, &wish)?,
    };
    Ok(context! {
        open,
        waiting,
        total => desk.board.ledger.accounts.len(),
        kind => kind.word(),
        list => wish.list,
        to_looks => wish.to(Kind::Look),
        to_findings => wish.to(Kind::Finding),
        to_other_view => Wish { list: !wish.list, ..Wish::of(kind, wish.week) }.address(),
        week => Period::Week(desk.week).to_string(),
        days => format!("{} 至 {}", desk.week.monday, desk.week.sunday()),
        weeks => weeks(desk),
        wish => wish.fields(),
        platforms => platforms(desk),
        ..shown
    })
}

/// The weeks whose check sheets can be filled in, the newest first; the one shown is among them.
fn weeks(desk: &Desk) -> Vec<Value> {
    let closed = std::iter::successors(Some(Period::Week(Week::closed_before(desk.now))), |week| Some(week.previous()));
    let mut all: Vec<Period> = closed.take(WEEKS).collect();
    let shown = Period::Week(desk.week);
    if !all.contains(&shown) {
        all.push(shown);
    }
    let days = |week: Period| week.begins().date().format("%-m月%-d日起一周").to_string();
    all.into_iter()
        .map(|week| context! { word => week.to_string(), said => days(week), shown => week == shown })
        .collect()
}

fn platforms(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> =
        desk.board.ledger.accounts.iter().map(|account| account.platform.name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// One page of a list, and the ways to the others.
fn paged(rows: &[Value], wish: &Wish) -> Value {
    let paged = Paged::of(rows.len(), ROWS, wish.page);
    context! {
        count => rows.len(),
        rows => paged.part(rows).to_vec(),
        page => wish.page,
        pager => paged.pager_at(|page| Wish { page, ..wish.clone() }.address()),
    }
}
