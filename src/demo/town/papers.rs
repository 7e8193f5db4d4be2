//! What the town hands out: the list of accounts, the credentials, what its clerk writes into the
//! check sheet, the calendar, and what is to be found in the end.

use super::problems::{Problems, SILENT, label, printed};
use super::{Channel, Expected, Named, Part, Resident, Row, Town};
use cuigeng_adapters::Moment;

/// The header of the list of accounts (DESIGN §9).
const ACCOUNTS: [&str; 13] = [
    "账号名称",
    "平台",
    "账号标识",
    "主办单位",
    "主管单位",
    "运维邮箱",
    "分管领导邮箱",
    "主管邮箱",
    "状态",
    "开设日期",
    "来源",
    "来源参数",
    "每周次数",
];
/// The name that stands under a check sheet.
const SIGNED: &str = "政务公开科核查员";
/// The closure of 端午 2022; nothing else of that year is known here.
const CALENDAR_2022: &str =
    r#"{"2022": {"holidays": [{"name": "端午节", "first": "2022-06-03", "last": "2022-06-05"}], "worked": []}}"#;

/// The clerk's check sheet of one span: two files to import, posts first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// For `post import`: what the clerk saw.
    pub posts: String,
    /// For `attest --file`: that the clerk looked.
    pub attestations: String,
}

impl Channel {
    /// The name of its source in the configuration (来源); `None` without one.
    pub const fn source(self) -> Option<&'static str> {
        match self {
            Channel::Weibo => Some("weibo"),
            Channel::Wechat => Some("wechat"),
            Channel::WechatBridge => Some("wewe"),
            Channel::Douyin => Some("douyin"),
            Channel::Feed => Some("rsshub"),
            Channel::Nowhere => None,
        }
    }
}

impl Town {
    /// The list of accounts as `account import` reads it (CSV).
    pub fn accounts_csv(&self) -> String {
        let row = |r: &Resident| {
            let source = r.channel.source().unwrap_or_default().to_owned();
            let quota = r.quota.map(|quota| quota.to_string()).unwrap_or_default();
            let operators = r.operators.join("；");
            vec![
                r.name.clone(),
                r.platform.clone(),
                r.handle.clone(),
                r.office.clone(),
                r.supervisor.clone(),
                operators,
                r.leader.clone(),
                r.supervisor_mail.clone(),
                "正常运行".to_owned(),
                String::new(),
                source,
                r.key.clone(),
                quota,
            ]
        };
        table(&ACCOUNTS, self.residents.iter().map(row))
    }

    /// Every credential as (name of the secret, value): `weibo-cookie`, `douyin-bridge`, `rsshub`,
    /// `smtp`, and `wechat-<AppID>` for each 公众号.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let fixed = [
            ("weibo-cookie", format!("SUB={}; SUBP={}", self.credential("sub"), self.credential("subp"))),
            ("douyin-bridge", format!("dtk_{}", self.credential("dtk"))),
            ("rsshub", self.credential("rsshub")),
            ("smtp", self.credential("smtp")),
        ];
        let fixed = fixed.into_iter().map(|(name, value)| (name.to_owned(), value));
        let own = self.residents.iter().filter(|r| r.channel == Channel::Wechat);
        fixed.chain(own.map(|r| (format!("wechat-{}", r.key), self.credential(&r.key)))).collect()
    }

    /// The credential that the sandbox asks for under this name: 32 hexadecimal digits.
    pub(in crate::demo) fn credential(&self, of: &str) -> String {
        // FNV-1a, twice: not secret at all, and the same on both sides.
        let hash = |basis: u64| of.bytes().fold(basis, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        format!("{:016x}{:016x}", hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4))
    }

    /// What the clerk saw who opened by hand, for the span `[from, to)`, every account that no source
    /// or only a bridge lists. `to` must not be later than now.
    pub fn check_sheet(&self, from: Moment, to: Moment) -> Sheet {
        let opened: Vec<(usize, &Resident)> = self.residents.iter().enumerate().filter(|(_, r)| on_sheet(r)).collect();
        let time = |at: Moment| at.beijing().format("%Y-%m-%d %H:%M:%S").to_string();
        let mut posts = Vec::new();
        for (index, resident) in &opened {
            let visible = self.posts(*index, to.plus(-1)).into_iter().filter(|post| post.at >= from && !post.private);
            posts.extend(visible.map(|post| {
                let (id, url) = resident.channel.identify(&resident.handle, &post);
                vec![resident.name.clone(), resident.platform.clone(), time(post.at), post.title, url, id]
            }));
        }
        let looked = opened
            .iter()
            .map(|(_, r)| vec![r.name.clone(), r.platform.clone(), time(from), time(to), SIGNED.to_owned()]);
        Sheet {
            posts: table(&["账号名称", "平台", "发布时间", "标题", "链接", "发布标识"], posts.into_iter()),
            attestations: table(&["账号名称", "平台", "起", "止", "核查人"], looked),
        }
    }

    /// The working-day calendar of 2022 as far as it is known: the closure of 端午.
    pub const fn calendar() -> &'static str {
        CALENDAR_2022
    }
}

/// The clerk opens what no source or only a bridge lists, but for the two that the story leaves open.
fn on_sheet(resident: &Resident) -> bool {
    matches!(resident.channel, Channel::Nowhere | Channel::Feed | Channel::Douyin) && resident.part != Part::Captcha
}

/// What a correct program finds out about these accounts under the profile 开封.
pub(super) fn expected(problems: &Problems, residents: &[Resident]) -> Expected {
    let row = |place: usize, problem: String| {
        let listed = &problems.accounts[place];
        Row {
            account: listed.account.clone(),
            supervisor: listed.supervisor.clone(),
            platform: printed(&listed.platform).to_owned(),
            problem,
        }
    };
    let weekly = |(place, listed): (usize, &super::problems::Problem)| Some(row(place, label(listed.misses?)));
    let named = |parts: &[Part]| {
        let playing = residents.iter().filter(|r| parts.contains(&r.part));
        playing.map(|r| Named { account: r.name.clone(), platform: r.platform.clone() }).collect()
    };
    Expected {
        annex2: problems.annex2.iter().map(|place| row(*place, SILENT.to_owned())).collect(),
        annex3: problems.accounts.iter().enumerate().filter_map(weekly).collect(),
        unclear: named(&[Part::Blocked, Part::Captcha]),
        suspected: named(&[Part::HalfSighted]),
        attested: named(&[Part::Unsourced]),
        rescued: named(&[Part::Rescued]),
        recovered: named(&[Part::Throttled]),
    }
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the width of its header.
    drop(writer.write_record(header));
    for row in rows {
        drop(writer.write_record(&row));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
