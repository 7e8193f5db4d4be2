//! Posts and attestations from files.

use super::super::{plan_attestations, plan_posts, read_sheets};
use super::{at, bad, book, csv, imported, now, text_rows};
use crate::domain::{Account, PostKind, When};

fn list() -> Vec<Account> {
    let known = imported(
        &[],
        &csv(
            "账号名称,平台,账号标识\n甲,微博,w1\n甲,抖音,d1\n乙,公众号,\n丁,抖音,d4\n丁,抖音,d5\n旧,快手,k1\n共,微博,x1\n别,快手,x1\n",
        ),
        now(),
    );
    imported(&known, &csv("账号名称,平台,账号标识\n新,快手,k1\n"), now())
}

#[test]
fn accounts_by_name_or_by_handle() {
    let known = list();
    let head = "账号名称,平台,账号标识,发布时间\n";
    for (row, want) in [
        ("甲,新浪微博,,2022-06-07", "甲（新浪微博）"),
        ("甲,抖音,,2022-06-07", "甲（抖音）"),
        ("乙,,,2022-06-07", "乙（微信订阅号）"),
        ("乙,微信订阅号,gh_1,2022-06-07", "乙（微信订阅号）"),
        ("d1,,,2022-06-07", "甲（抖音）"),
        (",,w1,2022-06-07", "甲（新浪微博）"),
        ("丁,抖音,d5,2022-06-07", "丁（抖音）"),
        ("旧,快手,,2022-06-07", "新（快手）"),
        ("旧,快手,k1,2022-06-07", "新（快手）"),
        ("共,,x1,2022-06-07", "共（新浪微博）"),
    ] {
        let plan =
            plan_posts(&csv(&format!("{head}{row}\n")), &known, now()).unwrap_or_else(|r| panic!("{row}: {r:?}"));
        let account = known.iter().find(|account| account.id == plan.posts[0].account).unwrap();
        assert_eq!(account.title(), want, "{row}");
    }
    for (row, word) in [
        ("甲,,,2022-06-07", "请填写平台"),
        ("丁,抖音,,2022-06-07", "请填写账号标识"),
        ("甲,快手,,2022-06-07", "不在快手"),
        ("某某,抖音,,2022-06-07", "请先导入台账"),
        ("甲,抖音,w9,2022-06-07", "没有标识为“w9”"),
        ("甲,微博,x1,2022-06-07", "属于“共”"),
        (",,x1,2022-06-07", "几个平台上都有"),
        (",,,2022-06-07", "没有写是哪个账号"),
    ] {
        let told = bad(&plan_posts(&csv(&format!("{head}{row}\n")), &known, now()).unwrap_err());
        assert!(told.len() == 1 && told[0].contains(word), "{row}: {told:?}");
    }
    let near = imported(&known, &csv("账号名称,平台\n兰考县市场监管,抖音\n"), now());
    let told = bad(&plan_posts(&csv(&format!("{head}兰考市场监管,抖音,,2022-06-07\n")), &near, now()).unwrap_err());
    assert!(told[0].contains("是不是“兰考县市场监管（抖音）”"), "{told:?}");
}

#[test]
fn times_as_exactly_as_they_are_written() {
    let known = list();
    for (written, want) in [
        ("2022-06-07 09:05", When::At(at("2022-06-07 09:05"))),
        ("2022-06-07T01:05:00Z", When::At(at("2022-06-07 09:05"))),
        ("2022/6/7", When::Day("2022-06-07".parse().unwrap())),
        ("2022年6月7日9：05", When::At(at("2022-06-07 09:05"))),
        ("1654563900", When::At(at("2022-06-07 09:05"))),
        ("1654563900000", When::At(at("2022-06-07 09:05"))),
        ("2022-06-06 24:00", When::At(at("2022-06-07 00:00"))),
    ] {
        let plan = plan_posts(&csv(&format!("账号,平台,发布时间\n乙,微信,{written}\n")), &known, now()).unwrap();
        assert_eq!(plan.posts[0].post.when, want, "{written}");
    }
    for written in ["", "昨天", "2022-06-31", "2022-06-16 10:01", "2008-12-31 23:59", "2022", "9:05"] {
        let told =
            bad(&plan_posts(&csv(&format!("账号,平台,发布时间\n乙,微信,{written}\n")), &known, now()).unwrap_err());
        assert!(told.len() == 1 && told[0].contains("“发布时间”"), "{written}: {told:?}");
    }
}

#[test]
fn kinds_by_platform() {
    let known = list();
    let usual = PostKind::Post;
    for (platform, word, want) in [
        ("乙,微信", "", Some((PostKind::Notified, false))),
        ("乙,微信", "群发", Some((PostKind::Notified, false))),
        ("乙,微信", "发布", Some((PostKind::Unnotified, false))),
        ("乙,微信", "Unnotified", Some((PostKind::Unnotified, false))),
        ("乙,微信", "转载", Some((PostKind::Notified, true))),
        ("甲,微博", "", Some((usual, false))),
        ("甲,微博", "发布", Some((usual, false))),
        ("甲,微博", "视频", Some((usual, false))),
        ("甲,微博", "转发", Some((usual, true))),
        ("甲,微博", "群发", None),
    ] {
        let plan = plan_posts(&csv(&format!("账号,平台,类型,发布时间\n{platform},{word},2022-06-07\n")), &known, now());
        assert_eq!(plan.ok().map(|p| (p.posts[0].post.kind, p.posts[0].post.repost)), want, "{platform} {word}");
    }
}

#[test]
fn identifiers_that_excel_has_damaged_are_dropped_not_believed() {
    let known = list();
    let bytes = book(|sheet| {
        text_rows(
            sheet,
            &[
                &["作者", "平台", "首次发布时间", "作品名称", "作品ID", "审核状态"],
                &["甲", "抖音", "", "一", "", "通过"],
                &["甲", "抖音", "2022-06-08 10:00", "二", "7.59E+18", "公开"],
                &["甲", "抖音", "2022-06-09 10:00", "三", "7590000000000000003", ""],
                &["甲", "抖音", "2022-06-10 10:00", "四", "7590000000000000004", "私密"],
            ],
        );
        sheet.write_number(1, 2, 44_719.5).unwrap();
        sheet.write_number(1, 4, 7.59e18).unwrap();
    });
    let plan = plan_posts(&read_sheets(&bytes).unwrap(), &known, now()).unwrap();
    let ids: Vec<Option<&str>> = plan.posts.iter().map(|p| p.post.id.as_deref()).collect();
    assert_eq!(ids, [None, None, Some("7590000000000000003")]);
    assert_eq!(plan.posts[0].post.when, When::At(at("2022-06-07 12:00")));
    assert_eq!(plan.hidden, 1);
    assert_eq!(
        plan.remarks,
        [
            "状态是“私密”的1行不算公开发布，没有导入（第5行）",
            "“发布标识”的末尾数字已被 Excel 丢掉，没有采用（第2、3行）"
        ]
    );
}

#[test]
fn articles_of_one_push_are_known_by_their_address() {
    let known = list();
    let text = "账号,平台,发布时间,链接,推送标识\n\
        乙,微信,2022-06-07,http://mp.weixin.qq.com/s?__biz=A&amp;mid=2650001&idx=2&sn=x#rd,\n\
        乙,微信,2022-06-07,https://mp.weixin.qq.com/s/AbC,p9\n";
    let plan = plan_posts(&csv(text), &known, now()).unwrap();
    let keys: Vec<(Option<&str>, Option<&str>)> =
        plan.posts.iter().map(|p| (p.post.id.as_deref(), p.post.push.as_deref())).collect();
    assert_eq!(keys, [(Some("2650001_2"), Some("2650001")), (None, Some("p9"))]);
}

#[test]
fn a_thousand_posts_of_unknown_accounts_are_all_listed() {
    let mut text = String::from("账号名称,平台,发布时间\n甲,抖音,2022-06-07\n");
    (0..1000).for_each(|i| text.push_str(&format!("没有的账号{i},抖音,2022-06-07\n")));
    assert_eq!(bad(&plan_posts(&csv(&text), &list(), now()).unwrap_err()).len(), 1000);
}

#[test]
fn a_person_looked_over_a_span() {
    let known = list();
    let text = "账号名称,平台,起,止,核查人\n甲,抖音,2022-06-06,2022-06-13,李四\n乙,微信,2022-06-06 08:30,,李四\n";
    let plan = plan_attestations(&csv(text), &known, now()).unwrap();
    let spans: Vec<_> = plan.attestations.iter().map(|a| (a.from, a.to, a.by.as_str())).collect();
    assert_eq!(
        spans,
        [(at("2022-06-06 00:00"), at("2022-06-13 00:00"), "李四"), (at("2022-06-06 08:30"), now(), "李四"),]
    );
    assert!(plan.remarks[0].contains("不含那一天"));
    for (row, word) in [
        ("甲,抖音,2022-06-06,2022-06-16,李四", "不能晚于现在"),
        ("甲,抖音,2022-06-06,2022-06-06,李四", "必须早于"),
        ("甲,抖音,2022-06-06,2022-06-13,", "必须填写"),
        ("甲,抖音,,2022-06-13,李四", "时间请写成"),
        ("无,抖音,2022-06-06,2022-06-13,李四", "台账中没有"),
    ] {
        let told =
            bad(&plan_attestations(&csv(&format!("账号名称,平台,起,止,核查人\n{row}\n")), &known, now()).unwrap_err());
        assert!(told.len() == 1 && told[0].contains(word), "{row}: {told:?}");
    }
}
