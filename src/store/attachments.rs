//! Tables of a 通报 that come from elsewhere (附表), with the rows of their files.

use super::{Connection, StoreError, Transaction};
use crate::domain::{Moment, Period};
use crate::tables::{Attachment, Cells, Form};
use rusqlite::{OptionalExtension, Row};
use std::collections::BTreeMap;

const OF_PERIOD: &str = "SELECT id, period, form, name, place, title, headings, note, as_printed, file, by, at
  FROM attachment WHERE period = ?1 ORDER BY form, place, id";
const ALL_OF_THEM: &str = "SELECT id, period, form, name, place, title, headings, note, as_printed, file, by, at
  FROM attachment ORDER BY period, form, place, id";
const ROWS: &str = "SELECT cells FROM attachment_row WHERE attachment = ?1 ORDER BY seq";
const FIND: &str = "SELECT id, place FROM attachment WHERE period = ?1 AND form = ?2 AND name = ?3";
const LAST_PLACE: &str = "SELECT coalesce(max(place), 0) FROM attachment WHERE period = ?1 AND form = ?2";
const REMOVE: &str = "DELETE FROM attachment WHERE period = ?1 AND form = ?2 AND name = ?3";
const KEEP: &str = "INSERT INTO attachment
  (period, form, name, place, title, headings, note, as_printed, file, by, at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const KEEP_ROW: &str = "INSERT INTO attachment_row (attachment, seq, cells) VALUES (?1, ?2, ?3)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[OF_PERIOD, ALL_OF_THEM, ROWS, FIND, LAST_PLACE, REMOVE, KEEP, KEEP_ROW];

/// A table, and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAttachment {
    /// The table.
    pub table: Attachment,
    /// Name of its file.
    pub file: String,
    /// Who brought it.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// The tables of a period, or all of them, each with its rows.
///
/// # Errors
/// Those of SQLite; a row that this program does not understand.
pub fn list(conn: &Connection, period: Option<Period>) -> Result<Vec<KeptAttachment>, StoreError> {
    let heads: Vec<(i64, KeptAttachment)> = match period {
        Some(period) => heads(conn, OF_PERIOD, [period.to_string()])?,
        None => heads(conn, ALL_OF_THEM, [])?,
    };
    let mut kept = Vec::new();
    for (id, mut head) in heads {
        head.table.rows = rows(conn, id, head.table.form)?;
        kept.push(head);
    }
    Ok(kept)
}

/// The tables of a period alone.
///
/// # Errors
/// Those of [`list`].
pub fn of(conn: &Connection, period: Period) -> Result<Vec<Attachment>, StoreError> {
    Ok(list(conn, Some(period))?.into_iter().map(|kept| kept.table).collect())
}

/// Keeps a table in place of an earlier one of its period, form and name; tells whether there was one.
/// A place of 0 means: where the earlier one stood, else after the others of the form.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Transaction<'_>, kept: &KeptAttachment) -> Result<bool, StoreError> {
    let Attachment { form, period, name, place, .. } = &kept.table;
    let key = (period.to_string(), form.word, name.as_str());
    let earlier: Option<i64> = tx.prepare_cached(FIND)?.query_row(key, |row| row.get(1)).optional()?;
    let last: i64 = tx.prepare_cached(LAST_PLACE)?.query_row((period.to_string(), form.word), |row| row.get(0))?;
    let key = (period.to_string(), form.word, name.as_str());
    tx.prepare_cached(REMOVE)?.execute(key)?;
    let place = if *place > 0 { *place } else { earlier.unwrap_or(last + 1) };
    insert(tx, kept, place)?;
    Ok(earlier.is_some())
}

/// Takes a table out; tells whether there was one.
///
/// # Errors
/// Those of SQLite.
pub fn remove(tx: &Transaction<'_>, period: Period, form: &Form, name: &str) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached(REMOVE)?.execute((period.to_string(), form.word, name))? > 0)
}

fn insert(tx: &Transaction<'_>, kept: &KeptAttachment, place: i64) -> Result<(), StoreError> {
    let table = &kept.table;
    tx.prepare_cached(KEEP)?.execute((
        table.period.to_string(),
        table.form.word,
        &table.name,
        place,
        &table.title,
        json(&table.headings)?,
        &table.note,
        table.as_printed,
        &kept.file,
        &kept.by,
        kept.at.unix(),
    ))?;
    let id = tx.last_insert_rowid();
    let mut statement = tx.prepare_cached(KEEP_ROW)?;
    for (seq, cells) in (1_i64..).zip(&table.rows) {
        let named: BTreeMap<&str, &String> = table.form.columns.iter().map(|c| c.names[0]).zip(cells).collect();
        let named: BTreeMap<&str, &String> = named.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        statement.execute((id, seq, json(&named)?))?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::odd(e.to_string()))
}

fn read(text: &str) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::odd("attachment cells"))
}

fn heads<P: rusqlite::Params>(
    conn: &Connection,
    sql: &str,
    params: P,
) -> Result<Vec<(i64, KeptAttachment)>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(head(row)?);
    }
    Ok(found)
}

fn head(row: &Row<'_>) -> Result<(i64, KeptAttachment), StoreError> {
    let (period, form, headings): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(6)?);
    let table = Attachment {
        form: Form::find(&form).ok_or_else(|| StoreError::odd(format!("attachment form {form}")))?,
        period: Period::parse(&period).ok_or_else(|| StoreError::odd(format!("period {period}")))?,
        name: row.get(3)?,
        place: row.get(4)?,
        title: row.get(5)?,
        headings: read(&headings)?,
        note: row.get(7)?,
        as_printed: row.get(8)?,
        rows: Vec::new(),
    };
    let at = Moment::from_unix(row.get(11)?);
    Ok((row.get(0)?, KeptAttachment { table, file: row.get(9)?, by: row.get(10)?, at }))
}

fn rows(conn: &Connection, id: i64, form: &Form) -> Result<Vec<Cells>, StoreError> {
    let mut statement = conn.prepare_cached(ROWS)?;
    let texts = statement.query_map([id], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let cells = |text: &String| {
        let named = read(text)?;
        Ok(form.columns.iter().map(|column| named.get(column.names[0]).cloned().unwrap_or_default()).collect())
    };
    texts.iter().map(cells).collect()
}
