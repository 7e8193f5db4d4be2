//! 第一次使用: how far an office has come on the way from its first administrator to its first letter, read
//! off what is kept; and the words by which a named person leaves a step out or wants no more of it.

use super::{Refusal, mode};
use crate::config::{Config, Mode};
use crate::domain::Moment;
use crate::spoken::beijing;
use crate::store::modes::{self, Switched};
use crate::store::{Connection, StoreError, Transaction, meta, start};

/// Under which name it is kept that nobody wants to be led any more.
const DISMISSED: &str = "start_dismissed";

/// A step that may be left out, with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// 试发信.
    Mail,
    /// 第一次核对.
    Look,
}

impl Step {
    /// As a form says it.
    pub fn parse(word: &str) -> Option<Step> {
        [Step::Mail, Step::Look].into_iter().find(|step| step.word() == word)
    }

    const fn word(self) -> &'static str {
        match self {
            Step::Mail => "mail",
            Step::Look => "look",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Step::Mail => "试发信",
            Step::Look => "第一次核对",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Step::Mail => "start_mail",
            Step::Look => "start_look",
        }
    }
}

/// What somebody has said, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why; may be empty.
    pub reason: String,
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Done, as what is kept shows.
    Done,
    /// Left out with a word.
    Left(Word),
    /// Neither.
    Open,
}

/// How far the office has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// A test letter was accepted.
    pub mail: Stand,
    /// The newest test letter.
    pub letter: Option<i64>,
    /// There are accounts.
    pub accounts: bool,
    /// An account was read, by a source or by a person.
    pub look: Stand,
    /// Somebody has said 正式 or 试运行.
    pub begun: Option<Switched>,
    /// Nobody wants to be led any more.
    pub dismissed: Option<Word>,
}

impl Progress {
    /// The steps that are still to be done, in their order (Chinese).
    pub fn open(&self) -> Vec<&'static str> {
        let steps = [
            (Step::Mail.chinese(), self.mail == Stand::Open),
            ("台账", !self.accounts),
            (Step::Look.chinese(), self.look == Stand::Open),
            ("开始", self.begun.is_none()),
        ];
        steps.into_iter().filter_map(|(step, is_open)| is_open.then_some(step)).collect()
    }
}

/// How far the office has come.
///
/// # Errors
/// Those of SQLite.
pub fn progress(conn: &Connection) -> Result<Progress, StoreError> {
    let left = start::left(conn)?;
    Ok(Progress {
        mail: stand(conn, Step::Mail, left.accepted)?,
        letter: left.letter,
        accounts: left.accounts,
        look: stand(conn, Step::Look, left.looked)?,
        begun: modes::last(conn)?,
        dismissed: word(conn, DISMISSED)?,
    })
}

/// The same while somebody is to be led: `None` once the office has begun, or wants no more of it.
///
/// # Errors
/// Those of SQLite.
pub fn to_tell(conn: &Connection) -> Result<Option<Progress>, StoreError> {
    if modes::last(conn)?.is_some() || word(conn, DISMISSED)?.is_some() {
        return Ok(None);
    }
    progress(conn).map(Some)
}

fn stand(conn: &Connection, step: Step, done: bool) -> Result<Stand, StoreError> {
    if done {
        return Ok(Stand::Done);
    }
    Ok(word(conn, step.key())?.map_or(Stand::Open, Stand::Left))
}

fn word(conn: &Connection, key: &str) -> Result<Option<Word>, StoreError> {
    let kept = meta::get(conn, key)?.filter(|kept| !kept.is_empty());
    let read = |kept: String| serde_json::from_str(&kept).map_err(odd);
    let kept: Option<(i64, String, String)> = kept.map(read).transpose()?;
    Ok(kept.map(|(at, by, reason)| Word { by, at: Moment::from_unix(at), reason }))
}

fn keep(tx: &Transaction<'_>, key: &str, reason: &str, by: &str, now: Moment) -> Result<(), StoreError> {
    let kept = serde_json::to_string(&(now.unix(), by, reason)).map_err(odd)?;
    meta::set(tx, key, &kept)
}

fn odd(error: serde_json::Error) -> StoreError {
    StoreError::odd(error.to_string())
}

/// Leaves a step out, with a word why. Returns what was done.
///
/// # Errors
/// Without a reason; where the step is done, or was left out already.
pub fn skip(tx: &Transaction<'_>, step: Step, reason: &str, by: &str, now: Moment) -> Result<String, Refusal> {
    let (reason, progress) = (reason.trim(), progress(tx)?);
    if reason.is_empty() {
        return Err(Refusal::field("reason", format!("先不做“{}”要写一句为什么，没有跳过", step.chinese())));
    }
    let stands = if step == Step::Mail { progress.mail } else { progress.look };
    match stands {
        Stand::Done => Err(Refusal::state(format!("“{}”已经做成，不用跳过", step.chinese()))),
        Stand::Left(word) => Err(Refusal::state(format!(
            "“{}”已经由{}在{}跳过（{}），没有改动",
            step.chinese(),
            word.by,
            beijing(word.at),
            word.reason
        ))),
        Stand::Open => {
            keep(tx, step.key(), reason, by, now)?;
            meta::audit(tx, now, by, "start.skip", &format!("{}：{reason}", step.chinese()))?;
            Ok(format!("“{}”先不做：{reason}。以后随时可以补做", step.chinese()))
        }
    }
}

/// The last step: 正式, or 试运行 for the time being, said by a named person. Returns what was done.
///
/// # Errors
/// Where a step before it is neither done nor left out; those of [`mode::switch`].
pub fn begin(
    tx: &Transaction<'_>,
    config: &Config,
    wanted: (Mode, Option<&str>),
    by: &str,
    now: Moment,
) -> Result<Option<mode::Switched>, Refusal> {
    let before: Vec<&str> = progress(tx)?.open().into_iter().filter(|step| *step != "开始").collect();
    if !before.is_empty() {
        return Err(Refusal::state(format!("还没有开始：前面的“{}”还没有做", before.join("”“"))));
    }
    mode::switch(tx, config, wanted, by, now)
}

/// Nobody is led any more, or again. Returns what was done.
///
/// # Errors
/// Where it is so already.
pub fn dismiss(tx: &Transaction<'_>, dismissed: bool, by: &str, now: Moment) -> Result<String, Refusal> {
    if word(tx, DISMISSED)?.is_some() == dismissed {
        return Err(Refusal::state(if dismissed {
            "已经不再提示，没有改动"
        } else {
            "本来就在提示，没有改动"
        }));
    }
    if dismissed {
        keep(tx, DISMISSED, "", by, now)?;
        meta::audit(tx, now, by, "start.dismiss", "")?;
        return Ok("总览上不再提示第一次使用；这一页还在，地址不变".to_owned());
    }
    meta::set(tx, DISMISSED, "")?;
    meta::audit(tx, now, by, "start.reopen", "")?;
    Ok("总览上会继续提示还差哪几步".to_owned())
}
