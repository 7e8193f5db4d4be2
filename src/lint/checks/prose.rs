//! 8: counts in prose are the rows below. 9: sums in prose are the sums of columns. 11 and 12: rates follow
//! from the counts beside them.

use super::lists::{List, identity, list, lists};
use super::rates::cure;
use super::scores::sum_of;
use crate::lint::column::Kind;
use crate::lint::figures::{Figure, Key, Subject, figures, fits, rounded};
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::Line;
use crate::lint::seen::Seen;
use std::collections::{HashMap, HashSet};

/// Figures that belong together: of one subject, in one paragraph or the next.
struct Tally<'a> {
    subject: Option<Subject>,
    line: (usize, &'a Line),
    counts: HashMap<Key, i64>,
    rates: Vec<(Key, String)>,
    /// Of one platform or one place only: it says no 正在运行 of its own, and stands below one that does.
    is_part: bool,
}

impl Tally<'_> {
    fn of(&self, key: Key) -> Option<i64> {
        self.counts.get(&key).copied()
    }

    fn spot(&self) -> Spot {
        Spot::line(self.line)
    }

    /// What a rate of passing is of.
    fn base(&self) -> Option<(&'static str, i64)> {
        let checked = self.of(Key::Checked).map(|checked| ("检查", checked));
        checked.or_else(|| self.of(Key::Running).map(|running| ("正在运行", running)))
    }

    fn passed(&self) -> Option<i64> {
        let without = || Some(self.base()?.1 - self.of(Key::Failed)?);
        self.of(Key::Passed).or_else(|| Some(self.of(Key::Good)? + self.of(Key::Problem)?)).or_else(without)
    }

    /// How many failed: as written, else what passing leaves of those that were checked.
    fn failed(&self) -> Option<i64> {
        let left = || {
            let (word, base) = self.base()?;
            let all_checked = word == "检查" || self.of(Key::Unclear).is_none();
            Some(base - self.passed()?).filter(|_| all_checked)
        };
        self.of(Key::Failed).or_else(left)
    }
}

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    let tallies = tallies(seen);
    for tally in &tallies {
        let holds = agrees_with_itself(tally, out);
        rates(tally, holds, out);
    }
    let whole = |subject: Subject| {
        let mut of = tallies.iter().filter(|tally| !tally.is_part && tally.base().is_some());
        of.find(|tally| tally.subject == Some(subject))
    };
    match whole(Subject::Accounts) {
        Some(tally) => accounts(seen, tally, out),
        None if seen.tables.iter().any(|(_, table)| list(table).is_some()) => {
            out.skip("名单的行数与正文：正文里没有认出政务新媒体的检查数、合格数");
        }
        None => {}
    }
    whole(Subject::Sites).into_iter().for_each(|tally| sites(seen, tally, out));
    listed(seen, &tallies, out);
    in_both(seen, out);
    headings(seen, out);
    articles(seen, &tallies, out);
}

fn tallies<'a>(seen: &Seen<'a>) -> Vec<Tally<'a>> {
    let mut tallies: Vec<Tally<'a>> = Vec::new();
    let mut last_line = None;
    for &(at, line) in &seen.lines {
        let all = figures(&line.text);
        let mut subject = None;
        for figure in &all {
            let Some(key) = figure.key else { continue };
            subject = figure.subject.or(subject);
            let near = last_line.is_some_and(|last| at <= last + 1);
            let open = tallies.last().filter(|open| near && open.takes(key, subject, figure));
            if open.is_none() {
                let is_part = key != Key::Running && tallies.last().is_some_and(|last| last.line.0 == at);
                let (counts, rates) = (HashMap::new(), Vec::new());
                tallies.push(Tally { subject, line: (at, line), counts, rates, is_part });
            }
            if let Some(tally) = tallies.last_mut() {
                tally.subject = tally.subject.or(subject);
                tally.add(key, figure);
            }
            last_line = Some(at);
        }
    }
    tallies
}

impl Tally<'_> {
    /// Whether a figure goes on with this tally: another subject or the same figure again begins one.
    fn takes(&self, key: Key, subject: Option<Subject>, figure: &Figure) -> bool {
        let other_subject = subject.is_some() && self.subject.is_some() && subject != self.subject;
        let again = figure.count().is_some() && self.counts.contains_key(&key);
        let rate_again = self.rates.iter().any(|(own, _)| *own == key) && key != Key::OtherRate;
        let begins = matches!(key, Key::Running | Key::Taken) && !self.counts.is_empty();
        !other_subject && !again && !rate_again && !begins
    }

    fn add(&mut self, key: Key, figure: &Figure) {
        match key {
            Key::PassRate | Key::CheckRate | Key::AdoptRate | Key::DoneRate | Key::OtherRate => {
                self.rates.push((key, figure.digits.clone()));
            }
            _ => self.counts.extend(figure.count().map(|count| (key, count))),
        }
    }
}

/// 合格 + 不合格 = 检查 ≤ 正在运行.
fn agrees_with_itself(tally: &Tally<'_>, out: &mut Out) -> bool {
    let mut wrong = Vec::new();
    let [running, checked, passed, failed, good, problem] =
        [Key::Running, Key::Checked, Key::Passed, Key::Failed, Key::Good, Key::Problem].map(|key| tally.of(key));
    if let (Some(running), Some(checked)) = (running, checked)
        && checked > running
    {
        wrong.push(format!("检查{checked}个，比正在运行的{running}个还多"));
    }
    if let (Some((word, base)), Some(passed)) = (tally.base(), passed) {
        match failed {
            Some(failed) if (word == "检查" && passed + failed != base) || passed + failed > base => {
                wrong.push(format!("合格{passed}个加不合格{failed}个是{}，{word}的是{base}个", passed + failed));
            }
            _ if passed > base => wrong.push(format!("合格{passed}个，比{word}的{base}个还多")),
            _ => {}
        }
    }
    if let (Some(checked), Some(good), Some(problem), Some(failed)) = (checked, good, problem, failed)
        && good + problem + failed != checked
    {
        let sum = good + problem + failed;
        wrong
            .push(format!("合格无问题{good}个、存在问题{problem}个、不合格{failed}个相加是{sum}，检查的是{checked}个"));
    }
    if let (Some(reported), Some(adopted)) = (tally.of(Key::Reported), tally.of(Key::Adopted))
        && adopted > reported
    {
        out.warn(8, &tally.spot(), format!("采用{adopted}条比报送{reported}条还多"), "请核对是不是写反了");
    }
    let holds = wrong.is_empty();
    for what in wrong {
        out.error(8, &tally.spot(), what, "请按附件的行数核对改正");
    }
    holds
}

/// The rates of a tally; those of counts that do not hold cannot be computed, and are named.
fn rates(tally: &Tally<'_>, holds: bool, out: &mut Out) {
    for (key, printed) in &tally.rates {
        let (word, parts) = match key {
            Key::PassRate => ("合格率", tally.passed().zip(tally.base().map(|(_, base)| base))),
            Key::CheckRate => ("检查率", tally.of(Key::Checked).zip(tally.of(Key::Running))),
            Key::AdoptRate => ("采用率", tally.of(Key::Adopted).zip(tally.of(Key::Reported))),
            Key::DoneRate if tally.of(Key::Taken) >= tally.of(Key::Done) => {
                let parts = tally.of(Key::Done).zip(tally.of(Key::Taken));
                (parts.map_or("", |_| "办结率"), parts)
            }
            _ => ("", None),
        };
        let is_broken = !holds && matches!(key, Key::PassRate | Key::CheckRate);
        let failed = tally.of(Key::Failed).filter(|failed| *failed > 0 && *key == Key::PassRate);
        match (failed, parts) {
            (Some(failed), parts) if is_whole(printed) && (is_broken || parts.is_none()) => {
                let what = format!("合格率写的是{printed}%，不合格写的是{failed}个");
                out.error(11, &tally.spot(), what, "有一个没通过就不能写100%；请核对个数，改正其中一个");
            }
            _ if is_broken => {
                out.skip(format!("{}的{word}{printed}%：旁边的个数对不上，没有可算的数", tally.line.1.place));
            }
            (_, Some((part, whole))) if whole > 0 => {
                if !fits(printed, part, whole) {
                    let what = format!(
                        "{word}写的是{printed}%，{part}÷{whole}应为{}%{}",
                        rounded(printed, part, whole),
                        other(printed, part, whole)
                    );
                    out.error(11, &tally.spot(), what, cure(printed, part, whole));
                }
            }
            _ => out.skip(format!(
                "{}的{}{printed}%：旁边没有算它的两个数",
                tally.line.1.place,
                if word.is_empty() { "比率" } else { word }
            )),
        }
    }
}

/// 100, 100.0.
fn is_whole(printed: &str) -> bool {
    printed.split('.').next() == Some("100")
}

/// 62.5% is 25/40 (12).
fn other(printed: &str, part: i64, whole: i64) -> String {
    let near =
        (1..=3).flat_map(|by| [whole + by, whole - by]).find(|other| *other >= part && fits(printed, part, *other));
    near.map_or_else(String::new, |other| format!("（{printed}%是{part}÷{other}）"))
}

/// Lists of accounts of one kind, each account once.
fn names(seen: &Seen<'_>, wanted: List) -> Option<(String, HashSet<(String, String)>)> {
    let tables = lists(seen, wanted);
    let name = tables.first().map(|(_, table)| table.name.clone())?;
    let all = tables.iter().flat_map(|(_, table)| table.rows.iter().filter_map(|row| identity(table, row)));
    Some((name, all.collect()))
}

fn accounts(seen: &Seen<'_>, tally: &Tally<'_>, out: &mut Out) {
    let size = |names: &HashSet<(String, String)>| i64::try_from(names.len()).unwrap_or(i64::MAX);
    let (failed, problem, unclear) =
        (names(seen, List::Failed), names(seen, List::Problem), names(seen, List::Unclear));
    if let (Some(written), Some((name, rows))) = (tally.failed(), &failed)
        && size(rows) != written
    {
        let what = match tally.of(Key::Failed) {
            Some(failed) => format!("不合格写的是{failed}个，{name}列了{}个", size(rows)),
            None => format!("合格数与检查数相差{written}个，{name}列了{}个不合格的", size(rows)),
        };
        out.error(8, &tally.spot(), what, "请核对正文和名单，改正其中一个");
    }
    if let (Some(written), Some((name, rows))) = (tally.of(Key::Problem), &problem) {
        // Some papers count an account that failed among those with problems, some do not.
        let others: Vec<&HashSet<_>> = [&failed, &unclear].into_iter().flatten().map(|(_, names)| names).collect();
        let alone =
            size(&rows.iter().filter(|one| !others.iter().any(|other| other.contains(*one))).cloned().collect());
        let beside =
            failed.as_ref().map_or(size(rows), |(_, failed)| size(&rows.difference(failed).cloned().collect()));
        let told = size(rows) - apart(seen).iter().map(|(_, count)| count).sum::<i64>();
        if ![size(rows), beside, alone, told].contains(&written) {
            let what = format!("存在问题写的是{written}个，{name}列了{}个", size(rows));
            out.error(8, &tally.spot(), what, "请核对正文和名单，改正其中一个");
        }
    }
    if let (Some(written), Some((name, rows))) = (tally.of(Key::Unclear), &unclear)
        && size(rows) != written
    {
        let what = format!("无法判定写的是{written}个，{name}列了{}个", size(rows));
        out.error(8, &tally.spot(), what, "请核对正文和名单，改正其中一个");
    }
}

/// What the text says of those in the list that it does not count among 存在问题: 其中1个同时列入不合格名单，
/// 1个能否合格尚无法判定. Each with its words.
fn apart<'a>(seen: &Seen<'a>) -> Vec<(&'a str, i64)> {
    let sentences = seen.lines.iter().flat_map(|(_, line)| line.text.split('。'));
    let after = sentences.filter_map(|sentence| Some(sentence.split_once("存在问题名单")?.1.split_once("其中")?.1));
    let counted = |piece: &'a str| {
        let (number, words) = piece.trim().split_once('个')?;
        Some((words, number.trim_start_matches('有').parse().ok()?))
    };
    after.flat_map(|rest| rest.split(['，', ',', '、', '；'])).filter_map(counted).collect()
}

/// 其中N个同时列入不合格名单.
fn in_both(seen: &Seen<'_>, out: &mut Out) {
    let lists = names(seen, List::Failed).zip(names(seen, List::Problem));
    let Some(((first, failed), (second, problem))) = lists else { return };
    let both = failed.intersection(&problem).count();
    let Some((_, written)) = apart(seen).into_iter().find(|(words, _)| words.contains("不合格名单")) else {
        return;
    };
    let line = seen.lines.iter().find(|(_, line)| line.text.contains("存在问题名单") && line.text.contains("其中"));
    if let Some(line) = line.filter(|_| i64::try_from(both) != Ok(written)) {
        let what = format!("同时列入两张名单的写的是{written}个，{first}和{second}都列了的是{both}个");
        out.error(8, &Spot::line(*line), what, "请核对正文和名单，改正其中一个");
    }
}

/// 存在问题名单共N个账号.
fn listed(seen: &Seen<'_>, tallies: &[Tally<'_>], out: &mut Out) {
    let Some((name, rows)) = names(seen, List::Problem) else { return };
    for tally in tallies {
        let wrong = tally.of(Key::Listed).filter(|written| usize::try_from(*written) != Ok(rows.len()));
        if let Some(written) = wrong {
            let what = format!("存在问题名单写的是{written}个账号，{name}列了{}个", rows.len());
            out.error(8, &tally.spot(), what, "请核对正文和名单，改正其中一个");
        }
    }
}

/// A list of every site with its result.
fn sites(seen: &Seen<'_>, tally: &Tally<'_>, out: &mut Out) {
    for (_, table) in &seen.tables {
        let (Some(_), Some(outcome)) = (table.column(Kind::Site), table.column(Kind::Outcome)) else { continue };
        let with = |word: &str| i64::try_from(table.rows.iter().filter(|row| row.text(outcome) == word).count());
        let all = i64::try_from(table.rows.len());
        let base = tally.base();
        let pairs =
            [(base.map(|(word, _)| word), base.map(|(_, n)| n), all), (Some("合格"), tally.passed(), with("合格"))];
        for (word, written, rows) in pairs {
            let (Some(word), Some(written), Ok(rows)) = (word, written, rows) else { continue };
            if written != rows {
                let what = format!("网站{word}的写的是{written}个，{}列了{rows}个", table.name);
                out.error(8, &tally.spot(), what, "请核对正文和附件，改正其中一个");
            }
        }
    }
}

/// 二、超过两周未更新（3个） above a table.
fn headings(seen: &Seen<'_>, out: &mut Out) {
    for &(at, table) in &seen.tables {
        let above = seen.lines.binary_search_by_key(&(at + 1), |(line, _)| line + 2);
        let Some(line) = above.ok().and_then(|above| seen.lines.get(above)) else { continue };
        let counted = line.1.text.rsplit_once(['（', '(']).and_then(|(_, rest)| rest.split_once('个'));
        let Some(Ok(written)) = counted.map(|(number, _)| number.parse::<usize>()) else { continue };
        if written != table.rows.len() {
            let what = format!("“{}”写的是{written}个，下面的表有{}行", short(&line.1.text), table.rows.len());
            out.error(8, &Spot::line(*line), what, "请核对标题和表，改正其中一个");
        }
    }
}

/// 共收到报送信息{x}条，采用{y}条.
fn articles(seen: &Seen<'_>, tallies: &[Tally<'_>], out: &mut Out) {
    for (key, kind, word) in [(Key::Reported, Kind::Reported, "报送"), (Key::Adopted, Kind::Adopted, "采用")] {
        let tables: Vec<(&str, i64)> =
            seen.tables.iter().filter_map(|(_, table)| Some((table.name.as_str(), sum_of(table, kind)?))).collect();
        let sums: HashSet<i64> = tables.iter().map(|(_, sum)| *sum).collect();
        let all: i64 = tables.iter().map(|(_, sum)| *sum).fold(0, i64::saturating_add);
        let told = || tallies.iter().filter_map(|tally| Some((tally, tally.of(key)?)));
        if tables.is_empty() {
            told().for_each(|(tally, written)| {
                out.skip(format!("{}的{word}{written}条：文件里没有{word}信息的表", tally.line.1.place));
            });
            continue;
        }
        for (tally, written) in told() {
            let text = &tally.line.1.text;
            if ["累计", "今年以来", "上月", "上期", "同比", "去年"].iter().any(|word| text.contains(word))
            {
                out.skip(format!("{}的{word}{written}条：像是累计或对比的数", tally.line.1.place));
            } else if written != all && !sums.contains(&written) {
                let parts: Vec<String> = tables.iter().take(6).map(|(name, sum)| format!("{name}：{sum}")).collect();
                let what = format!("{word}写的是{written}条，各表相加是{all}条（{}）", parts.join("；"));
                out.error(9, &tally.spot(), what, "请核对正文和附件，改正其中一个");
            }
        }
    }
}
