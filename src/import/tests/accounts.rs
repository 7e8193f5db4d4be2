//! Identity, renames, refusals and what a cell changes.

use super::super::{Change, plan_accounts};
use super::{at, bad, csv, imported, now, refused};
use crate::domain::{Account, Role, State};

fn names(list: &[Account]) -> Vec<String> {
    list.iter().map(|a| format!("{}|{}|{}", a.name, a.platform, a.handle.as_deref().unwrap_or("-"))).collect()
}

fn first(text: &str) -> Vec<Account> {
    imported(&[], &csv(text), now())
}

fn told(known: &[Account], text: &str) -> Vec<String> {
    plan_accounts(&csv(text), known, &[], now()).unwrap().changes.iter().map(Change::to_string).collect()
}

#[test]
fn who_a_row_is() {
    let known = first("账号名称,平台,账号标识\n甲,微博,1\n乙,微博,\n丙,抖音,3\n丁,抖音,4\n丁,抖音,5\n");
    for (row, want, why) in [
        ("甲,新浪微博,1", "甲|新浪微博|1", "the same"),
        ("甲,新浪微博,", "甲|新浪微博|1", "no handle in the file leaves the handle"),
        ("新甲,微博,1", "新甲|新浪微博|1", "another name under a known handle is a rename"),
        ("乙,微博,2", "乙|新浪微博|2", "an account without a handle gets one and stays itself"),
        ("丁,抖音,5", "丁|抖音|5", "one of two namesakes"),
    ] {
        let list = imported(&known, &csv(&format!("账号名称,平台,账号标识\n{row}\n")), now());
        assert_eq!(list.len(), known.len(), "{row}: {why}");
        assert!(names(&list).contains(&want.to_owned()), "{row}: {why}");
    }
    for (row, why) in [
        ("丙,抖音,33", "another handle is another account"),
        ("甲,抖音,1", "another platform is another account"),
        ("戊,微博,", "a new name"),
    ] {
        let list = imported(&known, &csv(&format!("账号名称,平台,账号标识\n{row}\n")), now());
        assert_eq!(list.len(), known.len() + 1, "{row}: {why}");
        assert_eq!(list.last().unwrap().position, 5, "{row}");
        assert_eq!(list[..5], known[..], "{row}: the others stay as they are");
    }
}

#[test]
fn a_rename_is_remembered_and_an_old_file_is_no_new_account() {
    let known = first("账号名称,平台,账号标识\n甲,微博,1\n");
    let renamed = imported(&known, &csv("账号名称,平台,账号标识\n乙,微博,1\n"), now());
    assert_eq!((renamed[0].name.as_str(), &renamed[0].former_names[..]), ("乙", &["甲".to_owned()][..]));
    assert_eq!(told(&known, "账号名称,平台,账号标识\n乙,微博,1\n"), ["修改 乙（新浪微博）：更名 甲 → 乙"]);
    assert!(refused(&renamed, "账号名称,平台\n甲,微博\n")[0].contains("曾用名"));
    let back = imported(&renamed, &csv("账号名称,平台,账号标识\n甲,微博,1\n"), now());
    assert_eq!((back[0].name.as_str(), &back[0].former_names[..]), ("甲", &["乙".to_owned()][..]));
    let another = imported(&renamed, &csv("账号名称,平台,账号标识\n甲,微博,9\n"), now());
    assert_eq!(names(&another), ["乙|新浪微博|1", "甲|新浪微博|9"]);
}

#[test]
fn names_may_be_swapped_between_handles() {
    let known = first("账号名称,平台,账号标识\n甲,微博,1\n乙,微博,2\n");
    let list = imported(&known, &csv("账号名称,平台,账号标识\n乙,微博,1\n甲,微博,2\n"), now());
    assert_eq!(names(&list), ["乙|新浪微博|1", "甲|新浪微博|2"]);
}

#[test]
fn what_is_not_certain_refuses_the_file() {
    let known = first("账号名称,平台,账号标识\n甲,微博,1\n乙,微博,\n丁,抖音,4\n丁,抖音,5\n");
    let head = "账号名称,平台,账号标识\n";
    for (rows, lines, word) in [
        ("新,微博,\n新,新浪微博,\n", &[2, 3][..], "账号名称重复"),
        ("新,微博,8\n新,微博,\n", &[2, 3], "账号名称重复"),
        ("新,微博,8\n别,微博,8\n", &[2, 3], "账号标识重复"),
        ("丁,抖音,\n", &[2], "几个同名账号"),
        ("甲,微博,\n改,微博,1\n", &[3], "与第2行是同一个账号"),
        ("乙,微博,7\n乙,微博,8\n", &[3], "分不清它是第2行还是这一行"),
        ("乙,微博,1\n", &[2], "改名后就分不清"),
        (",微博,9\n新,,9\n", &[2, 3], "必须填写"),
    ] {
        let told = refused(&known, &format!("{head}{rows}"));
        assert_eq!(told.len(), lines.len(), "{rows}: {told:?}");
        for (line, text) in lines.iter().zip(&told) {
            assert!(text.starts_with(&format!("第{line}行")) && text.contains(word), "{rows}: {told:?}");
        }
    }
}

#[test]
fn every_bad_cell_is_named_once_and_nothing_is_planned() {
    let text = "账号名称,平台,账号标识,运维邮箱,状态,开设日期,来源,来源参数,每周次数\n\
        甲,抖音,7.59E+18,张三,停更,去年,,x,100\n\
        乙,抖音,1,\"a@b.cn;c@@d.cn\",,2015,a;b,1,-1\n\
        丙,抖音,2,a＠b.cn,,,a;a,1;2,1.5\n\
        好,抖音,3,,,,,,\n";
    let told = refused(&[], text);
    let columns: Vec<String> = told.iter().map(|t| t.split('”').next().unwrap().to_owned()).collect();
    let want = [
        "第2行“账号标识",
        "第2行“运维邮箱",
        "第2行“状态",
        "第2行“开设日期",
        "第2行“来源参数",
        "第2行“每周次数",
        "第3行“运维邮箱",
        "第3行“开设日期",
        "第3行“来源参数",
        "第3行“每周次数",
        "第4行“运维邮箱",
        "第4行“来源",
        "第4行“每周次数",
    ];
    assert_eq!(columns, want, "{told:#?}");
    assert!(told[0].contains("文本格式") && told[10].contains("全角"), "{told:#?}");
}

#[test]
fn cells_as_people_fill_them() {
    let list = first(
        "账号名称,平台,主办单位,运维邮箱,分管领导邮箱,主管邮箱,状态,开设日期,来源,来源参数,每周次数\n\
         甲,公众号,县教体局,\"a@b.cn； c@d.cn、a@b.cn\ne@f.cn\",l@b.cn,,关停公告中,2020/1/2,rss；weibo,\"/a;b\",1\n\
         乙,服务号,,,,s@b.cn,,44719,rss,http://x/;y=1,\n",
    );
    let mails = |account: &Account, role: Role| -> Vec<String> {
        account.contacts.iter().filter(|c| c.role == role).map(|c| c.email.clone()).collect()
    };
    assert_eq!(list[0].platform.name(), "微信订阅号");
    assert_eq!(mails(&list[0], Role::Operator), ["a@b.cn", "c@d.cn", "e@f.cn"]);
    assert_eq!(mails(&list[0], Role::Leader), ["l@b.cn"]);
    assert_eq!(mails(&list[1], Role::Supervisor), ["s@b.cn"]);
    assert_eq!(list[0].opened_on.unwrap().to_string(), "2020-01-02");
    assert_eq!(list[1].opened_on.unwrap().to_string(), "2022-06-07");
    let pairs =
        |account: &Account| account.sources.iter().map(|s| format!("{}={}", s.source, s.key)).collect::<Vec<_>>();
    assert_eq!(pairs(&list[0]), ["rss=/a", "weibo=b"]);
    assert_eq!(pairs(&list[1]), ["rss=http://x/;y=1"]);
    // The first state and the first quota hold for all time.
    assert_eq!(list[0].state_at(at("2020-05-05 00:00")), State::Closing);
    assert_eq!((list[0].quota_at(at("2020-05-05 00:00")), list[1].quota_at(now())), (Some(1), None));
}

#[test]
fn a_state_changes_now_and_a_quota_next_monday() {
    let known = first("账号名称,平台,状态,每周次数\n甲,抖音,运行,1\n");
    let text = "账号名称,平台,状态,每周次数\n甲,抖音,暂停,3\n";
    let list = imported(&known, &csv(text), at("2022-06-16 08:00"));
    assert_eq!(list[0].state_at(at("2022-06-16 07:59:59")), State::Running);
    assert_eq!(list[0].state_at(at("2022-06-16 08:00")), State::Paused);
    assert_eq!(list[0].quota_at(at("2022-06-19 23:59:59")), Some(1));
    assert_eq!(list[0].quota_at(at("2022-06-20 00:00")), Some(3));
    // The same file again changes nothing; the old value before it began leaves no trace.
    assert_eq!(imported(&list, &csv(text), at("2022-06-17 08:00")), list);
    let back = csv("账号名称,平台,每周次数\n甲,抖音,1\n");
    assert_eq!(imported(&list, &back, at("2022-06-17 08:00"))[0].quotas, known[0].quotas);
    // Two changes within one second leave one state.
    let again = imported(&list, &csv("账号名称,平台,状态\n甲,抖音,已注销\n"), at("2022-06-16 08:00"));
    assert_eq!(again[0].states.len(), 2);
    assert_eq!(again[0].state_at(at("2022-06-16 08:00")), State::Closed);
}

#[test]
fn what_a_file_does_not_say_stays() {
    let known = first(
        "账号名称,平台,账号标识,主办单位,主管单位,运维邮箱,状态,开设日期,来源,来源参数,每周次数\n\
         甲,抖音,1,局,府,a@b.cn,暂停,2020-01-02,rss,k,3\n\
         乙,抖音,2,,,,,,,,\n",
    );
    assert_eq!(imported(&known, &csv("账号名称,平台\n甲,抖音\n"), now()), known);
    // A source named again without its key keeps the key.
    assert_eq!(imported(&known, &csv("账号名称,平台,来源\n甲,抖音,rss\n"), now()), known);
    let blank = csv(
        "账号名称,平台,账号标识,主办单位,主管单位,运维邮箱,状态,开设日期,来源,来源参数,每周次数\n甲,抖音,,,,,,,,,\n",
    );
    let plan = plan_accounts(&blank, &known, &[], now()).unwrap();
    let after = &plan.save[0];
    assert_eq!((after.handle.as_deref(), after.quota_at(now())), (Some("1"), Some(3)));
    assert_eq!((after.office.as_str(), after.supervisor.as_str(), after.opened_on), ("", "", None));
    assert!(after.contacts.is_empty() && after.sources.is_empty());
    assert_eq!(after.state_at(now()), State::Running);
    assert_eq!((plan.save.len(), plan.missing), (1, 1));
    assert!(plan.remarks.iter().any(|remark| remark.contains("“每周次数”留空")), "{:?}", plan.remarks);
    assert_eq!(
        plan.changes[0].to_string(),
        "修改 甲（抖音）：主办单位 局 → （空），主管单位 府 → （空），运维邮箱 a@b.cn → （空），状态 暂停 → 正常运行，\
         开设日期 2020-01-02 → （空），来源 rss → （空），来源参数 k → （空）"
    );
}

#[test]
fn platforms_are_asked_about_once_a_kind() {
    let text =
        "账号名称,平台,每周次数\n甲,微信,\n乙,公众号,\n丙,微信服务号,\n丁,微信服务号,1\n戊,新浪微搏,\n己,某市APP,\n";
    let plan = plan_accounts(&csv(text), &[], &[], now()).unwrap();
    assert_eq!((plan.save.len(), plan.remarks.len()), (6, 3), "{:#?}", plan.remarks);
    assert!(plan.remarks[0].contains("第2行") && plan.remarks[0].contains("微信服务号"));
    assert!(plan.remarks[1].contains("每月只能群发4次") && plan.remarks[1].contains("每周次数 = 1"));
    assert!(plan.remarks[2].contains("是不是“新浪微博”"));
    let same = first(text);
    let plan = plan_accounts(&csv(text), &same, &[], now()).unwrap();
    assert_eq!((plan.unchanged, plan.save.len()), (6, 0));
}

#[test]
fn a_source_that_is_not_configured_is_not_passed_over_in_silence() {
    let text = "账号名称,平台,来源,来源参数\n甲,抖音,rsss,k\n乙,抖音,rss,k\n";
    let told = bad(&plan_accounts(&csv(text), &[], &["rss", "weibo"], now()).unwrap_err());
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("第2行“来源”（rsss）") && told[0].contains("rss、weibo"), "{told:?}");
    let plan = plan_accounts(&csv(text), &[], &[], now()).unwrap();
    assert!(plan.remarks[0].contains("还没有任何来源"), "{:?}", plan.remarks);
    // A name that the account has already is no typo of this file.
    let known = imported(&[], &csv(text), now());
    assert!(plan_accounts(&csv(text), &known, &["rss"], now()).is_ok());
}

#[test]
fn a_thousand_accounts_with_one_mistake_are_refused_whole() {
    let mut text = String::from("账号名称,平台,账号标识\n");
    (0..1000).for_each(|i| text.push_str(&format!("账号{i},微博,{}\n", 7_000_000_000_u64 + i)));
    let list = imported(&[], &csv(&text), now());
    assert_eq!(list.len(), 1000);
    assert!(list.iter().zip(0_i64..).all(|(account, i)| account.position == i));
    assert_eq!(plan_accounts(&csv(&text), &list, &[], now()).unwrap().unchanged, 1000);
    text.push_str("账号5,微博,\n");
    let told = refused(&list, &text);
    assert!(told.iter().any(|t| t.starts_with("第7行")) && told.iter().any(|t| t.starts_with("第1002行")), "{told:?}");
}
