//! Head and foot of a paper that an office issues (documents.md, "Four shapes of paper"): who issues it,
//! under which number, to whom, and when. Nothing is invented: what nobody has set prints as ____.

use super::{Report, Table};
use crate::wording::BLANK;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Head and foot of a paper. An empty text is one that nobody has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// Which head and foot.
    pub shape: Shape,
    /// 发文机关 (发电单位 of a 明电), also the signature.
    pub issuer: String,
    /// Name of a 简报.
    pub masthead: String,
    /// 发文字号 or the number of an issue; `{年}` and `{号}` are filled in by [`Paper::numbered`].
    pub number: String,
    /// 等级 of a 明电, such as 平急.
    pub urgency: String,
    /// Who signs: 签批 of a 明电, 签发 of a 简报.
    pub signer: String,
    /// 主送机关, without the colon.
    pub to: String,
    /// 抄送; 送 of a 简报.
    pub copies: String,
    /// 发 of a 简报.
    pub sent: String,
    /// 印发机关.
    pub printer: String,
    /// 联系人 and telephone.
    pub contact: String,
    /// （此件公开发布）.
    pub public: bool,
    /// It bears a seal, which moves signature and date.
    pub sealed: bool,
    /// 成文日期.
    pub date: Option<NaiveDate>,
}

/// Which head and foot a paper has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// A 通报 on the web: no head, no number.
    #[default]
    Web,
    /// 明电: 发电单位, 签批盖章, 等级, number.
    Telegram,
    /// 简报: name, issue number, office and date; 送 and 发 below.
    Brief,
    /// 函: 发文机关标志, number, addressees; 版记 below.
    Letter,
}

impl Shape {
    /// Every shape with its Chinese word.
    pub const ALL: [(&'static str, Shape); 4] =
        [("通报", Shape::Web), ("明电", Shape::Telegram), ("简报", Shape::Brief), ("函", Shape::Letter)];

    /// The Chinese word.
    pub const fn chinese(self) -> &'static str {
        match self {
            Shape::Web => "通报",
            Shape::Telegram => "明电",
            Shape::Brief => "简报",
            Shape::Letter => "函",
        }
    }
}

impl Paper {
    /// The same with its date and number; without them their places stay visible blanks.
    #[must_use]
    pub fn numbered(&self, number: Option<u32>, date: Option<NaiveDate>) -> Paper {
        let year = date.map_or(BLANK.to_owned(), |date| date.year().to_string());
        let number = number.map_or(BLANK.to_owned(), |number| number.to_string());
        let filled = self.number.replace("{年}", &year).replace("{号}", &number);
        Paper { number: filled, date, ..self.clone() }
    }

    /// 成文日期, no leading zeros: 2022年7月11日.
    pub fn date_words(&self) -> String {
        match self.date {
            Some(date) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            None => format!("{BLANK}年{BLANK}月{BLANK}日"),
        }
    }
}

/// The text, or a visible blank.
pub(super) fn or_blank(text: &str) -> &str {
    if text.is_empty() { BLANK } else { text }
}

/// The names of the annexes by their numbers, from 1 on; a number that nobody has filled is a visible
/// blank.
pub(super) fn annex_names(report: &Report) -> Vec<&str> {
    let named = report.tables().filter_map(|table| Some((table.annex()?, table.title.as_str())));
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    for (number, title) in named.filter(|(_, title)| !title.is_empty()) {
        names.entry(number).or_insert(title);
    }
    let last = names.keys().last().copied().unwrap_or(0);
    (1..=last).map(|at| names.get(&at).copied().unwrap_or(BLANK)).collect()
}

/// The numbers of annexes that nobody has filled, although a later one stands in the paper.
pub fn missing_annexes(report: &Report) -> Vec<usize> {
    (1..).zip(annex_names(report)).filter(|(_, name)| *name == BLANK).map(|(number, _)| number).collect()
}

/// The list of annexes below the text; a single one has no number.
pub(super) fn annex_lines(report: &Report) -> Vec<String> {
    match annex_names(report).as_slice() {
        [one] => vec![format!("附件：{one}")],
        many => {
            let head = |at: usize| if at == 0 { "附件：" } else { "　　　" };
            many.iter().enumerate().map(|(at, name)| format!("{}{}. {name}", head(at), at + 1)).collect()
        }
    }
}

/// The title of a table; a single annex bears no number.
pub(super) fn table_title(report: &Report, table: &Table) -> String {
    let is_single = report.tables().filter_map(Table::annex).max() == Some(1);
    match table.annex() {
        Some(_) if is_single && !table.title.is_empty() => format!("附件　{}", table.title),
        _ => table.full_title(),
    }
}

/// Notes below the text, numbered when there are several.
pub(super) fn note_lines(notes: &[String]) -> Vec<String> {
    match notes {
        [one] => vec![format!("注：{one}")],
        many => {
            let head = |at: usize| if at == 0 { "注：" } else { "" };
            many.iter().enumerate().map(|(at, note)| format!("{}{}. {note}", head(at), at + 1)).collect()
        }
    }
}
