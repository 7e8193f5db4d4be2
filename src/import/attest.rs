//! Plans attestations from a file: a person looked at an account over a span.

use super::header::{self, Column, Found};
use super::resolve::Resolver;
use super::{BadRow, Refusal, Row, Sheet, times};
use crate::domain::{Account, AccountId, Moment};

const COLUMNS: &[Column] = &[
    Column { aliases: &["账号名称", "account", "账号", "name"], required: true },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle"], required: false },
    Column { aliases: &["起", "from", "开始", "开始时间"], required: true },
    Column { aliases: &["止", "to", "结束", "结束时间", "until"], required: false },
    Column { aliases: &["核查人", "by"], required: true },
];

const ACCOUNT: usize = 0;
const PLATFORM: usize = 1;
const HANDLE: usize = 2;
const FROM: usize = 3;
const TO: usize = 4;
const BY: usize = 5;

/// One attestation to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAttestation {
    /// Whose.
    pub account: AccountId,
    /// First moment of the span; a date alone is its 00:00.
    pub from: Moment,
    /// First moment after it; a date alone is its 00:00, blank is now.
    pub to: Moment,
    /// Who looked.
    pub by: String,
}

/// Plans the import of a file.
///
/// # Errors
/// Every bad row, or that there is no table; then nothing is to be applied.
pub fn plan_attestations(sheets: &[Sheet], known: &[Account], now: Moment) -> Result<Vec<PlannedAttestation>, Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    let resolver = Resolver::new(known);
    let mut bad = Vec::new();
    let mut planned = Vec::new();
    for row in found.rows {
        match read(&found, row, &resolver, now) {
            Ok(attestation) => planned.push(attestation),
            Err(faults) => bad.extend(faults),
        }
    }
    if bad.is_empty() { Ok(planned) } else { Err(Refusal::Rows(bad)) }
}

fn read(found: &Found<'_>, row: &Row, resolver: &Resolver<'_>, now: Moment) -> Result<PlannedAttestation, Vec<BadRow>> {
    let text = |column| found.text(row, column);
    let mut bad = Vec::new();
    let mut fail = |column: usize, why: &str| bad.push(BadRow::new(row, found.name(column), text(column), why));
    let account = resolver.find(text(ACCOUNT), text(HANDLE), text(PLATFORM)).map_err(|why| fail(ACCOUNT, &why)).ok();
    let from = times::moment(text(FROM));
    let to = if text(TO).is_empty() { Some(now) } else { times::moment(text(TO)) };
    for (column, moment) in [(FROM, from), (TO, to)] {
        if moment.is_none() {
            fail(column, "时间请写成 2022-06-07 或 2022-06-07 09:05");
        }
    }
    if let (Some(from), Some(to)) = (from, to)
        && let Err(why) = check_span(from, to, now)
    {
        fail(TO, &why);
    }
    if text(BY).is_empty() {
        fail(BY, "必须写核查人姓名");
    }
    match (account, from, to) {
        (Some(account), Some(from), Some(to)) if bad.is_empty() => {
            Ok(PlannedAttestation { account: account.id, from, to, by: text(BY).to_owned() })
        }
        _ => Err(bad),
    }
}

/// Nobody has seen the future, and nothing is seen in no time.
///
/// # Errors
/// A sentence (Chinese).
pub(crate) fn check_span(from: Moment, to: Moment, now: Moment) -> Result<(), String> {
    if to > now {
        return Err("“止”不能晚于现在：还没到的时间谁也没有看过".to_owned());
    }
    if from >= to { Err("“起”必须早于“止”".to_owned()) } else { Ok(()) }
}
