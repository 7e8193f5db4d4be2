//! The calendars that were imported. They are files in the data directory, so that each can be taken away
//! again; verdicts need them, so a copy of the database carries them in one row, and they come back with it.

use super::backup::{publish, sync_dir};
use super::{Connection, StoreError, meta, private_folder};
use crate::config::{imported_calendar, imported_calendars};
use crate::private;
use crate::rules::calendar::Calendar;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

const KEY: &str = "calendars";
/// What a row says that speaks of none, not even of an empty folder.
const UNKNOWN: &str = "";

/// The text of each file by its year.
pub type Calendars = BTreeMap<i32, String>;

/// Writes one file: all of it or nothing of it, also when the power fails.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    private::folder(dir)?;
    let part = path.with_extension("json.part");
    let mut file = private::file(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    std::fs::File::open(dir)?.sync_all()
}

/// What a copy carries; `None` where it was made without them.
///
/// # Errors
/// Those of SQLite; a row that cannot be understood.
pub fn carried(conn: &Connection) -> Result<Option<Calendars>, StoreError> {
    let Some(text) = meta::get(conn, KEY)?.filter(|text| text != UNKNOWN) else { return Ok(None) };
    let all: Calendars = serde_json::from_str(&text).map_err(|e| StoreError::odd(format!("放假安排读不懂：{e}")))?;
    for (year, text) in &all {
        Calendar::parse(text).map_err(|why| StoreError::odd(format!("{year}年放假安排读不懂：{why}")))?;
    }
    Ok(Some(all))
}

/// Lets `copy` carry what lies in the data directory `of`; one that cannot be read is of no use to anybody.
pub(super) fn carry(copy: &mut Connection, of: &Path) -> Result<(), StoreError> {
    let all = lying(of);
    set(copy, &serde_json::to_string(&all).map_err(|e| StoreError::odd(e.to_string()))?)
}

/// A copy that is in service now carries nothing: what lies beside it counts, and a plain copy of it must not
/// take what it came with for what it had.
pub(super) fn put_down(database: &mut Connection) -> Result<(), StoreError> {
    match meta::get(database, KEY)? {
        Some(text) if text != UNKNOWN => set(database, UNKNOWN),
        _ => Ok(()),
    }
}

/// For a database that was in use and is taken as a copy: what stood beside it comes along. Where nothing
/// says what did, what it carries is of an older time.
pub(super) fn carry_neighbours(copy: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let was_used = |dir: &&Path| {
        let put_aside = dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with("replaced-"));
        file.ends_with("cuigeng.db") && (put_aside || dir.join("cuigeng.open").is_file())
    };
    match file.parent().filter(was_used) {
        Some(dir) if dir.join("calendar").is_dir() => carry(copy, dir),
        Some(_) => set(copy, UNKNOWN),
        None => Ok(()),
    }
}

fn set(copy: &mut Connection, text: &str) -> Result<(), StoreError> {
    let tx = copy.transaction()?;
    meta::set(&tx, KEY, text)?;
    Ok(tx.commit()?)
}

fn lying(data: &Path) -> Calendars {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        let year = path.file_stem()?.to_str()?.parse().ok()?;
        Calendar::parse(text.trim_start_matches('\u{feff}')).ok()?;
        Some((year, text))
    };
    imported_calendars(data).into_iter().filter_map(read).collect()
}

/// Puts what the copy `ready` carries into the data directory, with what lay there kept in `aside`. Begun
/// again after a kill it goes on.
pub(super) fn put_back(ready: &Path, data: &Path, aside: &Path) -> Result<(), StoreError> {
    let Some(carried) = carried(&super::backup::immutable(ready)?)? else { return Ok(()) };
    let failed = |path: &Path, e| StoreError::io(format!("放假安排 {} 换不过来", path.display()), e);
    private_folder(aside)?;
    keep_old(data, aside)?;
    for path in imported_calendars(data) {
        let year = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if year.is_none_or(|year: i32| !carried.contains_key(&year)) {
            std::fs::remove_file(&path).map_err(|e| failed(&path, e))?;
        }
    }
    for (year, text) in &carried {
        let path = imported_calendar(data, *year);
        if std::fs::read_to_string(&path).is_ok_and(|known| known == *text) {
            continue;
        }
        write(&path, text).map_err(|e| failed(&path, e))?;
    }
    Ok(())
}

/// A copy of all files as they are, made once.
fn keep_old(data: &Path, aside: &Path) -> Result<(), StoreError> {
    let (kept, part) = (aside.join("calendar"), aside.join("calendar.part"));
    if kept.is_dir() {
        return Ok(());
    }
    let failed = |e| StoreError::io(format!("{} 抄不过来", part.display()), e);
    private_folder(&part)?;
    for path in imported_calendars(data) {
        let text = std::fs::read(&path).map_err(failed)?;
        let name = path.file_name().unwrap_or_default();
        let mut file = private::file(&part.join(name)).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
    }
    sync_dir(&part)?;
    publish(&part, &kept)
}
