//! Copies of the database, taken beside its writer, and whether a copy can be believed (operations.md
//! "Backup, verify, restore").

use super::{BUSY, Connection, StoreError, audit, calendars, migrate, private_folder};
use crate::private;
use rusqlite::OpenFlags;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::path::Path;

/// Works beside the writer; `application_id` and `user_version` come along, and the copy has no WAL.
const COPY: &str = "VACUUM INTO ?1";
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|'";
const COUNT: &str = "SELECT count(*)";
const VERDICT: &str = "SELECT * FROM verdict ORDER BY id DESC LIMIT 1";
const LETTER: &str = "SELECT * FROM letter ORDER BY id DESC LIMIT 1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[TABLES, COUNT, VERDICT, LETTER];

/// Rows of every table, by its name.
pub type Counts = BTreeMap<String, i64>;

/// How many rows each table had when a copy was begun and when it was done: the snapshot lies between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// Before it was begun.
    pub before: Counts,
    /// After it was done.
    pub after: Counts,
}

impl Between {
    /// The tables whose rows in a copy are neither as many as before nor as after nor between (Chinese).
    pub fn misses(&self, rows: &Counts) -> Vec<String> {
        let of = |counts: &Counts, table: &String| counts.get(table).copied().unwrap_or(0);
        let tables = self.before.keys().chain(rows.keys().filter(|table| !self.before.contains_key(*table)));
        let wrong = tables.filter_map(|table| {
            let (before, after, has) = (of(&self.before, table), of(&self.after, table), of(rows, table));
            (has < before.min(after) || has > before.max(after))
                .then(|| format!("{table}表在库里有{before}行，副本里是{has}行"))
        });
        wrong.collect()
    }
}

/// Copies the database of `dir` into a new private file, durably; the daemon may go on meanwhile.
///
/// # Errors
/// A file of that name exists; else what SQLite or the file system said. What was begun may be left.
pub fn copy(dir: &Path, into: &Path) -> Result<Between, StoreError> {
    let path = dir.join("cuigeng.db");
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    let file = new_private(into)?;
    let before = counts(&connection)?;
    let name = into.to_str().ok_or_else(|| StoreError::odd(format!("路径 {} 不是UTF-8", into.display())))?;
    connection.execute(COPY, [name])?;
    let after = counts(&connection)?;
    let added = with_calendars(into, dir)?;
    // VACUUM INTO leaves the bytes to the operating system.
    file.sync_all().map_err(|e| StoreError::io(format!("{} 写不进磁盘", into.display()), e))?;
    Ok(Between { before: grown(before, added), after: grown(after, added) })
}

/// Lets the copy carry the calendars; how many rows it has gained.
fn with_calendars(copy: &Path, dir: &Path) -> Result<i64, StoreError> {
    let mut connection = Connection::open(copy)?;
    let meta = |connection: &Connection| Ok::<_, StoreError>(counts(connection)?.get("meta").copied().unwrap_or(0));
    let before = meta(&connection)?;
    calendars::carry(&mut connection, dir)?;
    let added = meta(&connection)? - before;
    connection.close().map_err(|(_, error)| error)?;
    Ok(added)
}

fn grown(mut counts: Counts, meta: i64) -> Counts {
    *counts.entry("meta".to_owned()).or_default() += meta;
    counts
}

/// A new empty file that nobody else may read.
///
/// # Errors
/// It exists, or the file system refuses.
pub fn new_private(path: &Path) -> Result<File, StoreError> {
    private::new_file(path).map_err(|e| StoreError::io(format!("{} 建不起来", path.display()), e))
}

/// Gives a finished file its name; durable when this returns.
///
/// # Errors
/// What the file system said.
pub fn publish(from: &Path, to: &Path) -> Result<(), StoreError> {
    std::fs::rename(from, to).map_err(|e| StoreError::io(format!("{} 不能改名", from.display()), e))?;
    sync_dir(to.parent().unwrap_or(Path::new(".")))
}

/// Makes what was named or removed in a directory durable.
///
/// # Errors
/// What the file system said.
pub fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    let dir = if dir == Path::new("") { Path::new(".") } else { dir };
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(|e| StoreError::io(format!("目录 {} 写不进磁盘", dir.display()), e))
}

/// What a copy is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Its schema.
    pub schema: i64,
    /// This program's schema.
    pub known: i64,
    /// Its rows.
    pub rows: Counts,
    /// The years whose imported calendars it carries; `None` where it was made without them.
    pub calendars: Option<Vec<i32>>,
    /// What is wrong with it (Chinese); empty when nothing is.
    pub faults: Vec<String>,
}

/// Opens a copy and reads it whole, without changing anything: SQLite's own examination, foreign keys, the
/// newest verdict and letter, the chain of the audit trail. A copy of an older schema has no such rows to be
/// read by this program; they are read after it was brought up to date.
///
/// # Errors
/// `is_newer()` or `is_foreign()` for a file that is not ours; else what SQLite said when it was opened.
pub fn examine(path: &Path) -> Result<Examined, StoreError> {
    let connection = immutable(path)?;
    let schema = migrate::version(&connection)?;
    let (known, mut faults) = (migrate::known(), Vec::new());
    note(&mut faults, "结构检查没有做完", integrity(&connection));
    let rows = counts(&connection).unwrap_or_else(|error| {
        faults.push(format!("各表读不完（{error}）"));
        Counts::new()
    });
    let mut carried = None;
    match calendars::carried(&connection) {
        Ok(found) => carried = found.map(|all| all.into_keys().collect()),
        Err(error) => faults.push(error.chinese()),
    }
    if schema == known {
        note(&mut faults, "最新的结论读不出来", whole_row(&connection, VERDICT));
        note(&mut faults, "最新的信件读不出来", whole_row(&connection, LETTER));
        note(&mut faults, "审计日志读不出来", trail(&connection));
    }
    if schema == 0 || rows.is_empty() {
        faults.push("里面没有数据".to_owned());
    }
    Ok(Examined { schema, known, rows, calendars: carried, faults })
}

fn note(faults: &mut Vec<String>, what: &str, found: Result<Vec<String>, StoreError>) {
    match found {
        Ok(found) => faults.extend(found),
        Err(error) => faults.push(format!("{what}（{error}）")),
    }
}

/// Nobody writes to a copy, so none of the files that SQLite keeps beside a database are made or looked for.
pub(super) fn immutable(path: &Path) -> Result<Connection, StoreError> {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => address.push(char::from(*byte)),
            // Writing to a String cannot fail.
            byte => drop(write!(address, "%{byte:02x}")),
        }
    }
    address.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(address, flags)?)
}

fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(3)")?;
    let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut faults: Vec<String> =
        found.into_iter().filter(|line| line != "ok").map(|line| format!("结构有损坏（{line}）")).collect();
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if let Some(table) = orphans.first() {
        faults.push(format!("{table}表等有{}行对不上别的表", orphans.len()));
    }
    Ok(faults)
}

fn whole_row(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    if let Some(row) = rows.next()? {
        for column in 0..columns {
            row.get::<_, rusqlite::types::Value>(column)?;
        }
    }
    Ok(Vec::new())
}

fn trail(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let broken = audit::examine(connection)?.broken;
    Ok(broken.map(|entry| format!("审计日志从第{entry}条起对不上")).into_iter().collect())
}

fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let mut statement = snapshot.prepare(TABLES)?;
    let tables: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let count = |table: String| {
        let sql = format!("{COUNT} FROM \"{}\"", table.replace('"', "\"\""));
        Ok((table, snapshot.query_row(&sql, [], |row| row.get(0))?))
    };
    tables.into_iter().map(count).collect()
}

/// Before an old database is brought up to date: a copy of it as it is, of which there is one a step.
pub(super) fn before_migration(dir: &Path, from: i64) -> Result<(), StoreError> {
    let backups = dir.join("backups");
    private_folder(&backups)?;
    let name = format!("before-migration-{from}-to-{}.db", migrate::known());
    let part = backups.join(format!("{name}.{}.part", std::process::id()));
    let copied = copied_soundly(dir, &part);
    if copied.is_err() {
        drop(std::fs::remove_file(&part));
    }
    copied?;
    publish(&part, &backups.join(name))
}

fn copied_soundly(dir: &Path, part: &Path) -> Result<(), StoreError> {
    let between = copy(dir, part)?;
    let found = examine(part)?;
    let faults: Vec<String> = found.faults.into_iter().chain(between.misses(&found.rows)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(StoreError::odd(format!("升级前的备份没有通过检验：{}", faults.join("；"))))
}
