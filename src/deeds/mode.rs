//! 试运行 and 正式: switched by a named person, as far as the configuration permits.

use super::{Refusal, outbox};
use crate::config::{Config, Mode};
use crate::domain::Moment;
use crate::inspect::warn_at_once;
use crate::mail::leaving::Leaving;
use crate::mail::queue_digest;
use crate::store::{Connection, StoreError, Transaction, modes};

/// What a switch did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// Letters that waited and were cancelled, or are only recorded now.
    pub touched: usize,
    /// What leaves because of it.
    pub leaving: Leaving,
}

/// What a switch to 正式 would let go; `None` where there is nothing to switch, or the configuration says
/// 试运行.
///
/// # Errors
/// Those of the store.
pub fn ahead(conn: &Connection, config: &Config, now: Moment) -> Result<Option<Leaving>, StoreError> {
    if config.mode == Mode::Trial || modes::holds(conn, config.mode)? == Mode::Live {
        return Ok(None);
    }
    let pause = outbox::pause(conn)?;
    Ok(Some(Leaving { pause, ..Leaving::of(conn, config, now)? }))
}

/// Switches, and queues what leaves in the same transaction; `None` where it is so already. `seen` is the
/// mark of the letters that whoever switches to 正式 had before his eyes: others are to be seen first.
///
/// # Errors
/// Without a name; 正式 where the configuration says 试运行, or where other letters leave than were seen.
pub fn switch(
    tx: &Transaction<'_>,
    config: &Config,
    (wanted, seen): (Mode, Option<&str>),
    by: &str,
    now: Moment,
) -> Result<Option<Switched>, Refusal> {
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
    let leaving = ahead(tx, config, now)?.filter(|_| wanted == Mode::Live).unwrap_or_default();
    if seen.is_some_and(|seen| seen != leaving.mark()) {
        return Err(Refusal::state("随即要发的信与您看到的已经不同，没有切换；请看一遍现在写的，再切换"));
    }
    // What was recorded is told to the clerk before it is history.
    queue_digest(tx, config, now)?;
    let touched = modes::switch(tx, wanted, by, now)?;
    if !leaving.now.is_empty() {
        warn_at_once(tx, config, now)?;
    }
    Ok(Some(Switched { touched, leaving }))
}
