//! Where tables from elsewhere stand in a report: attachments in the profile's order around our own
//! lists, numbered through (附件1, 附件2 …).

use super::print::{Attachment, Style};
use crate::report::{Block, Report, Table};

/// What stands between the number of an attachment and its title.
const GAP: char = '　';

/// Puts the tables into the report. Ours are those whose titles begin with 附件; where nothing stands
/// before them they keep their first number, since 附件1 is then the operator's to add.
pub fn place(report: &mut Report, attachments: &[Attachment], style: Style<'_>) {
    let mut all: Vec<&Attachment> = attachments.iter().collect();
    all.sort_by_key(|one| (style.rules.place(one.form).1, one.place));
    let (before, after): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| style.rules.place(one.form).0);
    let ours: Vec<usize> = (0..report.blocks.len()).filter(|at| number_of(&report.blocks[*at]).is_some()).collect();
    let first = ours.first().and_then(|at| number_of(&report.blocks[*at])).unwrap_or(1);
    let last = ours.last().and_then(|at| number_of(&report.blocks[*at])).unwrap_or(0);
    let (before, next) = numbered(&before, 1, style);
    // Lists of one number are one attachment, so all of them move by as much.
    let begin = if before.is_empty() { first } else { next };
    for at in &ours {
        renumber(&mut report.blocks[*at], |number| number + begin - first);
    }
    let (after, _) = numbered(&after, (last + begin).saturating_sub(first) + 1, style);
    let (start, end) = match (ours.first(), ours.last()) {
        (Some(start), Some(end)) => (*start, end + 1),
        _ => (report.blocks.len(), report.blocks.len()),
    };
    report.blocks.splice(end..end, after);
    report.blocks.splice(start..start, before);
}

fn number_of(block: &Block) -> Option<usize> {
    let Block::Table(table) = block else { return None };
    table.title.strip_prefix("附件")?.split_once(GAP)?.0.parse().ok()
}

fn renumber(block: &mut Block, to: impl FnOnce(usize) -> usize) {
    let number = number_of(block);
    if let (Block::Table(table), Some(number)) = (block, number)
        && let Some((_, title)) = table.title.split_once(GAP)
    {
        table.title = format!("附件{}{GAP}{title}", to(number));
    }
}

/// The tables with their numbers, and the next number.
fn numbered(attachments: &[&Attachment], first: usize, style: Style<'_>) -> (Vec<Block>, usize) {
    let (mut blocks, mut next) = (Vec::new(), first);
    let mut last: Option<&Attachment> = None;
    for one in attachments {
        let joins = one.form.shares && last.is_some_and(|last| last.form == one.form) && one.title.is_none();
        let table = one.table(style);
        let title = if joins { String::new() } else { format!("附件{next}{GAP}{}", table.title) };
        next += usize::from(!joins);
        blocks.push(Block::Table(Table { title, ..table }));
        last = Some(one);
    }
    (blocks, next)
}
