//! Starting a collector: which program, with which environment, and never one that anybody may change.

use super::ExecConfig;
use crate::{Class, Failure};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// Starts the program with `verb` as its last argument, as leader of a process group of its own.
pub(super) fn start(config: &ExecConfig, verb: &str, state: &Path, deadline_s: i64) -> Result<Child, Failure> {
    // The program runs in its state directory, from which a relative path would lead elsewhere.
    let (program, state) = (absolute(&program(config)?), absolute(state));
    private_folder(&state)
        .map_err(|e| refused(&format!("state directory: {e}"), "采集程序的状态目录建不出来，请检查数据目录的权限"))?;
    let mut command = Command::new(&program);
    command.args(config.command.iter().skip(1)).arg(verb).current_dir(&state);
    command.env_clear().envs(environment(config, &state, deadline_s));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command.spawn().map_err(|e| {
        refused(
            &format!("cannot start: {e}"),
            &format!("采集程序 {} 启动不了：请检查文件是否存在、是否有执行权限", shown(&program)),
        )
    })
}

/// What a collector keeps (a login, say) is nobody else's.
fn private_folder(dir: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// An absolute path, or a name in the collector directory.
fn program(config: &ExecConfig) -> Result<PathBuf, Failure> {
    let name = config.command.first().map_or("", String::as_str);
    let path = Path::new(name);
    let is_plain = path.components().count() == 1 && !name.is_empty() && name != ".." && name != ".";
    let path = match (path.is_absolute(), is_plain) {
        (true, _) => path.to_owned(),
        (false, true) => config.dir.join(path),
        (false, false) => {
            return Err(refused("a relative path", "采集程序要写绝对路径，或只写采集程序目录里的文件名"));
        }
    };
    for place in [Some(path.as_path()), path.parent()].into_iter().flatten() {
        if is_writable_by_all(place) {
            let advice =
                format!("{} 任何人都能改写，不安全，没有运行：请去掉其他用户的写权限（chmod o-w）", shown(place));
            return Err(refused("writable by everyone", &advice));
        }
    }
    Ok(path)
}

fn is_writable_by_all(path: &Path) -> bool {
    // A place that cannot be looked at fails when it is started.
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o002 != 0)
}

/// Cleared, then these and no others: arguments and environment are visible in process listings.
fn environment(config: &ExecConfig, state: &Path, deadline_s: i64) -> Vec<(String, std::ffi::OsString)> {
    let own = |name: &str, usual: &str| (name.to_owned(), std::env::var_os(name).unwrap_or_else(|| usual.into()));
    let fixed = |name: &str, value: String| (name.to_owned(), value.into());
    let mut all = vec![
        own("PATH", "/usr/local/bin:/usr/bin:/bin"),
        (String::from("HOME"), state.as_os_str().to_owned()),
        fixed("LANG", "C.UTF-8".to_owned()),
        fixed("TZ", "Asia/Shanghai".to_owned()),
        fixed("PYTHONUNBUFFERED", "1".to_owned()),
        fixed("PYTHONIOENCODING", "utf-8".to_owned()),
        fixed("CUIGENG_PROTOCOL", "1".to_owned()),
        (String::from("CUIGENG_STATE_DIR"), state.as_os_str().to_owned()),
        fixed("CUIGENG_DEADLINE_EPOCH", deadline_s.to_string()),
    ];
    let passed = config.pass_env.iter().filter_map(|name| Some((name.clone(), std::env::var_os(name)?)));
    all.extend(passed);
    all
}

fn refused(detail: &str, advice: &str) -> Failure {
    Failure::new(Class::Config, format!("collector: {detail}")).because("start").advise(advice)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
