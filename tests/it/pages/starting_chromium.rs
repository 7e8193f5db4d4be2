//! An administrator at a real browser takes a fresh installation from the link in the log to the first
//! letter in the mailbox, which says what the preview has shown.

use super::chromium::Chromium;
use super::{PASSWORD, links};
use crate::answer::office::{EVIL, Office, at, text_of};
use cuigeng::clock::Clock;
use cuigeng::import::workbook_bytes;

/// An Excel list with an odd name in it, and an account that the site knows by that key.
fn list(office: &Office, key: &str) -> String {
    let rows: [&[&str]; 5] = [
        &["账号名称", "平台", "账号标识", "主办单位", "运维邮箱", "来源", "来源参数"],
        &["青禾文旅", "新浪微博", "w1", "青禾县文旅局", "wl@qinghe.example", "site", "w1"],
        &[EVIL, "抖音", "d1", "青禾县文旅局", "wl@qinghe.example", "site", "d1"],
        &["青禾交通", "新浪微博", "j1", "青禾县交通局", "jt@qinghe.example", "site", key],
        &["青禾快报", "快手", "", "青禾县融媒体中心", "kb@qinghe.example", "", ""],
    ];
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    let path = office.dir.path().join("台账.xlsx");
    std::fs::write(&path, workbook_bytes("台账", &rows).unwrap()).unwrap();
    path.to_string_lossy().into_owned()
}

/// Without what is made when a letter leaves: its number and its link.
fn lasting(text: &str) -> String {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.contains("编号") && !line.contains("http"));
    lines.filter(|line| !line.contains("（发出时生成）")).collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_start_to_the_first_letter() {
    let mut office = Office::bare("正式");
    links::are_heard();
    office.begin().await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };

    // The link is in the log of the daemon, nowhere else.
    browser.go(&links::of(office.port)).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    let said = browser.text().await;
    assert!(said.contains("从设管理员到发出第一封信") && said.contains("管理员：李四"), "{said}");
    browser.inspect("start-1-fresh").await;
    browser.go("/").await;
    assert!(browser.text().await.contains("台账还没有账号"));
    browser.inspect("start-2-empty-overview").await;
    browser.follow("main a.button").await;

    // The mail server refuses first, and takes the second one.
    office.mail.answers("RCPT", "550 5.1.1 User unknown", true);
    browser.follow("form[action$='start/letter'] button").await;
    let said = browser.text().await;
    assert!(said.contains("没有发出") && said.contains("550 5.1.1 User unknown"), "{said}");
    browser.inspect("start-3-mail-refused").await;
    office.clock.goes_on(1).await;
    browser.follow("form[action$='start/letter'] button").await;
    assert!(browser.text().await.contains("服务器答复：250"));
    assert_eq!(office.mail.letters().len(), 1);

    browser.fill("file", &list(&office, "gone1")).await;
    browser.follow("form[action$='list/import'] button").await;
    assert!(browser.text().await.contains("会改什么"));
    browser.inspect("start-4-diff").await;
    browser.follow("form[action$='apply'] button").await;
    assert!(browser.text().await.contains("还没有看 3 个"));
    // Whoever is rung looks within the minute.
    office.clock.goes_to(office.clock.now().plus(60)).await;
    browser.go("/start").await;
    let said = browser.text().await;
    for word in ["看成 2 个", "没有看成 1 个", "看清，2条", "订阅服务没有这个地址", "没有来源的 1 个账号"]
    {
        assert!(said.contains(word), "{word}\n{said}");
    }
    browser.inspect("start-5-looked").await;
    // The cure: the right key by another import, and a look at once.
    browser.press("#list ~ details summary").await;
    browser.fill("file", &list(&office, "j1")).await;
    browser.follow("form[action$='list/import'] button").await;
    browser.follow("form[action$='apply'] button").await;
    assert!(browser.text().await.contains("修改1个"));
    office.clock.goes_on(1).await;
    browser.follow("form[action$='start/look'] button").await;
    assert!(browser.text().await.contains("1个账号已经排上"));
    office.clock.goes_to(office.clock.now().plus(60)).await;

    let before = office.mail.letters().len();
    browser.go("/start").await;
    assert!(browser.text().await.contains("看成 3 个。"));
    let to = browser.run("return document.querySelector('.first-to').textContent").await;
    let to = to.as_str().unwrap().to_owned();
    let shown = browser.run("return document.querySelector('pre.mail').textContent").await;
    let shown = shown.as_str().unwrap().to_owned();
    let (subject, text) = shown.split_once("\n\n").unwrap();
    assert!(browser.text().await.contains("7月23日（周四）09:00"));
    browser.inspect("start-6-ready").await;
    browser.press("form.live input[type='checkbox']").await;
    browser.fill("begin-name", "李四").await;
    browser.follow("form.live button").await;
    assert!(browser.text().await.contains("已转为正式"));
    browser.inspect("start-7-begun").await;
    assert_eq!(office.mail.letters().len(), before, "nothing leaves before its hour");

    let is_it = |raw: &String| raw.contains(&format!("To: {to}"));
    while !office.mail.letters().iter().any(is_it) {
        assert!(office.clock.now() < at("2026-07-23 09:10"), "no letter");
        office.clock.goes_on(30).await;
    }
    let letters = office.mail.letters();
    let raw = letters.into_iter().find(is_it).unwrap();
    assert_eq!(lasting(&text_of(&raw)), lasting(text));
    let sent = office.newest_to(&to);
    assert_eq!(format!("主题：{}", sent.subject), subject);
    browser.go("/").await;
    let said = browser.text().await;
    assert!(!said.contains("第一次使用"), "{said}");
    browser.inspect("start-8-overview").await;
    browser.end().await;
    office.end().await;
}
