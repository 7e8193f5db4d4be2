//! Reads the file: `【标题】` begins a section, a line below it is a paragraph, `#` begins a remark, and
//! below `【数字】` stand figures, `访谈期数 = 3`.

use super::WordsFinding;

/// The section of figures.
pub(super) const FIGURES: &str = "数字";
/// Longer paragraphs are no paragraphs of a 通报.
const LONGEST: usize = 4000;

/// The office's words as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The figures that the office itself brings.
    pub figures: Vec<Figure>,
    /// The sections, in the order of the file.
    pub sections: Vec<Section>,
    /// What could not be understood.
    pub findings: Vec<WordsFinding>,
}

/// A figure that the office brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Line of the file, from 1.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Its value, a sum (采用信息 + 1769) or a division (办结件数 / 受理件数); empty: not known yet.
    pub value: String,
}

/// Paragraphs below a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading as written.
    pub heading: String,
    /// The paragraphs.
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph with its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Line of the file, from 1.
    pub line: usize,
    /// As written.
    pub text: String,
}

/// What a line of the file is.
pub(super) enum Line<'a> {
    /// Nothing, or a remark.
    Remark,
    /// A heading.
    Heading(&'a str),
    /// Anything else.
    Text(&'a str),
}

impl Line<'_> {
    pub(super) fn of(line: &str) -> Line<'_> {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '＃']) {
            return Line::Remark;
        }
        match line.strip_prefix('【').and_then(|rest| rest.strip_suffix('】')) {
            Some(heading) if !heading.contains(['【', '】']) => Line::Heading(heading.trim()),
            _ => Line::Text(line),
        }
    }
}

/// Name and value of a line of figures.
pub(super) fn figure(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(['=', '＝'])?;
    (!name.trim().is_empty()).then(|| (name.trim(), value.trim()))
}

/// Reads the text of the file.
pub fn parse(text: &str) -> Wording {
    let mut wording = Wording::default();
    let mut in_figures = false;
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    for (line, written) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        match Line::of(written) {
            Line::Remark => {}
            Line::Heading(FIGURES) => in_figures = true,
            Line::Heading(heading) => {
                in_figures = false;
                wording.begin(line, heading);
            }
            Line::Text(text) if in_figures => wording.add_figure(line, text),
            Line::Text(text) => wording.add_paragraph(line, text),
        }
    }
    wording
}

impl Wording {
    fn note(&mut self, line: usize, problem: impl Into<String>) {
        self.findings.push(WordsFinding { line, problem: problem.into() });
    }

    fn begin(&mut self, line: usize, heading: &str) {
        if heading.is_empty() {
            self.note(line, "标题是空的，请写成【二、标题】");
        }
        self.sections.push(Section { heading: heading.to_owned(), paragraphs: Vec::new() });
    }

    fn add_figure(&mut self, line: usize, text: &str) {
        match figure(text) {
            None => self.note(line, "看不懂，【数字】下面一行写一个：名称 = 数"),
            Some((name, _)) if self.figures.iter().any(|figure| figure.name == name) => {
                self.note(line, format!("“{name}”写了两遍，用了前一个，请删去一行"));
            }
            Some((name, value)) => self.figures.push(Figure { line, name: name.to_owned(), value: value.to_owned() }),
        }
    }

    fn add_paragraph(&mut self, line: usize, text: &str) {
        if text.chars().count() > LONGEST {
            self.note(line, format!("一段超过{LONGEST}字，没有印出，请分段"));
            return;
        }
        match self.sections.last_mut() {
            Some(section) => section.paragraphs.push(Paragraph { line, text: text.to_owned() }),
            None => self.note(line, "前面没有标题，没有印出；请在上面加一行【二、标题】"),
        }
    }
}
