//! The result of a check (检查结果) after a person has confirmed it, and its withdrawal when it holds no
//! more. One letter a person: what is taken back stands first.

use super::sms::fit;
use super::templates::Templates;
use super::{Words, clean};
use minijinja::{Value, context};
use std::collections::BTreeSet;

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
    /// Whose; printed where a letter speaks of several offices.
    pub office: String,
    /// It concerns a veto.
    pub veto: bool,
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
    let all = || facts.withdrawn.iter().chain(&facts.found);
    let several = all().any(|line| all().next().is_some_and(|first| first.office != line.office));
    let one = |line: &Line| {
        let office = if several { clean(&line.office) } else { String::new() };
        context! { title => clean(&line.title), office => office, said => clean(&line.said) }
    };
    let lines = |lines: &[Line]| -> Vec<Value> { lines.iter().map(one).collect() };
    context! {
        mark => mark(facts),
        headline => headline(facts),
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

/// Of one account its fact, of several only how many there are: what is said of the first is not true of
/// the others.
fn headline(facts: &Results) -> String {
    let (office, found) = (clean(&facts.office), &facts.found);
    match (facts.withdrawn.first(), found.first()) {
        (Some(first), _) => format!("撤回{}：{}", numbers(&facts.withdrawn), whose(first, &facts.withdrawn)),
        (None, Some(first)) if accounts(found).len() > 1 => format!("{office}：{}", counted(first, found)),
        (None, Some(first)) => format!("{office}：{}{}{}", clean(&first.title), clean(&first.fact), more(found)),
        (None, None) => String::new(),
    }
}

/// Titles, each once.
fn accounts(lines: &[Line]) -> BTreeSet<&str> {
    lines.iter().map(|line| line.title.as_str()).collect()
}

fn numbers(withdrawn: &[Line]) -> String {
    let all: BTreeSet<String> = withdrawn.iter().map(|line| clean(&line.fact)).collect();
    all.into_iter().collect::<Vec<_>>().join("、")
}

fn whose(first: &Line, lines: &[Line]) -> String {
    match accounts(lines).len() {
        1 => clean(&first.title),
        several => format!("{several}个账号的检查结果"),
    }
}

/// 2个账号的检查结果（不合格1个，存在问题1个）
fn counted(first: &Line, found: &[Line]) -> String {
    let vetoes: BTreeSet<&str> = found.iter().filter(|line| line.veto).map(|line| line.title.as_str()).collect();
    let levels = [("不合格", vetoes.len()), ("存在问题", accounts(found).len() - vetoes.len())];
    let levels: Vec<String> = levels.iter().filter(|(_, n)| *n > 0).map(|(level, n)| format!("{level}{n}个")).collect();
    format!("{}（{}）", whose(first, found), levels.join("，"))
}

/// More findings of the same account.
fn more(found: &[Line]) -> String {
    if found.len() > 1 { format!("等{}项", found.len()) } else { String::new() }
}

fn short(facts: &Results) -> String {
    let Some(first) = facts.withdrawn.first().or(facts.found.first()) else { return String::new() };
    let sentence = |title: &str| match (facts.withdrawn.is_empty(), accounts(&facts.found).len()) {
        (true, 1) => format!("【检查结果】{title}{}{}。", clean(&first.fact), more(&facts.found)),
        (true, _) => format!("【检查结果】{title}：{}。", counted(first, &facts.found)),
        (false, _) => format!("【更正】{title}：{}所列检查结果撤回。", numbers(&facts.withdrawn)),
    };
    // Of several accounts the office is named, and no account that stands for the others.
    let several = accounts(if facts.withdrawn.is_empty() { &facts.found } else { &facts.withdrawn }).len() > 1;
    let name = clean(if several { &facts.office } else { &first.title });
    fit(&sentence, &name, if facts.withdrawn.is_empty() { "如有出入请回复。" } else { "敬请谅解。" })
}
