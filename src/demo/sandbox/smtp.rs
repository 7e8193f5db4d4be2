//! A mail server of the demo: a real SMTP conversation (RFC 5321 with AUTH of RFC 4954) whose letters
//! end in a mailbox. Whoever gets one may act on it: see [`Town::receive`](super::Town::receive).
//!
//! It speaks no TLS and delivers nowhere.

use super::World;
use super::mime::{base64, text_of};
use cuigeng_adapters::Moment;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Longest line that is read, in bytes; longer than RFC 5321 asks for.
const LINE_LIMIT: u64 = 64 * 1024;
/// Longest letter, in bytes.
const LETTER_LIMIT: usize = 32 * 1024 * 1024;

/// What the mail server has accepted.
#[derive(Debug, Default)]
pub struct Mailbox {
    letters: Mutex<Vec<Accepted>>,
}

/// One accepted letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The letter as it was sent, dots unstuffed.
    pub raw: Vec<u8>,
    /// When, on the sandbox's clock.
    pub at: Moment,
}

impl Mailbox {
    /// Every accepted letter, in order of arrival.
    pub fn letters(&self) -> Vec<Accepted> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, letter: Accepted) -> usize {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(letter);
        letters.len()
    }
}

impl Accepted {
    /// Subject and text parts, decoded.
    pub fn text(&self) -> String {
        text_of(&self.raw)
    }
}

pub(super) async fn listen(listener: TcpListener, world: World, mailbox: Arc<Mailbox>) {
    let mut talks = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Replies of several lines would each wait for the client's acknowledgement, 40 ms a letter.
        drop(stream.set_nodelay(true));
        let (world, mailbox) = (world.clone(), Arc::clone(&mailbox));
        // A client that hangs up in the middle of a talk ends that talk and nothing else.
        talks.spawn(async move { drop(Talk::new(stream, world, mailbox).hold().await) });
        while talks.try_join_next().is_some() {}
    }
}

/// One conversation.
struct Talk {
    from_client: BufReader<OwnedReadHalf>,
    to_client: OwnedWriteHalf,
    world: World,
    mailbox: Arc<Mailbox>,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    fn new(stream: TcpStream, world: World, mailbox: Arc<Mailbox>) -> Talk {
        let (from_client, to_client) = stream.into_split();
        let from_client = BufReader::new(from_client);
        Talk { from_client, to_client, world, mailbox, greeted: false, from: None, to: Vec::new() }
    }

    async fn hold(mut self) -> Result<(), io::Error> {
        self.say("220 sandbox.example ESMTP").await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((line.as_str(), ""));
            match verb.to_ascii_uppercase().as_str() {
                "QUIT" => return self.say("221 2.0.0 Bye").await,
                "EHLO" => self.hello(rest, true).await?,
                "HELO" => self.hello(rest, false).await?,
                "AUTH" => self.auth(rest).await?,
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.rcpt(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.reset();
                    self.say("250 2.0.0 Ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 Ok").await?,
                "VRFY" => self.say("252 2.5.0 Send some mail").await?,
                _ => self.say("502 5.5.2 Command not recognized").await?,
            }
        }
        Ok(())
    }

    async fn hello(&mut self, name: &str, extended: bool) -> Result<(), io::Error> {
        if name.trim().is_empty() {
            return self.say("501 5.5.4 Name needed").await;
        }
        self.greeted = true;
        self.reset();
        if !extended {
            return self.say("250 sandbox.example").await;
        }
        let size = format!("250-SIZE {LETTER_LIMIT}");
        for line in [
            "250-sandbox.example",
            "250-PIPELINING",
            &size,
            "250-AUTH PLAIN LOGIN",
            "250-8BITMIME",
            "250 ENHANCEDSTATUSCODES",
        ] {
            self.say(line).await?;
        }
        Ok(())
    }

    async fn auth(&mut self, rest: &str) -> Result<(), io::Error> {
        let (kind, first) = rest.split_once(' ').unwrap_or((rest, ""));
        let password = match kind.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let line = if first.is_empty() { self.ask("334 ").await? } else { first.to_owned() };
                base64(&line).rsplit(|b| *b == 0).next().map(<[u8]>::to_vec).unwrap_or_default()
            }
            "LOGIN" => {
                if first.is_empty() {
                    self.ask("334 VXNlcm5hbWU6").await?;
                }
                base64(&self.ask("334 UGFzc3dvcmQ6").await?)
            }
            _ => return self.say("504 5.5.4 Unrecognized authentication type").await,
        };
        if password == self.world.town.credential("smtp").as_bytes() {
            self.say("235 2.7.0 Authentication successful").await
        } else {
            self.say("535 5.7.8 Authentication credentials invalid").await
        }
    }

    async fn mail(&mut self, rest: &str) -> Result<(), io::Error> {
        if !self.greeted {
            return self.say("503 5.5.1 Say hello first").await;
        }
        match address(rest, "FROM:") {
            _ if self.from.is_some() => self.say("503 5.5.1 Sender already given").await,
            Some(from) => {
                self.from = Some(from);
                self.say("250 2.1.0 Ok").await
            }
            None => self.say("501 5.1.7 Bad sender address syntax").await,
        }
    }

    async fn rcpt(&mut self, rest: &str) -> Result<(), io::Error> {
        match address(rest, "TO:").filter(|to| to.contains('@')) {
            _ if self.from.is_none() => self.say("503 5.5.1 Sender first").await,
            Some(to) => {
                self.to.push(to);
                self.say("250 2.1.5 Ok").await
            }
            None => self.say("501 5.1.3 Bad recipient address syntax").await,
        }
    }

    async fn data(&mut self) -> Result<(), io::Error> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 Recipient first").await;
        }
        self.say("354 End data with <CR><LF>.<CR><LF>").await?;
        let Some(raw) = self.letter().await? else {
            self.reset();
            return self.say("552 5.3.4 Message too big").await;
        };
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let letter = Accepted { from, to, raw, at: self.world.now() };
        let text = letter.text();
        for recipient in &letter.to {
            self.world.town.receive(recipient, &text, letter.at);
        }
        let number = self.mailbox.keep(letter);
        self.say(&format!("250 2.0.0 Ok: queued as {number:06X}")).await
    }

    /// The letter up to its final dot; `None` when it is too big. Ends with an error when the line
    /// breaks before the dot: then nothing was accepted.
    async fn letter(&mut self) -> Result<Option<Vec<u8>>, io::Error> {
        let (mut raw, mut too_big) = (Vec::new(), false);
        loop {
            let line = self.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line == b".\r\n" || line == b".\n" {
                return Ok((!too_big).then_some(raw));
            }
            too_big |= raw.len() + line.len() > LETTER_LIMIT;
            if !too_big {
                raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    async fn ask(&mut self, question: &str) -> Result<String, io::Error> {
        self.say(question).await?;
        let line = self.line().await?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// One line with its end; `None` when the client has hung up.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, io::Error> {
        let mut line = Vec::new();
        (&mut self.from_client).take(LINE_LIMIT).read_until(b'\n', &mut line).await?;
        if line.last() == Some(&b'\n') { Ok(Some(line)) } else { Ok(None) }
    }

    async fn say(&mut self, line: &str) -> Result<(), io::Error> {
        self.to_client.write_all(format!("{line}\r\n").as_bytes()).await
    }
}

/// `FROM:<a@b.example> SIZE=1` without its surroundings.
fn address(rest: &str, word: &str) -> Option<String> {
    let start = rest.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
    let (path, _) = rest[start.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some(path.to_owned())
}
