//! What Weibo's web pages say against us, on mobile and on desktop alike. The body is judged before
//! the status, since refusals come with HTTP 200.

use crate::http::{Answer, without_query};
use crate::{Class, Failure};
use serde_json::Value;

const RELOGIN: &str =
    "微博登录已失效：请用浏览器重新登录，把新的 Cookie 写入凭据文件（m.weibo.cn 与 weibo.com 的 Cookie 不通用）";
const WALL: &str = "微博要求验证或拦截了本机，看不到内容：请改用账号授权或人工核查，几小时内不要频繁重试";

/// The body as JSON, once nothing in it or around it is a refusal.
pub(super) fn body(answer: &Answer, logged_in: bool) -> Result<Value, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Err(not_json(answer)) };
    refused(&body, logged_in)?;
    by_status(answer)?;
    Ok(body)
}

pub(super) fn blocked(reason: &str, detail: impl Into<String>) -> Failure {
    Failure::new(Class::Blocked, detail).because(reason).advise(WALL)
}

/// The account's page is not there any more, or not for now.
pub(super) fn gone(reason: &str, detail: impl Into<String>) -> Failure {
    let advice = match reason {
        "locked" => "微博账号被锁定，要由主办单位完成验证后才能查看，请通知主办单位",
        "closed" => "微博账号已由主办单位自行注销，请核对台账",
        "banned" => "微博账号因被投诉违规已被封停，请通知主办单位",
        _ => "微博上查不到这个账号：请核对来源参数（uid），确认是否已注销或被封",
    };
    Failure::new(Class::Gone, detail).because(reason).advise(advice)
}

fn not_json(answer: &Answer) -> Failure {
    if let Err(failure) = by_status(answer) {
        return failure;
    }
    let text = answer.text();
    let wall = ["安全验证", "请登录", "暂无查看权限", "Sina Visitor System", "passport.weibo", "visitor.passport"];
    match wall.iter().find(|mark| text.contains(*mark)) {
        Some(mark) => blocked("captcha", format!("HTTP {} page with {mark}", answer.status)),
        None if answer.body.is_empty() => blocked("empty_body", format!("HTTP {} without a body", answer.status)),
        None => Failure::new(Class::Malformed, format!("HTTP {} with a body that is no JSON", answer.status)),
    }
}

fn by_status(answer: &Answer) -> Result<(), Failure> {
    let status = answer.status;
    match status {
        200..=299 => Ok(()),
        300..=399 => {
            let to = without_query(answer.header("location").unwrap_or_default());
            Err(blocked("redirect", format!("HTTP {status} to {to}")))
        }
        418 | 429 => Err(throttled(format!("HTTP {status}")).retry_after(answer.retry_after_s())),
        403 | 414 | 432 | 511 => Err(blocked("risk_control", format!("HTTP {status}"))),
        500..=599 => Err(Failure::new(Class::Transient, format!("HTTP {status}"))),
        _ => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}

fn throttled(detail: impl Into<String>) -> Failure {
    Failure::new(Class::Throttled, detail).advise("微博认为访问过于频繁，程序会自行等待后再看")
}

/// What the body says against us, whatever the status.
fn refused(body: &Value, logged_in: bool) -> Result<(), Failure> {
    let ok = number(&body["ok"]);
    let words = words(body);
    let errno = number(&body["errno"]);
    if let Some(ok) = ok.filter(|ok| *ok < 0) {
        let detail = format!("ok {ok}: {words}");
        return Err(if logged_in {
            Failure::new(Class::Auth, detail).because("login").advise(RELOGIN)
        } else {
            blocked("login_wall", detail)
        });
    }
    if errno == Some(100_005) || ["过于频繁", "频次过高", "歇歇"].iter().any(|mark| words.contains(mark)) {
        return Err(throttled(format!("errno {}: {words}", errno.unwrap_or_default())));
    }
    if errno == Some(100_001) {
        return Err(Failure::new(Class::Transient, format!("errno 100001: {words}")));
    }
    if body.get("data").is_none() && body["url"].is_string() && body.get("error_type").is_none() {
        return Err(blocked("captcha", "JSON without data but with an address to go to"));
    }
    Ok(())
}

/// `msg` or `message`.
pub(super) fn words(body: &Value) -> &str {
    body["msg"].as_str().or_else(|| body["message"].as_str()).unwrap_or_default()
}

/// A number that may come as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
