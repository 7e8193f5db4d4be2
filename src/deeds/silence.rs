//! 静默: a named person asks for quiet, says why and until when; or ends it before its time.

use super::Refusal;
use super::when::unclear_time;
use crate::domain::{Account, Moment};
use crate::silence::{Scope, Silence};
use crate::spoken::beijing;
use crate::store::{Transaction, silences};
use cuigeng_adapters::time::{DAY, parse_date};

/// Longer than that is not a silence but a decision: pause the account.
const LONGEST_D: i64 = 366;

/// The end of a silence as people write it; `option` names the field before a time that has passed.
///
/// # Errors
/// What is not understood, has passed, or is too far.
pub fn until(text: &str, option: &str, now: Moment) -> Result<Moment, Refusal> {
    let end = parse_date(text).map(|date| Moment::start_of(date).plus(DAY)).or_else(|| Moment::parse(text));
    let end = end.ok_or_else(|| Refusal::field("until", unclear_time("到期时间", text)))?;
    if end <= now {
        // A day as it was written: the end of it is a date that nobody has typed.
        let told = parse_date(text).map_or_else(|| beijing(end), |date| date.to_string());
        return Err(Refusal::field("until", format!("{option} {told} 已经过去了")));
    }
    if end > now.plus_days(LONGEST_D) {
        return Err(Refusal::field("until", "静默最长一年；长期不用的账号请在台账里改为暂停或关停"));
    }
    Ok(end)
}

/// Keeps a silence about one account that has none; returns its number.
///
/// # Errors
/// Without a reason, or where one holds already.
pub fn add_to(tx: &Transaction<'_>, account: &Account, new: &Silence) -> Result<i64, Refusal> {
    if new.reason.is_empty() {
        return Err(Refusal::field("reason", "为什么静默，要写明理由；没有改动"));
    }
    let own = |silence: &&Silence| silence.scope == Scope::Account(account.id);
    if let Some(holds) = silences::active(tx, new.at)?.iter().find(own) {
        return Err(Refusal::state(format!(
            "已经静默到{}（{}：{}），没有改动",
            beijing(holds.until),
            holds.by,
            holds.reason
        )));
    }
    Ok(silences::add(tx, new)?)
}

/// Ends one before its time.
///
/// # Errors
/// Where it holds no more.
pub fn expire(tx: &Transaction<'_>, id: i64, by: &str, now: Moment) -> Result<(), Refusal> {
    if silences::end(tx, id, by, now)? {
        return Ok(());
    }
    Err(Refusal::state(format!("没有编号为{id}的静默，或它已经结束")))
}
