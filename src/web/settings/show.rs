//! The page of settings.

use super::super::Shared;
use super::super::chrome::unavailable;
use super::super::session::Viewer;
use crate::access::{Rank, User};
use crate::config::{Config, Mode, Transport};
use crate::spoken::beijing;
use crate::store::users::{self, OfficeLink};
use crate::store::{Connection, StoreError, accounts, modes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The page.
pub(in super::super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let config = Arc::clone(&shared.web.config);
    let me = viewer.user.id;
    match shared.web.store.read_async(move |conn| values(conn, &config, me)).await {
        Ok(values) => shared.page(StatusCode::OK, "settings.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, config: &Config, me: i64) -> Result<Value, StoreError> {
    let offices: BTreeSet<String> = accounts::all(conn)?.into_iter().map(|account| account.office).collect();
    Ok(context! {
        users => users::all(conn)?.iter().map(|one| user(one, me)).collect::<Vec<_>>(),
        ranks => Rank::ALL.map(Rank::chinese).to_vec(),
        links => users::offers(conn)?.iter().map(link).collect::<Vec<_>>(),
        offices => offices.into_iter().filter(|office| !office.is_empty()).collect::<Vec<_>>(),
        mode => mode(conn, config.mode)?,
        clerk => config.clerks().into_iter().next().unwrap_or_default(),
        road => match &config.mail.transport {
            Transport::Smtp(smtp) => format!("邮件服务器 {}", smtp.host),
            Transport::Folder(_) => "文件夹（不真的发出，只写成文件）".to_owned(),
        },
        sender => config.mail.from_address.clone(),
    })
}

fn user(user: &User, me: i64) -> Value {
    context! {
        name => user.name.clone(),
        rank => user.rank.chinese(),
        state => user.standing(),
        disabled => user.disabled_at.is_some(),
        made => beijing(user.made_at),
        mine => user.id == me,
    }
}

fn link(link: &OfficeLink) -> Value {
    context! { office => link.office.clone(), at => beijing(link.made_at), by => link.made_by.clone() }
}

/// What holds, and whether it can be switched here.
fn mode(conn: &Connection, configured: Mode) -> Result<Value, StoreError> {
    let (holds, last) = (modes::holds(conn, configured)?, modes::last(conn)?);
    let since = last.filter(|last| last.mode == holds);
    Ok(context! {
        live => holds == Mode::Live,
        permits => configured == Mode::Live,
        since => since.map(|last| context! { at => beijing(last.at), by => last.by }),
    })
}
