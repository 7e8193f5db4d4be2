//! 导出: each list as a file that an import reads again.

use super::super::Shared;
use super::super::chrome::{notice, unavailable};
use super::super::download::{BOOK, download};
use super::super::session::Viewer;
use super::offices;
use crate::domain::Moment;
use crate::import::{account_rows, contact_rows, csv_bytes, form_rows, workbook_bytes};
use crate::store::{Connection, StoreError, accounts, contacts};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

const CSV: &str = "text/csv; charset=utf-8";

/// What is asked for.
#[derive(Clone, Copy)]
enum List {
    Accounts,
    Contacts,
    /// Every office with its 分管领导 and 管理人员, as the form that offices fill in.
    Offices,
}

impl List {
    const fn title(self) -> &'static str {
        match self {
            List::Accounts => "台账",
            List::Contacts => "联系人",
            List::Offices => "责任人登记表",
        }
    }

    fn rows(self, conn: &Connection, now: Moment) -> Result<Vec<Vec<String>>, StoreError> {
        let all = accounts::all(conn)?;
        Ok(match self {
            List::Accounts => account_rows(&all, now),
            List::Contacts => contact_rows(&contacts::everybody(conn)?, &all),
            List::Offices => {
                let people = contacts::everybody(conn)?;
                form_rows(&offices::names(&all, &people, now), &people, now.date())
            }
        })
    }
}

/// The list, and whether as a workbook or as CSV.
fn wanted(name: &str) -> Option<(List, bool)> {
    let (list, ending) = name.split_once('.')?;
    let list = match list {
        "accounts" => List::Accounts,
        "contacts" => List::Contacts,
        "offices" => List::Offices,
        _ => return None,
    };
    ["xlsx", "csv"].contains(&ending).then_some((list, ending == "xlsx"))
}

/// A file to keep.
pub(in super::super) async fn file(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    uri: Uri,
    _: Viewer,
) -> Response {
    let Some((list, book)) = wanted(&name) else { return notice(StatusCode::NOT_FOUND, &uri) };
    let now = shared.web.clock.now();
    let rows = match shared.web.store.read_async(move |conn| list.rows(conn, now)).await {
        Ok(rows) => rows,
        Err(error) => return unavailable(&error, &uri),
    };
    let (kind, ending) = if book { (BOOK, "xlsx") } else { (CSV, "csv") };
    let made = if book { workbook_bytes(list.title(), &rows).ok() } else { Some(csv_bytes(&rows)) };
    let Some(bytes) = made else { return notice(StatusCode::SERVICE_UNAVAILABLE, &uri) };
    let named = format!("{}{}.{ending}", list.title(), now.date().format("%Y%m%d"));
    download(bytes, kind, name.split('.').next().unwrap_or_default(), &named)
}
