//! The promise: killed at any moment of a month, the daemon loses no letter, sends none twice, and
//! judges as if nothing had happened.
//!
//! Platforms, mail server and clock live here; the daemon is a child that is killed between two
//! ticks of the clock and between any two packets of an SMTP exchange. Without a kill the same weeks
//! run once for comparison.

use cuigeng::clock::{Clock, Wait};
use cuigeng::demo::run::{Addresses, import_list, write_config};
use cuigeng::demo::sandbox::Sandbox;
use cuigeng::demo::town::Town;
use cuigeng::domain::Moment;
use cuigeng::store::{LetterKind, LetterState, Store, outbox, verdicts};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const STARTS: &str = "2022-05-30 09:30";
const ENDS: &str = "2022-06-14 16:00";
/// Accounts of the town's list that are watched: the first ones are those with problems.
const ACCOUNTS: usize = 30;

/// The time, kept here and moved only by the child's word.
pub(super) struct Kept {
    pub(super) now: AtomicI64,
}

impl Clock for Kept {
    fn now(&self) -> Moment {
        Moment::from_unix(self.now.load(Ordering::SeqCst))
    }

    fn idle<'a>(&'a self, _task: &'static str, _until: Moment) -> Wait<'a> {
        Box::pin(std::future::pending())
    }

    fn pause(&self, _until: Moment) -> Wait<'_> {
        Box::pin(std::future::ready(()))
    }

    fn ring(&self) {}
}

/// Counts what happens, and kills the child when its hour has come.
#[derive(Default)]
pub(super) struct Reaper {
    events: AtomicU64,
    /// Kill at this event; `u64::MAX` for never.
    at: AtomicU64,
    child: Mutex<Option<Child>>,
    killed: AtomicBool,
}

impl Reaper {
    fn event(&self) {
        if self.events.fetch_add(1, Ordering::SeqCst) + 1 == self.at.load(Ordering::SeqCst) {
            self.killed.store(true, Ordering::SeqCst);
            if let Some(child) = self.child.lock().unwrap().as_mut() {
                child.kill().unwrap();
            }
        }
    }
}

struct World {
    kept: Arc<Kept>,
    sandbox: Sandbox,
    data: tempfile::TempDir,
    reaper: Arc<Reaper>,
    keeper: SocketAddr,
}

impl World {
    async fn begin() -> World {
        let town = Arc::new(Town::shipped());
        let at = |text: &str| Moment::parse(text).unwrap();
        let kept = Arc::new(Kept { now: AtomicI64::new(at(STARTS).unix()) });
        let sandbox = Sandbox::start(Arc::clone(&town), kept.clone()).await.unwrap();
        let reaper = Arc::new(Reaper::default());
        let data = tempfile::tempdir().unwrap();
        let smtp = relay(sandbox.smtp, Arc::clone(&reaper));
        let addresses = Addresses { smtp, ..Addresses::of(&sandbox) };
        let config = write_config(&town, &addresses, data.path()).unwrap();
        let list: String = town.accounts_csv().lines().take(ACCOUNTS + 1).map(|line| format!("{line}\n")).collect();
        import_list(&Store::open(data.path()).unwrap(), &list, &config, kept.now()).unwrap();
        let keeper = keep_time(Arc::clone(&kept), at(ENDS), Arc::clone(&reaper));
        World { kept, sandbox, data, reaper, keeper }
    }

    /// Runs the child until it ends or is killed at that event; true when it came to the end.
    fn live(&self, kill_at: u64) -> bool {
        self.reaper.events.store(0, Ordering::SeqCst);
        self.reaper.killed.store(false, Ordering::SeqCst);
        self.reaper.at.store(kill_at, Ordering::SeqCst);
        let mut command = Command::new(daemon());
        command.arg(self.data.path()).arg(self.keeper.to_string());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        *self.reaper.child.lock().unwrap() = Some(child);
        // Ends when the child does; the lock stays free for the reaper meanwhile.
        stdout.read_to_end(&mut Vec::new()).unwrap();
        let status = self.reaper.child.lock().unwrap().as_mut().unwrap().wait().unwrap();
        assert!(status.success() || self.reaper.killed.load(Ordering::SeqCst), "the daemon failed by itself: {status}");
        status.success()
    }

    fn tells(&self) -> Tale {
        let store = Store::open(self.data.path()).unwrap();
        let (letters, verdicts) = store
            .read(|conn| Ok((outbox::list(conn, 10_000)?, verdicts::latest(conn, "开封", Moment::MIN, Moment::MAX)?)))
            .unwrap();
        let mut mentions = BTreeSet::new();
        for letter in &letters {
            assert!(
                !matches!(letter.state, LetterState::Queued | LetterState::Sending)
                    || letter.next_try > self.kept.now(),
                "left behind: {letter:?}"
            );
            let told = store.read(|conn| outbox::mentions(conn, letter.id)).unwrap();
            mentions.extend(
                told.into_iter()
                    .map(|m| (letter.recipient.clone(), m.account.0, m.rule, m.anchor.to_string(), m.stage)),
            );
        }
        let summaries = letters
            .iter()
            .filter(|l| l.kind == LetterKind::Summary)
            .map(|l| (l.recipient.clone(), l.subject.clone()))
            .collect();
        let verdicts = verdicts
            .into_iter()
            .filter(|v| v.kind != "pending")
            .map(|v| (v.account.0, v.rule, v.window.from.unix(), v.kind, v.seen))
            .collect();
        let states = letters.iter().map(|l| (l.message_id.clone(), l.state)).collect();
        Tale { mentions, summaries, verdicts, states, arrived: self.arrived() }
    }

    /// How often each Message-ID arrived, and whether a copy said that it may be one.
    fn arrived(&self) -> BTreeMap<String, (usize, bool)> {
        let mut arrived: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        for letter in self.sandbox.mailbox().letters() {
            let raw = String::from_utf8_lossy(&letter.raw).into_owned();
            let id = raw.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
            let entry = arrived.entry(id).or_default();
            entry.0 += 1;
            entry.1 |= letter.text().contains("可能重复");
        }
        arrived
    }
}

/// What a life has left behind.
struct Tale {
    mentions: BTreeSet<(String, i64, String, String, String)>,
    summaries: BTreeSet<(String, String)>,
    verdicts: BTreeSet<(i64, String, i64, String, i64)>,
    states: BTreeMap<String, LetterState>,
    arrived: BTreeMap<String, (usize, bool)>,
}

/// The daemon with a kept clock stands beside the tests (cargo builds examples with them).
pub(super) fn daemon() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let target = exe.parent().and_then(Path::parent).unwrap();
    let daemon = target.join("examples").join("kept_clock");
    assert!(daemon.is_file(), "the example kept_clock is not built: run `cargo test --workspace`");
    daemon
}

/// Says the time to whoever asks, and moves it by the child's word.
pub(super) fn keep_time(kept: Arc<Kept>, end: Moment, reaper: Arc<Reaper>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            write!(stream, "{}\n{}\n", kept.now().unix(), end.unix()).unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while let Some(Ok(line)) = lines.next() {
                kept.now.fetch_max(line.trim().parse().unwrap(), Ordering::SeqCst);
                reaper.event();
                if stream.write_all(format!("{line}\n").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// Stands between the child and the mail server; every packet either way is an event.
fn relay(server: SocketAddr, reaper: Arc<Reaper>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (near, far) = (stream.unwrap(), TcpStream::connect(server).unwrap());
            for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                let reaper = Arc::clone(&reaper);
                std::thread::spawn(move || {
                    let mut packet = [0_u8; 16_384];
                    while let Ok(n @ 1..) = from.read(&mut packet) {
                        reaper.event();
                        if to.write_all(&packet[..n]).is_err() {
                            break;
                        }
                    }
                    // Whichever side ended, the other hears of it.
                    drop(to.shutdown(std::net::Shutdown::Both));
                });
            }
        }
    });
    address
}

/// A small generator, so that a failure names its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_doubled() {
    let calm = World::begin().await;
    assert!(calm.live(u64::MAX));
    let events = calm.reaper.events.load(Ordering::SeqCst);
    let told = calm.tells();
    assert!(
        events > 500 && told.mentions.len() > 30 && told.arrived.len() > 20,
        "{events} {} {}",
        told.mentions.len(),
        told.arrived.len()
    );
    for seed in 1..=2 {
        let world = World::begin().await;
        let mut random = Random(seed);
        let mut kills = 0;
        while kills < 12 && !world.live(1 + random.below(events / 6)) {
            kills += 1;
        }
        assert!(kills >= 5, "seed {seed}: only {kills} kills");
        while !world.live(u64::MAX) {}
        compare(&told, &world.tells(), seed);
    }
}

fn compare(calm: &Tale, killed: &Tale, seed: u64) {
    assert_eq!(killed.verdicts, calm.verdicts, "seed {seed}: verdicts");
    assert_eq!(killed.mentions, calm.mentions, "seed {seed}: what was owed");
    assert_eq!(killed.summaries, calm.summaries, "seed {seed}: summaries");
    for (id, state) in &killed.states {
        let (copies, said) = killed.arrived.get(id).copied().unwrap_or_default();
        match state {
            LetterState::Sent => {
                assert!(copies == 1 || (copies == 2 && said), "seed {seed}: {id} arrived {copies} times")
            }
            LetterState::Held | LetterState::Doubtful => {
                assert!(copies <= 1, "seed {seed}: {id} arrived {copies} times")
            }
            LetterState::Overtaken => assert_eq!(copies, 0, "seed {seed}: {id} was overtaken and yet arrived"),
            other => panic!("seed {seed}: {id} is {other:?}"),
        }
    }
    assert!(killed.arrived.keys().all(|id| killed.states.contains_key(id)), "seed {seed}: a letter that nobody knows");
}
