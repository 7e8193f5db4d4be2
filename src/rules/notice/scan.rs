//! From the pasted characters to the few things that mean something: dates, 至, 、, 放假, 上班, 共n天,
//! headings. Line breaks mean nothing, since a pasted text breaks anywhere; full-width digits and Chinese
//! numerals read like plain ones.

use super::FESTIVALS;
use chrono::Weekday;
use std::fmt;

/// A date as it is written; what is not written is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenDate {
    pub(super) year: Option<i32>,
    pub(super) month: Option<u32>,
    pub(super) day: u32,
    pub(super) weekday: Option<Weekday>,
}

impl fmt::Display for WrittenDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year}年")?;
        }
        if let Some(month) = self.month {
            write!(f, "{month}月")?;
        }
        write!(f, "{}日", self.day)
    }
}

/// What means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// 关于2026年部分节假日安排.
    TitleYear(i32),
    /// 一、元旦：
    Festival(String),
    /// 八、校庆：
    Stranger(String),
    Date(WrittenDate),
    /// 至
    To,
    /// 、
    And,
    /// 放假
    Off,
    /// 上班
    Work,
    /// 不放假, 不上班
    Denied(&'static str),
    /// 共3天
    Count(u32),
    /// 调休
    Shifted,
    /// 鼓励…休息
    Advice,
    /// 。
    End,
}

/// A token and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) line: usize,
}

#[derive(Clone, Copy)]
struct Char {
    is: char,
    line: usize,
    /// First of its line.
    first: bool,
}

/// The tokens of a text.
pub(super) fn scan(text: &str) -> Vec<Placed> {
    let chars = normal(text);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (token, length) = token(&chars, at);
        tokens.extend(token.map(|token| Placed { token, line: chars[at].line }));
        at += length.max(1);
    }
    tokens
}

/// Without white space; full-width forms in their plain ones.
fn normal(text: &str) -> Vec<Char> {
    let mut chars = Vec::new();
    for (line, row) in text.lines().enumerate() {
        let kept = row.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}' | '*' | '#'));
        chars.extend(kept.enumerate().map(|(at, c)| Char { is: plain(c), line: line + 1, first: at == 0 }));
    }
    chars
}

const fn plain(c: char) -> char {
    match c {
        '０'..='９' => (b'0' + (c as u32 - '０' as u32) as u8) as char,
        '（' | '〔' | '［' | '[' | '【' => '(',
        '）' | '〕' | '］' | ']' | '】' => ')',
        '：' => ':',
        '；' => ';',
        '．' => '.',
        '，' => ',',
        '到' | '—' | '–' | '－' | '-' | '~' | '～' | '―' => '至',
        '和' | '及' | '与' => '、',
        '号' => '日',
        c => c,
    }
}

/// The token that begins at `at`, if one does, and how many characters are done with.
fn token(chars: &[Char], at: usize) -> (Option<Token>, usize) {
    if let Some((date, length)) = date(chars, at) {
        return (Some(Token::Date(date)), length);
    }
    if let Some((number, length)) = number(chars, at) {
        return numbered(chars, at, number, length);
    }
    // 放假1天，不调休 moves no day.
    if says(chars, at, "不调休") {
        return (None, 3);
    }
    for (word, token) in WORDS {
        if says(chars, at, word) {
            return (Some(token), word.chars().count());
        }
    }
    match chars[at].is {
        '(' => (None, parenthesis(chars, at)),
        ':' => (festival(chars, at), 1),
        '至' => (Some(Token::To), 1),
        '、' | ',' => (Some(Token::And), 1),
        '。' | ';' | '!' | '！' => (Some(Token::End), 1),
        _ => (None, 1),
    }
}

const WORDS: [(&str, Token); 7] = [
    ("不放假", Token::Denied("放假")),
    ("不上班", Token::Denied("上班")),
    ("放假", Token::Off),
    ("调休", Token::Shifted),
    ("上班", Token::Work),
    ("鼓励", Token::Advice),
    ("休息", Token::Advice),
];

/// 3天, or 2026年部分节假日; any other number means nothing.
fn numbered(chars: &[Char], at: usize, number: u32, length: usize) -> (Option<Token>, usize) {
    let after = at + length;
    if says(chars, after, "天") || (says(chars, after, "日") && at > 0 && chars[at - 1].is == '共') {
        return (Some(Token::Count(number)), length + 1);
    }
    let titled = says(chars, after, "年部分节假日") || says(chars, after, "年节假日");
    let year = i32::try_from(number).ok().filter(|_| titled);
    (year.map(Token::TitleYear), length)
}

/// [2025年]1月28日, or 28日 alone, with the weekday after it where one is written.
fn date(chars: &[Char], at: usize) -> Option<(WrittenDate, usize)> {
    let (mut number, mut length) = number(chars, at)?;
    let mut written = WrittenDate { year: None, month: None, day: 0, weekday: None };
    if says(chars, at + length, "年") {
        written.year = Some(i32::try_from(number).ok().filter(|year| (1900..=2999).contains(year))?);
        (number, length) = next_number(chars, at, length)?;
    }
    if says(chars, at + length, "月") {
        written.month = Some(number);
        (number, length) = next_number(chars, at, length)?;
    }
    // 共3日 is a number of days.
    let is_sum = written.month.is_none() && at > 0 && chars[at - 1].is == '共';
    if is_sum || !says(chars, at + length, "日") || (written.year.is_some() && written.month.is_none()) {
        return None;
    }
    written.day = number;
    length += 1;
    let (weekday, more) = annotation(chars, at + length);
    Some((WrittenDate { weekday, ..written }, length + more))
}

/// The number behind the sign that follows the first `length` characters.
fn next_number(chars: &[Char], at: usize, length: usize) -> Option<(u32, usize)> {
    let (number, more) = number(chars, at + length + 1)?;
    Some((number, length + 1 + more))
}

/// （农历除夕、周二） or 周二: the weekday, and how many characters it takes.
fn annotation(chars: &[Char], at: usize) -> (Option<Weekday>, usize) {
    if chars.get(at).is_some_and(|c| c.is == '(') {
        let length = parenthesis(chars, at);
        return ((at..at + length).find_map(|at| weekday(chars, at)).map(|(day, _)| day), length);
    }
    weekday(chars, at).map_or((None, 0), |(day, length)| (Some(day), length))
}

/// Characters up to and with the closing bracket; the opening one alone where none closes soon.
fn parenthesis(chars: &[Char], at: usize) -> usize {
    chars[at..].iter().take(40).position(|c| c.is == ')').map_or(1, |end| end + 1)
}

fn weekday(chars: &[Char], at: usize) -> Option<(Weekday, usize)> {
    const DAYS: [(char, Weekday); 8] = [
        ('一', Weekday::Mon),
        ('二', Weekday::Tue),
        ('三', Weekday::Wed),
        ('四', Weekday::Thu),
        ('五', Weekday::Fri),
        ('六', Weekday::Sat),
        ('日', Weekday::Sun),
        ('天', Weekday::Sun),
    ];
    let word = ["周", "星期", "礼拜"].into_iter().find(|word| says(chars, at, word))?;
    let length = word.chars().count();
    let name = chars.get(at + length)?.is;
    DAYS.iter().find(|(day, _)| *day == name).map(|(_, day)| (*day, length + 1))
}

/// Digits, or Chinese numerals up to 九十九 (or digit by digit, 二〇二六).
fn number(chars: &[Char], at: usize) -> Option<(u32, usize)> {
    let run = |allowed: fn(char) -> bool| -> Vec<char> {
        chars.iter().skip(at).map(|c| c.is).take(5).take_while(|c| allowed(*c)).collect()
    };
    let digits = run(|c| c.is_ascii_digit());
    if !digits.is_empty() {
        let number = digits.iter().collect::<String>().parse().ok()?;
        return Some((number, digits.len()));
    }
    let numerals = run(|c| numeral(c).is_some());
    Some((chinese(&numerals)?, numerals.len()))
}

fn numeral(c: char) -> Option<u32> {
    "〇一二三四五六七八九十"
        .chars()
        .position(|n| n == c)
        .or((c == '零').then_some(0))
        .and_then(|n| u32::try_from(n).ok())
}

fn chinese(numerals: &[char]) -> Option<u32> {
    let values: Vec<u32> = numerals.iter().filter_map(|c| numeral(*c)).collect();
    match values.as_slice() {
        [] => None,
        [10] => Some(10),
        [10, ones @ 1..=9] => Some(10 + ones),
        [tens @ 1..=9, 10] => Some(tens * 10),
        [tens @ 1..=9, 10, ones @ 1..=9] => Some(tens * 10 + ones),
        digits => digits.iter().try_fold(0_u32, |sum, digit| (*digit < 10).then(|| sum * 10 + digit)),
    }
}

/// The festival's name before a colon, without its ordinal; a heading with an ordinal that is none.
fn festival(chars: &[Char], colon: usize) -> Option<Token> {
    let mut start = colon;
    while start > 0 && colon - start < 20 && !chars[start].first && is_of_name(chars[start - 1].is) {
        start -= 1;
    }
    // 一、 may stand behind a title that lost its line break.
    let is_ordinal = |at: &usize| chars[*at].is == '、' && (*at == start || numeral(chars[at - 1].is).is_some());
    let name_at = (start..colon).rev().find(is_ordinal).map_or(start, |at| at + 1);
    let name: String = chars[name_at..colon].iter().map(|c| c.is).collect();
    let is_one = FESTIVALS.iter().any(|festival| name.contains(festival)) && name.chars().count() <= 14;
    let is_heading = name_at > start;
    match is_one {
        true => Some(Token::Festival(name)),
        false => is_heading.then_some(Token::Stranger(name)),
    }
}

fn is_of_name(c: char) -> bool {
    !c.is_ascii() && !matches!(c, '。' | '！' | '？' | '至')
}

fn says(chars: &[Char], at: usize, word: &str) -> bool {
    let mut rest = chars.iter().skip(at);
    word.chars().all(|c| rest.next().is_some_and(|found| found.is == c))
}
