//! A mail server that says what it is told to say.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server answers to a command that begins so; the first fitting rule wins and, when it is
/// for once, goes.
#[derive(Clone)]
struct Rule {
    to: String,
    says: &'static str,
    once: bool,
}

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    /// First word of every command, and each letter.
    heard: Vec<String>,
    letters: Vec<String>,
}

/// A mail server that says what it is told to say.
pub(crate) struct Server {
    pub(crate) port: u16,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub(crate) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Arc<Mutex<Script>> = Arc::default();
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that hangs up ends its talk and nothing else.
                drop(talk(stream.unwrap(), &shared));
            }
        });
        Server { port, script }
    }

    pub(crate) fn answers(&self, to: &str, says: &'static str, once: bool) {
        self.script.lock().unwrap().rules.push(Rule { to: to.to_owned(), says, once });
    }

    pub(crate) fn forgets(&self) {
        self.script.lock().unwrap().rules.clear();
    }

    /// Commands of that name since the last time.
    pub(crate) fn heard(&self, verb: &str) -> usize {
        self.script.lock().unwrap().heard.iter().filter(|heard| heard.as_str() == verb).count()
    }

    pub(crate) fn letters(&self) -> Vec<String> {
        self.script.lock().unwrap().letters.clone()
    }
}

fn talk(mut stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 hi\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        let says = answer(&mut script.lock().unwrap(), &verb, &line);
        stream.write_all(format!("{says}\r\n").as_bytes())?;
        if says.starts_with("354") {
            let letter: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
            let says = answer(&mut script.lock().unwrap(), "DOT", "DOT");
            if says.starts_with("250") {
                script.lock().unwrap().letters.push(letter.join("\r\n"));
            }
            if says.is_empty() {
                return Ok(());
            }
            stream.write_all(format!("{says}\r\n").as_bytes())?;
        }
    }
    Ok(())
}

fn answer(script: &mut Script, verb: &str, line: &str) -> &'static str {
    script.heard.push(verb.to_owned());
    if let Some(at) = script.rules.iter().position(|rule| line.starts_with(&rule.to)) {
        let rule = script.rules[at].clone();
        if rule.once {
            script.rules.remove(at);
        }
        return rule.says;
    }
    match verb {
        "EHLO" => "250-x\r\n250 AUTH PLAIN",
        "AUTH" => "235 OK",
        "DATA" => "354 go",
        "QUIT" => "221 bye",
        _ => "250 OK",
    }
}
