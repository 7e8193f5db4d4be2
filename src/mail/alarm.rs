//! What the operator hears of our own troubles: the words.

use crate::domain::{AccountId, Class, Moment};
use crate::health::{Incident, News, Trouble};
use crate::rules::class_chinese;
use std::fmt::Write;

/// A credential that is about to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// The source that uses it.
    pub source: String,
    /// The account it serves (来源参数); empty where one serves every account.
    pub key: String,
    /// That account, as people name it.
    pub account: Option<String>,
    /// Its end.
    pub expires: Moment,
    /// Warnings about this end, this one included.
    pub warnings: u32,
}

/// Subject and text of one letter about everything that began, that ended, and that is about to end.
pub fn compose(
    news: &News,
    expiring: &[Expiring],
    title: &dyn Fn(AccountId) -> Option<String>,
    now: Moment,
) -> (String, String) {
    let troubles = grouped(&news.begun);
    let mut text = format!("截至{}：\n", beijing(now));
    for trouble in &troubles {
        describe(&mut text, trouble);
    }
    for one in expiring {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}。\n处理办法：{}", ends(one, now), renew(one));
    }
    for over in &news.ended {
        let whose = over.account.and_then(title).map(|name| format!("看账号{name}")).unwrap_or_default();
        let _ =
            writeln!(text, "\n来源“{}”自{}起{whose}的故障已恢复，程序会自动补看。", over.source, beijing(over.began));
    }
    if !troubles.is_empty() || !news.ended.is_empty() {
        text.push_str("\n看不到不等于没有更新：故障期间不会认定任何账号未更新，相关结论显示为“无法判定”。\n");
    }
    (subject(&troubles, &news.ended, expiring, now), text)
}

fn subject(troubles: &[Trouble], ended: &[Incident], expiring: &[Expiring], now: Moment) -> String {
    match (troubles, ended, expiring) {
        ([one], [], []) => {
            format!("【运行告警】来源“{}”{}，涉及{}个账号", one.source, class_chinese(one.class), one.accounts.len())
        }
        ([], [one], []) => format!("【运行告警】已恢复：来源“{}”", one.source),
        ([], [], [one]) => format!("【运行告警】{}", ends(one, now)),
        _ => {
            let parts =
                [(troubles.len(), "处故障"), (ended.len(), "处已恢复"), (expiring.len(), "个登录或授权即将到期")];
            let said: Vec<String> =
                parts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n}{words}")).collect();
            format!("【运行告警】{}", said.join("，"))
        }
    }
}

fn ends(one: &Expiring, now: Moment) -> String {
    let whose = one.account.as_ref().map(|name| format!("对账号{name}")).unwrap_or_default();
    let end = one.expires.beijing().format("%m月%d日%H:%M");
    if one.expires <= now {
        return format!("来源“{}”{whose}的登录或授权已于{end}到期", one.source);
    }
    format!("来源“{}”{whose}的登录或授权将于{end}到期", one.source)
}

fn renew(one: &Expiring) -> &'static str {
    if one.key.is_empty() {
        "请重新登录，把新的登录状态写入凭据文件，然后运行 cuigeng source test 核对"
    } else {
        "请账号主办单位在到期前重新授权，然后运行 cuigeng source test 核对"
    }
}

/// Accounts that fail alone, but of one source and for one reason, are told together.
fn grouped(troubles: &[Trouble]) -> Vec<Trouble> {
    let mut groups: Vec<Trouble> = Vec::new();
    for trouble in troubles {
        let same = |group: &&mut Trouble| {
            (&group.source, group.class, &group.advice) == (&trouble.source, trouble.class, &trouble.advice)
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.accounts.extend(trouble.accounts.iter().cloned());
                group.since = group.since.min(trouble.since);
            }
            None => groups.push(trouble.clone()),
        }
    }
    groups
}

fn describe(text: &mut String, trouble: &Trouble) {
    let Trouble { source, class, since, advice, accounts, .. } = trouble;
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

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn trouble(accounts: std::ops::Range<i64>, alone: bool) -> Trouble {
        Trouble {
            source: "微博".to_owned(),
            account: alone.then_some(AccountId(accounts.start)),
            class: Class::Auth,
            since: at("2022-06-07 09:05"),
            advice: String::new(),
            accounts: accounts.map(|i| format!("账号{i}（新浪微博）")).collect(),
        }
    }

    fn over() -> Incident {
        Incident {
            id: 1, source: "微博".to_owned(), account: None, class: Class::Auth, began: at("2022-06-07 09:05")
        }
    }

    #[test]
    fn one_letter_for_one_source_however_many_accounts() {
        let news = News { begun: vec![trouble(0..30, false)], ..News::default() };
        let (subject, text) = compose(&news, &[], &|_| None, at("2022-06-07 10:00"));
        assert_eq!(subject, "【运行告警】来源“微博”登录凭据失效，涉及30个账号");
        assert!(
            text.contains("自06月07日09:05起登录凭据失效")
                && text.contains("账号9（新浪微博）等")
                && !text.contains("账号10")
        );
        let news = News { ended: vec![over()], ..News::default() };
        assert_eq!(compose(&news, &[], &|_| None, at("2022-06-08 10:00")).0, "【运行告警】已恢复：来源“微博”");
    }

    #[test]
    fn accounts_that_fail_alone_for_one_reason_are_told_together() {
        let news = News { begun: vec![trouble(3..4, true), trouble(7..8, true)], ..News::default() };
        let (subject, text) = compose(&news, &[], &|_| None, at("2022-06-07 10:00"));
        assert_eq!(subject, "【运行告警】来源“微博”登录凭据失效，涉及2个账号");
        assert_eq!(text.matches("处理办法").count(), 1, "{text}");
    }

    #[test]
    fn a_credential_that_ends_names_whose_and_when() {
        let one = |key: &str, account: Option<&str>| Expiring {
            source: "微博".to_owned(),
            key: key.to_owned(),
            account: account.map(str::to_owned),
            expires: at("2022-06-14 09:05"),
            warnings: 1,
        };
        let (subject, text) = compose(&News::default(), &[one("", None)], &|_| None, at("2022-06-08 10:00"));
        assert_eq!(subject, "【运行告警】来源“微博”的登录或授权将于06月14日09:05到期");
        assert!(text.contains("请重新登录") && !text.contains("看不到不等于"), "{text}");
        let owned = one("123", Some("文明通许（新浪微博）"));
        let (subject, text) = compose(&News::default(), &[owned], &|_| None, at("2022-06-15 10:00"));
        assert_eq!(subject, "【运行告警】来源“微博”对账号文明通许（新浪微博）的登录或授权已于06月14日09:05到期");
        assert!(text.contains("请账号主办单位在到期前重新授权"), "{text}");
        let (subject, _) = compose(
            &News { begun: vec![trouble(0..3, false)], ended: vec![over()], ..News::default() },
            &[one("", None)],
            &|_| None,
            at("2022-06-08 10:00"),
        );
        assert_eq!(subject, "【运行告警】1处故障，1处已恢复，1个登录或授权即将到期");
    }
}
