//! Which reminders are owed now, to whom, and why (DESIGN §7). Pure: it reads no clock, sends
//! nothing, and gives the same answer to the same values, so that a crash between deciding and
//! sending changes nothing.

mod causes;
mod ladder;

pub use causes::{causes, last_update, may_remind, watched_today};
pub use ladder::{Rung, office_hour, silence_deadline, silence_rungs, week_rungs, working_day_from};

use crate::domain::{Account, AccountId, Moment, Role, Roster};
use crate::rules::calendar::Calendar;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One rule that an account has not met yet, with the moments at which somebody is to hear of it.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// Whose.
    pub account: &'a Account,
    /// Who answers for it, and when.
    pub people: &'a Roster,
    /// Name of the rule.
    pub rule: &'a str,
    /// The week's Monday, or the date of the last counted update.
    pub anchor: NaiveDate,
    /// First moment at which an update comes too late.
    pub deadline: Moment,
    /// When whom, ascending.
    pub rungs: Vec<Rung>,
}

/// A mention that is in the outbox already, whatever became of its letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// Its anchor.
    pub anchor: NaiveDate,
    /// Its rung.
    pub stage: String,
    /// The address.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// When it was due.
    pub slot: Moment,
    /// Its letter left, or somebody was called.
    pub heard: bool,
}

/// One thing that one letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedMention {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// Its anchor.
    pub anchor: NaiveDate,
    /// Its rung.
    pub stage: String,
    /// First moment at which an update comes too late.
    pub deadline: Moment,
    /// Letters about this anchor that this recipient had before.
    pub earlier: u32,
    /// Whom it was meant for, when that role has no address.
    pub stands_for: Option<Role>,
}

/// One letter owed to one person: everything that is due for that person now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedLetter {
    /// The address.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// The latest of the moments at which its mentions were due, after shifting.
    pub slot: Moment,
    /// After this every mention is pointless.
    pub not_after: Moment,
    /// What it says, most urgent first.
    pub mentions: Vec<OwedMention>,
}

impl OwedLetter {
    /// What is spent, and heard, once this letter has been told.
    pub fn spends(&self) -> impl Iterator<Item = Spent> {
        self.mentions.iter().map(|mention| Spent {
            account: mention.account,
            rule: mention.rule.clone(),
            anchor: mention.anchor,
            stage: mention.stage.clone(),
            recipient: self.recipient.clone(),
            role: self.role,
            slot: self.slot,
            heard: true,
        })
    }
}

/// Every letter that is owed at `now`. What is `spent` is not owed again. A rung of an
/// earlier day that was not sent then (downtime, a post that disappeared, 正式 begun since) waits as
/// [`next`] says.
pub fn owed(
    causes: &[Cause<'_>],
    clerk: &[String],
    spent: &BTreeSet<Spent>,
    calendar: &Calendar,
    now: Moment,
) -> Vec<OwedLetter> {
    letters(
        due(causes, now).filter(|(cause, rung)| opens(cause, rung, calendar, now).is_none()),
        clerk,
        spent,
        (calendar, now),
    )
}

/// The letters that are due at `now` and wait, with the moment at which each may leave, if nothing changes.
pub fn waiting(
    causes: &[Cause<'_>],
    clerk: &[String],
    spent: &BTreeSet<Spent>,
    calendar: &Calendar,
    now: Moment,
) -> Vec<(Moment, OwedLetter)> {
    let opening = |(cause, rung): (&Cause<'_>, &Rung)| opens(cause, rung, calendar, now);
    let moments: BTreeSet<Moment> = due(causes, now).filter_map(opening).collect();
    let then = |at: Moment| {
        let held = due(causes, now).filter(|due| opening(*due) == Some(at)).map(|(cause, _)| cause);
        let fallen_due = held.filter_map(|cause| Some((cause, latest(cause, at)?)));
        letters(fallen_due, clerk, spent, (calendar, at))
            .into_iter()
            .map(move |letter| (at, letter))
            .collect::<Vec<_>>()
    };
    moments.into_iter().flat_map(then).collect()
}

/// When something may be owed next: a rung, or the hour for which one waits that is due.
pub fn next(causes: &[Cause<'_>], calendar: &Calendar, now: Moment) -> Option<Moment> {
    let rungs = causes.iter().flat_map(|cause| &cause.rungs).map(|rung| rung.slot).filter(|slot| *slot > now);
    rungs.chain(due(causes, now).filter_map(|(cause, rung)| opens(cause, rung, calendar, now))).min()
}

/// Each cause that can still be mended, with the rung that it has come to.
pub fn due<'c, 'a>(causes: &'c [Cause<'a>], now: Moment) -> impl Iterator<Item = (&'c Cause<'a>, &'c Rung)> {
    let open = causes.iter().filter(move |cause| now < cause.deadline);
    open.filter_map(move |cause| Some((cause, latest(cause, now)?)))
}

fn latest<'c>(cause: &'c Cause<'_>, now: Moment) -> Option<&'c Rung> {
    cause.rungs.iter().rfind(|rung| rung.slot <= now)
}

/// Until when a rung of an earlier day waits; `None`: it leaves. It waits for office hours, or for the next
/// rung. Where both would be too late it leaves on a day off or in the evening, since it can still save the
/// account, but at night not before the hour of the leads.
fn opens(cause: &Cause<'_>, rung: &Rung, calendar: &Calendar, now: Moment) -> Option<Moment> {
    let hour = rung.slot.beijing().time();
    let morning = office_hour(calendar, hour, now);
    if rung.slot.date() == now.date() || morning == now {
        return None;
    }
    let later = cause.rungs.iter().map(|rung| rung.slot).filter(|slot| *slot > now);
    let in_time = later.chain([morning]).filter(|at| *at < cause.deadline).min();
    in_time.or(Some(Moment::from_beijing(now.date().and_time(hour))).filter(|at| now < *at && *at < cause.deadline))
}

fn letters<'c, 'a: 'c>(
    due: impl Iterator<Item = (&'c Cause<'a>, &'c Rung)>,
    clerk: &[String],
    spent: &BTreeSet<Spent>,
    (calendar, now): (&Calendar, Moment),
) -> Vec<OwedLetter> {
    let mut letters: BTreeMap<String, OwedLetter> = BTreeMap::new();
    for (cause, rung) in due {
        for (recipient, role, stands_for) in audience(cause, rung, clerk, spent, calendar, now) {
            let mention = mention(cause, rung, &recipient, spent, stands_for);
            if of_anchor(cause, spent).any(|s| s.stage == mention.stage && s.recipient == recipient) {
                continue;
            }
            let letter = letters.entry(recipient.clone()).or_insert_with(|| empty(recipient, role));
            letter.slot = letter.slot.max(rung.slot);
            letter.not_after = letter.not_after.max(cause.deadline);
            letter.role = letter.role.min(role);
            letter.mentions.push(mention);
        }
    }
    letters.into_values().map(sorted).collect()
}

fn empty(recipient: String, role: Role) -> OwedLetter {
    OwedLetter { recipient, role, slot: Moment::MIN, not_after: Moment::MIN, mentions: Vec::new() }
}

fn sorted(mut letter: OwedLetter) -> OwedLetter {
    letter.mentions.sort_by_key(|mention| (mention.deadline, mention.account));
    letter
}

fn mention(
    cause: &Cause<'_>,
    rung: &Rung,
    recipient: &str,
    spent: &BTreeSet<Spent>,
    stands_for: Option<Role>,
) -> OwedMention {
    let earlier = of_anchor(cause, spent).filter(|s| s.recipient == recipient).count();
    OwedMention {
        account: cause.account.id,
        rule: cause.rule.to_owned(),
        anchor: cause.anchor,
        stage: rung.stage.clone(),
        deadline: cause.deadline,
        earlier: u32::try_from(earlier).unwrap_or(u32::MAX),
        stands_for,
    }
}

/// What was sent about this anchor: the set is sorted by account, rule and anchor first.
fn of_anchor<'s>(cause: &'s Cause<'_>, spent: &'s BTreeSet<Spent>) -> impl Iterator<Item = &'s Spent> {
    let first = Spent {
        account: cause.account.id,
        rule: cause.rule.to_owned(),
        anchor: cause.anchor,
        stage: String::new(),
        recipient: String::new(),
        role: Role::Operator,
        slot: Moment::MIN,
        heard: false,
    };
    let same = |s: &&Spent| s.account == cause.account.id && s.rule == cause.rule && s.anchor == cause.anchor;
    spent.range(first..).take_while(same)
}

/// The addresses that a rung reaches. Nobody above the operator hears before the operator had a
/// letter at least one working day earlier, except on the last rung.
fn audience(
    cause: &Cause<'_>,
    rung: &Rung,
    clerk: &[String],
    spent: &BTreeSet<Spent>,
    calendar: &Calendar,
    now: Moment,
) -> Vec<(String, Role, Option<Role>)> {
    let day_before = calendar.working_before(now.date());
    let operator_heard =
        of_anchor(cause, spent).any(|s| s.heard && s.role == Role::Operator && s.slot.date() <= day_before);
    let may_hear = |role: &Role| *role == Role::Operator || rung.last || operator_heard;
    let mut reached: Vec<(String, Role, Option<Role>)> = Vec::new();
    for role in rung.roles.iter().copied().filter(may_hear) {
        for found in recipients(cause.people, cause.account, role, rung.slot.date(), clerk) {
            if !reached.iter().any(|(address, ..)| *address == found.0) {
                reached.push(found);
            }
        }
    }
    reached
}

/// The addresses of whoever has the role on that day. Where nobody is named for a role above the operator,
/// those of the next role up; for the operator nobody above stands in, since nobody above may hear first.
/// Else, and where somebody is named who can only be called or whose addresses refuse letters or send them
/// back, the clerk's (无联系人), who calls or names another contact: nothing is redirected to a leader by
/// itself (mail.md "Acknowledgement and escalation"). With each address: as whom, and for whom it stands.
pub fn recipients(
    people: &Roster,
    account: &Account,
    role: Role,
    day: NaiveDate,
    clerk: &[String],
) -> Vec<(String, Role, Option<Role>)> {
    for next in Role::ALL.into_iter().filter(|next| *next >= role) {
        let found = people.reachable(account, next, day);
        if !found.is_empty() {
            let stands_for = (next != role).then_some(role);
            return found.into_iter().map(|address| (address, role, stands_for)).collect();
        }
        let is_named = !people.addresses(account, next, day).is_empty()
            || people.serving(account, next, day).iter().any(|person| person.has_phone());
        if is_named || next == Role::Operator {
            break;
        }
    }
    clerk.iter().map(|address| (address.clone(), role, Some(role))).collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
