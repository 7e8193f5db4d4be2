//! What a browser does, without a browser: keeps a cookie, sends forms with the seal of the page.

use crate::answer::office::{Answer, ask, percent};
use std::io::{Read, Write};
use std::net::TcpStream;

#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) port: u16,
    /// `name=value` as it is sent back.
    pub(crate) cookie: Option<String>,
    /// Lines that every request carries besides.
    pub(crate) says: Vec<String>,
}

impl Browser {
    pub(crate) fn at(port: u16) -> Browser {
        Browser { port, cookie: None, says: Vec::new() }
    }

    pub(crate) fn saying(&self, line: &str) -> Browser {
        let mut browser = self.clone();
        browser.says.push(line.to_owned());
        browser
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        let head = self.head("GET", path);
        self.send(&format!("{head}\r\n"))
    }

    /// A file as it comes.
    pub(crate) fn get_bytes(&mut self, path: &str) -> Vec<u8> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.write_all(format!("{}\r\n", self.head("GET", path)).as_bytes()).unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer));
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(body)
    }

    /// Sends these fields as they are.
    pub(crate) fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", percent(value));
        let body = form.iter().map(pair).collect::<Vec<_>>().join("&");
        let head = self.head("POST", path);
        self.send(&format!(
            "{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Fills in a form of the page at `on` and sends it.
    pub(crate) fn act(&mut self, on: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let seal = self.seal(on);
        let form: Vec<(&str, &str)> = std::iter::once(("seal", seal.as_str())).chain(form.iter().copied()).collect();
        self.post(path, &form)
    }

    /// What the forms of that page carry.
    pub(crate) fn seal(&mut self, on: &str) -> String {
        let page = self.get(on).body;
        let mark = "name=\"seal\" value=\"";
        let at = page.find(mark).unwrap_or_else(|| panic!("no form on {on}:\n{page}")) + mark.len();
        page[at..].split('"').next().unwrap().to_owned()
    }

    pub(crate) fn send(&mut self, request: &str) -> Answer {
        self.send_bytes(request.as_bytes())
    }

    pub(crate) fn send_bytes(&mut self, request: &[u8]) -> Answer {
        let answer = ask(self.port, request);
        let set = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        if let Some(set) = set {
            // Heads are read in small letters; a token has no others.
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        answer
    }

    pub(crate) fn head(&self, verb: &str, path: &str) -> String {
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let says: String = self.says.iter().map(|line| format!("{line}\r\n")).collect();
        let host = if self.says.iter().any(|line| line.starts_with("Host:")) { "" } else { "Host: 127.0.0.1\r\n" };
        format!("{verb} {path} HTTP/1.1\r\n{host}Connection: close\r\n{cookie}{says}")
    }
}
