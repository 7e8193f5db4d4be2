//! The daemon with a clock that is kept in another process: what a test starts, kills and starts
//! again while platforms, mail server and time go on without it.
//!
//! `kept_clock DATA ADDRESS [STEP]`: configuration and database are in DATA, the keeper of the time
//! listens at ADDRESS. The keeper says what time it is and when the end is; every jump of the daemon's
//! clock is told to it and answered before anybody is woken. At the log event STEP the thread that
//! logged it says so on standard output and stands still for ever: somebody will kill it there.

use cuigeng::clock::Clock;
use cuigeng::config;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::domain::Moment;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(data), Some(keeper)) = (args.next().map(PathBuf::from), args.next()) else {
        return Err("usage: kept_clock DATA ADDRESS".into());
    };
    if let Some(step) = args.next() {
        tracing_subscriber::registry().with(Halt { step }).init();
    }
    let mut keeper = Keeper::meet(&keeper)?;
    let (now, end) = (keeper.read()?, keeper.read()?);
    let keeper = Mutex::new(keeper);
    let tell = move |next| {
        let mut keeper = keeper.lock().unwrap_or_else(PoisonError::into_inner);
        // Without its keeper this process has no time and no purpose.
        if keeper.tell(next).is_err() {
            std::process::abort();
        }
    };
    let clock = Arc::new(SimClock::new(now, &TASKS, end).telling(tell));
    let config = Arc::new(config::load(Some(&data.join("config.toml"))).map_err(|faults| faults.to_string())?);
    let daemon = Daemon::open(config, &data, Arc::clone(&clock) as Arc<dyn Clock>, None)?;
    daemon.run(clock.finished()).await?;
    Ok(())
}

/// The process that keeps the time.
struct Keeper {
    line: BufReader<TcpStream>,
}

impl Keeper {
    fn meet(address: &str) -> std::io::Result<Keeper> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Keeper { line: BufReader::new(stream) })
    }

    fn read(&mut self) -> Result<Moment, Box<dyn Error>> {
        let mut text = String::new();
        self.line.read_line(&mut text)?;
        Ok(Moment::from_unix(text.trim().parse()?))
    }

    fn tell(&mut self, next: Moment) -> Result<(), Box<dyn Error>> {
        writeln!(self.line.get_mut(), "{}", next.unix())?;
        self.read().map(drop)
    }
}

/// Stops whoever logs a certain event. Only the daemon's own events are its steps.
struct Halt {
    step: String,
}

impl<S: Subscriber> Layer<S> for Halt {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut name = Name::default();
        event.record(&mut name);
        if name.0 != self.step || !event.metadata().target().starts_with("cuigeng") {
            return;
        }
        println!("{}", self.step);
        loop {
            std::thread::park();
        }
    }
}

/// The event's name is its message.
#[derive(Default)]
struct Name(String);

impl Visit for Name {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
