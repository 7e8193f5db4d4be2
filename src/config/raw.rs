//! From what was written to what is meant: the one place where the configuration is validated. Every
//! mistake is collected, none stops the reading of the rest, and a configuration with a mistake is
//! never used in part.

use super::faults::{ConfigFault, ConfigFaults};
use super::profiles::{profile, profile_names, shipped_default};
use super::sections::{backup, check, log, office, poll, report, warn};
use super::sheet::{Section, Sheet};
use super::syntax::Written;
use super::value::Value;
use super::{Config, Mode, SourceConfig, Transport, alarms, calendars, collectors, mail, sources, web};
use crate::rules::Profile;
use std::collections::BTreeMap;
use std::path::Path;

/// The configuration as it is shipped, which also says what holds when nothing is written.
pub(super) const SHIPPED: &str = include_str!("../../config.toml");

/// Reads the configuration file at `path`, or the shipped one when there is none.
///
/// # Errors
/// Every mistake at once, each with its line and cure.
pub fn load(path: Option<&Path>) -> Result<Config, ConfigFaults> {
    let Some(path) = path else {
        return parse(SHIPPED, "内置默认配置", Path::new(""));
    };
    let file = path.display().to_string();
    let text = read_text(path, &file)?;
    parse(&text, &file, path.parent().unwrap_or(Path::new("")))
}

/// Understands `text`, which came from a file called `file`; relative paths count from `base_dir`.
/// A byte-order mark and CRLF are accepted.
///
/// # Errors
/// Every mistake at once, each with its line and cure.
pub fn parse(text: &str, file: &str, base_dir: &Path) -> Result<Config, ConfigFaults> {
    let written = Written::new(file, text);
    let sheet = Sheet::new(&written);
    let config = understand(&sheet, base_dir);
    ConfigFaults::none_in(sheet.into_faults())?;
    Ok(config)
}

/// Reads a file as UTF-8.
pub(super) fn read_text(path: &Path, file: &str) -> Result<String, ConfigFaults> {
    let bytes = std::fs::read(path).map_err(|error| {
        let said = format!("无法读取这个文件：{error}");
        ConfigFaults::from(ConfigFault::whole(file, said, "检查路径和权限；cuigeng init 可以生成一份带说明的配置"))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = sound.iter().filter(|b| **b == b'\n').count() + 1;
        let said = format!("第{line}行不是UTF-8编码的文字");
        ConfigFault::whole(file, said, "用记事本打开，另存为时把编码选成UTF-8").into()
    })
}

/// Everything that the sheet says; mistakes are noted in it, and defaults stand in their place.
pub(super) fn understand(sheet: &Sheet<'_>, base: &Path) -> Config {
    let root = sheet.root();
    let profiles_dir = base.join("profiles");
    let profile = root.opt("profile", |value| inspecting(value, &profiles_dir)).unwrap_or_else(shipped_default);
    let (calendar, calendar_named) = calendars::calendar(root.sub("calendar"), base);
    let office = office(root.sub("office"));
    let config = Config {
        mode: root.or("mode", Mode::Trial, |value| {
            value.one_of(&[("试运行", Mode::Trial), ("正式", Mode::Live), ("trial", Mode::Trial), ("live", Mode::Live)])
        }),
        check: check(root.sub("check")),
        poll: poll(root.sub("poll")),
        warn: warn(root.sub("warn"), &profile),
        report: report(root.sub("report"), &office.name),
        office,
        mail: mail::mail(root.sub("mail"), base),
        web: web::web(root.sub("web")),
        backup: backup(root.sub("backup")),
        alarms: alarms::alarms(root.sub("alarm")),
        sources: all_sources(&root, base),
        calendar,
        calendar_named,
        proxy: proxy(root.sub("http")),
        secrets_dir: secrets_dir(root.sub("secrets"), base),
        log: log(root.sub("log")),
        profile,
        profiles_dir,
    };
    demand_clerk(&root, &config);
    root.close();
    config
}

/// Sources and collectors alike: the list names both in 来源.
fn all_sources(root: &Section<'_, '_>, base: &Path) -> BTreeMap<String, SourceConfig> {
    let mut all = sources::sources(&root.sub("sources"));
    all.append(&mut collectors::collectors(&root.sub("collectors"), &all, base));
    all
}

fn inspecting(value: &Value<'_, '_>, profiles_dir: &Path) -> Option<Profile> {
    let name = value.name()?;
    let names = profile_names(profiles_dir);
    if !names.contains(&name) {
        let cure =
            format!("现有的有：{}；自己的口径放在 {} 下，文件名即口径名", names.join("、"), profiles_dir.display());
        return value.refuse(&format!("没有名为“{name}”的检查口径"), &cure);
    }
    match profile(&name, profiles_dir) {
        Ok(profile) => Some(profile),
        Err(faults) => {
            value.sheet.adopt(faults.list().to_vec());
            None
        }
    }
}

/// Letters that leave the house need somebody to answer for them: the clerk gets the digests of the
/// trial and every letter that has no other address.
fn demand_clerk(root: &Section<'_, '_>, config: &Config) {
    let leaves = config.mode == Mode::Live || matches!(config.mail.transport, Transport::Smtp(_));
    let is_known = ["office", "office.clerk_mail"].iter().any(|key| root.sheet.has_fault(key));
    if leaves && config.office.clerk_mail.is_empty() && !is_known && root.sheet.is_sound() {
        let cure = "在 [office] 一节写上 clerk_mail = \"检查方邮箱\"";
        root.refuse_near("mode", "office.clerk_mail", "正式运行或经邮件服务器发信时，必须有检查方的邮箱", cure);
    }
}

fn proxy(section: Section<'_, '_>) -> Option<String> {
    let proxy = section.opt("proxy", |value| value.url(&["http", "https", "socks5"]));
    section.close();
    proxy
}

fn secrets_dir(section: Section<'_, '_>, base: &Path) -> std::path::PathBuf {
    let dir = section.or("dir", "secrets".to_owned(), Value::name);
    section.close();
    base.join(dir)
}
