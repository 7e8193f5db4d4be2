//! The first page after signing in, and the page that an office sees under its link.

use super::Web;
use super::chrome::{page, refused, unavailable};
use super::session::Viewer;
use crate::access::token::Token;
use crate::domain::Account;
use crate::store::{Connection, StoreError, accounts, users};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// Where everything begins.
pub(super) async fn show(State(web): State<Web>, uri: Uri, viewer: Viewer) -> Response {
    let now = web.clock.now();
    let next = web.config.checks_between(now.plus(1), now.plus_days(60)).into_iter().next();
    match web.store.read_async(|conn| Ok(accounts::all(conn)?.len())).await {
        Ok(count) => {
            let next = next.map(|check| check.at.beijing().format("%-m月%-d日%H:%M").to_string());
            web.page(StatusCode::OK, "home.html", &uri, &viewer, context! { count, next }).await
        }
        Err(error) => unavailable(&error, &uri),
    }
}

/// What an office sees of its own accounts, without a name and a password. Opening it changes nothing.
pub(super) async fn of_office(State(web): State<Web>, uri: Uri) -> Response {
    let token = uri.path().strip_prefix("/o/").and_then(Token::parse);
    let now = web.clock.now();
    let found = web.store.read_async(move |conn| {
        let Some(office) = token.map(|token| users::offered(conn, &token.hash())).transpose()?.flatten() else {
            return Ok(None);
        };
        Ok(Some(context! { accounts => of(conn, &office, now)?, office }))
    });
    match found.await {
        Ok(Some(values)) => {
            let sender = web.config.office.name.clone();
            let values = context! { me => (), banners => (), here => "", seal => "", sender, ..values };
            page(StatusCode::OK, "office.html", &uri, values)
        }
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, &uri, "链接不能用了", "链接已经作废，或不完整。请向检查方另要一个。")
        }
        Err(error) => unavailable(&error, &uri),
    }
}

fn of(conn: &Connection, office: &str, now: crate::domain::Moment) -> Result<Vec<Value>, StoreError> {
    let own = accounts::all(conn)?.into_iter().filter(|account| account.office == office);
    let row = |account: Account| {
        context! {
            name => account.name.clone(),
            platform => account.platform.name(),
            state => account.state_at(now).chinese(),
        }
    };
    Ok(own.map(row).collect())
}
