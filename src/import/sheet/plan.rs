//! Plans the import of a filled-in check sheet: signed rows are looks of named persons, unsigned ones
//! are nothing yet.

use super::super::header::{self, Found};
use super::super::resolve::Resolver;
use super::super::row::RowReader;
use super::super::{BadRow, Refusal, Row, Sheet, times};
use super::{BY, COLUMNS, HANDLE, LAST, LOOKED, NAME, PLATFORM, UPDATES, weeks_in};
use crate::domain::{Account, AccountId, Moment, Period, Week, When};
use crate::rules::{CountUnit, Tally};
use std::collections::{BTreeSet, HashMap};

/// More updates than that in a week are a slip of the pen.
const MOST: u32 = 1000;
/// What stands for a name and is none.
const DITTO: [&str; 8] = ["同上", "〃", "″", "\"", "''", "“”", "……", "…"];
/// What people write where there has never been an update.
const NEVER: [&str; 8] = ["", "无", "没有", "从未", "从无", "-", "—", "/"];

/// One signed row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRow {
    /// Whose.
    pub account: AccountId,
    /// What the person saw.
    pub row: Tally,
}

/// What a check sheet would keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetPlan {
    /// The week that it speaks of.
    pub week: Week,
    /// The signed rows, in the order of the sheet.
    pub signed: Vec<SignedRow>,
    /// Rows that nobody signed.
    pub unsigned: usize,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// What the whole sheet has in common.
#[derive(Clone, Copy)]
struct Common {
    week: Week,
    unit: CountUnit,
    now: Moment,
}

/// Plans the import of a file. The week is the one that the lines above the heading name, else the one
/// that is `asked` for; `unit` is what the office counts as one update.
///
/// # Errors
/// Every bad row, or why it is no check sheet; then nothing is to be applied.
pub fn plan_sheet(
    sheets: &[Sheet],
    known: &[Account],
    asked: Option<Week>,
    unit: CountUnit,
    now: Moment,
) -> Result<SheetPlan, Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    let common = Common { week: begun(week_of(sheets, &found, asked)?, now)?, unit, now };
    let resolver = Resolver::new(known);
    let named: Vec<&Row> = found.rows.iter().copied().filter(|row| is_named(&found, row)).collect();
    let (signed, unsigned): (Vec<&Row>, Vec<&Row>) = named.into_iter().partition(|row| is_signed(&found, row));
    let (mut bad, mut rows, mut lines) = (Vec::new(), Vec::new(), HashMap::new());
    for row in &signed {
        match read(&found, row, &resolver, common) {
            Ok(signed) => match lines.insert(signed.account, row.line) {
                Some(line) => bad.push(twice(&found, row, line)),
                None => rows.push(signed),
            },
            Err(faults) => bad.extend(faults),
        }
    }
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    let remarks = remarks(&found, &signed, &unsigned, &rows, common);
    Ok(SheetPlan { week: common.week, signed: rows, unsigned: unsigned.len(), remarks })
}

/// A row as somebody fills it in on a page: the cells of a sheet, read in the same way.
#[derive(Clone, Debug, Default)]
pub struct FilledIn {
    /// 本周更新次数.
    pub updates: String,
    /// 最近更新时间; blank where there has never been one.
    pub last: String,
    /// 核查人.
    pub by: String,
    /// 核查时间; blank is now.
    pub looked_at: String,
}

/// Reads it for that week.
///
/// # Errors
/// All that is wrong, a sentence each, which begins with the name of its column.
pub fn read_filled_in(filled: &FilledIn, week: Week, unit: CountUnit, now: Moment) -> Result<Tally, Vec<String>> {
    let common = Common { week, unit, now };
    let named = |name: &'static str| move |why: String| format!("{name}：{why}");
    let times = if filled.updates.is_empty() {
        Err("请填写；一次也没有更新的，写 0".to_owned())
    } else {
        updates(&filled.updates)
    };
    let looked = if filled.looked_at.is_empty() { Ok(now) } else { looked_at(&filled.looked_at, common) };
    let read = (
        times.map_err(named("本周更新次数")),
        last(&filled.last).map_err(named("最近更新时间")),
        looked.map_err(named("核查时间")),
    );
    let (updates, last, looked_at) = match read {
        (Ok(updates), Ok(last), Ok(looked_at)) => (updates, last, looked_at),
        (updates, last, looked) => {
            return Err([updates.err(), last.err(), looked.err()].into_iter().flatten().collect());
        }
    };
    let row = Tally { week, updates, unit, last, by: filled.by.clone(), looked_at };
    match contradiction(&row) {
        Some(why) => Err(vec![named("最近更新时间")(why)]),
        None => Ok(row),
    }
}

fn week_of(sheets: &[Sheet], found: &Found<'_>, asked: Option<Week>) -> Result<Week, Refusal> {
    let refuse = |why: String| Err(Refusal::Unreadable(why));
    let sheet = sheets.get(found.sheet);
    let above = sheet.into_iter().flat_map(|sheet| &sheet.rows).take_while(|row| row.line < found.heading);
    let mut told: BTreeSet<Week> = above.flat_map(|row| &row.cells).flat_map(|cell| weeks_in(&cell.text)).collect();
    if told.is_empty() {
        told = sheet.map_or_else(BTreeSet::new, |sheet| weeks_in(&sheet.name));
    }
    let told: Vec<Week> = told.into_iter().collect();
    match (&told[..], asked) {
        ([], None) => {
            refuse("不知道是哪一周：表头上面没有“周核查表 2026-W47”这样的一行，请补上，或用 --week 写明".into())
        }
        ([], Some(week)) => Ok(week),
        ([week], None) => Ok(*week),
        ([week], Some(asked)) if *week == asked => Ok(asked),
        ([week], Some(asked)) => refuse(format!(
            "表里写的是 {}，--week 写的是 {}；请核对是不是拿错了表",
            Period::Week(*week),
            Period::Week(asked)
        )),
        _ => refuse("表头上面写了不止一个周次，请只留这份表的那一个".into()),
    }
}

fn begun(week: Week, now: Moment) -> Result<Week, Refusal> {
    if week.start() < now {
        return Ok(week);
    }
    Err(Refusal::Unreadable(format!("{} 这一周还没有开始，请核对周次", Period::Week(week))))
}

fn is_named(found: &Found<'_>, row: &Row) -> bool {
    is_signed(found, row) || [NAME, HANDLE].into_iter().any(|column| !found.text(row, column).is_empty())
}

fn is_signed(found: &Found<'_>, row: &Row) -> bool {
    !found.text(row, BY).is_empty() || found.fault(row, BY).is_some()
}

fn twice(found: &Found<'_>, row: &Row, line: usize) -> BadRow {
    let why = format!("与第{line}行是同一个账号，请只留一行");
    BadRow::new(row, found.name(NAME), found.text(row, NAME), why)
}

fn read<'a>(
    found: &'a Found<'a>,
    row: &'a Row,
    resolver: &Resolver<'_>,
    common: Common,
) -> Result<SignedRow, Vec<BadRow>> {
    let mut cells = RowReader::new(found, row);
    let (platform, handle) = (cells.text(PLATFORM), cells.text(HANDLE));
    let account = platform
        .zip(handle)
        .and_then(|(platform, handle)| cells.read(NAME, |name| resolver.find(name, &handle, &platform)));
    let by = cells.read(BY, signer);
    let looked_at = cells.read(LOOKED, |text| looked_at(text, common));
    let updates = cells.read(UPDATES, updates);
    let last = cells.read(LAST, last);
    let told = by.zip(looked_at).zip(updates).zip(last);
    let tally = told.map(|(((by, looked_at), updates), last)| Tally {
        week: common.week,
        updates,
        unit: common.unit,
        last,
        by,
        looked_at,
    });
    if let Some(why) = tally.as_ref().and_then(contradiction) {
        cells.fail(LAST, why);
    }
    let signed = account.zip(tally);
    cells.finish(signed.map(|(account, row)| SignedRow { account: account.id, row }))
}

fn signer(text: &str) -> Result<String, String> {
    if DITTO.contains(&text) {
        Err("请写核查人的姓名，不能写“同上”".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn looked_at(text: &str, common: Common) -> Result<Moment, String> {
    if text.is_empty() {
        return Err("签了名的行必须填写，如 2026-11-23 09:10".to_owned());
    }
    let looked = times::moment(text).ok_or("请写成 2026-11-23 09:10")?;
    if looked > common.now {
        return Err("晚于现在：还没到的时间谁也没有看过，请改正".to_owned());
    }
    if looked <= common.week.start() {
        let (week, monday) = (Period::Week(common.week), common.week.monday);
        return Err(format!("早于 {week}（{monday} 起）：那时这一周还没有开始，请核对核查时间和周次"));
    }
    Ok(looked)
}

fn updates(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Err("签了名的行必须填写；一次也没有更新的，写 0".to_owned());
    }
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let digits: String = text.strip_suffix('次').unwrap_or(text).trim().chars().map(half).collect();
    let is_whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u32>().ok().filter(|_| is_whole) {
        Some(number) if number <= MOST => Ok(number),
        _ if is_whole => Err(format!("一周超过{MOST}次，请核对")),
        _ => Err("请写整数，如 0、1、2".to_owned()),
    }
}

fn last(text: &str) -> Result<Option<When>, String> {
    if NEVER.contains(&text) {
        return Ok(None);
    }
    let when = times::when(text).ok_or("请写成 2026-11-20 10:05，或只写日期；从没有更新过的留空")?;
    let first = Moment::parse("2009-01-01 00:00").unwrap_or(Moment::MIN);
    if when.latest() < first { Err("早于2009年，请核对".to_owned()) } else { Ok(Some(when)) }
}

/// What cannot be true together, with its cure.
fn contradiction(row: &Tally) -> Option<String> {
    let last = row.last?;
    let (start, end) = (row.week.start(), row.week.end());
    let updates = row.updates;
    if last.earliest() > row.looked_at {
        let hour = row.looked_at == Moment::start_of(row.looked_at.date());
        let cure = if hour { "核查时间请写到几点几分" } else { "请改正其中一个" };
        return Some(format!("晚于核查时间，核查时还看不到它；{cure}"));
    }
    if updates > 0 && last.latest() < start {
        return Some(format!("在这一周之前，本周更新次数却写了{updates}；请改正其中一个"));
    }
    if updates == 0 && start <= last.earliest() && last.earliest() < end {
        return Some("就在这一周里，本周更新次数却写了0；请改正其中一个".to_owned());
    }
    None
}

fn remarks(found: &Found<'_>, signed: &[&Row], unsigned: &[&Row], rows: &[SignedRow], common: Common) -> Vec<String> {
    let mut remarks = found.remarks.clone();
    let mut tell = |lines: Vec<usize>, what: &str| {
        if !lines.is_empty() {
            remarks.push(format!("{}行{what}（{}）", lines.len(), told(&lines)));
        }
    };
    let begun = |row: &&&Row| [LAST, UPDATES, LOOKED].into_iter().any(|column| !found.text(row, column).is_empty());
    let lines = |rows: Vec<&&Row>| rows.into_iter().map(|row| row.line).collect::<Vec<usize>>();
    tell(lines(unsigned.iter().filter(begun).collect()), "填了内容但没有签名，没有采用；请补上核查人");
    let date_only = |row: &&&Row| matches!(times::when(found.text(row, LOOKED)), Some(When::Day(_)));
    let what = "的核查时间只写了日期，按当天0时算，当天发的不算看过；请写到几点几分";
    tell(lines(signed.iter().filter(date_only).collect()), what);
    let early = signed.iter().zip(rows).filter(|(_, signed)| signed.row.looked_at < common.week.end());
    let what = "是在这一周结束之前核查的，只能说明到核查时为止；周一再核查一次才能判定";
    tell(lines(early.map(|(row, _)| row).collect()), what);
    if found.rows.is_empty() {
        remarks.push("表头下面没有任何账号".to_owned());
    }
    remarks
}

fn told(lines: &[usize]) -> String {
    let first: Vec<String> = lines.iter().take(10).map(usize::to_string).collect();
    let more = if lines.len() > 10 { "等" } else { "" };
    format!("第{}{more}行", first.join("、"))
}
