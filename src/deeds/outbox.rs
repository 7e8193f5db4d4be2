//! The outbox by hand: retry, cancel, 已送达, a call, an answer that came by another way. What is allowed
//! from where is the store's (`store::desk`, `store::answers`); here the refusals are those of all deeds.

use super::Refusal;
use crate::answer::{Given, LONGEST, Way, Word, plausible_url};
use crate::config::Mode;
use crate::domain::{AccountId, Moment};
use crate::mail::hold;
use crate::mail::message::clean;
use crate::store::answers::{self, AnswerRow};
use crate::store::desk::{self, Call, Deed};
use crate::store::restored::{self, Waits};
use crate::store::{Connection, LetterKind, LetterRow, StoreError, Transaction, meta, modes, outbox};

/// Does it with a letter.
///
/// # Errors
/// Without a name or, for a cancel, a reason; where the letter's state does not allow it.
pub fn act(tx: &Transaction<'_>, id: i64, deed: &Deed, by: &str, now: Moment) -> Result<(), Refusal> {
    named(by)?;
    if matches!(deed, Deed::Cancel { reason } if reason.trim().is_empty()) {
        return Err(Refusal::field("reason", "为什么取消要写明：理由不能是空的"));
    }
    desk::act(tx, id, deed, by.trim(), now)?.map_err(Refusal::State)
}

/// Why nothing leaves now, whatever is due (Chinese, half a sentence); `None`: letters leave. Test letters do
/// in any case, since whoever mends the mail must be able to try it.
///
/// # Errors
/// Those of the store.
pub fn pause(conn: &Connection) -> Result<Option<&'static str>, StoreError> {
    if restored::holds(conn)?.is_some() {
        return Ok(Some("从备份恢复以后还没有放行，放行以后再发"));
    }
    Ok(hold::read(conn)?.map(|_| "发信现在暂停着，恢复以后再发"))
}

/// Why that letter would reach no recipient but only be recorded, if it left now (Chinese, half a sentence).
///
/// # Errors
/// Those of the store.
pub fn archives(conn: &Connection, configured: Mode, letter: &LetterRow) -> Result<Option<&'static str>, StoreError> {
    if !matches!(letter.kind, LetterKind::Reminder | LetterKind::Result) {
        return Ok(None);
    }
    if modes::holds(conn, configured)? == Mode::Trial {
        return Ok(Some("现在是试运行，这封信只存档，不发给收件人"));
    }
    Ok(letter.trial.then_some("这封信是试运行期间形成的，只存档，不发给收件人"))
}

/// What a retry of that letter promises: when it leaves, if at all (Chinese).
///
/// # Errors
/// Those of the store.
pub fn again(conn: &Connection, configured: Mode, id: i64) -> Result<String, StoreError> {
    let archived = match outbox::show(conn, id)? {
        Some(letter) => archives(conn, configured, &letter)?,
        None => None,
    };
    let why = if archived.is_some() { archived } else { pause(conn)? };
    let held = why.map(|why| format!("已排入发件箱；{why}"));
    Ok(held.unwrap_or_else(|| "已排入发件箱，程序随即再发一次".to_owned()))
}

/// Enters a call about `accounts` of a letter (all of them when empty); gives how many are new.
///
/// # Errors
/// Without a name, for a moment that is still to come, and where the letter's state does not allow it.
pub fn called(
    tx: &Transaction<'_>,
    id: i64,
    accounts: &[AccountId],
    call: &Call,
    now: Moment,
) -> Result<usize, Refusal> {
    named(&call.by)?;
    if call.at > now {
        return Err(Refusal::field("at", "通话时间还没有到，请核对"));
    }
    let entered = desk::called(tx, id, accounts, call, now)?.map_err(Refusal::State)?;
    Ok(entered.len())
}

/// An answer as somebody wrote it down.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was answered.
    pub word: Word,
    /// About which accounts of the letter; empty: about all.
    pub accounts: Vec<AccountId>,
    /// Where the post can be seen; may be empty.
    pub url: String,
    /// Free words; may be empty.
    pub note: String,
    /// Who wrote it down.
    pub by: String,
}

/// Keeps what was answered on the telephone or in a mail; gives about how many accounts it was new.
///
/// # Errors
/// Without a name, for a link that is none or a note that is too long, and where no answer is taken.
pub fn answer(tx: &Transaction<'_>, id: i64, told: &Told, now: Moment) -> Result<usize, Refusal> {
    named(&told.by)?;
    let url = match told.url.trim() {
        "" => String::new(),
        url => {
            plausible_url(url).ok_or_else(|| Refusal::field("url", "链接不像网址，请写http或https开头的完整网址"))?
        }
    };
    let note = clean(&told.note);
    if note.chars().count() > LONGEST {
        return Err(Refusal::field("note", format!("说明太长，请不要超过{LONGEST}字")));
    }
    let by = told.by.trim().to_owned();
    let given = Given { word: told.word, accounts: told.accounts.clone(), way: Way::Clerk { by }, url, note };
    let letter =
        outbox::show(tx, id)?.ok_or_else(|| Refusal::state(format!("没有编号为{id}的信；用 outbox list 查看")))?;
    answers::give(tx, &letter, &given, now)?.map_err(Refusal::State)
}

/// An answer that waited has been dealt with.
///
/// # Errors
/// Without a name or a result, and where it does not wait.
pub fn settle(tx: &Transaction<'_>, id: i64, by: &str, note: &str, now: Moment) -> Result<AnswerRow, Refusal> {
    named(by)?;
    let note = clean(note);
    if note.is_empty() {
        return Err(Refusal::field("note", "核实的结果要写明"));
    }
    answers::settle(tx, id, by.trim(), &note, now)?.map_err(Refusal::State)
}

/// The link of a letter opens nothing any more.
///
/// # Errors
/// Without a name, and where there is no link.
pub fn revoke(tx: &Transaction<'_>, id: i64, by: &str, now: Moment) -> Result<(), Refusal> {
    named(by)?;
    answers::revoke(tx, id, by.trim(), now)?.map_err(Refusal::State)
}

/// After a restore: somebody has seen what waits and lets it go. `seen` is what he had before his eyes; new
/// letters since then are to be seen first.
///
/// # Errors
/// Without a name; where nothing is held, not everything is there yet, or more waits than was seen.
pub fn release(tx: &Transaction<'_>, by: &str, seen: Option<Waits>, now: Moment) -> Result<Waits, Refusal> {
    named(by)?;
    let restored = restored::holds(tx)?.ok_or_else(|| Refusal::state("没有压着的信，没有改动；信件照常发出"))?;
    if !restored.looked {
        return Err(Refusal::state(
            "恢复以后服务还没有运行过，该有的信还没有列全，没有放行；请先启动服务，看一遍待发的信，再放行",
        ));
    }
    let waits = restored::waits(tx)?;
    if seen.is_some_and(|seen| seen != waits) {
        return Err(Refusal::state("待发的信与您看到的已经不同，没有放行；请再看一遍"));
    }
    restored::release(tx, &restored, now)?;
    let detail = format!("{}封，其中{}封可能已经发出过", waits.letters, waits.doubted);
    meta::audit(tx, now, by.trim(), "letter.release", &detail)?;
    Ok(waits)
}

fn named(by: &str) -> Result<(), Refusal> {
    if by.trim().is_empty() { Err(Refusal::wish("谁经手的要写明")) } else { Ok(()) }
}
