//! 设置, 备份: seen by all, made by administrators; and what a restore holds back, let go on 发件箱.

use super::browser::Browser;
use super::{administered, first_in, joined};
use crate::answer::office::{EVIL, Office, at};
use cuigeng::backup::restore::restore;
use cuigeng::clock::Clock;
use cuigeng::store::swap::Alone;

const NAME: &str = "cuigeng-20260723T085000.db";

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_one_and_nobody_else() {
    let (mut office, mut boss) = administered().await;
    let page = boss.get("/settings").body;
    assert!(page.contains("还没有备份，第一次在2026-07-24 02:30") && page.contains("立即备份"), "{page}");
    for (name, rank) in [("王五", "只读"), ("赵六", "操作员")] {
        let mut other = joined(&office, name, rank);
        let page = other.get("/settings").body;
        assert!(page.contains("还没有备份，第一次在") && !page.contains("立即备份"), "{page}");
        let before = office.audited();
        assert_eq!(other.act("/settings", "/settings/backup", &[]).status, 403);
        assert_eq!(office.audited(), before);
    }
    assert_eq!(Browser::at(office.port).post("/settings/backup", &[]).status, 403, "nobody has signed in");
    assert_eq!(boss.post("/settings/backup", &[("seal", "0")]).status, 403, "forged");
    assert!(!office.data().join("backups").exists());
    assert_eq!(boss.act("/settings", "/settings/backup", &[]).status, 303);
    let page = boss.get("/settings").body;
    assert!(page.contains(&format!("已备份并检验：{NAME}")) && page.contains("mark good\">检验过"), "{page}");
    assert!(page.contains("最近一次备份在2026-07-23 08:50，已检验"), "{page}");
    boss.act("/settings", "/settings/backup", &[]);
    assert!(boss.get("/settings").body.contains("刚刚备份过一次"), "sent twice, it is done once");
    let made = office.trail().into_iter().filter(|(_, what)| what == "backup.make").collect::<Vec<_>>();
    assert_eq!(made, [("李四".to_owned(), "backup.make".to_owned())]);
    assert!(boss.get("/audit").body.contains("备份数据库"));
    // Nobody gets the file by an address.
    for path in
        [format!("/settings/backup/{NAME}"), format!("/backups/{NAME}"), format!("/reports/file/../../backups/{NAME}")]
    {
        assert_ne!(boss.get(&path).status, 200, "{path}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_one_stands_on_every_page() {
    let (mut office, mut boss) = administered().await;
    boss.act("/settings", "/settings/backup", &[]);
    let file = office.data().join("backups").join(NAME);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(office.refused(&["backup", "verify", NAME]).contains("不能用"));
    for page in ["/settings", "/list", "/outbox"] {
        let page = boss.get(page).body;
        assert!(page.contains(&format!("最近的备份 {NAME} 没有通过检验")), "{page}");
    }
    assert!(boss.get("/settings").body.contains("mark failed\">已损坏"));
    office.clock.goes_to(at("2026-07-23 09:30")).await;
    boss.act("/settings", "/settings/backup", &[]);
    assert!(!boss.get("/list").body.contains("没有通过检验"), "another one is sound");
    office.end().await;
}

/// An office whose database was put back to before Thursday's letters, its daemon at work.
pub(super) async fn put_back() -> Office {
    let mut office = Office::open("正式").await;
    office.ok(&["backup", "--to", "cuigeng-20260723T085000.db"]);
    office.letters_leave().await;
    office.end().await;
    while Alone::take(&office.data()).is_err() {
        std::thread::yield_now();
    }
    restore(&office.data(), &office.dir.path().join(NAME), "张三", office.clock.now()).unwrap();
    office.begin().await;
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_after_a_restore_is_seen_and_let_go_by_whoever_may() {
    let mut office = put_back().await;
    let sent = office.mail.letters().len();
    let mut boss = first_in(&office);
    let (mut reader, mut operator) = (joined(&office, "王五", "只读"), joined(&office, "赵六", "操作员"));
    let page = reader.get("/outbox").body;
    assert!(
        page.contains("从备份恢复，除测试信外都没有发出")
            && page.contains("mark problem\">可能已发")
            && !page.contains("看过了，放行"),
        "{page}"
    );
    assert!(!page.contains("<script") && page.contains("由张三用2026-07-23 08:50的备份恢复"), "{page}");
    assert_eq!(reader.act("/outbox", "/outbox/release", &[]).status, 403);
    assert!(boss.get("/list").body.contains("恢复，除测试信外都没有发出，有"), "a banner on every page");
    // What was seen must be what waits.
    let stale = [("letters", "1"), ("doubted", "1"), ("newest", "1")];
    operator.act("/outbox", "/outbox/release", &stale);
    assert!(operator.get("/outbox").body.contains("没有放行；请再看一遍"));
    let page = operator.get("/outbox").body;
    let field = |name: &str| {
        page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let seen = ["letters", "doubted", "newest"].map(|name| (name, field(name)));
    let form: Vec<(&str, &str)> = seen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    office.clock.goes_on(5).await;
    assert_eq!(office.mail.letters().len(), sent);
    operator.act("/outbox", "/outbox/release", &form);
    let page = operator.get("/outbox").body;
    assert!(page.contains("已放行，待发的") && !page.contains("除测试信外都没有发出"), "{page}");
    operator.act("/outbox", "/outbox/release", &form);
    assert!(operator.get("/outbox").body.contains("没有压着的信"));
    office.clock.goes_on(60).await;
    assert!(office.mail.letters().len() > sent);
    assert!(office.trail().contains(&("赵六".to_owned(), "letter.release".to_owned())));
    assert!(!boss.get("/list").body.contains(EVIL));
    office.end().await;
}
