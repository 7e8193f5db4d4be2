//! While the database is still being opened (an old and large one is copied and brought up to date first):
//! every address says so, and nothing else is there.

use super::chrome;
use super::gate;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// After how many seconds a browser may ask again.
const AGAIN_S: &str = "15";
/// How long whoever is being answered at the end may take.
const GRACE: Duration = Duration::from_secs(1);

/// What those read who work here.
const OURS: &str = "服务正在打开数据库；刚升级过程序的，先备份、再升级数据库，账号多、年头长的要几分钟。\
                    请过一会儿再打开这个页面，不用重启服务；数据不会丢。";

/// Says so until `stop`; where it cannot listen nothing is said, and the server itself will tell.
pub async fn opening(listen: SocketAddr, stop: CancellationToken) {
    let Ok(listener) = TcpListener::bind(listen).await else { return };
    let app = Router::new().route("/style.css", get(chrome::style)).fallback(said).layer(map_response(gate::sealed));
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        // It accepts until it is asked to stop and has no other error.
        _ = served => {}
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {}
    }
}

async fn said(uri: Uri) -> Response {
    // The links of letters are opened by offices, which have upgraded nothing.
    let is_theirs = uri.path().starts_with("/a/") || uri.path().starts_with("/o/");
    let text = if is_theirs { "系统正在启动，请过几分钟再打开这个页面。" } else { OURS };
    let title = "正在启动";
    let mut response = chrome::page(StatusCode::SERVICE_UNAVAILABLE, "notice.html", &uri, context! { title, text });
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN_S));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn every_address_says_that_the_service_is_starting_and_lets_go_of_the_port() {
        let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let stop = CancellationToken::new();
        let page = tokio::spawn(opening(listen, stop.clone()));
        for path in ["/", "/check?week=1", "/a/731-0123"] {
            let mut stream = loop {
                match tokio::net::TcpStream::connect(listen).await {
                    Ok(stream) => break stream,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            let ask = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            stream.write_all(ask.as_bytes()).await.unwrap();
            let mut said = String::new();
            stream.read_to_string(&mut said).await.unwrap();
            assert!(said.starts_with("HTTP/1.1 503") && said.contains("正在启动"), "{said}");
            assert_eq!(said.contains("升级"), !path.starts_with("/a/"), "{said}");
            assert!(said.contains("retry-after: 15") && said.contains("default-src 'none'"), "{said}");
        }
        stop.cancel();
        page.await.unwrap();
        std::net::TcpListener::bind(listen).unwrap();
    }
}
