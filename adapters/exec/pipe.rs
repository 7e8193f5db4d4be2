//! Lines from a pipe, with a limit on each and on all; a wait for one may be given up without losing
//! what has come.

use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What came.
pub(super) enum Heard {
    /// A line without its end.
    Line(Vec<u8>),
    /// A line, or all of them, beyond the limit.
    TooMuch,
    /// The other side has closed.
    End,
}

pub(super) struct Lines<R> {
    reader: BufReader<R>,
    partial: Vec<u8>,
    total: usize,
    line_limit: usize,
    total_limit: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(pipe: R, line_limit: usize, total_limit: usize) -> Lines<R> {
        Lines { reader: BufReader::new(pipe), partial: Vec::new(), total: 0, line_limit, total_limit }
    }

    /// The next line. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> io::Result<Heard> {
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                let rest = std::mem::take(&mut self.partial);
                return Ok(if rest.is_empty() { Heard::End } else { Heard::Line(rest) });
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(chunk.len(), |at| at + 1);
            self.partial.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            self.reader.consume(taken);
            self.total += taken;
            if self.partial.len() > self.line_limit || self.total > self.total_limit {
                return Ok(Heard::TooMuch);
            }
            if end.is_some() {
                return Ok(Heard::Line(std::mem::take(&mut self.partial)));
            }
        }
    }
}
