//! What the tables add up to, as fields for the office's own words: sums, rates, who leads, who has
//! nothing. Every figure in prose is computed from the rows below it.

use super::fill::points;
use super::form::{Form, Role};
use super::points::Points;
use super::print::{Attachment, Style};
use crate::report::Cell;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Fields by name, such as 报送信息 (of all tables), 各县区报送信息 (of the table of that name), 采用率,
/// 各县区单位数, 各县区前两名, 各县区未报送.
pub fn fields(attachments: &[Attachment], style: Style<'_>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut sums: BTreeMap<&str, BTreeMap<usize, i64>> = BTreeMap::new();
    for one in attachments.iter().filter(|one| !one.form.is_blank) {
        let own = of_one(one, style);
        for (column, sum) in &own.sums {
            *sums.entry(family(one.form)).or_default().entry(*column).or_default() += sum;
        }
        for (name, value) in own.said(one.form, style) {
            let prefix = if one.name.is_empty() { one.form.chinese } else { one.name.as_str() };
            fields.insert(format!("{prefix}{name}"), value.clone());
            if one.name.is_empty() {
                fields.entry(name).or_insert(value);
            }
        }
    }
    for (family, sums) in sums {
        let Some(form) = Form::find(family) else { continue };
        fields.extend(added(form, &sums, style));
    }
    fields
}

/// Tallies with and without scores add up together.
fn family(form: &'static Form) -> &'static str {
    if form.chinese == "报送得分" { "信息报送" } else { form.chinese }
}

/// What one table comes to.
struct Own {
    sums: BTreeMap<usize, i64>,
    words: Vec<(String, String)>,
}

impl Own {
    fn said(&self, form: &Form, style: Style<'_>) -> Vec<(String, String)> {
        added(form, &self.sums, style).into_iter().chain(self.words.clone()).collect()
    }
}

/// Sums by the headings of their columns, and the rates of these sums.
fn added(form: &Form, sums: &BTreeMap<usize, i64>, style: Style<'_>) -> Vec<(String, String)> {
    let heading = |at: usize| form.columns[at].names[0].to_owned();
    let mut said: Vec<(String, String)> = sums.iter().map(|(at, sum)| (heading(*at), sum.to_string())).collect();
    for (at, column) in form.columns.iter().enumerate() {
        if let Role::Rate(part, of) = column.role {
            let sum = |column: usize| sums.get(&column).copied().unwrap_or(0);
            said.push((heading(at), style.digits.of(form).rate(sum(part), sum(of))));
        }
    }
    said
}

fn of_one(one: &Attachment, style: Style<'_>) -> Own {
    let form = one.form;
    let rows = one.filled(style).rows;
    let summed = |at: &usize| matches!(form.columns[*at].role, Role::Count | Role::Flag);
    let sum = |at: usize| rows.iter().filter_map(|row| points(&row[at]).as_whole()).fold(0, i64::saturating_add);
    let sums = (0..form.columns.len()).filter(summed).map(|at| (at, sum(at))).collect();
    let mut words = vec![("单位数".to_owned(), distinct(form, &rows).to_string())];
    if let Some(standings) = standings(form, &rows, style) {
        for (name, count) in [("第一名", 1), ("前两名", 2), ("前三名", 3), ("前五名", 5)] {
            words.push((name.to_owned(), leaders(&standings, count)));
        }
    }
    for (column, name) in [("政务信息公开得分", "未更新"), ("报送信息", "未报送"), ("公开条数", "未公开")]
    {
        words.extend(form.column(column).map(|at| (name.to_owned(), without(form, &rows, at))));
    }
    words.extend(sites(form, &rows, style));
    Own { sums, words }
}

fn office(form: &Form, row: &[Cell]) -> String {
    form.of(Role::Office).map_or_else(String::new, |at| row[at].text())
}

fn distinct(form: &Form, rows: &[Vec<Cell>]) -> usize {
    let names: std::collections::BTreeSet<String> = rows.iter().map(|row| office(form, row)).collect();
    names.len()
}

/// An office and how it stands: by the rank that the table prints, else by every column by which its rows
/// fall.
struct Standing {
    /// The smallest first.
    place: Vec<Reverse<Points>>,
    /// It has nothing that anybody could be praised for.
    is_nothing: bool,
    office: String,
}

/// The rows from the first to the last; `None` where the form has no order.
fn standings(form: &Form, rows: &[Vec<Cell>], style: Style<'_>) -> Option<Vec<Standing>> {
    let ranked = style.rules.printed(form).into_iter().find_map(|at| match form.columns[at].role {
        Role::Rank(by) => Some((at, by)),
        _ => None,
    });
    let by = ranked.map_or_else(|| style.rules.sort(form), |(_, by)| vec![by]);
    let standing = |row: &Vec<Cell>| Standing {
        place: match ranked {
            Some((rank, _)) => vec![Reverse(Points::default().minus(points(&row[rank])))],
            None => by.iter().map(|at| Reverse(points(&row[*at]))).collect(),
        },
        is_nothing: by.iter().all(|at| points(&row[*at]) <= Points::default()),
        office: office(form, row),
    };
    let mut standings: Vec<Standing> = rows.iter().map(standing).collect();
    standings.sort_by(|one, other| one.place.cmp(&other.place));
    (!by.is_empty()).then_some(standings)
}

/// The first `count`, and whoever is level with the last of them; nobody with nothing.
fn leaders(standings: &[Standing], count: usize) -> String {
    let Some(last) = standings.get(count - 1).or(standings.last()) else { return joined(std::iter::empty()) };
    let among = |one: &&Standing| one.place <= last.place && !one.is_nothing;
    joined(standings.iter().filter(among).map(|one| one.office.as_str()))
}

fn without(form: &Form, rows: &[Vec<Cell>], at: usize) -> String {
    let names: Vec<String> =
        rows.iter().filter(|row| points(&row[at]) == Points::default()).map(|row| office(form, row)).collect();
    joined(names.iter().map(String::as_str))
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

/// 网站数, 合格网站数, 不合格网站数, 网站合格率 of a list of results; 问题网站数 of a list of findings.
fn sites(form: &Form, rows: &[Vec<Cell>], style: Style<'_>) -> Vec<(String, String)> {
    let said = |name: &str, value: String| (name.to_owned(), value);
    if form.chinese == "网站问题" {
        return vec![said("问题网站数", distinct(form, rows).to_string())];
    }
    let Some(result) = form.column("检查结果") else { return Vec::new() };
    let passed = rows.iter().filter(|row| row[result].text() == "合格").count();
    let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    vec![
        said("网站数", rows.len().to_string()),
        said("合格网站数", passed.to_string()),
        said("不合格网站数", (rows.len() - passed).to_string()),
        said("网站合格率", style.digits.rate(whole(passed), whole(rows.len()))),
    ]
}

/// The tallies of all tables in one sentence, when there are any.
pub fn tally_sentence(attachments: &[Attachment], style: Style<'_>) -> Option<String> {
    let tallies: Vec<&Attachment> = attachments.iter().filter(|one| family(one.form) == "信息报送").collect();
    let all = fields(attachments, style);
    let of = |name: &str| all.get(name).cloned().unwrap_or_default();
    let parts = |column: &str| {
        let named = tallies.iter().filter(|one| !one.name.is_empty());
        let each: Vec<String> =
            named.map(|one| format!("{}{}条", one.name, of(&format!("{}{column}", one.name)))).collect();
        if each.len() > 1 { format!("（{}）", each.join("，")) } else { String::new() }
    };
    let (reported, adopted) = (parts("报送信息"), parts("采用信息"));
    (!tallies.is_empty()).then(|| {
        format!(
            "本期共收到报送信息{}条{reported}，采用{}条{adopted}，采用率为{}。",
            of("报送信息"),
            of("采用信息"),
            of("采用率")
        )
    })
}
