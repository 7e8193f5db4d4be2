//! A clerk at a real browser brings in a changed Excel list: mends what is refused, sees what would change,
//! confirms it, and replaces somebody.

use super::chromium::Chromium;
use super::{PASSWORD, path_in};
use crate::answer::office::{EVIL, Office};
use cuigeng::import::workbook_bytes;

fn book(office: &Office, name: &str, rows: &[&[&str]]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    let path = office.dir.path().join(name);
    std::fs::write(&path, workbook_bytes("台账", &rows).unwrap()).unwrap();
    path.to_string_lossy().into_owned()
}

const HEADING: &[&str] = &["账号名称", "平台", "账号标识", "主办单位", "主管单位", "运维邮箱", "状态"];

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_brings_in_a_changed_list() {
    let mut office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    for (id, typed) in [("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)] {
        browser.fill(id, typed).await;
    }
    browser.follow("main button").await;
    browser.follow("nav a[href$='list']").await;
    browser.inspect("list-accounts").await;
    browser.follow("nav.tabs a[href$='import']").await;
    browser.inspect("list-import-blank").await;

    let bad = book(
        &office,
        "台账改.xlsx",
        &[
            HEADING,
            &["青禾文旅", "新浪微博", "w1", "青禾县文旅局", "", "wl＠qinghe", "关了"],
            &["", "抖音", "", "", "", "", ""],
        ],
    );
    browser.fill("file", &bad).await;
    browser.follow("form.stack button").await;
    let said = browser.text().await;
    assert!(said.contains("整份不导入") && said.contains("第2行") && said.contains("关了"), "{said}");
    browser.inspect("list-import-bad").await;

    let good = book(
        &office,
        "台账改.xlsx",
        &[
            HEADING,
            &[
                "青禾县文化和旅游",
                "新浪微博",
                "w1",
                "青禾县文化广电和旅游局",
                "青禾县委宣传部",
                "wl@qinghe.example;wl2@qinghe.example",
                "正常运行",
            ],
            &[EVIL, "抖音", "d1", "青禾县文旅局", "", "wl@qinghe.example", "正常运行"],
            &["青禾交通", "新浪微博", "j1", "青禾县交通局", "", "jt@qinghe.example", "已注销"],
            &["青禾教育", "微信公众号", "qhjy", "青禾县教育体育局", "青禾县人民政府办公室", "jy@qinghe.example", ""],
        ],
    );
    browser.fill("file", &good).await;
    browser.follow("form.stack button").await;
    let said = browser.text().await;
    for word in ["会改什么", "改为已注销", "青禾县文化广电和旅游局", "青禾教育", "确认导入"]
    {
        assert!(said.contains(word), "{word}\n{said}");
    }
    browser.inspect("list-import-diff").await;
    browser.follow("form[action$='apply'] button").await;
    let said = browser.text().await;
    assert!(said.contains("已导入：新增1个账号，修改2个，1个没有变化"), "{said}");
    browser.inspect("list-imported").await;
    browser.follow("tbody tr:last-child th a").await;
    assert!(browser.text().await.contains("青禾县教育体育局"));

    browser.go("/list/offices").await;
    browser.inspect("list-offices").await;
    browser.go("/list/contacts").await;
    browser.inspect("list-contacts-none").await;
    let people = book(
        &office,
        "联系人.xlsx",
        &[
            &["单位", "姓名", "角色", "职务", "手机", "固话", "邮箱"],
            &[
                "青禾县文化广电和旅游局",
                "孙一",
                "运维人员A岗",
                "宣传科科员",
                "13800000001",
                "0000-1234567",
                "wl@qinghe.example",
            ],
            &["青禾县交通局", "钱二", "分管领导", "副局长", "13800000002", "", ""],
        ],
    );
    browser.go("/list/import").await;
    browser.press("input[value='contacts']").await;
    browser.fill("file", &people).await;
    browser.follow("form.stack button").await;
    browser.inspect("list-import-people").await;
    browser.follow("form[action$='apply'] button").await;
    browser.inspect("list-contacts").await;
    browser.follow("table.list td a[href*='replace']").await;
    browser.fill("new", "周三").await;
    browser.fill("mail", "zs@qinghe.example").await;
    browser.follow("form.stack button").await;
    let said = browser.text().await;
    assert!(said.contains("周三 接替") && said.contains("确认换人"), "{said}");
    // A day that is over is told for what it changes; one that is none is marked in its field.
    browser.run("document.getElementById('from').value = '2026-07-01'").await;
    browser.follow("form.stack button").await;
    browser.inspect("list-replace-past").await;
    browser.run("document.getElementById('from').type = 'text'").await;
    browser.fill("from", "下周一").await;
    browser.follow("form.stack button").await;
    assert_eq!(browser.run("return document.activeElement.id").await, "from");
    browser.inspect("list-replace-refused").await;
    browser.run("document.getElementById('from').value = '2026-07-23'").await;
    browser.follow("form.stack button").await;
    browser.inspect("list-replace").await;
    browser.follow("form[action$='replace'] button").await;
    assert!(browser.text().await.contains("接替"));
    browser.end().await;
    office.end().await;
}
