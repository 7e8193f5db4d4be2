//! The one HTTP client of all adapters: time limits, a body limit, an explicit proxy, no silent
//! redirects, and no secret in an error.
//!
//! It judges only the transport. What an answer *means* is the adapters' business, because platforms
//! put their refusals into HTTP 200.

use crate::{Class, Failure, Moment};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

/// Longest body that is read, in bytes after decompression; a longer one is no listing. (Twenty posts of
/// Douyin with their raw rows may take ten million.)
pub const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// What to fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// GET, or POST with a body.
    pub method: Method,
    /// The full address; its query may hold a secret and is never logged.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// Whole time allowed, in seconds.
    pub patience_s: u64,
}

/// The two methods that the platforms use.
#[derive(Clone, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Asks with a body of this content type.
    Post {
        /// Value of `Content-Type`.
        content_type: &'static str,
        /// The body.
        body: Vec<u8>,
    },
}

impl Request {
    /// A GET with 30 s of patience.
    pub fn get(url: impl Into<String>) -> Request {
        Request { method: Method::Get, url: url.into(), headers: Vec::new(), patience_s: 30 }
    }

    /// A POST of JSON with 30 s of patience.
    pub fn post_json(url: impl Into<String>, body: &serde_json::Value) -> Request {
        let method = Method::Post { content_type: "application/json", body: body.to_string().into_bytes() };
        Request { method, ..Request::get(url) }
    }

    /// A POST of a form that is already encoded, with 30 s of patience.
    pub fn post_form(url: impl Into<String>, form: String) -> Request {
        let method = Method::Post { content_type: "application/x-www-form-urlencoded", body: form.into_bytes() };
        Request { method, ..Request::get(url) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with other patience, in seconds.
    #[must_use]
    pub fn patience(mut self, seconds: u64) -> Request {
        self.patience_s = seconds;
        self
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers and query hold credentials.
        write!(f, "Request({})", without_query(&self.url))
    }
}

/// The address up to its query, which may hold a secret.
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// What came back, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names (lower case) and values, those that are text.
    pub headers: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as text: the charset of the header, else a byte-order mark, else UTF-8, else GB18030.
    pub fn text(&self) -> String {
        let declared =
            self.header("content-type").and_then(charset).and_then(|c| encoding_rs::Encoding::for_label(c.as_bytes()));
        if let Some(encoding) = declared {
            return encoding.decode(&self.body).0.into_owned();
        }
        match std::str::from_utf8(&self.body) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => encoding_rs::GB18030.decode(&self.body).0.into_owned(),
        }
    }

    /// Whether this looks like a web page and not like data.
    pub fn is_html(&self) -> bool {
        let head: Vec<u8> = self.body.iter().copied().filter(|b| !b.is_ascii_whitespace()).take(14).collect();
        let head = String::from_utf8_lossy(&head).to_lowercase();
        head.trim_start_matches('\u{feff}').starts_with("<!doctypehtml")
            || head.trim_start_matches('\u{feff}').starts_with("<html")
            || self.header("content-type").is_some_and(|c| c.starts_with("text/html"))
    }

    /// `Retry-After` in seconds, where it is a number.
    pub fn retry_after_s(&self) -> Option<i64> {
        self.header("retry-after")?.trim().parse().ok()
    }
}

fn charset(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("charset=")?;
    Some(rest.split(';').next()?.trim().trim_matches('"'))
}

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    dates: Arc<Mutex<Vec<Moment>>>,
    timer: Option<Timer>,
    /// When each of the last answers came, and by how much our clock was ahead of its `Date`.
    askew: Arc<Mutex<VecDeque<(Moment, i64)>>>,
}

/// Tells the machine's own time, which answers are held against.
#[derive(Clone)]
struct Timer(Arc<dyn Fn() -> Moment + Send + Sync>);

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timer")
    }
}

/// Most `Date` headers that are remembered until somebody asks for them.
const MOST_DATES: usize = 16;

impl Http {
    /// A client that goes through `proxy` (`http://`, `https://` or `socks5://`) or directly; the
    /// environment's proxy variables are ignored, so that what the configuration says is what happens.
    ///
    /// # Errors
    /// [`Class::Config`] when the proxy address is unusable.
    pub fn new(proxy: Option<&str>) -> Result<Http, Failure> {
        install_crypto();
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("cuigeng/", env!("CARGO_PKG_VERSION")));
        let builder = match proxy {
            Some(address) => builder.proxy(reqwest::Proxy::all(address).map_err(|e| bad_proxy(&e))?),
            None => builder,
        };
        let client = builder.build().map_err(|e| Failure::new(Class::Config, describe(&e)))?;
        Ok(Http { client, dates: Arc::default(), timer: None, askew: Arc::default() })
    }

    /// The same, holding our own clock against the `Date` of each answer.
    #[must_use]
    pub fn timed(mut self, now: impl Fn() -> Moment + Send + Sync + 'static) -> Http {
        self.timer = Some(Timer(Arc::new(now)));
        self
    }

    /// When each of the last answers came, and by how many seconds our clock was ahead of what it said;
    /// nothing without [`Http::timed`].
    pub fn askew(&self) -> Vec<(Moment, i64)> {
        self.askew.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Fetches once. Redirects are answers, not followed.
    ///
    /// # Errors
    /// [`Class::Transient`] when nothing readable came back, [`Class::Malformed`] with reason
    /// `too_large` past [`BODY_LIMIT`], [`Class::Config`] for an address that is none.
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let patience = Duration::from_secs(request.patience_s);
        let builder = match request.method {
            Method::Get => self.client.get(&request.url),
            Method::Post { content_type, body } => {
                self.client.post(&request.url).header("content-type", content_type).body(body)
            }
        };
        let builder = request.headers.iter().fold(builder, |b, (name, value)| b.header(name, value));
        let response = builder.timeout(patience).send().await.map_err(|e| transport(&e))?;
        let answer = read(response).await?;
        self.remember_date(&answer);
        Ok(answer)
    }

    /// What time it was by the `Date` headers of the last answers, each told once: what the machine's
    /// clock can be held against where there is no time service.
    pub fn take_dates(&self) -> Vec<Moment> {
        std::mem::take(&mut *self.dates.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An answer out of a cache tells an old time.
    fn remember_date(&self, answer: &Answer) {
        let date = answer.header("date").filter(|_| answer.header("age").is_none());
        let told = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok());
        if let (Some(timer), Some(told)) = (&self.timer, told) {
            let now = (timer.0)();
            let mut askew = self.askew.lock().unwrap_or_else(PoisonError::into_inner);
            askew.truncate(MOST_DATES - 1);
            askew.push_front((now, now.since(Moment::from_unix(told.timestamp()))));
        }
        let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = told.filter(|_| dates.len() < MOST_DATES) {
            dates.push(Moment::from_unix(told.timestamp()));
        }
    }
}

/// Makes ring the TLS provider of this process; asking twice does no harm.
pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Err means that somebody was first: then there is one, and that is all we want.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}

async fn read(mut response: reqwest::Response) -> Result<Answer, Failure> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| transport(&e))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(too_large(status));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

fn too_large(status: u16) -> Failure {
    Failure::new(Class::Malformed, format!("HTTP {status} with a body over {BODY_LIMIT} bytes"))
        .because("too_large")
        .advise("来源的回答超过32MB，不是正常的列表，已放弃读取；请检查来源地址")
}

fn bad_proxy(error: &reqwest::Error) -> Failure {
    Failure::new(Class::Config, describe(error)).because("proxy").advise("代理地址无法使用，请检查配置中的 proxy")
}

fn transport(error: &reqwest::Error) -> Failure {
    let detail = describe(error);
    if error.is_builder() {
        return Failure::new(Class::Config, detail)
            .because("address")
            .advise("来源地址或请求头无法使用，请检查来源的地址与凭据");
    }
    let reason = if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "network"
    };
    let advice = match reason {
        "timeout" => "来源在规定时间内没有回答，程序会自行重试",
        "connect" => "连不上来源，请检查网络、地址与端口；程序会自行重试",
        _ => "与来源的连接中断，程序会自行重试",
    };
    Failure::new(Class::Transient, detail).because(reason).advise(advice)
}

/// The error and its causes without the address, whose query may hold a token.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(e) = cause {
        let part = e.downcast_ref::<reqwest::Error>().map_or_else(|| e.to_string(), strip_url);
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&part);
        cause = e.source();
    }
    text
}

fn strip_url(error: &reqwest::Error) -> String {
    let text = error.to_string();
    match error.url() {
        Some(url) => text.replace(url.as_str(), without_query(url.as_str())),
        None => text,
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
