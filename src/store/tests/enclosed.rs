//! Tables of a 通报: kept, replaced in their places, taken out, and never half.

use super::*;
use crate::domain::Period;
use crate::store::attachments::{KeptAttachment, keep, list, of, remove};
use crate::tables::{Attachment, Form};

fn tally(period: &str, name: &str, place: i64, offices: &[&str]) -> KeptAttachment {
    let form = Form::find("信息报送").unwrap();
    let row = |office: &&str| ["", office, "3", "1", "", "", ""].map(str::to_owned).to_vec();
    let table = Attachment {
        form,
        period: Period::parse(period).unwrap(),
        name: name.to_owned(),
        place,
        title: None,
        headings: [("单位".to_owned(), "单 位".to_owned())].into(),
        note: Some("注".to_owned()),
        as_printed: false,
        rows: offices.iter().map(row).collect(),
    };
    KeptAttachment { table, file: "表.csv".to_owned(), by: "张三".to_owned(), at: at("2022-07-01 09:00") }
}

fn names(kept: &Kept, period: &str) -> Vec<(String, i64)> {
    let tables = kept.store.read(|conn| of(conn, Period::parse(period).unwrap())).unwrap();
    tables.into_iter().map(|table| (table.name, table.place)).collect()
}

#[test]
fn a_table_comes_back_as_it_was_kept() {
    let kept = kept();
    let table = tally("2022-06", "各县区", 3, &["甲县", "乙=区"]);
    let copy = table.clone();
    assert!(!kept.store.write(move |tx| keep(tx, &copy)).unwrap());
    assert_eq!(kept.store.read(|conn| list(conn, None)).unwrap(), [table]);
}

#[test]
fn a_replaced_table_keeps_its_place_and_a_new_one_comes_last() {
    let kept = kept();
    for (name, place, replaced) in [("市直", 0, false), ("县区", 0, false), ("市直", 0, true), ("镇办", 1, false)]
    {
        let table = tally("2022-06", name, place, &["甲"]);
        assert_eq!(kept.store.write(move |tx| keep(tx, &table)).unwrap(), replaced, "{name}");
    }
    let told = names(&kept, "2022-06");
    let told: Vec<(&str, i64)> = told.iter().map(|(name, place)| (name.as_str(), *place)).collect();
    assert_eq!(told, [("市直", 1), ("镇办", 1), ("县区", 2)]);
    assert!(names(&kept, "2022-Q2").is_empty());
    let (period, form) = (Period::parse("2022-06").unwrap(), Form::find("tally").unwrap());
    let removed =
        kept.store.write(move |tx| Ok([remove(tx, period, form, "县区")?, remove(tx, period, form, "县区")?]));
    assert_eq!(removed.unwrap(), [true, false]);
    assert_eq!(names(&kept, "2022-06").len(), 2);
}

#[test]
fn a_table_that_fails_half_way_keeps_the_earlier_one() {
    let kept = kept();
    let table = tally("2022-06", "市直", 0, &["甲", "乙"]);
    kept.store.write(move |tx| keep(tx, &table)).unwrap();
    let newer = tally("2022-06", "市直", 0, &["丙"]);
    let failed = kept.store.write(move |tx| {
        keep(tx, &newer)?;
        Err::<(), _>(StoreError::odd("on purpose"))
    });
    assert!(failed.is_err());
    let rows = kept.store.read(|conn| of(conn, Period::parse("2022-06").unwrap())).unwrap().remove(0).rows;
    assert_eq!(rows.len(), 2);
}
