//! The promise: a city of 311 accounts of which 250 have no source is checked by one clerk with one
//! sheet on one Monday, and no owner hears of our blindness.

use super::city::{ALL, City, SHEET, WATCHED, WEEK, name, owner};
use cuigeng::store::{LetterKind, LetterState};
use std::collections::BTreeSet;

const NONE: [&str; 4] = ["", "", "", ""];

fn cells(told: [&str; 4]) -> [String; 4] {
    told.map(str::to_owned)
}

/// What the clerk finds on Monday: by the account's number long silent, silent since the 12th, short,
/// not looked at, or fine.
fn monday(i: usize) -> [String; 4] {
    cells(match i % 10 {
        0 => ["2024-07-01 09:00", "0", "张三", "2024-07-22 10:05"],
        1 => ["2024-07-12", "0", "张三", "2024-07-22 10:10"],
        2 => ["2024-07-18 09:30", "1", "张三", "2024-07-22 10:20"],
        3 => ["", "", "", ""],
        4 => ["2024-07-22 08:00", "3", "李四", "2024-07-22 10:30"],
        _ => ["2024-07-19 16:00", "2", "李四", "2024-07-22 10:40"],
    })
}

fn want(i: usize) -> (&'static str, &'static str) {
    match i % 10 {
        0 => ("missed", "missed"),
        1 | 2 => ("missed", "met"),
        3 => ("unknown", "unknown"),
        _ => ("met", "met"),
    }
}

async fn live_through_the_week(city: &City) {
    city.looks("2024-07-15 09:00");
    city.step("2024-07-15 09:30").await;
    for day in 16..=21 {
        for hour in ["08:50", "12:00", "18:00"] {
            city.looks(&format!("2024-07-{day} {hour}"));
            let next = if hour == "08:50" { "09:00" } else { hour };
            city.step(&format!("2024-07-{day} {next}")).await;
        }
    }
    city.looks("2024-07-22 08:55");
    city.looks("2024-07-22 09:01");
    city.step("2024-07-22 09:02").await;
    city.step("2024-07-22 09:30").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_clerk_one_sheet_one_monday() {
    let city = City::new();
    live_through_the_week(&city).await;

    // Nobody saw the 250: that is said, to nobody's blame, and no letter speaks of it.
    for ((i, rule), (kind, _)) in &city.kept() {
        let seen = if *i < 5 && rule == "weekly" { "missed" } else { "met" };
        assert_eq!(kind, if *i < WATCHED { seen } else { "unknown" }, "{i} {rule}");
    }
    let (lists, letters): (Vec<_>, Vec<_>) = city.letters().into_iter().partition(|l| l.reason == "发信清单");
    assert_eq!(lists.len(), 2, "one on each day on which letters left");
    let reminded: Vec<(String, LetterKind)> =
        letters.into_iter().filter(|l| l.kind != LetterKind::Summary).map(|l| (l.recipient, l.kind)).collect();
    let owners: BTreeSet<&str> = reminded.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(owners, (0..5).map(owner).collect::<Vec<_>>().iter().map(String::as_str).collect());
    assert!(reminded.len() == 10 && reminded.iter().all(|(_, kind)| *kind == LetterKind::Reminder), "{reminded:?}");
    let summary = city.letters().into_iter().find(|letter| letter.kind == LetterKind::Summary).unwrap();
    assert_eq!((summary.recipient.as_str(), summary.state), ("clerk@city.example", LetterState::Sent));
    for word in ["合格56，存在问题5，不合格0，无法判定250", "二、超过两周未更新（0个）", "四、本周次数不足（5个"]
    {
        assert!(summary.text.contains(word), "{word}: {}", summary.text);
    }
    let notes = summary.text.split("八、下周提示").nth(1).unwrap();
    assert!((WATCHED..ALL).all(|i| !notes.contains(&name(i))), "{notes}");

    // The sheet: exactly those without a source.
    let (_, told) = city.ok(&["sheet", "export", "--week", WEEK]);
    assert!(told.contains("250个账号（没有来源250个）") && told.contains(SHEET), "{told}");
    let rows = city.sheet(SHEET);
    assert_eq!(rows[0], ["周核查表 2024-W29（2024-07-15 至 2024-07-21）"]);
    assert_eq!(
        rows[2..].iter().map(|row| row[1].clone()).collect::<Vec<_>>(),
        (WATCHED..ALL).map(name).collect::<Vec<_>>()
    );
    city.fill(SHEET, "填好.xlsx", monday);

    let dry = city.json(&["sheet", "import", "填好.xlsx", "--dry-run"]);
    assert_eq!((&dry["new"], &dry["unsigned"], &dry["week"]), (&225.into(), &25.into(), &WEEK.into()));
    assert!(city.json(&["attest", "list"]).as_array().unwrap().is_empty());
    let (said, _) = city.ok(&["sheet", "import", "填好.xlsx"]);
    assert!(said.contains("签名的225行（新的225行") && said.contains("没有签名的25行没有采用"), "{said}");
    let again = city.json(&["sheet", "import", "填好.xlsx"]);
    assert_eq!((&again["new"], &again["corrected"], &again["unchanged"]), (&0.into(), &0.into(), &225.into()));
    assert_eq!(city.json(&["attest", "list"]).as_array().unwrap().len(), 225);

    // Judged by the next step, and judged as `judge` says: exactly those whom the sheet shows short.
    city.step("2024-07-22 11:00").await;
    let kept = city.kept();
    for i in WATCHED..ALL {
        let found = ["weekly", "silence"].map(|rule| kept[&(i, rule.to_owned())].clone());
        let revision = if want(i).0 == "unknown" { 1 } else { 2 };
        assert_eq!(found, [(want(i).0.to_owned(), revision), (want(i).1.to_owned(), revision)], "{i}");
    }
    let judged = city.json(&["judge", "--at", "2024-07-22"]);
    let missed = |rule: &str| {
        let all = judged["verdicts"].as_array().unwrap();
        all.iter().filter(|v| v["rule"] == rule && v["kind"] == "missed").count()
    };
    let short = (WATCHED..ALL).filter(|i| want(*i).0 == "missed").count();
    assert_eq!((missed("weekly"), missed("silence")), (short + 5, (WATCHED..ALL).filter(|i| i % 10 == 0).count()));

    // Who had been silent for ten days that morning hears of it: seen, and seen by whom.
    let silent: BTreeSet<String> = (WATCHED..ALL).filter(|i| i % 10 == 1).map(owner).collect();
    let told = city.to_unwatched();
    assert_eq!(told.iter().map(|letter| letter.recipient.clone()).collect::<BTreeSet<_>>(), silent);
    for letter in &told {
        assert_eq!(letter.state, LetterState::Sent);
        assert!(
            letter.text.contains("已10天未监测到更新") && letter.text.contains("核对：10时10分，人工核查"),
            "{}",
            letter.text
        );
        assert!(
            !letter.text.contains("未能监测") && !letter.subject.contains("请核对"),
            "{} {}",
            letter.subject,
            letter.text
        );
    }

    // The week to come is foretold for those whom people look at; of today only what was seen today.
    let foretold = |at: &str, of: &str| {
        let coming = city.json(&["letters", "preview", "--at", at]);
        let of_day = coming.as_array().unwrap().iter().filter(|letter| letter["at"].as_str().unwrap().starts_with(of));
        let to: BTreeSet<String> = of_day.map(|letter| letter["recipient"].as_str().unwrap().to_owned()).collect();
        (WATCHED..ALL).filter(|i| to.contains(&owner(*i))).count()
    };
    assert!(foretold("2024-07-22 11:00", "2024-07-25") > 200);
    assert_eq!(foretold("2024-07-25 09:00", "2024-07-25"), 0, "nobody has looked on that day");
    assert!(foretold("2024-07-25 09:00", "2024-07-26") > 200, "whoever looks on Friday lets Friday's letters leave");

    // A week later nobody has looked again: silence on our side, too.
    for now in ["2024-07-23 09:00", "2024-07-24 09:00", "2024-07-25 09:00", "2024-07-26 09:00", "2024-07-29 09:30"] {
        let (day, _) = now.split_once(' ').unwrap();
        city.looks(&format!("{day} 08:59"));
        city.step(now).await;
    }
    assert_eq!(city.to_unwatched().len(), told.len());
    let to_operator = city.letters().into_iter().filter(|letter| letter.recipient == "operator@city.example").count();
    assert_eq!(to_operator, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sheet_shows_in_mid_week_is_told_on_that_day() {
    let city = City::new();
    city.looks("2024-07-15 09:00");
    city.step("2024-07-15 09:30").await;
    city.ok(&["sheet", "export", "--week", WEEK]);
    city.fill(SHEET, "周四.xlsx", |i| {
        cells(match i {
            100 => ["2024-07-17 10:00", "1", "张三", "2024-07-18 08:30"],
            101 => ["2024-07-17 10:00", "2", "张三", "2024-07-18 08:31"],
            102 => ["2024-07-12 10:00", "0", "张三", "2024-07-18 08:32"],
            // Looked at on Tuesday: nobody knows what came since.
            103 => ["", "0", "张三", "2024-07-16 17:00"],
            _ => NONE,
        })
    });
    let (_, told) = city.ok(&["sheet", "import", "周四.xlsx"]);
    assert!(told.contains("4行是在这一周结束之前核查的"), "{told}");
    city.looks("2024-07-18 08:50");
    city.step("2024-07-18 09:00").await;
    let told = city.to_unwatched();
    assert_eq!(
        told.iter().map(|letter| letter.recipient.clone()).collect::<BTreeSet<_>>(),
        [100, 102].map(owner).into()
    );
    for (i, fact) in [(100, "已更新1次，应更新2次，还差1次"), (102, "已更新0次，应更新2次，还差2次")]
    {
        let letter = told.iter().find(|letter| letter.recipient == owner(i)).unwrap();
        assert!(letter.text.contains(fact) && letter.text.contains("核对：8时3"), "{}", letter.text);
        assert!(!letter.text.contains("未能监测") && !letter.subject.contains("请核对"), "{}", letter.text);
        assert!(!letter.text.contains("补发") && letter.state == LetterState::Sent);
    }
    city.looks("2024-07-19 08:50");
    city.step("2024-07-19 09:00").await;
    assert_eq!(city.to_unwatched().len(), 2, "on Friday nobody has looked");
    // In the afternoon somebody does: that is no letter of the morning which comes late.
    city.fill(SHEET, "周五.xlsx", |i| match i {
        103 => cells(["", "1", "张三", "2024-07-19 15:10"]),
        _ => cells(NONE),
    });
    city.ok(&["sheet", "import", "周五.xlsx"]);
    city.step("2024-07-19 15:30").await;
    let told = city.to_unwatched();
    let friday = told.iter().find(|letter| letter.recipient == owner(103)).unwrap();
    assert!(
        told.len() == 3 && friday.text.contains("已更新1次") && friday.text.contains("核对：15时10分，人工核查"),
        "{told:?}"
    );
    assert!(!friday.text.contains("停机") && !friday.subject.contains("补发"), "{}", friday.text);
    city.step("2024-07-22 09:02").await;
    assert_eq!((city.kind(100, "weekly"), city.kind(101, "weekly")), ("unknown".to_owned(), "met".to_owned()));
    // On Monday the sheet asks for whoever was not seen to the end.
    city.ok(&["sheet", "export", "--week", WEEK, "--force"]);
    assert!(city.sheet(SHEET)[2..].iter().all(|row| row.len() <= 6), "nothing is filled in for them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_overturns_and_a_withdrawal_takes_away() {
    let city = City::new();
    city.step("2024-07-15 09:30").await;
    city.ok(&["sheet", "export", "--week", WEEK, "--out", "甲.xlsx"]);
    let sign = |last: &'static str, updates: &'static str, to: &str| {
        city.fill("甲.xlsx", to, |i| {
            if i == 100 { cells([last, updates, "张三", "2024-07-22 10:00"]) } else { cells(NONE) }
        });
    };
    sign("2024-07-18 09:30", "1", "一.xlsx");
    city.ok(&["sheet", "import", "一.xlsx"]);
    city.step("2024-07-22 11:00").await;
    assert_eq!(city.kind(100, "weekly"), "missed");

    // The one that is brought singly is the one of the sheet.
    let post = format!("账号名称,发布时间,标题\n{},2024-07-18 09:30,夏收安全\n", name(100));
    city.file("发布.csv", post.as_bytes());
    city.ok(&["post", "import", "发布.csv"]);
    city.step("2024-07-22 11:10").await;
    assert_eq!(city.kept()[&(100, "weekly".to_owned())], ("missed".to_owned(), 1));

    sign("2024-07-18 09:30", "2", "二.xlsx");
    let (said, _) = city.ok(&["sheet", "import", "二.xlsx"]);
    assert!(said.contains("更正：某市账号100") && said.contains("原为：2024-W29 共1次"), "{said}");
    city.step("2024-07-22 11:20").await;
    assert_eq!(city.kept()[&(100, "weekly".to_owned())], ("met".to_owned(), 2));
    let (shown, _) = city.ok(&["explain", &name(100), "--at", "2024-07-22"]);
    assert!(shown.contains("周核查表：本周共2次，最近更新 2024-07-18 09:30，核查人 张三"), "{shown}");
    let explained = city.json(&["explain", &name(100), "--at", "2024-07-22"]);
    assert_eq!(explained["rules"][0]["sheets"][0]["updates"], 2);
    let listed = city.ok(&["post", "list", &name(100), "--since", "2024-07-01"]).0;
    assert!(listed.contains("夏收安全") && listed.contains("周核查表：本周共2次") && listed.contains(WEEK), "{listed}");
    assert_eq!(city.json(&["post", "list", &name(100), "--since", "2024-07-01"])[1]["sheet"]["by"], "张三");

    let said = city.json(&["attest", "list"]);
    assert_eq!(said.as_array().unwrap().len(), 2, "the first one is kept, taken back");
    assert_eq!(said[0]["withdrawn"]["by"], "张三");
    city.ok(&["attest", "withdraw", &said[1]["id"].to_string(), "--by", "李四"]);
    city.step("2024-07-22 11:30").await;
    assert_eq!(city.kept()[&(100, "weekly".to_owned())], ("unknown".to_owned(), 3));
    assert!(!city.ok(&["explain", &name(100), "--at", "2024-07-22"]).0.contains("周核查表"));

    let conn = rusqlite::Connection::open(city.path().join("data/cuigeng.db")).unwrap();
    let mut audit = conn.prepare("SELECT who, what, detail FROM audit WHERE what LIKE 'sheet.%' ORDER BY id").unwrap();
    let audited: Vec<(String, String, String)> =
        audit.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap().map(Result::unwrap).collect();
    let trail: Vec<(&str, &str)> = audited.iter().map(|(who, what, _)| (who.as_str(), what.as_str())).collect();
    assert_eq!(trail, [("张三", "sheet.sign"), ("张三", "sheet.correct")]);
    assert!(audited[1].2.contains("共2次") && audited[1].2.contains("原为：2024-W29 共1次"), "{audited:?}");
}

#[test]
fn a_sheet_with_a_bad_row_changes_nothing_and_comes_back_with_what_is_wrong() {
    let city = City::new();
    city.ok(&["sheet", "export", "--week", WEEK]);
    let again = city.refused(&["sheet", "export", "--week", WEEK], 1);
    assert!(again.contains("--force") && again.contains(SHEET), "{again}");
    city.fill(SHEET, "坏.xlsx", |i| match i {
        100 => cells(["2024-07-18 09:30", "0", "张三", "2024-07-22 10:00"]),
        _ => monday(i),
    });
    let told = city.refused(&["sheet", "import", "坏.xlsx"], 1);
    assert!(told.contains("1处不对") && told.contains("写了0") && told.contains("坏.问题.xlsx"), "{told}");
    assert!(city.json(&["attest", "list"]).as_array().unwrap().is_empty());
    let copy = city.sheet("坏.问题.xlsx");
    let row = copy.iter().find(|row| row.get(1) == Some(&name(100))).unwrap();
    assert!(row.last().unwrap().contains("写了0"), "{row:?}");

    // As a spreadsheet in Chinese saves CSV, without the title.
    let csv = "账号名称,平台,最近更新时间,本周更新次数,核查人,核查时间\n某市账号100,抖音,2024/7/18 9:30,2,张三,2024/7/22 10:00\n";
    city.file("甲.csv", &encoding_rs::GB18030.encode(csv).0);
    assert!(city.refused(&["sheet", "import", "甲.csv"], 1).contains("--week"));
    assert!(city.refused(&["sheet", "import", "甲.csv", "--week", "七月"], 2).contains("2026-W47"));
    assert_eq!(city.json(&["sheet", "import", "甲.csv", "--week", WEEK])["new"], 1);

    for (line, exit, word) in [
        (&["sheet", "export", "--week", "2024-07"][..], 2, "2026-W47"),
        (&["sheet", "export", "--week", "2999-W01"], 2, "还没有开始"),
        (&["sheet", "export", "--week", WEEK, "--out", "表.csv"], 2, ".xlsx"),
        (&["sheet", "export", "--week", WEEK, "--out", "没有/表.xlsx"], 1, "写不出来"),
        (&["sheet", "import", "坏.xlsx", "--week", "2024-W28"], 1, "拿错了表"),
        (&["sheet", "import", "没有.xlsx"], 1, "没有.xlsx"),
    ] {
        let told = city.refused(line, exit);
        assert!(told.contains(word), "{line:?} should say {word}: {told}");
    }
    // Everybody who is judged: the watched ones as well, and the one who is signed already as signed.
    let all = city.json(&["sheet", "export", "--week", WEEK, "--all", "--out", "全部.xlsx"]);
    assert_eq!((&all["rows"], &all["no_source"], &all["signed"]), (&311.into(), &250.into(), &1.into()));
    let again = city.json(&["sheet", "import", "全部.xlsx"]);
    assert_eq!((&again["unchanged"], &again["new"], &again["unsigned"]), (&1.into(), &0.into(), &310.into()));
}
