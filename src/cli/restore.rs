//! `restore`: a backup takes the place of the database.

use super::{CliError, Context, Outcome, backup, beijing, outln, print_json};
use crate::backup::restore::{self, Done};
use serde_json::json;
use std::path::Path;

/// Restores, and says what is to be done next.
pub(super) fn run(context: &Context, file: &Path, by: &str) -> Result<Outcome, CliError> {
    let file = backup::named(context, file);
    let done = restore::restore(&context.data, &file, by, context.clock.now())?;
    if context.json {
        print_json(
            &json!({"file": file, "taken": done.taken, "aside": done.aside, "waiting": done.waits.letters, "may_have_left": done.waits.doubted}),
        )?;
        return Ok(Outcome::Done);
    }
    print(&file, &done);
    Ok(Outcome::Done)
}

fn print(file: &Path, done: &Done) {
    let taken = done.taken.map_or_else(String::new, |taken| format!("，{}的副本", beijing(taken)));
    outln!("已用 {} 恢复数据库（{}{taken}）", file.display(), backup::words(&done.checked));
    match &done.aside {
        Some(aside) => outln!("原来的数据库移到了 {}，确认不再需要后可以删去", aside.display()),
        None => outln!("原来没有数据库"),
    }
    outln!("副本之后登记、判定、发出的都不在里面；用户和密码回到那时，登录和一次性链接都已失效");
    outln!(
        "现在什么信也不发：待发{}封，其中{}封的时间已过，可能已经发出过。接下来：",
        done.waits.letters,
        done.waits.doubted
    );
    outln!("  1. 启动服务（systemctl start cuigeng），等它看一遍账号，补上该有的信");
    outln!("  2. 看待发的信：cuigeng outbox release，或网页的发件箱；不该再发的取消");
    outln!("  3. 放行：cuigeng outbox release --by 姓名，或发件箱里的“放行”");
}
