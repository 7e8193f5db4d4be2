//! The sender's mailbox over IMAP, for reading only: EXAMINE and BODY.PEEK change no message and no mark.
//!
//! async-imap speaks; the line, its TLS and its time limits are ours. Its own errors may quote mail and are
//! never kept; of a server's refusal only the words are, without the password.

use super::classify::MailClass;
use super::tls::{self, TlsFault};
use crate::config::{ImapConfig, Security};
use crate::domain::Moment;
use async_imap::error::Error;
use async_imap::types::Fetch;
use cuigeng_adapters::Secret;
use futures::TryStreamExt;
use std::future::Future;
use std::time::Duration;
use tokio::io::{AsyncReadExt, Join, ReadHalf, Take, WriteHalf, join, split};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

/// Connecting with TLS.
const CONNECT: Duration = Duration::from_secs(30);
/// Each command with its answer.
const STEP: Duration = Duration::from_secs(60);
/// Most bytes that one session reads: no server can fill the memory.
const SESSION_LIMIT: u64 = 64 * 1024 * 1024;
/// Most bytes of a message's headers that are fetched to tell whether it is a report.
const HEAD_LIMIT: usize = 64 * 1024;

type Stream = TlsStream<TcpStream>;
type Line = Join<Take<ReadHalf<Stream>>, WriteHalf<Stream>>;

/// Why the mailbox could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Who acts next: `Transient`, `Auth`, `Config` or `Malformed`.
    pub class: MailClass,
    /// The server's words, or what happened (English, no secret).
    pub words: String,
}

impl Trouble {
    fn new(class: MailClass, words: impl Into<String>) -> Trouble {
        Trouble { class, words: words.into() }
    }

    /// What cures it (Chinese).
    pub fn advice(&self) -> &'static str {
        advice(self.class.word())
    }
}

/// What cures a trouble of the class of that word (Chinese).
pub fn advice(class: &str) -> &'static str {
    match class {
        "auth" => "收信（IMAP）登录失败：请在网页邮箱打开 IMAP 服务，并核对授权码（客户端专用密码）与凭据文件",
        "config" => "请核对 [mail.bounces] 的服务器、端口、加密方式、证书、文件夹和口令文件",
        _ => "程序会自行重试；持续如此请检查网络与 [mail.bounces] 的服务器地址、端口",
    }
}

/// A mailbox that is open for reading.
pub struct Mailbox {
    session: async_imap::Session<Line>,
    /// Its UIDVALIDITY; 0 when the server gives none, and numbers then mean nothing.
    pub uidvalidity: u32,
    /// Messages in it.
    pub messages: u32,
}

/// Connects, logs in and opens the folder for reading.
///
/// # Errors
/// [`Trouble`]; `Auth` only when the server refused the login.
pub async fn open(config: &ImapConfig, password: &Secret) -> Result<Mailbox, Trouble> {
    let secure = timeout(CONNECT, secured(config));
    let stream = secure.await.map_err(|_| Trouble::new(MailClass::Transient, "connecting took too long"))??;
    let mut client = client(stream);
    if config.security == Security::Tls {
        greeting(&mut client).await?;
    }
    let login = in_time(async { Ok(client.login(&config.user, password.expose()).await) }).await?;
    let mut session = login.map_err(|(error, _)| trouble(&error, MailClass::Auth, Some(password)))?;
    introduce(&mut session).await;
    let folder = examine(&mut session, &config.folder).await?;
    Ok(Mailbox { session, uidvalidity: folder.uid_validity.unwrap_or(0), messages: folder.exists })
}

/// TLS from the first byte, or after STARTTLS; never in clear.
async fn secured(config: &ImapConfig) -> Result<Stream, Trouble> {
    let failed = |e: std::io::Error| Trouble::new(MailClass::Transient, format!("connecting failed: {}", e.kind()));
    let mut socket = TcpStream::connect((config.host.as_str(), config.port)).await.map_err(failed)?;
    if config.security == Security::StartTls {
        let mut clear = async_imap::Client::new(socket);
        greeting(&mut clear).await?;
        let asked = clear.run_command_and_check_ok("STARTTLS", None).await;
        asked.map_err(|e| trouble(&e, MailClass::Config, None))?;
        // What somebody may have put behind the answer is thrown away with the client's buffer.
        socket = clear.into_inner();
    }
    tls::connect(socket, &config.host, config.ca_file.as_deref()).await.map_err(|fault| match fault {
        TlsFault::Setup(why) => Trouble::new(MailClass::Config, why),
        TlsFault::Broken(why) => Trouble::new(MailClass::Transient, why),
    })
}

fn client(stream: Stream) -> async_imap::Client<Line> {
    let (read, write) = split(stream);
    async_imap::Client::new(join(read.take(SESSION_LIMIT), write))
}

async fn greeting<T>(client: &mut async_imap::Client<T>) -> Result<(), Trouble>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + std::fmt::Debug + Send,
{
    let read = timeout(STEP, client.read_response()).await;
    match read.map_err(|_| Trouble::new(MailClass::Transient, "no greeting in time"))? {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Trouble::new(MailClass::Transient, "the server closed the line")),
        Err(e) => Err(Trouble::new(MailClass::Malformed, format!("no greeting: {}", e.kind()))),
    }
}

/// 网易 opens no folder to a client that has not said its name (RFC 2971); others may not know the command.
async fn introduce(session: &mut async_imap::Session<Line>) {
    if let Ok(Ok(offers)) = timeout(STEP, session.capabilities()).await
        && offers.has_str("ID")
    {
        let name = [("name", Some("cuigeng")), ("version", Some(env!("CARGO_PKG_VERSION")))];
        drop(timeout(STEP, session.id(name)).await);
    }
}

async fn examine(session: &mut async_imap::Session<Line>, folder: &str) -> Result<async_imap::types::Mailbox, Trouble> {
    let opened = in_time(async { Ok(session.examine(folder).await) }).await?;
    opened.map_err(|e| trouble(&e, MailClass::Config, None))
}

impl Mailbox {
    /// The UIDs above `last`, ascending; of a folder that was never read, those of the last `days` days.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn since(&mut self, last: u32, days: i64, now: Moment) -> Result<Vec<u32>, Trouble> {
        let query = if last > 0 {
            format!("UID {}:*", last.saturating_add(1))
        } else {
            // The date of RFC 9051 §6.4.4, in the server's own zone: a day more does no harm.
            format!("SINCE {}", now.plus_days(-days).beijing().format("%-d-%b-%Y"))
        };
        let found = in_time(async { Ok(self.session.uid_search(query).await) }).await?;
        let found = found.map_err(|e| trouble(&e, MailClass::Malformed, None))?;
        // `n:*` holds the last message even when its number is below n.
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| *uid > last).collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// A message's headers; `None` when it is gone.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn headers(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let query = format!("(UID BODY.PEEK[HEADER]<0.{HEAD_LIMIT}>)");
        self.fetch(uid, &query, |fetch| fetch.header().map(<[u8]>::to_vec)).await
    }

    /// A message from its beginning, at most `limit` bytes; `None` when it is gone.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn message(&mut self, uid: u32, limit: usize) -> Result<Option<Vec<u8>>, Trouble> {
        let query = format!("(UID BODY.PEEK[]<0.{limit}>)");
        self.fetch(uid, &query, |fetch| fetch.body().map(<[u8]>::to_vec)).await
    }

    async fn fetch(
        &mut self,
        uid: u32,
        query: &str,
        part: impl Fn(&Fetch) -> Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let fetching = async {
            let answers: Vec<Fetch> = match self.session.uid_fetch(uid.to_string(), query).await {
                Ok(stream) => match stream.try_collect().await {
                    Ok(answers) => answers,
                    Err(error) => return Ok(Err(error)),
                },
                Err(error) => return Ok(Err(error)),
            };
            Ok(Ok(answers.iter().filter(|fetch| fetch.uid == Some(uid)).find_map(part)))
        };
        in_time(fetching).await?.map_err(|e| trouble(&e, MailClass::Malformed, None))
    }

    /// Takes leave; a courtesy.
    pub async fn leave(mut self) {
        drop(timeout(Duration::from_secs(2), self.session.logout()).await);
    }
}

async fn in_time<T>(step: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    timeout(STEP, step).await.unwrap_or_else(|_| Err(Trouble::new(MailClass::Transient, "no answer in time")))
}

/// `refused` is the class of a NO. Only a refusal's words are kept: other errors may quote what was read.
fn trouble(error: &Error, refused: MailClass, password: Option<&Secret>) -> Trouble {
    let said = |words: &str| {
        let hidden = password.map_or_else(|| words.to_owned(), |secret| words.replace(secret.expose(), "***"));
        super::message::clean(&hidden).chars().take(300).collect::<String>()
    };
    match error {
        Error::No(words) => Trouble::new(refused, said(words)),
        Error::Bad(words) => Trouble::new(MailClass::Malformed, said(words)),
        Error::Io(e) if e.kind() == std::io::ErrorKind::Other => {
            Trouble::new(MailClass::Malformed, "an answer that cannot be read")
        }
        Error::Io(e) => Trouble::new(MailClass::Transient, format!("the line broke: {}", e.kind())),
        Error::ConnectionLost => Trouble::new(MailClass::Transient, "the server closed the line"),
        Error::Validate(_) => Trouble::new(MailClass::Config, "a line break in login, password or folder"),
        _ => Trouble::new(MailClass::Malformed, "an answer that cannot be read"),
    }
}
