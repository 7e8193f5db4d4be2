//! What stands before every page: how often and how long somebody may ask, and what every answer says
//! to the browser.

use super::act::LONGEST_FILE;
use super::chrome::{notice, too_many};
use super::doorman::Peer;
use super::{Shared, Web};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Requests a minute from one address: a page has two, and a whole office may share one address.
const A_MINUTE: u32 = 120;
/// Addresses that are counted at once; more in one minute is no office.
const COUNTED: usize = 4096;
/// For a request, its body included.
const PATIENCE: Duration = Duration::from_secs(10);

/// The page may show itself, its style and its picture and send its form to us; nothing runs, nothing
/// frames it.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// From where a request comes: what our own proxy says, else the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct From(pub(super) IpAddr);

/// How many requests came from where in this minute.
#[derive(Default)]
pub(super) struct Gate {
    minute: Mutex<(i64, HashMap<IpAddr, u32>)>,
}

impl Gate {
    /// Counts a request; false when there were too many.
    fn admits(&self, from: IpAddr, now_s: i64) -> bool {
        let mut kept = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != now_s / 60 {
            *kept = (now_s / 60, HashMap::new());
        }
        if kept.1.len() >= COUNTED && !kept.1.contains_key(&from) {
            return false;
        }
        let count = kept.1.entry(from).or_insert(0);
        *count = count.saturating_add(1);
        *count <= A_MINUTE
    }
}

/// The one way in and out.
pub(super) async fn pass(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let from = origin(peer.0.ip(), request.headers());
    let (uri, is_form) = (request.uri().clone(), request.method() == Method::POST);
    request.extensions_mut().insert(From(from));
    let Web { clock, .. } = &shared.web;
    let headers = request.headers().clone();
    let response = if is_too_long(&headers) {
        notice(StatusCode::PAYLOAD_TOO_LARGE, &uri)
    } else if shared.gate.admits(from, clock.now().unix()) {
        let answered = tokio::time::timeout(PATIENCE, next.run(request)).await;
        answered.unwrap_or_else(|_| notice(StatusCode::REQUEST_TIMEOUT, &uri))
    } else {
        too_many(is_form, &uri)
    };
    let response = shared.framed(response, &uri, &headers).await;
    let mut response = sealed(response).await;
    let referrer = HeaderValue::from_static(referrer_policy(uri.path()));
    response.headers_mut().insert(header::REFERRER_POLICY, referrer);
    response
}

/// With what keeps a page from doing harm.
pub(super) async fn sealed(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether it says itself that it is far longer than anything that is taken; nobody waits for that. What is
/// a little too long is told so by the page that it was meant for.
fn is_too_long(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    said.is_some_and(|length| length.parse::<usize>().is_ok_and(|length| length > 4 * LONGEST_FILE))
}

/// No other place learns an address. Where forms are checked for the page that sent them the browser must
/// name it to us: under `no-referrer` it would say `Origin: null` (Fetch, "append a request Origin header").
fn referrer_policy(path: &str) -> &'static str {
    let has_secret = path.starts_with("/a/") || path.starts_with("/o/");
    if has_secret { "no-referrer" } else { "same-origin" }
}

/// A proxy on this machine appends the address that it serves; anybody else may write what he likes, so
/// only the last entry counts, and only from here.
fn origin(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    let told = last.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let address: IpAddr = if peer.is_loopback() { told.unwrap_or(peer) } else { peer };
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_asks_so_often_a_minute_and_disturbs_no_other() {
        let gate = Gate::default();
        assert!((0..A_MINUTE).all(|_| gate.admits(ip("10.0.0.1"), 60)));
        assert!(!gate.admits(ip("10.0.0.1"), 119) && gate.admits(ip("10.0.0.2"), 119));
        assert!(gate.admits(ip("10.0.0.1"), 120), "a new minute");
    }

    #[test]
    fn addresses_without_number_are_not_remembered_without_number() {
        let gate = Gate::default();
        let many = (0..2 * COUNTED as u32).map(|n| IpAddr::from(n.to_be_bytes()));
        assert_eq!(many.filter(|from| gate.admits(*from, 60)).count(), COUNTED);
        assert!(gate.admits(ip("0.0.0.1"), 60), "whoever was counted before");
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let told = |text: &str| {
            HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(text).unwrap())])
        };
        for (peer, says, is) in [
            ("10.0.0.9", "1.2.3.4", "10.0.0.9"),
            ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            ("127.0.0.1", "<script>", "127.0.0.1"),
            ("::1", "2001:db8::1", "2001:db8::1"),
            ("::ffff:10.0.0.9", "1.2.3.4", "10.0.0.9"),
        ] {
            assert_eq!(origin(ip(peer), &told(says)), ip(is), "{peer} {says}");
        }
        assert_eq!(origin(ip("127.0.0.1"), &HeaderMap::new()), ip("127.0.0.1"));
    }
}
