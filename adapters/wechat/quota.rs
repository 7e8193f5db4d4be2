//! What is left of the day's calls (doc: "查询 API 调用额度", openapi/quota/get); for a self-check only.

use super::lists::natural;
use crate::Failure;
use crate::http::{Answer, Request};
use serde_json::json;

/// The calls that looks need.
pub(super) const PATHS: [&str; 2] = ["/cgi-bin/freepublish/batchget", "/datacube/getarticletotaldetail"];

pub(super) fn request(base: &str, token: &str, path: &str) -> Request {
    Request::post_json(format!("{base}/cgi-bin/openapi/quota/get?access_token={token}"), &json!({ "cgi_path": path }))
}

/// A line for the operator (Chinese).
pub(super) fn parse(answer: &Answer, path: &str) -> Result<String, Failure> {
    let body = super::body(answer)?;
    let number = |key: &str| natural(&body["quota"][key]).map_or_else(|| "未知".to_owned(), |n| n.to_string());
    Ok(format!("{path}：当天限{}次，已用{}次，剩余{}次", number("daily_limit"), number("used"), number("remain")))
}
