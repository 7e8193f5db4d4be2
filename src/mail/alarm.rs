//! What the operator hears of our own troubles: the words, and which troubles wait.

use crate::domain::{Class, Moment};
use crate::rules::class_chinese;
use std::fmt::Write;

/// A source in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Its name.
    pub source: String,
    /// Class of the failure.
    pub class: Class,
    /// Since when.
    pub since: Moment,
    /// What cures it; may be empty.
    pub advice: String,
    /// The accounts that hang on it, as people name them.
    pub accounts: Vec<String>,
}

/// Troubles that time often cures: they are told only when they last.
pub fn is_quiet(class: Class) -> bool {
    matches!(class, Class::Transient | Class::Throttled)
}

/// Subject and text of one letter about everything that began and everything that ended.
pub fn compose(begun: &[&Trouble], ended: &[(String, Moment)], now: Moment) -> (String, String) {
    let subject = match (begun, ended) {
        ([one], []) => {
            format!("【运行告警】来源“{}”{}，涉及{}个账号", one.source, class_chinese(one.class), one.accounts.len())
        }
        ([], [(source, _)]) => format!("【运行告警】已恢复：来源“{source}”"),
        _ => format!("【运行告警】{}个来源出现故障，{}个已恢复", begun.len(), ended.len()),
    };
    let mut text = format!("截至{}：\n", beijing(now));
    for trouble in begun {
        describe(&mut text, trouble);
    }
    for (source, since) in ended {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n来源“{source}”自{}起的故障已恢复，程序会自动补看。", beijing(*since));
    }
    text.push_str("\n看不到不等于没有更新：故障期间不会认定任何账号未更新，相关结论显示为“无法判定”。\n");
    (subject, text)
}

fn describe(text: &mut String, trouble: &Trouble) {
    let Trouble { source, class, since, advice, accounts } = trouble;
    let cure = if advice.is_empty() { who_acts(*class) } else { advice };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n来源“{source}”自{}起{}。\n处理办法：{cure}", beijing(*since), class_chinese(*class));
    let _ = writeln!(text, "受影响的账号（{}个）：{}", accounts.len(), shown(accounts));
}

fn shown(accounts: &[String]) -> String {
    let more = accounts.len().saturating_sub(10);
    let names = accounts.iter().take(10).cloned().collect::<Vec<_>>().join("、");
    if more > 0 { format!("{names}等") } else { names }
}

const fn who_acts(class: Class) -> &'static str {
    match class {
        Class::Auth => "请更新该来源的登录凭据",
        Class::Throttled => "程序会自行降低频率，一般不用处理",
        Class::Blocked => "请改用官方接口、授权账号或人工核查，不要频繁重试",
        Class::Gone => "请核对台账中的账号标识，确认账号是否已注销或更名",
        Class::Retired => "接口已停用，请为这些账号换一个来源",
        Class::Config => "请改正该来源的配置",
        Class::Transient => "请检查网络；程序会自行重试",
        Class::Malformed => "请把日志交给维护人员，来源的格式可能已改变",
    }
}

fn beijing(moment: Moment) -> String {
    moment.beijing().format("%m月%d日%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_for_one_source_however_many_accounts() {
        let at = |text: &str| Moment::parse(text).unwrap();
        let accounts: Vec<String> = (0..30).map(|i| format!("账号{i}（新浪微博）")).collect();
        let trouble = Trouble {
            source: "微博".to_owned(),
            class: Class::Auth,
            since: at("2022-06-07 09:05"),
            advice: String::new(),
            accounts,
        };
        let (subject, text) = compose(&[&trouble], &[], at("2022-06-07 10:00"));
        assert_eq!(subject, "【运行告警】来源“微博”登录凭据失效，涉及30个账号");
        assert!(
            text.contains("自06月07日09:05起登录凭据失效")
                && text.contains("账号9（新浪微博）等")
                && !text.contains("账号10")
        );
        let (subject, _) = compose(&[], &[("微博".to_owned(), at("2022-06-07 09:05"))], at("2022-06-08 10:00"));
        assert_eq!(subject, "【运行告警】已恢复：来源“微博”");
    }
}
