//! The short form of a letter, for SMS or WeChat: at most 70 characters whatever the names are, which
//! is why it is no template.

use super::Facts;
use super::lines::{headline_of, is_soft};

/// One SMS.
const LONGEST: usize = 70;

/// The short form of a reminder. The plea to answer goes first when it is too long, then the name is
/// cut; fact and deadline stay.
pub(super) fn reminder(facts: &Facts) -> String {
    let Some(first) = facts.items.first() else { return String::new() };
    let prefix = if is_soft(facts) { "请核对" } else { facts.prefix.as_str() };
    let sentence = |title: &str| {
        let headline = headline_of(facts, first, title);
        // Whose accounts they are stands in a letter's address; here a name must say it.
        let named = if headline.contains(title) { headline } else { format!("{title}等{headline}") };
        format!("【{prefix}】{named}。")
    };
    fit(&sentence, &first.title, "如有误请回复。")
}

/// The sentence with the whole name and the ending, or without the ending, or with as much of the name
/// as there is room for.
pub(super) fn fit(sentence: &dyn Fn(&str) -> String, name: &str, ending: &str) -> String {
    let length = |text: &str| text.chars().count();
    let bare = sentence(name);
    if length(&bare) + length(ending) <= LONGEST {
        return format!("{bare}{ending}");
    }
    let spare = LONGEST.saturating_sub(length(&sentence("")));
    let name: String = name.chars().take(spare).collect();
    sentence(&name).chars().take(LONGEST).collect()
}
