//! The words of a reminder: courteous, exact, understood in five seconds. Pure: facts in, words out.
//!
//! It says what was seen, when, and what will happen; never 未发布, no blame, no exclamation marks.
//! The wording stands in templates beside this file (forms: mail.md, documents.md), which an office
//! may replace one by one.

mod correction;
mod lines;
mod result;
mod samples;
mod sms;
mod templates;

pub use correction::{Correction, Withdrawn, compose as compose_correction};
pub(crate) use lines::deadline;
pub use result::{Line, Results, compose as compose_results};
pub(crate) use templates::export;
pub use templates::{NAMES, Templates};

use super::message::clean;
use crate::domain::{Moment, Role, When};
use lines::{day_hour, headline, sections};
use minijinja::{Value, context};

/// What a reminder to one person says.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Whom it addresses: the office that the accounts belong to, or that answers for them.
    pub office: String,
    /// The office that writes.
    pub sender: String,
    /// Whom to call; may be empty.
    pub contact: String,
    /// Subject prefix.
    pub prefix: String,
    /// As whom it is written to.
    pub role: Role,
    /// As of when.
    pub now: Moment,
    /// Which reminder about the same thing this is.
    pub nth: u32,
    /// Updates that came since the reminder before, where there was one.
    pub gained: Option<u32>,
    /// When it should have left, if it is late.
    pub late_since: Option<Moment>,
    /// What stands under the letter.
    pub number: String,
    /// Where it can be answered; empty when owners cannot reach us.
    pub answer: String,
    /// Named when the letter reaches somebody for another role (无联系人).
    pub stands_for: bool,
    /// Its accounts, most urgent first.
    pub items: Vec<Item>,
}

/// One account in a reminder.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// 青禾文旅（新浪微博）
    pub title: String,
    /// Whose; printed where a letter speaks of several offices.
    pub office: String,
    /// Why it stands there.
    pub about: About,
    /// The newest update, if one is known.
    pub last: Option<Last>,
    /// Until when an update helps (first moment that is too late).
    pub deadline: Moment,
    /// What else the account lacks: a week that stands in the line of a long silence, and until when.
    pub week: Option<(About, Moment)>,
    /// When the silence of an account that is short this week becomes a veto.
    pub veto: Option<Moment>,
    /// The part of the span that nobody could watch, so that the owner is asked to check.
    pub unwatched: Option<String>,
    /// The newest day is shown only tomorrow by the source (数据截至昨日24时).
    pub delayed: bool,
    /// What the statement rests on; `None` when nothing ever saw the account.
    pub checked: Option<Checked>,
    /// Who can be called about it, and the numbers; printed where the letter stands in for one to them.
    pub whom: String,
}

/// The newest update of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Last {
    /// When.
    pub when: When,
    /// Its title; may be empty.
    pub title: String,
    /// Whole days since then.
    pub days: u32,
}

/// The newest good look at an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// When.
    pub at: Moment,
    /// Who or what looked, as owners understand it.
    pub by: String,
    /// Seen back to here.
    pub back_to: Moment,
}

/// Why an account stands in a reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// So many days without an update; a veto.
    Silence {
        /// Days since the last update.
        days: u32,
        /// The last safe day.
        limit: u32,
    },
    /// Short in a week.
    Week {
        /// First and last date, as `7月20日`.
        from: String,
        /// Last date.
        to: String,
        /// Updates seen.
        seen: u32,
        /// Updates demanded.
        required: u32,
        /// It speaks of the coming week (节前提示).
        eve: bool,
    },
}

/// Subject, text, page, and a short form to copy into SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The subject: fact and deadline first; one line.
    pub subject: String,
    /// The text, which stands alone.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// At most 70 characters, signature included.
    pub sms: String,
    /// Templates of the office that failed, so that ours were used (English).
    pub complaints: Vec<String>,
}

/// What is to be said of an account on the telephone.
pub fn spoken(item: &Item) -> String {
    lines::fact(item)
}

/// Composes a reminder.
///
/// # Errors
/// What a shipped template says against itself (English); they are proven by tests.
pub fn compose(facts: &Facts, templates: &Templates) -> Result<Words, String> {
    let facts = cleaned(facts);
    templates.words("reminder", &values(&facts), sms::reminder(&facts))
}

fn values(facts: &Facts) -> Value {
    let sections: Vec<Value> = sections(facts);
    context! {
        office => facts.office.clone(),
        prefix => if lines::is_soft(facts) { "请核对" } else { facts.prefix.as_str() },
        marks => marks(facts),
        headline => headline(facts),
        more => lines::more(facts),
        as_of => lines::as_of(facts),
        change => lines::change(facts),
        late => facts.late_since.map(day_hour),
        escalation => is_escalation(facts),
        stands_for => facts.stands_for,
        gap => lines::gap(facts),
        sections => sections,
        sender => facts.sender.clone(),
        contact => facts.contact.clone(),
        number => facts.number.clone(),
        answer => facts.answer.clone(),
        nth => facts.nth,
    }
}

/// What a subject says between prefix and office.
fn marks(facts: &Facts) -> String {
    let late = if facts.late_since.is_some() { "补发 " } else { "" };
    let again = if facts.nth > 1 { format!("第{}次提醒 ", facts.nth) } else { String::new() };
    let asks = if is_escalation(facts) { "商请关注 " } else { "" };
    format!("{late}{again}{asks}")
}

/// Leaders and supervisors are asked to look after it, not to post.
fn is_escalation(facts: &Facts) -> bool {
    matches!(facts.role, Role::Leader | Role::Supervisor) && !facts.stands_for
}

/// Names and titles come from platforms and lists: nothing of them may steer a line or a reader.
fn cleaned(facts: &Facts) -> Facts {
    let mut facts = facts.clone();
    for text in [
        &mut facts.office,
        &mut facts.sender,
        &mut facts.contact,
        &mut facts.prefix,
        &mut facts.number,
        &mut facts.answer,
    ] {
        *text = clean(text);
    }
    for item in &mut facts.items {
        for text in [&mut item.title, &mut item.office, &mut item.whom] {
            *text = clean(text);
        }
        if let Some(last) = &mut item.last {
            last.title = clean(&last.title);
        }
        if let Some(checked) = &mut item.checked {
            checked.by = clean(&checked.by);
        }
        item.unwatched = item.unwatched.as_deref().map(clean);
    }
    facts
}

#[cfg(test)]
mod tests;
