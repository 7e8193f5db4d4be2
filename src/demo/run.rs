//! Drives the daemon through the town's month. It knows addresses, credentials, the list of accounts
//! and the clerk's check sheets, never what the accounts posted; the daemon's side is the same code
//! as `serve`.

use super::clock::SimClock;
use super::sandbox::Sandbox;
use super::town::{Town, checks, first_statistic_day};
use crate::clock::Clock;
use crate::config::{self, Config, Mode};
use crate::daemon::{Daemon, TASKS};
use crate::domain::Moment;
use crate::import::{plan_accounts, plan_attestations, plan_posts, read_sheets};
use crate::store::{Store, accounts, attest, meta, modes, posts};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// When the demo's clock starts: a week before the first check that is judged, Beijing time.
pub const STARTS: &str = "2022-05-30 09:30";
/// When all four checks are settled: WeChat's statistic of the last check day is out at 08:00.
pub const ENDS: &str = "2022-06-28 16:00";
/// The clerk's name on the check sheets.
const CLERK: &str = "clerk";

/// Where the sandbox can be reached; all that the daemon's side is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// m.weibo.cn.
    pub weibo: String,
    /// api.weixin.qq.com.
    pub wechat: String,
    /// The Douyin bridge.
    pub douyin: String,
    /// The RSS bridge.
    pub feeds: String,
    /// The mail server.
    pub smtp: SocketAddr,
}

impl Addresses {
    /// Those of a sandbox.
    pub fn of(sandbox: &Sandbox) -> Addresses {
        let Sandbox { weibo, wechat, douyin, feeds, smtp, .. } = sandbox;
        Addresses {
            weibo: weibo.clone(),
            wechat: wechat.clone(),
            douyin: douyin.clone(),
            feeds: feeds.clone(),
            smtp: *smtp,
        }
    }
}

/// A demo that is set up and has not begun.
pub struct Stage {
    /// The clock of everything.
    pub clock: Arc<SimClock>,
    /// The platforms and the mail server.
    pub sandbox: Sandbox,
    /// What the daemon was configured with.
    pub config: Arc<Config>,
    /// Where its database is.
    pub data: PathBuf,
    town: Arc<Town>,
}

/// Sets the stage: sandbox, configuration, credentials, and the list imported as a clerk would.
///
/// # Errors
/// A sentence in Chinese.
pub async fn set(town: Arc<Town>, data: &Path, speed: Option<u32>) -> Result<Stage, String> {
    let at = |text: &str| Moment::parse(text).ok_or_else(|| format!("时间 {text} 写错了"));
    let tasks: Vec<&'static str> = TASKS.into_iter().chain([CLERK]).collect();
    let clock = SimClock::new(at(STARTS)?, &tasks, at(ENDS)?);
    let clock = Arc::new(match speed {
        Some(speed) => clock.throttled(f64::from(speed)),
        None => clock,
    });
    let sandbox = Sandbox::start(Arc::clone(&town), clock.clone()).await.map_err(|e| format!("沙箱启动不了：{e}"))?;
    let config = Arc::new(write_config(&town, &Addresses::of(&sandbox), data)?);
    let store = Store::open(data).map_err(|e| e.chinese())?;
    import_list(&store, &town.accounts_csv(), &config, clock.now())?;
    Ok(Stage { clock, sandbox, config, data: data.to_owned(), town })
}

/// Runs the daemon and the clerk until the clock has come to its end. `tick` hears each virtual day.
///
/// # Errors
/// A sentence in Chinese.
pub async fn play(stage: &Stage, tick: impl Fn(Moment) + Send + Sync + 'static) -> Result<(), String> {
    let clock: Arc<dyn Clock> = stage.clock.clone();
    let daemon =
        Daemon::open(Arc::clone(&stage.config), &stage.data, Arc::clone(&clock), None).map_err(|e| e.to_string())?;
    let store = Store::open(&stage.data).map_err(|e| e.chinese())?;
    let clerk = tokio::spawn(clerk(Arc::clone(&stage.town), store, Arc::clone(&clock), tick));
    let ended = daemon.run(stage.clock.finished()).await.map_err(|e| e.to_string());
    clerk.abort();
    ended
}

/// Writes configuration, credentials and calendar into the data directory, and reads them back.
///
/// # Errors
/// A sentence in Chinese.
pub fn write_config(town: &Town, sandbox: &Addresses, data: &Path) -> Result<Config, String> {
    let failed = |e: std::io::Error| format!("数据目录 {} 写不进去：{e}", data.display());
    let secrets = data.join("secrets");
    fs::create_dir_all(&secrets).map_err(failed)?;
    for (name, value) in town.secrets() {
        fs::write(secrets.join(name), value).map_err(failed)?;
    }
    fs::write(data.join("calendar.json"), Town::calendar()).map_err(failed)?;
    let text = config_text(sandbox);
    let file = data.join("config.toml");
    fs::write(&file, &text).map_err(failed)?;
    config::load(Some(&file)).map_err(|faults| faults.to_string())
}

fn config_text(sandbox: &Addresses) -> String {
    format!(
        r#"# 演示用的配置：所有地址都在本机
profile = "开封"
mode = "正式"

[office]
name = "市政务公开办"
region = "全市"
clerk_mail = ["clerk@kaifeng.example"]
leader_mail = ["leader@kaifeng.example"]
operator_mail = ["operator@kaifeng.example"]

[report.paper]
form = "明电"
issuer = "开封市人民政府办公室"
number = "汴政办明电〔{{年}}〕{{号}}号"
urgency = "平急"
to = "各县、区人民政府，市直各有关单位"

# 演示的数据用完就丢
[backup]
at = "off"

[poll]
every_minutes = 1440
at_once = 16

[mail]
transport = "smtp"
from = "市政务公开办 <xmt@kaifeng.example>"
per_minute = 60

[mail.smtp]
host = "{smtp_host}"
port = {smtp_port}
security = "plain"
user = "xmt@kaifeng.example"
password = "smtp"

[sources.weibo]
kind = "weibo"
base = "{weibo}"
cookie = "weibo-cookie"

[sources.wechat]
kind = "wechat"
base = "{wechat}"
first_date = {first_date}

[sources.douyin]
kind = "douyin"
base = "{douyin}"
key = "douyin-bridge"
wait_s = 5

[sources.rsshub]
kind = "feed"
base = "{feeds}"
access_key = "rsshub"

[sources.wewe]
kind = "feed"
base = "{feeds}"
sees = ["群发"]

[web]
listen = "off"

[calendar]
file = ["calendar.json"]

[log]
level = "warn"
"#,
        smtp_host = sandbox.smtp.ip(),
        smtp_port = sandbox.smtp.port(),
        weibo = sandbox.weibo,
        wechat = sandbox.wechat,
        douyin = sandbox.douyin,
        feeds = sandbox.feeds,
        first_date = first_statistic_day(),
    )
}

/// Imports a list as the command line does.
///
/// # Errors
/// A sentence in Chinese; also when there is a list already.
pub fn import_list(store: &Store, csv: &str, config: &Config, now: Moment) -> Result<(), String> {
    let sheets = read_sheets(csv.as_bytes()).map_err(|e| format!("{e:?}"))?;
    let known = store.read(accounts::all).map_err(|e| e.chinese())?;
    if !known.is_empty() {
        return Err("数据目录里已经有台账，演示需要一个空目录；请换一个 --data".to_owned());
    }
    let sources: Vec<&str> = config.sources.keys().map(String::as_str).collect();
    let plan = plan_accounts(&sheets, &known, &sources, now).map_err(|e| format!("{e:?}"))?;
    store
        .write(move |tx| {
            modes::switch(tx, Mode::Live, "演示", now)?;
            plan.save.iter().try_for_each(|account| accounts::save(tx, account).map(drop))
        })
        .map_err(|e| e.chinese())
}

/// The clerk opens, after each check, what no trustworthy source lists, and signs the check sheet.
async fn clerk(town: Arc<Town>, store: Store, clock: Arc<dyn Clock>, tick: impl Fn(Moment) + Send + Sync) {
    let sheets: Vec<Moment> = checks().into_iter().map(|check| check.plus(3600)).collect();
    let day = AtomicU64::new(0);
    let mut done = 0;
    loop {
        let now = clock.now();
        let today = u64::try_from(now.unix() / 86_400).unwrap_or(0);
        if day.swap(today, Ordering::Relaxed) != today {
            tick(now);
        }
        while done < sheets.len() && sheets[done] <= now {
            if let Err(why) = sign(&town, &store, checks()[done], now) {
                tracing::error!(%why, "demo.sheet_refused");
            }
            done += 1;
            clock.ring();
        }
        let tomorrow = Moment::start_of(now.date()).plus_days(1);
        let next = sheets.get(done).copied().unwrap_or(Moment::MAX).min(tomorrow);
        clock.idle(CLERK, next).await;
    }
}

/// Imports a signed sheet the way the command line does.
fn sign(town: &Town, store: &Store, check: Moment, now: Moment) -> Result<(), String> {
    let sheet = town.check_sheet(Moment::start_of(check.date()).plus_days(-14), check);
    let known = store.read(accounts::all).map_err(|e| e.chinese())?;
    let read = |text: &str| read_sheets(text.as_bytes()).map_err(|e| format!("{e:?}"));
    let planned = plan_posts(&read(&sheet.posts)?, &known, now).map_err(|e| format!("{e:?}"))?;
    let attested = plan_attestations(&read(&sheet.attestations)?, &known, now).map_err(|e| format!("{e:?}"))?;
    let mut grouped: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in planned.posts {
        grouped.entry(one.account).or_default().push(one.post);
    }
    store
        .write(move |tx| {
            for (account, rows) in &grouped {
                posts::sight(tx, *account, "核查表", rows, now)?;
            }
            for one in &attested.attestations {
                attest::attest(tx, one.account, one.from, one.to, &one.by, now)?;
            }
            meta::audit(tx, now, CLERK, "sheet.import", "")
        })
        .map_err(|e| e.chinese())
}
