//! Faults that real circulars had (documents.md), as far as they can be seen without the circular.

use super::{FORMS, Form, Level, models, told};

/// 商南: 0.2 and 0.0 both rank 27; the 0.0 rows should be 28.
#[test]
fn shangnan_27() {
    let mut model = models::shangnan();
    let sheet = model.sheet("报送得分（镇办）");
    sheet.set(5, "排名", "4");
    sheet.set(6, "排名", "4");
    for form in FORMS {
        let findings = model.lint(form).findings;
        assert_eq!(findings.len(), 1, "{}", told(&findings));
        let said = findings[0].to_string();
        assert!(
            findings[0].check == 13 && ["十里坪镇", "是4", "0.2", "应为5"].iter().all(|word| said.contains(word)),
            "{said}"
        );
    }
}

/// 甘孜: 62.5% is 25/40 where the text has 39 sites; 青海 126/134 and 无锡 437/461.
#[test]
fn rates_that_were_printed() {
    for (line, words) in [
        ("抽查政府网站39个，合格25个，合格率62.5%。", &["62.5%", "25÷39", "64.1%", "25÷40"][..]),
        ("检查政府网站134个，合格126个，合格率94.3%。", &["94.3%", "126÷134", "94.0%"]),
        ("检查政务新媒体461个，合格437个，合格率95.0%。", &["95.0%", "437÷461", "94.8%"]),
    ] {
        let mut model = models::yanshi();
        model.paragraphs.push(line.to_owned());
        for form in FORMS {
            let findings = model.lint(form).findings;
            assert!(findings.len() == 1 && findings[0].check == 11, "{line}\n{}", told(&findings));
            let said = findings[0].to_string();
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
        }
    }
}

/// Of 40 published rates four are cut off: they are no errors.
#[test]
fn cut_off_is_no_error() {
    let mut model = models::yanshi();
    model.paragraphs.push("检查政府网站294个，合格291个，合格率98.9%。".to_owned());
    model.paragraphs.push("检查政务新媒体77个，合格72个，合格率93%。".to_owned());
    assert_eq!(model.lint(Form::Docx).findings, []);
}

/// Two offices with ranks 1, 2, 2, 4, 4, 6 all through: another rule, which is asked about once.
#[test]
fn ranks_that_leave_places_for_ties() {
    let mut model = models::shangnan();
    let sheet = model.sheet("报送得分（镇办）");
    for (row, rank) in [(4, "5"), (5, "6"), (6, "6")] {
        sheet.set(row, "排名", rank);
    }
    sheet.rows.push(["太吉河镇", "0", "0", "0", "6"].map(str::to_owned).to_vec());
    let findings = model.lint(Form::Xlsx).findings;
    assert!(findings.iter().all(|one| one.check == 13), "{}", told(&findings));
    sheet_of_ties(&mut model);
    let findings = model.lint(Form::Xlsx).findings;
    assert!(matches!(&findings[..], [one] if one.level == Level::Warning && one.check == 13), "{}", told(&findings));
}

fn sheet_of_ties(model: &mut super::Model) {
    let rows = [("甲", 9, 1), ("乙", 8, 2), ("丙", 8, 2), ("丁", 5, 4), ("戊", 5, 4), ("己", 1, 6)];
    let row = |(name, used, rank): &(&str, i32, i32)| {
        vec![format!("{name}镇"), "0".to_owned(), used.to_string(), used.to_string(), rank.to_string()]
    };
    model.sheet("报送得分（镇办）").rows = rows.iter().map(row).collect();
    model.paragraphs = vec!["一、总体情况".to_owned()];
}

/// The annexes of 开封 as they were printed: one account in both, one bureau in two spellings, bodies that
/// were gone; no error.
#[test]
fn what_kaifeng_printed() {
    let mut model = models::kaifeng();
    let lines = include_str!("../../demo/kaifeng-2022-06.csv").lines();
    let rows = lines.filter_map(|line| line.strip_prefix("3,"));
    model.sheet("存在问题").rows = rows.map(|line| line.split(',').map(str::to_owned).collect()).collect();
    for form in FORMS {
        let findings = model.lint(form).findings;
        let mut checks: Vec<(u8, Level)> = findings.iter().map(|one| (one.check, one.level)).collect();
        checks.sort_unstable();
        let warned = |check: u8| (check, Level::Warning);
        assert_eq!(checks, [warned(5), warned(19), warned(23)], "{form:?}\n{}", told(&findings));
    }
}

/// 不合格3个 above an annex of 4 rows.
#[test]
fn fewer_in_the_text_than_in_the_annex() {
    let mut model = models::kaifeng();
    model.say("合格310个", "合格308个，不合格3个");
    let rows = ["甲", "乙", "丙", "丁"].iter().zip(1_u32..).map(|(name, seq)| {
        vec![
            seq.to_string(),
            format!("{name}发布"),
            "市水利局".to_owned(),
            "抖音".to_owned(),
            "超过两周未更新".to_owned(),
        ]
    });
    model.sheet("不合格").rows = rows.collect();
    for form in FORMS {
        let findings = model.lint(form).findings;
        assert!(matches!(&findings[..], [one] if one.check == 8), "{}", told(&findings));
        let said = findings[0].to_string();
        assert!(said.contains("3个") && said.contains("4个"), "{said}");
    }
}
