//! Just enough of MIME to read a letter as its recipient does: the subject and every text part,
//! decoded. What it cannot read it passes over.

/// How deep parts may lie within parts.
const DEPTH: usize = 8;

/// Subject and text of a letter.
pub(super) fn text_of(raw: &[u8]) -> String {
    let raw = String::from_utf8_lossy(raw);
    let (head, _) = split(&raw);
    let subject = header(&head, "subject").map(|value| words(&value)).unwrap_or_default();
    let mut text = vec![subject];
    collect(&raw, DEPTH, &mut text);
    text.join("\n")
}

fn collect(part: &str, depth: usize, text: &mut Vec<String>) {
    let (head, body) = split(part);
    let kind = header(&head, "content-type").unwrap_or_else(|| "text/plain".to_owned());
    if let Some(boundary) = parameter(&kind, "boundary").filter(|_| depth > 0) {
        let mark = format!("--{boundary}");
        for inner in body.split(mark.as_str()).skip(1).take_while(|inner| !inner.starts_with("--")) {
            collect(inner.trim_start_matches(['\r', '\n']), depth - 1, text);
        }
    } else if kind.to_ascii_lowercase().starts_with("text/") {
        let encoding = header(&head, "content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
        text.push(decode(&encoding, body, &parameter(&kind, "charset").unwrap_or_default()));
    }
}

/// Header lines, unfolded, and the body.
fn split(part: &str) -> (Vec<String>, &str) {
    let at = part.find("\r\n\r\n").map(|at| (at, 4)).or_else(|| part.find("\n\n").map(|at| (at, 2)));
    let (head, body) = at.map_or((part, ""), |(at, gap)| (&part[..at], &part[at + gap..]));
    let mut lines: Vec<String> = Vec::new();
    for line in head.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    (lines, body)
}

fn header(lines: &[String], name: &str) -> Option<String> {
    let value = |line: &String| {
        line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_owned())
    };
    lines.iter().find_map(value)
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let parts = value.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    parts
        .filter(|(n, _)| n.trim().eq_ignore_ascii_case(name))
        .map(|(_, v)| v.trim().trim_matches('"').to_owned())
        .next()
}

fn decode(encoding: &str, body: &str, charset: &str) -> String {
    let bytes = match encoding {
        "base64" => base64(body),
        "quoted-printable" => quoted_printable(body, false),
        _ => body.as_bytes().to_vec(),
    };
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(&bytes).0.into_owned()
}

/// `=?utf-8?B?…?=` and its like; the blank between two of them is none.
fn words(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let between = &rest[..at];
        if !(after_word && between.trim().is_empty()) {
            text.push_str(between);
        }
        let Some((decoded, left)) = word(&rest[at + 2..]) else { break };
        text.push_str(&decoded);
        rest = left;
        after_word = true;
    }
    text + rest
}

/// One encoded word without its opening mark, and what follows it.
fn word(text: &str) -> Option<(String, &str)> {
    let (charset, rest) = text.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, left) = rest.split_once("?=")?;
    let bytes = if encoding.eq_ignore_ascii_case("b") { base64(content) } else { quoted_printable(content, true) };
    let charset = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    Some((charset.decode(&bytes).0.into_owned(), left))
}

/// Decodes base64; what is not of its alphabet is passed over.
pub(super) fn base64(text: &str) -> Vec<u8> {
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0u32, 0u32);
    for sextet in text.bytes().filter_map(value) {
        held = (held << 6 | u32::from(sextet)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn quoted_printable(text: &str, in_word: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, left)) = rest.split_first() {
        let hex = left.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        rest = match (first, hex) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                &left[2..]
            }
            // A soft line break.
            (b'=', None) if left.starts_with(b"\r\n") => &left[2..],
            (b'=', None) if left.starts_with(b"\n") => &left[1..],
            (b'_', _) if in_word => {
                bytes.push(b' ');
                left
            }
            (byte, _) => {
                bytes.push(*byte);
                left
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_as_its_recipient_does() {
        let raw = "From: a@b.example\r\nSubject: =?utf-8?B?5pu05paw?=\r\n =?utf-8?Q?=E6=8F=90=E9=86=92_1?= (x)\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"out\"\r\n\r\npreamble\r\n--out\r\n\
            Content-Type: multipart/alternative;\r\n boundary=in\r\n\r\n--in\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n6bqm6aaZ\r\n5rC05Yip\r\n\
            --in\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            <p>=E8=BF=98=E5=\r\n=B7=AE 1=3D</p>\r\n--in--\r\n--out\r\nContent-Type: application/zip\r\n\
            Content-Transfer-Encoding: base64\r\n\r\n6bqm\r\n--out--\r\n";
        let text = text_of(raw.as_bytes());
        assert!(text.starts_with("更新提醒 1 (x)\n"), "{text}");
        assert!(text.contains("麦香水利") && text.contains("<p>还差 1=</p>"), "{text}");
        assert_eq!(text.matches('麦').count(), 1, "the attachment is no text");
    }

    #[test]
    fn a_plain_letter_and_rubbish_are_read_too() {
        assert!(text_of("Subject: x\n\n麦香水利\n".as_bytes()).contains("麦香水利"));
        assert_eq!(text_of(b"").trim(), "");
        text_of(b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n----\r\n\xff=?");
        text_of("Subject: =?utf-8?B?=?= =?x\r\n\r\n=".as_bytes());
    }
}
