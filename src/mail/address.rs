//! Whether an address can be written to at all.

/// Refuses what no mail server takes: no `@`, two of them, Chinese or full-width characters, blanks.
///
/// # Errors
/// A sentence (Chinese) with the cure.
pub fn check_address(address: &str) -> Result<(), String> {
    match crate::config::mail_trouble(address) {
        None => Ok(()),
        Some(why) => {
            Err(format!("“{address}”不是可用的邮箱地址：{why}；请写成 name@example.cn 这样的地址，多个之间用分号隔开"))
        }
    }
}
