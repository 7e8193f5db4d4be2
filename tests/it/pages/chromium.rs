//! A real browser over the real daemon: a clerk comes in for the first time, sees how all stand and finds
//! why an account failed, by keyboard and by mouse, on a desk and on a telephone. Each page is looked
//! through by an accessibility checker, kept as a picture and printed.

use super::{PASSWORD, path_in};
use crate::answer::office::{Office, percent};
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Where the pictures of the last run lie.
fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages")
}

/// A driver and a browser; both end with it.
pub(super) struct Chromium {
    driver: Child,
    pub(super) client: Client,
    axe: Option<String>,
    base: String,
}

/// What is missing fails on a build server and is told elsewhere.
fn is_there(what: &str, found: bool) -> bool {
    assert!(found || std::env::var_os("CI").is_none(), "{what} is missing (scripts/install-test-deps.sh)");
    if !found {
        eprintln!("skipped: {what} is missing (scripts/install-test-deps.sh)");
    }
    found
}

impl Chromium {
    pub(super) async fn open(port: u16) -> Option<Chromium> {
        let on_path = |name: &str| Command::new(name).arg("--version").output().is_ok();
        if !is_there("chromedriver", on_path("chromedriver")) || !is_there("chromium", on_path("chromium")) {
            return None;
        }
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).ok();
        is_there("axe-core", axe.is_some());
        let driver_port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={driver_port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while TcpStream::connect(("127.0.0.1", driver_port)).is_err() {
            tokio::task::yield_now().await;
        }
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--disable-sync",
            "--lang=zh-CN",
            "--window-size=1280,900",
        ];
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": {"args": args}});
        let Value::Object(wanted) = wanted else { unreachable!() };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{driver_port}"))
            .await
            .unwrap();
        std::fs::create_dir_all(pictures()).unwrap();
        Some(Chromium { driver, client, axe, base: format!("http://127.0.0.1:{port}") })
    }

    pub(super) async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    pub(super) async fn text(&self) -> String {
        self.client.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    pub(super) async fn fill(&self, id: &str, value: &str) {
        self.client.find(Locator::Id(id)).await.unwrap().send_keys(value).await.unwrap();
    }

    pub(super) async fn press(&self, css: &str) {
        self.client.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Presses what leads to another page, and is there when that one is.
    pub(super) async fn follow(&self, css: &str) {
        self.run("window.isOld = true").await;
        self.press(css).await;
        let is_there = "return !window.isOld && document.readyState === 'complete'";
        while self.client.execute(is_there, vec![]).await.ok() != Some(Value::Bool(true)) {
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn press_link(&self, words: &str) {
        self.client.find(Locator::LinkText(words)).await.unwrap().click().await.unwrap();
    }

    pub(super) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Looks the page over: nothing from outside, nothing too wide, nothing that a screen reader stumbles
    /// over; a picture at both widths, and as it is printed.
    pub(super) async fn inspect(&self, name: &str) {
        for (width, height) in [(1280, 900), (390, 844)] {
            self.window(width, height).await;
            let wide = self.run("return document.documentElement.scrollWidth").await.as_i64().unwrap();
            let inside = self.run("return document.documentElement.clientWidth").await.as_i64().unwrap();
            assert!(wide <= inside, "{name} at {width}: {wide} > {inside}");
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(pictures().join(format!("{name}-{width}.png")), picture).unwrap();
            self.check(name).await;
        }
        self.window(1280, 900).await;
        let pdf = self.client.print(PrintConfiguration::default()).await.unwrap();
        assert!(pdf.starts_with(b"%PDF"), "{name}");
        std::fs::write(pictures().join(format!("{name}.pdf")), pdf).unwrap();
        let from = self.run("return performance.getEntriesByType('resource').map(one => one.name)").await;
        let strange: Vec<&str> = from.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(strange.iter().all(|url| url.starts_with(&self.base)), "{name}: {strange:?}");
        assert_eq!(self.run("return document.documentElement.lang").await, "zh-CN");
    }

    /// The Tab key, whatever has the keyboard.
    pub(super) async fn tab(&self) {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({"cmd": "Input.dispatchKeyEvent", "params": {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}});
            self.client.issue_cmd(Cdp(key)).await.unwrap();
        }
    }

    /// As on a telephone.
    pub(super) async fn narrow(&self) {
        self.window(390, 844).await;
    }

    /// Shows the page as it is printed, or on the screen again.
    pub(super) async fn on_paper(&self, is: bool) {
        let media = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"media": if is { "print" } else { "" }}});
        self.client.issue_cmd(Cdp(media)).await.unwrap();
    }

    /// The whole page in one picture.
    async fn window(&self, width: u32, least: u32) {
        let metrics = |height: u32| json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}});
        self.client.issue_cmd(Cdp(metrics(least))).await.unwrap();
        let tall = self.run("return document.documentElement.scrollHeight").await.as_u64().unwrap();
        let height = u32::try_from(tall).unwrap().clamp(least, 6000);
        self.client.issue_cmd(Cdp(metrics(height))).await.unwrap();
    }

    async fn check(&self, name: &str) {
        let Some(axe) = &self.axe else { return };
        let script = format!(
            "{axe}; const done = arguments[arguments.length - 1]; axe.run().then(r => done(r.violations.map(v => \
             v.impact + ' ' + v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | '))))"
        );
        let found = self.client.execute_async(&script, vec![]).await.unwrap();
        assert_eq!(found, json!([]), "{name}");
    }

    pub(super) async fn end(mut self) {
        self.client.clone().close().await.unwrap();
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
    }
}

/// A command of the DevTools protocol, as chromedriver passes it on.
#[derive(Debug)]
struct Cdp(Value);

impl fantoccini::wd::WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_comes_in_sees_how_all_stand_and_finds_why_an_account_failed() {
    let mut office = Office::open("试运行").await;
    let Some(browser) = Chromium::open(office.port).await else { return office.end().await };
    office.letters_leave().await;

    browser.go(&path_in(&office.ok(&["user", "link"]))).await;
    browser.inspect("1-first-link").await;
    browser.fill("name", "李四").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.follow("main button").await;
    assert!(browser.text().await.contains("从设管理员到发出第一封信"));
    browser.go("/").await;
    assert!(browser.text().await.contains("下次检查 7月27日（周一）09:00"));
    browser.inspect("2-overview").await;

    // The skip link is the first thing that the keyboard finds.
    browser.run("document.activeElement.blur()").await;
    browser.client.find(Locator::Css("body")).await.unwrap().send_keys("\u{e004}").await.unwrap();
    assert_eq!(browser.run("return document.activeElement.className").await, "skip");

    browser.fill("q", "交通\u{e007}").await;
    browser.client.wait().for_element(Locator::LinkText("全部账号")).await.unwrap();
    assert!(browser.client.current_url().await.unwrap().as_str().contains(&percent("交通")));
    let listed = browser.text().await;
    assert!(listed.contains("青禾交通") && !listed.contains("青禾文旅"), "{listed}");
    browser.follow("table.list th a").await;
    let said = browser.text().await;
    for word in ["未监测到足够更新", "监测依据", "最长间隔", "更新提醒"] {
        assert!(said.contains(word), "{word}\n{said}");
    }
    browser.inspect("3-account").await;

    browser.go("/?state=failed").await;
    browser.inspect("4-nothing-found").await;
    browser.go("/me").await;
    browser.inspect("5-me").await;
    browser.follow("form.out button").await;
    assert!(browser.text().await.contains("登录"));
    browser.fill("name", "李四").await;
    browser.fill("password", "wrong password").await;
    browser.follow("main button").await;
    assert!(browser.text().await.contains("姓名或密码不对"));
    browser.inspect("6-sign-in").await;
    browser.go(&path_in(&office.ok(&["user", "office", "青禾县文旅局", "--by", "李四"]))).await;
    browser.inspect("7-office").await;
    let pictures = std::fs::read_dir(pictures()).unwrap().count();
    assert!(pictures >= 7 * 3, "{pictures}");
    browser.end().await;
    office.end().await;
}
