//! Tables from elsewhere: no file, however odd, makes a panic or half a table.

use super::{bad, csv};
use crate::domain::Period;
use crate::import::{FormAsk, FormPlan, Refusal, Sheet, plan_form, read_text};
use crate::tables::{Attachment, Digits, Form, Style, TableRules};
use proptest::prelude::*;

const DIGITS: Digits = Digits { decimals: 0, rounding: crate::report::Rounding::HalfUp };

fn ask<'a>(form: &'static Form, rules: &'a TableRules, as_printed: bool) -> FormAsk<'a> {
    FormAsk { form, period: Period::parse("2022-12").unwrap(), rules, digits: DIGITS, as_printed }
}

fn plan(kind: &str, text: &str) -> Result<FormPlan, Refusal> {
    plan_form(&csv(text), ask(Form::find(kind).unwrap(), &TableRules::default(), false))
}

#[test]
fn titles_notes_sums_and_repeated_heads_are_no_rows() {
    let text = "某市信息报送情况,,\n填报日期：6月30日,,\n单 位,报送信息,采用信息\n甲局,3,1条\n单 位,报送信息,采用信息\n乙局,４,0\n合 计,7,1\n注：截至6月30日,,\n";
    let plan = plan("报送得分", text).unwrap();
    let rows: Vec<&[String]> = plan.rows.iter().map(|row| &row[1..4]).collect();
    assert_eq!(rows, [["甲局", "3", "1"], ["乙局", "4", "0"]]);
    assert_eq!((plan.note.as_deref(), plan.headings["单位"].as_str()), (Some("注：截至6月30日"), "单 位"));
    assert_eq!(plan.remarks, ["当作表下的注，不算一行：注：截至6月30日"]);
}

#[test]
fn a_row_without_figures_is_refused_and_not_taken_for_a_note() {
    let refusal = plan("信息报送", "单位,报送信息,采用信息\n开封市人力资源和社会保障局信息中心办公室,,\n").unwrap_err();
    assert_eq!(bad(&refusal).len(), 2);
    let twice = plan("信息报送", "单位,报送信息,采用信息\n甲局,1,1\n甲局,2,2\n").unwrap_err();
    assert_eq!(bad(&twice), ["第3行“单位”（甲局）：与第2行是同一个单位，请只留一行"]);
}

#[test]
fn a_zero_from_a_formula_that_we_compute_ourselves_is_no_fault() {
    let plan = plan("报送得分", "单位,报送信息,采用信息,得分,排名\n甲局,0,0,=C2*0.2+D2,#N/A\n").unwrap();
    assert!(plan.rows[0][4..].iter().all(String::is_empty));
}

/// The papers that print it would be refused by our own lint.
#[test]
fn a_day_that_is_none_is_refused() {
    let head = "新媒体类型,新媒体名称,责任单位,问题类别,检查时更新日期\n";
    let refusal = plan("问题账号", &format!("{head}抖音,甲,甲局,更新不及时,2026-09-31\n")).unwrap_err();
    assert_eq!(
        bad(&refusal),
        ["第2行“检查时更新日期”（2026-09-31）：没有“2026-09-31”这一天（9月只有30天），请核对改正"]
    );
    for date in ["2022-02-29", "6月31日", "2022年13月1日"] {
        let refusal = plan("问题账号", &format!("{head}抖音,甲,甲局,更新不及时,{date}\n")).unwrap_err();
        assert_eq!(bad(&refusal).len(), 1, "{date}");
    }
    for date in ["", "2022-06-30", "6月1日", "从未更新"] {
        assert!(plan("问题账号", &format!("{head}抖音,甲,甲局,更新不及时,{date}\n")).is_ok(), "{date}");
    }
}

/// What is given and contradicts itself cannot be computed instead.
#[test]
fn the_cure_fits_the_column() {
    let head = "填报单位,首页直接入口,未建设,已建设不符合,已建设符合,检索,查阅,更新情况,异常情况说明\n";
    let refusal = plan("公开平台", &format!("{head}甲局,1,1,0,1,1,1,1,\n")).unwrap_err();
    assert!(
        bad(&refusal).iter().all(|said| !said.contains("由系统计算") && said.contains("请核对改正")),
        "{refusal:?}"
    );
    let year = "单位名称,公共服务得分,交流互动得分,网站建设及安全得分,政务信息公开得分,当月份总分,全年总分\n";
    let refusal = plan("全年得分", &format!("{year}甲局,20,19.5,30,30,12,99.5\n")).unwrap_err();
    let said = bad(&refusal);
    assert!(said[0].starts_with("第2行“当月总分”（12）：原表是12，按各项得分相加应为99.5；请改正，或清空"), "{said:?}");
}

#[test]
fn texts_that_are_no_text_are_told_apart() {
    assert_eq!(read_text("甲".as_bytes()).as_deref(), Some("甲"));
    assert_eq!(read_text(&[0xbc, 0xd7]).as_deref(), Some("甲"));
    assert_eq!(read_text(&[0, 1, 2, 3]), None);
}

fn cell() -> impl Strategy<Value = String> {
    let words = [
        "",
        "0",
        "1",
        "7",
        "19.5",
        "-3",
        "合计",
        "注：甲",
        "（甲）",
        "甲局",
        "合格",
        "不合格",
        "是",
        "99%",
        "0.5",
        "=1+1",
    ];
    prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => "[\\PC,\"]{0,8}",
    ]
}

fn grid() -> impl Strategy<Value = (usize, Vec<Vec<String>>)> {
    (0..Form::all().count(), prop::collection::vec(prop::collection::vec(cell(), 0..11), 0..9))
}

proptest! {
    #[test]
    fn whatever_stands_in_a_file_it_is_taken_or_refused_whole((at, grid) in grid(), as_printed: bool) {
        let form = Form::all().nth(at).unwrap();
        let heading = form.columns.iter().map(|column| column.written()[0].to_owned()).collect();
        let rows = std::iter::once(heading).chain(grid).collect::<Vec<Vec<String>>>();
        let text = String::from_utf8(crate::import::csv_bytes(&rows)).unwrap();
        let sheets: Vec<Sheet> = crate::import::read_sheets(text.as_bytes()).unwrap_or_default();
        let rules = TableRules::default();
        match plan_form(&sheets, ask(form, &rules, as_printed)) {
            Err(refusal) => prop_assert!(!bad(&refusal).is_empty() && bad(&refusal).iter().all(|said| !said.is_empty())),
            Ok(plan) => {
                let kept = plan.rows.len();
                let table = Attachment {
                    form, period: Period::parse("2022-12").unwrap(), name: String::new(), place: 1, title: None,
                    headings: plan.headings, note: plan.note, as_printed, rows: plan.rows,
                };
                let style = Style { rules: &rules, digits: DIGITS, checks: None };
                let printed = table.table(style);
                prop_assert_eq!(printed.rows.len(), if form.is_blank { 10 } else { kept });
                prop_assert!(printed.rows.iter().all(|row| row.len() == printed.columns.len()));
                crate::tables::fields(&[table], style);
            }
        }
    }
}
