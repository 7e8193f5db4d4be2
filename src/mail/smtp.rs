//! One letter to one recipient over SMTP: our own dialogue on lettre's addresses and commands.
//!
//! lettre's transport is not used for three reasons that its probes showed: it reports a cancelled
//! send wrongly, its time limit ends with connecting, and a reply that is not UTF-8 loses its code. A
//! letter counts as accepted only by a 250 after the final dot; what breaks after the dot is doubtful.

use super::classify::{MailClass, Phase, Preset, classify};
use super::reply::{REPLY_LIMIT, Read, Reply, read};
use super::tls;
use crate::config::{Security, SmtpConfig};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use cuigeng_adapters::Secret;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Starttls};
use lettre::transport::smtp::extension::ClientId;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long each phase may take (RFC 5321 §4.5.3.2; shorter before the dot, where a retry is harmless).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connecting with TLS.
    pub connect: Duration,
    /// Each reply before the dot.
    pub reply: Duration,
    /// The reply after the dot: giving up too early makes duplicates.
    pub dot: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { connect: Duration::from_secs(30), reply: Duration::from_secs(60), dot: Duration::from_secs(600) }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who acts next.
    pub class: MailClass,
    /// How far it came.
    pub phase: Phase,
    /// The server's last answer, if it gave a readable one.
    pub reply: Option<Reply>,
    /// Without a readable answer, what happened (English, no secret).
    pub trouble: String,
}

/// A refusal or a break.
struct Broken {
    class: MailClass,
    reply: Option<Reply>,
    trouble: String,
}

/// Sends one letter. `arm` is awaited just before the final dot and must make durable that the letter
/// may be delivered from here on; when it says no, nothing has been delivered.
pub async fn send<F>(
    config: &SmtpConfig,
    password: Option<&Secret>,
    from: &str,
    to: &str,
    letter: &[u8],
    limits: &Limits,
    arm: impl FnOnce() -> F,
) -> Attempt
where
    F: Future<Output = bool>,
{
    let mut phase = Phase::Connect;
    match exchange(config, password, (from, to, letter), limits, &mut phase, arm).await {
        Ok(reply) => Attempt { class: MailClass::Accepted, phase, reply: Some(reply), trouble: String::new() },
        Err(Broken { class, reply, trouble }) => Attempt { class, phase, reply, trouble },
    }
}

/// Connects, logs in where a login is configured, and takes leave: no letter is sent.
pub async fn sign_in(config: &SmtpConfig, password: Option<&Secret>, limits: &Limits) -> Attempt {
    let mut phase = Phase::Connect;
    let signing = async {
        let (mut line, offers) = open(config, limits).await?;
        phase = Phase::Auth;
        if let Some(user) = &config.user {
            login(&mut line, &offers, user, password, limits).await?;
        }
        drop(timeout(Duration::from_secs(2), line.write(Quit.to_string().as_bytes(), limits.reply)).await);
        Ok(())
    };
    match signing.await {
        Ok(()) => Attempt { class: MailClass::Accepted, phase, reply: None, trouble: String::new() },
        Err(Broken { class, reply, trouble }) => Attempt { class, phase, reply, trouble },
    }
}

async fn exchange<F: Future<Output = bool>>(
    config: &SmtpConfig,
    password: Option<&Secret>,
    (from, to, letter): (&str, &str, &[u8]),
    limits: &Limits,
    phase: &mut Phase,
    arm: impl FnOnce() -> F,
) -> Result<Reply, Broken> {
    let (from, to) = (address(from, MailClass::Config)?, address(to, MailClass::Gone)?);
    let (mut line, offers) = open(config, limits).await?;
    tracing::debug!("smtp.greeted");
    *phase = Phase::Auth;
    if let Some(user) = &config.user {
        login(&mut line, &offers, user, password, limits).await?;
    }
    tracing::debug!("smtp.authed");
    *phase = Phase::Mail;
    line.ask(&Mail::new(Some(from), Vec::new()), *phase, &[250], limits).await?;
    tracing::debug!("smtp.mail_taken");
    *phase = Phase::Rcpt;
    line.ask(&Rcpt::new(to, Vec::new()), *phase, &[250, 251], limits).await?;
    tracing::debug!("smtp.rcpt_taken");
    *phase = Phase::Data;
    line.ask(&Data, *phase, &[354], limits).await?;
    tracing::debug!("smtp.data_taken");
    line.write(&stuffed(letter), limits.dot).await?;
    tracing::debug!("smtp.body_written");
    if !arm().await {
        return Err(broken(MailClass::Transient, "not armed: the letter was not ended"));
    }
    *phase = Phase::Dot;
    let reply = ended(&mut line, limits).await?;
    tracing::debug!("smtp.accepted");
    // A courtesy; the letter is accepted whatever becomes of it.
    drop(timeout(Duration::from_secs(2), line.write(Quit.to_string().as_bytes(), limits.reply)).await);
    tracing::debug!("smtp.left");
    Ok(reply)
}

/// After the dot only a readable refusal is certain.
async fn ended(line: &mut Line, limits: &Limits) -> Result<Reply, Broken> {
    let doubtful = |trouble: String| Broken { class: MailClass::Doubtful, reply: None, trouble };
    line.write(b".\r\n", limits.dot).await.map_err(|b| doubtful(b.trouble))?;
    let reply = line.reply(limits.dot).await.map_err(|b| doubtful(b.trouble))?;
    match reply.code {
        250 => Ok(reply),
        200..=399 => Err(Broken {
            class: MailClass::Doubtful,
            trouble: format!("code {} after the dot", reply.code),
            reply: Some(reply),
        }),
        _ => {
            Err(Broken { class: classify(line.preset, Phase::Dot, &reply), reply: Some(reply), trouble: String::new() })
        }
    }
}

fn broken(class: MailClass, trouble: impl Into<String>) -> Broken {
    Broken { class, reply: None, trouble: trouble.into() }
}

fn address(text: &str, class: MailClass) -> Result<Address, Broken> {
    text.parse().map_err(|_| broken(class, "the address cannot be used"))
}

/// Connects, and greets until EHLO is answered over a line as safe as was asked for.
async fn open(config: &SmtpConfig, limits: &Limits) -> Result<(Line, Reply), Broken> {
    let mut line = match config.security {
        Security::Tls => {
            let both = async { secured(connected(config).await?, config).await };
            Line::new(in_time(both, limits).await?, config.preset)
        }
        Security::StartTls => return starttls(in_time(connected(config), limits).await?, config, limits).await,
        Security::Plain => {
            Line::new(Box::new(in_time(connected(config), limits).await?) as Box<dyn Stream>, config.preset)
        }
    };
    line.greeting(limits).await?;
    let offers = line.ask(&Ehlo::new(ClientId::Domain(config.helo.clone())), Phase::Connect, &[250], limits).await?;
    Ok((line, offers))
}

async fn connected(config: &SmtpConfig) -> Result<TcpStream, Broken> {
    let connecting = TcpStream::connect((config.host.as_str(), config.port)).await;
    let socket = connecting.map_err(|e| broken(MailClass::Transient, format!("connecting failed: {e}")))?;
    tracing::debug!("smtp.connected");
    // Small writes follow each other; waiting for acknowledgements would cost 40 ms each.
    socket.set_nodelay(true).map_err(|e| broken(MailClass::Transient, e.to_string()))?;
    Ok(socket)
}

/// Connecting and its TLS have one time limit between them.
async fn in_time<T>(opening: impl Future<Output = Result<T, Broken>>, limits: &Limits) -> Result<T, Broken> {
    let late = "connecting took too long; is this the port for that kind of encryption?";
    timeout(limits.connect, opening).await.unwrap_or_else(|_| Err(broken(MailClass::Transient, late)))
}

/// STARTTLS or nothing: never in clear when it was asked for.
async fn starttls(socket: TcpStream, config: &SmtpConfig, limits: &Limits) -> Result<(Line, Reply), Broken> {
    let ehlo = Ehlo::new(ClientId::Domain(config.helo.clone()));
    let mut clear = Line::new(socket, config.preset);
    clear.greeting(limits).await?;
    let offers = clear.ask(&ehlo, Phase::Connect, &[250], limits).await?;
    if !offers.text.lines().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(broken(MailClass::Config, "the server does not offer STARTTLS"));
    }
    clear.ask(&Starttls, Phase::Connect, &[220], limits).await?;
    if !clear.received.is_empty() {
        return Err(broken(MailClass::Config, "data after STARTTLS: somebody injects answers"));
    }
    let mut line = Line::new(in_time(secured(clear.stream, config), limits).await?, config.preset);
    let offers = line.ask(&ehlo, Phase::Connect, &[250], limits).await?;
    Ok((line, offers))
}

async fn secured(socket: TcpStream, config: &SmtpConfig) -> Result<Box<dyn Stream>, Broken> {
    match tls::connect(socket, &config.host, config.ca_file.as_deref()).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(tls::TlsFault::Setup(why)) => Err(broken(MailClass::Config, why)),
        Err(tls::TlsFault::Broken(why)) => Err(broken(MailClass::Transient, why)),
    }
}

/// PLAIN, else LOGIN, whichever the server offers.
async fn login(
    line: &mut Line,
    offers: &Reply,
    user: &str,
    password: Option<&Secret>,
    limits: &Limits,
) -> Result<(), Broken> {
    let password = password.ok_or_else(|| broken(MailClass::Config, "a login name without a password"))?;
    let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
    let offered: Vec<String> =
        offers.text.lines().filter_map(|l| l.trim().to_uppercase().strip_prefix("AUTH").map(str::to_owned)).collect();
    let has = |name: &str| offered.iter().any(|mechanisms| mechanisms.split([' ', '=']).any(|m| m == name));
    let usual = |why: &str| broken(MailClass::Config, why);
    if has("PLAIN") {
        let auth = Auth::new(Mechanism::Plain, credentials, None).map_err(|_| usual("AUTH PLAIN cannot be made"))?;
        line.ask(&auth, Phase::Auth, &[235], limits).await?;
    } else if has("LOGIN") {
        line.ask(&"AUTH LOGIN\r\n", Phase::Auth, &[334], limits).await?;
        line.ask(&format!("{}\r\n", BASE64.encode(user)), Phase::Auth, &[334], limits).await?;
        line.ask(&format!("{}\r\n", BASE64.encode(password.expose())), Phase::Auth, &[235], limits).await?;
    } else {
        return Err(usual("the server offers neither AUTH PLAIN nor AUTH LOGIN"));
    }
    Ok(())
}

/// CRLF line ends, a dot doubled at the start of a line, and a line end before the final dot.
fn stuffed(letter: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(letter.len() + 16);
    for line in letter.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// What a dialogue runs over.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Line<S = Box<dyn Stream>> {
    stream: S,
    /// Whose words its answers are.
    preset: Preset,
    received: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    fn new(stream: S, preset: Preset) -> Line<S> {
        Line { stream, preset, received: Vec::new() }
    }

    async fn greeting(&mut self, limits: &Limits) -> Result<Reply, Broken> {
        let reply = self.reply(limits.reply).await?;
        self.expect(reply, Phase::Connect, &[220])
    }

    /// One command and its reply.
    async fn ask(
        &mut self,
        command: &impl Display,
        phase: Phase,
        wanted: &[u16],
        limits: &Limits,
    ) -> Result<Reply, Broken> {
        self.write(command.to_string().as_bytes(), limits.reply).await?;
        let reply = self.reply(limits.reply).await?;
        self.expect(reply, phase, wanted)
    }

    fn expect(&self, reply: Reply, phase: Phase, wanted: &[u16]) -> Result<Reply, Broken> {
        if wanted.contains(&reply.code) {
            return Ok(reply);
        }
        Err(Broken { class: classify(self.preset, phase, &reply), reply: Some(reply), trouble: String::new() })
    }

    async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Broken> {
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(limit, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(broken(MailClass::Transient, format!("writing failed: {e}"))),
            Err(_) => Err(broken(MailClass::Transient, "the server takes nothing")),
        }
    }

    async fn reply(&mut self, limit: Duration) -> Result<Reply, Broken> {
        match timeout(limit, self.read_reply()).await {
            Ok(result) => result,
            Err(_) => Err(broken(MailClass::Transient, "no reply in time")),
        }
    }

    async fn read_reply(&mut self) -> Result<Reply, Broken> {
        let mut chunk = [0_u8; 4096];
        loop {
            match read(&self.received) {
                Read::Whole(reply) => {
                    self.received.clear();
                    return Ok(reply);
                }
                Read::Unreadable => return Err(broken(MailClass::Malformed, "a reply that cannot be read")),
                Read::Unfinished => {}
            }
            match self.stream.read(&mut chunk).await {
                Ok(0) => return Err(broken(MailClass::Transient, "the server closed the line")),
                Ok(n) if self.received.len() + n <= REPLY_LIMIT => self.received.extend_from_slice(&chunk[..n]),
                Ok(_) => return Err(broken(MailClass::Malformed, "a reply without end")),
                Err(e) => return Err(broken(MailClass::Transient, format!("reading failed: {e}"))),
            }
        }
    }
}

#[cfg(test)]
mod tests;
