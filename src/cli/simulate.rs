//! `simulate`: a profile over stored history, and what it would change. Nothing is stored, nothing is sent.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::domain::{Account, AccountId, Moment};
use crate::rules::{AccountResult, Grade, Profile, Verdict};
use crate::simulate::{CAVEATS, Change, Compared, Simulated, checks_in, simulate};
use clap::Args;
use cuigeng_adapters::time::parse_date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What `simulate` takes.
#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// 要试的检查口径：通用、国办、开封、济源、偃师，或自己的
    #[arg(long, value_name = "P")]
    pub profile: String,
    /// 从哪一天起的检查
    #[arg(long, value_name = "D")]
    pub since: String,
    /// 到哪一天为止（含）；不写就到现在
    #[arg(long, value_name = "D")]
    pub until: Option<String>,
}

/// Compares the profile with the one in force over every check held in the span.
pub(super) fn run(context: &Context, args: &SimulateArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let (since, until) = span(args, now)?;
    let other = context.profile(Some(&args.profile))?;
    let checks = checks_in(&context.config, since, until);
    if checks.is_empty() {
        let said = format!("{}至{}没有检查，没有可比的；请改 --since、--until", beijing(since), beijing(until));
        return Err(CliError::failed(said));
    }
    let store = context.store()?;
    let force = &context.config.profile;
    let found = store.read(|conn| simulate(conn, &context.config, (force, &other), &checks, now))?;
    let accounts: BTreeMap<AccountId, Account> =
        context.accounts()?.into_iter().map(|account| (account.id, account)).collect();
    let said = Said { force, other: &other, accounts, found };
    if context.json {
        print_json(&said.as_json())?;
    } else {
        said.print();
    }
    Ok(Outcome::Done)
}

/// From the first day to the end of the last, never beyond now.
fn span(args: &SimulateArgs, now: Moment) -> Result<(Moment, Moment), CliError> {
    let date = |text: &str| {
        parse_date(text)
            .map(Moment::start_of)
            .ok_or_else(|| CliError::usage(format!("看不懂日期“{text}”，请写成 2022-04-01")))
    };
    let since = date(&args.since)?;
    let until = args.until.as_deref().map(date).transpose()?.map_or(now.plus(1), |day| day.plus_days(1));
    if since >= until {
        return Err(CliError::usage("--since 不能晚于 --until"));
    }
    if since > now {
        return Err(CliError::usage(format!("{}还没有到，没有可以试算的检查", args.since)));
    }
    Ok((since, until.min(now.plus(1))))
}

struct Said<'a> {
    force: &'a Profile,
    other: &'a Profile,
    accounts: BTreeMap<AccountId, Account>,
    found: Simulated,
}

impl Said<'_> {
    fn print(&self) {
        let checks = &self.found.checks;
        outln!("试算口径“{}”，与现行口径“{}”对比，检查{}次", self.other.name, self.force.name, checks.len());
        CAVEATS.iter().for_each(|said| outln!("{said}"));
        for from in self.other.rules.iter().filter_map(|rule| rule.from) {
            outln!("口径“{}”里自{from}起的规则，试算时当作一直有效。", self.other.name);
        }
        for (check, compared) in checks {
            self.print_one(&format!("检查 {}", beijing(check.at)), compared);
        }
        self.print_one("合在一起，如同一份通报", &self.found.total);
    }

    fn print_one(&self, title: &str, compared: &Compared) {
        outln!("\n{title}：{}", compared.standing());
        if compared.changes.is_empty() {
            outln!("没有账号变动");
            return;
        }
        let rows: Vec<Vec<String>> = compared.changes.iter().filter_map(|change| self.row(change)).collect();
        print_rows(&["账号名称", "平台", "现行", "试算", "依据"], &rows);
    }

    fn row(&self, change: &Change) -> Option<Vec<String>> {
        let account = self.accounts.get(&change.account)?;
        let (before, after) = (change.before.grade, change.after.grade);
        Some(vec![
            account.name.clone(),
            account.platform.name().to_owned(),
            before.chinese().to_owned(),
            after.chinese().to_owned(),
            change.why(),
        ])
    }

    fn as_json(&self) -> Value {
        let checks = self.found.checks.iter().map(|(check, compared)| {
            let mut one = self.compared(compared);
            one["check"] = json!(check.at);
            one
        });
        json!({
            "profile": self.other.name,
            "against": self.force.name,
            "newest_rules_held_all_along": true,
            "checks": checks.collect::<Vec<Value>>(),
            "total": self.compared(&self.found.total),
        })
    }

    fn compared(&self, compared: &Compared) -> Value {
        let changes = compared.changes.iter().filter_map(|change| {
            let account = self.accounts.get(&change.account)?;
            Some(json!({
                "account": account.name,
                "platform": account.platform.name(),
                "handle": account.handle,
                "before": result(&change.before),
                "after": result(&change.after),
            }))
        });
        let counts = |of: &BTreeMap<Grade, usize>| -> Value {
            Grade::ALL.iter().map(|grade| (grade.word().to_owned(), json!(of.get(grade).unwrap_or(&0)))).collect()
        };
        json!({
            "before": counts(&compared.before),
            "after": counts(&compared.after),
            "changes": changes.collect::<Vec<_>>(),
        })
    }
}

fn result(result: &AccountResult) -> Value {
    let one = |verdict: &Verdict| {
        json!({
            "rule": verdict.rule,
            "kind": verdict.kind.word(),
            "seen": verdict.kind.seen(),
            "required": verdict.required,
            "window": {"from": verdict.window.from, "until": verdict.window.until},
        })
    };
    let found: Vec<Value> = result.findings().into_iter().map(one).collect();
    json!({"grade": result.grade.word(), "score": result.score, "findings": found})
}
