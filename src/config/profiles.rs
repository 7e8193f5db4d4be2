//! Profiles (检查口径) as files: the shipped ones are built in, an office's own stand in the folder
//! `profiles` beside its `config.toml` and win over a shipped one of the same name. The name of the
//! file is the name of the profile.

use super::faults::{ConfigFault, ConfigFaults};
use super::raw::read_text;
use super::script::{Around, script};
use super::sheet::{Section, Sheet};
use super::syntax::Written;
use super::tables::tables;
use super::value::Value;
use crate::domain::Platform;
use crate::report::{Rounding, Script};
use crate::rules::{CountUnit, LabelReading, PeriodKind, Profile, Quota, Rule, Severity, WeeklyRows, WindowKind};
use std::collections::BTreeMap;
use std::path::Path;

/// The profile that holds when none is named.
pub(super) const DEFAULT: &str = "通用";

/// Name and text of every profile that is built in.
const SHIPPED: [(&str, &str); 5] = [
    (DEFAULT, include_str!("../../profiles/通用.toml")),
    ("国办", include_str!("../../profiles/国办.toml")),
    ("开封", include_str!("../../profiles/开封.toml")),
    ("济源", include_str!("../../profiles/济源.toml")),
    ("偃师", include_str!("../../profiles/偃师.toml")),
];

/// The profile of that name: from `dir` if it has one, else a shipped one.
///
/// # Errors
/// Every mistake in its file at once; or that there is no such profile, with the names that there are.
pub fn profile(name: &str, dir: &Path) -> Result<Profile, ConfigFaults> {
    if let Some(text) = own_text(name, dir)? {
        let file = own_file(name, dir).display().to_string();
        return parse(name, &file, &text);
    }
    match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        Some((_, text)) => parse(name, &format!("内置口径 {name}.toml"), text),
        None => Err(unknown(name, dir)),
    }
}

/// The text of the profile of that name as it is written, and whether it is the office's own.
///
/// # Errors
/// That its file cannot be read; or that there is no such profile, with the names that there are.
pub fn profile_text(name: &str, dir: &Path) -> Result<(String, bool), ConfigFaults> {
    if let Some(text) = own_text(name, dir)? {
        return Ok((text, true));
    }
    let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
    shipped.map(|(_, text)| ((*text).to_owned(), false)).ok_or_else(|| unknown(name, dir))
}

fn unknown(name: &str, dir: &Path) -> ConfigFaults {
    let cure = format!("现有的有：{}", profile_names(dir).join("、"));
    ConfigFault::whole(&dir.display().to_string(), format!("没有名为“{name}”的检查口径"), &cure).into()
}

/// The names of all profiles: the shipped ones first, then those of `dir` by name.
pub fn profile_names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let toml = files.filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let mut own: Vec<String> = toml.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    own.retain(|name| is_file_name(name) && !names.contains(name));
    own.sort();
    names.extend(own);
    names
}

/// The default profile, without a way to fail: the shipped text is tested to have no mistake.
pub(super) fn shipped_default() -> Profile {
    let (name, text) = SHIPPED[0];
    understand(name, &Sheet::new(&Written::new(name, text)))
}

fn own_file(name: &str, dir: &Path) -> std::path::PathBuf {
    dir.join(format!("{name}.toml"))
}

fn own_text(name: &str, dir: &Path) -> Result<Option<String>, ConfigFaults> {
    let file = own_file(name, dir);
    if !is_file_name(name) || !file.is_file() {
        return Ok(None);
    }
    read_text(&file, &file.display().to_string()).map(Some)
}

/// A name must not lead out of its folder.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// Understands the text of a profile.
pub(super) fn parse(name: &str, file: &str, text: &str) -> Result<Profile, ConfigFaults> {
    let written = Written::new(file, text);
    let sheet = Sheet::new(&written);
    let profile = understand(name, &sheet);
    ConfigFaults::none_in(sheet.into_faults())?;
    Ok(profile)
}

pub(super) fn understand(name: &str, sheet: &Sheet<'_>) -> Profile {
    let root = sheet.root();
    let weekly_rows = root.or("weekly_rows", WeeklyRows::Worst, |value| value.one_of(&WEEKLY_ROWS));
    let mut profile = Profile {
        name: name.to_owned(),
        basis: root.or("basis", "国办秘函〔2019〕19号".to_owned(), Value::line),
        period: root.or("period", PeriodKind::Month, |value| {
            value.one_of(&[("month", PeriodKind::Month), ("quarter", PeriodKind::Quarter)])
        }),
        count: root.or("count", CountUnit::Push, |value| {
            value.one_of(&[("push", CountUnit::Push), ("article", CountUnit::Article), ("day", CountUnit::Day)])
        }),
        count_reposts: root.or("count_reposts", true, Value::yes),
        start_points: root.opt("start_points", |value| value.count(1..=1000)),
        pass_line: root.opt("pass_line", |value| value.count(0..=1000)),
        veto_hides_weekly: root.or("veto_hides_weekly", false, Value::yes),
        label_reading: root.or("label_reading", LabelReading::Quota, |value| {
            value.one_of(&[("quota", LabelReading::Quota), ("observed", LabelReading::Observed)])
        }),
        weekly_rows,
        decimals: root.or("decimals", 1, |value| value.count(0..=3)),
        rounding: root.or("rounding", Rounding::HalfUp, |value| {
            value.one_of(&[("half_up", Rounding::HalfUp), ("truncate", Rounding::Truncate)])
        }),
        platform_names: by_platform(&root.sub("platform_names"), Value::name),
        tables: tables(root.sub("tables")),
        script: Script::default(),
        rules: rules(&root, weekly_rows),
    };
    // A refused rule may have been the one that is missed here; its own mistake comes first.
    let written = root.get("rules").and_then(|value| value.value.get_ref().as_array().map(|rules| rules.len()));
    let problems = profile.has(Severity::Problem) || written != Some(profile.rules.len());
    let scores = profile.start_points.is_some();
    profile.script = script(root.sub("paper"), Around { period: profile.period, scores, problems });
    agree(&root, &profile);
    root.close();
    profile
}

const WEEKLY_ROWS: [(&str, WeeklyRows); 3] =
    [("worst", WeeklyRows::Worst), ("sum", WeeklyRows::Sum), ("each", WeeklyRows::Each)];

/// Points that contradict each other.
fn agree(root: &Section<'_, '_>, profile: &Profile) {
    let refuse = |near: &str, said: &str, cure: &str| root.refuse_near(near, near, said, cure);
    match (profile.start_points, profile.pass_line) {
        (None, Some(_)) => refuse("pass_line", "有及格线，没有起始分", "加上 start_points = 100，或删去 pass_line"),
        (Some(start), Some(line)) if line > start => {
            refuse("pass_line", "及格线高于起始分，没有账号能合格", "改低 pass_line，或改高 start_points");
        }
        _ => {}
    }
}

fn rules(root: &Section<'_, '_>, rows: WeeklyRows) -> Vec<Rule> {
    const CURE: &str = "用 [[rules]] 开头的一节写一条规则";
    let written = root.must("rules", CURE, Value::list).unwrap_or_default();
    let rules: Vec<Rule> = written.iter().filter_map(|value| rule(value.section(), rows)).collect();
    let is_twice = |at: usize| rules[..at].iter().any(|old| (&old.name, old.from) == (&rules[at].name, rules[at].from));
    // A refused rule shifts the places; its own mistake comes first.
    if let Some(at) = (0..rules.len()).find(|at| rules.len() == written.len() && is_twice(*at)) {
        let (value, said) = (&written[at], format!("规则“{}”写了两遍", rules[at].name));
        value.sheet.fault(
            value.key_span.clone(),
            "rules",
            &said,
            "删去一条；若是新旧两版，给新版写上 from = 生效日期",
            false,
        );
    }
    rules
}

fn rule(section: Section<'_, '_>, rows: WeeklyRows) -> Option<Rule> {
    if !section.is_written() {
        return None;
    }
    let name = section.must("name", "写上 name = \"weekly\" 或 \"silence\" 这样的规则名", rule_name);
    let window = window(&section);
    let other = section.must("min", "写上至少更新几次，例如 min = 2", |value| value.count(0..=100));
    let severity = section.must(
        "severity",
        "写上 severity = \"problem\"（存在问题）或 \"veto\"（单项否决）",
        |value| value.one_of(&[("problem", Severity::Problem), ("veto", Severity::Veto)]),
    );
    let is_week = matches!(window, Some(WindowKind::Week { .. }));
    let quota = Quota {
        by_platform: by_platform(&section.sub("platforms"), |value| value.count(0..=100)),
        other: other.unwrap_or_default(),
        account_may_override: section.or("account_may_override", is_week, Value::yes),
    };
    let label = section.must("label", "写上通报里的问题类型，例如 label = \"超过两周未更新\"", label);
    let points = section.or("points", 0, |value| value.count(0..=1000));
    let from = section.opt("from", Value::date);
    if label.as_ref().is_some_and(|label| label.contains("{n}") || label.contains("{deduct}")) {
        sums_up(&section, severity, rows);
    }
    section.close();
    other?;
    Some(Rule { name: name?, window: window?, quota, severity: severity?, label: label?, points, from })
}

/// What a list does not sum up, a label cannot print.
fn sums_up(section: &Section<'_, '_>, severity: Option<Severity>, rows: WeeklyRows) {
    let refuse = |said: &str, cure: &str| section.refuse_near("label", "label", said, cure);
    if severity == Some(Severity::Veto) {
        refuse("单项否决不计次数，label 里却有 {n} 或 {deduct}", "删去 {n} 和 {deduct}");
    } else if rows == WeeklyRows::Worst {
        let cure = "在 [[rules]] 之前写 weekly_rows = \"sum\"（一个账号一行，各周合计），或删去 {n} 和 {deduct}";
        refuse("label 里有 {n} 或 {deduct}，名单却不合计各周", cure);
    }
}

fn rule_name(value: &Value<'_, '_>) -> Option<String> {
    let name = value.name()?;
    let sane = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if sane {
        Some(name)
    } else {
        value.refuse("规则名只能用英文小写字母、数字和 _", "例如 weekly、silence")
    }
}

fn window(section: &Section<'_, '_>) -> Option<WindowKind> {
    let is_week =
        section.must("window", "写上 window = \"week\"（自然周）或 \"days\"（检查前若干天）", |value| {
            value.one_of(&[("week", true), ("days", false)])
        });
    let weeks = section.get("weeks");
    let days = section.get("days");
    let inclusive = section.get("inclusive");
    let strays: &[_] = if is_week == Some(true) { &[&days, &inclusive] } else { &[&weeks] };
    for stray in strays.iter().filter_map(|stray| stray.as_ref()).filter(|_| is_week.is_some()) {
        stray.note("与 window 的写法不符", "自然周只写 weeks；按天数只写 days 和 inclusive");
    }
    if is_week? {
        let weeks = weeks.map_or(Some(1), |value| value.count(1..=53))?;
        return Some(WindowKind::Week { weeks });
    }
    let inclusive = inclusive.is_none_or(|value| value.yes().unwrap_or(true));
    let days = section.must("days", "写上检查前多少天，例如 days = 14", |value| value.count(1..=366))?;
    Some(WindowKind::Days { days, inclusive })
}

/// A label with only those blanks that are filled in.
fn label(value: &Value<'_, '_>) -> Option<String> {
    let label = value.name()?;
    let filled = ["{quota_han}", "{quota}", "{n}", "{deduct}"];
    let rest = filled.iter().fold(label.clone(), |rest, blank| rest.replace(blank, ""));
    if rest.contains(['{', '}']) {
        return value.refuse("花括号里的名字不认识", &format!("可以写的有：{}", filled.join("、")));
    }
    Some(label)
}

/// A table by platform, under the names that accounts bear.
fn by_platform<'s, 't, T>(
    section: &Section<'s, 't>,
    read: impl Fn(&Value<'s, 't>) -> Option<T>,
) -> BTreeMap<String, T> {
    let entry =
        |(name, value): (String, Value<'s, 't>)| Some((Platform::parse(&name).0.name().to_owned(), read(&value)?));
    section.entries().into_iter().filter_map(entry).collect()
}
