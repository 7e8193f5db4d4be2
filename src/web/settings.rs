//! 设置: who may come in, the offices' links, whether letters reach anybody, and a test letter. Everybody
//! sees it; only an administrator changes anything.

mod show;

pub(super) use show::show;

use super::act::Admin;
use super::session::Act;
use super::{Shared, enter_url, office_url};
use crate::access::token::Token;
use crate::access::{ONE_TIME_S, Rank};
use crate::backup;
use crate::config::Mode;
use crate::deeds::Refusal;
use crate::deeds::mode::{self, Switched};
use crate::deeds::user::{self, Trouble};
use crate::domain::Role;
use crate::mail::address::check_address;
use crate::mail::test_letter::{Sent, send_test};
use crate::spoken::size;
use crate::store::{StoreError, Transaction, meta};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use cuigeng_adapters::time::HOUR;
use std::sync::Arc;
use std::time::Duration;

/// How long somebody waits for the word of the mail server; a page must not take longer.
const WAITS: Duration = Duration::from_secs(8);

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        Refusal::state(match trouble {
            Trouble::Store(error) => return Refusal::Store(error),
            Trouble::Name(said) => return Refusal::field("name", format!("{said}。没有改动")),
            Trouble::Last(said) => format!("{said}。没有改动"),
            Trouble::Taken(name) => {
                let why = format!("已经有叫“{name}”的用户，没有改动；他忘了密码的，在他那一行给新链接");
                return Refusal::field("name", why);
            }
            Trouble::Unknown(name) => format!("没有叫“{name}”的用户，没有改动"),
            Trouble::Disabled(name) => format!("“{name}”已停用，没有改动；请先恢复"),
            Trouble::NoOffice(office) => format!("台账中没有主办单位“{office}”，没有改动"),
            Trouble::NoLink(office) => format!("“{office}”没有有效的只读链接，没有改动；可能刚刚已经作废"),
        })
    }
}

/// What a page needs for a link: where it leads, and its secret.
fn new_link(shared: &Shared) -> Result<(String, Token), Refusal> {
    let base = super::base_url(&shared.web.config.web).ok_or_else(|| Refusal::state("没有网页的地址，没有改动"))?;
    let token = Token::random().ok_or_else(|| Refusal::state("系统没有给出随机数，没有改动；请稍后再试"))?;
    Ok((base, token))
}

fn hours() -> i64 {
    ONE_TIME_S / HOUR
}

/// Registers somebody; the next page shows the link, once.
pub(super) async fn add(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let done = added(&shared, &act).await;
    shared.answer_link(&act, &uri, "../settings#users", done)
}

async fn added(shared: &Shared, act: &Act) -> Result<(String, String), Refusal> {
    let rank = Rank::parse(act.text("rank")).ok_or_else(|| Refusal::field("rank", "请选一种权限"))?;
    let (base, token) = new_link(shared)?;
    let (name, hash, by) = (act.text("name").to_owned(), token.hash(), act.by().to_owned());
    let now = shared.web.clock.now();
    let deed = move |tx: &Transaction<'_>| Ok::<_, Refusal>(user::add(tx, &name, rank, (&hash, &by), now)?);
    let name = shared.web.store.attempt_async(deed).await?;
    let said = format!(
        "已登记“{name}”（{}）。请把这个链接交给本人设密码，{}小时内有效，只能用一次，也只在这里显示这一次：",
        rank.chinese(),
        hours()
    );
    Ok((said, enter_url(&base, &token)))
}

/// Changes somebody: `rank`, `disable`, `enable` or `link`.
pub(super) async fn change(
    State(shared): State<Shared>,
    Path(deed): Path<String>,
    uri: Uri,
    Admin(act): Admin,
) -> Response {
    let to = "../../settings#users";
    match deed.as_str() {
        "link" => {
            let done = relinked(&shared, &act).await;
            shared.answer_link(&act, &uri, to, done)
        }
        "rank" => {
            let done = ranked(&shared, &act).await;
            shared.answer(&act, &uri, to, done)
        }
        "disable" | "enable" => {
            let done = disabled(&shared, &act, deed == "disable").await;
            shared.answer(&act, &uri, to, done)
        }
        _ => super::chrome::notice(axum::http::StatusCode::NOT_FOUND, &uri),
    }
}

async fn relinked(shared: &Shared, act: &Act) -> Result<(String, String), Refusal> {
    let (base, token) = new_link(shared)?;
    let (name, hash, by) = (act.text("name").to_owned(), token.hash(), act.by().to_owned());
    let (kept, now) = (name.clone(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| Ok::<_, Refusal>(user::link(tx, &kept, (&hash, &by), now)?);
    shared.web.store.attempt_async(deed).await?;
    let said =
        format!("请把这个链接交给“{name}”本人重设密码，{}小时内有效，只能用一次，也只在这里显示这一次：", hours());
    Ok((said, enter_url(&base, &token)))
}

async fn ranked(shared: &Shared, act: &Act) -> Result<String, Refusal> {
    let rank = Rank::parse(act.text("rank")).ok_or_else(|| Refusal::field("rank", "请选一种权限"))?;
    let (name, by, now) = (act.text("name").to_owned(), act.by().to_owned(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| {
        if user::named(tx, &name)?.rank == rank {
            return Err(Refusal::state(format!("“{name}”已经是{}，没有改动", rank.chinese())));
        }
        user::set_rank(tx, &name, rank, &by, now)?;
        Ok(format!("“{name}”现在是{}，马上生效", rank.chinese()))
    };
    shared.web.store.attempt_async(deed).await
}

async fn disabled(shared: &Shared, act: &Act, disabled: bool) -> Result<String, Refusal> {
    let (name, by, now) = (act.text("name").to_owned(), act.by().to_owned(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| {
        if user::named(tx, &name)?.disabled_at.is_some() == disabled {
            let how = if disabled { "已经停用" } else { "没有停用" };
            return Err(Refusal::state(format!("“{name}”{how}，没有改动")));
        }
        user::disable(tx, &name, disabled, &by, now)?;
        Ok(if disabled {
            format!("“{name}”已停用，已有的登录和链接马上失效")
        } else {
            format!("“{name}”已恢复，可以用原来的密码登录")
        })
    };
    shared.web.store.attempt_async(deed).await
}

/// Gives an office its link, which the next page shows once.
pub(super) async fn offer(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let done = offered(&shared, &act).await;
    shared.answer_link(&act, &uri, "../settings#offices", done)
}

async fn offered(shared: &Shared, act: &Act) -> Result<(String, String), Refusal> {
    let (base, token) = new_link(shared)?;
    let (office, hash, by) = (act.text("office").to_owned(), token.hash(), act.by().to_owned());
    let (kept, now) = (office.clone(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| Ok::<_, Refusal>(user::offer(tx, &kept, (&hash, &by), now)?);
    shared.web.store.attempt_async(deed).await?;
    let said = format!("“{office}”的只读链接，只看得到它主办的账号，以前给的已作废；只在这里显示这一次：");
    Ok((said, office_url(&base, &token)))
}

/// Ends the link of an office.
pub(super) async fn revoke(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let (office, by, now) = (act.text("office").to_owned(), act.by().to_owned(), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| {
        user::revoke(tx, &office, &by, now)?;
        Ok::<_, Refusal>(format!("“{office}”的只读链接已作废"))
    };
    let done = shared.web.store.attempt_async(deed).await;
    shared.answer(&act, &uri, "../../settings#offices", done)
}

/// 试运行 or 正式, with the name of whoever answers for it.
pub(super) async fn switch(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let to = "../settings#mode";
    match wished(&act) {
        Ok(wanted) => {
            let deed = switched(shared.clone(), wanted, act.by().to_owned(), act.text("leaving").to_owned());
            shared.in_time(act, &uri, to, deed).await
        }
        Err(refusal) => shared.answer(&act, &uri, to, Err(refusal)),
    }
}

fn wished(act: &Act) -> Result<Mode, Refusal> {
    let wanted = match act.text("mode") {
        "live" => Mode::Live,
        "trial" => Mode::Trial,
        _ => return Err(Refusal::wish("没有写明转为正式还是转回试运行，没有切换")),
    };
    if act.text("name").trim() != act.by() {
        return Err(Refusal::field("name", "写的姓名和您登录的姓名不一样，没有切换；切换由谁负责，要由本人写明"));
    }
    Ok(wanted)
}

/// The ledger is loaded for it, which takes seconds in a large town.
async fn switched(shared: Shared, wanted: Mode, by: String, seen: String) -> Result<String, Refusal> {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    let deed = move |tx: &Transaction<'_>| mode::switch(tx, &config, (wanted, Some(&seen)), &by, now);
    let done = shared.web.store.attempt_async(deed).await?;
    shared.web.clock.ring();
    Ok(switched_said(done, wanted))
}

/// What a switch did to letters that wait, and what leaves; `None` where it was so already.
pub(super) fn switched_said(done: Option<Switched>, wanted: Mode) -> String {
    match (done, wanted) {
        (None, Mode::Live) => "已经是正式，没有变化".to_owned(),
        (None, Mode::Trial) => "已经是试运行，没有变化".to_owned(),
        (Some(Switched { touched, leaving }), Mode::Live) => {
            let ended = if touched == 0 {
                String::new()
            } else {
                format!("试运行期间待发的{touched}封不再发出。")
            };
            let said = [vec![leaving.chinese()], leaving.waits(), leaving.told_nothing().into_iter().collect()]
                .concat()
                .join("；");
            format!("已转为正式：从现在起提醒发给各账号的责任人。{ended}{said}")
        }
        (Some(Switched { touched, .. }), Mode::Trial) => {
            format!("已转回试运行：提醒只汇总发给检查方，待发的{touched}封改为只存档")
        }
    }
}

/// Makes a backup now. One that is large goes on when the page has stopped waiting for it.
pub(super) async fn back_up(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let (store, by, now) = (shared.web.store.clone(), act.by().to_owned(), shared.web.clock.now());
    let (keep_days, clock) = (shared.web.config.backup.keep_days, Arc::clone(&shared.web.clock));
    let deed = async move {
        let made = tokio::task::spawn_blocking(move || backup::make(&store, keep_days, Some(&by), now)).await;
        // The alarm learns that a trouble began or is over.
        clock.ring();
        let made = made.map_err(|_| StoreError::ended())?.map_err(|trouble| Refusal::state(trouble.0))?;
        Ok(format!("已备份并检验：{}（{}，{}行）", made.name, size(made.bytes), made.rows))
    };
    shared.in_time(act, &uri, "../settings#backup", deed).await
}

/// Sends a test letter and says the server's own words.
pub(super) async fn letter(State(shared): State<Shared>, uri: Uri, Admin(act): Admin) -> Response {
    let done = tested(&shared, &act).await;
    shared.answer(&act, &uri, "../settings#letter", done)
}

/// Hands a test letter over, and says the server's own words.
pub(super) async fn tested(shared: &Shared, act: &Act) -> Result<String, Refusal> {
    let (address, by, now) = (act.text("address").trim().to_owned(), act.by().to_owned(), shared.web.clock.now());
    check_address(&address).map_err(|said| Refusal::field("address", format!("{said}。没有发信")))?;
    let (poller, whom) = (shared.web.poller.clone(), address.clone());
    shared.web.store.write_async(move |tx| meta::audit(tx, now, &by, "letter.test", &whom)).await?;
    // On a task of its own: what is on its way to the server is not to be broken off by a page.
    let sending = tokio::spawn(async move { send_test(&poller, &address, Role::Clerk, now).await });
    match tokio::time::timeout(WAITS, sending).await {
        Ok(Ok(sent)) => told(&sent?),
        Ok(Err(_)) => Err(Refusal::Store(StoreError::ended())),
        Err(_) => Err(Refusal::state("邮件服务器还没有答复，请过几分钟在这里再试；结果也记在发件箱里")),
    }
}

fn told(sent: &Sent) -> Result<String, Refusal> {
    let course = sent.course();
    match sent.failure() {
        None if sent.is_only_written() => Ok(format!("测试信已写成文件（现在的设置不真的发出）。{course}")),
        None => Ok(format!("测试信已发出。{course}")),
        Some(said) if course.is_empty() => Err(Refusal::state(said)),
        Some(said) => Err(Refusal::state(format!("{said}。{course}"))),
    }
}
