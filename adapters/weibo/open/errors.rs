//! Error codes to classes (doc: open.weibo.com wiki, "Error code"; weibo.md).

use crate::{Class, Failure};

const AGAIN: &str = "微博授权已失效：请账号主办单位重新授权，把新的授权写入凭据文件";
const SETTINGS: &str = "微博开放平台不接受这个应用或参数：请核对应用的权限、状态与来源参数";

pub(super) fn classify(code: i64, words: &str) -> Failure {
    let short: String = words.chars().take(200).collect();
    let of = |class| Failure::new(class, format!("error_code {code}: {short}"));
    match code {
        10_020 => of(Class::Retired).advise("微博已停用这个接口，请为这些账号换一个来源（先核对接口地址）"),
        10_022..=10_024 => of(Class::Throttled)
            .because("quota")
            .retry_after((code == 10_023).then_some(6 * 3600))
            .advise("微博接口次数已用完，程序会自行等待"),
        10_013 | 20_003 => of(Class::Gone).advise("微博上没有这个用户：请核对来源参数（uid）"),
        20_015 | 20_022 | 20_031 | 20_507 => {
            of(Class::Blocked).because("risk_control").advise("微博认为账号、本机地址或应用异常，其间请人工核查")
        }
        10_004..=10_008 | 10_012 | 10_014 | 10_016..=10_018 | 10_021 => of(Class::Config).advise(SETTINGS),
        20_001 | 20_002 | 20_009 | 20_502 => of(Class::Config).advise(SETTINGS),
        21_331 => of(Class::Transient),
        21_311..=21_313 | 21_320..=21_324 | 21_326 | 21_328 | 21_329 | 21_337 => of(Class::Config).advise(SETTINGS),
        21_300..=21_399 => of(Class::Auth).because("token").advise(AGAIN),
        10_000..=19_999 => of(Class::Transient).advise("微博系统繁忙，程序会自行重试"),
        _ => of(Class::Malformed).advise("微博返回了不认识的错误码，请把日志交给维护人员"),
    }
}
