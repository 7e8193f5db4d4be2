//! 人工核查 by the week: who must be looked at, and a signed row of the check sheet, which is a named
//! person's look at one account. A workbook and a page bring the same rows.

use super::Refusal;
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment, Period, Week, When};
use crate::import::{SheetRow, SignedRow, sheet_book};
use crate::ledger::Ledger;
use crate::rules::{Tally, Verdict, VerdictKind};
use crate::spoken::beijing;
use crate::spoken::told_last;
use crate::store::tally::Signed;
use crate::store::{Connection, StoreError, Transaction, accounts, meta, posts, tally};
use std::collections::BTreeMap;

/// Why an account stands on the sheet; the first one that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// It has no source.
    NoSource,
    /// 待人工核实.
    Suspected,
    /// 无法判定.
    Unknown,
    /// Nothing; it is judged without a person.
    None,
}

/// The rows: by default the accounts that need a person, else all that are judged.
pub fn picked<'l>(ledger: &'l Ledger, verdicts: &[Verdict], all: bool, now: Moment) -> Vec<(&'l Account, Need)> {
    let mut by_account: BTreeMap<AccountId, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| !matches!(verdict.kind, VerdictKind::Exempt { .. })) {
        by_account.entry(verdict.account).or_default().push(verdict);
    }
    let need = |account: &'l Account| Some((account, need_at(ledger, account, by_account.get(&account.id)?, now)));
    ledger.accounts.iter().filter_map(need).filter(|(_, need)| all || *need != Need::None).collect()
}

/// Why that account stands on the sheet, by its verdicts at the check; `None` where it is not judged.
pub fn need_of(ledger: &Ledger, account: &Account, verdicts: &[Verdict], now: Moment) -> Option<Need> {
    let judged: Vec<&Verdict> = verdicts.iter().filter(|v| !matches!(v.kind, VerdictKind::Exempt { .. })).collect();
    (!judged.is_empty()).then(|| need_at(ledger, account, &judged, now))
}

fn need_at(ledger: &Ledger, account: &Account, judged: &[&Verdict], now: Moment) -> Need {
    let has_source = !ledger.evidence(account.id).sources.is_empty();
    if has_source { need(judged, now) } else { Need::NoSource }
}

/// What a person's look would settle; [`Need::None`] where all is judged.
pub fn need(judged: &[&Verdict], now: Moment) -> Need {
    let of = |verdict: &&Verdict| match verdict.kind {
        VerdictKind::Suspected { .. } => Need::Suspected,
        VerdictKind::Unknown { .. } if !verdict.awaits_data(now) => Need::Unknown,
        _ => Need::None,
    };
    judged.iter().map(of).min().unwrap_or(Need::None)
}

/// What was signed already, unless somebody must look again: now that the week is over, or because the
/// check that has been held since could still not decide (`need`).
pub fn settled(told: Vec<Tally>, week: Week, (check, need): (Check, Need), now: Moment) -> Option<Tally> {
    let whole = |row: &Tally| row.looked_at >= week.end() || now < week.end();
    let decides = |row: &Tally| need == Need::None || row.looked_at >= check.at || now < check.at;
    told.into_iter().find(|row| row.week == week).filter(|row| whole(row) && decides(row))
}

/// The check that counts the week; where none does, its end.
pub fn check_of(config: &Config, week: Week) -> Check {
    let period = Period::Week(week);
    let (from, until) = period.search_span();
    let held = config.checks_between(from, until).into_iter().find(|check| period.holds(*check));
    held.unwrap_or(Check::unmoved(week.end()))
}

/// A check sheet to be filled in, and what stands on it.
pub struct Drawn {
    /// The workbook, or why there is none.
    pub book: Result<Vec<u8>, String>,
    /// Accounts on it.
    pub rows: usize,
    /// How many need a person, by why: no source, 待人工核实, 无法判定, not at all.
    pub needs: [usize; 4],
    /// Of them, signed already.
    pub signed: usize,
}

/// Draws the sheet of a week: by default the accounts that need a person, else all that are judged.
///
/// # Errors
/// Those of SQLite.
pub fn drawn(conn: &Connection, config: &Config, week: Week, all: bool, now: Moment) -> Result<Drawn, StoreError> {
    let (check, profile) = (check_of(config, week), &config.profile);
    let mut signed = tally::of(conn, week.start(), week.end())?;
    let ledger = Ledger::for_checks(conn, config, profile, &[check])?;
    let verdicts = ledger.judge(profile, check, now);
    let picked = picked(&ledger, &verdicts, all, now);
    let mut unclear: BTreeMap<AccountId, Need> = BTreeMap::new();
    for verdict in &verdicts {
        let of = need(&[verdict], now);
        unclear.entry(verdict.account).and_modify(|known| *known = of.min(*known)).or_insert(of);
    }
    let unclear = |id: AccountId| unclear.get(&id).copied().unwrap_or(Need::None);
    let mut told = |id| settled(signed.remove(&id).unwrap_or_default(), week, (check, unclear(id)), now);
    let rows: Vec<SheetRow<'_>> =
        picked.iter().map(|&(account, _)| SheetRow { account, signed: told(account.id) }).collect();
    let counted = |wanted: Need| picked.iter().filter(|(_, need)| *need == wanted).count();
    Ok(Drawn {
        needs: [Need::NoSource, Need::Suspected, Need::Unknown, Need::None].map(counted),
        rows: rows.len(),
        signed: rows.iter().filter(|row| row.signed.is_some()).count(),
        book: sheet_book(week, &rows, profile).map_err(|error| error.to_string()),
    })
}

/// What signing did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Rows of accounts that had none of that week.
    pub new: usize,
    /// Rows that stood already.
    pub known: usize,
    /// Rows that replace another: whose, the earlier one, the new one.
    pub corrected: Vec<(AccountId, Tally, Tally)>,
}

impl Kept {
    fn note(&mut self, signed: &SignedRow, what: Signed) {
        match what {
            Signed::New => self.new += 1,
            Signed::Known => self.known += 1,
            Signed::Corrected(earlier) => self.corrected.push((signed.account, earlier, signed.row.clone())),
        }
    }
}

/// What [`sign`] would do.
///
/// # Errors
/// Those of SQLite.
pub fn foresee(conn: &Connection, rows: &[SignedRow]) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    for signed in rows {
        let what = match tally::standing(conn, signed.account, signed.row.week)? {
            None => Signed::New,
            Some(earlier) if earlier == signed.row => Signed::Known,
            Some(earlier) => Signed::Corrected(earlier),
        };
        kept.note(signed, what);
    }
    Ok(kept)
}

/// Rows that may be kept, and a sentence for each that may not (`doubt`): the person must look again.
///
/// # Errors
/// Those of SQLite.
pub fn sorted_out(
    conn: &Connection,
    rows: Vec<SignedRow>,
    known: &[Account],
) -> Result<(Vec<SignedRow>, Vec<String>), StoreError> {
    let (mut good, mut doubts) = (Vec::new(), Vec::new());
    for signed in rows {
        let Some(why) = doubt(conn, &signed)? else {
            good.push(signed);
            continue;
        };
        let title = known.iter().find(|account| account.id == signed.account).map_or_else(String::new, Account::title);
        doubts.push(format!("{title}没有采用：{why}"));
    }
    Ok((good, doubts))
}

/// An update that is known to have come on a later day than the one that the row calls the last, and before
/// the look: both cannot be true, and nobody is judged on such a row (Chinese, with the cure).
fn doubt(conn: &Connection, signed: &SignedRow) -> Result<Option<String>, StoreError> {
    let row = &signed.row;
    let Some(last) = row.last else { return Ok(None) };
    let after = Moment::start_of(last.latest().date()).plus_days(1);
    let is_later = |when: &When| after <= when.earliest() && when.latest() < row.looked_at;
    let posts = posts::of_account(conn, signed.account, after, row.looked_at)?;
    let shown = posts.iter().filter(|post| post.visible && !post.struck && !post.repost).map(|post| post.when);
    let (from, until) = (row.week.start().plus_days(-AROUND_D), row.week.end().plus_days(AROUND_D));
    let others = tally::of_account(conn, signed.account, from, until)?;
    let told = others.iter().filter(|other| other.week != row.week).filter_map(|other| other.last);
    let Some(later) = shown.chain(told).find(is_later) else { return Ok(None) };
    let (later, last) = (later.earliest().date().format("%-m月%-d日"), last.latest().date().format("%-m月%-d日"));
    Ok(Some(format!("已经知道{later}有更新，晚于这里写的最近更新{last}；请打开账号再看一次，改正后再登记")))
}

/// Days around a week whose rows may name an update in it.
const AROUND_D: i64 = 15;

/// Keeps signed rows, each with its audit entry, or none; `upon` says what they stand on (a file, a page).
///
/// # Errors
/// `is_conflict()` for a look in the future or before its week; those of SQLite.
pub fn sign(tx: &Transaction<'_>, rows: &[SignedRow], upon: &str, now: Moment) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    for signed in rows {
        let what = tally::sign(tx, signed.account, &signed.row, now)?;
        let (word, before) = match &what {
            Signed::Known => ("", String::new()),
            Signed::New => ("sheet.sign", String::new()),
            Signed::Corrected(earlier) => ("sheet.correct", format!("；原为：{}", words(earlier))),
        };
        if !word.is_empty() {
            let detail = format!("账号{} {}{before}（{upon}）", signed.account.0, words(&signed.row));
            meta::audit(tx, now, &signed.row.by, word, &detail)?;
        }
        kept.note(signed, what);
    }
    Ok(kept)
}

/// Keeps one row that was filled in beside the row `stood` (by its 核查时间), which a person then had
/// before his eyes. Returns what was done.
///
/// # Errors
/// Where another row stands by now; those of [`sign`].
pub fn sign_one(
    tx: &Transaction<'_>,
    signed: &SignedRow,
    stood: Option<Moment>,
    now: Moment,
) -> Result<String, Refusal> {
    let account = accounts::one(tx, signed.account)?.ok_or_else(|| Refusal::state("台账里没有这个账号"))?;
    let title = account.title();
    match tally::standing(tx, signed.account, signed.row.week)? {
        Some(stands) if Some(stands.looked_at) != stood => {
            Err(Refusal::state(format!("{title}刚才已经登记：{}；没有改动", words(&stands))))
        }
        None if stood.is_some() => Err(Refusal::state(format!("{title}原来的登记已经撤回，没有改动；请看过再登记"))),
        _ => {
            if let Some(why) = doubt(tx, signed)? {
                return Err(Refusal::state(format!("{title}：{why}；没有改动")));
            }
            sign(tx, std::slice::from_ref(signed), "网页", now)?;
            Ok(format!("已登记：{title} {}；有关结论会重新判定", words(&signed.row)))
        }
    }
}

/// 2026-W47 共2次，最近更新 2026-11-20 10:05，核查人 张三，核查时间 2026-11-23 09:10
pub fn words(row: &Tally) -> String {
    let (week, updates, last, by) = (Period::Week(row.week), row.updates, told_last(row), &row.by);
    format!("{week} 共{updates}次{last}，核查人 {by}，核查时间 {}", beijing(row.looked_at))
}
