//! The report task: one weekly summary a check, to clerk and leaders, also when all is green, since it
//! proves that we are alive. It goes out when nothing is awaited any more, at the latest some hours
//! after the check, and bears a running number: a missing one shows that mail broke.

use super::{Format, Prepared, Report, file_name, render};
use crate::Step;
use crate::config::{Config, LeaderPage};
use crate::domain::{Check, Moment, Period, Role, Week};
use crate::inspect::held_checks;
use crate::store::awaited::{self, Awaited};
use crate::store::{LetterKind, NewLetter, Store, StoreError, Transaction, meta, outbox};
use chrono::Datelike;
use cuigeng_adapters::time::HOUR;
use std::sync::Arc;

/// Writes the weekly summaries. Cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
}

/// How often a check that awaits data is looked at again, in seconds.
const RETRY_S: i64 = 1800;
/// After downtime only so old a check is still summed up.
const OLDEST_DAYS: i64 = 8;

impl Reporter {
    /// Queues the summary of every held check that has none yet and is due.
    ///
    /// # Errors
    /// Those of the store; then nothing of the step is kept.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let config = Arc::clone(&self.config);
        self.store.write_async(move |tx| summarise(tx, &config, now)).await
    }
}

fn summarise(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<Step, StoreError> {
    let coming = config.checks_between(now.plus(1), now.plus_days(40));
    let mut wake = coming.first().map_or(now.plus_days(7), |check| config.summary_at(*check));
    let Some(installed) = meta::get(tx, "installed_at")?.and_then(|text| Moment::parse(&text)) else {
        return Ok(Step { did: false, wake: now.plus(60) });
    };
    let mut did = false;
    for check in
        held_checks(config, installed, now).into_iter().filter(|check| now.since(check.at) < OLDEST_DAYS * 24 * HOUR)
    {
        let due = config.summary_at(check);
        if meta::get(tx, &done_key(check))?.is_some() {
            continue;
        }
        if now < due {
            wake = wake.min(due);
        } else if sum_up(tx, config, check, now)? {
            did = true;
        } else {
            wake = wake.min(now.plus(RETRY_S));
        }
    }
    for open in awaited::open(tx)? {
        if follow_up(tx, config, &open, now)? {
            did = true;
        } else {
            wake = wake.min(now.plus(RETRY_S));
        }
    }
    Ok(Step { did, wake: wake.max(now.plus(1)) })
}

/// Tells once how the rows came out that a summary had called 待数据, when all of them have; true when
/// that was queued. The clerk hears of it always, the leaders when something was found.
fn follow_up(tx: &Transaction<'_>, config: &Config, open: &Awaited, now: Moment) -> Result<bool, StoreError> {
    let period = Period::Week(Week::closed_before(open.check.nominal));
    let prepared = Prepared::load(tx, config, &config.profile, period, now)?;
    let still = prepared.awaited();
    if open.rows.iter().any(|row| still.contains(row)) {
        return Ok(false);
    }
    let report = prepared.compose_followup(open.number, &open.rows);
    let leaders = prepared.is_missed(&open.rows) && leaders_want(config.report.leader, &prepared, open.check, config);
    let leaders = if leaders { config.office.leader_mail.as_slice() } else { &[] };
    let clerks = config.clerks().into_iter().map(|address| (address, Role::Clerk));
    for (recipient, role) in clerks.chain(leaders.iter().map(|address| (address.clone(), Role::Leader))) {
        // Not the summary's slot: that one is taken.
        let letter = NewLetter { slot: now, ..letter(&report, &recipient, role, None, open.check, now)? };
        outbox::queue(tx, &letter, false, config.mail.domain(), now)?;
    }
    awaited::tell(tx, open.check, now)?;
    Ok(true)
}

fn done_key(check: Check) -> String {
    format!("summary {}", check.nominal.rfc3339())
}

/// Queues the summary of one check unless it is worth waiting; true when it was queued.
fn sum_up(tx: &Transaction<'_>, config: &Config, check: Check, now: Moment) -> Result<bool, StoreError> {
    let week = Week::closed_before(check.nominal);
    let prepared = Prepared::load(tx, config, &config.profile, Period::Week(week), now)?;
    let latest = check.at.plus(config.report.summary_latest_h * HOUR);
    if !prepared.is_settled() && now < latest {
        return Ok(false);
    }
    let number = meta::get(tx, "summary_number")?.and_then(|text| text.parse::<u32>().ok()).unwrap_or(0) + 1;
    let mut report = prepared.compose(number);
    report.footnotes.extend(calendar_note(config, now));
    let workbook = (file_name(report.meta.period, Format::Xlsx), rendered(&report, Format::Xlsx)?);
    for recipient in config.clerks() {
        let letter = letter(&report, &recipient, Role::Clerk, Some(workbook.clone()), check, now)?;
        outbox::queue(tx, &letter, false, config.mail.domain(), now)?;
    }
    if leaders_want(config.report.leader, &prepared, check, config) {
        let page = prepared.compose_for_leader(number);
        for recipient in &config.office.leader_mail {
            let letter = letter(&page, recipient, Role::Leader, None, check, now)?;
            outbox::queue(tx, &letter, false, config.mail.domain(), now)?;
        }
    }
    awaited::keep(tx, &Awaited { check, number, rows: prepared.awaited() })?;
    meta::set(tx, "summary_number", &number.to_string())?;
    meta::set(tx, &done_key(check), &number.to_string())?;
    Ok(true)
}

/// From December on the clerk is asked for the next year's days off.
fn calendar_note(config: &Config, now: Moment) -> Option<String> {
    let year = config.calendar.missing(now.date())?;
    Some(format!("{year}年放假安排未录入，提醒不会避开该年的节假日；请系统运维人员录入国务院办公厅的通知。"))
}

/// Whether the leaders get their page of this check's summary.
fn leaders_want(when: LeaderPage, prepared: &Prepared, check: Check, config: &Config) -> bool {
    match when {
        LeaderPage::Weekly => true,
        LeaderPage::OnProblem => prepared.has_trouble(),
        LeaderPage::Monthly => {
            let date = check.nominal.date();
            let month = Moment::start_of(date).plus_days(1 - i64::from(date.day()));
            config.checks_between(month, check.nominal).into_iter().all(|other| other.nominal >= check.nominal)
        }
    }
}

fn rendered(report: &Report, format: Format) -> Result<Vec<u8>, StoreError> {
    render(report, format).map_err(|e| StoreError::odd(e.to_string()))
}

fn letter(
    report: &Report,
    recipient: &str,
    role: Role,
    attachment: Option<(String, Vec<u8>)>,
    check: Check,
    now: Moment,
) -> Result<NewLetter, StoreError> {
    let text = |format| rendered(report, format).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(NewLetter {
        subject: report.title.clone(),
        text: text(Format::Text)?,
        html: Some(text(Format::Html)?),
        attachment,
        ..NewLetter::new(LetterKind::Summary, recipient, role, check.at, now)
    })
}
