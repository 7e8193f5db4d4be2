//! The client against a server that misbehaves.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers every request with `head` and then `chunk` so many times.
async fn server(head: &'static str, chunk: Vec<u8>, times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let chunk = chunk.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(head.as_bytes()).await;
                for _ in 0..times {
                    if stream.write_all(&chunk).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

async fn fetch(url: String) -> Result<Answer, Failure> {
    Http::new(None).unwrap().send(Request::get(url).patience(20)).await
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n";
    let base = server(head, vec![b' '; 1024 * 1024], 100).await;
    let failure = fetch(base).await.unwrap_err();
    assert_eq!((failure.class, failure.reason.as_str()), (Class::Malformed, "too_large"));
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let base = server(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        Vec::new(),
        0,
    )
    .await;
    let answer = fetch(base).await.unwrap();
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://127.0.0.1:9/")));
}

#[tokio::test]
async fn a_cut_body_a_dead_port_and_a_bad_address_never_show_the_query() {
    let cut = server("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", b"{".to_vec(), 1).await;
    for (url, class) in [
        (format!("{cut}/?access_token=CANARY"), Class::Transient),
        ("http://127.0.0.1:9/?access_token=CANARY".to_owned(), Class::Transient),
        ("nowhere?access_token=CANARY".to_owned(), Class::Config),
    ] {
        let failure = fetch(url).await.unwrap_err();
        assert_eq!(failure.class, class, "{failure}");
        assert!(!format!("{failure:?} {failure}").contains("CANARY"), "{failure:?}");
    }
    let request = Request::get("http://x/?key=CANARY").header("cookie", "CANARY");
    assert!(!format!("{request:?}").contains("CANARY"));
    assert!(Http::new(Some("not a proxy")).is_err());
}

#[test]
fn text_in_the_charset_that_it_has() {
    let of = |content_type: &str, body: &[u8]| {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Answer { status: 200, headers, body: body.to_vec() }
    };
    for (content_type, body) in [
        ("text/plain; charset=GBK", &[0xb1, 0xbe, 0xd6, 0xdc][..]),
        ("text/plain", &[0xb1, 0xbe, 0xd6, 0xdc]),
        ("text/plain", "本周".as_bytes()),
        ("text/plain", "\u{feff}本周".as_bytes()),
        ("text/plain; charset=\"utf-8\"", "本周".as_bytes()),
    ] {
        assert_eq!(of(content_type, body).text(), "本周", "{content_type}");
    }
    assert!(of("application/json", b" <!DOCTYPE html><html>").is_html());
    assert!(!of("application/json", b"{}").is_html());
}

#[tokio::test]
async fn the_time_that_answers_tell_is_told_once_and_not_from_a_cache() {
    let fresh = server("HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 01:02:03 GMT\r\n\r\n", Vec::new(), 0).await;
    let cached =
        server("HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 01:02:03 GMT\r\nage: 9\r\n\r\n", Vec::new(), 0).await;
    let http = Http::new(None).unwrap();
    for url in [fresh, cached] {
        assert_eq!(http.send(Request::get(url)).await.unwrap().status, 200);
    }
    assert_eq!(http.take_dates(), [crate::Moment::parse("2026-11-25 09:02:03").unwrap()]);
    assert_eq!(http.take_dates(), []);
}
