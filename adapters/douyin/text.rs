//! Words of titles and answers, and what a body that is no JSON says.

use super::raw::blocked;
use crate::http::Answer;
use crate::{Class, Failure};

/// At most 80 characters.
pub(super) fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A body that is no JSON: how risk control looks from behind a bridge, or the bridge's own trouble.
pub(super) fn not_json(answer: &Answer) -> Failure {
    let text = answer.text();
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    match answer.status {
        _ if says(&["验证码", "Empty html", "WAF"]) => blocked("captcha", format!("HTTP {} captcha", answer.status)),
        500..=599 => Failure::new(Class::Transient, format!("HTTP {}", answer.status)),
        _ if answer.body.is_empty() => blocked("empty_body", format!("HTTP {} without a body", answer.status)),
        _ if text.trim() == "blocked" => blocked("refused", format!("HTTP {} blocked", answer.status)),
        _ if says(&["登录已过期", "登录失效", "login expired"]) => {
            Failure::new(Class::Auth, "the bridge says that its login expired")
                .because("login")
                .advise("转接工具里保存的登录已过期，请更新它的 Cookie")
        }
        _ if says(&["登录", "login", "<script"]) => blocked("login_wall", format!("HTTP {} login", answer.status)),
        status => Failure::new(Class::Malformed, format!("HTTP {status} with a body that is no JSON")),
    }
}
