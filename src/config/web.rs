//! The section `[web]`: the small web server, and the address under which owners reach it.

use super::sheet::Section;
use super::value::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where it listens when nobody says otherwise (operations.md, "Files").
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8318);
/// What is written where there shall be no pages.
const OFF: &str = "off";

/// The small web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebConfig {
    /// Where it listens; `None`: it does not run.
    pub listen: Option<SocketAddr>,
    /// What stands before `/a/…` in a letter, without a slash at its end; `None`: letters carry no link.
    pub public_url: Option<String>,
}

/// Where nobody says anything the office's own pages are open to this machine alone.
pub(super) fn web(section: Section<'_, '_>) -> WebConfig {
    let public_url = section.opt("public_url", |value| value.url(&["http", "https"]));
    let written = section.opt("listen", listening);
    section.close();
    WebConfig { listen: written.unwrap_or(Some(USUAL)), public_url }
}

/// An address, or `off`.
fn listening(value: &Value<'_, '_>) -> Option<Option<SocketAddr>> {
    let text = value.line()?;
    if text == OFF {
        return Some(None);
    }
    let address: Option<SocketAddr> = text.parse().ok().filter(|address: &SocketAddr| address.port() > 0);
    address.map(Some).or_else(|| {
        value.refuse(
            "不是可以监听的地址",
            "写成 \"127.0.0.1:8318\" 这样的 IP:端口；要让别的机器直接打开，写 \"0.0.0.0:8318\"；不开网页写 \"off\"",
        )
    })
}

impl WebConfig {
    /// Owners need it, or the operator chose where it listens; else it is a convenience, which may fail
    /// without anybody's alarm.
    pub fn is_asked_for(&self) -> bool {
        self.public_url.is_some() || self.listen.is_some_and(|listen| listen != USUAL)
    }

    /// The host of the public address is this machine alone, so that no owner can open it.
    pub(super) fn is_private(&self) -> bool {
        let host = self.public_url.as_deref().and_then(|url| url.split("://").nth(1));
        let host = host.map(|rest| rest.split('/').next().unwrap_or_default());
        host.is_some_and(|host| host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]"))
    }
}
