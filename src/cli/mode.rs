//! `mode`: whether letters reach their recipients, since when, and by whose word.

use super::{CliError, Context, Outcome, beijing, outln, print_json};
use crate::config::Mode;
use crate::deeds::{self, mode::Switched};
use crate::mail::leaving::Leaving;
use crate::spoken::mode_told;
use crate::store::modes;
use serde_json::json;
use std::sync::Arc;

/// `mode`, `mode 正式 --by NAME`
pub(super) fn run(context: &Context, wanted: Option<&str>, by: Option<&str>) -> Result<Outcome, CliError> {
    match wanted.map(read).transpose()? {
        None => show(context),
        Some(wanted) => switch(context, wanted, by.unwrap_or_default().trim()),
    }
}

fn read(word: &str) -> Result<Mode, CliError> {
    match word {
        "正式" | "live" => Ok(Mode::Live),
        "试运行" | "trial" => Ok(Mode::Trial),
        other => Err(CliError::usage(format!("没有“{other}”这种运行方式，只有：正式、试运行"))),
    }
}

fn show(context: &Context) -> Result<Outcome, CliError> {
    let last = context.store()?.read(modes::last)?;
    if context.json {
        let switched = last.as_ref().map(|s| json!({"mode": chinese(s.mode), "by": s.by, "at": s.at}));
        let holds = chinese(holds(context.config.mode, last.as_ref()));
        print_json(&json!({"mode": holds, "configured": chinese(context.config.mode), "switched": switched}))?;
    } else {
        outln!("{}", mode_told(context.config.mode, last.as_ref()));
        ahead(context)?.as_ref().iter().for_each(|leaving| told(leaving, "现在转为正式，"));
    }
    Ok(Outcome::Done)
}

/// What a switch to 正式 would let go, where it can be switched.
fn ahead(context: &Context) -> Result<Option<Leaving>, CliError> {
    let (config, now) = (Arc::clone(&context.config), context.clock.now());
    Ok(context.store()?.read(move |conn| deeds::mode::ahead(conn, &config, now))?)
}

fn told(leaving: &Leaving, before: &str) {
    outln!("{before}{}", leaving.chinese());
    leaving.lines().into_iter().chain(leaving.waits()).for_each(|line| outln!("  {line}"));
    leaving.told_nothing().iter().for_each(|said| outln!("{said}"));
}

fn switch(context: &Context, wanted: Mode, by: &str) -> Result<Outcome, CliError> {
    if by.is_empty() {
        return Err(CliError::usage(
            "切换运行方式要有具名的人负责，请用 --by 写明姓名；转为正式会随即发出哪些信，先用 cuigeng mode 看",
        ));
    }
    if wanted == Mode::Live && context.config.mode == Mode::Trial {
        return Err(CliError::failed(
            "配置里写的是 mode = \"试运行\"，没有切换；请先把配置改为“正式”，用 cuigeng check 核对，再执行本命令并重启服务",
        ));
    }
    let (config, now, name) = (Arc::clone(&context.config), context.clock.now(), by.to_owned());
    let done = context.store()?.attempt(move |tx| deeds::mode::switch(tx, &config, (wanted, None), &name, now))?;
    match (done, wanted) {
        (None, _) => outln!("已经是{}，没有变化；用 cuigeng mode 查看", chinese(wanted)),
        (Some(Switched { touched, leaving }), Mode::Live) => {
            outln!("{}由{by}转为正式：从现在起提醒发给各账号的责任人", beijing(now));
            outln!("试运行期间已经存档的提醒不再发出{}", some(touched, "，其中待发的", "封已取消"));
            told(&leaving, "");
        }
        (Some(Switched { touched: count, .. }), Mode::Trial) => {
            outln!("{}由{by}转回试运行：提醒只汇总发给检查方", beijing(now));
            outln!("{}", some(count, "待发的", "封改为只存档"));
        }
    }
    Ok(Outcome::Done)
}

fn some(count: usize, before: &str, after: &str) -> String {
    if count == 0 { String::new() } else { format!("{before}{count}{after}") }
}

/// The same for a store that may not exist yet; nothing is created.
pub(super) fn told_of(context: &Context) -> Result<String, CliError> {
    let exists = context.data.join("cuigeng.db").is_file();
    let last = if exists { context.store()?.read(modes::last)? } else { None };
    Ok(mode_told(context.config.mode, last.as_ref()))
}

fn holds(configured: Mode, last: Option<&modes::Switched>) -> Mode {
    let live = configured == Mode::Live && last.is_some_and(|switched| switched.mode == Mode::Live);
    if live { Mode::Live } else { Mode::Trial }
}

const fn chinese(mode: Mode) -> &'static str {
    match mode {
        Mode::Trial => "试运行",
        Mode::Live => "正式",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Moment;

    #[test]
    fn both_must_say_live() {
        let by = |mode| modes::Switched { mode, by: "甲".to_owned(), at: Moment::parse("2026-07-20 09:00").unwrap() };
        for (configured, last, holding) in [
            (Mode::Trial, None, Mode::Trial),
            (Mode::Trial, Some(by(Mode::Live)), Mode::Trial),
            (Mode::Live, None, Mode::Trial),
            (Mode::Live, Some(by(Mode::Trial)), Mode::Trial),
            (Mode::Live, Some(by(Mode::Live)), Mode::Live),
        ] {
            assert_eq!(holds(configured, last.as_ref()), holding);
            let said = mode_told(configured, last.as_ref());
            assert!(said.starts_with(&format!("运行方式：{}", chinese(holding))), "{said}");
        }
    }
}
