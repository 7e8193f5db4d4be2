//! The document read back: its parts, its page, its order, what the standard numbers.

use super::*;
use crate::domain::{Moment, Period};
use crate::report::{
    Block, Cell, Format, Grid, GridCell, Group, Meta, Paper, Part, Report, Shape, Table, render as rendered,
};
use chrono::NaiveDate;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::Read;
use zip::ZipArchive;

fn meta() -> Meta {
    Meta {
        period: Period::parse("2022-06").unwrap(),
        profile: "开封".to_owned(),
        generated_at: Moment::parse("2022-07-11 09:00").unwrap(),
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn annex(number: usize, key: &str, rows: usize) -> Block {
    let row = |at: usize| vec![Cell::Number(at as i64 + 1), text("文明通许"), text("通许县")];
    let rows = (0..rows).map(row).collect();
    let title = format!("2022年6月份{key}的政务新媒体名单");
    let table = Table::new(key, title, &["序号", "政务新媒体", "主管单位"], rows);
    Block::Table(Table {
        part: Part::Annex(number), subtitle: Some("(以6月6日检查结果为准)".to_owned()), ..table
    })
}

fn report(paper: Option<Paper>) -> Report {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    let heading = |text: &str| Block::Heading(text.to_owned());
    let working = Table {
        part: Part::Working,
        ..Table::new("无法判定", "无法判定名单", &["序号"], vec![vec![text("1")]])
    };
    Report {
        title: "关于全市政府网站与政务新媒体月度检查情况的通报".to_owned(),
        subtitle: None,
        blocks: vec![
            heading("一、总体情况"),
            paragraph("全市正在运行的政务新媒体共计311个。"),
            paragraph("（一）信息报送情况。截至6月30日，共收到1371条。"),
            heading("二、检查结果"),
            annex(2, "不合格", 1),
            annex(3, "存在问题", 2),
            Block::Table(working),
        ],
        footnotes: Vec::new(),
        paper,
        meta: meta(),
    }
}

fn telegram() -> Paper {
    Paper {
        shape: Shape::Telegram,
        issuer: "某市人民政府办公室".to_owned(),
        number: "某政办明电〔{年}〕{号}号".to_owned(),
        urgency: "平急".to_owned(),
        to: "各县、区人民政府，市直各有关单位".to_owned(),
        public: true,
        ..Paper::default()
    }
    .numbered(Some(28), NaiveDate::from_ymd_opt(2022, 7, 11))
}

fn part_of(bytes: &[u8], name: &str) -> String {
    let mut package = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    package.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn document(report: &Report) -> String {
    part_of(&rendered(report, Format::Docx).unwrap(), "word/document.xml")
}

/// The paragraphs, each with its style and text, once the part is known to be well-formed.
fn paragraphs(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut all, mut open): (Vec<(String, String)>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                if tag.name().as_ref() == "w:p" {
                    all.push(Default::default());
                }
                open.push(tag.name().as_ref().to_owned());
            }
            Event::Empty(tag) => {
                let last = all.last_mut();
                match (tag.name().as_ref(), last) {
                    ("w:pStyle", Some(last)) => {
                        let style = tag.try_get_attribute("w:val").unwrap().unwrap();
                        last.0 = style.value.into_owned();
                    }
                    ("w:br", Some(last)) => last.1.push('\n'),
                    ("w:tab", Some(last)) if open.last().is_some_and(|tag| tag == "w:r") => last.1.push('\t'),
                    _ => {}
                }
            }
            Event::End(tag) => assert_eq!(open.pop().as_deref(), Some(tag.name().as_ref())),
            Event::Text(text) => all.last_mut().unwrap().1.push_str(&text),
            Event::GeneralRef(name) => {
                let text = quick_xml::escape::unescape(&format!("&{};", &*name)).unwrap().into_owned();
                all.last_mut().unwrap().1.push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    all
}

fn lines(report: &Report) -> Vec<String> {
    let all = paragraphs(&document(report)).into_iter();
    all.filter(|(_, text)| !text.is_empty()).map(|(style, text)| format!("{style}|{text}")).collect()
}

#[test]
fn every_part_is_well_formed_and_the_same_each_time() {
    let bytes = rendered(&report(Some(telegram())), Format::Docx).unwrap();
    assert!(bytes == rendered(&report(Some(telegram())), Format::Docx).unwrap());
    let names: Vec<String> =
        ZipArchive::new(Cursor::new(&bytes)).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names.len(), 11);
    for name in names {
        let text = part_of(&bytes, &name);
        let mut reader = Reader::from_str(&text);
        while reader.read_event().unwrap_or_else(|e| panic!("{name}: {e}")) != Event::Eof {}
    }
}

#[test]
fn the_order_of_a_telegram() {
    let wanted = [
        "Normal|发电单位　某市人民政府办公室\t签批盖章　",
        "Normal|等级　平急\t某政办明电〔2022〕28号",
        "Title|关于全市政府网站与政务新媒体\n月度检查情况的通报",
        "Normal|各县、区人民政府，市直各有关单位：",
        "Heading1|一、总体情况",
        "BodyText|全市正在运行的政务新媒体共计311个。",
        "BodyText|（一）信息报送情况。截至6月30日，共收到1371条。",
        "Normal|附件：1.\t____",
        "Normal|2.\t2022年6月份不合格的政务新媒体名单",
        "Normal|3.\t2022年6月份存在问题的政务新媒体名单",
        "Signature|2022年7月11日",
        "BodyText|（此件公开发布）",
        "AnnexNumber|附件2",
        "Title|2022年6月份不合格的政务新媒体名单",
        "Subtitle|(以6月6日检查结果为准)",
        "TableCell|序号",
        "TableCell|政务新媒体",
        "TableCell|主管单位",
        "TableCell|1",
        "TableCell|文明通许",
        "TableCell|通许县",
        "AnnexNumber|附件3",
    ];
    let found = lines(&report(Some(telegram())));
    assert_eq!(found[..wanted.len()], wanted);
    assert!(!found.iter().any(|line| line.contains("无法判定")), "a working list is no part of a paper");
}

/// Whether each paragraph up to the first annex stays with the next one, with its text.
fn kept(report: &Report) -> Vec<(bool, String)> {
    let xml = document(report);
    let texts = paragraphs(&xml).into_iter().map(|(_, text)| text);
    let kept = xml.split("<w:p>").skip(1).map(|one| one.contains("<w:keepNext/>"));
    kept.zip(texts).take_while(|(_, text)| !text.starts_with("附件2") && text != "附件").collect()
}

fn with_annexes(count: usize, paper: Paper) -> Report {
    let mut report = report(Some(paper));
    report.blocks.retain(|block| !matches!(block, Block::Table(_)));
    report.blocks.pop();
    report.blocks.push(Block::Paragraph("末段。".to_owned()));
    report.blocks.extend((1..=count).map(|at| annex(at, &format!("第{at}种"), 1)));
    report
}

/// The last two lines of the list, or of the text, the empty lines, the office, the date and its remarks
/// are one block; whatever stands before it may stay on the page before.
#[test]
fn a_signature_keeps_what_it_needs_and_no_more() {
    let letter = Paper { shape: Shape::Letter, contact: "张三".to_owned(), ..telegram() };
    for (paper, foot) in [(telegram(), 1), (letter, 3), (Paper { public: false, ..telegram() }, 0)] {
        for count in [0_usize, 1, 2, 6, 14] {
            let kept = kept(&with_annexes(count, paper.clone()));
            let date = kept.iter().rposition(|(_, text)| text.ends_with("11日")).unwrap();
            let last = kept.iter().position(|(_, text)| text == "末段。").unwrap();
            let body: Vec<&(bool, String)> = kept[last..=date].iter().filter(|(_, text)| !text.is_empty()).collect();
            assert_eq!(body[0].0, count < 2, "{count} {kept:?}");
            let list: Vec<bool> = body[1..=count].iter().map(|(keeps, _)| *keeps).collect();
            let wanted: Vec<bool> = (1..=count).map(|at| at + 2 > count).collect();
            assert_eq!(list, wanted, "{count} {kept:?}");
            assert!(kept[last + 1..date].iter().all(|(keeps, text)| *keeps || !text.is_empty()), "{count} {kept:?}");
            let remarks: Vec<bool> = kept[date..].iter().map(|(keeps, _)| *keeps).take(foot.min(1) + 1).collect();
            assert_eq!(remarks[0], foot > 0, "{count} {kept:?}");
        }
    }
}

#[test]
fn the_numbers_of_the_standard() {
    let xml = document(&report(Some(telegram())));
    for wanted in [
        r#"<w:pgSz w:w="11906" w:h="16838"/>"#,
        r#"w:top="2098" w:right="1474" w:bottom="1984" w:left="1587""#,
        r#"w:footer="1417""#,
        r#"<w:spacing w:val="-5"/>"#,
        r#"<w:footerReference w:type="even" r:id="rIdEven"/>"#,
        // The name of an annex turns below its first character: 2 + 3 + 1.5 characters of 315.
        r#"<w:ind w:left="2047" w:right="0" w:hanging="1417"/>"#,
        // The date four characters from the right.
        r#"<w:ind w:left="0" w:right="1260" w:hanging="0"/>"#,
    ] {
        assert!(xml.contains(wanted), "{wanted}");
    }
    assert_eq!(xml.matches("<w:pageBreakBefore/>").count(), 2, "one page for each annex");
    assert_eq!((xml.matches("<w:tblHeader/>").count(), xml.matches("<w:cantSplit/>").count()), (2, 5));
    assert_eq!(xml.matches("<w:rFonts ").count(), xml.matches("w:eastAsia=").count());
    let bytes = rendered(&report(Some(telegram())), Format::Docx).unwrap();
    let styles = part_of(&bytes, "word/styles.xml");
    assert_eq!(styles.matches(r#"w:line="579" w:lineRule="exact""#).count(), style::STYLES.len() - 4);
    let fonts = part_of(&bytes, "word/fontTable.xml");
    assert!(fonts.contains(r#"<w:font w:name="仿宋_GB2312"><w:altName w:val="FangSong_GB2312,仿宋,"#), "{fonts}");
    assert!(part_of(&bytes, "word/settings.xml").contains("<w:evenAndOddHeaders/>"));
    let [odd, even] = ["1", "2"].map(|side| part_of(&bytes, &format!("word/footer{side}.xml")));
    assert!(odd.contains(r#"<w:ind w:right="280"/><w:jc w:val="right"/>"#) && odd.contains("— "), "{odd}");
    assert!(even.contains(r#"<w:ind w:left="280"/><w:jc w:val="left"/>"#), "{even}");
    let core = part_of(&bytes, "docProps/core.xml");
    assert!(core.contains("<dc:creator>某市人民政府办公室</dc:creator>") && core.contains("2022-07-11T09:00:00+08:00"));
}

#[test]
fn what_nobody_set_is_a_visible_blank() {
    for (_, shape) in Shape::ALL {
        let paper =
            Paper { shape, number: "某政办函〔{年}〕{号}号".to_owned(), ..Paper::default() }.numbered(None, None);
        let found = lines(&report(Some(paper))).join("\n");
        assert!(found.contains("____年____月____日"), "{found}");
        assert!(found.contains("某政办函〔____〕____号"), "{found}");
        assert!(!found.contains('{'), "{found}");
    }
}

#[test]
fn a_brief_and_a_letter_end_in_an_imprint() {
    let paper = Paper { masthead: "政务信息公开工作".to_owned(), copies: "市领导".to_owned(), ..telegram() };
    let brief = lines(&report(Some(Paper { shape: Shape::Brief, ..paper.clone() })));
    assert_eq!(brief[..2], ["Masthead|政务信息公开工作", "PaperNumber|（某政办明电〔2022〕28号）"]);
    assert!(brief.ends_with(&[
        "Imprint|送：市领导".to_owned(),
        "Imprint|发：____".to_owned(),
        "Imprint|签发：____\t联系方式：____".to_owned()
    ]));
    let letter = lines(&report(Some(Paper { shape: Shape::Letter, ..paper.clone() })));
    assert!(letter.ends_with(&["Imprint|抄送：市领导。".to_owned(), "Imprint|____\t2022年7月11日印发".to_owned()]));
    let signed: Vec<&String> = letter.iter().filter(|line| line.starts_with("Signature|")).collect();
    assert_eq!(signed, ["Signature|某市人民政府办公室", "Signature|2022年7月11日"]);
}

#[test]
fn other_documents_have_forms_pages_and_signatures() {
    let grid = Grid::new("反馈表")
        .row(1, vec![GridCell::label("单位", 3), GridCell::value("某局", 9)])
        .row(6, vec![GridCell::label("整改情况", 3), GridCell::value("", 9)]);
    let blocks = vec![
        Block::Left("某局：".to_owned()),
        Block::Grid(grid),
        Block::NewPage(Some("整改反馈表".to_owned())),
        Block::Right("签名：____".to_owned()),
        Block::NewPage(None),
        Block::Grid(Grid::new("空").row(2, Vec::new())),
    ];
    let report = Report { blocks, subtitle: Some("一式两份".to_owned()), ..report(None) };
    let xml = document(&report);
    let found = lines(&report);
    assert_eq!(
        found[1..],
        [
            "Subtitle|一式两份",
            "Normal|某局：",
            "TableCell|单位",
            "TableCell|某局",
            "TableCell|整改情况",
            "Title|整改反馈表",
            "Signature|签名：____"
        ]
    );
    assert_eq!(xml.matches("<w:pageBreakBefore/>").count(), 2);
    assert!(xml.contains(r#"<w:gridSpan w:val="9"/>"#) && xml.contains(r#"<w:trHeight w:val="3474""#), "{xml}");
}

#[test]
fn heads_of_two_rows_and_merged_cells() {
    let row = |no, site: &str, found: &str| vec![Cell::Number(no), text(site), text(found)];
    let rows = vec![row(1, "甲网", "要闻"), row(1, "甲网", "公告"), row(2, "乙网", "公告")];
    let groups = vec![Group::new("", 1), Group::new("网站", 2)];
    let table = Table { groups, once: 2, ..Table::new("网站", "网站", &["序号", "名称", "栏目"], rows) };
    let xml = document(&Report { blocks: vec![Block::Table(table)], ..report(None) });
    assert_eq!(xml.matches("<w:tblHeader/>").count(), 2);
    assert_eq!(xml.matches(r#"<w:gridSpan w:val="2"/>"#).count(), 1);
    assert_eq!(xml.matches(r#"<w:vMerge w:val="restart"/>"#).count(), 1 + 2);
    assert_eq!(xml.matches(r#"<w:vMerge w:val="continue"/>"#).count(), 1 + 2);
    assert_eq!(paragraphs(&xml).iter().filter(|(_, text)| text == "甲网").count(), 1);
}

#[test]
fn a_wide_table_lies_on_its_side_and_the_next_does_not() {
    let wide = Table::new("表", "登记表", &["联系电话（手机和固话）"; 9], vec![vec![text("1"); 9]]);
    let blocks = vec![Block::Table(Table { part: Part::Annex(1), ..wide }), annex(2, "不合格", 1)];
    let xml = document(&Report { blocks, ..report(None) });
    let sizes: Vec<usize> = xml.match_indices("<w:pgSz ").map(|(at, _)| at).collect();
    assert_eq!(sizes.len(), 3);
    assert!(xml[sizes[1]..].starts_with(r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#));
    assert!(!xml.contains("<w:pageBreakBefore/>"), "a section begins its page");
}

proptest! {
    /// Any text stays what it is, but for what `clean` takes away.
    #[test]
    fn any_text_reads_back(title in "\\PC{0,40}", cell in any::<String>(), said in any::<String>()) {
        let table = Table::new("表", "", &["列"], vec![vec![Cell::Text(cell.clone())]]);
        let blocks = vec![Block::Left(said.clone()), Block::Table(table)];
        let report = Report { title, blocks, ..report(None) };
        let found = paragraphs(&document(&report));
        // A tab is a tab in running text, so both are compared as spaces.
        let wanted = |text: &str| crate::report::clean::clean(text).into_owned();
        let has = |style: &str, text: &str| found.iter().any(|(s, t)| s == style && t.replace('\t', " ") == wanted(text));
        prop_assert!(has("Normal", &said), "{said:?} {found:?}");
        prop_assert!(has("TableCell", &cell), "{cell:?} {found:?}");
    }
}
