//! The contact sheet and the form that offices fill in.

use super::*;
use crate::domain::{Person, Role};
use crate::import::{ContactPlan, contact_rows, csv_bytes, plan_contacts};

fn listed() -> Vec<Account> {
    let text = "账号名称,平台,账号标识,主办单位,主管单位\n青禾文旅,新浪微博,w1,文旅局,县政府办\n青禾文旅,抖音,d1,文旅局,县政府办\n青禾应急,抖音,d2,应急局,\n";
    let plan = plan_accounts(&read_sheets(text.as_bytes()).unwrap(), &[], &[], at("2026-07-20 09:00")).unwrap();
    (1..).zip(plan.save).map(|(id, account)| Account { id: AccountId(id), ..account }).collect()
}

fn plan(text: &str, known: &[Person]) -> Result<ContactPlan, Refusal> {
    plan_contacts(&read_sheets(text.as_bytes()).unwrap(), known, &listed())
}

/// The sheet after an import, numbered as a store would.
fn kept(plan: ContactPlan) -> Vec<Person> {
    (1..).zip(plan.save).map(|(id, person)| Person { id, ..person }).collect()
}

fn bad(text: &str) -> Vec<String> {
    match plan(text, &[]).unwrap_err() {
        Refusal::Rows(bad) => bad.rows.iter().map(ToString::to_string).collect(),
        Refusal::Unreadable(why) => vec![why],
    }
}

const SHEET: &str = "单位,姓名,角色,职务,手机,固话,邮箱,QQ,起,止,账号名称,平台\n\
    文旅局,某甲,运维人员A岗,干事,13800000001,0914-6322011,a@x.example;b@x.example,12345,2026-01-01,,,\n\
    文旅局,某乙,运维人员 B岗,,13800000002,,c@x.example,,,2026-12-31,,\n\
    县政府办,某丙,主管单位联系人,,,,d@x.example,,,,,\n\
    ,某丁,信息员,,,,e@x.example,,,,青禾文旅,抖音\n";

#[test]
fn a_sheet_is_read_and_comes_back_as_it_was() {
    let people = kept(plan(SHEET, &[]).unwrap());
    let told: Vec<(String, String, Vec<String>)> =
        people.iter().map(|p| (p.office.clone(), p.role_chinese(), p.emails.clone())).collect();
    let mails = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<_>>();
    let of = |office: &str, role: &str, emails: &str| (office.to_owned(), role.to_owned(), mails(emails));
    assert_eq!(
        told,
        [
            of("文旅局", "运维人员A岗", "a@x.example;b@x.example"),
            of("文旅局", "运维人员B岗", "c@x.example"),
            of("县政府办", "主管单位联系人", "d@x.example"),
            of("文旅局", "运维人员", "e@x.example"),
        ]
    );
    assert_eq!(people[3].account, Some(AccountId(2)), "named by name and platform");
    assert_eq!((people[0].from, people[1].to), ("2026-01-01".parse().ok(), "2026-12-31".parse().ok()));
    let out = csv_bytes(&contact_rows(&people, &listed()));
    let again = plan_contacts(&read_sheets(&out).unwrap(), &people, &listed()).unwrap();
    assert_eq!((again.unchanged, again.changes.len()), (4, 0), "{:?}", again.changes);
}

#[test]
fn a_column_that_is_missing_clears_nothing_and_a_blank_cell_does() {
    let people = kept(plan(SHEET, &[]).unwrap());
    let narrow = plan("单位,姓名,角色\n文旅局,某甲,运维人员A岗\n", &people).unwrap();
    assert_eq!((narrow.unchanged, narrow.changes.len()), (1, 0));
    let cleared = plan("单位,姓名,角色,手机\n文旅局,某甲,运维人员A岗,\n", &people).unwrap();
    assert_eq!(cleared.changes[0].fields, [("手机", "13800000001".to_owned(), String::new())]);
    assert_eq!(cleared.save[0].emails.len(), 2);
}

#[test]
fn a_second_term_of_office_is_a_row_of_its_own() {
    let head = "单位,姓名,角色,邮箱,起,止\n";
    let people = kept(plan(&format!("{head}文旅局,某甲,运维人员,a@x.example,2026-01-01,2026-06-30\n"), &[]).unwrap());
    let back = plan(&format!("{head}文旅局,某甲,运维人员,a@x.example,2026-09-01,\n"), &people).unwrap();
    assert_eq!((back.save[0].id, back.changes[0].added), (0, true));
    let ended = plan(&format!("{head}文旅局,某甲,运维人员,a@x.example,2026-01-01,2026-07-31\n"), &people).unwrap();
    assert_eq!((ended.save[0].id, ended.changes[0].fields.len()), (1, 1));
}

#[test]
fn every_bad_cell_is_named() {
    let head = "单位,姓名,角色,手机,固话,邮箱,QQ,起,止,账号名称,平台\n";
    for (row, want) in [
        (",某甲,运维人员,,,,,,,,", "必须填写单位"),
        ("文旅局,,运维人员,,,,,,,,", "第2行“姓名”：必须填写"),
        ("文旅局,某甲,站长,,,,,,,,", "第2行“角色”（站长）：角色只能写"),
        ("文旅局,某甲,运维人员,1380000,,,,,,,", "不是手机号"),
        ("文旅局,某甲,运维人员,,不详,,,,,,", "“不详”不像电话号码"),
        ("文旅局,某甲,运维人员,,,a＠x.example,,,,,", "不是可用的邮箱地址"),
        ("文旅局,某甲,运维人员,,,,QQ群,,,,", "QQ 请只写"),
        ("文旅局,某甲,运维人员,,,,,今年,,,", "日期请写成"),
        ("文旅局,某甲,运维人员,,,,,2026-07-02,2026-07-01,,", "“止”早于“起”"),
        ("文旅局,某甲,运维人员,,,,,,,青禾文旅,", "对应不止一个账号，请填写平台"),
        ("文旅局,某甲,运维人员,,,,,,,没有这个,抖音", "台账中没有“没有这个”"),
        ("文旅局,某甲,运维人员,,,,,,,,抖音", "没有写账号名称"),
        ("文旅局,某甲,运维人员,1.38E+10,,,,,,,", "科学计数法"),
    ] {
        let found = bad(&format!("{head}{row}\n"));
        assert!(found.iter().any(|line| line.contains(want)), "{row}: {found:?}");
    }
    let twice = format!("{head}文旅局,某甲,运维人员,,,,,,,,\n文 旅局,某甲,管理人员,,,,,,,,\n");
    assert!(bad(&twice)[0].contains("与第2行是同一个人"), "{:?}", bad(&twice));
    assert!(bad("单位,电话\n文旅局,1\n")[0].contains("“姓名”和“角色”"));
}

#[test]
fn offices_that_run_nothing_are_asked_about() {
    let plan = plan("单位,姓名,角色,手机\n文旅据,某甲,运维人员,13800000001\n", &[]).unwrap();
    let remarks = plan.remarks.join("\n");
    assert!(remarks.contains("文旅据（是不是“文旅局”？）") && remarks.contains("1人没有邮箱"), "{remarks}");
}

/// The form with its double headings, a title above, merged cells of a unit with two people, and notes.
const FORM: &str = "政务新媒体责任人登记表,,,,,,,,\n\
    序号,单位名称 (加盖公章),分管领导,职务,联系电话 (手机和固话),管理人员姓名,职务,联系电话 (手机和固话),QQ号码\n\
    1,文旅局,某甲,副局长,13800000001 0914-6322011,某乙,干事,13800000002,12345\n\
    ,,,,,某丙,,0914 6322012,\n\
    2,应急局,某丁,局长,6322013,,,,\n\
    3,,,,,,,,\n";

#[test]
fn the_form_of_the_responsible_is_imported_as_it_is() {
    let plan = plan(FORM, &[]).unwrap();
    let told: Vec<[String; 5]> = plan
        .save
        .iter()
        .map(|p| [p.office.clone(), p.name.clone(), p.role_chinese(), p.mobile.clone(), p.landline.clone()])
        .collect();
    let of = |text: &str| -> [String; 5] { text.split(',').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap() };
    assert_eq!(
        told,
        [
            of("文旅局,某甲,分管领导,13800000001,0914-6322011"),
            of("文旅局,某乙,运维人员,13800000002,"),
            of("文旅局,某丙,运维人员,,0914-6322012"),
            of("应急局,某丁,分管领导,,6322013"),
        ]
    );
    assert_eq!((plan.save[0].post.as_str(), plan.save[1].post.as_str()), ("副局长", "干事"));
    assert_eq!((plan.save[0].qq.as_str(), plan.save[1].qq.as_str()), ("", "12345"));
    assert!(plan.save.iter().all(|person| person.emails.is_empty()), "no address is guessed from a QQ number");
}

#[test]
fn a_form_with_a_heading_of_two_rows_and_a_foot_is_imported_too() {
    let one = FORM.lines().nth(1).unwrap();
    let two = "序号,单位名称 (加盖公章),分管领导,,,管理人员,,,QQ号码\n,,姓名,职务,联系电话,姓名,职务,联系电话,";
    let foot = ",填表人：某戊,,,,,联系电话：6322099,,\n注：一式两份,,,,,,,,\n";
    let (plain, other) = (plan(FORM, &[]).unwrap(), plan(&format!("{}{foot}", FORM.replace(one, two)), &[]).unwrap());
    assert_eq!(plain.save, other.save);
}

#[test]
fn both_days_of_a_term_may_stand_in_one_cell() {
    let head = "单位,姓名,角色,起止日期\n";
    let days = |cell: &str| {
        let plan = plan(&format!("{head}文旅局,某甲,运维人员,{cell}\n"), &[]).unwrap();
        let text = |day: Option<chrono::NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        (text(plan.save[0].from), text(plan.save[0].to))
    };
    let of = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(days("2025-01-01至2026-06-30"), of("2025-01-01", "2026-06-30"));
    assert_eq!(days("2025年1月1日至今"), of("2025-01-01", ""));
    assert_eq!(days("2025-01-01起"), of("2025-01-01", ""));
    assert_eq!(days("至2026-06-30"), of("", "2026-06-30"));
    assert_eq!(days(""), of("", ""));
    assert!(bad(&format!("{head}文旅局,某甲,运维人员,去年\n"))[0].contains("起止日期请写成"));
    assert!(bad(&format!("{head}文旅局,某甲,运维人员,2026-06-30至2025-01-01\n"))[0].contains("早于"));
}

#[test]
fn what_the_form_leaves_blank_clears_nothing_and_its_faults_name_the_line() {
    let sheet = "单位,姓名,角色,职务,手机,邮箱,QQ\n文旅局,某甲,分管领导,副局长,13900000009,a@x.example,54321\n";
    let people = kept(plan(sheet, &[]).unwrap());
    let form = FORM.replace("副局长,13800000001 0914-6322011", ",");
    let after = plan(&form, &people).unwrap();
    assert!(after.save.iter().all(|person| person.name != "某甲"), "nothing changes for 某甲");
    assert_eq!(people[0].role, Role::Leader);
    let refused = bad(&FORM.replace("6322013", "问办公室"));
    assert_eq!(refused.len(), 1);
    assert!(refused[0].starts_with("第5行“联系电话”（问办公室）"), "{refused:?}");
}
