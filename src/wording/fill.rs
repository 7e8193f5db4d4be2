//! Fills the fields of the office's words, from what the report computes and from the office's own figures.

use super::parse::{Figure, Paragraph, Wording};
use super::{BLANK, Said, WordsFinding};
use crate::tables::{Digits, Points};
use std::collections::BTreeMap;

/// So deep may sums stand in sums, whatever their order in the file.
const DEPTH: usize = 4;

/// The office's words, ready to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilledWording {
    /// By heading; sections without paragraphs are left out.
    pub said: Vec<Said>,
    /// What is missing or wrong, by line.
    pub findings: Vec<WordsFinding>,
}

/// Fills every field. What the report computes goes before a figure of the office.
pub fn fill(words: &Wording, computed: &BTreeMap<String, String>, digits: Digits) -> FilledWording {
    let mut filling = Filling { computed, own: BTreeMap::new(), findings: words.findings.clone() };
    filling.take_figures(words, digits);
    let mut said = Vec::new();
    for section in words.sections.iter().filter(|section| !section.paragraphs.is_empty()) {
        let paragraphs = section.paragraphs.iter().map(|paragraph| filling.paragraph(paragraph)).collect();
        said.push(Said { heading: section.heading.clone(), paragraphs });
    }
    let mut findings = filling.findings;
    findings.sort_by_key(|finding| finding.line);
    FilledWording { said, findings }
}

struct Filling<'a> {
    computed: &'a BTreeMap<String, String>,
    /// The office's figures; `None`: not known yet.
    own: BTreeMap<String, Option<String>>,
    findings: Vec<WordsFinding>,
}

impl Filling<'_> {
    fn note(&mut self, line: usize, problem: String) {
        self.findings.push(WordsFinding { line, problem });
    }

    /// Plain figures first, then sums, then divisions, so that each may stand above its parts.
    fn take_figures(&mut self, words: &Wording, digits: Digits) {
        for figure in &words.figures {
            let plain = sum(&figure.value).is_none() && division(&figure.value).is_none();
            let value = Some(figure.value.clone()).filter(|value| plain && !value.is_empty() && value != BLANK);
            self.own.insert(figure.name.clone(), value);
        }
        let sums = || words.figures.iter().filter_map(|figure| Some((figure, sum(&figure.value)?)));
        for _ in 0..DEPTH {
            for (figure, parts) in sums() {
                let value = self.sum(&parts);
                self.own.insert(figure.name.clone(), value);
            }
        }
        for (figure, parts) in sums().filter(|(_, parts)| self.sum(parts).is_none()).collect::<Vec<_>>() {
            let missing: Vec<&str> = parts.into_iter().filter(|word| self.number(word).is_none()).collect();
            self.note(figure.line, format!("“{}”没有整数可以相加，请补上", missing.join("”“")));
        }
        for figure in &words.figures {
            if let Some((part, whole)) = division(&figure.value) {
                let value = self.rate(figure.line, part, whole, digits);
                self.own.insert(figure.name.clone(), value);
            }
        }
        words.figures.iter().for_each(|figure| self.compare(figure));
    }

    /// What is typed and what is computed must be the same.
    fn compare(&mut self, figure: &Figure) {
        let ours = self.computed.get(&figure.name);
        let theirs = self.own.get(&figure.name).cloned().flatten();
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && *ours != theirs
        {
            let said = format!("“{}”写的是{theirs}，由报表算出的是{ours}，印的是算出的；请删去这一行", figure.name);
            self.note(figure.line, said);
        }
    }

    fn sum(&self, parts: &[&str]) -> Option<String> {
        let numbers: Option<Vec<usize>> = parts.iter().map(|word| self.number(word)).collect();
        Some(numbers?.into_iter().fold(0, usize::saturating_add).to_string())
    }

    fn rate(&mut self, line: usize, part: &str, whole: &str, digits: Digits) -> Option<String> {
        let [part_value, whole_value] = [part, whole].map(|word| self.number(word));
        let (Some(part_value), Some(whole_value)) = (part_value, whole_value) else {
            let missing: Vec<&str> = [part, whole].into_iter().filter(|word| self.number(word).is_none()).collect();
            self.note(line, format!("“{}”没有整数可以相除，请补上", missing.join("”“")));
            return None;
        };
        if whole_value == 0 || part_value > whole_value {
            self.note(line, format!("{part_value}除以{whole_value}算不出比率，请核对"));
            return None;
        }
        let [part, whole] = [part_value, whole_value].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        Some(digits.rate(part, whole))
    }

    fn number(&self, word: &str) -> Option<usize> {
        let value = self.value(word).flatten();
        let number = Points::parse(value.as_deref().unwrap_or(word))?.as_whole()?;
        usize::try_from(number).ok()
    }

    /// What a name stands for; the outer `None`: nobody knows it.
    fn value(&self, name: &str) -> Option<Option<String>> {
        match self.computed.get(name) {
            Some(value) => Some(Some(value.clone())),
            None => self.own.get(name).cloned(),
        }
    }

    fn paragraph(&mut self, paragraph: &Paragraph) -> String {
        let (mut text, mut rest) = (String::new(), paragraph.text.as_str());
        if rest.contains(BLANK) {
            self.note(paragraph.line, format!("还有空着的 {BLANK}，请填写"));
        }
        while let Some((before, after)) = rest.split_once(['{', '｛']) {
            text.push_str(before);
            let Some((name, behind)) = after.split_once(['}', '｝']) else {
                self.note(paragraph.line, "花括号没有配对，请补上右边的 }".to_owned());
                text.push_str(BLANK);
                return text;
            };
            text.push_str(&self.field(paragraph.line, name.trim()));
            rest = behind;
        }
        text + rest
    }

    fn field(&mut self, line: usize, name: &str) -> String {
        match self.value(name) {
            Some(Some(value)) if !value.is_empty() => return value,
            Some(_) => self.note(line, format!("“{name}”还没有数，印成了 {BLANK}；请在【数字】下面填写")),
            None => {
                let cure = self.cure(name);
                self.note(line, format!("没有字段“{name}”，印成了 {BLANK}；{cure}"));
            }
        }
        BLANK.to_owned()
    }

    /// The fields of single tables that end so.
    fn longer(&self, name: &str) -> Vec<String> {
        let ends = |known: &&String| known.len() > name.len() && known.ends_with(name);
        self.computed.keys().filter(ends).map(|known| format!("{{{known}}}")).collect()
    }

    fn cure(&self, name: &str) -> String {
        let known = self.computed.keys().chain(self.own.keys());
        let nearest = known.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
        match nearest.filter(|(distance, known)| *distance == 1 && known.chars().count() > 2) {
            Some((_, known)) => format!("是不是“{known}”？"),
            None if of_tables(name) && !self.longer(name).is_empty() => {
                format!("附表有几张，前面要写明是哪一张的：{}", self.longer(name).join("、"))
            }
            None if of_tables(name) => "这个数来自附表，请先用 report table import 导入".to_owned(),
            None => "请在【数字】下面补上，或用 report words --fields 看有哪些字段".to_owned(),
        }
    }
}

/// Whether a field of that name comes with a table.
fn of_tables(name: &str) -> bool {
    let ends = ["报送信息", "采用信息", "采用率", "单位数", "第一名", "前两名", "前三名", "前五名", "未报送", "未更新"];
    ends.iter().chain(&["网站数", "网站合格率", "未公开", "公开条数"]).any(|end| name.ends_with(end))
}

/// The parts of a sum.
fn sum(value: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = value.split(['+', '＋']).map(str::trim).collect();
    (parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) && division(value).is_none()).then_some(parts)
}

/// The two sides of a division.
fn division(value: &str) -> Option<(&str, &str)> {
    let (part, whole) = value.split_once(['/', '÷', '／'])?;
    (!part.trim().is_empty() && !whole.trim().is_empty()).then(|| (part.trim(), whole.trim()))
}
