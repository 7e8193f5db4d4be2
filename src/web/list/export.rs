//! 导出: the list and the contact sheet as files that an import reads again.

use super::super::Shared;
use super::super::chrome::{notice, unavailable};
use super::super::session::{Viewer, percent};
use crate::domain::Moment;
use crate::import::{account_rows, contact_rows, csv_bytes, workbook_bytes};
use crate::store::{Connection, StoreError, accounts, contacts};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// What a workbook is on the wire.
pub(in super::super) const BOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

/// What is asked for: of the list or of the sheet, as a workbook or as CSV.
#[derive(Clone, Copy)]
struct Wanted {
    people: bool,
    book: bool,
}

impl Wanted {
    fn read(name: &str) -> Option<Wanted> {
        match name {
            "accounts.xlsx" => Some(Wanted { people: false, book: true }),
            "accounts.csv" => Some(Wanted { people: false, book: false }),
            "contacts.xlsx" => Some(Wanted { people: true, book: true }),
            "contacts.csv" => Some(Wanted { people: true, book: false }),
            _ => None,
        }
    }

    const fn title(self) -> &'static str {
        if self.people { "联系人" } else { "台账" }
    }

    fn bytes(self, conn: &Connection, now: Moment) -> Result<Option<Vec<u8>>, StoreError> {
        let all = accounts::all(conn)?;
        let rows = if self.people { contact_rows(&contacts::everybody(conn)?, &all) } else { account_rows(&all, now) };
        Ok(if self.book { workbook_bytes(self.title(), &rows).ok() } else { Some(csv_bytes(&rows)) })
    }
}

/// A file to keep.
pub(in super::super) async fn file(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    uri: Uri,
    _: Viewer,
) -> Response {
    let Some(wanted) = Wanted::read(&name) else { return notice(StatusCode::NOT_FOUND, &uri) };
    let now = shared.web.clock.now();
    let made = shared.web.store.read_async(move |conn| wanted.bytes(conn, now)).await;
    match made {
        Ok(Some(bytes)) => {
            let day = now.date().format("%Y%m%d");
            let (kind, ending) = if wanted.book { (BOOK, "xlsx") } else { (CSV, "csv") };
            download(bytes, kind, &name, &format!("{}{day}.{ending}", wanted.title()))
        }
        Ok(None) => notice(StatusCode::SERVICE_UNAVAILABLE, &uri),
        Err(error) => unavailable(&error, &uri),
    }
}

/// As something to keep: `plain` for old browsers, `named` for all others (RFC 6266).
pub(in super::super) fn download(bytes: Vec<u8>, kind: &'static str, plain: &str, named: &str) -> Response {
    let said = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", percent(named));
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&said) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
