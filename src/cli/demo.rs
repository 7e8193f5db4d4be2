//! `demo`: the whole story on loopback.

use super::args::DemoArgs;
use super::look::progress;
use super::{CliError, Outcome, outln, print_rows};
use crate::demo::outcome::{self, Outcome as Found};
use crate::demo::run;
use crate::demo::town::Town;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Days that the demo plays.
const DAYS: usize = 30;
/// Seconds of demo a second while somebody watches: half an hour is a month.
const WATCHED_SPEED: u32 = 43_200;

/// Plays the demo, and says whether the daemon found what it had to find.
pub(super) fn run(args: &DemoArgs, data: Option<&Path>) -> Result<Outcome, CliError> {
    let town = Arc::new(town(args.town.as_deref())?);
    let place = Place::choose(args.once, data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    let found = runtime.block_on(play(args, &town, place.path()))?;
    if found.differences.is_empty() {
        Ok(Outcome::Done)
    } else {
        Err(CliError::failed("演示的结果与应有的名单不一致（见上）"))
    }
}

fn town(file: Option<&Path>) -> Result<Town, CliError> {
    let Some(file) = file else { return Ok(Town::shipped()) };
    let text = std::fs::read_to_string(file).map_err(|error| super::refusal::unreadable(file, &error))?;
    Town::from_csv(&text, 1).map_err(|why| CliError::failed(format!("{} 不能用：\n{why}", file.display())))
}

async fn play(args: &DemoArgs, town: &Arc<Town>, data: &Path) -> Result<Found, CliError> {
    let speed = args.speed.or((!args.once).then_some(WATCHED_SPEED));
    let stage = run::set(Arc::clone(town), data, speed).await.map_err(CliError::failed)?;
    crate::cli::print::errln!("演示：{}个账号，2022年5月30日至6月28日，全部在本机进行", town.residents().len());
    let bar = progress(DAYS);
    let shown = bar.clone();
    run::play(&stage, move |now| {
        shown.set_message(now.beijing().format("%-m月%-d日").to_string());
        shown.inc(1);
    })
    .await
    .map_err(CliError::failed)?;
    bar.finish_and_clear();
    let found = outcome::gather(&stage, town.expected(), args.out.as_deref()).map_err(CliError::failed)?;
    tell(args, &found);
    if !args.once {
        explore(data);
        // The sandbox stays up so that `look` still finds its platforms.
        drop(tokio::signal::ctrl_c().await);
    }
    Ok(found)
}

fn tell(args: &DemoArgs, found: &Found) {
    let rows: Vec<Vec<String>> = found.failed.iter().chain(&found.problems).cloned().collect();
    print_rows(&["政务新媒体", "主管单位", "平台类型", "问题类型"], &rows);
    outln!();
    let unclear: Vec<String> = found.unclear.iter().map(|row| format!("{}（{}）", row[0], row[2])).collect();
    outln!(
        "不合格 {}，存在问题 {}，无法判定 {}：{}",
        found.failed.len(),
        found.problems.len(),
        unclear.len(),
        unclear.join("、")
    );
    outln!("沙箱邮箱收到 {} 封信", found.letters);
    for line in &found.differences {
        outln!("不一致：{line}");
    }
    if found.differences.is_empty() {
        outln!("与应有的名单逐行一致");
    }
    if let Some(out) = &args.out {
        outln!("信件、周报和月度清单已写到 {}", out.display());
    }
}

fn explore(data: &Path) {
    let data = data.display();
    outln!("\n演示结束，平台和数据库保留着。可以另开一个终端看看：");
    for verb in [
        "status",
        "outbox list",
        "judge --at 2022-06-27",
        "explain 开封交警 --at 2022-06-27",
        "report month --period 2022-06",
    ] {
        outln!("  cuigeng --config {data}/config.toml --data {data} {verb}");
    }
    outln!("按 Ctrl-C 结束");
}

/// Where the demo keeps its database: where it was told, else beside the caller, or for `--once` in a
/// folder that goes away.
enum Place {
    Kept(PathBuf),
    Passing(PathBuf),
}

impl Place {
    fn choose(once: bool, data: Option<&Path>) -> Result<Place, CliError> {
        match data {
            Some(data) => Ok(Place::Kept(data.to_owned())),
            None if once => {
                let dir = std::env::temp_dir().join(format!("cuigeng-demo-{}", std::process::id()));
                std::fs::create_dir_all(&dir).map_err(|e| CliError::failed(format!("临时目录建不了：{e}")))?;
                Ok(Place::Passing(dir))
            }
            None => Ok(Place::Kept(PathBuf::from("cuigeng-demo"))),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Place::Kept(path) | Place::Passing(path) => path,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Place::Passing(path) = self {
            drop(std::fs::remove_dir_all(path));
        }
    }
}
