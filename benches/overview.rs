//! How long the first page takes for a large town: accounts with three weeks of looks and posts, the real
//! daemon's web server over a socket.
//!
//! `cargo bench --bench overview -- [ACCOUNTS] [--stay]`; 10,000 accounts unless said otherwise. With
//! `--stay` the pages stay open and the one-time link is printed, for whoever wants to look.

use cuigeng::access::token::Token;
use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config;
use cuigeng::daemon::Daemon;
use cuigeng::domain::Moment;
use cuigeng::store::{Store, sessions, users};
use cuigeng::web;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
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
";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let accounts = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(10_000_u32);
    let dir = tempfile::tempdir()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let text = format!(
        "profile = \"通用\"\n[office]\nname = \"青禾县政务公开办\"\nclerk_mail = \"clerk@qinghe.example\"\n\
         [web]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n[poll]\nevery_minutes = 1440\n"
    );
    std::fs::write(dir.path().join("config.toml"), text)?;
    let clock = SystemClock::shared();
    let session = build(&dir.path().join("data"), accounts, clock.now())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
    runtime.block_on(async {
        let config = Arc::new(config::load(Some(&dir.path().join("config.toml"))).map_err(|e| e.to_string())?);
        let base = web::base_url(&config.web).unwrap_or_default();
        let daemon = Daemon::open(config, &dir.path().join("data"), clock, None)?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runs = tokio::spawn(daemon.run(async { drop(stopped.await) }));
        tokio::task::spawn_blocking(move || measure(port, &session, accounts)).await??;
        if args.iter().any(|arg| arg == "--stay") {
            println!("{base}; until Ctrl-C; data in {}", dir.path().display());
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
    store.write(move |tx| {
        tx.execute_batch(&sql)?;
        users::invite(tx, None, &invited, now, now.plus(60))?;
        let phc = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo";
        let user = users::accept(tx, &invited, "李四", phc, now)?;
        if let Ok(user) = user {
            sessions::begin(tx, &user, (&hash, ""), "127.0.0.1", now)?;
        }
        Ok(())
    })?;
    Ok(token)
}

fn measure(port: u16, session: &Token, accounts: u32) -> Result<(), std::io::Error> {
    println!("{accounts} accounts, three weeks of looks; cookie cuigeng={}", session.expose());
    let mut first = None;
    for (what, path, times) in
        [("made", "/", 1), ("kept", "/", 21), ("search", "/?q=99&by=platform", 21), ("account", "/account/17", 21)]
    {
        let mut took: Vec<(f64, usize)> = Vec::new();
        for _ in 0..times {
            took.push(ask(port, session, path)?);
        }
        took.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (median_ms, bytes) = took[took.len() / 2];
        first.get_or_insert(median_ms);
        println!(
            "{what:8} {path:20} median {median_ms:8.1} ms, slowest {:8.1} ms, {bytes} bytes",
            took[took.len() - 1].0
        );
    }
    Ok(())
}

/// Milliseconds from the first byte sent to the last one read.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time that really passes")]
fn ask(port: u16, session: &Token, path: &str) -> Result<(f64, usize), std::io::Error> {
    let mut stream = loop {
        // The daemon looks and judges before it opens its pages.
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    };
    let began = std::time::Instant::now();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: cuigeng={}\r\n\r\n",
        session.expose()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        return Err(std::io::Error::other(String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned()));
    }
    Ok((began.elapsed().as_secs_f64() * 1000.0, answer.len()))
}
