//! Paragraphs as they are written: what a style does not say is said beside it.

use super::style::{BODY, FOOTER, Font, HEADER, MARGINS, PAGE, Style, TIGHT};
use super::xml::Xml;
use crate::report::clean::clean;
use std::io::{self, Write};

/// Writes the running part of a document and keeps what the next paragraph must know.
pub(super) struct Pen<W: Write> {
    pub(super) xml: Xml<W>,
    /// The next paragraph begins a page.
    is_fresh: bool,
    /// Two tables that touch would become one.
    is_after_table: bool,
    /// How the pages lie that are being filled.
    lie: Lie,
    /// There is a line above the text of each page.
    has_header: bool,
}

/// How a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// Upright.
    Upright,
    /// On its side.
    Side,
}

/// What a paragraph has beside its style; lengths in twips.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Set {
    /// From the left, for all lines.
    pub(super) left: i64,
    /// So much less for the first line; a tab leads to `left`.
    pub(super) hanging: i64,
    /// From the right.
    pub(super) right: i64,
    /// A tab stop at the right edge.
    pub(super) tab_right: Option<i64>,
    /// Exact height of its lines.
    pub(super) line: Option<i64>,
    /// Size of its type, in half points.
    pub(super) size: Option<i64>,
    /// Line above and below, in eighths of a point.
    pub(super) above: Option<i64>,
    /// As `above`.
    pub(super) below: Option<i64>,
    /// Colour of these lines.
    pub(super) is_red: bool,
    /// It stays with what follows.
    pub(super) keeps: bool,
    /// `left`, `center`.
    pub(super) align: Option<&'static str>,
}

/// Text in one typeface.
pub(super) type Run<'a> = (Font, &'a str);

impl<W: Write> Pen<W> {
    pub(super) fn new(xml: Xml<W>, has_header: bool) -> Pen<W> {
        Pen { xml, is_fresh: false, is_after_table: false, lie: Lie::Upright, has_header }
    }

    /// A paragraph.
    pub(super) fn line(&mut self, style: &Style, text: &str) -> io::Result<()> {
        self.para(style, &Set::default(), &[(style.font, text)])
    }

    /// Empty lines.
    pub(super) fn blank(&mut self, style: &Style, lines: usize) -> io::Result<()> {
        (0..lines).try_for_each(|_| self.line(style, ""))
    }

    /// A paragraph that is set otherwise than its style says.
    pub(super) fn set(&mut self, style: &Style, set: Set, text: &str) -> io::Result<()> {
        self.para(style, &set, &[(style.font, text)])
    }

    /// A paragraph of several typefaces.
    pub(super) fn para(&mut self, style: &Style, set: &Set, runs: &[Run<'_>]) -> io::Result<()> {
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        self.properties(style, set)?;
        self.xml.close("w:pPr")?;
        for (font, text) in runs {
            self.run(style, set, *font, text)?;
        }
        self.xml.close("w:p")
    }

    /// What follows begins on a new page, which lies so.
    pub(super) fn new_page(&mut self, lie: Lie) -> io::Result<()> {
        if lie == self.lie {
            self.is_fresh = true;
            return Ok(());
        }
        // A section ends with its last paragraph, and the next one begins a page by itself.
        let (last, has_header) = (self.lie, self.has_header);
        self.lie = lie;
        self.hair(|xml| section(xml, last, has_header))
    }

    /// Prepares the place of a table.
    pub(super) fn before_table(&mut self) -> io::Result<()> {
        if self.is_fresh || self.is_after_table {
            self.hair(|_| Ok(()))?;
        }
        Ok(())
    }

    /// Notes that a table has just ended.
    pub(super) fn after_table(&mut self) {
        self.is_after_table = true;
    }

    /// The properties of the last section: what a document ends with.
    pub(super) fn finish(mut self) -> io::Result<()> {
        // Word wants a paragraph behind a table.
        if self.is_after_table {
            self.hair(|_| Ok(()))?;
        }
        section(&mut self.xml, self.lie, self.has_header)?;
        self.xml.close("w:body")?;
        self.xml.close("w:document")
    }

    /// A paragraph that nobody sees, one point high.
    fn hair(&mut self, more: impl FnOnce(&mut Xml<W>) -> io::Result<()>) -> io::Result<()> {
        self.xml.open("w:p", &[])?;
        self.xml.open("w:pPr", &[])?;
        let fresh = std::mem::take(&mut self.is_fresh);
        self.is_after_table = false;
        if fresh {
            self.xml.leaf("w:pageBreakBefore", &[])?;
        }
        self.xml.leaf("w:spacing", &[("w:line", "20"), ("w:lineRule", "exact")])?;
        self.xml.open("w:rPr", &[])?;
        self.xml.num("w:sz", 2)?;
        self.xml.close("w:rPr")?;
        more(&mut self.xml)?;
        self.xml.close("w:pPr")?;
        self.xml.close("w:p")
    }

    /// In the order that the schema wants.
    fn properties(&mut self, style: &Style, set: &Set) -> io::Result<()> {
        self.is_after_table = false;
        let xml = &mut self.xml;
        xml.val("w:pStyle", style.id)?;
        if set.keeps {
            xml.leaf("w:keepNext", &[])?;
        }
        if std::mem::take(&mut self.is_fresh) {
            xml.leaf("w:pageBreakBefore", &[])?;
        }
        lines_around(xml, set)?;
        if set.hanging > 0 || set.tab_right.is_some() {
            xml.open("w:tabs", &[])?;
            let (kind, place) = set.tab_right.map_or(("left", set.left), |at| ("right", at));
            xml.leaf("w:tab", &[("w:val", kind), ("w:pos", &place.to_string())])?;
            xml.close("w:tabs")?;
        }
        if let Some(line) = set.line {
            xml.leaf("w:spacing", &[("w:line", &line.to_string()), ("w:lineRule", "exact")])?;
        }
        if set.left != 0 || set.right != 0 || set.hanging != 0 {
            let [left, right, hanging] = [set.left, set.right, set.hanging].map(|twips| twips.to_string());
            xml.leaf("w:ind", &[("w:left", &left), ("w:right", &right), ("w:hanging", &hanging)])?;
        }
        set.align.map_or(Ok(()), |align| xml.val("w:jc", align))
    }

    /// One run; a line break of the text is one in the document, a tab leads to the tab stop.
    fn run(&mut self, style: &Style, set: &Set, font: Font, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let xml = &mut self.xml;
        xml.open("w:r", &[])?;
        xml.open("w:rPr", &[])?;
        faces(xml, font)?;
        if style.id == BODY.id {
            xml.num("w:spacing", TIGHT)?;
        }
        if let Some(size) = set.size {
            xml.num("w:sz", size)?;
            xml.num("w:szCs", size)?;
        }
        xml.close("w:rPr")?;
        for (at, piece) in text.split('\t').enumerate() {
            if at > 0 {
                xml.leaf("w:tab", &[])?;
            }
            for (at, line) in clean(piece).split('\n').enumerate() {
                if at > 0 {
                    xml.leaf("w:br", &[])?;
                }
                if !line.is_empty() {
                    xml.element("w:t", &[("xml:space", "preserve")], line)?;
                }
            }
        }
        xml.close("w:r")
    }
}

/// The typeface for every script; the hint makes “”—… full-width.
pub(super) fn faces<W: Write>(xml: &mut Xml<W>, font: Font) -> io::Result<()> {
    let name = font.name;
    let all = [("w:hint", "eastAsia"), ("w:ascii", name), ("w:eastAsia", name), ("w:hAnsi", name), ("w:cs", name)];
    xml.leaf("w:rFonts", &all)
}

fn lines_around<W: Write>(xml: &mut Xml<W>, set: &Set) -> io::Result<()> {
    if set.above.is_none() && set.below.is_none() {
        return Ok(());
    }
    xml.open("w:pBdr", &[])?;
    for (name, size) in [("w:top", set.above), ("w:bottom", set.below)] {
        if let Some(size) = size {
            let colour = if set.is_red { "FF0000" } else { "000000" };
            let size = size.to_string();
            xml.leaf(name, &[("w:val", "single"), ("w:sz", &size), ("w:space", "0"), ("w:color", colour)])?;
        }
    }
    xml.close("w:pBdr")
}

/// Page, margins and page numbers of a section. A page on its side keeps its margins: its head lies
/// towards the spine on odd pages.
fn section<W: Write>(xml: &mut Xml<W>, lie: Lie, has_header: bool) -> io::Result<()> {
    let [top, right, bottom, left] = MARGINS;
    let ((width, height), margins) = match lie {
        Lie::Upright => (PAGE, [top, right, bottom, left]),
        Lie::Side => ((PAGE.1, PAGE.0), [left, top, right, bottom]),
    };
    xml.open("w:sectPr", &[])?;
    if has_header {
        xml.leaf("w:headerReference", &[("w:type", "default"), ("r:id", "rIdHead")])?;
        xml.leaf("w:headerReference", &[("w:type", "even"), ("r:id", "rIdHead")])?;
    }
    xml.leaf("w:footerReference", &[("w:type", "default"), ("r:id", "rIdOdd")])?;
    xml.leaf("w:footerReference", &[("w:type", "even"), ("r:id", "rIdEven")])?;
    let [width, height] = [width, height].map(|twips| twips.to_string());
    let mut size = vec![("w:w", width.as_str()), ("w:h", height.as_str())];
    size.extend((lie == Lie::Side).then_some(("w:orient", "landscape")));
    xml.leaf("w:pgSz", &size)?;
    let [top, right, bottom, left] = margins.map(|twips| twips.to_string());
    let footer = if lie == Lie::Side { FOOTER / 2 } else { FOOTER };
    let [header, footer] = [HEADER, footer].map(|twips| twips.to_string());
    let body = [("w:top", top.as_str()), ("w:right", &right), ("w:bottom", &bottom), ("w:left", &left)];
    let edges = [("w:header", header.as_str()), ("w:footer", &footer), ("w:gutter", "0")];
    xml.leaf("w:pgMar", &[&body[..], &edges[..]].concat())?;
    xml.close("w:sectPr")
}
