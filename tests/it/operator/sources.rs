use super::desk::{CANARY, Desk, http, now, wechat, weibo};
use cuigeng::store::{Store, credentials};

fn weibo_desk() -> Desk {
    let base = http(0, weibo(true));
    let config = format!(
        "[sources.wb]\nkind = \"weibo\"\nbase = \"{base}\"\ncookie = \"wb\"\npace_seconds = 0\n[sources.box]\nkind = \"inbox\"\n"
    );
    let accounts = [
        ("通许应急", "新浪微博", "wb", "1000"),
        ("兰考交通", "新浪微博", "wb", "2000"),
        ("祥符教体", "抖音", "dy", "MS4w"),
        ("尉氏民政", "抖音", "", ""),
    ];
    let desk = Desk::new(&config, &accounts);
    let ends = now().plus_days(40).plus(60).unix();
    desk.secret("wb", &format!("SUB=_2A25{CANARY}; ALF=02_{ends}"));
    desk
}

#[test]
fn the_list_tells_what_each_source_is_and_what_is_missing() {
    let desk = weibo_desk();
    let said = desk.run(&["source", "list"]);
    assert_eq!(said.code, 0, "{}", said.err);
    said.has(&["微博手机版网页", "强（可作未更新的依据）", "收件目录", "弱（未更新只算疑似）", "每账号120分钟"]);
    said.has(&["✗ 1个账号用的来源“dy”配置里没有", "[sources.dy]", "没有来源、只靠人工核查的账号：1个"]);
    let list = desk.json(&["source", "list"]);
    assert_eq!((&list["sources"][1]["name"], &list["sources"][1]["accounts"]), (&"wb".into(), &2.into()));
    assert_eq!((&list["unknown"][0]["name"], &list["accounts_without_source"]), (&"dy".into(), &1.into()));
    assert_eq!(list["sources"][1]["sees"], serde_json::json!(["post"]));
}

#[test]
fn a_good_source_is_tried_and_nothing_is_kept() {
    let desk = weibo_desk();
    let said = desk.run(&["source", "test", "wb"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.has(&["通许应急（新浪微博），来源参数 1000", "凭据　　　✓ 没有发现问题", "还有40天", "看清，3条"]);
    said.has(&["第1条", "可以认定没有更新", "没有保存"]);
    let tried = desk.json(&["source", "test", "wb", "--account", "通许应急"]);
    assert_eq!(
        (&tried["outcome"], &tried["rows"], &tried["credential"]["ok"]),
        (&"complete".into(), &3.into(), &true.into())
    );
    let dry = desk.run(&["look", "通许应急", "--dry-run"]);
    dry.has(&["看清，3条", "没有保存"]);
    let status = desk.json(&["source", "status", "wb"]);
    assert_eq!((&status[0]["state"], &status[0]["last_good"]), (&"never".into(), &serde_json::Value::Null));
    assert_eq!(desk.json(&["post", "list", "通许应急"]), serde_json::json!([]));
}

#[test]
fn a_blocked_source_fails_with_advice_and_rests() {
    let desk = weibo_desk();
    let said = desk.run(&["source", "test", "wb", "--account", "兰考交通"]);
    assert_eq!(said.code, 1);
    said.has(&["失败：被平台拦截", "办法　　　微博要求验证", "看清时段　无", "什么也不能证明"]);
    let tried = desk.json(&["source", "test", "wb", "--id", "3000"]);
    assert_eq!(
        (&tried["outcome"], &tried["account"], &tried["platform"]),
        (&"blocked".into(), &"3000".into(), &"新浪微博".into())
    );
    // The daemon's way of looking, which keeps.
    assert_eq!(desk.run(&["look", "通许应急"]).code, 0);
    assert_eq!(desk.json(&["source", "status", "wb"])[0]["state"], "good");
    desk.run(&["look", "兰考交通"]);
    let status = desk.run(&["source", "status", "wb"]);
    status.has(&["休息到", "兰考交通（新浪微博）", "微博要求验证", "看清 1个", "从未看成"]);
    let status = desk.json(&["source", "status", "wb"]);
    assert_eq!((&status[0]["state"], &status[0]["rest_class"]), (&"resting".into(), &"blocked".into()));
    assert_eq!(
        (&status[0]["failing"][0]["account"], &status[0]["failing"][0]["class"]),
        (&"兰考交通".into(), &"blocked".into())
    );
    assert_eq!((&status[0]["longest_unseen"]["account"], &status[0]["accounts"]), (&"兰考交通".into(), &2.into()));
    desk.run(&["source", "test", "wb"]).has(&["休息到", "cuigeng look 可立即恢复"]);
    assert_eq!(desk.run(&["look", "通许应急"]).code, 0);
    let status = desk.json(&["source", "status", "wb"]);
    assert_eq!((&status[0]["state"], &status[0]["rests_until"]), (&"partly".into(), &serde_json::Value::Null));
}

#[test]
fn the_status_tells_the_end_of_a_credential() {
    let desk = weibo_desk();
    let ends = now().plus_days(5).plus(60);
    let store = Store::open(&desk.data()).unwrap();
    store.write(move |tx| credentials::set(tx, "wb", "", now(), Some(ends))).unwrap();
    drop(store);
    desk.run(&["source", "status"]).has(&["还有5天", "配置里没有", "从未看过", "没有账号"]);
    let status = desk.json(&["source", "status"]);
    let wb = status.as_array().unwrap().iter().find(|one| one["name"] == "wb").unwrap();
    assert_eq!((&wb["credentials"][0]["days_left"], &wb["state"]), (&5.into(), &"never".into()));
    let wrong = desk.run(&["source", "status", "weibo"]);
    assert_eq!((wrong.code, wrong.err.trim()), (1, "配置里没有名为“weibo”的来源；现有：box、wb"));
    assert_eq!(desk.run(&["source", "test"]).code, 2);
}

#[test]
fn wechat_tells_what_is_left_of_the_day() {
    let base = http(0, wechat);
    let config = format!("[sources.wx]\nkind = \"wechat\"\nbase = \"{base}\"\n");
    let desk = Desk::new(&config, &[("开封民政", "微信订阅号", "wx", "wx0123")]);
    let said = desk.run(&["source", "test", "wx"]);
    assert_eq!(said.code, 1, "without its secret");
    said.has(&["缺少凭据“wechat-wx0123”", "配置或权限有误"]);
    desk.secret("wechat-wx0123", CANARY);
    let said = desk.run(&["source", "test", "wx"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.has(&["datacube/getarticletotaldetail：当天限1000次，已用13次，剩余987次", "看清"]);
    let list = desk.json(&["source", "list"]);
    assert_eq!((&list["sources"][0]["next_day_hour"], &list["sources"][0]["strength"]), (&8.into(), &"strong".into()));
}
