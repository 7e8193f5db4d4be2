//! A scripted server against the class that each exchange must end in.

use super::*;
use crate::mail::classify::Preset;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LIMITS: Limits =
    Limits { connect: Duration::from_secs(5), reply: Duration::from_millis(1500), dot: Duration::from_millis(1500) };

/// What the server does after the client's n-th line, starting with the greeting.
#[derive(Clone)]
enum Do {
    Say(Vec<u8>),
    SayAndClose(Vec<u8>),
    Silence,
}

fn say(text: &str) -> Do {
    Do::Say(format!("{text}\r\n").into_bytes())
}

/// Greeting, EHLO, MAIL, RCPT, DATA, dot.
fn script(steps: [&str; 6]) -> Vec<Do> {
    steps.into_iter().map(say).collect()
}

const GOOD: [&str; 6] = ["220 hi", "250-x\r\n250 OK", "250 OK", "250 OK", "354 go", "250 queued"];

struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
}

async fn server(steps: Vec<Do>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let connections = Arc::new(AtomicUsize::new(0));
    let (hears, counts) = (Arc::clone(&heard), Arc::clone(&connections));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counts.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(hold(stream, steps.clone(), Arc::clone(&hears)));
        }
    });
    Server { port, heard, connections }
}

async fn hold(mut stream: TcpStream, steps: Vec<Do>, heard: Arc<Mutex<Vec<u8>>>) {
    let mut data = false;
    for (i, step) in steps.into_iter().enumerate() {
        if i > 0 && !listen(&mut stream, &heard, data).await {
            return;
        }
        match step {
            Do::Say(bytes) => {
                data = bytes.starts_with(b"354");
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Do::SayAndClose(bytes) => return drop(stream.write_all(&bytes).await),
            Do::Silence => {
                // Holds the line open and says nothing, until the client gives up.
                let mut rest = Vec::new();
                return drop(stream.read_to_end(&mut rest).await);
            }
        }
    }
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest).await);
}

/// One command, or a whole letter up to its dot.
async fn listen(stream: &mut TcpStream, heard: &Mutex<Vec<u8>>, letter: bool) -> bool {
    let end: &[u8] = if letter { b"\r\n.\r\n" } else { b"\r\n" };
    let mut bytes = Vec::new();
    while !bytes.ends_with(end) {
        let mut one = [0];
        if !matches!(stream.read(&mut one).await, Ok(1)) {
            return false;
        }
        bytes.push(one[0]);
    }
    heard.lock().unwrap().extend_from_slice(&bytes);
    true
}

fn config(port: u16, security: Security, user: Option<&str>) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        user: user.map(str::to_owned),
        password_secret: None,
        ca_file: None,
        helo: "[127.0.0.1]".to_owned(),
        preset: Preset::Custom,
    }
}

async fn attempt(server: &Server, security: Security, user: Option<&str>) -> Attempt {
    let secret = Secret::new("PASSWORD-CANARY");
    let letter = b"Subject: x\n\n.a dot first\nlast line";
    send(&config(server.port, security, user), Some(&secret), "a@x.example", "b@y.example", letter, &LIMITS, || {
        std::future::ready(true)
    })
    .await
}

fn with(at: usize, step: Do) -> Vec<Do> {
    let mut steps = script(GOOD);
    steps[at] = step;
    steps
}

#[tokio::test]
async fn a_good_exchange_delivers_the_letter_as_it_is() {
    let server = server(script(GOOD)).await;
    let attempt = attempt(&server, Security::Plain, None).await;
    assert_eq!((attempt.class, attempt.phase), (MailClass::Accepted, Phase::Dot));
    let heard = String::from_utf8(server.heard.lock().unwrap().clone()).unwrap();
    assert!(
        heard.starts_with("EHLO [127.0.0.1]\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n"),
        "{heard}"
    );
    assert!(heard.ends_with("Subject: x\r\n\r\n..a dot first\r\nlast line\r\n.\r\n"), "{heard}");
}

#[tokio::test]
async fn each_trouble_has_its_class() {
    let gbk = [b"250 ".as_slice(), &[0xb3, 0xc9, 0xb9, 0xa6], b"\r\n"].concat();
    let long = format!("250 {}\r\n", "x".repeat(1_000_000)).into_bytes();
    for (what, steps, class, phase) in [
        ("greeting silent", with(0, Do::Silence), MailClass::Transient, Phase::Connect),
        ("421 at the greeting", with(0, say("421 4.3.2 busy")), MailClass::Transient, Phase::Connect),
        ("silent before the dot", with(2, Do::Silence), MailClass::Transient, Phase::Mail),
        ("silent after the dot", with(5, Do::Silence), MailClass::Doubtful, Phase::Dot),
        ("closed after the dot", with(5, Do::SayAndClose(Vec::new())), MailClass::Doubtful, Phase::Dot),
        ("half a line after the dot", with(5, Do::SayAndClose(b"250 que".to_vec())), MailClass::Doubtful, Phase::Dot),
        ("noise after the dot", with(5, say("what")), MailClass::Doubtful, Phase::Dot),
        ("354 after the dot", with(5, say("354 again")), MailClass::Doubtful, Phase::Dot),
        ("251 after the dot", with(5, say("251 perhaps")), MailClass::Doubtful, Phase::Dot),
        ("250 in GBK after the dot", with(5, Do::Say(gbk)), MailClass::Accepted, Phase::Dot),
        ("550 frequency at MAIL", with(2, say("550 Connection frequency limited")), MailClass::Throttled, Phase::Mail),
        (
            "501 From is not the login",
            with(2, say("501 mail from address must be same as authorization user")),
            MailClass::Config,
            Phase::Mail,
        ),
        ("550 no such user", with(3, say("550 5.1.1 no such user")), MailClass::Gone, Phase::Rcpt),
        ("452 full", with(3, say("452 4.2.2 full")), MailClass::Transient, Phase::Rcpt),
        ("451 at DATA", with(4, say("451 later")), MailClass::Transient, Phase::Data),
        ("554 spam", with(5, say("554 5.7.1 Reject by content spam")), MailClass::Blocked, Phase::Dot),
        ("a reply without end", with(1, Do::Say(long)), MailClass::Malformed, Phase::Connect),
        ("a NUL", with(1, Do::Say(b"250 a\0b\r\n".to_vec())), MailClass::Malformed, Phase::Connect),
    ] {
        let server = server(steps).await;
        let attempt = attempt(&server, Security::Plain, None).await;
        assert_eq!((attempt.class, attempt.phase), (class, phase), "{what}: {attempt:?}");
        assert_eq!(server.connections.load(Ordering::SeqCst), 1, "{what}: one connection an attempt");
        let ours = attempt.reply.is_none() && attempt.class != MailClass::Accepted;
        assert_eq!(ours, !attempt.told.is_empty(), "{what}: either the server's words or ours");
        assert!(!attempt.told.contains(|c: char| c.is_ascii_alphabetic()), "{what}: {}", attempt.told);
    }
}

#[tokio::test]
async fn a_login_is_tried_once_and_its_refusal_is_read_in_gbk() {
    let refusal =
        [b"535 ".as_slice(), &[0xc7, 0xeb, 0xca, 0xb9, 0xd3, 0xc3, 0xca, 0xda, 0xc8, 0xa8, 0xc2, 0xeb], b"\r\n"]
            .concat();
    let server = server(vec![say("220 hi"), say("250-x\r\n250 AUTH PLAIN LOGIN"), Do::Say(refusal)]).await;
    let attempt = attempt(&server, Security::Plain, Some("a@x.example")).await;
    assert_eq!((attempt.class, attempt.phase), (MailClass::Auth, Phase::Auth));
    assert_eq!(attempt.reply.as_ref().unwrap().text, "请使用授权码");
    assert!(!format!("{attempt:?}").contains("CANARY"));
}

#[tokio::test]
async fn login_where_plain_is_not_offered() {
    let steps = [
        "220 hi",
        "250-x\r\n250 AUTH=LOGIN",
        "334 VXNlcm5hbWU6",
        "334 UGFzc3dvcmQ6",
        "235 OK",
        "250 OK",
        "250 OK",
        "354 go",
        "250 queued",
    ];
    let server = server(steps.into_iter().map(say).collect()).await;
    assert_eq!(attempt(&server, Security::Plain, Some("a@x.example")).await.class, MailClass::Accepted);
    let none = super::tests::server(script(GOOD)).await;
    assert_eq!(attempt(&none, Security::Plain, Some("a@x.example")).await.class, MailClass::Config);
}

#[tokio::test]
async fn never_in_clear_when_starttls_was_asked_for() {
    let server = server(script(GOOD)).await;
    let attempt = attempt(&server, Security::StartTls, Some("a@x.example")).await;
    assert_eq!(attempt.class, MailClass::Config);
    let heard = String::from_utf8(server.heard.lock().unwrap().clone()).unwrap();
    assert_eq!(heard, "EHLO [127.0.0.1]\r\n");
}

#[tokio::test]
async fn what_is_not_armed_is_not_ended() {
    let server = server(script(GOOD)).await;
    let attempt =
        send(&config(server.port, Security::Plain, None), None, "a@x.example", "b@y.example", b"x", &LIMITS, || {
            std::future::ready(false)
        })
        .await;
    assert_eq!((attempt.class, attempt.phase), (MailClass::Transient, Phase::Data));
    assert!(!server.heard.lock().unwrap().ends_with(b".\r\n"));
}

/// A certificate for `name`, signed by an authority of its own; both as PEM.
fn certified(name: &str) -> (String, rcgen::CertifiedKey<rcgen::KeyPair>, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let authority_cert = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    (authority_cert.pem(), rcgen::CertifiedKey { cert, signing_key: key }, name.to_owned())
}

async fn tls_server(certified: &rcgen::CertifiedKey<rcgen::KeyPair>, starttls: bool) -> u16 {
    cuigeng_adapters::http::install_crypto();
    let chain = vec![certified.cert.der().clone()];
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if starttls {
                let heard = Mutex::default();
                stream.write_all(b"220 hi\r\n").await.unwrap();
                listen(&mut stream, &heard, false).await;
                stream.write_all(b"250-x\r\n250 STARTTLS\r\n").await.unwrap();
                listen(&mut stream, &heard, false).await;
                stream.write_all(b"220 go\r\n").await.unwrap();
            }
            let Ok(mut tls) = acceptor.accept(stream).await else { continue };
            if !starttls {
                tls.write_all(b"220 hi\r\n").await.unwrap();
            }
            for reply in ["250-x\r\n250 AUTH PLAIN", "235 OK", "250 OK", "250 OK", "354 go", "250 queued"] {
                let mut bytes = Vec::new();
                let end: &[u8] = if reply.starts_with("250 queued") { b"\r\n.\r\n" } else { b"\r\n" };
                while !bytes.ends_with(end) {
                    let mut one = [0];
                    if !matches!(tls.read(&mut one).await, Ok(1)) {
                        break;
                    }
                    bytes.push(one[0]);
                }
                drop(tls.write_all(format!("{reply}\r\n").as_bytes()).await);
            }
        }
    });
    port
}

#[tokio::test]
async fn tls_with_a_private_authority_and_against_strangers() {
    let dir = tempfile::tempdir().unwrap();
    let secret = Secret::new("p");
    for (starttls, security) in [(false, Security::Tls), (true, Security::StartTls)] {
        for (name, trusted, want) in [
            ("localhost", true, MailClass::Accepted),
            ("localhost", false, MailClass::Config),
            ("other.example", true, MailClass::Config),
        ] {
            let (authority, certified, _) = certified(name);
            let file = dir.path().join("ca.pem");
            std::fs::write(&file, authority).unwrap();
            let port = tls_server(&certified, starttls).await;
            let config = SmtpConfig {
                host: "localhost".to_owned(),
                ca_file: trusted.then_some(file),
                ..config(port, security, Some("a@x.example"))
            };
            let limits = Limits { reply: Duration::from_secs(5), dot: Duration::from_secs(5), ..LIMITS };
            let attempt =
                send(&config, Some(&secret), "a@x.example", "b@y.example", b"x", &limits, || std::future::ready(true))
                    .await;
            assert_eq!(attempt.class, want, "{security:?} {name} {trusted}: {attempt:?}");
        }
    }
}
