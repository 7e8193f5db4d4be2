//! 核查: what waits for a person is seen by everybody who has signed in, and done once by whoever may:
//! accounts that must be looked at, findings that must be confirmed.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{Answer, EVIL, Office, at};

/// Two accounts that only people can look at, and one whose name would run.
pub(super) fn alone(office: &Office) {
    office.file(
        "又.csv",
        &format!(
            "账号名称,平台,账号标识,主办单位,来源,来源参数\n\
             青禾应急,抖音,MS4wLjABAAAAabc,青禾县应急局,,\n\
             青禾教育,微信订阅号,gh_qinghejy,青禾县教育局,,\n\
             \"{}\",快手,qinghe_evil,青禾县文旅局,,\n",
            EVIL.replace('"', "\"\"")
        ),
    );
    office.ok(&["account", "import", "又.csv"]);
}

/// The value of the first such field on a page.
fn field(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = page.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name} on\n{page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Saves the form of the look on top.
fn save(browser: &mut Browser, on: &str, typed: &[(&str, &str)]) -> Answer {
    let page = browser.get(on).body;
    let kept = ["account", "next", "stood", "week"].map(|name| (name, field(&page, name)));
    let mut form: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend(typed.iter().copied());
    browser.act(on, "/check/look", &form)
}

fn to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().replace("../", "/")
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_looked_at_one_after_the_other_and_kept_as_rows_of_the_check_sheet() {
    let (mut office, _) = administered().await;
    alone(&office);
    let mut clerk = joined(&office, "赵六", "操作员");
    let first = clerk.get("/check").body;
    for said in [
        "第 1 个，共还有 3 个没有看",
        "青禾应急",
        "https:&#x2f;&#x2f;www.douyin.com&#x2f;user&#x2f;MS4wLjABAAAAabc\" rel=\"noopener noreferrer\" target=\"_blank\"",
        "2026-W29（2026-07-13 至 2026-07-19）",
        "每周次数：看到0次",
    ] {
        assert!(first.contains(said), "{said}\n{first}");
    }
    // What is typed wrongly is not kept, and need not be typed again.
    let wrong = save(&mut clerk, "/check", &[("updates", "两"), ("day", "2026-07-15"), ("seen", "1")]);
    let again = clerk.get(&to(&wrong)).body;
    assert!(again.contains("没有保存。本周更新次数：请写整数") && again.contains("value=\"2026-07-15\""), "{again}");
    for (typed, why) in [
        (vec![("updates", "1")], "请打开账号看过"),
        (vec![("updates", "1"), ("seen", "1"), ("day", "2026-07-10")], "请改正其中一个"),
        (vec![("updates", ""), ("seen", "1")], "一次也没有更新的，写 0"),
        (vec![("updates", "0"), ("seen", "1"), ("looked", "2027-01-01 09:00")], "晚于现在"),
    ] {
        let refused = save(&mut clerk, "/check", &typed);
        let page = clerk.get(&to(&refused)).body;
        assert!(page.contains(why) && page.contains("青禾应急"), "{why}\n{page}");
    }
    let typed = [("updates", "2"), ("day", "2026-07-17"), ("time", "09:30"), ("seen", "1")];
    let saved = save(&mut clerk, "/check", &typed);
    let second = clerk.get(&to(&saved)).body;
    assert!(
        second.contains("已登记：青禾应急（抖音） 2026-W29 共2次，最近更新 2026-07-17 09:30，核查人 赵六"),
        "{second}"
    );
    assert!(second.contains("共还有 2 个没有看") && second.contains("gh_qinghejy"), "{second}");
    // The same rows as those of a workbook.
    let listed = office.ok(&["--json", "attest", "list"]);
    assert!(listed.contains("赵六") && listed.contains("青禾应急"), "{listed}");
    let explained = office.ok(&["explain", "青禾应急", "--at", "2026-07-20T09:00"]);
    assert!(explained.contains("周核查表：本周共2次") && explained.contains("达到要求"), "{explained}");
    let skip =
        second.split("class=\"skip-one\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let third = clerk.get(&format!("/{skip}")).body;
    assert!(third.contains("&lt;script&gt;") && !third.contains("<script"), "{third}");
    let saved = save(&mut clerk, &format!("/{skip}"), &[("updates", "0"), ("seen", "1"), ("day", "2026-06-01")]);
    let last = clerk.get(&to(&saved)).body;
    assert!(last.contains("共还有 1 个没有看") && last.contains("青禾教育"), "whoever was skipped comes back: {last}");
    let saved = save(&mut clerk, "/check", &[("updates", "0"), ("seen", "1")]);
    assert!(clerk.get(&to(&saved)).body.contains("要人看的账号都看过了"));
    let trail = office.trail();
    assert_eq!(trail.iter().filter(|(who, what)| who == "赵六" && what == "sheet.sign").count(), 3);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_sent_twice_or_from_an_old_page_is_kept_once_and_a_correction_says_what_was() {
    let (mut office, mut boss) = administered().await;
    alone(&office);
    let mut clerk = joined(&office, "赵六", "操作员");
    let mut reader = joined(&office, "王五", "只读");
    let page = clerk.get("/check").body;
    let kept = ["account", "next", "stood", "week"].map(|name| (name, field(&page, name)));
    let mut form: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend([("updates", "1"), ("seen", "1"), ("day", "2026-07-15")]);
    let seen = reader.get("/check").body;
    assert!(seen.contains("青禾应急") && !seen.contains("check/look"), "{seen}");
    let refused = reader.act("/me", "/check/look", &form);
    assert!(refused.status == 403 && refused.body.contains("没有权限"), "{}", refused.body);
    assert_eq!(clerk.post("/check/look", &form).status, 403, "without a seal");
    clerk.act("/check", "/check/look", &form);
    let again = boss.act("/check", "/check/look", &form);
    let said = boss.get(&to(&again)).body;
    assert!(said.contains("青禾应急（抖音）刚才已经登记：2026-W29 共1次") && said.contains("没有改动"), "{said}");
    // The list leads back to it; saved again it is a correction.
    let list = boss.get("/check?kind=look&view=list&state=done").body;
    assert!(list.contains("青禾应急") && list.contains("共1次") && !list.contains("青禾教育"), "{list}");
    let at = format!("/check?kind=look&at={}", office.account("MS4wLjABAAAAabc"));
    let shown = boss.get(&at).body;
    assert!(shown.contains("再保存一次就是改正") && shown.contains("value=\"2026-07-15\""), "{shown}");
    save(&mut boss, &at, &[("updates", "2"), ("seen", "1"), ("day", "2026-07-15")]);
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("sheet.")).collect();
    assert_eq!(trail, [("赵六".into(), "sheet.sign".into()), ("李四".into(), "sheet.correct".into())]);
    // Odd addresses show something that is there.
    for odd in ["at=999999", "at=x", "week=2099-W01", "week=1", "kind=x", "view=list&page=99&q=%3Cscript%3E", "state=x"]
    {
        let answer = boss.get(&format!("/check?{odd}"));
        assert!(answer.status == 200 && !answer.body.contains("<script"), "{odd}");
    }
    // A week that there is not is said to be none, and nobody signs for another one in its place.
    let unknown = boss.get("/check?kind=look&week=2026-W60").body;
    assert!(unknown.contains("没有“2026-W60”这一周，下面是最近过完的一周（2026-W29）"), "{unknown}");
    for (week, why) in [("2026-W60", "没有“2026-W60”这一周，没有保存"), ("", "没有写明是哪一周，没有保存")]
    {
        let mut form = form.clone();
        form.retain(|(name, _)| *name != "week");
        form.push(("week", week));
        let refused = boss.act("/check", "/check/look", &form);
        assert!(boss.get(&to(&refused)).body.contains(why), "{why}");
    }
    assert_eq!(office.trail().into_iter().filter(|(_, what)| what.starts_with("sheet.")).count(), 2);
    // One that still runs, and one that has not begun, have not been looked through.
    for (view, week) in [("", "2026-W30"), ("&view=list", "2026-W30"), ("", "2026-W40"), ("&view=list", "2026-W40")] {
        let page = boss.get(&format!("/check?kind=look{view}&week={week}")).body;
        assert!(page.contains("这一周还没有过完，周一再看") && !page.contains("都看过了"), "{page}");
        assert!(page.contains(&format!("value=\"{week}\" selected")), "{page}");
    }
    // The check sheet is that of the week shown.
    for view in ["", "&view=list"] {
        let page = boss.get(&format!("/check?kind=look{view}&week=2026-W20")).body;
        assert!(page.contains("start/sheet?week=2026-W20") && page.contains("list/import?kind=sheet"), "{page}");
    }
    let sheet = boss.get("/start/sheet?week=2026-W20");
    assert!(sheet.status == 200 && sheet.head.contains("2026-w20.xlsx"), "{}", sheet.head);
    for (week, why) in [("2026-W40", "这一周还没有开始"), ("2026-W60", "没有“2026-W60”这一周")] {
        let none = boss.get(&format!("/start/sheet?week={week}"));
        assert!(none.status == 404 && none.body.contains(why), "{}", none.body);
    }
    for view in ["", "&view=list"] {
        let earlier = boss.get(&format!("/check?kind=look{view}&week=2026-W20")).body;
        assert!(
            earlier.contains("value=\"2026-W20\" selected") && earlier.contains("value=\"2026-W29\">"),
            "{earlier}"
        );
        assert!(earlier.contains("5月11日起一周"), "{earlier}");
    }
    let list = boss.get("/check?kind=look&view=list&platform=%E5%BF%AB%E6%89%8B&q=%E6%96%87%E6%97%85").body;
    assert!(list.contains("&lt;script&gt;") && !list.contains("青禾教育"), "{list}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_confirmed_or_refuted_one_by_one_or_all_that_were_shown() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    let mut reader = joined(&office, "王五", "只读");
    let page = clerk.get("/check").body;
    for said in ["第 1 项，共还有 3 项等待确认", "一周未更新两次", "监测依据", "全部确认（3 项）", "不向单位发结果"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let seen = reader.get("/check").body;
    assert!(seen.contains("监测依据") && !seen.contains("check/finding") && !seen.contains("check/all"), "{seen}");
    let old_sum = field(&page, "sum");
    let kept = ["account", "finding", "decision", "next"].map(|name| (name, field(&page, name)));
    let form: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for path in ["/check/finding", "/check/all"] {
        assert_eq!(reader.act("/me", path, &form).status, 403);
        assert_eq!(clerk.post(path, &form).status, 403);
    }
    // A 误报 has a reason.
    let mut wrong = form.clone();
    wrong.extend([("false", "1"), ("reason", "  ")]);
    let refused = clerk.act("/check", "/check/finding", &wrong);
    assert!(clerk.get(&to(&refused)).body.contains("认定误报要有理由"));
    let done = clerk.act("/check", "/check/finding", &form);
    let after = clerk.get(&to(&done)).body;
    assert!(after.contains("已确认：") && after.contains("共还有 2 项等待确认"), "{after}");
    // Sent twice it is done once; what was confirmed meanwhile is not decided anew by an old page.
    let twice = clerk.act("/check", "/check/finding", &form);
    assert!(clerk.get(&to(&twice)).body.contains("这一项已由赵六在"));
    wrong.pop();
    wrong.push(("reason", "看错了"));
    let late = clerk.act("/check", "/check/finding", &wrong);
    let at = to(&late);
    assert!(clerk.get(&at).body.contains("没有改动"));
    // The finding itself can be changed by whoever has the present page before his eyes.
    let shown = clerk.get(&at).body;
    let decision = field(&shown, "decision");
    assert!(!decision.is_empty() && shown.contains("改为误报"), "{shown}");
    let mut changed = vec![("account", form[0].1), ("finding", form[1].1), ("decision", decision.as_str())];
    changed.extend([("false", "1"), ("reason", "后台可见两次")]);
    let done = clerk.act("/check", "/check/finding", &changed);
    assert!(clerk.get(&to(&done)).body.contains("认定误报："));
    let forged = [("account", office.account("j1")), ("finding", "00".to_owned()), ("decision", String::new())];
    let forged: Vec<(&str, &str)> = forged.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = clerk.act("/check", "/check/finding", &forged);
    assert!(clerk.get(&to(&refused)).body.contains("这一项的结论变了"));
    // All that are shown, and only those.
    let stale = clerk.act("/check", "/check/all", &[("sum", &old_sum)]);
    assert!(clerk.get(&to(&stale)).body.contains("等待确认的结果有变化，现在是2项，没有改动"));
    let sum = field(&clerk.get("/check?kind=finding").body, "sum");
    let done = clerk.act("/check", "/check/all", &[("sum", &sum)]);
    let page = clerk.get(&to(&done)).body;
    assert!(page.contains("已确认：") && page.contains("没有符合条件的结果"), "{page}");
    let twice = clerk.act("/check", "/check/all", &[("sum", &sum)]);
    assert!(clerk.get(&to(&twice)).body.contains("已经没有等待确认的结果"));
    let list = clerk.get("/check?kind=finding&view=list&state=confirmed").body;
    assert!(list.contains("已确认（赵六") && list.contains("&lt;script&gt;") && !list.contains("<script"), "{list}");
    assert!(clerk.get("/check?kind=finding&view=list&state=false").body.contains("后台可见两次"));
    assert!(clerk.get("/check?kind=finding").body.contains("没有等待确认的结果"));
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("confirm.")).collect();
    assert!(trail.iter().all(|(who, _)| who == "赵六") && trail.len() == 3, "{trail:?}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_office_objects_to_is_not_counted_among_those_that_are_confirmed_together() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    clerk.act("/reports", "/reports/new/draft", &[("period", "2026-07")]);
    clerk.act("/reports/2026-07", "/reports/2026-07/review", &[("reply_by", "2026-07-30")]);
    let about = format!("青禾县交通局|{}", office.account("j1"));
    let objects = [("about", about.as_str()), ("word", "objects"), ("said_by", "交通局"), ("reason", "发过")];
    clerk.act("/reports/2026-07", "/reports/2026-07/answer", &objects);
    let said = clerk.get("/reports/2026-07").body;
    assert!(said.contains("有异议"), "{said}");
    let page = clerk.get("/check?kind=finding").body;
    // Every check of the month that a 通报 is being made of.
    for said in ["共还有 12 项等待确认", "全部确认（8 项）", "确认这 8 项", "另有 4 项单位有异议，不一并确认"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let done = clerk.act("/check?kind=finding", "/check/all", &[("sum", &field(&page, "sum"))]);
    assert!(clerk.get(&to(&done)).body.contains("4项单位有异议，没有一并确认"));
    let left = clerk.get("/check?kind=finding").body;
    assert!(left.contains("单位对这一期有异议") && !left.contains("check/all"), "{left}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_finding_of_a_check_that_was_held_is_told_to_its_office() {
    let office = Office::open("正式").await;
    let mut office = office;
    let mut boss = super::first_in(&office);
    office.clock.goes_to(at("2026-07-27 09:10")).await;
    boss.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    let page = boss.get("/check?kind=finding").body;
    assert!(page.contains("结果发给有关单位") && page.contains("2026-07-27 09:00 的检查"), "{page}");
    let sum = field(&page, "sum");
    boss.act("/check?kind=finding", "/check/all", &[("sum", &sum)]);
    office.clock.goes_on(60).await;
    assert!(office.newest_to("wl@qinghe.example").subject.contains("检查结果"));
    office.end().await;
}

/// Before anything is drafted, the results of every week from the beginning of the evidence on are reached,
/// and decided on, by the chooser.
#[tokio::test(flavor = "multi_thread")]
async fn the_results_of_every_week_that_was_seen_can_be_decided_on() {
    let (mut office, _) = administered().await;
    let mut clerk = joined(&office, "赵六", "操作员");
    office.ok(&["attest", "青禾交通", "--from", "2026-04-06", "--to", "2026-07-23", "--by", "李四"]);
    let page = clerk.get("/check?kind=finding").body;
    for said in ["哪一周的检查", "label=\"2026年4月\"", "value=\"2026-W15\"", "4月6日起一周"] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("2026-W14\"") && !page.contains("更早的检查"), "{page}");
    let page = clerk.get("/check?kind=finding&week=2026-W20").body;
    assert!(page.contains("2026-05-18 09:00 的检查") && page.contains("value=\"2026-W20\" selected"), "{page}");
    assert!(page.contains("不向单位发结果"), "{page}");
    let kept = ["account", "finding", "decision", "next", "week"].map(|name| (name, field(&page, name)));
    let form: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = clerk.act("/check?kind=finding", "/check/finding", &form);
    let there = to(&done).replace("2026-w", "2026-W");
    assert!(there.contains("week=2026-W20"), "it stays at that check: {there}");
    assert!(clerk.get(&there).body.contains("已确认：青禾文旅"));
    // A result of that week is none of another one.
    let mut other = form.clone();
    other.pop();
    other.push(("week", "2026-W21"));
    let refused = clerk.act("/check?kind=finding", "/check/finding", &other);
    assert!(clerk.get(&to(&refused)).body.contains("没有改动"));
    let list = clerk.get("/check?kind=finding&view=list&week=2026-W20&state=confirmed").body;
    assert!(list.contains("已确认（赵六"), "{list}");
    let odd = clerk.get("/check?kind=finding&week=2026-W40").body;
    assert!(odd.contains("这一周的检查没有等待确认的结果"), "{odd}");
    office.end().await;
}

/// What nobody has decided on does not sink out of sight.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_still_waits_is_found_however_old_it_is() {
    let mut office = Office::open("正式").await;
    let mut boss = super::first_in(&office);
    office.clock.goes_to(at("2026-07-27 09:10")).await;
    office.clock.goes_to(at("2026-07-27 10:30")).await;
    office.clock.goes_to(at("2026-09-10 09:10")).await;
    boss.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    let page = boss.get("/check").body;
    assert!(page.contains("更早的检查还有 ") && page.contains("2026年7月27日的检查 "), "{page}");
    assert!(
        page.contains("check?kind=finding&amp;week=2026-W30\"") || page.contains("week=2026-W30\">2026年7月27日"),
        "{page}"
    );
    // The verb asks its own clock, which is far ahead.
    let told = office.ok(&["confirm"]);
    assert!(told.contains("更早的检查还有") && told.contains("confirm --check 2026-07-27（"), "{told}");
    let old = "/check?kind=finding&week=2026-W30";
    let page = boss.get(old).body;
    assert!(page.contains("2026-07-27 09:00 的检查"), "{page}");
    let form = [("sum", field(&page, "sum")), ("week", "2026-W30".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = boss.act(old, "/check/all", &form);
    assert!(boss.get(&to(&done).replace("2026-w", "2026-W")).body.contains("已确认："));
    let page = boss.get("/check").body;
    assert!(!page.contains("2026年7月27日的检查 "), "{page}");
    office.end().await;
}
