//! What offices answered to the 核对稿 of a 通报, and how objections were settled. Only ever added to.

use super::bulletins::date;
use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment, Period};
use crate::rules::Ruling;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};

const ANSWER: &str = "INSERT INTO review_answer (bulletin, office, account, word, reason, said_by, on_d, by, at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const ANSWERS: &str =
    "SELECT a.id, a.office, a.account, a.word, a.reason, a.said_by, a.on_d, a.by, a.at, r.outcome, r.reason, r.by, r.at, a.updated_at, c.by, c.at, c.reason, c.instead
  FROM review_answer a LEFT JOIN review_ruling r ON r.answer = a.id LEFT JOIN review_recall c ON c.answer = a.id WHERE a.bulletin = ?1 ORDER BY a.id";
const OPEN: &str = "SELECT a.id, b.period, a.at FROM review_answer a JOIN bulletin b ON b.id = a.bulletin LEFT JOIN review_ruling r ON r.answer = a.id
  WHERE a.account = ?1 AND b.profile = ?2 AND a.word = 'objects' AND r.answer IS NULL
    AND NOT EXISTS (SELECT 1 FROM review_recall c WHERE c.answer = a.id) AND NOT EXISTS (SELECT 1 FROM bulletin_discard d WHERE d.bulletin = b.id) ORDER BY a.id";
const SETTLE: &str = "INSERT INTO review_ruling (answer, outcome, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)";
const REPAIRED: &str = "SELECT DISTINCT a.account FROM review_answer a JOIN bulletin b ON b.id = a.bulletin
  WHERE b.period = ?1 AND b.profile = ?2 AND a.word = 'repaired' AND NOT EXISTS (SELECT 1 FROM bulletin_discard d WHERE d.bulletin = b.id) AND a.id = (SELECT max(n.id) FROM review_answer n
    WHERE n.bulletin = a.bulletin AND n.account = a.account AND NOT EXISTS (SELECT 1 FROM review_recall c WHERE c.answer = n.id))";
const OF: &str = "SELECT bulletin FROM review_answer WHERE id = ?1";
const RECALL: &str = "INSERT INTO review_recall (answer, reason, by, at, instead) VALUES (?1, ?2, ?3, ?4, ?5)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ANSWER, ANSWERS, OPEN, SETTLE, REPAIRED, OF, RECALL];

/// What an office answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its number.
    pub id: i64,
    /// Which office.
    pub office: String,
    /// About which account; `None`: all of the office.
    pub account: Option<AccountId>,
    /// agreed, objects or repaired.
    pub word: AnswerWord,
    /// Why; empty only for agreed.
    pub reason: String,
    /// Who of the office.
    pub said_by: String,
    /// On which day.
    pub on: NaiveDate,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// When the account was updated again; only of repaired.
    pub updated_at: Option<Moment>,
    /// How the objection was settled: 误报 or kept, reason, who, when.
    pub ruling: Option<(Ruling, String, String, Moment)>,
    /// How it was taken back; `None`: it holds.
    pub recalled: Option<Recalled>,
}

/// How an answer was taken back (收回) or corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// Who has.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
    /// The number of the answer that stands in its place.
    pub instead: Option<i64>,
}

/// 一致, 有异议 or 已整改.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerWord {
    /// 一致.
    Agreed,
    /// 有异议.
    Objects,
    /// 已整改, as a named person has checked.
    Repaired,
}

impl AnswerWord {
    /// The word in JSON and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            AnswerWord::Agreed => "agreed",
            AnswerWord::Objects => "objects",
            AnswerWord::Repaired => "repaired",
        }
    }

    /// What a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            AnswerWord::Agreed => "一致",
            AnswerWord::Objects => "有异议",
            AnswerWord::Repaired => "已整改",
        }
    }

    /// Back from [`AnswerWord::word`].
    pub fn from_word(word: &str) -> Option<AnswerWord> {
        [AnswerWord::Agreed, AnswerWord::Objects, AnswerWord::Repaired].into_iter().find(|known| known.word() == word)
    }
}

impl Answer {
    /// 争议: an objection that nobody has settled.
    pub fn is_open(&self) -> bool {
        self.word == AnswerWord::Objects && self.ruling.is_none() && self.holds()
    }

    /// Nobody has taken it back.
    pub const fn holds(&self) -> bool {
        self.recalled.is_none()
    }
}

/// Writes down what an office answered; its number, ruling and recall are not read. Returns the number.
///
/// # Errors
/// Those of SQLite.
pub fn answer(tx: &Transaction<'_>, bulletin: i64, answer: &Answer) -> Result<i64, StoreError> {
    let values = rusqlite::params![
        bulletin,
        answer.office,
        answer.account.map(|id| id.0),
        answer.word.word(),
        answer.reason,
        answer.said_by,
        answer.on.to_string(),
        answer.by,
        answer.at.unix(),
        answer.updated_at.map(Moment::unix)
    ];
    Ok(tx.prepare_cached(ANSWER)?.insert(values)?)
}

/// Every answer to the 核对稿 of a 通报, oldest first.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn answers(conn: &Connection, bulletin: i64) -> Result<Vec<Answer>, StoreError> {
    let mut statement = conn.prepare_cached(ANSWERS)?;
    let mut rows = statement.query([bulletin])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let word: String = row.get(3)?;
        found.push(Answer {
            id: row.get(0)?,
            office: row.get(1)?,
            account: row.get::<_, Option<i64>>(2)?.map(AccountId),
            word: AnswerWord::from_word(&word).ok_or_else(|| StoreError::odd(&word))?,
            reason: row.get(4)?,
            said_by: row.get(5)?,
            on: date(row, 6)?,
            by: row.get(7)?,
            at: Moment::from_unix(row.get(8)?),
            ruling: ruling(row)?,
            updated_at: row.get::<_, Option<i64>>(13)?.map(Moment::from_unix),
            recalled: recalled(row)?,
        });
    }
    Ok(found)
}

fn ruling(row: &Row<'_>) -> Result<Option<(Ruling, String, String, Moment)>, StoreError> {
    let Some(word) = row.get::<_, Option<String>>(9)? else { return Ok(None) };
    let ruling = if word == Ruling::False.word() { Ruling::False } else { Ruling::Confirmed };
    Ok(Some((ruling, row.get(10)?, row.get(11)?, Moment::from_unix(row.get(12)?))))
}

fn recalled(row: &Row<'_>) -> Result<Option<Recalled>, StoreError> {
    let Some(by) = row.get::<_, Option<String>>(14)? else { return Ok(None) };
    Ok(Some(Recalled { by, at: Moment::from_unix(row.get(15)?), reason: row.get(16)?, instead: row.get(17)? }))
}

/// The number of the 通报 to which an answer belongs.
///
/// # Errors
/// Those of SQLite.
pub fn bulletin_of(conn: &Connection, answer: i64) -> Result<Option<i64>, StoreError> {
    Ok(conn.prepare_cached(OF)?.query_row([answer], |row| row.get(0)).optional()?)
}

/// Takes an answer back; it stays, with who has taken it back and why.
///
/// # Errors
/// Those of SQLite; one that was taken back before is refused by the table.
pub fn recall(tx: &Transaction<'_>, answer: i64, how: &Recalled) -> Result<(), StoreError> {
    tx.prepare_cached(RECALL)?.execute((answer, &how.reason, &how.by, how.at.unix(), how.instead))?;
    Ok(())
}

/// An objection that nobody has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its number.
    pub id: i64,
    /// The period of the paper.
    pub period: Period,
    /// When it was written down.
    pub at: Moment,
}

/// Objections about an account that nobody has settled.
///
/// # Errors
/// Those of SQLite; a stored period that is not known.
pub fn open_objections(conn: &Connection, profile: &str, account: AccountId) -> Result<Vec<Objection>, StoreError> {
    let mut statement = conn.prepare_cached(OPEN)?;
    let mut rows = statement.query((account.0, profile))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let period: String = row.get(1)?;
        let period = Period::parse(&period).ok_or_else(|| StoreError::odd(&period))?;
        found.push(Objection { id: row.get(0)?, period, at: Moment::from_unix(row.get(2)?) });
    }
    Ok(found)
}

/// Settles an objection: 误报, or the finding is kept.
///
/// # Errors
/// Those of SQLite; one that is settled is refused by the table.
pub fn settle(
    tx: &Transaction<'_>,
    answer: i64,
    ruling: Ruling,
    (by, reason): (&str, &str),
    now: Moment,
) -> Result<(), StoreError> {
    let outcome = if ruling == Ruling::False { "false" } else { "kept" };
    tx.prepare_cached(SETTLE)?.execute((answer, outcome, reason, by, now.unix()))?;
    Ok(())
}

/// Accounts whose last answer that holds to the 核对稿 of a period is 已整改.
///
/// # Errors
/// Those of SQLite.
pub fn repaired(conn: &Connection, profile: &str, period: Period) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached(REPAIRED)?;
    let rows = statement.query_map((period.to_string(), profile), |row| row.get(0).map(AccountId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
