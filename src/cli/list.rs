//! `account`: the list and what stands in it.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows, refusal};
use crate::deeds::list::save_accounts;
use crate::domain::{Account, Moment};
use crate::import::{
    ACCOUNT_COLUMNS, AccountPlan, account_row, account_rows, csv_bytes, plan_accounts, workbook_bytes,
};
use crate::store::{answers, looks};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Changes that are printed; `--json` has all of them.
const PRINTED: usize = 50;

/// One account under the English names of the columns.
#[derive(Serialize)]
struct Listed {
    name: String,
    platform: String,
    handle: Option<String>,
    office: String,
    supervisor: String,
    operator_email: String,
    leader_email: String,
    supervisor_email: String,
    state: &'static str,
    opened_on: Option<String>,
    source: String,
    source_key: String,
    quota: Option<u32>,
}

/// Imports the list, whole or not at all.
pub(super) fn import(context: &Context, file: &Path, dry_run: bool, by: Option<&str>) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let sheets = refusal::open(file)?;
    refusal::no_check_sheet(file, &sheets)?;
    let known = context.accounts()?;
    let sources: Vec<&str> = context.config.sources.keys().map(String::as_str).collect();
    let plan =
        plan_accounts(&sheets, &known, &sources, now).map_err(|refused| refusal::explain(file, &sheets, &refused))?;
    if !dry_run {
        save(context, &plan, by.unwrap_or("命令行"), file, now)?;
    }
    tell(context, &plan, dry_run)?;
    Ok(Outcome::Done)
}

fn save(context: &Context, plan: &AccountPlan, by: &str, file: &Path, now: Moment) -> Result<(), CliError> {
    let (plan, by) = (plan.clone(), by.to_owned());
    let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    context.store()?.write(move |tx| save_accounts(tx, &plan, (&by, &file), now))?;
    Ok(())
}

fn tell(context: &Context, plan: &AccountPlan, dry_run: bool) -> Result<(), CliError> {
    for remark in &plan.remarks {
        crate::cli::print::errln!("提示：{remark}");
    }
    if context.json {
        let value = serde_json::json!({"dry_run": dry_run, "changes": plan.changes, "unchanged": plan.unchanged, "missing": plan.missing, "remarks": plan.remarks});
        return print_json(&value);
    }
    for change in plan.changes.iter().take(PRINTED) {
        outln!("{change}");
    }
    if plan.changes.len() > PRINTED {
        outln!("…另有{}个账号有变化（--json 可看全部）", plan.changes.len() - PRINTED);
    }
    let added = plan.changes.iter().filter(|change| change.added).count();
    outln!(
        "{}新增{added}个账号，修改{}个，{}个没有变化；台账中另有{}个账号不在这份文件里，保持原样",
        if dry_run { "只是预览，没有保存：将" } else { "已保存：" },
        plan.changes.len() - added,
        plan.unchanged,
        plan.missing
    );
    Ok(())
}

/// Writes the list in the form that an import reads.
pub(super) fn export(context: &Context, out: Option<&Path>) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    if context.json && out.is_none() {
        print_json(&listed(&accounts, context.clock.now()))?;
        return Ok(Outcome::Done);
    }
    let rows = account_rows(&accounts, context.clock.now());
    let is_book = out.and_then(Path::extension).is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_book {
        workbook_bytes("台账", &rows).map_err(|e| CliError::failed(format!("工作簿写不出来：{e}")))?
    } else {
        csv_bytes(&rows)
    };
    match out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|e| CliError::failed(format!("{} 写不出来：{e}", path.display())))?;
            crate::cli::print::errln!("已写出 {}（{}个账号）", path.display(), accounts.len());
        }
        // A closed pipe (`| head`) is no failure of ours.
        None => drop(std::io::stdout().write_all(&bytes)),
    }
    Ok(Outcome::Done)
}

impl Listed {
    fn of(account: &Account, now: Moment) -> Listed {
        let [name, platform, handle, office, supervisor, operator, leader, over, _, opened_on, source, source_key, _] =
            account_row(account, now);
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Listed {
            name,
            platform,
            handle: some(handle),
            office,
            supervisor,
            operator_email: operator,
            leader_email: leader,
            supervisor_email: over,
            state: account.state_at(now).word(),
            opened_on: some(opened_on),
            source,
            source_key,
            quota: account.quotas.last().map(|(_, quota)| *quota),
        }
    }
}

fn listed(accounts: &[Account], now: Moment) -> Vec<Listed> {
    accounts.iter().map(|account| Listed::of(account, now)).collect()
}

/// Lists the accounts.
pub(super) fn list(context: &Context) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    let now = context.clock.now();
    if context.json {
        print_json(&listed(&accounts, now))?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = accounts
        .iter()
        .map(|account| {
            let source = account.sources.iter().map(|of| of.source.as_str()).collect::<Vec<_>>().join(";");
            let office = if account.supervisor.is_empty() { &account.office } else { &account.supervisor };
            vec![
                account.name.clone(),
                account.platform.name().to_owned(),
                account.handle.clone().unwrap_or_default(),
                office.clone(),
                account.state_at(now).chinese().to_owned(),
                if source.is_empty() { "（人工核查）".to_owned() } else { source },
            ]
        })
        .collect();
    print_rows(&["账号名称", "平台", "账号标识", "单位", "状态", "来源"], &rows);
    outln!("共{}个账号", rows.len());
    Ok(Outcome::Done)
}

/// Shows all that is kept about one account.
pub(super) fn show(context: &Context, named: &str, platform: Option<&str>) -> Result<Outcome, CliError> {
    let account = context.account(named, platform)?;
    let now = context.clock.now();
    if context.json {
        print_json(&Listed::of(&account, now))?;
        return Ok(Outcome::Done);
    }
    for (name, value) in ACCOUNT_COLUMNS.iter().zip(account_row(&account, now)).filter(|(_, value)| !value.is_empty()) {
        outln!("{name}：{value}");
    }
    if !account.former_names.is_empty() {
        outln!("曾用名：{}", account.former_names.join("、"));
    }
    for change in account.states.iter().skip(1) {
        outln!("{}起：{}", beijing(change.from), change.state.chinese());
    }
    let proven = context.store()?.read(answers::proven)?;
    super::answer::addresses(&account, &proven).iter().for_each(|line| outln!("{line}"));
    for of in &account.sources {
        let recent = context.store()?.read(|conn| looks::recent(conn, account.id, &of.source, 3))?;
        for look in recent {
            outln!("{} 来源“{}”：{} {}", beijing(look.at), look.source, outcome(&look), look.advice);
        }
    }
    Ok(Outcome::Done)
}

/// How a stored look ended, in a clerk's words.
pub(super) fn outcome(look: &looks::LookRow) -> String {
    match (look.outcome.as_str(), look.class()) {
        ("complete", _) if look.first_check => "看清，列表为空（首次核对，请人工确认）".to_owned(),
        ("complete", _) => format!("看清，{}条，新{}条", look.rows, look.new_posts),
        ("partial", _) => format!("只看到一部分，{}条，新{}条", look.rows, look.new_posts),
        (_, Some(class)) => crate::rules::class_chinese(class).to_owned(),
        (other, None) => other.to_owned(),
    }
}
