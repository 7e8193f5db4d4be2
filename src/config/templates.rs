//! The office's own templates of letters, read once with the configuration. A mistake in one is told by
//! `check` and keeps no letter back, so it is a remark and no fault.

use super::sheet::Section;
use super::value::Value;
use crate::mail::letter::{NAMES, Templates};
use std::path::Path;

/// Longest template, in bytes; a letter is shorter by far.
const LONGEST: u64 = 256 * 1024;

/// `mail.templates`: a folder beside the configuration; one that is not there replaces nothing.
pub(super) fn templates(section: &Section<'_, '_>, base: &Path) -> Templates {
    let dir = base.join(section.or("templates", "templates".to_owned(), Value::name));
    let mut templates = Templates::default();
    let Ok(entries) = std::fs::read_dir(&dir) else { return templates };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    for name in names.iter().filter(|name| is_meant(name)) {
        take(&mut templates, &dir, name);
    }
    templates
}

/// Hidden files, copies of editors and a readme lie beside templates and are none.
fn is_meant(name: &str) -> bool {
    let ours = name.ends_with(".txt") || name.ends_with(".html");
    ours && !name.starts_with('.') && !name.to_lowercase().starts_with("readme")
}

fn take(templates: &mut Templates, dir: &Path, name: &str) {
    let path = dir.join(name);
    let file = path.display().to_string();
    if !NAMES.contains(&name) {
        return templates.unusable(format!("{file} 不是信件模板的名字，没有使用；可以用的有：{}", NAMES.join("、")));
    }
    match read(&path) {
        Ok(text) => drop(templates.replace(name, &file, text)),
        Err(why) => templates.unusable(format!("信件模板 {file} {why}，发信时会改用自带的")),
    }
}

fn read(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|e| format!("读不出来：{e}"))?.len();
    if size > LONGEST {
        return Err("太大，不像是模板".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|e| format!("读不出来：{e}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "不是UTF-8编码的文字，请用记事本另存为UTF-8".to_owned())?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
