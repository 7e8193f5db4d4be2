//! A letter's words between composing and sending: what is kept beside them, and what a copy says that
//! may be the second.

use crate::answer::link::masked;
use crate::store::Composed;

/// A letter's words on their way.
pub(super) struct Said {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) sms: String,
}

const DOUBTED: &str = "（可能重复）这封信可能已经发出过，如已收到编号相同的信，请忽略本信。";

impl Said {
    /// The same words, saying that they may have arrived before.
    pub(super) fn doubted(self) -> Said {
        let mark = format!("<p>{DOUBTED}</p>");
        let html = self.html.map(|html| match html.find("<body").and_then(|at| Some(at + html[at..].find('>')? + 1)) {
            Some(at) => format!("{}\n{mark}{}", &html[..at], &html[at..]),
            None => format!("{mark}{html}"),
        });
        Said { text: format!("{DOUBTED}\n\n{}", sent_text(&self.text)), html, ..self }
    }

    /// Whether that stands in text or page.
    pub(super) fn speaks_of(&self, masked: &str) -> bool {
        self.text.contains(masked) || self.html.as_ref().is_some_and(|html| html.contains(masked))
    }

    /// The same words with the link that opens their letter, as they leave; what is kept has none.
    pub(super) fn opened(&self, letter: i64, token: &str) -> Said {
        let masked = masked(letter);
        let open = |text: &String| text.replace(&masked, token);
        Said {
            subject: self.subject.clone(),
            text: open(&self.text),
            html: self.html.as_ref().map(open),
            sms: String::new(),
        }
    }

    /// The short form is for the clerk's eyes; it is kept beside the letter and not sent with it.
    pub(super) fn composed(self, rfc822: Vec<u8>) -> Composed {
        let Said { subject, text, html, sms } = self;
        let text = if sms.is_empty() { text } else { format!("{}{SMS_MARK}{sms}\n", text.trim_end()) };
        Composed { subject, text, html, rfc822 }
    }
}

/// What stands between the text that is sent and the short form that is only kept.
const SMS_MARK: &str = "\n\n短信文本：";

/// The text as it is sent, without the short form.
pub(crate) fn sent_text(kept: &str) -> &str {
    kept.split(SMS_MARK).next().unwrap_or(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_holds_the_token() {
        let text = format!("请打开 http://x.example/a/{} 选一项", masked(731));
        let html = Some(text.replace('/', "&#x2f;"));
        let said = Said { text, html, ..said(None) };
        assert!(said.speaks_of(&masked(731)) && !said.speaks_of(&masked(73)));
        let opened = said.opened(731, "731-token");
        assert_eq!(opened.text, "请打开 http://x.example/a/731-token 选一项");
        assert!(opened.html.unwrap().contains("a&#x2f;731-token 选一项"));
        assert!(!said.composed(Vec::new()).text.contains("token"));
    }

    fn said(html: Option<&str>) -> Said {
        let html = html.map(str::to_owned);
        Said { subject: "主题".to_owned(), text: "正文".to_owned(), html, sms: "短".to_owned() }
    }

    #[test]
    fn a_copy_says_so_once_in_text_and_page() {
        let kept = said(Some("<html><body style=\"x\"><p>页</p></body></html>")).composed(Vec::new());
        assert_eq!(kept.text, "正文\n\n短信文本：短\n");
        let again = Said { text: kept.text, html: kept.html, ..said(None) }.doubted();
        assert_eq!(again.text, format!("{DOUBTED}\n\n正文"));
        assert!(again.html.unwrap().contains(&format!("<body style=\"x\">\n<p>{DOUBTED}</p><p>页</p>")));
        assert!(said(Some("no body")).doubted().html.unwrap().starts_with("<p>（可能重复）"));
    }
}
