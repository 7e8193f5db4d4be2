//! The mail server of the sandbox, spoken to line by line.

use super::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Says each line and returns the last line of each answer.
async fn converse(scene: &Scene, lines: &[&str]) -> Vec<String> {
    let (read, mut write) = TcpStream::connect(scene.sandbox.smtp).await.unwrap().into_split();
    let mut read = BufReader::new(read);
    let mut answers = Vec::new();
    for line in std::iter::once(&"").chain(lines) {
        if !line.is_empty() {
            write.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        }
        loop {
            let mut answer = String::new();
            assert!(read.read_line(&mut answer).await.unwrap() > 0, "hung up after {line}");
            if answer.as_bytes()[3] == b' ' {
                answers.push(answer.trim_end().to_owned());
                break;
            }
        }
    }
    answers
}

fn codes(answers: &[String]) -> Vec<&str> {
    answers.iter().map(|answer| &answer[..3]).collect()
}

#[tokio::test]
async fn a_letter_is_accepted_and_makes_the_owner_post() {
    let scene = Scene::at("2022-06-16 09:00").await;
    let (index, _) = scene.who(Part::Rescued, Channel::Weibo);
    let rescued = scene.town.residents()[index].clone();
    let before = scene.posts(index).len();
    let body = format!("Subject: x\r\n\r\n{}还差1次\r\n..一个点\r\n.", rescued.name);
    let to = format!("RCPT TO:<{}>", rescued.operators[0]);
    let answers = converse(
        &scene,
        &["EHLO [127.0.0.1]", "MAIL FROM:<a@b.example> SIZE=100", &to, "RCPT TO:<c@d.example>", "DATA", &body, "QUIT"],
    )
    .await;
    assert_eq!(codes(&answers), ["220", "250", "250", "250", "250", "354", "250", "221"]);
    let letters = scene.sandbox.mailbox().letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, [rescued.operators[0].clone(), "c@d.example".to_owned()]);
    assert_eq!((letters[0].from.as_str(), letters[0].at), ("a@b.example", Moment::parse("2022-06-16 09:00").unwrap()));
    assert!(letters[0].raw.ends_with("\r\n.一个点\r\n".as_bytes()));
    assert_eq!(scene.posts(index).len(), before, "it takes the owner a while");
    scene.clock.set("2022-06-16 09:30");
    assert_eq!(scene.posts(index).len(), before + 1);
}

#[tokio::test]
async fn the_mail_server_keeps_its_order_and_its_lock() {
    let scene = Scene::at("2022-06-16 09:00").await;
    let secret = scene.town.credential("smtp");
    let plain = format!("AUTH PLAIN {}", encode(&format!("\0user\0{secret}")));
    let wrong = format!("AUTH PLAIN {}", encode("\0user\0wrong"));
    let (user, password) = (encode("user"), encode(&secret));
    let answers = converse(
        &scene,
        &[
            "MAIL FROM:<a@b.example>",
            "EHLO",
            "EHLO x",
            "RCPT TO:<c@d.example>",
            "DATA",
            &wrong,
            &plain,
            "AUTH LOGIN",
            &user,
            &password,
            "AUTH CRAM-MD5",
            "MAIL FROM:<>",
            "MAIL FROM:<a@b.example>",
            "RCPT TO:nobody",
            "DATA",
            "RCPT TO:<c@d.example>",
            "RSET",
            "DATA",
            "NOOP",
            "TURN",
            "QUIT",
        ],
    )
    .await;
    assert_eq!(
        codes(&answers),
        [
            "220", "503", "501", "250", "503", "503", "535", "235", "334", "334", "235", "504", "250", "503", "501",
            "503", "250", "250", "503", "250", "502", "221"
        ]
    );
    assert!(scene.sandbox.mailbox().letters().is_empty());
}

#[tokio::test]
async fn a_letter_without_its_final_dot_is_not_accepted() {
    let scene = Scene::at("2022-06-16 09:00").await;
    let mut stream = TcpStream::connect(scene.sandbox.smtp).await.unwrap();
    let talk = b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\nhalf";
    stream.write_all(talk).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answers = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answers).await.unwrap();
    assert!(answers.trim_end().ends_with("354 End data with <CR><LF>.<CR><LF>"), "{answers}");
    assert!(scene.sandbox.mailbox().letters().is_empty());
}

fn encode(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let held = chunk.iter().fold(0u32, |held, byte| held << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            encoded.push(char::from(DIGITS[(held >> (18 - 6 * place) & 63) as usize]));
        }
        encoded.push_str(&"=="[..3 - chunk.len()]);
    }
    encoded
}
