//! A real browser over the real daemon: a form that is refused stands there filled in, with the cursor in
//! the faulty field; every page is walked through by the Tab key alone; the year of an account opens at its
//! newest end on a telephone.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::Office;
use serde_json::json;

async fn begun() -> (Office, Option<Chromium>) {
    let office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return (office, None) };
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    (office, Some(browser))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_stands_there_with_the_cursor_in_the_faulty_field() {
    let (mut office, browser) = begun().await;
    let Some(browser) = browser else { return office.end().await };
    let id = office.account("w1");
    browser.go(&format!("/account/{id}")).await;
    // As a browser without a calendar sends it.
    browser.run("document.querySelector('form[action$=\"/post\"]').noValidate = true").await;
    browser.press(".row .deed:nth-child(2) summary").await;
    browser.run("document.getElementById('post-day').value = '2026-08-01'").await;
    browser.fill("post-title", "汛期道路提示").await;
    browser.follow(".row .deed:nth-child(2) button").await;
    assert_eq!(browser.run("return document.activeElement.id").await, "post-day");
    let filled = browser.run("return ['post-day', 'post-title'].map(id => document.getElementById(id).value)").await;
    assert_eq!(filled, json!(["2026-08-01", "汛期道路提示"]));
    assert!(browser.text().await.contains("发布时间在未来，请核对"));
    browser.inspect("account-refused").await;
    browser.go("/settings").await;
    browser.fill("user-name", "李四").await;
    browser.follow("form[action$='settings/user'] button").await;
    assert_eq!(
        browser.run("return [document.activeElement.id, document.activeElement.value]").await,
        json!(["user-name", "李四"])
    );
    browser.inspect("settings-refused").await;
    browser.go("/nothing").await;
    browser.inspect("nowhere").await;
    browser.end().await;
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_opens_at_its_newest_end_on_a_telephone() {
    let (mut office, browser) = begun().await;
    let Some(browser) = browser else { return office.end().await };
    let id = office.account("w1");
    office.ok(&["post", "add", "青禾文旅", "--at", "2024-03-05", "--title", "旧文", "--by", "李四"]);
    browser.go(&format!("/account/{id}")).await;
    browser.inspect("account-years").await;
    browser.go(&format!("/account/{id}?year=2024")).await;
    browser.inspect("account-2024").await;
    browser.narrow().await;
    browser.go(&format!("/account/{id}")).await;
    let hidden = "const box = document.querySelector('.newest'), year = box.firstElementChild; \
        return [box.scrollWidth > box.clientWidth, \
        Math.round(year.getBoundingClientRect().right - box.getBoundingClientRect().right)]";
    assert_eq!(browser.run(hidden).await, json!([true, 0]));
    browser.end().await;
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_walked_by_the_keyboard_in_its_order_with_the_place_in_sight() {
    let (mut office, browser) = begun().await;
    let Some(browser) = browser else { return office.end().await };
    let account = format!("/account/{}", office.account("w1"));
    let pages = [
        "/",
        "/check",
        "/check?view=list",
        "/upcoming",
        "/outbox",
        "/list",
        "/list/offices",
        "/list/contacts",
        "/list/import",
        "/list/replace",
        "/reports",
        "/reports/2026-06",
        "/repairs",
        "/sources",
        "/rules",
        "/rules/calendar",
        "/rules/whatif",
        "/audit",
        "/settings",
        "/start",
        "/me",
        &account,
    ];
    for page in pages {
        browser.go(page).await;
        let stops = browser.run(STOPS).await;
        let (all, last) = (stops[0].as_u64().unwrap(), stops[1].as_i64().unwrap());
        let (mut before, mut seen) = (-1, 0);
        while before < last {
            browser.tab().await;
            let at = browser.run(HERE).await;
            let place = at["place"].as_i64().unwrap();
            assert!(before >= 0 || at["text"] == "跳到正文", "{page}: the first stop is {at}");
            // A field for a day has several places of its own.
            let stays = place == before && at["parts"] == true;
            assert!(place > before || stays, "{page}: out of order at {at}");
            seen += u64::from(!stays);
            // The button that opens a calendar has a ring of its own, inside the field.
            let ringed = at["ring"].as_f64().unwrap() >= 2.0 || at["parts"] == true;
            assert!(ringed && at["seen"] == true, "{page}: nobody sees {at}");
            before = place;
        }
        assert_eq!(seen, all, "{page}: places that the keyboard does not reach");
    }
    // The skip link leads past the ways to the other pages.
    browser.go("/list").await;
    browser.tab().await;
    browser.client.active_element().await.unwrap().send_keys("\u{e007}").await.unwrap();
    browser.tab().await;
    assert_eq!(browser.run("return document.activeElement.closest('main') !== null").await, true);
    browser.end().await;
    office.end().await;
}

/// How many places there are to stop at, and where the last is; of buttons of one choice there is one.
const STOPS: &str = "const shown = one => one.offsetParent !== null || one.tagName === 'SUMMARY'; \
    const folded = one => { const box = one.closest('details:not([open])'); return box && one !== box.querySelector('summary'); }; \
    window.all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]')]; \
    const names = new Set(); \
    const stops = window.all.filter(one => !folded(one) && shown(one) && !(one.type === 'radio' && (names.has(one.name) || !names.add(one.name)))); \
    return [stops.length, window.all.indexOf(stops[stops.length - 1])];";

/// The element that has the keyboard: its place in the document, its words, its ring, and whether it is in view.
const HERE: &str = "const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect(); \
    return {place: window.all.indexOf(one), text: (one.textContent || one.name || '').trim().slice(0, 40), parts: ['date', 'time', 'datetime-local'].includes(one.type), \
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth), \
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0};";
