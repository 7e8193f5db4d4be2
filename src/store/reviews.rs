//! What offices answered to the 核对稿 of a 通报, and how objections were settled. Only ever added to.

use super::bulletins::date;
use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment, Period};
use crate::rules::Ruling;
use chrono::NaiveDate;
use rusqlite::Row;

const ANSWER: &str = "INSERT INTO review_answer (bulletin, office, account, word, reason, said_by, on_d, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const ANSWERS: &str =
    "SELECT a.id, a.office, a.account, a.word, a.reason, a.said_by, a.on_d, a.by, a.at, r.outcome, r.reason, r.by, r.at
  FROM review_answer a LEFT JOIN review_ruling r ON r.answer = a.id WHERE a.bulletin = ?1 ORDER BY a.id";
const OPEN: &str = "SELECT a.id, b.period, a.at FROM review_answer a JOIN bulletin b ON b.id = a.bulletin LEFT JOIN review_ruling r ON r.answer = a.id
  WHERE a.account = ?1 AND b.profile = ?2 AND a.word = 'objects' AND r.answer IS NULL ORDER BY a.id";
const SETTLE: &str = "INSERT INTO review_ruling (answer, outcome, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)";
const REPAIRED: &str = "SELECT DISTINCT a.account FROM review_answer a JOIN bulletin b ON b.id = a.bulletin
  WHERE b.period = ?1 AND b.profile = ?2 AND a.word = 'repaired' AND a.id = (SELECT max(n.id) FROM review_answer n WHERE n.bulletin = a.bulletin AND n.account = a.account)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ANSWER, ANSWERS, OPEN, SETTLE, REPAIRED];

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
    /// How the objection was settled: 误报 or kept, reason, who, when.
    pub ruling: Option<(Ruling, String, String, Moment)>,
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
        self.word == AnswerWord::Objects && self.ruling.is_none()
    }
}

/// Writes down what an office answered; its number and ruling are not read. Returns the number.
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
        answer.at.unix()
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
        });
    }
    Ok(found)
}

fn ruling(row: &Row<'_>) -> Result<Option<(Ruling, String, String, Moment)>, StoreError> {
    let Some(word) = row.get::<_, Option<String>>(9)? else { return Ok(None) };
    let ruling = if word == Ruling::False.word() { Ruling::False } else { Ruling::Confirmed };
    Ok(Some((ruling, row.get(10)?, row.get(11)?, Moment::from_unix(row.get(12)?))))
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

/// Accounts whose last answer to the 核对稿 of a period is 已整改.
///
/// # Errors
/// Those of SQLite.
pub fn repaired(conn: &Connection, profile: &str, period: Period) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached(REPAIRED)?;
    let rows = statement.query_map((period.to_string(), profile), |row| row.get(0).map(AccountId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
