//! What a mail server answers: bytes to code and words. Chinese servers answer in GBK as well.

use encoding_rs::GB18030;

/// One reply, all its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// `5.7.1`, where the server gives one (RFC 3463).
    pub enhanced: Option<String>,
    /// The words of every line.
    pub text: String,
}

/// Longest reply that is read, in bytes.
pub const REPLY_LIMIT: usize = 64 * 1024;

/// Where a reply stands in what has arrived so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// More must come.
    Unfinished,
    /// It can never become a reply.
    Unreadable,
    /// A whole reply.
    Whole(Reply),
}

/// Reads a reply from all bytes since the last one. Lines are split before they are decoded: no
/// trailing byte of GBK or GB18030 is a line break.
pub fn read(bytes: &[u8]) -> Read {
    let mut lines = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((code, last, words)) = split(line) else { return Read::Unreadable };
        lines.push(words.to_vec());
        if last {
            return Read::Whole(reply(code, &lines));
        }
    }
    if bytes.len() >= REPLY_LIMIT { Read::Unreadable } else { Read::Unfinished }
}

/// Code, whether it is the last line, and the words.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let code = line.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let code = code.iter().fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    if line.contains(&0) || !(200..600).contains(&code) {
        return None;
    }
    match line.get(3) {
        None => Some((code, true, &[])),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

fn reply(code: u16, lines: &[Vec<u8>]) -> Reply {
    let text = decode(&lines.join(&b'\n'));
    let first = text.split_whitespace().next().unwrap_or_default();
    let enhanced = is_enhanced(first).then(|| first.to_owned());
    Reply { code, enhanced, text }
}

/// Strictly UTF-8, else GB18030, which holds GBK and GB2312.
pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && matches!(parts[0], "2" | "4" | "5")
        && parts.iter().all(|p| !p.is_empty() && p.len() <= 3 && p.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Reply {
        match read(bytes) {
            Read::Whole(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_line_several_lines_and_gbk() {
        assert_eq!(whole(b"250 OK\r\n"), Reply { code: 250, enhanced: None, text: "OK".to_owned() });
        let several = whole(b"550-5.7.1 first\r\n550-second\r\n550 third\r\n");
        assert_eq!(
            (several.code, several.enhanced.as_deref(), several.text.as_str()),
            (550, Some("5.7.1"), "5.7.1 first\nsecond\nthird")
        );
        let gbk = [
            b"535 ".as_slice(),
            &[0xc7, 0xeb, 0xca, 0xb9, 0xd3, 0xc3, 0xca, 0xda, 0xc8, 0xa8, 0xc2, 0xeb, 0xb5, 0xc7, 0xc2, 0xbc],
            b"\r\n",
        ]
        .concat();
        assert_eq!(whole(&gbk).text, "请使用授权码登录");
        assert_eq!(whole(b"354\n").code, 354);
    }

    #[test]
    fn what_is_no_reply() {
        for bytes in [&b"hello\r\n"[..], b"25x OK\r\n", b"999 OK\r\n", b"250_OK\r\n", b"250 a\0b\r\n", b"\r\n"] {
            assert_eq!(read(bytes), Read::Unreadable, "{bytes:?}");
        }
        for bytes in [&b""[..], b"250 OK", b"250-more\r\n", b"250-more\r\n250 hal"] {
            assert_eq!(read(bytes), Read::Unfinished, "{bytes:?}");
        }
        assert_eq!(read(&vec![b'2'; REPLY_LIMIT]), Read::Unreadable);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
