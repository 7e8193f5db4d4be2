//! Who hears of what, and how often.

use super::*;

fn at(hours: i64) -> Moment {
    Moment::parse("2022-06-01 09:00").unwrap().plus(hours * HOUR)
}

fn ailing(account: i64, class: Class, since: i64) -> Ailing {
    let title = format!("账号{account}");
    Ailing {
        source: "微博".to_owned(),
        account: AccountId(account),
        title,
        class,
        advice: String::new(),
        since: at(since),
        asked_since: Some(at(since)),
    }
}

fn watched(n: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([("微博".to_owned(), n)])
}

/// Lives through the hours with what fails at each of them; returns (begun, ended) of each hour.
fn live(accounts: usize, hours: &[Vec<Ailing>]) -> Vec<(usize, usize)> {
    let mut open: Vec<Incident> = Vec::new();
    let mut heard = Vec::new();
    for (hour, ailing) in (0..).zip(hours) {
        let news = news(ailing, &Lingering::new(), &watched(accounts), &open, at(hour));
        heard.push((news.begun.len(), news.ended.len()));
        open.retain(|i| !news.ended.contains(i) && !news.absorbed.contains(i));
        open.extend(news.begun.into_iter().map(|t| Incident {
            id: 0,
            source: t.source,
            account: t.account,
            class: t.class,
            began: t.since,
        }));
    }
    heard
}

#[test]
fn an_outage_is_told_once_when_it_begins_and_once_when_it_ends() {
    let all = |class| (1..=40).map(|i| ailing(i, class, 1)).collect::<Vec<_>>();
    let hours = [vec![], all(Class::Auth), all(Class::Blocked), all(Class::Transient), vec![], vec![]];
    assert_eq!(live(40, &hours), [(0, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]);
    // A few that lag behind neither end nor begin it again.
    let some = |n: i64| (1..=n).map(|i| ailing(i, Class::Blocked, 0)).collect::<Vec<_>>();
    assert_eq!(live(40, &[some(40), some(20), some(11), some(30), some(9)])[..4], [(1, 0), (0, 0), (0, 0), (0, 0)]);
}

#[test]
fn the_network_may_fail_for_six_hours() {
    let all: Vec<Ailing> = (1..=3).map(|i| ailing(i, Class::Transient, 0)).collect();
    let heard = live(3, &vec![all; 8]);
    assert_eq!(heard.iter().position(|(begun, _)| *begun == 1), Some(6));
    assert_eq!(heard.iter().map(|(begun, _)| begun).sum::<usize>(), 1);
}

#[test]
fn one_account_alone_is_told_after_three_hours_and_hides_nothing() {
    let one = vec![ailing(1, Class::Gone, 0)];
    let all: Vec<Ailing> =
        std::iter::once(ailing(1, Class::Gone, 0)).chain((2..=10).map(|i| ailing(i, Class::Auth, 5))).collect();
    let hours = [
        one.clone(),
        one.clone(),
        one.clone(),
        one.clone(),
        one.clone(),
        all.clone(),
        all,
        one.clone(),
        one.clone(),
        vec![],
    ];
    // Told alone in the fourth hour; the outage in the sixth, which absorbs it; after the outage the
    // account is still gone, and in the end well.
    assert_eq!(live(10, &hours), [(0, 0), (0, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (0, 1), (1, 0), (0, 1)]);
}

#[test]
fn a_source_that_has_only_just_come_back_is_not_told_to_be_well() {
    let told =
        vec![Incident { id: 1, source: "微博".to_owned(), account: None, class: Class::Blocked, began: at(0) }];
    let back: Lingering = (1..=4).map(|i| ("微博".to_owned(), AccountId(i))).collect();
    let first = |n: usize| back.iter().take(n).cloned().collect::<Lingering>();
    let ended = |lingering: &Lingering, open: &[Incident]| news(&[], lingering, &watched(8), open, at(9)).ended.len();
    assert_eq!((ended(&back, &told), ended(&first(2), &told), ended(&first(1), &told)), (0, 0, 1));
    let alone = vec![Incident { account: Some(AccountId(2)), ..told[0].clone() }];
    assert_eq!((ended(&back, &alone), ended(&first(1), &alone)), (0, 1));
    // What only just came back begins nothing.
    assert!(news(&[], &back, &watched(4), &[], at(9)).begun.is_empty());
}

#[test]
fn one_refusal_that_rests_all_is_not_yet_an_outage() {
    let resting = |i: i64| Ailing { asked_since: None, ..ailing(i, Class::Blocked, 0) };
    let mut all: Vec<Ailing> = (2..=8).map(resting).chain([ailing(1, Class::Blocked, 0)]).collect();
    let begun = |all: &[Ailing], hour: i64| news(all, &Lingering::new(), &watched(8), &[], at(hour)).begun;
    assert!(begun(&all, 2).is_empty());
    let told = begun(&all, 3);
    assert_eq!((told.len(), told[0].account), (1, Some(AccountId(1))), "it is told alone");
    all[0].asked_since = Some(at(2));
    assert_eq!(begun(&all, 2)[0].account, None);
    let login: Vec<Ailing> = all
        .iter()
        .map(|a| Ailing { class: Class::Auth, asked_since: (a.account.0 == 1).then_some(at(0)), ..a.clone() })
        .collect();
    assert_eq!(begun(&login, 0)[0].accounts.len(), 8, "one refused login is enough");
}

#[test]
fn a_credential_is_spoken_of_a_week_and_two_days_ahead_and_after_its_end() {
    let end = at(0);
    for (hours, due) in [(-24 * 8, 0), (-24 * 7, 1), (-24 * 3, 1), (-48, 2), (-1, 2), (5, 2), (6, 3), (100, 3)] {
        assert_eq!(warnings_due(end, at(hours)), due, "{hours}");
    }
}
