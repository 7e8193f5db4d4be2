//! The text of a document in the order of the standard: head, title, addressees, text, list of annexes,
//! signature, annexes each on a new page, imprint.

use super::pen::{Lie, Pen, Set};
use super::style::{ANNEX, BODY, FLUSH, HEADING1, HEADING2, HEADING3, RIGHT, SUBTITLE, Style, TITLE};
use super::xml::Xml;
use super::{paper, parts, table, title};
use crate::report::paper::{annex_names, note_lines};
use crate::report::{Block, Part, Report, Shape, Table};
use crate::wording::renumber;
use std::io::{self, Write};

/// Characters of 2号 in a line.
const TITLE_CHARS: usize = 20;

/// Writes the whole text.
pub(super) fn write<W: Write>(mut xml: Xml<W>, report: &Report) -> io::Result<()> {
    xml.open("w:document", &parts::SPACES)?;
    xml.open("w:body", &[])?;
    let mut pen = Pen::new(xml, running_head(report).is_some());
    if let Some(paper) = &report.paper {
        paper::head(&mut pen, paper)?;
    }
    titled(&mut pen, &TITLE, &report.title)?;
    paper::number_below(&mut pen, report.paper.as_ref())?;
    if running_head(report).is_none() {
        report.subtitle.iter().try_for_each(|line| pen.line(&SUBTITLE, line))?;
    }
    pen.blank(&FLUSH, 1)?;
    if let Some(paper) = &report.paper {
        paper::addressees(&mut pen, paper)?;
    }
    running(&mut pen, report)?;
    if let Some(paper) = &report.paper {
        paper::foot(&mut pen, report, paper)?;
    }
    annexes(&mut pen, report)?;
    if let Some(paper) = &report.paper {
        paper::imprint(&mut pen, paper)?;
    }
    pen.finish()
}

/// Text and notes. The page that bears the date has text above it (GB/T 9704-2012, 7.3.5.5): the last
/// paragraph of a paper stays with the signature, unless enough of the list of annexes does.
fn running<W: Write>(pen: &mut Pen<W>, report: &Report) -> io::Result<()> {
    let mut blocks = text(report);
    blocks.extend(note_lines(&report.footnotes).into_iter().map(Block::Paragraph));
    let is_signed = report.paper.as_ref().is_some_and(|paper| paper.shape != Shape::Brief);
    let stays = is_signed && annex_names(report).len() < paper::STAYING;
    let last = blocks.pop_if(|last| stays && matches!(last, Block::Paragraph(_)));
    blocks.iter().try_for_each(|one| block(pen, one))?;
    match last {
        Some(Block::Paragraph(text)) => paragraph(pen, &Set { keeps: true, ..Set::default() }, &text),
        _ => Ok(()),
    }
}

/// What a paper says of its own state stands above the text of every page, where it is in nobody's way.
pub(super) fn running_head(report: &Report) -> Option<&str> {
    report.paper.as_ref().and(report.subtitle.as_deref())
}

fn titled<W: Write>(pen: &mut Pen<W>, style: &Style, text: &str) -> io::Result<()> {
    pen.line(style, &title::lines(text, TITLE_CHARS).join("\n"))
}

/// The blocks of the running text. Annexes stand behind it, and working lists are no part of a paper;
/// a heading that has nothing else below it goes with them.
pub(in crate::report) fn text(report: &Report) -> Vec<Block> {
    let is_text = |block: &&Block| match block {
        Block::Table(table) => match table.part {
            Part::Body => true,
            Part::Annex(_) => false,
            Part::Working => report.paper.is_none(),
        },
        Block::Chart(_) => false,
        _ => true,
    };
    let mut blocks: Vec<Block> = Vec::new();
    for block in report.blocks.iter().filter(is_text) {
        while let (Some(Block::Heading(last)), Block::Heading(next)) = (blocks.last(), block) {
            if level(last).rank < level(next).rank {
                break;
            }
            blocks.pop();
        }
        blocks.push(block.clone());
    }
    while let Some(Block::Heading(_)) = blocks.last() {
        blocks.pop();
    }
    renumber(&mut blocks);
    blocks
}

fn block<W: Write>(pen: &mut Pen<W>, block: &Block) -> io::Result<()> {
    match block {
        Block::Heading(text) => pen.line(&level(text).style, text),
        Block::Paragraph(text) => text.split('\n').try_for_each(|line| paragraph(pen, &Set::default(), line)),
        Block::Left(text) => pen.line(&FLUSH, text),
        Block::Right(text) => pen.line(&RIGHT, text),
        Block::Table(table) => table::in_text(pen, table),
        Block::Grid(grid) => table::grid(pen, grid),
        Block::Chart(_) => Ok(()),
        Block::NewPage(title) => {
            pen.new_page(Lie::Upright)?;
            title.iter().try_for_each(|title| {
                titled(pen, &Style { outline: None, ..TITLE }, title)?;
                pen.blank(&FLUSH, 1)
            })
        }
    }
}

/// A paragraph that begins with a number has its first sentence as a heading: （一）信息报送情况。
fn paragraph<W: Write>(pen: &mut Pen<W>, set: &Set, text: &str) -> io::Result<()> {
    let level = level(text);
    match text.find('。').map(|at| text.split_at(at + '。'.len_utf8())) {
        Some((first, rest)) if level.rank < 3 && first.chars().count() <= 28 => {
            pen.para(&BODY, set, &[(level.style.font, first), (BODY.font, rest)])
        }
        _ => pen.set(&BODY, *set, text),
    }
}

/// The rank of a heading by its number.
struct Level {
    rank: u8,
    style: Style,
}

/// 一、 黑体; （一） 楷体; 1. and （1） 仿宋; no number: as the first.
fn level(text: &str) -> Level {
    const HAN: &str = "一二三四五六七八九十〇百";
    let text = text.trim_start();
    let begins = |open: &[char], digits: &dyn Fn(char) -> bool, close: &[char]| {
        let rest = if open.is_empty() { Some(text) } else { text.strip_prefix(open) };
        rest.is_some_and(|rest| {
            let end = rest.trim_start_matches(digits);
            end.len() < rest.len() && end.starts_with(close)
        })
    };
    let is_han = |c: char| HAN.contains(c);
    let is_digit = |c: char| c.is_ascii_digit();
    if begins(&[], &is_han, &['、']) {
        Level { rank: 1, style: HEADING1 }
    } else if begins(&['（', '('], &is_han, &['）', ')']) {
        Level { rank: 2, style: HEADING2 }
    } else if begins(&[], &is_digit, &['.', '．', '、']) || begins(&['（', '('], &is_digit, &['）', ')']) {
        Level { rank: 3, style: HEADING3 }
    } else {
        Level { rank: 4, style: HEADING1 }
    }
}

/// Each annex on a new page; tables of one number share it.
fn annexes<W: Write>(pen: &mut Pen<W>, report: &Report) -> io::Result<()> {
    let mut last = None;
    for table in report.tables() {
        let Some(number) = table.annex() else { continue };
        let lie = table::lie(table);
        if last == Some((number, lie)) && table.title.is_empty() {
            pen.blank(&FLUSH, 1)?;
        } else {
            pen.new_page(lie)?;
            annex_head(pen, report, table, number)?;
        }
        table.subtitle.iter().try_for_each(|line| pen.line(&SUBTITLE, line))?;
        table::rows(pen, table)?;
        last = Some((number, lie));
    }
    Ok(())
}

/// 附件1 on the first line, the title on the third.
fn annex_head<W: Write>(pen: &mut Pen<W>, report: &Report, table: &Table, number: usize) -> io::Result<()> {
    let is_single = report.tables().filter_map(Table::annex).max() == Some(1);
    let mark = if is_single { "附件".to_owned() } else { format!("附件{number}") };
    pen.line(&ANNEX, &mark)?;
    pen.line(&Style { keeps: true, ..FLUSH }, "")?;
    if !table.title.is_empty() {
        titled(pen, &Style { outline: Some(1), ..TITLE }, &table.title)?;
    }
    Ok(())
}
