//! Coming in and going out: the page that asks for name and password, and the one-time link.

use super::chrome::{refused, root, sheet, unavailable};
use super::gate::From;
use super::session::{Act, Viewer, see_other, text};
use super::{Shared, Web};
use crate::access::token::Token;
use crate::access::{self, SESSION_S, User, password};
use crate::deeds::start;
use crate::domain::Moment;
use crate::mail::message::clean;
use crate::store::users::Invited;
use crate::store::{StoreError, sessions, users};
use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use cuigeng_adapters::time::HOUR;
use minijinja::{Value, context};

/// Where somebody wanted to go.
#[derive(serde::Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    to: String,
}

/// Asks who is there.
pub(super) async fn ask(
    State(web): State<Web>,
    Extension(from): Extension<From>,
    Query(wish): Query<Wish>,
    uri: Uri,
) -> Response {
    match web.is_ready(Some(from), &uri).await {
        Ok(()) => asked(StatusCode::OK, &uri, "", &wish.to, ""),
        Err(answer) => answer,
    }
}

fn asked(status: StatusCode, uri: &Uri, name: &str, to: &str, trouble: &str) -> Response {
    sheet(status, "signin.html", uri, context! { name, to, trouble })
}

/// Lets somebody in, or says that name or password is wrong, whichever it is.
pub(super) async fn enter(
    State(shared): State<Shared>,
    Extension(from): Extension<From>,
    uri: Uri,
    request: Request,
) -> Response {
    let web = &shared.web;
    if let Err(answer) = web.is_ready(Some(from), &uri).await {
        return answer;
    }
    let (parts, fields) = match web.form(request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let name: String = clean(text(&fields, "name")).chars().take(access::LONGEST_NAME).collect();
    let to = text(&fields, "to");
    let now = web.clock.now();
    if let Err(wait_s) = shared.throttle.admit(&name, from.0, now.unix()) {
        tracing::warn!(from = %from.0, wait_s, "web.sign_in_throttled");
        let said = format!("试的次数太多，请{}分钟后再试；忘了密码的，请管理员在“设置”里给新链接", minutes(wait_s));
        return asked(StatusCode::TOO_MANY_REQUESTS, &uri, &name, to, &said);
    }
    match shared.known(name.clone(), text(&fields, "password").to_owned()).await {
        Ok(Some(user)) => {
            shared.throttle.forgive(&name, from.0);
            begun(web, &user, &parts.headers, from, now, &uri, &target(&uri, to)).await
        }
        Ok(None) => {
            tracing::warn!(from = %from.0, "web.sign_in_refused");
            asked(StatusCode::UNPROCESSABLE_ENTITY, &uri, &name, to, "姓名或密码不对")
        }
        Err(error) => unavailable(&error, &uri),
    }
}

impl Shared {
    /// The user of that name and password. It takes as long for a name that nobody has.
    async fn known(&self, name: String, typed: String) -> Result<Option<User>, StoreError> {
        let kept = move |conn: &crate::store::Connection| {
            let user = users::named(conn, &name)?.filter(User::may_sign_in);
            let phc = user.as_ref().map(|user| users::password(conn, user.id)).transpose()?.flatten();
            Ok((user, phc))
        };
        let (user, phc) = self.web.store.read_async(kept).await?;
        let right = self.slowly(move || password::verify(&typed, phc.as_deref())).await;
        Ok(user.filter(|_| right == Some(true)))
    }

    /// Work on a password: beside the runtime's threads, and only so much of it at once.
    pub(super) async fn slowly<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.hashing.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// Below our own address, whatever was asked for: `./` before it keeps scheme and host.
fn target(uri: &Uri, to: &str) -> String {
    let path = to.trim_start_matches('/');
    let odd = path.contains(['\\', '\r', '\n']) || path.starts_with("signin");
    format!("{}./{}", root(uri), if odd { "" } else { path })
}

/// Begins a session with a new token, and goes there.
async fn begun(web: &Web, user: &User, headers: &HeaderMap, from: From, now: Moment, uri: &Uri, to: &str) -> Response {
    let Some(token) = Token::random() else { return no_random(uri) };
    let Some(cookie) = web.cookie_of(&token, headers) else { return no_random(uri) };
    let (owner, hash, before) = (user.clone(), token.hash(), web.brought(headers));
    let kept = web.store.write_async(move |tx| sessions::begin(tx, &owner, (&hash, &before), &from.0.to_string(), now));
    if let Err(error) = kept.await {
        return unavailable(&error, uri);
    }
    tracing::info!(user.id = user.id, from = %from.0, "web.signed_in");
    let mut answer = see_other(to);
    answer.headers_mut().insert(header::SET_COOKIE, cookie);
    answer
}

fn no_random(uri: &Uri) -> Response {
    refused(StatusCode::SERVICE_UNAVAILABLE, uri, "暂时打不开", "系统没有给出随机数，请稍后再试。")
}

/// Ends the session.
pub(super) async fn leave(State(web): State<Web>, uri: Uri, act: Act) -> Response {
    let (user, hash, now) = (act.viewer.user, act.viewer.token.hash(), web.clock.now());
    match web.store.write_async(move |tx| sessions::end(tx, &user, &hash, now)).await {
        Ok(()) => see_other(&format!("{}signin", root(&uri))),
        Err(error) => unavailable(&error, &uri),
    }
}

/// The page of a one-time link. Opening it uses nothing up.
pub(super) async fn invited(State(web): State<Web>, uri: Uri) -> Response {
    match opened(&web, &uri).await {
        Ok((_, guest)) => choose(StatusCode::OK, &uri, &guest, "", ""),
        Err(answer) => answer,
    }
}

/// Whom the link lets in.
async fn opened(web: &Web, uri: &Uri) -> Result<(Token, Invited), Response> {
    let gone = || {
        let text = "链接已经用过、已过期，或不完整。请管理员在“设置”里另给一个。";
        refused(StatusCode::NOT_FOUND, uri, "链接不能用了", text)
    };
    let token = uri.path().strip_prefix("/enter/").and_then(Token::parse).ok_or_else(gone)?;
    let (hash, now) = (token.hash(), web.clock.now());
    match web.store.read_async(move |conn| users::invited(conn, &hash, now)).await {
        Ok(Some(guest)) => Ok((token, guest)),
        Ok(None) => Err(gone()),
        Err(error) => Err(unavailable(&error, uri)),
    }
}

fn choose(status: StatusCode, uri: &Uri, guest: &Invited, name: &str, trouble: &str) -> Response {
    let first = matches!(guest, Invited::First);
    let (name, rank) = match guest {
        Invited::First => (name, ""),
        Invited::User(user) => (user.name.as_str(), user.rank.chinese()),
    };
    let values = context! { first, name, rank, trouble, shortest => password::SHORTEST };
    sheet(status, "enter.html", uri, values)
}

/// Uses a one-time link: keeps the password and lets its owner in.
pub(super) async fn accept(
    State(shared): State<Shared>,
    Extension(from): Extension<From>,
    uri: Uri,
    request: Request,
) -> Response {
    let web = &shared.web;
    let (token, guest) = match opened(web, &uri).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let (parts, fields) = match web.form(request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let typed = text(&fields, "name");
    let wanted = match &guest {
        Invited::First => access::name(typed),
        Invited::User(user) => Ok(user.name.clone()),
    };
    let checked = wanted
        .and_then(|name| password::accept(text(&fields, "password"), text(&fields, "again"), &name).map(|()| name));
    let refuse = |said: &str| choose(StatusCode::UNPROCESSABLE_ENTITY, &uri, &guest, &clean(typed), said);
    let name = match checked {
        Ok(name) => name,
        Err(said) => return refuse(&said),
    };
    let chosen = text(&fields, "password").to_owned();
    let Some(phc) = shared.slowly(move || password::hash(&chosen)).await.flatten() else { return no_random(&uri) };
    let (hash, now) = (token.hash(), web.clock.now());
    let kept = web.store.write_async(move |tx| users::accept(tx, &hash, &name, &phc, now)).await;
    match kept {
        Ok(Ok(user)) => {
            let to = match landing(web, &guest).await {
                Ok(to) => target(&uri, to),
                Err(error) => return unavailable(&error, &uri),
            };
            begun(web, &user, &parts.headers, from, now, &uri, &to).await
        }
        Ok(Err(said)) => refuse(&said),
        Err(error) => unavailable(&error, &uri),
    }
}

/// Whoever has just set the office up is led on to its first letter.
async fn landing(web: &Web, guest: &Invited) -> Result<&'static str, StoreError> {
    let leads = matches!(guest, Invited::First) && web.store.read_async(start::to_tell).await?.is_some();
    Ok(if leads { "start" } else { "" })
}

/// One's own page: who one is, and another password.
pub(super) async fn me(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let done = uri.query() == Some("done=1");
    shared.page(StatusCode::OK, "me.html", &uri, &viewer, values_of_me("", done)).await
}

fn values_of_me(trouble: &str, done: bool) -> Value {
    context! { trouble, done, shortest => password::SHORTEST, hours => SESSION_S / HOUR }
}

/// Another password; every other session of this user ends.
pub(super) async fn change(
    State(shared): State<Shared>,
    Extension(from): Extension<From>,
    uri: Uri,
    act: Act,
) -> Response {
    match changed(&shared, from, &act).await {
        Ok(Ok(())) => see_other("me?done=1"),
        Ok(Err(said)) => {
            let values = values_of_me(&said, false);
            shared.page(StatusCode::UNPROCESSABLE_ENTITY, "me.html", &uri, &act.viewer, values).await
        }
        Err(error) => unavailable(&error, &uri),
    }
}

async fn changed(shared: &Shared, from: From, act: &Act) -> Result<Result<(), String>, StoreError> {
    let (user, now) = (act.viewer.user.clone(), shared.web.clock.now());
    if let Err(said) = password::accept(act.text("password"), act.text("again"), &user.name) {
        return Ok(Err(said));
    }
    // Whoever finds a page open may try as often as whoever stands outside.
    if let Err(wait_s) = shared.throttle.admit(&user.name, from.0, now.unix()) {
        return Ok(Err(format!("试的次数太多，请{}分钟后再试", minutes(wait_s))));
    }
    if shared.known(user.name.clone(), act.text("old").to_owned()).await?.is_none() {
        return Ok(Err("现在的密码不对".to_owned()));
    }
    shared.throttle.forgive(&user.name, from.0);
    let chosen = act.text("password").to_owned();
    let Some(phc) = shared.slowly(move || password::hash(&chosen)).await.flatten() else {
        return Ok(Err("系统没有给出随机数，请稍后再试".to_owned()));
    };
    let hash = act.viewer.token.hash();
    shared.web.store.write_async(move |tx| users::set_password(tx, &user, &phc, (&user.name, &hash), now)).await?;
    Ok(Ok(()))
}

fn minutes(wait_s: i64) -> i64 {
    (wait_s + 59) / 60
}
