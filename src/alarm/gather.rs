//! Gathers what is known of ourselves from the database, the disk and the configuration.

use super::causes::{BLOCKED_IN_A_ROW, Blind, CREDENTIAL_S, Ending, Facts, PENDING_S, Stop, UNREAD_IN_A_ROW, Unread};
use crate::backup::{self, restore};
use crate::config::{Config, RobotKind, imported_calendar};
use crate::domain::{Class, Moment};
use crate::mail::{pace, returned};
use crate::pulse::Jump;
use crate::store::{Connection, StoreError, accounts, alarms, bounces, credentials, incidents, restored};
use crate::web;
use nix::sys::statvfs::statvfs;
use std::collections::BTreeMap;
use std::path::Path;

/// What a process knows of itself without the database.
pub(super) struct Own {
    /// When it began.
    pub(super) started: Moment,
    /// Tasks in the middle of a step, and since when.
    pub(super) busy: BTreeMap<&'static str, Moment>,
    /// Free and all bytes of the disk that holds the data.
    pub(super) disk: Option<(u64, u64)>,
    /// The wall clock was set.
    pub(super) jump: Option<Jump>,
    /// Seconds by which the clock is ahead of what sources say.
    pub(super) askew_s: Option<i64>,
    /// The time service says so.
    pub(super) unsynchronised: bool,
}

/// The facts at `now`.
pub(super) fn facts(
    conn: &Connection,
    config: &Config,
    data: &Path,
    own: Own,
    now: Moment,
) -> Result<Facts, StoreError> {
    let stopped = alarms::stopped(conn)?;
    let letters = stopped.len();
    let stop = stopped.into_iter().next();
    let stop = stop.map(|(class, words, is_ours)| Stop { is_config: class == "config", words, is_ours, letters });
    Ok(Facts {
        stop,
        blocked: alarms::blocked(conn, BLOCKED_IN_A_ROW)?,
        doubtful: alarms::doubtful(conn)?,
        pending: alarms::pending(conn, now.plus(-PENDING_S))?,
        slowed: slowed(conn, now)?,
        mailbox: unread(conn, config)?,
        sources: blind(conn, config)?,
        credentials: ending(conn, config, now)?,
        disk: own.disk,
        calendar: config.calendar.missing(now.date()).map(|year| (year, imported_calendar(data, year).is_file())),
        web: web::trouble(conn)?.filter(|_| config.web.listen.is_some() && config.web.is_asked_for()),
        robots: refusing(conn, config)?,
        open: alarms::open(conn)?.into_iter().map(|alarm| alarm.key).collect(),
        stalled: stalled(conn, &own)?,
        jump: own.jump,
        askew_s: own.askew_s,
        unsynchronised: own.unsynchronised,
        backup: Some(backup::stands(conn, config, data, now)?),
        held: restore::held(conn)?.map(|(restored, waits)| (restore::told(&restored), waits.letters)),
        // Letters that were held after a restore leave one after the other, as after a start.
        started: own.started.max(restored::last(conn)?.and_then(|last| last.released).unwrap_or(Moment::MIN)),
    })
}

/// When each task that is in the middle of a step moved last: a round of looks keeps look after look, and
/// the postman may wait ten minutes for a server's word after the final dot.
fn stalled(conn: &Connection, own: &Own) -> Result<Vec<(&'static str, Moment)>, StoreError> {
    let mut stalled = Vec::new();
    for (task, since) in &own.busy {
        let moved = match *task {
            "poll" => alarms::last_look(conn)?,
            "mail" => alarms::last_claim(conn)?,
            _ => None,
        };
        stalled.push((*task, moved.map_or(*since, |moved| moved.max(*since))));
    }
    Ok(stalled)
}

fn slowed(conn: &Connection, now: Moment) -> Result<Option<String>, StoreError> {
    let pace = pace::read(conn)?;
    Ok((pace.halved(now.date()) > 0).then_some(pace.words))
}

fn unread(conn: &Connection, config: &Config) -> Result<Option<Unread>, StoreError> {
    let Some(configured) = returned::configured(config) else { return Ok(None) };
    let mailbox = bounces::mailbox(conn, &returned::name(configured))?;
    let since = mailbox.since.filter(|_| mailbox.failures >= UNREAD_IN_A_ROW);
    let cure = crate::mail::imap::advice(&mailbox.class).to_owned();
    Ok(since.map(|since| Unread { since, cure, words: mailbox.words }))
}

/// One account that fails alone has its mail; the second channel hears of whole sources.
fn blind(conn: &Connection, config: &Config) -> Result<Vec<Blind>, StoreError> {
    let whole = incidents::open(conn)?.into_iter().filter(|incident| incident.account.is_none());
    let known = whole.filter(|incident| config.sources.contains_key(&incident.source));
    Ok(known.map(|i| Blind { source: i.source, class: i.class, since: i.began }).collect())
}

fn ending(conn: &Connection, config: &Config, now: Moment) -> Result<Vec<Ending>, StoreError> {
    let near = |one: &credentials::Credential| one.expires.is_some_and(|end| end.since(now) <= CREDENTIAL_S);
    let near: Vec<_> = credentials::all(conn)?.into_iter().filter(near).collect();
    if near.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = accounts::all(conn)?;
    let used = near.into_iter().filter(|one| incidents::is_used(config, &accounts, &one.source, &one.key, now));
    let ending = used.filter_map(|one| {
        let account = incidents::owner(&accounts, &one.source, &one.key);
        Some(Ending { account, expires: one.expires?, source: one.source, key: one.key })
    });
    Ok(ending.collect())
}

fn refusing(conn: &Connection, config: &Config) -> Result<Vec<(RobotKind, String)>, StoreError> {
    let states = alarms::robots(conn)?;
    let kinds = config.alarms.iter().map(|robot| robot.kind);
    let refuses = kinds.filter_map(|kind| {
        let state = states.get(kind.word()).filter(|state| state.class == Class::Config.word())?;
        Some((kind, state.words.clone()))
    });
    Ok(refuses.collect())
}

/// Free and all bytes of the disk that holds a place; `None` where the system does not say.
pub(crate) fn disk_space(data: &Path) -> Option<(u64, u64)> {
    let about = statvfs(data).ok()?;
    // The width of these counters differs between systems.
    let bytes = |blocks: u128| u64::try_from(blocks * u128::from(about.fragment_size())).unwrap_or(u64::MAX);
    Some((bytes(u128::from(about.blocks_available())), bytes(u128::from(about.blocks()))))
}
