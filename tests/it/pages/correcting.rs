//! 账号: what a person does to one account by the forms of its page: once, by whoever may, with who and
//! when in the audit trail; an old page changes nothing.

use super::browser::Browser;
use super::{administered, checking, joined};
use crate::answer::office::{Office, at};

/// Sends a form of the account's page and gives the page that answers.
fn done(browser: &mut Browser, page: &str, act: &str, form: &[(&str, &str)]) -> String {
    let answer = browser.act(page, &format!("{page}/{act}"), form);
    assert_eq!(answer.status, 303, "{act}: {}", answer.body);
    browser.get(page).body
}

/// What 赵六 has done, in order.
fn deeds(office: &Office) -> Vec<String> {
    office
        .trail()
        .into_iter()
        .filter(|(who, what)| who == "赵六" && !what.starts_with("user."))
        .map(|(_, what)| what)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_has_no_form_and_is_refused_and_no_form_works_without_a_seal() {
    let (mut office, _) = administered().await;
    let page = format!("/account/{}", office.account("j1"));
    let mut reader = joined(&office, "王五", "只读");
    let mut operator = joined(&office, "赵六", "操作员");
    let shown = reader.get(&page).body;
    assert!(shown.contains("监测与办理") && !shown.contains("<form method=\"post\" action=\"1"), "{shown}");
    let before = office.audited();
    for act in ["look", "post", "attest", "withdraw", "silence", "expire", "state"] {
        let refused = reader.act("/me", &format!("{page}/{act}"), &[]);
        assert!(refused.status == 403 && refused.body.contains("没有权限"), "{act}: {}", refused.body);
        assert_eq!(operator.post(&format!("{page}/{act}"), &[]).status, 403, "{act}");
        assert_eq!(operator.get(&format!("{page}/{act}")).status, 405, "{act}");
        let nobody = operator.act("/me", &format!("/account/999/{act}"), &[]);
        assert_eq!(nobody.status, 303, "{act}: {}", nobody.body);
        assert!(operator.get("/").body.contains("台账里没有这个账号"), "{act}");
    }
    assert_eq!(office.audited(), before);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_asked_for_is_made_by_the_daemon_within_a_minute() {
    let (mut office, _) = administered().await;
    checking::alone(&office);
    let page = format!("/account/{}", office.account("j1"));
    let mut operator = joined(&office, "赵六", "操作员");
    office.clock.goes_to(at("2026-07-23 08:52")).await;
    office.posted("j1", "2026-07-23 08:51");
    assert!(!operator.get(&page).body.contains("2026-07-23 08:51"));
    let said = done(&mut operator, &page, "look", &[]);
    assert!(said.contains("已经排上，马上就看"), "{said}");
    // However often somebody asks, a source is asked once a minute at most.
    office.clock.goes_to(at("2026-07-23 08:53")).await;
    let said = operator.get(&page).body;
    assert!(said.contains("来源 site：<span class=\"num\">2026-07-23 08:53</span> 看清，3 条"), "{said}");
    assert!(said.contains("2026-07-23 08:51"), "{said}");
    let alone = format!("/account/{}", office.account("gh_qinghejy"));
    let shown = operator.get(&alone).body;
    assert!(shown.contains("没有来源，系统看不了") && !shown.contains("/look\""), "{shown}");
    assert!(done(&mut operator, &alone, "look", &[]).contains("这个账号没有来源"));
    assert_eq!(deeds(&office), ["look.ask"]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_somebody_saw_counts_once() {
    let (mut office, _) = administered().await;
    let page = format!("/account/{}", office.account("j1"));
    let mut operator = joined(&office, "赵六", "操作员");
    let post = [("day", "2026-07-22"), ("time", "10:26"), ("title", "防汛提示<b>"), ("url", "https://weibo.com/1/A")];
    for (wrong, why) in [
        (vec![("day", "2026-08-01"), ("title", "x")], "发布时间在未来"),
        (vec![("day", ""), ("title", "x")], "请写明发布时间，写成 2026-11-29 08:30"),
        (vec![("day", "2026-07-22"), ("url", "javascript:alert(1)")], "看不懂链接"),
        (vec![("day", "2026-07-22"), ("kind", "视频")], "没有“视频”这种类型"),
    ] {
        let said = done(&mut operator, &page, "post", &wrong);
        assert!(said.contains(why), "{why}\n{said}");
    }
    let said = done(&mut operator, &page, "post", &post);
    assert!(said.contains("已补录2026-07-22 10:26的发布") && said.contains("防汛提示&lt;b&gt;"), "{said}");
    assert!(said.contains("看到 / 应有\">1 / 2"), "{said}");
    assert!(done(&mut operator, &page, "post", &post).contains("没有重复登记"));
    assert_eq!(deeds(&office), ["post.add", "post.add"]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_is_attested_once_and_taken_back_by_its_own_page_only() {
    let (mut office, mut boss) = administered().await;
    checking::alone(&office);
    let page = format!("/account/{}", office.account("gh_qinghejy"));
    let mut operator = joined(&office, "赵六", "操作员");
    let span = [("day", "2026-07-13"), ("to-day", "2026-07-20"), ("newest", "0"), ("seen", "1")];
    for (wrong, why) in [
        (&span[..3], "请先看过"),
        (&[("day", "2026-07-13"), ("to-day", "2026-08-01"), ("seen", "1")][..], "“到哪天”不能晚于现在"),
        (&[("day", "2026-07-20"), ("to-day", "2026-07-13"), ("seen", "1")][..], "“从哪天”必须早于“到哪天”"),
        (&[("day", "昨天"), ("seen", "1")][..], "看不懂开始时间"),
    ] {
        let said = done(&mut operator, &page, "attest", wrong);
        assert!(said.contains(why), "{why}\n{said}");
    }
    let said = done(&mut operator, &page, "attest", &span);
    assert!(said.contains("已登记人工核查：2026-07-13 00:00 至 2026-07-20 00:00"), "{said}");
    assert!(said.contains("未监测到足够更新"), "{said}");
    assert!(done(&mut operator, &page, "attest", &span).contains("刚才已由赵六登记过一次核查"));
    let number = said.split("name=\"number\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let other = format!("/account/{}", office.account("j1"));
    assert!(done(&mut boss, &other, "withdraw", &[("number", &number)]).contains("没有编号为"));
    assert!(done(&mut operator, &page, "withdraw", &[("number", &number)]).contains("已撤回核查"));
    assert!(done(&mut operator, &page, "withdraw", &[("number", &number)]).contains("尚未撤回"));
    assert_eq!(deeds(&office), ["attest", "attest.withdraw"]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_has_a_reason_and_an_end_and_is_ended_once() {
    let (mut office, _) = administered().await;
    let page = format!("/account/{}", office.account("j1"));
    let mut operator = joined(&office, "赵六", "操作员");
    for (wrong, why) in [
        ([("until", "2026-07-30"), ("reason", " ")], "要写明理由"),
        ([("until", "2026-07-01"), ("reason", "机房搬迁")], "到期时间 2026-07-01 已经过去了"),
        ([("until", "2028-07-01"), ("reason", "机房搬迁")], "静默最长一年"),
    ] {
        let said = done(&mut operator, &page, "silence", &wrong);
        assert!(said.contains(why), "{why}\n{said}");
    }
    let wish = [("until", "2026-07-30"), ("reason", "机房搬迁<i>"), ("recovered", "1")];
    let said = done(&mut operator, &page, "silence", &wish);
    assert!(
        said.contains("已静默到2026-07-31 00:00，恢复更新后提前结束") && said.contains("机房搬迁&lt;i&gt;"),
        "{said}"
    );
    assert!(said.contains("结束静默"), "{said}");
    assert!(done(&mut operator, &page, "silence", &wish).contains("已经静默到"));
    let number = said.split("name=\"number\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(done(&mut operator, &page, "expire", &[("number", &number)]).contains("静默已结束"));
    assert!(done(&mut operator, &page, "expire", &[("number", &number)]).contains("或它已经结束"));
    assert_eq!(deeds(&office), ["silence.add", "silence.end"]);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_paused_and_resumed_from_then_on() {
    let (mut office, mut boss) = administered().await;
    let page = format!("/account/{}", office.account("j1"));
    let mut operator = joined(&office, "赵六", "操作员");
    let pause = [("shown", "running"), ("state", "paused"), ("reason", "机构改革")];
    assert!(done(&mut operator, &page, "state", &[pause[0], pause[1], ("reason", "")]).contains("要写明理由"));
    assert!(done(&mut operator, &page, "state", &[pause[0], ("state", "gone"), pause[2]]).contains("没有这种状态"));
    let said = done(&mut operator, &page, "state", &pause);
    assert!(said.contains("青禾交通（新浪微博）：正常运行改为暂停") && said.contains("恢复或改状态"), "{said}");
    assert!(said.contains("不参评"), "{said}");
    assert!(done(&mut operator, &page, "state", &pause).contains("已经是“暂停”"));
    let late = [("shown", "running"), ("state", "closing"), ("reason", "关停")];
    assert!(done(&mut boss, &page, "state", &late).contains("刚才已经改为“暂停”"));
    assert!(done(&mut operator, &page, "look", &[]).contains("账号暂停，不监测"));
    office.clock.goes_to(at("2026-07-23 08:55")).await;
    let said = done(&mut operator, &page, "state", &[("shown", "paused"), ("state", "running"), ("reason", "恢复")]);
    assert!(said.contains("暂停改为正常运行"), "{said}");
    // The check before it was held while it ran: that one still says what it said.
    assert!(said.contains("未监测到足够更新"), "{said}");
    assert_eq!(deeds(&office), ["account.state", "account.state"]);
    office.end().await;
}
