//! Passwords: Argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives for a small
//! server (19 MiB, two passes, one lane): some fifty milliseconds, and two at once stay far below the
//! service's memory.

use super::token::random;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, Salt, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;

/// Characters of the shortest password (NIST SP 800-63B asks for eight).
pub const SHORTEST: usize = 10;
/// Bytes of the longest; more is no password.
pub const LONGEST: usize = 256;

/// What an unknown name's password is compared with, so that it takes as long as a known one's.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("somebody who is not there"));

/// Whether it may be chosen by somebody of that name; else what is wrong (Chinese).
///
/// # Errors
/// A sentence without its end, for whoever typed it.
pub fn accept(password: &str, again: &str, name: &str) -> Result<(), String> {
    let characters: Vec<char> = password.chars().collect();
    let is_one = characters.windows(2).all(|pair| pair[0] == pair[1]);
    if password != again {
        return Err("两次输入的密码不一样".to_owned());
    }
    if characters.len() < SHORTEST || password.len() > LONGEST {
        return Err(format!("密码至少{SHORTEST}个字符，最长{LONGEST}字节"));
    }
    if is_one || "01234567890123456789".contains(password) || password.contains(name) {
        return Err("密码太容易猜：不要用姓名、连续数字或同一个字符".to_owned());
    }
    Ok(())
}

/// What is kept of a password, a PHC string. Slow: never on a thread of the runtime. `None` while the
/// system gives no random numbers.
pub fn hash(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(&random::<{ Salt::RECOMMENDED_LENGTH }>()?).ok()?;
    Some(argon().hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

/// Whether `password` is the one of which `kept` is kept; `None` (nobody has that name) takes as long and
/// is never right. Slow: never on a thread of the runtime.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    let Some(against) = kept.or(NOBODY.as_deref()) else { return false };
    let Ok(parsed) = PasswordHash::new(against) else { return false };
    let right = password.len() <= LONGEST && argon().verify_password(password.as_bytes(), &parsed).is_ok();
    right && kept.is_some()
}

fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_is_right() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").unwrap(), "salted");
        assert!(verify("correct horse battery", Some(&kept)) && !verify("correct horse batterz", Some(&kept)));
        assert!(!verify("somebody who is not there", None) && !verify("x", Some("plain")));
        assert!(!verify("", Some(&kept)));
    }

    #[test]
    fn what_can_be_guessed_is_refused_with_the_reason() {
        for (password, again, said) in [
            ("short", "short", "至少10个字符"),
            ("long enough", "long enougj", "不一样"),
            ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "太容易猜"),
            ("1234567890", "1234567890", "太容易猜"),
            ("我是张三的密码啊啊啊", "我是张三的密码啊啊啊", "太容易猜"),
        ] {
            assert!(accept(password, again, "张三").unwrap_err().contains(said), "{password}");
        }
        let long = "é".repeat(200);
        assert!(accept(&long, &long, "张三").is_err());
        assert_eq!(accept("correct horse", "correct horse", "张三"), Ok(()));
    }
}
