//! 试运行 and 正式: switched by a named person, as far as the configuration permits.

use super::Refusal;
use crate::config::{Config, Mode};
use crate::domain::Moment;
use crate::mail::queue_digest;
use crate::store::{Transaction, modes};

/// Switches; returns how many letters that touched, `None` where it is so already.
///
/// # Errors
/// Without a name; 正式 where the configuration says 试运行.
pub fn switch(
    tx: &Transaction<'_>,
    config: &Config,
    wanted: Mode,
    by: &str,
    now: Moment,
) -> Result<Option<usize>, Refusal> {
    if by.trim().is_empty() {
        return Err(Refusal::wish("切换运行方式要有具名的人负责，请写明姓名"));
    }
    if wanted == Mode::Live && config.mode == Mode::Trial {
        return Err(Refusal::state(
            "配置文件里写的是试运行，没有切换；请系统运维人员先把配置改为“正式”并重启服务，再来切换",
        ));
    }
    if modes::last(tx)?.is_some_and(|last| last.mode == wanted) {
        return Ok(None);
    }
    // What was recorded is told to the clerk before it is history.
    queue_digest(tx, config, now)?;
    Ok(Some(modes::switch(tx, wanted, by, now)?))
}
