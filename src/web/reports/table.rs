//! 附表 of a period: a file from elsewhere, taken whole or not at all; a blank one to fill in.

use super::super::Shared;
use super::super::act::{Operator, Upload};
use super::super::chrome::notice;
use super::super::download::{BOOK, download};
use super::super::session::{Viewer, percent, text};
use crate::deeds::Refusal;
use crate::deeds::table::{Which, blank, form, keep, plan, remove};
use crate::domain::Period;
use crate::import::{self, FormPlan, Sheet, form_book, read_sheets};
use crate::store::attachments::KeptAttachment;
use crate::tables::{Attachment, Form};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// Bad rows that are told at once.
const BAD: usize = 30;
/// Characters of a file's name that are kept.
const NAMED: usize = 80;

/// The kinds, and whether one is printed blank.
pub(super) fn kinds() -> Vec<Value> {
    Form::all()
        .map(|form| context! { name => form.chinese, to => percent(form.chinese), blank => form.is_blank })
        .collect()
}

/// One that is kept, as a row.
pub(super) fn row(kept: &KeptAttachment) -> Value {
    context! {
        kind => kept.table.form.chinese,
        name => kept.table.name.clone(),
        rows => kept.table.rows.len(),
        as_printed => kept.table.as_printed,
        file => kept.file.clone(),
        by => kept.by.clone(),
        at => crate::spoken::beijing(kept.at),
    }
}

fn known(period: &str) -> Option<Period> {
    Period::parse(period).filter(|period| !matches!(period, Period::Week(_)))
}

/// `/reports/{period}/table`
pub(in crate::web) async fn take(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    uri: Uri,
    upload: Upload,
) -> Response {
    let Some(period) = known(&period) else { return notice(StatusCode::NOT_FOUND, &uri) };
    let done = match read(&shared, period, &upload).await {
        Ok((kept, remarks)) => {
            let (title, rows) = (kept.table.key(), kept.table.rows.len());
            let deed = shared.web.store.attempt_async(move |tx| keep(tx, &kept)).await;
            deed.map(|replaced| {
                let word = if replaced { "，替换了以前导入的" } else { "" };
                let remarks: String = remarks.iter().map(|remark| format!("\n{remark}")).collect();
                format!("已导入附表 {title}：{rows}行{word}{remarks}")
            })
        }
        Err(refusal) => Err(refusal),
    };
    shared.answer(&upload.act, &uri, &format!("../{period}"), done)
}

/// The table that a form brings, and what there is to say of it.
async fn read(shared: &Shared, period: Period, upload: &Upload) -> Result<(KeptAttachment, Vec<String>), Refusal> {
    let which = Which::read(period, upload.act.text("kind"), upload.act.text("name"))?;
    let as_printed = !upload.act.text("as_printed").is_empty();
    let (file, planned) = match upload.files.iter().find(|(_, bytes)| !bytes.is_empty()) {
        Some(_) if which.form.is_blank => {
            return Err(Refusal::field("file", format!("“{}”是给各单位填写的空表，不用选文件", which.form.chinese)));
        }
        None if which.form.is_blank => (String::new(), blank()),
        None => return Err(Refusal::field("file", "没有收到文件，或者文件是空的；请先选文件，没有导入")),
        Some((name, bytes)) => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(NAMED).collect();
            let planned = planned(shared, which.clone(), bytes.clone(), as_printed).await;
            (name.clone(), planned.map_err(|why| Refusal::state(format!("{name} 没有导入：{why}")))?)
        }
    };
    let title = Some(upload.act.text("title").trim().to_owned()).filter(|title| !title.is_empty());
    let FormPlan { rows, headings, note, remarks } = planned;
    let (form, name) = (which.form, which.name);
    let table = Attachment { form, period, name, place: 0, title, headings, note, as_printed, rows };
    let by = upload.act.by().to_owned();
    Ok((KeptAttachment { table, file, by, at: shared.web.clock.now() }, remarks))
}

/// Read beside the server's own work: a file may be large.
async fn planned(shared: &Shared, which: Which, bytes: Vec<u8>, as_printed: bool) -> Result<FormPlan, String> {
    let profile = shared.web.config.profile.clone();
    let work = tokio::task::spawn_blocking(move || {
        let sheets = read_sheets(&bytes).map_err(|refusal| told(&[], &refusal))?;
        plan(&sheets, &which, &profile, as_printed).map_err(|refusal| told(&sheets, &refusal))
    });
    work.await.unwrap_or_else(|_| Err("文件读不出来，请另存一次再选".to_owned()))
}

/// Every bad row, a line each.
fn told(sheets: &[Sheet], refusal: &import::Refusal) -> String {
    let bad = match refusal {
        import::Refusal::Unreadable(why) => return why.clone(),
        import::Refusal::Rows(bad) => bad,
    };
    let place = sheets.get(bad.sheet).filter(|sheet| !sheet.name.is_empty());
    let place = place.map_or_else(String::new, |sheet| format!("工作表“{}”", sheet.name));
    let rows: String = bad.rows.iter().take(BAD).map(|row| format!("\n{row}")).collect();
    let more = bad.rows.len().saturating_sub(BAD);
    let more = if more > 0 { format!("\n另有{more}处，改好这些再看") } else { String::new() };
    format!("{place}有{}处不对，改好后重新选文件{rows}{more}", bad.rows.len())
}

/// `/reports/{period}/untable`
pub(in crate::web) async fn drop_one(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    uri: Uri,
    Operator(form): Operator,
) -> Response {
    let Some(period) = known(&period) else { return notice(StatusCode::NOT_FOUND, &uri) };
    let (by, now) = (form.by().to_owned(), shared.web.clock.now());
    let done = match Which::read(period, form.text("kind"), form.text("name")) {
        Ok(which) => {
            let title = which.title();
            let deed = shared.web.store.attempt_async(move |tx| remove(tx, &which, &by, now)).await;
            deed.map(|()| format!("已撤下附表 {title}"))
        }
        Err(refusal) => Err(refusal),
    };
    shared.answer(&form, &uri, &format!("../{period}"), done)
}

/// `/reports/{period}/form?kind=网站问题`: a workbook with the right headings.
pub(in crate::web) async fn template(
    State(_): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    _viewer: Viewer,
) -> Response {
    let book = form(text(&fields, "kind")).ok().and_then(|form| Some((form.chinese, form_book(form).ok()?)));
    let Some((name, bytes)) = book else { return notice(StatusCode::NOT_FOUND, &uri) };
    download(bytes, BOOK, "table", &format!("{name}.xlsx"))
}
