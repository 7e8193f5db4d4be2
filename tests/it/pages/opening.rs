//! The pages are open while the first look is still under way, however long it takes.

use crate::answer::office::ask;
use cuigeng::clock::SystemClock;
use cuigeng::config;
use cuigeng::daemon::Daemon;
use cuigeng::store::{Store, accounts};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn pages_answer_before_the_first_look_is_done() {
    let dir = tempfile::tempdir().unwrap();
    // A site that takes the question and does not answer.
    let site = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "[web]\nlisten = \"127.0.0.1:{port}\"\n[sources.site]\nkind = \"feed\"\nbridge = \"own\"\nbase = \"http://{}\"\n",
        site.local_addr().unwrap()
    );
    std::fs::write(dir.path().join("config.toml"), text).unwrap();
    let config = Arc::new(config::load(Some(&dir.path().join("config.toml"))).unwrap());
    let data = dir.path().join("data");
    let store = Store::open(&data).unwrap();
    store
        .write(|tx| {
            tx.execute_batch(
                "INSERT INTO account (id, name, platform, handle, office, supervisor, position) VALUES (1, '青禾文旅', '新浪微博', 'w1', '', '', 1);
                 INSERT INTO account_source VALUES (1, 0, 'site', 'w1');",
            )?;
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read(accounts::all).unwrap()[0].sources.len(), 1);
    drop(store);
    let daemon = Daemon::open(config, &data, SystemClock::shared(), None).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let runs = tokio::spawn(daemon.run(async { drop(stopped.await) }));
    let held = tokio::task::spawn_blocking(move || site.accept().unwrap()).await.unwrap();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        tokio::task::yield_now().await;
    }
    let answer =
        tokio::task::spawn_blocking(move || ask(port, b"GET /signin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    let answer = answer.await.unwrap();
    assert_eq!(answer.status, 403, "nobody administers it yet: {}", answer.body);
    drop(stop);
    runs.await.unwrap().unwrap();
    drop(held);
}
