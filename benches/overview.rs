//! How long every page takes for a large town: accounts with three weeks of looks and posts, letters,
//! contacts and a long trail; the real daemon's web server over a socket. The first request of a page and
//! the median of the next ones; a page whose answer is still in the making counts as it is (`making`).
//!
//! `cargo bench --bench overview -- [ACCOUNTS] [--stay] [--in DIR]`; 10,000 accounts unless said otherwise.
//! With `--stay` the pages stay open, with `--in` the town is built in that folder once and found there again.
//! A release build takes long; `CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo bench --profile dev --bench overview`
//! is near enough.

use cuigeng::access::token::Token;
use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config;
use cuigeng::daemon::Daemon;
use cuigeng::domain::{Moment, Period, Week};
use cuigeng::store::{Store, accounts, meta, sessions, users};
use cuigeng::web;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Eight accounts an office. Some have posted nothing for twenty days, some too little; some are watched by
/// nobody, some only weakly.
const TOWN: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {N})
INSERT INTO account (id, name, platform, handle, office, supervisor, position)
SELECT i, '青禾账号' || i, CASE i % 4 WHEN 0 THEN '新浪微博' WHEN 1 THEN '抖音' WHEN 2 THEN '今日头条' ELSE '快手' END,
  'h' || i, '青禾县第' || (i / 8 + 1) || '局', '青禾县政府办', i FROM n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 41)
INSERT INTO look (account, source, at, outcome, reason, detail, advice, rows, new_posts, first_check)
SELECT account.id, 'site', {NOW} - n.i * 43200, 'complete', '', '', '', 9, 0, 0 FROM account, n WHERE account.id % 23 > 0;
INSERT INTO reach (look, account, source, at, from_s, until_s, sees, strength)
SELECT id, account, source, at, at - 86400 * 30, at, 1, CASE account % 29 WHEN 0 THEN 'weak' ELSE 'strong' END FROM look;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9),
behaves(account, first_s, step_s) AS (
  SELECT id, {NOW} - 3600 * (id % 40) - 600,
    86400 * CASE WHEN id % 17 = 0 THEN 20 WHEN id % 7 = 0 THEN 5 WHEN id % 5 = 0 THEN 8 ELSE 2 END FROM account)
INSERT INTO post (account, ext_id, kind, exact, from_s, until_s, title, url, visible, repost, first_seen)
SELECT account, 'p' || i, 'post', 'at', first_s - i * step_s - CASE account % 17 WHEN 0 THEN 20 * 86400 ELSE 0 END,
  first_s - i * step_s - CASE account % 17 WHEN 0 THEN 20 * 86400 ELSE 0 END + 1,
  '第' || i || '条更新', 'https://site.example/' || account || '/' || i, 1, 0, {NOW} FROM behaves, n;
INSERT INTO person (office, account, name, role, shift, post, mobile, landline, emails, qq)
SELECT DISTINCT office, NULL, '张三', 'operator', 'A', '', '', '', 'a' || id || '@qinghe.example', '' FROM account WHERE id % 8 = 0 AND id % 3 > 0;
INSERT INTO letter (kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, rfc822, next_try, claimed_at, sent_at, created_at)
SELECT 'reminder', 'a' || id || '@qinghe.example', 'operator', {NOW} - 86400 * 9, {NOW}, '提醒', '正文', '', '', '', 0, 'sent',
  'm' || id || '@qinghe.example', zeroblob(20000), {NOW}, {NOW}, {NOW}, {NOW} FROM account WHERE id % 4 = 0;
";

/// Entries of the trail: some years of a large office.
const TRAIL: i64 = 30_000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let accounts = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(10_000_u32);
    let fresh = tempfile::tempdir()?;
    let own = args.iter().position(|arg| arg == "--in").and_then(|at| args.get(at + 1)).map(PathBuf::from);
    let dir = own.unwrap_or_else(|| fresh.path().to_owned());
    std::fs::create_dir_all(&dir)?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let text = format!(
        "profile = \"通用\"\n[office]\nname = \"青禾县政务公开办\"\nclerk_mail = \"clerk@qinghe.example\"\n\
         [web]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n[poll]\nevery_minutes = 1440\n"
    );
    std::fs::write(dir.join("config.toml"), text)?;
    let clock = SystemClock::shared();
    let now = clock.now();
    let session = build(&dir.join("data"), accounts, now)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
    runtime.block_on(async {
        let config = Arc::new(config::load(Some(&dir.join("config.toml"))).map_err(|e| e.to_string())?);
        let base = web::base_url(&config.web).unwrap_or_default();
        let daemon = Daemon::open(config, &dir.join("data"), clock, None)?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runs = tokio::spawn(daemon.run(async { drop(stopped.await) }));
        tokio::task::spawn_blocking(move || measure(port, &session, now, accounts)).await??;
        if args.iter().any(|arg| arg == "--stay") {
            println!("{base}; until Ctrl-C; data in {}", dir.display());
            tokio::signal::ctrl_c().await?;
        }
        drop(stop);
        runs.await??;
        Ok(())
    })
}

/// The town, and somebody's session in it.
fn build(data: &Path, accounts: u32, now: Moment) -> Result<Token, Box<dyn Error>> {
    let store = Store::open(data)?;
    let sql = TOWN.replace("{N}", &accounts.to_string()).replace("{NOW}", &now.unix().to_string());
    let token = Token::random().ok_or("no random numbers")?;
    let hash = token.hash();
    let invited = "a".repeat(64);
    let is_built = !store.read(accounts::all)?.is_empty();
    store.write(move |tx| {
        if !is_built {
            tx.execute_batch(&sql)?;
            for n in 0..TRAIL {
                meta::audit(tx, now.plus(n - TRAIL), "李四", "list.note", "第九局的联系人")?;
            }
        }
        let phc = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo";
        let known = users::all(tx)?.into_iter().next();
        if known.is_none() {
            users::invite(tx, None, &invited, now, now.plus(60))?;
        }
        let user = match known {
            Some(user) => Ok(user),
            None => users::accept(tx, &invited, "李四", phc, now)?,
        };
        if let Ok(user) = user {
            sessions::begin(tx, &user, (&hash, ""), "127.0.0.1", now)?;
        }
        Ok(())
    })?;
    Ok(token)
}

/// What is measured: every page that shows many accounts, and each of its views.
const PAGES: [&str; 40] = [
    "/",
    "/?q=99&by=platform",
    "/?state=failed&page=3",
    "/?platform=%E6%8A%96%E9%9F%B3",
    "/check",
    "/check?kind=look",
    "/check?kind=look&view=list",
    "/check?kind=look&view=list&state=every&page=90",
    "/check?kind=look&view=list&q=99",
    "/check?kind=finding",
    "/check?kind=finding&view=list",
    "/check?kind=finding&view=list&state=every",
    "/check?kind=look&week={WEEK}",
    "/list",
    "/list?q=99",
    "/list?without=contact",
    "/list?without=source&page=150",
    "/list?platform=%E6%8A%96%E9%9F%B3&state=running",
    "/list?source=site",
    "/list?office=%E9%9D%92%E7%A6%BE%E5%8E%BF%E7%AC%AC9%E5%B1%80",
    "/list/offices",
    "/list/offices?without=contact",
    "/list/contacts",
    "/list/contacts?q=99",
    "/account/17",
    "/account/17?weeks=all",
    "/reports",
    "/reports/{MONTH}",
    "/upcoming",
    "/outbox",
    "/outbox?state=queued",
    "/outbox?q=99",
    "/repairs",
    "/sources",
    "/audit",
    "/audit?who=%E6%9D%8E%E5%9B%9B",
    "/audit?day=2026-07-23",
    "/audit?before=500",
    "/settings",
    "/me",
];

/// Requests of each page after the first.
const AGAIN: usize = 5;

fn measure(port: u16, session: &Token, now: Moment, accounts: u32) -> Result<(), std::io::Error> {
    println!("{accounts} accounts, three weeks of looks; cookie cuigeng={}", session.expose());
    println!("{:52} {:>9} {:>9} {:>9} {:>9}", "page", "first ms", "median ms", "worst ms", "bytes");
    let week = Period::Week(Week::closed_before(now)).to_string();
    let month = now.beijing().format("%Y-%m").to_string();
    for (place, page) in PAGES.iter().enumerate() {
        let path = page.replace("{WEEK}", &week).replace("{MONTH}", &month);
        let (first_ms, mut bytes) = ask(port, session, &path, place)?;
        let mut took: Vec<f64> = Vec::new();
        for _ in 0..AGAIN {
            let (ms, length) = ask(port, session, &path, place)?;
            took.push(ms);
            bytes = length;
        }
        took.sort_by(f64::total_cmp);
        println!("{path:52} {first_ms:9.1} {:9.1} {:9.1} {bytes:9}", took[took.len() / 2], took[took.len() - 1]);
    }
    memory();
    Ok(())
}

/// What the process holds and what it held at most, as the kernel counts it.
fn memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")) {
        println!("{line}");
    }
}

/// Milliseconds from the first byte sent to the last one read.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time that really passes")]
fn ask(port: u16, session: &Token, path: &str, place: usize) -> Result<(f64, usize), std::io::Error> {
    let mut stream = loop {
        // The daemon looks and judges before it opens its pages.
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    };
    let began = std::time::Instant::now();
    // Each page from an address of its own: one address may ask only so often.
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Forwarded-For: 10.0.0.{place}\r\nCookie: cuigeng={}\r\n\r\n",
        session.expose()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        let said = String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned();
        return Err(std::io::Error::other(format!("{path}: {said}")));
    }
    Ok((began.elapsed().as_secs_f64() * 1000.0, answer.len()))
}
