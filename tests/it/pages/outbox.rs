//! 发件箱: every letter with its whole life, and what may be done with one, by whoever may.

use super::browser::Browser;
use super::{first_in, joined};
use crate::answer::office::{EVIL, Office, at};
use cuigeng::domain::{AccountId, Role};
use cuigeng::store::{LetterKind, Mention, NewLetter, outbox};

/// An office in 正式 whose letters of Thursday have left.
async fn at_work() -> Office {
    let office = Office::open("正式").await;
    first_in(&office);
    office.letters_leave().await;
    office
}

/// A letter about 青禾交通 that waits for the afternoon.
fn waiting(office: &Office) -> i64 {
    let account = AccountId(office.account("j1").parse().unwrap());
    let slot = at("2026-07-23 15:00");
    let mut letter = NewLetter::new(LetterKind::Reminder, "jt@qinghe.example", Role::Operator, slot, slot);
    letter.not_after = Some(at("2026-07-27 00:00"));
    let anchor = at("2026-07-20 00:00").date();
    letter.mentions = vec![Mention { account, rule: "weekly".into(), anchor, stage: "week5".into(), revision: None }];
    let now = at("2026-07-23 09:01");
    office.store().write(move |tx| outbox::queue(tx, &letter, false, "x.example", now)).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_stands_in_the_outbox_and_is_found_by_what_it_is() {
    let mut office = at_work().await;
    let mut reader = joined(&office, "王五", "只读");
    let page = reader.get("/outbox").body;
    for said in ["wl@qinghe.example", "jt@qinghe.example", "已提交服务器", "更新提醒", "新的在前"] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("<script"), "{page}");
    let traffic = reader.get("/outbox?q=%E4%BA%A4%E9%80%9A&state=sent").body;
    assert!(traffic.contains("jt@qinghe.example") && !traffic.contains("wl@qinghe.example"), "{traffic}");
    let none = reader.get("/outbox?state=bounced").body;
    assert!(none.contains("没有符合条件的信"), "{none}");
    let odd = reader.get("/outbox?q=%27%20OR%201=1--&kind=%22%3E%3Cscript%3E&page=999").body;
    assert!(!odd.contains("<script") && odd.contains("没有符合条件的信"), "{odd}");
    for odd in ["/outbox/999999", "/outbox/x", "/outbox/-1", "/outbox/1%27"] {
        assert_eq!(reader.get(odd).status, 404, "{odd}");
    }
    assert_eq!(Browser::at(office.port).get("/outbox/1").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_tells_its_life_why_it_is_there_and_what_it_says_but_no_link() {
    let mut office = at_work().await;
    let letter = office.letter_to("wl@qinghe.example").id;
    let link = office.link_to("wl@qinghe.example");
    let account = office.account("w1");
    office.post(&link, &[("word", "known"), ("account", &account)]);
    let mut reader = joined(&office, "王五", "只读");
    let page = reader.get(&format!("/outbox/{letter}")).body;
    for said in [
        "经过",
        "登记入发件箱",
        "第1次尝试，127.0.0.1:",
        "已提交服务器：250",
        "为什么有这封信",
        "本周次数不足（周四提醒）",
        "信的全文",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(page.contains("已知晓") && page.contains("经信中链接"), "{page}");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{EVIL}");
    assert!(!page.contains(link.rsplit('/').next().unwrap()), "no working link on a screen");
    assert!(!page.contains("<form method=\"post\" action=\"1/"), "no button for a reader");
    let mut operator = joined(&office, "赵六", "操作员");
    let page = operator.get(&format!("/outbox/{letter}")).body;
    assert!(page.contains("/called") && page.contains("/answer") && !page.contains("/retry"), "{page}");
    office.end().await;
}

/// Each attempt has a line of its own, with the server's own words of that time.
#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_is_told_in_its_own_words() {
    let mut office = Office::open("正式").await;
    first_in(&office);
    office.mail.answers("RCPT", "451 4.3.2 busy, come back later", true);
    office.letters_leave().await;
    office.clock.goes_to(at("2026-07-23 09:40")).await;
    office.clock.goes_on(5).await;
    let letters = office.store().read(|conn| outbox::list(conn, 99)).unwrap();
    let twice = letters.iter().find(|letter| letter.attempts == 2).expect("one was put off").id;
    let mut reader = joined(&office, "王五", "只读");
    for said in [reader.get(&format!("/outbox/{twice}")).body, office.ok(&["outbox", "show", &twice.to_string()])] {
        let first = said.find("第1次尝试，127.0.0.1:").expect(&said);
        let second = said.find("第2次尝试，127.0.0.1:").expect(&said);
        let busy = said.find("451 4.3.2 busy, come back later").expect(&said);
        assert!(first < busy && busy < second, "{said}");
    }
    let told: serde_json::Value =
        serde_json::from_str(&office.ok(&["--json", "outbox", "show", &twice.to_string()])).unwrap();
    let states: Vec<&str> =
        told["tries"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["queued", "sent"]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_cancelled_called_about_and_answered_once_by_whoever_may() {
    let mut office = at_work().await;
    let (mut reader, mut operator) = (joined(&office, "王五", "只读"), joined(&office, "赵六", "操作员"));
    let id = waiting(&office);
    let page = format!("/outbox/{id}");
    let seal = reader.seal("/me");
    for deed in ["retry", "cancel", "arrived", "called", "answer", "settle", "revoke"] {
        let refused = reader.post(&format!("{page}/{deed}"), &[("seal", &seal), ("reason", "x")]);
        assert!(refused.status == 403 && refused.body.contains("没有权限"), "{deed}: {}", refused.body);
        assert_eq!(operator.post(&format!("{page}/{deed}"), &[("reason", "x")]).status, 403, "{deed} without a seal");
    }
    let before = office.audited();
    let mut act = |deed: &str, form: &[(&str, &str)]| {
        let done = operator.act(&page, &format!("{page}/{deed}"), form);
        assert_eq!(done.status, 303, "{deed}: {}", done.body);
        operator.get(&page).body
    };
    assert!(act("cancel", &[("reason", " ")]).contains("为什么取消要写明"));
    assert!(act("explode", &[]).contains("没有这样的操作"));
    assert!(act("arrived", &[]).contains("还没有发出过"));
    assert!(act("called", &[("at", "昨天")]).contains("看不懂通话时间"));
    assert!(act("called", &[("at", "2030-01-01T00:00")]).contains("通话时间还没有到"));
    assert_eq!(office.audited(), before, "nothing was done");
    let cancelled = act("cancel", &[("reason", EVIL)]);
    assert!(cancelled.contains("已取消，不会再发") && cancelled.contains("人工取消"), "{cancelled}");
    assert!(!cancelled.contains("<script"), "{cancelled}");
    assert!(act("cancel", &[("reason", "x")]).contains("已经由人取消"));
    office.end().await;
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("letter.")).collect();
    assert_eq!(trail, [("赵六".to_owned(), "letter.cancel".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_and_an_answer_are_entered_once_and_a_refusal_speaks_of_buttons() {
    let mut office = at_work().await;
    let mut operator = joined(&office, "赵六", "操作员");
    let id = office.letter_to("jt@qinghe.example").id;
    let page = format!("/outbox/{id}");
    let mut act = |deed: &str, form: &[(&str, &str)]| {
        operator.act(&page, &format!("{page}/{deed}"), form);
        operator.get(&page).body
    };
    let called = act("called", &[("at", ""), ("note", "对方说今天发")]);
    assert!(called.contains("已登记电话通知，涉及1个账号") && called.contains("赵六电话通知"), "{called}");
    assert!(act("called", &[]).contains("已经登记过通话"));
    let answered = act("answer", &[("word", "closed"), ("note", "账号已迁移")]);
    assert!(answered.contains("已登记回复“账号已停用”") && answered.contains("账号已迁移"), "{answered}");
    assert!(act("answer", &[("word", "closed"), ("note", "账号已迁移")]).contains("没有重复登记"));
    assert!(act("answer", &[("word", "x")]).contains("请选择对方怎样答复"));
    assert!(act("answer", &[("word", "posted"), ("url", "javascript:alert(1)")]).contains("不像网址"));
    let open = office.answers(id)[0].id.to_string();
    assert!(act("settle", &[("answer", &open), ("note", "")]).contains("核实的结果要写明"));
    assert!(act("settle", &[("answer", &open), ("note", "确已停用")]).contains("已处理"));
    let again = act("settle", &[("answer", &open), ("note", "确已停用")]);
    assert!(again.contains("不用处理"), "{again}");
    assert!(act("revoke", &[]).contains("链接已作废"));
    let retried = act("retry", &[]);
    assert!(retried.contains("已经提交给邮件服务器") && !retried.contains("outbox "), "{retried}");
    office.end().await;
}
