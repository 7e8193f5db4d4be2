//! `account`: the list and what stands in it.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows, refusal};
use crate::domain::{Account, Moment, Role};
use crate::import::{AccountPlan, csv_bytes, plan_accounts, workbook_bytes};
use crate::store::{accounts, looks, meta};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// The columns of an export, as an import understands them.
const COLUMNS: [&str; 13] = [
    "账号名称",
    "平台",
    "账号标识",
    "主办单位",
    "主管单位",
    "运维邮箱",
    "分管领导邮箱",
    "主管邮箱",
    "状态",
    "开设日期",
    "来源",
    "来源参数",
    "每周次数",
];

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    platform: &'a str,
    handle: Option<&'a str>,
    office: &'a str,
    supervisor: &'a str,
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
    let (rows, by) = (plan.save.clone(), by.to_owned());
    let detail = format!("{}：{}个账号有变化", file.file_name().unwrap_or_default().to_string_lossy(), rows.len());
    context.store()?.write(move |tx| {
        // Whoever gives up a name or a handle does so before another takes it.
        let (new, changed): (Vec<Account>, Vec<Account>) = rows.into_iter().partition(|account| account.id.0 == 0);
        for account in changed.iter().chain(&new) {
            accounts::save(tx, account)?;
        }
        meta::audit(tx, now, &by, "account.import", &detail)
    })?;
    Ok(())
}

fn tell(context: &Context, plan: &AccountPlan, dry_run: bool) -> Result<(), CliError> {
    for remark in &plan.remarks {
        eprintln!("提示：{remark}");
    }
    if context.json {
        let value = serde_json::json!({"dry_run": dry_run, "changes": plan.diff, "unchanged": plan.unchanged, "missing": plan.missing, "remarks": plan.remarks});
        return print_json(&value);
    }
    for line in plan.diff.iter().take(50) {
        outln!("{line}");
    }
    if plan.diff.len() > 50 {
        outln!("…另有{}处变化", plan.diff.len() - 50);
    }
    let head = if dry_run { "只是预览，没有保存：将" } else { "已保存：" };
    outln!(
        "{head}改动{}个账号，{}个没有变化；台账中另有{}个账号不在这份文件里，保持原样",
        plan.diff.len(),
        plan.unchanged,
        plan.missing
    );
    Ok(())
}

/// Writes the list in the form that an import reads.
pub(super) fn export(context: &Context, out: Option<&Path>) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    if context.json {
        print_json(&listed(&accounts, context.clock.now()))?;
        return Ok(Outcome::Done);
    }
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(accounts.iter().map(|account| row(account, context.clock.now())));
    let is_book = out.and_then(Path::extension).is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_book {
        workbook_bytes("台账", &rows).map_err(|e| CliError::failed(format!("工作簿写不出来：{e}")))?
    } else {
        csv_bytes(&rows)
    };
    match out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|e| CliError::failed(format!("{} 写不出来：{e}", path.display())))?
        }
        None => std::io::stdout().write_all(&bytes).map_err(|e| CliError::failed(format!("输出失败：{e}")))?,
    }
    Ok(Outcome::Done)
}

fn row(account: &Account, now: Moment) -> Vec<String> {
    let email = |role| crate::import::emails(&account.contacts, role);
    let joined =
        |part: fn(&crate::domain::SourceRef) -> &str| account.sources.iter().map(part).collect::<Vec<_>>().join(";");
    vec![
        account.name.clone(),
        account.platform.name().to_owned(),
        account.handle.clone().unwrap_or_default(),
        account.office.clone(),
        account.supervisor.clone(),
        email(Role::Operator),
        email(Role::Leader),
        email(Role::Supervisor),
        account.state_at(now).chinese().to_owned(),
        account.opened_on.map_or_else(String::new, |date| date.to_string()),
        joined(|of| &of.source),
        joined(|of| &of.key),
        account.quotas.last().map_or_else(String::new, |(_, quota)| quota.to_string()),
    ]
}

fn listed(accounts: &[Account], now: Moment) -> Vec<Listed<'_>> {
    let one = |account| {
        let account: &Account = account;
        let email = |role| crate::import::emails(&account.contacts, role);
        let joined = |part: fn(&crate::domain::SourceRef) -> &str| {
            account.sources.iter().map(part).collect::<Vec<_>>().join(";")
        };
        Listed {
            name: &account.name,
            platform: account.platform.name(),
            handle: account.handle.as_deref(),
            office: &account.office,
            supervisor: &account.supervisor,
            operator_email: email(Role::Operator),
            leader_email: email(Role::Leader),
            supervisor_email: email(Role::Supervisor),
            state: account.state_at(now).word(),
            opened_on: account.opened_on.map(|date| date.to_string()),
            source: joined(|of| &of.source),
            source_key: joined(|of| &of.key),
            quota: account.quotas.last().map(|(_, quota)| *quota),
        }
    };
    accounts.iter().map(one).collect()
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
        print_json(&listed(std::slice::from_ref(&account), now).pop())?;
        return Ok(Outcome::Done);
    }
    for (name, value) in COLUMNS.iter().zip(row(&account, now)).filter(|(_, value)| !value.is_empty()) {
        outln!("{name}：{value}");
    }
    if !account.former_names.is_empty() {
        outln!("曾用名：{}", account.former_names.join("、"));
    }
    for change in account.states.iter().skip(1) {
        outln!("{}起：{}", beijing(change.from), change.state.chinese());
    }
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
