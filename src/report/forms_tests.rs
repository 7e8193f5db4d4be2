//! The papers of the other profiles: a quarter in the form of 济源 with its scores, 偃师's sentence, the veto
//! alone, and everything that 通用 says.

use super::town::{JUNE, Resident, Town, at, everybody, shipped};
use super::*;
use crate::domain::Strength;
use crate::rules::{Grade, Profile, WeeklyRows};
use std::collections::BTreeMap;

/// The checks of the second quarter of 2022.
fn mondays() -> Vec<String> {
    let first = at("2022-04-04 09:00");
    (0..13).map(|week| first.plus_days(7 * week).date().to_string()).collect()
}

fn quarter_of(profile: Profile, residents: Vec<Resident>) -> Town {
    let mondays = mondays();
    let dates: Vec<&str> = mondays.iter().map(String::as_str).collect();
    Town::new(profile, "2022-Q2", &dates, "2022-06-28 15:30", residents)
}

/// An account with so many updates in each of the thirteen weeks that are counted; the first ones on the
/// Tuesday.
fn updates(name: &str, platform: &str, office: &str, weeks: [u8; 13]) -> Resident {
    let first = at("2022-03-29 00:00");
    let day = |(week, n): (i64, u8)| (0..i64::from(n)).map(move |at| first.plus_days(7 * week + at).date().to_string());
    let days: Vec<String> = (0..).zip(weeks).flat_map(day).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    // What lies before the quarter keeps the silence of its first checks short.
    Resident::new(name, platform, office).posts(&["2022-03-22"]).posts(&days)
}

/// The same with `missed` weeks of one update where two are due, from the third week on.
fn short(name: &str, platform: &str, office: &str, missed: usize) -> Resident {
    updates(name, platform, office, with(missed, 1, 2))
}

/// Two updates a week, but in `count` weeks from `first` on only `updates`.
fn with(count: usize, updates: u8, first: usize) -> [u8; 13] {
    let mut weeks = [2; 13];
    weeks[first..first + count].fill(updates);
    weeks
}

/// One missed week, and so many that nobody could see, from 2 May on.
fn unseen(name: &str, platform: &str, office: &str, weeks: usize) -> Resident {
    let mut seen = with(weeks, 0, 5);
    seen[2] = 1;
    let until = at("2022-05-02 00:00").plus_days(7 * i64::try_from(weeks).unwrap()).date();
    updates(name, platform, office, seen)
        .unwatched()
        .watched("2022-01-01 00:00", "2022-05-02 00:00", Strength::Strong)
        .watched(&format!("{until} 00:00"), "2022-06-28 09:00", Strength::Strong)
}

/// Accounts of 1, 2, 8 and 9 missed weeks, a veto, a week that could not be seen, and what else the rules
/// tell apart.
fn jiyuan() -> Vec<Resident> {
    let mut silent = with(3, 0, 5);
    silent[1] = 1;
    vec![
        updates("济源发布", "新浪微博", "管委会办公室", [2; 13]),
        short("济源交警", "新浪微博", "公安局", 1),
        short("济源文旅", "微信订阅号", "文旅局", 2),
        short("济源农业", "抖音", "农业局", 8),
        short("济源水利", "微信订阅号", "水利局", 9),
        updates("济源科技", "新浪微博", "科技局", silent),
        unseen("济源应急", "抖音", "应急局", 1),
        unseen("济源商务", "新浪微博", "商务局", 4),
        updates("济源税务", "微信服务号", "税务局", [1; 13]),
        updates("济源快拍", "快手", "文旅局", [1; 13]),
    ]
}

fn text_of(report: &Report) -> String {
    String::from_utf8(render(report, Format::Text).unwrap()).unwrap()
}

fn assert_golden(name: &str, report: &Report) {
    let text = text_of(report);
    let file = format!("{}/src/report/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&file).unwrap_or_default(), "{file}\n{text}");
}

fn rows(report: &Report, key: &str) -> Vec<Vec<String>> {
    report.table(key).unwrap().rows.iter().map(|row| row.iter().map(Cell::text).collect()).collect()
}

#[test]
fn goldens_of_the_other_forms() {
    assert_golden("quarter-济源", &quarter(&quarter_of(shipped("济源"), jiyuan()).facts()));
    assert_golden("quarter-国办", &quarter(&quarter_of(shipped("国办"), jiyuan()).facts()));
    let month_of = |name| Town::new(shipped(name), "2022-06", &JUNE, "2022-06-28 15:30", everybody());
    assert_golden("month-偃师", &month(&month_of("偃师").facts()));
    let mut town = month_of("通用");
    town.letters = LetterTally { alarms: 25, reminders: 35, ..LetterTally::default() };
    town.letters.by_account.extend([(town.accounts[0].id, 4), (town.accounts[1].id, 1)]);
    town.progress.steady = vec!["开封发布（新浪微博）".to_owned()];
    town.progress.prompt = vec!["杞县文旅（新浪微博）".to_owned()];
    assert_golden("month-通用", &month(&town.facts()));
}

/// Every number of missed weeks: the score, the label, and on which side of the pass line it lies.
#[test]
fn the_score_follows_from_the_weeks_that_are_listed() {
    for missed in 0..=11 {
        let town = quarter_of(shipped("济源"), vec![short("甲", "新浪微博", "某局", missed)]);
        let report = quarter(&town.facts());
        let score = 100 - 5 * missed;
        let label = format!("“两微一端”每周更新的内容少于2次,发现{missed}次(扣{}分)", 5 * missed);
        let listed = rows(&report, "新媒体检查");
        assert_eq!(listed.len(), usize::from(missed > 0));
        for row in listed {
            assert_eq!(row, ["1", "甲", "微博", &score.to_string(), &label, "待核实"]);
        }
        let failed = town.results[0].grade == Grade::Failed;
        assert_eq!(failed, score < 60, "{missed}");
        let said = if failed { "合格0个,合格率为0%" } else { "合格1个,合格率为100%" };
        assert!(text_of(&report).contains(said), "{missed}");
    }
}

/// Deductions may come to more than there was.
#[test]
fn a_score_never_falls_below_nothing() {
    let mut profile = shipped("济源");
    profile.rules[1].points = 30;
    let town = quarter_of(profile, vec![short("甲", "新浪微博", "某局", 5)]);
    let row = rows(&quarter(&town.facts()), "新媒体检查").remove(0);
    assert_eq!(row[3..5], ["0", "“两微一端”每周更新的内容少于2次,发现5次(扣150分)"]);
}

#[test]
fn the_columns_and_headings_are_those_of_the_profile() {
    let report = quarter(&quarter_of(shipped("济源"), jiyuan()).facts());
    assert_eq!(report.table("新媒体检查").unwrap().columns, ["序号", "名 称", "类型", "分数", "存在问题", "核实"]);
    let scores: Vec<&Cell> = report.table("新媒体检查").unwrap().rows.iter().map(|row| &row[3]).collect();
    assert!(scores.contains(&&Cell::Number(55)) && scores.contains(&&Cell::Text("—".to_owned())), "{scores:?}");
    let notes = report.footnotes.join("\n");
    assert!(notes.contains("济源应急（抖音）另有1周未能核实，分数按已核实的12周计算。"), "{notes}");
    assert!(notes.contains("济源商务（微博）另有4周未能核实，分数按已核实的9周计算。"), "{notes}");
}

/// A week that could not be seen costs no points, and none is won by it.
#[test]
fn an_unseen_week_is_neither_lost_nor_won() {
    let seen = quarter_of(shipped("济源"), vec![short("甲", "抖音", "某局", 1)]);
    let unseen = quarter_of(shipped("济源"), vec![unseen("甲", "抖音", "某局", 1)]);
    assert_eq!((seen.results[0].score, unseen.results[0].score), (Some(95), Some(95)));
    assert_eq!((seen.results[0].decided_weeks, unseen.results[0].decided_weeks), (13, 12));
}

/// A quota that the office has agreed on is printed as agreed, and summed up apart.
#[test]
fn different_demands_of_one_account_are_summed_up_apart() {
    let mut resident = short("甲", "新浪微博", "某局", 3);
    resident.account.quotas = vec![(at("2022-01-01 00:00"), 2), (at("2022-04-25 00:00"), 3)];
    let town = quarter_of(shipped("济源"), vec![resident]);
    let row = rows(&quarter(&town.facts()), "新媒体检查").remove(0);
    let label = |quota, n| format!("“两微一端”每周更新的内容少于{quota}次,发现{n}次(扣{}分)", 5 * n);
    assert_eq!(row[4], format!("{};{}", label(2, 2), label(3, 9)));
    assert_eq!(row[3], "45");
}

#[test]
fn rows_per_account_and_period_are_one_or_one_a_week() {
    let columns = ["序号", "政务新媒体", "检查区间", "应更新次数", "已更新次数", "不足周数", "扣分", "问题类型"];
    let column = |word: &str| *Column::WORDS.iter().find(|(known, _)| *known == word).unwrap();
    let mut profile = shipped("通用");
    profile.rules[1].points = 5;
    profile.script.lists[1].columns = columns.map(|word| (column(word).1, word.to_owned())).to_vec();
    for (mode, wanted) in [
        (WeeklyRows::Worst, vec!["1,甲,4月11日至4月17日、4月18日至4月24日,2,1,2,10,一周未更新两次,待核实"]),
        (WeeklyRows::Sum, vec!["1,甲,4月11日至4月17日、4月18日至4月24日,2,1,2,10,一周未更新两次,待核实"]),
        (
            WeeklyRows::Each,
            vec![
                "1,甲,4月11日至4月17日,2,1,1,5,一周未更新两次,待核实",
                "2,甲,4月18日至4月24日,2,1,1,5,一周未更新两次,待核实",
            ],
        ),
    ] {
        profile.weekly_rows = mode;
        let town = quarter_of(profile.clone(), vec![short("甲", "新浪微博", "某局", 2)]);
        let lines: Vec<String> = rows(&quarter(&town.facts()), "存在问题").iter().map(|row| row.join(",")).collect();
        assert_eq!(lines, wanted, "{mode:?}");
    }
}

/// Read the other way, the label names what was not seen, and of several weeks the worst.
#[test]
fn the_observed_reading_prints_the_worst_week() {
    let mut profile = shipped("开封");
    profile.label_reading = crate::rules::LabelReading::Observed;
    for (weeks, label) in [
        ([2, 2, 1, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2], "一周未更新一次"),
        ([2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], "一周未更新两次"),
    ] {
        let town = quarter_of(profile.clone(), vec![updates("甲", "新浪微博", "某局", weeks)]);
        assert_eq!(rows(&quarter(&town.facts()), "存在问题")[0][4], label);
    }
}

#[test]
fn a_veto_hides_the_weeks_only_where_the_profile_says_so() {
    let veto = || vec![updates("甲", "新浪微博", "某局", with(3, 0, 5))];
    let mut profile = shipped("济源");
    let label =
        |profile: &Profile| rows(&quarter(&quarter_of(profile.clone(), veto()).facts()), "新媒体检查")[0][4].clone();
    assert_eq!(label(&profile), "监测时间点前2周内无更新");
    profile.veto_hides_weekly = false;
    assert_eq!(label(&profile), "监测时间点前2周内无更新;“两微一端”每周更新的内容少于2次,发现3次(扣15分)");
}

/// Who is accused of a week, but was not counted as checked, is explained where he is named.
#[test]
fn a_sentence_that_names_more_than_were_checked_says_why() {
    let residents = || vec![unseen("甲", "抖音", "某局", 4), short("乙", "新浪微博", "某局", 1)];
    let text = text_of(&quarter(&quarter_of(shipped("济源"), residents()).facts()));
    assert!(text.contains("微博账号“乙”、抖音账号“甲”。其中1个能否合格尚无法判定。"), "{text}");
    let mut profile = shipped("济源");
    profile.script.named.clear();
    let text = text_of(&quarter(&quarter_of(profile, residents()).facts()));
    assert!(text.contains("名单中有1个账号能否合格尚无法判定。"), "{text}");
}

#[test]
fn the_order_of_a_list_is_the_profiles() {
    let named = |order| {
        let mut profile = shipped("济源");
        profile.script.lists[0].order = order;
        let report = quarter(&quarter_of(profile, jiyuan()).facts());
        rows(&report, "新媒体检查").into_iter().map(|row| row[1].replace("济源", "")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(named(Order::Platform), "交警 科技 商务 文旅 水利 农业 应急");
    assert_eq!(named(Order::Account), "交警 文旅 农业 水利 科技 应急 商务");
    assert_eq!(named(Order::Score), "科技 水利 农业 文旅 交警 应急 商务");
}

/// The rates of documents.md, as the overall sentence prints them by decimals and rounding.
#[test]
fn every_published_rate_prints_by_the_profile() {
    for (passed, checked, half_up, truncated) in [
        (310, 311, ["99", "99.7", "99.68"], ["99", "99.6", "99.67"]),
        (2943, 2944, ["99", "99.9", "99.97"], ["99", "99.9", "99.96"]),
        (291, 294, ["99", "99.0", "98.98"], ["98", "98.9", "98.97"]),
        (72, 77, ["94", "93.5", "93.51"], ["93", "93.5", "93.50"]),
        (37, 53, ["70", "69.8", "69.81"], ["69", "69.8", "69.81"]),
        (45, 45, ["100"; 3], ["100"; 3]),
    ] {
        let failing = (passed..checked).map(|_| Resident::new("甲", "抖音", "某局"));
        let fine = (0..passed).map(|_| Resident::new("乙", "抖音", "某局").posts(&["2022-06-21", "2022-06-22"]));
        let residents = failing.chain(fine).collect();
        let mut town = Town::new(shipped("通用"), "2022-06", &["2022-06-27"], "2022-06-28 15:30", residents);
        for (rounding, wanted) in [(Rounding::HalfUp, half_up), (Rounding::Truncate, truncated)] {
            for (decimals, rate) in (0..).zip(wanted) {
                (town.profile.decimals, town.profile.rounding) = (decimals, rounding);
                let text = text_of(&month(&town.facts()));
                assert!(text.contains(&format!("合格{passed}个，合格率为{rate}%；")), "{passed}/{checked}\n{text}");
            }
        }
    }
}

/// Platforms and offices add up to the whole, in sentences and in tables, whatever the town.
#[test]
fn the_parts_add_up_to_the_whole() {
    let kinds = everybody();
    let mut profile = shipped("通用");
    profile.script.sections[0].parts.extend([Piece::PlatformTable, Piece::Offices, Piece::OfficeTable]);
    for mask in (0..1_u32 << kinds.len()).filter(|mask| mask.count_ones() <= 3) {
        let residents = (0..kinds.len()).filter(|at| mask >> at & 1 == 1).map(|at| kinds[at].clone()).collect();
        let town = Town::new(profile.clone(), "2022-06", &JUNE, "2022-06-28 15:30", residents);
        let (report, facts) = (month(&town.facts()), town.facts());
        let whole = super::figures::figures(&facts, &super::compose::Roll::of(&facts));
        for key in ["各平台情况", "各单位情况"] {
            let table = report.table(key).unwrap();
            for (at, column) in table.columns.iter().enumerate().skip(2).take(6) {
                let sum: usize = table.rows.iter().map(|row| row[at].text().parse::<usize>().unwrap()).sum();
                assert_eq!(sum.to_string(), whole[column], "{key} {column}");
            }
        }
        let checked = rows(&report, "各平台情况").iter().filter(|row| row[3] != "0").count();
        assert_eq!(text_of(&report).contains("分平台看"), checked > 1);
        assert!(!text_of(&report).contains("检查0个，合格0个，合格率—；"), "{}", text_of(&report));
    }
}

/// The fields that a profile may write are those that a report has.
#[test]
fn every_field_has_a_value_in_its_kind_of_period() {
    let town = |period| Town::new(shipped("通用"), period, &JUNE, "2022-06-28 15:30", everybody());
    let of = |period| {
        let town = town(period);
        let facts = town.facts();
        super::figures::figures(&facts, &super::compose::Roll::of(&facts))
    };
    let mut both: BTreeMap<String, String> = of("2022-06");
    both.extend(of("2022-Q2"));
    let mut known: Vec<&str> = known_fields(&[]);
    known.sort_unstable();
    assert_eq!(both.keys().map(String::as_str).collect::<Vec<_>>(), known);
    assert!(!of("2022-06").contains_key("季度") && !of("2022-Q2").contains_key("月"));
}

#[test]
fn an_own_paper_has_its_own_order() {
    let mut profile = shipped("通用");
    let section = |heading: Option<&str>, parts: &[Piece]| ScriptSection {
        heading: heading.map(str::to_owned),
        parts: parts.to_vec(),
    };
    profile.script.sections = vec![
        section(None, &[Piece::Opening]),
        section(Some("主要问题"), &[Piece::Named]),
        section(Some("没有可说的"), &[Piece::Praise, Piece::Reminders]),
        section(Some("总体"), &[Piece::Overall]),
    ];
    profile.script.named = vec![Naming {
        of: Held::Failed,
        text: "不合格{个数}个：{名单}。".to_owned(),
        none: None,
        name: "{单位}{账号}（{问题}）".to_owned(),
    }];
    let report = month(&Town::new(profile, "2022-06", &JUNE, "2022-06-28 15:30", everybody()).facts());
    let text = text_of(&report);
    assert!(
        text.contains("一、主要问题\n不合格1个：通许县人民政府办公室文明通许（超过两周未更新;一周未更新两次）。"),
        "{text}"
    );
    assert!(text.contains("二、总体\n") && !text.contains("没有可说的") && report.tables().count() == 0, "{text}");
    assert!(report.footnotes.iter().any(|note| note.starts_with("无法判定3个，不计入检查数，定稿前须逐一核实：")));
}
