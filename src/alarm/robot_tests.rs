use super::*;
use cuigeng_adapters::http::Method;

const TOKEN: &str = "canary-693a91f6-7xxx-4bc4";

fn url(kind: RobotKind) -> String {
    match kind {
        RobotKind::Wecom => format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKEN}"),
        RobotKind::Dingtalk => format!("https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"),
        RobotKind::Feishu => format!("https://open.feishu.cn/open-apis/bot/v2/hook/{TOKEN}"),
    }
}

fn now() -> Moment {
    Moment::from_unix(1_785_700_000)
}

fn sent(kind: RobotKind, sign: Option<&str>, text: &str) -> (String, Value) {
    let request = request(kind, Keys { url: &url(kind), sign }, text, now()).unwrap();
    let Method::Post { content_type, body } = request.method else { panic!("no POST") };
    assert_eq!(content_type, "application/json");
    (request.url, serde_json::from_slice(&body).unwrap())
}

fn answer(kind: RobotKind, status: u16, body: &str) -> Result<String, Refusal> {
    let answer = Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
    understand(kind, Keys { url: &url(kind), sign: Some("SECcanary") }, &answer)
}

#[test]
fn each_robot_gets_its_own_form() {
    let text = "更新提醒 测试";
    let plain = json!({"msgtype": "text", "text": {"content": text}});
    assert_eq!(sent(RobotKind::Wecom, None, text), (url(RobotKind::Wecom), plain.clone()));
    assert_eq!(sent(RobotKind::Dingtalk, None, text), (url(RobotKind::Dingtalk), plain));
    let feishu = json!({"msg_type": "text", "content": {"text": text}});
    assert_eq!(sent(RobotKind::Feishu, None, text), (url(RobotKind::Feishu), feishu));
}

/// The signatures were computed by another implementation of HMAC.
#[test]
fn signatures_are_those_of_the_documentation() {
    let (url, _) = sent(RobotKind::Dingtalk, Some("SECcanary"), "甲");
    let (_, query) = url.split_once(TOKEN).unwrap();
    assert_eq!(query, "&timestamp=1785700000000&sign=q1BbNSGq37MiAECKvz%2BZ7dXoPTqAj6QDw%2BU4D6dPPCA%3D");
    let (_, body) = sent(RobotKind::Feishu, Some("SECcanary"), "甲");
    assert_eq!(body["timestamp"], "1785700000");
    assert_eq!(body["sign"], "5uUT2qHSa4UbW/hN4dliq4gF1nXN85JkaGAG+I9hIaI=");
}

#[test]
fn every_row_of_the_table_has_its_class() {
    use RobotKind::{Dingtalk, Feishu, Wecom};
    for (kind, status, body, want) in [
        (Wecom, 200, r#"{"errcode":0,"errmsg":"ok"}"#, None),
        (Wecom, 200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#, Some(Class::Throttled)),
        (Wecom, 200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, Some(Class::Config)),
        (Wecom, 200, r#"{"errcode":40058,"errmsg":"exceed max length 2048"}"#, Some(Class::Config)),
        (Dingtalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, None),
        (Dingtalk, 200, r#"{"errcode":130101,"errmsg":"send too fast"}"#, Some(Class::Throttled)),
        (Dingtalk, 200, r#"{"errcode":310000,"errmsg":"keywords not in content"}"#, Some(Class::Config)),
        (Feishu, 200, r#"{"code":0,"msg":"success","data":{}}"#, None),
        (Feishu, 200, r#"{"code":11232,"msg":"frequency limited"}"#, Some(Class::Throttled)),
        (Feishu, 200, r#"{"code":19021,"msg":"sign match fail"}"#, Some(Class::Config)),
        (Feishu, 200, r#"{"code":19022,"msg":"Ip Not Allowed"}"#, Some(Class::Config)),
        (Feishu, 400, r#"{"code":19024,"msg":"Key Words Not Found"}"#, Some(Class::Config)),
        // The code that means another robot's success or refusal means nothing here.
        (Feishu, 200, r#"{"errcode":0,"errmsg":"ok"}"#, Some(Class::Malformed)),
        (Wecom, 200, r#"{"code":0}"#, Some(Class::Malformed)),
        (Wecom, 200, r#"{"errcode":130101}"#, Some(Class::Malformed)),
        (Wecom, 200, r#"{"errcode":"0"}"#, Some(Class::Malformed)),
        (Wecom, 200, r#"{"errcode":-1,"errmsg":"system busy"}"#, Some(Class::Malformed)),
        (Wecom, 200, "<html>请登录</html>", Some(Class::Malformed)),
        (Wecom, 200, "", Some(Class::Malformed)),
        (Wecom, 302, "", Some(Class::Malformed)),
        (Wecom, 404, "not found", Some(Class::Config)),
        (Wecom, 429, "", Some(Class::Throttled)),
        (Wecom, 502, "bad gateway", Some(Class::Transient)),
        (Wecom, 502, r#"{"errcode":0}"#, Some(Class::Transient)),
    ] {
        let got = answer(kind, status, body).err().map(|refusal| refusal.class);
        assert_eq!(got, want, "{kind:?} {status} {body}");
    }
}

#[test]
fn words_never_repeat_the_address_or_the_secret() {
    let body = format!(r#"{{"errcode":93000,"errmsg":"invalid {} key {TOKEN} SECcanary"}}"#, url(RobotKind::Wecom));
    let refusal = answer(RobotKind::Wecom, 200, &body).unwrap_err();
    assert_eq!(refusal.code, Some(93000));
    assert!(!format!("{refusal:?}").contains("canary") && refusal.words.contains("***"), "{refusal:?}");
    let refusal = answer(RobotKind::Feishu, 500, &url(RobotKind::Feishu)).unwrap_err();
    assert!(!refusal.words.contains("canary"), "{refusal:?}");
}

#[test]
fn only_http_addresses_and_their_refusal_says_nothing_of_them() {
    for url in
        ["ftp://host/canary", "canary", "https://", "https:///canary", "https://host/ca nary", "http://主机/canary"]
    {
        let refused = request(RobotKind::Wecom, Keys { url, sign: None }, "甲", now()).unwrap_err();
        assert_eq!(refused.class, Class::Config);
        assert!(!format!("{refused:?}").contains("canary"), "{refused:?}");
    }
}

proptest::proptest! {
    /// Whatever the text, what is sent fits and is a beginning of it.
    #[test]
    fn a_text_is_cut_between_characters(text in "\\PC{0,900}") {
        let (_, body) = sent(RobotKind::Wecom, None, &text);
        let content = body["text"]["content"].as_str().unwrap();
        proptest::prop_assert!(content.len() <= 2048);
        proptest::prop_assert!(text.starts_with(content) || text.starts_with(content.strip_suffix('…').unwrap()));
        proptest::prop_assert!(text.len() > 2048 || content == text);
    }

    /// Whatever comes back, it is no delivery unless the code says so.
    #[test]
    fn any_answer_is_understood(body: Vec<u8>, status in 100_u16..600) {
        let answer = Answer { status, headers: Vec::new(), body };
        for kind in RobotKind::ALL {
            let got = understand(kind, Keys { url: &url(kind), sign: None }, &answer);
            proptest::prop_assert!(got.is_err());
        }
    }
}
