//! One letter to one recipient over SMTP: our own dialogue on lettre's addresses and commands.
//!
//! lettre's transport is not used for three reasons that its probes showed: it reports a cancelled
//! send wrongly, its time limit ends with connecting, and a reply that is not UTF-8 loses its code. A
//! letter counts as accepted only by a 250 after the final dot; what breaks after the dot is doubtful.

mod line;

use super::classify::{MailClass, Phase, classify};
use super::reply::Reply;
use super::tls;
use crate::config::{Security, SmtpConfig};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use cuigeng_adapters::Secret;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Starttls};
use lettre::transport::smtp::extension::ClientId;
use line::{Line, Stream};
use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;
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
    /// Without a readable answer, what happened: our words, not the server's (Chinese, no secret).
    pub told: String,
    /// The same for the log (English, no secret).
    pub trouble: String,
}

/// A refusal or a break.
struct Broken {
    class: MailClass,
    reply: Option<Reply>,
    told: String,
    trouble: String,
}

impl Attempt {
    fn good(phase: Phase, reply: Option<Reply>) -> Attempt {
        Attempt { class: MailClass::Accepted, phase, reply, told: String::new(), trouble: String::new() }
    }
}

impl Broken {
    fn at(self, phase: Phase) -> Attempt {
        let Broken { class, reply, told, trouble } = self;
        Attempt { class, phase, reply, told, trouble }
    }

    fn refused(class: MailClass, reply: Reply) -> Broken {
        Broken { class, reply: Some(reply), told: String::new(), trouble: String::new() }
    }
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
        Ok(reply) => Attempt::good(phase, Some(reply)),
        Err(broken) => broken.at(phase),
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
        Ok::<(), Broken>(())
    };
    match signing.await {
        Ok(()) => Attempt::good(phase, None),
        Err(broken) => broken.at(phase),
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
        return Err(broken(
            MailClass::Transient,
            "没有发完：数据库记不下来，信没有交出去",
            "not armed: the letter was not ended",
        ));
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
    let doubtful = |broken: Broken| Broken { class: MailClass::Doubtful, ..broken };
    line.write(b".\r\n", limits.dot).await.map_err(doubtful)?;
    let reply = line.reply(limits.dot).await.map_err(doubtful)?;
    match reply.code {
        250 => Ok(reply),
        code @ 200..=399 => {
            let trouble = format!("code {code} after the dot");
            Err(Broken { trouble, ..Broken::refused(MailClass::Doubtful, reply) })
        }
        _ => Err(Broken::refused(classify(line.preset, Phase::Dot, &reply), reply)),
    }
}

/// Without an answer: what people read (Chinese), and the log (English).
fn broken(class: MailClass, told: impl Into<String>, trouble: impl Into<String>) -> Broken {
    Broken { class, reply: None, told: told.into(), trouble: trouble.into() }
}

/// A break that the system tells of, in Chinese where it is a usual one.
fn cut(told: &str, trouble: &str, error: &std::io::Error) -> Broken {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "：对方没有开这个端口",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "：对方断开了",
        ErrorKind::TimedOut => "：对方没有回应",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => "：网络不通",
        _ => "",
    };
    broken(MailClass::Transient, format!("{told}{why}"), format!("{trouble}: {error}"))
}

fn address(text: &str, class: MailClass) -> Result<Address, Broken> {
    text.parse().map_err(|_| broken(class, "这个邮箱地址不能用", "the address cannot be used"))
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
    let socket = connecting.map_err(|e| cut("没有连上邮件服务器", "connecting failed", &e))?;
    tracing::debug!("smtp.connected");
    // Small writes follow each other; waiting for acknowledgements would cost 40 ms each.
    socket.set_nodelay(true).map_err(|e| cut("没有连上邮件服务器", "no socket", &e))?;
    Ok(socket)
}

/// Connecting and its TLS have one time limit between them.
async fn in_time<T>(opening: impl Future<Output = Result<T, Broken>>, limits: &Limits) -> Result<T, Broken> {
    let late = "connecting took too long; is this the port for that kind of encryption?";
    let told = "没有连上邮件服务器：等得太久，请核对端口与加密方式是否相配";
    timeout(limits.connect, opening).await.unwrap_or_else(|_| Err(broken(MailClass::Transient, told, late)))
}

/// STARTTLS or nothing: never in clear when it was asked for.
async fn starttls(socket: TcpStream, config: &SmtpConfig, limits: &Limits) -> Result<(Line, Reply), Broken> {
    let ehlo = Ehlo::new(ClientId::Domain(config.helo.clone()));
    let mut clear = Line::new(socket, config.preset);
    clear.greeting(limits).await?;
    let offers = clear.ask(&ehlo, Phase::Connect, &[250], limits).await?;
    if !offers.text.lines().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(broken(MailClass::Config, "邮件服务器不支持 STARTTLS 加密", "the server does not offer STARTTLS"));
    }
    clear.ask(&Starttls, Phase::Connect, &[220], limits).await?;
    if !clear.received.is_empty() {
        return Err(broken(
            MailClass::Config,
            "加密之前收到了多余的答复，可能有人从中插话，没有继续",
            "data after STARTTLS: somebody injects answers",
        ));
    }
    let mut line = Line::new(in_time(secured(clear.stream, config), limits).await?, config.preset);
    let offers = line.ask(&ehlo, Phase::Connect, &[250], limits).await?;
    Ok((line, offers))
}

async fn secured(socket: TcpStream, config: &SmtpConfig) -> Result<Box<dyn Stream>, Broken> {
    match tls::connect(socket, &config.host, config.ca_file.as_deref()).await {
        Ok(stream) => Ok(Box::new(stream)),
        // Which certificate or authority file it is, only the library's words say.
        Err(tls::TlsFault::Setup(why)) => {
            Err(broken(MailClass::Config, format!("没有建立加密连接，证书或加密设置不对（{why}）"), why))
        }
        Err(tls::TlsFault::Broken(why)) => Err(broken(MailClass::Transient, "没有建立加密连接，连接中断", why)),
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
    let password = password
        .ok_or_else(|| broken(MailClass::Config, "没有登录：读不到邮箱口令", "a login name without a password"))?;
    let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
    let offered: Vec<String> =
        offers.text.lines().filter_map(|l| l.trim().to_uppercase().strip_prefix("AUTH").map(str::to_owned)).collect();
    let has = |name: &str| offered.iter().any(|mechanisms| mechanisms.split([' ', '=']).any(|m| m == name));
    let usual = |told: &str, why: &str| broken(MailClass::Config, told, why);
    if has("PLAIN") {
        let auth = Auth::new(Mechanism::Plain, credentials, None)
            .map_err(|_| usual("没有登录：登录名或口令不能用", "AUTH PLAIN cannot be made"))?;
        line.ask(&auth, Phase::Auth, &[235], limits).await?;
    } else if has("LOGIN") {
        line.ask(&"AUTH LOGIN\r\n", Phase::Auth, &[334], limits).await?;
        line.ask(&format!("{}\r\n", BASE64.encode(user)), Phase::Auth, &[334], limits).await?;
        line.ask(&format!("{}\r\n", BASE64.encode(password.expose())), Phase::Auth, &[235], limits).await?;
    } else {
        return Err(usual(
            "没有登录：邮件服务器不支持用口令登录（PLAIN、LOGIN 都没有）",
            "the server offers neither AUTH PLAIN nor AUTH LOGIN",
        ));
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

#[cfg(test)]
mod tests;
