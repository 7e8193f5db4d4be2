//! What strangers send: nothing of it is told anything, kept, or in anybody's way.

use super::office::{Office, ask, percent, request};
use super::{JT, WL};
use cuigeng::answer::State;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_a_plain_page_that_tells_nothing() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (wl, jt) = (office.link_to(WL), office.link_to(JT));
    let (own, sign) = wl.strip_prefix("/a/").unwrap().split_once('-').unwrap();
    let other = jt.strip_prefix("/a/").unwrap().split('-').next().unwrap();
    let before = office.audited();
    let zeros = "0".repeat(32);
    for path in [
        format!("/a/{own}-{zeros}"),
        format!("/a/{other}-{sign}"),
        format!("/a/999-{sign}"),
        format!("/a/{own}-{}", sign.to_uppercase()),
        format!("/a/0{own}-{sign}"),
        format!("/a/%3{}-{sign}", own),
        format!("/a/{own}"),
        format!("/a/{own}-{sign}/"),
        format!("/a//{own}-{sign}"),
        format!("//a/{own}-{sign}"),
        format!("/a/../a/{own}-{sign}x"),
        "/a/%2e%2e/secrets/answer-link-key".to_owned(),
        "/../data/cuigeng.db".to_owned(),
        "/a/".to_owned(),
        "/robots.txt".to_owned(),
        "/a/%00".to_owned(),
        "/a/%ff".to_owned(),
        format!("/a/{}", "9".repeat(4000)),
    ] {
        for answer in [office.get(&path), office.post(&path, &[("word", "known")])] {
            assert!(matches!(answer.status, 404 | 405), "{path}: {} {}", answer.status, answer.body);
            for told in ["文旅", "交通", WL, "CG-2026", "已知晓"] {
                assert!(!answer.body.contains(told), "{path}: {told}");
            }
            assert!(answer.head.contains("content-security-policy") && answer.head.contains("no-store"), "{path}");
        }
    }
    assert_eq!(office.audited(), before);
    for verb in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = office.ask(&format!("{verb} {wl} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 405, "{verb}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_only_shown_and_what_is_no_answer_is_none() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(JT), office.letter_to(JT).id);
    let evil = "\"><script>alert(1)</script>\u{202e}\r\n{{ root }}";
    assert_eq!(office.post(&link, &[("word", "closed"), ("note", evil)]).status, 303);
    let page = office.get(&link).body;
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;") && !page.contains('\u{202e}'), "{page}");
    assert!(page.contains("{{ root }}"), "no template");
    let status = office.ok(&["status"]);
    assert!(!status.contains('\u{202e}') && !status.contains('\r'), "{status}");
    let long = "长".repeat(501);
    for (form, said) in [
        (vec![], "请从三个按钮中选一项"),
        (vec![("word", "nonsense")], "请从三个按钮中选一项"),
        (vec![("word", "posted"), ("url", "javascript:alert(1)")], "发布链接看不懂"),
        (vec![("word", "known"), ("account", "1 OR 1=1")], "不在这封信里"),
        (vec![("word", "known"), ("note", long.as_str())], "说明太长"),
    ] {
        let page = office.post(&link, &form);
        assert!(page.status == 422 && page.body.contains(said), "{form:?}: {} {}", page.status, page.body);
        assert!(!page.body.contains("href=\"javascript"));
    }
    assert_eq!(office.answers(id).len(), 1);
    let json = request(&link, "{\"word\":\"known\"}").replace("x-www-form-urlencoded", "json");
    assert_eq!(office.ask(&json).status, 415);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clicks_at_once_are_one_answer() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id, port) = (office.link_to(JT), office.letter_to(JT).id, office.port);
    let together = Barrier::new(12);
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                together.wait();
                assert_eq!(ask(port, request(&link, "word=closed").as_bytes()).status, 303);
            });
        }
    });
    assert_eq!(office.answers(id).len(), 1);
    // Whoever clicks to and fro is heard for a while.
    for n in 0..40 {
        office.post(&link, &[("word", if n % 2 == 0 { "known" } else { "posted" })]);
    }
    let kept = office.answers(id);
    assert_eq!(kept.len(), 12, "{}", kept.len());
    assert!(kept.iter().filter(|one| one.state == State::Open || one.state == State::Looking).count() <= 2);
    assert!(office.post(&link, &[("word", "known"), ("note", "x")]).body.contains("已经回复过多次"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_too_slow_and_too_often_is_cut_off() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(JT), office.letter_to(JT).id);
    let huge = format!("word=known&note={}", percent(&"长".repeat(20_000)));
    assert_eq!(office.ask(&request(&link, &huge)).status, 413);
    let head =
        format!("GET {link} HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\nConnection: close\r\n\r\n", "y".repeat(900_000));
    assert!(matches!(office.ask(&head).status, 0 | 431));
    // One that sends half a body, one that sends half a head, and a hundred that say nothing at all.
    let mut slow = TcpStream::connect(("127.0.0.1", office.port)).unwrap();
    let whole = request(&link, "word=known");
    slow.write_all(&whole.as_bytes()[..whole.len() - 3]).unwrap();
    let silent: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(("127.0.0.1", office.port)).unwrap()).collect();
    assert_eq!(office.get(&link).status, 200, "others are served meanwhile");
    let mut said = String::new();
    slow.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("等得太久"), "{said}");
    drop(silent);
    assert_eq!(office.answers(id).len(), 0);
    let statuses: Vec<u16> = (0..130).map(|_| office.get("/style.css").status).collect();
    assert!(statuses.contains(&429) && statuses[0] == 200, "{statuses:?}");
    office.end().await;
}
