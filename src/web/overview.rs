//! 总览: the next check, how all accounts stand as numbers, squares and a list by time to trouble.
//!
//! How all stand is judged anew from the evidence, as `status` does, and kept until the evidence changes.
//! Where that takes long (a large town) a page shows what was kept, says of when it is, and has it made
//! anew behind it.

use super::chrome::unavailable;
use super::paged::{LIST, Paged, address, asked, number};
use super::session::{Viewer, text};
use super::slow::in_time;
use super::squares::{Grouping, squares};
use super::{Shared, Web};
use crate::config::{Config, Mode};
use crate::deeds::start;
use crate::domain::{Check, Moment};
use crate::ledger::shelf::{Point, Shelf};
use crate::ledger::span_of;
use crate::mail::letter;
use crate::outlook::{Mark, Outlook, Standing};
use crate::store::counts::{self, Newest};
use crate::store::{Connection, StoreError, findings, modes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use cuigeng_adapters::time::{DAY, HOUR};
use minijinja::{Value, context};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of the list on one page.
const ROWS: usize = 50;
/// Up to so many accounts are judged while somebody waits for the page.
const QUICK: usize = 1000;
/// Seconds after which time alone may have changed something.
const OLD_S: i64 = 300;
/// Seconds after which nobody is shown what was kept.
const TOO_OLD_S: i64 = 1800;

/// What is known of how all stand.
pub(super) struct Snapshot {
    newest: Newest,
    at: Moment,
    /// When all were judged; those that were touched since, later.
    judged: Moment,
    /// Up to where the evidence was known.
    point: Point,
    last: Option<Check>,
    next: Option<Check>,
    outlook: Outlook,
    /// Of all accounts, grouped as fits them.
    squares: String,
    fitting: Grouping,
}

/// Keeps the last snapshot; only one is made at a time.
#[derive(Default)]
pub(super) struct Stand {
    kept: Mutex<Option<Arc<Snapshot>>>,
    making: tokio::sync::Mutex<()>,
}

impl Stand {
    /// How all stand: kept, or made now; `None` while it is still in the making.
    pub(super) async fn now(self: &Arc<Stand>, web: &Web) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let now = web.clock.now();
        let newest = web.store.read_async(counts::newest).await?;
        match self.kept() {
            Some(kept) if kept.holds(newest, &web.config, now) => Ok(Some(kept)),
            Some(kept)
                if kept.is_large() && !kept.is_quickly_mended(&web.config, now) && now.since(kept.at) < TOO_OLD_S =>
            {
                tokio::spawn(Arc::clone(self).make(web.clone()));
                Ok(Some(kept))
            }
            // On a task of its own, so that it is made even when nobody waits any more.
            _ => match in_time(tokio::spawn(Arc::clone(self).make(web.clone()))).await {
                Some(made) => made.map_err(|_| StoreError::ended())?.map(Some),
                None => Ok(None),
            },
        }
    }

    /// Makes the first snapshot before anybody asks.
    pub(super) async fn warm(self: Arc<Stand>, web: Web) {
        if let Err(error) = self.make(web).await {
            tracing::warn!(%error, "web.no_overview_yet");
        }
    }

    fn kept(&self) -> Option<Arc<Snapshot>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn make(self: Arc<Stand>, web: Web) -> Result<Arc<Snapshot>, StoreError> {
        let _only = self.making.lock().await;
        let (now, config) = (web.clock.now(), Arc::clone(&web.config));
        let newest = web.store.read_async(counts::newest).await?;
        // Somebody else may have made it meanwhile.
        let before = self.kept();
        if let Some(kept) = before.as_ref().filter(|kept| kept.holds(newest, &web.config, now)) {
            return Ok(Arc::clone(kept));
        }
        let shelf = web.shelf.clone();
        let read = move |conn: &Connection| Snapshot::of(conn, &config, before.as_deref(), &shelf, now);
        let made = Arc::new(web.store.read_async(read).await?);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        Ok(made)
    }
}

impl Snapshot {
    /// Judges all accounts at the last check and looks out to the next; where the evidence of a few has
    /// changed and little time has passed, only those.
    fn of(
        conn: &Connection,
        config: &Config,
        before: Option<&Snapshot>,
        shelf: &Shelf,
        now: Moment,
    ) -> Result<Snapshot, StoreError> {
        let newest = counts::newest(conn)?;
        let (last, next) = (config.last_check(now), config.next_check(now));
        let checks: Vec<Check> = last.into_iter().chain(next).collect();
        let from = span_of(&config.profile, &checks).0.min(now);
        let ledger = shelf.take(conn, config, ("overview", from), now)?;
        let decisions = findings::decisions(conn, &config.profile.name)?;
        let near = before.filter(|before| before.is_quickly_mended(config, now));
        let changed = near.map(|before| ledger.changed_since(conn, before.point)).transpose()?.flatten();
        let (judged, outlook) = match (near, changed) {
            (Some(before), Some(changed)) => {
                let mended = before.outlook.mended(&ledger, config, (last, next), &decisions, (&changed, now));
                (before.judged, mended)
            }
            _ => (now, Outlook::of(&ledger, config, (last, next), &decisions, now)),
        };
        let fitting = Grouping::fitting(&outlook.standings);
        let squares = squares(outlook.standings.iter(), fitting);
        let point = ledger.point_of(conn)?;
        Ok(Snapshot { newest, at: now, judged, point, last, next, outlook, squares, fitting })
    }

    /// Whoever is in trouble first stands first.
    pub(super) fn standings(&self) -> &[Standing] {
        &self.outlook.standings
    }

    /// Both checks, the time left, and of when all this is.
    pub(super) fn times(&self, now: Moment) -> Value {
        context! {
            at => clock_time(self.at),
            last => self.last.map(|check| shown_moment(check.at)),
            next => self.next.map(|check| shown_moment(check.at)),
            left => self.next.map(|check| left(check.at.since(now))),
        }
    }

    fn holds(&self, newest: Newest, config: &Config, now: Moment) -> bool {
        self.newest == newest && self.is_quickly_mended(config, now)
    }

    /// Between the same checks, and time alone has changed nothing since all were judged.
    fn is_quickly_mended(&self, config: &Config, now: Moment) -> bool {
        let checks = (config.last_check(now), config.next_check(now));
        checks == (self.last, self.next) && (0..OLD_S).contains(&now.since(self.judged))
    }

    fn is_large(&self) -> bool {
        self.outlook.standings.len() > QUICK
    }
}

/// What somebody wants to see, as the address says it.
struct Wish {
    q: String,
    state: Option<Mark>,
    platform: String,
    by: Option<Grouping>,
    page: usize,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        let short = |name: &str| text(fields, name).trim().chars().take(60).collect::<String>();
        Wish {
            q: short("q"),
            state: Mark::from_word(text(fields, "state")),
            platform: short("platform"),
            by: Grouping::from_word(text(fields, "by")),
            page: asked(text(fields, "page")),
        }
    }

    fn is_everything(&self) -> bool {
        self.q.is_empty() && self.platform.is_empty() && self.state.is_none()
    }

    fn takes(&self, one: &Standing) -> bool {
        let platform = self.platform.is_empty() || one.platform == self.platform;
        platform && (self.q.is_empty() || one.name.contains(&self.q) || one.office.contains(&self.q))
    }

    fn takes_mark(&self, mark: Mark) -> bool {
        self.state.is_none_or(|state| state == mark)
    }

    /// The address of the same with another state or page.
    fn address(&self, state: Option<Mark>, page: usize) -> String {
        let page = number(page);
        let all = [
            ("q", self.q.as_str()),
            ("state", state.map_or("", Mark::word)),
            ("platform", &self.platform),
            ("by", self.by.map_or("", Grouping::word)),
            ("page", &page),
        ];
        address("./", &all)
    }
}

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let web = &shared.web;
    let snapshot = match shared.stand.now(web).await {
        Ok(Some(snapshot)) => snapshot,
        Ok(None) => {
            return shared.page(StatusCode::OK, "making.html", &uri, &viewer, context! { title => "总览" }).await;
        }
        Err(error) => return unavailable(&error, &uri),
    };
    let (now, wish) = (web.clock.now(), Wish::read(&fields));
    let configured = web.config.mode;
    let kept = web.store.read_async(move |conn| Ok((modes::holds(conn, configured)?, start::to_tell(conn)?)));
    let (mode, starts) = match kept.await {
        Ok(kept) => kept,
        Err(error) => return unavailable(&error, &uri),
    };
    let before = snapshot.last.map_or(Moment::MIN, |check| check.at);
    let older = match shared.desks.older(web, before, snapshot.is_large()).await {
        Ok(older) => older,
        Err(error) => return unavailable(&error, &uri),
    };
    let starts = starts.map(|progress| progress.open().join("、"));
    let trial = mode == Mode::Trial;
    let values = context! { trial, starts, older, to_findings => super::check::findings_page(), profile => web.config.profile.name.clone(), ..values(&snapshot, &wish, now) };
    shared.page(StatusCode::OK, "overview.html", &uri, &viewer, values).await
}

fn values(snapshot: &Snapshot, wish: &Wish, now: Moment) -> Value {
    let all = &snapshot.outlook.standings;
    let near: Vec<&Standing> = all.iter().filter(|one| wish.takes(one)).collect();
    let shown: Vec<&Standing> = near.iter().copied().filter(|one| wish.takes_mark(one.mark)).collect();
    let paged = Paged::of(shown.len(), ROWS, wish.page);
    let rows: Vec<Value> = paged.part(&shown).iter().map(|one| row(one, now)).collect();
    let by = wish.by.unwrap_or(snapshot.fitting);
    let whole = wish.is_everything() && by == snapshot.fitting;
    let squares = if whole { snapshot.squares.clone() } else { squares(shown.iter().copied(), by) };
    context! {
        awaiting => snapshot.outlook.awaiting,
        total => all.len(),
        count => shown.len(),
        numbers => numbers(&near, wish),
        everything => wish.is_everything(),
        platforms => platforms(all),
        wish => context! {
            q => wish.q.clone(),
            state => wish.state.map_or("", Mark::word),
            platform => wish.platform.clone(),
            by => by.word(),
        },
        states => Mark::ALL.map(|mark| (mark.word(), mark.chinese())).to_vec(),
        squares => Value::from_safe_string(squares),
        rows,
        pager => paged.pager_at(|page| wish.address(wish.state, page) + LIST),
        ..snapshot.times(now)
    }
}

fn numbers(near: &[&Standing], wish: &Wish) -> Vec<Value> {
    let count = |mark: Mark| near.iter().filter(|one| one.mark == mark).count();
    let said = Mark::ALL.into_iter().map(|mark| (mark, count(mark)));
    // The rare ones only where there are any.
    let said = said.filter(|(mark, count)| *count > 0 || *mark <= Mark::Good);
    said.map(|(mark, count)| {
        let current = wish.state == Some(mark);
        let address = wish.address((!current).then_some(mark), 1);
        context! { word => mark.word(), said => mark.chinese(), count, current, address }
    })
    .collect()
}

fn platforms(all: &[Standing]) -> Vec<String> {
    let mut names: Vec<String> = all.iter().map(|one| one.platform.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

pub(super) fn row(one: &Standing, now: Moment) -> Value {
    context! {
        id => one.account.0,
        name => one.name.clone(),
        platform => one.platform.clone(),
        office => one.office.clone(),
        word => one.mark.word(),
        said => one.mark.chinese(),
        why => one.why.clone(),
        week => week(one),
        lacks => one.week.is_some_and(|week| week.missing > 0),
        silence => silence(one, now),
        until => one.trouble.map(letter::deadline),
        left => one.trouble.map(|at| left(at.since(now))),
        late => one.trouble.is_some_and(|at| at <= now),
    }
}

/// What the open week still wants; softly where nobody has watched it.
fn week(one: &Standing) -> String {
    match one.week {
        None => String::new(),
        Some(week) if week.missing == 0 => format!("已够（{}次）", week.seen),
        Some(week) if week.watched_until.is_none() => format!("看到{}次，没有看全", week.seen),
        Some(week) => format!("看到{}次，还差{}次", week.seen, week.missing),
    }
}

fn silence(one: &Standing, now: Moment) -> String {
    let Some(silence) = one.silence else { return String::new() };
    let days = (now.date() - silence.last).num_days().max(0);
    let left_s = silence.deadline.since(now);
    if !silence.is_sure {
        "没有看全，不能确定".to_owned()
    } else if left_s <= 0 {
        format!("已{days}天，超过期限")
    } else {
        format!("已{days}天，距否决{}", left(left_s))
    }
}

/// `3天4小时`, `5小时20分`, `12分`; nothing is left when it is over.
fn left(seconds: i64) -> String {
    match seconds {
        ..=0 => "已过".to_owned(),
        s if s >= DAY => format!("{}天{}小时", s / DAY, s % DAY / HOUR),
        s if s >= HOUR => format!("{}小时{}分", s / HOUR, s % HOUR / 60),
        s => format!("{}分", (s + 59) / 60),
    }
}

pub(super) use crate::spoken::weekday_moment as shown_moment;

fn clock_time(at: Moment) -> String {
    at.beijing().format("%-m月%-d日%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_said_in_two_units() {
        for (seconds, said) in [
            (-1, "已过"),
            (0, "已过"),
            (59, "1分"),
            (3599, "60分"),
            (3600, "1小时0分"),
            (3 * DAY + 4 * HOUR + 59, "3天4小时"),
        ] {
            assert_eq!(left(seconds), said);
        }
        assert_eq!(shown_moment(Moment::parse("2026-07-27 09:00").unwrap()), "7月27日（周一）09:00");
    }

    #[test]
    fn a_wish_is_what_its_address_says_and_nothing_else() {
        let read = |pairs: &[(&str, &str)]| {
            Wish::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
        };
        let wish =
            read(&[("q", " 文旅&<"), ("state", "failed"), ("platform", "抖音"), ("by", "platform"), ("page", "3")]);
        let address = "./?q=%E6%96%87%E6%97%85%26%3C&state=failed&platform=%E6%8A%96%E9%9F%B3&by=platform&page=3";
        assert_eq!(wish.address(wish.state, wish.page), address);
        assert_eq!(read(&[("state", "x"), ("page", "-1"), ("by", "'")]).address(None, 1), "./");
        assert_eq!(read(&[("page", "99999999999999999999")]).page, 1);
        assert_eq!(read(&[("q", &"长".repeat(500))]).q.chars().count(), 60);
    }
}
