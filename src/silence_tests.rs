use super::*;
use crate::domain::Platform;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn account(id: i64, office: &str, supervisor: &str) -> Account {
    Account {
        id: AccountId(id),
        office: office.to_owned(),
        supervisor: supervisor.to_owned(),
        position: id,
        ..Account::new(format!("账号{id}"), Platform::parse("抖音").0)
    }
}

fn silence(scope: Scope) -> Silence {
    Silence {
        id: 1,
        scope,
        name: "某".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: at("2026-11-25 10:00"),
        until: at("2026-11-27 00:00"),
        until_recovered: true,
        ended: None,
        hushed: 0,
    }
}

#[test]
fn it_holds_from_its_beginning_to_its_end() {
    let one = silence(Scope::Source("微博".to_owned()));
    for (now, holds) in [
        ("2026-11-25 09:59:59", false),
        ("2026-11-25 10:00", true),
        ("2026-11-26 23:59:59", true),
        ("2026-11-27 00:00", false),
    ] {
        assert_eq!(one.holds(at(now)), holds, "{now}");
    }
    let ended = Silence { ended: Some((at("2026-11-25 11:00"), "王五".to_owned())), ..one };
    assert!(!ended.holds(at("2026-11-25 12:00")));
}

#[test]
fn it_covers_what_it_names_and_nothing_else() {
    let (own, led, other) = (account(1, "文旅局", ""), account(2, "图书馆", "文旅局"), account(3, "交通局", "县政府"));
    let covered = |scope: Scope| [&own, &led, &other].map(|account| silence(scope.clone()).covers(account));
    assert_eq!(covered(Scope::Account(AccountId(2))), [false, true, false]);
    assert_eq!(covered(Scope::Office("文旅局".to_owned())), [true, true, false]);
    assert_eq!(covered(Scope::Office("文旅".to_owned())), [false; 3]);
    assert_eq!(covered(Scope::Source("文旅局".to_owned())), [false; 3]);
    assert!(silence(Scope::Source("微博".to_owned())).covers_source("微博"));
    assert!(!silence(Scope::Office("微博".to_owned())).covers_source("微博"));
}

#[test]
fn recovered_means_every_account_was_updated_since() {
    let accounts = [account(1, "文旅局", ""), account(2, "文旅局", ""), account(3, "交通局", "")];
    let one = silence(Scope::Office("文旅局".to_owned()));
    let newest = |times: [&'static str; 2]| {
        move |id: AccountId| times.get(usize::try_from(id.0).unwrap() - 1).and_then(|text| Moment::parse(text))
    };
    assert!(one.has_recovered(&accounts, newest(["2026-11-25 10:00", "2026-11-26 08:00"])));
    assert!(!one.has_recovered(&accounts, newest(["2026-11-25 09:59", "2026-11-26 08:00"])));
    assert!(!one.has_recovered(&accounts, newest(["2026-11-25 10:00", ""])));
    // Of nothing nobody can say that it has recovered.
    assert!(!silence(Scope::Office("无".to_owned())).has_recovered(&accounts, |_| Some(Moment::MAX)));
    assert!(!silence(Scope::Source("微博".to_owned())).has_recovered(&accounts, |_| Some(Moment::MAX)));
}
