//! 规则: what is asked in the words of `check`; the working days, and the notice that brings a year of them,
//! which the running daemon goes by at once; what another profile would change.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{EVIL, Office, at};
use crate::calendar::NOTICE;

const LOOK: &str = "/rules/calendar/look";
const KEEP: &str = "/rules/calendar/keep";
const CALENDAR: &str = "/rules/calendar?year=2027";

/// A profile that asks for nothing in a week.
pub(super) const WIDE: &str = "basis = \"试行\"\n[[rules]]\nname = \"silence\"\nwindow = \"days\"\ndays = 250\nmin = 1\nseverity = \"veto\"\nlabel = \"停更\"\n";

/// What the second form carries of the first page.
fn mark(page: &str) -> String {
    let mark = page.split("name=\"mark\" value=\"").nth(1).unwrap_or_else(|| panic!("nothing to confirm\n{page}"));
    mark.split('"').next().unwrap().to_owned()
}

/// Looks at a notice and keeps it.
fn import(browser: &mut Browser, year: &str, notice: &str) {
    let shown = browser.act(CALENDAR, LOOK, &[("year", year), ("text", notice)]);
    assert_eq!(shown.status, 200, "{}", shown.body);
    let mark = mark(&shown.body);
    let form = [("year", year), ("text", notice), ("mark", &mark)];
    assert_eq!(browser.act(CALENDAR, KEEP, &form).status, 303);
}

fn is_kept(office: &Office) -> bool {
    office.data().join("calendar").exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_the_words_of_check() {
    let (mut office, mut boss) = administered().await;
    let page = boss.get("/rules").body;
    let check = office.ok(&["check"]);
    let rules =
        check.lines().skip_while(|line| !line.starts_with("检查口径")).take_while(|line| !line.starts_with("运行方式"));
    let leads =
        check.lines().skip_while(|line| !line.starts_with("提醒：")).take_while(|line| !line.starts_with("发信："));
    let said: Vec<&str> = rules
        .chain(leads)
        .map(|line| line.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'))
        .collect();
    assert!(said.len() >= 6, "{check}");
    for line in said {
        let line = line.trim().trim_start_matches("检查口径：").trim_start_matches("提醒：");
        assert!(page.contains(line), "{line}\n{page}");
    }
    for word in ["7月27日（周一）09:00", "现行", "试运行", "不是公众都能看到的发布", "没有账号写了自己的每周次数"]
    {
        assert!(page.contains(word), "{word}\n{page}");
    }
    assert!(!page.contains("cuigeng "), "no command on a page");
    // A quota of an account's own.
    office.file("次数.csv", &format!("账号名称,平台,账号标识,每周次数\n\"{}\",抖音,d1,3\n", EVIL.replace('"', "\"\"")));
    office.ok(&["account", "import", "次数.csv"]);
    let page = boss.get("/rules").body;
    assert!(page.contains("个账号写了自己的每周次数") && page.contains("3次") && !page.contains("<script"), "{page}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn next_years_notice_is_shown_first_kept_once_and_held_at_once() {
    let (mut office, mut boss) = administered().await;
    let mut operator = joined(&office, "赵六", "操作员");
    office.clock.goes_to(at("2026-12-05 09:00")).await;
    boss.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    let page = boss.get(CALENDAR).body;
    assert!(page.contains("2027年放假安排未录入") && page.contains("未录入）"), "{page}");
    operator.post("/signin", &[("name", "赵六"), ("password", super::PASSWORD)]);
    let shown = operator.act(CALENDAR, LOOK, &[("year", "2027"), ("text", NOTICE)]).body;
    for word in ["还没有保存", "2月5日（周五） 至 2月11日（周四）", "249个", "10月4日（周一）09:00", "10月8日（周五）"]
    {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    assert!(!is_kept(&office), "only looked at");
    let mark = mark(&shown);
    let form = [("year", "2027"), ("text", NOTICE), ("mark", mark.as_str())];
    // What was not shown is not kept.
    let other = NOTICE.replace("、10月10日（周日）", "");
    operator.act(CALENDAR, KEEP, &[("year", "2027"), ("text", &other), ("mark", &mark)]);
    assert!(operator.get(CALENDAR).body.contains("日历有了改动，没有保存") && !is_kept(&office));
    // What somebody has read before another changed the calendar is not kept over it.
    let stale = NOTICE.replace("、10月10日（周日）", "");
    let read = self::mark(&boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", &stale)]).body);
    assert_eq!(operator.act(CALENDAR, KEEP, &form).status, 303);
    boss.act(CALENDAR, KEEP, &[("year", "2027"), ("text", &stale), ("mark", &read)]);
    assert!(boss.get(CALENDAR).body.contains("日历有了改动，没有保存"));
    let page = operator.get(CALENDAR).body;
    assert!(page.contains("已录入，现在起就按它办") && page.contains("2027年工作日"), "{page}");
    assert!(!page.contains("未录入） </"), "{page}");
    assert!(!operator.get("/").body.contains("放假安排未录入"), "the banner is gone");
    // Sent twice, it is done once and says so.
    let before = office.audited();
    operator.act(CALENDAR, KEEP, &form);
    assert!(operator.get(CALENDAR).body.contains("已经录入过") && office.audited() == before);
    assert!(operator.act(CALENDAR, LOOK, &[("year", "2027"), ("text", NOTICE)]).body.contains("完全一样"));
    assert!(office.trail().contains(&("赵六".to_owned(), "calendar.import".to_owned())));
    assert!(office.ok(&["calendar", "show", "2027"]).contains("2027年共249个工作日"), "the verb reads the same file");
    office.end().await;
}

/// What is due on a day that has just become a day off does not leave on it.
#[tokio::test(flavor = "multi_thread")]
async fn the_tasks_go_by_a_new_calendar_from_their_next_step() {
    let (mut office, mut boss) = administered().await;
    let notice = "国务院办公厅关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）放假1天。二、春节：2月16日（周一）至20日（周五）放假。三、清明节：4月6日（周一）放假1天。
四、劳动节：5月1日（周五）放假1天。五、端午节：7月23日（周四）至26日（周日）放假，共4天。
六、中秋节：9月25日（周五）放假1天。七、国庆节：10月1日（周四）至7日（周三）放假。";
    let shown = boss.act(CALENDAR, LOOK, &[("year", "2026"), ("text", notice)]).body;
    assert!(shown.contains("7月23日（周四）、7月24日（周五）"), "{shown}");
    assert!(shown.contains("原来休息，改为上班：1月2日（周五）"), "{shown}");
    import(&mut boss, "2026", notice);
    office.letters_leave().await;
    assert_eq!(office.mail.letters().len(), 0, "Thursday is a day off now");
    // The verb's import beside the running daemon.
    office.file("通知.txt", NOTICE);
    office.ok(&["calendar", "import", "通知.txt", "--year", "2027", "--by", "李四", "--yes"]);
    assert!(boss.get(CALENDAR).body.contains("2027年工作日"));
    // A file that nobody can read changes nothing of what holds.
    std::fs::write(office.data().join("calendar/2027.json"), "{").unwrap();
    assert!(boss.get(CALENDAR).body.contains("2027年工作日"));
    std::fs::remove_file(office.data().join("calendar/2027.json")).unwrap();
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_notice_is_refused_whole_with_every_mistake() {
    let (mut office, mut boss) = administered().await;
    let wrong =
        NOTICE.replace("2月14日（周日）", "2月14日（周六）").replace("六、中秋节", EVIL).replace("共3天", "共5天");
    let said = boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", &wrong)]);
    assert_eq!(said.status, 422);
    for word in ["2027年2月14日是周日，文中写的是周六", "第3行", "没有看到“中秋”", "写的是5天，日期却有3天", "整份"]
    {
        assert!(said.body.contains(word), "{word}\n{}", said.body);
    }
    assert!(!said.body.contains("<script") && said.body.contains("青禾&lt;script&gt;"), "{}", said.body);
    for (year, text, word) in [
        ("2028", NOTICE, "这是2027年的通知，要录入的是2028年"),
        ("20270", NOTICE, "年份要写成四位数字"),
        ("<b>", NOTICE, "年份要写成四位数字"),
        ("2027", " \n ", "还没有粘贴通知"),
        ("2027", "今天天气很好", "没有看到“元旦”"),
    ] {
        for path in [LOOK, KEEP] {
            let said = boss.act(CALENDAR, path, &[("year", year), ("text", text), ("mark", "0")]);
            assert!(said.status == 422 && said.body.contains(word), "{path} {year}: {}", said.body);
            assert!(!said.body.contains("<b>\""), "{}", said.body);
        }
    }
    let huge = boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", &NOTICE.repeat(300))]);
    assert_eq!(huge.status, 413);
    let many = "1.1放假 13月40日（周一）上班。".repeat(400);
    let said = boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", &many)]);
    assert!([413, 422].contains(&said.status), "{}", said.status);
    // Script inside what is understood, as the second form carries it.
    let evil = format!("{NOTICE}{EVIL}\n");
    let shown = boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", &evil)]);
    assert!(shown.status == 200 && !shown.body.contains("<script"), "{}", shown.body);
    assert!(!is_kept(&office) && !office.trail().iter().any(|(_, what)| what == "calendar.import"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_reads_sees_all_and_changes_nothing() {
    let (mut office, mut boss) = administered().await;
    let mark = mark(&boss.act(CALENDAR, LOOK, &[("year", "2027"), ("text", NOTICE)]).body);
    let form = [("year", "2027"), ("text", NOTICE), ("mark", mark.as_str())];
    let mut reader = joined(&office, "王五", "只读");
    let before = office.audited();
    for path in ["/rules", CALENDAR, "/rules/calendar", "/rules/calendar?year=2025", "/rules/whatif"] {
        let page = reader.get(path);
        assert!(page.status == 200 && !page.body.contains("<textarea"), "{path}: {}", page.body);
    }
    for path in [LOOK, KEEP] {
        let refused = reader.act("/me", path, &form);
        assert!(refused.status == 403 && refused.body.contains("没有权限"), "{path}: {}", refused.body);
        assert_eq!(boss.post(path, &form).status, 403, "{path}: without the seal");
        let mut elsewhere = boss.saying("Origin: https://evil.example");
        assert_eq!(elsewhere.act(CALENDAR, path, &form).status, 403, "{path}");
        assert_eq!(Browser::at(office.port).post(path, &form).status, 403, "{path}");
        assert_eq!(boss.get(path).status, 303, "{path}");
    }
    for path in ["/rules", "/rules/calendar", "/rules/whatif"] {
        assert_eq!(Browser::at(office.port).get(path).status, 303, "{path}");
    }
    assert!(office.audited() == before && !is_kept(&office));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_profile_would_change_is_tried_and_nothing_is_kept() {
    let (mut office, mut boss) = administered().await;
    office.clock.goes_to(at("2026-07-27 09:30")).await;
    boss.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    assert!(boss.get("/rules/whatif").body.contains("选好口径和日期"));
    let before = (office.audited(), boss.get("/rules/whatif?profile=%E9%80%9A%E7%94%A8&since=2026-07-20"));
    let page = before.1.body;
    assert!(page.contains("没有账号的结果会不同") && page.contains("2026-07-27 09:00"), "{page}");
    // A profile that demands nothing in a week.
    std::fs::create_dir_all(office.dir.path().join("profiles")).unwrap();
    office.file("profiles/宽.toml", WIDE);
    let page = boss.get("/rules/whatif?profile=%E5%AE%BD&since=2026-07-20").body;
    assert!(page.contains("个账号的结果会不同") && page.contains("href=\"../account/"), "{page}");
    assert!(page.contains("青禾文旅") && !page.contains("<script"), "{page}");
    let said = office.ok(&["simulate", "--profile", "宽", "--since", "2026-07-20", "--until", "2026-07-27"]);
    assert!(said.contains("青禾文旅"), "{said}");
    for (wish, word) in [
        ("profile=%E5%AE%BD&since=2026-08-01", "还没有到"),
        ("profile=%E5%AE%BD&since=1900-01-01", "请把日期写晚一些"),
        ("profile=%E5%AE%BD&since=", "请写从哪一天起"),
        ("profile=../config&since=2026-07-20", "没有这个检查口径"),
        ("profile=%3Cscript%3E&since=%3Cscript%3E", "请写从哪一天起"),
        ("profile=%E5%AE%BD&since=2026-07-28", "还没有到"),
    ] {
        let page = boss.get(&format!("/rules/whatif?{wish}"));
        assert!(page.status == 422 && page.body.contains(word), "{wish}: {}", page.body);
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
    office.file("profiles/坏.toml", "x = ");
    assert!(boss.get("/rules/whatif?profile=%E5%9D%8F&since=2026-07-20").body.contains("的文件有错误"));
    // Signing in is the one thing that was done.
    assert!(office.audited() <= before.0 + 1);
    office.end().await;
}
