//! What the steps do, by administrators, each with its entry in the trail.

use super::super::Shared;
use super::super::act::Admin;
use super::super::session::Act;
use super::super::settings::{switched_said, tested};
use super::{COLUMNS, looks, shown};
use crate::config::Mode;
use crate::deeds::start::{self, Step};
use crate::deeds::{self, Refusal};
use crate::store::{Transaction, accounts};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;

/// A test letter.
pub(in super::super) async fn letter(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let done = tested(&shared, &act).await;
    shared.answer(&act, &uri, "../start#mail", done)
}

/// Leaves a step out, with a word.
pub(in super::super) async fn skip(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let (by, now) = (act.by().to_owned(), shared.web.clock.now());
    let (step, reason) = (Step::parse(act.text("step")), act.text("reason").to_owned());
    let to = format!("../start#{}", if step == Some(Step::Look) { "look" } else { "mail" });
    let deed = move |tx: &Transaction<'_>| {
        let step = step.ok_or_else(|| Refusal::wish("没有说跳过哪一步，没有改动"))?;
        start::skip(tx, step, &reason, &by, now)
    };
    let done = shared.web.store.attempt_async(deed).await;
    shared.answer(&act, &uri, &to, done)
}

/// One account; what is wrong with it is said beside what was typed.
pub(in super::super) async fn account(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    match listed(&shared, &act).await {
        Ok(title) => {
            // It is looked at now, not when the next old one is due.
            shared.web.clock.ring();
            shared.answer(&act, &uri, "../start#list", Ok(format!("已登记 {title}")))
        }
        Err(refusal) => match shared.refuse(&act, &uri, refusal) {
            Ok(_) => shown(&shared, StatusCode::UNPROCESSABLE_ENTITY, &uri, &act.viewer).await,
            Err(answer) => answer,
        },
    }
}

async fn listed(shared: &Shared, act: &Act) -> Result<String, Refusal> {
    let told: Vec<(&'static str, String)> =
        COLUMNS.iter().map(|(field, column)| (*column, act.text(field).chars().take(300).collect())).collect();
    let (config, by, now) = (Arc::clone(&shared.web.config), act.by().to_owned(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| {
        let told: Vec<(&'static str, &str)> = told.iter().map(|(column, text)| (*column, text.as_str())).collect();
        deeds::list::add_one(tx, &config, &told, &by, now)
    };
    shared.web.store.attempt_async(deed).await
}

/// 立即核对 of all that no source has read yet.
pub(in super::super) async fn look(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let (by, now) = (act.by().to_owned(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| {
        let unread = looks::unread_now(tx, &accounts::all(tx)?, now)?;
        deeds::look::ask_all(tx, &unread, &by, now)
    };
    let done = shared.web.store.attempt_async(deed).await;
    if done.is_ok() {
        shared.web.clock.ring();
    }
    shared.answer(&act, &uri, "../start#look", done)
}

/// 开始: 正式, or 试运行 for the time being.
pub(in super::super) async fn begin(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let to = "../start#begin";
    match wished(&act) {
        Ok(wanted) => {
            let deed = begun(shared.clone(), wanted, act.by().to_owned(), act.text("leaving").to_owned());
            shared.in_time(act, &uri, to, deed).await
        }
        Err(refusal) => shared.answer(&act, &uri, to, Err(refusal)),
    }
}

fn wished(act: &Act) -> Result<Mode, Refusal> {
    let wanted = match act.text("mode") {
        "live" => Mode::Live,
        "trial" => Mode::Trial,
        _ => return Err(Refusal::wish("没有说是正式还是试运行，没有开始")),
    };
    if act.text("seen").is_empty() {
        return Err(Refusal::field("seen", "请先看一遍上面的规则和第一封信，勾选以后再开始；没有开始"));
    }
    if wanted == Mode::Live && act.text("name").trim() != act.by() {
        return Err(Refusal::field("name", "写的姓名和您登录的姓名不一样，没有开始；由谁负责，要由本人写明"));
    }
    Ok(wanted)
}

/// The ledger is loaded for it, which takes seconds in a large town.
async fn begun(shared: Shared, wanted: Mode, by: String, seen: String) -> Result<String, Refusal> {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| start::begin(tx, &config, (wanted, Some(&seen)), &by, now);
    let done = shared.web.store.attempt_async(deed).await?;
    shared.web.clock.ring();
    Ok(match (done, wanted) {
        (Some(_), Mode::Trial) => "已经开始，先试运行：提醒只汇总发给检查方，责任单位收不到".to_owned(),
        (done, _) => switched_said(done, wanted),
    })
}

/// No more lines about it on the overview, or again.
pub(in super::super) async fn dismiss(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let (by, now, dismissed) = (act.by().to_owned(), shared.web.clock.now(), act.text("again").is_empty());
    let done = shared.web.store.attempt_async(move |tx| start::dismiss(tx, dismissed, &by, now)).await;
    shared.answer(&act, &uri, "../start", done)
}
