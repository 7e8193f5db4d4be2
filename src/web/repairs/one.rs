//! One 整改项: what was found, what was said about it, what has been posted since; feedback, review and
//! extension are written down here.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::{refused, unavailable};
use super::super::session::{Act, Viewer};
use super::mark;
use crate::bulletin::words;
use crate::config::Config;
use crate::deeds::repair::{add, find, standing};
use crate::deeds::{Refusal, when};
use crate::domain::Moment;
use crate::repair::{Event, EventKind, Repair, State as Stage, needs_reason, step};
use crate::report::period_words;
use crate::spoken::beijing;
use crate::store::{Connection, repairs};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::sync::Arc;

/// The page.
pub(in crate::web) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (id, now, store) = (id.parse().unwrap_or(0), shared.web.clock.now(), shared.web.store.clone());
    let config = Arc::clone(&shared.web.config);
    let work = tokio::task::spawn_blocking(move || store.attempt_read(|conn| values(conn, &config, id, now)));
    match work.await {
        Ok(Ok(values)) => shared.page(StatusCode::OK, "repair.html", &uri, &viewer, values).await,
        Ok(Err(Refusal::Store(error))) => unavailable(&error, &uri),
        _ => refused(StatusCode::NOT_FOUND, &uri, "没有这个整改项", "没有这个编号的整改项。请从整改页重新打开。"),
    }
}

fn values(conn: &Connection, config: &Config, id: i64, now: Moment) -> Result<Value, Refusal> {
    let (profile, repair) = find(conn, config, id, now)?;
    let (posts, last) = repairs::posted_since(conn, repair.account, Moment::start_of(repair.dated))?;
    Ok(context! {
        id,
        profile,
        account => repair.account.0,
        title => repair.title(),
        office => repair.office.clone(),
        period => repair.period.to_string(),
        name => period_words(repair.period),
        dated => words::date(repair.dated),
        problem => repair.problem.clone(),
        seen => repair.seen.clone(),
        due => repair.due().to_string(),
        mark => mark(&repair, now),
        standing => standing(&repair, now),
        shown => repair.events.len(),
        overturned => repair.state() == Stage::Overturned,
        events => repair.events.iter().map(event).collect::<Vec<_>>(),
        posts,
        last => last.map(beijing),
        may => may(&repair),
        today => now.date().to_string(),
    })
}

fn event(event: &Event) -> Value {
    let what = match event.kind {
        EventKind::Extend => format!("延期到{}", event.on),
        kind => kind.chinese().to_owned(),
    };
    let on = if event.kind == EventKind::Extend { event.at.date() } else { event.on };
    context! {
        on => on.to_string(), what, said_by => event.said_by.clone(), text => event.text.clone(), by => event.by.clone(),
    }
}

/// Which deeds its state allows; what is offered here is tried again when it is done.
fn may(repair: &Repair) -> Value {
    let at = repair.state();
    let allows = |kind: EventKind| step(at, kind).is_ok();
    context! {
        answer => allows(EventKind::Answer),
        repaired => allows(EventKind::Repaired),
        unrepaired => allows(EventKind::Unrepaired),
        extend => allows(EventKind::Extend),
        why_repaired => needs_reason(at, EventKind::Repaired),
        why_unrepaired => needs_reason(at, EventKind::Unrepaired),
        any => !matches!(at, Stage::Withdrawn | Stage::Overturned),
    }
}

/// `/repairs/{id}/{deed}`
pub(in crate::web) async fn act(
    State(shared): State<Shared>,
    Path((id, deed)): Path<(String, String)>,
    uri: Uri,
    Operator(act): Operator,
) -> Response {
    let (id, now): (i64, Moment) = (id.parse().unwrap_or(0), shared.web.clock.now());
    // A form that does not say what its page showed is an old one.
    let (shown, config) = (act.text("shown").parse().unwrap_or(usize::MAX), Arc::clone(&shared.web.config));
    let done = match read(&deed, &act, now) {
        Ok(event) => {
            let deed = shared
                .web
                .store
                .attempt_async(move |tx| add(tx, &config, (id, Some(shown)), &event).map(|kept| (kept.1, event)));
            deed.await
        }
        Err(refusal) => Err(refusal),
    };
    let said = done.map(|(repair, event)| format!("已登记{}，现为{}", event.kind.chinese(), repair.state().chinese()));
    shared.answer(&act, &uri, &format!("../{id}"), said)
}

fn read(deed: &str, act: &Act, now: Moment) -> Result<Event, Refusal> {
    let text = |name: &str| act.text(name).trim().to_owned();
    let event = |kind, text, said_by, on| Event { kind, text, said_by, on, by: act.by().to_owned(), at: now };
    match deed {
        "answer" => {
            let (said, said_by) = (text("text"), text("said_by"));
            if said.is_empty() || said_by.is_empty() {
                let field = if said.is_empty() { "text" } else { "said_by" };
                return Err(Refusal::field(field, "反馈的内容和反馈人都要写明"));
            }
            Ok(event(EventKind::Answer, said, said_by, past_day(&text("on"), now)?))
        }
        "repaired" => Ok(event(EventKind::Repaired, text("reason"), String::new(), now.date())),
        "unrepaired" => Ok(event(EventKind::Unrepaired, text("reason"), String::new(), now.date())),
        "extend" => {
            let reason = text("reason");
            if reason.is_empty() {
                return Err(Refusal::field("reason", "为什么延期要写明"));
            }
            let until = when::day("新的期限", "until", &text("until"))?;
            Ok(event(EventKind::Extend, reason, String::new(), until))
        }
        _ => Err(Refusal::wish("没有这样的操作，没有改动")),
    }
}

/// Today where nothing is written.
fn past_day(text: &str, now: Moment) -> Result<NaiveDate, Refusal> {
    let on = if text.is_empty() { now.date() } else { when::day("反馈日期", "on", text)? };
    if on > now.date() {
        return Err(Refusal::field("on", format!("反馈日期{on}还没有到，请核对")));
    }
    Ok(on)
}
