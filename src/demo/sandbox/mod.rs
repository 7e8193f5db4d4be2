//! The outside world of the demo on loopback: the platforms in their true wire formats and a mail
//! server, all telling the town's truth as of an injected clock.
//!
//! It is the only road from the town to the daemon, and it goes over sockets. It keeps nothing on
//! disk and never asks the machine what time it is.

mod douyin;
mod feeds;
mod mime;
mod smtp;
mod wechat;
mod weibo;

pub use smtp::{Accepted, Mailbox};

use super::town::Town;
use crate::clock::Clock;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use cuigeng_adapters::Moment;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The running servers. They end when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    /// `http://127.0.0.1:port` of m.weibo.cn.
    pub weibo: String,
    /// The same of api.weixin.qq.com.
    pub wechat: String,
    /// The same of the Douyin bridge.
    pub douyin: String,
    /// The same of the RSS bridges: RSSHub's routes, and `/feeds/…` of a WeChat bridge.
    pub feeds: String,
    /// The mail server: no TLS, AUTH PLAIN and LOGIN offered but not demanded.
    pub smtp: SocketAddr,
    mailbox: Arc<Mailbox>,
    _servers: JoinSet<()>,
}

/// What every server knows.
#[derive(Clone)]
struct World {
    town: Arc<Town>,
    clock: Arc<dyn Clock>,
}

impl World {
    fn now(&self) -> Moment {
        self.clock.now()
    }
}

impl Sandbox {
    /// Starts every server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(town: Arc<Town>, clock: Arc<dyn Clock>) -> Result<Sandbox, io::Error> {
        let world = World { town, clock };
        let mut servers = JoinSet::new();
        let weibo = serve(weibo::router(), &world, &mut servers).await?;
        let wechat = serve(wechat::router(), &world, &mut servers).await?;
        let douyin = serve(douyin::router(), &world, &mut servers).await?;
        let feeds = serve(feeds::router(), &world, &mut servers).await?;
        let mailbox = Arc::new(Mailbox::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let smtp = listener.local_addr()?;
        servers.spawn(smtp::listen(listener, world, Arc::clone(&mailbox)));
        Ok(Sandbox { weibo, wechat, douyin, feeds, smtp, mailbox, _servers: servers })
    }

    /// Every letter that the mail server has accepted.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }
}

async fn serve(router: Router<World>, world: &World, servers: &mut JoinSet<()>) -> Result<String, io::Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let stamped = router.layer(axum::middleware::map_response_with_state(world.clone(), stamp));
    let service = stamped.with_state(world.clone());
    servers.spawn(async move {
        // Ends only with the task; a failed accept is retried by axum itself.
        drop(axum::serve(listener, service).await);
    });
    Ok(base)
}

/// Every answer bears the time of the sandbox, not of the machine.
async fn stamp(State(world): State<World>, mut response: Response) -> Response {
    if let Ok(date) = HeaderValue::from_str(&http_date(world.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// `Mon, 06 Jun 2022 01:00:00 GMT`
fn http_date(moment: Moment) -> String {
    moment.to_chrono().naive_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2022-06-06T01:00:00Z`, with milliseconds when asked for.
fn utc(moment: Moment, millis: bool) -> String {
    let form = if millis { "%Y-%m-%dT%H:%M:%S.000Z" } else { "%Y-%m-%dT%H:%M:%SZ" };
    moment.to_chrono().naive_utc().format(form).to_string()
}

#[cfg(test)]
mod tests;
