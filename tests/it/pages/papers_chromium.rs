//! A real browser does what a clerk does with letters: sees next week's, reads one, keeps one back, and
//! finds in the outbox what became of those that left.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::Office;
use fantoccini::Locator;

/// The administrator has come in.
pub(super) async fn entered(office: &Office, browser: &Chromium) {
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    browser.fill("name", "李四").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.press("main button").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_previews_a_letter_keeps_one_back_and_follows_one_that_left() {
    let mut office = Office::open("正式").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    entered(&office, &browser).await;
    browser.go("/outbox").await;
    browser.inspect("outbox-empty").await;
    browser.press_link("待提醒").await;
    browser.press(".coming .preview summary").await;
    let said = browser.text().await;
    assert!(said.contains("正式：到时直接发给收件人") && said.contains("主题："), "{said}");
    browser.press(".coming .deed summary").await;
    browser.inspect("upcoming").await;
    browser.fill("why-1-1", "单位正在合并账号").await;
    browser.press(".coming .deed[open] button").await;
    browser.client.wait().for_element(Locator::Css(".done")).await.unwrap();
    assert!(browser.text().await.contains("到期前不发提醒"));
    browser.inspect("upcoming-kept-back").await;
    office.letters_leave().await;
    browser.press_link("发件箱").await;
    browser.inspect("outbox").await;
    browser.press("table.list th a").await;
    let said = browser.text().await;
    for word in ["经过", "登记入发件箱", "为什么有这封信", "信的全文"] {
        assert!(said.contains(word), "{word}\n{said}");
    }
    browser.press(".deeds .deed:nth-of-type(1) summary").await;
    browser.inspect("letter").await;
    browser.end().await;
    office.end().await;
}
