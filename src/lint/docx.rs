//! The XML of a document: paragraphs and tables in their order, changes taken as accepted, text boxes
//! and tables within tables read too.

use super::grid::{Copies, GridCell, GridRow, Naming, TITLES, is_note, lay_out};
use super::paper::{Line, Paper, Part};
use super::read::{LONGEST, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Unreadable, refuse, visible};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements; Word itself stays far below.
const DEEPEST: usize = 512;
/// Stands in a cell that Word numbers by itself.
pub(super) const NUMBERED: &str = "（自动编号）";

/// Reads the body, the notes at its foot and what stands at the head of its pages (草稿 · 待核实).
pub(super) fn read(body: &str, notes: &[String], heads: &[String]) -> Result<Paper, Unreadable> {
    let mut walk = Walk::default();
    walk.all(body)?;
    walk.place = Some("脚注");
    for note in notes {
        walk.all(note)?;
    }
    walk.place = Some("页眉");
    let unlike = heads.iter().enumerate().filter(|(at, head)| !heads[..*at].contains(head));
    for (_, head) in unlike {
        walk.all(head)?;
    }
    if walk.has_changes {
        walk.paper.unread.push("文档里还有修订痕迹，是按全部接受以后的样子核对的".to_owned());
    }
    Ok(walk.paper)
}

#[derive(Default)]
struct Walk {
    paper: Paper,
    /// Paragraphs that are open: a text box is a paragraph within a paragraph.
    open: Vec<Paragraph>,
    /// Tables that are open, the innermost last.
    tables: Vec<OpenTable>,
    /// Names of the open elements.
    path: Vec<Tag>,
    /// Lines since the last table.
    titles: Vec<String>,
    /// Depth from which everything is left out.
    skip_from: Option<usize>,
    count: usize,
    tables_seen: usize,
    rows_seen: usize,
    cells_seen: usize,
    copies: Copies,
    has_changes: bool,
    /// Where its lines stand, when not in the body.
    place: Option<&'static str>,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    numbered: bool,
}

#[derive(Default)]
struct OpenTable {
    rows: Vec<GridRow>,
    row: GridRow,
    cell: Option<OpenCell>,
    row_is_deleted: bool,
}

#[derive(Default)]
struct OpenCell {
    text: String,
    span: usize,
    continues: bool,
}

/// The elements that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Paragraph,
    Text,
    Table,
    Row,
    RowProperties,
    Cell,
    TabStops,
    LeftOut,
    Other,
}

fn tag(name: &str) -> Tag {
    match name {
        "p" => Tag::Paragraph,
        "t" => Tag::Text,
        "tbl" => Tag::Table,
        "tr" => Tag::Row,
        "trPr" => Tag::RowProperties,
        "tc" => Tag::Cell,
        "tabs" => Tag::TabStops,
        // What was deleted or moved away, and what stands in for a text box in old programs.
        "del" | "moveFrom" | "Fallback" => Tag::LeftOut,
        _ => Tag::Other,
    }
}

impl Walk {
    fn all(&mut self, xml: &str) -> Result<(), Unreadable> {
        let damaged = "文件已损坏，读到一半读不下去了；请在 Word 中打开并重新另存后再核对";
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => self.start(&start)?,
                Ok(Event::Empty(start)) => {
                    self.start(&start)?;
                    self.end()?;
                }
                Ok(Event::End(_)) => self.end()?,
                Ok(Event::Text(text)) => self.text(&text.xml10_content()),
                Ok(Event::CData(text)) => self.text(&text.xml10_content()),
                Ok(Event::GeneralRef(entity)) => self.text(&character(&entity)),
                Ok(Event::Eof) if self.path.is_empty() => return Ok(()),
                Ok(Event::Eof) | Err(_) => return refuse(damaged),
                Ok(_) => {}
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Unreadable> {
        let name = start.local_name();
        let tag = tag(name.as_ref());
        let parent = self.path.last().copied();
        self.path.push(tag);
        if self.path.len() > DEEPEST {
            return refuse("文档的结构嵌套太深，不像是 Word 写出的文件；请在 Word 中打开并重新另存后再核对");
        }
        if self.skip_from.is_some() {
            return Ok(());
        }
        self.has_changes |= matches!(name.as_ref(), "ins" | "del" | "moveFrom" | "moveTo");
        match tag {
            Tag::LeftOut if parent == Some(Tag::RowProperties) => {
                if let Some(table) = self.tables.last_mut() {
                    table.row_is_deleted |= name.as_ref() == "del";
                }
            }
            Tag::LeftOut => self.skip_from = Some(self.path.len()),
            Tag::Paragraph => self.open.push(Paragraph::default()),
            Tag::Table => self.tables.push(OpenTable::default()),
            Tag::Row => self.begin_row()?,
            Tag::Cell => self.begin_cell()?,
            Tag::Other if parent != Some(Tag::TabStops) => self.property(name.as_ref(), start),
            Tag::Text | Tag::RowProperties | Tag::TabStops | Tag::Other => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Unreadable> {
        let depth = self.path.len();
        let Some(tag) = self.path.pop() else { return Ok(()) };
        if let Some(from) = self.skip_from {
            self.skip_from = (depth > from).then_some(from);
            return Ok(());
        }
        match tag {
            Tag::Paragraph => self.end_paragraph(),
            Tag::Cell => self.end_cell(),
            Tag::Row => self.end_row(),
            Tag::Table => self.end_table(),
            Tag::Text | Tag::RowProperties | Tag::TabStops | Tag::LeftOut | Tag::Other => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if self.path.last() == Some(&Tag::Text) && self.skip_from.is_none() {
            self.add(text);
        }
    }

    fn add(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut()
            && paragraph.text.len() < LONGEST * 4
        {
            paragraph.text.push_str(text);
        }
    }

    fn property(&mut self, name: &str, start: &BytesStart<'_>) {
        match name {
            "tab" => self.add("\t"),
            "br" | "cr" => self.add("\n"),
            "noBreakHyphen" => self.add("-"),
            "numPr" => {
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.numbered = true;
                }
            }
            _ => self.cell_property(name, start),
        }
    }

    fn cell_property(&mut self, name: &str, start: &BytesStart<'_>) {
        let value = || attribute(start, "val");
        let number = || value().and_then(|value| value.parse::<usize>().ok()).unwrap_or(1).min(MOST_COLUMNS);
        let Some(table) = self.tables.last_mut() else { return };
        match (name, &mut table.cell) {
            ("gridSpan", Some(cell)) => cell.span = number(),
            ("vMerge", Some(cell)) => cell.continues = value().is_none_or(|value| value != "restart"),
            ("gridBefore", None) => {
                let cells = &mut table.row.cells;
                cells.resize((cells.len() + number()).min(MOST_COLUMNS), GridCell::default());
            }
            _ => {}
        }
    }

    fn begin_row(&mut self) -> Result<(), Unreadable> {
        self.rows_seen += 1;
        if self.rows_seen > MOST_ROWS {
            return refuse("表格太大（超过10万行），不像是一份通报，请检查");
        }
        if let Some(table) = self.tables.last_mut() {
            table.row = GridRow { line: table.rows.len() + 1, cells: Vec::new() };
            table.row_is_deleted = false;
        }
        Ok(())
    }

    fn begin_cell(&mut self) -> Result<(), Unreadable> {
        self.cells_seen += 1;
        if self.cells_seen > MOST_CELLS {
            return refuse("表格太大（超过200万格），不像是一份通报，请检查");
        }
        if let Some(table) = self.tables.last_mut() {
            table.cell = Some(OpenCell { span: 1, ..OpenCell::default() });
        }
        Ok(())
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        let mut text = visible(&paragraph.text);
        let cell = self.tables.last_mut().and_then(|table| table.cell.as_mut());
        if let Some(cell) = cell {
            if text.is_empty() && paragraph.numbered && cell.text.is_empty() {
                text = NUMBERED.to_owned();
            }
            if !text.is_empty() && cell.text.len() < LONGEST * 4 {
                cell.text.push_str(if cell.text.is_empty() { "" } else { "\n" });
                cell.text.push_str(&text);
            }
        } else if !text.is_empty() {
            self.line(text);
        }
    }

    fn line(&mut self, text: String) {
        self.count += 1;
        let place = self.place.map_or_else(|| format!("正文第{}段", self.count), str::to_owned);
        if is_note(&text)
            && let Some(Part::Table(table)) = self.paper.parts.last_mut()
        {
            table.around.push(text.clone());
        }
        if self.titles.len() == TITLES {
            self.titles.remove(0);
        }
        self.titles.push(text.clone());
        self.paper.parts.push(Part::Line(Line { place, text }));
    }

    fn end_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let Some(cell) = table.cell.take() else { return };
        let at = table.row.cells.len();
        if at >= MOST_COLUMNS {
            return;
        }
        let above = table.rows.last().and_then(|row| row.cells.get(at)).map_or("", |above| above.text.as_str());
        let text = if cell.continues { self.copies.of(above) } else { visible(&cell.text) };
        let covers = cell.span.max(1).min(MOST_COLUMNS - at) - 1;
        table.row.cells.push(GridCell { text, covers, covered: false, shared: cell.continues });
        let covered = GridCell { covered: true, shared: cell.continues, ..GridCell::default() };
        table.row.cells.resize(at + 1 + covers, covered);
    }

    fn end_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let row = std::mem::take(&mut table.row);
        if !table.row_is_deleted {
            table.rows.push(row);
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        self.tables_seen += 1;
        let name = format!("第{}张表", self.tables_seen);
        let naming = Naming { name: &name, above: &self.titles, counts_rows: true, by_name: false };
        let (parts, stray) = lay_out(&table.rows, &naming);
        let recognised = parts.iter().any(|part| matches!(part, Part::Table(_)));
        if stray > 4 && !recognised {
            self.paper.unread.push(format!("{name}：没有认出表头，只核对了文字"));
        }
        if recognised {
            self.titles.clear();
        }
        self.paper.parts.extend(parts);
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found =
        attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// What `&amp;` and the like stand for; an entity of somebody's own stands for nothing.
fn character(entity: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return character.to_string();
    }
    match entity.xml10_content().as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}
