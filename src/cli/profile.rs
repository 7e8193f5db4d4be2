//! `profile`: which there are, what one says, and a copy of one as the office's own.

use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::config::{self, ConfigFaults};
use crate::rules::{PeriodKind, Profile, Severity};
use clap::Subcommand;
use serde_json::json;

/// What can be done with profiles.
#[derive(Subcommand, Debug)]
pub enum ProfileVerb {
    /// 列出检查口径：内置的和自己的，哪个在用
    List,
    /// 看一个检查口径的全文，就是可以照着改的文件
    Show {
        /// 口径的名字
        name: String,
    },
    /// 把一个检查口径抄成自己的文件，放在配置旁的 profiles 目录，再照着改；已有的不会改动
    Copy {
        /// 照哪一个抄
        from: String,
        /// 自己的口径叫什么，也就是文件名
        to: String,
    },
}

/// Does what was asked.
pub(super) fn run(context: &Context, verb: &ProfileVerb) -> Result<Outcome, CliError> {
    match verb {
        ProfileVerb::List => list(context),
        ProfileVerb::Show { name } => show(context, name),
        ProfileVerb::Copy { from, to } => copy(context, from, to),
    }
}

/// Name, whether it is the office's own, whether it is in force, and what it says.
type Listed = (String, bool, bool, Result<Profile, ConfigFaults>);

fn faulty(name: &str, faults: &ConfigFaults) -> String {
    format!("文件有{}处错误，用 cuigeng judge --profile {name} 逐条列出", faults.list().len())
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let dir = &context.config.profiles_dir;
    let mut rows = Vec::new();
    for name in config::profile_names(dir) {
        let profile = config::profile(&name, dir);
        let own = config::profile_text(&name, dir).is_ok_and(|(_, own)| own);
        let in_force = name == context.config.profile.name;
        rows.push((name, own, in_force, profile));
    }
    if context.json {
        let row = |(name, own, in_force, profile): &Listed| json!({"name": name, "own": own, "in_force": in_force, "sound": profile.is_ok()});
        print_json(&rows.iter().map(row).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let row = |(name, own, in_force, profile): &Listed| {
        let said = profile.as_ref().map_or_else(|faults| faulty(name, faults), in_words);
        let of = if *own { "自己的" } else { "内置" };
        vec![name.clone(), of.to_owned(), if *in_force { "在用" } else { "" }.to_owned(), said]
    };
    print_rows(&["口径", "来自", "", "内容"], &rows.iter().map(row).collect::<Vec<_>>());
    Ok(Outcome::Done)
}

/// 季度通报，单项否决1条、次数1条，100分起、60分及格.
fn in_words(profile: &Profile) -> String {
    let period = match profile.period {
        PeriodKind::Month => "月度",
        PeriodKind::Quarter => "季度",
    };
    let count = |severity| profile.rules.iter().filter(|rule| rule.severity == severity).count();
    let scores = profile.start_points.map_or_else(String::new, |start| format!("，{start}分起"));
    let line = profile.pass_line.map_or_else(String::new, |line| format!("、{line}分及格"));
    let (vetoes, weeks) = (count(Severity::Veto), count(Severity::Problem));
    format!("{period}通报，单项否决{vetoes}条，存在问题{weeks}条{scores}{line}")
}

fn show(context: &Context, name: &str) -> Result<Outcome, CliError> {
    let (text, _) = config::profile_text(name, &context.config.profiles_dir)?;
    outln!("{}", text.trim_end());
    Ok(Outcome::Done)
}

fn copy(context: &Context, from: &str, to: &str) -> Result<Outcome, CliError> {
    let dir = &context.config.profiles_dir;
    let (text, _) = config::profile_text(from, dir)?;
    if to.is_empty() || to.starts_with('.') || to.contains(['/', '\\', '\0']) {
        return Err(CliError::usage(format!("“{to}”不能作文件名，请换一个名字，例如 本县")));
    }
    std::fs::create_dir_all(dir).map_err(|e| CliError::failed(format!("目录 {} 无法创建：{e}", dir.display())))?;
    let path = dir.join(format!("{to}.toml"));
    super::words::write_new(&path, text.as_bytes())?;
    if context.json {
        print_json(&json!({"file": path.display().to_string()}))?;
        return Ok(Outcome::Done);
    }
    outln!("已写出 {}。改好以后：", path.display());
    outln!("  cuigeng simulate --profile {to} --since 日期    看会改变什么");
    outln!("  再把 config.toml 里的 profile 改为 \"{to}\"，用 cuigeng check 核对");
    Ok(Outcome::Done)
}
