//! 报表: every 通报 by its stage, and the weeks, months and quarters of which a report can be composed. One
//! period with its steps is `bulletin`, what is composed `made`, a download `file`, a step `step`, what an
//! office says of its 核对稿 `reply`, a table from elsewhere `table`.

pub(super) mod bulletin;
pub(super) mod file;
pub(super) mod made;
pub(super) mod reply;
pub(super) mod step;
pub(super) mod table;

use super::Shared;
use super::chrome::unavailable;
use super::session::Viewer;
use crate::domain::{Moment, Period};
use crate::report::{Format, period_words};
use crate::spoken::beijing;
use crate::store::bulletins::{self, Bulletin};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// Weeks, months and quarters that are listed.
const WEEKS: usize = 8;
const MONTHS: usize = 13;
const QUARTERS: usize = 5;
/// 通报 that are listed, the newest.
const LISTED: usize = 60;

/// The page.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let (now, own) = (shared.web.clock.now(), shared.web.config.profile.name.clone());
    match shared.web.store.read_async(bulletins::with_discarded).await {
        Ok(all) => {
            let values = values(&all, &own, now);
            shared.page(StatusCode::OK, "reports.html", &uri, &viewer, values).await
        }
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(all: &[Bulletin], own: &str, now: Moment) -> Value {
    let rows: Vec<Value> = all.iter().rev().take(LISTED).map(|one| row(one, own)).collect();
    let month = Period::parse(&now.beijing().format("%Y-%m").to_string());
    let quarter = format!("{}-Q{}", now.beijing().format("%Y"), quarter_of(now));
    let week = Period::Week(crate::domain::Week::closed_before(now));
    context! {
        bulletins => rows,
        months => back(month, MONTHS),
        quarters => back(Period::parse(&quarter), QUARTERS),
        weeks => back(Some(week), WEEKS),
        formats => FORMATS.map(|format| (format.ext(), said(format))).to_vec(),
    }
}

fn quarter_of(now: Moment) -> u32 {
    chrono::Datelike::month0(&now.date()) / 3 + 1
}

fn row(one: &Bulletin, own: &str) -> Value {
    let (last, gone) = (one.steps.last(), one.discarded.as_ref());
    context! {
        period => one.period.to_string(),
        name => period_words(one.period),
        version => one.version,
        mark => mark(one),
        discarded => one.discarded.is_some().then_some(one.id),
        stage => one.standing(),
        number => one.issue.as_ref().map(|issue| if issue.number.is_empty() { "不编文号".to_owned() } else { issue.number.clone() }),
        dated => one.issue.as_ref().map(|issue| issue.dated.to_string()),
        by => gone.map_or_else(|| last.map(|step| step.by.clone()), |gone| Some(gone.by.clone())),
        at => gone.map_or_else(|| last.map(|step| beijing(step.at)), |gone| Some(beijing(gone.at))),
        profile => (one.profile != own).then(|| one.profile.clone()),
    }
}

pub(super) fn mark(one: &Bulletin) -> &'static str {
    match (&one.issue, &one.discarded) {
        (_, Some(_)) => "exempt",
        (Some(_), None) => "good",
        (None, None) => "open",
    }
}

/// Periods of the same kind, the newest first.
fn back(first: Option<Period>, count: usize) -> Vec<Value> {
    let all = std::iter::successors(first, |period| Some(period.previous())).take(count);
    all.map(|period| context! { period => period.to_string(), name => period_words(period) }).collect()
}

/// In the order in which a clerk wants them.
pub(super) const FORMATS: [Format; 5] = [Format::Docx, Format::Xlsx, Format::Html, Format::Text, Format::Json];

/// What a clerk calls a format.
pub(super) const fn said(format: Format) -> &'static str {
    match format {
        Format::Docx => "Word",
        Format::Xlsx => "Excel",
        Format::Html => "网页",
        Format::Json => "数据",
        Format::Text => "文本",
    }
}
