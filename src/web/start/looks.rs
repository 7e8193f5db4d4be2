//! The first look of the accounts with a source, and the check sheet for those without.

use super::super::Shared;
use super::super::chrome::{notice, refused, unavailable};
use super::super::download::{BOOK, download};
use super::super::plain::plain;
use super::super::session::{Viewer, text};
use super::left;
use crate::config::Config;
use crate::deeds::sheet;
use crate::deeds::start::Progress;
use crate::domain::{Account, AccountId, Moment, Period, SourceRef, Week};
use crate::rules::class_chinese;
use crate::spoken::{beijing, span_in_words};
use crate::store::looks::LookRow;
use crate::store::{Connection, StoreError, looks, start};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Looks that are shown; a failed one first.
const SHOWN: usize = 50;

type Last = BTreeMap<(AccountId, String), LookRow>;

/// An account that a source serves, and the last look at it.
struct Pair<'a> {
    account: &'a Account,
    of: &'a SourceRef,
    last: Option<&'a LookRow>,
}

impl Pair<'_> {
    /// Failed ones first, then those that nobody has looked at.
    fn rank(&self) -> u8 {
        match self.last {
            Some(look) if look.class().is_some() => 0,
            None => 1,
            Some(_) => 2,
        }
    }
}

/// What the section says.
pub(super) fn values(
    conn: &Connection,
    config: &Config,
    all: &[Account],
    progress: &Progress,
    now: Moment,
) -> Result<Value, StoreError> {
    let last = looks::last_looks(conn)?;
    let mut pairs = pairs(all, &last, now);
    pairs.sort_by_key(Pair::rank);
    let count = |rank: u8| pairs.iter().filter(|pair| pair.rank() == rank).count();
    let rows: Vec<Value> = pairs.iter().take(SHOWN).map(|pair| row(conn, pair)).collect::<Result<_, _>>()?;
    let judged = all.iter().filter(|account| account.state_at(now).is_judged());
    Ok(context! {
        pairs => pairs.len(),
        failed => count(0),
        waiting => count(1),
        good => count(2),
        unread => unread(all, &last, now).len(),
        rows,
        more => pairs.len().saturating_sub(SHOWN),
        without => judged.filter(|account| account.sources.is_empty()).count(),
        week => Period::Week(Week::closed_before(now)).to_string(),
        sources => config.sources.len(),
        left => left(&progress.look),
    })
}

fn pairs<'a>(all: &'a [Account], last: &'a Last, now: Moment) -> Vec<Pair<'a>> {
    let judged = all.iter().filter(|account| account.state_at(now).is_judged());
    let pair = |account: &'a Account, of: &'a SourceRef| {
        let last = last.get(&(account.id, of.source.clone()));
        Pair { account, of, last }
    };
    judged.flat_map(|account| account.sources.iter().map(move |of| pair(account, of))).collect()
}

/// Accounts that have a source which has not read them.
fn unread(all: &[Account], last: &Last, now: Moment) -> Vec<Account> {
    let mut unread: Vec<Account> =
        pairs(all, last, now).iter().filter(|pair| pair.rank() < 2).map(|pair| pair.account.clone()).collect();
    unread.dedup_by_key(|account| account.id);
    unread
}

/// The same, as kept by now.
pub(super) fn unread_now(conn: &Connection, all: &[Account], now: Moment) -> Result<Vec<Account>, StoreError> {
    Ok(unread(all, &looks::last_looks(conn)?, now))
}

fn row(conn: &Connection, pair: &Pair<'_>) -> Result<Value, StoreError> {
    let reach = pair.last.map(|look| start::reached(conn, look)).transpose()?.flatten();
    let failed = pair.last.and_then(LookRow::class);
    let (mark, said) = match (pair.last, failed) {
        (None, _) => ("open", "还没有看".to_owned()),
        (Some(_), Some(class)) => ("failed", format!("没有看成：{}", class_chinese(class))),
        (Some(look), None) if look.first_check => ("suspected", "看清，列表为空，请人工确认".to_owned()),
        (Some(look), None) if look.outcome == "complete" => ("good", format!("看清，{}条", look.rows)),
        (Some(look), None) => ("suspected", format!("只看到一部分，{}条", look.rows)),
    };
    Ok(context! {
        id => pair.account.id.0,
        title => pair.account.title(),
        source => pair.of.source.clone(),
        key => pair.of.key.clone(),
        mark,
        said,
        at => pair.last.map(|look| beijing(look.at)),
        reach => span_in_words(reach),
        advice => pair.last.filter(|_| failed.is_some()).map(|look| plain(&look.advice)).unwrap_or_default(),
    })
}

/// The week of the sheet that is asked for: the one that is over, or a named one that has begun.
fn week_of(asked: &str, now: Moment) -> Result<Week, String> {
    match Period::parse(asked) {
        _ if asked.is_empty() => Ok(Week::closed_before(now)),
        Some(Period::Week(week)) if week.start() < now => Ok(week),
        Some(Period::Week(_)) => Err(format!("{asked} 这一周还没有开始。")),
        _ => {
            let asked: String = asked.chars().take(60).collect();
            Err(format!("没有“{asked}”这一周，请写成 {} 的样子。", Period::Week(Week::closed_before(now))))
        }
    }
}

/// The check sheet of a week, to be filled in by hand.
pub(in super::super) async fn sheet(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    _: Viewer,
) -> Response {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    let none = |why: &str| refused(StatusCode::NOT_FOUND, &uri, "没有核查表", why);
    let week = match week_of(text(&fields, "week").trim(), now) {
        Ok(week) => week,
        Err(why) => return none(&why),
    };
    match shared.web.store.read_async(move |conn| sheet::drawn(conn, &config, week, false, now)).await {
        Ok(drawn) if drawn.rows == 0 => {
            let week = Period::Week(week);
            none(&format!("{week} 没有要人看的账号：台账里还没有账号，或者这一周还没有过完，或者都看清了。"))
        }
        Ok(drawn) => match drawn.book {
            Ok(bytes) => download(bytes, BOOK, "sheet", &format!("周核查表-{}.xlsx", Period::Week(week))),
            Err(error) => {
                tracing::error!(%error, "web.sheet_not_drawn");
                notice(StatusCode::INTERNAL_SERVER_ERROR, &uri)
            }
        },
        Err(error) => unavailable(&error, &uri),
    }
}
