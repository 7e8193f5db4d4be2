use super::desk::{CANARY, Desk, Said};

const CONFIG: &str = r#"
[collectors.ks]
command = ["ks.sh"]
secrets = { token = "ks-token" }
timeout_s = 20
first_line_s = 1
idle_s = 2
strength = "strong"
"#;

const POST: &str =
    r#"echo '{"type":"post","account":"a0","id":"7","published_at":"2026-11-20T10:26:40+08:00","title":"冬季用电"}'"#;

fn end(rest: &str) -> String {
    format!(r#"echo '{{"type":"end","account":"a0",{rest}}}'"#)
}

fn desk(list: &str) -> Desk {
    let desk = Desk::new(CONFIG, &[("通许应急", "快手", "ks", "3x1"), ("兰考交通", "快手", "", "")]);
    desk.secret("ks-token", CANARY);
    desk.collector("ks.sh", list);
    desk
}

fn test(list: &str) -> Said {
    desk(list).run(&["plugin", "test", "ks"])
}

#[test]
fn a_good_collector_conforms() {
    let all = end(r#""status":"ok","complete_since":"2020-01-01T00:00:00+08:00","count":1"#);
    let desk = desk(&format!("{POST}\n{all}\necho '{{\"type\":\"later\"}}'"));
    let said = desk.run(&["plugin", "test", "ks"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.has(&["describe：用时", "名称 fixture 0.3，协议第1版", "一次最多9个账号", "✓ 登录有效：已登录"]);
    said.has(&["通许应急（快手），标识 3x1", "看清，1条", "冬季用电", "不认识的 type，忽略：later"]);
    said.has(&["结论：符合采集协议第1版\n", "没有保存"]);
    let tested = desk.json(&["plugin", "test", "ks", "--id", "快手:3x9", "--since", "2026-11-01T00:00"]);
    assert_eq!((&tested["conforms"], &tested["describe"]["told"]["name"]), (&true.into(), &"fixture".into()));
    assert_eq!(
        (&tested["list"]["accounts"][0]["key"], &tested["list"]["accounts"][0]["rows"]),
        (&"3x9".into(), &1.into())
    );
    assert_eq!(desk.json(&["source", "status", "ks"])[0]["state"], "never", "nothing was kept");
    // The same program as any other source.
    let said = desk.run(&["source", "test", "ks"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.has(&["采集程序", "已登录", "看清，1条"]);
}

#[test]
fn the_shipped_example_conforms() {
    let desk = desk("");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/adapters/exec/examples/files.sh");
    desk.file("collectors/ks.sh", &std::fs::read_to_string(example).unwrap(), 0o755);
    desk.file("data/collectors/ks/3x1.tsv", "1795141600\t7\t提示\n", 0o600);
    let said = desk.run(&["plugin", "test", "ks", "--account", "通许应急"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.has(&["名称 files 1", "结论：符合采集协议第1版"]);
}

#[test]
fn what_the_protocol_forbids_is_named() {
    let ok = r#""status":"ok","complete_since":"2020-01-01T00:00:00+08:00""#;
    for (list, words) in [
        (format!("{POST}\n{}", end(&format!("{ok},\"count\":2"))), vec!["count 与实际的 post 行数不符"]),
        (
            format!("{POST}\necho Traceback"),
            vec!["第2行 不是一个 JSON 对象：Traceback", "list 第2行：不是一个 JSON 对象", "输出了不合协议的行"],
        ),
        (POST.to_owned(), vec!["通许应急（快手）：没有 end"]),
        ("exec tail -f /dev/null".to_owned(), vec!["启动后迟迟没有第一行输出（first_line_s）"]),
        (
            format!("{}\nexec tail -f /dev/null", end(r#""status":"blocked","count":0"#)),
            vec!["两行输出之间隔得太久（idle_s）"],
        ),
        (end(r#""status":"fine","count":0"#), vec!["status 不是协议里的词"]),
        (format!("{}\n{POST}", end(&format!("{ok},\"count\":0"))), vec!["list 第2行：账号的 end 之后又有 post，忽略"]),
        (
            format!(
                "echo '{{\"type\":\"post\",\"account\":\"a0\",\"id\":\"7\",\"published_at\":\"2026-11-20\"}}'\n{}",
                end(&format!("{ok},\"count\":1"))
            ),
            vec!["list 第1行：post 缺少 id，或没有带时区的 published_at"],
        ),
        ("exit 3".to_owned(), vec!["list 以退出码3结束"]),
    ] {
        let said = test(&list);
        said.has(&["结论：不符合采集协议第1版"]).has(&words);
        assert_eq!((said.code, said.err.trim()), (1, "不符合采集协议第1版"), "{list}");
    }
}

#[test]
fn a_failure_is_no_breach() {
    let said = test(&end(r#""status":"blocked","count":0,"message":"captcha shown""#));
    said.has(&["失败：被平台拦截", "captcha shown", "结论：符合采集协议第1版，但有1个账号没有看成"]);
    assert_eq!((said.code, said.err.trim()), (1, "1个账号没有看成"));
    let said = test("exit 75");
    said.has(&["以退出码75结束", "结论：符合采集协议第1版，但有1个账号没有看成"]);
    let wrong = desk("").run(&["plugin", "test", "ks", "--account", "兰考交通"]);
    assert_eq!((wrong.code, wrong.err.contains("--id 平台:标识")), (1, true), "{}", wrong.err);
    assert_eq!(desk("").run(&["plugin", "test", "ks", "--id", "3x9"]).code, 2);
}

/// The collector repeats its request, secret and all, wherever it can.
#[test]
fn a_collector_cannot_make_us_tell_its_secret() {
    let list = format!(
        r#"token=$(printf '%s' "$request" | sed 's/.*"token":"\([^"]*\)".*/\1/')
printf '%s\n' "$request" >&2
echo "{{\"type\":\"log\",\"level\":\"error\",\"message\":\"$token\"}}"
echo "{{\"type\":\"post\",\"account\":\"a0\",\"id\":\"7\",\"published_at\":\"2026-11-20T10:26:40+08:00\",\"title\":\"$token\"}}"
echo "{{\"type\":\"end\",\"account\":\"a0\",\"status\":\"auth\",\"count\":1,\"message\":\"$token refused\"}}"
echo "garbage $token"
[ "$token" = {CANARY} ] || exit 9"#
    );
    let desk = desk(&list);
    let said = desk.run(&["plugin", "test", "ks"]);
    said.has(&["| {", "***", "*** refused", "garbage ***"]);
    desk.json(&["plugin", "test", "ks"]);
    // Nor the database, when the daemon's way of looking keeps it.
    desk.run(&["look", "通许应急"]);
    let status = desk.run(&["source", "status", "ks"]);
    status.has(&["登录凭据失效"]);
    let stored = cuigeng::store::Store::open(&desk.data()).unwrap();
    let looks = stored.read(cuigeng::store::looks::last_looks).unwrap();
    assert!(
        looks.values().all(|look| !look.detail.contains(CANARY) && look.detail.contains("*** refused")),
        "{looks:?}"
    );
}
