//! What a group robot is sent and what its answer means (mail.md "Second channel"). Pure. HTTP 200
//! does not mean delivered: the code in the body does. The address is the secret, so nothing that is
//! made here repeats it.

use crate::config::RobotKind;
use crate::domain::{Class, Moment};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cuigeng_adapters::http::{Answer, Request};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Address and signing secret of a robot.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The whole address, token included.
    pub url: &'a str,
    /// What signs a message, where the robot asks for it.
    pub sign: Option<&'a str>,
}

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who acts next.
    pub class: Class,
    /// The robot's code, where there is one.
    pub code: Option<i64>,
    /// The robot's own words, without the secrets.
    pub words: String,
}

impl Refusal {
    /// A refusal without a code.
    pub fn new(class: Class, words: impl Into<String>) -> Refusal {
        Refusal { class, code: None, words: words.into() }
    }
}

/// The POST that carries `text`, which is cut to what the robot takes.
///
/// # Errors
/// [`Class::Config`] when what should be an address is none.
pub fn request(kind: RobotKind, keys: Keys<'_>, text: &str, now: Moment) -> Result<Request, Refusal> {
    if !is_address(keys.url) {
        return Err(Refusal::new(Class::Config, "凭据文件里的不是 http:// 或 https:// 开头的机器人网址"));
    }
    let text = shortened(text, most_bytes(kind));
    let (url, body) = match kind {
        RobotKind::Wecom => (keys.url.to_owned(), plain(&text)),
        RobotKind::Dingtalk => (signed_url(keys, now), plain(&text)),
        RobotKind::Feishu => (keys.url.to_owned(), feishu(&text, keys.sign, now)),
    };
    Ok(Request::post_json(url, &body))
}

/// What the answer says: the robot's own words, or why the message was not taken.
///
/// # Errors
/// A [`Refusal`]; an unknown code is [`Class::Malformed`].
pub fn understand(kind: RobotKind, keys: Keys<'_>, answer: &Answer) -> Result<String, Refusal> {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let field = if kind == RobotKind::Feishu { "code" } else { "errcode" };
    let code = said.as_ref().and_then(|said| said.get(field)).and_then(Value::as_i64);
    let words = scrubbed(&words_of(said.as_ref(), answer), keys);
    match code {
        Some(0) if (200..300).contains(&answer.status) => Ok(words),
        Some(code) if code != 0 => Err(Refusal { class: class_of(kind, code), code: Some(code), words }),
        _ => Err(Refusal::new(by_status(answer.status), format!("HTTP {} {words}", answer.status).trim())),
    }
}

/// Seconds between two messages, so that the robot's limit (20 a minute; 飞书 100) is never met.
pub const fn gap_s(kind: RobotKind) -> i64 {
    match kind {
        RobotKind::Wecom | RobotKind::Dingtalk => 4,
        RobotKind::Feishu => 1,
    }
}

/// The first moment from `now` on at which the robot may be asked. 飞书 is busy when everybody's timers
/// strike, at full and half hours.
pub fn free_at(kind: RobotKind, tried_at: Moment, rest_until: Moment, now: Moment) -> Moment {
    let free = now.max(rest_until).max(tried_at.plus(gap_s(kind)));
    let into_half_hour_s = free.unix().rem_euclid(1800);
    if kind == RobotKind::Feishu && into_half_hour_s < 60 { free.plus(60 - into_half_hour_s) } else { free }
}

/// Seconds for which a robot that says "too often" is left alone; 钉钉 shuts for ten minutes.
pub const fn rest_s(kind: RobotKind) -> i64 {
    match kind {
        RobotKind::Dingtalk => 630,
        RobotKind::Wecom | RobotKind::Feishu => 90,
    }
}

/// What cures a refusal of that class (Chinese).
pub const fn advice(kind: RobotKind, class: Class) -> &'static str {
    match (class, kind) {
        (Class::Throttled, _) => "发得太频繁，程序会放慢后自行重试",
        (Class::Config, RobotKind::Wecom) => "请核对机器人网址（Webhook）是否完整、机器人是否还在群里",
        (Class::Config, RobotKind::Dingtalk) => {
            "请核对机器人网址、加签密钥、关键词（须含 mail.prefix 的字样）与IP白名单"
        }
        (Class::Config, RobotKind::Feishu) => {
            "请核对机器人网址、签名密钥、关键词（须含 mail.prefix 的字样）、IP白名单与本机时间"
        }
        (Class::Transient, _) => "连不上或对方暂时出错，程序会自行重试；持续如此请检查网络与代理",
        _ => "机器人的答复看不懂，请核对网址；仍不行请把答复交给维护人员",
    }
}

fn class_of(kind: RobotKind, code: i64) -> Class {
    match (kind, code) {
        (RobotKind::Wecom, 45009) | (RobotKind::Dingtalk, 130_101) | (RobotKind::Feishu, 11232) => Class::Throttled,
        (RobotKind::Wecom, 93000 | 40058)
        | (RobotKind::Dingtalk, 310_000)
        | (RobotKind::Feishu, 19021 | 19022 | 19024) => Class::Config,
        _ => Class::Malformed,
    }
}

fn by_status(status: u16) -> Class {
    match status {
        429 => Class::Throttled,
        500..=599 => Class::Transient,
        401 | 403 | 404 => Class::Config,
        _ => Class::Malformed,
    }
}

/// `errmsg` or `msg`, else the beginning of whatever came.
fn words_of(said: Option<&Value>, answer: &Answer) -> String {
    let field = |name: &str| said.and_then(|said| said.get(name)).and_then(Value::as_str).map(str::to_owned);
    let words = field("errmsg").or_else(|| field("msg")).unwrap_or_else(|| answer.text());
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect::<String>().trim().to_owned()
}

/// A robot may repeat what it was sent; its address and secret must not come to light that way.
fn scrubbed(words: &str, keys: Keys<'_>) -> String {
    let url = keys.url.split(['?', '#', '/', '&', '=']).filter(|part| part.len() >= 8 && !part.contains('.'));
    let parts = std::iter::once(keys.url).chain(url).chain(keys.sign);
    parts.filter(|part| part.len() >= 4).fold(words.to_owned(), |words, part| words.replace(part, "***"))
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    !host.is_empty() && url.bytes().all(|b| b.is_ascii_graphic())
}

const fn most_bytes(kind: RobotKind) -> usize {
    match kind {
        RobotKind::Wecom => 2_048,
        RobotKind::Dingtalk | RobotKind::Feishu => 18_000,
    }
}

/// At most so many bytes, cut between two characters.
fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub("…".len());
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

fn plain(text: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": text}})
}

fn feishu(text: &str, sign: Option<&str>, now: Moment) -> Value {
    let mut body = json!({"msg_type": "text", "content": {"text": text}});
    if let Some(secret) = sign {
        let timestamp = now.unix().to_string();
        body["sign"] = Value::from(hmac_base64(&format!("{timestamp}\n{secret}"), ""));
        body["timestamp"] = Value::from(timestamp);
    }
    body
}

fn signed_url(keys: Keys<'_>, now: Moment) -> String {
    let Some(secret) = keys.sign else { return keys.url.to_owned() };
    let timestamp = format!("{}000", now.unix());
    let sign = hmac_base64(secret, &format!("{timestamp}\n{secret}"));
    // Of base64's letters only these three mean something in a query.
    let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let joint = if keys.url.contains('?') { '&' } else { '?' };
    format!("{}{joint}timestamp={timestamp}&sign={sign}", keys.url)
}

fn hmac_base64(key: &str, data: &str) -> String {
    // HMAC takes a key of any length, so the error cannot occur; an empty signature would be refused.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(data.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
#[path = "robot_tests.rs"]
mod tests;
