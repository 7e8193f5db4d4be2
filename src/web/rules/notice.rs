//! The notice: what was understood of a pasted text is shown with nothing kept; a second form, which carries
//! the text, keeps just that.

use super::super::Shared;
use super::super::act::Operator;
use super::super::session::{Act, see_other};
use super::calendar::shown;
use crate::almanac::{Almanac, day_in_words};
use crate::config::Config;
use crate::deeds::Refusal;
use crate::deeds::calendar::{self, Changes, Trouble, Understood, YEARS};
use crate::rules::notice::NoticeFault;
use crate::store::Transaction;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::Arc;

/// Bytes of a form with a notice: the longest real one has 10,000.
pub(in super::super) const LONGEST: usize = 64 * 1024;
/// Mistakes that are listed.
const FAULTS: usize = 200;

/// Whoever opens the address of a form.
pub(in super::super) async fn back() -> Response {
    see_other("../calendar")
}

/// What was understood, or everything that is wrong.
pub(in super::super) async fn look(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    match read(&shared.web.config, &act) {
        Ok(understood) => {
            let values = preview(&shared.web.config, &understood, act.text("text"));
            shared.page(StatusCode::OK, "rules_notice.html", &uri, &act.viewer, values).await
        }
        Err(no) => {
            let values = refused(&act, &no);
            shared.page(StatusCode::UNPROCESSABLE_ENTITY, "rules_notice.html", &uri, &act.viewer, values).await
        }
    }
}

/// Keeps exactly what was shown; the tasks go on by it from their next step.
pub(in super::super) async fn keep(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let year = match read(&shared.web.config, &act) {
        Ok(understood) => understood.year,
        Err(no) => {
            let values = refused(&act, &no);
            return shared.page(StatusCode::UNPROCESSABLE_ENTITY, "rules_notice.html", &uri, &act.viewer, values).await;
        }
    };
    let done = kept(&shared, year, &act).await;
    shared.answer(&act, &uri, &format!("../calendar?year={year}"), done)
}

async fn kept(shared: &Shared, year: i32, act: &Act) -> Result<String, Refusal> {
    let [text, mark, by] = [act.text("text"), act.text("mark"), act.by()].map(str::to_owned);
    let (now, data) = (shared.web.clock.now(), shared.web.store.dir().to_owned());
    let current = Arc::clone(&shared.web.current);
    // Understood anew where nobody else writes: of two people only the first keeps what both have read.
    let deed = move |tx: &Transaction<'_>| {
        current.forget();
        let config = current.get();
        let understood = calendar::understand(&config, &text, year).map_err(|_| changed())?;
        if config.calendar != understood.after.calendar && understood.mark(&config.calendar) != mark {
            return Err(changed());
        }
        calendar::keep(tx, &data, &understood, &by, now)
    };
    if !shared.web.store.attempt_async(deed).await? {
        return Ok(format!("{year}年的放假安排已经录入过，与这次的相同，没有改动"));
    }
    shared.web.current.forget();
    if !shared.web.current.get().calendar.knows(year) {
        return Err(Refusal::state("已经保存，但服务没有采用；请系统运维人员看日志，重启服务"));
    }
    shared.web.clock.ring();
    Ok(format!("{year}年的放假安排已录入，现在起就按它办，不用重启服务"))
}

fn changed() -> Refusal {
    Refusal::state("在您看的这段时间里，日历有了改动，没有保存；请看现在的日历，要录入的再粘贴一次")
}

/// Why a text is not taken.
enum No {
    Year,
    Empty,
    Trouble(Trouble),
}

fn read(config: &Config, act: &Act) -> Result<Understood, No> {
    let year = act.text("year").trim().parse().ok().filter(|year| YEARS.contains(year)).ok_or(No::Year)?;
    let text = act.text("text");
    if text.trim().is_empty() {
        return Err(No::Empty);
    }
    calendar::understand(config, text, year).map_err(No::Trouble)
}

fn refused(act: &Act, no: &No) -> Value {
    let whole = |said: &str| NoticeFault { line: 0, said: said.to_owned() };
    let faults = match no {
        No::Year => vec![whole("年份要写成四位数字，例如 2027")],
        No::Empty => vec![whole("还没有粘贴通知；请把通知的正文全部复制过来")],
        No::Trouble(Trouble::Notice(faults)) => faults.clone(),
        No::Trouble(Trouble::Named(year)) => vec![whole(&fixed(*year))],
    };
    let lines: Vec<&str> = act.text("text").lines().collect();
    let one = |fault: &NoticeFault| {
        let written = fault.line.checked_sub(1).and_then(|at| lines.get(at)).map(|line| cut(line));
        context! { line => fault.line, said => fault.said.clone(), written }
    };
    context! {
        faults => faults.iter().take(FAULTS).map(one).collect::<Vec<_>>(),
        count => faults.len(),
        more => faults.len().saturating_sub(FAULTS),
        preview => (),
        paste => context! { year => act.text("year").trim().chars().take(4).collect::<String>(), text => act.text("text") },
    }
}

fn fixed(year: i32) -> String {
    format!("{year}年的安排写在配置文件指定的日历文件里，以那个文件为准，网页不能改；请系统运维人员改那个文件")
}

/// The beginning of a line, for whoever looks for it.
fn cut(line: &str) -> String {
    let short: String = line.chars().take(60).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

fn preview(config: &Config, understood: &Understood, text: &str) -> Value {
    let years: Vec<Value> = understood.changed.years().map(|year| change(config, understood, year)).collect();
    let strays: Vec<i32> = understood.strays().into_iter().filter(|(_, kept)| !kept).map(|(year, _)| year).collect();
    context! {
        faults => (),
        preview => context! {
            year => understood.year,
            years,
            doubts => understood.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(),
            strays,
            same => config.calendar == understood.after.calendar,
            mark => understood.mark(&config.calendar),
            text,
        },
        paste => context! { year => understood.year, text => "" },
    }
}

/// A year as it will be, and how it changes.
fn change(config: &Config, understood: &Understood, year: i32) -> Value {
    let days = |days: &[chrono::NaiveDate]| days.iter().map(|day| day_in_words(*day)).collect::<Vec<_>>();
    let changes = understood.changes(&config.calendar, year);
    context! {
        almanac => Almanac::of(&understood.after, year).map(|almanac| shown(&almanac)),
        new => changes.is_none(),
        off => changes.as_ref().map(|Changes { off, .. }| days(off)),
        worked => changes.as_ref().map(|Changes { worked, .. }| days(worked)),
        whole => year == understood.year,
    }
}
