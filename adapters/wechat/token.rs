//! Access tokens from `stable_token`, which leaves the tokens of the office's other systems alone
//! (doc: "获取稳定版接口调用凭据").

use super::errors;
use crate::http::{Answer, Request};
use crate::{Class, Failure, Moment, Secret};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A token is renewed so many seconds before it ends; old and new both work in that time (doc).
const EARLY_S: i64 = 300;

/// Tokens in memory, by AppID. A restart simply asks again and gets the same one.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    kept: Mutex<HashMap<String, (Secret, Moment)>>,
}

impl Tokens {
    pub(super) fn get(&self, appid: &str, now: Moment) -> Option<Secret> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(appid).filter(|(_, ends)| now.plus(EARLY_S) < *ends).map(|(token, _)| token.clone())
    }

    pub(super) fn keep(&self, appid: &str, token: &Secret, ends: Moment) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(appid.to_owned(), (token.clone(), ends));
    }

    pub(super) fn forget(&self, appid: &str) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(appid);
    }
}

pub(super) fn request(base: &str, appid: &str, secret: &Secret) -> Request {
    let url = format!("{}/cgi-bin/stable_token", base.trim_end_matches('/'));
    let body =
        json!({ "grant_type": "client_credential", "appid": appid, "secret": secret.expose(), "force_refresh": false });
    Request::post_json(url, &body)
}

/// The token and its life in seconds.
pub(super) fn parse(answer: &Answer) -> Result<(Secret, i64), Failure> {
    let body: Value = match serde_json::from_slice(&answer.body) {
        Ok(body) => body,
        Err(_) if answer.status >= 500 => {
            return Err(Failure::new(Class::Transient, format!("token call: HTTP {}", answer.status)));
        }
        Err(_) => {
            return Err(Failure::new(Class::Malformed, format!("token call: HTTP {} and no JSON", answer.status)));
        }
    };
    errors::token_refused(&body)?;
    let token = body["access_token"].as_str().filter(|token| !token.is_empty() && token.len() <= 2048);
    let token = token.ok_or_else(|| Failure::new(Class::Malformed, "token call: no access_token"))?;
    let life = body["expires_in"].as_i64().or_else(|| body["expires_in"].as_str()?.parse().ok());
    Ok((Secret::new(token), life.unwrap_or(7200).clamp(0, 7200)))
}
