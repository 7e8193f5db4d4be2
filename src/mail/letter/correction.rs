//! A correction (更正): what was said was wrong, and by what road the truth was found. It goes to
//! whoever got the original.

use super::lines::{minute, shown};
use super::sms::fit;
use super::templates::Templates;
use super::{Words, clean};
use crate::domain::{Moment, When};
use minijinja::{Value, context};

/// What a correction says.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Whom it addresses.
    pub office: String,
    /// The office that writes.
    pub sender: String,
    /// Whom to call; may be empty.
    pub contact: String,
    /// The letters in which it stood: when each left, and its number; the oldest first.
    pub letters: Vec<(Moment, String)>,
    /// Other things stood in them, and stand.
    pub partly: bool,
    /// The verdict revision that replaced the one it rested on, where there is one.
    pub revision: Option<i64>,
    /// What stands under this letter.
    pub number: String,
    /// What was found, by account.
    pub items: Vec<Withdrawn>,
}

/// One account of which something wrong was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawn {
    /// 青禾文旅（新浪微博）
    pub title: String,
    /// The update that was there; `None` when another reason stands in `why`.
    pub update: Option<When>,
    /// Where it can be seen.
    pub url: Option<String>,
    /// Without an update: why the statement falls (Chinese, no full stop).
    pub why: String,
}

/// Composes a correction.
///
/// # Errors
/// What a shipped template says against itself (English); they are proven by tests.
pub fn compose(facts: &Correction, templates: &Templates) -> Result<Words, String> {
    templates.words("correction", &values(facts), short(facts))
}

pub(super) fn values(facts: &Correction) -> Value {
    let items: Vec<Value> = facts
        .items
        .iter()
        .map(|item| context! { title => clean(&item.title), found => found(item), url => item.url.as_deref().map(clean) })
        .collect();
    context! {
        office => clean(&facts.office),
        original => numbers(facts),
        sent => facts.letters.last().map_or_else(String::new, |(at, _)| minute(*at)),
        letters => facts.letters.iter().map(|(at, number)| format!("{}的{}", minute(*at), clean(number))).collect::<Vec<_>>().join("、"),
        partly => facts.partly,
        revision => facts.revision,
        items => items,
        sender => clean(&facts.sender),
        contact => clean(&facts.contact),
        number => clean(&facts.number),
    }
}

fn numbers(facts: &Correction) -> String {
    facts.letters.iter().map(|(_, number)| clean(number)).collect::<Vec<_>>().join("、")
}

fn found(item: &Withdrawn) -> String {
    item.update.map_or_else(|| clean(&item.why), |when| format!("{}已有更新", shown(when)))
}

fn short(facts: &Correction) -> String {
    let Some(first) = facts.items.first() else { return String::new() };
    let original = numbers(facts);
    let (withdraws, which) = if facts.partly { ("", "关于它的提醒") } else { ("撤回", "原提醒") };
    let sentence =
        |title: &str| format!("【更正】{withdraws}{original}：经核实，{title}{}，{which}作废。", found(first));
    fit(&sentence, &clean(&first.title), "敬请谅解。")
}
