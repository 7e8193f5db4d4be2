//! What an office says of its 核对稿, written down, corrected and taken back by whoever works here.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::notice;
use super::super::plain::plain;
use super::super::session::Act as Form;
use crate::deeds::reply::{Instead, keep, next, read_updated, recall};
use crate::deeds::{Refusal, when};
use crate::domain::{AccountId, Moment, Period};
use crate::store::accounts;
use crate::store::reviews::{Answer, AnswerWord};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;

/// Of whom an answer speaks, as a choice of the form: an office, and one of its accounts or all of them.
pub(super) fn about(office: &str, account: Option<AccountId>) -> String {
    format!("{office}|{}", account.map_or_else(String::new, |id| id.0.to_string()))
}

fn read_about(text: &str) -> Option<(String, Option<AccountId>)> {
    let (office, account) = text.rsplit_once('|')?;
    let account = if account.is_empty() { None } else { Some(AccountId(account.parse().ok()?)) };
    Some((office.to_owned(), account))
}

/// `/reports/{period}/answer`
pub(in crate::web) async fn take(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    uri: Uri,
    Operator(form): Operator,
) -> Response {
    let (store, config, now) = (shared.web.store.clone(), Arc::clone(&shared.web.config), shared.web.clock.now());
    let known = Period::parse(&period).filter(|period| !matches!(period, Period::Week(_)) && period.begins() <= now);
    let Some(period) = known else { return notice(StatusCode::NOT_FOUND, &uri) };
    let wish = read(&form, now);
    let instead = instead(&form);
    let to = format!("../{period}");
    let again = instead.as_ref().map_or_else(|| to.clone(), |instead| format!("{to}?correct={}#reply", instead.id));
    let deed = async move {
        let answer = wish?;
        store
            .attempt_async(move |tx| {
                let account = match answer.account {
                    Some(id) => Some(accounts::one(tx, id)?.ok_or_else(|| unknown(id))?),
                    None => None,
                };
                keep(tx, &config, period, &answer, (account.as_ref(), instead.as_ref()), now)?;
                let done = if instead.is_some() { "已更正" } else { "已登记" };
                let next = next(answer.word, &config);
                let said = format!("{done}{}的答复：{}{next}", answer.office, answer.word.chinese());
                Ok(plain(&said))
            })
            .await
    };
    shared.in_time_or(form, &uri, (&to, &again), deed).await
}

/// `/reports/{period}/recall`
pub(in crate::web) async fn back(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    uri: Uri,
    Operator(form): Operator,
) -> Response {
    let (store, now) = (shared.web.store.clone(), shared.web.clock.now());
    let Some(period) = Period::parse(&period) else { return notice(StatusCode::NOT_FOUND, &uri) };
    let (id, by, reason) = (number(form.text("answer")), form.by().to_owned(), form.text("reason").to_owned());
    let done = store.attempt_async(move |tx| recall(tx, id, &by, &reason, now)).await;
    let said = done.map(|(_, old)| format!("已收回{}的答复：{}", old.office, old.word.chinese()));
    shared.answer(&form, &uri, &format!("../{period}"), said)
}

/// What is no number is that of no answer.
fn number(text: &str) -> i64 {
    text.trim().parse().unwrap_or(0)
}

fn instead(form: &Form) -> Option<Instead> {
    let reason = form.text("why").trim().to_owned();
    (!form.text("instead").is_empty()).then(|| Instead { id: number(form.text("instead")), reason })
}

fn unknown(id: AccountId) -> Refusal {
    Refusal::wish(format!("没有登记：没有编号为{}的账号，请刷新页面再选", id.0))
}

fn read(form: &Form, now: Moment) -> Result<Answer, Refusal> {
    let text = |name: &str| form.text(name).trim().to_owned();
    let lacks = |field, what: &str| Refusal::field(field, format!("没有登记：请选择{what}"));
    let (office, account) =
        read_about(form.text("about")).ok_or_else(|| lacks("about", "是哪个单位、哪个账号的答复"))?;
    let word = AnswerWord::from_word(form.text("word")).ok_or_else(|| lacks("word", "一致、有异议，还是已整改"))?;
    let said_by = text("said_by");
    if said_by.is_empty() {
        return Err(Refusal::field("said_by", "没有登记：该单位由谁答复的要写明"));
    }
    let on = if text("on").is_empty() { now.date() } else { when::day("答复日期", "on", &text("on"))? };
    // The field stands there for each answer, and is read of one.
    let updated_at = if word == AnswerWord::Repaired { read_updated(&text("updated_at"))? } else { None };
    let (reason, by) = (text("reason"), form.by().to_owned());
    let (ruling, recalled) = (None, None);
    Ok(Answer { id: 0, office, account, word, reason, said_by, on, by, at: now, updated_at, ruling, recalled })
}
