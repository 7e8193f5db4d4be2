//! The promise: a real Postfix takes our letters, and a real Dovecot gives them back whole: once, under
//! TLS with a private authority, whatever is refused, put off or cut in between.

#[path = "post_office/returned.rs"]
mod returned;
#[path = "post_office/server.rs"]
mod server;

use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config;
use cuigeng::domain::{Moment, Role};
use cuigeng::mail::post::Postman;
use cuigeng::mail::smtp::Limits;
use cuigeng::poll::{Lanes, Poller};
use cuigeng::secrets::FileSecrets;
use cuigeng::store::{LetterKind, LetterRow, LetterState, NewLetter, Store, outbox};
use cuigeng_adapters::http::Http;
use server::{DOMAIN, PASSWORD, PostOffice};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const SENDER: &str = "xmt";

/// Our side: a store, and the postman on his way to that server.
struct Desk {
    postman: Postman,
    store: Store,
    now: Moment,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn new(office: &PostOffice, port: u16, security: &str) -> Desk {
        Desk::with(office, port, security, "")
    }

    /// With more settings behind those of the server.
    fn with(office: &PostOffice, port: u16, security: &str, more: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("secrets")).unwrap();
        std::fs::write(dir.path().join("secrets/smtp"), format!("{PASSWORD}\n")).unwrap();
        let text = format!(
            "[office]\nname = \"青禾县政务公开办\"\nclerk_mail = [\"{SENDER}@{DOMAIN}\"]\n[mail]\ntransport = \"smtp\"\nfrom = \"青禾县政务公开办 <{SENDER}@{DOMAIN}>\"\n\
             [mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"{security}\"\nuser = \"{SENDER}@{DOMAIN}\"\n\
             password = \"smtp\"\nca_file = \"{}\"\n{more}[secrets]\ndir = \"secrets\"\n",
            office.authority().display()
        );
        let config = Arc::new(config::parse(&text, "config.toml", dir.path()).unwrap());
        let store = Store::open(dir.path()).unwrap();
        let secrets = Arc::new(FileSecrets::new(dir.path(), &config.secrets_dir, None));
        let clock: Arc<dyn Clock> = SystemClock::shared();
        let now = clock.now();
        let poller = Poller {
            store: store.clone(),
            config: Arc::clone(&config),
            http: Http::new(None).unwrap(),
            secrets: Arc::clone(&secrets),
            clock,
            data: dir.path().to_owned(),
            lanes: Arc::new(Lanes::default()),
        };
        let postman = Postman {
            store: store.clone(),
            config,
            secrets,
            poller,
            data: dir.path().to_owned(),
            limits: Limits::default(),
        };
        Desk { postman, store, now, _dir: dir }
    }

    /// Each letter in a slot of its own, which gives it a Message-ID of its own.
    fn write(&self, to: &str, subject: &str, attachment: Option<(String, Vec<u8>)>) -> i64 {
        static SLOT: AtomicUsize = AtomicUsize::new(0);
        let slot = self.now.plus(-3600 * i64::try_from(SLOT.fetch_add(1, Ordering::SeqCst)).unwrap());
        let letter = NewLetter {
            kind: LetterKind::Alarm,
            recipient: to.to_owned(),
            role: Role::Clerk,
            slot,
            not_before: self.now,
            not_after: None,
            subject: subject.to_owned(),
            text: format!("{subject}\n\n本信由测试发出。第二行以句点开头：\n.\n..完\n"),
            html: Some(format!("<p>{subject}</p>")),
            attachment,
            mentions: Vec::new(),
            reason: String::new(),
        };
        let now = self.now;
        self.store.write(move |tx| outbox::queue(tx, &letter, false, DOMAIN, now)).unwrap().unwrap()
    }

    /// Lets the postman work, hour after hour, until nothing is due within a day; steps, not time.
    async fn deliver(&mut self) {
        let end = self.now.plus_days(1);
        while self.now < end {
            let step = self.postman.step(self.now).await.unwrap();
            self.now = step.wake.max(self.now.plus(1));
        }
    }

    fn letter(&self, id: i64) -> LetterRow {
        self.store.read(|conn| outbox::show(conn, id)).unwrap().unwrap()
    }
}

fn to(user: &str) -> String {
    format!("{user}@{DOMAIN}")
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_subjects_names_and_attachments_arrive_whole_under_tls() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, "wl"], None);
    let workbook: Vec<u8> = (0..30_000_u32).flat_map(|i| (i * 7).to_le_bytes()).collect();
    let subject = "【更新提醒】青禾县文旅局：2个账号本周还差3次，7月26日（周日）24时前补齐，𠮷野家与🎉也在其中";
    for (n, (port, security)) in [(office.smtp, "starttls"), (office.smtps, "tls")].into_iter().enumerate() {
        let mut desk = Desk::new(&office, port, security);
        let id = desk.write(&to("wl"), subject, Some(("weekly-2026-W30.xlsx".to_owned(), workbook.clone())));
        desk.deliver().await;
        let sent = desk.letter(id);
        assert_eq!(sent.state, LetterState::Sent, "{security}: {sent:?}\n{}", office.log());
        let letters = office.letters("wl", n + 1);
        let got = letters.iter().find(|letter| letter["id"] == sent.message_id.as_str()).unwrap();
        assert_eq!((got["subject"].as_str(), got["subjects"].as_u64()), (Some(subject), Some(1)));
        assert_eq!(got["from"], format!("青禾县政务公开办 <{SENDER}@{DOMAIN}>"));
        assert_eq!(got["to"], to("wl"));
        let text = got["text"].as_str().unwrap().replace("\r\n", "\n");
        assert!(text.contains("\n.\n..完\n"), "dots at the beginning of a line: {text}");
        let sha256: String = Sha256::digest(&workbook).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(got["attachments"], serde_json::json!([{"name": "weekly-2026-W30.xlsx", "sha256": sha256}]));
        assert_eq!(got["html"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_harms_no_other_and_a_strange_authority_gets_nothing() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, "wl"], None);
    let mut desk = Desk::new(&office, office.smtps, "tls");
    let gone = desk.write(&to("nobody-here"), "给不存在的人", None);
    let fine = desk.write(&to("wl"), "给文旅局", None);
    desk.deliver().await;
    let refused = desk.letter(gone);
    assert_eq!((refused.state, refused.reply_code), (LetterState::Refused, Some(550)), "{refused:?}");
    assert!(refused.reply_text.contains("5.1.1"), "the server's own words: {}", refused.reply_text);
    assert_eq!(desk.letter(fine).state, LetterState::Sent);
    assert_eq!(office.letters("wl", 1).len(), 1);

    let stranger = PostOffice::open(&[SENDER, "wl"], None);
    let mut desk = Desk::new(&office, stranger.smtps, "tls");
    let kept = desk.write(&to("wl"), "证书不是我们认的", None);
    desk.deliver().await;
    let kept = desk.letter(kept);
    assert_eq!((kept.state, kept.class.as_str()), (LetterState::Queued, "config"), "{kept:?}");
    assert!(!stranger.log().contains("client="), "nothing was said to it: {}", stranger.log());
}

/// A greylisting policy server in Postfix's own protocol: the first try of a triplet is put off.
fn greylist() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok).filter(String::is_empty) {
                drop(line);
                let action = if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                    "defer_if_permit 4.7.1 Greylisted, try again"
                } else {
                    "dunno"
                };
                if stream.write_all(format!("action={action}\n\n").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (port, tries)
}

#[tokio::test(flavor = "multi_thread")]
async fn greylisting_is_waited_for() {
    if !server::is_installed() {
        return;
    }
    let (policy, tries) = greylist();
    let office = PostOffice::open(&[SENDER, "wl"], Some(policy));
    let mut desk = Desk::new(&office, office.smtps, "tls");
    let id = desk.write(&to("wl"), "灰名单", None);
    let began = desk.now;
    assert!(desk.postman.step(began).await.unwrap().did);
    let put_off = desk.letter(id);
    assert_eq!((put_off.state, put_off.reply_code), (LetterState::Queued, Some(450)), "{put_off:?}");
    assert!(put_off.next_try > began, "not at once: {put_off:?}");
    desk.deliver().await;
    assert_eq!(desk.letter(id).state, LetterState::Sent);
    assert_eq!((office.letters("wl", 1).len(), tries.load(Ordering::SeqCst)), (1, 2));
}

/// Stands before the server and cuts both ways at the n-th packet of the first connections.
fn cutting_relay(server: u16, at: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let packets = Arc::new(AtomicUsize::new(0));
        for stream in listener.incoming() {
            let (near, far) = (stream.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
            for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                let packets = Arc::clone(&packets);
                std::thread::spawn(move || {
                    let mut packet = [0_u8; 65_536];
                    while let Ok(n @ 1..) = from.read(&mut packet) {
                        if packets.fetch_add(1, Ordering::SeqCst) + 1 == at || to.write_all(&packet[..n]).is_err() {
                            break;
                        }
                    }
                    drop((to.shutdown(std::net::Shutdown::Both), from.shutdown(std::net::Shutdown::Both)));
                });
            }
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_at_any_packet_loses_no_letter_and_doubles_none_unsaid() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, "wl"], None);
    let (mut sent, mut doubtful) = (Vec::new(), Vec::new());
    // STARTTLS shows the most steps: greeting, EHLO, handshake, login, envelope, data, dot, answer.
    for at in 1..=24 {
        let mut desk = Desk::new(&office, cutting_relay(office.smtp, at), "starttls");
        let id = desk.write(&to("wl"), &format!("第{at}个包断开"), None);
        desk.deliver().await;
        let letter = desk.letter(id);
        match letter.state {
            LetterState::Sent => sent.push(letter.message_id),
            // Not about a veto, so a person decides; it may have arrived.
            LetterState::Held | LetterState::Doubtful => doubtful.push(letter.message_id),
            other => panic!("packet {at}: {other:?} {letter:?}"),
        }
    }
    assert!(sent.len() >= 20 && !doubtful.is_empty(), "{} {}", sent.len(), doubtful.len());
    let ids: Vec<String> =
        office.letters("wl", sent.len()).iter().map(|l| l["id"].as_str().unwrap().to_owned()).collect();
    for id in &sent {
        assert_eq!(ids.iter().filter(|got| *got == id).count(), 1, "{id}");
    }
    assert!(ids.iter().all(|id| sent.contains(id) || doubtful.contains(id)));
    assert_eq!(ids.len(), ids.iter().collect::<std::collections::BTreeSet<_>>().len(), "nothing arrived twice");
}
