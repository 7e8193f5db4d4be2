//! `contact`: the people of offices, on a sheet of their own.

use super::people_args::{ContactVerb, ReplaceArgs};
use super::{CliError, Context, Outcome, outln, print_json, print_rows, refusal, replace};
use crate::deeds::list::save_contacts;
use crate::domain::{Account, Moment, Person};
use crate::import::{ContactPlan, contact_rows, csv_bytes, plan_contacts, workbook_bytes};
use crate::store::{answers, contacts};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Changes that are printed; `--json` has all of them.
const PRINTED: usize = 50;

/// `contact …`
pub(super) fn run(context: &Context, verb: ContactVerb) -> Result<Outcome, CliError> {
    match verb {
        ContactVerb::Import { file, dry_run, by } => import(context, &file, dry_run, by.as_deref()),
        ContactVerb::Export { out } => export(context, out.as_deref()),
        ContactVerb::List { all } => list(context, all),
        ContactVerb::Replace(ReplaceArgs { old, new, from, by, office, past, way }) => {
            replace::run(context, replace::read(context, old, new, &from, by, (office, past), way)?)
        }
    }
}

/// Everybody on the sheet.
pub(super) fn everybody(context: &Context) -> Result<Vec<Person>, CliError> {
    Ok(context.store()?.read(contacts::everybody)?)
}

fn import(context: &Context, file: &Path, dry_run: bool, by: Option<&str>) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let sheets = refusal::open(file)?;
    refusal::no_check_sheet(file, &sheets)?;
    let (known, accounts) = (everybody(context)?, context.accounts()?);
    let plan =
        plan_contacts(&sheets, &known, &accounts).map_err(|refused| refusal::explain(file, &sheets, &refused))?;
    if !dry_run {
        save(context, &plan, by.unwrap_or("命令行"), file, now)?;
    }
    tell(context, &plan, dry_run)?;
    Ok(Outcome::Done)
}

fn save(context: &Context, plan: &ContactPlan, by: &str, file: &Path, now: Moment) -> Result<(), CliError> {
    let (plan, by) = (plan.clone(), by.to_owned());
    let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    context.store()?.write(move |tx| save_contacts(tx, &plan, (&by, &file), now))?;
    Ok(())
}

fn tell(context: &Context, plan: &ContactPlan, dry_run: bool) -> Result<(), CliError> {
    for remark in &plan.remarks {
        eprintln!("提示：{remark}");
    }
    if context.json {
        return print_json(
            &json!({"dry_run": dry_run, "changes": plan.changes, "unchanged": plan.unchanged, "remarks": plan.remarks}),
        );
    }
    for change in plan.changes.iter().take(PRINTED) {
        outln!("{change}");
    }
    if plan.changes.len() > PRINTED {
        outln!("…另有{}人有变化（--json 可看全部）", plan.changes.len() - PRINTED);
    }
    let added = plan.changes.iter().filter(|change| change.added).count();
    outln!(
        "{}新增{added}人，修改{}人，{}人没有变化；文件里没有的人保持原样",
        if dry_run { "只是预览，没有保存：将" } else { "已保存：" },
        plan.changes.len() - added,
        plan.unchanged
    );
    Ok(())
}

fn export(context: &Context, out: Option<&Path>) -> Result<Outcome, CliError> {
    let (people, accounts) = (everybody(context)?, context.accounts()?);
    if context.json && out.is_none() {
        print_json(&people.iter().map(|person| as_json(person, &accounts)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows = contact_rows(&people, &accounts);
    let is_book = out.and_then(Path::extension).is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_book {
        workbook_bytes("联系人", &rows).map_err(|e| CliError::failed(format!("工作簿写不出来：{e}")))?
    } else {
        csv_bytes(&rows)
    };
    match out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|e| CliError::failed(format!("{} 写不出来：{e}", path.display())))?;
            eprintln!("已写出 {}（{}人）", path.display(), people.len());
        }
        // A closed pipe (`| head`) is no failure of ours.
        None => drop(std::io::stdout().write_all(&bytes)),
    }
    Ok(Outcome::Done)
}

/// Whoever serves today, or everybody.
fn list(context: &Context, all: bool) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    let today = context.clock.now().date();
    let mut people = everybody(context)?;
    let total = people.len();
    people.retain(|person| all || !person.left_by(today));
    if context.json {
        print_json(&people.iter().map(|person| as_json(person, &accounts)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let proven = context.store()?.read(answers::proven)?;
    let rows: Vec<Vec<String>> = people.iter().map(|person| row(person, &accounts, &proven)).collect();
    print_rows(&["单位", "姓名", "角色", "职务", "手机", "固话", "邮箱", "任职", "负责"], &rows);
    let left = total - people.len();
    let beside = if left > 0 { format!("，另有{left}人已离任（加 --all 查看）") } else { String::new() };
    outln!("共{}人{beside}", people.len());
    Ok(Outcome::Done)
}

/// An address is 未确认 until a letter to it was answered.
fn emails(person: &Person, proven: &BTreeMap<String, Moment>) -> String {
    let one =
        |email: &String| if proven.contains_key(email) { email.clone() } else { format!("{email}（未确认）") };
    person.emails.iter().map(one).collect::<Vec<_>>().join(";")
}

fn row(person: &Person, accounts: &[Account], proven: &BTreeMap<String, Moment>) -> Vec<String> {
    let account = accounts.iter().find(|account| Some(account.id) == person.account);
    let term = match (person.from, person.to) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{from}起"),
        (None, Some(to)) => format!("至{to}"),
        (Some(from), Some(to)) => format!("{from}至{to}"),
    };
    vec![
        person.office.clone(),
        person.name.clone(),
        person.role_chinese(),
        person.post.clone(),
        person.mobile.clone(),
        person.landline.clone(),
        emails(person, proven),
        term,
        account.map_or_else(|| "单位全部账号".to_owned(), Account::title),
    ]
}

fn as_json(person: &Person, accounts: &[Account]) -> serde_json::Value {
    let account = accounts.iter().find(|account| Some(account.id) == person.account);
    json!({
        "office": person.office, "name": person.name, "role": person.role.word(), "shift": person.shift.word(),
        "post": person.post, "mobile": person.mobile, "landline": person.landline, "email": person.emails,
        "qq": person.qq, "from": person.from, "to": person.to,
        "account": account.map(|account| &account.name), "platform": account.map(|account| account.platform.name()),
    })
}
