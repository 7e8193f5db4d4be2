//! 停用、恢复: from now on an account is in another state; what was before stays as it was.

use super::Refusal;
use crate::domain::{Account, Moment, State, StateChange};
use crate::store::{Transaction, accounts, meta};

/// Changes it, if it is still as it was `shown`.
///
/// # Errors
/// Without a reason, or where the state is another one by now or already so.
pub fn change(
    tx: &Transaction<'_>,
    mut account: Account,
    (shown, wanted): (State, State),
    (by, reason): (&str, &str),
    now: Moment,
) -> Result<String, Refusal> {
    let (before, title) = (account.state_at(now), account.title());
    if reason.is_empty() {
        return Err(Refusal::field("reason", "为什么改，要写明理由；没有改动"));
    }
    if before == wanted {
        return Err(Refusal::state(format!("{title}已经是“{}”，没有改动", before.chinese())));
    }
    if before != shown {
        return Err(Refusal::state(format!("{title}刚才已经改为“{}”，没有改动；请看过再改", before.chinese())));
    }
    account.states.retain(|change| change.from < now);
    if account.states.is_empty() {
        // The first state holds for all time before it.
        account.states.push(StateChange { from: Moment::from_unix(0), state: before });
    }
    account.states.push(StateChange { from: now, state: wanted });
    accounts::save(tx, &account)?;
    let told = format!("{title}：{}改为{}", before.chinese(), wanted.chinese());
    meta::audit(tx, now, by, "account.state", &format!("{told}；理由：{reason}"))?;
    Ok(told)
}
