//! A form that is refused comes back as it was sent: to its writer, once, and nowhere else.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{Answer, EVIL};

/// The page that follows on `on`.
fn next(browser: &mut Browser, on: &str, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    assert!(!to.contains('%') && !to.contains("2026"), "nothing that was typed is in an address: {to}");
    browser.get(on).body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back_once_and_to_nobody_else() {
    let (mut office, _) = administered().await;
    let (mut clerk, mut other) = (joined(&office, "赵六", "操作员"), joined(&office, "钱七", "操作员"));
    let id = office.account("w1");
    let (on, send) = (format!("/account/{id}"), format!("/account/{id}/post"));
    let typed =
        [("day", "2026-08-01"), ("time", "08:30"), ("title", EVIL), ("url", "https://x.example/1"), ("kind", "转发")];
    let refused = clerk.act(&on, &send, &typed);
    // The reader of the same page, in the meantime, sees nothing of it.
    let theirs = other.get(&on).body;
    assert!(!theirs.contains("x.example") && !theirs.contains("id=\"wrong\""), "{theirs}");
    let to = refused.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert_eq!(to, format!("../{id}"));
    let page = clerk.get(&on).body;
    for said in [
        "name=\"day\" type=\"date\" max=\"2026-07-23\" required value=\"2026-08-01\" aria-invalid=\"true\" autofocus aria-describedby=\"wrong\"",
        "<span class=\"wrong\" id=\"wrong\">发布时间在未来，请核对</span>",
        "value=\"08:30\"",
        "value=\"https:&#x2f;&#x2f;x.example&#x2f;1\"",
        "<option selected>转发</option>",
        "<details class=\"deed\" open><summary>补录",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("<script") && page.matches("id=\"wrong\"").count() == 1, "{page}");
    let later = clerk.get(&on).body;
    assert!(!later.contains("x.example") && !later.contains("<details class=\"deed\" open>"), "{later}");
    // Neither the log nor the database has it.
    assert!(!office.trail().iter().any(|(_, what)| what == "post.add"));
    // Of several forms to one address it is the one that was sent.
    office.file("发布.csv", "账号名称,平台,账号标识,发布时间,标题,编号\n青禾文旅,新浪微博,w1,2026-07-20 10:00,甲文,p1\n青禾文旅,新浪微博,w1,2026-07-21 10:00,乙文,p2\n");
    office.ok(&["post", "import", "发布.csv"]);
    let strike = format!("/account/{id}/strike");
    let page = clerk.get(&on).body;
    let post = page
        .split("剔除<span class=\"unseen\">：甲文")
        .nth(1)
        .unwrap()
        .split("name=\"post\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    clerk.act(&on, &strike, &[("post", &post), ("reason", " ")]);
    let page = clerk.get(&on).body;
    assert_eq!(page.matches("<details class=\"deed\" open>").count(), 1, "{page}");
    let (before, after) = page.split_once("<details class=\"deed\" open>").unwrap();
    assert!(before.rfind("甲文") > before.rfind("乙文") && after.contains("理由和经手人不能是空的"), "{page}");
    // What waits too long is forgotten: the word is still said, what was typed is not.
    clerk.act(&on, &send, &typed);
    office.clock.goes_on(16 * 60).await;
    let page = clerk.get(&on).body;
    assert!(page.contains("发布时间在未来") && !page.contains("x.example"), "{page}");
    // It ends with the session.
    clerk.act(&on, &send, &typed);
    let mut again = Browser::at(office.port);
    again.post("/signin", &[("name", "赵六"), ("password", super::PASSWORD)]);
    assert!(!again.get(&on).body.contains("x.example"), "another session of the same person");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_marks_the_field_and_says_what_to_write() {
    let (mut office, mut boss) = administered().await;
    let id = office.account("w1");
    let account = format!("/account/{id}");
    for (on, deed, typed, name, why) in [
        (
            account.as_str(),
            "silence",
            vec![("until", "改天"), ("reason", "装修停办")],
            "until",
            "看不懂到期时间“改天”，请写成 2026-11-29 08:30",
        ),
        (&account, "silence", vec![("until", "2026-07-01"), ("reason", "装修停办")], "until", "已经过去了"),
        (&account, "silence", vec![("until", "2026-08-01"), ("reason", "")], "reason", "为什么静默"),
        (
            &account,
            "attest",
            vec![("day", "前天"), ("seen", "1")],
            "day",
            "看不懂开始时间“前天”，请写成 2026-11-29 08:30",
        ),
        (
            &account,
            "attest",
            vec![("day", "2026-07-20"), ("to-day", "2026-07-25"), ("seen", "1")],
            "to-day",
            "不能晚于现在",
        ),
        (&account, "attest", vec![("day", "2026-07-20")], "seen", "请先看过"),
        (&account, "state", vec![("shown", "running"), ("state", "closed"), ("reason", "")], "reason", "为什么改"),
        (&account, "post", vec![("day", "2026-07-20"), ("title", "甲"), ("url", "点我")], "url", "看不懂链接“点我”"),
        ("/settings", "user", vec![("name", "李四"), ("rank", "只读")], "name", "已经有叫“李四”的用户"),
        ("/settings", "letter", vec![("address", "不是邮箱")], "address", "没有发信"),
    ] {
        let refused = boss.act(on, &format!("{on}/{deed}"), &typed);
        let page = next(&mut boss, on, &refused);
        let field = page
            .split(&format!("name=\"{name}\""))
            .find(|rest| rest.split('>').next().unwrap().contains("aria-invalid"));
        assert!(field.is_some(), "{on} {deed} {name}\n{page}");
        let said = page.split("id=\"wrong\">").nth(1).unwrap_or_default();
        assert!(
            said.starts_with(why) || said.split("</span>").next().unwrap().contains(why),
            "{on} {deed}: {why}\n{page}"
        );
        for (_, value) in
            typed.iter().filter(|(name, value)| value.len() > 3 && !["mode", "shown", "rank"].contains(name))
        {
            assert!(page.contains(value), "{on} {deed}: {value}\n{page}");
        }
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_taken_as_browsers_send_them_and_as_people_write_them() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    let id = office.account("w1");
    let (on, send) = (format!("/account/{id}"), format!("/account/{id}/post"));
    for (day, time, told) in [
        ("2026-07-20", "08:30", "2026-07-20 08:30"),
        ("2026年7月19日", "8:31", "2026-07-19 08:31"),
        ("2026/7/18", "", "2026-07-18"),
        ("２０２６年７月１７日", "8时5分", "2026-07-17 08:05"),
    ] {
        clerk.act(&on, &send, &[("day", day), ("time", time), ("title", "甲")]);
        let page = clerk.get(&on).body;
        assert!(page.contains(&format!("已补录{told}")), "{day} {time}\n{page}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_of_long_ago_is_shown_in_its_year() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    let id = office.account("w1");
    let (on, send) = (format!("/account/{id}"), format!("/account/{id}/post"));
    assert!(!clerk.get(&on).body.contains("近一年"), "there is nothing older");
    let kept = clerk.act(&on, &send, &[("day", "2024-03-05"), ("title", "旧文一篇")]);
    assert!(kept.head.contains(&format!("location: ../{id}?year=2024")), "{}", kept.head);
    let page = clerk.get(&format!("{on}?year=2024")).body;
    for said in [
        "已补录2024-03-05（只知日期）的发布",
        "<h2 id=\"year\">2024年</h2>",
        "旧文一篇",
        "<title>3月5日：看全，更新1次</title>",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let page = clerk.get(&on).body;
    assert!(page.contains("一年以前另有 1 条") && page.contains(&format!("href=\"{id}?year=2024#posts\"")), "{page}");
    assert!(!page.contains("旧文一篇"), "{page}");
    for odd in ["2027", "-1", "999999999999", "x", "0"] {
        assert_eq!(clerk.get(&format!("{on}?year={odd}&weeks=all")).status, 200, "{odd}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_here_is_told_so_within_the_frame() {
    let (mut office, mut boss) = administered().await;
    boss.act("/settings", "/settings/letter", &[("address", "x")]);
    for (path, status, said) in [
        ("/nothing/here", 404, "没有 &#x2f;nothing&#x2f;here 这个地址"),
        ("/check/look", 405, "不能在地址栏里直接打开或刷新"),
        ("/account/999", 404, "台账里没有这个账号"),
    ] {
        let page = boss.get(path);
        assert_eq!(page.status, status, "{path}");
        for word in [said, "aria-label=\"主要页面\"", "在台账里找账号"] {
            assert!(page.body.contains(word), "{path} {word}\n{}", page.body);
        }
        assert!(!page.body.contains("回复原信") && !page.body.contains("信中的链接"), "{}", page.body);
        let outside = Browser::at(office.port).get(path);
        assert!(!outside.body.contains("主要页面"), "{path}");
    }
    let long = "字".repeat(6000);
    let page = boss.act("/settings", "/settings/letter", &[("address", &long)]);
    assert_eq!(page.status, 413);
    assert!(page.body.contains("最多大约 1800 个汉字") && page.body.contains("主要页面"), "{}", page.body);
    let seal = boss.seal("/list/import");
    let head = boss.head("POST", "/list/import");
    let form = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"seal\"\r\n\r\n{seal}\r\n--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    );
    let body = [form.into_bytes(), vec![b'x'; 21 * 1024 * 1024], b"\r\n--cut--\r\n".to_vec()].concat();
    let head =
        format!("{head}Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {}\r\n\r\n", body.len());
    let page = boss.send_bytes(&[head.into_bytes(), body].concat());
    assert_eq!(page.status, 413);
    assert!(page.body.contains("一个文件最大 20 MB"), "{}", page.body);
    // Those who came by a letter read what is for them, whoever else uses the browser.
    let page = boss.get("/a/xyz");
    assert!(!page.body.contains("主要页面"), "{}", page.body);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_elsewhere_turns_the_direction_of_a_page() {
    let (mut office, mut boss) = administered().await;
    office
        .file("反.csv", "账号名称,平台,账号标识,主办单位\n青禾\u{202e}gpj.exe\u{2066},抖音,rtl1,局\u{200f}\u{61c}甲\n");
    office.ok(&["account", "import", "反.csv"]);
    let id = office.account("rtl1");
    boss.act(
        &format!("/account/{id}"),
        &format!("/account/{id}/post"),
        &[("day", "2026-07-20"), ("title", "甲\u{202e}乙")],
    );
    let signs: &[char] =
        &['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{200f}', '\u{61c}'];
    for path in ["/", "/list", "/list/offices", &format!("/account/{id}"), "/audit", "/check", "/upcoming"] {
        let page = boss.get(path);
        assert!(page.status == 200 && !page.body.contains(signs), "{path}");
    }
    assert!(boss.get(&format!("/account/{id}")).body.contains("青禾gpj.exe"));
    office.end().await;
}
