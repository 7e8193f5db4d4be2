//! Who is asking: the session in the cookie, and what a form must carry before it changes anything.

use super::chrome::{refused, root, unavailable};
use super::gate::From;
use super::{Shared, Web};
use crate::access::User;
use crate::access::token::Token;
use crate::store::{StoreError, sessions, users};
use axum::extract::{Form, FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Somebody who has signed in.
pub(super) struct Viewer {
    pub(super) user: User,
    /// What the cookie holds.
    pub(super) token: Token,
}

/// A form of somebody who has signed in, sent from one of our own pages.
pub(super) struct Act {
    pub(super) viewer: Viewer,
    pub(super) fields: Vec<(String, String)>,
}

impl<S> FromRequestParts<S> for Viewer
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Viewer, Response> {
        let shared = Shared::from_ref(state);
        match shared.web.viewer(&parts.headers).await {
            Ok(Some(viewer)) => Ok(viewer),
            Ok(None) => Err(shared.web.outside(parts).await),
            Err(error) => Err(unavailable(&error, &parts.uri)),
        }
    }
}

impl<S> FromRequest<S> for Act
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Act, Response> {
        let shared = Shared::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let viewer = Viewer::from_request_parts(&mut parts, state).await?;
        let uri = parts.uri.clone();
        if !is_from_our_page(&parts.headers, shared.web.config.web.public_url.as_deref()) {
            return Err(forged(&uri));
        }
        let fields = read_form(Request::from_parts(parts, body), &uri).await?;
        let act = Act { viewer, fields };
        if act.viewer.token.is_sealed_by(act.text("seal")) { Ok(act) } else { Err(forged(&uri)) }
    }
}

impl Act {
    /// The first value of that name; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.fields, name)
    }
}

impl Web {
    /// Who has signed in with the cookie of this request.
    pub(super) async fn viewer(&self, headers: &HeaderMap) -> Result<Option<Viewer>, StoreError> {
        let Some(token) = cookie(headers, self.cookie_name(headers)) else { return Ok(None) };
        let (hash, now) = (token.hash(), self.clock.now());
        let user = self.store.read_async(move |conn| sessions::owner(conn, &hash, now)).await?;
        Ok(user.map(|user| Viewer { user, token }))
    }

    /// What somebody gets who has not signed in.
    async fn outside(&self, parts: &Parts) -> Response {
        let uri = &parts.uri;
        if let Err(answer) = self.is_ready(parts.extensions.get::<From>().copied(), uri).await {
            return answer;
        }
        if parts.method != Method::GET && parts.method != Method::HEAD {
            let text = "登录已经结束（满12小时、已退出，或密码改过）。没有改动，请登录后再做一次。";
            return refused(StatusCode::FORBIDDEN, uri, "请重新登录", text);
        }
        let to = uri.path_and_query().map_or("/", |path| path.as_str());
        see_other(&format!("{}signin?to={}", root(uri), percent(to)))
    }

    /// Until there is an administrator nobody is served, and nobody elsewhere is told how to become one.
    pub(super) async fn is_ready(&self, from: Option<From>, uri: &Uri) -> Result<(), Response> {
        match self.store.read_async(users::has_admin).await {
            Ok(true) => Ok(()),
            Ok(false) if from.is_some_and(|from| from.0.is_loopback()) => {
                let text = "在服务器上运行 cuigeng user link，用浏览器打开它给出的一次性链接，就能设立第一个管理员。";
                Err(refused(StatusCode::FORBIDDEN, uri, "还没有管理员", text))
            }
            Ok(false) => Err(refused(StatusCode::FORBIDDEN, uri, "还没有开放", "请与系统运维人员联系。")),
            Err(error) => Err(unavailable(&error, uri)),
        }
    }

    /// The cookie is for encrypted connections only wherever the browser speaks over one, and then no
    /// other host can have set it (RFC 6265bis, "__Host-").
    fn cookie_name(&self, headers: &HeaderMap) -> &'static str {
        if self.is_secure(headers) { "__Host-cuigeng" } else { "cuigeng" }
    }

    /// Whoever comes straight to this machine's own address does not come through the proxy with TLS.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        let public = self.config.web.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        let host = text_of(headers, header::HOST).unwrap_or_default();
        public && (headers.contains_key("x-forwarded-for") || !is_this_machine(host))
    }

    /// The header that begins a session.
    pub(super) fn cookie_of(&self, token: &Token, headers: &HeaderMap) -> Option<HeaderValue> {
        let secure = if self.is_secure(headers) { "; Secure" } else { "" };
        let name = self.cookie_name(headers);
        HeaderValue::from_str(&format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}", token.expose())).ok()
    }

    /// The hash of the session in the cookie, whether there is such a session or not.
    pub(super) fn brought(&self, headers: &HeaderMap) -> String {
        cookie(headers, self.cookie_name(headers)).map(|token| token.hash()).unwrap_or_default()
    }

    /// The form of somebody who has not signed in; from our own page as well.
    pub(super) async fn form(&self, request: Request) -> Result<(Parts, Vec<(String, String)>), Response> {
        let (parts, body) = request.into_parts();
        if !is_from_our_page(&parts.headers, self.config.web.public_url.as_deref()) {
            return Err(forged(&parts.uri));
        }
        let (kept, uri) = (parts.clone(), parts.uri.clone());
        Ok((kept, read_form(Request::from_parts(parts, body), &uri).await?))
    }
}

async fn read_form(request: Request, uri: &Uri) -> Result<Vec<(String, String)>, Response> {
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    form.map(|Form(fields)| fields).map_err(|refusal| super::chrome::notice(refusal.status(), uri))
}

/// The first value of that name; empty where there is none.
pub(super) fn text<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

pub(super) fn forged(uri: &Uri) -> Response {
    let text = "提交的内容不是从本系统当前的页面发出的，或页面已经过期。没有改动；请回到页面，刷新后再做一次。";
    refused(StatusCode::FORBIDDEN, uri, "没有采用", text)
}

/// What the browser says of the page that sends a form (Fetch Metadata; RFC 6454 for older ones). A
/// browser that says nothing is left to the seal in the form.
pub(super) fn is_from_our_page(headers: &HeaderMap, public: Option<&str>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = text_of(headers, header::ORIGIN) else { return !headers.contains_key(header::ORIGIN) };
    let authority =
        |url: &str| url.split("://").nth(1).map(|rest| rest.split('/').next().unwrap_or_default().to_owned());
    let said = authority(origin);
    let host = text_of(headers, header::HOST).map(str::to_owned);
    said.is_some() && (said == host || public.is_some_and(|url| authority(url) == said))
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// One cookie of that name, as it came; two of them are none.
fn cookie(headers: &HeaderMap, name: &str) -> Option<Token> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let found = ours.next()?;
    if ours.next().is_some() { None } else { Token::parse(found) }
}

/// Elsewhere, as a page of its own address.
pub(super) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("./"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// For a value in a query.
pub(super) fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        let public = Some("https://www.qinghe.example/cuigeng");
        for (said, own) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://10.0.0.8:8318")], false),
            (&[("origin", "http://10.0.0.8:8318")], true),
            (&[("origin", "https://www.qinghe.example")], true),
            (&[("origin", "http://10.0.0.8:8319")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "https://evil.example/10.0.0.8:8318")], false),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
        ] {
            let mut all = headers(said);
            all.insert(header::HOST, HeaderValue::from_static("10.0.0.8:8318"));
            assert_eq!(is_from_our_page(&all, public), own, "{said:?}");
        }
    }

    #[test]
    fn a_cookie_is_taken_when_it_is_one_and_looks_like_one() {
        let token = Token::random().unwrap();
        let line = format!("a=b; cuigeng={}; c=d", token.expose());
        assert_eq!(cookie(&headers(&[("cookie", &line)]), "cuigeng"), Some(token.clone()));
        assert_eq!(cookie(&headers(&[("cookie", &line)]), "__Host-cuigeng"), None);
        let twice = format!("{line}; cuigeng={}", token.expose());
        for odd in [twice.as_str(), "cuigeng=", "cuigeng=1' OR '1'='1", "cuigeng"] {
            assert_eq!(cookie(&headers(&[("cookie", odd)]), "cuigeng"), None, "{odd}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (host, own) in [
            ("127.0.0.1:8318", true),
            ("localhost", true),
            ("[::1]:8318", true),
            ("10.0.0.8:8318", false),
            ("localhost.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_this_machine(host), own, "{host}");
        }
    }
}
