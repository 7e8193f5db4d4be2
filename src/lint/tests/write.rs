//! Writes a model down: through the renderers of reports, and as a document the way Word does it.

use super::{Model, Sheet};
use crate::domain::{Moment, Period};
use crate::report::{Block, Cell, Format, Group, Meta, Part, Report, Table, render};
use crate::tables::Points;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Through the renderers of reports.
pub(super) fn report(model: &Model, format: Format) -> Vec<u8> {
    let mut blocks: Vec<Block> = model.paragraphs.iter().cloned().map(Block::Paragraph).collect();
    let mut annex = 0;
    for table in &model.tables {
        let number = table.title.strip_prefix("附件").and_then(|rest| rest.split_once('　'));
        annex = number.map_or(annex, |(number, _)| number.parse().unwrap());
        let title = number.map_or(String::new(), |(_, title)| title.to_owned());
        blocks.push(Block::Table(Table { part: Part::Annex(annex), title, ..sheet(table) }));
    }
    let period = Period::parse("2022-06").unwrap();
    let meta = Meta { period, profile: "通用".to_owned(), generated_at: Moment::parse("2022-07-01 09:00").unwrap() };
    let (title, footnotes) = (model.title.clone(), model.closing.clone());
    render(&Report { title, subtitle: None, blocks, footnotes, paper: None, meta }, format).unwrap()
}

fn sheet(table: &Sheet) -> Table {
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
    Table {
        subtitle: table.subtitle.clone(),
        groups: table.groups.iter().map(|(title, columns)| Group::new(title, *columns)).collect(),
        once: table.once,
        note: table.note.clone(),
        ..Table::new(table.key.clone(), table.title.clone(), &columns, rows)
    }
}

fn cell(text: &str) -> Cell {
    Points::parse(text).map_or_else(|| Cell::Text(text.to_owned()), Points::cell)
}

/// As a document: 附件n and its title are paragraphs, merged cells are merged.
pub(super) fn docx(model: &Model) -> Vec<u8> {
    let mut body = paragraph(&model.title);
    model.paragraphs.iter().for_each(|text| body.push_str(&paragraph(text)));
    for table in &model.tables {
        let (number, title) = table.title.split_once('　').unwrap_or(("", &table.title));
        [number, title].into_iter().filter(|text| !text.is_empty()).for_each(|text| body.push_str(&paragraph(text)));
        table.subtitle.iter().for_each(|text| body.push_str(&paragraph(text)));
        body.push_str(&rows(table));
        table.note.iter().for_each(|text| body.push_str(&paragraph(text)));
    }
    model.closing.iter().for_each(|text| body.push_str(&paragraph(text)));
    archive(&document(&body))
}

pub(super) fn document(body: &str) -> String {
    let space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"{space}\"><w:body>{body}</w:body></w:document>"
    )
}

pub(super) fn archive(document: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(document.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

pub(super) fn paragraph(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    // Word cuts a sentence into runs wherever it likes.
    let middle = text.char_indices().nth(3).map_or(text.len(), |(at, _)| at);
    let (one, two) = text.split_at(middle);
    let cut = if two.contains('&') || one.contains('&') { vec![text.as_str()] } else { vec![one, two] };
    let run =
        |text: &&str| format!("<w:r><w:rPr><w:sz w:val=\"32\"/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    format!(
        "<w:p><w:pPr><w:tabs><w:tab w:pos=\"4\"/></w:tabs></w:pPr>{}</w:p>",
        cut.iter().map(run).collect::<String>()
    )
}

fn rows(table: &Sheet) -> String {
    let head = sheet(table).head().iter().enumerate().map(|(at, row)| head_row(table, at, row)).collect::<String>();
    let body = table.rows.iter().enumerate().map(|(at, row)| {
        let again = at > 0 && table.once > 0 && table.rows[at - 1][..table.once] == row[..table.once];
        let cell = |(column, text): (usize, &String)| match (column < table.once, again) {
            (true, true) => tc("<w:vMerge/>", ""),
            (true, false) => tc("<w:vMerge w:val=\"restart\"/>", text),
            _ => tc("", text),
        };
        format!("<w:tr>{}</w:tr>", row.iter().enumerate().map(cell).collect::<String>())
    });
    format!("<w:tbl><w:tblPr/>{head}{}</w:tbl>", body.collect::<String>())
}

fn head_row(table: &Sheet, at: usize, cells: &[crate::report::HeadCell<'_>]) -> String {
    let mut row = String::new();
    let mut next = 0;
    for cell in cells {
        // A cell that spans both rows of the head goes on below.
        (next..cell.column).for_each(|_| row.push_str(&tc("<w:vMerge/>", "")));
        let span = if cell.columns > 1 { format!("<w:gridSpan w:val=\"{}\"/>", cell.columns) } else { String::new() };
        let merge = if cell.rows > 1 { "<w:vMerge w:val=\"restart\"/>" } else { "" };
        row.push_str(&tc(&format!("{span}{merge}"), cell.text));
        next = cell.column + cell.columns;
    }
    if at > 0 {
        (next..table.columns.len()).for_each(|_| row.push_str(&tc("<w:vMerge/>", "")));
    }
    format!("<w:tr><w:trPr><w:tblHeader/></w:trPr>{row}</w:tr>")
}

pub(super) fn tc(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", paragraph(text))
}
