//! Everything that is kept, in one SQLite file. SQL lives only here.
//!
//! One writer thread groups what is asked of it into durable transactions; readers have connections
//! of their own. Other processes (the command line) may write at the same time.

pub mod accounts;
pub mod agenda;
pub mod alarms;
pub mod answers;
pub mod attachments;
pub mod attempts;
pub mod attest;
pub mod audit;
pub mod awaited;
pub mod backup;
pub mod bare;
mod births;
pub mod bounces;
pub mod browse;
pub mod bulletins;
pub mod calendars;
pub mod checkup;
pub mod contacts;
pub mod counts;
pub mod credentials;
pub mod desk;
pub mod dispatch;
mod error;
pub mod findings;
pub mod groups;
pub mod inbox;
pub mod incidents;
pub mod lanes;
mod letters;
mod lock;
pub mod looks;
pub mod meta;
mod migrate;
pub mod modes;
pub mod outbox;
pub mod posts;
pub mod recalls;
pub mod repairs;
pub mod restored;
pub mod reviews;
pub mod sessions;
pub mod silences;
pub mod start;
pub mod swap;
pub mod tally;
pub mod told;
pub mod touched;
pub mod users;
pub mod verdicts;
mod writer;

pub use error::StoreError;
pub use letters::{Composed, Ending, LetterKind, LetterRow, LetterState, Mention, NewLetter, RECORDED_ONLY, Repeated};
pub use lock::InstanceLock;
pub use rusqlite::{Connection, Transaction};

use crate::private;
use rusqlite::OpenFlags;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use swap::Guest;
use writer::Writer;

/// How long a connection waits for another process, before it says that the database is busy.
const BUSY: Duration = Duration::from_secs(10);

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    /// Nobody puts another database in this one's place meanwhile; dropped last.
    _guest: Arc<Guest>,
}

impl Store {
    /// Opens `dir/cuigeng.db`, creating directory and file, and bringing an old schema up to date after a
    /// copy of it was put into `backups`. A restore that was broken off is finished first.
    ///
    /// # Errors
    /// `is_newer()` or `is_foreign()` for a database that is not ours to touch; else what SQLite or
    /// the file system said.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        private_folder(dir)?;
        let guest = Arc::new(Guest::enter(dir)?);
        let path = dir.join("cuigeng.db");
        restrict(&path)?;
        let mut connection = Connection::open(&path)?;
        prepare(&connection)?;
        let found = migrate::version(&connection)?;
        if (1..migrate::known()).contains(&found) {
            backup::before_migration(dir, found)?;
        }
        migrate::run(&mut connection)?;
        calendars::put_down(&mut connection)?;
        let writer = Writer::start(connection, Arc::clone(&guest))?;
        let inner = Inner { path, writer, readers: Mutex::default(), _guest: guest };
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Reads from one consistent snapshot.
    ///
    /// # Errors
    /// Those of `read`, and of SQLite.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.attempt_read(read)
    }

    /// Runs `read` as [`Store::read`] does; it may refuse in its own way.
    ///
    /// # Errors
    /// Those of `read`, and of SQLite.
    pub fn attempt_read<T, E: From<StoreError>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let connection = self.reader()?;
        let snapshot = connection.unchecked_transaction().map_err(StoreError::from)?;
        let result = read(&snapshot);
        drop(snapshot);
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }

    /// The same, off the runtime's threads.
    ///
    /// # Errors
    /// Those of `read`, and of SQLite.
    pub async fn read_async<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read(read)).await.map_err(|_| StoreError::ended())?
    }

    /// Writes in one transaction; durable when this returns. An error keeps nothing of it.
    ///
    /// # Errors
    /// Those of `write`, and of SQLite.
    pub fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.attempt(write)
    }

    /// The same, without blocking a thread.
    ///
    /// # Errors
    /// Those of `write`, and of SQLite.
    pub async fn write_async<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.attempt_async(write).await
    }

    /// Runs `deed` as [`Store::write`] does; a refusal of its own keeps nothing either.
    ///
    /// # Errors
    /// Those of `deed`, and of SQLite.
    pub fn attempt<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        self.inner.writer.ask(deed, move |result| drop(reply.send(result)))?;
        answer.recv().map_err(|_| StoreError::ended())?
    }

    /// The same, without blocking a thread.
    ///
    /// # Errors
    /// Those of `deed`, and of SQLite.
    pub async fn attempt_async<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.inner.writer.ask(deed, move |result| drop(reply.send(result)))?;
        answer.await.map_err(|_| StoreError::ended())?
    }

    /// The directory in which the file lies.
    pub fn dir(&self) -> &Path {
        self.inner.path.parent().unwrap_or(Path::new("."))
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        if let Some(idle) = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(idle);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.inner.path, flags)?;
        connection.busy_timeout(BUSY)?;
        keep_plans(&connection)?;
        Ok(connection)
    }
}

/// Statements that a connection keeps; an inspection alone has some sixty.
const PLANS: usize = 256;

/// Memory for pages of the writer, in KiB as SQLite wants it; an inspection reads most of a small town's file.
const CACHE_KIB: i64 = -32 * 1024;

/// WAL with FULL: a commit that the outside has seen (a mail accepted) survives a power cut.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    keep_plans(connection)
}

/// A statement is planned once. Without the stability guarantee SQLite plans it anew whenever another value
/// is bound where a partial index might fit, which took a fifth of an inspection.
fn keep_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(PLANS);
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn private_folder(dir: &Path) -> Result<(), StoreError> {
    private::folder(dir).map_err(|e| StoreError::io(format!("数据目录 {} 无法创建", dir.display()), e))
}

/// What SQLite keeps beside a database gets the mode of the database; what an older version has left is
/// tightened. A new database begins as an empty file of ours.
fn restrict(path: &Path) -> Result<(), StoreError> {
    let failed = |e: std::io::Error| StoreError::io(format!("{} 的权限无法设置", path.display()), e);
    if path.exists() {
        private::restrict(path).map_err(failed)?;
    } else if let Err(error) = private::new_file(path)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(StoreError::io(format!("{} 建不起来", path.display()), error));
    }
    for ending in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        drop(private::restrict(Path::new(&beside)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
