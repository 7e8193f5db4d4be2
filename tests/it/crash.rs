//! The promise: the process may die at any named step between verdict and sent. After the next start no
//! letter is lost and the server has accepted none twice, but for the one step whose outcome nobody can
//! know: there the second copy of a veto bears the same Message-ID and says 可能重复, and any other letter
//! waits for a person, of which the operator is told.
//!
//! The daemon is a child with its clock in this process (`examples/kept_clock.rs`). A step is an event of
//! the daemon's own log, at which the child stands still until it is killed, or a moment that only the
//! mail server knows, which is played here. `UPDATE_GOLDEN=1` writes the matrix anew.

mod server;

use crate::kill::{Kept, Reaper, daemon, keep_time};
use cuigeng::config::{self, Config};
use cuigeng::demo::run::import_list;
use cuigeng::domain::Moment;
use cuigeng::store::{LetterKind, LetterRow, LetterState, Store, outbox};
use server::{Hold, Office};
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use unicode_width::UnicodeWidthStr;

/// The look at the start is an hour old when the letter is due, so that it looks again.
const STARTS: &str = "2026-07-23 08:00";
const ENDS: &str = "2026-07-23 11:00";

/// Where the process dies.
#[derive(Clone, Copy, Debug)]
enum At {
    /// When it logs this.
    Event(&'static str),
    /// When the mail server has heard so much.
    Server(Hold),
}

/// In the order of a letter's life. Whatever is accepted by the server before the child dies and is not
/// kept as sent is ambiguous; so is what dies between the arming and the dot, since nobody can tell.
const STEPS: &[(&str, At)] = &[
    ("verdict judged and letter queued, not committed", At::Event("inspect.decided")),
    ("verdict and letter committed", At::Event("inspect.committed")),
    ("before the fresh look", At::Event("letter.looking")),
    ("after the fresh look", At::Event("letter.looked")),
    ("composed, before the claim", At::Event("letter.composed")),
    ("claimed, not committed", At::Event("letter.claiming")),
    ("claim committed", At::Event("letter.claimed")),
    ("connected", At::Event("smtp.connected")),
    ("EHLO answered", At::Event("smtp.greeted")),
    ("AUTH answered", At::Event("smtp.authed")),
    ("MAIL answered", At::Event("smtp.mail_taken")),
    ("RCPT answered", At::Event("smtp.rcpt_taken")),
    ("DATA answered", At::Event("smtp.data_taken")),
    ("half of the body at the server", At::Server(Hold::HalfBody)),
    ("body written, before the dot is armed", At::Event("smtp.body_written")),
    ("dot armed, not committed", At::Event("letter.arming")),
    ("arming committed, before the dot", At::Event("letter.armed")),
    ("dot at the server, before its reply", At::Server(Hold::AfterDot)),
    ("reply read", At::Event("smtp.accepted")),
    ("QUIT written", At::Event("smtp.left")),
    ("result written, not committed", At::Event("letter.finishing")),
    ("result committed", At::Event("letter.finished")),
];

/// Between these the outcome is unknown to the next start.
const AMBIGUOUS: std::ops::RangeInclusive<usize> = 16..=20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Veto,
    Week,
}

impl Severity {
    const fn word(self) -> &'static str {
        match self {
            Severity::Veto => "veto",
            Severity::Week => "week",
        }
    }

    /// Ten days of silence; or one update of two in the week.
    const fn posts(self) -> &'static [&'static str] {
        match self {
            Severity::Veto => &["2026-07-13 08:00", "2026-07-08 08:00", "2026-07-01 08:00", "2026-06-20 08:00"],
            Severity::Week => &["2026-07-21 10:00", "2026-07-14 20:15", "2026-07-08 08:00", "2026-06-20 08:00"],
        }
    }
}

/// A daemon that may die, and everything around it that lives on.
struct World {
    data: tempfile::TempDir,
    office: Office,
    keeper: SocketAddr,
    child: Arc<Mutex<Option<Child>>>,
}

impl World {
    fn begin(severity: Severity) -> World {
        let at = |text: &str| Moment::parse(text).unwrap();
        let kept = Arc::new(Kept { now: AtomicI64::new(at(STARTS).unix()) });
        let child: Arc<Mutex<Option<Child>>> = Arc::default();
        let data = tempfile::tempdir().unwrap();
        let office = Office::open(severity.posts(), data.path(), Arc::clone(&child));
        let config = configured(data.path(), &office);
        let list = format!(
            "账号名称,平台,主办单位,运维邮箱,来源,来源参数\n青禾文旅,新浪微博,青禾县文旅局,wl@qinghe.example,own,{}/feed\n",
            office.web
        );
        import_list(&Store::open(data.path()).unwrap(), &list, &config, at(STARTS)).unwrap();
        let keeper = keep_time(kept, at(ENDS), Arc::new(Reaper::default()));
        World { data, office, keeper, child }
    }

    /// One life: to the end, or to the step at which it is killed. True when it was killed there.
    fn live(&self, until: Option<At>) -> bool {
        let mut command = Command::new(daemon());
        command.arg(self.data.path()).arg(self.keeper.to_string());
        let (event, hold) = match until {
            Some(At::Event(event)) => (Some(event), None),
            Some(At::Server(hold)) => (None, Some(hold)),
            None => (None, None),
        };
        command.args(event);
        self.office.holds(hold);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        *self.child.lock().unwrap() = Some(child);
        // Ends when the child stands at its step, or when it has ended.
        let reached = said.lines().next().is_some();
        let mut child = self.child.lock().unwrap().take().unwrap();
        if reached {
            child.kill().unwrap();
        }
        let status = child.wait().unwrap();
        assert!(status.success() || reached || self.office.has_killed(), "the daemon failed by itself: {status}");
        !status.success()
    }

    fn letter(&self) -> Option<LetterRow> {
        let store = Store::open(self.data.path()).unwrap();
        let letters = store.read(|conn| outbox::list(conn, 100)).unwrap();
        let mut letters = letters.into_iter().filter(|letter| letter.kind == LetterKind::Reminder);
        let letter = letters.next();
        assert!(letters.next().is_none(), "one letter is owed");
        letter
    }
}

fn configured(data: &Path, office: &Office) -> Config {
    let write = |name: &str, text: &str| std::fs::write(data.join(name), text).unwrap();
    std::fs::create_dir(data.join("secrets")).unwrap();
    write("secrets/smtp", "PASSWORD");
    write("secrets/wecom", &format!("{}/robot", office.web));
    write(
        "config.toml",
        &format!(
            "mode = \"正式\"\n[office]\nname = \"青禾县政务公开办\"\nclerk_mail = \"clerk@qinghe.example\"\n\
             [mail]\ntransport = \"smtp\"\nfrom = \"青禾县政务公开办 <xmt@qinghe.example>\"\n\
             [mail.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"xmt@qinghe.example\"\npassword = \"smtp\"\n\
             [alarm.wecom]\nurl_credential = \"wecom\"\n\
             [sources.own]\nkind = \"feed\"\nbridge = \"own\"\nwhole = true\nstrength = \"strong\"\npinned_allowance = 0\npace_seconds = 1\n",
            office.smtp.port()
        ),
    );
    config::load(Some(&data.join("config.toml"))).map_err(|faults| faults.to_string()).unwrap()
}

/// What is to be read in one row: where the letter stood when the process died, what the server had by
/// then, and what came of it.
fn row(severity: Severity, at: usize) -> [String; 6] {
    let (name, step) = STEPS[at];
    let world = World::begin(severity);
    assert!(world.live(Some(step)), "{name}: the step was never reached");
    let (left, had) = (world.letter(), world.office.letters().len());
    // Dying at the same step again must not add a third copy, nor lose the letter.
    world.live(Some(step));
    assert!(!world.live(None), "{name}: killed although nobody asked");
    let twice = world.office.letters();
    assert!(twice.len() <= 2 && world.letter().is_some(), "{name}: {} copies after two deaths", twice.len());
    let world = World::begin(severity);
    assert!(world.live(Some(step)), "{name}: the step was never reached");
    assert!(!world.live(None), "{name}: killed although nobody asked");
    let letter = world.letter().unwrap_or_else(|| panic!("{name}: the letter is lost"));
    let copies = world.office.letters();
    judge(severity, at, &letter, &copies, &world.office.told());
    let told = if world.office.told().iter().any(|text| text.contains("疑似已发")) { "yes" } else { "no" };
    let said = copies.last().is_some_and(|copy| copy.text.contains("可能重复"));
    [
        name.to_owned(),
        left.map_or("-", |letter| letter.state.word()).to_owned(),
        had.to_string(),
        letter.state.word().to_owned(),
        if said { format!("{}, the last says 可能重复", copies.len()) } else { copies.len().to_string() },
        told.to_owned(),
    ]
}

fn judge(severity: Severity, at: usize, letter: &LetterRow, copies: &[server::Copy], told: &[String]) {
    let name = STEPS[at].0;
    assert!(copies.iter().all(|copy| copy.message_id == letter.message_id), "{name}: another Message-ID");
    let warned = told.iter().any(|text| text.contains("疑似已发"));
    match (AMBIGUOUS.contains(&at), severity) {
        (false, _) => {
            assert_eq!((letter.state, copies.len(), warned), (LetterState::Sent, 1, false), "{name}");
            assert!(!copies[0].text.contains("可能重复"), "{name}");
        }
        (true, Severity::Veto) => {
            assert_eq!(letter.state, LetterState::Sent, "{name}");
            assert!((1..=2).contains(&copies.len()), "{name}: {} copies", copies.len());
            assert!(copies.last().unwrap().text.contains("可能重复") && warned, "{name}");
        }
        (true, Severity::Week) => {
            assert!(copies.len() <= 1 && letter.state == LetterState::Held, "{name}: {letter:?}");
            assert!(warned && letter.reason.contains("向收件人核实"), "{name}: {told:?}");
        }
    }
}

const HEADINGS: [&str; 6] = ["killed at", "row then", "accepted", "row at the end", "copies", "operator told"];

fn table(severity: Severity, rows: &[[String; 6]]) -> String {
    let widths: [usize; 6] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].width()).chain([HEADINGS[column].len()]).max().unwrap()
    });
    let mut text = format!("a letter about a {}\n\n", severity.word());
    for row in std::iter::once(&HEADINGS.map(str::to_owned)).chain(rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end()).unwrap();
    }
    text
}

#[test]
fn the_matrix_of_deaths() {
    let tables: Vec<String> = std::thread::scope(|scope| {
        let matrix = |severity| {
            scope.spawn(move || {
                let rows: Vec<[String; 6]> = (0..STEPS.len()).map(|at| row(severity, at)).collect();
                table(severity, &rows)
            })
        };
        [Severity::Veto, Severity::Week].map(matrix).map(|done| done.join().unwrap()).to_vec()
    });
    let matrix = tables.join("\n");
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/crash-matrix.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &matrix).unwrap();
    }
    println!("{matrix}");
    assert_eq!(matrix, std::fs::read_to_string(&golden).unwrap());
}

/// A scripted step that no longer occurs would make its row a lie.
#[test]
fn every_ambiguous_step_lies_between_the_arming_and_the_result() {
    let name = |at: usize| STEPS[at].0;
    assert_eq!(name(*AMBIGUOUS.start()), "arming committed, before the dot");
    assert_eq!(name(*AMBIGUOUS.end()), "result written, not committed");
    assert_eq!(AMBIGUOUS.end() + 2, STEPS.len(), "only the committed result comes after");
}
