//! The leader's copy of the weekly summary: one page. The clerk's has every row.

use super::compose::{Entry, Roll, meta, remarks};
use super::unclear::doubts;
use super::week::{Limit, heading, headline, improved, near, overall, silent, subtitle, title};
use super::{Block, Facts, Report};
use crate::rules::Grade;
use std::collections::BTreeMap;

/// Most rows of a table on the leader's page.
const MOST_ROWS: usize = 10;

/// The weekly summary on one page: the figures, who failed and who is about to, and in which offices
/// the rest lies.
pub fn leader(facts: &Facts<'_>) -> Report {
    let roll = Roll::of(facts);
    let limit = Limit::of(facts);
    let mut blocks = vec![Block::Paragraph(headline(facts, &roll)), heading("一、总体情况")];
    blocks.push(Block::Paragraph(overall(facts, &roll)));
    blocks.extend(improved(facts).map(Block::Paragraph));
    blocks.extend(silent(facts, &roll, limit).into_iter().flat_map(shortened));
    blocks.extend(near(facts, &roll, limit).into_iter().flat_map(shortened));
    let short = roll.short_weeks(facts);
    blocks.push(heading(format!("四、本周次数不足（{}个）", short.len())));
    blocks.push(Block::Paragraph(by_office(&short)));
    blocks.push(heading(format!("五、无法判定（{}个）", roll.graded(Grade::Unclear))));
    blocks.push(Block::Paragraph(unseen(facts, &roll)));
    Report {
        title: title(facts),
        subtitle: Some(subtitle(facts, &roll)),
        blocks,
        footnotes: remarks(facts, &roll),
        paper: None,
        meta: meta(facts),
    }
}

/// A long table keeps its first rows and says how many it left out.
fn shortened(block: Block) -> Vec<Block> {
    let Block::Table(mut table) = block else { return vec![block] };
    let left = table.rows.len().saturating_sub(MOST_ROWS);
    table.rows.truncate(MOST_ROWS);
    let rest = (left > 0).then(|| Block::Paragraph(format!("另有{left}个，见检查方留存的周报附表。")));
    std::iter::once(Block::Table(table)).chain(rest).collect()
}

/// 某局3个、某镇1个, the most first.
fn by_office(entries: &[Entry<'_>]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(super::compose::office(entry.account)).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let left = counts.len().saturating_sub(MOST_ROWS);
    let name = |office: &str| if office.is_empty() { "未登记单位".to_owned() } else { office.to_owned() };
    let shown: Vec<String> =
        counts.iter().take(MOST_ROWS).map(|(office, count)| format!("{}{count}个", name(office))).collect();
    match (shown.is_empty(), left) {
        (true, _) => "无。".to_owned(),
        (false, 0) => format!("{}。", shown.join("、")),
        (false, _) => format!("{}，另有{left}家单位。", shown.join("、")),
    }
}

fn unseen(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    if roll.graded(Grade::Unclear) == 0 {
        return "无。".to_owned();
    }
    let doubts = doubts(facts, roll);
    let among = if doubts.is_empty() { doubts } else { format!("其中{doubts}；") };
    format!("{among}未看到完整情况的不作结论，由检查方人工核查。")
}
