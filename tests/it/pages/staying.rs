//! Every post of an account can be reached, and whoever does something on a page of its list or of its year
//! is answered there.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{Answer, Office};
use chrono::{Days, NaiveDate};

/// The page on which `answer` sets the browser down, and its address.
fn next(browser: &mut Browser, answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = answer.head.lines().find_map(|line| line.strip_prefix("location: ../")).unwrap().to_owned();
    (browser.get(&format!("/account/{to}")).body, to)
}

/// What a row's form sends for the post of that title.
fn number(page: &str, title: &str) -> String {
    let row = page.split("<tr>").find(|row| row.contains(title)).unwrap_or_else(|| panic!("{title}: {page}"));
    row.split("name=\"post\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A post a day from 1 April on, beside the two that its site shows.
fn busy(office: &Office) -> String {
    let first = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
    let row = |n: u64| format!("青禾文旅,新浪微博,w1,{} 10:00,第{n}篇,p{n}\n", first + Days::new(n));
    let rows: String = (0..112).map(row).collect();
    office.file("发布.csv", &format!("账号名称,平台,账号标识,发布时间,标题,编号\n{rows}"));
    office.ok(&["post", "import", "发布.csv"]);
    office.account("w1")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_post_is_reached_and_struck_where_it_stands() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    let id = busy(&office);
    let (on, strike) = (format!("/account/{id}"), format!("/account/{id}/strike"));
    let page = clerk.get(&on).body;
    for said in ["共114条", "第111篇", "第54篇", "1 / 2", &format!("href=\"{id}?page=2#posts\"")] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("第53篇"), "{page}");
    let kept = clerk.act(&on, &format!("{on}/post"), &[("day", "2026-03-01"), ("title", "三月一篇")]);
    let (page, to) = next(&mut clerk, &kept);
    assert_eq!(to, format!("{id}?page=2"));
    assert!(page.contains("已补录2026-03-01") && page.contains("三月一篇") && page.contains("第0篇"), "{page}");
    assert!(page.contains("（共115条，分2页）") && page.contains("2 / 2"), "{page}");
    // Its forms stay on that page, whether done or refused.
    assert!(page.contains(&format!("action=\"{id}/strike?page=2\"")), "{page}");
    let post = number(&page, "三月一篇");
    let form = [("post", post.as_str()), ("reason", "不是本单位发布")];
    let done = clerk.act(&on, &format!("{strike}?page=2"), &form);
    let (page, to) = next(&mut clerk, &done);
    assert!(to.ends_with("?page=2") && page.contains("已剔除：") && page.contains("已由人工剔除"), "{to}\n{page}");
    let refused = clerk.act(&on, &format!("{strike}?page=2"), &form);
    let (page, to) = next(&mut clerk, &refused);
    assert!(to.ends_with("?page=2") && page.contains("已经剔除了"), "{to}\n{page}");
    let open = page.split("<details class=\"deed\" open>").nth(1).unwrap_or_else(|| panic!("no form: {page}"));
    assert!(open.contains("三月一篇") && open.contains("value=\"不是本单位发布\""), "{page}");
    // In the list of a year a post of that year is on its page too.
    let kept = clerk.act(&on, &format!("{on}/post?year=2026"), &[("day", "2026-03-02"), ("title", "三月二篇")]);
    let (page, to) = next(&mut clerk, &kept);
    assert!(to.ends_with("?year=2026&page=2") && page.contains("三月二篇"), "{to}\n{page}");
    for odd in ["0", "-1", "99999999999999999999", "9", "x%0d%0aSet-Cookie:a"] {
        assert_eq!(clerk.get(&format!("{on}?page={odd}")).status, 200, "{odd}");
        let asked = clerk.act(&on, &format!("{on}/expire?page={odd}&year={odd}"), &[]);
        assert!(asked.status == 303 && !asked.head.contains("set-cookie"), "{odd} {}", asked.head);
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_not_left_by_what_is_done_in_it() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    let id = office.account("w1");
    let on = format!("/account/{id}");
    assert!(!clerk.get(&on).body.contains("year="), "nothing is known of any other year");
    // Somebody has seen a month of long ago, in which nothing was posted: it can be looked at.
    let span = [("day", "2024-07-01"), ("to-day", "2024-08-01"), ("newest", "0"), ("seen", "1")];
    clerk.act(&on, &format!("{on}/attest"), &span);
    let page = clerk.get(&on).body;
    assert!(page.contains(&format!("href=\"{id}?year=2024\"")) && !page.contains("一年以前另有"), "{page}");
    let year = format!("{on}?year=2024");
    let page = clerk.get(&year).body;
    assert!(page.contains("2024年没有看到过发布") && page.contains("<title>7月5日：看全"), "{page}");
    // Every form of the page knows where it stands.
    let forms: Vec<&str> = page.split("<form method=\"post\" action=\"").skip(1).collect();
    let own: Vec<&str> = forms.into_iter().filter(|form| form.starts_with(&format!("{id}/"))).collect();
    assert!(own.len() >= 5 && own.iter().all(|form| form.split('"').next().unwrap().ends_with("?year=2024")), "{page}");
    let kept = clerk.act(&year, &format!("{on}/post?year=2024"), &[("day", "2024-03-05"), ("title", "旧文一篇")]);
    let (page, to) = next(&mut clerk, &kept);
    assert!(to == format!("{id}?year=2024") && page.contains("旧文一篇"), "{to}\n{page}");
    let post = number(&page, "旧文一篇");
    for (reason, said) in [(" ", "谁剔除、为什么，都要写明"), ("转载", "已剔除："), ("又一次", "已经剔除了")]
    {
        let done = clerk.act(&year, &format!("{on}/strike?year=2024"), &[("post", &post), ("reason", reason)]);
        let (page, to) = next(&mut clerk, &done);
        assert!(to == format!("{id}?year=2024") && page.contains(said), "{said} {to}\n{page}");
    }
    // A post of these months is shown where it is.
    let kept = clerk.act(&year, &format!("{on}/post?year=2024"), &[("day", "2026-07-20"), ("title", "新文一篇")]);
    let (page, to) = next(&mut clerk, &kept);
    assert!(to == id && page.contains("新文一篇"), "{to}\n{page}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_a_form_too_soon_reads_that_nothing_came_of_it() {
    let (mut office, mut boss) = administered().await;
    let seal = boss.seal("/settings");
    while boss.get("/icon.svg").status != 429 {}
    let refused = boss.post("/settings/user", &[("seal", &seal), ("name", "钱七"), ("rank", "只读")]);
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("访问太频繁") && refused.body.contains("没有收下，没有改动"), "{}", refused.body);
    assert!(refused.body.contains("“后退”"), "{}", refused.body);
    let page = boss.get("/settings");
    assert!(page.status == 429 && !page.body.contains("没有改动"), "{}", page.body);
    assert!(!office.ok(&["user", "list"]).contains("钱七"));
    office.end().await;
}
