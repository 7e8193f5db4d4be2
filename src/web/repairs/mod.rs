//! 整改: every 整改项 with its last day and where it stands; one of them whole (`one`), with what is written
//! down about it.

pub(super) mod one;

use super::Shared;
use super::chrome::unavailable;
use super::paged::{LIST, Paged, address, asked, number};
use super::session::{Viewer, text};
use crate::config::Config;
use crate::deeds::repair::{forms, standing};
use crate::domain::{Moment, Period};
use crate::issued;
use crate::repair::{Repair, State as Stage};
use crate::report::distinct;
use crate::report::period_words;
use crate::store::{Connection, StoreError};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeSet;
use std::sync::Arc;

/// 整改项 on one page.
const ROWS: usize = 50;
/// Offices whose forms are listed one by one.
const FORMS: usize = 200;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// 没有办结的.
    Open,
    Overdue,
    In(Stage),
    All,
}

impl Which {
    fn read(word: &str) -> Which {
        match word {
            "overdue" => Which::Overdue,
            "all" => Which::All,
            word => Stage::ALL.into_iter().find(|state| state.word() == word).map_or(Which::Open, Which::In),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Which::Open => "",
            Which::Overdue => "overdue",
            Which::In(state) => state.word(),
            Which::All => "all",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Which::Open => "没有办结的",
            Which::Overdue => "逾期未反馈的",
            Which::In(state) => state.chinese(),
            Which::All => "全部",
        }
    }

    fn takes(self, repair: &Repair, now: Moment) -> bool {
        match self {
            Which::Open => !matches!(repair.state(), Stage::Repaired | Stage::Withdrawn),
            Which::Overdue => repair.is_overdue(now.date()),
            Which::In(state) => repair.state() == state,
            Which::All => true,
        }
    }
}

/// What somebody wants to see, as the address says it.
struct Wish {
    q: String,
    which: Which,
    period: Option<Period>,
    page: usize,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        Wish {
            q: text(fields, "q").trim().chars().take(60).collect(),
            which: Which::read(text(fields, "state")),
            period: Period::parse(text(fields, "period")),
            page: asked(text(fields, "page")),
        }
    }

    fn takes(&self, repair: &Repair) -> bool {
        let near = self.q.is_empty() || repair.name.contains(&self.q) || repair.office.contains(&self.q);
        near && self.period.is_none_or(|period| repair.period == period)
    }

    fn address(&self, which: Which, page: usize) -> String {
        let page = number(page);
        let period = self.period.map_or_else(String::new, |period| period.to_string());
        let all = [("q", self.q.as_str()), ("state", which.word()), ("period", &period), ("page", &page)];
        address("repairs", &all)
    }
}

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (wish, now, config) = (Wish::read(&fields), shared.web.clock.now(), Arc::clone(&shared.web.config));
    match shared.web.store.read_async(move |conn| values(conn, &config, &wish, now)).await {
        Ok(values) => shared.page(StatusCode::OK, "repairs.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, config: &Config, wish: &Wish, now: Moment) -> Result<Value, StoreError> {
    let all: Vec<Repair> = issued::repairs(conn, config, now)?.into_iter().map(|(_, repair)| repair).collect();
    let periods: BTreeSet<Period> = all.iter().map(|repair| repair.period).collect();
    let near: Vec<&Repair> = all.iter().filter(|repair| wish.takes(repair)).collect();
    let mut shown: Vec<&Repair> = near.iter().copied().filter(|repair| wish.which.takes(repair, now)).collect();
    // What must be done first stands first.
    shown.sort_by_key(|repair| (!Which::Open.takes(repair, now), repair.due(), repair.id));
    let paged = Paged::of(shown.len(), ROWS, wish.page);
    Ok(context! {
        total => all.len(),
        count => shown.len(),
        numbers => numbers(&near, wish, now),
        rows => paged.part(&shown).iter().map(|one| row(one, now)).collect::<Vec<_>>(),
        which => wish.which.chinese(),
        states => [Which::Open, Which::Overdue, Which::All].into_iter().chain(Stage::ALL.map(Which::In))
            .map(|which| (which.word(), which.chinese())).collect::<Vec<_>>(),
        periods => periods.iter().rev().map(|period| (period.to_string(), period_words(*period))).collect::<Vec<_>>(),
        wish => context! {
            q => wish.q.clone(),
            state => wish.which.word(),
            period => wish.period.map_or_else(String::new, |period| period.to_string()),
        },
        everything => wish.q.is_empty() && wish.period.is_none() && wish.which == Which::Open,
        forms => forms_of(conn, config, wish.period, now)?,
        pager => paged.pager_at(|page| wish.address(wish.which, page) + LIST),
    })
}

fn numbers(near: &[&Repair], wish: &Wish, now: Moment) -> Vec<Value> {
    let marked = [
        (Which::Overdue, "failed"),
        (Which::In(Stage::Open), "open"),
        (Which::In(Stage::Answered), "problem"),
        (Which::In(Stage::Unrepaired), "failed"),
        (Which::In(Stage::Repaired), "good"),
        (Which::In(Stage::Overturned), "exempt"),
    ];
    let counted = marked.into_iter().filter_map(|(which, mark)| {
        let count = near.iter().filter(|repair| which.takes(repair, now)).count();
        let current = wish.which == which;
        // Seldom, and of no interest where there is none.
        if which == Which::In(Stage::Overturned) && count == 0 && !current {
            return None;
        }
        let address = wish.address(if current { Which::Open } else { which }, 1);
        Some(context! { mark, said => which.chinese(), count, current, address })
    });
    counted.collect()
}

/// The forms of the period that is looked at: name, and number for the download.
fn forms_of(conn: &Connection, config: &Config, period: Option<Period>, now: Moment) -> Result<Vec<Value>, StoreError> {
    let Some(period) = period else { return Ok(Vec::new()) };
    let forms = forms(conn, config, period, now)?;
    let named = distinct(&forms).into_iter().enumerate().take(FORMS);
    Ok(named.map(|(at, (name, _))| context! { at, name }).collect())
}

fn row(repair: &Repair, now: Moment) -> Value {
    context! {
        id => repair.id,
        account => repair.account.0,
        title => repair.title(),
        office => repair.office.clone(),
        period => period_words(repair.period),
        problem => repair.problem.clone(),
        due => repair.due().to_string(),
        late => repair.is_overdue(now.date()),
        left => left(repair, now),
        answered => repair.answered_on().map(|day| day.to_string()),
        mark => mark(repair, now),
        standing => standing(repair, now),
    }
}

/// Days to the last day, while something is owed.
fn left(repair: &Repair, now: Moment) -> String {
    if !repair.owes() {
        return String::new();
    }
    match (repair.due() - now.date()).num_days() {
        0 => "今天到期".to_owned(),
        days if days < 0 => format!("已过{}天", -days),
        days => format!("还有{days}天"),
    }
}

pub(super) fn mark(repair: &Repair, now: Moment) -> &'static str {
    match repair.state() {
        _ if repair.is_overdue(now.date()) => "failed",
        Stage::Unrepaired => "failed",
        Stage::Answered => "problem",
        Stage::Repaired => "good",
        Stage::Open => "open",
        Stage::Overturned | Stage::Withdrawn => "exempt",
    }
}
