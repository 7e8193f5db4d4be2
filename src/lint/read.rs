//! Bytes to a paper: what kind of file it is, and whether it may be opened at all.

use super::paper::Paper;
use super::{docx, json, xlsx};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Largest file that is read, in bytes.
pub(super) const LARGEST: usize = 50 << 20;
/// Most bytes that one part of a document may unpack to.
const UNPACKED: u64 = 64 << 20;
/// Most bytes that a workbook may unpack to.
const BOOK: u64 = 256 << 20;
/// Most characters of one cell or paragraph that are read; Excel keeps no longer cell.
pub(super) const LONGEST: usize = 32_767;
/// Most rows of one file.
pub(super) const MOST_ROWS: usize = 100_000;
/// Heads of pages that are read: three of each section.
const HEADS: usize = 12;
/// Most columns of one table.
pub(super) const MOST_COLUMNS: usize = 300;
/// Most cells of one file.
pub(super) const MOST_CELLS: usize = 2_000_000;

/// Why a file cannot be checked, and what cures it (Chinese).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

pub(super) fn refuse<T>(why: &str) -> Result<T, Unreadable> {
    Err(Unreadable(why.to_owned()))
}

/// Reads a finished paper: XLSX, DOCX, or the JSON that `report` writes. What the file is called does not
/// matter.
///
/// # Errors
/// [`Unreadable`] with the cure, for other files, locked, damaged or immense ones.
pub fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    if bytes.len() > LARGEST {
        return refuse("文件超过50MB，不像是一份通报，请检查");
    }
    match bytes {
        [] => refuse("文件是空的"),
        [b'P', b'K', 3, 4, ..] => read_archive(bytes),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => refuse(old(bytes)),
        [b'%', b'P', b'D', b'F', ..] => refuse("这是 PDF，读不出表格；请用原来的 Word 或 Excel 文件核对"),
        _ => json::read(bytes),
    }
}

/// Before 2007 every file of Office looked so, and a locked one still does.
fn old(bytes: &[u8]) -> &'static str {
    let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(mark.len()).any(|window| window == mark) {
        "文件加了密码，读不出来；请打开后取消密码，另存一份再核对"
    } else {
        "这是老格式（.doc、.xls 或 WPS 自己的格式），请打开后另存为 .docx 或 .xlsx 再核对"
    }
}

fn read_archive(bytes: &[u8]) -> Result<Paper, Unreadable> {
    let damaged = "文件已损坏，打不开（可能没有下载完整）；请在 Word 或 Excel 中打开并重新另存后再核对";
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return refuse(damaged) };
    if archive.index_for_name("xl/workbook.xml").is_some() {
        unpack(&mut archive)?;
        return xlsx::read(bytes);
    }
    if archive.index_for_name("word/document.xml").is_none() {
        return refuse("不是 .xlsx，也不是 .docx；请用 Word、Excel 或 WPS 打开后另存为其中一种再核对");
    }
    let body = part(&mut archive, "word/document.xml")?.unwrap_or_default();
    let notes = ["word/footnotes.xml", "word/endnotes.xml"].map(|name| part(&mut archive, name));
    let [foot, end] = notes;
    let heads = (1..=HEADS).map(|at| part(&mut archive, &format!("word/header{at}.xml")));
    let heads: Vec<String> = heads.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    docx::read(&body, &[foot?.unwrap_or_default(), end?.unwrap_or_default()], &heads)
}

/// Unpacks a workbook once for nothing: the reader of workbooks believes what sizes an archive states.
fn unpack(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), Unreadable> {
    let mut left = BOOK;
    for index in 0..archive.len() {
        // What cannot be unpacked is told by the reader of workbooks.
        let Ok(file) = archive.by_index(index) else { continue };
        left = left.saturating_sub(std::io::copy(&mut file.take(left), &mut std::io::sink()).unwrap_or(0));
        if left == 0 {
            return refuse("工作簿展开后超过256MB，不像是一份通报，请检查");
        }
    }
    Ok(())
}

/// The text of one part of a document.
fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, Unreadable> {
    let Some(index) = archive.index_for_name(name) else { return Ok(None) };
    let Ok(file) = archive.by_index(index) else {
        return refuse("文件加了密码或已损坏，读不出来；请另存一份再核对");
    };
    let mut bytes = Vec::new();
    // The size that the archive states is not believed.
    if file.take(UNPACKED + 1).read_to_end(&mut bytes).is_err() {
        return refuse("文件已损坏，读到一半读不下去了；请在 Word 中打开并重新另存后再核对");
    }
    if bytes.len() as u64 > UNPACKED {
        return refuse("文件展开后超过64MB，不像是一份通报，请检查");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => refuse("文件已损坏（文字不是 UTF-8）；请在 Word 中打开并重新另存后再核对"),
    }
}

/// What a person sees of a text: no control characters, trimmed, not longer than a cell may be.
pub(super) fn visible(text: &str) -> String {
    let hidden = |c: &char| matches!(c, '\u{feff}' | '\u{200b}') || (c.is_control() && !matches!(c, '\n' | '\t'));
    let text: String = text.chars().filter(|c| !hidden(c)).take(LONGEST).collect();
    text.trim().to_owned()
}
