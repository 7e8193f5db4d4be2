//! `restore`: a backup takes the place of the database.

use super::print::errln;
use super::{CliError, Context, Outcome, backup, beijing, outln, print_json};
use crate::backup::Checked;
use crate::backup::restore::{self, Done};
use crate::store::restored::{Restored, Waits};
use serde_json::json;
use std::path::Path;

/// Restores, and says what is to be done next.
pub(super) fn run(context: &Context, file: &Path, by: &str) -> Result<Outcome, CliError> {
    let file = backup::named(context, file);
    let done = restore::restore(&context.data, &file, by, context.clock.now())?;
    if context.json {
        print_json(
            &json!({"file": file, "taken": done.taken, "aside": done.aside, "waiting": done.waits.letters, "may_have_left": done.waits.doubted, "calendars": done.checked.calendars, "earlier": done.earlier}),
        )?;
        return Ok(Outcome::Done);
    }
    print(&file, &done);
    Ok(Outcome::Done)
}

fn print(file: &Path, done: &Done) {
    if let Some(earlier) = &done.earlier {
        outln!("上一次恢复没有做完（{}），先接着做完了，又换成这一份", restore::told(earlier));
    }
    let taken = done.taken.map_or_else(String::new, |taken| format!("，{}的副本", beijing(taken)));
    outln!("已用 {} 恢复数据库（{}{taken}）", file.display(), backup::words(&done.checked));
    match &done.aside {
        Some(aside) => outln!(
            "原来的数据库移到了 {}，后悔了可以再恢复它（cuigeng restore {0} --by 姓名），确认不再需要后可以删去",
            aside.display()
        ),
        None => outln!("原来没有数据库"),
    }
    outln!("副本之后登记、判定、发出的都不在里面；用户和密码回到那时，登录和一次性链接都已失效");
    if let Some(years) = calendars(&done.checked) {
        outln!("{years}");
    }
    for line in next(done.waits) {
        outln!("{line}");
    }
}

fn calendars(checked: &Checked) -> Option<String> {
    let years: Vec<String> = checked.calendars.as_ref()?.iter().map(|year| format!("{year}年")).collect();
    let had = if years.is_empty() {
        "没有录入过放假安排".to_owned()
    } else {
        format!("录入的是{}", years.join("、"))
    };
    Some(format!("放假安排也回到那时：{had}；换下的在上面那个目录的 calendar 里"))
}

/// That nothing leaves, and what is to be done next.
fn next(waits: Waits) -> [String; 4] {
    let Waits { letters, doubted, .. } = waits;
    [
        format!("现在什么信也不发：待发{letters}封，其中{doubted}封的时间已过，可能已经发出过。接下来："),
        "  1. 启动服务（systemctl start cuigeng），等它看一遍账号，补上该有的信".to_owned(),
        "  2. 看待发的信：cuigeng outbox release，或网页的发件箱；不该再发的取消".to_owned(),
        "  3. 放行：cuigeng outbox release --by 姓名，或发件箱里的“放行”".to_owned(),
    ]
}

/// To whoever comes after a restore that was cut off, before what he has asked for.
pub(super) fn say_resumed(data: &Path, restored: &Restored, waits: Waits) {
    errln!("注意：数据库已经换过。{}", restore::told(restored));
    if let Some(aside) = restore::aside(data, restored) {
        errln!("原来的数据库移到了 {}；后悔了可以再恢复它：cuigeng restore {0} --by 姓名", aside.display());
    }
    for line in next(waits) {
        errln!("{line}");
    }
}
