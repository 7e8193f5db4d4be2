//! 核实: a named person stands between a verdict and a name in print. What is decided is kept with the
//! revision that it is about, and settles objections (争议) that it answers.

use super::Refusal;
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment};
use crate::ledger::Ledger;
use crate::rules::{Decisions, Profile, Ruling, Verdict, VerdictKind};
use crate::spoken::beijing;
use crate::store::reviews::{self, Objection};
use crate::store::{Connection, StoreError, Transaction, findings, meta, verdicts};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

/// An office has objected: also to uphold a result needs a reason.
pub const REASON_WANTED: &str = "该单位有异议没有办结；维持结果也要有理由";

/// What is to be decided.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What is said of it.
    pub ruling: Ruling,
    /// Why; a 误报 has a reason, and whatever an office has objected to.
    pub reason: String,
    /// Who says so.
    pub by: String,
    /// Of this account only.
    pub account: Option<AccountId>,
    /// One check is named: nothing of another one is decided.
    pub one_check: bool,
    /// What the person had before his eyes; `None`: whatever waits.
    pub shown: Option<Shown>,
}

/// What a page showed to whoever decides: nothing else is decided, and nothing if that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// One finding ([`mark`]) and the number of the decision that held for it.
    One(String, Option<i64>),
    /// All that waited ([`sum`]).
    All(String),
}

/// The findings of some checks, and what has been decided.
#[derive(Debug, Default)]
pub struct Board {
    /// The evidence.
    pub ledger: Ledger,
    /// What has been decided.
    pub decisions: Decisions,
    /// Every missed verdict, by check and account.
    pub missed: Vec<Verdict>,
    /// The accounts of whom something is unclear, which time alone may decide.
    pub unclear: BTreeSet<AccountId>,
}

/// What names a finding on a page, with all that a person reads before he decides on it.
pub fn mark(verdict: &Verdict) -> String {
    let (window, label) = (verdict.window, verdict.label.as_deref().unwrap_or_default());
    let key = format!("{} {} {} {} {label}", verdict.account.0, verdict.rule, window.from, window.until);
    short(Sha256::digest(key.as_bytes()).as_slice())
}

/// What names a set of findings.
pub fn sum<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> String {
    let marks: BTreeSet<String> = verdicts.into_iter().map(mark).collect();
    let all = marks.into_iter().fold(Sha256::new(), |sum, mark| sum.chain_update(mark.as_bytes()));
    short(all.finalize().as_slice())
}

fn short(digest: &[u8]) -> String {
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Board {
    /// Judges these checks anew; of one account only, where that is all that is asked for.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn load(
        conn: &Connection,
        config: &Config,
        checks: &[Check],
        only: Option<AccountId>,
        now: Moment,
    ) -> Result<Board, StoreError> {
        let ledger = match only {
            Some(id) => Ledger::some_for_checks(conn, config, &config.profile, &BTreeSet::from([id]), checks)?,
            None => Ledger::for_checks(conn, config, &config.profile, checks)?,
        };
        Board::of(conn, config, ledger, checks, now)
    }

    /// The same with a ledger that has what these checks need.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn of(
        conn: &Connection,
        config: &Config,
        ledger: Ledger,
        checks: &[Check],
        now: Moment,
    ) -> Result<Board, StoreError> {
        let all: BTreeSet<AccountId> = ledger.accounts.iter().map(|account| account.id).collect();
        let decisions = findings::decisions(conn, &config.profile.name)?;
        let mut board = Board { decisions, ledger, ..Board::default() };
        board.judge_again(&config.profile, checks, &all, now);
        Ok(board)
    }

    /// Judges these accounts at these checks, in place of what was known of them.
    pub fn judge_again(&mut self, profile: &Profile, checks: &[Check], accounts: &BTreeSet<AccountId>, now: Moment) {
        self.missed.retain(|verdict| !accounts.contains(&verdict.account));
        self.unclear.retain(|account| !accounts.contains(account));
        for account in accounts.iter().filter_map(|id| self.ledger.account(*id)) {
            let judged = checks.iter().flat_map(|check| self.ledger.judge_account(profile, account, *check, now));
            for verdict in judged {
                if verdict.kind.is_unclear() {
                    self.unclear.insert(verdict.account);
                } else if matches!(verdict.kind, VerdictKind::Missed { .. }) {
                    self.missed.push(verdict);
                }
            }
        }
        // One window that two checks share is one finding.
        self.missed.sort_by_key(|verdict| (verdict.check.at, verdict.account));
        let mut seen = BTreeSet::new();
        self.missed.retain(|verdict| seen.insert((verdict.account, verdict.rule.clone(), verdict.window)));
    }

    /// How people call the account.
    pub fn title(&self, id: AccountId) -> String {
        self.ledger.account(id).map_or_else(String::new, Account::title)
    }

    /// What waits for a person.
    pub fn waiting(&self) -> impl Iterator<Item = &Verdict> {
        self.missed.iter().filter(|verdict| self.decisions.awaits(verdict))
    }

    /// What a wish is about: what waits, and for one named account also what was decided otherwise; what
    /// was decided since an objection only where its check is named.
    fn wanted(&self, wish: &Wish, objections: &[Objection]) -> Result<Vec<&Verdict>, Refusal> {
        if let Some(shown) = &wish.shown {
            return self.as_shown(shown, wish.account);
        }
        let since =
            |verdict: &Verdict| objections.iter().any(|o| o.period.holds(verdict.check) && self.is_since(verdict, o));
        let is_wanted = |verdict: &&Verdict| match (wish.account, self.decisions.holding(verdict)) {
            (Some(account), _) if verdict.account != account => false,
            (_, None) => true,
            (Some(_), Some(_)) if !wish.one_check && since(verdict) => false,
            (Some(_), Some(decision)) => decision.ruling != wish.ruling,
            (None, Some(_)) => false,
        };
        Ok(self.missed.iter().filter(is_wanted).collect())
    }

    /// What a page showed, if it is still so.
    fn as_shown(&self, shown: &Shown, account: Option<AccountId>) -> Result<Vec<&Verdict>, Refusal> {
        match shown {
            Shown::One(finding, decision) => Ok(vec![self.one_as_shown(finding, account, *decision)?]),
            Shown::All(said) => {
                let waiting: Vec<&Verdict> = self.waiting().collect();
                match waiting.len() {
                    0 => Err(Refusal::state("已经没有等待确认的结果（可能刚才已经办过），没有改动")),
                    _ if sum(waiting.iter().copied()) == *said => Ok(waiting),
                    now => Err(Refusal::state(format!(
                        "打开页面以后，等待确认的结果有变化，现在是{now}项，没有改动；请看过最新的列表再确认"
                    ))),
                }
            }
        }
    }

    fn one_as_shown(
        &self,
        finding: &str,
        account: Option<AccountId>,
        decision: Option<i64>,
    ) -> Result<&Verdict, Refusal> {
        let is_meant = |verdict: &&Verdict| Some(verdict.account) == account && mark(verdict) == finding;
        let found = self.missed.iter().find(is_meant);
        let verdict = found.ok_or_else(|| {
            Refusal::state("打开页面以后，这一项的结论变了（有了新的依据），没有改动；请看最新的列表")
        })?;
        match self.decisions.holding(verdict) {
            Some(held) if Some(held.id) != decision => Err(Refusal::state(format!(
                "这一项已由{}在{}核实为“{}”，没有改动",
                held.by,
                beijing(held.at),
                held.ruling.chinese()
            ))),
            None if decision.is_some() => Err(Refusal::state("这一项要重新核实，没有改动；请看最新的列表")),
            _ => Ok(verdict),
        }
    }

    /// Whether somebody has decided on it after that objection.
    fn is_since(&self, verdict: &Verdict, objection: &Objection) -> bool {
        self.decisions.holding(verdict).is_some_and(|decision| decision.at >= objection.at)
    }

    /// Whether it is one of these findings.
    fn has(&self, verdict: &Verdict) -> bool {
        let key = |v: &Verdict| (v.account, v.rule.clone(), v.window);
        self.missed.iter().any(|own| key(own) == key(verdict))
    }
}

/// What was decided on, a sentence each.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The findings.
    pub lines: Vec<String>,
    /// Objections (争议) that this has settled.
    pub settled: Vec<String>,
    /// Objections that it has not: findings of theirs are left.
    pub open: Vec<Open>,
    /// Findings that all together were passed over, a sentence each: their offices object, which wants a
    /// reason of its own.
    pub passed: Vec<String>,
}

/// An objection that stays open.
#[derive(Clone, Debug)]
pub struct Open {
    /// Which.
    pub objection: String,
    /// Its findings that nobody has decided on since.
    pub left: Vec<String>,
}

/// Decides; the verdicts are kept with the decision, so that each decision names a revision.
///
/// # Errors
/// Where a reason is wanted, or what was shown has changed. Nothing that waits is no error.
pub fn decide(
    tx: &Transaction<'_>,
    config: &Config,
    wish: &Wish,
    checks: &[Check],
    now: Moment,
) -> Result<Decided, Refusal> {
    if wish.ruling == Ruling::False && wish.reason.is_empty() {
        return Err(Refusal::field("reason", "认定误报要有理由，请写明理由；没有改动"));
    }
    let profile = &config.profile.name;
    let open = wish.account.map_or_else(|| Ok(Vec::new()), |id| reviews::open_objections(tx, profile, id))?;
    let board = Board::load(tx, config, &wider(config, wish, checks, &open, now), wish.account, now)?;
    let objections = about(&board, wish.account, open);
    if !objections.is_empty() && wish.reason.is_empty() {
        return Err(Refusal::field("reason", REASON_WANTED));
    }
    let (wanted, contested) = uncontested(tx, profile, wish, board.wanted(wish, &objections)?)?;
    let passed = contested.into_iter().map(|verdict| line(&board, verdict)).collect();
    let wanted: Vec<Verdict> = wanted.into_iter().cloned().collect();
    let ids = verdicts::record(tx, profile, &wanted, now)?;
    let mut lines = Vec::new();
    for (verdict, id) in wanted.iter().zip(ids) {
        findings::decide(tx, profile, (verdict, id), wish.ruling, (&wish.by, &wish.reason), now)?;
        lines.push(line(&board, verdict));
    }
    if !lines.is_empty() {
        let reason = if wish.reason.is_empty() { String::new() } else { format!("；理由：{}", wish.reason) };
        let detail = format!("{}{reason}", lines.join("；"));
        meta::audit(tx, now, &wish.by, &format!("confirm.{}", wish.ruling.word()), &detail)?;
    }
    let mut decided = Decided { lines, passed, ..Decided::default() };
    for objection in &objections {
        settle(tx, config, (&board, objection), wish, now, &mut decided)?;
    }
    Ok(decided)
}

/// Those that may be decided on together, and those that an office objects to: who decides on one account
/// has given his reason.
fn uncontested<'v>(
    tx: &Transaction<'_>,
    profile: &str,
    wish: &Wish,
    wanted: Vec<&'v Verdict>,
) -> Result<(Vec<&'v Verdict>, Vec<&'v Verdict>), StoreError> {
    if wish.account.is_some() {
        return Ok((wanted, Vec::new()));
    }
    let (mut free, mut contested) = (Vec::new(), Vec::new());
    for verdict in wanted {
        if is_contested(tx, profile, verdict)? { &mut contested } else { &mut free }.push(verdict);
    }
    Ok((free, contested))
}

/// Whether its office objects to it: it is decided on by itself, with a reason.
///
/// # Errors
/// Those of SQLite; a stored period that is not known.
pub fn is_contested(conn: &Connection, profile: &str, verdict: &Verdict) -> Result<bool, StoreError> {
    let open = reviews::open_objections(conn, profile, verdict.account)?;
    Ok(open.iter().any(|objection| objection.period.holds(verdict.check)))
}

fn line(board: &Board, verdict: &Verdict) -> String {
    format!("{}，{}", board.title(verdict.account), told(verdict))
}

/// An objection is about a whole period: without `--check` all of its checks that were held are meant.
fn wider(config: &Config, wish: &Wish, checks: &[Check], open: &[Objection], now: Moment) -> Vec<Check> {
    let mut wide = checks.to_vec();
    if !wish.one_check {
        wide.extend(open.iter().flat_map(|objection| held(config, objection, now)));
        wide.sort_by_key(|check| check.at);
        wide.dedup_by_key(|check| check.at);
    }
    wide
}

fn held(config: &Config, objection: &Objection, now: Moment) -> Vec<Check> {
    config.checks_of(objection.period).into_iter().filter(|check| check.at <= now).collect()
}

/// The objections about that account in the periods of these findings.
fn about(board: &Board, account: Option<AccountId>, mut open: Vec<Objection>) -> Vec<Objection> {
    open.retain(|o| board.missed.iter().any(|v| Some(v.account) == account && o.period.holds(v.check)));
    open
}

/// Settles an objection once every finding of its account in its period was decided on after it, now or
/// before; else says what is left. It was upheld only if nothing stands any more.
fn settle(
    tx: &Transaction<'_>,
    config: &Config,
    (board, objection): (&Board, &Objection),
    wish: &Wish,
    now: Moment,
    decided: &mut Decided,
) -> Result<(), StoreError> {
    let whole = Board::load(tx, config, &held(config, objection, now), wish.account, now)?;
    let own: Vec<&Verdict> = whole.missed.iter().filter(|verdict| Some(verdict.account) == wish.account).collect();
    let is_left = |verdict: &&&Verdict| !board.has(verdict) && !whole.is_since(verdict, objection);
    let left: Vec<String> = own.iter().filter(is_left).map(|verdict| told(verdict)).collect();
    let named = format!("{} 核对稿的异议（编号{}）", objection.period, objection.id);
    if !left.is_empty() {
        decided.open.push(Open { objection: named, left });
        return Ok(());
    }
    let is_false = |verdict: &&&Verdict| whole.decisions.holding(verdict).is_some_and(|d| d.ruling == Ruling::False);
    let (word, ruling) = match own.iter().filter(is_false).count() {
        0 => ("维持", Ruling::Confirmed),
        cleared if cleared == own.len() => ("认定误报", Ruling::False),
        _ => ("部分认定误报，其余维持", Ruling::Confirmed),
    };
    reviews::settle(tx, objection.id, ruling, (&wish.by, &wish.reason), now)?;
    let line = format!("{named}已办结：{word}");
    meta::audit(tx, now, &wish.by, "bulletin.settle", &format!("{line}；理由：{}", wish.reason))?;
    decided.settled.push(line);
    Ok(())
}

/// 7月20日检查，一周未更新
pub fn told(verdict: &Verdict) -> String {
    let day = verdict.check.at.beijing().format("%-m月%-d日");
    format!("{day}检查，{}", verdict.label.as_deref().unwrap_or_default())
}
