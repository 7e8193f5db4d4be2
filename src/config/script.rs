//! The section `[paper]` of a profile: what its 通报 says, in which order, and which lists it carries.

use super::sheet::{Section, nearest};
use super::value::Value;
use crate::report::{
    Column, GROUP_FIELDS, Held, ListForm, NAME_FIELDS, Naming, Order, Phrases, Piece, Script, ScriptSection, fields_of,
    known_fields,
};
use crate::rules::PeriodKind;
use crate::tables::Form;

/// What a list and a sentence may hold, as profiles write it.
const HELD: [(&str, Held); 2] = [("failed", Held::Failed), ("problem", Held::Problem)];
const ORDERS: [(&str, Order); 4] =
    [("platform", Order::Platform), ("account", Order::Account), ("office", Order::Office), ("score", Order::Score)];
/// Names of the sheets that every report may have.
const TAKEN: [&str; 6] = ["总体情况", "无法判定", "关停公告中", "不参评", "各平台情况", "各单位情况"];
/// Of a workbook: the longest name of a sheet, and what it must not hold.
const NAME_MOST: usize = 31;
const NAME_NEVER: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// What else in the profile a paper must agree with.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) period: PeriodKind,
    pub(super) scores: bool,
    /// Some rule means 存在问题 when it is missed.
    pub(super) problems: bool,
}

pub(super) fn script(section: Section<'_, '_>, around: Around) -> Script {
    let usual = Script::default();
    let fields = known_fields(&[]);
    let paper = Script {
        title: section.or("title", usual.title, |value| phrase(value, &fields, around)),
        sections: section.or("sections", usual.sections, |value| many(value, paper_section)),
        phrases: phrases(section.sub("phrases"), around),
        named: section.or("named", usual.named, |value| many(value, |section| naming(section, around))),
        lists: section.or("lists", usual_lists(around), |value| many(value, |section| list(section, around))),
    };
    agree(&section, &paper);
    section.close();
    paper
}

/// Every `[[…]]` of a list; `None` when one was refused.
fn many<'s, 't, T>(value: &Value<'s, 't>, read: impl Fn(Section<'s, 't>) -> Option<T>) -> Option<Vec<T>> {
    value.all(|value| read(value.section()))
}

/// Without a weekly rule nothing is ever 存在问题.
fn usual_lists(around: Around) -> Vec<ListForm> {
    let held = [Held::Failed, Held::Problem].into_iter().filter(|held| around.problems || *held == Held::Failed);
    held.map(ListForm::usual).collect()
}

/// What contradicts itself.
fn agree(section: &Section<'_, '_>, paper: &Script) {
    let parts: Vec<Piece> = paper.sections.iter().flat_map(|section| section.parts.clone()).collect();
    let twice = |part: &Piece| parts.iter().filter(|other| *other == part).count() > 1;
    let refuse = |near: &str, said: &str, cure: &str| section.refuse_near(near, near, said, cure);
    if let Some((word, _)) = Piece::WORDS.iter().find(|(_, part)| twice(part)) {
        return refuse("sections", &format!("“{word}”写了两遍"), "每一项只能印一次，删去一处");
    }
    if !paper.named.is_empty() && !paper.says(Piece::Named) {
        refuse(
            "named",
            "写了点名的句子，却没有一节印“点名”",
            "在某一节的 parts 里加上 \"点名\"，或删去 [[paper.named]]",
        );
    }
    if paper.named.is_empty() && paper.says(Piece::Named) {
        refuse("sections", "有一节印“点名”，却没有点名的句子", "用 [[paper.named]] 写上句子，或删去 \"点名\"");
    }
    if section.get("lists").is_some() && !paper.says(Piece::Lists) {
        refuse("lists", "写了名单，却没有一节印“名单”", "在某一节的 parts 里加上 \"名单\"，或删去 [[paper.lists]]");
    }
    agree_lists(section, &paper.lists);
}

fn agree_lists(section: &Section<'_, '_>, lists: &[ListForm]) {
    let refuse = |said: &str, cure: &str| section.refuse_near("lists", "lists", said, cure);
    if let Some(at) = (1..lists.len()).find(|at| lists[..*at].iter().any(|other| other.key == lists[*at].key)) {
        refuse(&format!("有两张名单都叫“{}”", lists[at].key), "给其中一张换个 name");
    }
    let numbers: Vec<usize> = lists.iter().filter_map(|list| list.annex).collect();
    if numbers.windows(2).any(|two| two[0] > two[1]) {
        refuse("附件的编号不是从小到大", "照印出的次序写 annex");
    }
}

fn paper_section(section: Section<'_, '_>) -> Option<ScriptSection> {
    if !section.is_written() {
        return None;
    }
    let heading = section.opt("heading", |value| heading(value));
    let parts = section.must("parts", "写上这一节印哪几项，例如 parts = [\"总体\"]", |value| {
        value.all(|value| value.one_of(&Piece::WORDS))
    });
    section.close();
    Some(ScriptSection { heading, parts: parts? })
}

/// The number is ours: the office's own sections stand between.
fn heading(value: &Value<'_, '_>) -> Option<String> {
    let heading = value.name()?;
    let numbered =
        heading.split_once('、').is_some_and(|(number, _)| number.chars().all(|c| "一二三四五六七八九十".contains(c)));
    if numbered {
        value.refuse("标题里写了编号", "删去“一、”这样的编号，印出时自动编号")
    } else {
        Some(heading)
    }
}

fn phrases(section: Section<'_, '_>, around: Around) -> Phrases {
    let usual = Phrases::default();
    let with = |key: &'static str, usual: String, more: &[&str]| {
        let fields = known_fields(more);
        section.or(key, usual, |value| phrase(value, &fields, around))
    };
    let group = |key: &'static str, usual: String, name: &'static str| {
        let fields: Vec<&str> = GROUP_FIELDS.into_iter().chain([name]).collect();
        section.or(key, usual, |value| phrase(value, &fields, around))
    };
    let phrases = Phrases {
        opening: with("opening", usual.opening, &[]),
        overall: with("overall", usual.overall, &[]),
        platforms: with("platforms", usual.platforms, &["各项"]),
        platform: group("platform", usual.platform, "平台"),
        offices: with("offices", usual.offices, &["各项"]),
        office: group("office", usual.office, "单位"),
        praise_steady: with("praise_steady", usual.praise_steady, &["名单", "个数"]),
        praise_prompt: with("praise_prompt", usual.praise_prompt, &["名单", "个数"]),
        reminders: with("reminders", usual.reminders, &[]),
    };
    section.close();
    phrases
}

/// A sentence with only those fields that are filled in.
fn phrase(value: &Value<'_, '_>, fields: &[&str], around: Around) -> Option<String> {
    let text = value.name()?;
    for field in fields_of(&text) {
        let strange = match around.period {
            PeriodKind::Month => field == "季度",
            PeriodKind::Quarter => field == "月",
        };
        if strange {
            return value.refuse(&format!("{{{field}}}与 period 的写法不符"), "改写 {周期}，月度、季度都能用");
        }
        if !fields.contains(&field) {
            let cure = match nearest(field, fields.iter().copied()) {
                Some(meant) => format!("是不是想写 {{{meant}}}？"),
                None => format!("这里可以写的有：{}", fields.join("、")),
            };
            return value.refuse(&format!("没有字段“{field}”"), &cure);
        }
    }
    if text.matches('{').count() == text.matches('}').count() {
        return Some(text);
    }
    value.refuse("花括号不成对", "字段写成 {合格率} 这样，用英文花括号")
}

fn held(value: &Value<'_, '_>, around: Around) -> Option<Held> {
    let held = value.one_of(&HELD)?;
    if held == Held::Problem && !around.problems {
        return value.refuse("没有一条规则会判为存在问题", "删去 problem，或写一条 severity = \"problem\" 的规则");
    }
    Some(held)
}

fn naming(section: Section<'_, '_>, around: Around) -> Option<Naming> {
    if !section.is_written() {
        return None;
    }
    let of = section.must("of", "写上点谁的名：failed（不合格）或 problem（次数不足）", |value| {
        held(value, around)
    });
    let around_names = known_fields(&["名单", "个数"]);
    let text =
        section.must("text", "写上句子，名单处写 {名单}", |value| phrase(value, &around_names, around));
    let none = section.opt("none", |value| phrase(value, &known_fields(&[]), around));
    let name = section.or("name", "{账号}（{平台}）".to_owned(), |value| phrase(value, &NAME_FIELDS, around));
    if name.contains("{分数}") && !around.scores {
        section.refuse_near("name", "name", "口径不计分，没有分数", "删去 {分数}，或写上 start_points = 100");
    }
    section.close();
    Some(Naming { of: of?, text: text?, none, name })
}

fn list(section: Section<'_, '_>, around: Around) -> Option<ListForm> {
    if !section.is_written() {
        return None;
    }
    let fields = known_fields(&[]);
    let key = section.must("name", "写上名单的简称，例如 name = \"不合格\"", list_name);
    let of = section
        .must("of", "写上列哪些账号，例如 of = [\"failed\", \"problem\"]", |value| whom(value, around));
    let title =
        section.must("title", "写上标题，例如 title = \"{周期}不合格的政务新媒体名单\"", |value| {
            phrase(value, &fields, around)
        });
    let list = ListForm {
        key: key.unwrap_or_default(),
        of: of.unwrap_or_default(),
        title: title.unwrap_or_default(),
        annex: section.opt("annex", |value| value.count(1..=99)).and_then(|number| usize::try_from(number).ok()),
        subtitle: section.opt("subtitle", |value| phrase(value, &fields, around)),
        columns: columns(&section, around),
        order: section.or("order", Order::Platform, |value| value.one_of(&ORDERS)),
    };
    if list.order == Order::Score && !around.scores {
        section.refuse_near("order", "order", "口径不计分，不能按分数排", "换一种次序，或写上 start_points = 100");
    }
    section.close();
    Some(list).filter(|list| !list.key.is_empty() && !list.of.is_empty() && !list.title.is_empty())
}

fn whom(value: &Value<'_, '_>, around: Around) -> Option<Vec<Held>> {
    let of = value.all(|value| held(value, around))?;
    if of.is_empty() {
        value.refuse("没有写列哪些账号", "写 failed（不合格）、problem（次数不足），或两个都写")
    } else {
        Some(of)
    }
}

fn list_name(value: &Value<'_, '_>) -> Option<String> {
    let name = value.name()?;
    if name.chars().count() > NAME_MOST || name.contains(NAME_NEVER) {
        return value.refuse("不能作工作表的名称", "不超过31个字，不用 [ ] : * ? / \\");
    }
    let is_form = Form::all().any(|form| name.starts_with(form.chinese));
    if TAKEN.contains(&name.as_str()) || is_form {
        return value.refuse(&format!("“{name}”是程序自己的表的名称"), "换一个名称，例如 \"存在问题\"");
    }
    Some(name)
}

/// The columns with their headings, as the profile orders them.
fn columns(section: &Section<'_, '_>, around: Around) -> Vec<(Column, String)> {
    let headings: Vec<(Column, String)> = section.sub("headings").entries().iter().filter_map(renamed).collect();
    let named = |column: Column| {
        let own = headings.iter().find(|(of, _)| *of == column).map(|(_, heading)| heading.clone());
        let usual = || Column::WORDS.iter().find(|(_, of)| *of == column).map_or("", |(word, _)| word).to_owned();
        (column, own.unwrap_or_else(usual))
    };
    let Some(value) = section.get("columns") else {
        return ListForm::usual_columns().into_iter().map(|(column, _)| named(column)).collect();
    };
    let columns: Vec<Column> = value.all(|value| value.one_of(&Column::WORDS)).unwrap_or_default();
    let columns: Vec<(Column, String)> = columns.into_iter().map(named).collect();
    let twice = |at: usize| columns[..at].iter().any(|(_, heading)| *heading == columns[at].1);
    if let Some(at) = (0..columns.len()).find(|at| twice(*at)) {
        value.note(&format!("两列的表头都是“{}”", columns[at].1), "删去一列，或在 headings 里换一个表头");
    }
    let has = |wanted: Column| columns.iter().any(|(column, _)| *column == wanted);
    if !columns.is_empty() && !has(Column::Account) {
        value.note("没有“政务新媒体”这一列", "加上 \"政务新媒体\"；表头可以在 headings 里另写");
    }
    if has(Column::Score) && !around.scores {
        value.note("口径不计分，没有“分数”这一列", "删去 \"分数\"，或写上 start_points = 100");
    }
    columns
}

fn renamed((name, value): &(String, Value<'_, '_>)) -> Option<(Column, String)> {
    match Column::WORDS.iter().find(|(word, _)| word == name) {
        Some((_, column)) => Some((*column, value.name()?)),
        None => {
            let known: Vec<&str> = Column::WORDS.iter().map(|(word, _)| *word).collect();
            value.refuse("没有这一列", &format!("可以写的有：{}", known.join("、")))
        }
    }
}
