//! A real browser does what a clerk does with letters: sees next week's, reads one, keeps one back, and
//! finds in the outbox what became of those that left.

use super::chromium::Chromium;
use super::going_live::{in_trial, somebody_else_answers};
use super::{PASSWORD, path_in};
use crate::answer::office::{Office, at};
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
    // Folded on the screen, in full on paper.
    let texts = browser.text().await.matches("主题：").count();
    browser.on_paper(true).await;
    let letters = browser.run("return document.querySelectorAll('article.coming').length").await.as_u64().unwrap();
    let printed = browser.text().await.matches("主题：").count();
    assert!(texts == 0 && letters > 1 && printed as u64 == letters, "{texts} {letters} {printed}");
    browser.on_paper(false).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_live_sees_before_what_leaves() {
    let mut office = in_trial();
    office.begin().await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    office.clock.goes_to(at("2026-07-26 19:00")).await;
    entered(&office, &browser).await;
    somebody_else_answers(&office);
    browser.go("/settings").await;
    browser.press("[aria-labelledby=mode] summary").await;
    assert!(browser.text().await.contains("随即发出1封"));
    browser.inspect("settings-going-live").await;
    browser.fill("mode-name", "李四").await;
    browser.press("[aria-labelledby=mode] button").await;
    browser.client.wait().for_element(Locator::Css(".done")).await.unwrap();
    browser.inspect("settings-live").await;
    browser.end().await;
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_makes_a_circular_from_draft_to_signature_downloads_it_and_follows_a_problem() {
    let mut office = Office::open("正式").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    office.letters_leave().await;
    entered(&office, &browser).await;
    browser.press_link("报表").await;
    browser.inspect("reports-empty").await;
    browser.press(".deed summary").await;
    browser.press(".deed button").await;
    browser.client.wait().for_element(Locator::Css(".way")).await.unwrap();
    browser.inspect("bulletin-draft").await;
    browser.press(".deeds .deed summary").await;
    browser.run("document.getElementById('reply_by').value = '2026-07-30'").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '核对稿2份已做好')]")).await.unwrap();
    browser.press("#answers ~ .deed summary").await;
    browser.inspect("bulletin-answer").await;
    browser.client.find(Locator::Css("#about")).await.unwrap().select_by_index(1).await.unwrap();
    browser.press("input[value=agreed]").await;
    browser.fill("said_by", "交通局办公室").await;
    browser.press("#answers ~ .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '的答复：一致')]")).await.unwrap();
    browser.go("/reports/2026-06?correct=1").await;
    browser.inspect("bulletin-correct").await;
    // Refused, with everything that is still to be done.
    browser.press(".deeds .deed:nth-of-type(2) summary").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::Css(".trouble li")).await.unwrap();
    browser.inspect("bulletin-review-refused").await;
    super::reports::confirmed(&office);
    browser.inspect("bulletin-unanswered").await;
    browser.press("#unanswered").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '呈批单-2026-06')]")).await.unwrap();
    browser.press(".deeds .deed:nth-of-type(1) summary").await;
    browser.inspect("bulletin-submitted").await;
    browser.fill("number", "青政办〔2026〕28号").await;
    browser.run("document.getElementById('date').value = '2026-07-20'").await;
    browser.press("#unanswered").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '已签发（第1版）')]")).await.unwrap();
    browser.inspect("bulletin-issued").await;
    // The file as a browser gets it: by a link, with the session of this browser.
    let href = browser.client.find(Locator::Css(".files a")).await.unwrap().attr("href").await.unwrap().unwrap();
    let cookie = browser.client.get_named_cookie("cuigeng").await.unwrap();
    let mut same = super::browser::Browser::at(office.port);
    same.cookie = Some(format!("cuigeng={}", cookie.value()));
    let file = same.get(&format!("/reports/{href}"));
    assert!(file.status == 200 && file.head.contains("attachment") && file.body.starts_with("PK"), "{href}");
    browser.press_link("整改").await;
    browser.go("/repairs?period=2026-06").await;
    browser.inspect("repairs").await;
    browser.press("table.list th a").await;
    browser.press(".deeds .deed:nth-of-type(1) summary").await;
    browser.inspect("repair").await;
    browser.fill("text", "已补发三条，落实三审三校").await;
    browser.fill("said_by", "办公室 张三").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::Css(".done")).await.unwrap();
    assert!(browser.text().await.contains("现为待复核"));
    // Nothing is owed for what was none.
    for check in ["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22", "2026-06-29"] {
        let line =
            ["confirm", "--check", check, "--account", "青禾交通", "--false", "--reason", "有记录", "--by", "李四"];
        office.ok(&line);
    }
    browser.go("/repairs?state=overturned").await;
    browser.inspect("repairs-overturned").await;
    browser.press("table.list th a").await;
    browser.inspect("repair-overturned").await;
    browser.go("/reports/2026-06").await;
    browser.press("#tables ~ .deed summary").await;
    browser.inspect("bulletin-changed").await;
    browser.press(".deeds .deed summary").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '更正稿已起草')]")).await.unwrap();
    browser.press(".deeds .deed:last-of-type summary").await;
    browser.fill("discard", "应该一并更正").await;
    browser.press(".deeds .deed[open] button").await;
    browser.client.wait().for_element(Locator::XPath("//*[contains(text(), '作废过的')]")).await.unwrap();
    browser.go("/reports/2026-06?discarded=2").await;
    browser.inspect("bulletin-discarded").await;
    browser.press_link("报表").await;
    browser.inspect("reports").await;
    browser.end().await;
    office.end().await;
}
