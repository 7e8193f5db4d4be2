//! The parts of the package that stand around the text: types, relations, styles, fonts, settings,
//! page numbers, properties.

use super::pen::faces;
use super::style::{CELL, EM, FONTS, LINE, NOTE, PAGE_NUMBER, RUNNING_HEAD, STYLES, Style};
use super::xml::Xml;
use crate::domain::Moment;
use crate::report::clean::one_line;
use std::io::{self, Write};

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
/// The namespaces of every part of the text.
pub(super) const SPACES: [(&str, &str); 2] = [("xmlns:w", MAIN), ("xmlns:r", LINKS)];

/// Parts beside the text: identifier, file, kind.
const PARTS: [(&str, &str, &str); 6] = [
    ("rIdStyles", "styles", "styles"),
    ("rIdFonts", "fontTable", "fontTable"),
    ("rIdSettings", "settings", "settings"),
    ("rIdOdd", "footer1", "footer"),
    ("rIdEven", "footer2", "footer"),
    ("rIdHead", "header1", "header"),
];

/// `[Content_Types].xml`.
pub(super) fn types<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    xml.open("Types", &[("xmlns", &format!("{PACKAGE}/content-types"))])?;
    let relations = "application/vnd.openxmlformats-package.relationships+xml";
    xml.leaf("Default", &[("Extension", "rels"), ("ContentType", relations)])?;
    xml.leaf("Default", &[("Extension", "xml"), ("ContentType", "application/xml")])?;
    let word = |kind: &str| format!("application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml");
    xml.leaf("Override", &[("PartName", "/word/document.xml"), ("ContentType", &word("document.main"))])?;
    for (_, file, kind) in PARTS {
        xml.leaf("Override", &[("PartName", &format!("/word/{file}.xml")), ("ContentType", &word(kind))])?;
    }
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    xml.leaf("Override", &[("PartName", "/docProps/core.xml"), ("ContentType", core)])?;
    xml.close("Types")
}

/// `_rels/.rels`.
pub(super) fn roots<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    let core = format!("{PACKAGE}/relationships/metadata/core-properties");
    relations(
        xml,
        &[
            ("rId1", format!("{LINKS}/officeDocument"), "word/document.xml".to_owned()),
            ("rId2", core, "docProps/core.xml".to_owned()),
        ],
    )
}

/// `word/_rels/document.xml.rels`.
pub(super) fn links<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    relations(xml, &PARTS.map(|(id, file, kind)| (id, format!("{LINKS}/{kind}"), format!("{file}.xml"))))
}

fn relations<W: Write>(xml: &mut Xml<W>, all: &[(&str, String, String)]) -> io::Result<()> {
    xml.open("Relationships", &[("xmlns", &format!("{PACKAGE}/relationships"))])?;
    for (id, kind, target) in all {
        xml.leaf("Relationship", &[("Id", id), ("Type", kind), ("Target", target)])?;
    }
    xml.close("Relationships")
}

/// `docProps/core.xml`.
pub(super) fn core<W: Write>(xml: &mut Xml<W>, title: &str, creator: &str, at: Moment) -> io::Result<()> {
    let space = format!("{PACKAGE}/metadata/core-properties");
    let spaces = [
        ("xmlns:cp", space.as_str()),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:dcterms", "http://purl.org/dc/terms/"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ];
    xml.open("cp:coreProperties", &spaces)?;
    xml.element("dc:title", &[], &one_line(title))?;
    xml.element("dc:creator", &[], &one_line(creator))?;
    xml.element("dc:language", &[], "zh-CN")?;
    let at = at.rfc3339();
    for name in ["dcterms:created", "dcterms:modified"] {
        xml.element(name, &[("xsi:type", "dcterms:W3CDTF")], &at)?;
    }
    xml.close("cp:coreProperties")
}

/// `word/settings.xml`: pages differ by side, nothing is squeezed.
pub(super) fn settings<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    xml.open("w:settings", &SPACES)?;
    xml.leaf("w:evenAndOddHeaders", &[])?;
    xml.num("w:defaultTabStop", 420)?;
    xml.val("w:characterSpacingControl", "doNotCompress")?;
    xml.open("w:compat", &[])?;
    let uri = "http://schemas.microsoft.com/office/word";
    xml.leaf("w:compatSetting", &[("w:name", "compatibilityMode"), ("w:uri", uri), ("w:val", "15")])?;
    xml.close("w:compat")?;
    xml.leaf("w:themeFontLang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN")])?;
    xml.close("w:settings")
}

/// `word/fontTable.xml`: whoever lacks a face finds here what may stand in for it.
pub(super) fn fonts<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    xml.open("w:fonts", &SPACES)?;
    for font in FONTS {
        xml.open("w:font", &[("w:name", font.name)])?;
        xml.val("w:altName", font.others)?;
        xml.val("w:panose1", font.panose)?;
        // GB 2312.
        xml.val("w:charset", "86")?;
        xml.val("w:family", "modern")?;
        xml.val("w:pitch", "variable")?;
        xml.close("w:font")?;
    }
    xml.close("w:fonts")
}

/// `word/styles.xml`.
pub(super) fn styles<W: Write>(xml: &mut Xml<W>) -> io::Result<()> {
    xml.open("w:styles", &SPACES)?;
    xml.open("w:docDefaults", &[])?;
    xml.open("w:rPrDefault", &[])?;
    xml.open("w:rPr", &[])?;
    faces(xml, STYLES[0].font)?;
    xml.leaf("w:lang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN")])?;
    xml.close("w:rPr")?;
    xml.close("w:rPrDefault")?;
    xml.leaf("w:pPrDefault", &[])?;
    xml.close("w:docDefaults")?;
    STYLES.iter().enumerate().try_for_each(|(at, one)| style(xml, one, at == 0))?;
    xml.close("w:styles")
}

fn style<W: Write>(xml: &mut Xml<W>, style: &Style, is_default: bool) -> io::Result<()> {
    let mut attributes = vec![("w:type", "paragraph"), ("w:styleId", style.id)];
    attributes.extend(is_default.then_some(("w:default", "1")));
    xml.open("w:style", &attributes)?;
    xml.val("w:name", style.name)?;
    if !is_default {
        xml.val("w:basedOn", STYLES[0].id)?;
    }
    xml.leaf("w:qFormat", &[])?;
    xml.open("w:pPr", &[])?;
    let kept = if style.keeps { "1" } else { "0" };
    xml.val("w:keepNext", kept)?;
    for name in ["w:widowControl", "w:autoSpaceDE", "w:autoSpaceDN", "w:adjustRightInd", "w:snapToGrid"] {
        xml.val(name, "0")?;
    }
    let line = LINE.to_string();
    let height: &[(&str, &str)] = match [CELL.id, NOTE.id, PAGE_NUMBER.id, RUNNING_HEAD.id].contains(&style.id) {
        true => &[("w:line", "240"), ("w:lineRule", "auto")],
        false => &[("w:line", &line), ("w:lineRule", "exact")],
    };
    xml.leaf("w:spacing", &[&[("w:before", "0"), ("w:after", "0")], height].concat())?;
    let first = if style.is_indented { 2 * EM } else { 0 };
    let chars = if style.is_indented { "200" } else { "0" };
    xml.leaf("w:ind", &[("w:firstLineChars", chars), ("w:firstLine", &first.to_string())])?;
    xml.val("w:jc", style.align)?;
    style.outline.map_or(Ok(()), |level| xml.num("w:outlineLvl", level))?;
    xml.close("w:pPr")?;
    xml.open("w:rPr", &[])?;
    faces(xml, style.font)?;
    style.colour.map_or(Ok(()), |colour| xml.val("w:color", colour))?;
    xml.num("w:sz", style.size)?;
    xml.num("w:szCs", style.size)?;
    xml.close("w:rPr")?;
    xml.close("w:style")
}

/// Which side of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Right-hand pages.
    Odd,
    /// Left-hand pages.
    Even,
}

/// `word/footer1.xml`, `footer2.xml`: — 1 —, one character from the outer edge.
pub(super) fn footer<W: Write>(xml: &mut Xml<W>, side: Side) -> io::Result<()> {
    let one = (PAGE_NUMBER.size * 10).to_string();
    let (edge, align) = if side == Side::Odd { ("w:right", "right") } else { ("w:left", "left") };
    xml.open("w:ftr", &SPACES)?;
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.val("w:pStyle", PAGE_NUMBER.id)?;
    xml.leaf("w:ind", &[(edge, &one)])?;
    xml.val("w:jc", align)?;
    xml.close("w:pPr")?;
    piece(xml, |xml| xml.element("w:t", &[("xml:space", "preserve")], "— "))?;
    xml.open("w:fldSimple", &[("w:instr", " PAGE ")])?;
    piece(xml, |xml| xml.element("w:t", &[], "1"))?;
    xml.close("w:fldSimple")?;
    piece(xml, |xml| xml.element("w:t", &[("xml:space", "preserve")], " —"))?;
    xml.close("w:p")?;
    xml.close("w:ftr")
}

fn piece<W: Write>(xml: &mut Xml<W>, text: impl FnOnce(&mut Xml<W>) -> io::Result<()>) -> io::Result<()> {
    xml.open("w:r", &[])?;
    xml.open("w:rPr", &[])?;
    faces(xml, PAGE_NUMBER.font)?;
    xml.close("w:rPr")?;
    text(xml)?;
    xml.close("w:r")
}

/// `word/header1.xml`: what a draft says of itself on every page.
pub(super) fn header<W: Write>(xml: &mut Xml<W>, text: &str) -> io::Result<()> {
    xml.open("w:hdr", &SPACES)?;
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.val("w:pStyle", RUNNING_HEAD.id)?;
    xml.close("w:pPr")?;
    if !text.is_empty() {
        xml.open("w:r", &[])?;
        xml.open("w:rPr", &[])?;
        faces(xml, RUNNING_HEAD.font)?;
        xml.close("w:rPr")?;
        xml.element("w:t", &[], &one_line(text))?;
        xml.close("w:r")?;
    }
    xml.close("w:p")?;
    xml.close("w:hdr")
}
