//! 6: a score is the start less the deductions, and a deduction is points times occurrences. 7: a total is
//! the sum of its parts, and a score the weights times the counts. Which rule a paper follows is read off
//! its notes, else off most of its own rows.

use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table, number};
use crate::lint::seen::Seen;
use crate::tables::Points;
use std::collections::{BTreeMap, HashMap};

/// What scores should be, by place of the table and row of it: where the printed one is wrong.
pub(super) type Mended = HashMap<(usize, usize), Points>;

type At<'a> = (usize, &'a Table);

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) -> Mended {
    let mut mended = Mended::new();
    for &table in &seen.tables {
        let [score, reported, adopted, problem] =
            [Kind::Score, Kind::Reported, Kind::Adopted, Kind::Problem].map(|kind| table.1.column(kind));
        match (score, reported, adopted, problem) {
            (Some(score), Some(reported), Some(adopted), _) => {
                weighed(table, [score, reported, adopted], out, &mut mended);
            }
            (Some(score), _, _, Some(problem)) => deducted(seen, table, score, problem, out),
            _ => summed(table, out, &mut mended),
        }
        sums(table, out);
        no_counts(table, out);
    }
    mended
}

/// -30 or 三十 in a column of counts.
fn no_counts(table: At<'_>, out: &mut Out) {
    const COUNTS: [Kind; 7] =
        [Kind::Reported, Kind::Adopted, Kind::Count, Kind::Running, Kind::Checked, Kind::Passed, Kind::Failed];
    for at in COUNTS.into_iter().flat_map(|kind| table.1.columns_of(kind)) {
        let own = |row: &&Row| row.cells.get(at).is_some_and(|cell| !cell.shared);
        for row in table.1.rows.iter().filter(own) {
            let text = row.text(at).trim_end_matches(['条', '个', '次', '篇', '家']);
            let written_out = !text.is_empty() && text.chars().all(|c| "〇零一二三四五六七八九十百千两".contains(c));
            let cause = match () {
                () if written_out => "是汉字，没有算进合计",
                () if text.starts_with(['-', '－', '−']) && text.chars().any(|c| c.is_ascii_digit()) => "比0还少",
                () => continue,
            };
            let what = format!("“{}”是{}，{cause}", short(&table.1.columns[at].heading), short(row.text(at)));
            out.error(9, &Spot::row(table, row), what, "个数、条数请写成0或大于0的阿拉伯数字");
        }
    }
}

/// What a rule gives for each row, beside what is printed.
struct Compared<'a> {
    rows: Vec<(usize, &'a Row, Points, Points, String)>,
}

impl Compared<'_> {
    fn holding(&self) -> usize {
        self.rows.iter().filter(|(_, _, printed, wanted, _)| printed == wanted).count()
    }

    /// Whether the paper seems to follow the rule at all.
    fn is_followed(&self) -> bool {
        self.rows.len() < 3 || self.holding() * 2 >= self.rows.len()
    }
}

fn report(table: At<'_>, at: usize, compared: &Compared<'_>, out: &mut Out, mended: &mut Mended) {
    for (index, row, printed, wanted, why) in &compared.rows {
        if printed != wanted {
            let heading = &table.1.columns[at].heading;
            let what = format!("“{heading}”是{printed}，{why}应为{wanted}");
            out.error(7, &Spot::row(table, row), what, "请核对各项的数，改正其中一个");
            mended.insert((table.0, *index), *wanted);
        }
    }
}

/// 得分 = 0.2 × 报送 + 1 × 采用 (documents.md, "Tallies (商南 form)"), or as the note below says.
fn weighed(table: At<'_>, [score, reported, adopted]: [usize; 3], out: &mut Out, mended: &mut Mended) {
    let told = weights(&table.1.around);
    let (each, more) = told.unwrap_or((Points::thousandths(200), Points::whole(1)));
    let mut compared = Compared { rows: Vec::new() };
    for (index, row) in table.1.rows.iter().enumerate() {
        let [sent, used] = [reported, adopted].map(|at| row.number(at).and_then(Points::as_whole));
        if let (Some(sent), Some(used), Some(printed)) = (sent, used, row.number(score)) {
            let (wanted, why) = (each.times(sent).plus(more.times(used)), format!("{each}×{sent}+{more}×{used}"));
            compared.rows.push((index, row, printed, wanted, why));
        }
    }
    if told.is_some() || compared.is_followed() {
        report(table, score, &compared, out, mended);
    } else {
        let why = "大多数行不是报送×0.2+采用×1，注里也没有写怎么计分";
        out.skip(format!("{}的“{}”：{why}", table.1.name, table.1.columns[score].heading));
    }
}

/// 每上报一条信息计0.2分,采用一条信息计1分.
fn weights(around: &[String]) -> Option<(Points, Points)> {
    let pieces = around.iter().flat_map(|line| line.split([',', '，', ';', '；', '。', '、']));
    let (mut each, mut more) = (None, None);
    for piece in pieces.filter(|piece| piece.contains('条') || piece.contains("每")) {
        let Some((before, _)) = piece.rsplit_once('分') else { continue };
        let digits: String = before.chars().rev().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let points = number(&digits.chars().rev().collect::<String>());
        if piece.contains("采用") {
            more = more.or(points);
        } else if piece.contains("报") {
            each = each.or(points);
        }
    }
    Some((each?, more?))
}

/// 总分 = the scores to its left.
fn summed(table: At<'_>, out: &mut Out, mended: &mut Mended) {
    let total = table.1.column(Kind::Total).or_else(|| table.1.column(Kind::Score));
    let Some(total) = total else { return };
    let parts: Vec<usize> = table.1.columns_of(Kind::Part).into_iter().filter(|at| *at < total).collect();
    if parts.len() < 2 {
        return;
    }
    let signed = table.1.columns_of(Kind::Signed);
    let one = |(index, row)| {
        added(row, &parts, &signed)
            .zip(row.number(total))
            .map(|(wanted, printed)| (index, row, printed, wanted, format!("{}项相加", parts.len())))
    };
    let compared = Compared { rows: table.1.rows.iter().enumerate().filter_map(one).collect() };
    if compared.is_followed() {
        report(table, total, &compared, out, mended);
    } else {
        let heading = &table.1.columns[total].heading;
        out.skip(format!("{}的“{heading}”：大多数行不是左边各项得分之和，看来另有算法", table.1.name));
    }
}

fn added(row: &Row, parts: &[usize], signed: &[usize]) -> Option<Points> {
    let parts = parts.iter().map(|at| row.number(*at)).sum_points()?;
    let more = signed.iter().map(|at| row.number(*at).or(row.text(*at).is_empty().then(Points::default)));
    Some(parts.plus(more.sum_points()?))
}

trait SumPoints {
    fn sum_points(self) -> Option<Points>;
}

impl<I: Iterator<Item = Option<Points>>> SumPoints for I {
    fn sum_points(mut self) -> Option<Points> {
        self.try_fold(Points::default(), |sum, one| Some(sum.plus(one?)))
    }
}

/// What the words about one account take off.
struct Deductions {
    /// Times and points of each that says both.
    each: Vec<(i64, Points)>,
    sum: Points,
}

/// 发现{n}次(扣{m}分), perhaps several times.
fn deductions(text: &str) -> Option<Deductions> {
    let (mut each, mut sum, mut found) = (Vec::new(), Points::default(), false);
    for piece in text.split_inclusive('分') {
        let Some((words, points)) = piece.rsplit_once('扣') else { continue };
        let Some(points) = number(points.trim_end_matches('分')) else { continue };
        let times = words.rsplit_once("次").and_then(|(head, _)| last_number(head));
        each.extend(times.filter(|times| *times > 0).map(|times| (times, points)));
        (sum, found) = (sum.plus(points), true);
    }
    found.then_some(Deductions { each, sum })
}

fn last_number(text: &str) -> Option<i64> {
    let digits: String = text.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().ok()
}

/// 分数 = 100 − Σ, and 扣 = points × 发现n次 (documents.md, "Quarterly 通报 (济源 form)").
fn deducted(seen: &Seen<'_>, table: At<'_>, score: usize, problem: usize, out: &mut Out) {
    let rows: Vec<(&Row, Deductions)> =
        table.1.rows.iter().filter_map(|row| Some((row, deductions(row.text(problem))?))).collect();
    if rows.is_empty() {
        let heading = &table.1.columns[score].heading;
        return out.skip(format!("{}的“{heading}”：没有写扣几分，看不出怎么算", table.1.name));
    }
    let start = start(seen, score, &rows);
    let each = points_each(&rows);
    for (row, off) in &rows {
        let mut wrong: Vec<String> = Vec::new();
        let mut should = off.sum;
        for (times, points) in &off.each {
            let wanted = each.map(|each| each.times(*times));
            if let Some(wanted) = wanted.filter(|wanted| wanted != points) {
                wrong.push(format!("发现{times}次应扣{wanted}分，写的是扣{points}分"));
                should = should.plus(wanted).minus(*points);
            }
        }
        let printed = row.number(score);
        let fits = printed.is_some_and(|printed| [off.sum, should].iter().any(|off| printed.plus(*off) == start));
        if let Some(printed) = printed.filter(|_| !fits) {
            let wanted = start.minus(off.sum);
            wrong.push(format!("“{}”是{printed}，{start}减扣分应为{wanted}", table.1.columns[score].heading));
        }
        if !wrong.is_empty() {
            out.error(6, &Spot::row(table, row), wrong.join("，"), "请核对次数和扣分，改正其中一个");
        }
    }
    for row in table.1.rows.iter().filter(|row| deductions(row.text(problem)).is_none()) {
        if let Some(printed) = row.number(score).filter(|printed| *printed != start) {
            let what = format!(
                "“{}”是{printed}，却没有写扣分（{}）",
                table.1.columns[score].heading,
                short(row.text(problem))
            );
            out.error(6, &Spot::row(table, row), what, "请补上扣了几分，或改正分数");
        }
    }
}

/// 100, unless the paper says otherwise or most of its rows do.
fn start(seen: &Seen<'_>, score: usize, rows: &[(&Row, Deductions)]) -> Points {
    let starts = rows.iter().filter_map(|(row, off)| Some(row.number(score)?.plus(off.sum)));
    seen.full_score.or_else(|| most(starts, rows.len())).unwrap_or(Points::whole(100))
}

/// What more than half of them are, of at least three.
fn most(values: impl Iterator<Item = Points>, of: usize) -> Option<Points> {
    let mut counts: BTreeMap<Points, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let (value, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (of >= 3 && count * 2 > of).then_some(value)
}

/// Points for one time: what most rows give; with few rows 5, where any gives it.
fn points_each(rows: &[(&Row, Deductions)]) -> Option<Points> {
    let all: Vec<(i64, Points)> = rows.iter().flat_map(|(_, off)| off.each.iter().copied()).collect();
    let each = |(times, points): &(i64, Points)| points.over(*times);
    let five = Points::whole(5);
    let is_five =
        || all.iter().any(|one| each(one) == Some(five)) || all.len() == 1 && all.iter().all(|one| each(one).is_none());
    most(all.iter().filter_map(each), all.len()).or_else(|| is_five().then_some(five))
}

/// A row 合计 is the sum of its column, and 小计 that of the rows since the last one (9).
fn sums(table: At<'_>, out: &mut Out) {
    let adds_up = |at: &usize| table.1.columns[*at].kind.adds_up();
    for at in (0..table.1.columns.len()).filter(adds_up) {
        let all = table.1.rows.iter().filter_map(|row| row.number(at)).fold(Points::default(), Points::plus);
        let (mut rows, mut since) = (table.1.rows.iter().peekable(), Points::default());
        for sums in &table.1.sums {
            while let Some(row) = rows.next_if(|row| row.line < sums.line) {
                since = since.plus(row.number(at).unwrap_or_default());
            }
            let part = std::mem::take(&mut since);
            let printed = sums.number(at).filter(|printed| ![all, part].contains(printed));
            if let Some(printed) = printed {
                let sum = if table.1.sums.len() == 1 || part == Points::default() { all } else { part };
                let what = format!("“{}”合计是{printed}，各行相加是{sum}", table.1.columns[at].heading);
                out.error(9, &Spot::row(table, sums), what, "请核对各行的数，改正其中一个");
            }
        }
    }
}

/// The columns of a table in the sum that its texts speak of.
pub(super) fn sum_of(table: &Table, kind: Kind) -> Option<i64> {
    let at = table.column(kind)?;
    table.rows.iter().filter_map(|row| row.number(at)).fold(Points::default(), Points::plus).as_whole()
}
