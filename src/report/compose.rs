//! What both papers share: who is counted where, and the cells that a row begins with.

use super::{Cell, Facts, Meta, Piece, Table, words};
use crate::domain::{Account, AccountId, Check, Moment, State};
use crate::rules::{AccountResult, ExemptWhy, Grade, Verdict, VerdictKind};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One account of the list, and how it stands.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The account.
    pub(super) account: &'a Account,
    /// Its result, if anything was judged.
    pub(super) result: Option<&'a AccountResult>,
    /// Running at the end of the period.
    running: bool,
    /// 关停公告中 at the end of the period: judged, but listed apart.
    pub(super) closing: bool,
}

/// The whole list or a part of it, sorted into those that are counted and those that are not.
#[derive(Default)]
pub(super) struct Roll<'a> {
    /// Judged and counted, in the order of the list.
    pub(super) counted: Vec<Entry<'a>>,
    /// 关停公告中, judged, listed apart.
    pub(super) closing: Vec<Entry<'a>>,
    /// 不参评, each with its reason.
    pub(super) exempt: Vec<(Entry<'a>, String)>,
    /// Running, but not judged in any window.
    running_exempt: usize,
}

impl<'a> Entry<'a> {
    pub(super) fn grade(&self) -> Grade {
        self.result.map_or(Grade::Exempt, |result| result.grade)
    }

    pub(super) fn missed_vetoes(&self) -> &'a [Verdict] {
        self.result.map_or(&[], |result| &result.vetoes)
    }

    pub(super) fn missed_weeks(&self) -> &'a [Verdict] {
        self.result.map_or(&[], |result| &result.problems)
    }

    /// Whether something that it missed waits for a person's word.
    pub(super) fn awaits(&self, facts: &Facts<'_>) -> bool {
        self.missed_vetoes().iter().chain(self.missed_weeks()).any(|verdict| facts.decisions.awaits(verdict))
    }

    /// Whether it is to be listed for the weeks that it missed.
    pub(super) fn names_weeks(&self, facts: &Facts<'_>) -> bool {
        self.result.is_some_and(|result| result.names_weeks(facts.profile))
    }

    pub(super) fn unclear(&self) -> &'a [Verdict] {
        self.result.map_or(&[], |result| &result.unclear)
    }
}

impl<'a> Roll<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Roll<'a> {
        let end = end_of(facts);
        let results: BTreeMap<AccountId, &AccountResult> = facts.results.iter().map(|r| (r.account, r)).collect();
        let mut accounts: Vec<&Account> = facts.accounts.iter().collect();
        accounts.sort_by_key(|account| account.position);
        let entry = |account: &'a Account| {
            let state = account.state_at(end);
            let opened = account.opened_on.is_none_or(|date| date <= end.date());
            let running = state == State::Running && opened;
            Entry { account, result: results.get(&account.id).copied(), running, closing: state == State::Closing }
        };
        let (exempt, judged): (Vec<Entry<'a>>, Vec<Entry<'a>>) =
            accounts.into_iter().map(entry).partition(|entry| entry.grade() == Grade::Exempt);
        let (closing, counted) = judged.into_iter().partition(|entry| entry.closing);
        let running_exempt = exempt.iter().filter(|entry| entry.running).count();
        Roll { counted, closing, exempt: with_reasons(facts, exempt), running_exempt }
    }

    /// 正在运行: judged, or running without having been judged; 关停公告中 stands apart.
    pub(super) fn running(&self) -> usize {
        self.counted.len() + self.running_exempt
    }

    /// 检查: judged with a result. What could not be decided counts as not checked.
    pub(super) fn checked(&self) -> usize {
        self.graded(Grade::Failed) + self.passed()
    }

    /// 合格, with or without problems.
    pub(super) fn passed(&self) -> usize {
        self.graded(Grade::Problem) + self.graded(Grade::Good)
    }

    /// How many of the counted stand so.
    pub(super) fn graded(&self, grade: Grade) -> usize {
        self.with(grade).count()
    }

    /// The counted that stand so.
    pub(super) fn with(&self, grade: Grade) -> impl Iterator<Item = Entry<'a>> {
        self.counted.iter().copied().filter(move |entry| entry.grade() == grade)
    }

    /// The counted that missed a week and are to be listed for it: also those of other grades, unless
    /// the profile hides them behind a veto.
    pub(super) fn short_weeks(&self, facts: &Facts<'_>) -> Vec<Entry<'a>> {
        self.counted.iter().copied().filter(|entry| entry.names_weeks(facts)).collect()
    }

    /// Whether anything at all was found, also among those that stand apart.
    pub(super) fn has_findings(&self) -> bool {
        let found = |e: &Entry<'_>| !e.missed_vetoes().is_empty() || !e.missed_weeks().is_empty();
        self.counted.iter().chain(&self.closing).any(found)
    }

    /// Whether anything found waits for a person's word.
    pub(super) fn awaits(&self, facts: &Facts<'_>) -> bool {
        self.counted.iter().chain(&self.closing).any(|entry| entry.awaits(facts))
    }

    /// The same by platform, office or whatever `key` says, in the order in which the list names them.
    pub(super) fn split(&self, key: impl Fn(&'a Account) -> String) -> Vec<(String, Roll<'a>)> {
        let mut parts: Vec<(String, Roll<'a>)> = Vec::new();
        let mut of = |entry: &Entry<'a>| {
            let name = key(entry.account);
            parts.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                parts.push((name, Roll::default()));
                parts.len() - 1
            })
        };
        let counted: Vec<(usize, Entry<'a>)> = self.counted.iter().map(|entry| (of(entry), *entry)).collect();
        let running: Vec<usize> =
            self.exempt.iter().filter(|(entry, _)| entry.running).map(|(entry, _)| of(entry)).collect();
        counted.into_iter().for_each(|(at, entry)| parts[at].1.counted.push(entry));
        running.into_iter().for_each(|at| parts[at].1.running_exempt += 1);
        parts
    }

    /// Running, but without a result of any kind: windows still open, or none that binds.
    pub(super) fn beside(&self) -> String {
        let parts = [("未到期", self.graded(Grade::Open)), ("暂不参评", self.running_exempt)];
        parts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("，{word}{n}个")).collect()
    }
}

/// Checks that were held by now.
pub(super) fn held(facts: &Facts<'_>) -> Vec<Check> {
    facts.checks.iter().copied().filter(|check| check.at <= facts.now).collect()
}

/// The moment whose states decide: the last check that was held, else now.
pub(super) fn end_of(facts: &Facts<'_>) -> Moment {
    held(facts).last().map_or(facts.now, |check| check.at)
}

fn with_reasons<'a>(facts: &Facts<'_>, exempt: Vec<Entry<'a>>) -> Vec<(Entry<'a>, String)> {
    let mut whys: BTreeMap<AccountId, ExemptWhy> = BTreeMap::new();
    for verdict in facts.verdicts {
        if let VerdictKind::Exempt { why } = verdict.kind {
            whys.insert(verdict.account, why);
        }
    }
    exempt.into_iter().map(|entry| (entry, reason(whys.get(&entry.account.id), facts))).collect()
}

fn reason(why: Option<&ExemptWhy>, facts: &Facts<'_>) -> String {
    match why {
        Some(ExemptWhy::NotYetOpen(date)) => {
            format!("{}开设，未满一个检查区间", words::day_beside(*date, end_of(facts).date()))
        }
        Some(ExemptWhy::Paused) => "检查区间内暂停".to_owned(),
        Some(ExemptWhy::Closed) => "检查区间内已注销".to_owned(),
        None if facts.checks.is_empty() => "本期没有检查".to_owned(),
        None => "没有适用的规则".to_owned(),
    }
}

/// A share with its sign, such as 99%; of nothing it is a dash.
pub(super) fn rate(facts: &Facts<'_>, part: usize, whole: usize) -> String {
    let whole_number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    facts.profile.digits().rate(whole_number(part), whole_number(whole))
}

/// 序号, 政务新媒体, 主管单位, 平台类型.
pub(super) fn first_cells(facts: &Facts<'_>, index: usize, account: &Account) -> Vec<Cell> {
    vec![
        number(index + 1),
        text(&account.name),
        text(office(account)),
        text(facts.profile.prints(account.platform.name())),
    ]
}

/// 主管单位 exactly as the account's row spells it; where that is blank, 主办单位.
pub(super) fn office(account: &Account) -> &str {
    if account.supervisor.trim().is_empty() { &account.office } else { &account.supervisor }
}

/// A cell of text.
pub(super) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A cell with a count.
pub(super) fn number(number: usize) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A table whose first four columns are those of [`first_cells`].
pub(super) fn table(key: &str, title: String, more: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let columns = ["序号", "政务新媒体", "主管单位", "平台类型"].iter().chain(more);
    Table::new(key, title, &columns.copied().collect::<Vec<_>>(), rows)
}

/// The table of those that stand apart: 关停公告中, with how they would stand.
pub(super) fn closing_table(facts: &Facts<'_>, roll: &Roll<'_>, title: String) -> Table {
    let row = |(at, entry): (usize, &Entry<'_>)| {
        let labels =
            entry.missed_vetoes().last().into_iter().chain(entry.result.and_then(AccountResult::worst_problem));
        let labels: Vec<&str> = labels.filter_map(|verdict| verdict.label.as_deref()).collect();
        let found = if labels.is_empty() { String::new() } else { format!("（{}）", labels.join("、")) };
        let mut cells = first_cells(facts, at, entry.account);
        cells.push(text(format!("{}{found}", entry.grade().chinese())));
        cells
    };
    let rows = roll.closing.iter().enumerate().map(row).collect();
    table("关停公告中", title, &["检查结果"], rows)
}

/// The table of those that were left out, with the reason.
pub(super) fn exempt_table(facts: &Facts<'_>, roll: &Roll<'_>, title: String) -> Table {
    let row = |(at, (entry, reason)): (usize, &(Entry<'_>, String))| {
        let mut cells = first_cells(facts, at, entry.account);
        cells.push(text(reason.clone()));
        cells
    };
    let rows = roll.exempt.iter().enumerate().map(row).collect();
    table("不参评", title, &["原因"], rows)
}

/// 甲（抖音）、乙（微博）; 无 when there are none.
pub(super) fn named<'a>(facts: &Facts<'_>, entries: impl Iterator<Item = Entry<'a>>) -> String {
    let names: Vec<String> = entries.map(|entry| title(facts, entry.account)).collect();
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

/// The account with its platform as papers print it.
pub(super) fn title(facts: &Facts<'_>, account: &Account) -> String {
    format!("{}（{}）", account.name, facts.profile.prints(account.platform.name()))
}

/// 另有k周未能核实, for the accounts that a list of findings names, and what a score rests on then;
/// grouped by both.
pub(super) fn unwatched(facts: &Facts<'_>, roll: &Roll<'_>) -> Vec<String> {
    let mut groups: BTreeMap<(u32, Option<u32>), Vec<String>> = BTreeMap::new();
    let listed = roll.counted.iter().filter(|e| !e.missed_vetoes().is_empty() || !e.missed_weeks().is_empty());
    for (entry, result) in listed.filter_map(|entry| Some((entry, entry.result?))) {
        let rests_on = result.score.map(|_| result.decided_weeks);
        groups.entry((result.unwatched_weeks, rests_on)).or_default().push(title(facts, entry.account));
    }
    groups.retain(|(weeks, _), _| *weeks > 0);
    let score = |on: Option<u32>| on.map_or_else(String::new, |on| format!("，分数按已核实的{on}周计算"));
    groups.into_iter().map(|((k, on), names)| format!("{}另有{k}周未能核实{}。", names.join("、"), score(on))).collect()
}

/// Whom no table of the paper names although nothing could be decided about them.
pub(super) fn undecided(facts: &Facts<'_>, roll: &Roll<'_>) -> Option<String> {
    let count = roll.graded(Grade::Unclear);
    let untold = count > 0 && !facts.profile.script.says(Piece::Unclear);
    let names = || named(facts, roll.with(Grade::Unclear));
    untold.then(|| format!("无法判定{count}个，不计入检查数，定稿前须逐一核实：{}。", names()))
}

/// What must be said beside the figures of either paper.
pub(super) fn remarks(facts: &Facts<'_>, roll: &Roll<'_>) -> Vec<String> {
    let mut remarks = unwatched(facts, roll);
    if !roll.closing.is_empty() {
        remarks.push(format!("关停公告中的账号{}个另列，不计入正在运行的账号。", roll.closing.len()));
    }
    let to_come = facts.checks.len() - held(facts).len();
    if to_come > 0 {
        remarks.push(format!("本期还有{to_come}次检查未到时间，结果尚不完整。"));
    }
    if roll.awaits(facts) {
        let all = if any_decided(facts, roll) { "标为待核实的" } else { "均待核实" };
        remarks.push(format!("所列问题为系统监测结果（未监测到更新），{all}，经人工确认前不作为正式结论。"));
    }
    remarks.extend(cleared(facts));
    remarks
}

fn any_decided(facts: &Facts<'_>, roll: &Roll<'_>) -> bool {
    let missed = |entry: &Entry<'_>| entry.missed_vetoes().len() + entry.missed_weeks().len() > 0;
    roll.counted.iter().chain(&roll.closing).any(|entry| missed(entry) && !entry.awaits(facts))
}

/// What a person has called a 误报 stands in no list, and that is said; of an account that is listed for
/// something else nothing is said, because 没有列入 would be untrue of its name.
fn cleared(facts: &Facts<'_>) -> Option<String> {
    let listed = |id: AccountId| {
        let mut results = facts.results.iter().filter(|result| result.account == id);
        results.any(|result| !result.vetoes.is_empty() || !result.problems.is_empty())
    };
    let name = |verdict: &&Verdict| {
        let account = facts.accounts.iter().find(|account| account.id == verdict.account)?;
        Some(title(facts, account))
    };
    let unlisted: Vec<&Verdict> = facts.cleared.iter().filter(|verdict| !listed(verdict.account)).collect();
    let mut names: Vec<String> = unlisted.iter().filter_map(name).collect();
    names.dedup();
    let count = unlisted.len();
    (count > 0).then(|| format!("另有{count}项经人工核实为误报，没有列入：{}。", names.join("、")))
}

/// What the report speaks of.
pub(super) fn meta(facts: &Facts<'_>) -> Meta {
    Meta { period: facts.period, profile: facts.profile.name.clone(), generated_at: facts.now }
}

/// Days without an update on `date`, and the day of the last update.
pub(super) fn silent_days(facts: &Facts<'_>, account: AccountId, date: NaiveDate) -> Option<(i64, NaiveDate)> {
    let last = facts.newest.get(&account)?.when.latest().date();
    Some(((date - last).num_days().max(0), last))
}
