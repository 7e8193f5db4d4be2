//! Weibo's open platform (api.weibo.com): the account's owner authorises an app, and the newest five
//! posts come back; with a commercial contract (c.api.weibo.com), any account's posts of a window.
//!
//! Facts: open.weibo.com wiki, "statuses/user_timeline", "C/2/statuses/user_timeline/other", "Oauth2",
//! "Error code", as of 2026-08 (README.md). A token cannot be renewed by a program: its owner must.

mod errors;
mod parse;

use super::encode;
use crate::http::{Http, Request};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Moment, Page, Probe, Secret, Secrets, Strength, Traits};

/// How to reach the open platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenConfig {
    /// `https://api.weibo.com`, or `https://c.api.weibo.com` with a contract.
    pub base: String,
    /// A commercial contract: one token reads any account.
    pub commercial: bool,
    /// The token of an account is the secret of this name and its uid; with a contract this is the name.
    pub token: String,
    /// Most pages of one look with a contract (twenty posts each).
    pub page_cap: u32,
}

/// Weibo's open platform.
#[derive(Debug)]
pub struct Open {
    config: OpenConfig,
}

impl Open {
    /// A source of that configuration.
    pub fn new(config: OpenConfig) -> Open {
        Open { config }
    }

    /// Strong: authorised by the owner, or by contract.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Strong,
            sees: Kinds::POST.and(kinds),
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: self.config.page_cap,
            manners: Manners { pace_s: 1, shared: self.config.commercial },
        }
    }

    /// Fetches one page. The key is the uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let token = secrets.get(&self.secret_name(&ask.key))?;
        let answer = http.send(self.request(ask, &token)).await?;
        if self.config.commercial {
            parse::window(ask, &answer).map_err(of_contract)
        } else {
            parse::newest(ask, &answer)
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    /// Name of the secret that serves the account of that uid.
    pub fn secret_name(&self, uid: &str) -> String {
        if self.config.commercial { self.config.token.clone() } else { format!("{}{uid}", self.config.token) }
    }

    /// When the token ends (`POST /oauth2/get_token_info`).
    pub async fn probe(&self, key: &str, now: Moment, http: &Http, secrets: &dyn Secrets) -> Probe {
        let token = match secrets.get(&self.secret_name(key)) {
            Ok(token) => token,
            Err(failure) => return Probe::failed(failure),
        };
        // Only the free host is documented to answer this, for either kind of token.
        let base = self.config.base.trim_end_matches('/').replace("//c.api.weibo.com", "//api.weibo.com");
        let url = format!("{base}/oauth2/get_token_info");
        let form = format!("access_token={}", encode(token.expose()));
        let told = match http.send(Request::post_form(url, form)).await {
            Ok(answer) => parse::token_life(&answer),
            Err(failure) => Err(failure),
        };
        match told {
            Err(failure) if self.config.commercial => Probe::failed(of_contract(failure)),
            Err(failure) => Probe::failed(failure),
            Ok((uid, _)) if !self.config.commercial && uid != key => Probe::failed(
                Failure::new(Class::Config, "the token belongs to another uid")
                    .because("owner_mismatch")
                    .advise(format!("授权属于另一个微博账号（uid {uid}），请核对来源参数或请账号主办单位重新授权")),
            ),
            Ok((_, life_s)) => Probe { expires: Some(now.plus(life_s)), ..Probe::default() },
        }
    }

    fn request(&self, ask: &Ask, token: &Secret) -> Request {
        let base = self.config.base.trim_end_matches('/');
        let (uid, token) = (encode(&ask.key), encode(token.expose()));
        if self.config.commercial {
            let (page, _) = parse::place(ask);
            let (from, until) = (ask.since.unix(), ask.now.unix());
            return Request::get(format!(
                "{base}/2/statuses/user_timeline/other.json?access_token={token}&uid={uid}&start_time={from}&end_time={until}&count=20&page={page}"
            ));
        }
        Request::get(format!("{base}/2/statuses/user_timeline.json?access_token={token}&uid={uid}&count=100&page=1"))
    }
}

/// With a contract no owner has authorised anything, so it is not an owner who must renew it.
fn of_contract(failure: Failure) -> Failure {
    if failure.class != crate::Class::Auth {
        return failure;
    }
    failure.advise("微博商业接口的访问令牌已失效：请按合同重新取得令牌，写入凭据文件")
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(ask: &Ask, answer: &crate::http::Answer, choice: u8) -> Result<Page, Failure> {
    drop(parse::token_life(answer));
    if choice > 127 { parse::window(ask, answer) } else { parse::newest(ask, answer) }
}

#[cfg(test)]
mod tests;
