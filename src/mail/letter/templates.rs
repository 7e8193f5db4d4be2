//! The templates of letters: the shipped ones, and those that the office has put in their place, one
//! by one. A template of the office that fails never costs a letter: ours stands in for it.

use super::super::message::clean;
use super::{Words, samples};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::collections::BTreeMap;

/// The names of the templates, which are also the names of their files. What ends in `.html` is
/// escaped.
pub const NAMES: [&str; 9] = [
    "reminder.subject.txt",
    "reminder.txt",
    "reminder.html",
    "correction.subject.txt",
    "correction.txt",
    "correction.html",
    "result.subject.txt",
    "result.txt",
    "result.html",
];

const SHIPPED: [(&str, &str); 9] = [
    ("reminder.subject.txt", include_str!("../templates/reminder.subject.txt")),
    ("reminder.txt", include_str!("../templates/reminder.txt")),
    ("reminder.html", include_str!("../templates/reminder.html")),
    ("correction.subject.txt", include_str!("../templates/correction.subject.txt")),
    ("correction.txt", include_str!("../templates/correction.txt")),
    ("correction.html", include_str!("../templates/correction.html")),
    ("result.subject.txt", include_str!("../templates/result.subject.txt")),
    ("result.txt", include_str!("../templates/result.txt")),
    ("result.html", include_str!("../templates/result.html")),
];

const REMINDER_HELP: &str = include_str!("../templates/reminder.help");
const RESULT_HELP: &str = include_str!("../templates/result.help");
const CORRECTION_HELP: &str = include_str!("../templates/correction.help");

/// Steps that one rendering may take: a loop without end is a broken template and no hung daemon.
const FUEL: u64 = 500_000;

/// The templates that hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates {
    own: BTreeMap<&'static str, Own>,
    unusable: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Own {
    file: String,
    text: String,
}

impl Templates {
    /// Puts the office's text of `file` in the place of the shipped template of that name; false when
    /// there is no such template.
    pub fn replace(&mut self, name: &str, file: &str, text: String) -> bool {
        let known = NAMES.into_iter().find(|known| *known == name);
        known.is_some_and(|known| {
            self.own.insert(known, Own { file: file.to_owned(), text });
            true
        })
    }

    /// Notes a file of the office that cannot be a template (Chinese).
    pub fn unusable(&mut self, why: String) {
        self.unusable.push(why);
    }

    /// Names of the templates that the office has replaced.
    pub fn replaced(&self) -> Vec<&'static str> {
        self.own.keys().copied().collect()
    }

    /// What is wrong with the office's templates, each with file and line (Chinese). Each is tried on
    /// every kind of letter that it serves.
    pub fn faults(&self) -> Vec<String> {
        let tried = self.own.iter().flat_map(|(name, own)| {
            let samples = samples::of(name).into_iter();
            samples.filter_map(|sample| fault(name, own, &sample)).take(1)
        });
        self.unusable.iter().cloned().chain(tried).collect()
    }

    /// Subject, text and page of a letter of that kind.
    pub(super) fn words(&self, kind: &str, values: &Value, sms: String) -> Result<Words, String> {
        let mut complaints = Vec::new();
        let mut part = |ending: &str| self.render(&format!("{kind}.{ending}"), values, &mut complaints);
        let (subject, text, html) = (part("subject.txt")?, part("txt")?, part("html")?);
        Ok(Words { subject: clean(&subject), text: format!("{}\n", text.trim_end()), html, sms, complaints })
    }

    fn render(&self, name: &str, values: &Value, complaints: &mut Vec<String>) -> Result<String, String> {
        if let Some(own) = self.own.get(name) {
            match render(name, &own.text, values) {
                Ok(text) if !text.trim().is_empty() => return Ok(text),
                Ok(_) => complaints.push(format!("{}: renders to nothing", own.file)),
                Err(error) => complaints.push(format!("{}: {error}", own.file)),
            }
        }
        let (_, shipped) = SHIPPED.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("no {name}"))?;
        render(name, shipped, values).map_err(|error| error.to_string())
    }
}

/// A shipped template as a file to begin with: its text below a comment that lists the variables.
pub(crate) fn export(name: &str) -> Option<String> {
    let help = match name.split('.').next() {
        Some("reminder") => REMINDER_HELP,
        Some("result") => RESULT_HELP,
        _ => CORRECTION_HELP,
    };
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(format!("{{#\n{}\n-#}}\n{text}", help.trim_end()))
}

fn render(name: &str, text: &str, values: &Value) -> Result<String, Error> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_fuel(Some(FUEL));
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_template(name, text)?;
    templates.get_template(name)?.render(values)
}

fn fault(name: &str, own: &Own, sample: &samples::Sample) -> Option<String> {
    let said = match render(name, &own.text, &sample.values) {
        Err(error) => return Some(told(own, &error)),
        Ok(text) => text,
    };
    let lost: Vec<&str> =
        sample.must_say.iter().filter(|(_, word)| !said.contains(word)).map(|(what, _)| *what).collect();
    let file = &own.file;
    if said.trim().is_empty() {
        return Some(format!("信件模板 {file} 什么也没有印出来，发信时会改用自带的"));
    }
    (!lost.is_empty()).then(|| format!("信件模板 {file} 没有印出{}，收件人会看不明白", lost.join("、")))
}

fn told(own: &Own, error: &Error) -> String {
    let line = error.line().map_or_else(String::new, |line| format!("第{line}行"));
    let why = match error.kind() {
        ErrorKind::SyntaxError => "写法不对",
        ErrorKind::UndefinedError => "用了没有的变量",
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest => "用了没有的函数",
        ErrorKind::OutOfFuel => "没完没了地循环",
        _ => "印不出来",
    };
    let detail = error.detail().map_or_else(String::new, |detail| format!("（{detail}）"));
    let cure = "发信时会改用自带的；变量见 cuigeng letters templates --export 写出的样本";
    format!("信件模板 {}{line}{why}{detail}：{cure}", own.file)
}
