//! 账号: a year of one account, why its posts count or not, its verdicts with their evidence, its letters.

mod acts;
mod view;

pub(super) use acts::{add, ask, attest, change, expire, hush, strike, withdraw};

use super::Shared;
use super::chrome::{refused, unavailable};
use super::paged::Paged;
use super::plain::plain;
use super::session::Viewer;
use super::strip::strip;
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment, Post, State as Standing};
use crate::ledger::Ledger;
use crate::record::{self, Record};
use crate::rules::{Duty, Severity, Verdict, VerdictKind, class_chinese, duties};
use crate::silence::Scope;
use crate::spoken::{answer, gap_in_words, watch_in_words, when, why_not};
use crate::spoken::{beijing, rule_chinese};
use crate::store::attest::{self, Attestation};
use crate::store::{Connection, LetterRow, StoreError, accounts, agenda, counts, looks, outbox, silences};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::Datelike;
use minijinja::{Value, context};
use view::{POSTS, View};

/// Years back that the page leads to.
const YEARS: i32 = 20;
/// Weeks that are shown before somebody asks for all.
const WEEKS: usize = 14;
/// Attestations that are shown.
const ATTESTED: usize = 10;
/// Letters that are shown.
const LETTERS: i64 = 30;
/// Watches and holes that a verdict shows.
const SHOWN: usize = 6;

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let id = uri.path().strip_prefix("/account/").and_then(|id| id.parse().ok()).map(AccountId);
    let web = &shared.web;
    let (config, now) = (web.config.clone(), web.clock.now());
    let view = View::read(&fields);
    let found = web.store.read_async(move |conn| {
        let Some(account) = id.map(|id| accounts::one(conn, id)).transpose()?.flatten() else { return Ok(None) };
        values(conn, &config, &account, view, now).map(Some)
    });
    match found.await {
        Ok(Some(values)) => shared.page(StatusCode::OK, "account.html", &uri, &viewer, values).await,
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, &uri, "没有这个账号", "台账里没有这个账号，可能已经删去。请从总览重新打开。")
        }
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, config: &Config, account: &Account, view: View, now: Moment) -> Result<Value, StoreError> {
    let (shown, span, (from, until)) = (view.shown(now), view.span(now), view.asks(now));
    let ledger = Ledger::load_some(conn, config, &[account.id].into(), from, until)?;
    let year = Record::of(&ledger, config, account, span, now);
    let attested = attest::of_account(conn, account.id)?;
    let silent = silences::active(conn, now)?;
    let quiet = crate::silence::over(&silent, account).map(|one| {
        let whole = matches!(one.scope, Scope::Office(_)).then(|| one.name.clone());
        context! { id => one.id, whole, by => one.by.clone(), reason => one.reason.clone(), until => beijing(one.until) }
    });
    let weeks = if view.whole { year.weeks.len() } else { WEEKS };
    let posts = view.posts(ledger.evidence(account.id).posts, now);
    let paged = Paged::of(posts.len(), POSTS, view.page);
    let at = |view: View, part: &str| format!("{}{}#{part}", account.id.0, view.query());
    Ok(context! {
        there => view.query(),
        year => shown.map(|(year, _)| year),
        years => years(conn, account, shown.map(|(year, _)| year), now)?,
        id => account.id.0,
        name => account.name.clone(),
        platform => account.platform.name(),
        office => account.office.clone(),
        supervisor => account.supervisor.clone(),
        handle => account.handle.clone(),
        state => account.state_at(now).chinese(),
        former => account.former_names.join("、"),
        sources => account.sources.iter().map(|of| of.source.clone()).collect::<Vec<_>>().join("、"),
        quiet,
        address => account.address(),
        wechat => account.platform.is_wechat(),
        word => account.state_at(now).word(),
        states => Standing::ALL.map(|state| (state.word(), state.chinese())).to_vec(),
        today => now.date().to_string(),
        looks => last_looks(conn, account, now)?,
        said_whole => attested.iter().rev().take(ATTESTED).map(attestation).collect::<Vec<_>>(),
        newest_said => attested.last().map_or(0, |one| one.id),
        strip => Value::from_safe_string(strip(&year.days)),
        longest => year.longest.map(|(from, until)| context! { from => from.to_string(), until => until.to_string(), days => (until - from).num_days() }),
        failed_days => year.failed_days,
        unproven_days => year.unproven_days,
        known => year.days.iter().map(|day| day.updates).sum::<u32>(),
        weeks => year.weeks.iter().take(weeks).map(week).collect::<Vec<_>>(),
        all_weeks => (year.weeks.len() > weeks).then(|| at(View { whole: true, ..view }, "weeks")),
        checks => checks(&ledger, config, account, now),
        posts_all => posts.len(),
        posts => paged.part(&posts).iter().map(|post| one_post(config, post, now)).collect::<Vec<_>>(),
        pager => paged.pager_at(|page| at(View { page, ..view }, "posts")),
        letters => outbox::about(conn, account.id, LETTERS)?.iter().map(letter).collect::<Vec<_>>(),
    })
}

/// The years that there is anything to see of, the newest first, and how many posts the last twelve months
/// do not show.
fn years(conn: &Connection, account: &Account, shown: Option<i32>, now: Moment) -> Result<Value, StoreError> {
    let begins = record::begins(now);
    let (older, posted) = counts::posts_before(conn, account.id, begins)?;
    let watched = counts::watched_since(conn, account.id)?.filter(|watched| *watched < begins);
    let old = posted.into_iter().chain(watched).min();
    let newest = now.date().year();
    let first = old.map_or(newest, |first| first.date().year()).min(shown.unwrap_or(newest)).max(newest - YEARS);
    let all = if old.is_some() || shown.is_some() { (first..=newest).rev().collect() } else { Vec::<i32>::new() };
    Ok(context! { older, all })
}

/// How each source has fared, and when it looks again.
fn last_looks(conn: &Connection, account: &Account, now: Moment) -> Result<Vec<Value>, StoreError> {
    let agendas = agenda::of(conn, account.id)?;
    let mut told = Vec::new();
    for of in &account.sources {
        let last = looks::recent(conn, account.id, &of.source, 1)?.pop();
        let next = agendas.get(&of.source).map(|agenda| agenda.next_at);
        let failed = last.as_ref().and_then(looks::LookRow::class);
        told.push(context! {
            source => of.source.clone(),
            at => last.as_ref().map(|look| beijing(look.at)),
            failed => failed.map(class_chinese),
            advice => last.as_ref().filter(|_| failed.is_some()).map(|look| plain(&look.advice)).unwrap_or_default(),
            rows => last.as_ref().map_or(0, |look| look.rows),
            whole => last.as_ref().is_some_and(|look| look.outcome == "complete"),
            next => next.filter(|next| *next > now).map(|next| beijing(next.plus(-(next.unix().rem_euclid(60))))),
        });
    }
    Ok(told)
}

fn attestation(one: &Attestation) -> Value {
    context! { id => one.id, from => beijing(one.from), to => beijing(one.to), by => one.by.clone(), at => beijing(one.at) }
}

fn week(verdict: &Verdict) -> Value {
    let monday = verdict.window.from.date();
    let sunday = verdict.window.until.plus(-1).date();
    let (word, said) = said(verdict);
    context! {
        days => format!("{}至{}", monday.format("%Y-%m-%d"), sunday.format("%m-%d")),
        seen => verdict.kind.seen(),
        required => verdict.required,
        word,
        said,
        gaps => verdict.kind.gaps().iter().take(2).map(gap_in_words).collect::<Vec<_>>(),
        more => verdict.kind.gaps().len().saturating_sub(2),
    }
}

/// The mark of a verdict and its word.
fn said(verdict: &Verdict) -> (&'static str, String) {
    let missed = if verdict.severity == Severity::Veto { "failed" } else { "problem" };
    match &verdict.kind {
        VerdictKind::Missed { .. } => (missed, verdict.label.clone().unwrap_or_default()),
        VerdictKind::Met { .. } => ("good", "达到要求".to_owned()),
        VerdictKind::Pending { missing, .. } => ("open", format!("未到期，还差{missing}次")),
        VerdictKind::Suspected { .. } => ("suspected", "待人工核实".to_owned()),
        VerdictKind::Unknown { .. } => ("unclear", "无法判定".to_owned()),
        VerdictKind::Exempt { .. } => ("exempt", "不参评".to_owned()),
    }
}

/// The last check and the next one, each with its verdicts and what they rest on.
fn checks(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Vec<Value> {
    let named = [("上次检查", config.last_check(now)), ("下次检查", config.next_check(now))];
    let held = named.into_iter().filter_map(|(title, check)| Some((title, check?)));
    held.map(|(title, check)| {
        let owed = duties(&config.profile, account, check);
        let verdicts: Vec<Value> = owed.iter().map(|duty| verdict(ledger, duty, now)).collect();
        context! { title, at => beijing(check.at), verdicts }
    })
    .collect()
}

fn verdict(ledger: &Ledger, duty: &Duty<'_>, now: Moment) -> Value {
    let verdict = ledger.judge_duty(duty, now);
    let basis = match &verdict.kind {
        VerdictKind::Missed { proof, .. } => proof.basis().iter().map(watch_in_words).collect(),
        _ => Vec::new(),
    };
    let (word, said) = said(&verdict);
    let gaps: Vec<String> = verdict.kind.gaps().iter().map(gap_in_words).collect();
    context! {
        rule => rule_chinese(&duty.rule.name),
        from => beijing(verdict.window.from),
        until => beijing(verdict.window.until),
        required => verdict.required,
        word,
        said,
        answer => plain(&answer(&verdict, now)),
        more_basis => basis.len().saturating_sub(SHOWN),
        basis => basis.into_iter().take(SHOWN).collect::<Vec<String>>(),
        more_gaps => gaps.len().saturating_sub(SHOWN),
        gaps => gaps.into_iter().take(SHOWN).collect::<Vec<String>>(),
    }
}

/// With why it counts or not at the check after it.
fn one_post(config: &Config, post: &Post, now: Moment) -> Value {
    let check = config.next_check(post.when.latest()).unwrap_or(Check::unmoved(now));
    let not = why_not(post, &config.profile, check.at.min(now));
    let sources: Vec<&str> = post.sightings.iter().map(|sighting| sighting.source.as_str()).collect();
    // What a platform wrote may be anything; only the web is linked to.
    let url = post.url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    context! {
        id => post.ext_id.clone().unwrap_or_else(|| post.id.to_string()),
        struck => post.struck,
        when => when(post.when),
        title => if post.title.is_empty() { "（无标题）" } else { &post.title },
        url,
        counts => not.is_none(),
        why => not.unwrap_or("计入"),
        sources => sources.join("、"),
    }
}

fn letter(row: &LetterRow) -> Value {
    context! {
        id => row.id,
        at => beijing(row.sent_at.unwrap_or(row.slot)),
        kind => row.kind.chinese(),
        subject => row.subject.clone(),
        recipient => row.recipient.clone(),
        role => row.role.chinese(),
        standing => row.standing(),
        reason => row.reason.clone(),
    }
}
