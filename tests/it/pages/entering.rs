//! Coming in, staying in, going out.

use super::browser::Browser;
use super::{PASSWORD, administered, first_in, joined, path_in};
use crate::answer::office::{Office, at, is_in_database};
use cuigeng::clock::Clock;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[tokio::test(flavor = "multi_thread")]
async fn until_there_is_an_administrator_nobody_is_served() {
    let mut office = Office::open("试运行").await;
    let mut here = Browser::at(office.port);
    let mut elsewhere = here.saying("X-Forwarded-For: 10.0.0.9");
    for path in ["/", "/signin", "/me"] {
        let (near, far) = (here.get(path), elsewhere.get(path));
        assert_eq!((near.status, far.status), (403, 403), "{path}");
        assert!(near.body.contains("cuigeng user link") && !far.body.contains("cuigeng"), "{path}: {}", far.body);
    }
    assert_eq!(elsewhere.post("/signin", &[("name", "李四"), ("password", "")]).status, 403);
    assert!(office.ok(&["status"]).contains("网页：还没有管理员"));
    // With the link one may come from anywhere.
    let link = path_in(&office.ok(&["user", "link"]));
    assert_eq!(elsewhere.get(&link).status, 200);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_makes_the_administrator_and_works_once() {
    let mut office = Office::open("试运行").await;
    let mut browser = Browser::at(office.port);
    let older = path_in(&office.ok(&["user", "link"]));
    let link = path_in(&office.ok(&["user", "link"]));
    assert_eq!(browser.get(&older).status, 404, "the newest alone");
    for _ in 0..3 {
        let page = browser.get(&link);
        assert!(page.status == 200 && page.body.contains("设立第一个管理员"), "opening uses nothing up");
        assert!(page.head.contains("referrer-policy: same-origin") && page.head.contains("default-src 'none'"));
    }
    for (form, said) in [
        ([("name", ""), ("password", PASSWORD), ("again", PASSWORD)], "姓名不能是空的"),
        ([("name", "李四"), ("password", "short"), ("again", "short")], "至少10个字符"),
        ([("name", "李四"), ("password", PASSWORD), ("again", "another one 1")], "两次输入的密码不一样"),
        ([("name", "<script>x</script>"), ("password", "1234567890"), ("again", "1234567890")], "太容易猜"),
    ] {
        let page = browser.post(&link, &form);
        assert!(page.status == 422 && page.body.contains(said), "{form:?}: {}", page.body);
        assert!(!page.body.contains("<script") && !page.body.contains(PASSWORD));
    }
    let done = browser.post(&link, &[("name", " 李四 "), ("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(done.status, 303, "{}", done.body);
    let cookie = done.head.lines().find(|line| line.starts_with("set-cookie")).unwrap().to_owned();
    for wanted in ["cuigeng=", "; path=/", "; httponly", "; samesite=lax"] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    assert!(done.head.contains("location: .././start"), "{}", done.head);
    let home = browser.get("/");
    assert!(home.status == 200 && home.body.contains("李四") && home.body.contains("管理员"), "{}", home.body);
    assert_eq!(browser.get(&link).status, 404);
    assert!(office.refused(&["user", "link"]).contains("已经有管理员"));
    let token = browser.cookie.clone().unwrap();
    for secret in [PASSWORD, token.split_once('=').unwrap().1, link.strip_prefix("/enter/").unwrap()] {
        assert!(!is_in_database(&office.data(), secret), "{secret}");
    }
    assert!(is_in_database(&office.data(), "$argon2id$v=19$m=19456,t=2,p=1$"));
    office.end().await;
}

/// As `serve` prints it on its first start, and never again once it was used.
#[test]
fn the_daemon_says_at_its_start_how_to_come_in() {
    let office = Office::closed("试运行");
    let link = |is_there: bool| {
        let mut daemon = Command::new(env!("CARGO_BIN_EXE_cuigeng"))
            .current_dir(office.dir.path())
            .args(["--config", "config.toml", "--data", "data", "serve"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(daemon.stderr.take().unwrap()).lines().map_while(Result::ok);
        // Both are logged after the port is open; which one comes is the question.
        let mut said = lines.filter(|line| line.contains("web."));
        let line = said.find(|line| !line.contains("web.listening") || !is_there).unwrap();
        if is_there {
            let at = line.find("http://127.0.0.1").unwrap_or_else(|| panic!("{line}"));
            let path = path_in(line[at..].trim_end_matches(['"', '\u{1b}']));
            let mut browser = Browser::at(office.port);
            let path: String = path.chars().take("/enter/".len() + 64).collect();
            assert!(browser.get(&path).body.contains("设立第一个管理员"), "{line}");
            let form = [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)];
            assert_eq!(browser.post(&path, &form).status, 303);
        } else {
            assert!(line.contains("web.listening"), "{line}");
        }
        daemon.kill().unwrap();
        daemon.wait().unwrap();
        line
    };
    assert!(link(true).contains("web.no_administrator_yet"));
    link(false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike_and_not_for_long() {
    let (mut office, _) = administered().await;
    let mut browser = Browser::at(office.port);
    let mut answers = Vec::new();
    for name in ["李四", "某某"] {
        let wrong = browser.post("/signin", &[("name", name), ("password", "wrong password")]);
        assert_eq!(wrong.status, 422);
        assert!(!wrong.head.contains("set-cookie"));
        answers.push(wrong.body.replace(name, "N"));
        for _ in 0..4 {
            assert_eq!(browser.post("/signin", &[("name", name), ("password", "x")]).status, 422);
        }
        // Also with the right one, and from anywhere.
        let mut far = browser.saying(&format!("X-Forwarded-For: 10.0.0.{}", name.len()));
        let waits = far.post("/signin", &[("name", name), ("password", PASSWORD)]);
        assert!(waits.status == 429 && waits.body.contains("请1分钟后再试"), "{}", waits.body);
        answers.push(waits.body.replace(name, "N"));
    }
    assert_eq!((&answers[0], &answers[1]), (&answers[2], &answers[3]));
    office.clock.goes_to(office.clock.now().plus(31)).await;
    assert_eq!(browser.post("/signin", &[("name", "李四"), ("password", PASSWORD)]).status, 303);
    assert_eq!(browser.get("/").status, 200);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_made_by_us_at_each_sign_in_and_ends() {
    let (mut office, _) = administered().await;
    let sign_in = |browser: &mut Browser| {
        assert_eq!(browser.post("/signin", &[("name", "李四"), ("password", PASSWORD)]).status, 303);
        browser.cookie.clone()
    };
    // Somebody has put a session of his choice into the browser.
    let mut browser = Browser::at(office.port);
    let planted = format!("cuigeng={}", "a".repeat(64));
    browser.cookie = Some(planted.clone());
    assert_eq!(browser.get("/").status, 303);
    let first = sign_in(&mut browser);
    assert_ne!(first, Some(planted.clone()));
    for (cookie, status) in [(Some(planted), 303), (first.clone(), 200), (None, 303)] {
        let mut other = Browser { cookie, ..Browser::at(office.port) };
        assert_eq!(other.get("/").status, status);
    }
    // Whoever signs in again leaves no session behind.
    let second = sign_in(&mut browser);
    assert_eq!(Browser { cookie: first, ..Browser::at(office.port) }.get("/").status, 303);
    assert_eq!(browser.act("/", "/signout", &[]).status, 303);
    assert_eq!(Browser { cookie: second, ..Browser::at(office.port) }.get("/").status, 303);
    sign_in(&mut browser);
    office.clock.goes_to(office.clock.now().plus(12 * 3600 - 1)).await;
    assert_eq!(browser.get("/").status, 200);
    office.clock.goes_to(office.clock.now().plus(1)).await;
    let ended = browser.get("/?q=1");
    assert!(ended.status == 303 && ended.head.contains("location: signin?to=%2f%3fq%3d1"), "{}", ended.head);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_the_other_sessions_and_needs_the_old_one() {
    let (mut office, mut here) = administered().await;
    let mut there = Browser::at(office.port);
    there.post("/signin", &[("name", "李四"), ("password", PASSWORD)]);
    let new = "a quite different one";
    let wrong = here.act("/me", "/me", &[("old", "x"), ("password", new), ("again", new)]);
    assert!(wrong.status == 422 && wrong.body.contains("现在的密码不对"), "{}", wrong.body);
    let short = here.act("/me", "/me", &[("old", PASSWORD), ("password", "x"), ("again", "x")]);
    assert!(short.status == 422 && short.body.contains("至少10个字符"));
    let done = here.act("/me", "/me", &[("old", PASSWORD), ("password", new), ("again", new)]);
    assert!(done.status == 303 && done.head.contains("location: me?done=1"), "{}", done.body);
    assert!(here.get("/me?done=1").body.contains("密码已经改好"));
    assert_eq!((here.get("/").status, there.get("/").status), (200, 303));
    assert_eq!(there.post("/signin", &[("name", "李四"), ("password", PASSWORD)]).status, 422);
    assert_eq!(there.post("/signin", &[("name", "李四"), ("password", new)]).status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_line_says_of_users_holds_at_once() {
    let (mut office, mut boss) = administered().await;
    assert!(office.refused(&["user", "add", "李四", "--role", "只读", "--by", "李四"]).contains("已经有叫“李四”"));
    assert!(office.refused(&["user", "add", "王五", "--role", "皇帝", "--by", "李四"]).contains("皇帝"));
    let mut reader = joined(&office, "王五", "只读");
    assert!(reader.get("/").body.contains("只读"));
    office.ok(&["user", "role", "王五", "操作员", "--by", "李四"]);
    assert!(reader.get("/").body.contains("操作员"), "the session goes on with the new rank");
    assert!(office.refused(&["user", "role", "李四", "只读", "--by", "李四"]).contains("最后一个管理员"));
    assert!(office.refused(&["user", "disable", "李四", "--by", "李四"]).contains("最后一个管理员"));
    office.ok(&["user", "disable", "王五", "--by", "李四"]);
    assert_eq!((reader.get("/").status, boss.get("/").status), (303, 200));
    assert_eq!(reader.post("/signin", &[("name", "王五"), ("password", PASSWORD)]).status, 422);
    assert!(office.refused(&["user", "link", "王五", "--by", "李四"]).contains("已停用"));
    office.ok(&["user", "enable", "王五", "--by", "李四"]);
    let link = path_in(&office.ok(&["user", "link", "王五", "--by", "李四"]));
    let other = "yet another password";
    assert_eq!(reader.post(&link, &[("name", "李四"), ("password", other), ("again", other)]).status, 303);
    assert!(reader.get("/").body.contains("王五"), "the link names its person");
    let list = office.ok(&["user", "list"]);
    assert!(list.contains("李四") && list.contains("可以登录") && list.contains("操作员"), "{list}");
    let passwd = pipe(&office, &["user", "passwd", "王五", "--by", "李四"], "from a script 1\n");
    assert!(passwd.contains("的密码已改"), "{passwd}");
    assert_eq!(reader.get("/").status, 303);
    assert_eq!(reader.post("/signin", &[("name", "王五"), ("password", "from a script 1")]).status, 303);
    office.end().await;
}

fn pipe(office: &Office, args: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
    command.current_dir(office.dir.path()).args(["--config", "config.toml", "--data", "data"]).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_is_in_the_audit_trail_whose_chain_doctor_follows() {
    let (mut office, mut boss) = administered().await;
    office.ok(&["user", "add", "王五", "--role", "只读", "--by", "李四"]);
    office.ok(&["user", "office", "青禾县文旅局", "--by", "李四"]);
    boss.act("/", "/signout", &[]);
    let since = at("2026-01-01 00:00");
    for (what, detail) in [
        ("user.add", "李四，管理员"),
        ("user.add", "王五，只读"),
        ("user.passwd", "李四"),
        ("user.sign_in", "127.0.0.1"),
        ("user.office_link", "青禾县文旅局"),
        ("user.sign_out", ""),
    ] {
        let until = at("2036-01-01 00:00");
        let found = office.store().read(|conn| cuigeng::store::meta::audited(conn, what, since, until)).unwrap();
        assert!(found.iter().any(|found| found == detail), "{what}: {found:?}");
    }
    let doctor = String::from_utf8(office.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("首尾相连"), "{doctor}");
    office.end().await;
}

/// Where the public address is encrypted the cookie travels no other way.
#[tokio::test(flavor = "multi_thread")]
async fn behind_tls_the_cookie_is_for_tls_alone() {
    let mut office = Office::closed("试运行");
    let config = std::fs::read_to_string(office.dir.path().join("config.toml")).unwrap();
    let public = format!("public_url = \"http://127.0.0.1:{}\"", office.port);
    assert!(config.contains(&public));
    office.file("config.toml", &config.replace(&public, "public_url = \"https://www.qinghe.example/cuigeng\""));
    office.begin().await;
    let said = office.ok(&["user", "link"]);
    assert!(said.contains("https://www.qinghe.example/cuigeng/enter/"), "{said}");
    let link = path_in(&said).replace("/cuigeng", "");
    let proxied = Browser::at(office.port).saying("X-Forwarded-For: 10.0.0.9");
    let mut proxied = proxied.saying("Origin: https://www.qinghe.example");
    let done = proxied.post(&link, &[("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(done.head.contains("set-cookie: __host-cuigeng=") && done.head.contains("; secure"), "{}", done.head);
    proxied.cookie = proxied.cookie.map(|cookie| cookie.replace("__host-", "__Host-"));
    assert_eq!(proxied.get("/").status, 200);
    // Straight to this machine there is no TLS, and another cookie.
    let mut local = Browser::at(office.port);
    assert_eq!(local.post("/signin", &[("name", "李四"), ("password", PASSWORD)]).status, 303);
    assert!(local.cookie.as_ref().unwrap().starts_with("cuigeng=") && local.get("/").status == 200);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_ends_nobodys_session() {
    let mut office = Office::open("试运行").await;
    let mut browser = first_in(&office);
    office.end().await;
    office.begin().await;
    assert_eq!(browser.get("/").status, 200);
    office.end().await;
}
