//! Plans attestations from a file: a person looked at an account over a span.

use super::header::{self, Column, Found};
use super::resolve::Resolver;
use super::row::RowReader;
use super::{BadRow, Refusal, Row, Sheet, times};
use crate::domain::{Account, AccountId, Moment, When};

const COLUMNS: &[Column] = &[
    Column { aliases: &["账号名称", "account", "账号", "name"], required: true },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle", "账号ID"], required: false },
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
    /// First moment after it; a date alone is its 00:00 too, so that nothing is claimed which nobody
    /// said; blank is now.
    pub to: Moment,
    /// Who looked.
    pub by: String,
}

/// What a file of attestations would keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttestPlan {
    /// The attestations, in the order of the file.
    pub attestations: Vec<PlannedAttestation>,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// Plans the import of a file.
///
/// # Errors
/// Every bad row, or that there is no table; then nothing is to be applied.
pub fn plan_attestations(sheets: &[Sheet], known: &[Account], now: Moment) -> Result<AttestPlan, Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    let resolver = Resolver::new(known);
    let (mut bad, mut attestations) = (Vec::new(), Vec::new());
    for row in &found.rows {
        match read(&found, row, &resolver, now) {
            Ok(attestation) => attestations.push(attestation),
            Err(faults) => bad.extend(faults),
        }
    }
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    Ok(AttestPlan { attestations, remarks: remarks(&found) })
}

fn remarks(found: &Found<'_>) -> Vec<String> {
    let mut remarks = found.remarks.clone();
    if found.rows.iter().any(|row| matches!(times::when(found.text(row, TO)), Some(When::Day(_)))) {
        remarks.push("“止”只写日期的，算到那天0时，不含那一天；要含那一天请写 24:00".to_owned());
    }
    if found.rows.is_empty() {
        remarks.push("表头下面没有任何核查记录".to_owned());
    }
    remarks
}

fn read<'a>(
    found: &Found<'a>,
    row: &'a Row,
    resolver: &Resolver<'_>,
    now: Moment,
) -> Result<PlannedAttestation, Vec<BadRow>> {
    let mut cells = RowReader::new(found, row);
    let (platform, handle) = (cells.text(PLATFORM), cells.text(HANDLE));
    let account = platform
        .zip(handle)
        .and_then(|(platform, handle)| cells.read(ACCOUNT, |name| resolver.find(name, &handle, &platform)));
    let from = cells.read(FROM, moment);
    let to = cells.read(TO, |text| if text.is_empty() { Ok(now) } else { moment(text) });
    if let (Some(from), Some(to)) = (from, to)
        && let Err(why) = check_span(from, to, now)
    {
        cells.fail(TO, why);
    }
    let by = cells.needed(BY);
    let planned = account.zip(from).zip(to).zip(by);
    cells.finish(planned.map(|(((account, from), to), by)| PlannedAttestation { account: account.id, from, to, by }))
}

fn moment(text: &str) -> Result<Moment, String> {
    times::moment(text).ok_or_else(|| "时间请写成 2022-06-07 或 2022-06-07 09:05".to_owned())
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
