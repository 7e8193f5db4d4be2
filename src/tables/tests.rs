//! Scores, ranks, totals, rates and order against what a person with a pencil gets, and the attachments
//! of the models in their places.

use super::*;
use crate::domain::{Moment, Period};
use crate::report::{Block, Cell, Meta, Part, Report, Table};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const DIGITS: Digits = Digits { decimals: 0, rounding: crate::report::Rounding::HalfUp };

fn rows(form: &Form, texts: &[&[&str]]) -> Vec<Cells> {
    let given: Vec<usize> = (0..form.columns.len()).filter(|at| !form.columns[*at].role.is_computed()).collect();
    let row = |texts: &&[&str]| {
        let mut cells = vec![String::new(); form.columns.len()];
        given.iter().zip(*texts).for_each(|(at, text)| cells[*at] = (*text).to_owned());
        cells
    };
    texts.iter().map(row).collect()
}

fn attachment(kind: &str, name: &str, texts: &[&[&str]]) -> Attachment {
    let form = Form::find(kind).unwrap();
    Attachment {
        form,
        period: Period::parse("2022-06").unwrap(),
        name: name.to_owned(),
        place: 1,
        title: None,
        headings: BTreeMap::new(),
        note: None,
        as_printed: false,
        rows: rows(form, texts),
    }
}

fn style(rules: &TableRules) -> Style<'_> {
    Style { rules, digits: DIGITS, checks: Some("(以6月6日、13日、20日、6月27日检查结果为准)") }
}

fn printed(table: &Table) -> Vec<String> {
    table.rows.iter().map(|row| row.iter().map(Cell::text).collect::<Vec<_>>().join("·")).collect()
}

fn table(kind: &str, texts: &[&[&str]]) -> Table {
    attachment(kind, "", texts).table(style(&TableRules::default()))
}

#[test]
fn scores_and_dense_ranks() {
    let towns = table(
        "报送得分",
        &[&["甲镇", "20", "62"], &["乙镇", "0", "0"], &["丙镇", "7", "7"], &["丁镇", "42", "0"], &["戊镇", "1", "0"]],
    );
    assert_eq!(
        printed(&towns),
        ["甲镇·20·62·66·1", "丙镇·7·7·8.4·2", "丁镇·42·0·8.4·2", "戊镇·1·0·0.2·3", "乙镇·0·0·0·4"]
    );
    assert_eq!(towns.columns, ["单位", "报送信息", "采用信息", "得分", "排名"]);
    assert_eq!(towns.note.as_deref(), Some("注:每上报一条信息计0.2分,采用一条信息计1分。"));
}

#[test]
fn tallies_fall_by_what_was_adopted_then_by_what_was_sent() {
    let tally = table("tally", &[&["甲", "5", "2"], &["乙", "9", "2"], &["丙", "0", "0"], &["丁", "3", "3"]]);
    assert_eq!(printed(&tally), ["1·丁·3·3", "2·乙·9·2", "3·甲·5·2", "4·丙·0·0"]);
}

#[test]
fn totals_with_halves_and_the_sheet_of_the_year() {
    let month = table("综合得分", &[&["甲局", "10", "19.5", "20", "0"], &["乙局", "20", "20", "20", "39.5"]]);
    assert_eq!(printed(&month), ["乙局·20·20·20·39.5·99.5", "甲局·10·19.5·20·0·49.5"]);
    let year = table("全年得分", &[&["甲局", "10", "10", "10", "10", "300"], &["乙局", "1", "1", "1", "1", "301.5"]]);
    assert_eq!(printed(&year), ["乙局·1·1·1·1·4·301.5", "甲局·10·10·10·10·40·300"]);
    assert_eq!((year.columns[5].as_str(), year.note.as_deref()), ("6月份总分", Some("注：按全年总分进行排名。")));
}

#[test]
fn a_site_with_several_findings_prints_once() {
    let rows: &[&[&str]] = &[
        &["甲网", "甲局", "要闻", "超过2周未更新"],
        &["乙网", "乙局", "公告", "栏目打不开"],
        &["甲网", "甲局", "公告", "长期未更新"],
    ];
    let sites = table("网站问题", rows);
    assert_eq!(
        printed(&sites),
        ["1·甲网·甲局·要闻·超过2周未更新", "1·甲网·甲局·公告·长期未更新", "2·乙网·乙局·公告·栏目打不开"]
    );
    assert_eq!((sites.once, sites.runs()), (3, vec![0..2, 2..3]));
    assert!(sites.subtitle.is_some());
}

#[test]
fn platforms_have_a_head_of_two_rows() {
    let platforms = table("公开平台", &[&["甲局", "1", "0", "0", "1", "1", "1", "1", ""]]);
    let upper: Vec<(&str, usize)> = platforms.head()[0].iter().map(|cell| (cell.text, cell.columns)).collect();
    let wanted = [
        ("填报单位", 1),
        ("首页直接入口", 1),
        ("是否符合标准格式", 3),
        ("功能", 2),
        ("更新情况", 1),
        ("异常情况说明", 1),
    ];
    assert_eq!(upper, wanted);
}

#[test]
fn a_profile_chooses_weights_columns_and_order() {
    let mut rules = TableRules { reported: Points::whole(2), ..TableRules::default() };
    rules.columns.insert("信息报送".to_owned(), ["单位", "采用率", "得分", "排名"].map(str::to_owned).to_vec());
    rules.sort.insert("信息报送".to_owned(), vec!["报送信息".to_owned()]);
    let tally = attachment("信息报送", "", &[&["甲", "3", "3"], &["乙", "9", "2"]]).table(style(&rules));
    assert_eq!(printed(&tally), ["乙·22%·20·1", "甲·100%·9·2"]);
}

#[test]
fn what_a_file_prints_is_held_against_its_counts() {
    let form = Form::find("报送得分").unwrap();
    let mut file = rows(form, &[&["甲镇", "20", "62"], &["乙镇", "1", "0"], &["丙镇", "0", "0"]]);
    for (row, [score, rank]) in file.iter_mut().zip([["66", "1"], ["0.2", "27"], ["0.0", "27"]]) {
        row[form.column("得分").unwrap()] = score.to_owned();
        row[form.column("排名").unwrap()] = rank.to_owned();
    }
    let found = disagreements(form, &TableRules::default(), DIGITS, &file);
    let found: Vec<(usize, &str)> = found.iter().map(|one| (one.row, one.why.as_str())).collect();
    let rank = "按得分排名（并列同名次，名次不跳）应为";
    assert_eq!(found, [(1, &*format!("原表是27，{rank}2")), (2, &*format!("原表是27，{rank}3"))]);
}

#[test]
fn rates_may_be_written_in_three_ways() {
    let form = Form::find("平台合格率").unwrap();
    for (text, right) in [("96.50%", true), ("96.5", true), ("0.965", true), ("96.6%", false), ("9.65", false)] {
        let mut file = rows(form, &[&["新浪微博", "200", "193"]]);
        file[0][form.column("合格率").unwrap()] = text.to_owned();
        assert_eq!(disagreements(form, &TableRules::default(), DIGITS, &file).is_empty(), right, "{text}");
    }
}

fn paper() -> Report {
    let list = |n: usize, key: &str| {
        let table =
            Table::new(key, format!("2022年6月份{key}的政务新媒体名单"), &["序号"], vec![vec![Cell::Number(1)]]);
        Block::Table(Table { part: Part::Annex(n), ..table })
    };
    Report {
        title: "通报".to_owned(),
        subtitle: None,
        blocks: vec![Block::Heading("二、检查结果".to_owned()), list(2, "不合格"), list(3, "存在问题")],
        footnotes: Vec::new(),
        paper: None,
        meta: Meta {
            period: Period::parse("2022-06").unwrap(),
            profile: "开封".to_owned(),
            generated_at: Moment::parse("2022-07-11 09:00").unwrap(),
        },
    }
}

fn titles(attachments: &[Attachment]) -> Vec<String> {
    let mut report = paper();
    place(&mut report, attachments, style(&TableRules::default()));
    report.tables().map(|table| format!("{}|{}", table.full_title(), table.key)).collect()
}

#[test]
fn the_six_attachments_of_kaifeng_stand_in_order() {
    let tally = |name: &str, place| Attachment { place, ..attachment("信息报送", name, &[&["甲", "1", "1"]]) };
    let all = [
        attachment("公开平台", "", &[&["甲局", "1", "0", "0", "1", "1", "1", "1", ""]]),
        tally("市直各单位", 2),
        tally("各县区", 1),
        attachment("网站问题", "", &[&["甲网", "甲局", "要闻", "栏目打不开"]]),
    ];
    let wanted = [
        "附件1　2022年6月份存在问题的网站名单|网站问题",
        "附件2　2022年6月份不合格的政务新媒体名单|不合格",
        "附件3　2022年6月份存在问题的政务新媒体名单|存在问题",
        "附件4　2022年6月份各县区信息报送情况|信息报送（各县区）",
        "附件5　2022年6月份市直各单位信息报送情况|信息报送（市直各单位）",
        "附件6　政府信息公开平台建设情况|公开平台",
    ];
    assert_eq!(titles(&all), wanted);
    // Without a list of websites the place of 附件1 stays free, as it is without any attachment.
    let fewer = titles(&all[..1]);
    assert!(fewer[0].starts_with("附件2　") && fewer[2].starts_with("附件4　"), "{fewer:?}");
    assert!(titles(&[])[0].starts_with("附件2　"));
}

#[test]
fn two_tables_of_one_attachment_share_its_number() {
    let columns =
        |name: &str, place| Attachment { place, ..attachment("专栏条数", name, &[&["甲", "3"], &["乙", "5"]]) };
    let mut report = paper();
    let towns = Attachment {
        headings: BTreeMap::from([("单位名称".to_owned(), "镇办名称".to_owned())]),
        ..columns("片区、镇、街道办事处", 2)
    };
    place(&mut report, &[columns("区管委会部门", 1), towns], style(&TableRules::default()));
    let tables: Vec<&Table> = report.tables().skip(2).collect();
    assert_eq!(tables[0].full_title(), "附件4　2022年6月份政务公开专栏检查情况");
    assert_eq!((tables[1].full_title().as_str(), tables[1].annex()), ("", Some(4)));
    assert_eq!(tables[1].subtitle.as_deref(), Some("(片区、镇、街道办事处)"));
    assert_eq!(
        (tables[1].columns[1].as_str(), printed(tables[1])),
        ("镇办名称", vec!["1·乙·5".to_owned(), "2·甲·3".to_owned()])
    );
}

#[test]
fn sums_in_prose_are_those_of_all_attachments() {
    let counties = attachment("信息报送", "各县区", &[&["甲县", "400", "300"], &["乙区", "55", "61"]]);
    let offices =
        attachment("信息报送", "市直各单位", &[&["甲局", "900", "700"], &["乙局", "16", "25"], &["丙局", "0", "0"]]);
    let (all, rules) = ([counties, offices], TableRules::default());
    let fields = fields(&all, style(&rules));
    for (name, value) in [
        ("报送信息", "1371"),
        ("采用信息", "1086"),
        ("各县区报送信息", "455"),
        ("市直各单位采用信息", "725"),
        ("采用率", "79%"),
        ("市直各单位单位数", "3"),
        ("各县区前两名", "甲县、乙区"),
        ("市直各单位未报送", "丙局"),
    ] {
        assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
    }
    let said = "本期共收到报送信息1371条（各县区455条，市直各单位916条），采用1086条（各县区361条，市直各单位725条），采用率为79%。";
    assert_eq!(tally_sentence(&all, style(&rules)).as_deref(), Some(said));
}

/// The annex ranks by scores; the sentence above it names the same ones.
#[test]
fn leaders_follow_the_rank_that_prints() {
    let offices = attachment("信息报送", "市直", &[&["甲局", "20", "6"], &["乙局", "10", "6"], &["丙局", "40", "1"]]);
    let named = |rules: &TableRules| fields(std::slice::from_ref(&offices), style(rules))["市直前两名"].clone();
    let mut ranked = TableRules::default();
    ranked.columns.insert("信息报送".to_owned(), ["单位", "得分", "排名"].map(str::to_owned).to_vec());
    assert_eq!(named(&ranked), "甲局、丙局");
    // Without a rank it is the order of the rows, by both columns.
    assert_eq!(named(&TableRules::default()), "甲局、乙局");
    let first = fields(std::slice::from_ref(&offices), style(&TableRules::default()))["市直第一名"].clone();
    assert_eq!(first, "甲局");
}

#[test]
fn every_form_prints_and_is_found_by_both_words() {
    let rules = TableRules::default();
    let mut words = BTreeSet::new();
    for form in Form::all() {
        assert!(words.insert(form.word) && words.insert(form.chinese));
        assert_eq!((Form::find(form.word), Form::find(form.chinese)), (Some(form), Some(form)));
        for heading in form.printed.iter().chain(form.sort).chain(form.exclusive) {
            assert!(form.column(heading).is_some(), "{}: {heading}", form.chinese);
        }
        let grouped: usize = form.groups.iter().map(|(_, columns)| columns).sum();
        let printed = attachment(form.chinese, "", &[]).table(style(&rules));
        assert!(grouped == 0 || grouped == printed.columns.len());
        assert_eq!(printed.rows.len(), if form.is_blank { 10 } else { 0 });
    }
}

fn tally_rows() -> impl Strategy<Value = Vec<(u16, u16)>> {
    prop::collection::vec((prop_oneof![Just(0), 0_u16..12, 0_u16..400], prop_oneof![Just(0), 0_u16..9]), 0..60)
}

proptest! {
    /// Whoever is named has a smaller rank than whoever is not, and nobody is named who has nothing.
    #[test]
    fn the_leaders_are_the_rows_of_the_smallest_ranks(counts in tally_rows()) {
        let texts: Vec<[String; 3]> =
            counts.iter().enumerate().map(|(i, (sent, used))| [format!("单位{i}"), sent.to_string(), used.to_string()]).collect();
        let texts: Vec<Vec<&str>> = texts.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let texts: Vec<&[&str]> = texts.iter().map(Vec::as_slice).collect();
        let table = attachment("报送得分", "镇", &texts);
        let rules = TableRules::default();
        let printed = table.filled(style(&rules)).rows;
        let mut ranks: Vec<i64> = printed.iter().map(|row| row[6].text().parse().unwrap()).collect();
        ranks.sort_unstable();
        for (name, count) in [("镇第一名", 1), ("镇前两名", 2), ("镇前五名", 5)] {
            let said = fields(std::slice::from_ref(&table), style(&rules)).remove(name).unwrap();
            let said: BTreeSet<&str> = said.split('、').filter(|name| *name != "无").collect();
            let last = ranks.get(count - 1).or(ranks.last()).copied().unwrap_or(0);
            let wanted = printed.iter().filter(|row| row[6].text().parse::<i64>().unwrap() <= last && row[5].text() != "0");
            let wanted: Vec<String> = wanted.map(|row| row[1].text()).collect();
            prop_assert_eq!(said, wanted.iter().map(String::as_str).collect::<BTreeSet<_>>());
        }
    }

    /// The oracle counts in fifths with a pencil: a rank is one more than the number of different better scores.
    #[test]
    fn ranks_scores_and_order_as_an_oracle_gets_them(counts in tally_rows()) {
        let form = Form::find("报送得分").unwrap();
        let texts: Vec<[String; 3]> =
            counts.iter().enumerate().map(|(i, (sent, used))| [format!("单位{i}"), sent.to_string(), used.to_string()]).collect();
        let texts: Vec<Vec<&str>> = texts.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let texts: Vec<&[&str]> = texts.iter().map(Vec::as_slice).collect();
        let filled = fill(form, &TableRules::default(), DIGITS, &rows(form, &texts), false);
        let fifths = |at: usize| u32::from(counts[at].0) + 5 * u32::from(counts[at].1);
        prop_assert_eq!(filled.rows.len(), counts.len());
        for (row, at) in filled.rows.iter().zip(&filled.origin) {
            let better: BTreeSet<u32> = (0..counts.len()).map(fifths).filter(|other| *other > fifths(*at)).collect();
            prop_assert_eq!(row[6].text(), (better.len() + 1).to_string());
            let (whole, rest) = (fifths(*at) / 5, fifths(*at) % 5 * 2);
            let score = if rest == 0 { whole.to_string() } else { format!("{whole}.{rest}") };
            prop_assert_eq!(row[5].text(), score);
        }
        for pair in filled.origin.windows(2) {
            prop_assert!(fifths(pair[0]) > fifths(pair[1]) || (fifths(pair[0]) == fifths(pair[1]) && pair[0] < pair[1]));
        }
    }
}
