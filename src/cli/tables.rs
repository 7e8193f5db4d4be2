//! `report table`: tables that come from elsewhere, in and out again, all of a file or nothing.

use super::evidence::tell;
use super::print::beijing;
use super::tables_args::{TableImportArgs, TableName, TableVerb};
use super::{CliError, Context, Outcome, outln, print_json, print_rows, refusal};
use crate::deeds::table::{self as deeds, Which};
use crate::domain::Period;
use crate::import::{FormPlan, csv_bytes, form_book};
use crate::report::{Block, Format, Meta, Report, render};
use crate::rules::Profile;
use crate::store::attachments::{self, KeptAttachment};
use crate::tables::{Attachment, Form, Style};
use serde_json::json;
use std::path::{Path, PathBuf};

/// `report table …`
pub(super) fn run(context: &Context, verb: TableVerb) -> Result<Outcome, CliError> {
    match verb {
        TableVerb::Import(args) => import(context, &args),
        TableVerb::List { period } => list(context, period.as_deref()),
        TableVerb::Show(which) => show(context, &self::which(&which)?),
        TableVerb::Remove { which, by } => remove(context, self::which(&which)?, by),
        TableVerb::Template { kind, out } => template(deeds::form(&kind)?, out),
    }
}

fn which(args: &TableName) -> Result<Which, CliError> {
    Ok(Which::read(month_or_quarter(&args.period)?, &args.kind, &args.name)?)
}

/// Months and quarters have attachments, weeks have none.
pub(super) fn month_or_quarter(text: &str) -> Result<Period, CliError> {
    let period = Period::parse(text).filter(|period| !matches!(period, Period::Week(_)));
    period.ok_or_else(|| CliError::usage(format!("看不懂周期“{text}”，请写成 2022-06 或 2022-Q2")))
}

fn import(context: &Context, args: &TableImportArgs) -> Result<Outcome, CliError> {
    let which = which(&args.which)?;
    let profile = context.profile(args.profile.as_deref())?;
    let (plan, file) = match (&args.file, which.form.is_blank) {
        (None, true) => (deeds::blank(), String::new()),
        (Some(file), false) => (read(file, args, &which, &profile)?, name_of(file)),
        (None, false) => return Err(CliError::usage("请写要导入的文件；空表可用 report table template 写出")),
        (Some(_), true) => {
            let cure = "填好的联系表请用 contact import 导入";
            return Err(CliError::usage(format!("“{}”是给各单位填写的空表，不用写文件；{cure}", which.form.chinese)));
        }
    };
    let others = context.store()?.read(|conn| attachments::of(conn, which.period))?;
    deeds::unlike(&which, &others)?;
    tell(&plan.remarks);
    let remarks = plan.remarks.clone();
    let kept = KeptAttachment { table: table(args, &which, plan), file, by: args.by.clone(), at: context.clock.now() };
    if args.dry_run {
        return say_dry(context, &kept, &profile);
    }
    let (title, rows) = (which.title(), kept.table.rows.len());
    let replaced = context.store()?.attempt(move |tx| deeds::keep(tx, &kept))?;
    if context.json {
        print_json(&json!({"period": which.period.to_string(), "kind": which.form.chinese, "name": which.name,
            "rows": rows, "replaced": replaced, "remarks": remarks}))?;
    } else {
        let word = if replaced { "，替换了以前导入的" } else { "" };
        outln!("已导入 {title}：{rows}行{word}");
    }
    Ok(Outcome::Done)
}

fn read(file: &Path, args: &TableImportArgs, which: &Which, profile: &Profile) -> Result<FormPlan, CliError> {
    let mut sheets = refusal::open(file)?;
    if let Some(name) = &args.sheet {
        sheets.retain(|sheet| sheet.name == *name);
        if sheets.is_empty() {
            return Err(CliError::failed(format!("{}：没有名为“{name}”的工作表，请核对 --sheet", file.display())));
        }
    }
    let planned = deeds::plan(&sheets, which, profile, args.as_printed);
    planned.map_err(|refused| refusal::explain(file, &sheets, &refused))
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn table(args: &TableImportArgs, which: &Which, plan: FormPlan) -> Attachment {
    Attachment {
        form: which.form,
        period: which.period,
        name: which.name.clone(),
        place: args.place.map_or(0, i64::from),
        title: args.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned),
        headings: plan.headings,
        note: plan.note,
        as_printed: args.as_printed,
        rows: plan.rows,
    }
}

/// The report of one table alone, as text.
fn printed(context: &Context, table: &Attachment, profile: &Profile) -> Result<String, CliError> {
    let style = Style { rules: &profile.tables, digits: profile.digits(), checks: None };
    let table_printed = table.table(style);
    let report = Report {
        title: table_printed.title.clone(),
        subtitle: None,
        blocks: vec![Block::Table(crate::report::Table { title: String::new(), ..table_printed })],
        footnotes: Vec::new(),
        paper: None,
        meta: Meta { period: table.period, profile: profile.name.clone(), generated_at: context.clock.now() },
    };
    let format = if context.json { Format::Json } else { Format::Text };
    let bytes = render(&report, format).map_err(|e| CliError::failed(format!("附表写不出来：{e}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn say_dry(context: &Context, kept: &KeptAttachment, profile: &Profile) -> Result<Outcome, CliError> {
    let text = printed(context, &kept.table, profile)?;
    if !context.json {
        outln!("只是预览，没有保存：");
    }
    outln!("{}", text.trim_end());
    Ok(Outcome::Done)
}

fn list(context: &Context, period: Option<&str>) -> Result<Outcome, CliError> {
    let period = period.map(month_or_quarter).transpose()?;
    let kept = context.store()?.read(|conn| attachments::list(conn, period))?;
    if context.json {
        let row = |one: &KeptAttachment| {
            json!({"period": one.table.period.to_string(), "kind": one.table.form.chinese, "name": one.table.name,
                "rows": one.table.rows.len(), "as_printed": one.table.as_printed, "file": one.file, "by": one.by,
                "at": one.at})
        };
        print_json(&kept.iter().map(row).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    if kept.is_empty() {
        outln!("没有导入过附表；用 report table import 导入");
        return Ok(Outcome::Done);
    }
    let row = |one: &KeptAttachment| {
        let printed = if one.table.as_printed { "照原表" } else { "" };
        let (table, rows) = (&one.table, one.table.rows.len().to_string());
        let (period, kind) = (table.period.to_string(), table.form.chinese.to_owned());
        vec![
            period,
            kind,
            table.name.clone(),
            rows,
            printed.to_owned(),
            one.by.clone(),
            beijing(one.at),
            one.file.clone(),
        ]
    };
    print_rows(
        &["周期", "种类", "名称", "行数", "备注", "经手人", "导入时间", "文件"],
        &kept.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(Outcome::Done)
}

fn show(context: &Context, which: &Which) -> Result<Outcome, CliError> {
    let profile = context.profile(None)?;
    let kept = context.store()?.read(|conn| attachments::of(conn, which.period))?;
    let table = kept.iter().find(|table| which.is(table)).ok_or_else(|| deeds::missing(which, &kept))?;
    outln!("{}", printed(context, table, &profile)?.trim_end());
    Ok(Outcome::Done)
}

fn remove(context: &Context, which: Which, by: String) -> Result<Outcome, CliError> {
    let (now, title) = (context.clock.now(), which.title());
    context.store()?.attempt(move |tx| deeds::remove(tx, &which, &by, now))?;
    outln!("已去掉 {title}");
    Ok(Outcome::Done)
}

fn template(form: &Form, out: Option<PathBuf>) -> Result<Outcome, CliError> {
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{}.xlsx", form.chinese)));
    let headings: Vec<String> = form.columns.iter().map(|column| column.written()[0].to_owned()).collect();
    let ending = out.extension().map(|ending| ending.to_ascii_lowercase());
    let bytes = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("csv") => csv_bytes(&[headings]),
        Some("xlsx") => form_book(form).map_err(|e| CliError::failed(format!("空表写不出来：{e}")))?,
        _ => return Err(CliError::usage(format!("空表只能写成 .xlsx 或 .csv 文件，请改 --out：{}", out.display()))),
    };
    super::words::write_new(&out, &bytes)?;
    outln!("已写出 {}", out.display());
    Ok(Outcome::Done)
}
