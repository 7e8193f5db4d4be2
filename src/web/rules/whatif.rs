//! 试算: whose result another profile would change, over the checks since a day. Nothing is kept or sent. It
//! judges everybody twice a check, so it is made on a task of its own, one at a time, and kept for a while.

use super::super::Shared;
use super::super::chrome::unavailable;
use super::super::paged::{LIST, Paged, address, asked, number};
use super::super::session::{Viewer, text};
use super::super::slow::{Slow, Stamp, WAIT};
use crate::config::{self, Config};
use crate::domain::{AccountId, Check, Moment};
use crate::rules::{Grade, Profile};
use crate::simulate::{CAVEATS, Change, Simulated, checks_in, simulate};
use crate::spoken::beijing;
use crate::store::{Connection, StoreError, accounts, counts};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use cuigeng_adapters::time::parse_date;
use minijinja::{Value, context};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows on one page.
const ROWS: usize = 50;
/// Checks of one trial at most: a year of weeks.
const MOST: usize = 53;
/// Days that the form proposes.
const PROPOSED: i64 = 28;

/// What a trial found, as far as it is shown.
pub(in super::super) struct Trial {
    checks: Vec<(Moment, String, usize)>,
    grades: Vec<(Grade, usize, usize)>,
    rows: Vec<Row>,
    /// Rules of the profile that hold from a later day on, taken as if they always had.
    future: Vec<String>,
}

struct Row {
    id: AccountId,
    title: String,
    before: Grade,
    after: Grade,
    why: String,
}

/// Keeps the last trials.
pub(in super::super) type Trials = Slow<Result<Arc<Trial>, StoreError>>;

/// What somebody wants to try.
struct Wish {
    profile: String,
    since: String,
    page: usize,
}

/// A wish that can be tried.
struct Ask {
    other: Profile,
    checks: Vec<Check>,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        let short = |name: &str| text(fields, name).trim().chars().take(60).collect::<String>();
        Wish { profile: short("profile"), since: short("since"), page: asked(text(fields, "page")) }
    }

    /// The profile and the checks; or why not (Chinese).
    fn ask(&self, config: &Config, now: Moment) -> Result<Ask, String> {
        let since = parse_date(&self.since).map(Moment::start_of).ok_or("请写从哪一天起，例如 2026-07-01")?;
        if since > now {
            return Err(format!("{}还没有到，没有可以试算的检查", self.since));
        }
        let other = config::profile(&self.profile, &config.profiles_dir).map_err(|_| self.no_profile(config))?;
        // Far back there may be thousands; one more than enough tells as much.
        let checks = checks_in(config, since.max(now.plus_days(-800)), now.plus(1));
        match checks.len() {
            0 => Err(format!("{}以来没有检查，没有可比的；请把日期写早一些", self.since)),
            count if count > MOST => Err(format!("{}以来的检查多于{MOST}次，算得太久；请把日期写晚一些", self.since)),
            _ => Ok(Ask { other, checks }),
        }
    }

    fn no_profile(&self, config: &Config) -> String {
        if config::profile_names(&config.profiles_dir).contains(&self.profile) {
            format!("检查口径“{}”的文件有错误，请系统运维人员改正", self.profile)
        } else {
            "没有这个检查口径，请从列出的里面选".to_owned()
        }
    }
}

/// The page: a form, and what was found.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (wish, now, config) = (Wish::read(&fields), shared.web.clock.now(), Arc::clone(&shared.web.config));
    let blank = wish.profile.is_empty() && wish.since.is_empty();
    let asked = if blank { None } else { Some(wish.ask(&config, now)) };
    let (status, found) = match asked {
        None => (StatusCode::OK, context! { state => "blank" }),
        Some(Err(why)) => (StatusCode::UNPROCESSABLE_ENTITY, context! { state => "refused", why }),
        Some(Ok(ask)) => match shared.trial(&wish.profile, ask).await {
            Ok(Some((at, trial))) => (StatusCode::OK, trial.values(&wish, at)),
            Ok(None) => (StatusCode::OK, context! { state => "making" }),
            Err(error) => return unavailable(&error, &uri),
        },
    };
    let values = context! { ..form(&config, &wish, now), ..found };
    shared.page(status, "rules_whatif.html", &uri, &viewer, values).await
}

impl Shared {
    /// `None` while it, or another, is still being made.
    async fn trial(&self, name: &str, ask: Ask) -> Result<Option<(Moment, Arc<Trial>)>, StoreError> {
        let (store, config, now) = (self.web.store.clone(), Arc::clone(&self.web.config), self.web.clock.now());
        let newest = store.read_async(counts::newest).await?;
        let stamp = Stamp { deeds: newest[..1].to_vec(), evidence: newest[1..].to_vec() };
        // Both profiles as they are written now, the calendar in the moments of the checks.
        let text = format!("{name}\n{:?}\n{:?}\n{:?}", ask.other, config.profile, ask.checks);
        let key = crate::access::token::hex(&Sha256::digest(text));
        if self.trials.is_busy_beside(&key) {
            return Ok(None);
        }
        let make = async move { store.read_async(move |conn| Trial::of(conn, &config, &ask, now)).await.map(Arc::new) };
        let got = self.trials.get((&key, WAIT), stamp, &self.web.clock, make).await;
        got.map(|(at, trial)| trial.map(|trial| (at, trial))).transpose()
    }
}

impl Trial {
    fn of(conn: &Connection, config: &Config, ask: &Ask, now: Moment) -> Result<Trial, StoreError> {
        let found = simulate(conn, config, (&config.profile, &ask.other), &ask.checks, now)?;
        let titles: BTreeMap<AccountId, String> =
            accounts::all(conn)?.into_iter().map(|account| (account.id, account.title())).collect();
        let Simulated { checks, total } = found;
        let checks = checks.iter().map(|(check, one)| (check.at, one.standing(), one.changes.len())).collect();
        let row = |change: &Change| {
            let title = titles.get(&change.account)?.clone();
            let (before, after) = (change.before.grade, change.after.grade);
            Some(Row { id: change.account, title, before, after, why: change.why() })
        };
        let future = ask.other.rules.iter().filter_map(|rule| rule.from);
        Ok(Trial {
            checks,
            grades: total.grades(),
            rows: total.changes.iter().filter_map(row).collect(),
            future: future.map(|from| from.to_string()).collect(),
        })
    }

    fn values(&self, wish: &Wish, at: Moment) -> Value {
        let paged = Paged::of(self.rows.len(), ROWS, wish.page);
        let words = [("profile", wish.profile.as_str()), ("since", &wish.since)];
        let pager = paged.pager_at(|page| {
            format!("{}{LIST}", address("", &[&words[..], &[("page", number(page).as_str())]].concat()))
        });
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|(at, standing, changed)| context! { at => beijing(*at), standing, changed })
            .collect();
        let grades: Vec<Value> = self
            .grades
            .iter()
            .map(|(grade, before, after)| {
                context! { said => grade.chinese(), word => grade.word(), before, after, by => by(*before, *after) }
            })
            .collect();
        context! {
            state => "made",
            at => beijing(at),
            count => self.rows.len(),
            verdicts => self.checks.iter().map(|(_, _, changed)| changed).sum::<usize>(),
            checks,
            grades,
            rows => paged.part(&self.rows).iter().map(Row::value).collect::<Vec<_>>(),
            pager,
            future => self.future.clone(),
        }
    }
}

/// How many more or fewer, as in +3, -2.
fn by(before: usize, after: usize) -> String {
    match after.cmp(&before) {
        Ordering::Greater => format!("+{}", after - before),
        Ordering::Equal => "不变".to_owned(),
        Ordering::Less => format!("-{}", before - after),
    }
}

impl Row {
    fn value(&self) -> Value {
        context! {
            id => self.id.0,
            title => self.title.clone(),
            before => context! { said => self.before.chinese(), word => self.before.word() },
            after => context! { said => self.after.chinese(), word => self.after.word() },
            why => self.why.clone(),
        }
    }
}

fn form(config: &Config, wish: &Wish, now: Moment) -> Value {
    let proposed = || now.plus_days(-PROPOSED).date().to_string();
    context! {
        profiles => config::profile_names(&config.profiles_dir),
        force => config.profile.name.clone(),
        profile => wish.profile.clone(),
        since => if wish.since.is_empty() { proposed() } else { wish.since.clone() },
        today => now.date().to_string(),
        caveats => CAVEATS,
        most => MOST,
    }
}
