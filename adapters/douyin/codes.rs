//! The bridge's error codes to classes; the list is append-only by its contract, so an unknown one is
//! a new trouble of the bridge and is tried again.

use crate::{Class, Failure};
use serde_json::Value;

/// The failure that an `error` object of the bridge tells.
pub(super) fn classify(error: &Value, status: u16) -> Failure {
    let code = error["code"].as_str().unwrap_or_default();
    let words: String = error["message"].as_str().unwrap_or_default().chars().take(300).collect();
    let of = |class| {
        Failure::new(class, format!("HTTP {status} {code}: {words}")).retry_after(seconds(&error["retry_after"]))
    };
    match code {
        "RATE_LIMITED" | "QUEUE_FULL" | "IDENTITY_POOL_EXHAUSTED" | "ENDPOINT_CIRCUIT_OPEN" => {
            of(Class::Throttled).advise("转接工具忙不过来，程序会自行等待")
        }
        "UPSTREAM_RISK_CONTROL" | "SIGNING_FAILED" => of(Class::Blocked)
            .because("risk_control")
            .advise("抖音拦截了转接工具：请更换其访客身份或出口网络，其间请人工核查"),
        "UPSTREAM_CHANGED" => of(Class::Malformed).advise("抖音改了格式，请升级转接工具"),
        "UNAUTHENTICATED" => of(Class::Auth).advise("转接工具不承认密钥，请核对凭据文件"),
        "FORBIDDEN_SCOPE"
        | "INVALID_PARAM"
        | "INVALID_URL"
        | "UNSUPPORTED_CONTENT"
        | "METHOD_NOT_ALLOWED"
        | "UNSUPPORTED_MEDIA_TYPE"
        | "NOT_CONFIGURED" => of(Class::Config).advise("转接工具不接受这个请求：请核对来源参数（sec_uid）与密钥的权限"),
        "NOT_FOUND" | "CONTENT_PRIVATE" => of(Class::Gone).advise("抖音上查不到这个账号或已设为私密，请核对来源参数"),
        _ => of(Class::Transient).advise("转接工具出错，程序会自行重试"),
    }
}

fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|s| s.ceil() as i64)).or_else(|| value.as_str()?.parse().ok())
}
