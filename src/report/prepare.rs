//! From the store to a report: loads the evidence of a period, judges every check of it under the
//! profile asked for, and composes. It writes nothing.

use super::compose::Roll;
use super::figures::figures;
use super::trend::trend;
use super::{
    Block, Facts, LetterTally, ListChange, Piece, Progress, Report, Verified, followup, history, leader, month,
    quarter, reminded, week,
};
use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, Period, Post, State, Week};
use crate::issued;
use crate::ledger::{self, Ledger};
use crate::repair::{self, Followed};
use crate::rules::WindowKind;
use crate::rules::{AccountResult, Decisions, Grade, Profile, Verdict, VerdictKind, grades};
use crate::store::{Connection, StoreError, attachments, findings, looks};
use crate::tables::{self, Attachment, Style};
use crate::warn::{last_update, may_remind, silence_deadline};
use crate::wording::{self, Said, Wording, WordsFinding};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Everything that a report of one period rests on.
pub struct Prepared {
    /// What it covers.
    pub period: Period,
    /// The rules that judged.
    pub profile: Profile,
    /// The checks of the period.
    pub checks: Vec<Check>,
    /// Every verdict.
    pub verdicts: Vec<Verdict>,
    /// One result an account.
    pub results: Vec<AccountResult>,
    /// As of when.
    pub now: Moment,
    region: String,
    ledger: Ledger,
    newest: BTreeMap<AccountId, Post>,
    verified: BTreeMap<AccountId, Verified>,
    tally: LetterTally,
    progress: Progress,
    changes: Vec<ListChange>,
    decisions: Decisions,
    cleared: Vec<Verdict>,
    dropped: Vec<Verdict>,
    followed: Followed,
    next_week: Vec<String>,
    attachments: Vec<Attachment>,
}

impl Prepared {
    /// Loads and judges.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(
        conn: &Connection,
        config: &Config,
        profile: &Profile,
        period: Period,
        now: Moment,
    ) -> Result<Prepared, StoreError> {
        let checks = config.checks_of(period);
        let ledger = Ledger::for_checks(conn, config, profile, &checks)?;
        let mut verdicts: Vec<Verdict> = checks.iter().flat_map(|check| ledger.judge(profile, *check, now)).collect();
        let decisions = findings::decisions(conn, &profile.name)?;
        let cleared = decisions.clear_false(&mut verdicts);
        let dropped = issued::drop_repaired(conn, config, profile, period, &mut verdicts)?;
        let results = grades(profile, ledger.accounts.iter().map(|account| account.id), &verdicts);
        let held = checks.iter().map(|check| check.at).filter(|at| *at <= now).max();
        let span = span_of_letters(&checks, period.search_span().1);
        let end = checks.iter().map(|check| check.at).max().unwrap_or(now).min(now);
        let mut prepared = Prepared {
            newest: newest(conn, period, &results, held.unwrap_or(now))?,
            verified: verified(conn, &ledger)?,
            tally: reminded::tally(conn, config, (&ledger, profile), span, end)?,
            progress: match period {
                Period::Week(week) => history::progress(conn, config, (&ledger, profile), week, span)?,
                _ if profile.script.says(Piece::Praise) => {
                    let left_out = dropped.iter().map(|verdict| verdict.account).collect();
                    history::praise(conn, config, (&ledger, profile), (period, now), span, (&results, &left_out))?
                }
                _ => Progress::default(),
            },
            changes: history::list_changes(conn, &ledger.accounts, span)?,
            next_week: next_week(config, &ledger, now),
            attachments: attachments::of(conn, period)?,
            decisions,
            cleared,
            dropped,
            followed: Followed::default(),
            region: config.office.region.clone(),
            profile: profile.clone(),
            period,
            checks,
            ledger,
            verdicts,
            results,
            now,
        };
        prepared.followed = issued::followed(conn, config, &prepared)?;
        Ok(prepared)
    }

    /// The document, with its running number (weekly summaries only; else 0).
    pub fn compose(&self, number: u32) -> Report {
        let facts = self.facts(number);
        let mut report = match self.period {
            Period::Week(_) => {
                let mut report = week(&facts);
                repair::append(&mut report, &self.followed, self.followed.day);
                return report;
            }
            Period::Month(_) => month(&facts),
            Period::Quarter(_) => quarter(&facts),
        };
        let checks = self.check_dates();
        tables::place(&mut report, &self.attachments, self.style(checks.as_deref()));
        report.blocks.extend(trend(&facts).into_iter().map(Block::Chart));
        report
    }

    /// Puts the office's own words into a report of [`Prepared::compose`]; without them, what the tables
    /// add up to. Tells what is missing in them.
    pub fn say(&self, report: &mut Report, words: Option<&Wording>) -> Vec<WordsFinding> {
        let checks = self.check_dates();
        let style = self.style(checks.as_deref());
        let Some(words) = words else {
            let said = tables::tally_sentence(&self.attachments, style);
            wording::place(report, said.map(|said| Said::of("信息报送情况", said)).into_iter().collect());
            self.follow(report);
            return Vec::new();
        };
        let filled = wording::fill(words, &self.fields(), self.profile.digits());
        if self.profile.script.says(Piece::Overall) {
            wording::place(report, filled.said);
        } else {
            wording::place_before(report, filled.said);
        }
        self.follow(report);
        filled.findings
    }

    /// What became of the last paper's problems, and of those that this one leaves out. After the office's
    /// words, whose first section is the first heading.
    fn follow(&self, report: &mut Report) {
        repair::place(report, &self.followed, self.now.date());
        let mut dropped: Vec<AccountId> = self.dropped.iter().map(|verdict| verdict.account).collect();
        dropped.dedup();
        let unclear = |result: &&AccountResult| result.grade == Grade::Unclear && dropped.contains(&result.account);
        let undecided = self.results.iter().filter(unclear).count();
        let names: Vec<String> = dropped.iter().map(|account| self.title(*account)).collect();
        report.footnotes.extend(repair::dropped_note(&names, undecided));
    }

    /// Every field that the office's words may use, computed from what the report prints.
    pub fn fields(&self) -> BTreeMap<String, String> {
        let checks = self.check_dates();
        let mut fields = {
            let facts = self.facts(0);
            figures(&facts, &Roll::of(&facts))
        };
        fields.extend(tables::fields(&self.attachments, self.style(checks.as_deref())));
        fields
    }

    fn check_dates(&self) -> Option<String> {
        let held: Vec<Check> = self.checks.iter().copied().filter(|check| check.at <= self.now).collect();
        super::words::check_dates(&held)
    }

    fn style<'a>(&'a self, checks: Option<&'a str>) -> Style<'a> {
        Style { rules: &self.profile.tables, digits: self.profile.digits(), checks }
    }

    /// The weekly summary on the leader's one page.
    pub fn compose_for_leader(&self, number: u32) -> Report {
        leader(&self.facts(number))
    }

    /// What became of the rows that the summary of that number left open.
    pub fn compose_followup(&self, number: u32, rows: &[(AccountId, String)]) -> Report {
        followup(&self.facts(number), rows)
    }

    /// Accounts and rules that only wait for a source's declared delay.
    pub fn awaited(&self) -> Vec<(AccountId, String)> {
        let open = self.verdicts.iter().filter(|verdict| verdict.awaits_data(self.now));
        open.map(|verdict| (verdict.account, verdict.rule.clone())).collect()
    }

    /// Whether one of these was missed, as far as nobody has called it a 误报.
    pub fn is_missed(&self, rows: &[(AccountId, String)]) -> bool {
        let among = |v: &Verdict| rows.iter().any(|(account, rule)| *account == v.account && *rule == v.rule);
        self.verdicts.iter().any(|v| matches!(v.kind, VerdictKind::Missed { .. }) && among(v))
    }

    /// Whether anything was found, or could not be seen.
    pub fn has_trouble(&self) -> bool {
        self.results.iter().any(|result| matches!(result.grade, Grade::Failed | Grade::Problem | Grade::Unclear))
    }

    fn facts(&self, number: u32) -> Facts<'_> {
        Facts {
            period: self.period,
            profile: &self.profile,
            region: &self.region,
            checks: &self.checks,
            accounts: &self.ledger.accounts,
            results: &self.results,
            verdicts: &self.verdicts,
            decisions: &self.decisions,
            cleared: &self.cleared,
            newest: &self.newest,
            verified: &self.verified,
            letters: &self.tally,
            progress: &self.progress,
            list_changes: &self.changes,
            next_week: &self.next_week,
            number,
            now: self.now,
        }
    }

    /// Nothing waits for a source's declared delay, and every check has been held.
    pub fn is_settled(&self) -> bool {
        self.checks.iter().all(|check| check.at <= self.now)
            && !self.verdicts.iter().any(|verdict| verdict.awaits_data(self.now))
    }

    /// Every verdict as it was judged, whatever a person said of it.
    pub fn judged(&self) -> Vec<Verdict> {
        let key = |verdict: &Verdict| (verdict.account, verdict.rule.clone(), verdict.window, verdict.check);
        let taken: BTreeMap<_, &Verdict> = self.cleared.iter().chain(&self.dropped).map(|v| (key(v), v)).collect();
        self.verdicts.iter().map(|verdict| (*taken.get(&key(verdict)).unwrap_or(&verdict)).clone()).collect()
    }

    /// Missed verdicts that the paper leaves out, because they were repaired before it is issued.
    pub fn dropped(&self) -> &[Verdict] {
        &self.dropped
    }

    /// Whether the lists of the paper hold a missed verdict that stands: not of an account that is 关停公告中,
    /// nor a week behind a veto where the profile hides it.
    pub(crate) fn lists(&self, verdict: &Verdict) -> bool {
        let own = self.results.iter().find(|result| result.account == verdict.account);
        own.is_some_and(|result| result.names(&self.profile, verdict)) && !self.is_closing(verdict.account)
    }

    /// 关停公告中 when the last check was held: such accounts stand apart, and are not counted.
    pub(crate) fn is_closing(&self, account: AccountId) -> bool {
        let end = self.checks.iter().map(|check| check.at).filter(|at| *at <= self.now).max().unwrap_or(self.now);
        self.ledger.account(account).is_some_and(|account| account.state_at(end) == State::Closing)
    }

    /// What persons have decided.
    pub(crate) fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// The evidence.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The last counted update of an account before the last check that was held.
    pub(crate) fn newest(&self, account: AccountId) -> Option<&Post> {
        self.newest.get(&account)
    }

    /// How people tell an account from others, its platform as papers print it.
    pub(crate) fn title(&self, account: AccountId) -> String {
        self.ledger.account(account).map_or_else(String::new, |account| self.profile.titled(account))
    }

    /// The accounts, in the order of the list.
    pub fn accounts(&self) -> &[crate::domain::Account] {
        &self.ledger.accounts
    }
}

/// The last counted update before `end`; of a vetoed account before the check that it failed, where a
/// paper covers several.
fn newest(
    conn: &Connection,
    period: Period,
    results: &[AccountResult],
    end: Moment,
) -> Result<BTreeMap<AccountId, Post>, StoreError> {
    let mut newest = ledger::newest(conn, end)?;
    if matches!(period, Period::Week(_)) {
        return Ok(newest);
    }
    for (id, veto) in results.iter().filter_map(|result| Some((result.account, result.vetoes.last()?))) {
        newest.remove(&id);
        newest.extend(ledger::newest_of(conn, id, veto.check.at)?.map(|post| (id, post)));
    }
    Ok(newest)
}

/// Letters count for the weeks that the checks counted.
fn span_of_letters(checks: &[Check], until: Moment) -> (Moment, Moment) {
    let weeks: Vec<Week> = checks.iter().map(|check| Week::closed_before(check.nominal)).collect();
    let start = weeks.iter().map(|week| week.start()).min().unwrap_or(until);
    let end = weeks.iter().map(|week| week.end()).max().unwrap_or(until);
    (start, end)
}

fn verified(conn: &Connection, ledger: &Ledger) -> Result<BTreeMap<AccountId, Verified>, StoreError> {
    let read = looks::last_good(conn)?.into_iter();
    let mut verified: BTreeMap<AccountId, Verified> =
        read.map(|(account, (at, by))| (account, Verified { at, by })).collect();
    for account in ledger.accounts.iter() {
        for watch in ledger.evidence(account.id).watches {
            let crate::domain::WatchOrigin::Person(name) = &watch.origin else { continue };
            if verified.get(&account.id).is_none_or(|known| known.at < watch.at) {
                verified.insert(account.id, Verified { at: watch.at, by: name.clone() });
            }
        }
    }
    Ok(verified)
}

/// Section 八: the next check, closures, and who reaches the limit of silence before it.
fn next_week(config: &Config, ledger: &Ledger, now: Moment) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(next) = config.checks_between(now.plus(1), now.plus_days(40)).into_iter().next() else { return notes };
    notes.push(format!("下次检查：{}", next.at.beijing().format("%-m月%-d日%-H时")));
    let days = now.date().iter_days().skip(1).take(10);
    let closures: Vec<_> = days.filter_map(|day| config.calendar.closure(day)).collect();
    if let Some(closure) = closures.first() {
        notes.push(format!(
            "{}放假：{}至{}",
            closure.name,
            closure.first.format("%-m月%-d日"),
            closure.last.format("%-m月%-d日")
        ));
    }
    let limit = next.at.plus_days(7);
    for account in ledger.accounts.iter().filter(|account| account.state_at(now).is_judged()) {
        for rule in config.profile.rules_on(now.date()) {
            let WindowKind::Days { days, .. } = rule.window else { continue };
            let seen = |last: &NaiveDate| may_remind(ledger, account, Moment::start_of(*last).plus_days(1), now);
            let Some(last) = last_update(ledger, account, now).filter(seen) else { continue };
            let deadline = silence_deadline(rule.window, last);
            if now < deadline && deadline <= limit && deadline.plus_days(-7) <= now {
                let day = deadline.plus(-1).beijing();
                notes.push(format!("{}：{}满{days}天", account.title(), day.format("%-m月%-d日")));
            }
        }
    }
    notes
}
