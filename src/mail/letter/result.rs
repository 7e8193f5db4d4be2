//! The result of a check (检查结果) after a person has confirmed it, and its withdrawal when it holds no
//! more. One letter a person: what is taken back stands first.

use super::sms::fit;
use super::templates::Templates;
use super::{Words, clean};
use minijinja::{Value, context};

/// What a letter about results says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// Whom it addresses.
    pub office: String,
    /// The office that writes.
    pub sender: String,
    /// Whom to call; may be empty.
    pub contact: String,
    /// What stands under the letter.
    pub number: String,
    /// Where it is answered; empty when owners cannot reach us.
    pub answer: String,
    /// The last day on which an office may object, as `7月30日`.
    pub until: String,
    /// Results that are taken back.
    pub withdrawn: Vec<Line>,
    /// Results that a person has confirmed, vetoes first.
    pub found: Vec<Line>,
}

/// One account in a letter about results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 青禾文旅（新浪微博）
    pub title: String,
    /// The fact for the subject; of a withdrawal the number of the letter that told the result.
    pub fact: String,
    /// The whole sentence.
    pub said: String,
}

/// Composes a letter about results.
///
/// # Errors
/// What a shipped template says against itself (English); they are proven by tests.
pub fn compose(facts: &Results, templates: &Templates) -> Result<Words, String> {
    templates.words("result", &values(facts), short(facts))
}

pub(super) fn values(facts: &Results) -> Value {
    let lines = |lines: &[Line]| -> Vec<Value> {
        lines.iter().map(|line| context! { title => clean(&line.title), said => clean(&line.said) }).collect()
    };
    context! {
        mark => mark(facts),
        headline => headline(facts, |line| clean(&line.title)),
        office => clean(&facts.office),
        withdrawn => lines(&facts.withdrawn),
        found => lines(&facts.found),
        until => facts.until.clone(),
        answer => facts.answer.clone(),
        sender => clean(&facts.sender),
        contact => clean(&facts.contact),
        number => clean(&facts.number),
    }
}

fn mark(facts: &Results) -> &'static str {
    if facts.withdrawn.is_empty() { "检查结果" } else { "更正" }
}

/// The most urgent account with its fact, and how many there are beside it.
fn headline(facts: &Results, title: impl Fn(&Line) -> String) -> String {
    let count = facts.withdrawn.len() + facts.found.len();
    let beside = if count > 1 { format!("等{count}个账号") } else { String::new() };
    match (facts.withdrawn.first(), facts.found.first()) {
        (Some(first), _) => format!("撤回{}：{}{beside}", clean(&first.fact), title(first)),
        (None, Some(first)) => format!("{}：{}{beside}{}", clean(&facts.office), title(first), clean(&first.fact)),
        (None, None) => String::new(),
    }
}

fn short(facts: &Results) -> String {
    let Some(first) = facts.withdrawn.first().or(facts.found.first()) else { return String::new() };
    let sentence = |title: &str| match facts.withdrawn.is_empty() {
        true => format!("【检查结果】{title}{}。", clean(&first.fact)),
        false => format!("【更正】{title}：{}所列检查结果撤回。", clean(&first.fact)),
    };
    fit(&sentence, &clean(&first.title), if facts.withdrawn.is_empty() { "如有出入请回复。" } else { "敬请谅解。" })
}
