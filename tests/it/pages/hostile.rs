//! What nobody should send, sent to every page and every form that there is: the routes are read from the
//! router itself, so that a new one cannot be forgotten.

use super::browser::Browser;
use super::{PASSWORD, administered, joined, path_in};
use crate::answer::office::{Answer, EVIL, Office, percent};
use std::io::{Read, Write};
use std::net::TcpStream;

/// The router's own text.
const ROUTER: &str = include_str!("../../../src/web/mod.rs");

/// Every address of the router, and whether it takes forms.
fn routes() -> Vec<(String, bool)> {
    let lines = ROUTER.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let found: Vec<(String, bool)> = lines
        .map(|rest| {
            let (path, methods) = rest.split_once('"').expect(rest);
            (path.to_owned(), methods.contains("post("))
        })
        .collect();
    assert_eq!(found.len(), ROUTER.matches(".route(").count(), "a route that stands in several lines");
    found
}

/// The address with something in the place of each variable.
fn filled(path: &str, with: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// An honest address of that route.
fn honest(path: &str) -> String {
    let path = path.replace("{period}", "2026-07").replace("{step}", "draft").replace("{name}", "accounts.csv");
    let path = match path.as_str() {
        "/settings/user/{deed}" => path.replace("{deed}", "disable"),
        _ => path.replace("{deed}", "cancel"),
    };
    filled(&path, "1")
}

/// A browser at another address of the office's network each time: one address may ask only so often.
struct Crowd {
    browser: Browser,
    asked: u32,
}

impl Crowd {
    fn of(browser: &Browser) -> Crowd {
        Crowd { browser: browser.clone(), asked: 0 }
    }

    fn next(&mut self) -> Browser {
        self.asked += 1;
        let number = self.asked / 50;
        self.browser.saying(&format!("X-Forwarded-For: 10.7.{}.{}", number / 250, number % 250 + 1))
    }
}

/// What would be done by an honest form; each route takes what it knows.
fn fields(seal: &str) -> Vec<(&str, &str)> {
    vec![
        ("seal", seal),
        ("id", "1"),
        ("account", "1"),
        ("letter", "1"),
        ("post", "1"),
        ("name", "赵六"),
        ("rank", "只读"),
        ("office", "青禾县文旅局"),
        ("mode", "正式"),
        ("reason", "试试"),
        ("note", "试试"),
        ("updates", "1"),
        ("seen", "1"),
        ("old", PASSWORD),
        ("password", "another good one"),
        ("again", "another good one"),
    ]
}

/// Who has no form of ours: they come in, go out or answer a letter by what else they hold.
const OPEN: [&str; 3] = ["/signin", "/enter/{token}", "/a/{token}"];
/// What a reader may do: it is about himself only.
const OWN: [&str; 2] = ["/signout", "/me"];

#[tokio::test(flavor = "multi_thread")]
async fn no_form_without_our_seal_does_anything_on_any_route() {
    let (mut office, mut boss) = administered().await;
    let mut reader = joined(&office, "王五", "只读");
    let (own, foreign) = (boss.seal("/me"), reader.seal("/me"));
    let before = office.trail();
    let (mut bosses, mut readers) = (Crowd::of(&boss), Crowd::of(&reader));
    let mut strangers = Crowd::of(&Browser::at(office.port));
    let forms = routes().into_iter().filter(|(path, forms)| *forms && !OPEN.contains(&path.as_str()));
    let mut tried = 0;
    for (route, _) in forms {
        let path = honest(&route);
        for seal in ["", "x", foreign.as_str(), &own[1..], EVIL] {
            let status = bosses.next().post(&path, &fields(seal)).status;
            assert!((400..500).contains(&status), "{route} with the seal {seal}: {status}");
        }
        for says in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
            let status = bosses.next().saying(says).post(&path, &fields(&own)).status;
            assert!((400..500).contains(&status), "{route} {says}: {status}");
        }
        // Not even whoever took the seal from somewhere, without the session.
        let status = strangers.next().post(&path, &fields(&own)).status;
        assert!(matches!(status, 303 | 400..500), "{route} by a stranger: {status}");
        if !OWN.contains(&route.as_str()) {
            let answer = readers.next().post(&path, &fields(&foreign));
            assert!((400..500).contains(&answer.status), "{route} by a reader: {}", answer.status);
        }
        assert_eq!(office.trail(), before, "{route}");
        tried += 1;
    }
    assert!(tried > 25, "{tried} routes take forms");
    assert_eq!((boss.get("/").status, reader.get("/").status), (200, 200));
    office.end().await;
}

/// Whether nothing of a page runs; a table that is handed out as a file says what the list says.
fn is_text(answer: &Answer) -> bool {
    answer.head.contains("content-disposition: attachment") || !answer.body.contains("<script")
}

/// Parts of addresses that lead out, end early, are no text or no number.
const ODD: [&str; 16] = [
    "..%2f",
    "..%2f..%2fdata%2fcuigeng.db",
    "%2e%2e",
    "1%00",
    "%00",
    "%ff%fe",
    "%c3%28",
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775807",
    "1%20OR%201=1",
    "1;DROP%20TABLE%20account",
    "%3Cscript%3Ealert(1)%3C%2fscript%3E",
    "2026-W99",
    "+1",
];

#[tokio::test(flavor = "multi_thread")]
async fn odd_addresses_open_nothing_and_change_nothing() {
    let (mut office, mut boss) = administered().await;
    let seal = boss.seal("/me");
    let before = office.trail();
    let mut bosses = Crowd::of(&boss);
    let long = "9".repeat(5000);
    let routes = routes();
    for (route, forms) in routes.iter().filter(|(route, _)| route.contains('{')) {
        for odd in ODD.into_iter().chain([long.as_str()]) {
            let path = filled(route, odd);
            let answer = bosses.next().get(&path);
            // A number that nobody has, or what is no number at all; never a fault of ours.
            assert!(matches!(answer.status, 200 | 303 | 400..500), "{path}: {}", answer.status);
            assert!(is_text(&answer), "{path}");
            assert!(!answer.body.contains("SQLite format"), "{path}");
            if *forms && !OPEN.contains(&route.as_str()) {
                let status = bosses.next().post(&path, &[("seal", seal.as_str())]).status;
                assert!(matches!(status, 303 | 400..500), "POST {path}: {status}");
            }
        }
    }
    let queries = [
        format!("q={}", "y".repeat(60_000)),
        (0..3000).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&"),
        (0..300).map(|n| format!("q={n}")).collect::<Vec<_>>().join("&"),
        "q=%ff%fe&page=-1&week=9999-W99&state=%00&platform=%c3%28".to_owned(),
        "page=99999999999999999999&before=-5&day=%00&week=0000-W00&at=99999999999999999999".to_owned(),
        "page=18446744073709551615&before=9223372036854775807&kind=finding&view=list".to_owned(),
        format!("q={0}&state={0}&platform={0}&by={0}&office={0}&who={0}&what={0}&day={0}&source={0}", percent(EVIL)),
        "=&&&==&;%&q".to_owned(),
    ];
    for (route, _) in &routes {
        for query in &queries {
            let path = format!("{}?{query}", honest(route));
            let answer = bosses.next().get(&path);
            let at = &path[..path.len().min(120)];
            assert!(matches!(answer.status, 200 | 303 | 400..500), "{at}: {}", answer.status);
            assert!(is_text(&answer), "{at}");
        }
    }
    let same: Vec<_> = office.trail().into_iter().filter(|(_, what)| what != "user.sign_in").collect();
    assert_eq!(same, before.into_iter().filter(|(_, what)| what != "user.sign_in").collect::<Vec<_>>());
    assert_eq!(boss.get("/").status, 200);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_forms_and_many_fields_are_refused_on_every_route() {
    let (mut office, mut boss) = administered().await;
    let seal = boss.seal("/me");
    let before = office.trail();
    let mut bosses = Crowd::of(&boss);
    let huge = "x".repeat(40_000);
    let many: Vec<(String, &str)> = (0..1500).map(|n| (format!("f{n}"), "1")).collect();
    for (route, _) in routes().iter().filter(|(route, forms)| *forms && !OPEN.contains(&route.as_str())) {
        let path = honest(route);
        let status = bosses.next().post(&path, &[("seal", &seal), ("reason", &huge)]).status;
        assert!((400..500).contains(&status), "{route}: {status}");
        // Thousands of small fields without a seal among them.
        let fields: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let status = bosses.next().post(&path, &fields).status;
        assert!((400..500).contains(&status), "{route}: {status}");
        // What is no text, and what says that it is longer than it is allowed to be.
        let browser = bosses.next();
        let head = browser.head("POST", &path) + "Content-Type: application/x-www-form-urlencoded\r\n";
        let mut odd = bosses.next();
        let status = odd
            .send_bytes(&[format!("{head}Content-Length: 9\r\n\r\n").as_bytes(), b"seal=\xff\xfe\x00\x80"].concat())
            .status;
        assert!((400..500).contains(&status), "{route}: {status}");
        let status = odd.send(&format!("{head}Content-Length: 99999999999\r\n\r\nseal={seal}")).status;
        assert!((400..500).contains(&status), "{route}: {status}");
        assert_eq!(office.trail(), before, "{route}");
    }
    office.end().await;
}

/// Somebody who never ends his lines, or his form, keeps nobody from the pages.
#[tokio::test(flavor = "multi_thread")]
async fn what_drips_disturbs_nobody() {
    let (mut office, mut boss) = administered().await;
    let seal = boss.seal("/me");
    let before = office.trail();
    let mut dripping = Vec::new();
    for (route, forms) in routes() {
        let path = honest(&route);
        let mut line = TcpStream::connect(("127.0.0.1", office.port)).unwrap();
        let head = boss.head(if forms { "POST" } else { "GET" }, &path);
        // Of a form half of its body, of everything else half of its head.
        let said = if forms {
            format!(
                "{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\nseal={seal}&rea"
            )
        } else {
            format!("{head}X-Slow: a")
        };
        line.write_all(said.as_bytes()).unwrap();
        dripping.push(line);
    }
    assert!(dripping.len() > 40);
    for path in ["/", "/check", "/list", "/outbox"] {
        assert_eq!(boss.get(path).status, 200, "{path}");
    }
    // The first of them is cut off; nothing of what it had said so far was done.
    let mut said = Vec::new();
    drop(dripping.pop().unwrap().read_to_end(&mut said));
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    assert_eq!(office.trail(), before);
    office.end().await;
}

/// The link of an office opens its own page; it is neither a session nor a way to any other page.
#[tokio::test(flavor = "multi_thread")]
async fn an_offices_link_opens_no_other_page() {
    let (mut office, _) = administered().await;
    let link = path_in(&office.ok(&["user", "office", "青禾县文旅局", "--by", "李四"]));
    let token = link.strip_prefix("/o/").unwrap().to_owned();
    let before = office.trail();
    let guest = Browser { cookie: Some(format!("cuigeng={token}")), ..Browser::at(office.port) };
    let mut guests = Crowd::of(&guest);
    let open = ["/signin", "/office.css", "/icon.svg", "/style.css"];
    for (route, forms) in routes() {
        let path = honest(&route);
        let answer = guests.next().get(&path);
        let known = open.contains(&route.as_str());
        assert!(known || matches!(answer.status, 303 | 400..500), "{route}: {}", answer.status);
        assert!(!answer.body.contains("青禾交通"), "{route}");
        let below = guests.next().get(&format!("{link}/..{path}"));
        assert!((400..500).contains(&below.status), "{link}/..{path}: {}", below.status);
        if forms {
            let status = guests.next().post(&path, &fields(&token)).status;
            assert!(matches!(status, 303 | 400..500), "POST {route}: {status}");
        }
    }
    assert_eq!(office.trail(), before);
    office.end().await;
}

/// Whatever somebody has written into a name, a title or a note is text on every page.
#[tokio::test(flavor = "multi_thread")]
async fn script_in_names_titles_and_notes_is_text_on_every_page() {
    let (mut office, mut boss) = administered().await;
    plant(&office, &mut boss);
    let mut bosses = Crowd::of(&boss);
    let mut shown = 0;
    for (route, _) in routes() {
        let answer = bosses.next().get(&honest(&route));
        assert!(answer.status < 500, "{route}: {}", answer.status);
        assert!(is_text(&answer), "{route}");
        shown += usize::from(answer.body.contains("&lt;script&gt;"));
    }
    assert!(shown >= 4, "{shown} pages show what was planted");
    office.end().await;
}

/// The account has such a name already; a post, a silence and a user besides.
fn plant(office: &Office, boss: &mut Browser) {
    let post =
        [("time", "2026-07-22 09:00"), ("title", EVIL), ("url", "https://x.example/\"><script>"), ("reason", EVIL)];
    boss.act("/account/1", "/account/1/post", &post);
    boss.act("/account/1", "/account/1/silence", &[("days", "3"), ("until", "2026-07-30"), ("reason", EVIL)]);
    let refused = boss.act("/settings", "/settings/user", &[("name", EVIL), ("rank", "只读")]);
    assert!(refused.status < 500);
    assert!(office.trail().len() > 1);
}
