//! The consent of one account as it is kept: two tokens, when each ends, and how often it was renewed.
//!
//! An access token lives 15 days, a refresh token 30; the latter can be renewed five times (doc).

use super::super::raw::number;
use super::encode;
use crate::time::DAY;
use crate::{Class, Failure, Moment, Secret, Secrets};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Renewals that the platform allows (doc: renew_refresh_token).
const MOST_RENEWALS: u32 = 5;
/// Life of a refresh token in seconds (doc), where an answer does not say.
const REFRESH_LIFE_S: i64 = 30 * DAY;
/// The access token is refreshed so long before its end.
const REFRESH_EARLY_S: i64 = 2 * DAY;
/// The refresh token is renewed so long before its end: days enough for a server that was down.
const RENEW_EARLY_S: i64 = 5 * DAY;

/// A consent. It never prints itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) access: Secret,
    refresh: Secret,
    access_ends: Moment,
    refresh_ends: Moment,
    pub(super) renewals: u32,
}

/// As it stands in the secret's file; times are unix seconds.
#[derive(Serialize, Deserialize)]
struct Kept {
    access_token: String,
    refresh_token: String,
    access_ends: i64,
    refresh_ends: i64,
    #[serde(default)]
    renewals: u32,
}

impl Token {
    pub(super) fn load(secrets: &dyn Secrets, name: &str) -> Result<Token, Failure> {
        let kept: Kept = serde_json::from_str(secrets.get(name)?.expose()).map_err(|e| {
            // The position, not the text: it is a secret.
            Failure::new(Class::Config, format!("the kept consent cannot be read at column {}", e.column()))
                .because("consent")
                .advise("保存的抖音授权读不出来，请重新授权")
        })?;
        Ok(Token {
            access: Secret::new(kept.access_token),
            refresh: Secret::new(kept.refresh_token),
            access_ends: Moment::from_unix(kept.access_ends),
            refresh_ends: Moment::from_unix(kept.refresh_ends),
            renewals: kept.renewals,
        })
    }

    pub(super) fn keep(&self, secrets: &dyn Secrets, name: &str) -> Result<(), Failure> {
        let kept = Kept {
            access_token: self.access.expose().to_owned(),
            refresh_token: self.refresh.expose().to_owned(),
            access_ends: self.access_ends.unix(),
            refresh_ends: self.refresh_ends.unix(),
            renewals: self.renewals,
        };
        // Strings and numbers always make JSON.
        let text = serde_json::to_string(&kept).map_err(|e| Failure::new(Class::Transient, e.to_string()))?;
        secrets.replace(name, Secret::new(text))
    }

    /// The consent that an answer of `access_token` grants, and whose it is.
    pub(super) fn granted(data: &Value, now: Moment) -> Result<(String, Token), Failure> {
        let open_id = text(data, "open_id")?;
        let token = Token {
            access: Secret::new(text(data, "access_token")?),
            refresh: Secret::new(text(data, "refresh_token")?),
            access_ends: now.plus(life(data, "expires_in", 15 * DAY)),
            refresh_ends: now.plus(life(data, "refresh_expires_in", REFRESH_LIFE_S)),
            renewals: 0,
        };
        Ok((open_id, token))
    }

    /// After `refresh_token`: a new or extended access token; the refresh token's own end does not move.
    pub(super) fn refreshed(&self, data: &Value, now: Moment) -> Result<Token, Failure> {
        let refresh = data["refresh_token"].as_str().filter(|t| !t.is_empty()).map(Secret::new);
        Ok(Token {
            access: Secret::new(text(data, "access_token")?),
            refresh: refresh.unwrap_or_else(|| self.refresh.clone()),
            access_ends: now.plus(life(data, "expires_in", 15 * DAY)),
            ..self.clone()
        })
    }

    /// After `renew_refresh_token`: the old refresh token is dead.
    pub(super) fn renewed(&self, data: &Value, now: Moment) -> Result<Token, Failure> {
        Ok(Token {
            refresh: Secret::new(text(data, "refresh_token")?),
            refresh_ends: now.plus(life(data, "expires_in", REFRESH_LIFE_S)),
            renewals: self.renewals + 1,
            ..self.clone()
        })
    }

    pub(super) fn must_refresh(&self, now: Moment) -> bool {
        self.access_ends <= now.plus(REFRESH_EARLY_S)
    }

    pub(super) fn must_renew(&self, now: Moment) -> bool {
        self.renewals < MOST_RENEWALS && self.refresh_ends <= now.plus(RENEW_EARLY_S)
    }

    /// When no renewal can help any more and the owner must have consented again.
    pub(super) fn consent_ends(&self) -> Moment {
        let left = i64::from(MOST_RENEWALS.saturating_sub(self.renewals));
        self.refresh_ends.plus(left * (REFRESH_LIFE_S - RENEW_EARLY_S)).max(self.access_ends.min(self.refresh_ends))
    }

    pub(super) fn refresh_form(&self, client_key: &str) -> String {
        let (key, token) = (encode(client_key), encode(self.refresh.expose()));
        format!("client_key={key}&grant_type=refresh_token&refresh_token={token}")
    }

    pub(super) fn renew_form(&self, client_key: &str) -> String {
        format!("client_key={}&refresh_token={}", encode(client_key), encode(self.refresh.expose()))
    }
}

fn text(data: &Value, key: &str) -> Result<String, Failure> {
    let found = data[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    found.ok_or_else(|| Failure::new(Class::Malformed, format!("token call without {key}")))
}

/// Seconds, as a number or as text.
fn life(data: &Value, key: &str, usual: i64) -> i64 {
    number(&data[key]).filter(|seconds| *seconds > 0).unwrap_or(usual)
}
