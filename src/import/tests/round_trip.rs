//! What is exported and imported again changes nothing, whatever the list holds.

use super::super::{account_rows, csv_bytes, plan_accounts, read_sheets, workbook_bytes};
use super::{imported, now};
use crate::domain::Account;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Cells as strange as people make them, in the columns of the export.
fn row(i: usize) -> impl Strategy<Value = [String; 13]> {
    let text = "[=+@'甲\"乙 ,;-]{0,6}";
    let mails = proptest::sample::select(vec!["", "a@b.cn", "a@b.cn；c-d@e.cn", "=x@b.cn"]);
    let state = proptest::sample::select(vec!["", "关停公告中", "closed", "暂停"]);
    let date = proptest::sample::select(vec!["", "2019-01-02", "2021年3月4日"]);
    let source = proptest::sample::select(vec![("", ""), ("rss", "/a;b"), ("rss;weibo", ";12"), ("rss;weibo", "")]);
    let quota = proptest::sample::select(vec!["", "0", "1", "12"]);
    (text, text, text, mails, state, date, source, quota).prop_map(
        move |(name, handle, office, mail, state, date, source, quota)| {
            let handle = if handle.trim().is_empty() { String::new() } else { format!("{handle}{i}") };
            [
                format!("{name}{i}"),
                if i.is_multiple_of(2) { "微博" } else { "某市APP" }.to_owned(),
                handle,
                office.clone(),
                office,
                mail.to_owned(),
                String::new(),
                mail.to_owned(),
                state.to_owned(),
                date.to_owned(),
                source.0.to_owned(),
                source.1.to_owned(),
                quota.to_owned(),
            ]
        },
    )
}

fn rows() -> impl Strategy<Value = Vec<[String; 13]>> {
    (1_usize..12).prop_flat_map(|count| (0..count).map(row).collect::<Vec<_>>())
}

fn list(rows: &[[String; 13]]) -> Vec<Account> {
    let mut table = vec![super::super::ACCOUNT_COLUMNS.map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(|row| row.to_vec()));
    // A workbook, since its cells need no disarming.
    imported(&[], &read_sheets(&workbook_bytes("台账", &table).unwrap()).unwrap(), now())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn export_and_import_change_nothing(rows in rows()) {
        let known = list(&rows);
        let table = account_rows(&known, now());
        for bytes in [csv_bytes(&table), workbook_bytes("台账", &table).unwrap()] {
            let sheets = read_sheets(&bytes).unwrap();
            let plan = plan_accounts(&sheets, &known, &[], now().plus_days(30)).unwrap();
            prop_assert_eq!((plan.save.len(), plan.unchanged, plan.missing), (0, known.len(), 0));
            // Into an empty list it gives the same list.
            let fresh = imported(&[], &sheets, now());
            prop_assert_eq!(&fresh, &known);
        }
        let identities: BTreeSet<_> = known.iter().map(|a| (a.platform.name(), &a.name, &a.handle)).collect();
        prop_assert_eq!(identities.len(), known.len());
    }
}
