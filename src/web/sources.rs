//! 来源: where each source stands, as `source status` tells it.

use super::Shared;
use super::chrome::unavailable;
use super::paged::address;
use super::plain::plain;
use super::session::Viewer;
use crate::config::Config;
use crate::domain::{Account, Class, Moment};
use crate::rules::class_chinese;
use crate::spoken::beijing;
use crate::standing::{self, Standing, Users, left};
use crate::store::looks::LookRow;
use crate::store::{Connection, StoreError, accounts};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use cuigeng_adapters::time::DAY;
use minijinja::{Value, context};
use std::sync::Arc;

/// Failing accounts that a source shows.
const SHOWN: usize = 50;

/// The page.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    match shared.web.store.read_async(move |conn| values(conn, &config, now)).await {
        Ok(values) => shared.page(StatusCode::OK, "sources.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, config: &Config, now: Moment) -> Result<Value, StoreError> {
    let all = accounts::all(conn)?;
    let users = standing::users(&all, now);
    let facts = standing::gather(conn, &users)?;
    let names = names(config, &users);
    let standings: Vec<Standing<'_>> =
        names.iter().map(|name| standing::standing(config, name, standing::of(&users, name), &facts, now)).collect();
    let without = all.iter().filter(|one| one.state_at(now).is_judged() && one.sources.is_empty()).count();
    Ok(context! {
        rows => standings.iter().map(|one| row(one, config, now)).collect::<Vec<_>>(),
        details => standings.iter().filter(|one| has_more(one)).map(|one| detail(one, now)).collect::<Vec<_>>(),
        without,
        total => all.len(),
    })
}

/// Those of the configuration, then those that only the list names.
fn names<'a>(config: &'a Config, users: &Users<'a>) -> Vec<&'a str> {
    let unknown = standing::unknown(config, users).into_iter().map(|(name, _)| name);
    config.sources.keys().map(String::as_str).chain(unknown).collect()
}

fn has_more(one: &Standing<'_>) -> bool {
    let rests = one.rest.as_ref().is_some_and(|(cause, _)| !cause.advice.is_empty());
    !one.failing.is_empty() || rests || one.incident.is_some() || !one.configured || !one.credentials.is_empty()
}

fn row(one: &Standing<'_>, config: &Config, now: Moment) -> Value {
    let (word, said) = standing::state(one);
    let mark = match word {
        "good" => "good",
        "partly" | "resting" => "problem",
        "failing" | "unknown" => "failed",
        "unused" => "exempt",
        _ => "unclear",
    };
    let end = one.credentials.iter().filter_map(|(credential, _)| credential.expires).min();
    context! {
        name => one.name,
        kind => config.sources.get(one.name).map(|source| source.chinese()),
        mark,
        said,
        accounts => one.accounts,
        tries => one.configured && one.accounts > 0,
        served => address("", &[("source", one.name)]),
        good => one.last_good.map(beijing),
        longest => one.longest.map(|(account, at)| context! { id => account.id.0, title => account.title(), at => at.map(beijing) }),
        next => one.next.map(|next| if next <= now { "现在".to_owned() } else { beijing(next) }),
        end => end.map(|end| left(end, now)),
        near => end.is_some_and(|end| end.since(now) < 7 * DAY),
    }
}

fn detail(one: &Standing<'_>, now: Moment) -> Value {
    let credentials: Vec<Value> = one
        .credentials
        .iter()
        .map(|(credential, account)| {
            context! {
                whose => account.map(Account::title),
                end => credential.expires.map(|end| left(end, now)),
                checked => beijing(credential.checked_at),
            }
        })
        .collect();
    context! {
        name => one.name,
        tries => one.configured && one.rest.is_none(),
        missing => (!one.configured).then(|| standing::missing(one.name, one.accounts)),
        rest => one.rest.as_ref().map(|(cause, until)| {
            context! { until => beijing(*until), class => class_chinese(cause.class), advice => plain(&cause.advice) }
        }),
        incident => one.incident.map(beijing),
        credentials,
        failing => one.failing.iter().take(SHOWN).map(failing).collect::<Vec<_>>(),
        more => one.failing.len().saturating_sub(SHOWN),
    }
}

fn failing((account, class, look, since): &(&Account, Class, &LookRow, Moment)) -> Value {
    context! {
        id => account.id.0,
        title => account.title(),
        class => class_chinese(*class),
        since => beijing(*since),
        advice => plain(&look.advice),
    }
}
