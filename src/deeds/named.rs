//! What the audit trail calls each deed, as a clerk says it.

/// Every deed that is written into the trail, by kind.
const WORDS: &[(&str, &str)] = &[
    ("account.import", "导入台账"),
    ("account.rename", "账号更名"),
    ("account.state", "停用或恢复账号"),
    ("answer.give", "收到责任单位回复"),
    ("answer.revoke", "作废办理链接"),
    ("answer.settle", "处理责任单位回复"),
    ("attest", "登记人工监测"),
    ("attest.withdraw", "撤回人工监测"),
    ("backup.make", "备份数据库"),
    ("backup.restore", "从备份恢复"),
    ("bulletin.answer", "登记单位对核对稿的答复"),
    ("bulletin.correct", "更正单位对核对稿的答复"),
    ("bulletin.discard", "作废通报"),
    ("bulletin.draft", "起草通报"),
    ("bulletin.issue", "签发通报"),
    ("bulletin.recall", "收回单位对核对稿的答复"),
    ("bulletin.return", "退回通报"),
    ("bulletin.review", "发出核对稿"),
    ("bulletin.settle", "处理异议"),
    ("bulletin.submit", "送审通报"),
    ("calendar.import", "录入放假安排"),
    ("confirm.confirmed", "确认结果"),
    ("confirm.false", "认定误报"),
    ("contact.import", "导入联系人"),
    ("contact.replace", "换人"),
    ("letter.arrived", "标记信件已收到"),
    ("letter.called", "登记电话通知"),
    ("letter.cancel", "取消信件"),
    ("letter.release", "放行恢复后的信件"),
    ("letter.retry", "重发信件"),
    ("letter.test", "试发信件"),
    ("look.ask", "请立即监测"),
    ("mode", "切换运行方式"),
    ("post.add", "补录发布"),
    ("post.import", "导入发布"),
    ("post.strike", "剔除发布"),
    ("post.unstrike", "恢复计入发布"),
    ("repair.answer", "登记整改反馈"),
    ("repair.extend", "整改延期"),
    ("repair.repaired", "复核：已整改"),
    ("repair.unrepaired", "复核：未整改"),
    ("repair.withdrawn", "撤销整改项"),
    ("sheet.correct", "更正周核查结果"),
    ("sheet.import", "导入周核查表"),
    ("sheet.sign", "登记周核查结果"),
    ("silence.add", "设静默"),
    ("silence.end", "结束静默"),
    ("start.dismiss", "不再提示第一次使用"),
    ("start.reopen", "继续提示第一次使用"),
    ("start.skip", "跳过第一次使用的一步"),
    ("table.import", "导入附表"),
    ("table.remove", "撤下附表"),
    ("user.add", "登记用户"),
    ("user.disable", "停用用户"),
    ("user.enable", "恢复用户"),
    ("user.link", "给用户一次性链接"),
    ("user.office_link", "给单位只读链接"),
    ("user.office_revoke", "作废单位只读链接"),
    ("user.passwd", "改密码"),
    ("user.role", "改权限"),
    ("user.sign_in", "登录"),
    ("user.sign_out", "退出"),
];

/// The word for a deed; `None` for one that nobody has named.
pub fn chinese(what: &str) -> Option<&'static str> {
    WORDS.iter().find(|(deed, _)| *deed == what).map(|(_, said)| *said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::Act;
    use crate::repair::EventKind;
    use crate::rules::Ruling;
    use std::path::{Path, PathBuf};

    fn sources(under: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(under).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.to_string_lossy().contains("tests") {
                found.push(path);
            }
        }
    }

    /// Texts in quotes that look like a deed, in every file that writes into the trail.
    fn written() -> Vec<String> {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut found = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            if !text.contains("audit(") {
                continue;
            }
            let quoted = text.split('"').skip(1).step_by(2);
            let is_deed = |word: &&str| {
                let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                let kind = word.split_once('.').is_some_and(|(kind, rest)| plain(kind) && plain(rest));
                kind && !["json", "toml", "part", "rs"].iter().any(|ending| word.ends_with(ending))
                    && !word.starts_with("demo.")
            };
            found.extend(quoted.filter(is_deed).map(str::to_owned));
        }
        found
    }

    #[test]
    fn every_deed_that_is_written_has_a_word() {
        let mut deeds = written();
        assert!(deeds.len() > 30 && deeds.contains(&"post.strike".to_owned()), "{deeds:?}");
        deeds.extend(EventKind::ALL.map(|kind| format!("repair.{}", kind.word())));
        deeds.extend(Act::ALL.map(|act| format!("bulletin.{}", act.word())));
        deeds.extend([Ruling::Confirmed, Ruling::False].map(|ruling| format!("confirm.{}", ruling.word())));
        let without: Vec<&String> = deeds.iter().filter(|deed| chinese(deed).is_none()).collect();
        assert!(without.is_empty(), "no word for {without:?} (src/deeds/named.rs)");
    }

    #[test]
    fn words_stand_in_order_and_once() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(chinese("post.nothing"), None);
    }
}
