//! The inbox: files of JSON lines that somebody carried over. Each content is read once, when its file
//! rests; then the file goes to `done/`, or to `failed/` with its reason beside it.

use super::{Due, Poller, watched};
use crate::domain::{Account, AccountId, Moment};
use crate::plan::Agenda;
use crate::rules::accept;
use crate::store::{StoreError, inbox as read_files, looks};
use cuigeng_adapters::inbox::Inbox;
use cuigeng_adapters::time::DAY;
use cuigeng_adapters::{Ask, Batch, Class, Failure, Seen, Source};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Seconds for which a file's size and time must rest.
const REST_S: i64 = 2;
/// Days without a file after which the operator hears that none came.
const QUIET_DAYS: i64 = 8;
/// Longest file that is read, in bytes (as much as a collector may print).
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

type Agendas = BTreeMap<(AccountId, String), Agenda>;

impl Poller {
    pub(super) fn is_inbox(&self, source: &str) -> bool {
        let configured = self.config.sources.get(source);
        configured.is_some_and(|configured| matches!(configured.source, Source::Batch(Batch::Inbox(_))))
    }

    pub(super) fn has_inbox(&self) -> bool {
        self.config.sources.keys().any(|name| self.is_inbox(name))
    }

    /// Reads every file that rests. True when one brought something.
    ///
    /// # Errors
    /// Those of the store; a file that cannot be read or moved is told to the log.
    pub(super) async fn take_in(&self, accounts: &[Account], agendas: &Agendas) -> Result<bool, StoreError> {
        if !self.has_inbox() {
            return Ok(false);
        }
        let dir = self.data.join("inbox");
        let before = resting(&dir);
        if before.is_empty() {
            return Ok(false);
        }
        self.clock.pause(self.clock.now().plus(REST_S)).await;
        let mut took = false;
        for (path, stamp) in resting(&dir) {
            if before.get(&path) == Some(&stamp) {
                took |= self.take_file(&path, accounts, agendas).await?;
            }
        }
        Ok(took)
    }

    /// What the files that lie there say of one account; nothing is moved. The latest view counts.
    pub(super) fn peek(&self, inbox: &Inbox, ask: &Ask) -> Seen {
        let files = resting(&self.data.join("inbox")).into_keys().filter_map(|path| read_limited(&path).ok());
        let asks = std::slice::from_ref(ask);
        let looks = files.flat_map(|bytes| inbox.read(&String::from_utf8_lossy(&bytes), asks).looks);
        let latest = looks.map(|(_, seen)| seen).max_by_key(|seen| seen.looked_at);
        latest.unwrap_or_else(|| Seen::failed(nothing_came()))
    }

    async fn take_file(&self, path: &Path, accounts: &[Account], agendas: &Agendas) -> Result<bool, StoreError> {
        let bytes = match read_limited(path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(set_aside(path, Some(&format!("文件读不出来：{error}")))),
        };
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let known = sha256.clone();
        if self.store.read_async(move |conn| read_files::is_known(conn, &known)).await? {
            tracing::info!(file = %path.display(), "inbox.known");
            set_aside(path, None);
            return Ok(false);
        }
        let now = self.clock.now();
        let fault = self.observe(&String::from_utf8_lossy(&bytes), accounts, agendas, now).await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.store.write_async(move |tx| read_files::remember(tx, &sha256, &name, now)).await?;
        set_aside(path, fault.as_deref());
        Ok(true)
    }

    /// Keeps the looks that a file holds, source by source. Returns what is wrong with it.
    async fn observe(
        &self,
        text: &str,
        accounts: &[Account],
        agendas: &Agendas,
        now: Moment,
    ) -> Result<Option<String>, StoreError> {
        let mut named = 0;
        let mut fault = None;
        for configured in self.config.sources.values() {
            let Source::Batch(Batch::Inbox(inbox)) = &configured.source else { continue };
            let due = self.due_of(&configured.name, accounts, agendas, now);
            let mut asks = Vec::new();
            for one in &due {
                asks.push(self.question(one, configured, now).await?);
            }
            let questions: Vec<_> = asks.iter().map(|(ask, ..)| ask.clone()).collect();
            let read = inbox.read(text, &questions);
            fault = fault.or(read.fault);
            for (i, seen) in read.looks {
                named += 1;
                fault = fault.or_else(|| broken(&due[i].account, &seen));
                let (_, history, circumstances) = &asks[i];
                let seen = accept::believe(history, seen, now, *circumstances);
                self.keep(&due[i], seen, now).await?;
            }
        }
        Ok(fault.or_else(|| (named == 0).then(|| "文件里没有一个账号在台账中以收件目录为来源".to_owned())))
    }

    fn due_of(&self, source: &str, accounts: &[Account], agendas: &Agendas, now: Moment) -> Vec<Due> {
        let of_source = watched(accounts, now).filter(|(_, of)| of.source == source);
        let due = of_source.map(|(account, of)| {
            let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
            Due { account: account.clone(), of: of.clone(), agenda }
        });
        due.collect()
    }

    /// Accounts that were due while no file named them. A week without a file is how offices work; more
    /// is told.
    pub(super) async fn miss_in_inbox(&self, due: Vec<Due>, now: Moment) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let good = self.store.read_async(looks::last_good).await?;
        let is_recent = |due: &Due| good.get(&due.account.id).is_some_and(|(at, _)| now.since(*at) < QUIET_DAYS * DAY);
        let (recent, silent): (Vec<Due>, Vec<Due>) = due.into_iter().partition(is_recent);
        for one in recent {
            self.put_off(&one, now).await?;
        }
        self.fail_all(silent, &nothing_came(), now).await
    }
}

/// What makes a file one to be looked at again, of this account.
fn broken(account: &Account, seen: &Seen) -> Option<String> {
    let cuigeng_adapters::Outcome::Failed(failure) = &seen.outcome else { return None };
    matches!(failure.reason.as_str(), "truncated" | "future")
        .then(|| format!("{}：{}", account.title(), failure.advice))
}

fn nothing_came() -> Failure {
    Failure::new(Class::Transient, "no file in the inbox names this account")
        .because("inbox")
        .advise("收件目录（数据目录下的 inbox 文件夹）里没有这个账号的文件，请把采集结果（.jsonl）放进去")
}

/// Files by name with size and time of change; unfinished and hidden ones are left alone.
fn resting(dir: &Path) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeMap::new() };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| is_finished(path));
    paths.filter_map(|path| stamp(&path).map(|stamp| (path, stamp))).collect()
}

fn is_finished(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("jsonl"))
}

fn stamp(path: &Path) -> Option<(u64, std::time::SystemTime)> {
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((about.len(), about.modified().ok()?))
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > FILE_LIMIT {
        return Err(io::Error::other("超过64MB"));
    }
    fs::read(path)
}

/// Moves a file to `done/`, or to `failed/` with its reason beside it. Always false: nothing more came.
fn set_aside(path: &Path, fault: Option<&str>) -> bool {
    if let Err(error) = try_set_aside(path, fault) {
        tracing::error!(file = %path.display(), %error, "inbox.not_moved");
    }
    false
}

fn try_set_aside(path: &Path, fault: Option<&str>) -> io::Result<()> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let into = dir.join(if fault.is_some() { "failed" } else { "done" });
    fs::create_dir_all(&into)?;
    let target = free_name(&into, &name.to_string_lossy());
    fs::rename(path, &target)?;
    match fault {
        Some(fault) => fs::write(target.with_extension("原因.txt"), format!("{fault}\n")),
        None => Ok(()),
    }
}

/// `name`, or `name.2` and so on where that is taken.
fn free_name(dir: &Path, name: &str) -> PathBuf {
    let names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{n}.{name}")));
    // Endless, so there is always a first one that is free.
    names.map(|name| dir.join(name)).find(|path| !path.exists()).unwrap_or_else(|| dir.join(name))
}
