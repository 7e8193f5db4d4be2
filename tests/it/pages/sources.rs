//! 来源: which are well, which are not and why, when a login ends, who was not seen the longest.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{Office, at};
use cuigeng::store::credentials;

/// An account that the site does not know, and a login that ends in five days.
pub(crate) async fn one_is_gone(office: &Office) {
    office.file(
        "没有.csv",
        "账号名称,平台,账号标识,主办单位,来源,来源参数\n青禾<i>旧号,新浪微博,g1,青禾县文旅局,site,gone1\n",
    );
    office.ok(&["account", "import", "没有.csv"]);
    office.run(&["look", "g1"]);
    let (now, end) = (at("2026-07-23 08:50"), at("2026-07-28 08:50"));
    office.store().write(move |tx| credentials::set(tx, "site", "", now, Some(end))).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_say_how_they_stand() {
    let (mut office, _) = administered().await;
    office.ok(&["look", "w1"]);
    let mut reader = joined(&office, "王五", "只读");
    let page = reader.get("/sources").body;
    for said in ["site", "正常", "最久没看成的账号"] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("没看成的账号</caption>"), "{page}");
    let served = reader.get("/list?source=site").body;
    assert!(page.contains("list?source=site\">3<") && served.contains("3 个"), "{page}\n{served}");
    assert!(reader.get("/list?source=other").body.contains("没有符合条件的账号"));
    one_is_gone(&office).await;
    let page = reader.get("/sources").body;
    for said in [
        "部分账号失败（1个）",
        "没看成的账号</caption>",
        "配置或权限有误",
        "订阅服务没有这个地址",
        "从未看成",
        "还有5天",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(page.contains("青禾&lt;i&gt;旧号") && !page.contains("青禾<i>"), "{page}");
    assert!(page.contains("还有5天") && page.contains("class=\"num late\""), "{page}");
    office.file("无.csv", "账号名称,平台\n青禾没有来源,快手\n");
    office.ok(&["account", "import", "无.csv"]);
    assert!(reader.get("/sources").body.contains("list?without=source\">1 个"));
    assert_eq!(Browser::at(office.port).get("/sources").status, 303);
    office.end().await;
}
