//! 试一下: one look through a source that keeps nothing, for whoever has just renewed a login. One at a time,
//! at the source's own pace, never while it rests. What is changed is in the trail; this changes nothing
//! and is in the log alone.

use super::Shared;
use super::act::Operator;
use super::session::Act;
use crate::deeds::Refusal;
use crate::domain::{Account, AccountId, Moment, SourceRef};
use crate::rules::class_chinese;
use crate::spoken::beijing;
use crate::store::{Connection, StoreError, accounts, lanes};
use crate::trial::{self, COURSE, Tried};
use crate::{poll::Poller, standing};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use cuigeng_adapters::{Failure, Outcome};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long one may take; a paced source with some pages needs half of it.
const LIMIT: Duration = Duration::from_secs(90);
/// Seconds between two at the same source.
const CALM_S: i64 = 60;

/// Who tries now, and what was tried when.
pub(super) struct Trying {
    place: Arc<Semaphore>,
    last: Mutex<HashMap<String, Moment>>,
}

impl Default for Trying {
    fn default() -> Trying {
        Trying { place: Arc::new(Semaphore::new(1)), last: Mutex::default() }
    }
}

impl Trying {
    /// A place for one trial of that source.
    fn begin(&self, source: &str, now: Moment) -> Result<OwnedSemaphorePermit, Refusal> {
        let busy = |_| Refusal::state("正在试一个来源，一次只试一个；请过一会儿再试");
        let place = Arc::clone(&self.place).try_acquire_owned().map_err(busy)?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(source).is_some_and(|last| now.since(*last) < CALM_S) {
            return Err(Refusal::state(format!("来源“{source}”刚刚试过，一分钟只试一次；请过一会儿再试")));
        }
        last.insert(source.to_owned(), now);
        Ok(place)
    }
}

/// Tries a source at the account that is named, else at its first.
pub(super) async fn attempt(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    match begun(&shared, &act).await {
        Ok((place, account, of)) => {
            let (poller, user) = (shared.web.poller.clone(), act.viewer.user.id);
            let deed = async move {
                let done = tried(&poller, account, &of).await;
                tracing::info!(source = of.source, user.id = user, good = done.is_ok(), "source.tried");
                drop(place);
                done
            };
            shared.in_time(act, &uri, "../sources", deed).await
        }
        Err(refusal) => shared.answer(&act, &uri, "../sources", Err(refusal)),
    }
}

async fn begun(shared: &Shared, act: &Act) -> Result<(OwnedSemaphorePermit, Account, SourceRef), Refusal> {
    let name = act.text("source").to_owned();
    if !shared.web.config.sources.contains_key(&name) {
        return Err(Refusal::state("配置里没有这个来源，没有试"));
    }
    let (wanted, now) = (act.text("account").parse().ok().map(AccountId), shared.web.clock.now());
    let source = name.clone();
    let kept =
        shared.web.store.read_async(move |conn| Ok((chosen(conn, &source, wanted, now)?, rest(conn, &source, now)?)));
    let (chosen, rest) = kept.await?;
    if let Some((cause, until)) = rest {
        let (class, advice) = (class_chinese(cause.class), cause.advice);
        return Err(Refusal::state(format!("来源“{name}”{class}，休息到{}，到时再试。{advice}", beijing(until))));
    }
    let none = || Refusal::state(format!("台账里没有账号用来源“{name}”，没有试；请先在台账的“来源”一列写上它"));
    let (account, of) = chosen.ok_or_else(none)?;
    Ok((shared.trying.begin(&name, now)?, account, of))
}

/// Of the accounts that the source serves.
fn chosen(
    conn: &Connection,
    source: &str,
    wanted: Option<AccountId>,
    now: Moment,
) -> Result<Option<(Account, SourceRef)>, StoreError> {
    let all = accounts::all(conn)?;
    let users = standing::users(&all, now);
    let own = standing::of(&users, source);
    let named = own.iter().find(|(account, _)| wanted.is_none_or(|id| account.id == id));
    Ok(named.map(|(account, of)| ((*account).clone(), (*of).clone())))
}

fn rest(conn: &Connection, source: &str, now: Moment) -> Result<Option<(Failure, Moment)>, StoreError> {
    Ok(lanes::all(conn)?.get(source).and_then(|kept| kept.breaker.rests(now)))
}

/// What came of it; the first line stands for itself.
async fn tried(poller: &Poller, account: Account, of: &SourceRef) -> Result<String, Refusal> {
    let gone = || Refusal::state("配置里没有这个来源，没有试");
    let source = poller.config.sources.get(&of.source).ok_or_else(gone)?;
    let mask = trial::mask(&poller.config, &poller.secrets, std::slice::from_ref(&account));
    let tried = within(LIMIT, &of.source, trial::attempt(poller, source, account, of.clone())).await?;
    let said = mask.hide(&told(&tried)).to_string();
    let good = !matches!(tried.seen.outcome, Outcome::Failed(_)) && !tried.is_refused();
    if good { Ok(said) } else { Err(Refusal::State(said)) }
}

async fn within<T>(
    limit: Duration,
    source: &str,
    trial: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Refusal> {
    let late = |_| {
        let waited_s = limit.as_secs();
        Refusal::state(format!(
            "来源“{source}”试了{waited_s}秒没有结果，已经停下，没有保存；请看网络和对方服务是否正常"
        ))
    };
    Ok(tokio::time::timeout(limit, trial).await.map_err(late)??)
}

/// One fact a line, without what only whoever wrote the adapter understands.
fn told(tried: &Tried<'_>) -> String {
    let lines = trial::lines(tried).into_iter().skip(2).filter(|(label, _)| *label != COURSE);
    let lines: Vec<String> = lines
        .map(|(label, said)| {
            // A title may hold any sign; here a line ends only where we end it.
            let said = said.replace(['\n', '\r'], " ");
            if label.is_empty() { said } else { format!("{label}：{said}") }
        })
        .collect();
    let head = format!("试看来源“{}”：{}；只是试看，没有保存", tried.source.name, tried.account.title());
    format!("{}\n{}", head.replace(['\n', '\r'], " "), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_the_same_once_a_minute() {
        let (trying, at) = (Trying::default(), Moment::from_unix);
        let place = trying.begin("甲", at(0)).unwrap();
        assert!(matches!(trying.begin("乙", at(0)), Err(Refusal::State(said)) if said.contains("一次只试一个")));
        drop(place);
        assert!(trying.begin("乙", at(0)).is_ok());
        assert!(matches!(trying.begin("甲", at(59)), Err(Refusal::State(said)) if said.contains("一分钟只试一次")));
        assert!(trying.begin("甲", at(60)).is_ok());
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_ended() {
        let never = std::future::pending::<Result<(), StoreError>>();
        let late = within(Duration::ZERO, "甲", never).await;
        assert!(matches!(late, Err(Refusal::State(said)) if said.contains("没有结果，已经停下")));
        assert!(within(LIMIT, "甲", async { Ok(7) }).await.is_ok());
    }
}
