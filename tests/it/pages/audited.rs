//! 审计: the trail, newest first, searched by its address, in a clerk's words; a broken chain is said.

use super::browser::Browser;
use super::{administered, joined};

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_told_in_words_and_searched_by_who_what_and_day() {
    let (mut office, mut boss) = administered().await;
    let mut reader = joined(&office, "王五", "只读");
    office.file("改.csv", "账号名称,平台,账号标识\n<b>青禾</b>文旅,新浪微博,w1\n");
    office.ok(&["account", "import", "改.csv", "--by", "赵六"]);
    let page = reader.get("/audit").body;
    for said in ["前后连贯", "导入台账", "账号更名", "登记用户", "赵六", "登录", "末条校验码", "2026-07-23"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(
        !page.contains("account.rename</td>") && !page.contains("<b>青禾") && page.contains("&lt;b&gt;青禾"),
        "{page}"
    );
    assert!(page.find("账号更名</td>").unwrap() < page.find("登记用户</td>").unwrap(), "newest first");
    let rename = reader.get("/audit?what=account.rename&who=%E8%B5%B5%E5%85%AD").body;
    assert!(rename.contains("1 条") && !rename.contains("<td data-is=\"做了什么\">登记用户"), "{rename}");
    // Verbs ask this machine's clock, pages the daemon's.
    let day = reader.get("/audit?day=2026-07-23").body;
    assert!(day.contains("改密码</td>") && !day.contains("账号更名</td>"), "{day}");
    assert!(reader.get("/audit?day=2026-07-22").body.contains("没有符合条件的记录"));
    assert!(reader.get("/audit?day=%3Cscript%3E").body.contains("看不懂日期“&lt;script&gt;”"));
    assert!(reader.get("/audit?who=%27%20OR%201%3D1--").body.contains("没有符合条件的记录"));
    for _ in 0..30 {
        office.ok(&["user", "role", "王五", "操作员", "--by", "李四"]);
        office.ok(&["user", "role", "王五", "只读", "--by", "李四"]);
    }
    let first = boss.get("/audit").body;
    let older = first.split("href=\"").find(|part| part.starts_with("?before=")).expect(&first);
    let older = older.split('"').next().unwrap();
    let page = boss.get(&format!("/audit{older}")).body;
    assert!(page.contains("回到最新") && page.contains("导入台账") && !page.contains("更早的"), "{page}");
    assert_eq!(Browser::at(office.port).get("/audit").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_chain_is_said_with_its_number() {
    let (mut office, mut boss) = administered().await;
    office.ok(&["user", "add", "王五", "--role", "只读", "--by", "李四"]);
    assert!(boss.get("/audit").body.contains("前后连贯"));
    let conn = rusqlite::Connection::open(office.data().join("cuigeng.db")).unwrap();

    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for name in triggers {
        conn.execute_batch(&format!("DROP TRIGGER \"{name}\"")).unwrap();
    }
    conn.execute("UPDATE audit SET who = '张三' WHERE id = 2", []).unwrap();
    let page = boss.get("/audit").body;
    assert!(page.contains("第 2 条对不上") && page.contains("class=\"broken\""), "{page}");
    office.end().await;
}
