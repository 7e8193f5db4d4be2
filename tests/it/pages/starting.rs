//! 第一次使用: read off what is kept, so that it can be left and taken up again; acted on by administrators
//! only, each deed once and with its entry; nothing leaves before the last step.

use super::browser::Browser;
use super::{administered, first_in, joined};
use crate::answer::office::{EVIL, Office};

/// The word of each step as its section says it.
fn steps(page: &str) -> Vec<String> {
    let heads = page.split("<span class=\"step ").skip(1);
    heads.map(|head| head.split('"').next().unwrap().to_owned()).collect()
}

async fn bare(mode: &str) -> (Office, Browser) {
    let mut office = Office::bare(mode);
    office.begin().await;
    let browser = first_in(&office);
    (office, browser)
}

const ONE: [(&str, &str); 7] = [
    ("name", "青禾文旅"),
    ("platform", "微博"),
    ("handle", "w1"),
    ("office", "青禾县文旅局"),
    ("mail", "wl@qinghe.example"),
    ("source", "site"),
    ("key", "w1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_off_what_is_kept_and_can_be_left_and_taken_up_again() {
    let (mut office, mut boss) = bare("试运行").await;
    assert_eq!(steps(&boss.get("/start").body), ["done", "next", "open", "open", "read", "read", "open"]);
    assert!(boss.get("/").body.contains("href=\"start\">第一次使用"));
    // In any order, and by whatever way: here a person on the command line tests the mail.
    boss.act("/start", "/start/account", &ONE);
    assert!(boss.get("/start").body.contains("已登记 青禾文旅（新浪微博）"));
    office.ok(&["letters", "test", "clerk@qinghe.example"]);
    assert_eq!(steps(&boss.get("/start").body), ["done", "done", "done", "next", "read", "read", "open"]);
    let line = boss.get("/").body;
    assert!(line.contains("第一次使用</a>还差：第一次核对、开始。"), "{line}");
    // A restart forgets nothing.
    office.end().await;
    office.begin().await;
    let page = boss.get("/start").body;
    assert_eq!(steps(&page), ["done", "done", "done", "done", "read", "read", "next"]);
    assert!(page.contains("看清，2条") && page.contains("最早 至 2026-07-23 08:50"), "{page}");
    assert!(page.contains("wl@qinghe.example</b>") && page.contains("class=\"mail\""), "{page}");
    assert!(page.contains("配置文件里写的是试运行，只能先试运行") && !page.contains("value=\"live\""), "{page}");
    boss.act("/start", "/start/begin", &[("mode", "trial"), ("seen", "1")]);
    let page = boss.get("/start").body;
    assert!(page.contains("已经开始，先试运行") && page.contains("由李四定为试运行"), "{page}");
    assert!(!boss.get("/").body.contains("第一次使用"));
    boss.act("/start", "/start/begin", &[("mode", "trial"), ("seen", "1")]);
    assert!(boss.get("/start").body.contains("已经是试运行，没有变化"), "sent twice");
    let whats: Vec<String> = office.trail().into_iter().map(|(_, what)| what).collect();
    for (what, times) in [("account.import", 1), ("mode", 1)] {
        assert_eq!(whats.iter().filter(|one| *one == what).count(), times, "{what}: {whats:?}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_administrator_sees_what_is_missing_and_changes_nothing() {
    let (mut office, mut boss) = bare("正式").await;
    for (name, rank) in [("王五", "只读"), ("赵六", "操作员")] {
        let mut other = joined(&office, name, rank);
        let page = other.get("/start").body;
        assert!(page.contains("这一页只能看") && page.contains("下一步") && !page.contains("start/begin"), "{page}");
        assert_eq!(page.matches("<form").count(), 1, "signing out alone");
        let before = office.audited();
        for path in ["letter", "skip", "account", "look", "begin", "dismiss"].map(|deed| format!("/start/{deed}")) {
            let form = [("step", "mail"), ("reason", "x"), ("mode", "live"), ("seen", "1"), ("name", name)];
            let refused = other.act("/me", &path, &form);
            assert!(refused.status == 403 && refused.body.contains("没有权限"), "{path}: {}", refused.body);
            assert_eq!(boss.post(&path, &[("seal", "0"), ("reason", "x")]).status, 403, "{path}");
            assert_eq!(boss.saying("Origin: http://evil.example").post(&path, &[("reason", "x")]).status, 403);
        }
        assert_eq!(office.audited(), before);
    }
    assert_eq!(Browser::at(office.port).get("/start").status, 303);
    assert_eq!(Browser::at(office.port).get("/start/sheet").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_by_the_form_is_refused_and_kept_like_a_row_of_a_file() {
    let (mut office, mut boss) = bare("试运行").await;
    let mut bad = ONE;
    bad[0].1 = EVIL;
    bad[4].1 = "no address";
    let refused = boss.act("/start", "/start/account", &bad);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("请改好下面1处") && refused.body.contains("运维邮箱：“no”"), "{}", refused.body);
    assert!(
        refused.body.contains("value=\"no address\"") && !refused.body.contains("<script"),
        "what was typed stands"
    );
    (bad[4].1, bad[5].1) = ("", "else");
    let unknown = boss.act("/start", "/start/account", &bad);
    assert!(unknown.status == 422 && unknown.body.contains("配置文件中没有这个来源"), "{}", unknown.body);
    let blank = boss.act("/start", "/start/account", &[]);
    assert!(blank.status == 422 && blank.body.contains("没有登记"), "{}", blank.body);
    assert_eq!(office.store().read(cuigeng::store::accounts::all).unwrap().len(), 0);
    assert_eq!(boss.act("/start", "/start/account", &ONE).status, 303);
    boss.get("/start");
    let again = boss.act("/start", "/start/account", &ONE);
    assert!(again.status == 422 && again.body.contains("内容一样，没有重复登记"), "{}", again.body);
    let mut other = ONE;
    other[3].1 = "别的单位";
    let other = boss.act("/start", "/start/account", &other);
    assert!(other.status == 422 && other.body.contains("没有改动；要修改请用“导入”"), "{}", other.body);
    let mut evil = ONE;
    (evil[0].1, evil[2].1) = (EVIL, "=HYPERLINK(1)");
    assert_eq!(boss.act("/start", "/start/account", &evil).status, 303);
    let page = boss.get("/start").body;
    assert!(page.contains("已登记 青禾&lt;script&gt;") && !page.contains("<script"), "{page}");
    let imports = office.trail().into_iter().filter(|entry| *entry == ("李四".to_owned(), "account.import".to_owned()));
    assert_eq!(imports.count(), 2);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_left_out_with_a_word_and_the_last_one_waits_for_all() {
    let (mut office, mut boss) = bare("正式").await;
    let begin = [("mode", "live"), ("seen", "1"), ("name", "李四")];
    boss.act("/start", "/start/begin", &begin);
    assert!(boss.get("/start").body.contains("前面的“试发信”“台账”“第一次核对”还没有做"));
    for (form, said) in [
        ([("step", "mail"), ("reason", " ")], "要写一句为什么"),
        ([("step", "list"), ("reason", "x")], "没有说跳过哪一步"),
        ([("step", "mail"), ("reason", EVIL)], "“试发信”先不做"),
        ([("step", "mail"), ("reason", "y")], "已经由李四在2026-07-23 08:50跳过"),
        ([("step", "look"), ("reason", "都由人看，下周一开始")], "“第一次核对”先不做"),
    ] {
        boss.act("/start", "/start/skip", &form);
        let page = boss.get("/start").body;
        assert!(page.contains(said) && !page.contains("<script"), "{said}\n{page}");
    }
    let hand: Vec<(&str, &str)> = ONE[..4].to_vec();
    boss.act("/start", "/start/account", &hand);
    let page = boss.get("/start").body;
    assert_eq!(steps(&page), ["done", "left", "done", "left", "read", "read", "next"]);
    assert!(page.contains("下载上一周的核查表") && page.contains("没有运维邮箱、提醒发不到人的"), "{page}");
    let sheet = boss.get("/start/sheet");
    assert!(
        sheet.status == 200 && sheet.head.contains("attachment; filename=\"sheet-2026-w29.xlsx\""),
        "{}",
        sheet.head
    );
    boss.act("/start", "/start/look", &[]);
    assert!(boss.get("/start").body.contains("没有来源的只能由人看"));
    for (form, said) in [
        ([("mode", "live"), ("seen", ""), ("name", "李四")], "请先看一遍上面的规则和第一封信"),
        ([("mode", "live"), ("seen", "1"), ("name", "张三")], "姓名和您登录的姓名不一样"),
        ([("mode", "x"), ("seen", "1"), ("name", "李四")], "没有说是正式还是试运行"),
        (begin, "已转为正式"),
        (begin, "已经是正式，没有变化"),
    ] {
        boss.act("/start", "/start/begin", &form);
        let page = boss.get("/start").body;
        assert!(page.contains(said), "{said}\n{page}");
    }
    let whats: Vec<String> = office.trail().into_iter().map(|(_, what)| what).collect();
    for (what, times) in [("start.skip", 2), ("mode", 1)] {
        assert_eq!(whats.iter().filter(|one| *one == what).count(), times, "{what}: {whats:?}");
    }
    assert_eq!(office.mail.letters().len(), 0, "nothing was mailed");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_letter_that_is_only_written_into_a_folder_is_not_said_to_be_sent() {
    let mut office = Office::bare("正式");
    let config = std::fs::read_to_string(office.data().with_file_name("config.toml")).unwrap();
    office.file("config.toml", &config.replace("transport = \"smtp\"", "transport = \"folder\""));
    office.begin().await;
    let mut boss = first_in(&office);
    for path in ["/start", "/settings"] {
        office.clock.goes_on(60).await;
        boss.act(path, &format!("{path}/letter"), &[("address", "clerk@qinghe.example")]);
        let page = boss.get(path).body;
        assert!(page.contains("测试信已写成文件（现在的设置不真的发出）。已写入"), "{page}");
        assert!(!page.contains("已发出") && !page.contains("请到收件箱"), "{page}");
    }
    let page = boss.get("/start").body;
    assert!(page.contains("的测试信，已写成文件（现在的设置不真的发出）") && !page.contains("请到收件箱"), "{page}");
    assert!(page.contains("所有的信只写成文件，谁也收不到"), "{page}");
    assert_eq!(office.mail.letters().len(), 0);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_who_wants_no_more_of_it() {
    let (mut office, mut boss) = administered().await;
    let line = "第一次使用</a>还差：试发信、开始。";
    let mut reader = joined(&office, "王五", "只读");
    assert!(boss.get("/").body.contains(line) && reader.get("/").body.contains(line));
    boss.act("/start", "/start/dismiss", &[]);
    assert!(boss.get("/start").body.contains("总览上不再提示第一次使用；"));
    assert!(!boss.get("/").body.contains(line) && !reader.get("/").body.contains(line));
    boss.act("/start", "/start/dismiss", &[]);
    assert!(boss.get("/start").body.contains("已经不再提示，没有改动"), "sent twice");
    boss.act("/start", "/start/dismiss", &[("again", "1")]);
    assert!(boss.get("/start").body.contains("总览上会继续提示还差哪几步"));
    assert!(boss.get("/").body.contains(line));
    let own: Vec<String> =
        office.trail().into_iter().map(|(_, what)| what).filter(|what| what.starts_with("start.")).collect();
    assert_eq!(own, ["start.dismiss", "start.reopen"]);
    office.end().await;
}
