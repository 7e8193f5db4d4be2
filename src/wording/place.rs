//! Where the office's words stand in a report: below the heading of the same words, the first section's
//! below the first heading, all others below a heading of their own before the lists. The headings are
//! then numbered through.

use super::Said;
use crate::report::{Block, Report};

const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// Puts the paragraphs into the report.
pub fn place(report: &mut Report, said: Vec<Said>) {
    if said.is_empty() {
        return;
    }
    for one in said {
        match find(report, &one.heading) {
            Some(at) => continue_at(report, at, one),
            None => insert(report, before_lists(report), one),
        }
    }
    renumber(&mut report.blocks);
}

/// The same for a paper in which ours is one item of the office's, the last: theirs stand before it, and
/// their first is not ours.
pub fn place_before(report: &mut Report, said: Vec<Said>) {
    let of = |block: &Block| matches!(block, Block::Heading(_));
    let ours = report.blocks.iter().find(|block| of(block)).cloned();
    for one in said {
        let first = || report.blocks.iter().position(|block| Some(block) == ours.as_ref());
        match same(report, plain(&one.heading)) {
            Some(at) => continue_at(report, at, one),
            None => insert(report, first().unwrap_or(report.blocks.len()), one),
        }
    }
    renumber(&mut report.blocks);
}

/// Below the paragraphs that follow the heading at `at`. In the first section websites come before
/// accounts (documents.md), so what is said of them stands before our figures.
fn continue_at(report: &mut Report, at: usize, one: Said) {
    let is_first = !report.blocks[..at].iter().any(|block| matches!(block, Block::Heading(_)));
    let of_sites = |text: &String| is_first && text.contains("政府网站");
    let (before, after): (Vec<String>, Vec<String>) = one.paragraphs.into_iter().partition(of_sites);
    let end = end_of_paragraphs(report, at);
    report.blocks.splice(end..end, after.into_iter().map(Block::Paragraph));
    report.blocks.splice(at + 1..at + 1, before.into_iter().map(Block::Paragraph));
}

/// Below a heading of its own.
fn insert(report: &mut Report, at: usize, one: Said) {
    let heading = std::iter::once(Block::Heading(format!("〇、{}", plain(&one.heading))));
    report.blocks.splice(at..at, heading.chain(one.paragraphs.into_iter().map(Block::Paragraph)));
}

/// A heading without its number: 总体情况 for 一、总体情况.
fn plain(heading: &str) -> &str {
    match heading.split_once('、') {
        Some((number, rest)) if is_numeral(number) => rest.trim(),
        _ => heading.trim(),
    }
}

fn is_numeral(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '〇' || NUMERALS.iter().any(|numeral| numeral.starts_with(c)))
}

fn find(report: &Report, heading: &str) -> Option<usize> {
    let is_heading = |block: &Block| matches!(block, Block::Heading(_));
    let first = || heading.trim().strip_prefix("一、").and_then(|_| report.blocks.iter().position(is_heading));
    // The first section is ours, whatever a profile calls it.
    same(report, plain(heading)).or_else(first)
}

fn same(report: &Report, wanted: &str) -> Option<usize> {
    report.blocks.iter().position(|block| matches!(block, Block::Heading(text) if plain(text) == wanted))
}

/// The place after the paragraphs that follow the heading at `at`.
fn end_of_paragraphs(report: &Report, at: usize) -> usize {
    let paragraphs = report.blocks[at + 1..].iter().take_while(|block| matches!(block, Block::Paragraph(_)));
    at + 1 + paragraphs.count()
}

/// The place of the first heading that only has lists below it, else of the first list, else the end.
fn before_lists(report: &Report) -> usize {
    let blocks = &report.blocks;
    let first = blocks.iter().position(|block| matches!(block, Block::Table(_))).unwrap_or(blocks.len());
    match first.checked_sub(1).and_then(|above| blocks.get(above)) {
        Some(Block::Heading(_)) => first - 1,
        _ => first,
    }
}

/// Numbers the headings that have a number through: 一、 二、 …
pub(crate) fn renumber(blocks: &mut [Block]) {
    let mut number = 0;
    for block in blocks {
        if let Block::Heading(text) = block
            && plain(text) != text.trim()
        {
            number += 1;
            *text = format!("{}、{}", numeral(number), plain(text));
        }
    }
}

/// 一 to 九十九.
pub(crate) fn numeral(number: usize) -> String {
    let digit = |n: usize| if n == 0 { "" } else { NUMERALS[n - 1] };
    match number {
        1..=10 => digit(number).to_owned(),
        _ => {
            let tens = if number < 20 { "" } else { digit((number / 10).min(9)) };
            format!("{tens}十{}", digit(number % 10))
        }
    }
}
