//! Secrets that stand in a link or a cookie: 256 random bits, of which only a hash is kept. A plain hash
//! suffices, since nobody can try 2^256 of them.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

/// Bytes of a secret.
const BYTES: usize = 32;

/// A secret as its owner has it: 64 hexadecimal digits. It prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one; `None` while the system gives no random numbers.
    pub fn random() -> Option<Token> {
        Some(Token(hex(&random::<BYTES>()?)))
    }

    /// What somebody shows, if a token of ours looks like that.
    pub fn parse(text: &str) -> Option<Token> {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (text.len() == 2 * BYTES && digits).then(|| Token(text.to_owned()))
    }

    /// For the link or the cookie, and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }

    /// What the forms of a session carry: nobody can derive it who does not have the session's token.
    pub fn seal(&self) -> String {
        hex(&self.mac().finalize().into_bytes())
    }

    /// Whether `said` is that; takes as long for every wrong one.
    pub fn is_sealed_by(&self, said: &str) -> bool {
        let bytes = Token::parse(said).and_then(|said| unhex(said.expose()));
        bytes.is_some_and(|bytes| self.mac().verify_slice(&bytes).is_ok())
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC takes a key of any length, so the error cannot occur.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).unwrap_or_else(|_| unreachable!());
        mac.update(b"cuigeng form 1");
        mac
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Bytes that nobody can guess; `None` while the system gives none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_are_read_back_and_do_not_print() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(Token::parse(one.expose()), Some(one.clone()));
        assert_eq!(format!("{one:?}"), "***");
        assert!(!one.hash().contains(one.expose()) && one.hash() != two.hash());
        for odd in ["", "0", &one.expose().to_uppercase(), &format!("{}0", one.expose()), &"g".repeat(64)] {
            assert_eq!(Token::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_form_is_sealed_by_its_own_session_alone() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert!(one.is_sealed_by(&one.seal()) && !two.is_sealed_by(&one.seal()));
        assert!(!one.is_sealed_by("") && !one.is_sealed_by(one.expose()) && !one.is_sealed_by(&one.hash()));
    }
}
