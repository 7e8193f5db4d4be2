//! 第一次使用: from the first administrator to the first letter, a section a step. What is done and what is
//! next is read off what is kept (`deeds::start`), so that it can be left and taken up again. Everybody
//! sees it; only administrators act.

mod acts;
mod looks;

pub(super) use acts::{account, begin, dismiss, letter, look, skip};
pub(super) use looks::sheet;

use super::chrome::unavailable;
use super::overview::shown_moment;
use super::session::Viewer;
use super::{Shared, upcoming};
use crate::access::{Rank, User};
use crate::config::words::rules_in_words;
use crate::config::{Config, Mode, Transport, mail_in_words};
use crate::deeds::start::{self, Progress, Stand};
use crate::domain::{Account, KNOWN_PLATFORMS, Moment, Role, Roster};
use crate::mail::test_letter;
use crate::spoken::beijing;
use crate::store::{Connection, LetterState, StoreError, accounts, contacts, modes, outbox, users};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::Arc;

/// The columns of the list that the form for one account fills in.
const COLUMNS: [(&str, &str); 7] = [
    ("name", "账号名称"),
    ("platform", "平台"),
    ("handle", "账号标识"),
    ("office", "主办单位"),
    ("mail", "运维邮箱"),
    ("source", "来源"),
    ("key", "来源参数"),
];

/// The page.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    shown(&shared, StatusCode::OK, &uri, &viewer).await
}

async fn shown(shared: &Shared, status: StatusCode, uri: &Uri, viewer: &Viewer) -> Response {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    let kept = shared.web.store.read_async(move |conn| values(conn, &config, now)).await;
    let values = match kept {
        Ok(values) => values,
        Err(error) => return unavailable(&error, uri),
    };
    let first = match first_letter(shared).await {
        Ok(first) => first,
        Err(error) => return unavailable(&error, uri),
    };
    let leaving = match shared.leaving(viewer).await {
        Ok(leaving) => leaving,
        Err(error) => return unavailable(&error, uri),
    };
    shared.page(status, "start.html", uri, viewer, context! { first, leaving, ..values }).await
}

/// What the first letter says; `making` while it is being foretold.
async fn first_letter(shared: &Shared) -> Result<Value, StoreError> {
    let Some((at, ahead)) = shared.ahead().await? else { return Ok(context! { making => true }) };
    let (count, trial) = ahead.counted();
    Ok(context! {
        making => false,
        at => beijing(at),
        count,
        trial,
        days => upcoming::DAYS,
        letter => ahead.first(),
    })
}

fn values(conn: &Connection, config: &Config, now: Moment) -> Result<Value, StoreError> {
    let progress = start::progress(conn)?;
    let all = accounts::all(conn)?;
    Ok(context! {
        steps => steps(&progress),
        open => progress.open().len(),
        dismissed => progress.dismissed.as_ref().map(word),
        admins => admins(conn)?,
        mail => mail(conn, config, &progress)?,
        list => listed(conn, config, &all, now)?,
        look => looks::values(conn, config, &all, &progress, now)?,
        rules => rules(config, now),
        check => config.next_check(now).map(|check| shown_moment(check.at)),
        begun => begun(conn, config, &progress)?,
    })
}

/// Every step with its word: `done`, `left`, `next`, `open`, or `read` for those that are only read.
fn steps(progress: &Progress) -> Vec<Value> {
    let begun = progress.begun.is_some();
    let stand = |stand: &Stand| match stand {
        Stand::Done => "done",
        Stand::Left(_) => "left",
        Stand::Open => "open",
    };
    let flag = |done: bool| if done { "done" } else { "open" };
    let before = progress.open().iter().all(|step| *step == "开始");
    let read = if begun { "done" } else { "read" };
    let all = [
        ("admin", "管理员", "done"),
        ("mail", "试发信", stand(&progress.mail)),
        ("list", "台账", flag(progress.accounts)),
        ("look", "第一次核对", stand(&progress.look)),
        ("rules", "规则", read),
        ("letter", "第一封信", read),
        ("begin", "开始", flag(begun)),
    ];
    let next = all.iter().position(|(_, _, word)| *word == "open");
    let one = |(at, (key, title, word)): (usize, (&str, &str, &str))| {
        let word = if Some(at) == next { "next" } else { word };
        let said = match word {
            "done" => "已完成",
            "left" => "先跳过",
            "next" => "下一步",
            "read" if before => "请看一遍",
            _ => "还没做",
        };
        context! { n => at + 1, key, title, word, said }
    };
    all.into_iter().enumerate().map(one).collect()
}

fn word(word: &start::Word) -> Value {
    context! { by => word.by.clone(), at => beijing(word.at), reason => word.reason.clone() }
}

fn left(stand: &Stand) -> Option<Value> {
    match stand {
        Stand::Left(said) => Some(word(said)),
        Stand::Done | Stand::Open => None,
    }
}

fn admins(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let admins = users::all(conn)?.into_iter().filter(|user| user.rank == Rank::Admin && User::may_sign_in(user));
    Ok(admins.map(|user| user.name).collect())
}

/// How letters leave, and what became of the newest test letter.
fn mail(conn: &Connection, config: &Config, progress: &Progress) -> Result<Value, StoreError> {
    let row = progress.letter.map(|id| outbox::show(conn, id)).transpose()?.flatten();
    let tested = row.map(|row| {
        let waits = matches!(row.state, LetterState::Queued | LetterState::Sending);
        let (id, to, at) = (row.id, row.recipient.clone(), beijing(row.created_at));
        let sent = test_letter::sent(row);
        let failure = sent.failure().filter(|_| !waits).map(|said| super::plain::plain(&said));
        context! { id, to, at, waits, failure, written => sent.is_only_written(), course => sent.course() }
    });
    Ok(context! {
        how => mail_in_words(config),
        folder => matches!(config.mail.transport, Transport::Folder(_)),
        clerk => config.clerks().into_iter().next().unwrap_or_default(),
        tested,
        left => left(&progress.mail),
    })
}

/// What the list has, and what it lacks.
fn listed(conn: &Connection, config: &Config, all: &[Account], now: Moment) -> Result<Value, StoreError> {
    let judged: Vec<&Account> = all.iter().filter(|account| account.state_at(now).is_judged()).collect();
    let roster: Roster = contacts::roster(conn)?;
    let nobody = |account: &&&Account| roster.addresses(account, Role::Operator, now.date()).is_empty();
    Ok(context! {
        total => all.len(),
        judged => judged.len(),
        without => judged.iter().filter(|account| account.sources.is_empty()).count(),
        nobody => judged.iter().filter(nobody).count(),
        platforms => KNOWN_PLATFORMS.to_vec(),
        sources => config.sources.values().map(|one| context! { name => one.name.clone(), kind => one.chinese() }).collect::<Vec<_>>(),
    })
}

/// Each heading with what belongs to it.
fn rules(config: &Config, now: Moment) -> Vec<Value> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in rules_in_words(config, now) {
        match groups.last_mut().filter(|_| line.starts_with(' ')) {
            Some((_, lines)) => lines.push(without_number(line.trim()).to_owned()),
            None => groups.push((line.trim_end_matches('：').to_owned(), Vec::new())),
        }
    }
    groups.into_iter().map(|(head, lines)| context! { head, lines }).collect()
}

/// The page numbers them itself where there is an order.
fn without_number(line: &str) -> &str {
    match line.split_once(". ") {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// What holds, since when, and whether it can be 正式.
fn begun(conn: &Connection, config: &Config, progress: &Progress) -> Result<Value, StoreError> {
    Ok(context! {
        live => modes::holds(conn, config.mode)? == Mode::Live,
        permits => config.mode == Mode::Live,
        by => progress.begun.as_ref().map(|last| last.by.clone()),
        at => progress.begun.as_ref().map(|last| beijing(last.at)),
        ready => progress.open().iter().all(|step| *step == "开始"),
        folder => matches!(config.mail.transport, Transport::Folder(_)),
    })
}
