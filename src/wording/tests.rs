//! The office's words: read, filled in, placed, carried forward.

use super::*;
use crate::domain::{Moment, Period};
use crate::report::{Block, Meta, Report, Table};
use crate::tables::Digits;
use std::collections::BTreeMap;

const DIGITS: Digits = Digits { decimals: 1, rounding: crate::report::Rounding::HalfUp };

fn computed() -> BTreeMap<String, String> {
    [("报送信息", "1371"), ("采用信息", "1086"), ("采用率", "79%")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
}

fn filled(text: &str) -> FilledWording {
    fill(&parse(text), &computed(), DIGITS)
}

fn problems(text: &str) -> Vec<String> {
    filled(text).findings.iter().map(ToString::to_string).collect()
}

#[test]
fn fields_are_filled_in_from_tables_and_figures() {
    let text = "\u{feff}# 说明\r\n【数字】\r\n访谈期数 = 3\r\n办结率＝办结件数/受理件数\r\n受理件数 = 120\r\n办结件数 = 119\r\n\
                【二、内容保障】\r\n　　收到{报送信息}条，采用率为｛采用率｝。\r\n访谈{ 访谈期数 }期，办结率为{办结率}。\r\n";
    let filled = filled(text);
    assert_eq!(filled.findings, []);
    let said = Said {
        heading: "二、内容保障".to_owned(),
        paragraphs: ["收到1371条，采用率为79%。", "访谈3期，办结率为99.2%。"].map(str::to_owned).to_vec(),
    };
    assert_eq!(filled.said, [said]);
}

/// The totals of 商南: 546 adopted and 1769 of its own are 2315 published.
#[test]
fn figures_may_be_added_up() {
    let text =
        "【数字】\n占比 = 采用 / 发布\n发布 = 采用 + 1769\n采用 = 107 + 439\n【二、甲】\n{采用}，{发布}，{占比}\n";
    assert_eq!(filled(text).said[0].paragraphs, ["546，2315，23.6%"]);
    let round = "【数字】\n甲 = 乙 + 1\n乙 = 甲 + 1\n";
    assert_eq!(problems(round).len(), 2);
}

#[test]
fn what_is_missing_prints_as_a_blank_and_is_told_with_its_line() {
    let text =
        "【数字】\n访谈期数 =\n【二、甲】\n访谈{访谈期数}期，{采用绿}，{专栏数}。\n附表{各县区单位数}\n空着____\n";
    assert_eq!(filled(text).said[0].paragraphs[0], "访谈____期，____，____。");
    let wanted = [
        "第4行：“访谈期数”还没有数，印成了 ____；请在【数字】下面填写",
        "第4行：没有字段“采用绿”，印成了 ____；是不是“采用率”？",
        "第4行：没有字段“专栏数”，印成了 ____；请在【数字】下面补上，或用 report words --fields 看有哪些字段",
        "第5行：没有字段“各县区单位数”，印成了 ____；这个数来自附表，请先用 report table import 导入",
        "第6行：还有空着的 ____，请填写",
    ];
    assert_eq!(problems(text), wanted);
}

/// With two tables there is no 前两名 of all.
#[test]
fn fields_of_single_tables_are_named() {
    let computed =
        ["各县区前两名", "市直前两名", "各县区报送信息"].map(|name| (name.to_owned(), "甲".to_owned())).into();
    let filled = fill(&parse("【二、甲】\n{前两名}\n"), &computed, DIGITS);
    let said = "第2行：没有字段“前两名”，印成了 ____；附表有几张，前面要写明是哪一张的：{各县区前两名}、{市直前两名}";
    assert_eq!(filled.findings.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
}

#[test]
fn every_slip_is_told() {
    for (text, problem) in [
        ("没有标题的一段\n", "第1行：前面没有标题，没有印出；请在上面加一行【二、标题】"),
        ("【数字】\n三期\n", "第2行：看不懂，【数字】下面一行写一个：名称 = 数"),
        ("【数字】\n甲 = 1\n甲 = 2\n", "第3行：“甲”写了两遍，用了前一个，请删去一行"),
        ("【数字】\n率 = 甲 / 3\n", "第2行：“甲”没有整数可以相除，请补上"),
        ("【数字】\n和 = 甲 + 3\n", "第2行：“甲”没有整数可以相加，请补上"),
        ("【数字】\n率 = 4 / 3\n", "第2行：4除以3算不出比率，请核对"),
        ("【数字】\n率 = 0 / 0\n", "第2行：0除以0算不出比率，请核对"),
        ("【数字】\n报送信息 = 1000\n", "第2行：“报送信息”写的是1000，由报表算出的是1371，印的是算出的；请删去这一行"),
        ("【甲】\n有{半边\n", "第2行：花括号没有配对，请补上右边的 }"),
    ] {
        assert_eq!(problems(text), [problem], "{text}");
    }
}

fn paper() -> Report {
    let heading = |text: &str| Block::Heading(text.to_owned());
    Report {
        title: "通报".to_owned(),
        subtitle: None,
        blocks: vec![
            heading("一、总体情况"),
            Block::Paragraph("合格率为99%。".to_owned()),
            heading("二、检查结果"),
            Block::Table(Table::new("不合格", "附件2　名单", &["序号"], Vec::new())),
        ],
        footnotes: Vec::new(),
        paper: None,
        meta: Meta {
            period: Period::parse("2022-06").unwrap(),
            profile: "开封".to_owned(),
            generated_at: Moment::parse("2022-07-11 09:00").unwrap(),
        },
    }
}

fn outline(report: &Report) -> Vec<&str> {
    fn line(block: &Block) -> &str {
        match block {
            Block::Heading(text) | Block::Paragraph(text) => text,
            Block::Table(table) => &table.key,
            _ => unreachable!("no other block in the paper"),
        }
    }
    report.blocks.iter().map(line).collect()
}

#[test]
fn words_stand_under_their_heading_or_under_one_of_their_own() {
    let mut report = paper();
    let said = [("四、下一步工作要求", "整改。"), ("总体情况", "另有一段。"), ("下一步工作要求", "再改。")];
    place(&mut report, said.map(|(heading, text)| Said::of(heading, text.to_owned())).to_vec());
    let wanted = [
        "一、总体情况",
        "合格率为99%。",
        "另有一段。",
        "二、下一步工作要求",
        "整改。",
        "再改。",
        "三、检查结果",
        "不合格",
    ];
    assert_eq!(outline(&report), wanted);
    let mut first = paper();
    place(&mut first, vec![Said::of("一、政府网站与政务新媒体检查情况", "网站。".to_owned())]);
    assert_eq!(outline(&first)[..3], ["一、总体情况", "合格率为99%。", "网站。"]);
    let mut untouched = paper();
    place(&mut untouched, Vec::new());
    assert_eq!(untouched, paper());
}

#[test]
fn the_tenth_heading_and_the_twentieth() {
    let mut report = paper();
    place(&mut report, (0..19).map(|n| Said::of(&format!("甲{n}"), String::new())).collect());
    let headings: Vec<&str> = outline(&report).into_iter().filter(|text| text.contains('、')).collect();
    for (at, begins) in [(9, "十、"), (10, "十一、"), (19, "二十、"), (20, "二十一、检查结果")] {
        assert!(headings[at].starts_with(begins), "{}", headings[at]);
    }
}

#[test]
fn a_draft_carries_words_forward_and_takes_figures_out() {
    let june = "\u{feff}# 周期：2022年6月份\r\n【数字】\r\n# 上期：访谈期数 = 1\r\n访谈期数 = 3\r\n率 = 甲 / 乙\r\n【二、甲】\r\n{访谈期数} = 不是数字\r\n";
    let july = draft(Period::parse("2022-07").unwrap(), Some(june), Some("【甲】"));
    let wanted = [
        "# 周期：2022年7月份（由上期转来，请逐段核对）",
        "【数字】",
        "# 上期：访谈期数 = 3",
        "访谈期数 =",
        "率 = 甲 / 乙",
        "【二、甲】",
        "{访谈期数} = 不是数字",
    ];
    assert_eq!(july.lines().collect::<Vec<_>>(), wanted);
    assert!(july.ends_with("\r\n") && july.matches('\n').count() == july.matches("\r\n").count());
}

#[test]
fn the_form_to_begin_with_only_lacks_what_the_office_must_say() {
    for (period, sections) in [("2022-06", 3), ("2022-Q2", 4)] {
        let words = parse(&draft(Period::parse(period).unwrap(), None, None));
        assert_eq!((words.findings.len(), words.sections.len()), (0, sections), "{period}");
        let filled = fill(&words, &computed(), DIGITS);
        let blanks = filled.findings.iter().filter(|finding| finding.problem.contains("____")).count();
        assert!(blanks > 3, "{:?}", filled.findings);
    }
    let own = draft(Period::parse("2022-08").unwrap(), None, Some("【三、要求】\n近期，各单位要做好以下工作：\n"));
    assert_eq!(parse(&own).sections.len(), 1);
}
