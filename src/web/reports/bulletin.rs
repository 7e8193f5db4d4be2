//! One period: its 通报 step by step, the documents of the stage at which it stands, what is in the way of
//! the next step, and the report of the period as of now.

use super::super::Shared;
use super::super::chrome::{notice, unavailable};
use super::super::plain::plain;
use super::super::session::{Viewer, text};
use super::made::{Made, Wanted};
use super::{FORMATS, mark, said};
use crate::bulletin::Stage;
use crate::deeds::Refusal;
use crate::deeds::reply::when;
use crate::domain::Period;
use crate::issued::{Asked, Silent};
use crate::report::{Report, period_words};
use crate::report::{distinct, fitting};
use crate::spoken::beijing;
use crate::store::attachments::{self, KeptAttachment};
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews::{self, Answer};
use crate::store::{Connection, StoreError, accounts};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// Offices whose 核对稿 are listed one by one.
const LISTED: usize = 200;

/// The page.
pub(in crate::web) async fn show(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let now = shared.web.clock.now();
    let known = Period::parse(&period).filter(|period| !matches!(period, Period::Week(_)) && period.begins() <= now);
    let Some(period) = known else { return notice(StatusCode::NOT_FOUND, &uri) };
    let (profile, asked) = (shared.web.config.profile.name.clone(), Asking::read(&fields));
    // What was typed for an answer that has been taken back meanwhile stands in the form for a new one.
    let corrects = asked.correct.map_or_else(String::new, |id| id.to_string());
    let found = match shared.web.store.read_async(move |conn| Found::read(conn, &profile, period, &asked)).await {
        Ok(found) => found,
        Err(error) => return unavailable(&error, &uri),
    };
    let documents = match &found.bulletin {
        Some(bulletin) if bulletin.discarded.is_none() => {
            shared.composed(period, Wanted::Version(bulletin.version)).await
        }
        _ => Ok(None),
    };
    let made = match documents {
        Ok(documents) => documents,
        Err(Refusal::Store(error)) => return unavailable(&error, &uri),
        Err(Refusal::Wish(_) | Refusal::Field(..) | Refusal::State(_)) => None,
    };
    let values = context! {
        period => period.to_string(),
        name => period_words(period),
        today => now.date().to_string(),
        formats => FORMATS.map(|format| (format.ext(), said(format))).to_vec(),
        bulletin => found.bulletin.as_ref().map(one),
        newest => found.newest,
        last => found.last,
        versions => found.versions,
        gone => found.gone.iter().map(gone).collect::<Vec<_>>(),
        answers => found.answers,
        correct => found.correct,
        corrects,
        tables => found.tables.iter().map(super::table::row).collect::<Vec<_>>(),
        kinds => super::table::kinds(),
        ..documents_of(made.as_ref().map(|(_, composed)| composed))
    };
    shared.page(StatusCode::OK, "bulletin.html", &uri, &viewer, values).await
}

/// What of a period somebody wants to see, as the address says it.
struct Asking {
    /// That version; `None`: the newest.
    version: Option<u32>,
    /// The one of that number, which was thrown away.
    discarded: Option<i64>,
    /// The answer that is to be corrected.
    correct: Option<i64>,
}

impl Asking {
    fn read(fields: &[(String, String)]) -> Asking {
        Asking {
            version: text(fields, "version").parse().ok(),
            discarded: text(fields, "discarded").parse().ok(),
            correct: text(fields, "correct").parse().ok(),
        }
    }
}

/// What is kept of a period.
struct Found {
    bulletin: Option<Bulletin>,
    /// No later version stands after it.
    last: bool,
    /// Nor was it judged otherwise than as the configuration judges.
    newest: bool,
    versions: Vec<u32>,
    /// Those that were thrown away.
    gone: Vec<Bulletin>,
    answers: Vec<Value>,
    correct: Option<Value>,
    /// What its 通报 carries from elsewhere.
    tables: Vec<KeptAttachment>,
}

impl Found {
    fn read(conn: &Connection, profile: &str, period: Period, asking: &Asking) -> Result<Found, StoreError> {
        let all = bulletins::with_discarded(conn)?.into_iter().filter(|one| one.period == period);
        let (gone, all): (Vec<_>, Vec<_>) = all.partition(|one| one.discarded.is_some());
        let (own, foreign): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.profile == profile);
        let any_own = !own.is_empty();
        let all = if any_own { own } else { foreign };
        let versions: Vec<u32> = all.iter().map(|one| one.version).collect();
        let newest = versions.last().copied();
        let thrown = gone.iter().find(|one| Some(one.id) == asking.discarded).cloned();
        let standing = all.into_iter().rfind(|one| asking.version.is_none_or(|version| version == one.version));
        let bulletin = thrown.or(standing);
        let last = bulletin.as_ref().is_none_or(|one| one.discarded.is_none() && Some(one.version) == newest);
        let kept = bulletin.as_ref().map_or(Ok(Vec::new()), |one| reviews::answers(conn, one.id))?;
        let correct = kept.iter().find(|one| Some(one.id) == asking.correct && is_open_to_change(one));
        let (correct, mut answers) = (correct.map(as_typed), Vec::new());
        for answer in &kept {
            answers.push(one_answer(conn, answer)?);
        }
        let newest = last && (any_own || bulletin.is_none());
        let tables = attachments::list(conn, Some(period))?;
        Ok(Found { bulletin, last, newest, versions, gone, answers, correct, tables })
    }
}

/// It may be corrected or taken back.
fn is_open_to_change(answer: &Answer) -> bool {
    answer.holds() && answer.ruling.is_none()
}

/// An answer in the fields of the form.
fn as_typed(answer: &Answer) -> Value {
    context! {
        id => answer.id,
        about => super::reply::about(&answer.office, answer.account),
        word => answer.word.word(),
        reason => answer.reason.clone(),
        said_by => answer.said_by.clone(),
        on => answer.on.to_string(),
        updated_at => answer.updated_at.map(when),
    }
}

/// One that was thrown away, as a line.
fn gone(bulletin: &Bulletin) -> Value {
    let how = bulletin.discarded.as_ref();
    context! {
        id => bulletin.id,
        stage => bulletin.stage().chinese(),
        by => how.map(|how| how.by.clone()),
        at => how.map(|how| beijing(how.at)),
        reason => how.map(|how| how.reason.clone()),
    }
}

/// Its stage and steps.
fn one(bulletin: &Bulletin) -> Value {
    let steps: Vec<Value> = bulletin
        .steps
        .iter()
        .map(|step| {
            context! {
                at => beijing(step.at),
                stage => step.stage.chinese(),
                by => step.by.clone(),
                note => step.note.clone(),
                reply_by => step.reply_by.map(|day| day.to_string()),
            }
        })
        .collect();
    let at = bulletin.stage();
    let way: Vec<Value> = Stage::ALL
        .map(|stage| {
            let done = Stage::ALL.iter().position(|one| *one == stage) < Stage::ALL.iter().position(|one| *one == at);
            context! { name => stage.chinese(), done, here => stage == at }
        })
        .to_vec();
    context! {
        id => bulletin.id,
        seq => bulletin.seq(),
        discarded => bulletin.discarded.as_ref().map(|_| gone(bulletin)),
        version => bulletin.version,
        amends => bulletin.amends(),
        word => at.word(),
        stage => at.chinese(),
        mark => mark(bulletin),
        issue => bulletin.issue.as_ref().map(|issue| context! {
            number => issue.number.clone(), dated => issue.dated.to_string(), unclear => issue.unclear.clone(),
        }),
        steps,
        way,
    }
}

/// No objections.
const NONE: [i64; 0] = [];

/// The documents as they can be downloaded, and what there is to say of them.
fn documents_of(made: Option<&super::made::Composed>) -> Value {
    match made.map(|composed| &**composed) {
        None => {
            context! { making => true, trouble => (), papers => (), missing => (), against => (), changes => (), asked => (), moot => NONE, silent => () }
        }
        Some(Ok(made)) => listed(made),
        Some(Err(refusal)) => {
            let why = match refusal {
                Refusal::Wish(why) | Refusal::Field(_, why) | Refusal::State(why) => plain(why),
                Refusal::Store(error) => error.chinese(),
            };
            context! { making => false, trouble => why, papers => (), missing => (), against => (), changes => (), asked => (), moot => NONE, silent => () }
        }
    }
}

fn listed(made: &Made) -> Value {
    let papers: Vec<Value> = distinct(&made.papers).into_iter().enumerate().take(LISTED).map(paper).collect();
    let silent = made.silent.iter().map(Silent::against);
    let against: Vec<String> = made.against.iter().cloned().chain(silent).map(|why| plain(&why)).collect();
    let missing: Vec<String> = made.missing.iter().map(ToString::to_string).collect();
    context! {
        making => false,
        trouble => (),
        papers,
        more => made.papers.len().saturating_sub(LISTED),
        missing,
        against,
        changes => made.changes.clone(),
        asked => made.asked.iter().map(choices).collect::<Vec<_>>(),
        moot => made.moot.clone(),
        silent => made.silent.as_ref().map(Silent::words),
    }
}

/// An office and its accounts, as `reply` reads them back.
fn choices(asked: &Asked) -> Value {
    let own = asked.accounts.iter().map(|(id, title)| (super::reply::about(&asked.office, Some(*id)), title.clone()));
    context! { office => asked.office.clone(), all => super::reply::about(&asked.office, None), accounts => own.collect::<Vec<_>>() }
}

/// A form without a table is no workbook and is not offered as one.
fn paper((at, (name, report)): (usize, (String, &Report))) -> Value {
    let fits = FORMATS.into_iter().filter(|format| fitting(report, *format) == *format);
    let formats: Vec<(&str, &str)> = fits.map(|format| (format.ext(), said(format))).collect();
    context! { at, name, formats }
}

/// What an office said of its 核对稿.
fn one_answer(conn: &Connection, answer: &Answer) -> Result<Value, StoreError> {
    let about = answer.account.map(|id| accounts::one(conn, id)).transpose()?.flatten();
    let ruling = answer.ruling.as_ref().map(|(ruling, why, by, at)| {
        let word = if *ruling == crate::rules::Ruling::False { "认定误报" } else { "维持" };
        format!("{} {by}{word}：{why}", beijing(*at))
    });
    let recalled = answer.recalled.as_ref().map(|gone| {
        let how = if gone.instead.is_some() { "更正" } else { "收回" };
        format!("{} {}{how}：{}", beijing(gone.at), gone.by, gone.reason)
    });
    Ok(context! {
        id => answer.id,
        recalled,
        may_change => is_open_to_change(answer),
        updated_at => answer.updated_at.map(when),
        on => answer.on.to_string(),
        office => answer.office.clone(),
        said_by => answer.said_by.clone(),
        word => answer.word.chinese(),
        about => about.map(|account| account.title()),
        reason => answer.reason.clone(),
        open => answer.is_open(),
        ruling,
    })
}
