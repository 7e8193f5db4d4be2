//! An administrator at a real browser: the trail, the settings, the sources.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::Office;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_looks_after_the_system() {
    let mut office = Office::open("正式").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    office.letters_leave().await;
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    browser.follow("nav a[href$='settings']").await;
    browser.fill("user-name", "王五").await;
    browser.follow("form[action$='settings/user'] button").await;
    assert!(browser.text().await.contains("只在这里显示这一次"));
    browser.inspect("settings-link").await;
    browser.follow("form[action$='settings/office'] button").await;
    browser.follow("form[action$='letter'] button").await;
    assert!(browser.text().await.contains("服务器答复：250"));
    browser.follow("form[action$='settings/backup'] button").await;
    assert!(browser.text().await.contains("已备份并检验"));
    browser.press("details.deed summary").await;
    browser.press("tbody tr:last-child details.deed summary").await;
    browser.inspect("settings").await;
    browser.follow("nav a[href$='audit']").await;
    assert!(browser.text().await.contains("前后连贯"));
    browser.inspect("audit").await;
    super::sources::one_is_gone(&office).await;
    browser.follow("nav a[href$='sources']").await;
    let said = browser.text().await;
    assert!(said.contains("部分账号失败") && said.contains("没看成的账号"), "{said}");
    browser.inspect("sources").await;
    browser.follow("input[name='account'] ~ button").await;
    let said = browser.text().await;
    assert!(said.contains("只是试看，没有保存") && said.contains("办法：订阅服务没有这个地址"), "{said}");
    browser.inspect("sources-tried").await;
    browser.go("/audit?day=2020-01-01").await;
    browser.inspect("audit-none").await;
    browser.end().await;
    office.end().await;
}

/// After a restore: what waits, seen and let go.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lets_the_letters_go_after_a_restore() {
    let mut office = super::backups::put_back().await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    browser.follow("nav a[href$='outbox']").await;
    assert!(browser.text().await.contains("可能已经发出过"));
    browser.inspect("outbox-held").await;
    browser.follow("form[action$='release'] button").await;
    assert!(browser.text().await.contains("已放行"));
    browser.end().await;
    office.end().await;
}
