//! 核查: what waits for a person, one after the other or as a list: accounts that somebody must look at,
//! and findings that somebody must confirm before anybody hears of them.

mod desk;
mod findings;
mod looks;
mod wish;

pub(super) use desk::{Desks, warm};
pub(super) use findings::{all, one};
pub(super) use looks::sign;

use super::Shared;
use super::chrome::unavailable;
use super::paged::Paged;
use super::session::Viewer;
use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, Period, Week};
use crate::store::{Connection, StoreError, touched};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use desk::Desk;
use minijinja::{Value, context};
use wish::{Kind, Wish};

/// Rows of a list on one page.
const ROWS: usize = 50;
/// Weeks back that are offered at most: those of the quarters whose 通报 can be made.
const WEEKS: usize = 70;

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let web = &shared.web;
    let (wish, config, now) = (Wish::read(&fields), web.config.clone(), web.clock.now());
    // The week of a finding is that of its check, and turns no sheet.
    let sheet = wish.week.filter(|week| week.start() < now && wish.kind != Some(Kind::Finding));
    let week = sheet.unwrap_or(Week::closed_before(now));
    let found = shared
        .desks
        .read(web, move |conn, desk| desk.turned(conn, &config, week, |desk| values(conn, &config, desk, &wish)));
    match found.await {
        Ok(Some(values)) => shared.page(StatusCode::OK, "check.html", &uri, &viewer, values).await,
        Ok(None) => shared.page(StatusCode::OK, "making.html", &uri, &viewer, context! { title => "核查" }).await,
        Err(error) => unavailable(&error, &uri),
    }
}

/// Where the findings are that wait for a word.
pub(super) fn findings_page() -> String {
    Wish::of(Kind::Finding, None).address()
}

fn values(conn: &Connection, config: &Config, desk: &Desk, wish: &Wish) -> Result<Value, StoreError> {
    let open = desk.looks_of(wish).iter().filter(|look| look.is_open()).count();
    let waiting = desk.board.waiting().count();
    // What is to be looked at comes first: it may still change what is to be confirmed.
    let kind = wish.kind.unwrap_or(if open == 0 && waiting > 0 { Kind::Finding } else { Kind::Look });
    let wish = Wish { kind: Some(kind), ..wish.clone() };
    let shown = match kind {
        Kind::Look => looks::values(conn, desk, config, &wish)?,
        Kind::Finding => findings::values(conn, desk, config, &wish)?,
    };
    // One that has not begun is shown as such, though nothing of it stands on the desk.
    let week = wish.week.filter(|week| week.start() >= desk.now).unwrap_or(desk.week);
    Ok(context! {
        open,
        waiting,
        total => desk.board.ledger.accounts.len(),
        kind => kind.word(),
        list => wish.list,
        to_looks => wish.to(Kind::Look, if kind == Kind::Look { wish.week } else { None }),
        to_findings => wish.to(Kind::Finding, None),
        to_other_view => Wish { list: !wish.list, ..Wish::of(kind, wish.week) }.address(),
        week => Period::Week(week).to_string(),
        days => format!("{} 至 {}", week.monday, week.sunday()),
        weeks => weeks(if kind == Kind::Look { Some(week) } else { wish.week }, touched::first(conn)?, desk.now),
        older => older(desk),
        newest => Wish::of(Kind::Look, None).address(),
        no_week => wish.no_week.clone(),
        begun => week.start() < desk.now,
        over => week.end() <= desk.now,
        wish => wish.fields(),
        platforms => platforms(desk),
        ..shown
    })
}

/// The weeks that can be looked at, from the beginning of the evidence on, the newest first, by month; the one
/// shown is among them.
fn weeks(shown: Option<Week>, first: Option<Moment>, now: Moment) -> Vec<Value> {
    let newest = Period::Week(Week::closed_before(now));
    let closed = std::iter::successors(Some(newest), |week| Some(week.previous()));
    let is_known = |week: &Period| *week == newest || first.is_some_and(|first| first < week.begins().plus_days(7));
    let mut all: Vec<Period> = closed.take(WEEKS).take_while(is_known).collect();
    let shown = shown.map(Period::Week);
    all.extend(shown.filter(|week| !all.contains(week)));
    let month = |week: &Period| week.begins().date().format("%Y年%-m月").to_string();
    let days = |week: &Period| week.begins().date().format("%-m月%-d日起一周").to_string();
    let option =
        |week: &Period| context! { word => week.to_string(), said => days(week), shown => Some(*week) == shown };
    all.chunk_by(|one, next| month(one) == month(next))
        .map(|weeks| context! { month => weeks.first().map(month), weeks => weeks.iter().map(option).collect::<Vec<_>>() })
        .collect()
}

/// What still waits of older checks: how much, and where.
fn older(desk: &Desk) -> Value {
    let by_check = desk.older.chunk_by(|one, next| one.0.at == next.0.at);
    let line = |all: &[(Check, AccountId)]| {
        all.first().map(|(check, _)| {
            let week = Some(Week::closed_before(check.nominal));
            let said = format!("{}的检查 {} 项", check.at.beijing().format("%Y年%-m月%-d日"), all.len());
            context! { to => Wish::of(Kind::Finding, week).address(), said }
        })
    };
    context! { count => desk.older.len(), checks => by_check.filter_map(line).collect::<Vec<_>>() }
}

fn platforms(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> =
        desk.board.ledger.accounts.iter().map(|account| account.platform.name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// One page of a list, and the ways to the others; only what is shown is put into words.
fn paged<T>(
    all: &[T],
    wish: &Wish,
    row: impl FnMut(&T) -> Result<Option<Value>, StoreError>,
) -> Result<Value, StoreError> {
    let paged = Paged::of(all.len(), ROWS, wish.page);
    let rows = paged.part(all).iter().map(row).filter_map(Result::transpose);
    Ok(context! {
        count => all.len(),
        rows => rows.collect::<Result<Vec<Value>, StoreError>>()?,
        page => wish.page,
        pager => paged.pager_at(|page| Wish { page, ..wish.clone() }.address()),
    })
}
