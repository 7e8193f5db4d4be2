//! What is sent by those who should not: nothing of it is done, and nothing is told.

use super::browser::Browser;
use super::{PASSWORD, administered, joined, path_in};
use crate::answer::office::EVIL;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_from_our_page_changes_nothing() {
    let (mut office, mut boss) = administered().await;
    let mut other = joined(&office, "王五", "只读");
    let (own, foreign) = (boss.seal("/me"), other.seal("/me"));
    assert_ne!(own, foreign);
    let new = "a quite different one";
    let form = |seal: &str| {
        vec![
            ("seal", seal.to_owned()),
            ("old", PASSWORD.to_owned()),
            ("password", new.to_owned()),
            ("again", new.to_owned()),
        ]
    };
    for (seal, says, status) in [
        ("", "Accept: */*", 403),
        (foreign.as_str(), "Accept: */*", 403),
        (&own[1..], "Accept: */*", 403),
        (own.as_str(), "Origin: http://evil.example", 403),
        (own.as_str(), "Origin: null", 403),
        (own.as_str(), "Sec-Fetch-Site: cross-site", 403),
        (own.as_str(), "Sec-Fetch-Site: same-site", 403),
        (own.as_str(), "Sec-Fetch-Site: same-origin", 303),
    ] {
        let fields = form(seal);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let answer = boss.saying(says).post("/me", &fields);
        assert_eq!(answer.status, status, "{says}: {}", answer.body);
        let stands =
            Browser::at(office.port).post("/signin", &[("name", "李四"), ("password", PASSWORD)]).status == 303;
        assert_eq!(stands, status == 403, "{says}");
        assert!(answer.status != 403 || answer.body.contains("没有改动"), "{}", answer.body);
    }
    // Nor can a stranger's page sign somebody in, or out.
    let mut from_elsewhere = Browser::at(office.port).saying("Origin: http://evil.example");
    assert_eq!(from_elsewhere.post("/signin", &[("name", "王五"), ("password", PASSWORD)]).status, 403);
    assert_eq!(other.post("/signout", &[]).status, 403);
    assert_eq!(other.get("/signout").status, 405);
    assert_eq!(other.get("/").status, 200);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_addresses_lead_nowhere_and_tell_nothing() {
    let (mut office, mut boss) = administered().await;
    let mut stranger = Browser::at(office.port);
    for path in ["/", "/me", "/?q=%3Cscript%3E", "/signout"] {
        let answer = stranger.get(path);
        assert!(matches!(answer.status, 303 | 405), "{path}: {}", answer.status);
        assert!(!answer.body.contains("文旅") && answer.head.contains("content-security-policy"), "{path}");
    }
    for path in
        ["/../data/cuigeng.db", "/enter/", "/enter/%2e%2e", "/o/x", "/office.css/x", "//me", "/ME", "/.", "/%00"]
    {
        for browser in [&mut stranger, &mut boss] {
            assert_eq!(browser.get(path).status, 404, "{path}");
        }
    }
    // Where somebody wants to go is a place of ours.
    for to in
        ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\r\nx: y", "/signin"]
    {
        let done = stranger.post("/signin", &[("name", "李四"), ("password", PASSWORD), ("to", to)]);
        let location = done
            .head
            .lines()
            .find_map(|line| line.strip_prefix("location: "))
            .unwrap_or_else(|| panic!("{to}: {}", done.head))
            .to_owned();
        assert!(done.status == 303 && location.starts_with("./") && !location.starts_with(".//"), "{to}: {location}");
        assert!(!done.head.contains("\r\nx: y"));
    }
    let page = stranger.get("/signin?to=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body;
    assert!(!page.contains("<script") && page.contains("&lt;script"), "{page}");
    for odd in ["cuigeng=", "cuigeng=' OR 1=1 --", "cuigeng=\u{1f600}", "a=b;;;=;cuigeng"] {
        let mut browser = Browser { cookie: Some(odd.to_owned()), ..Browser::at(office.port) };
        assert!(matches!(browser.get("/").status, 303 | 400), "{odd}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offices_link_shows_its_own_accounts_changes_nothing_and_can_be_ended() {
    let (mut office, _) = administered().await;
    let link = |name: &str| path_in(&office.ok(&["user", "office", name, "--by", "李四"]));
    let (culture, traffic) = (link("青禾县文旅局"), link("青禾县交通局"));
    assert!(office.refused(&["user", "office", "没有的局", "--by", "李四"]).contains("台账中没有主办单位"));
    let mut guest = Browser::at(office.port).saying("X-Forwarded-For: 10.0.0.9");
    let before = office.audited();
    let page = guest.get(&culture);
    assert!(page.status == 200 && page.body.contains("青禾文旅") && !page.body.contains("青禾交通"), "{}", page.body);
    assert!(!page.body.contains("<script") && page.body.contains("&lt;script&gt;"), "{EVIL}");
    assert!(page.head.contains("referrer-policy: no-referrer") && !page.head.contains("set-cookie"), "{}", page.head);
    assert!(guest.get(&traffic).body.contains("青禾交通"));
    assert_eq!((guest.post(&culture, &[("word", "known")]).status, guest.get("/").status), (405, 303));
    for odd in [
        culture.to_uppercase(),
        format!("{culture}x"),
        format!("{culture}/"),
        culture[..20].to_owned(),
        culture.replace("/o/", "/enter/"),
    ] {
        let answer = guest.get(&odd);
        assert!(answer.status == 404 && !answer.body.contains("文旅"), "{odd}");
    }
    assert_eq!(office.audited(), before);
    let newer = link("青禾县文旅局");
    assert_eq!((guest.get(&culture).status, guest.get(&newer).status), (404, 200));
    assert!(office.ok(&["user", "list"]).contains("青禾县文旅局"));
    office.ok(&["user", "office", "青禾县文旅局", "--revoke", "--by", "李四"]);
    assert_eq!((guest.get(&newer).status, guest.get(&traffic).status), (404, 200));
    assert!(
        office.refused(&["user", "office", "青禾县文旅局", "--revoke", "--by", "李四"]).contains("没有有效的只读链接")
    );
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_and_too_slow_is_cut_off_and_disturbs_nobody() {
    let (mut office, mut boss) = administered().await;
    let huge = "x".repeat(20_000);
    assert_eq!(boss.post("/signin", &[("name", "李四"), ("password", &huge)]).status, 413);
    let seal = boss.seal("/me");
    assert_eq!(boss.post("/me", &[("seal", &seal), ("old", &huge)]).status, 413);
    let json = boss.head("POST", "/me") + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(boss.send(&json).status, 415);
    let long = format!("/?q={}", "y".repeat(60_000));
    assert!(matches!(boss.get(&long).status, 200 | 414 | 431));
    // Somebody who never ends his form holds no place of others.
    let mut slow = TcpStream::connect(("127.0.0.1", office.port)).unwrap();
    let head = boss.head("POST", "/me");
    slow.write_all(
        format!("{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nold=").as_bytes(),
    )
    .unwrap();
    assert_eq!(boss.get("/").status, 200);
    let mut said = String::new();
    slow.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    office.end().await;
}
