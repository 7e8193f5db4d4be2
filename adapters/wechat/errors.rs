//! Error codes to classes (doc: 全局返回码, and the pages of the single calls; wechat.md).

use crate::{Class, Failure};
use serde_json::Value;

/// Reason of a token that must be renewed once.
pub(super) const STALE_TOKEN: &str = "token";
/// Reason of an account that may not use a call.
pub(super) const NO_PERMISSION: &str = "no_permission";

/// An error of a business call.
pub(super) fn refused(body: &Value) -> Result<(), Failure> {
    match code(body) {
        0 => Ok(()),
        code => Err(classify(code, words(body))),
    }
}

/// An error of the token call: never "token expired".
pub(super) fn token_refused(body: &Value) -> Result<(), Failure> {
    match code(body) {
        0 => Ok(()),
        code @ 40001 => Err(config(code, words(body), "AppSecret 不正确：请在公众平台核对或重置后，写入凭据文件")),
        code => Err(classify(code, words(body))),
    }
}

fn code(body: &Value) -> i64 {
    let value = &body["errcode"];
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0)
}

fn words(body: &Value) -> &str {
    body["errmsg"].as_str().unwrap_or_default()
}

fn config(code: i64, words: &str, advice: impl Into<String>) -> Failure {
    Failure::new(Class::Config, detail(code, words)).advise(advice)
}

/// The platform's own words; they name the IP and the `rid`, never a secret.
fn detail(code: i64, words: &str) -> String {
    let short: String = words.chars().take(300).collect();
    format!("errcode {code}: {short}")
}

fn classify(code: i64, words: &str) -> Failure {
    let of = |class| Failure::new(class, detail(code, words));
    match code {
        -1 => of(Class::Transient).advise("微信系统繁忙，程序会自行重试"),
        40001 | 40014 | 42001 => of(Class::Auth)
            .because(STALE_TOKEN)
            .advise("微信不承认接口凭据，可能有别的系统在抢用：请确认同一 AppID 没有其他程序频繁刷新"),
        40013 | 40125 | 41002 | 41004 => {
            config(code, words, "AppID 或 AppSecret 不正确：请核对台账的来源参数与凭据文件")
        }
        40164 => config(
            code,
            words,
            format!("请在公众平台把本机出口 IP {} 加入接口 IP 白名单", address(words).unwrap_or("（见日志）")),
        )
        .because("ip"),
        40243 => config(code, words, "AppSecret 已被冻结：请在公众平台解冻"),
        89501 | 89503 | 89506 | 89507 => {
            config(code, words, "本机 IP 的调用还在等待管理员确认，请在公众平台批准").because("ip")
        }
        43002 | 44002 | 47001 | 61500 | 61501 => config(code, words, "程序发出的参数被微信拒绝，请把日志交给维护人员"),
        76003 | 76021 | 76022 => config(code, words, "程序查询额度的参数被微信拒绝，请把日志交给维护人员"),
        45009 => {
            of(Class::Throttled).because("quota").retry_after(Some(6 * 3600)).advise("当天接口次数已用完，明天自动恢复")
        }
        45011 => of(Class::Throttled).advise("调用太频繁，程序会自行等待"),
        47009 => of(Class::Retired).advise("微信已停用这个接口，请为这些账号换一个来源"),
        48001 => config(code, words, "该公众号没有这个接口的权限：未完成微信认证、认证过期（每年一次）或类型不支持")
            .because(NO_PERMISSION),
        48004 | 50002 => {
            of(Class::Blocked).because("banned").advise("该公众号因违规被限制使用接口，请通知账号主办单位")
        }
        50001 | 61003 | 61004 => config(code, words, "第三方平台没有得到该公众号的授权，或平台 IP 未登记"),
        _ => of(Class::Malformed).advise("微信返回了不认识的错误码，请把日志交给维护人员"),
    }
}

/// The IPv4 address in `invalid ip 203.0.113.9 ipv6 …`.
fn address(words: &str) -> Option<&str> {
    words.split([' ', ',']).find(|part| part.parse::<std::net::Ipv4Addr>().is_ok())
}
