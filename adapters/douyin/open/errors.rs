//! Error codes to classes (doc: developer.open-douyin.com, "错误码"; douyin.md).

use crate::{Class, Failure};

/// Reason of a token that must be refreshed once.
pub(super) const STALE_TOKEN: &str = "token";

const CONSENT: &str = "抖音授权已失效：请账号主办单位重新扫码授权";

pub(super) fn classify(code: i64, words: &str) -> Failure {
    let short: String = words.chars().take(200).collect();
    let of = |class| Failure::new(class, format!("error_code {code}: {short}"));
    match code {
        10_008 | 2_190_008 | 28_001_008 | 2_190_002 | 28_001_003 => {
            of(Class::Auth).because(STALE_TOKEN).advise(CONSENT)
        }
        10_010 | 10_020 | 2_190_003 | 28_001_012 => of(Class::Auth).because("consent").advise(CONSENT),
        10_003 | 10_013 => of(Class::Config).advise("client_key 或 client_secret 不正确，请核对配置与凭据文件"),
        10_004 | 2_190_004 | 28_001_014 | 28_001_018 | 2_100_007 => {
            of(Class::Config).because("no_permission").advise("抖音应用没有这项能力或权限，请在开放平台控制台核对")
        }
        10_002 | 10_005 | 2_100_005 | 28_001_007 | 2_190_015 | 28_001_015 => {
            of(Class::Config).advise("抖音不接受请求参数：请核对来源参数（open_id）")
        }
        10_006 | 10_007 | 10_012 | 10_014 | 10_015 => {
            of(Class::Config).advise("抖音授权没有完成：回调地址、授权码或应用状态不对，请重新发起授权")
        }
        2_190_016 | 28_001_016 | 28_001_019 | 28_001_020 | 28_001_021 => {
            of(Class::Config).advise("抖音应用被封禁、下线或受测试限制，请在开放平台控制台核对")
        }
        28_001_056 => of(Class::Retired).advise("抖音已停用视频列表接口，请为这些账号换一个来源"),
        2_190_001 | 28_003_017 => of(Class::Throttled)
            .because("quota")
            .retry_after(Some(6 * 3600))
            .advise("抖音接口当天次数已用完，明天自动恢复"),
        28_003_018 | 28_001_052 => of(Class::Throttled).advise("抖音认为调用太频繁，程序会自行等待"),
        2_100_004 | 28_001_005 | 28_001_006 => of(Class::Transient).advise("抖音系统繁忙，程序会自行重试"),
        2_100_009 | 28_001_045..=28_001_047 => {
            of(Class::Gone).because("user").advise("抖音账号被封禁、已注销或设为私密，请通知主办单位")
        }
        _ => of(Class::Transient).advise("抖音返回了不认识的错误码，程序会自行重试；持续出现请把日志交给维护人员"),
    }
}

/// The consent cannot be renewed any more.
pub(super) fn consent_over() -> Failure {
    Failure::new(Class::Auth, "the consent is over").because("consent").advise(CONSENT)
}
