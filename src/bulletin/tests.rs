//! The papers of a 通报 word for word, what differs after a signature, and what a frozen paper gives back.
//! `UPDATE_GOLDEN=1` rewrites.

use super::*;
use crate::domain::{AccountId, Check, Role, WatchOrigin, When};
use crate::report::{Block, Format, Report, Table, render};
use crate::rules::{Ruling, Window, WindowKind};
use std::path::Path;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn window(from: &str, until: &str) -> Window {
    Window { from: at(from), until: at(until) }
}

fn head() -> Head {
    Head {
        period: Period::parse("2022-06").unwrap(),
        profile: "通用".to_owned(),
        region: "青禾县".to_owned(),
        office: "县政务公开办".to_owned(),
        contact: "0914-6000000".to_owned(),
        basis: "国办秘函〔2019〕19号".to_owned(),
        now: at("2022-07-01 10:05"),
    }
}

fn week(account: i64, name: &str, office: &str) -> Finding {
    let monday = at("2022-06-20 00:00");
    let basis = |at_: &str, origin, until: &str| Basis { at: at(at_), origin, seen: (monday, at(until)) };
    Finding {
        account: AccountId(account),
        name: name.to_owned(),
        platform: "新浪微博".to_owned(),
        office: office.to_owned(),
        rule: "weekly".to_owned(),
        demand: words::rule(WindowKind::Week { weeks: 1 }, 2),
        label: "一周未更新两次".to_owned(),
        window: window("2022-06-20 00:00", "2022-06-27 00:00"),
        check: Check::unmoved(at("2022-06-27 09:00")),
        seen: 1,
        required: 2,
        basis: vec![
            basis("2022-06-24 09:00", WatchOrigin::Source("微博手机版".to_owned()), "2022-06-24 09:00"),
            basis("2022-06-27 08:55", WatchOrigin::Person("李四".to_owned()), "2022-06-27 08:55"),
        ],
        last: Some((When::At(at("2022-06-21 10:00")), "=稻田里的\u{7}课堂".to_owned())),
        reminders: vec![
            reminder(7, "2022-06-23 09:00", "已接收（250）", true),
            reminder(9, "2022-06-24 09:00", "拒收（550）", false),
        ],
        standing: Standing::Waiting,
        printed: Printed::Listed,
    }
}

fn reminder(letter: i64, when: &str, answer: &str, sent: bool) -> Reminder {
    let rung = "本周次数不足（周四提醒）".to_owned();
    Reminder { letter, at: at(when), role: Role::Operator, rung, answer: answer.to_owned(), sent, called: None }
}

/// Whoever was told on the telephone was reminded, and got no letter.
#[test]
fn calls_are_reminders_and_no_letters() {
    let called = |letter, when: &str, answer: &str| Reminder {
        called: Some(at(when)),
        ..reminder(letter, "2022-06-24 09:00", answer, false)
    };
    let phoned = |reminders| Finding { reminders, ..week(1, "青禾文旅", "县文旅局") };
    let one = phoned(vec![called(9, "2022-06-24 09:00", "")]);
    assert_eq!((one.reminded().as_str(), one.sent().0), ("电话通知1次，2022年6月24日9时", 0));
    // The third letter was told of in the call about the second.
    let refused = "拒收（550）";
    let three =
        [called(7, "2022-06-23 10:00", refused), called(8, "2022-06-24 10:00", ""), called(9, "2022-06-24 10:00", "")];
    assert_eq!(phoned(three.to_vec()).reminded(), "电话通知2次，最近一次2022年6月24日10时");
    let both = phoned(vec![reminder(7, "2022-06-23 09:00", "已接收（250）", true), called(9, "2022-06-24 10:00", "")]);
    let paper = |findings: &[Finding]| {
        let of = Dispute { title: "甲（抖音）", office: "某局", findings, others: &[], gaps: &[], papers: &[] };
        text_of(&dispute(&head(), of))
    };
    let alone = paper(&[one]);
    assert!(alone.contains("电话通知1次，2022年6月24日9时。") && !alone.contains("邮件服务器"), "{alone}");
    let beside = paper(std::slice::from_ref(&both));
    assert!(
        beside.contains("提醒1次（2022年6月23日9时），邮件服务器的应答：已接收（250）1次；电话通知1次，"),
        "{beside}"
    );
    assert_eq!(both.reminded(), "1次，最近一次2022年6月23日9时；电话通知1次，2022年6月24日10时");
}

fn decided(finding: Finding, ruling: Ruling, reason: &str) -> Finding {
    let standing =
        Standing::Decided { ruling, by: "李四".to_owned(), at: at("2022-06-28 09:00"), reason: reason.to_owned() };
    Finding { standing, ..finding }
}

fn findings() -> Vec<Finding> {
    let vetoed = Finding {
        rule: "silence".to_owned(),
        demand: words::rule(WindowKind::Days { days: 14, inclusive: true }, 1),
        label: "超过两周未更新".to_owned(),
        window: window("2022-06-13 00:00", "2022-06-27 09:00"),
        seen: 0,
        required: 1,
        last: None,
        reminders: Vec::new(),
        ..week(2, "青禾应急", "县应急局")
    };
    vec![
        decided(week(1, "青禾文旅", "县文旅局"), Ruling::Confirmed, ""),
        decided(vetoed, Ruling::Confirmed, ""),
        decided(week(3, "青禾水利", "县文旅局"), Ruling::False, "电视台证明"),
    ]
}

fn text_of(report: &Report) -> String {
    String::from_utf8(render(report, Format::Text).unwrap()).unwrap()
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bulletin/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

fn disputed() -> Report {
    let all = findings();
    let others = ["2022年6月20日检查，2022年6月13日至6月19日：无法判定，没有列为问题。".to_owned()];
    let gaps = ["2022年6月18日0时至6月19日12时".to_owned()];
    let of = Dispute {
        title: "青禾文旅（新浪微博）",
        office: "县文旅局",
        findings: &all[..1],
        others: &others,
        gaps: &gaps,
        papers: &["青政办〔2022〕28号，2022年7月11日".to_owned(), "青政办〔2022〕31号，2022年7月25日".to_owned()],
    };
    dispute(&head(), of)
}

#[test]
fn the_papers_word_for_word() {
    let all = findings();
    let groups = by_office(&all);
    assert_eq!(
        groups.iter().map(|(office, own)| (*office, own.len())).collect::<Vec<_>>(),
        [("县文旅局", 2), ("县应急局", 1)]
    );
    let reply_by = "2022-07-06".parse().unwrap();
    golden("review.txt", &text_of(&review(&head(), "县文旅局", &groups[0].1, reply_by)));
    golden("evidence.txt", &text_of(&evidence(&head(), &all)));
    golden("dispute.txt", &text_of(&disputed()));
    let of = Approval {
        title: "青禾县2022年6月份政务新媒体检查情况".to_owned(),
        to: "各乡镇人民政府，县直各单位".to_owned(),
        copies: "县委办".to_owned(),
        drafted_by: "张三".to_owned(),
        asked: 2,
        answered: 1,
        objections: (1, 1, 0),
        standings: (2, 1, 0),
        unclear: 1,
        left_out: Vec::new(),
        changes: vec!["青禾文旅：现为达到要求".to_owned()],
    };
    golden("approval.txt", &text_of(&approval(&head(), &of)));
}

/// What the paper leaves out as repaired is not among what it lists, and whoever signs reads of it.
#[test]
fn what_is_left_out_as_repaired_stands_apart() {
    let mut all = findings();
    all.iter_mut().skip(1).for_each(|finding| finding.printed = Printed::Repaired);
    let report = evidence(&head(), &all);
    let rows: Vec<(&str, usize)> = report.tables().map(|table| (table.title.as_str(), table.rows.len())).collect();
    let wanted = ["一、列入通报的问题", "二、依据", "三、已在印发前整改、没有列入的", "四、已整改的依据"];
    assert_eq!(rows.iter().take(4).copied().collect::<Vec<_>>(), wanted.map(|title| (title, 1)));
    assert_eq!(rows[4..], [("五、认定为误报、没有列入的", 1), ("六、误报的依据", 1)], "a 误报 is left out as that");
    let of = Approval { left_out: left_out(&all), ..Approval::default() };
    let sheet = text_of(&approval(&head(), &of));
    assert!(sheet.contains("1项已在印发前整改，没有列入名单：青禾应急（新浪微博），超过两周未更新（"), "{sheet}");
    assert!(!text_of(&approval(&head(), &Approval::default())).contains("未列入"));
}

/// The paper claims a proof only for findings, and a correction only where something was corrected.
#[test]
fn a_dispute_claims_only_what_is_so() {
    let all = findings();
    let met = ["2022年6月27日检查，2022年6月20日至6月26日：监测到更新2次，达到要求。".to_owned()];
    let paper = |findings: &[Finding], others: &[String]| {
        let of = Dispute { title: "甲（抖音）", office: "某局", findings, others, gaps: &[], papers: &[] };
        text_of(&dispute(&head(), of))
    };
    let good = paper(&[], &met);
    assert!(good.contains("没有列为问题的结果") && good.contains("无需反馈"), "{good}");
    assert!(!good.contains("可靠监测") && !good.contains("更正") && !good.contains("整改并反馈"), "{good}");
    let mixed = paper(&all[..1], &met);
    assert!(mixed.contains("列为问题的时段内每一刻都有可靠监测"), "{mixed}");
    assert!(!paper(&all[..1], &[]).contains("未监测时段"));
    assert!(paper(&all[2..], &[]).contains("结果已按上述更正"));
    let named = text_of(&disputed());
    assert!(named.contains("青政办〔2022〕28号，2022年7月11日；更正：青政办〔2022〕31号"), "{named}");
}

/// Thirteen weeks, each with both problems, six letters and conclusions beside them: one A4 page holds 22
/// lines of 16 pt, the rows of a table are 0.8 cm high and its note is in 12 pt, 36 characters a line.
#[test]
fn a_quarter_is_answered_on_one_page() {
    let week_of = |at: i64, of: &Finding| {
        let moved = |moment: Moment| moment.plus_days(7 * (at - 12));
        let window = Window { from: moved(of.window.from), until: moved(of.window.until) };
        let basis = of.basis.iter().map(|one| Basis { at: moved(one.at), ..one.clone() }).collect();
        let reminders = vec![reminder(at, &moved(self::at("2022-06-23 09:00")).to_string(), "已接收（250）", true)];
        Finding { window, check: Check::unmoved(moved(of.check.at)), basis, reminders, ..of.clone() }
    };
    let (week, silence) = (&findings()[0], &findings()[1]);
    let weeks: Vec<Finding> = (0..13).map(|at| week_of(at, week)).collect();
    let both: Vec<Finding> = (0..13).flat_map(|at| [week_of(at, week), week_of(at, silence)]).collect();
    let others = ["2022年4月4日至6月27日检查的其他结论13项：达到要求（更新1至3次）。".to_owned()];
    let gaps: Vec<String> = (1..9).map(|day| format!("2022年5月{day}日0时至5月{day}日12时")).collect();
    let ten = weeks[..10].to_vec();
    for (findings, rows) in [(&ten, 10), (&weeks, 1), (&both, 2)] {
        let of = Dispute {
            title: "青禾文旅（新浪微博）",
            office: "县文旅局",
            findings,
            others: &others,
            gaps: &gaps,
            papers: &[],
        };
        let report = dispute(&head(), of);
        let tables: Vec<&Table> = report.tables().collect();
        assert_eq!((tables.len(), tables[0].rows.len()), (1, rows));
        for cells in &tables[0].rows {
            let wide: usize = cells
                .iter()
                .map(|cell| cell.text().chars().map(|c| 1 + usize::from(!c.is_ascii())).sum::<usize>())
                .sum();
            assert!(wide <= if rows == 10 { 69 } else { 90 }, "{cells:?}");
        }
        let points = |text: &str, chars: usize, height: usize| {
            text.lines()
                .map(|line| {
                    line.chars().map(|c| 1 + usize::from(!c.is_ascii())).sum::<usize>().div_ceil(2 * chars) * height
                })
                .sum::<usize>()
        };
        let around: usize = report
            .blocks
            .iter()
            .map(|block| match block {
                Block::Left(text) | Block::Right(text) | Block::Paragraph(text) | Block::Heading(text) => {
                    points(text, 28, 29)
                }
                _ => 0,
            })
            .sum();
        let note = points(tables[0].note.as_deref().unwrap(), 36, 17);
        let whole = 29 + 29 + around + 24 * (rows + 1) + note;
        assert!(whole <= 638, "{whole} points of 638: {around} around, {note} in the note\n{}", text_of(&report));
    }
}

/// What the paper does not list by itself stands under a heading that says so.
#[test]
fn what_is_not_listed_by_itself_stands_apart() {
    let mut all = findings();
    all[0].printed = Printed::Unlisted;
    let report = evidence(&head(), &all);
    let titles: Vec<&str> = report.tables().map(|table| table.title.as_str()).collect();
    let wanted = [
        "一、列入通报的问题",
        "二、依据",
        "三、不单独列入的（已被单项否决，或在关停公告中）",
        "四、不单独列入的依据",
        "五、认定为误报、没有列入的",
        "六、误报的依据",
    ];
    assert_eq!(titles, wanted);
    assert_eq!(report.table("不单独列入").unwrap().rows.len(), 1);
}

/// Labels may have quotation marks of their own.
#[test]
fn quotation_marks_within_are_single() {
    let mut all = findings();
    all[0].label = "“两微一端”每周更新的内容少于2次".to_owned();
    let whole = format!(
        "{}{}",
        text_of(&evidence(&head(), &all)),
        text_of(&dispute(
            &head(),
            Dispute { title: "甲", office: "乙", findings: &all[..1], others: &[], gaps: &[], papers: &[] }
        ))
    );
    assert!(whole.contains("“‘两微一端’每周更新的内容少于2次”的规则") && !whole.contains("““"), "{whole}");
}

/// What goes to other offices names no person, no source of ours, no address; and nobody else's account.
#[test]
fn papers_for_offices_keep_to_themselves() {
    let all = findings();
    let own: Vec<&Finding> = all.iter().filter(|finding| finding.office == "县应急局").collect();
    let texts = [text_of(&review(&head(), "县应急局", &own, "2022-07-06".parse().unwrap())), text_of(&disputed())];
    for text in &texts {
        for word in ["李四", "微博手机版", "@", "电视台证明"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
    assert!(!texts[0].contains("文旅") && !texts[1].contains("应急"), "{texts:?}");
}

#[test]
fn a_frozen_paper_gives_the_same_bytes_again() {
    let report = evidence(&head(), &findings());
    let kept = freeze(&report).unwrap();
    let back = thaw(&kept).unwrap();
    assert_eq!(back, report);
    for format in Format::ALL {
        assert_eq!(render(&back, format).unwrap(), render(&report, format).unwrap(), "{format:?}");
    }
    let forged = Frozen { json: kept.json.replace("青禾文旅", "青禾水利"), ..kept };
    assert!(thaw(&forged).unwrap_err().contains("被改动过"));
}

/// What an older version has frozen is still read: fields that were added since have defaults.
#[test]
fn a_paper_of_the_first_version_opens() {
    let json = include_str!("golden/frozen-1.json").trim_end().to_owned();
    let report: Report = serde_json::from_str(&json).unwrap();
    assert_eq!((report.title.as_str(), report.tables().count()), ("发文呈批单", 1));
    assert_eq!(report.meta.period.to_string(), "2022-06");
}

#[test]
fn every_blank_is_found_where_it_is() {
    let cell = |words: &str| super::text(words);
    let mut table = Table::new("附件4", "附件4　信息报送", &["单位", "条数"], vec![vec![cell("甲局"), cell("____")]]);
    table.note = Some("截至____".to_owned());
    let report = Report {
        title: "____通报".to_owned(),
        subtitle: Some("第1期".to_owned()),
        blocks: vec![
            Block::Heading("一、总体情况".to_owned()),
            Block::Paragraph("开展政务访谈____期，其中网上____期。".to_owned()),
            Block::Table(table),
        ],
        footnotes: vec!["联系人____".to_owned()],
        ..evidence(&head(), &[])
    };
    let found = blanks(&report);
    assert_eq!(found.len(), 5, "{found:?}");
    for (found, want) in found.iter().zip([
        "标题“____通报",
        "正文“开展政务访谈____期",
        "表头“截至____",
        "附件4　信息报送第1行“____",
        "注“联系人____",
    ]) {
        assert!(found.starts_with(want), "{found} {want}");
    }
    assert_eq!(blanks(&evidence(&head(), &findings())), Vec::<String>::new());
}

fn stood(outcome: Outcome, label: Option<&str>, seen: u32) -> Stood {
    Stood {
        account: AccountId(1),
        rule: "weekly".to_owned(),
        window: window("2022-06-20 00:00", "2022-06-27 00:00"),
        check: Check::unmoved(at("2022-06-27 09:00")),
        outcome,
        label: label.map(str::to_owned),
        seen,
        printed: true,
    }
}

/// Every pair of outcomes: only what the paper tells differently is a change.
#[test]
fn what_differs_after_a_signature_is_named() {
    let missed = || stood(Outcome::Missed, Some("一周未更新两次"), 1);
    let all = [
        missed(),
        stood(Outcome::Fine, None, 2),
        stood(Outcome::Fine, Some("一周未更新两次"), 1),
        stood(Outcome::Unclear, None, 0),
        stood(Outcome::Exempt, None, 0),
    ];
    let title = |_: AccountId| "青禾文旅（新浪微博）".to_owned();
    for (i, then) in all.iter().enumerate() {
        for (j, now) in all.iter().enumerate() {
            let said = changes(std::slice::from_ref(then), std::slice::from_ref(now), &title);
            let same = then.outcome == now.outcome;
            assert_eq!(said.is_empty(), same, "{i} {j}: {said:?}");
        }
    }
    let said = changes(&all[..1], &all[1..2], &title);
    assert_eq!(
        said,
        [
            "青禾文旅（新浪微博），2022年6月27日检查（2022年6月20日至6月26日）：签发时为“一周未更新两次”（更新1次），现为达到要求（更新2次）"
        ]
    );
    let other_label = stood(Outcome::Missed, Some("一周未更新一次"), 0);
    assert_eq!(changes(&all[..1], &[other_label], &title).len(), 1);
    assert_eq!(changes(&[], &all[1..], &title), Vec::<String>::new(), "an account that is new and has no finding");
    assert_eq!(changes(&[], &[missed(), missed()], &title).len(), 1, "two checks that share a window");
}

/// What the paper left out cannot be wrong in it; what it left out and now names is new.
#[test]
fn what_was_not_named_needs_no_correction() {
    let title = |_: AccountId| "青禾文旅（新浪微博）".to_owned();
    let named = stood(Outcome::Missed, Some("“两微一端”每周少于2次"), 1);
    let untold = Stood { printed: false, ..named.clone() };
    let fine = stood(Outcome::Fine, None, 2);
    let said = |then: &Stood, now: &Stood| changes(std::slice::from_ref(then), std::slice::from_ref(now), &title);
    for (then, now) in [(&untold, &fine), (&untold, &untold), (&fine, &untold), (&named, &untold)] {
        assert_eq!(said(then, now), Vec::<String>::new(), "{then:?} {now:?}");
    }
    let fresh = said(&untold, &named);
    assert!(fresh[0].ends_with("签发时为没有列入，现为“‘两微一端’每周少于2次”（更新1次）"), "{fresh:?}");
}

#[test]
fn spans_and_times_of_papers() {
    for (from, until, want) in [
        ("2022-06-20 00:00", "2022-06-27 00:00", "2022年6月20日至6月26日"),
        ("2022-06-13 00:00", "2022-06-27 09:00", "2022年6月13日至6月27日9时"),
        ("2022-12-26 00:00", "2023-01-02 00:00", "2022年12月26日至2023年1月1日"),
        ("2022-06-13 00:00", "2022-06-14 00:00", "2022年6月13日"),
    ] {
        assert_eq!(words::span(window(from, until)), want);
    }
    assert_eq!(words::minute(at("2022-06-13 09:05")), "2022年6月13日9时5分");
    assert_eq!(words::seen(Moment::MIN, at("2022-06-13 09:00")), "最早至2022年6月13日9时");
}
