//! What the owners of accounts export, and what collectors write.

use super::super::{LeftOut, PostPlan, csv_bytes, plan_posts, plan_posts_of, read_sheets};
use super::{at, bad, book, csv, imported, now, text_rows};
use crate::domain::{Account, Moment, When};
use encoding_rs::GB18030;

fn list() -> Vec<Account> {
    imported(&[], &csv("账号名称,平台,账号标识\n通许应急,抖音,d1\n通许应急,微博,\n竖岗镇,抖音,d2\n"), now())
}

/// The plan of a file that is the first account's.
fn plan(bytes: &[u8]) -> Result<PostPlan, Vec<String>> {
    let known = list();
    let sheets = read_sheets(bytes).map_err(|refusal| bad(&refusal))?;
    plan_posts_of(&sheets, &known, Some(&known[0]), now()).map_err(|refusal| bad(&refusal))
}

fn times(plan: &PostPlan) -> Vec<(When, &str)> {
    plan.posts.iter().map(|planned| (planned.post.when, planned.post.title.as_str())).collect()
}

#[test]
fn a_file_without_an_account_column_needs_the_account() {
    let text = "作品列表\n作品名称,发布时间\n防汛提示,2022-06-07 09:05\n";
    let known = list();
    let told = bad(&plan_posts(&csv(text), &known, now()).unwrap_err());
    assert!(told[0].contains("表头（第2行）") && told[0].contains("--account"), "{told:?}");
    let plan = plan(text.as_bytes()).unwrap();
    assert_eq!(plan.posts[0].account, known[0].id);
    assert_eq!(times(&plan), [(When::At(at("2022-06-07 09:05")), "防汛提示")]);
}

#[test]
fn rows_of_another_account_are_bad() {
    let head = "昵称,平台,账号标识,发布时间\n";
    for own in ["通许应急,,", ",,", "通许应急,抖音,d1", "d1,,", ",抖音,", ",,d1"] {
        let rows = format!("{head}{own},2022-06-07 09:05\n");
        assert_eq!(plan(rows.as_bytes()).unwrap().posts.len(), 1, "{own}");
    }
    for other in ["竖岗镇,,", "通许应急,微博,", ",,d2", "没有的,,"] {
        let told = plan(format!("{head},,,2022-06-07 09:05\n{other},2022-06-07\n").as_bytes()).unwrap_err();
        assert!(told.len() == 1 && told[0].contains("第3行") && told[0].contains("通许应急（抖音）"), "{told:?}");
    }
}

#[test]
fn the_exports_of_the_platforms() {
    let douyin = "作品名称,发布时间,体裁,审核状态,播放量,完播率,粉丝增量\n\
        防汛提示,2022/6/7 9:05,视频,通过,12,0.5,1\n夏收安全,2022-06-08 10:00:01,图文,公开,1,,\n内部,2022-06-09 10:00,视频,私密,,,\n";
    let xiaohongshu = "笔记标题,首次发布时间,体裁,观看量,点赞\n防汛提示,2022年6月7日9:05,图文,3,1\n";
    let wechat = "标题\t发表时间\t链接\t是否置顶\n防汛提示\t1654563900\thttps://mp.weixin.qq.com/s/AbC\t是\n";
    let english = "TITLE,Publish_Time,IS_TOP,url\n防汛提示,2022-06-07T01:05:00Z,1,https://x.example/1\n";
    let first = (When::At(at("2022-06-07 09:05")), "防汛提示");
    for (text, count, pinned) in [(douyin, 2, false), (xiaohongshu, 1, false), (wechat, 1, true), (english, 1, true)] {
        for bytes in [text.as_bytes().to_vec(), GB18030.encode(text).0.into_owned()] {
            let plan = plan(&bytes).unwrap();
            assert_eq!((times(&plan)[0], plan.posts.len()), (first, count), "{text}");
            assert_eq!(plan.posts[0].post.pinned, pinned, "{text}");
        }
    }
}

#[test]
fn statuses_that_are_known_to_hide_and_statuses_that_nobody_knows() {
    let rows = ["公开", "已发布", "通过", "", "私密", "仅自己可见", "审核中", "未通过", "已删除", "限流", "限流"];
    let rows: Vec<String> = rows.iter().map(|status| format!("x,2022-06-07,{status}\n")).collect();
    let plan = plan(format!("标题,发布时间,状态\n{}", rows.concat()).as_bytes()).unwrap();
    assert_eq!((plan.posts.len(), plan.hidden, plan.left_out.len()), (4, 7, 6));
    let unknown: Vec<&LeftOut> = plan.left_out.iter().filter(|left| !left.known).collect();
    assert_eq!(unknown, [&LeftOut { status: "限流".to_owned(), rows: 2, known: false }]);
    let remark = plan.remarks.iter().find(|remark| remark.contains("限流")).unwrap();
    assert!(remark.contains("不认识状态") && remark.contains("第11、12行"), "{remark}");
    assert_eq!(plan.remarks.iter().filter(|remark| remark.contains("不算公开发布")).count(), 5);
}

/// As a collector writes it: one object a line, the id also as a number, one row twice.
const LINES: &str = concat!(
    r#"{"aweme_id":"7590000000000000001","aweme_type":"0","title":"防汛,提示","desc":"长文","create_time":1654563900,"creator_hash":"0123456789abcdef","aweme_url":"https://www.douyin.com/video/7590000000000000001","liked_count":"2","source_keyword":""}"#,
    "\n\n",
    r#"{"aweme_id":7590000000000000002,"title":"夏收安全","desc":"","create_time":1654650300,"creator_hash":"0123456789abcdef","aweme_url":"https://www.douyin.com/video/7590000000000000002","liked_count":null,"source_keyword":"","tags":["a"]}"#,
    "\n",
    r#"{"aweme_id":"7590000000000000001","title":"防汛,提示","desc":"长文","create_time":1654563900,"creator_hash":"0123456789abcdef","aweme_url":"https://www.douyin.com/video/7590000000000000001","liked_count":"3","source_keyword":""}"#,
    "\n"
);

#[test]
fn json_lines_an_array_and_their_twin_in_csv_are_the_same_posts() {
    let row = |n: &str, title: &str, desc: &str, time: &str| {
        let id = format!("759000000000000000{n}");
        let url = format!("https://www.douyin.com/video/{id}");
        [&id, title, desc, time, "0123456789abcdef", &url].map(str::to_owned).to_vec()
    };
    let first = row("1", "防汛,提示", "长文", "1654563900");
    let heading = ["aweme_id", "title", "desc", "create_time", "creator_hash", "aweme_url"].map(str::to_owned);
    let twin = csv_bytes(&[heading.to_vec(), first.clone(), row("2", "夏收安全", "", "1654650300"), first]);
    assert!(twin.starts_with(&[0xef, 0xbb, 0xbf]));
    let array = format!("[{}]", LINES.trim().replace("\n\n", "\n").replace('\n', ",\n "));
    let lines = plan(LINES.as_bytes()).unwrap();
    let want = [(When::At(at("2022-06-07 09:05")), "防汛,提示"), (When::At(at("2022-06-08 09:05")), "夏收安全")];
    assert_eq!(times(&lines), want);
    assert_eq!(lines.posts[1].post.id.as_deref(), Some("7590000000000000002"));
    assert!(lines.remarks.iter().any(|remark| remark.contains("同一条发布") && remark.contains("第4行")));
    assert!(lines.remarks.iter().any(|remark| remark.contains("不认识的列") && remark.contains("creator_hash")));
    for bytes in [twin, array.into_bytes(), format!("\u{feff}{LINES}").into_bytes()] {
        assert_eq!(plan(&bytes).unwrap().posts, lines.posts, "{}", String::from_utf8_lossy(&bytes));
    }
    let known = list();
    let told = bad(&plan_posts(&read_sheets(LINES.as_bytes()).unwrap(), &known, now()).unwrap_err());
    assert!(told[0].contains("--account") && !told[0].contains("第0行"), "{told:?}");
}

#[test]
fn json_that_is_broken_is_named_by_its_line() {
    for (text, word) in [
        ("{\"create_time\":1654563900}\n{\"create_time\":", "第2行"),
        ("[{\"create_time\":1654563900},\n{\"create_time\":1654650300}", "没有写完"),
        ("[\n]", "一条记录也没有"),
        ("{\"create_time\":1654563900}\n[1]\n", "第2行"),
        ("{\"when\":1654563900}\n", "发布时间"),
        ("{\"create_time\":\"昨天\"}\n\n{\"create_time\":1654563900}\n", "第1行"),
        ("[{\"create_time\":1654563900},{\"create_time\":\"昨天\"}]", "第2行"),
        ("{\"create_time\":1654563900,\"publish_time\":1}\n", "只保留一列"),
    ] {
        let told = plan(text.as_bytes()).unwrap_err();
        assert!(told.len() == 1 && told[0].contains(word), "{text}: {told:?}");
    }
    let lost = plan(b"{\"create_time\":1654563900,\"id\":7.59e18,\"title\":\"x\"}").unwrap();
    assert_eq!(lost.posts[0].post.id, None);
    assert!(lost.remarks[0].contains("丢掉"), "{:?}", lost.remarks);
}

#[test]
fn a_workbook_in_the_format_before_2007() {
    let plan = plan(include_bytes!("../../../tests/data/works.xls")).unwrap();
    let day = When::Day("2022-06-08".parse().unwrap());
    let want = [
        (When::At(at("2022-06-07 09:05")), "防汛提示"),
        (day, "夏收安全"),
        (When::At(at("2022-06-08 12:00")), "高考护航"),
    ];
    assert_eq!(times(&plan), want);
    let ids: Vec<Option<&str>> = plan.posts.iter().map(|p| p.post.id.as_deref()).collect();
    assert_eq!(ids, [Some("7590000000000000001"), None, None]);
    assert!(plan.remarks.iter().any(|remark| remark.contains("“私密”") && remark.contains("第6行")), "{plan:?}");
    assert!(plan.remarks.iter().any(|remark| remark.contains("丢掉") && remark.contains("第5行")), "{plan:?}");
}

#[test]
fn serial_numbers_and_days_of_a_workbook() {
    let bytes = book(|sheet| {
        text_rows(sheet, &[&["标题", "发布时间"], &["a"], &["b"], &["c", "2022-06-07"]]);
        sheet.write_number(1, 1, 44_719.5).unwrap();
        sheet.write_number(2, 1, 44_719.0).unwrap();
    });
    let day = When::Day("2022-06-07".parse().unwrap());
    let noon = Moment::parse("2022-06-07 12:00").unwrap();
    assert_eq!(times(&plan(&bytes).unwrap()), [(When::At(noon), "a"), (day, "b"), (day, "c")]);
}
