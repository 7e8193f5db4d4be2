//! `report table`: tables that come from elsewhere, in and out again, all of a file or nothing.

use super::evidence::tell;
use super::print::beijing;
use super::tables_args::{TableImportArgs, TableName, TableVerb};
use super::{CliError, Context, Outcome, outln, print_json, print_rows, refusal};
use crate::domain::Period;
use crate::import::{FormAsk, FormPlan, Refusal, csv_bytes, form_book, plan_form};
use crate::report::{Block, Format, Meta, Report, render};
use crate::rules::Profile;
use crate::store::attachments::{self, KeptAttachment};
use crate::store::meta;
use crate::tables::{Attachment, Form, Style};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What Excel forbids in the name of a sheet, which a table's name becomes.
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// Longest name of a table, in characters: a sheet's name has 31.
const LONGEST: usize = 20;

/// `report table …`
pub(super) fn run(context: &Context, verb: TableVerb) -> Result<Outcome, CliError> {
    match verb {
        TableVerb::Import(args) => import(context, &args),
        TableVerb::List { period } => list(context, period.as_deref()),
        TableVerb::Show(which) => show(context, &Which::read(&which)?),
        TableVerb::Remove { which, by } => remove(context, Which::read(&which)?, by),
        TableVerb::Template { kind, out } => template(form(&kind)?, out),
    }
}

/// The table that is meant.
struct Which {
    period: Period,
    form: &'static Form,
    name: String,
}

impl Which {
    fn read(args: &TableName) -> Result<Which, CliError> {
        let name = args.name.trim().to_owned();
        let odd = name.chars().any(|c| c.is_control() || FORBIDDEN.contains(&c));
        if odd || name.chars().count() > LONGEST {
            let why = format!("--name 最多{LONGEST}个字，不能有 [ ] : * ? / \\");
            return Err(CliError::usage(why));
        }
        Ok(Which { period: month_or_quarter(&args.period)?, form: form(&args.kind)?, name })
    }

    fn title(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!("“{}”", self.name) };
        format!("{} {}{name}", self.period, self.form.chinese)
    }

    fn is(&self, table: &Attachment) -> bool {
        (table.period, table.form, &table.name) == (self.period, self.form, &self.name)
    }
}

/// Months and quarters have attachments, weeks have none.
pub(super) fn month_or_quarter(text: &str) -> Result<Period, CliError> {
    let period = Period::parse(text).filter(|period| !matches!(period, Period::Week(_)));
    period.ok_or_else(|| CliError::usage(format!("看不懂周期“{text}”，请写成 2022-06 或 2022-Q2")))
}

fn form(kind: &str) -> Result<&'static Form, CliError> {
    let known = || Form::all().map(|form| form.chinese).collect::<Vec<_>>().join("、");
    Form::find(kind.trim()).ok_or_else(|| CliError::usage(format!("没有“{kind}”这种附表，可以写的有：{}", known())))
}

fn import(context: &Context, args: &TableImportArgs) -> Result<Outcome, CliError> {
    let which = Which::read(&args.which)?;
    let profile = context.profile(args.profile.as_deref())?;
    let (plan, file) = match (&args.file, which.form.is_blank) {
        (None, true) => (blank(), String::new()),
        (Some(file), false) => (read(file, args, &which, &profile)?, name_of(file)),
        (None, false) => return Err(CliError::usage("请写要导入的文件；空表可用 report table template 写出")),
        (Some(_), true) => {
            let cure = "填好的联系表请用 contact import 导入";
            return Err(CliError::usage(format!("“{}”是给各单位填写的空表，不用写文件；{cure}", which.form.chinese)));
        }
    };
    refuse_look_alike(context, &which)?;
    tell(&plan.remarks);
    let remarks = plan.remarks.clone();
    let kept = KeptAttachment { table: table(args, &which, plan), file, by: args.by.clone(), at: context.clock.now() };
    if args.dry_run {
        return say_dry(context, &kept, &profile);
    }
    let (title, rows, copy) = (which.title(), kept.table.rows.len(), kept.clone());
    let detail = format!("{title} {rows}行（{}）{}", kept.file, if args.as_printed { "，照原表" } else { "" });
    let replaced = context.store()?.write(move |tx| {
        let replaced = attachments::keep(tx, &copy)?;
        meta::audit(tx, copy.at, &copy.by, "table.import", &detail)?;
        Ok(replaced)
    })?;
    if context.json {
        print_json(&json!({"period": which.period.to_string(), "kind": which.form.chinese, "name": which.name,
            "rows": rows, "replaced": replaced, "remarks": remarks}))?;
    } else {
        let word = if replaced { "，替换了以前导入的" } else { "" };
        outln!("已导入 {title}：{rows}行{word}");
    }
    Ok(Outcome::Done)
}

/// Two names that differ in their case alone would be one sheet.
fn refuse_look_alike(context: &Context, which: &Which) -> Result<(), CliError> {
    let kept = context.store()?.read(|conn| attachments::of(conn, which.period))?;
    let like = |table: &&Attachment| {
        table.form == which.form && table.name != which.name && table.name.to_lowercase() == which.name.to_lowercase()
    };
    match kept.iter().find(like) {
        Some(table) => Err(CliError::usage(format!("与已有的“{}”只有大小写不同，请换一个 --name", table.name))),
        None => Ok(()),
    }
}

fn blank() -> FormPlan {
    FormPlan { rows: Vec::new(), headings: Default::default(), note: None, remarks: Vec::new() }
}

fn read(file: &Path, args: &TableImportArgs, which: &Which, profile: &Profile) -> Result<FormPlan, CliError> {
    let mut sheets = refusal::open(file)?;
    if let Some(name) = &args.sheet {
        sheets.retain(|sheet| sheet.name == *name);
        if sheets.is_empty() {
            return Err(CliError::failed(format!("{}：没有名为“{name}”的工作表，请核对 --sheet", file.display())));
        }
    }
    let ask = FormAsk {
        form: which.form,
        period: which.period,
        rules: &profile.tables,
        digits: profile.digits(),
        as_printed: args.as_printed,
    };
    plan_form(&sheets, ask).map_err(|refused| refusal::explain(file, &sheets, &with_cure(refused, which.form)))
}

/// Whoever brought a file without the headings is told where to find them.
fn with_cure(refused: Refusal, form: &Form) -> Refusal {
    match refused {
        Refusal::Unreadable(why) if why.starts_with("找不到表头") => {
            Refusal::Unreadable(format!("{why}；正确的表头可用 report table template --kind {} 写出", form.chinese))
        }
        other => other,
    }
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
    let table = kept.iter().find(|table| which.is(table)).ok_or_else(|| missing(which, &kept))?;
    outln!("{}", printed(context, table, &profile)?.trim_end());
    Ok(Outcome::Done)
}

fn missing(which: &Which, kept: &[Attachment]) -> CliError {
    let known: Vec<String> = kept.iter().map(Attachment::key).collect();
    let known = if known.is_empty() {
        "这个周期还没有附表".to_owned()
    } else {
        format!("有的是：{}", known.join("、"))
    };
    CliError::failed(format!("没有 {} 这张附表；{known}", which.title()))
}

fn remove(context: &Context, which: Which, by: String) -> Result<Outcome, CliError> {
    let (now, title, store) = (context.clock.now(), which.title(), context.store()?);
    let kept = store.read(|conn| attachments::of(conn, which.period))?;
    let detail = title.clone();
    let (period, form, name) = (which.period, which.form, which.name.clone());
    let removed = store.write(move |tx| {
        let removed = attachments::remove(tx, period, form, &name)?;
        if removed {
            meta::audit(tx, now, &by, "table.remove", &detail)?;
        }
        Ok(removed)
    })?;
    if !removed {
        return Err(missing(&which, &kept));
    }
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
