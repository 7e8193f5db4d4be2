//! The outcome of the demo follows the posts and not the list: towns of other lists, and a town whose
//! sandbox withholds a post, played on a part of the accounts.

use cuigeng::clock::Clock;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::demo::run::{Addresses, ENDS, STARTS, import_list, write_config};
use cuigeng::demo::sandbox::Sandbox;
use cuigeng::demo::town::Town;
use cuigeng::domain::{Moment, Period};
use cuigeng::report::Prepared;
use cuigeng::store::Store;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A list of problems on Weibo and WeChat, which strong sources see without a clerk.
const LIST: &str = "annex,seq,account,supervisor,platform,problem
2,1,静默镇,某县人民政府办公室,新浪微博,超过两周未更新
3,1,静默镇,某县人民政府办公室,新浪微博,一周未更新两次
3,2,甲局,某市甲局,新浪微博,一周未更新两次
3,3,乙局,某市乙局,微信公众号,一周未更新一次
3,4,丙局,某市丙局,微信公众号,一周未更新两次
3,5,丁局,某市丁局,新浪微博,一周未更新一次
";

type Rows = BTreeSet<Vec<String>>;

/// Plays the month for the accounts that `keep` names and returns annex 2 and annex 3.
async fn play(town: Arc<Town>, keep: impl Fn(&str) -> bool) -> (Rows, Rows) {
    let at = |text: &str| Moment::parse(text).unwrap();
    let clock = Arc::new(SimClock::new(at(STARTS), &TASKS, at(ENDS)));
    let shared: Arc<dyn Clock> = clock.clone();
    let sandbox = Sandbox::start(Arc::clone(&town), Arc::clone(&shared)).await.unwrap();
    let data = tempfile::tempdir().unwrap();
    let config = Arc::new(write_config(&town, &Addresses::of(&sandbox), data.path()).unwrap());
    let csv = town.accounts_csv();
    let list: String = csv
        .lines()
        .enumerate()
        .filter(|(i, line)| *i == 0 || keep(line))
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    let store = Store::open(data.path()).unwrap();
    import_list(&store, &list, &config, clock.now()).unwrap();
    let daemon = Daemon::open(Arc::clone(&config), data.path(), shared, None).unwrap();
    daemon.run(clock.finished()).await.unwrap();
    let june = Period::parse("2022-06").unwrap();
    let report =
        store.read(|conn| Prepared::load(conn, &config, &config.profile, june, clock.now())).unwrap().compose(0);
    let rows = |key: &str| {
        report.table(key).unwrap().rows.iter().map(|row| row[1..5].iter().map(|cell| cell.text()).collect()).collect()
    };
    (rows("不合格"), rows("存在问题"))
}

fn named(line: &str) -> bool {
    ["静默镇", "甲局", "乙局", "丙局", "丁局"].iter().any(|name| line.contains(name))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_list_is_found_as_it_was_planted() {
    let town = Arc::new(Town::from_csv(LIST, 7).unwrap());
    let (failed, problems) = play(Arc::clone(&town), named).await;
    let rows = |rows: &[cuigeng::demo::town::Row]| -> Rows {
        rows.iter()
            .map(|r| vec![r.account.clone(), r.supervisor.clone(), r.platform.clone(), r.problem.clone()])
            .collect()
    };
    assert_eq!(failed, rows(&town.expected().annex2));
    assert_eq!(problems, rows(&town.expected().annex3));
}

/// The list still calls 甲局's other weeks fine; without its posts they are not.
#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_post_changes_the_outcome_and_the_list_does_not() {
    let town = Arc::new(Town::from_csv(LIST, 7).unwrap());
    let from = Moment::parse("2022-06-01 00:00").unwrap();
    let hidden = town.withhold(|resident, post| resident.name == "甲局" && post.at >= from);
    assert!(hidden > 0);
    let (failed, _) = play(Arc::clone(&town), |line| line.contains("甲局") || line.contains("乙局")).await;
    let row = |name: &str| failed.iter().any(|row| row[0] == name);
    assert!(row("甲局"), "silent since the end of May: {failed:?}");
    assert!(!row("乙局"));
}
