//! 15 and 19: one office under several names. 21: a doubled word inside a name. 23: bodies that are no more.

use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table, squeezed};
use crate::lint::seen::Seen;
use std::collections::{BTreeMap, HashMap};

/// Pairs of names that are compared at most.
const MOST_PAIRS: usize = 2_000_000;
/// Bodies that the reform of 2018 and 2019 dissolved.
const GONE: [&str; 17] = [
    "工商局",
    "工商分局",
    "工商所",
    "工商行政管理",
    "质监局",
    "质量技术监督",
    "食药监",
    "食品药品监督管理",
    "国土资源局",
    "安监局",
    "安全生产监督管理",
    "环境保护局",
    "卫计委",
    "卫生和计划生育",
    "文广新局",
    "国税局",
    "地税局",
];

/// What ends a name in running text.
const MARKS: &str = "、，。；：,;:（）()“”《》";
/// What stands in brackets behind an account.
const PLATFORMS: [&str; 6] = ["新浪微博", "微信", "微博", "抖音", "快手", "今日头条"];
/// Organs of one place, each with an office of its own.
const ORGANS: [&[&str]; 4] = [&["县委", "市委", "区委", "省委", "党委"], &["人大"], &["政协"], &["政府"]];

type At<'a> = (usize, &'a Table);

/// A name and where it stands first.
struct Named {
    name: String,
    spot: Spot,
    place: String,
    is_in_prose: bool,
}

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    let mut names: Vec<Named> = Vec::new();
    let mut known: HashMap<String, ()> = HashMap::new();
    for &table in &seen.tables {
        let offices = [Kind::Office, Kind::Supervisor].into_iter().flat_map(|kind| table.1.columns_of(kind));
        let offices: Vec<usize> = offices.collect();
        for row in &table.1.rows {
            for at in &offices {
                let name = squeezed(row.text(*at));
                if !name.is_empty() && known.insert(name.clone(), ()).is_none() {
                    let place = format!("{}第{}行", table.1.name, row.line);
                    names.push(Named { name, spot: Spot::row(table, row), place, is_in_prose: false });
                }
            }
        }
        doubled(table, out);
        gone(seen, table, out);
    }
    in_prose(seen, &mut names, &mut known);
    variants(&names, out);
}

/// Names of units in lists within the text: 市商务局、市交通局.
fn in_prose(seen: &Seen<'_>, names: &mut Vec<Named>, known: &mut HashMap<String, ()>) {
    if names.is_empty() {
        return;
    }
    for &(at, line) in &seen.lines {
        // Whom the paper goes to is no list of units of this paper.
        if ["主送", "抄送", "抄报", "分送"].iter().any(|word| line.text.starts_with(word)) {
            continue;
        }
        for name in units(&line.text) {
            if known.insert(name.clone(), ()).is_none() {
                let (spot, place) = (Spot::line((at, line)), line.place.clone());
                names.push(Named { name, spot, place, is_in_prose: true });
            }
        }
    }
}

/// The units that a text names. What stands in “” or before （新浪微博） is an account.
fn units(text: &str) -> Vec<String> {
    let mut units = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| MARKS.contains(c) || c.is_whitespace()).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        let is_account = after.starts_with('”')
            || PLATFORMS.iter().any(|word| after.get(3..).is_some_and(|inner| inner.starts_with(word)));
        if !is_account {
            units.extend(joined(piece).into_iter().filter(|unit| is_unit(unit)).map(str::to_owned));
        }
        rest = after.chars().next().map_or("", |mark| &after[mark.len_utf8()..]);
    }
    units
}

/// 市教育局和市水利局 are two; 市人力资源和社会保障局 is one, and 社会保障局 only a tail of it.
fn joined(piece: &str) -> Vec<&str> {
    let halves: Vec<&str> = piece.split('和').collect();
    let (last, others) = halves.split_last().map_or((piece, &[][..]), |(last, others)| (*last, others));
    if !others.is_empty() && is_unit(last) && !others.iter().all(|half| is_unit(half)) { vec![piece] } else { halves }
}

fn is_unit(text: &str) -> bool {
    const ENDS: [&str; 8] = ["局", "委", "委员会", "办公室", "管委会", "中心", "街道办事处", "人民政府"];
    let length = text.chars().count();
    // 各县、区人民政府 names no government.
    let is_bare = length == 5 && text.ends_with("人民政府");
    (3..=14).contains(&length)
        && !is_bare
        && ENDS.iter().any(|end| text.ends_with(end))
        && !text.contains(['各', '等', '对', '由', '请'])
}

/// Names of which one is the other with characters left out (documents.md, "Unit names").
fn variants(names: &[Named], out: &mut Out) {
    let mut groups = Groups::new(names.len());
    let holders = holders(names);
    let mut left = MOST_PAIRS;
    for (at, one) in names.iter().enumerate().filter(|(_, one)| one.name.chars().count() > 2) {
        let rarest = one.name.chars().filter_map(|c| holders.get(&c)).min_by_key(|holders| holders.len());
        for other in rarest.into_iter().flatten().filter(|other| **other != at) {
            left = left.saturating_sub(1);
            if left == 0 {
                return out.skip("单位名称的不同写法：名称太多，没有比完");
            }
            if is_shorter_form(&one.name, &names[*other].name) {
                groups.join(at, *other);
            }
        }
    }
    for members in groups.of_several() {
        let all: Vec<String> =
            members.iter().map(|at| format!("“{}”（{}）", short(&names[*at].name), names[*at].place)).collect();
        let what = format!("{}像是同一个单位", all.join("、"));
        // 15: a unit that the text names stands in the annex under the same name.
        let last = &names[members[members.len() - 1]];
        out.warn(if last.is_in_prose { 15 } else { 19 }, &last.spot, what, "是同一个的请统一写法，不是的不用改");
    }
}

/// For each character, the names that have it.
fn holders(names: &[Named]) -> HashMap<char, Vec<usize>> {
    let mut holders: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, one) in names.iter().enumerate() {
        for c in one.name.chars() {
            let list = holders.entry(c).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
    }
    holders
}

/// Whether the characters of one occur in the longer in the same order, and its numerals are the same.
pub(super) fn is_shorter_form(short: &str, long: &str) -> bool {
    let numerals = |text: &str| {
        text.chars().filter(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c)).collect::<String>()
    };
    let organ = |text: &str| ORGANS.iter().position(|words| words.iter().any(|word| text.contains(word)));
    let same_organ = organ(short).zip(organ(long)).is_none_or(|(one, other)| one == other);
    let mut rest = long.chars();
    short.len() < long.len()
        && same_organ
        && short.chars().all(|c| rest.any(|other| other == c))
        && numerals(short) == numerals(long)
}

/// Sets that grow together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Groups {
        Groups((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }

    fn of_several(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.0.len() {
            groups.entry(self.root(at)).or_default().push(at);
        }
        groups.into_values().filter(|members| members.len() > 1).collect()
    }
}

fn columns_of_names(table: &Table) -> Vec<usize> {
    [Kind::Office, Kind::Supervisor, Kind::Account, Kind::Site]
        .into_iter()
        .flat_map(|kind| table.columns_of(kind))
        .collect()
}

/// 市人力资源和社会保障保障局.
fn doubled(table: At<'_>, out: &mut Out) {
    let columns = columns_of_names(table.1);
    let own = |row: &Row, at: usize| row.cells.get(at).is_some_and(|cell| !cell.shared);
    for row in &table.1.rows {
        for at in columns.iter().filter(|at| own(row, **at)) {
            if let Some(word) = twice(row.text(*at)) {
                let what = format!("“{}”里“{word}”连写了两遍", short(row.text(*at)));
                out.warn(21, &Spot::row(table, row), what, "请核对名称");
            }
        }
    }
}

/// A word of two characters or more that follows itself, or the last character of a unit (县文旅局局).
fn twice(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().take(60).collect();
    let chinese = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    let ends = "局委办院所站队县镇乡";
    if let [.., one, last] = chars[..]
        && one == last
        && ends.contains(last)
    {
        return Some(last.to_string());
    }
    (2..=chars.len() / 2).find_map(|length| {
        let pairs = chars.windows(length * 2).map(|window| window.split_at(length));
        let found =
            pairs.into_iter().find(|(one, other)| one == other && one.iter().all(chinese) && one[0] != one[length - 1]);
        found.map(|(one, _)| one.iter().collect())
    })
}

fn gone(seen: &Seen<'_>, table: At<'_>, out: &mut Out) {
    if seen.year.is_some_and(|year| year < 2020) {
        return;
    }
    let columns = columns_of_names(table.1);
    let mut found: Vec<(&Row, &str)> = Vec::new();
    for row in &table.1.rows {
        let names = columns.iter().map(|at| row.text(*at));
        found.extend(names.filter(|name| GONE.iter().any(|gone| name.contains(gone))).map(|name| (row, name)));
    }
    if let Some((first, _)) = found.first() {
        let mut names: Vec<String> =
            found.iter().map(|(row, name)| format!("“{}”（第{}行）", short(name), row.line)).collect();
        let more = names.len().saturating_sub(10);
        names.truncate(10);
        let more = if more > 0 { format!("等{}个", more + 10) } else { String::new() };
        let what = format!("{}{more}像是机构改革时已撤并的单位", names.join("、"));
        out.warn(23, &Spot::row(table, first), what, "请核对是否还在，账号是否应注销");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// documents.md "Unit names": what one circular spells in several ways.
    #[test]
    fn shorter_forms_of_a_name() {
        for (short, long) in [
            ("市市场监管局", "市市场监督管理局"),
            ("市教育局", "市教育体育局"),
            ("市教体局", "市教育体育局"),
            ("市人力资源社会保障局", "市人力资源和社会保障局"),
            ("市卫生健康委", "市卫生健康委员会"),
            ("市商务局", "开封市商务局"),
            ("兰考县", "兰考县人民政府办公室"),
            ("公路段", "县公路段"),
            ("市交通局", "市交通运输局"),
            ("县政府办", "某县人民政府办公室"),
        ] {
            assert!(is_shorter_form(short, long), "{short} {long}");
            assert!(!is_shorter_form(long, short), "{long} {short}");
        }
        for (one, other) in [
            ("市教育局", "市教体局"),
            ("市第1局", "市第11局"),
            ("第一中学", "第十一中学"),
            ("甲局", "甲局"),
            ("县委办公室", "县人大常委会办公室"),
        ] {
            assert!(!is_shorter_form(one, other), "{one} {other}");
        }
    }

    #[test]
    fn units_in_running_text() {
        for (text, want) in [
            ("市教育局和市水利局、市商务局报送较多", &["市教育局", "市水利局"][..]),
            ("市人力资源和社会保障局，市财政局", &["市人力资源和社会保障局", "市财政局"]),
            ("“开封市人力资源和社会保障局”（抖音）", &[]),
            ("开封市人力资源和社会保障局（抖音）", &[]),
            ("各县、区人民政府，市直各有关单位：", &[]),
            ("市财政局（2条）和", &["市财政局"]),
        ] {
            assert_eq!(units(text), want, "{text}");
        }
    }

    #[test]
    fn a_word_that_follows_itself() {
        assert_eq!(twice("市人力资源和社会保障保障局").as_deref(), Some("保障"));
        assert_eq!(twice("市市场监督管理局"), None);
        assert_eq!(twice("县文旅局局").as_deref(), Some("局"));
        assert_eq!(twice("看看新闻"), None);
    }
}
