//! A token opens its own letter and no other, and the key is nobody else's.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

fn office() -> (TempDir, FileSecrets) {
    let dir = tempfile::tempdir().unwrap();
    let secrets = FileSecrets::new(dir.path(), &dir.path().join("configured"), None);
    (dir, secrets)
}

fn link(letter: i64) -> Link {
    let expires = Moment::parse("2026-08-06 00:00").unwrap();
    Link {
        letter,
        message_id: format!("<cg.{letter}@x.example>"),
        recipient: "a@x.example".to_owned(),
        expires,
        revoked: false,
    }
}

fn opens(signer: &Signer, link: &Link, token: &str) -> bool {
    parse(token).is_some_and(|(letter, sign)| letter == link.letter && signer.admits(link, &sign))
}

#[test]
fn a_token_opens_its_letter_and_no_other() {
    let (_dir, secrets) = office();
    let signer = Signer::ensured(&secrets).unwrap();
    let token = signer.token(&link(731));
    assert!(token.starts_with("731-") && token.len() == 36, "{token}");
    assert!(opens(&signer, &link(731), &token));
    let others = [
        Link { letter: 732, ..link(731) },
        Link { message_id: "<cg.731@y.example>".to_owned(), ..link(731) },
        Link { recipient: "b@x.example".to_owned(), ..link(731) },
        Link { expires: link(731).expires.plus(1), ..link(731) },
    ];
    for other in others {
        assert!(!opens(&signer, &other, &token.replace("731-", &format!("{}-", other.letter))), "{other:?}");
    }
}

#[test]
fn every_changed_character_closes_it() {
    let (_dir, secrets) = office();
    let signer = Signer::ensured(&secrets).unwrap();
    let token = signer.token(&link(731));
    for at in 4..token.len() {
        let old = token.as_bytes()[at];
        let new = if old == b'0' { "1" } else { "0" };
        let forged = format!("{}{new}{}", &token[..at], &token[at + 1..]);
        assert!(!opens(&signer, &link(731), &forged), "{forged}");
    }
}

#[test]
fn what_does_not_look_like_a_token_is_none() {
    let sign = "0123456789abcdef0123456789abcdef";
    assert!(parse(&format!("731-{sign}")).is_some());
    for text in [
        String::new(),
        "731".to_owned(),
        "731-".to_owned(),
        format!("0731-{sign}"),
        format!("+731-{sign}"),
        format!("-731-{sign}"),
        format!("0-{sign}"),
        format!("731-{}", sign.to_uppercase()),
        format!("731-{sign}0"),
        format!("731-{}", &sign[1..]),
        format!("731-{}é", &sign[2..]),
        format!("99999999999999999999-{sign}"),
        format!("731-{sign}\n"),
        masked(731),
    ] {
        assert_eq!(parse(&text), None, "{text}");
    }
}

#[test]
fn the_key_is_a_private_file_made_once_and_its_loss_ends_every_link() {
    let (dir, secrets) = office();
    assert_eq!(Signer::existing(&secrets).err().unwrap().reason, "secret_missing");
    let token = Signer::ensured(&secrets).unwrap().token(&link(1));
    let file = dir.path().join("secrets").join(KEY);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Signer::ensured(&secrets).unwrap().token(&link(1)), token, "made once");
    fs::remove_file(&file).unwrap();
    assert!(!opens(&Signer::ensured(&secrets).unwrap(), &link(1), &token));
}

#[test]
fn a_key_of_no_use_is_told_and_not_replaced() {
    let (dir, secrets) = office();
    fs::create_dir(dir.path().join("secrets")).unwrap();
    let file = dir.path().join("secrets").join(KEY);
    fs::write(&file, "secret").unwrap();
    let refused = Signer::ensured(&secrets).err().unwrap();
    assert!(refused.reason == "secret_too_short" && refused.advise_or_detail().contains(KEY));
    fs::write(&file, [0xff; 64]).unwrap();
    assert_eq!(Signer::ensured(&secrets).err().unwrap().reason, "secret_unreadable");
    assert_eq!(fs::read(&file).unwrap(), [0xff; 64], "left as it is");
}
