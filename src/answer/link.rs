//! The link of a letter: what signs it, and whether a token opens the letter that it names.
//!
//! A token is `731-` and 32 hexadecimal digits, half of an HMAC-SHA256 over the letter's Message-ID,
//! recipient and number and the moment at which the link ends. The key is a file of the data directory; the
//! database has the ends of links and who has revoked one, so a copy of it opens no letter. Whoever
//! deletes the key file ends every link at once: the next letter makes a new key.

use crate::domain::Moment;
use crate::secrets::FileSecrets;
use cuigeng_adapters::{Class, Failure, Secret, Secrets};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// Name of the secret that holds the key.
pub const KEY: &str = "answer-link-key";
/// Bytes of a new key.
const KEY_BYTES: usize = 32;
/// Characters below which a key that somebody wrote by hand is no key.
const SHORTEST: usize = 32;
/// Bytes of the signature in a token: 128 bits cannot be guessed, and the link stays on one line.
const SIGN_BYTES: usize = 16;

/// What a link is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Number of the letter.
    pub letter: i64,
    /// Its Message-ID: a number that is given again after a backup was restored names another letter.
    pub message_id: String,
    /// Whom it was written to: a letter that is sent to a successor has another link.
    pub recipient: String,
    /// From when on it opens nothing.
    pub expires: Moment,
    /// Somebody has ended it.
    pub revoked: bool,
}

/// Signs links.
pub struct Signer(Secret);

impl Signer {
    /// With the key that is there.
    ///
    /// # Errors
    /// `secret_missing` when there is none; else why it is of no use.
    pub fn existing(secrets: &FileSecrets) -> Result<Signer, Failure> {
        let key = secrets.get(KEY)?;
        if key.expose().len() < SHORTEST {
            return Err(Failure::new(Class::Config, "the key of answer links is too short")
                .because("secret_too_short")
                .advise(format!("密钥文件“{KEY}”太短：删去它，程序会自己生成一个")));
        }
        Ok(Signer(key))
    }

    /// The same; a key is made where there is none. One that cannot be read is never replaced.
    ///
    /// # Errors
    /// Why there is no key.
    pub fn ensured(secrets: &FileSecrets) -> Result<Signer, Failure> {
        match Signer::existing(secrets) {
            Err(failure) if failure.reason == "secret_missing" => {
                secrets.replace(KEY, new_key()?)?;
                tracing::info!("answer.key_made");
                Signer::existing(secrets)
            }
            found => found,
        }
    }

    /// What stands in the link of a letter.
    pub fn token(&self, link: &Link) -> String {
        let sign = self.mac(link).finalize().into_bytes();
        format!("{}-{}", link.letter, hex(&sign[..SIGN_BYTES]))
    }

    /// Whether `sign` is this link's; takes as long for every wrong one.
    pub fn admits(&self, link: &Link, sign: &[u8; SIGN_BYTES]) -> bool {
        self.mac(link).verify_truncated_left(sign).is_ok()
    }

    fn mac(&self, link: &Link) -> Hmac<Sha256> {
        // HMAC takes a key of any length, so the error cannot occur; an empty key would have been refused.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).unwrap_or_else(|_| unreachable!());
        let Link { letter, message_id, recipient, expires, .. } = link;
        let about = format!("cuigeng answer 1\n{message_id}\n{recipient}\n{letter}\n{}", expires.unix());
        mac.update(about.as_bytes());
        mac
    }
}

/// The letter that a token names, and its signature; `None` for what no token of ours looks like.
pub fn parse(token: &str) -> Option<(i64, [u8; SIGN_BYTES])> {
    let (letter, sign) = token.split_once('-')?;
    let number: i64 = letter.parse().ok()?;
    // One letter has one token: no leading zeros, no capitals.
    let plain = number > 0 && number.to_string() == letter && sign.len() == 2 * SIGN_BYTES;
    let digits = sign.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !plain || !digits {
        return None;
    }
    let mut bytes = [0; SIGN_BYTES];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&sign[at..at + 2], 16).ok()?;
    }
    Some((number, bytes))
}

/// What stands in place of the token wherever a letter's words are kept or shown: the database, its
/// backups and the screen hold no working link.
pub fn masked(letter: i64) -> String {
    format!("{letter}-（略）")
}

fn new_key() -> Result<Secret, Failure> {
    let mut bytes = [0_u8; KEY_BYTES];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| {
        Failure::new(Class::Transient, "the system gives no random numbers")
            .because("no_random")
            .advise("系统没有给出随机数，稍后会再试".to_owned())
    })?;
    Ok(Secret::new(hex(&bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
