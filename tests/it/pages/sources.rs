//! 来源: which are well, which are not and why, when a login ends, who was not seen the longest.

use super::browser::Browser;
use super::{administered, joined};
use crate::answer::office::{EVIL, Office, at};
use cuigeng::clock::Clock;
use cuigeng::plan::Breaker;
use cuigeng::store::{credentials, lanes};
use cuigeng_adapters::{Class, Failure};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_tried_and_nothing_of_it_is_kept() {
    let (mut office, _) = administered().await;
    one_is_gone(&office).await;
    let (mut reader, mut operator) = (joined(&office, "王五", "只读"), joined(&office, "赵六", "操作员"));
    assert!(!reader.get("/sources").body.contains("sources/try"), "no button for a reader");
    let looks = || office.store().read(cuigeng::store::counts::newest).unwrap();
    let before = looks();
    let refused = reader.act("/me", "/sources/try", &[("source", "site")]);
    assert!(refused.status == 403 && refused.body.contains("没有权限"), "{}", refused.body);
    assert_eq!(operator.post("/sources/try", &[("source", "site")]).status, 403, "without a seal");
    assert_eq!(
        operator.saying("Origin: http://evil.example").act("/me", "/sources/try", &[("source", "site")]).status,
        403
    );
    let good = operator.act("/sources", "/sources/try", &[("source", "site")]);
    assert!(good.status == 303 && good.head.contains("location: ../sources"), "{}", good.head);
    let page = operator.get("/sources").body;
    for said in ["试看来源“site”：青禾文旅", "监测：看清，2条", "看清时段：最早 至", "能证明：看到的更新算数"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    // The same in the words of the verb.
    let verb = office.ok(&["source", "test", "site"]);
    assert!(verb.contains("监测　　　看清，2条") && verb.contains("没有保存"), "{verb}");
    operator.act("/sources", "/sources/try", &[("source", "site")]);
    assert!(operator.get("/sources").body.contains("一分钟只试一次"), "sent twice");
    let gone = office.account("g1");
    office.clock.goes_to(office.clock.now().plus(60)).await;
    operator.act("/sources", "/sources/try", &[("source", "site"), ("account", &gone)]);
    let page = operator.get("/sources").body;
    for said in ["监测：失败：配置或权限有误", "办法：订阅服务没有这个地址", "青禾&lt;i&gt;旧号"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("经过：") && !page.contains("<script"), "{page}");
    for odd in [EVIL, "", "../x"] {
        operator.act("/sources", "/sources/try", &[("source", odd)]);
        assert!(operator.get("/sources").body.contains("配置里没有这个来源，没有试"), "{odd}");
    }
    assert_eq!(looks(), before, "nothing is kept, nothing is in the trail");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_rests_is_left_alone() {
    let (mut office, mut boss) = administered().await;
    let now = office.clock.now();
    let cause = Failure::new(Class::Blocked, "captcha").advise("请换一个网络出口");
    let rests = lanes::Standing { breaker: Breaker::resting(cause, now), failed_runs: 0 };
    office.store().write(move |tx| lanes::set(tx, "site", &rests)).unwrap();
    boss.act("/sources", "/sources/try", &[("source", "site")]);
    let page = boss.get("/sources").body;
    assert!(page.contains("休息到2026-07-23 09:50，到时再试。请换一个网络出口"), "{page}");
    office.end().await;
}
