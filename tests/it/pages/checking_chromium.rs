//! A real browser over the real daemon: a clerk's Monday. Whoever has no source is looked at, one after
//! the other; the results are read with what they rest on and confirmed; by mouse and by keyboard.

use super::chromium::Chromium;
use super::{PASSWORD, checking, path_in};
use crate::answer::office::{Office, at};
use fantoccini::Locator;

/// What a person picks in the browser's own little calendar.
async fn pick(browser: &Chromium, id: &str, value: &str) {
    browser.run(&format!("document.getElementById('{id}').value = '{value}'")).await;
}

/// Enter in a field sends its form; waits until the answer is there.
async fn enter(browser: &Chromium, id: &str) {
    browser.run("window.isOld = true").await;
    browser.fill(id, "\u{e007}").await;
    let is_there = "return !window.isOld && document.readyState === 'complete'";
    while browser.client.execute(is_there, vec![]).await.ok() != Some(serde_json::Value::Bool(true)) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mondays_round_of_checking() {
    let mut office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    checking::alone(&office);
    office.clock.goes_to(at("2026-07-27 09:10")).await;
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    browser.fill("name", "李四").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.follow("main button").await;

    browser.client.find(Locator::LinkText("核查")).await.unwrap().click().await.unwrap();
    assert!(browser.text().await.contains("第 1 个，共还有 3 个没有看"));
    browser.inspect("check-1-look").await;
    let out = browser.client.find(Locator::Css(".open a.button")).await.unwrap();
    let target = out.attr("target").await.unwrap();
    assert_eq!(
        (target.as_deref(), out.attr("rel").await.unwrap().as_deref()),
        (Some("_blank"), Some("noopener noreferrer"))
    );

    // The first is counted; a slip of the pen is told and nothing is lost.
    browser.fill("updates", "1").await;
    pick(&browser, "day", "2026-07-10").await;
    browser.press("#seen").await;
    browser.follow("#form button").await;
    assert!(browser.text().await.contains("在这一周之前，本周更新次数却写了1"));
    browser.inspect("check-2-slip").await;
    pick(&browser, "day", "2026-07-24").await;
    pick(&browser, "time", "10:05").await;
    browser.follow("#form button").await;
    let said = browser.text().await;
    assert!(said.contains("已登记：青禾应急（抖音） 2026-W30 共1次") && said.contains("共还有 2 个没有看"), "{said}");
    browser.inspect("check-3-next").await;

    // The others have had no update: by keyboard.
    for left in ["共还有 1 个没有看", "要人看的账号都看过了"] {
        browser.fill("updates", "0").await;
        pick(&browser, "day", "2026-07-01").await;
        browser.fill("seen", " ").await;
        enter(&browser, "updates").await;
        let said = browser.text().await;
        assert!(said.contains(left), "{left}\n{said}");
    }
    browser.inspect("check-4-all-seen").await;
    browser.follow(".views a").await;
    browser.inspect("check-5-look-list").await;

    browser.follow("li.problem a").await;
    browser.inspect("check-6-finding-list").await;
    browser.follow(".views a").await;
    let said = browser.text().await;
    assert!(said.contains("监测依据") && said.contains("等待确认"), "{said}");
    browser.inspect("check-7-finding").await;
    browser.press(".beside details summary").await;
    browser.inspect("check-8-false").await;
    browser.fill("why", "单位后台可见两次更新").await;
    browser.follow(".beside details button").await;
    assert!(browser.text().await.contains("认定误报："));
    browser.press("details.all summary").await;
    browser.inspect("check-9-all").await;
    browser.follow("details.all button").await;
    assert!(browser.text().await.contains("已确认："));
    browser.go("/check").await;
    assert!(browser.text().await.contains("要人看的账号都看过了"));
    browser.go("/check?kind=finding").await;
    browser.inspect("check-a-nothing-waits").await;
    browser.end().await;
    office.end().await;
}
