//! The page of settings.

use super::super::Shared;
use super::super::chrome::unavailable;
use super::super::plain::plain;
use super::super::session::Viewer;
use crate::access::{Rank, User};
use crate::backup::keep::{self, Kept};
use crate::backup::record::Record;
use crate::backup::{self, standing::standing};
use crate::config::{Config, Mode, Transport};
use crate::domain::Moment;
use crate::spoken::{beijing, size};
use crate::store::users::{self, OfficeLink};
use crate::store::{Connection, StoreError, accounts, modes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Backups that the page lists; the rest is counted.
const SHOWN: usize = 8;

/// The page.
pub(in super::super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let config = Arc::clone(&shared.web.config);
    let me = viewer.user.id;
    let (data, now) = (shared.web.store.dir().to_owned(), shared.web.clock.now());
    let read = move |conn: &Connection| {
        let backup = backups(conn, &config, &data, now)?;
        Ok(context! { backup, ..values(conn, &config, me)? })
    };
    let leaving = match shared.leaving(&viewer).await {
        Ok(leaving) => leaving,
        Err(error) => return unavailable(&error, &uri),
    };
    match shared.web.store.read_async(read).await {
        Ok(values) => {
            let values = context! { leaving, ..values };
            shared.page(StatusCode::OK, "settings.html", &uri, &viewer, values).await
        }
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

/// How it stands with the backups, and the newest of them.
fn backups(conn: &Connection, config: &Config, data: &Path, now: Moment) -> Result<Value, StoreError> {
    let (record, all) = (Record::read(conn)?, keep::list(&backup::folder(data)));
    let stands = standing(&record, &all, config.backup.at, now);
    Ok(context! {
        said => plain(&stands.chinese(now)),
        trouble => stands.is_trouble(),
        cure => plain(stands.cure()),
        last => all.iter().any(|one| one.verified),
        night => config.backup.at.map(|at| at.format("%H:%M").to_string()),
        days => config.backup.keep_days,
        kept => all.iter().take(SHOWN).map(|one| kept(one, &record)).collect::<Vec<_>>(),
        more => all.len().saturating_sub(SHOWN),
    })
}

fn kept(one: &Kept, record: &Record) -> Value {
    let damage = record.damaged.get(&one.name);
    let (mark, state) = match damage {
        Some(_) => ("failed", "已损坏"),
        None if one.verified => ("good", "检验过"),
        None => ("exempt", "没有检验过"),
    };
    context! { at => beijing(one.at), name => one.name.clone(), size => size(one.bytes), mark, state, why => damage }
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
