//! Sessions that an operator supplies as a cookie: when they end at the latest, and whether they still
//! serve. The cookie itself is never logged.

use super::refusal::{self, number};
use crate::http::{Answer, Http, Request};
use crate::{Class, Failure, Moment, Probe, Secret};

/// When the cookie ends at the latest: `ALF`, unix seconds, plain or as `02_` + seconds. Only an upper
/// bound; sessions have died within minutes.
pub fn expires(cookie: &str) -> Option<Moment> {
    let alf = cookie.split(';').find_map(|part| part.trim().strip_prefix("ALF="))?;
    let seconds: i64 = alf.rsplit('_').next()?.trim().parse().ok()?;
    (seconds > 0).then(|| Moment::from_unix(seconds))
}

/// Asks `question`, which tells a login from none, and adds what the cookie says of itself.
pub(super) async fn probe(
    question: Request,
    cookie: &Secret,
    now: Moment,
    http: &Http,
    understand: fn(&Answer) -> Option<Failure>,
) -> Probe {
    let expires = expires(cookie.expose());
    let trouble = match http.send(question).await {
        Ok(answer) => understand(&answer),
        Err(failure) => Some(failure),
    };
    let trouble = trouble.or_else(|| expires.filter(|at| *at <= now).map(|_| expired()));
    let mut told = Vec::new();
    if !cookie.expose().contains("SUB=") {
        told.push("Cookie 里没有 SUB 一项，多半不是登录后的 Cookie".to_owned());
    }
    Probe { trouble, expires, told }
}

/// `GET /api/config` of m.weibo.cn: `data.login`.
pub(super) fn mobile(answer: &Answer) -> Option<Failure> {
    match refusal::body(answer, true) {
        Err(failure) => Some(failure),
        Ok(body) if body["data"]["login"] == true => None,
        Ok(body) if body["data"]["login"] == false => Some(logged_out()),
        Ok(_) => Some(Failure::new(Class::Malformed, "api/config without data.login")),
    }
}

/// `GET /ajax/profile/info` without a parameter: 400 means that the session passed.
pub(super) fn desktop(answer: &Answer) -> Option<Failure> {
    if answer.status == 400 {
        return None;
    }
    match refusal::body(answer, true) {
        Err(failure) => Some(failure),
        Ok(body) if number(&body["ok"]) == Some(1) => None,
        Ok(_) => Some(logged_out()),
    }
}

fn logged_out() -> Failure {
    Failure::new(Class::Auth, "the session is not logged in")
        .because("login")
        .advise("微博登录已失效：请用浏览器重新登录，把新的 Cookie 写入凭据文件")
}

fn expired() -> Failure {
    Failure::new(Class::Auth, "ALF has passed")
        .because("expired")
        .advise("微博登录已到期：请用浏览器重新登录，把新的 Cookie 写入凭据文件")
}
