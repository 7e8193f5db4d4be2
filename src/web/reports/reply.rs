//! What an office says of its 核对稿, written down by whoever works here.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::notice;
use super::super::plain::plain;
use super::super::session::Act as Form;
use crate::deeds::reply::{keep, next};
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
    let deed = async move {
        let answer = wish?;
        store
            .attempt_async(move |tx| {
                let account = match answer.account {
                    Some(id) => Some(accounts::one(tx, id)?.ok_or_else(|| unknown(id))?),
                    None => None,
                };
                keep(tx, &config, period, &answer, account.as_ref(), now)?;
                let said =
                    format!("已登记{}的答复：{}{}", answer.office, answer.word.chinese(), next(answer.word, &config));
                Ok(plain(&said))
            })
            .await
    };
    shared.in_time(form, &uri, &format!("../{period}"), deed).await
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
    let by = form.by().to_owned();
    Ok(Answer { id: 0, office, account, word, reason: text("reason"), said_by, on, by, at: now, ruling: None })
}
