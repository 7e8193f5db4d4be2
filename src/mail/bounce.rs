//! What comes back about our letters (退信): delivery reports of RFC 3464, and the ones that Chinese
//! providers write for people. Pure: bytes in, a report or nothing out.
//!
//! Nothing else in a mailbox is a report: not an answer of a person, not a holiday reply, not a receipt.
//! A report speaks of a letter when it names its Message-ID and, where it names recipients, the letter's.
//! 4.x and delays are noted, 5.x ends the letter, 5.4.4 counts as temporary (mail.md "Headers").

mod text;

use super::classify::{MailClass, Phase, Preset, classify};
use super::reply::{Reply, decode};
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Encoding, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::collections::BTreeMap;

/// Longest part of a report that is read, in bytes: the report itself stands before the letter it brings.
pub const REPORT_LIMIT: usize = 256 * 1024;
/// Longest words that are kept, in characters.
const WORDS_LIMIT: usize = 300;

/// What a report says became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It will not arrive, and the address is no good.
    Failed,
    /// Delayed, or failed for a reason that may pass: noted only.
    Noted,
}

/// What a report says about one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The addresses it may go by, in lower case; none when the report names nobody.
    pub recipients: Vec<String>,
    /// What became of the letter.
    pub fate: Fate,
    /// `550`, where one is given.
    pub code: Option<u16>,
    /// `5.1.1`, where one is given (RFC 3463).
    pub enhanced: Option<String>,
    /// The server's words, on one line.
    pub words: String,
}

impl Said {
    /// The class of the same tables as for a reply to RCPT; `None` where no code is given.
    pub fn class(&self) -> Option<MailClass> {
        let (hundreds, detail) = self.enhanced.as_deref().and_then(|code| code.split_once('.')).unwrap_or_default();
        let code = self.code.or_else(|| Some(hundreds.parse::<u16>().ok()? * 100))?;
        // "Host not found" of a routing failure (x.4.x) is not a recipient that is not found.
        let phase = if detail.starts_with("4.") { Phase::Data } else { Phase::Rcpt };
        let reply = Reply { code, enhanced: self.enhanced.clone(), text: self.words.clone() };
        Some(classify(Preset::Custom, phase, &reply))
    }
}

/// A report about letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Message-IDs of the letters it may speak of, with angle brackets.
    pub letters: Vec<String>,
    said: Vec<Said>,
}

impl Report {
    /// What it says about a letter to that address; `None` when it speaks of others only.
    pub fn about(&self, recipient: &str) -> Option<&Said> {
        let recipient = recipient.to_lowercase();
        let names = |said: &&Said| said.recipients.is_empty() || said.recipients.contains(&recipient);
        self.said.iter().find(names)
    }
}

/// Whether a message with these headers deserves to be read whole.
pub fn may_be(headers: &[u8]) -> bool {
    MessageParser::default().parse(headers).is_some_and(|message| is_report(&message) || text::may_be(&message))
}

/// The report in a message, or nothing.
pub fn read(bytes: &[u8]) -> Option<Report> {
    let message = MessageParser::default().parse(&bytes[..bytes.len().min(REPORT_LIMIT)])?;
    let status = message.parts.iter().find(|part| is(part, "message", &["delivery-status", "global-delivery-status"]));
    let said = match status {
        Some(part) => groups(&decode(part.contents())),
        None if text::may_be(&message) => text::said(&message).into_iter().collect(),
        None => return None,
    };
    let letters = text::letters(&message);
    (!said.is_empty() && !letters.is_empty()).then_some(Report { letters, said })
}

fn is_report(message: &Message<'_>) -> bool {
    let kind = message.content_type().and_then(|kind| kind.attribute("report-type"));
    is(message.root_part(), "multipart", &["report"])
        && kind.is_none_or(|kind| kind.to_ascii_lowercase().ends_with("delivery-status"))
}

fn is(part: &MessagePart<'_>, kind: &str, subtypes: &[&str]) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind)
            && found.subtype().is_some_and(|sub| subtypes.iter().any(|one| sub.eq_ignore_ascii_case(one)))
    })
}

/// The words of a part: as it declares, else strictly UTF-8, else GB18030.
fn words(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let declared = part.content_type().is_some_and(|kind| kind.has_attribute("charset"));
    let raw = message.raw_message().get(part.raw_body_offset() as usize..part.raw_end_offset() as usize);
    let text = match (&part.body, raw) {
        (PartType::Text(_) | PartType::Html(_), Some(raw)) if !declared && part.encoding == Encoding::None => {
            decode(raw)
        }
        _ => part.text_contents().map_or_else(|| decode(part.contents()), str::to_owned),
    };
    if matches!(part.body, PartType::Html(_)) { html_to_text(&text) } else { text }
}

/// The groups of RFC 3464 §2.3 that tell of a failure or a delay; what was delivered is no news.
fn groups(status: &str) -> Vec<Said> {
    let mut said = Vec::new();
    for group in status.replace("\r\n", "\n").split("\n\n") {
        let fields = fields(group);
        let fate = match fields.get("action").map(|action| action.to_ascii_lowercase()).as_deref() {
            Some(action) if action.starts_with("failed") => Fate::Failed,
            Some(action) if action.starts_with("delayed") => Fate::Noted,
            _ => continue,
        };
        said.push(group_says(&fields, fate));
    }
    said
}

fn group_says(fields: &BTreeMap<String, String>, fate: Fate) -> Said {
    let diagnostic = fields.get("diagnostic-code").map(|value| value.split_once(';').map_or(value.as_str(), |v| v.1));
    let words = diagnostic.unwrap_or_default();
    let told = fields.get("status").and_then(|status| text::enhanced(status));
    // A general status stands back behind the particular one in the server's own words.
    let enhanced = match (told, text::enhanced(words)) {
        (Some(told), Some(found)) if told.ends_with(".0.0") => Some(found),
        (told, found) => told.or(found),
    };
    let recipients = ["original-recipient", "final-recipient"].into_iter().filter_map(|name| fields.get(name));
    let address = |value: &String| value.split_once(';').map_or(value.as_str(), |v| v.1).trim().to_lowercase();
    let recipients = recipients.map(address).map(|a| a.trim_matches(['<', '>']).to_owned()).collect();
    verdict(Said { recipients, fate, code: text::code(words), enhanced, words: short(words) })
}

/// What may pass is noted only.
fn verdict(said: Said) -> Said {
    let passes = match (&said.enhanced, said.code) {
        (Some(enhanced), _) => enhanced.starts_with('4') || enhanced == "5.4.4",
        (None, code) => code.is_some_and(|code| code < 500),
    };
    Said { fate: if passes { Fate::Noted } else { said.fate }, ..said }
}

/// Names in lower case; folded lines joined (RFC 5322 §2.2.3).
fn fields(group: &str) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for line in group.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = fields.get_mut(&last) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            last = name.trim().to_ascii_lowercase();
            fields.entry(last.clone()).or_insert_with(|| value.trim().to_owned());
        }
    }
    fields
}

/// One line without control characters, of bounded length.
fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    super::message::clean(&line).chars().take(WORDS_LIMIT).collect()
}

/// The entries of a header that holds Message-IDs.
fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
