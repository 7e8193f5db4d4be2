//! A report as one self-contained page: no scripts, nothing from elsewhere. It prints on A4, and its
//! inline styles are plain enough to be the HTML half of a mail.

use super::clean::clean;
use super::paper::{annex_lines, note_lines, or_blank, table_title};
use super::{Block, Cell, Grid, GridCell, GridRow, HeadCell, Paper, Part, RenderError, Report, Shape, Table};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// The name decides the escaping: everything that goes into it is escaped as HTML.
const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("report.html");
/// A cell of so many half-width characters is not broken: 待核实, 订阅号, 新浪微博.
const SHORT: usize = 8;

pub(super) fn render(report: &Report) -> Result<String, RenderError> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_template(NAME, TEMPLATE)?;
    let blocks = in_order(report);
    let blocks: Vec<Value> = blocks.iter().map(|block| block_value(report, block)).collect();
    // A paper has its notes and its foot among the blocks.
    let notes = if report.paper.is_some() { Vec::new() } else { report.footnotes.clone() };
    let values = context! {
        title => report.title.clone(),
        subtitle => report.subtitle.clone(),
        blocks => blocks,
        footnotes => notes,
        head => report.paper.as_ref().map(head_lines).unwrap_or_default(),
        to => report.paper.as_ref().filter(|paper| !paper.to.is_empty()).map(|paper| paper.to.clone()),
    };
    // The template itself holds nothing that `clean` takes away.
    Ok(clean(&templates.get_template(NAME)?.render(values)?).into_owned())
}

/// The blocks as they are printed. Those of a paper in the order of the standard: text, notes, list of
/// annexes, signature and date, annexes; then what is for the office that checks, and the pictures.
fn in_order(report: &Report) -> Vec<Block> {
    let Some(paper) = &report.paper else { return report.blocks.clone() };
    let mut blocks = super::docx::text(report);
    blocks.extend(note_lines(&report.footnotes).into_iter().map(Block::Paragraph));
    blocks.extend(annex_lines(report).into_iter().map(Block::Left));
    blocks.extend(foot_lines(paper).into_iter().map(Block::Right));
    blocks.extend(imprint_lines(paper).into_iter().map(Block::Left));
    let tables = |is_wanted: fn(&Part) -> bool| {
        report.blocks.iter().filter(move |block| matches!(block, Block::Table(table) if is_wanted(&table.part)))
    };
    blocks.extend(tables(|part| matches!(part, Part::Annex(_))).cloned());
    blocks.extend(tables(|part| matches!(part, Part::Working)).cloned());
    blocks.extend(report.charts().cloned().map(Block::Chart));
    blocks
}

/// What stands above the title of a paper, a line each.
pub(super) fn head_lines(paper: &Paper) -> Vec<String> {
    let line = |word: &str, text: &str| format!("{word}　{}", or_blank(text));
    match paper.shape {
        Shape::Web => Some(paper.number.clone()).filter(|number| !number.is_empty()).into_iter().collect(),
        Shape::Telegram => vec![
            format!("{}　　{}", line("发电单位", &paper.issuer), format_args!("签批盖章　{}", paper.signer)),
            format!("{}　　{}", line("等级", &paper.urgency), or_blank(&paper.number)),
        ],
        Shape::Brief => vec![
            or_blank(&paper.masthead).to_owned(),
            format!("（{}）", or_blank(&paper.number)),
            format!("{}　　{}", or_blank(&paper.issuer), paper.date_words()),
        ],
        Shape::Letter => vec![or_blank(&paper.issuer).to_owned(), or_blank(&paper.number).to_owned()],
    }
}

/// What follows the text of a paper, a line each.
pub(super) fn foot_lines(paper: &Paper) -> Vec<String> {
    match paper.shape {
        Shape::Brief => Vec::new(),
        Shape::Telegram => vec![paper.date_words()],
        Shape::Web | Shape::Letter => vec![or_blank(&paper.issuer).to_owned(), paper.date_words()],
    }
}

/// What stands flush left below the signature: the remark in brackets, and the 版记.
pub(super) fn imprint_lines(paper: &Paper) -> Vec<String> {
    let public = paper.public.then(|| "（此件公开发布）".to_owned());
    let to = match paper.shape {
        Shape::Letter => Some(format!("抄送：{}", or_blank(&paper.copies))),
        Shape::Brief => Some(format!("送：{}　发：{}", or_blank(&paper.copies), or_blank(&paper.sent))),
        Shape::Web | Shape::Telegram => None,
    };
    public.into_iter().chain(to).collect()
}

fn block_value(report: &Report, block: &Block) -> Value {
    match block {
        Block::Heading(text) => context! { kind => "heading", text => text },
        Block::Paragraph(text) => context! { kind => "paragraph", text => text },
        Block::Left(text) => context! { kind => "left", text => text },
        Block::Right(text) => context! { kind => "right", text => text },
        Block::Table(table) => table_value(table, &table_title(report, table)),
        Block::Grid(grid) => grid_value(grid),
        Block::Chart(chart) => super::svg::values(chart),
        Block::NewPage(title) => context! { kind => "page", text => title },
    }
}

fn table_value(table: &Table, title: &str) -> Value {
    let head: Vec<Vec<Value>> = table.head().iter().map(|row| row.iter().map(head_value).collect()).collect();
    context! {
        kind => "table",
        title => title,
        subtitle => table.subtitle.clone(),
        head => head,
        rows => rows(table),
        note => table.note.clone(),
    }
}

fn grid_value(grid: &Grid) -> Value {
    let row = |row: &GridRow| -> Value {
        let cell =
            |(cell, share): (&GridCell, usize)| context! { text => &cell.text, share => share, label => cell.is_label };
        let cells: Vec<Value> = row.cells.iter().zip(row.shares()).map(cell).collect();
        context! { cells => cells, lines => row.lines }
    };
    context! { kind => "grid", rows => grid.rows.iter().map(row).collect::<Vec<Value>>() }
}

fn head_value(cell: &HeadCell<'_>) -> Value {
    context! { text => cell.text, columns => cell.columns, rows => cell.rows }
}

/// The cells of every row; what is printed once stands in the first row of its run.
fn rows(table: &Table) -> Vec<Vec<Value>> {
    let cell = |cell: &Cell, rows: usize| {
        let text = cell.text();
        let short = text.width_cjk() <= SHORT;
        context! { text => text, rows => rows, short => short }
    };
    let row = |run: &Range<usize>, at: usize| -> Vec<Value> {
        let left_out = if at > run.start { table.once } else { 0 };
        let rows = |column: usize| if column < table.once { run.len() } else { 1 };
        table.rows[at].iter().enumerate().skip(left_out).map(|(column, of)| cell(of, rows(column))).collect()
    };
    table.runs().iter().flat_map(|run| run.clone().map(move |at| row(run, at))).collect()
}
