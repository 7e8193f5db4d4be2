//! Who comes in at once and for how long: so many connections, each for a short life. A client that
//! sends a byte a minute holds one of them for that life and nothing else.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// Connections at once; the service has some hundred file descriptors for everything.
const AT_ONCE: usize = 64;
/// Of them, from one address: a browser opens six, and a few people may share an address. A proxy on this
/// machine serves everybody and is not counted.
const EACH: usize = 24;
/// A page and its style take two requests; whoever reads on comes again.
const LIFE: Duration = Duration::from_secs(20);
/// After a failure to accept (no descriptor is free), so that it is not tried without a pause.
const BREATH: Duration = Duration::from_millis(200);

/// Lets connections in.
pub(super) struct Doorman {
    listener: TcpListener,
    places: Arc<Semaphore>,
    inside: Inside,
}

/// How many are inside, by address.
#[derive(Clone, Default)]
struct Inside(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A place among those of an address, given back when it is dropped.
struct Counted {
    inside: Inside,
    from: IpAddr,
}

impl Inside {
    /// `None` where too many of that address are inside.
    fn admit(&self, from: IpAddr) -> Option<Counted> {
        let from = from.to_canonical();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(from).or_insert(0);
        if *count >= EACH && !from.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Counted { inside: self.clone(), from })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.inside.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = all.get_mut(&self.from).map_or(0, |count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == 0 {
            all.remove(&self.from);
        }
    }
}

impl Doorman {
    pub(super) fn before(listener: TcpListener) -> Doorman {
        Doorman { listener, places: Arc::new(Semaphore::new(AT_ONCE)), inside: Inside::default() }
    }
}

impl Listener for Doorman {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        loop {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return std::future::pending().await };
            match self.listener.accept().await {
                Ok((stream, from)) => {
                    let Some(counted) = self.inside.admit(from.ip()) else { continue };
                    let end = Box::pin(tokio::time::sleep(LIFE));
                    return (Guest { stream, end, _place: place, _counted: counted }, from);
                }
                Err(error) => {
                    tracing::warn!(%error, "web.not_accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// From where a connection comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, Doorman>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Doorman>) -> Peer {
        Peer(*stream.remote_addr())
    }
}

/// A connection, its place, and the end of its life.
pub(super) struct Guest {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
    _counted: Counted,
}

impl Guest {
    fn alive(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.end.as_mut().poll(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl AsyncRead for Guest {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.alive(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.alive(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_for_others_and_gets_its_places_back() {
        let (inside, one, other) = (Inside::default(), [10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let mut all: Vec<Counted> = (0..EACH).map(|_| inside.admit(one).unwrap()).collect();
        assert!(inside.admit(one).is_none() && inside.admit(other).is_some());
        all.pop();
        assert!(inside.admit(one).is_some());
        drop(all);
        assert!(inside.0.lock().unwrap().is_empty(), "nobody is remembered who has left");
        let proxied: Vec<_> = (0..AT_ONCE).map(|_| inside.admit([127, 0, 0, 1].into())).collect();
        assert!(proxied.iter().all(Option::is_some));
    }
}
