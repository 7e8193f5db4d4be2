//! 作废: a 通报 that was begun for the wrong month or kind is thrown away before it is signed. Nothing of it is
//! deleted; its period is free again, and its review and its answers bind nobody any more.

use super::Refusal;
use super::bulletin::find;
use crate::config::Config;
use crate::domain::{Moment, Period};
use crate::spoken::beijing;
use crate::store::bulletins::{self, Bulletin, Discarded};
use crate::store::{Connection, Transaction, meta};

/// What is thrown away, and by whom.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The newest 通报 of this period.
    pub period: Period,
    /// Its number and that of its last step, as a page showed them; `None`: whatever there is.
    pub shown: Option<(i64, i64)>,
    /// Who throws it away.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Throws it away; gives it as it stood.
///
/// # Errors
/// Without a name or a reason; where there is none, it is signed, or it is not what was shown.
pub fn discard(tx: &Transaction<'_>, config: &Config, wish: &Wish, now: Moment) -> Result<Bulletin, Refusal> {
    let (by, reason) = (wish.by.trim(), wish.reason.trim());
    if by.is_empty() || reason.is_empty() {
        return Err(Refusal::field("reason", "作废要写明经手人和理由"));
    }
    let against = |why: String| Refusal::state(format!("{}：{why}", wish.period));
    let bulletin = as_shown(tx, config, wish)?;
    if bulletin.issue.is_some() {
        return Err(against("已经签发，不能作废；要更正请用 bulletin draft 另起更正稿".to_owned()));
    }
    let how = Discarded { by: by.to_owned(), at: now, reason: reason.to_owned() };
    bulletins::discard(tx, bulletin.id, &how)?;
    let detail = format!("{} 第{}版（{}）；理由：{reason}", wish.period, bulletin.version, bulletin.stage().chinese());
    meta::audit(tx, now, by, "bulletin.discard", &detail)?;
    Ok(bulletin)
}

fn as_shown(conn: &Connection, config: &Config, wish: &Wish) -> Result<Bulletin, Refusal> {
    let Some((id, seq)) = wish.shown else { return find(conn, config, wish.period, None) };
    let against = |why: String| Refusal::state(format!("{}：{why}", wish.period));
    let all = bulletins::with_discarded(conn)?;
    let shown = all.into_iter().find(|one| one.id == id && one.period == wish.period);
    let found = shown.ok_or_else(|| against("没有这一份通报，没有改动；请刷新页面".to_owned()))?;
    if let Some(gone) = &found.discarded {
        return Err(against(format!("已由{}在{}作废，没有再改动", gone.by, beijing(gone.at))));
    }
    match found.steps.last().filter(|step| step.seq != seq) {
        Some(step) => {
            Err(against(format!("打开页面以后，{}已办到{}，没有改动；请看过最新的再办", step.by, step.stage.chinese())))
        }
        None => Ok(found),
    }
}
