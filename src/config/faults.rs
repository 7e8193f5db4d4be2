//! A mistake in a configuration file and how it is shown: file, line, the key, what was written and
//! the cure, in Chinese, with the line itself beneath. The line is cut before anything that could be
//! a secret, already when the mistake is noted, so no secret ever gets into an error.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// One mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 when the file could not be read at all.
    pub line: usize,
    /// Column in characters, from 1; 0 when the file could not be read at all.
    pub column: usize,
    /// The key with its sections, such as `mail.smtp.port`; may be empty.
    pub key: String,
    /// What is wrong (Chinese).
    pub said: String,
    /// What to write instead (Chinese).
    pub cure: String,
    excerpt: Option<Excerpt>,
}

/// The line of a mistake, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    line: String,
    marked: Range<usize>,
}

/// Every mistake of a configuration, in the order of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults(Vec<ConfigFault>);

impl ConfigFaults {
    /// The mistakes, sorted by file and line.
    pub fn list(&self) -> &[ConfigFault] {
        &self.0
    }

    /// `Ok` when there is no mistake; else all of them, sorted.
    pub(super) fn none_in(mut faults: Vec<ConfigFault>) -> Result<(), ConfigFaults> {
        if faults.is_empty() {
            return Ok(());
        }
        faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        Err(ConfigFaults(faults))
    }
}

impl From<ConfigFault> for ConfigFaults {
    fn from(fault: ConfigFault) -> ConfigFaults {
        ConfigFaults(vec![fault])
    }
}

impl std::error::Error for ConfigFaults {}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(f, "{}\n", fault.render())?;
        }
        write!(f, "配置有{}处错误，请改正后重试。", self.0.len())
    }
}

/// The mistake in one line.
impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, " {}；{}", self.title(), self.cure)
    }
}

impl ConfigFault {
    /// A mistake that concerns a file as a whole.
    pub(super) fn whole(file: &str, said: String, cure: &str) -> ConfigFault {
        let (file, key, cure) = (file.to_owned(), String::new(), cure.to_owned());
        ConfigFault { file, line: 0, column: 0, key, said, cure, excerpt: None }
    }

    /// A mistake at `span` (bytes) of `text`; `hide` keeps the value out of the excerpt.
    pub(super) fn at(file: &str, text: &str, span: Range<usize>, hide: bool) -> ConfigFault {
        let (line, excerpt) = excerpt(text, span, hide);
        let column = excerpt.line[..excerpt.marked.start].chars().count() + 1;
        let (key, said, cure) = (String::new(), String::new(), String::new());
        ConfigFault { file: file.to_owned(), line, column, key, said, cure, excerpt: Some(excerpt) }
    }

    /// The same with what is to be said.
    pub(super) fn saying(self, key: &str, said: &str, cure: &str) -> ConfigFault {
        ConfigFault { key: key.to_owned(), said: said.to_owned(), cure: cure.to_owned(), ..self }
    }

    fn title(&self) -> String {
        if self.key.is_empty() { self.said.clone() } else { format!("{}：{}", self.key, self.said) }
    }

    fn render(&self) -> String {
        let level = Level::ERROR.with_name("错误");
        let title = level.primary_title(self.title());
        let cure = Level::HELP.with_name("办法").message(&self.cure);
        let Some(excerpt) = &self.excerpt else {
            return format!(
                "{}\n  --> {}\n办法: {}",
                Renderer::plain().render(&[title_only(title)]),
                self.file,
                self.cure
            );
        };
        let mark = AnnotationKind::Primary.span(excerpt.marked.clone());
        let snippet = Snippet::source(&excerpt.line).path(&self.file).line_start(self.line).annotation(mark);
        Renderer::plain().term_width(400).render(&[title.element(snippet).element(cure)])
    }
}

fn title_only(title: annotate_snippets::Title<'_>) -> annotate_snippets::Group<'_> {
    annotate_snippets::Group::with_title(title)
}

/// The number and the cut text of the line in which `span` begins.
fn excerpt(text: &str, span: Range<usize>, hide: bool) -> (usize, Excerpt) {
    let start = floor(text, span.start);
    let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[begin..].find('\n').map_or(text.len(), |at| begin + at);
    let line = text[begin..end].trim_end_matches('\r');
    let number = text[..begin].matches('\n').count() + 1;
    let shown = cut(line, &text[..begin], hide);
    let from = (start - begin).min(shown.len().saturating_sub(usize::from(!shown.is_empty())));
    let from = floor(&shown, from);
    let until = floor(&shown, span.end.saturating_sub(begin).clamp(from, shown.len()));
    let marked = if until > from { from..until } else { from..next_char(&shown, from) };
    (number, Excerpt { line: shown, marked })
}

/// Words that stand in the names of keys that hold secrets, whether those keys exist or are mistyped.
const SECRETIVE: [&str; 14] = [
    "pass",
    "pwd",
    "pasw",
    "pssw",
    "secret",
    "cookie",
    "token",
    "key",
    "auth",
    "cred",
    "密码",
    "口令",
    "授权码",
    "密钥",
];

/// Whether a key of that name may hold a secret.
pub(super) fn is_secretive(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRETIVE.iter().any(|word| key.contains(word))
}

/// `line` up to where a secret could begin. `before` is the text above it.
fn cut(line: &str, before: &str, hide: bool) -> String {
    if line.trim_start().starts_with('[') && !line.contains('=') {
        return line.to_owned();
    }
    let upto = |at: usize| format!("{} ***", &line[..at]);
    let equals_after = |at: usize| line[at..].find('=').map(|found| at + found + 1);
    if hide || (line.contains("://") && line.contains(['@', '?'])) {
        return upto(equals_after(0).unwrap_or(0));
    }
    let lower = line.to_ascii_lowercase();
    let secret = SECRETIVE.iter().filter_map(|word| Some((lower.find(word)?, word.len()))).min();
    if let Some((at, length)) = secret {
        return upto(equals_after(at).unwrap_or(at + length));
    }
    // Inside a value of several lines the key stands above.
    let key_above = before.lines().rev().find_map(|above| above.split_once('='));
    let inside = equals_after(0).is_none() && key_above.is_some_and(|(key, _)| is_secretive(key));
    if inside { upto(0) } else { line.to_owned() }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}
