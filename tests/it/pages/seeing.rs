//! What is seen by whoever has signed in: how all stand, and one account whole.

use super::browser::Browser;
use super::{administered, first_in, joined, path_in};
use crate::answer::office::{EVIL, Office, at};

/// Where the square of that account leads.
fn account(office: &Office, handle: &str) -> String {
    format!("/account/{}", office.account(handle))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_says_how_all_stand_and_what_comes_next() {
    let (mut office, _) = administered().await;
    let mut reader = joined(&office, "王五", "只读");
    let page = reader.get("/").body;
    for said in [
        "下次检查 <b>7月27日（周一）09:00</b>，还有 <b class=\"num\">4天0小时",
        "试运行：提醒只发检查方",
        "看到0次，还差2次",
        "已5天，距否决",
        "7月26日（周日）24时",
        "一周未更新两次",
        "数据截至 7月23日08:50",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert_eq!(page.matches("class=\"problem\" href=\"account/").count(), 3, "one square an account: {page}");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{EVIL}");
    assert!(!page.contains("style=\"") && !page.contains("onclick"), "nothing inline");
    // What the address says is what is shown.
    let traffic = reader.get("/?q=%E4%BA%A4%E9%80%9A").body;
    assert!(traffic.contains("青禾交通") && !traffic.contains("青禾文旅"), "{traffic}");
    let none = reader.get("/?state=failed").body;
    assert!(none.contains("没有符合条件的账号") && none.contains("看全部账号"), "{none}");
    let by_platform = reader.get("/?by=platform&platform=%E6%8A%96%E9%9F%B3&page=99&state=problem").body;
    assert!(by_platform.contains("<h3>抖音 <small>1</small></h3>"), "{by_platform}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_shown_at_once() {
    let (mut office, mut boss) = administered().await;
    assert!(!boss.get("/").body.contains("看到1次，还差1次"));
    office.posted("j1", "2026-07-23 08:51");
    office.clock.goes_to(at("2026-07-23 08:52")).await;
    office.ok(&["look", "j1"]);
    let page = boss.get("/").body;
    assert!(page.contains("看到1次，还差1次") && page.contains("数据截至 7月23日08:52"), "{page}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_shows_its_year_its_posts_its_verdicts_and_its_letters() {
    let (mut office, mut boss) = administered().await;
    office.letters_leave().await;
    let page = boss.get(&account(&office, "w1")).body;
    for said in [
        "青禾文旅",
        "青禾县文旅局",
        "最长间隔",
        "不达标天数",
        "7月18日：看全，更新1次",
        "href=\"https:&#x2f;&#x2f;site.example&#x2f;w1-",
        "rel=\"noopener noreferrer nofollow\"",
        "计入",
        "监测依据",
        "未监测到足够更新（一周未更新两次）",
        "2026-07-13至07-19",
        "更新提醒",
        "wl@qinghe.example",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(boss.get(&format!("{}?weeks=all", account(&office, "w1"))).body.contains("2025-07-21至07-27"));
    let evil = boss.get(&account(&office, "d1")).body;
    assert!(!evil.contains("<script") && evil.contains("&lt;script&gt;"), "{evil}");
    for odd in ["/account/999999", "/account/x", "/account/1%20OR%201", "/account/-1", "/account/99999999999999999999"]
    {
        let answer = boss.get(odd);
        assert!(answer.status == 404 && !answer.body.contains("青禾"), "{odd}: {}", answer.status);
    }
    assert_eq!(boss.get(&format!("{}/", account(&office, "w1"))).status, 404);
    assert_eq!(Browser::at(office.port).get(&account(&office, "w1")).status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_a_post_that_is_no_web_address_is_no_link() {
    let (mut office, mut boss) = administered().await;
    office.file(
        "发布.csv",
        "账号名称,平台,发布时间,标题,链接\n青禾文旅,新浪微博,2026-07-22 10:00,<img src=x onerror=alert(1)>,https://weibo.com/1/A\"><b>\n",
    );
    let said = office.run(&["post", "import", "发布.csv", "--by", "李四"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let page = boss.get(&account(&office, "w1")).body;
    assert!(page.contains("&lt;img src=x") && !page.contains("<img") && !page.contains("A\"><b>"), "{page}");
    office.end().await;
}

/// One reason for trouble that needs nothing but the date: next year's days off are not known.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_well_with_us_stands_on_every_page() {
    let (mut office, mut boss) = administered().await;
    assert!(!boss.get("/").body.contains("aria-label=\"运行状况\""));
    office.clock.goes_to(at("2026-12-05 09:00")).await;
    boss.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    for path in ["/", "/me", &account(&office, "w1")] {
        let page = boss.get(path).body;
        assert!(
            page.contains("2027年放假安排未录入")
                && page.contains("里粘贴国务院办公厅通知")
                && !page.contains("cuigeng "),
            "{path}\n{page}"
        );
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_says_what_to_do_and_an_office_sees_how_its_accounts_stand() {
    let (mut office, _) = administered().await;
    let link = path_in(&office.ok(&["user", "office", "青禾县文旅局", "--by", "李四"]));
    let page = Browser::at(office.port).get(&link).body;
    assert!(page.contains("核实中") && page.contains("看到0次，还差2次") && !page.contains("/account/"), "{page}");
    assert!(!page.contains("存在问题") && !page.contains("一周未更新"), "nobody has confirmed it: {page}");
    office.end().await;
    let mut office = Office::closed("试运行");
    std::fs::remove_dir_all(office.data()).unwrap();
    office.begin().await;
    let page = first_in(&office).get("/").body;
    assert!(page.contains("台账还没有账号") && page.contains("href=\"start\""), "{page}");
    office.end().await;
}
