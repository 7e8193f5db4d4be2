//! 待提醒: what will leave in the next seven days stands there word for word, and can be kept back by
//! whoever may, once, with a reason.

use super::browser::Browser;
use super::{administered, first_in, joined};
use crate::answer::office::{EVIL, Office};

/// What the form of the first letter to that recipient carries.
fn form<'a>(page: &'a str, to: &str) -> [(&'static str, &'a str); 2] {
    let own = page.split("<form").find(|form| form.contains(&format!("name=\"to\" value=\"{to}\""))).expect(page);
    let of = |name: &str| own.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
    [("to", of("to")), ("at", of("at"))]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letters_of_the_next_week_stand_there_as_they_will_leave() {
    let (mut office, _) = administered().await;
    let page = joined(&office, "王五", "只读").get("/upcoming").body;
    for said in [
        "试运行：到时只存档",
        "7月23日（周四）09:00",
        "wl@qinghe.example",
        "本周次数不足（周四提醒）",
        "看信的全文",
        "（发出时生成）",
        "周报发给 clerk@qinghe.example",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{EVIL}");
    assert!(!page.contains("upcoming/cancel"), "no button for a reader");
    // Word for word what the verb says.
    let shown = office.ok(&["letters", "preview", "--at", "2026-07-23T08:50", "--out", "信"]);
    assert!(shown.contains("wl@qinghe.example"));
    let text = std::fs::read_dir(office.dir.path().join("信")).unwrap().map(|file| file.unwrap().path());
    let text = text.filter(|path| path.extension().is_some_and(|e| e == "txt")).min().unwrap();
    let text = std::fs::read_to_string(text).unwrap();
    let subject = text.lines().next().unwrap().trim_start_matches("主题：").to_owned();
    assert!(page.contains(&subject.replace('"', "&quot;")), "{subject}\n{page}");
    assert_eq!(Browser::at(office.port).get("/upcoming").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_to_come_is_kept_back_until_it_would_be_too_late() {
    let mut office = Office::open("正式").await;
    first_in(&office);
    let (mut reader, mut operator) = (joined(&office, "王五", "只读"), joined(&office, "赵六", "操作员"));
    let page = operator.get("/upcoming").body;
    assert!(page.contains("正式：到时直接发给收件人"), "{page}");
    let [to, at] = form(&page, "jt@qinghe.example");
    let wish = [to, at, ("reason", "单位正在合并账号")];
    let seal = reader.seal("/me");
    let refused = reader.post("/upcoming/cancel", &[&[("seal", seal.as_str())], &wish[..]].concat());
    assert!(refused.status == 403 && refused.body.contains("没有权限"), "{}", refused.body);
    let forged = operator.post("/upcoming/cancel", &wish);
    assert!(forged.status == 403 && forged.body.contains("没有采用"), "{}", forged.body);
    operator.act("/upcoming", "/upcoming/cancel", &[to, at, ("reason", " ")]);
    assert!(operator.get("/upcoming").body.contains("理由不能是空的"));
    operator.act("/upcoming", "/upcoming/cancel", &wish);
    let after = operator.get("/upcoming").body;
    assert!(after.contains("1个账号已静默，最晚到2026-07-27 00:00") && after.contains("jt@qinghe.example"), "{after}");
    let this_week = after.split("7月27日").next().unwrap();
    assert!(!this_week.contains("jt@qinghe.example"), "not before its deadline: {after}");
    // An old page: the letter is no more.
    operator.act("/upcoming", "/upcoming/cancel", &wish);
    assert!(operator.get("/upcoming").body.contains("没有这封信了"));
    office.letters_leave().await;
    office.clock.goes_to(crate::answer::office::at("2026-07-26 18:00")).await;
    let sent = office.store().read(|conn| cuigeng::store::outbox::list(conn, 100)).unwrap();
    assert!(sent.iter().any(|letter| letter.recipient == "wl@qinghe.example"));
    assert!(sent.iter().all(|letter| letter.recipient != "jt@qinghe.example"), "{sent:?}");
    let trail = office.trail();
    let own: Vec<_> = trail.iter().filter(|(_, what)| what.starts_with("silence")).collect();
    assert_eq!(own, [&("赵六".to_owned(), "silence.add".to_owned())]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_of_a_letter_may_be_kept_back_and_the_rest_leaves() {
    let (mut office, mut boss) = administered().await;
    let page = boss.get("/upcoming").body;
    let [to, at] = form(&page, "wl@qinghe.example");
    let evil = office.account("d1");
    boss.act("/upcoming", "/upcoming/cancel", &[to, at, ("account", &evil), ("reason", EVIL)]);
    let after = boss.get("/upcoming").body;
    assert!(after.contains("1个账号已静默") && after.contains("wl@qinghe.example"), "{after}");
    for odd in [("to", "x@x.example"), ("at", "'"), ("at", "99999999999999999999")] {
        let other = if odd.0 == "to" { at } else { to };
        boss.act("/upcoming", "/upcoming/cancel", &[odd, other, ("reason", "x")]);
        assert!(boss.get("/upcoming").body.contains("没有这封信了"), "{odd:?}");
    }
    office.end().await;
}
