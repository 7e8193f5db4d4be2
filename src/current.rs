//! The configuration that holds now: as it was read at the start, with the working days that were imported
//! since. Whoever begins something (a step of a task, a page) asks once and keeps what he got to its end, so
//! that nothing is done half by one calendar and half by another: an import acts like a restart between two
//! steps.

use crate::config::Config;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What tells a set of calendar files from another: name, length, time of writing.
type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Keeps the configuration that holds.
#[derive(Debug)]
pub struct Current {
    data: PathBuf,
    held: Mutex<(Option<Stamp>, Arc<Config>)>,
}

impl Current {
    /// What holds at the start, over the data directory.
    pub fn new(config: Arc<Config>, data: &Path) -> Current {
        Current { data: data.to_owned(), held: Mutex::new((None, config)) }
    }

    /// What holds now. A calendar file that cannot be read changes nothing; the log says so.
    pub fn get(&self) -> Arc<Config> {
        let stamp = stamp(&self.data);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0.as_ref() != Some(&stamp) {
            let mut config = Config::clone(&held.1);
            match config.adopt_calendars(&self.data) {
                Ok(()) if config.calendar != held.1.calendar => {
                    tracing::info!("calendar.taken");
                    held.1 = Arc::new(config);
                }
                Ok(()) => {}
                Err(faults) => tracing::error!(%faults, "calendar.not_taken"),
            }
            held.0 = Some(stamp);
        }
        Arc::clone(&held.1)
    }

    /// Looks at every file again at the next [`Current::get`], also where it seems to be the old one.
    pub fn forget(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).0 = None;
    }
}

fn stamp(data: &Path) -> Stamp {
    let one = |path: PathBuf| {
        let about = std::fs::metadata(&path).ok();
        (path, about.as_ref().map_or(0, |about| about.len()), about.and_then(|about| about.modified().ok()))
    };
    crate::config::imported_calendars(data).into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn a_calendar_is_taken_when_its_file_appears_and_a_broken_one_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let current = Current::new(Arc::new(config::load(None).unwrap()), dir.path());
        let before = current.get();
        assert!(!before.calendar.knows(2031) && Arc::ptr_eq(&before, &current.get()));
        std::fs::create_dir(dir.path().join("calendar")).unwrap();
        let file = config::imported_calendar(dir.path(), 2031);
        std::fs::write(&file, "{\"2031\": {\"holidays\": []}}").unwrap();
        let after = current.get();
        assert!(after.calendar.knows(2031) && !before.calendar.knows(2031), "what was begun goes on as it was");
        std::fs::write(&file, "{").unwrap();
        assert!(Arc::ptr_eq(&after, &current.get()));
        // The same length in the same moment.
        std::fs::write(&file, "[").unwrap();
        current.forget();
        assert!(current.get().calendar.knows(2031));
    }
}
