//! Where each source stands, read off the database, so that it tells the truth beside a running daemon and
//! without one: for `source status` and for the page.

use crate::config::Config;
use crate::domain::{Account, AccountId, Class, Moment, SourceRef};
use crate::health::Incident;
use crate::plan::Agenda;
use crate::rules::class_chinese;
use crate::spoken::beijing;
use crate::store::credentials::Credential;
use crate::store::lanes::{self, Standing as Kept};
use crate::store::looks::LookRow;
use crate::store::{Connection, StoreError, agenda, credentials, incidents, looks};
use cuigeng_adapters::Failure;
use cuigeng_adapters::time::DAY;
use std::collections::BTreeMap;

/// The judged accounts of each source that the list names.
pub type Users<'a> = BTreeMap<&'a str, Vec<(&'a Account, &'a SourceRef)>>;

type ByPair<T> = BTreeMap<(AccountId, String), T>;

/// All that is stored about looking.
pub struct Facts {
    last: ByPair<LookRow>,
    good: ByPair<Moment>,
    agendas: ByPair<Agenda>,
    lanes: BTreeMap<String, Kept>,
    incidents: Vec<Incident>,
    credentials: Vec<Credential>,
    since: ByPair<Moment>,
}

/// Where one source stands.
pub struct Standing<'a> {
    /// Its name.
    pub name: &'a str,
    /// The configuration has it.
    pub configured: bool,
    /// Judged accounts that it serves.
    pub accounts: usize,
    /// Why it is left alone, and until when.
    pub rest: Option<(Failure, Moment)>,
    /// The last look that saw something.
    pub last_good: Option<Moment>,
    /// How the last look at each account ended, counted by word.
    pub outcomes: BTreeMap<String, usize>,
    /// The account that was not read for the longest time; `None` for never.
    pub longest: Option<(&'a Account, Option<Moment>)>,
    /// When it is to be asked next.
    pub next: Option<Moment>,
    /// Since when a trouble of the whole source lasts.
    pub incident: Option<Moment>,
    /// Its credentials, with whom each serves where that is one.
    pub credentials: Vec<(&'a Credential, Option<&'a Account>)>,
    /// Accounts whose last look failed: why, that look, and since when.
    pub failing: Vec<(&'a Account, Class, &'a LookRow, Moment)>,
}

/// All that is kept about looking.
///
/// # Errors
/// Those of SQLite.
pub fn gather(conn: &Connection, users: &Users<'_>) -> Result<Facts, StoreError> {
    let last = looks::last_looks(conn)?;
    let mut since = BTreeMap::new();
    for (account, of) in users.values().flatten() {
        let pair = (account.id, of.source.clone());
        if last.get(&pair).is_some_and(|look| look.class().is_some())
            && let Some(at) = incidents::failing_since(conn, account.id, &of.source)?
        {
            since.insert(pair, at);
        }
    }
    Ok(Facts {
        last,
        since,
        good: looks::last_good_of_each(conn)?,
        agendas: agenda::all(conn)?,
        lanes: lanes::all(conn)?,
        incidents: incidents::open(conn)?,
        credentials: credentials::all(conn)?,
    })
}

/// Where the source of that name stands with its accounts.
pub fn standing<'a>(
    config: &Config,
    name: &'a str,
    users: &[(&'a Account, &'a SourceRef)],
    facts: &'a Facts,
    now: Moment,
) -> Standing<'a> {
    let pair = |account: &Account| (account.id, name.to_owned());
    let looked = users.iter().filter_map(|(account, _)| Some((*account, facts.last.get(&pair(account))?)));
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    let mut failing = Vec::new();
    for (account, look) in looked {
        *outcomes.entry(look.outcome.clone()).or_default() += 1;
        if let Some(class) = look.class() {
            let since = facts.since.get(&pair(account)).copied().unwrap_or(look.at);
            failing.push((account, class, look, since));
        }
    }
    let good = |account: &Account| facts.good.get(&pair(account)).copied();
    let rest = facts.lanes.get(name).and_then(|kept| kept.breaker.rests(now));
    let next = users.iter().map(|(account, _)| facts.agendas.get(&pair(account)).map_or(now, |agenda| agenda.next_at));
    let whole = |incident: &&Incident| incident.source == name && incident.account.is_none();
    Standing {
        name,
        configured: config.sources.contains_key(name),
        accounts: users.len(),
        last_good: users.iter().filter_map(|(account, _)| good(account)).max(),
        longest: users.iter().map(|(account, _)| (*account, good(account))).min_by_key(|(_, at)| *at),
        next: next.min().map(|at| at.max(now).max(rest.as_ref().map_or(now, |(_, until)| *until))),
        incident: facts.incidents.iter().filter(whole).map(|incident| incident.began).min(),
        credentials: used(&facts.credentials, name, users),
        rest,
        outcomes,
        failing,
    }
}

/// Credentials of the source that serve somebody, with whom they serve where that is one.
fn used<'a>(
    all: &'a [Credential],
    name: &str,
    users: &[(&'a Account, &'a SourceRef)],
) -> Vec<(&'a Credential, Option<&'a Account>)> {
    let owner = |key: &str| users.iter().find(|(_, of)| of.key == key).map(|(account, _)| *account);
    let ours = all.iter().filter(|credential| credential.source == name);
    ours.map(|credential| (credential, owner(&credential.key)))
        .filter(|(credential, owner)| credential.key.is_empty() || owner.is_some())
        .collect()
}

/// Word for scripts, and for people.
pub fn state(one: &Standing<'_>) -> (&'static str, String) {
    let looked: usize = one.outcomes.values().sum();
    match &one.rest {
        _ if !one.configured => ("unknown", "配置里没有".to_owned()),
        _ if one.accounts == 0 => ("unused", "没有账号".to_owned()),
        Some((cause, until)) => ("resting", format!("休息到{}（{}）", beijing(*until), class_chinese(cause.class))),
        None if looked == 0 => ("never", "从未看过".to_owned()),
        None if one.failing.len() == looked => ("failing", "全部失败".to_owned()),
        None if !one.failing.is_empty() => ("partly", format!("部分账号失败（{}个）", one.failing.len())),
        None => ("good", "正常".to_owned()),
    }
}

/// The judged accounts by source.
pub fn users(accounts: &[Account], now: Moment) -> Users<'_> {
    let mut users = Users::new();
    for account in accounts.iter().filter(|account| account.state_at(now).is_judged()) {
        for of in &account.sources {
            users.entry(of.source.as_str()).or_default().push((account, of));
        }
    }
    users
}

/// The accounts of one source.
pub fn of<'a, 'b>(users: &'b Users<'a>, name: &str) -> &'b [(&'a Account, &'a SourceRef)] {
    users.get(name).map_or(&[], Vec::as_slice)
}

/// Sources that the list names and the configuration does not.
pub fn unknown<'a, 'b>(config: &Config, users: &'b Users<'a>) -> Vec<(&'a str, &'b [(&'a Account, &'a SourceRef)])> {
    let missing = users.iter().filter(|(name, _)| !config.sources.contains_key(**name));
    missing.map(|(name, users)| (*name, users.as_slice())).collect()
}

/// What is wrong with such a name, and the cure.
pub fn missing(name: &str, accounts: usize) -> String {
    format!(
        "{accounts}个账号用的来源“{name}”配置里没有：请在配置文件写上 [sources.{name}]（采集程序写 [collectors.{name}]），或改正台账的“来源”一列"
    )
}

/// When a credential ends, and the days left.
pub fn left(end: Moment, now: Moment) -> String {
    match end.since(now) {
        ..=0 => format!("{}已到期", beijing(end)),
        left_s => format!("{}到期（还有{}天）", beijing(end), left_s / DAY),
    }
}
