//! What became of the reminders of a period: how many left, and who was updated after one. The summary's
//! figures and the praise for quick answers rest on the same question, so that they cannot differ.

use super::LetterTally;
use crate::config::Config;
use crate::domain::{AccountId, Moment};
use crate::ledger::Ledger;
use crate::rules::{Profile, Severity};
use crate::store::counts::{self, SentMention};
use crate::store::{Connection, LetterKind, StoreError, answers};
use std::collections::{BTreeMap, BTreeSet};

/// Counts the letters of `span`. 提醒后已更新: a counted update after the account's first reminder of the
/// span left and before `end`. A reminder that was withdrawn (更正) asked for nothing.
///
/// # Errors
/// Those of the store.
pub(super) fn tally(
    conn: &Connection,
    config: &Config,
    (ledger, profile): (&Ledger, &Profile),
    (from, until): (Moment, Moment),
    end: Moment,
) -> Result<LetterTally, StoreError> {
    let mentions = counts::sent_mentions(conn, from, until)?;
    let standing = first_reminders(&mentions);
    let updated = standing.iter().filter(|(id, at)| is_updated(ledger, profile, **id, (**at, end))).count();
    let (alarms, reminders) = letters(config, &mentions);
    let others: u32 = [LetterKind::Reminder, LetterKind::Summary, LetterKind::Result, LetterKind::Digest]
        .into_iter()
        .map(|kind| counts::count_sent(conn, kind, from, until))
        .sum::<Result<u32, StoreError>>()?;
    Ok(LetterTally {
        sent: others,
        alarms,
        reminders,
        updated: number(updated),
        waiting: number(standing.len() - updated),
        unsettled: number(answers::open(conn)?.len()),
        by_account: by_account(&mentions),
    })
}

/// Accounts that were updated on the day on which a reminder about them left, after it.
///
/// # Errors
/// Those of the store.
pub(super) fn prompt(
    conn: &Connection,
    (ledger, profile): (&Ledger, &Profile),
    (from, until): (Moment, Moment),
) -> Result<BTreeSet<AccountId>, StoreError> {
    let mentions = counts::sent_mentions(conn, from, until)?;
    let on_that_day = |mention: &&SentMention| {
        let day_end = Moment::start_of(mention.at.date()).plus_days(1);
        is_updated(ledger, profile, mention.account, (mention.at, day_end))
    };
    Ok(mentions.iter().filter(|m| !m.withdrawn).filter(on_that_day).map(|mention| mention.account).collect())
}

/// Whether a counted update surely lies in `[from, until)`.
fn is_updated(ledger: &Ledger, profile: &Profile, id: AccountId, (from, until): (Moment, Moment)) -> bool {
    let evidence = ledger.evidence(id);
    let told = evidence.tallies.iter().filter_map(crate::rules::Tally::newest);
    evidence.posts.iter().cloned().chain(told).any(|post| {
        let within = from <= post.when.earliest() && post.when.latest() < until;
        within && post.counts_at(until) && (profile.count_reposts || !post.repost)
    })
}

/// When the first reminder about each account left, of those that stand.
fn first_reminders(mentions: &[SentMention]) -> BTreeMap<AccountId, Moment> {
    let mut first: BTreeMap<AccountId, Moment> = BTreeMap::new();
    for mention in mentions.iter().filter(|mention| !mention.withdrawn) {
        let at = first.entry(mention.account).or_insert(mention.at);
        *at = mention.at.min(*at);
    }
    first
}

/// Letters about silence (告警提醒), and the others.
fn letters(config: &Config, mentions: &[SentMention]) -> (u32, u32) {
    let vetoes = config.profile.rules.iter().filter(|rule| rule.severity == Severity::Veto);
    let vetoes: BTreeSet<&str> = vetoes.map(|rule| rule.name.as_str()).collect();
    let all: BTreeSet<i64> = mentions.iter().map(|mention| mention.letter).collect();
    let urgent = mentions.iter().filter(|mention| vetoes.contains(mention.rule.as_str()));
    let urgent: BTreeSet<i64> = urgent.map(|mention| mention.letter).collect();
    (number(urgent.len()), number(all.len() - urgent.len()))
}

/// How often each account's operators were written to.
fn by_account(mentions: &[SentMention]) -> BTreeMap<AccountId, u32> {
    let mut by_account: BTreeMap<AccountId, u32> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for mention in mentions {
        // A leader's copy is no further reminder of the office.
        let times = by_account.entry(mention.account).or_default();
        *times += u32::from(mention.to_operator && told.insert((mention.letter, mention.account)));
    }
    by_account
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(account: i64, at: &str, withdrawn: bool) -> SentMention {
        let at = Moment::parse(at).unwrap();
        let rule = "weekly".to_owned();
        SentMention { letter: at.unix(), account: AccountId(account), rule, to_operator: true, at, withdrawn }
    }

    #[test]
    fn the_first_reminder_that_stands_is_the_one_to_answer() {
        let thursday = "2026-07-16 09:00";
        let friday = "2026-07-17 09:00";
        let mentions = [
            mention(1, friday, false),
            mention(1, thursday, false),
            mention(2, thursday, true),
            mention(2, friday, false),
        ];
        let first = first_reminders(&mentions);
        assert_eq!(first[&AccountId(1)], Moment::parse(thursday).unwrap());
        assert_eq!(first[&AccountId(2)], Moment::parse(friday).unwrap());
        assert!(first_reminders(&[mention(3, friday, true)]).is_empty(), "nothing was asked of it");
    }
}
