//! Whatever the bytes, nothing panics; whatever the counts, a table that is right is silent, and one wrong
//! cell is found.

use super::{Form, Model, Sheet, linted, models, read, told};
use crate::tables::Points;
use proptest::prelude::*;

/// Reads and checks; what cannot be read is refused.
fn survive(bytes: &[u8]) {
    if let Ok(paper) = read(bytes) {
        let linted = crate::lint::lint(&paper, super::BASIS);
        linted.findings.iter().for_each(|finding| assert!(!finding.to_string().is_empty()));
    }
}

fn tally(counts: &[(i64, i64)]) -> Model {
    let letters: Vec<char> = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏".chars().collect();
    let score = |(sent, used): &(i64, i64)| Points::thousandths(200).times(*sent).plus(Points::whole(*used));
    let mut scores: Vec<Points> = counts.iter().map(score).collect();
    scores.sort_unstable();
    scores.dedup();
    let rank = |points: Points| scores.iter().filter(|other| **other > points).count() + 1;
    let mut rows: Vec<(Points, Vec<String>)> = Vec::new();
    for (at, one) in counts.iter().enumerate() {
        let name = format!("{}{}局", letters[at / letters.len()], letters[at % letters.len()]);
        let points = score(one);
        rows.push((
            points,
            vec![name, one.0.to_string(), one.1.to_string(), points.to_string(), rank(points).to_string()],
        ));
    }
    rows.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    let columns = ["单位", "报送信息", "采用信息", "得分", "排名"].map(str::to_owned).to_vec();
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    let note = Some("注:每上报一条信息计0.2分,采用一条信息计1分。".to_owned());
    let sheet = Sheet {
        key: "报送得分".to_owned(),
        title: "附件1　信息报送情况".to_owned(),
        columns,
        rows,
        note,
        ..Sheet::default()
    };
    Model { title: "2022年6月份信息报送情况的通报".to_owned(), tables: vec![sheet], ..Model::default() }
}

fn counts() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0_i64..60, 0_i64..60), 2..52)
}

/// A word that some check looks for.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "0",
        "1",
        "999999999999",
        "6月31日",
        "2022年6月份",
        "无法判定",
        "扣5分",
        "发现0次(扣5分)",
        "发现3次(扣15分)",
        "100%",
        "0.5",
        "合计",
        "—",
        "末更新",
        "____",
        "市商务局",
        "开封市商务局",
        "保障保障局",
        "〔2019〕20号",
        "国办秘函〔2019〕20号",
        "按得分排名",
        "-1",
        "（3个）",
        "正在运行的政务新媒体共计3个，合格9个，不合格1个，合格率为120%",
        "共收到报送信息5条，采用9条，采用率为%",
    ])
    .prop_map(str::to_owned)
}

fn heading() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "序号",
        "单位",
        "政务新媒体",
        "主管单位",
        "平台类型",
        "问题类型",
        "分数",
        "得分",
        "排名",
        "报送信息",
        "采用信息",
        "甲得分",
        "乙得分",
        "总分",
        "全年总分",
        "合格率",
        "检查",
        "合格",
        "不合格",
        "未建设",
        "已建设不符合",
        "已建设符合",
        "网站名称",
        "检查结果",
        "联系电话",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes(start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"{", b"{\"tables\":{", b"\xd0\xcf\x11\xe0"]), rest in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(&[start, &rest].concat());
    }

    #[test]
    fn any_table(headings in prop::collection::vec(heading(), 2..9), cells in prop::collection::vec(word(), 0..60), lines in prop::collection::vec(word(), 0..6)) {
        let rows = cells.chunks(headings.len()).map(|row| {
            let mut row = row.to_vec();
            row.resize(headings.len(), String::new());
            row
        });
        let sheet = Sheet { key: "存在问题".to_owned(), title: "附件1　存在问题".to_owned(), columns: headings.clone(), rows: rows.collect(), ..Sheet::default() };
        let model = Model { title: "2022年6月份通报".to_owned(), paragraphs: lines.clone(), tables: vec![sheet], closing: lines };
        survive(&model.bytes(Form::Docx));
        survive(&model.bytes(Form::Json));
    }

    #[test]
    fn a_right_tally_is_silent_and_one_wrong_cell_is_found(counts in counts(), row in any::<prop::sample::Index>(), column in 1_usize..5, by in 1_i64..9) {
        let mut model = tally(&counts);
        let clean = linted(&model.bytes(Form::Docx));
        prop_assert!(clean.findings.is_empty(), "{}", told(&clean.findings));
        let rows = &mut model.tables[0].rows;
        let row = row.index(rows.len());
        let cell = &mut rows[row][column];
        *cell = Points::parse(cell).unwrap().plus(Points::whole(by)).to_string();
        let damaged = linted(&model.bytes(Form::Docx));
        let name = model.tables[0].rows[row][0].clone();
        prop_assert_eq!(damaged.findings.len(), 1, "{}", told(&damaged.findings));
        prop_assert!(column == 4 || damaged.findings[0].to_string().contains(&name), "{}", told(&damaged.findings));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Files of every format with some bytes changed, and cut off.
    #[test]
    fn damaged_files(which in 0_usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12), end in any::<prop::sample::Index>(), cut in any::<bool>()) {
        let mut bytes = models::shangnan().bytes(super::FORMS[which]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let end = if cut { end.index(bytes.len()) } else { bytes.len() };
        survive(&bytes[..end]);
    }

    /// The XML of a document with pieces cut out and put elsewhere.
    #[test]
    fn damaged_xml(from in any::<prop::sample::Index>(), length in 0_usize..400, to in any::<prop::sample::Index>()) {
        let whole = super::write::document(&super::write::paragraph("全市正在运行的政务新媒体共计311个").repeat(3));
        let boundary = |at: usize| (0..=at).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (boundary(from.index(whole.len())), boundary(to.index(whole.len())));
        let until = boundary((from + length).min(whole.len()));
        let piece = &whole[from..until];
        let moved = format!("{}{piece}{}", &whole[..to], &whole[to..]);
        survive(&super::write::archive(&moved));
    }
}
