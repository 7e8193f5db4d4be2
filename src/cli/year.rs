//! `letters year`: the configured ladders over a whole year of a made-up town.

use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::demo::year::{self, Plan, Promise};
use serde_json::json;

/// Most breaches that are printed of one promise.
const PRINTED: usize = 5;

/// Plays the year, prints the table and the promises; a broken one is a failure.
pub(super) fn run(context: &Context, plan: Plan) -> Result<Outcome, CliError> {
    let played = year::play(&context.config, plan);
    let (columns, rows) = played.table();
    if context.json {
        let promises: Vec<_> = played.promises.iter().map(as_json).collect();
        print_json(&json!({ "columns": columns, "rows": rows, "promises": promises }))?;
    } else {
        outln!(
            "{}年，{}个虚构的账号，口径 {}，种子 {}",
            plan.year,
            plan.accounts,
            context.config.profile.name,
            plan.seed
        );
        if !context.config.calendar.knows(plan.year) {
            outln!("{}年的放假安排未录入，按周一至周五上班演算", plan.year);
        }
        outln!();
        print_rows(&columns.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
        outln!();
        played.promises.iter().for_each(print);
    }
    if played.is_kept() {
        Ok(Outcome::Done)
    } else {
        Err(CliError::failed("有承诺没有做到（见上），请调整提醒阶梯"))
    }
}

fn print(promise: &Promise) {
    let mark = if promise.broken.is_empty() { "做到" } else { "没有做到" };
    outln!("{mark}：{}（核对{}处，{}处不符）", promise.words, promise.tried, promise.broken.len());
    for breach in promise.broken.iter().take(PRINTED) {
        outln!("    {breach}");
    }
}

fn as_json(promise: &Promise) -> serde_json::Value {
    json!({"key": promise.key, "words": promise.words, "tried": promise.tried, "broken": promise.broken})
}
