//! Everything that the papers of one period rest on, loaded once. It writes nothing.

use crate::bulletin::{Basis, Finding, Head, Outcome, Printed, Reminder, Standing, Stood, words};
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Period, Post, Role};
use crate::mail::preview::rung;
use crate::report::{Paper, Prepared, Report};
use crate::rules::{AccountResult, Decisions, Grade, Rule, Verdict, VerdictKind, WindowKind};
use crate::store::repairs::{self, Reminded};
use crate::store::{Connection, StoreError};
use crate::wording::{Wording, WordsFinding};
use std::collections::BTreeSet;

/// Reminders may leave so many days before the window that they speak of (节前提示 before a closure).
const REMINDED_DAYS: i64 = 30;

/// A period with its verdicts and findings, under the configured profile.
pub struct Dossier {
    /// The verdicts, and the report that they make.
    pub prepared: Prepared,
    /// Every missed verdict, also those that were called a 误报: accounts in the order of the list, then
    /// by check. One window that two checks share stands once.
    pub findings: Vec<Finding>,
    /// The head of its papers.
    pub head: Head,
    judged: Vec<Verdict>,
    paper: Paper,
}

impl Dossier {
    /// Loads and judges.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(conn: &Connection, config: &Config, period: Period, now: Moment) -> Result<Dossier, StoreError> {
        let prepared = Prepared::load(conn, config, &config.profile, period, now)?;
        let judged = prepared.judged();
        let reminded = reminded(conn, &judged)?;
        let findings = findings(&prepared, &judged, &reminded);
        let paper = config.report.paper.numbered(None, None);
        Ok(Dossier { head: head(config, period, now), prepared, findings, judged, paper })
    }

    /// The verdicts as they were judged, whatever a person said of them.
    pub fn judged(&self) -> &[Verdict] {
        &self.judged
    }

    /// The 通报 as it would be printed now, and what is missing in the office's own words.
    pub fn circular(&self, words: Option<&Wording>) -> (Report, Vec<WordsFinding>) {
        let mut report = self.prepared.compose(0);
        report.paper = Some(self.paper.clone());
        let missing = self.prepared.say(&mut report, words);
        (report, missing)
    }

    /// What every rule comes to for every account.
    pub fn stood(&self) -> Vec<Stood> {
        let of =
            |verdict| stood(verdict, self.prepared.decisions(), printed(&self.prepared, verdict) == Printed::Listed);
        self.judged.iter().map(of).collect()
    }

    /// How people tell an account from others, its platform as papers print it.
    pub fn title(&self, id: AccountId) -> String {
        self.prepared.title(id)
    }

    /// Findings that no person has decided on.
    pub fn waiting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.standing == Standing::Waiting)
    }

    /// Findings that the paper names.
    pub fn standing(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_listed())
    }

    /// Accounts that could not be judged, as people name them; those that are 关停公告中 are not counted.
    pub fn unclear(&self) -> Vec<String> {
        self.undecided().map(|result| self.title(result.account)).collect()
    }

    /// The same in two: those of which nothing was found, which were not checked, and those with findings,
    /// which were checked in part.
    pub(super) fn unchecked(&self) -> (Vec<String>, Vec<String>) {
        let found: BTreeSet<_> =
            self.findings.iter().filter(|one| !one.standing.is_false()).map(|one| one.account).collect();
        let (in_part, not_at_all): (Vec<&AccountResult>, Vec<&AccountResult>) =
            self.undecided().partition(|result| found.contains(&result.account));
        let names = |all: Vec<&AccountResult>| all.iter().map(|result| self.title(result.account)).collect();
        (names(not_at_all), names(in_part))
    }

    fn undecided(&self) -> impl Iterator<Item = &AccountResult> {
        let unclear = self.prepared.results.iter().filter(|result| result.grade == Grade::Unclear);
        unclear.filter(|result| !self.prepared.is_closing(result.account))
    }
}

/// The head of the papers of a period.
pub(crate) fn head(config: &Config, period: Period, now: Moment) -> Head {
    Head {
        period,
        profile: config.profile.name.clone(),
        region: config.office.region.clone(),
        office: config.office.name.clone(),
        contact: config.office.contact.clone(),
        basis: config.profile.basis.clone(),
        now,
    }
}

/// What a verdict comes to.
pub(super) fn stood(verdict: &Verdict, decisions: &Decisions, printed: bool) -> Stood {
    Stood {
        account: verdict.account,
        rule: verdict.rule.clone(),
        window: verdict.window,
        check: verdict.check,
        outcome: Outcome::of(verdict, decisions),
        label: verdict.label.clone(),
        seen: verdict.kind.seen(),
        printed,
    }
}

/// The reminders that may speak of these windows.
pub(super) fn reminded(conn: &Connection, judged: &[Verdict]) -> Result<Vec<Reminded>, StoreError> {
    let missed = || judged.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. }));
    let Some(from) = missed().map(|verdict| verdict.window.from).min() else { return Ok(Vec::new()) };
    let until = missed().map(|verdict| verdict.check.at).max().unwrap_or(from);
    repairs::reminders(conn, from.plus_days(-REMINDED_DAYS), until)
}

fn findings(prepared: &Prepared, judged: &[Verdict], reminded: &[Reminded]) -> Vec<Finding> {
    let missed = judged.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. }));
    let mut seen = BTreeSet::new();
    let mut first: Vec<&Verdict> = missed.collect();
    first.sort_by_key(|verdict| (verdict.check.at, verdict.account));
    first.retain(|verdict| seen.insert((verdict.account, verdict.rule.clone(), verdict.window)));
    let mut found: Vec<(i64, Finding)> = Vec::new();
    for verdict in first {
        let Some(account) = prepared.ledger().account(verdict.account) else { continue };
        found.push((account.position, finding(prepared, account, verdict, reminded)));
    }
    found.sort_by_key(|(position, finding)| (*position, finding.check, finding.rule.clone()));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn finding(prepared: &Prepared, account: &Account, verdict: &Verdict, reminded: &[Reminded]) -> Finding {
    let kind = window_kind(prepared, verdict);
    let basis = match &verdict.kind {
        VerdictKind::Missed { proof, .. } => proof.basis().iter().map(Basis::of).collect(),
        _ => Vec::new(),
    };
    let office = if account.supervisor.trim().is_empty() { &account.office } else { &account.supervisor };
    Finding {
        account: account.id,
        name: account.name.clone(),
        platform: prepared.profile.prints(account.platform.name()).to_owned(),
        office: if office.trim().is_empty() { "（未登记单位）".to_owned() } else { office.clone() },
        rule: verdict.rule.clone(),
        demand: kind.map_or_else(String::new, |kind| words::rule(kind, verdict.required)),
        label: verdict.label.clone().unwrap_or_default(),
        window: verdict.window,
        check: verdict.check,
        seen: verdict.kind.seen(),
        required: verdict.required,
        basis: sorted(basis),
        last: last_update(prepared, verdict).map(|post| (post.when, post.title)),
        reminders: about(verdict, kind, reminded).map(|one| reminder(one, verdict.check.at)).collect(),
        standing: standing(prepared.decisions(), verdict),
        printed: printed(prepared, verdict),
    }
}

/// Where the paper has it, unless it is a 误报: the one place that says so.
fn printed(prepared: &Prepared, verdict: &Verdict) -> Printed {
    let is_repaired = prepared.dropped().iter().any(|dropped| dropped.account == verdict.account);
    match prepared.lists(verdict) {
        _ if is_repaired => Printed::Repaired,
        true => Printed::Listed,
        false => Printed::Unlisted,
    }
}

fn sorted(mut basis: Vec<Basis>) -> Vec<Basis> {
    basis.sort_by_key(|basis| basis.at);
    basis
}

fn window_kind(prepared: &Prepared, verdict: &Verdict) -> Option<WindowKind> {
    let rules: Vec<&Rule> = prepared.profile.rules.iter().filter(|rule| rule.name == verdict.rule).collect();
    let fits = |rule: &&&Rule| crate::rules::window_of(rule.window, verdict.check) == verdict.window;
    rules.iter().find(fits).or(rules.last()).map(|rule| rule.window)
}

/// The newest counted update before the check that is known.
pub(super) fn last_update(prepared: &Prepared, verdict: &Verdict) -> Option<Post> {
    let evidence = prepared.ledger().evidence(verdict.account);
    let check = verdict.check.at;
    let before = |post: &Post| post.counts_at(check) && post.when.earliest() < check;
    let known = evidence.posts.iter().filter(|post| before(post)).cloned();
    let told = evidence.tallies.iter().filter_map(|row| row.newest()).filter(|post| post.when.earliest() < check);
    let newest = prepared.newest(verdict.account).filter(|post| before(post)).cloned();
    known.chain(told).chain(newest).max_by_key(|post| post.when.latest())
}

/// The reminders that spoke of a verdict's window.
pub(super) fn about<'a>(
    verdict: &'a Verdict,
    kind: Option<WindowKind>,
    reminded: &'a [Reminded],
) -> impl Iterator<Item = &'a Reminded> {
    let window = verdict.window;
    let fits = move |one: &&Reminded| match kind {
        Some(WindowKind::Days { .. }) => {
            let at = one.told().unwrap_or(one.at);
            window.from <= at && at < verdict.check.at
        }
        _ => window.from.date() <= one.anchor && Moment::start_of(one.anchor) < window.until,
    };
    reminded.iter().filter(|one| one.account == verdict.account && one.rule == verdict.rule).filter(fits)
}

/// Letters that somebody got or may have got, in the words of a table: no address, no text of a server. A
/// call after the check has reminded nobody of it.
fn reminder(one: &Reminded, check: Moment) -> Reminder {
    let code = one.code.map_or_else(String::new, |code| format!("（{code}）"));
    let answer = match (one.trial, one.state.as_str()) {
        (true, _) => "试运行，只作登记，没有发出".to_owned(),
        (false, "phoned") => String::new(),
        (false, "sent") => format!("已接收{code}"),
        (false, "bounced") => format!("接收后退回{code}"),
        (false, "refused") => format!("拒收{code}"),
        (false, "doubtful") => "连接中断，疑似已接收".to_owned(),
        (false, _) if one.doubted => "连接中断，疑似已接收".to_owned(),
        (false, "overtaken") => "已失效，没有发出".to_owned(),
        (false, "cancelled") => "人工取消，没有发出".to_owned(),
        (false, _) => "没有发出".to_owned(),
    };
    let role = Role::from_word(&one.role).unwrap_or(Role::Operator);
    let called = one.called.filter(|at| !one.trial && *at < check);
    Reminder { letter: one.letter, at: one.at, role, rung: rung(&one.stage), answer, sent: one.was_sent(), called }
}

fn standing(decisions: &Decisions, verdict: &Verdict) -> Standing {
    decisions.holding(verdict).map_or(Standing::Waiting, |decision| Standing::Decided {
        ruling: decision.ruling,
        by: decision.by.clone(),
        at: decision.at,
        reason: decision.reason.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn a_call_reminds_before_the_check_and_a_doubt_is_not_denied() {
        let phoned = Reminded {
            letter: 7,
            account: AccountId(1),
            rule: "weekly".to_owned(),
            anchor: at("2022-06-20 00:00").date(),
            stage: "lead-2".to_owned(),
            role: "operator".to_owned(),
            at: at("2022-06-23 09:00"),
            state: "phoned".to_owned(),
            trial: false,
            code: None,
            doubted: false,
            called: Some(at("2022-06-24 09:00")),
        };
        let check = at("2022-06-27 09:00");
        let said = |one: &Reminded| {
            let said = reminder(one, check);
            (said.answer, said.sent, said.called)
        };
        assert_eq!(said(&phoned), (String::new(), false, phoned.called));
        assert_eq!(phoned.told(), phoned.called);
        let late = Reminded { called: Some(check), ..phoned.clone() };
        assert_eq!(said(&late).2, None, "the check was over");
        let trial = Reminded { trial: true, ..phoned.clone() };
        assert_eq!((trial.told(), said(&trial).2), (None, None));
        let held = Reminded { state: "held".to_owned(), doubted: true, called: None, ..phoned };
        assert_eq!(said(&held), ("连接中断，疑似已接收".to_owned(), false, None));
    }
}
