//! The paper that is signed: what a draft says for the clerk's own use is gone from it.

use crate::report::{Block, Part, Report};
use crate::wording::renumber;

/// Leaves what is printed: no working lists, no pictures, no heading that has nothing else below it. Annexes
/// stand behind the text, so a heading above nothing but them goes as well.
pub(super) fn prune(report: &mut Report) {
    let is_working = |block: &Block| matches!(block, Block::Table(table) if table.part == Part::Working);
    report.blocks.retain(|block| !is_working(block) && !matches!(block, Block::Chart(_)));
    let (mut has_text, mut below) = (false, None);
    let mut kept = Vec::new();
    for block in report.blocks.drain(..).rev() {
        match &block {
            Block::Heading(text) => {
                let rank = rank(text);
                if !has_text && below.is_none_or(|below| below <= rank) {
                    continue;
                }
                (has_text, below) = (false, Some(rank));
            }
            Block::Table(table) if table.annex().is_some() => {}
            _ => has_text = true,
        }
        kept.push(block);
    }
    kept.reverse();
    renumber(&mut kept);
    report.blocks = kept;
}

/// 一、 is 1, （一） is 2.
fn rank(heading: &str) -> u8 {
    if heading.trim_start().starts_with(['（', '(']) { 2 } else { 1 }
}

/// Takes out what only tells the clerk what is left to do, and whom a person has cleared: that stands in the
/// 问题依据清单, for a public paper names nobody without cause. What could not be judged is 未作判定:
/// it may have findings, so that 未检查 would be untrue.
pub(super) fn settle(report: &mut Report) {
    report.blocks.retain(|block| !matches!(block, Block::Paragraph(text) if is_for_the_clerk(text)));
    report.footnotes.retain(|note| !is_for_the_clerk(note));
    for block in &mut report.blocks {
        match block {
            Block::Paragraph(text) => *text = text.replace("能否合格尚无法判定", "未作合格判定"),
            Block::Table(table) => {
                for column in table.columns.iter_mut().filter(|column| *column == "无法判定") {
                    *column = "未作判定".to_owned();
                }
            }
            _ => {}
        }
    }
    prune(report);
}

fn is_for_the_clerk(text: &str) -> bool {
    text.contains("定稿前须逐一核实") || text.contains("经人工核实为误报，没有列入")
}

/// Who is not counted as checked, and why. Of whom something was found, 未检查 would be untrue.
pub(super) fn uncounted((unchecked, in_part): &(Vec<String>, Vec<String>), why: &str) -> Vec<String> {
    let (none, some) = (unchecked.len(), in_part.len());
    let none = (none > 0).then(|| format!("未检查的{none}个账号不计入检查数（{why}）：{}。", unchecked.join("、")));
    let some = (some > 0).then(|| {
        let names = in_part.join("、");
        format!("查出问题的账号中，有{some}个其余时段未能全部监测，未作合格判定，不计入检查数（{why}）：{names}。")
    });
    none.into_iter().chain(some).collect()
}

/// A sentence ends with 。
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['。', '！', '？', '；']) { text.to_owned() } else { format!("{text}。") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Moment, Period};
    use crate::report::{Chart, Meta, Table};

    fn report(blocks: Vec<Block>) -> Report {
        let meta =
            Meta { period: Period::parse("2022-06").unwrap(), profile: String::new(), generated_at: Moment::MIN };
        Report { title: String::new(), subtitle: None, blocks, footnotes: Vec::new(), paper: None, meta }
    }

    fn chart() -> Chart {
        let empty = String::new;
        Chart {
            key: empty(),
            title: empty(),
            over: empty(),
            value: empty(),
            unit: empty(),
            points: Vec::new(),
            note: None,
        }
    }

    fn table(key: &str, part: Part) -> Block {
        Block::Table(Table { part, ..Table::new(key, key, &["无法判定"], Vec::new()) })
    }

    fn said(report: &Report) -> Vec<String> {
        let word = |block: &Block| match block {
            Block::Heading(text) | Block::Paragraph(text) => text.clone(),
            Block::Table(table) => format!("{}:{}", table.key, table.columns[0]),
            _ => "?".to_owned(),
        };
        report.blocks.iter().map(word).collect()
    }

    #[test]
    fn working_lists_go_with_their_headings_and_the_rest_is_numbered_through() {
        let [heading, text] =
            [|text: &str| Block::Heading(text.to_owned()), |text: &str| Block::Paragraph(text.to_owned())];
        let mut paper = report(vec![
            heading("一、总体情况"),
            heading("（一）新媒体"),
            text("检查3个。"),
            text("无法判定1个（其中待人工核实1个），不计入检查数，定稿前须逐一核实。"),
            text("名单共2个账号，其中1个能否合格尚无法判定。"),
            table("各平台", Part::Body),
            heading("二、检查结果"),
            table("不合格", Part::Annex(1)),
            table("疑问", Part::Working),
            heading("三、要求"),
            heading("（一）空的"),
            Block::Chart(chart()),
            heading("（二）整改"),
            text("请整改。"),
            heading("四、关停"),
            table("关停", Part::Working),
        ]);
        paper.footnotes = vec!["另有1项经人工核实为误报，没有列入：甲。".to_owned(), "其他。".to_owned()];
        settle(&mut paper);
        let want = [
            "一、总体情况",
            "（一）新媒体",
            "检查3个。",
            "名单共2个账号，其中1个未作合格判定。",
            "各平台:未作判定",
            "不合格:未作判定",
            "二、要求",
            "（二）整改",
            "请整改。",
        ];
        assert_eq!(said(&paper), want);
        assert_eq!(paper.footnotes, ["其他。"]);
    }

    #[test]
    fn a_sentence_has_one_end() {
        assert_eq!(["甲", "甲。", "甲； "].map(sentence), ["甲。", "甲。", "甲；"]);
    }
}
