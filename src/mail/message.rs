//! A letter as bytes: lettre's MIME, our headers (mail.md "Headers"). The same letter makes the same
//! bytes but for its boundaries, so what was composed is stored and sent, never composed again.

use super::address::check_address;
use crate::domain::Moment;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, UNIX_EPOCH};

/// A letter before it is bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Shown name of the sender.
    pub from_name: String,
    /// Address of the sender; equals the login.
    pub from_address: String,
    /// Exactly one address.
    pub to: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// Stands alone.
    pub text: String,
    /// Beside the text.
    pub html: Option<String>,
    /// ASCII name and bytes of a workbook.
    pub attachment: Option<(String, Vec<u8>)>,
    /// With angle brackets; the same on every try.
    pub message_id: String,
    /// With angle brackets: what makes a week one thread.
    pub references: Option<String>,
    /// When it was composed.
    pub date: Moment,
}

/// Why a letter cannot become bytes; the sentence is Chinese.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ComposeError(pub String);

/// The bytes of a letter.
///
/// # Errors
/// An address that no server takes.
pub fn compose(letter: &Outgoing) -> Result<Vec<u8>, ComposeError> {
    let seconds = u64::try_from(letter.date.unix()).unwrap_or(0);
    let mut builder = Message::builder()
        .from(mailbox(&letter.from_name, &letter.from_address)?)
        .to(mailbox("", &letter.to)?)
        .subject(clean(&letter.subject))
        .message_id(Some(letter.message_id.clone()))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .raw_header(raw("Auto-Submitted", "auto-generated"));
    if let Some(references) = &letter.references {
        builder = builder.references(references.clone());
    }
    if let Some(reply_to) = &letter.reply_to {
        builder = builder.reply_to(mailbox("", reply_to)?);
    }
    let failed = |e: lettre::error::Error| ComposeError(format!("信件无法组成：{e}"));
    let message = match (&letter.html, &letter.attachment) {
        (None, None) => builder.singlepart(SinglePart::plain(letter.text.clone())),
        (html, attachment) => builder.multipart(parts(letter, html.as_deref(), attachment.as_ref())),
    };
    message.map(|message| message.formatted()).map_err(failed)
}

fn parts(letter: &Outgoing, html: Option<&str>, attachment: Option<&(String, Vec<u8>)>) -> MultiPart {
    let text = SinglePart::plain(letter.text.clone());
    let body = match html {
        Some(html) => MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(html.to_owned())),
        None => MultiPart::mixed().singlepart(text),
    };
    match attachment {
        Some((name, bytes)) => {
            MultiPart::mixed().multipart(body).singlepart(Attachment::new(name.clone()).body(bytes.clone(), workbook()))
        }
        None => body,
    }
}

fn workbook() -> ContentType {
    ContentType::parse("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .unwrap_or(ContentType::TEXT_PLAIN)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, ComposeError> {
    check_address(address).map_err(ComposeError)?;
    let parsed: Address = address.parse().map_err(|_| ComposeError(format!("“{address}”不是可用的邮箱地址")))?;
    let name = clean(name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), parsed))
}

/// Without control and direction characters, which readers would decode or libraries choke on.
pub fn clean(text: &str) -> String {
    let unwanted = |c: &char| {
        c.is_control()
            || matches!(*c, '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(*c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    text.chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(|c| !unwanted(c))
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Outgoing {
        Outgoing {
            from_name: "青禾县政务公开办\r\nBcc: x@y.example".to_owned(),
            from_address: "xmt@qinghe.example".to_owned(),
            to: "wl@qinghe.example".to_owned(),
            reply_to: Some("clerk@qinghe.example".to_owned()),
            subject: "【更新提醒】青禾县文旅局\u{202e}：本周还差2次\n第二行".to_owned(),
            text: "您好。\n.点开头的一行\n".to_owned(),
            html: None,
            attachment: None,
            message_id: "<cg.1.abc@qinghe.example>".to_owned(),
            references: Some("<cg.week.2026-W30@qinghe.example>".to_owned()),
            date: Moment::parse("2026-07-23 09:00").unwrap(),
        }
    }

    #[test]
    fn headers_are_ours_and_nothing_can_be_injected() {
        let text = String::from_utf8(compose(&letter()).unwrap()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        for line in [
            "Message-ID: <cg.1.abc@qinghe.example>",
            "References: <cg.week.2026-W30@qinghe.example>",
            "Auto-Submitted: auto-generated",
            "To: wl@qinghe.example",
            "Reply-To: clerk@qinghe.example",
            "Date: Thu, 23 Jul 2026 01:00:00 +0000",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(head.contains(line), "{line}\n{head}");
        }
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.is_ascii());
    }

    #[test]
    fn a_summary_has_text_page_and_workbook() {
        let full = Outgoing {
            html: Some("<p>周报</p>".to_owned()),
            attachment: Some(("weekly-2022-W25.xlsx".to_owned(), vec![1, 2, 3])),
            ..letter()
        };
        let text = String::from_utf8(compose(&full).unwrap()).unwrap();
        for part in
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "filename=\"weekly-2022-W25.xlsx\""]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn an_address_that_no_server_takes_is_refused() {
        for to in ["", "x", "张三@qinghe.example", "a@b@c", "a b@c.example"] {
            assert!(compose(&Outgoing { to: to.to_owned(), ..letter() }).is_err(), "{to}");
        }
    }
}
