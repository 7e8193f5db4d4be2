//! The walk-throughs for other platforms, typed as the manual prints them (only addresses and dates are
//! replaced), from nothing to a judged account.

use super::cuigeng;
use super::loopback::serve;
use super::pages::{self, Page};
use cuigeng::clock::{Clock, SystemClock};
use cuigeng::domain::Moment;
use cuigeng::secrets::FileSecrets;
use cuigeng_adapters::douyin::open::{Open, OpenConfig};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

const PYTHONS: [&str; 2] = ["/usr/bin/python3", "/usr/local/bin/python3"];

fn page(name: &str) -> Page {
    pages::all().into_iter().find(|page| page.name.ends_with(name)).unwrap()
}

fn now() -> Moment {
    SystemClock::shared().now()
}

fn ok(dir: &Path, line: &[&str]) -> String {
    let output = cuigeng(dir, line);
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Kinds of the verdicts of one account, without repeats.
fn verdicts(dir: &Path, account: &str) -> Vec<String> {
    let judged: Value = serde_json::from_str(&ok(dir, &["judge", "--json"])).unwrap();
    let own = judged["verdicts"].as_array().unwrap().iter().filter(|verdict| verdict["account"] == account);
    let kinds: BTreeSet<String> = own.map(|verdict| verdict["kind"].as_str().unwrap().to_owned()).collect();
    kinds.into_iter().collect()
}

fn prepare(settings: &str, secrets: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config.toml"), settings).unwrap();
    std::fs::create_dir(dir.path().join("secrets")).unwrap();
    for (name, value) in secrets {
        std::fs::write(dir.path().join("secrets").join(name), value).unwrap();
    }
    dir
}

/// Types the commands of the page that this tree has, `attest` last and from a day long enough ago.
fn type_import(dir: &Path, page: &Page) {
    let list = page.blocks("csv").last().unwrap();
    std::fs::write(dir.join("台账.csv"), &list.text).unwrap();
    ok(dir, &["check"]);
    ok(dir, &["account", "import", "台账.csv", "--dry-run"]);
    ok(dir, &["account", "import", "台账.csv"]);
}

fn type_attest(dir: &Path, page: &Page) {
    let lines = page.blocks("sh").flat_map(|block| block.lines());
    let line = lines.into_iter().find(|line| line.starts_with("cuigeng attest ")).unwrap();
    let long_ago = now().plus_days(-40).date().to_string();
    let words = super::words(&line.replace("2026-11-09", &long_ago));
    assert!(words.contains(&long_ago), "{line}");
    ok(dir, &words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
}

/// Days ago at which an active and a silent account posted: silent also at a check of a week ago.
const BUSY: std::ops::Range<i64> = 0..40;
const SILENT: [i64; 6] = [22, 30, 40, 50, 60, 70];

fn feed(days_ago: impl Iterator<Item = i64>) -> String {
    let item = |days: i64| {
        let at = now().plus_days(-days).plus(-600);
        json!({"id": format!("https://www.toutiao.com/item/{days}"), "url": format!("https://www.toutiao.com/item/{days}"),
            "title": format!("第{days}条"), "content_html": "", "date_published": at.rfc3339()})
    };
    let items: Vec<Value> = days_ago.map(item).collect();
    json!({"version": "https://jsonfeed.org/version/1.1", "title": "头条号", "items": items}).to_string()
}

#[test]
fn toutiao_through_rsshub() {
    let page = page("接入今日头条.md");
    let address = serve(|target, _| match target {
        "/toutiao/user/token/MS4wLjABAAAAEXAMPLE?format=json&key=k" => (200, feed(BUSY)),
        "/toutiao/user/token/MS4wLjABAAAAEXAMPLE2?format=json&key=k" => (200, feed(SILENT.into_iter())),
        _ => (403, json!({"error": {"message": "Authentication failed"}}).to_string()),
    });
    let settings = page.block_with("toml", "[sources.toutiao]").text;
    let changed = settings.replace("http://127.0.0.1:1200", &address);
    assert_ne!(settings, changed);
    let dir = prepare(&changed, &[("rsshub", "k")]);
    type_import(dir.path(), &page);
    ok(dir.path(), &["look"]);
    assert_eq!(verdicts(dir.path(), "示例县发布"), ["met"]);
    assert_eq!(verdicts(dir.path(), "示例县文旅"), ["suspected"]);
    assert!(ok(dir.path(), &["judge"]).contains("待人工核实"));
    type_attest(dir.path(), &page);
    assert_eq!(verdicts(dir.path(), "示例县文旅"), ["missed"]);
}

#[test]
fn a_toutiao_that_is_not_seen_is_not_blamed() {
    let page = page("接入今日头条.md");
    let address = serve(|target, _| match target {
        // Three entries have no reach; a blocked bridge has nothing.
        "/toutiao/user/token/MS4wLjABAAAAEXAMPLE?format=json&key=k" => (200, feed(SILENT.into_iter().take(3))),
        _ => (503, "<html>this route is empty</html>".to_owned()),
    });
    let settings = page.block_with("toml", "[sources.toutiao]").text.replace("http://127.0.0.1:1200", &address);
    let dir = prepare(&settings, &[("rsshub", "k")]);
    type_import(dir.path(), &page);
    ok(dir.path(), &["look"]);
    for account in ["示例县发布", "示例县文旅"] {
        assert_eq!(verdicts(dir.path(), account), ["unknown"], "{account}");
    }
}

/// 快手's open platform: one account, pages of twenty, tokens that rotate.
struct Kuaishou {
    days_ago: Vec<i64>,
    refreshed: Arc<Mutex<Vec<String>>>,
    code: i64,
}

impl Kuaishou {
    fn serve(self) -> String {
        serve(move |target, body| (200, self.answer(target, body).to_string()))
    }

    fn answer(&self, target: &str, body: &str) -> Value {
        if target == "/oauth2/refresh_token" {
            let refused = !body.contains("app_id=app&app_secret=hush&grant_type=refresh_token&refresh_token=rt");
            self.refreshed.lock().unwrap().push(body.to_owned());
            return if refused {
                json!({"result": 100_200_100, "error_msg": "bad"})
            } else {
                json!({"result": 1, "access_token": "at2", "refresh_token": "rt2", "expires_in": 172_800})
            };
        }
        if self.code != 1 || !target.starts_with("/openapi/photo/list?app_id=app&access_token=at2&count=20") {
            return json!({"result": self.code.max(2), "error_msg": "refused"});
        }
        let cursor = target.split("cursor=").nth(1).unwrap_or("0");
        let from: usize = cursor.split('&').next().unwrap().parse().unwrap();
        let until = (from + 20).min(self.days_ago.len());
        let photo = |days: &i64| {
            let at = now().plus_days(-days).plus(-600).unix();
            json!({"photo_id": format!("p{days}"), "caption": "作品", "create_time": at * 1000, "pending": false})
        };
        let rows: Vec<Value> = self.days_ago[from..until].iter().map(photo).collect();
        json!({"result": 1, "video_list": rows, "last_cursor": if until < self.days_ago.len() { until.to_string() } else { String::new() }})
    }
}

fn python() -> Option<&'static str> {
    let found = PYTHONS.into_iter().find(|path| Path::new(path).exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "python3 is missing (scripts/install-test-deps.sh)");
        eprintln!("skipped: python3 is missing");
    }
    found
}

fn put_collector(dir: &Path, name: &str, text: &str) {
    let collectors = dir.join("collectors");
    std::fs::create_dir(&collectors).unwrap();
    std::fs::write(collectors.join(name), text).unwrap();
    for path in [collectors.join(name), collectors] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// The office after the page's steps up to the look; `None` where there is no Python.
fn kuaishou(
    days_ago: impl IntoIterator<Item = i64>,
    code: i64,
) -> Option<(tempfile::TempDir, Arc<Mutex<Vec<String>>>)> {
    let python = python()?;
    let page = page("接入快手.md");
    let refreshed = Arc::new(Mutex::new(Vec::new()));
    let days_ago = days_ago.into_iter().collect();
    let address = Kuaishou { days_ago, refreshed: Arc::clone(&refreshed), code }.serve();
    let secrets = [("kuaishou-app-id", "app"), ("kuaishou-app-secret", "hush"), ("kuaishou-token-yingji", "rt1")];
    let dir = prepare(&page.block_with("toml", "[collectors.kuaishou]").text, &secrets);
    let script = page.block_with("python", "采集协议第1版").text;
    let changed = script.replace("https://open.kuaishou.com", &address).replace("/usr/bin/python3", python);
    assert_ne!(script, changed);
    put_collector(dir.path(), "kuaishou.py", &changed);
    type_import(dir.path(), &page);
    ok(dir.path(), &["look"]);
    Some((dir, refreshed))
}

#[test]
fn a_busy_kuaishou_through_a_plug_in_is_met() {
    let Some((dir, refreshed)) = kuaishou(BUSY, 1) else { return };
    assert_eq!(verdicts(dir.path(), "示例县应急"), ["met"]);
    ok(dir.path(), &["look"]);
    assert_eq!(refreshed.lock().unwrap().len(), 1, "a token that serves is not refreshed again");
    let kept = dir.path().join("data/collectors/kuaishou/yingji.json");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(kept).unwrap().contains("rt2"));
}

#[test]
fn a_silent_kuaishou_is_for_a_person_to_settle() {
    let Some((dir, _)) = kuaishou(SILENT, 1) else { return };
    assert_eq!(verdicts(dir.path(), "示例县应急"), ["suspected"]);
    type_attest(dir.path(), &page("接入快手.md"));
    assert_eq!(verdicts(dir.path(), "示例县应急"), ["missed"]);
}

#[test]
fn a_kuaishou_that_the_operator_vouches_for_proves_silence() {
    let Some((dir, _)) = kuaishou(SILENT, 1) else { return };
    let vouched = page("接入快手.md").block_with("toml", "strength = \"strong\"").text;
    std::fs::write(dir.path().join("config.toml"), vouched).unwrap();
    ok(dir.path(), &["look"]);
    assert_eq!(verdicts(dir.path(), "示例县应急"), ["missed"]);
}

#[test]
fn a_kuaishou_that_refuses_or_shows_too_little_is_not_blamed() {
    for (days, code, class) in [(vec![1, 2], 100_100_402, "throttled"), (vec![], 100_200_999, "malformed")] {
        let Some((dir, _)) = kuaishou(days, code) else { return };
        let looked: Value = serde_json::from_str(&ok(dir.path(), &["look", "--json"])).unwrap();
        assert_eq!(looked[0]["outcome"], class, "{looked}");
        assert_eq!(verdicts(dir.path(), "示例县应急"), ["unknown"]);
    }
    // An empty list is no proof, and three old works may all be pinned.
    for days in [vec![], vec![22, 250, 300]] {
        let Some((dir, _)) = kuaishou(days, 1) else { return };
        assert_eq!(verdicts(dir.path(), "示例县应急"), ["unknown"]);
    }
}

#[test]
fn a_kuaishou_whose_consent_is_over_says_so() {
    let Some((dir, _)) = kuaishou(BUSY, 1) else { return };
    std::fs::write(dir.path().join("secrets/kuaishou-token-yingji"), "revoked").unwrap();
    let looked: Value = serde_json::from_str(&ok(dir.path(), &["look", "--json"])).unwrap();
    assert_eq!(looked[0]["outcome"], "auth", "{looked}");
    assert!(!looked.to_string().contains("revoked") && !looked.to_string().contains("hush"));
}

/// A vendor of the shape that the shipped example reads: one page, and nothing older.
fn vendor(days_ago: impl Iterator<Item = i64>) -> String {
    let row = |days: i64| {
        let at = now().plus_days(-days).plus(-600).unix();
        json!({"id": days, "time": at, "title": "标题", "url": "https://example.com/1"})
    };
    json!({"rows": days_ago.map(row).collect::<Vec<_>>(), "next": null}).to_string()
}

#[test]
fn the_shipped_example_reads_a_vendor_as_its_page_says() {
    let Some(python) = python() else { return };
    let page = page("采集程序.md");
    for (silent, kind) in [(false, "met"), (true, "suspected")] {
        let rows = if silent { vendor(SILENT.into_iter()) } else { vendor(BUSY) };
        let address = serve(move |target, _| match target {
            "/posts?account=3xexample&cursor=0" => (200, rows.clone()),
            _ => (404, "{}".to_owned()),
        });
        let dir = prepare(
            &page.block_with("toml", "[collectors.vendor]").text,
            &[("vendor-token", "t"), ("vendor-base", &address)],
        );
        let script = std::fs::read_to_string(pages::root().join("adapters/exec/examples/http_vendor.py")).unwrap();
        put_collector(dir.path(), "http_vendor.py", &script.replace("/usr/bin/env python3", python));
        type_import(dir.path(), &page);
        ok(dir.path(), &["look"]);
        assert_eq!(verdicts(dir.path(), "示例县应急"), [kind]);
    }
}

#[test]
fn the_printed_file_is_taken_from_the_inbox() {
    let page = page("收件目录.md");
    let dir = prepare(&page.block_with("toml", "[sources.inbox]").text, &[]);
    type_import(dir.path(), &page);
    let inbox = dir.path().join("data/inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    std::fs::write(inbox.join("采集.jsonl"), page.block_with("jsonl", "complete_since").text).unwrap();
    ok(dir.path(), &["look"]);
    assert!(inbox.join("done/采集.jsonl").is_file());
    let posts = ok(dir.path(), &["post", "list", "示例县应急", "--since", "2026-11-01"]);
    assert!(posts.contains("2026-11-20 10:26:40") && posts.contains("冬季用电安全提示"), "{posts}");
}

#[test]
fn the_printed_consent_of_douyin_is_understood() {
    let page = page("抖音开放平台.md");
    let (name, id) = ("douyin-token-b9b71865-0000-44cc-0000-000000000000", "b9b71865-0000-44cc-0000-000000000000");
    assert!(page.text.contains(name));
    let dir = prepare("", &[(name, &page.block_with("json", "refresh_ends").text)]);
    let secrets = FileSecrets::new(&dir.path().join("data"), &dir.path().join("secrets"), None);
    let open = Open::new(OpenConfig {
        base: "http://127.0.0.1:1".to_owned(),
        client_key: "aw0000000000000000".to_owned(),
        client_secret: "douyin-app".to_owned(),
        token_prefix: "douyin-token-".to_owned(),
    });
    let probe = open.probe(id, Moment::parse("2026-11-25 09:00").unwrap(), &secrets);
    assert!(probe.trouble.is_none() && probe.expires.is_some(), "{probe:?}");
}
