//! One document as a file, whole or not at all.

use super::super::Shared;
use super::super::chrome::{notice, refused, unavailable};
use super::super::download::download;
use super::super::plain::plain;
use super::super::session::{Viewer, text};
use super::made::{Composed, Wanted};
use crate::deeds::Refusal;
use crate::domain::Period;
use crate::report::{Format, render};
use crate::report::{distinct, fitting};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What is wanted of the documents.
#[derive(Clone, Copy)]
enum Which {
    One(usize),
    All,
}

/// `/reports/{period}/file?version=1&paper=0&format=docx`; without a version the report as of now.
pub(in crate::web) async fn send(
    State(shared): State<Shared>,
    Path(period): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    _viewer: Viewer,
) -> Response {
    let wanted = match text(&fields, "version") {
        "" => Some(Wanted::Report),
        "forms" => Some(Wanted::Forms),
        version => version.parse().ok().map(Wanted::Version),
    };
    let which = match text(&fields, "paper") {
        "" => Some(Which::One(0)),
        "all" => Some(Which::All),
        paper => paper.parse().ok().map(Which::One),
    };
    let format = Format::ALL.into_iter().find(|format| format.ext() == text(&fields, "format"));
    let now = shared.web.clock.now();
    let period = Period::parse(&period).filter(|period| period.begins() <= now);
    let (Some(period), Some(wanted), Some(which), Some(format)) = (period, wanted, which, format) else {
        return notice(StatusCode::NOT_FOUND, &uri);
    };
    match shared.composed(period, wanted).await {
        Ok(Some((_, composed))) => made(composed, which, format, &uri).await,
        Ok(None) => still_making(&uri),
        Err(Refusal::Store(error)) => unavailable(&error, &uri),
        Err(Refusal::Wish(why) | Refusal::Field(_, why) | Refusal::State(why)) => {
            refused(StatusCode::CONFLICT, &uri, "没有这份文件", &plain(&why))
        }
    }
}

fn still_making(uri: &Uri) -> Response {
    let text = "账号多时要一两分钟。请过一会儿返回，再点一次；做好以后马上能下载。";
    refused(StatusCode::SERVICE_UNAVAILABLE, uri, "正在做这份文件", text)
}

async fn made(composed: Composed, which: Which, format: Format, uri: &Uri) -> Response {
    let work = tokio::task::spawn_blocking(move || match &*composed {
        Ok(made) => file(&made.papers, which, format).map_err(Some),
        Err(Refusal::Wish(why) | Refusal::Field(_, why) | Refusal::State(why)) => Err(Some(why.clone())),
        Err(Refusal::Store(error)) => Err(Some(error.chinese())),
    });
    match work.await {
        Ok(Ok(Some(file))) => download(file.bytes, file.kind, "report", &file.name),
        Ok(Ok(None)) => notice(StatusCode::NOT_FOUND, uri),
        Ok(Err(why)) => refused(StatusCode::CONFLICT, uri, "没有这份文件", &plain(&why.unwrap_or_default())),
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, uri),
    }
}

/// A file for the browser to keep.
struct File {
    name: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

/// `None` where there is no such document.
fn file(papers: &[(String, crate::report::Report)], which: Which, format: Format) -> Result<Option<File>, String> {
    let named = distinct(papers);
    let one = |name: &str, report| -> Result<File, String> {
        let format = fitting(report, format);
        let bytes = render(report, format).map_err(|error| error.to_string())?;
        Ok(File { name: format!("{name}.{}", format.ext()), kind: kind(format), bytes })
    };
    match which {
        Which::One(at) => named.get(at).map(|(name, report)| one(name, report)).transpose(),
        Which::All => {
            let all: Vec<File> = named.iter().map(|(name, report)| one(name, report)).collect::<Result<_, _>>()?;
            let name = named.first().map_or("", |(name, _)| name.as_str());
            let name = name.splitn(4, '-').take(3).collect::<Vec<_>>().join("-");
            packed(&name, &all).map(Some).map_err(|error| format!("打包没有做成：{error}"))
        }
    }
}

/// All of them in one.
fn packed(name: &str, all: &[File]) -> std::io::Result<File> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in all {
        zip.start_file(file.name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(&file.bytes)?;
    }
    let bytes = zip.finish()?.into_inner();
    Ok(File { name: format!("{name}.zip"), kind: "application/zip", bytes })
}

const fn kind(format: Format) -> &'static str {
    match format {
        Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Html => "text/html; charset=utf-8",
        Format::Json => "application/json",
        Format::Text => "text/plain; charset=utf-8",
    }
}
