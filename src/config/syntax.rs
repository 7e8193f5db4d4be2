//! Mistakes of TOML itself, said in Chinese with what usually cures them.
//!
//! The parser gives up at some mistakes, so the lines of each one are blanked (which keeps every
//! place in the text) and the rest is parsed again, until nothing is left to complain of.

use super::faults::ConfigFault;
use std::ops::Range;
use toml::de::{DeTable, Error};

/// A text as it was written, and as it can be parsed.
pub(super) struct Written {
    /// The file as it was named.
    pub(super) file: String,
    /// Without a byte-order mark.
    pub(super) text: String,
    /// The same, with the lines blanked that are no TOML.
    pub(super) sound: String,
    /// What is wrong with those lines.
    pub(super) faults: Vec<ConfigFault>,
}

/// A mistake costs one more parse; somebody who wrote so many has not written TOML.
const MOST_FAULTS: usize = 50;

impl Written {
    pub(super) fn new(file: &str, text: &str) -> Written {
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let mut written = Written { file: file.to_owned(), sound: text.clone(), text, faults: Vec::new() };
        while written.faults.len() < MOST_FAULTS {
            let Some((fault, lines)) = written.first_fault() else {
                return written;
            };
            written.faults.push(fault);
            blank(&mut written.sound, lines);
        }
        // Enough is told; what is left is not read at all.
        written.sound.clear();
        written
    }

    /// The first mistake, and the bytes of the lines that it spoils.
    fn first_fault(&self) -> Option<(ConfigFault, Range<usize>)> {
        let (_, errors) = DeTable::parse_recoverable(&self.sound);
        let start = |error: &Error| error.span().map_or(self.sound.len(), |span| span.start);
        let first = errors.iter().min_by_key(|error| start(error))?;
        if errors.iter().any(|error| is_unclosed_value(error.message()))
            && let Some(begin) = opening_line(&self.sound, start(first))
        {
            let cure = "补上右边的方括号 ] 或花括号 }；各项之间用英文逗号隔开";
            let fault = ConfigFault::at(&self.file, &self.text, begin..begin + 1, false);
            return Some((fault.saying("", "列表没有写完", cure), begin..next_statement(&self.sound, begin)));
        }
        let place = spoiled_place(&self.sound, first);
        let line = line_start(&self.sound, place.start);
        Some((self.fault(first.message(), place), line..spoiled_end(&self.sound, line)))
    }

    fn fault(&self, message: &str, place: Range<usize>) -> ConfigFault {
        let (said, cure) = meaning(message);
        let full_width = full_width(&self.text, place.start);
        let cure = full_width
            .map_or_else(|| cure.to_owned(), |sign| format!("这一行有全角符号「{sign}」，请改成英文半角符号"));
        ConfigFault::at(&self.file, &self.text, place, false).saying("", said, &cure)
    }
}

fn is_unclosed_value(message: &str) -> bool {
    message.starts_with("unclosed array,") || message.starts_with("unclosed inline")
}

/// Where the mistake is; at the end of a line or of the text, the character before.
fn spoiled_place(text: &str, error: &Error) -> Range<usize> {
    let span = error.span().unwrap_or(text.len()..text.len());
    let at_end = text[span.start..].chars().next().is_none_or(|c| c == '\n' || c == '\r');
    if !at_end {
        return span;
    }
    let end = text[..span.start].trim_end().len();
    let start = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    start..end
}

/// A spoiled head of a section takes its section along: nobody knows where that belongs.
fn spoiled_end(text: &str, line: usize) -> usize {
    let head = |from: usize| text[from..].trim_start().starts_with(['[', '［', '【']);
    let next_line = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    let mut end = next_line(line);
    while head(line) && end < text.len() && !text[end..].starts_with('[') {
        end = next_line(end);
    }
    end
}

/// The line above `at` in which a value begins that takes several lines.
fn opening_line(text: &str, at: usize) -> Option<usize> {
    let mut begin = line_start(text, at.saturating_sub(1));
    loop {
        let line = text[begin..].lines().next().unwrap_or_default();
        let value = line.split_once('=').map(|(_, value)| value.trim_start());
        let opens = value.is_some_and(|value| value.starts_with(['[', '{']));
        if opens && !line.starts_with(char::is_whitespace) {
            return Some(begin);
        }
        begin = line_start(text, begin.checked_sub(1)?);
    }
}

/// Where the next statement begins that stands at the margin.
fn next_statement(text: &str, begin: usize) -> usize {
    let is_statement = |line: &str| {
        let word = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_.-\"".contains(c));
        line.starts_with('[') || (word.len() < line.len() && word.trim_start().starts_with('='))
    };
    let mut at = begin;
    for line in text[begin..].split_inclusive('\n') {
        if at > begin && is_statement(line) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Blanks the bytes of `lines`, but for line ends.
fn blank(text: &mut String, lines: Range<usize>) {
    let blanks: String = text[lines.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(lines, &blanks);
}

/// By the beginning of the parser's own words, first match wins.
const MEANINGS: [(&str, &str, &str); 20] = [
    (
        "unexpected key or value",
        "这一行后面有多余的内容",
        "一行只写一个 键 = 值；说明文字前面加 #；文字里的双引号写成 “”",
    ),
    ("duplicate key", "这个键或节写了两次", "只保留一处"),
    ("cannot extend value", "这个键既当作值又当作节", "只保留一种写法"),
    ("unclosed table", "节名缺少右方括号", "写成 [节名]"),
    ("unclosed array table", "节名缺少右方括号", "写成 [[节名]]"),
    ("unclosed array", "列表缺少右方括号", "写成 [\"甲\", \"乙\"]"),
    ("missing comma", "各项之间缺少逗号", "用英文逗号隔开"),
    ("extra comma", "多了一个逗号", "删去多余的逗号"),
    ("string values must be quoted", "文字没有加引号", "用一对英文双引号括起来，例如 name = \"青禾县\""),
    ("invalid unquoted key", "键名没有加引号", "键名只能用英文字母、数字、_ 和 -；中文名请用英文双引号括起来"),
    ("unquoted keys cannot be empty", "缺少键名", "写成 键 = 值"),
    ("unquoted string", "文字没有加引号", "用一对英文双引号括起来"),
    ("missing value", "等号后面没有值", "补上值，或在行首加 # 注释掉"),
    ("key with no value", "只有键名，没有等号和值", "写成 键 = 值，或在行首加 # 注释掉"),
    ("extra `=`", "多了一个等号", "删去多余的等号"),
    ("missing opening quote", "引号没有配对", "用一对英文双引号把文字括起来"),
    ("missing escaped value", "反斜杠后面的字符不能这样写", "反斜杠写两遍，或改用英文单引号括起来"),
    ("invalid multi-line", "多行文字的引号没有配对", "首尾都写三个英文双引号"),
    ("unexpected leading zero", "数字前面多写了0", "删去开头的0；若是文字请加引号"),
    ("invalid date", "日期时间写法不对", "写成 2026-01-01，或用英文双引号括起来"),
];

fn meaning(message: &str) -> (&'static str, &'static str) {
    let quotes = ("引号没有配对，或引号内有不允许的字符", "用一对英文双引号把文字括起来，写在一行之内");
    if message.starts_with("invalid basic string") || message.starts_with("invalid literal string") {
        return quotes;
    }
    let known = MEANINGS.iter().find(|(begins, _, _)| message.starts_with(begins));
    known.map_or(
        ("写法不符合TOML格式", "检查这一行的引号、等号、方括号和逗号是否成对、是否为英文半角"),
        |(_, said, cure)| (said, cure),
    )
}

/// The first full-width sign, outside of quotes and comments, in the line that holds `at`.
fn full_width(text: &str, at: usize) -> Option<char> {
    let line = text[line_start(text, at)..].lines().next()?;
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return None,
            '“' | '”' | '‘' | '’' | '＝' | '［' | '］' | '【' | '】' | '，' | '＃' | '｛' | '｝' | '＂' | '　'
                if !quoted =>
            {
                return Some(c);
            }
            _ => {}
        }
    }
    None
}
