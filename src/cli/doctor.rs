//! `doctor`: tries everything that the configuration names, one line each, and says what cures what is
//! wrong. It changes nothing, sends nothing, and prints no secret, so that its report can be handed on.

use super::{CliError, Context, Outcome, doctor_local, doctor_remote, doctor_web, outln, print_json};
use crate::domain::Account;
use serde_json::json;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Attention,
    Bad,
}

impl State {
    const fn mark(self) -> &'static str {
        match self {
            State::Good => "✓",
            State::Attention => "!",
            State::Bad => "✗",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            State::Good => "ok",
            State::Attention => "attention",
            State::Bad => "bad",
        }
    }
}

/// What is tested, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Config,
    Database,
    Backup,
    Disk,
    Clock,
    Mail,
    Web,
    Sources,
    Inbox,
    Secrets,
    Calendar,
    Outbox,
}

impl Group {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Group::Config => ("config", "配置"),
            Group::Database => ("database", "数据库"),
            Group::Backup => ("backup", "备份"),
            Group::Disk => ("disk", "磁盘"),
            Group::Clock => ("clock", "时钟"),
            Group::Mail => ("mail", "邮件"),
            Group::Web => ("web", "网页"),
            Group::Sources => ("sources", "来源"),
            Group::Inbox => ("inbox", "收件目录"),
            Group::Secrets => ("secrets", "口令文件"),
            Group::Calendar => ("calendar", "工作日历"),
            Group::Outbox => ("outbox", "发件箱"),
        }
    }
}

/// One thing tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    group: Group,
    state: State,
    said: String,
    cure: String,
}

/// All is well with it.
pub(super) fn good(group: Group, said: impl Into<String>) -> Line {
    Line { group, state: State::Good, said: said.into(), cure: String::new() }
}

/// Worth a look.
pub(super) fn attention(group: Group, said: impl Into<String>, cure: impl Into<String>) -> Line {
    Line { group, state: State::Attention, said: said.into(), cure: cure.into() }
}

/// Something is wrong.
pub(super) fn bad(group: Group, said: impl Into<String>, cure: impl Into<String>) -> Line {
    Line { group, state: State::Bad, said: said.into(), cure: cure.into() }
}

/// Tests everything.
pub(super) fn run(context: &Context) -> Result<Outcome, CliError> {
    let (mut lines, accounts) = doctor_local::database_and_files(context);
    let mask = context.mask(accounts.as_deref().unwrap_or_default());
    lines.extend(Context::runtime()?.block_on(remote(context, accounts.as_deref()))?);
    lines.sort_by_key(|line| line.group as u8);
    for line in &mut lines {
        line.said = mask.hide(&line.said);
        line.cure = mask.hide(&line.cure);
    }
    let wrong = lines.iter().filter(|line| line.state == State::Bad).count();
    if context.json {
        print_json(&as_json(&lines, wrong))?;
    } else {
        print(context, &lines, wrong);
    }
    match wrong {
        0 => Ok(Outcome::Done),
        wrong => Err(CliError::failed(format!("有{wrong}项不正常，请按“办法”处理后再运行一次 cuigeng doctor"))),
    }
}

async fn remote(context: &Context, accounts: Option<&[Account]>) -> Result<Vec<Line>, CliError> {
    let mut lines = vec![doctor_remote::mail(context).await];
    lines.extend(doctor_remote::bounces(context).await);
    lines.extend(doctor_web::page(context).await?);
    lines.extend(doctor_remote::sources_and_clock(context, accounts.unwrap_or_default()).await?);
    Ok(lines)
}

fn print(context: &Context, lines: &[Line], wrong: usize) {
    outln!("cuigeng {} 体检，{}", env!("CARGO_PKG_VERSION"), super::beijing(context.clock.now()));
    let mut last = None;
    for line in lines {
        if last != Some(line.group) {
            outln!("{}", line.group.words().1);
            last = Some(line.group);
        }
        outln!("  {} {}", line.state.mark(), line.said);
        if !line.cure.is_empty() {
            outln!("    办法：{}", line.cure);
        }
    }
    let noted = lines.iter().filter(|line| line.state == State::Attention).count();
    outln!("共{}项：正常{}，要留意{noted}，不正常{wrong}", lines.len(), lines.len() - noted - wrong);
}

fn as_json(lines: &[Line], wrong: usize) -> serde_json::Value {
    let tests: Vec<_> = lines
        .iter()
        .map(|line| json!({"group": line.group.words().0, "state": line.state.word(), "said": line.said, "cure": line.cure}))
        .collect();
    json!({"ok": wrong == 0, "bad": wrong, "tests": tests})
}
