//! Reports written for people, and where in a report the letter's Message-ID stands. The forms of QQ,
//! 163 and Coremail are not documented; known from the wild are the sender (a daemon), the subject (系统退信,
//! Undelivered, …), the failed address and the server's line in the text.

use super::{Fate, Said, ids, is, short, verdict, words};
use mail_parser::{Message, MessageParser, PartType};
use std::collections::BTreeSet;

/// Local parts that no person writes from.
const DAEMONS: [&str; 6] = ["mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "mdaemon", "mailerdaemon"];
/// In the subject, or in the text of a daemon.
const RETURNED: [&str; 19] = [
    "退信",
    "退回",
    "投递失败",
    "投递不成功",
    "发送失败",
    "无法送达",
    "未能送达",
    "无法投递",
    "未送达",
    "延迟",
    "undeliver",
    "not be delivered",
    "delivery failed",
    "delivery failure",
    "delivery status",
    "failure notice",
    "returned mail",
    "returned to sender",
    "delayed",
];
const DELAYED: [&str; 6] = ["延迟", "delayed", "will retry", "will be retried", "继续尝试", "稍后重试"];
const HOLIDAY: [&str; 6] = ["自动回复", "自动答复", "auto reply", "auto-reply", "automatic reply", "out of office"];
/// SMTP codes that a server refuses a letter with (RFC 5321 §4.2.3, and the providers' own).
const CODES: [u16; 27] = [
    421, 440, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 505, 521, 526, 530, 534, 535, 541, 542, 550, 551, 552,
    553, 554, 555, 556,
];

/// Whether the headers are those of a returned letter: a daemon's, or without a return path.
pub(super) fn may_be(message: &Message<'_>) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    if has(&subject, &HOLIDAY) || is_receipt(message) {
        return false;
    }
    let nobody = message.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    is_daemon(sender(message)) || (nobody && has(&subject, &RETURNED))
}

fn is_receipt(message: &Message<'_>) -> bool {
    message.parts.iter().any(|part| is(part, "message", &["disposition-notification"]))
        || (is(message.root_part(), "multipart", &["report"]) && !super::is_report(message))
}

fn sender<'m>(message: &'m Message<'_>) -> &'m str {
    message.from().and_then(|from| from.first()?.address()).unwrap_or_default()
}

fn is_daemon(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    DAEMONS.contains(&local.as_str())
}

fn has(text: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| text.contains(mark))
}

/// What a report for people says: its codes are found in the words.
pub(super) fn said(message: &Message<'_>) -> Option<Said> {
    let text = own_text(message);
    let all = format!("{}\n{text}", message.subject().unwrap_or_default());
    let lower = all.to_lowercase();
    if !has(&lower, &RETURNED) {
        return None;
    }
    let spoken = text.lines().find(|line| code(line).is_some() || enhanced(line).is_some());
    let line = spoken.or_else(|| all.lines().find(|line| has(&line.to_lowercase(), &RETURNED))).unwrap_or_default();
    let fate = if has(&lower, &DELAYED) { Fate::Noted } else { Fate::Failed };
    let (code, enhanced) = (code(line), enhanced(line));
    Some(verdict(Said { recipients: failed(message, &text), fate, code, enhanced, words: short(line) }))
}

/// The text of the report itself, without the letter that it brings.
fn own_text(message: &Message<'_>) -> String {
    let spoken = message.parts.iter().filter(|part| matches!(part.body, PartType::Text(_) | PartType::Html(_)));
    let own = spoken.filter(|part| !is(part, "text", &["rfc822-headers"]));
    own.map(|part| words(message, part)).collect::<Vec<_>>().join("\n")
}

/// Whom the report names: its header, else every address in its text but its reader's and the daemons'.
fn failed(message: &Message<'_>, text: &str) -> Vec<String> {
    if let Some(header) = message.header_raw("X-Failed-Recipients") {
        return addresses(header);
    }
    let reader = message.to().and_then(|to| to.first()?.address()).unwrap_or_default().to_lowercase();
    let named = addresses(text).into_iter();
    named.filter(|found| *found != reader && !is_daemon(found) && !found.starts_with("cg.")).collect()
}

/// The addresses in a text, in lower case.
fn addresses(text: &str) -> Vec<String> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    let tokens = text.split(|c| !inside(c)).map(|token| token.trim_matches(['.', '-']));
    let address =
        |token: &&str| token.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'));
    tokens.filter(address).map(str::to_lowercase).collect()
}

/// The letters that a report may speak of. Where it brings the letter or its headers, only that one: a
/// person's own letter that came back may well name ours among its References.
pub(super) fn letters(message: &Message<'_>) -> Vec<String> {
    let brought = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(letter) => Some(letter.message_id().map(str::to_owned)),
        _ if is(part, "text", &["rfc822-headers"]) => Some(id_in_headers(&words(message, part))),
        _ => None,
    });
    let found = match brought {
        Some(id) => id.into_iter().collect(),
        None => named(message),
    };
    let ours: BTreeSet<String> = found.into_iter().filter(|id| id.starts_with("cg.") && id.contains('@')).collect();
    ours.into_iter().map(|id| format!("<{id}>")).collect()
}

fn id_in_headers(headers: &str) -> Option<String> {
    // The parser ends headers at a blank line, which a part of headers alone may lack.
    let whole = format!("{}\r\n\r\n", headers.trim_end());
    MessageParser::default().parse(whole.as_bytes())?.message_id().map(str::to_owned)
}

/// Message-IDs in the report's own headers, else in its text.
fn named(message: &Message<'_>) -> Vec<String> {
    let mut found = ids(message.in_reply_to());
    found.extend(ids(message.references()));
    if found.iter().any(|id| id.starts_with("cg.")) {
        return found;
    }
    let text = own_text(message);
    let lines = || text.lines().filter(|line| line.to_lowercase().contains("message-id"));
    let of = |line: &str| -> Vec<String> {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
        line.split(|c| !inside(c)).filter(|token| token.starts_with("cg.")).map(str::to_owned).collect()
    };
    if lines().next().is_some() { lines().flat_map(of).collect() } else { of(&text) }
}

/// The first `5.1.1` in a text; four numbers are an address of the network.
pub(super) fn enhanced(text: &str) -> Option<String> {
    let tokens = text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|token| token.trim_matches('.'));
    let is_one = |token: &&str| {
        let parts: Vec<&str> = token.split('.').collect();
        parts.len() == 3 && matches!(parts[0], "4" | "5") && parts.iter().all(|part| (1..=3).contains(&part.len()))
    };
    tokens.into_iter().find(is_one).map(str::to_owned)
}

/// The first SMTP code in a text that stands alone: no part of a number, a word or a telephone number.
pub(super) fn code(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let glued = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'@'));
    let phone = |at: usize| bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    (0..bytes.len().saturating_sub(2)).find_map(|at| {
        let digits = bytes.get(at..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        let code = digits.iter().fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let alone = !glued(before) && before != Some(&b'-') && !glued(bytes.get(at + 3));
        // `550-5.1.1` is the form of a reply, `550-1234` is not.
        let reply = !phone(at + 3) || enhanced(text.get(at + 4..).unwrap_or_default()).is_some();
        (alone && reply && CODES.contains(&code)).then_some(code)
    })
}
