//! A report as a Word document in the form of GB/T 9704-2012. The package is written as a stream: what
//! is in memory is the report and the packed bytes, never the document as a tree.

mod body;
mod paper;
mod parts;
mod pen;
mod style;
mod table;
mod title;
mod width;
mod xml;

#[cfg(test)]
mod tests;

pub(super) use body::text;

use super::{RenderError, Report};
use parts::Side;
use std::io::{self, Cursor};
use xml::Xml;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A package in memory.
type Package = ZipWriter<Cursor<Vec<u8>>>;

pub(super) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    part(&mut package, "[Content_Types].xml", parts::types)?;
    part(&mut package, "_rels/.rels", parts::roots)?;
    let creator = report.paper.as_ref().map_or("", |paper| paper.issuer.as_str());
    let at = report.meta.generated_at;
    part(&mut package, "docProps/core.xml", |xml| parts::core(xml, &report.title, creator, at))?;
    part(&mut package, "word/_rels/document.xml.rels", parts::links)?;
    part(&mut package, "word/styles.xml", parts::styles)?;
    part(&mut package, "word/fontTable.xml", parts::fonts)?;
    part(&mut package, "word/settings.xml", parts::settings)?;
    part(&mut package, "word/footer1.xml", |xml| parts::footer(xml, Side::Odd))?;
    part(&mut package, "word/footer2.xml", |xml| parts::footer(xml, Side::Even))?;
    part(&mut package, "word/header1.xml", |xml| parts::header(xml, body::running_head(report).unwrap_or_default()))?;
    begin(&mut package, "word/document.xml")?;
    body::write(Xml::new(&mut package)?, report)?;
    Ok(package.finish().map_err(io::Error::from)?.into_inner())
}

/// One whole part.
fn part<'a>(
    package: &'a mut Package,
    name: &str,
    write: impl FnOnce(&mut Xml<&'a mut Package>) -> io::Result<()>,
) -> io::Result<()> {
    begin(package, name)?;
    write(&mut Xml::new(package)?)
}

fn begin(package: &mut Package, name: &str) -> io::Result<()> {
    // The same report gives the same bytes, so no part bears a time.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    package.start_file(name, options).map_err(io::Error::from)
}
