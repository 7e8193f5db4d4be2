//! What every verb works with: the configuration, the data directory, the clock; and how a verb fails.

use super::args::Cli;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, ConfigFaults};
use crate::deeds::Refusal;
use crate::domain::{Account, Check, Moment, Platform};
use crate::rules::Profile;
use crate::secrets::FileSecrets;
use crate::store::{Store, StoreError, accounts, restored, swap};
use cuigeng_adapters::Mask;
use cuigeng_adapters::http::Http;
use cuigeng_adapters::time::parse_date;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A verb that failed: the exit code and the sentence for whoever typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// 1 failure, 2 usage, 3 configuration, 5 another instance.
    pub exit: u8,
    /// What is wrong, where, and what cures it.
    pub chinese: String,
}

impl CliError {
    /// Exit 1.
    pub fn failed(chinese: impl Into<String>) -> CliError {
        CliError { exit: 1, chinese: chinese.into() }
    }

    /// Exit 2.
    pub fn usage(chinese: impl Into<String>) -> CliError {
        CliError { exit: 2, chinese: chinese.into() }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> CliError {
        CliError { exit: if error.is_locked() { 5 } else { 1 }, chinese: error.chinese() }
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> CliError {
        match refusal {
            Refusal::Wish(chinese) | Refusal::Field(_, chinese) => CliError::usage(chinese),
            Refusal::State(chinese) => CliError::failed(chinese),
            Refusal::Store(error) => error.into(),
        }
    }
}

impl From<ConfigFaults> for CliError {
    fn from(faults: ConfigFaults) -> CliError {
        CliError { exit: 3, chinese: faults.to_string() }
    }
}

/// What every verb works with.
pub struct Context {
    /// What the operator set.
    pub config: Arc<Config>,
    /// The file that says so; `None` for the built-in defaults.
    pub file: Option<PathBuf>,
    /// The data directory.
    pub data: PathBuf,
    /// For scripts.
    pub json: bool,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
    store: OnceCell<Store>,
}

impl Context {
    /// Reads the configuration that the command line names, else `./config.toml`, else
    /// `/etc/cuigeng/config.toml`, else the built-in defaults.
    pub(super) fn load(cli: &Cli) -> Result<Context, CliError> {
        let found = cli.config.clone().or_else(|| {
            ["config.toml", "/etc/cuigeng/config.toml"].map(PathBuf::from).into_iter().find(|path| path.is_file())
        });
        let mut config = config::load(found.as_deref())?;
        let data = cli.data.clone().unwrap_or_else(default_data);
        // Before the calendars are read, since they come back with a restore; whoever opens the database is told.
        if let Err(error) = swap::finish_pending(&data) {
            tracing::warn!(%error, "backup.not_exchanged");
        }
        config.adopt_calendars(&data)?;
        Ok(Context {
            config: Arc::new(config),
            file: found,
            data,
            json: cli.json,
            clock: SystemClock::shared(),
            store: OnceCell::new(),
        })
    }

    /// A context of given parts.
    pub fn of(config: Arc<Config>, data: &Path, clock: Arc<dyn Clock>) -> Context {
        Context { config, file: None, data: data.to_owned(), json: false, clock, store: OnceCell::new() }
    }

    /// The database, opened on first use.
    pub(super) fn store(&self) -> Result<&Store, CliError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = Store::open(&self.data)?;
        if store.read(restored::unheard)?.is_some() {
            self.hear(&store);
        }
        Ok(self.store.get_or_init(|| store))
    }

    /// Whoever comes after a restore that was cut off hears that it is done now. Where that cannot be written
    /// down, the next one hears it too.
    fn hear(&self, store: &Store) {
        let now = self.clock.now();
        let heard = store.write(move |tx| Ok((restored::hear(tx, now)?, restored::waits(tx)?)));
        if let Ok((Some(restored), waits)) = heard {
            super::restore::say_resumed(&self.data, &restored, waits);
        }
    }

    /// The credentials.
    pub(super) fn secrets(&self) -> FileSecrets {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        FileSecrets::new(&self.data, &self.config.secrets_dir, credentials)
    }

    /// The HTTP client.
    pub(super) fn http(&self) -> Result<Http, CliError> {
        Http::new(self.config.proxy.as_deref())
            .map_err(|failure| CliError { exit: 3, chinese: failure.advise_or_detail() })
    }

    /// What must not be repeated of what others say: every secret that a source of these accounts uses,
    /// and the password of the mail server.
    pub(super) fn mask(&self, accounts: &[Account]) -> Mask {
        crate::trial::mask(&self.config, &self.secrets(), accounts)
    }

    /// Names of the secrets that are needed.
    pub(super) fn secret_names(&self, accounts: &[Account]) -> BTreeSet<String> {
        crate::trial::secret_names(&self.config, accounts)
    }

    /// A runtime for a verb that asks the network.
    pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))
    }

    /// The profile of that name, or the configured one.
    pub(super) fn profile(&self, name: Option<&str>) -> Result<Profile, CliError> {
        match name {
            None => Ok(self.config.profile.clone()),
            Some(name) => Ok(config::profile(name, &self.config.profiles_dir)?),
        }
    }

    /// The last scheduled check at or before `now`.
    pub(super) fn last_check(&self, now: Moment) -> Result<Check, CliError> {
        let none = || CliError::failed("近两年内没有计划检查，请用 --at 写明检查时间");
        self.config.last_check(now).ok_or_else(none)
    }

    /// Reads `--at`: `now`, a moment (Beijing unless it carries an offset), or a date alone, which
    /// means that day at the hour of the check schedule.
    pub(super) fn moment(&self, text: &str) -> Result<Moment, CliError> {
        if text == "now" {
            return Ok(self.clock.now());
        }
        if let Some(date) = parse_date(text) {
            return Ok(self.check_hour(Moment::start_of(date)));
        }
        Moment::parse(text).ok_or_else(|| bad_time(text))
    }

    /// The hour of the check schedule on the day that begins at `midnight`.
    fn check_hour(&self, midnight: Moment) -> Moment {
        let same_day =
            self.config.check.schedule.next_after(midnight.plus(-1)).filter(|at| at.date() == midnight.date());
        let some_day =
            || self.config.check.schedule.last_at(midnight).or_else(|| self.config.check.schedule.next_after(midnight));
        let hour_s = same_day.or_else(some_day).map_or(9 * 3600, |at| at.since(Moment::start_of(at.date())));
        midnight.plus(hour_s)
    }

    /// Every account.
    pub(super) fn accounts(&self) -> Result<Vec<Account>, CliError> {
        Ok(self.store()?.read(accounts::all)?)
    }

    /// The one account that is meant by a handle, or by a name (and a platform, where the name is not
    /// the only one).
    pub(super) fn account(&self, named: &str, platform: Option<&str>) -> Result<Account, CliError> {
        find(&self.accounts()?, named, platform)
    }
}

/// The one account that is meant.
pub(super) fn find(accounts: &[Account], named: &str, platform: Option<&str>) -> Result<Account, CliError> {
    let platform = platform.map(|text| Platform::parse(text).0);
    let here = |account: &&Account| platform.as_ref().is_none_or(|platform| account.platform == *platform);
    let by = |wanted: &dyn Fn(&Account) -> bool| -> Vec<&Account> {
        accounts.iter().filter(here).filter(|a| wanted(a)).collect()
    };
    let mut found = by(&|account| account.handle.as_deref() == Some(named));
    if found.is_empty() {
        found = by(&|account| account.name == named);
    }
    if found.is_empty() {
        found = by(&|account| account.former_names.iter().any(|name| name == named));
    }
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(CliError::failed(format!("台账中没有“{named}”{}", suggestions(accounts, named)))),
        several => {
            let titles: Vec<String> = several
                .iter()
                .map(|a| {
                    format!("{}{}", a.title(), a.handle.as_ref().map_or_else(String::new, |h| format!("，标识 {h}")))
                })
                .collect();
            Err(CliError::failed(format!("“{named}”不止一个，请用 --platform 或账号标识指明：{}", titles.join("；"))))
        }
    }
}

fn suggestions(accounts: &[Account], named: &str) -> String {
    let mut near: Vec<(usize, &Account)> =
        accounts.iter().map(|account| (strsim::damerau_levenshtein(&account.name, named), account)).collect();
    near.sort_by_key(|(distance, _)| *distance);
    let close = near.iter().filter(|(distance, account)| *distance <= 2 || account.name.contains(named)).take(3);
    let names: Vec<String> = close.map(|(_, account)| account.title()).collect();
    if names.is_empty() {
        "；用 account list 看全部账号".to_owned()
    } else {
        format!("；是不是：{}", names.join("、"))
    }
}

fn bad_time(text: &str) -> CliError {
    CliError::usage(format!("看不懂时间“{text}”，请写成 2022-06-27、2022-06-27T09:00 或 now"))
}

/// Where data lie when nobody says: systemd's state directory, else beside the caller.
fn default_data() -> PathBuf {
    std::env::var_os("STATE_DIRECTORY").map_or_else(|| PathBuf::from("cuigeng-data"), PathBuf::from)
}
