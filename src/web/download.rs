//! A file for the browser to keep: never shown in our own place, under its own name.

use super::session::percent;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// What a workbook is on the wire.
pub(super) const BOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The file as an answer. Browsers take the name as it is (RFC 6266, RFC 8187); `word` begins the name for
/// those that only read plain letters.
pub(super) fn download(bytes: Vec<u8>, kind: &'static str, word: &str, name: &str) -> Response {
    let said = format!("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain(word, name), percent(name));
    let said = HeaderValue::from_str(&said).unwrap_or(HeaderValue::from_static("attachment"));
    let head = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, said)];
    (head, bytes).into_response()
}

/// What is left of a name in plain letters and figures, behind a word that says what it is.
fn plain(word: &str, name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let pieces: Vec<&str> =
        stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|piece| !piece.is_empty()).collect();
    let stem = std::iter::once(word).chain(pieces).collect::<Vec<_>>().join("-");
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).collect();
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_whole_and_in_plain_letters() {
        for (name, plain, whole) in [
            ("台账20260723.xlsx", "list-20260723.xlsx", "%E5%8F%B0%E8%B4%A620260723.xlsx"),
            (
                "通报-2026-06-核对稿.docx",
                "list-2026-06.docx",
                "%E9%80%9A%E6%8A%A5-2026-06-%E6%A0%B8%E5%AF%B9%E7%A8%BF.docx",
            ),
            ("通报", "list", "%E9%80%9A%E6%8A%A5"),
            ("a\"; filename=\"x\r\n.html.", "list-a-filename-x-html", "a%22%3B%20filename%3D%22x%0D%0A.html."),
            ("../../甲'é.zip", "list.zip", "..%2F..%2F%E7%94%B2%27%C3%A9.zip"),
        ] {
            let answer = download(Vec::new(), "application/zip", "list", name);
            let said = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
            assert_eq!(said, format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"));
        }
    }
}
