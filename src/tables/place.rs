//! Where tables from elsewhere stand in a report: attachments in the profile's order around our own
//! lists, numbered through (附件1, 附件2 …).

use super::print::{Attachment, Style};
use crate::report::{Block, Part, Report, Table};

/// Puts the tables into the report. Ours are its annexes; where nothing stands before them they keep
/// their first number, since 附件1 is then the operator's to add.
pub fn place(report: &mut Report, attachments: &[Attachment], style: Style<'_>) {
    let mut all: Vec<&Attachment> = attachments.iter().collect();
    all.sort_by_key(|one| (style.rules.place(one.form).1, one.place));
    let (before, after): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| style.rules.place(one.form).0);
    let ours: Vec<usize> = (0..report.blocks.len()).filter(|at| annex(&report.blocks[*at]).is_some()).collect();
    let first = ours.first().and_then(|at| annex(&report.blocks[*at])).unwrap_or(1);
    let last = ours.last().and_then(|at| annex(&report.blocks[*at])).unwrap_or(0);
    let (before, next) = numbered(&before, 1, style);
    // Lists of one number are one attachment, so all of them move by as much.
    let begin = if before.is_empty() { first } else { next };
    for at in &ours {
        if let Block::Table(table) = &mut report.blocks[*at] {
            table.part = Part::Annex(table.annex().unwrap_or(first) + begin - first);
        }
    }
    let (after, _) = numbered(&after, (last + begin).saturating_sub(first) + 1, style);
    let (start, end) = match (ours.first(), ours.last()) {
        (Some(start), Some(end)) => (*start, end + 1),
        _ => (report.blocks.len(), report.blocks.len()),
    };
    report.blocks.splice(end..end, after);
    report.blocks.splice(start..start, before);
}

fn annex(block: &Block) -> Option<usize> {
    match block {
        Block::Table(table) => table.annex(),
        _ => None,
    }
}

/// The tables with their numbers, and the next number.
fn numbered(attachments: &[&Attachment], first: usize, style: Style<'_>) -> (Vec<Block>, usize) {
    let (mut blocks, mut next) = (Vec::new(), first);
    let mut last: Option<&Attachment> = None;
    for one in attachments {
        let joins = one.form.shares && last.is_some_and(|last| last.form == one.form) && one.title.is_none();
        let table = one.table(style);
        next += usize::from(!joins);
        let title = if joins { String::new() } else { table.title.clone() };
        blocks.push(Block::Table(Table { part: Part::Annex(next - 1), title, ..table }));
        last = Some(one);
    }
    (blocks, next)
}
