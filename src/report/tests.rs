//! The papers of a small town: golden text, what every format must hold, and the figures recounted.

use super::town::{JUNE, Resident, Town, at, everybody, kaifeng};
use super::*;
use crate::domain::PostKind;
use crate::rules::{Gap, GapWhy, VerdictKind};
use calamine::{Data, Reader, Xlsx};
use std::io::Cursor;

fn june() -> Report {
    month(&Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", everybody()).facts())
}

fn week25() -> Report {
    let mut town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], "2022-06-28 15:30", everybody());
    town.letters = LetterTally { sent: 3, alarms: 4, reminders: 1, updated: 2, waiting: 1, ..LetterTally::default() };
    town.letters.by_account.insert(town.accounts[0].id, 4);
    let changes = [(ListChangeKind::Closing, "老城旧号（新浪微博）"), (ListChangeKind::Opened, "新开之号（抖音）")];
    town.list_changes = changes.map(|(kind, text)| ListChange { kind, text: text.to_owned() }).to_vec();
    town.next_week = vec!["下次检查：7月4日9时。".to_owned()];
    town.progress = progress();
    week(&town.facts())
}

fn progress() -> Progress {
    Progress {
        before: Some(Standing { good: 5, problem: 3, failed: 0, unclear: 2 }),
        prompt: vec!["杞县文旅（新浪微博）".to_owned()],
        steady: vec!["开封发布（新浪微博）".to_owned()],
    }
}

fn text_of(report: &Report) -> String {
    String::from_utf8(render(report, Format::Text).unwrap()).unwrap()
}

fn column(report: &Report, key: &str, heading: &str) -> Vec<String> {
    let table = report.table(key).unwrap();
    let at = table.columns.iter().position(|column| column == heading).unwrap();
    table.rows.iter().map(|row| row[at].text()).collect()
}

#[test]
fn golden() {
    for (report, golden) in [(june(), include_str!("golden/month.txt")), (week25(), include_str!("golden/week.txt"))] {
        let text = text_of(&report);
        assert_eq!(text, golden, "\n{text}");
    }
}

/// Numbers that follow `word` in the prose of a report.
fn said(report: &Report, word: &str) -> Option<usize> {
    let all: Vec<&str> = report.blocks.iter().filter_map(prose).collect();
    let all = all.join("\n");
    let rest = &all[all.find(word)? + word.len()..];
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn prose(block: &Block) -> Option<&str> {
    match block {
        Block::Heading(text) | Block::Paragraph(text) => Some(text),
        _ => None,
    }
}

fn rows(report: &Report, key: &str) -> usize {
    report.table(key).map_or(0, |table| table.rows.len())
}

/// The invariant of the lint: what the prose says, the rows hold. Tried over towns of every mixture of
/// up to three kinds of resident.
#[test]
fn every_figure_in_prose_equals_the_rows() {
    let kinds = everybody();
    for mask in (0..1_u32 << kinds.len()).filter(|mask| mask.count_ones() <= 3) {
        let residents = (0..kinds.len()).filter(|at| mask >> at & 1 == 1).map(|at| kinds[at].clone()).collect();
        let town = Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", residents);
        let (report, names) = (month(&town.facts()), |key| column(&month(&town.facts()), key, "政务新媒体"));
        let words = ["共计", "，检查", "，合格", "不合格", "合格但存在问题"];
        let [running, checked, passed, failed, problem] = words.map(|word| said(&report, word));
        let (failed, checked) = (failed.unwrap(), checked.unwrap());
        assert_eq!(failed, rows(&report, "不合格"));
        assert_eq!(passed.unwrap() + failed, checked, "{}", text_of(&report));
        let also_failed = names("存在问题").iter().filter(|name| names("不合格").contains(name)).count();
        let also_unclear = names("存在问题").iter().filter(|name| names("无法判定").contains(name)).count();
        assert_eq!(problem.unwrap() + also_failed + also_unclear, rows(&report, "存在问题"));
        let unclear = rows(&report, "无法判定");
        assert_eq!(said(&report, "\n无法判定").unwrap_or(0), unclear);
        let left_out = said(&report, "暂不参评").unwrap_or(0);
        assert_eq!(running.unwrap(), checked + unclear + left_out);
        let settled = town.accounts.len() - rows(&report, "关停公告中") - (rows(&report, "不参评") - left_out);
        assert_eq!(running.unwrap(), settled);
        let rate = percent(checked - failed, checked, 0, Rounding::HalfUp);
        assert!(text_of(&report).contains(&format!("合格率为{rate}")));
    }
}

#[test]
fn every_figure_of_the_summary_equals_the_rows() {
    let kinds = everybody();
    for mask in (0..1_u32 << kinds.len()).filter(|mask| mask.count_ones() <= 3) {
        let residents = (0..kinds.len()).filter(|at| mask >> at & 1 == 1).map(|at| kinds[at].clone()).collect();
        let town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], "2022-06-28 15:30", residents);
        let report = week(&town.facts());
        let [good, problem, failed, unclear] =
            ["合格", "存在问题", "不合格", "无法判定"].map(|word| said(&report, word).unwrap());
        assert_eq!(failed, rows(&report, "超过两周未更新"));
        assert_eq!(unclear, rows(&report, "无法判定"));
        assert!(problem <= rows(&report, "本周次数不足"));
        assert_eq!(said(&report, "，检查").unwrap(), good + problem + failed);
        for (word, key) in
            [("两周未更新（", "超过两周未更新"), ("至14天，", "临近期限"), ("次数不足（", "本周次数不足")]
        {
            assert_eq!(said(&report, word).unwrap(), rows(&report, key), "{}", text_of(&report));
        }
    }
}

#[test]
fn the_leader_gets_one_page_with_the_same_figures() {
    let many = (0..15).map(|i| Resident::new(&format!("停更{i}号"), "新浪微博", &format!("第{}局", i % 12)));
    let town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], "2022-06-28 15:30", many.chain(everybody()).collect());
    let (clerk, page) = (week(&town.facts()), leader(&town.facts()));
    assert_eq!(clerk.title, page.title);
    assert_eq!(clerk.paragraphs().next(), page.paragraphs().next(), "the headline");
    for word in ["两周未更新（", "至14天，", "次数不足（", "无法判定（"] {
        assert_eq!(said(&clerk, word), said(&page, word), "{word}");
    }
    assert_eq!((rows(&clerk, "超过两周未更新"), rows(&page, "超过两周未更新")), (16, 10));
    let text = text_of(&page);
    assert!(text.contains("另有6个，见检查方留存的周报附表。"), "{text}");
    assert!(text.contains("第0局2个、第1局2个、第2局2个") && text.contains("家单位。"), "{text}");
    assert!(text.lines().count() < 60, "{text}");
}

#[test]
fn the_trend_says_only_what_changed() {
    let residents = vec![Resident::new("开封发布", "新浪微博", "市政府办公室").lively()];
    let mut town = Town::new(kaifeng(), "2022-W24", &["2022-06-20"], "2022-06-20 09:30", residents);
    let said = |town: &Town| text_of(&week(&town.facts()));
    assert!(!said(&town).contains("与上周相比"), "nothing to compare with");
    town.progress.before = Some(Standing { good: 1, ..Standing::default() });
    assert!(said(&town).contains("无法判定0个。与上周相比，各项持平。"));
    town.progress.before = Some(Standing { failed: 1, unclear: 2, ..Standing::default() });
    assert!(said(&town).contains("与上周相比，不合格减少1个，合格增加1个，无法判定减少2个。"));
}

#[test]
fn an_all_green_week_is_told_too() {
    let residents = vec![Resident::new("开封发布", "新浪微博", "市政府办公室").lively()];
    let town = Town::new(kaifeng(), "2022-W24", &["2022-06-20"], "2022-06-20 09:30", residents);
    let text = text_of(&week(&town.facts()));
    assert!(text.contains("\n第24周：合格1，存在问题0，不合格0，无法判定0；本周共发0封\n"), "{text}");
    assert!(
        text.contains("正在运行1个，检查1个，检查率100%。不合格0个，存在问题0个，合格无问题1个，无法判定0个。"),
        "{text}"
    );
    for section in [
        "二、超过两周未更新（0个）",
        "三、临近期限（第10至14天，0个）",
        "四、本周次数不足（0个）",
        "五、无法判定（0个）",
    ] {
        assert!(text.contains(&format!("{section}\n无。\n")), "{text}");
    }
    assert!(!text.contains("注：") && !text.contains("待核实"), "{text}");
}

#[test]
fn near_the_limit_by_the_day() {
    for (last, inclusive, listed) in [
        ("2022-06-13", true, true),
        ("2022-06-17", true, true),
        ("2022-06-18", true, false),
        ("2022-06-14", false, true),
        ("2022-06-13", false, false),
    ] {
        let mut profile = kaifeng();
        profile.rules[1].window = crate::rules::WindowKind::Days { days: 14, inclusive };
        let residents = vec![Resident::new("兰考", "抖音", "兰考县").posts(&[last])];
        let report = week(&Town::new(profile, "2022-W25", &["2022-06-27"], "2022-06-28 15:30", residents).facts());
        assert_eq!(rows(&report, "临近期限") == 1, listed, "{last} {inclusive}");
    }
}

#[test]
fn a_veto_may_hide_the_weeks() {
    let mut profile = kaifeng();
    profile.veto_hides_weekly = true;
    let report = month(&Town::new(profile, "2022-06", &JUNE, "2022-06-28 15:30", everybody()).facts());
    assert_eq!(column(&report, "不合格", "政务新媒体"), ["文明通许"]);
    assert!(!column(&report, "存在问题", "政务新媒体").contains(&"文明通许".to_owned()));
}

#[test]
fn a_quarter_has_the_same_form_and_other_words() {
    let report = quarter(&Town::new(kaifeng(), "2022-Q2", &JUNE, "2022-07-01 09:00", everybody()).facts());
    assert_eq!(report.title, "关于全市政府网站与政务新媒体季度检查情况的通报");
    assert_eq!(report.table("不合格").unwrap().full_title(), "附件2　2022年第2季度不合格的政务新媒体名单");
    assert_eq!(column(&report, "不合格", "政务新媒体"), ["文明通许"]);
}

#[test]
fn a_period_that_is_not_over_says_so() {
    let report = month(&Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-21 15:30", everybody()).facts());
    assert!(report.footnotes.iter().any(|note| note.contains("还有1次检查未到时间")));
    let line = report.table("不合格").unwrap().subtitle.clone();
    assert_eq!(line.unwrap(), "(以6月6日、13日、6月20日检查结果为准)");
    let none = month(&Town::new(kaifeng(), "2022-06", &[], "2022-06-21 15:30", everybody()).facts());
    assert!(none.paragraphs().eq(["本期没有检查。"]));
}

#[test]
fn only_the_lists_of_findings_name_a_problem() {
    let report = june();
    let named: Vec<&str> =
        report.tables().filter(|t| t.columns.contains(&"问题类型".to_owned())).map(|t| t.key.as_str()).collect();
    assert_eq!(named, ["不合格", "存在问题"]);
    let keys: Vec<&str> = report.tables().map(|table| table.key.as_str()).collect();
    assert_eq!(keys, ["不合格", "存在问题", "无法判定", "关停公告中", "不参评"]);
}

#[test]
fn an_office_prints_as_the_row_spells_it() {
    let residents = vec![
        Resident::new("甲", "抖音", "市市场监督管理局").posts(&[]),
        Resident::new("乙", "抖音", "市市场监管局").posts(&[]),
        Resident::new("丙", "抖音", "").posts(&[]),
    ];
    let report = month(&Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", residents).facts());
    assert_eq!(column(&report, "不合格", "主管单位"), ["市市场监督管理局", "市市场监管局", "丙的主办单位"]);
}

/// Every sheet of the workbook holds its table: below the title, and the line below it if there is one.
#[test]
fn the_workbook_read_back_equals_the_tables() {
    for report in [june(), week25()] {
        let bytes = render(&report, Format::Xlsx).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let mut sheets = vec!["总体情况".to_owned()];
        sheets.extend(report.tables().map(|table| table.key.clone()));
        assert_eq!(book.sheet_names(), sheets);
        for table in report.tables() {
            let range = book.worksheet_range(&table.key).unwrap();
            let skip = 1 + usize::from(table.subtitle.is_some());
            let found: Vec<Vec<Cell>> = range.rows().skip(skip).map(|row| row.iter().map(cell_of).collect()).collect();
            let header: Vec<Cell> = table.columns.iter().map(|column| Cell::Text(column.clone())).collect();
            let wanted: Vec<Vec<Cell>> = std::iter::once(header).chain(table.rows.clone()).collect();
            assert_eq!(found, wanted, "{}", table.key);
            assert!(book.worksheet_formula(&table.key).unwrap().is_empty(), "{}", table.key);
        }
        let text = book.worksheet_range("总体情况").unwrap();
        let lines: Vec<String> = text.rows().map(|row| row[0].to_string()).collect();
        assert!(report.blocks.iter().filter_map(prose).all(|text| lines.contains(&text.to_owned())));
    }
}

fn cell_of(data: &Data) -> Cell {
    match data {
        Data::Float(number) => Cell::Number(*number as i64),
        other => Cell::Text(other.to_string()),
    }
}

#[test]
fn names_can_do_no_harm() {
    let names =
        ["=1+1", "+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a\"b&c", "甲\u{7}\u{1b}[31m乙"];
    let residents = names.iter().map(|name| Resident::new(name, "抖音", "-2+3")).collect();
    let report = month(&Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", residents).facts());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(render(&report, Format::Xlsx).unwrap())).unwrap();
    assert!(book.worksheet_formula("不合格").unwrap().is_empty());
    let read: Vec<String> =
        book.worksheet_range("不合格").unwrap().rows().skip(3).map(|row| row[1].to_string()).collect();
    assert_eq!(read[..6], names[..6]);
    assert_eq!(read[6], "甲[31m乙");
    let html = String::from_utf8(render(&report, Format::Html).unwrap()).unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;"), "{html}");
    assert!(!text_of(&report).contains('\u{1b}'));
    let json: serde_json::Value = serde_json::from_slice(&render(&report, Format::Json).unwrap()).unwrap();
    let read: Vec<&str> =
        json["tables"]["不合格"].as_array().unwrap().iter().map(|row| row["政务新媒体"].as_str().unwrap()).collect();
    assert_eq!(read, names);
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let html = String::from_utf8(render(&june(), Format::Html).unwrap()).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    for foreign in ["http:", "https:", "src=", "url(", "<link", "@import", "<script"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert_eq!(html.matches("<thead>").count(), 5);
    for name in [
        "=兰考&lt;交警&gt;",
        "附件3　2022年6月份存在问题的政务新媒体名单",
        "(以6月6日、13日、20日、6月27日检查结果为准)",
    ] {
        assert!(html.contains(name), "{name}");
    }
    let tags = |tag: &str| (html.matches(&format!("<{tag}")).count(), html.matches(&format!("</{tag}>")).count());
    for tag in ["table", "tbody", "tr", "td", "p ", "h2", "ol", "li>"] {
        let (opened, closed) = (tags(tag).0, html.matches(&format!("</{}>", tag.trim_end_matches([' ', '>']))).count());
        assert_eq!(opened, closed, "{tag}");
    }
}

#[test]
fn the_object_keeps_the_order_of_the_document() {
    let report = june();
    let text = String::from_utf8(render(&report, Format::Json).unwrap()).unwrap();
    let order = [
        "\"title\"",
        "\"period\": \"2022-06\"",
        "\"profile\": \"开封\"",
        "\"generated_at\": \"2022-06-28T15:30:00+08:00\"",
    ];
    let tables = [
        "\"paragraphs\"",
        "\"tables\"",
        "\"不合格\": [",
        "\"序号\": 1",
        "\"政务新媒体\"",
        "\"主管单位\"",
        "\"平台类型\"",
    ];
    let rest =
        ["\"问题类型\"", "\"存在问题\": [", "\"无法判定\": [", "\"关停公告中\": [", "\"不参评\": [", "\"footnotes\""];
    let mut from = 0;
    for key in order.iter().chain(&tables).chain(&rest) {
        from += text[from..].find(key).unwrap_or_else(|| panic!("{key} is missing or too early:\n{text}"));
    }
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["paragraphs"].as_array().unwrap().len(), report.paragraphs().count());
    for table in report.tables() {
        assert_eq!(json["tables"][&table.key].as_array().unwrap().len(), table.rows.len());
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        assert!(render(&june(), format).unwrap() == render(&june(), format).unwrap(), "{format:?}");
    }
}

#[test]
fn formats_and_file_names() {
    assert_eq!(Format::parse_list("xlsx,html, JSON,xlsx").unwrap(), [Format::Xlsx, Format::Html, Format::Json]);
    for (text, word) in [("pdf", "pdf"), ("xlsx;html", "xlsx;html"), ("", "没有写格式"), (" , ", "没有写格式")]
    {
        assert!(Format::parse_list(text).unwrap_err().contains(word), "{text}");
    }
    for (period, name) in [
        ("2022-W25", "weekly-2022-W25.xlsx"),
        ("2022-06", "monthly-2022-06.xlsx"),
        ("2022-Q2", "quarterly-2022-Q2.xlsx"),
    ] {
        assert_eq!(file_name(Period::parse(period).unwrap(), Format::Xlsx), name);
    }
}

/// A quarter of a large province is written in one go.
#[test]
fn a_large_report_renders() {
    let one = || Resident::new("某账号", "新浪微博", "某局");
    let town = Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", (0..2_000).map(|_| one()).collect());
    let report = month(&town.facts());
    assert_eq!(rows(&report, "不合格"), 2_000);
    for format in Format::ALL {
        assert!(render(&report, format).unwrap().len() > 10_000, "{format:?}");
    }
}
/// A declared delay is no alarm until six hours after it should have ended.
#[test]
fn awaited_data_is_told_apart_until_it_is_overdue() {
    for (now, doubt, advice) in [
        ("2022-06-27 15:00", "待数据", "数据于2022年6月28日9时到齐后自动判定，无须处理"),
        ("2022-06-28 14:59", "待数据", "数据于2022年6月28日9时到齐后自动判定，无须处理"),
        ("2022-06-28 15:00", "无法判定", "数据逾期未到，请人工核查"),
    ] {
        let residents = vec![Resident::new("甲", "微信订阅号", "某局").unwatched()];
        let mut town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], now, residents);
        for verdict in &mut town.results[0].unclear {
            let gap = Gap {
                kind: PostKind::Notified,
                from: at("2022-06-26 00:00"),
                until: at("2022-06-27 00:00"),
                why: GapWhy::Delay { source: "公众号接口".to_owned() },
                closes_at: Some(at("2022-06-28 09:00")),
            };
            verdict.kind = VerdictKind::Unknown { seen: 0, gaps: vec![gap] };
        }
        let report = week(&town.facts());
        let reason = format!("{doubt}：6月26日，来源“公众号接口”的数据次日才出");
        assert_eq!(column(&report, "无法判定", "原因"), [reason]);
        assert_eq!(column(&report, "无法判定", "处理建议"), [advice]);
        assert_eq!(text_of(&report).contains("五、无法判定（1个，其中待数据1个）"), doubt == "待数据");
        assert_eq!(column(&report, "无法判定", "最近一次核实"), ["从未"]);
    }
}

/// Its update may lie before the window: 五 says so, and 三 must not promise days that it may not have.
#[test]
fn whoever_is_in_doubt_is_not_near_the_limit() {
    let residents = vec![Resident::new("甲", "抖音", "某局").sometime("2022-06-10 00:00", "2022-06-16 00:00")];
    let town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], "2022-06-28 15:30", residents);
    let report = week(&town.facts());
    assert_eq!(column(&report, "无法判定", "处理建议"), ["请核对这条更新的准确时间并补录"]);
    assert_eq!(rows(&report, "临近期限"), 0);
    assert!(!text_of(&report).contains("下列账号将满"));
}

/// What closes by itself does not hide what nobody will close.
#[test]
fn one_hole_without_a_cure_outweighs_the_awaited() {
    let residents = vec![Resident::new("甲", "抖音", "某局").unwatched()];
    let mut town = Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-27 15:00", residents);
    let last = town.results[0].unclear.iter_mut().rfind(|verdict| verdict.rule == "silence").unwrap();
    let (from, until) = (at("2022-06-26 00:00"), at("2022-06-27 00:00"));
    let (why, closes_at) = (GapWhy::Delay { source: "接口".to_owned() }, Some(at("2022-06-28 09:00")));
    last.kind = VerdictKind::Unknown { seen: 0, gaps: vec![Gap { kind: PostKind::Post, from, until, why, closes_at }] };
    let report = month(&town.facts());
    assert!(column(&report, "无法判定", "原因")[0].starts_with("无法判定："));
    assert_eq!(column(&report, "无法判定", "处理建议"), ["请打开账号人工核查，并登记核查结果"]);
}
