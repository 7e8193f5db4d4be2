//! A real browser over the real daemon: a clerk finds why an account failed and corrects it: a post that
//! no source saw is entered, a look is asked for, and the page says so.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::{Office, at};
use fantoccini::Locator;

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_finds_why_an_account_failed_and_corrects_it() {
    let mut office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    office.posted("j1", "2026-07-22 10:00");
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    browser.fill("name", "李四").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.follow("main button").await;
    browser.go("/").await;
    browser.fill("q", "交通\u{e007}").await;
    browser.client.wait().for_element(Locator::LinkText("全部账号")).await.unwrap();
    browser.follow("table.list th a").await;
    let said = browser.text().await;
    assert!(said.contains("未监测到足够更新") && said.contains("监测依据"), "{said}");
    browser.inspect("account-1-why").await;

    // Each form in its turn, opened.
    for (place, name) in (1..).zip(["look", "post", "attest", "silence", "state"]) {
        browser.run(&format!("document.querySelectorAll('.row .deed')[{}].open = true", place - 1)).await;
        browser.inspect(&format!("account-2-{name}")).await;
        browser.run(&format!("document.querySelectorAll('.row .deed')[{}].open = false", place - 1)).await;
    }
    browser.press(".row .deed:nth-child(2) summary").await;
    browser.run("document.getElementById('post-day').value = '2026-07-15'").await;
    browser.run("document.getElementById('post-time').value = '16:20'").await;
    browser.fill("post-title", "汛期道路提示").await;
    browser.fill("post-url", "https://weibo.com/1/A").await;
    browser.follow(".row .deed:nth-child(2) button").await;
    let said = browser.text().await;
    assert!(said.contains("已补录2026-07-15 16:20的发布") && said.contains("汛期道路提示"), "{said}");
    assert!(said.contains("达到要求"), "the last check is met now: {said}");
    browser.inspect("account-3-corrected").await;

    office.clock.goes_to(at("2026-07-23 08:52")).await;
    browser.press(".row .deed:nth-child(1) summary").await;
    browser.follow(".row .deed:nth-child(1) button").await;
    assert!(browser.text().await.contains("已经排上，马上就看"));
    office.clock.goes_to(at("2026-07-23 08:53")).await;
    browser.client.refresh().await.unwrap();
    let said = browser.text().await;
    assert!(said.contains("2026-07-22 10:00"), "{said}");

    browser.press(".row .deed:nth-child(3) summary").await;
    browser.run("document.getElementById('from-day').value = '2026-07-13'").await;
    browser.press("#whole").await;
    browser.follow(".row .deed:nth-child(3) button").await;
    let said = browser.text().await;
    assert!(said.contains("已登记人工核查：2026-07-13 00:00 至 2026-07-23 08:53"), "{said}");
    browser.press(".row .deed:nth-child(4) summary").await;
    browser.run("document.getElementById('hush-until').value = '2026-07-31'").await;
    browser.fill("hush-why", "机房搬迁").await;
    browser.follow(".row .deed:nth-child(4) button").await;
    browser.inspect("account-4-quiet").await;
    browser.end().await;
    office.end().await;
}
