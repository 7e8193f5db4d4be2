//! The working days: what is built in, over it the years that were imported into the data directory, over
//! both the files that the configuration names.

use super::Config;
use super::faults::{ConfigFault, ConfigFaults};
use super::raw::read_text;
use super::sheet::Section;
use super::value::Value;
use crate::rules::calendar::Calendar;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const CURE: &str = "按随附的日历文件的样子改正";

/// Where the imported calendar of a year stands.
pub fn imported_calendar(data: &Path, year: i32) -> PathBuf {
    data.join("calendar").join(format!("{year}.json"))
}

impl Config {
    /// Takes over the calendars that were imported into the data directory. A year that a file of the
    /// configuration has is left as it is: what is written there holds.
    ///
    /// # Errors
    /// Every file that cannot be read or understood, with its cure.
    pub fn adopt_calendars(&mut self, data: &Path) -> Result<(), ConfigFaults> {
        let mut faults = Vec::new();
        for path in imported_calendars(data) {
            let file = path.display().to_string();
            let known = read_text(&path, &file).map_err(|told| told.list().to_vec()).and_then(|text| {
                let known = Calendar::parse(text.trim_start_matches('\u{feff}'));
                known.map_err(|why| {
                    vec![ConfigFault::whole(&file, why, "重新运行 cuigeng calendar import，或删去这个文件")]
                })
            });
            match known {
                Ok(known) => {
                    self.calendar = std::mem::take(&mut self.calendar).with(known.without(&self.calendar_named))
                }
                Err(told) => faults.extend(told),
            }
        }
        ConfigFaults::none_in(faults)
    }
}

/// Files like `2027.json`, ascending; whatever else lies there is not ours.
pub fn imported_calendars(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data.join("calendar")).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_year = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        path.extension().is_some_and(|ext| ext == "json") && stem.len() == 4 && stem.parse::<u16>().is_ok()
    };
    let mut files: Vec<PathBuf> = entries.filter(is_year).collect();
    files.sort();
    files
}

/// The built-in years with those of the named files in their place, and which years those are.
pub(super) fn calendar(section: Section<'_, '_>, base: &Path) -> (Calendar, BTreeSet<i32>) {
    let files = section.get("file").map(|value| value.one_or_more()).unwrap_or_default();
    let named = files.iter().filter_map(|value| read(value, base)).fold(Calendar::default(), Calendar::with);
    section.close();
    let years = named.years().collect();
    (Calendar::builtin().with(named), years)
}

fn read(value: &Value<'_, '_>, base: &Path) -> Option<Calendar> {
    let path = value.file(base)?;
    let text = read_text(&path, &path.display().to_string());
    let text = text.map_err(|told| told.list().iter().for_each(|fault| value.note(&fault.said, &fault.cure))).ok()?;
    let known = Calendar::parse(text.trim_start_matches('\u{feff}'));
    known.map_or_else(|why| value.refuse(&why, CURE), Some)
}
