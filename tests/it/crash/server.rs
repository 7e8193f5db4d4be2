//! What lives on while the daemon dies: a mail server that can see it die, the office's own feed, and the
//! operator's group robot.

use cuigeng::demo::sandbox::Accepted;
use cuigeng::domain::Moment;
use cuigeng::store::{Store, StoreError};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// A moment that only the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Half of the body has arrived, and the client cannot arm the dot.
    HalfBody,
    /// The letter is accepted, and nothing is answered.
    AfterDot,
}

/// An accepted letter.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) message_id: String,
    pub(super) text: String,
}

#[derive(Default)]
struct State {
    hold: Option<Hold>,
    killed: bool,
    letters: Vec<Copy>,
    told: Vec<String>,
}

/// Everything around the daemon.
pub(super) struct Office {
    pub(super) smtp: SocketAddr,
    pub(super) web: String,
    state: Arc<Mutex<State>>,
}

/// What a talk with the mail server needs to see the client die.
#[derive(Clone)]
struct Desk {
    state: Arc<Mutex<State>>,
    data: PathBuf,
    child: Arc<Mutex<Option<Child>>>,
}

impl Office {
    pub(super) fn open(posts: &'static [&'static str], data: &Path, child: Arc<Mutex<Option<Child>>>) -> Office {
        let state: Arc<Mutex<State>> = Arc::default();
        let desk = Desk { state: Arc::clone(&state), data: data.to_owned(), child };
        let smtp = listen(move |stream| drop(desk.talk(&stream)));
        let told = Arc::clone(&state);
        let web = listen(move |stream| drop(answer(stream, posts, &told)));
        Office { smtp, web: format!("http://{web}"), state }
    }

    /// How the next life ends, if by the server's hand.
    pub(super) fn holds(&self, hold: Option<Hold>) {
        let mut state = self.state.lock().unwrap();
        (state.hold, state.killed) = (hold, false);
    }

    /// Whether the last life ended by a hold.
    pub(super) fn has_killed(&self) -> bool {
        self.state.lock().unwrap().killed
    }

    pub(super) fn letters(&self) -> Vec<Copy> {
        self.state.lock().unwrap().letters.clone()
    }

    pub(super) fn told(&self) -> Vec<String> {
        self.state.lock().unwrap().told.clone()
    }
}

fn listen(talk: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (talk, stream) = (talk.clone(), stream.unwrap());
            stream.set_nodelay(true).unwrap();
            std::thread::spawn(move || talk(stream));
        }
    });
    address
}

impl Desk {
    fn talk(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        stream.write_all(b"220 hi\r\n")?;
        while let Some(line) = lines.next() {
            let verb = line?.split(' ').next().unwrap_or_default().to_uppercase();
            let says = match verb.as_str() {
                "EHLO" => "250-x\r\n250 AUTH PLAIN",
                "AUTH" => "235 OK",
                "DATA" => return self.data(stream, &mut lines),
                "QUIT" => "221 bye",
                _ => "250 OK",
            };
            stream.write_all(format!("{says}\r\n").as_bytes())?;
        }
        Ok(())
    }

    fn data(
        &self,
        mut stream: &TcpStream,
        lines: &mut impl Iterator<Item = std::io::Result<String>>,
    ) -> std::io::Result<()> {
        let hold = self.state.lock().unwrap().hold.take();
        // While somebody else writes, the client cannot keep that its dot is armed.
        let pen = (hold == Some(Hold::HalfBody)).then(|| Pen::take(&self.data));
        stream.write_all(b"354 go\r\n")?;
        if pen.is_some() {
            lines.take(8).for_each(drop);
            self.kill();
            return Ok(());
        }
        let mut ended = false;
        let mut goes_on = |line: &String| {
            ended = line == ".";
            !ended
        };
        let letter: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| goes_on(line)).collect();
        if !ended {
            return Ok(());
        }
        let raw = letter.join("\r\n").into_bytes();
        let accepted = Accepted { from: String::new(), to: Vec::new(), raw, at: Moment::MIN };
        let id = letter.iter().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default();
        let copy = Copy { message_id: id.trim().to_owned(), text: accepted.text() };
        self.state.lock().unwrap().letters.push(copy);
        if hold == Some(Hold::AfterDot) {
            self.kill();
            return Ok(());
        }
        stream.write_all(b"250 OK\r\n")?;
        drop(lines.next());
        Ok(())
    }

    fn kill(&self) {
        self.state.lock().unwrap().killed = true;
        if let Some(child) = self.child.lock().unwrap().as_mut() {
            child.kill().unwrap();
        }
    }
}

/// The database's one pen, held until this is dropped.
struct Pen {
    drops: Option<Sender<()>>,
    holder: Option<std::thread::JoinHandle<()>>,
}

impl Pen {
    fn take(data: &Path) -> Pen {
        let store = Store::open(data).unwrap();
        let ((drops, dropped), (taken, is_taken)): ((Sender<()>, Receiver<()>), _) = (channel(), channel());
        let holds = move |_: &cuigeng::store::Transaction<'_>| -> Result<(), StoreError> {
            taken.send(()).unwrap();
            // Ends with an error when the other side is dropped, which is the sign.
            let _ = dropped.recv();
            Ok(())
        };
        let holder = std::thread::spawn(move || store.write(holds).unwrap());
        is_taken.recv().unwrap();
        Pen { drops: Some(drops), holder: Some(holder) }
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        drop(self.drops.take());
        drop(self.holder.take().map(std::thread::JoinHandle::join));
    }
}

/// The feed to a GET, a robot's "taken" to a POST.
fn answer(mut stream: TcpStream, posts: &[&str], state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    for line in reader.by_ref().lines() {
        let line = line?.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (kind, says) = if first.starts_with("POST") {
        let said: serde_json::Value = serde_json::from_slice(&body)?;
        state.lock().unwrap().told.push(said["text"]["content"].as_str().unwrap_or_default().to_owned());
        ("application/json", r#"{"errcode":0,"errmsg":"ok"}"#.to_owned())
    } else {
        ("application/rss+xml", feed(posts))
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        says.len()
    );
    stream.write_all(format!("{head}{says}").as_bytes())
}

fn feed(posts: &[&str]) -> String {
    let item = |at: &&str| {
        let date = Moment::parse(at).unwrap().beijing().format("%a, %d %b %Y %H:%M:%S +0800");
        format!(
            "<item><title>街景</title><link>http://x.example/{0}</link><guid>{0}</guid><pubDate>{date}</pubDate></item>",
            &at[..10]
        )
    };
    let items: String = posts.iter().map(item).collect();
    format!(r#"<?xml version="1.0"?><rss version="2.0"><channel><title>青禾文旅</title>{items}</channel></rss>"#)
}
