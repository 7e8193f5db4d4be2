//! What the clerk must mend, for the first lines of `status`: accounts that nobody can be written to
//! about, addresses that take no letters, answers and findings that wait for a word.

use super::answer;
use crate::backup::restore;
use crate::config::Config;
use crate::domain::{Account, Moment, Role};
use crate::ledger::Ledger;
use crate::rules::{Verdict, VerdictKind};
use crate::spoken::mode_told;
use crate::store::restored::{Restored, Waits};
use crate::store::{Connection, LetterState, StoreError, contacts, findings, meta, modes};
use crate::web;

/// Names that one line prints.
const NAMED: usize = 5;

/// The lines, most urgent first; the first one says the mode.
pub(super) fn lines(
    conn: &Connection,
    config: &Config,
    ledger: &Ledger,
    verdicts: &[Verdict],
    now: Moment,
) -> Result<(String, Vec<String>), StoreError> {
    let mode = mode_told(config.mode, modes::last(conn)?.as_ref());
    let mut red: Vec<String> =
        restore::held(conn)?.map(|(restored, waits)| held(&restored, waits)).into_iter().collect();
    red.extend(nobody(ledger, now));
    red.extend(dead(conn, ledger, now)?);
    red.extend(web::trouble(conn)?.filter(|_| config.web.listen.is_some() && config.web.is_asked_for()));
    red.extend(answer::waiting(conn, NAMED)?);
    let decisions = findings::decisions(conn, &config.profile.name)?;
    let waiting =
        verdicts.iter().filter(|v| matches!(v.kind, VerdictKind::Missed { .. }) && decisions.awaits(v)).count();
    // Of a check before the first start nobody is told anything, so nothing is urgent about it.
    let installed = meta::get(conn, "installed_at")?.and_then(|text| Moment::parse(&text));
    let told = verdicts.iter().any(|verdict| installed.is_some_and(|installed| verdict.check.at >= installed));
    if waiting > 0 && told {
        red.push(format!("待核实：上次检查有{waiting}项结果等待确认，确认前不外发（confirm）"));
    }
    Ok((mode, red))
}

/// After a restore nothing leaves.
fn held(restored: &Restored, waits: Waits) -> String {
    format!(
        "{}，此后什么信也没有发，待发{}封（其中{}封可能已经发出过）：用 outbox release 看过以后放行",
        restore::told(restored),
        waits.letters,
        waits.doubted
    )
}

/// Judged accounts whose operator has no address: those that somebody can at least call, and those that
/// nobody stands behind at all.
fn nobody(ledger: &Ledger, now: Moment) -> Vec<String> {
    let day = now.date();
    let judged = ledger.accounts.iter().filter(|account| account.state_at(now).is_judged());
    let unwritten: Vec<&Account> =
        judged.filter(|account| ledger.people.addresses(account, Role::Operator, day).is_empty()).collect();
    let callable = |account: &&Account| {
        ledger.people.serving(account, Role::Operator, day).iter().any(|person| person.has_phone())
    };
    let (by_phone, none): (Vec<&Account>, Vec<&Account>) = unwritten.into_iter().partition(callable);
    let line = |what: &str, accounts: &[&Account], cure: &str| {
        let named: Vec<String> = accounts.iter().take(NAMED).map(|account| account.title()).collect();
        let more = if accounts.len() > NAMED { "等" } else { "" };
        (!accounts.is_empty()).then(|| format!("{what}：{}个账号{cure}：{}{more}", accounts.len(), named.join("、")))
    };
    let lines = [
        line("无联系人", &none, "没有运维人员的邮箱和电话，请用 contact import 登记"),
        line("只有电话", &by_phone, "的运维人员没有邮箱，提醒会转给上一级或检查方，请电话通知"),
    ];
    lines.into_iter().flatten().collect()
}

/// Addresses in use that refused a letter or sent one back.
fn dead(conn: &Connection, ledger: &Ledger, now: Moment) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    for dead in contacts::dead_addresses(conn)? {
        let uses = |account: &&Account| {
            let of = |role| ledger.people.addresses(account, role, now.date());
            Role::ALL.into_iter().flat_map(of).any(|address| address.eq_ignore_ascii_case(&dead.address))
        };
        let users: Vec<String> = ledger.accounts.iter().filter(uses).map(Account::title).collect();
        if users.is_empty() {
            continue;
        }
        let state = LetterState::from_word(&dead.state).map_or("", LetterState::chinese);
        let named = users.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
        let more = if users.len() > NAMED { "等" } else { "" };
        let on_sheet = ledger
            .people
            .people()
            .iter()
            .any(|person| person.emails.iter().any(|own| own.eq_ignore_ascii_case(&dead.address)));
        let cure = if on_sheet {
            "请核对地址，用 contact import 改正；换了人的用 contact replace"
        } else {
            "地址写在台账的邮箱列里，请用 account import 改正，或用 contact import 登记现在的联系人"
        };
        let reply = dead.reply.trim().replace(['\r', '\n'], " ");
        lines.push(format!(
            "{state}：{}（信{}：{reply}），涉及{}个账号：{named}{more}；{cure}",
            dead.address,
            dead.letter,
            users.len()
        ));
    }
    Ok(lines)
}
