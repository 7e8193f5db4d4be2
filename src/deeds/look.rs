//! 立即核对: somebody asks for a look at an account now; the daemon that is rung makes it within a minute.

use super::Refusal;
use crate::domain::{Account, Moment};
use crate::rules::class_chinese;
use crate::spoken::beijing;
use crate::store::{StoreError, Transaction, agenda, lanes, meta};
use std::collections::BTreeSet;

/// Makes every source of the account due. Returns what is to be expected.
///
/// # Errors
/// Where nothing can look, nothing is to be looked at, or a look is due already.
pub fn ask(tx: &Transaction<'_>, account: &Account, by: &str, now: Moment) -> Result<String, Refusal> {
    let state = account.state_at(now);
    if !state.is_judged() {
        return Err(Refusal::state(format!("账号{}，不监测；要监测请先恢复", state.chinese())));
    }
    if account.sources.is_empty() {
        return Err(Refusal::state("这个账号没有来源，系统看不了，只能由人看：请到“核查”登记"));
    }
    if agenda::rush(tx, account.id, now, now)? == 0 {
        return Err(Refusal::state("已经排上了，马上就看；过一两分钟刷新这一页"));
    }
    meta::audit(tx, now, by, "look.ask", &account.title())?;
    Ok(format!("已经排上，马上就看；过一两分钟刷新这一页{}", resting(tx, account, now)?))
}

/// Makes every source of these accounts due. Returns what is to be expected.
///
/// # Errors
/// Where nothing can look, or every look is due already.
pub fn ask_all(tx: &Transaction<'_>, unread: &[Account], by: &str, now: Moment) -> Result<String, Refusal> {
    if unread.is_empty() {
        return Err(Refusal::state("没有等着看的账号：有来源的都看成过，没有来源的只能由人看"));
    }
    let mut due = 0;
    for account in unread {
        due += usize::from(agenda::rush(tx, account.id, now, now)? > 0);
    }
    if due == 0 {
        return Err(Refusal::state("已经排上了，马上就看；过一两分钟刷新这一页"));
    }
    meta::audit(tx, now, by, "look.ask", &format!("还没有看成的{due}个账号"))?;
    let rests: BTreeSet<String> = unread.iter().map(|account| resting(tx, account, now)).collect::<Result<_, _>>()?;
    let rests: Vec<String> = rests.into_iter().collect();
    Ok(format!("{due}个账号已经排上，马上就看；过一两分钟刷新这一页{}", rests.concat()))
}

/// Which sources are left alone, and until when: asking does not press them.
fn resting(tx: &Transaction<'_>, account: &Account, now: Moment) -> Result<String, StoreError> {
    let lanes = lanes::all(tx)?;
    let rest = |source: &str| lanes.get(source).and_then(|lane| lane.breaker.rests(now));
    let told = account.sources.iter().filter_map(|of| {
        let (cause, until) = rest(&of.source)?;
        Some(format!("。来源“{}”{}，暂停到{}，到时再看", of.source, class_chinese(cause.class), beijing(until)))
    });
    Ok(told.collect())
}
