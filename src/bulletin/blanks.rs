//! Places of a document in which something is still missing: ____ stops a signature (documents.md,
//! "Consistency checks", 24).

use crate::report::{Block, Paper, Report, Shape, Table};
use crate::wording::BLANK;

/// Every place with a blank, as a clerk finds it: the first words of the line.
pub fn blanks(report: &Report) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut note = |place: &str, text: &str| {
        if text.contains(BLANK) {
            found.push(format!("{place}“{}”", around(text)));
        }
    };
    note("标题", &report.title);
    note("标题下一行", report.subtitle.as_deref().unwrap_or_default());
    for block in &report.blocks {
        match block {
            Block::Heading(text) => note("小标题", text),
            Block::Paragraph(text) | Block::Left(text) | Block::Right(text) => note("正文", text),
            Block::NewPage(title) => note("标题", title.as_deref().unwrap_or_default()),
            // Boxes are filled in by hand; a picture has no words of its own.
            Block::Grid(_) | Block::Chart(_) => {}
            Block::Table(table) => cells(table).for_each(|(place, text)| note(&place, &text)),
        }
    }
    report.footnotes.iter().for_each(|text| note("注", text));
    found.extend(report.paper.iter().flat_map(head_and_foot));
    found
}

/// What a form with a head of its own needs and nobody has set.
fn head_and_foot(paper: &Paper) -> Vec<String> {
    let needed: &[(&str, &String)] = match paper.shape {
        Shape::Web => &[("发文机关", &paper.issuer)],
        // 签批盖章 is signed by hand.
        Shape::Telegram => &[("发电单位", &paper.issuer), ("等级", &paper.urgency), ("文号", &paper.number)],
        Shape::Brief => &[
            ("发文机关", &paper.issuer),
            ("刊名", &paper.masthead),
            ("期号", &paper.number),
            ("送", &paper.copies),
            ("发", &paper.sent),
            ("签发", &paper.signer),
            ("联系方式", &paper.contact),
        ],
        Shape::Letter => &[
            ("发文机关", &paper.issuer),
            ("文号", &paper.number),
            ("主送", &paper.to),
            ("抄送", &paper.copies),
            ("印发机关", &paper.printer),
        ],
    };
    let missing = needed.iter().filter(|(_, text)| text.trim().is_empty() || text.contains(BLANK));
    missing.map(|(name, _)| format!("版头版记的“{name}”，请写在配置的 [report.paper]")).collect()
}

fn cells(table: &Table) -> impl Iterator<Item = (String, String)> {
    let named = if table.title.is_empty() { &table.key } else { &table.title };
    let head = [Some(&table.title), table.subtitle.as_ref(), table.note.as_ref()].into_iter().flatten().cloned();
    let rows = table
        .rows
        .iter()
        .enumerate()
        .flat_map(move |(at, row)| row.iter().map(move |cell| (format!("{named}第{}行", at + 1), cell.text())));
    head.map(|text| ("表头".to_owned(), text)).chain(rows)
}

/// Some characters before and after the blank.
fn around(text: &str) -> String {
    let at = text.find(BLANK).unwrap_or(0);
    let before: Vec<char> = text[..at].chars().rev().take(12).collect();
    let after: String = text[at..].chars().take(BLANK.len() + 12).collect();
    before.into_iter().rev().collect::<String>() + &after
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is signed by hand is not demanded; everything else of a head and foot is, also a ____ in it.
    #[test]
    fn heads_and_feet_are_filled_in_before_a_signature() {
        let missing = |shape| head_and_foot(&Paper { shape, to: "各单位____".to_owned(), ..Paper::default() });
        for (shape, want) in [
            (Shape::Web, &["发文机关"][..]),
            (Shape::Telegram, &["发电单位", "等级", "文号"]),
            (Shape::Brief, &["发文机关", "刊名", "期号", "送", "发", "签发", "联系方式"]),
            (Shape::Letter, &["发文机关", "文号", "主送", "抄送", "印发机关"]),
        ] {
            let want: Vec<String> =
                want.iter().map(|name| format!("版头版记的“{name}”，请写在配置的 [report.paper]")).collect();
            assert_eq!(missing(shape), want);
        }
    }
}
