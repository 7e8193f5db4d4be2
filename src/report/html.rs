//! A report as one self-contained page: no scripts, nothing from elsewhere. It prints on A4, and its
//! inline styles are plain enough to be the HTML half of a mail.

use super::{Block, RenderError, Report, Table};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// The name decides the escaping: everything that goes into it is escaped as HTML.
const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("report.html");

pub(super) fn render(report: &Report) -> Result<String, RenderError> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_template(NAME, TEMPLATE)?;
    let blocks: Vec<Value> = report.blocks.iter().map(block_value).collect();
    let values = context! {
        title => report.title.clone(),
        subtitle => report.subtitle.clone(),
        blocks => blocks,
        footnotes => report.footnotes.clone(),
    };
    Ok(templates.get_template(NAME)?.render(values)?)
}

fn block_value(block: &Block) -> Value {
    match block {
        Block::Heading(text) => context! { kind => "heading", text => text },
        Block::Paragraph(text) => context! { kind => "paragraph", text => text },
        Block::Table(table) => table_value(table),
    }
}

fn table_value(table: &Table) -> Value {
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(|cell| cell.text()).collect()).collect();
    context! {
        kind => "table",
        title => table.title.clone(),
        subtitle => table.subtitle.clone(),
        columns => table.columns.clone(),
        rows => rows,
    }
}
