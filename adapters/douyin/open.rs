//! Douyin's open platform: the account's owner consents, and the list of its own videos comes back.
//! Very probably withdrawn for most apps since 2025-03 (code 28001056), which reads as `retired`.
//!
//! A rotated token is kept before it is used: after a renewal the old one is dead at once. Facts:
//! developer.open-douyin.com, "openapi/account-permission" and "视频列表", as of 2026-11 (README.md).

mod errors;
mod parse;
mod token;

use super::encode;
use crate::http::{Http, Request};
use crate::{Ask, Delay, Failure, Kinds, Manners, Moment, Page, Probe, Secret, Secrets, Strength, Traits};
use token::Token;

/// How to reach the open platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConfig {
    /// `https://open.douyin.com`; another one for tests and gateways.
    pub base: String,
    /// The app's `client_key`; public.
    pub client_key: String,
    /// Name of the secret that holds the app's `client_secret`.
    pub client_secret: String,
    /// The consent of an account is the secret of this name and its open_id (JSON, written by the program).
    pub token_prefix: String,
}

/// Douyin's open platform.
#[derive(Debug)]
pub struct Open {
    config: OpenConfig,
    /// One rotation at a time: two at once would void each other's tokens.
    rotating: tokio::sync::Mutex<()>,
}

impl Open {
    /// A source of that configuration.
    pub fn new(config: OpenConfig) -> Open {
        Open { config, rotating: tokio::sync::Mutex::new(()) }
    }

    /// Strong: the owner's own list. It cannot tell a private or rejected video from a public one
    /// (`video_status` went in 2024-12), so its presence may flatter.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Strong,
            sees: Kinds::POST.and(kinds),
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: 20,
            manners: Manners { pace_s: 1, shared: false },
        }
    }

    /// Fetches one page. The key is the open_id. A token that the platform does not take is refreshed
    /// once; one that nears its end is rotated first.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let token = self.token(&ask.key, ask.now, http, secrets).await?;
        match self.list(ask, http, &token).await {
            Err(failure) if failure.reason == errors::STALE_TOKEN => {
                let token = self.refresh(&ask.key, Some(&token), ask.now, http, secrets).await?;
                self.list(ask, http, &token).await
            }
            other => other,
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    /// Name of the secret that makes the app known.
    pub(crate) fn app_secret_name(&self) -> String {
        self.config.client_secret.clone()
    }

    /// Name of the secret that keeps the consent of that open_id.
    pub fn secret_name(&self, open_id: &str) -> String {
        format!("{}{open_id}", self.config.token_prefix)
    }

    /// When the consent ends for good, from what was kept; nothing is asked.
    pub fn probe(&self, key: &str, now: Moment, secrets: &dyn Secrets) -> Probe {
        match Token::load(secrets, &self.secret_name(key)) {
            Err(failure) => Probe::failed(failure),
            Ok(token) => {
                let ends = token.consent_ends();
                let told = vec![format!("授权已续{}次，最多可续5次", token.renewals)];
                let trouble = (ends <= now).then(errors::consent_over);
                Probe { trouble, expires: Some(ends), told }
            }
        }
    }

    /// The kept token, rotated where it nears its end.
    async fn token(&self, id: &str, now: Moment, http: &Http, secrets: &dyn Secrets) -> Result<Token, Failure> {
        let token = Token::load(secrets, &self.secret_name(id))?;
        if token.must_renew(now) {
            self.renew(id, now, http, secrets).await?;
        }
        if token.must_refresh(now) {
            return self.refresh(id, None, now, http, secrets).await;
        }
        Token::load(secrets, &self.secret_name(id))
    }

    /// A new access token. `refused` is the one that the platform did not take: when somebody else has
    /// rotated meanwhile, theirs is used.
    async fn refresh(
        &self,
        id: &str,
        refused: Option<&Token>,
        now: Moment,
        http: &Http,
        secrets: &dyn Secrets,
    ) -> Result<Token, Failure> {
        let _one = self.rotating.lock().await;
        let name = self.secret_name(id);
        let token = Token::load(secrets, &name)?;
        if refused.is_some_and(|refused| refused.access != token.access) {
            return Ok(token);
        }
        let form = token.refresh_form(&self.config.client_key);
        let answer = http.send(Request::post_form(self.url("/oauth/refresh_token/"), form)).await?;
        let fresh = token.refreshed(&parse::token(&answer)?, now)?;
        fresh.keep(secrets, &name)?;
        Ok(fresh)
    }

    /// A new refresh token, kept before anything else is done. Its failure ends nothing while the old
    /// one lives.
    async fn renew(&self, id: &str, now: Moment, http: &Http, secrets: &dyn Secrets) -> Result<(), Failure> {
        let _one = self.rotating.lock().await;
        let name = self.secret_name(id);
        let token = Token::load(secrets, &name)?;
        if !token.must_renew(now) {
            return Ok(());
        }
        let form = token.renew_form(&self.config.client_key);
        let answer = http.send(Request::post_form(self.url("/oauth/renew_refresh_token/"), form)).await?;
        match parse::token(&answer) {
            Ok(data) => token.renewed(&data, now)?.keep(secrets, &name),
            Err(failure) => {
                tracing::warn!(class = failure.class.word(), detail = failure.detail, "douyin.renew_failed");
                Ok(())
            }
        }
    }

    async fn list(&self, ask: &Ask, http: &Http, token: &Token) -> Result<Page, Failure> {
        let (id, cursor) = (encode(&ask.key), encode(ask.cursor.as_deref().unwrap_or("0")));
        let path = format!("/api/douyin/v1/video/video_list/?open_id={id}&cursor={cursor}&count=20");
        let request = Request::get(self.url(&path))
            .header("access-token", token.access.expose())
            .header("content-type", "application/json");
        parse::page(&http.send(request).await?)
    }

    /// The address that an account's owner opens to consent; `state` comes back unchanged.
    pub fn consent_url(&self, redirect: &str, state: &str) -> String {
        let (key, redirect, state) = (encode(&self.config.client_key), encode(redirect), encode(state));
        let scope = "user_info%2Cvideo.list.bind%2Crenew_refresh_token";
        self.url(&format!(
            "/platform/oauth/connect/?client_key={key}&response_type=code&scope={scope}&redirect_uri={redirect}&state={state}"
        ))
    }

    /// Exchanges a code (it works once) for a consent, keeps it, and returns the open_id.
    ///
    /// # Errors
    /// The classes of README.md, or that it could not be kept.
    pub async fn exchange(
        &self,
        code: &str,
        now: Moment,
        http: &Http,
        secrets: &dyn Secrets,
    ) -> Result<String, Failure> {
        let secret: Secret = secrets.get(&self.config.client_secret)?;
        let (key, secret, code) = (encode(&self.config.client_key), encode(secret.expose()), encode(code));
        let form = format!("client_key={key}&client_secret={secret}&code={code}&grant_type=authorization_code");
        let answer = http.send(Request::post_form(self.url("/oauth/access_token/"), form)).await?;
        let (open_id, token) = Token::granted(&parse::token(&answer)?, now)?;
        token.keep(secrets, &self.secret_name(&open_id))?;
        Ok(open_id)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.base.trim_end_matches('/'))
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(answer: &crate::http::Answer, choice: u8) -> Result<Page, Failure> {
    if let Ok(data) = parse::token(answer) {
        drop(Token::granted(&data, Moment::from_unix(i64::from(choice))));
    }
    parse::page(answer)
}

#[cfg(test)]
mod tests;
