//! The promise: a host is asked by one worker, eight to fifteen seconds apart, and left alone for
//! hours after its first refusal, however many accounts wait (weibo.md, "Pace").

use crate::platform::{Mood, Platform};
use cuigeng::clock::{Clock, Wait};
use cuigeng::config;
use cuigeng::demo::run::import_list;
use cuigeng::domain::Moment;
use cuigeng::poll::Poller;
use cuigeng::secrets::FileSecrets;
use cuigeng::store::{Store, looks};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::time::HOUR;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const ACCOUNTS: usize = 200;
const STARTS: &str = "2022-06-01 09:00";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A clock on which waiting is all that takes time.
struct Patient(AtomicI64);

impl Clock for Patient {
    fn now(&self) -> Moment {
        Moment::from_unix(self.0.load(Ordering::SeqCst))
    }

    fn idle<'a>(&'a self, _task: &'static str, until: Moment) -> Wait<'a> {
        self.pause(until)
    }

    fn pause(&self, until: Moment) -> Wait<'_> {
        self.0.fetch_max(until.unix(), Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }

    fn ring(&self) {}
}

struct Lane {
    clock: Arc<Patient>,
    platform: Platform,
    poller: Poller,
    _data: tempfile::TempDir,
}

impl Lane {
    async fn begin(mood: impl Fn(usize, Moment) -> Mood + Send + Sync + 'static) -> Lane {
        let clock = Arc::new(Patient(AtomicI64::new(at(STARTS).unix())));
        let posts = vec![vec![at("2022-04-01 09:00"), at("2022-05-30 09:00")]; ACCOUNTS];
        let platform = Platform::new(posts, mood, clock.clone());
        let base = platform.start().await;
        let data = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(data.path().join("secrets")).unwrap();
        std::fs::write(data.path().join("secrets/weibo-cookie"), "SUB=_2A25EXAMPLE").unwrap();
        let file = data.path().join("config.toml");
        std::fs::write(
            &file,
            format!("[sources.\"平台\"]\nkind = \"weibo\"\nbase = \"{base}\"\ncookie = \"weibo-cookie\"\n"),
        )
        .unwrap();
        let config = Arc::new(config::load(Some(&file)).unwrap_or_else(|faults| panic!("{faults}")));
        let store = Store::open(data.path()).unwrap();
        let rows = (0..ACCOUNTS).map(|i| format!("账号{i:03},新浪微博,{key},平台,{key}\n", key = Platform::key(i)));
        let list = "账号名称,平台,账号标识,来源,来源参数\n".to_owned() + &rows.collect::<String>();
        import_list(&store, &list, &config, clock.now()).unwrap();
        let poller = Poller {
            store,
            http: Http::new(None).unwrap(),
            secrets: Arc::new(FileSecrets::new(data.path(), &config.secrets_dir, None)),
            config,
            clock: clock.clone(),
            data: data.path().to_owned(),
            lanes: Arc::default(),
        };
        Lane { clock, platform, poller, _data: data }
    }

    /// Steps until `until`.
    async fn run(&self, until: Moment) {
        while self.clock.now() < until {
            let step = self.poller.step(self.clock.now()).await.unwrap();
            self.clock.pause(step.wake.min(until)).await;
        }
    }

    /// Accounts that were read.
    fn read(&self) -> usize {
        self.poller.store.read(looks::last_good).unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_accounts_are_asked_one_after_the_other() {
    let lane = Lane::begin(|_, _| Mood::Good).await;
    lane.run(at(STARTS).plus(HOUR)).await;
    let asked = lane.platform.asked();
    let gaps: Vec<i64> = asked.windows(2).map(|pair| pair[1].0.since(pair[0].0)).collect();
    assert!(gaps.iter().take(ACCOUNTS - 1).all(|gap| (8..=15).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().min() < gaps.iter().max(), "like a machine's: {gaps:?}");
    // Once each within the hour, the session's own question aside.
    assert_eq!((lane.read(), asked.len()), (ACCOUNTS, ACCOUNTS + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_refusal_rests_the_host_for_hours() {
    let refuses = |_: usize, now: Moment| {
        if (at(STARTS).plus(600)..at(STARTS).plus(5 * HOUR)).contains(&now) { Mood::Blocked } else { Mood::Good }
    };
    let lane = Lane::begin(refuses).await;
    lane.run(at(STARTS).plus(24 * HOUR)).await;
    let asked = lane.platform.asked();
    let refused: Vec<Moment> =
        asked.iter().map(|(when, _)| *when).filter(|when| refuses(0, *when) == Mood::Blocked).collect();
    assert!(!refused.is_empty() && refused.len() <= 3, "{refused:?}");
    for (i, first) in refused.iter().enumerate() {
        let next = asked.iter().map(|(when, _)| *when).find(|when| when > first).unwrap();
        let rest_s = if i == 0 { 2 * HOUR } else { 4 * HOUR };
        assert!(next.since(*first) >= rest_s, "{first} {next}");
    }
    assert_eq!(lane.read(), ACCOUNTS, "and then it goes on by itself");
}

/// Of all accounts these two come up first after a rest, so they could rest the host again and again.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_refused_for_good_keep_no_other_waiting() {
    let refused = [144, 76];
    let lane = Lane::begin(move |index, _| if refused.contains(&index) { Mood::Blocked } else { Mood::Good }).await;
    lane.run(at(STARTS).plus(8 * HOUR)).await;
    assert_eq!(lane.read(), ACCOUNTS - 2);
    let asked = lane.platform.asked();
    // Once their trouble is known to be their own, the lane rests for nobody. (Between two rounds it has
    // nothing to do for less than the two hours that a rest lasts.)
    let gaps = asked.windows(2).filter(|pair| pair[1].0.since(pair[0].0) >= 2 * HOUR).count();
    assert!(gaps <= 2, "{gaps}");
}
