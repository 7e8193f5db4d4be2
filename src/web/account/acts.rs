//! What is done to one account by the forms of its page, each in one transaction with its audit entry.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::notice;
use super::super::plain::plain;
use super::super::session::Act;
use super::view::View;
use crate::deeds::strike::{Strike, Wanted};
use crate::deeds::{self, Refusal};
use crate::domain::{Account, AccountId, Moment, State as Standing};
use crate::import::PlannedAttestation;
use crate::silence::{Scope, Silence};
use crate::spoken::beijing;
use crate::store::{Transaction, accounts, posts};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// 立即核对.
pub(in super::super) async fn ask(at: Here) -> Response {
    let by = at.act.by().to_owned();
    at.keep(move |tx, account, now| deeds::look::ask(tx, &account, &by, now)).await
}

/// 补录: a post that somebody has seen.
pub(in super::super) async fn add(at: Here) -> Response {
    let some = |name: &str| Some(at.act.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    let told = deeds::post::Told {
        at: day_and_time(&at.act, "day", "time"),
        title: some("title").unwrap_or_default(),
        url: some("url"),
        id: None,
        kind: some("kind").unwrap_or_default(),
    };
    let by = at.act.by().to_owned();
    at.keep(move |tx, account, now| {
        let post = deeds::post::read(told, &account, now)?;
        let when = crate::spoken::when(post.when);
        let (is_new, id) = deeds::post::add(tx, &account, post, &by, now)?;
        let said = if is_new {
            format!("已补录{when}的发布；有关结论会重新判定")
        } else {
            "这条发布已经在库里，没有重复登记".to_owned()
        };
        Ok(Kept { said, post: id })
    })
    .await
}

/// 人工核查: all updates of a span are in the list below.
pub(in super::super) async fn attest(at: Here) -> Response {
    let (from, to) = (day_and_time(&at.act, "day", "time"), day_and_time(&at.act, "to-day", "to-time"));
    let (by, seen) = (at.act.by().to_owned(), !at.act.text("seen").is_empty());
    let newest = at.act.text("newest").parse().unwrap_or(0);
    at.keep(move |tx, account, now| {
        if !seen {
            return Err(Refusal::field("seen", "请先看过，再勾选这段时间的更新都在下面的“发布”里；没有登记"));
        }
        let (from, to) = deeds::attest::span(&from, Some(to.as_str()).filter(|to| !to.is_empty()), now)?;
        let planned = PlannedAttestation { account: account.id, from, to, by };
        deeds::attest::keep_after(tx, &planned, newest, now)?;
        Ok(format!("已登记人工核查：{} 至 {}（不含）；有关结论会重新判定", beijing(from), beijing(to)))
    })
    .await
}

/// 撤回核查.
pub(in super::super) async fn withdraw(at: Here) -> Response {
    let (by, number) = (at.act.by().to_owned(), at.act.text("number").parse().unwrap_or(0));
    at.keep(move |tx, account, now| {
        deeds::attest::withdraw(tx, number, Some(account.id), &by, now)?;
        Ok("已撤回核查，有关结论会重新判定".to_owned())
    })
    .await
}

/// 静默.
pub(in super::super) async fn hush(at: Here) -> Response {
    let (by, reason) = (at.act.by().to_owned(), at.act.text("reason").trim().to_owned());
    let (until, until_recovered) = (at.act.text("until").trim().to_owned(), !at.act.text("recovered").is_empty());
    at.keep(move |tx, account, now| {
        let until = deeds::silence::until(&until, "到期时间", now)?;
        let (scope, name) = (Scope::Account(account.id), account.title());
        let new = Silence { id: 0, scope, name, reason, by, at: now, until, until_recovered, ended: None, hushed: 0 };
        deeds::silence::add_to(tx, &account, &new)?;
        let early = if until_recovered { "，恢复更新后提前结束" } else { "" };
        Ok(format!("已静默到{}{early}：到期前不发这个账号的提醒", beijing(until)))
    })
    .await
}

/// 结束静默.
pub(in super::super) async fn expire(at: Here) -> Response {
    let (by, number) = (at.act.by().to_owned(), at.act.text("number").parse().unwrap_or(0));
    at.keep(move |tx, _, now| {
        deeds::silence::expire(tx, number, &by, now)?;
        Ok("静默已结束，提醒照常发".to_owned())
    })
    .await
}

/// 停用, 恢复.
pub(in super::super) async fn change(at: Here) -> Response {
    let named = |name: &str| Standing::ALL.into_iter().find(|state| state.word() == at.act.text(name));
    let states = named("shown").zip(named("state"));
    let (by, reason) = (at.act.by().to_owned(), at.act.text("reason").trim().to_owned());
    at.keep(move |tx, account, now| {
        let states = states.ok_or_else(|| Refusal::field("state", "没有这种状态，没有改动"))?;
        deeds::state::change(tx, account, states, (&by, &reason), now)
    })
    .await
}

/// 剔除: a post counts no longer, or counts again.
pub(in super::super) async fn strike(at: Here) -> Response {
    let wanted = Wanted { id: Some(at.act.text("post").to_owned()), ..Wanted::default() };
    let struck = at.act.text("undo").is_empty();
    let wish = Strike { wanted, struck, reason: at.act.text("reason").to_owned(), by: at.act.by().to_owned() };
    at.keep(move |tx, account, now| {
        let post = deeds::strike::strike(tx, &account, &wish, now)?;
        Ok(Kept { said: plain(&deeds::strike::said(&post, struck)), post: Some(post.id) })
    })
    .await
}

/// A day of the browser's calendar with the time beside it, if one was given.
fn day_and_time(act: &Act, day: &str, time: &str) -> String {
    format!("{} {}", act.text(day).trim(), act.text(time).trim()).trim().to_owned()
}

/// A form of the page of one account, sent by somebody who may.
pub(in super::super) struct Here {
    shared: Shared,
    id: i64,
    uri: Uri,
    /// What of the account the page showed that the form stands on.
    view: View,
    act: Act,
}

impl<S> FromRequest<S> for Here
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Here, Response> {
        let (mut parts, body) = request.into_parts();
        let uri = parts.uri.clone();
        let id = Path::<i64>::from_request_parts(&mut parts, state).await;
        let Path(id) = id.map_err(|_| notice(StatusCode::NOT_FOUND, &uri))?;
        let said = Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|Query(said)| said);
        let view = View::read(&said.unwrap_or_default());
        let Operator(act) = Operator::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Here { shared: Shared::from_ref(state), id, uri, view, act })
    }
}

/// What was done, and the post that the next page has to show, if there is one.
struct Kept {
    said: String,
    post: Option<i64>,
}

impl From<String> for Kept {
    fn from(said: String) -> Kept {
        Kept { said, post: None }
    }
}

impl Here {
    /// Does it to that account, and says at the top of the page that it was done on what was done or why not.
    /// Whoever has work after it hears of it.
    async fn keep<D>(
        self,
        done: impl FnOnce(&Transaction<'_>, Account, Moment) -> Result<D, Refusal> + Send + 'static,
    ) -> Response
    where
        D: Into<Kept>,
    {
        let Here { shared, id, uri, view, act } = self;
        let now = shared.web.clock.now();
        let result = shared.web.store.attempt_async(move |tx| {
            let account = accounts::one(tx, AccountId(id))?.ok_or_else(|| Refusal::state("台账里没有这个账号"))?;
            let Kept { said, post } = done(tx, account, now)?.into();
            let Some(post) = post else { return Ok((said, view)) };
            let all = posts::of_account(tx, AccountId(id), Moment::MIN, Moment::MAX)?;
            Ok((said, view.turned_to(post, &all, now)))
        });
        let result: Result<(String, View), Refusal> = result.await;
        if result.is_ok() {
            shared.web.clock.ring();
        }
        let view = result.as_ref().map_or(view, |(_, view)| *view);
        shared.answer(&act, &uri, &format!("../{id}{}", view.query()), result.map(|(said, _)| said))
    }
}
