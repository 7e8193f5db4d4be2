//! 设置: users, links of offices, the mode and a test letter; by administrators only, each with its entry.

use super::browser::Browser;
use super::{PASSWORD, administered, first_in, joined};
use crate::answer::office::{EVIL, Office};

/// The link that a page shows this once, from the slash on.
fn once(page: &str) -> String {
    let link = page.split("class=\"once\">").nth(1).unwrap_or_else(|| panic!("no link\n{page}"));
    let link = link.split('<').next().unwrap().replace("&#x2f;", "/");
    format!("/{}", link.splitn(4, '/').nth(3).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_administrator_sees_it_and_changes_nothing() {
    let (mut office, _) = administered().await;
    for (name, rank) in [("王五", "只读"), ("赵六", "操作员")] {
        let mut other = joined(&office, name, rank);
        let page = other.get("/settings").body;
        assert!(page.contains("李四") && page.contains("试运行") && !page.contains("settings/user\""), "{page}");
        let before = office.audited();
        for path in [
            "/settings/user",
            "/settings/user/rank",
            "/settings/user/link",
            "/settings/user/disable",
            "/settings/office",
            "/settings/office/revoke",
            "/settings/mode",
            "/settings/letter",
        ] {
            let refused = other.act("/settings", path, &[("name", "李四"), ("rank", "只读"), ("mode", "live")]);
            assert!(refused.status == 403 && refused.body.contains("没有权限"), "{path}: {}", refused.body);
            assert_eq!(other.post(path, &[("seal", "0"), ("name", "李四")]).status, 403, "{path}");
        }
        assert_eq!(office.audited(), before);
    }
    assert_eq!(Browser::at(office.port).get("/settings").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_gets_a_link_that_is_shown_once() {
    let (mut office, mut boss) = administered().await;
    let form = [("name", "  王 五 "), ("rank", "操作员")];
    assert_eq!(boss.act("/settings", "/settings/user", &form).status, 303);
    let page = boss.get("/settings").body;
    assert!(page.contains("已登记“王 五”（操作员）") && page.contains("还没有设密码"), "{page}");
    let link = once(&page);
    assert!(!boss.get("/settings").body.contains("class=\"once\""), "shown once");
    // Sent twice, it is done once and says so.
    boss.act("/settings", "/settings/user", &form);
    assert!(boss.get("/settings").body.contains("已经有叫“王 五”的用户"));
    let mut guest = Browser::at(office.port);
    assert_eq!(guest.post(&link, &[("password", PASSWORD), ("again", PASSWORD)]).status, 303);
    assert!(guest.get("/list").body.contains("王 五"));
    // Another rank holds at once; the same again says so.
    boss.act("/settings", "/settings/user/rank", &[("name", "王 五"), ("rank", "只读")]);
    assert!(boss.get("/settings").body.contains("“王 五”现在是只读"));
    boss.act("/settings", "/settings/user/rank", &[("name", "王 五"), ("rank", "只读")]);
    assert!(boss.get("/settings").body.contains("已经是只读"));
    assert_eq!(guest.act("/me", "/list/import/apply", &[]).status, 403);
    // Disabled: out at once, and no new link.
    boss.act("/settings", "/settings/user/disable", &[("name", "王 五")]);
    assert!(boss.get("/settings").body.contains("“王 五”已停用"));
    assert_eq!(guest.get("/list").status, 303);
    boss.act("/settings", "/settings/user/link", &[("name", "王 五")]);
    assert!(boss.get("/settings").body.contains("请先恢复"));
    boss.act("/settings", "/settings/user/enable", &[("name", "王 五")]);
    boss.get("/settings");
    boss.act("/settings", "/settings/user/link", &[("name", "王 五")]);
    let again = once(&boss.get("/settings").body);
    assert_eq!(guest.post(&again, &[("password", PASSWORD), ("again", PASSWORD)]).status, 303);
    // The last administrator stays one.
    for (path, rank) in [("/settings/user/disable", ""), ("/settings/user/rank", "只读")] {
        boss.act("/settings", path, &[("name", "李四"), ("rank", rank)]);
        assert!(boss.get("/settings").body.contains("最后一个管理员"), "{path}");
    }
    let odd = [("name", EVIL), ("rank", "只读")];
    boss.act("/settings", "/settings/user", &odd);
    assert!(!boss.get("/settings").body.contains("<script"));
    boss.act("/settings", "/settings/user", &[("name", "x"), ("rank", "root")]);
    assert!(boss.get("/settings").body.contains("请选一种权限"));
    let whats: Vec<String> =
        office.trail().into_iter().filter(|(who, _)| who == "李四").map(|(_, what)| what).collect();
    for what in ["user.add", "user.role", "user.disable", "user.enable", "user.link"] {
        assert!(whats.iter().any(|one| one == what), "{what}: {whats:?}");
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_gets_a_link_and_loses_it() {
    let (mut office, mut boss) = administered().await;
    boss.act("/settings", "/settings/office", &[("office", "青禾县文旅局")]);
    let page = boss.get("/settings").body;
    let link = once(&page);
    assert!(page.contains("只看得到它主办的账号"), "{page}");
    assert!(Browser::at(office.port).get(&link).body.contains("青禾文旅"));
    boss.act("/settings", "/settings/office/revoke", &[("office", "青禾县文旅局")]);
    assert!(boss.get("/settings").body.contains("只读链接已作废"));
    assert_eq!(Browser::at(office.port).get(&link).status, 404);
    boss.act("/settings", "/settings/office/revoke", &[("office", "青禾县文旅局")]);
    assert!(boss.get("/settings").body.contains("没有有效的只读链接"));
    boss.act("/settings", "/settings/office", &[("office", "别的单位")]);
    assert!(boss.get("/settings").body.contains("台账中没有主办单位"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_letter_says_the_servers_own_words() {
    let (mut office, mut boss) = administered().await;
    boss.act("/settings", "/settings/letter", &[("address", "clerk@qinghe.example")]);
    let page = boss.get("/settings").body;
    assert!(page.contains("测试信已发出。服务器答复：250"), "{page}");
    assert!(office.mail.letters().iter().any(|raw| raw.contains("To: clerk@qinghe.example")));
    boss.act("/settings", "/settings/letter", &[("address", "no address")]);
    assert!(boss.get("/settings").body.contains("没有发信"));
    assert!(office.trail().contains(&("李四".to_owned(), "letter.test".to_owned())));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_reach_the_offices_only_once_a_named_person_says_so() {
    let (mut office, mut boss) = administered().await;
    let page = boss.get("/settings").body;
    assert!(page.contains("配置文件里写的是试运行") && !page.contains("settings/mode"), "{page}");
    boss.act("/settings", "/settings/mode", &[("mode", "live"), ("name", "李四")]);
    assert!(boss.get("/settings").body.contains("没有切换"));
    office.end().await;
    let mut office = Office::closed("正式");
    office.begin().await;
    let mut boss = first_in(&office);
    assert!(boss.get("/settings").body.contains("class=\"tag live\">正式"));
    boss.act("/settings", "/settings/mode", &[("mode", "trial"), ("name", "张三")]);
    assert!(boss.get("/settings").body.contains("姓名和您登录的姓名不一样"));
    boss.act("/settings", "/settings/mode", &[("mode", "trial"), ("name", "李四")]);
    let page = boss.get("/settings").body;
    assert!(page.contains("已转回试运行") && page.contains("转为正式"), "{page}");
    boss.act("/settings", "/settings/mode", &[("mode", "trial"), ("name", "李四")]);
    assert!(boss.get("/settings").body.contains("已经是试运行，没有变化"));
    boss.act("/settings", "/settings/mode", &[("mode", "live"), ("name", "李四")]);
    assert!(boss.get("/settings").body.contains("已转为正式"));
    let modes: Vec<_> = office.trail().into_iter().filter(|(_, what)| what == "mode").collect();
    assert_eq!(modes.iter().map(|(who, _)| who.as_str()).collect::<Vec<_>>(), ["张三", "李四", "李四"]);
    office.end().await;
}
