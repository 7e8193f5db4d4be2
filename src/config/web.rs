//! The section `[web]`: the small web server, and the address under which owners reach it.

use super::sheet::Section;
use super::value::Value;
use std::net::{Ipv4Addr, SocketAddr};

/// The port where nobody says otherwise (operations.md, "Files").
const PORT: u16 = 8318;

/// The small web server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebConfig {
    /// Where it listens; `None`: it does not run.
    pub listen: Option<SocketAddr>,
    /// What stands before `/a/…` in a letter, without a slash at its end; `None`: letters carry no link.
    pub public_url: Option<String>,
}

/// A server without an address that owners know serves nobody yet, but may be asked for.
pub(super) fn web(section: Section<'_, '_>) -> WebConfig {
    let public_url = section.opt("public_url", |value| value.url(&["http", "https"]));
    let usual = public_url.as_ref().map(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
    let listen = section.opt("listen", listening).or(usual);
    section.close();
    WebConfig { listen, public_url }
}

fn listening(value: &Value<'_, '_>) -> Option<SocketAddr> {
    let text = value.line()?;
    let address: Option<SocketAddr> = text.parse().ok().filter(|address: &SocketAddr| address.port() > 0);
    address.or_else(|| {
        value.refuse(
            "不是可以监听的地址",
            "写成 \"127.0.0.1:8318\" 这样的 IP:端口；要让别的机器直接打开，写 \"0.0.0.0:8318\"",
        )
    })
}

impl WebConfig {
    /// The host of the public address is this machine alone, so that no owner can open it.
    pub(super) fn is_private(&self) -> bool {
        let host = self.public_url.as_deref().and_then(|url| url.split("://").nth(1));
        let host = host.map(|rest| rest.split('/').next().unwrap_or_default());
        host.is_some_and(|host| host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]"))
    }
}
