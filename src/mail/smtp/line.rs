//! The line to a mail server: commands out, whole replies in, each within its time.

use super::super::classify::{MailClass, Phase, Preset, classify};
use super::super::reply::{REPLY_LIMIT, Read, Reply, read};
use super::{Broken, Limits, broken, cut};
use std::fmt::Display;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// What a dialogue runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) struct Line<S = Box<dyn Stream>> {
    pub(super) stream: S,
    /// Whose words its answers are.
    pub(super) preset: Preset,
    pub(super) received: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(super) fn new(stream: S, preset: Preset) -> Line<S> {
        Line { stream, preset, received: Vec::new() }
    }

    pub(super) async fn greeting(&mut self, limits: &Limits) -> Result<Reply, Broken> {
        let reply = self.reply(limits.reply).await?;
        self.expect(reply, Phase::Connect, &[220])
    }

    /// One command and its reply.
    pub(super) async fn ask(
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

    pub(super) fn expect(&self, reply: Reply, phase: Phase, wanted: &[u16]) -> Result<Reply, Broken> {
        if wanted.contains(&reply.code) {
            return Ok(reply);
        }
        Err(Broken::refused(classify(self.preset, phase, &reply), reply))
    }

    pub(super) async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), Broken> {
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(limit, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(cut("连接中断", "writing failed", &e)),
            Err(_) => Err(broken(MailClass::Transient, "连接中断：邮件服务器不再接收", "the server takes nothing")),
        }
    }

    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, Broken> {
        match timeout(limit, self.read_reply()).await {
            Ok(result) => result,
            Err(_) => Err(broken(MailClass::Transient, "邮件服务器没有按时答复", "no reply in time")),
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
                Read::Unreadable => {
                    return Err(broken(MailClass::Malformed, "邮件服务器的答复看不懂", "a reply that cannot be read"));
                }
                Read::Unfinished => {}
            }
            match self.stream.read(&mut chunk).await {
                Ok(0) => {
                    return Err(broken(
                        MailClass::Transient,
                        "连接中断：邮件服务器关闭了连接",
                        "the server closed the line",
                    ));
                }
                Ok(n) if self.received.len() + n <= REPLY_LIMIT => self.received.extend_from_slice(&chunk[..n]),
                Ok(_) => return Err(broken(MailClass::Malformed, "邮件服务器的答复没有结尾", "a reply without end")),
                Err(e) => return Err(cut("连接中断", "reading failed", &e)),
            }
        }
    }
}
