//! 通报 and what became of them: their steps and what was frozen. Only ever added to.

use super::{Connection, StoreError, Transaction};
use crate::bulletin::{Frozen, Outcome, Stage, Stood};
use crate::domain::{AccountId, Check, Moment, Period};
use crate::rules::Window;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};

const LIST: &str =
    "SELECT b.id, b.period, b.profile, s.seq, s.stage, s.by, s.at, s.note, s.reply_by, i.number, i.dated, i.unclear, d.by, d.at, d.reason
  FROM bulletin b JOIN bulletin_step s ON s.bulletin = b.id LEFT JOIN bulletin_issue i ON i.bulletin = b.id LEFT JOIN bulletin_discard d ON d.bulletin = b.id
  WHERE ?1 IS NULL OR b.profile = ?1 ORDER BY b.id, s.seq";
const BEGIN: &str = "INSERT INTO bulletin (period, profile, version) SELECT ?1, ?2, coalesce(max(version), 0) + 1 FROM bulletin WHERE period = ?1 AND profile = ?2";
const DISCARD: &str = "INSERT INTO bulletin_discard (bulletin, reason, by, at) VALUES (?1, ?2, ?3, ?4)";
const STEP: &str =
    "INSERT INTO bulletin_step (bulletin, seq, stage, by, at, note, reply_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const KEEP: &str = "INSERT INTO bulletin_paper (bulletin, seq, kind, json, sha256) VALUES (?1, ?2, ?3, ?4, ?5)";
const PAPER: &str = "SELECT json, sha256 FROM bulletin_paper WHERE bulletin = ?1 AND seq = ?2 AND kind = ?3";
const ISSUE: &str = "INSERT INTO bulletin_issue (bulletin, number, dated, unclear) VALUES (?1, ?2, ?3, ?4)";
const NUMBERED: &str =
    "SELECT b.period FROM bulletin_issue i JOIN bulletin b ON b.id = i.bulletin WHERE i.number = ?1 AND i.number <> ''";
const FREEZE: &str =
    "INSERT INTO bulletin_verdict (bulletin, verdict, outcome) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const FROZEN: &str = "SELECT v.account, v.rule, v.from_s, v.until_s, v.nominal, v.held_at, f.outcome, v.label, v.seen,
    EXISTS (SELECT 1 FROM repair r WHERE r.period = b.period AND r.profile = b.profile AND r.account = v.account AND r.rule = v.rule AND r.bulletin <= b.id
      AND NOT EXISTS (SELECT 1 FROM repair_event e JOIN bulletin_step s ON s.stage = 'issued' AND s.at = e.at JOIN bulletin w ON w.id = s.bulletin AND w.period = b.period AND w.profile = b.profile
        WHERE e.repair = r.id AND e.kind = 'withdrawn' AND w.id > r.bulletin AND w.id <= b.id))
  FROM bulletin_verdict f JOIN bulletin b ON b.id = f.bulletin JOIN verdict v ON v.id = f.verdict WHERE f.bulletin = ?1 ORDER BY v.account, v.from_s";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[LIST, BEGIN, DISCARD, STEP, KEEP, PAPER, ISSUE, NUMBERED, FREEZE, FROZEN];

/// A 通报 with all of its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    /// Its number.
    pub id: i64,
    /// What it covers.
    pub period: Period,
    /// Name of the profile that judged.
    pub profile: String,
    /// 1; every 更正 has one more. Those that were thrown away do not count.
    pub version: u32,
    /// Its steps, oldest first; at least one.
    pub steps: Vec<Step>,
    /// How it was issued; `None`: it was not.
    pub issue: Option<Issue>,
    /// How it was thrown away (作废); `None`: it was not.
    pub discarded: Option<Discarded>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// 1 for the first.
    pub seq: i64,
    /// Where it led to.
    pub stage: Stage,
    /// Who took it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why it went back, what a 更正 corrects; may be empty.
    pub note: String,
    /// Last day for the answers of offices.
    pub reply_by: Option<NaiveDate>,
}

/// How it was thrown away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discarded {
    /// Who has.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

/// How it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// 发文字号; empty: it bears none.
    pub number: String,
    /// 成文日期.
    pub dated: NaiveDate,
    /// Why it was issued with 无法判定; empty: there was none.
    pub unclear: String,
}

impl Bulletin {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        self.steps.last().map_or(Stage::Draft, |step| step.stage)
    }

    /// The number of its last step.
    pub fn seq(&self) -> i64 {
        self.steps.last().map_or(0, |step| step.seq)
    }

    /// What a clerk reads of where it stands: its stage, or 已作废.
    pub fn standing(&self) -> &'static str {
        if self.discarded.is_some() { "已作废" } else { self.stage().chinese() }
    }

    /// Whether it corrects one that was issued.
    pub const fn amends(&self) -> bool {
        self.version > 1
    }
}

/// Every 通报 under a profile, in the order in which they were begun, without those that were thrown away.
///
/// # Errors
/// Those of SQLite; a row that this program does not understand.
pub fn list(conn: &Connection, profile: &str) -> Result<Vec<Bulletin>, StoreError> {
    Ok(read(conn, Some(profile))?.into_iter().filter(|one| one.discarded.is_none()).collect())
}

/// Every 通报 under any profile, in the order in which they were begun: what was signed stays signed when
/// the configuration names another profile.
///
/// # Errors
/// Those of [`list`].
pub fn everywhere(conn: &Connection) -> Result<Vec<Bulletin>, StoreError> {
    Ok(with_discarded(conn)?.into_iter().filter(|one| one.discarded.is_none()).collect())
}

/// The same with those that were thrown away, for whoever asks what became of them.
///
/// # Errors
/// Those of [`list`].
pub fn with_discarded(conn: &Connection) -> Result<Vec<Bulletin>, StoreError> {
    read(conn, None)
}

fn read(conn: &Connection, profile: Option<&str>) -> Result<Vec<Bulletin>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let mut rows = statement.query([profile])?;
    let mut found: Vec<Bulletin> = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if found.last().is_none_or(|last| last.id != id) {
            let (period, issue) = (period(row, 1)?, issue(row)?);
            let (profile, discarded) = (row.get::<_, String>(2)?, discarded(row)?);
            let stands = |one: &&Bulletin| one.discarded.is_none() && one.period == period && one.profile == profile;
            let version = found.iter().filter(stands).fold(1, |version, _| version + 1);
            found.push(Bulletin { id, period, profile, version, steps: Vec::new(), issue, discarded });
        }
        let step = step(row)?;
        if let Some(last) = found.last_mut() {
            last.steps.push(step);
        }
    }
    Ok(found)
}

/// The newest 通报 of a period.
///
/// # Errors
/// Those of [`list`].
pub fn newest(conn: &Connection, profile: &str, period: Period) -> Result<Option<Bulletin>, StoreError> {
    Ok(list(conn, profile)?.into_iter().rfind(|bulletin| bulletin.period == period))
}

fn discarded(row: &Row<'_>) -> Result<Option<Discarded>, StoreError> {
    let Some(by) = row.get::<_, Option<String>>(12)? else { return Ok(None) };
    Ok(Some(Discarded { by, at: Moment::from_unix(row.get(13)?), reason: row.get(14)? }))
}

fn issue(row: &Row<'_>) -> Result<Option<Issue>, StoreError> {
    let Some(number) = row.get::<_, Option<String>>(9)? else { return Ok(None) };
    Ok(Some(Issue { number, dated: date(row, 10)?, unclear: row.get(11)? }))
}

fn step(row: &Row<'_>) -> Result<Step, StoreError> {
    let stage: String = row.get(4)?;
    let reply_by = row.get::<_, Option<String>>(8)?.map(|_| date(row, 8)).transpose()?;
    Ok(Step {
        seq: row.get(3)?,
        stage: Stage::from_word(&stage).ok_or_else(|| StoreError::odd(&stage))?,
        by: row.get(5)?,
        at: Moment::from_unix(row.get(6)?),
        note: row.get(7)?,
        reply_by,
    })
}

pub(super) fn date(row: &Row<'_>, column: usize) -> Result<NaiveDate, StoreError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| StoreError::odd(&text))
}

fn period(row: &Row<'_>, column: usize) -> Result<Period, StoreError> {
    let text: String = row.get(column)?;
    Period::parse(&text).ok_or_else(|| StoreError::odd(&text))
}

/// Begins the next 通报 of a period, without a step yet. Returns its number.
///
/// # Errors
/// Those of SQLite.
pub fn begin(tx: &Transaction<'_>, period: Period, profile: &str) -> Result<i64, StoreError> {
    Ok(tx.prepare_cached(BEGIN)?.insert((period.to_string(), profile))?)
}

/// Throws a 通报 away: its period is free again, and all that was kept of it stays.
///
/// # Errors
/// Those of SQLite; one that is signed, or was thrown away before, is refused by the table.
pub fn discard(tx: &Transaction<'_>, bulletin: i64, how: &Discarded) -> Result<(), StoreError> {
    tx.prepare_cached(DISCARD)?.execute((bulletin, &how.reason, &how.by, how.at.unix()))?;
    Ok(())
}

/// Takes a step. One of that number is refused by the table: two people cannot take the same one.
///
/// # Errors
/// Those of SQLite.
pub fn take(tx: &Transaction<'_>, bulletin: i64, step: &Step) -> Result<(), StoreError> {
    let reply_by = step.reply_by.map(|day| day.to_string());
    let values = (bulletin, step.seq, step.stage.word(), &step.by, step.at.unix(), &step.note, reply_by);
    tx.prepare_cached(STEP)?.execute(values)?;
    Ok(())
}

/// Which paper of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperKind {
    /// The 通报.
    Circular,
    /// 问题依据清单.
    Evidence,
}

impl PaperKind {
    const fn word(self) -> &'static str {
        match self {
            PaperKind::Circular => "circular",
            PaperKind::Evidence => "evidence",
        }
    }
}

/// Keeps a paper as it was at a step.
///
/// # Errors
/// Those of SQLite.
pub fn keep(
    tx: &Transaction<'_>,
    (bulletin, seq): (i64, i64),
    kind: PaperKind,
    frozen: &Frozen,
) -> Result<(), StoreError> {
    tx.prepare_cached(KEEP)?.execute((bulletin, seq, kind.word(), &frozen.json, &frozen.sha256))?;
    Ok(())
}

/// A paper as it was at a step.
///
/// # Errors
/// Those of SQLite.
pub fn paper(conn: &Connection, (bulletin, seq): (i64, i64), kind: PaperKind) -> Result<Option<Frozen>, StoreError> {
    let found = conn
        .prepare_cached(PAPER)?
        .query_row((bulletin, seq, kind.word()), |row| Ok(Frozen { json: row.get(0)?, sha256: row.get(1)? }));
    Ok(found.optional()?)
}

/// Writes down how it was issued.
///
/// # Errors
/// Those of SQLite; a number that another paper bears is refused by the table.
pub fn issued(tx: &Transaction<'_>, bulletin: i64, issue: &Issue) -> Result<(), StoreError> {
    let values = (bulletin, &issue.number, issue.dated.to_string(), &issue.unclear);
    tx.prepare_cached(ISSUE)?.execute(values)?;
    Ok(())
}

/// The period of the paper that bears this number.
///
/// # Errors
/// Those of SQLite.
pub fn numbered(conn: &Connection, number: &str) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached(NUMBERED)?.query_row([number], |row| row.get(0)).optional()?)
}

/// Freezes what the paper rests on: revisions of verdicts, and what each comes to.
///
/// # Errors
/// Those of SQLite.
pub fn freeze(tx: &Transaction<'_>, bulletin: i64, rests_on: &[(i64, Outcome)]) -> Result<(), StoreError> {
    let mut statement = tx.prepare_cached(FREEZE)?;
    for (verdict, outcome) in rests_on {
        statement.execute((bulletin, verdict, outcome.word()))?;
    }
    Ok(())
}

/// What an issued paper rests on, by account and window.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn frozen(conn: &Connection, bulletin: i64) -> Result<Vec<Stood>, StoreError> {
    let mut statement = conn.prepare_cached(FROZEN)?;
    let mut rows = statement.query([bulletin])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let moment = |column: usize| row.get(column).map(Moment::from_unix);
        let outcome: String = row.get(6)?;
        found.push(Stood {
            account: AccountId(row.get(0)?),
            rule: row.get(1)?,
            window: Window { from: moment(2)?, until: moment(3)? },
            check: Check { nominal: moment(4)?, at: moment(5)? },
            outcome: Outcome::from_word(&outcome).ok_or_else(|| StoreError::odd(&outcome))?,
            label: row.get(7)?,
            seen: row.get(8)?,
            // A signature opens a 整改项 for each problem that its paper names, and for no other, and withdraws
            // in the same second those that it names no more. Later papers say nothing of this one.
            printed: row.get(9)?,
        });
    }
    Ok(found)
}
