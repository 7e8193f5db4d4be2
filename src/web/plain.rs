//! What the command line calls by its verbs and options, as the pages call it: the same refusal reads
//! right in both places.

/// Longer ones first where one is the beginning of another.
const WORDS: &[(&str, &str)] = &[
    // Troubles of our own, which a clerk reads above every page and cannot cure on a server.
    (
        "运行 cuigeng doctor 与 journalctl -u cuigeng 查看原因；仍不动就重启服务：systemctl restart cuigeng",
        "请系统运维人员查看原因，仍不动就重启服务",
    ),
    ("校准系统时间并打开自动对时（timedatectl set-ntp true）", "请系统运维人员校准系统时间并打开自动对时"),
    ("改正 [mail] 的配置（", "请系统运维人员改正发信设置（"),
    ("请改正 [mail] 的配置：", "请系统运维人员改正发信设置："),
    (
        "在网页邮箱重新生成授权码（客户端专用密码），写入口令文件；",
        "请系统运维人员在网页邮箱重新生成授权码（客户端专用密码），写入口令文件；",
    ),
    ("经常如此请调小 mail.per_minute，", "经常如此请系统运维人员把发信放慢，"),
    ("（或用 cuigeng outbox release）", ""),
    ("用 cuigeng outbox show 看对方原话", "在发件箱里看对方原话"),
    ("再用 cuigeng outbox 处理", "再在发件箱里办理"),
    ("用 cuigeng outbox list 查看原因；检查网络", "在发件箱里查看原因；请系统运维人员检查网络"),
    ("；也可运行 cuigeng status", "，或看“来源”"),
    ("；改好后运行 cuigeng alarm test", "；改好后请系统运维人员试发一次"),
    ("请运行 cuigeng plugin test 查看原因", "请系统运维人员查看原因"),
    ("也可以现在就做：cuigeng backup", "也可以现在就按“立即备份”"),
    (
        "看服务是否一直在运行，再运行 cuigeng backup 试一次",
        "请系统运维人员看服务是否一直在运行，再在“设置”里按“立即备份”",
    ),
    ("再运行 cuigeng backup；", "再在“设置”里按“立即备份”；"),
    ("马上运行 cuigeng backup 另做一份，并检查磁盘", "马上在“设置”里按“立即备份”另做一份，请系统运维人员检查磁盘"),
    ("运行 cuigeng backup 做一份检验过的；旧的用 cuigeng backup verify 检验", "在“设置”里按“立即备份”做一份检验过的"),
    ("请运行 cuigeng doctor", "请系统运维人员检查"),
    ("请打开账号看一眼后用 attest 登记", "请打开账号看一眼，再登记“人工核查”"),
    ("；重新给他一个链接用 cuigeng user link", "；要重设密码的，在他那一行给新链接"),
    ("请更正联系人，或电话通知后用 outbox called 登记", "请更正联系人，或电话通知后在这封信的页面登记"),
    (
        "收到了用 outbox arrived，没收到等它转为待处理后再用 outbox retry",
        "收到了按“记为收到”，没收到等它转为待处理后再按“再发一次”",
    ),
    ("可以用 outbox cancel 了结", "可以按“取消”了结"),
    ("电话通知了请用 outbox called 登记", "电话通知了请在“电话通知”里登记"),
    ("用 outbox list 查看", "请在发件箱里查看"),
    ("用 cuigeng outbox show ", "请在发件箱里打开信 "),
    ("用 status 查看", "请刷新后再看"),
    ("“起”必须早于“止”", "“从哪天”必须早于“到哪天”；只看了一天的，“到哪天”写第二天"),
    ("“止”不能晚于现在", "“到哪天”不能晚于现在"),
    ("谁划去、为什么", "谁剔除、为什么"),
    ("已划去：", "已剔除："),
    ("已经划去了", "已经剔除了"),
    ("没有被划去", "没有被剔除"),
    ("，已划去", "，已剔除"),
    ("用 post list 查看（加 --since 可看更早的）", "请刷新页面，看下面的“发布”"),
    ("请用 --id 写标识或编号指明一条", "请在下面的“发布”里逐条办理"),
    ("请核对 --at", "请核对通话时间"),
    ("请先用 bulletin draft 起草更正", "请先到那一期的通报按“起草更正”"),
    ("请先用 bulletin draft 起草", "请先按“起草”"),
    ("要更正请用 bulletin draft 另起更正稿", "要更正请按“起草更正”"),
    ("要看现在的内容用 bulletin show --out", "现在的内容可以在本页下载"),
    ("要退回修改请用 bulletin return", "要退回修改请按“退回”"),
    ("请用 bulletin review 重新出核对稿", "请重新出核对稿"),
    ("请先用 bulletin review", "请先按“出核对稿”"),
    ("先用 bulletin review 请有关单位核对", "先按“出核对稿”请有关单位核对"),
    ("请先用 bulletin return 退回", "请先按“退回”"),
    ("请先 bulletin return 退回", "请先按“退回”"),
    ("签发用 bulletin issue，退回用 bulletin return", "签发按“签发”，退回按“退回”"),
    ("请先用 bulletin submit", "请先按“送审”"),
    ("因别的原因更正的，请用 --reason 写明", "因别的原因更正的，请写明理由"),
    ("先用 confirm 核实", "先在“核查”页逐项核实"),
    ("先用 confirm --account 认定误报或说明理由维持", "先在“核查”页认定误报，或说明理由维持"),
    ("或用 --unclear 理由 写明按未检查计算", "或在“无法判定的说明”里写明理由，按未检查计算"),
    (
        "核实以后用 confirm --account 办结：误报写 --false，维持也要写 --reason",
        "核实以后在“核查”页办结：误报或维持都要写理由",
    ),
    ("按配置仍列入名单（report.drop_repaired）", "按配置仍列入名单"),
    ("用 report table import 导入（例如政府网站的检查结果）", "在本页“附表”里导入（例如政府网站的检查结果）"),
    ("用 profile copy 复制口径，改名单的 annex", "请系统管理员改口径里名单的附件编号"),
    ("正确的表头可用 report table template --kind ", "正确的表头见本页“附表”里的空表："),
    ("--name 最多", "名称最多"),
    ("请换一个 --name", "请换一个名称"),
    ("或写 --unanswered 照样办", "或勾选“没有答复也照样办”"),
    ("要写明什么时候恢复更新的，请用 --updated-at", "要写明什么时候恢复更新的"),
    ("请核对 --updated-at 和 --on", "请核对这两个日期"),
    ("请核对 --updated-at", "请核对"),
    ("请登记为 --object", "请登记为“有异议”"),
    ("要写明为什么，请用 --why", "要写明为什么"),
    ("编号用 bulletin show 看", "请刷新页面再看"),
    ("的答复（bulletin recall）", "的答复"),
    ("认定有误的，用 confirm --account 重新核实", "认定有误的，到“核查”页重新核实"),
    ("请核对 --number", "请核对"),
    ("请核对 --date", "请核对"),
    ("请核对 --due", "请核对"),
    ("请核对 --reply-by", "请核对"),
    ("请核对 --account 和 --office", "请核对"),
    ("请核对 --on", "请核对"),
    ("请核对 --until", "请核对"),
    ("不编文号的，请写 --no-number", "不编文号的，请勾选“不编文号”"),
    ("整改反馈用 repair answer 登记，有异议的用 dispute 写答复单", "整改反馈在“整改”页登记"),
    ("有异议的用 dispute 写答复单", "有异议的另写答复单"),
    ("先用 repair review --result 未整改 改正", "先登记复核“未整改”改正"),
    ("要写明理由，请用 --reason", "要写明理由"),
    ("要选明是哪个账号，请用 --account；", "要选明是哪个账号；"),
    ("要写明理由，请用--reason", "要写明理由"),
    ("有哪些用 repair list 看", "请在“整改”页查看"),
    ("有哪些用 bulletin list 看", "请在“报表”页查看"),
    ("再执行一次 cuigeng mode 正式 --by 姓名", "在“设置”里再切换一次"),
    ("执行 cuigeng mode 正式 --by 姓名 才生效", "在“设置”里切换才生效"),
];

/// What follows are lines to type.
const LINES: [&str; 2] = ["；看清后逐次确认：", "；或者存成文件，运行 cuigeng "];

/// The sentence in the words of the pages.
pub(super) fn plain(said: &str) -> String {
    let said = WORDS.iter().fold(said.to_owned(), |text, (verb, word)| text.replace(verb, word));
    said.split('\n').map(without_lines).collect::<Vec<_>>().join("\n")
}

fn without_lines(said: &str) -> String {
    LINES.iter().fold(said, |said, mark| said.split_once(mark).map_or(said, |(before, _)| before)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::{Act, Stage, step};
    use crate::repair;

    fn is_plain(said: &str) {
        let said = plain(said);
        for word in [
            "cuigeng ",
            "journalctl",
            "[mail]",
            "mail.",
            "bulletin ",
            "outbox ",
            "repair ",
            "confirm ",
            "post ",
            "attest ",
            "account ",
            "silence ",
            "--",
        ] {
            assert!(!said.contains(word), "{said}");
        }
    }

    #[test]
    fn lines_to_type_are_left_out() {
        let said = "没有送审：\n  2项结果待核实，先用 confirm 核实（2022年6月20日的检查）：甲；看清后逐次确认：confirm --check 2022-06-20 --all --by 姓名\n  其他";
        is_plain(said);
        assert!(
            plain(said).contains("先在“核查”页逐项核实（2022年6月20日的检查）：甲\n")
                && plain(said).ends_with("\n  其他")
        );
    }

    /// The texts in quotes of a file's own code, without its tests and its comments.
    fn quoted(text: &str) -> Vec<&str> {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let said = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
        said.filter(|said| said.chars().any(|c| ('一'..='龥').contains(&c))).collect()
    }

    /// Banners, backups, classes of replies and verdicts stand on pages as they are.
    #[test]
    fn no_sentence_of_a_page_names_a_verb_or_a_file_of_settings() {
        for text in [
            include_str!("../alarm/causes.rs"),
            include_str!("../backup/standing.rs"),
            include_str!("../mail/classify.rs"),
            include_str!("../mail/ending.rs"),
            include_str!("../mail/leaving.rs"),
        ] {
            let said = quoted(text);
            assert!(!said.is_empty());
            said.into_iter().filter(|said| !said.contains("[web]")).for_each(is_plain);
        }
    }

    #[test]
    fn no_refusal_names_a_verb_or_an_option() {
        for at in [None, Some(Stage::Draft), Some(Stage::Review), Some(Stage::Submitted), Some(Stage::Issued)] {
            for act in Act::ALL {
                step(at, false, act).map_or_else(is_plain, |_| ());
            }
        }
        for at in repair::State::ALL {
            for kind in repair::EventKind::ALL {
                repair::step(at, kind).map_or_else(is_plain, |_| ());
            }
        }
        let deeds = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/deeds")).unwrap();
        let deeds = deeds.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let issued = [
            include_str!("../issued/sign.rs"),
            include_str!("../issued/asked.rs"),
            include_str!("../issued/unsettled.rs"),
        ];
        let others = issued.into_iter().chain([include_str!("../store/desk.rs")]).map(str::to_owned);
        for text in deeds.chain(others) {
            let shown = text.lines().filter(|line| line.contains('，') && !line.trim_start().starts_with("//"));
            shown.for_each(is_plain);
        }
    }
}
