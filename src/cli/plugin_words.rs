//! What `plugin test` prints.

use super::outln;
use super::plugin::{Phase, Report, breaches, failed, remarks};
use crate::poll::TrialRun;
use crate::trial::{ended as look_ended, post_in_words, proves};
use cuigeng_adapters::exec::{Description, Ended};
use cuigeng_adapters::{Failure, Mask, Outcome as Looked};

/// Rows that are shown of each account.
const ROWS: usize = 3;

/// Prints the whole test.
pub(super) fn print(report: &Report<'_>, mask: &Mask) {
    outln!("采集程序“{}”", report.source.name);
    let describe = &report.describe;
    head("describe", describe.took_s, &describe.said.ended);
    match &describe.said.word {
        Ok(told) => description(told, mask),
        Err(failure) => trouble(failure, mask),
    }
    tail(&describe.said.stderr, mask);
    let check = &report.check;
    head("check", check.took_s, &check.said.ended);
    match &check.said.word {
        Ok(words) if words.is_empty() => outln!("  ✓ 登录有效"),
        Ok(words) => outln!("  ✓ 登录有效：{}", mask.hide(words)),
        Err(failure) => trouble(failure, mask),
    }
    tail(&check.said.stderr, mask);
    match &report.list {
        Some(phase) => list(report, phase, mask),
        None => outln!("list：没有试，台账里没有账号用它，也没有写 --id"),
    }
    odd_lines(report, mask);
    verdict(report);
}

fn head(verb: &str, took_s: i64, ending: &Ended) {
    outln!("{verb}：用时{took_s}秒，{}", ended(ending));
}

/// How a process ended.
pub(super) fn ended(ended: &Ended) -> String {
    match ended {
        Ended::Exit(Some(0)) => "正常结束".to_owned(),
        Ended::Exit(Some(code)) => format!("以退出码{code}结束"),
        Ended::Exit(None) => "被信号结束".to_owned(),
        Ended::Timeout("first line") => "启动后迟迟没有第一行输出（first_line_s），已被结束".to_owned(),
        Ended::Timeout("between lines") => "两行输出之间隔得太久（idle_s），已被结束".to_owned(),
        Ended::Timeout(_) => "超过整次运行的时限（timeout_s），已被结束".to_owned(),
        Ended::Fault => "输出了不合协议的行（不是 JSON 对象、不是 UTF-8 或太长），已被结束".to_owned(),
        Ended::NotStarted(_) => "没能启动".to_owned(),
    }
}

fn description(told: &Description, mask: &Mask) {
    outln!("  名称 {} {}，协议第{}版", mask.hide(&told.name), mask.hide(&told.version), told.protocol);
    if !told.platforms.is_empty() {
        outln!("  平台 {}", mask.hide(&told.platforms.join("、")));
    }
    if !told.id_hint.is_empty() {
        outln!("  标识 {}", mask.hide(&told.id_hint));
    }
    if let Some(most) = told.batch_max {
        outln!("  一次最多{most}个账号");
    }
}

fn trouble(failure: &Failure, mask: &Mask) {
    outln!("  ✗ {}", mask.hide(&failure.to_string()));
    if !failure.advice.is_empty() {
        outln!("    办法：{}", mask.hide(&failure.advice));
    }
}

fn tail(stderr: &str, mask: &Mask) {
    if !stderr.trim().is_empty() {
        outln!("  标准错误输出（最后一部分）：");
        mask.hide(stderr).trim_end().lines().for_each(|line| outln!("  | {line}"));
    }
}

fn list(report: &Report<'_>, phase: &Phase<TrialRun>, mask: &Mask) {
    let run = &phase.said.run;
    head("list", phase.took_s, &run.ended);
    for ((seen, (account, of)), ask) in run.looks.iter().zip(&report.accounts).zip(&phase.said.asks) {
        outln!("  {}，标识 {}，要求看到 {}", account.title(), of.key, super::beijing(ask.since));
        outln!("    {}；看清的时段 {}", look_ended(seen), proves(seen));
        if let Looked::Failed(failure) = &seen.outcome {
            outln!("    ✗ {}", mask.hide(&failure.to_string()));
        }
        for row in seen.rows.iter().take(ROWS) {
            outln!("    · {}", mask.hide(&post_in_words(row)));
        }
        if seen.rows.len() > ROWS {
            outln!("    · ……共{}条", seen.rows.len());
        }
    }
    tail(&run.stderr, mask);
}

fn odd_lines(report: &Report<'_>, mask: &Mask) {
    for (verb, remark) in remarks(report) {
        let what = if remark.what.is_empty() { String::new() } else { format!("：{}", mask.hide(&remark.what)) };
        outln!("{verb} 第{}行 {}{what}", remark.line, remark.odd.chinese());
    }
}

fn verdict(report: &Report<'_>) {
    let breaches = breaches(report);
    if !breaches.is_empty() {
        outln!("结论：不符合采集协议第1版");
        breaches.iter().for_each(|breach| outln!("  ✗ {breach}"));
    } else if report.list.is_none() {
        outln!("结论：describe、check 符合采集协议第1版，list 没有试");
    } else {
        let failed = failed(report);
        let but = if failed > 0 { format!("，但有{failed}个账号没有看成") } else { String::new() };
        outln!("结论：符合采集协议第1版{but}");
    }
    outln!("以上只是试运行，没有保存。");
}
