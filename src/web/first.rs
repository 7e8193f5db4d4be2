//! The links that let somebody in: the first administrator, a new user, an office. They are made here, for
//! the daemon's log and for the command line alike; only their hashes are kept.

use super::Web;
use crate::access::ONE_TIME_S;
use crate::access::token::Token;
use crate::config::WebConfig;
use crate::domain::Moment;
use crate::store::{StoreError, Transaction, users};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the pages are, without a slash at the end: the public address, else the one that is listened to.
pub fn base_url(web: &WebConfig) -> Option<String> {
    let local = |listen: SocketAddr| {
        let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
        format!("http://{}", SocketAddr::new(ip, listen.port()))
    };
    web.listen.map(|listen| web.public_url.clone().unwrap_or_else(|| local(listen)))
}

/// The address of a one-time link.
pub fn enter_url(base: &str, token: &Token) -> String {
    format!("{base}/enter/{}", token.expose())
}

/// The address of an office's link.
pub fn office_url(base: &str, token: &Token) -> String {
    format!("{base}/o/{}", token.expose())
}

/// Keeps a one-time link for the first administrator; false when there is one already.
///
/// # Errors
/// Those of the store.
pub fn first_link(tx: &Transaction<'_>, token: &Token, now: Moment) -> Result<bool, StoreError> {
    if users::has_admin(tx)? {
        return Ok(false);
    }
    users::invite(tx, None, &token.hash(), now, now.plus(ONE_TIME_S))?;
    Ok(true)
}

impl Web {
    /// Says in the log how the first administrator comes in, until there is one. This is the one secret
    /// that is logged: it works once, for a day, and only while there is nothing to protect.
    pub(super) async fn welcome(&self, listen: SocketAddr) {
        let Some(token) = Token::random() else { return };
        let (kept, now) = (token.clone(), self.clock.now());
        match self.store.write_async(move |tx| first_link(tx, &kept, now)).await {
            Ok(true) => {
                let web = WebConfig { listen: Some(listen), ..self.config.web.clone() };
                let link = base_url(&web).map(|base| enter_url(&base, &token)).unwrap_or_default();
                tracing::warn!(%link, "web.no_administrator_yet");
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "web.no_first_link"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_what_a_browser_can_open() {
        let web = |listen: &str, public: Option<&str>| WebConfig {
            listen: listen.parse().ok(),
            public_url: public.map(str::to_owned),
        };
        for (web, base) in [
            (web("127.0.0.1:8318", None), Some("http://127.0.0.1:8318")),
            (web("0.0.0.0:80", None), Some("http://127.0.0.1:80")),
            (web("[::1]:8318", None), Some("http://[::1]:8318")),
            (web("127.0.0.1:8318", Some("https://www.qinghe.example/c")), Some("https://www.qinghe.example/c")),
            (web("off", Some("https://www.qinghe.example/c")), None),
        ] {
            assert_eq!(base_url(&web).as_deref(), base);
        }
    }
}
