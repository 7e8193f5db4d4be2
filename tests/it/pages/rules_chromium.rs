//! A clerk at a real browser: next year's notice is pasted, checked and saved; then what another profile
//! would change.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::{Office, at};
use crate::calendar::NOTICE;

#[tokio::test(flavor = "multi_thread")]
async fn next_years_notice_is_pasted_checked_and_saved() {
    let mut office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    // December; the session has ended.
    office.clock.goes_to(at("2026-12-07 09:30")).await;
    browser.go("/").await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    assert!(browser.text().await.contains("2027年放假安排未录入"), "the banner leads here");
    browser.follow("nav a[href$='rules']").await;
    browser.inspect("rules").await;
    browser.follow(".tabs a[href$='calendar']").await;
    browser.inspect("rules-calendar").await;
    browser.follow(".views a[href$='2027']").await;
    browser.inspect("rules-unknown").await;
    // One weekday wrong.
    browser.fill("text", &NOTICE.replace("2月14日（周日）", "2月14日（周六）")).await;
    browser.follow("form[action$='look'] button").await;
    assert!(browser.text().await.contains("2027年2月14日是周日，文中写的是周六"));
    browser.inspect("rules-wrong").await;
    browser.run("document.getElementById('text').value = ''").await;
    browser.fill("text", NOTICE).await;
    browser.follow("form[action$='look'] button").await;
    assert!(browser.text().await.contains("还没有保存"));
    browser.inspect("rules-notice").await;
    browser.follow("form[action$='keep'] button").await;
    let said = browser.text().await;
    assert!(said.contains("现在起就按它办") && !said.contains("未录入"), "{said}");
    browser.inspect("rules-kept").await;
    browser.follow(".tabs a[href$='whatif']").await;
    browser.inspect("rules-whatif").await;
    // A profile that asks for nothing in a week, and is strict about silence.
    std::fs::create_dir_all(office.dir.path().join("profiles")).unwrap();
    office.file("profiles/宽.toml", super::rules::WIDE);
    browser.go("/rules/whatif").await;
    browser.run("document.getElementById('profile').value = '宽'").await;
    browser.run("document.getElementById('since').value = '2026-07-20'").await;
    browser.follow("main form button").await;
    let said = browser.text().await;
    assert!(said.contains("个账号的结果会不同") && said.contains("青禾文旅"), "{said}");
    browser.inspect("rules-trial").await;
    browser.end().await;
    office.end().await;
}
