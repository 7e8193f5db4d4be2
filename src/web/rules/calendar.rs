//! 日历: the days off and the worked weekends of a year, the checks that fall on a day off, and where what
//! would leave then goes; with the form for a notice.

use super::super::Shared;
use super::super::session::{Viewer, text};
use crate::almanac::{Almanac, Moved, OffCheck, day_in_words, span_in_words};
use crate::config::{Config, words};
use crate::deeds::calendar::YEARS;
use crate::domain::{Check, Moment};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::Datelike;
use minijinja::{Value, context};

/// The page of the year that the address names, else of this one.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let this_year = shared.web.clock.now().date().year();
    let asked = text(&fields, "year").trim().parse().ok().filter(|year| YEARS.contains(year));
    let year = asked.unwrap_or(this_year);
    let shown = values(&shared.web.config, year, this_year);
    shared.page(StatusCode::OK, "rules_calendar.html", &uri, &viewer, shown).await
}

fn values(config: &Config, year: i32, this_year: i32) -> Value {
    let mut years: Vec<i32> = config.calendar.years().chain([this_year, this_year + 1, year]).collect();
    years.sort_unstable();
    years.dedup();
    let links: Vec<Value> = years
        .into_iter()
        .map(|one| context! { year => one, known => config.calendar.knows(one), here => one == year })
        .collect();
    context! {
        year,
        years => links,
        almanac => Almanac::of(config, year).map(|almanac| shown(&almanac)),
        off => words::off_in_words(config.check.when_off),
        fixed => config.calendar_named.contains(&year),
        paste => pasting(config, year, this_year),
    }
}

/// For the form: the year that it is most likely for.
fn pasting(config: &Config, year: i32, this_year: i32) -> Value {
    let wanted = [year, this_year, this_year + 1].into_iter().find(|one| !config.calendar.knows(*one));
    context! { year => wanted.unwrap_or(this_year + 1), text => "" }
}

/// A year in words.
pub(super) fn shown(almanac: &Almanac) -> Value {
    let holidays: Vec<Value> = almanac
        .holidays
        .iter()
        .map(|(name, first, last)| {
            let (span, days) = span_in_words(*first, *last);
            context! { name, span, days }
        })
        .collect();
    context! {
        year => almanac.year,
        holidays,
        worked => almanac.worked.iter().map(|day| day_in_words(*day)).collect::<Vec<_>>(),
        working_days => almanac.working_days,
        checks => almanac.off_checks.iter().map(|off| off_check(off, almanac.year)).collect::<Vec<_>>(),
        moved => almanac.moved.iter().map(|one| moved(one, almanac.year)).collect::<Vec<_>>(),
    }
}

fn off_check(off: &OffCheck, year: i32) -> Value {
    let OffCheck { check, festival, summary } = off;
    let Check { nominal, at } = *check;
    context! {
        at => short(nominal, year),
        why => why(festival),
        held => if at == nominal { "照常".to_owned() } else { format!("顺延到{}", short(at, year)) },
        summary => short(*summary, year),
    }
}

fn moved(moved: &Moved, year: i32) -> Value {
    context! { from => day_in_words(moved.from), why => why(&moved.festival), to => short(moved.to, year) }
}

fn why(festival: &str) -> &str {
    if festival.is_empty() { "周末" } else { festival }
}

/// 10月5日（周一）09:00; with its year where that is another than the page's.
fn short(moment: Moment, year: i32) -> String {
    let other = moment.date().year();
    let of = if other == year { String::new() } else { format!("{other}年") };
    format!("{of}{}{}", day_in_words(moment.date()), moment.beijing().format("%H:%M"))
}
