//! Files that nobody should have written: each is refused with a sentence, or read within bounds.

use super::write::{archive, document, paragraph, tc};
use super::{linted, models, read};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn refusal(bytes: &[u8]) -> String {
    read(bytes).expect_err("was read").to_string()
}

fn body(xml: &str) -> Vec<u8> {
    archive(&document(xml))
}

#[test]
fn what_cannot_be_checked_is_refused_with_the_cure() {
    let locked: Vec<u8> = b"\xd0\xcf\x11\xe0"
        .iter()
        .copied()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let whole = models::kaifeng().bytes(super::Form::Docx);
    let book = models::kaifeng().bytes(super::Form::Xlsx);
    let mut other = ZipWriter::new(Cursor::new(Vec::new()));
    other.start_file("readme.txt", SimpleFileOptions::default()).unwrap();
    let other = other.finish().unwrap().into_inner();
    for (bytes, word) in [
        (&b""[..], "空的"),
        (b"\xd0\xcf\x11\xe0 old", "老格式"),
        (&locked, "密码"),
        (b"%PDF-1.7", "PDF"),
        (&whole[..whole.len() / 2], "损坏"),
        (&book[..book.len() / 2], "损坏"),
        (&other, "不是 .xlsx"),
        (b"just text", "能核对的是"),
        (b"{\"a\": 1}", "不是 report 写出的"),
        (b"{\"tables\": {", "第1行"),
        (&body("<w:p><w:r>"), "损坏"),
        (&body("<w:p></w:tbl>"), "损坏"),
        (&body(&"<w:sdt>".repeat(600)), "嵌套太深"),
        (&vec![b' '; (50 << 20) + 1], "50MB"),
    ] {
        let said = refusal(bytes);
        assert!(said.contains(word), "{said}");
    }
}

/// 100 MB of one letter pack into some 100 KB.
#[test]
fn a_bomb_does_not_go_off() {
    let bomb = |name: &str| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        for _ in 0..100 {
            zip.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    assert!(refusal(&bomb("word/document.xml")).contains("64MB"));
    assert!(refusal(&bomb("xl/workbook.xml")).contains("损坏"));
}

/// A long text merged over many rows is not copied without end.
#[test]
fn merged_cells_do_not_multiply() {
    let long = "长".repeat(30_000);
    let first = format!("<w:tr>{}{}</w:tr>", tc("", "单位"), tc("", "采用信息"));
    let top = format!("<w:tr>{}{}</w:tr>", tc("<w:vMerge w:val=\"restart\"/>", &long), tc("", "1"));
    let rest = format!("<w:tr>{}{}</w:tr>", tc("<w:vMerge/>", ""), tc("", "1")).repeat(2_000);
    let paper = read(&body(&format!("<w:tbl>{first}{top}{rest}</w:tbl>"))).unwrap();
    let (_, table) = paper.tables().next().unwrap();
    let size: usize = table.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.len()).sum();
    assert!(table.rows.len() == 2_001 && size < 40 << 20, "{size}");
}

#[test]
fn what_word_keeps_beside_the_text_is_understood() {
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let xml = format!(
        "<w:p><w:ins>{}</w:ins><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del><w:r><w:t>a</w:t><w:tab/><w:t>&amp;&#x4e00;&lt;</w:t></w:r></w:p>\
         <w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>{}</w:p>",
        run("新"),
        paragraph("框中字"),
        paragraph("重复"),
        run("框外字")
    );
    let paper = read(&body(&xml)).unwrap();
    let lines: Vec<&str> = paper.lines().map(|(_, line)| line.text.as_str()).collect();
    assert_eq!(lines, ["新a\t&一<", "框中字", "框外字"]);
    assert!(paper.unread[0].contains("修订"));
}

#[test]
fn tables_within_tables_and_deleted_rows() {
    let row = |cells: &[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(|text| tc("", text)).collect::<String>());
    let inner = format!("<w:tbl>{}{}</w:tbl>", row(&["单位", "采用信息"]), row(&["甲局", "3"]));
    let deleted = row(&["丙局", "9"]).replace("<w:tr>", "<w:tr><w:trPr><w:del w:id=\"1\"/></w:trPr>");
    let numbered = format!(
        "<w:tr><w:tc><w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr></w:p></w:tc>{}</w:tr>",
        tc("", "乙局")
    );
    let outer = format!(
        "<w:tbl>{}{numbered}{deleted}<w:tr><w:tc>{inner}{}</w:tc>{}</w:tr></w:tbl>",
        row(&["序号", "单位"]),
        paragraph("2"),
        tc("", "丁局")
    );
    let paper = read(&body(&outer)).unwrap();
    let tables: Vec<Vec<Vec<&str>>> = paper
        .tables()
        .map(|(_, table)| {
            table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
        })
        .collect();
    assert_eq!(tables, [vec![vec!["甲局", "3"]], vec![vec!["（自动编号）", "乙局"], vec!["2", "丁局"]]]);
}

/// Ten times the rows may not take a hundred times the steps; ten thousand rows of names that differ are
/// compared within the bound.
#[test]
fn a_long_table_is_checked() {
    let mut model = models::kaifeng();
    let row = |at: usize| {
        let name = format!("第{at}号账号");
        vec![(at + 1).to_string(), name, format!("第{at}号单位"), "抖音".to_owned(), "一周未更新一次".to_owned()]
    };
    model.sheet("存在问题").rows = (0..10_000).map(row).collect();
    let linted = linted(&model.bytes(super::Form::Json));
    assert!(linted.findings.is_empty(), "{}", super::told(&linted.findings[..3.min(linted.findings.len())]));
}
