//! The operator's second channel: group robots that hear of our own troubles, since a mail failure
//! cannot be reported by mail (mail.md "Second channel"). What is owed is decided by [`plan`] and
//! [`causes`], both pure; here it is kept, and sent at least once, with bounded tries. A robot that hangs
//! delays nobody but itself.

pub mod causes;
mod gather;
pub(crate) mod groups;
pub mod plan;
pub mod robot;
mod words;

use crate::Step;
use crate::clock::Clock;
use crate::config::{Config, RobotConfig, RobotKind};
use crate::domain::{Class, Moment};
use crate::pulse::{self, Pulse};
use crate::secrets::FileSecrets;
use crate::silence::{Silence, over_source};
use crate::store::alarms::{self, Ended, Notice};
use crate::store::{Store, StoreError, Transaction, incidents, silences};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::{Failure, Secrets};
use gather::Own;
use plan::{Alarm, CLOSING, Cause, MAIL, Rise};
use robot::{Keys, Refusal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Tells the operator. Cheap to clone.
#[derive(Clone)]
pub struct Alarmer {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The way to the robots.
    pub http: Http,
    /// Their addresses.
    pub secrets: Arc<FileSecrets>,
    /// The data directory, whose disk may fill.
    pub data: PathBuf,
    /// Free and all bytes of the disk that holds a place; `None` where the system does not say.
    pub disk: fn(&Path) -> Option<(u64, u64)>,
    /// Seconds that a robot may take to answer.
    pub patience_s: u64,
    /// When this process began.
    pub started: Moment,
    /// Whether the wall clock was set.
    pub clock: Arc<dyn Clock>,
    /// Whether the other tasks move.
    pub pulse: Pulse,
}

/// Seconds that a robot may take to answer.
pub const PATIENCE_S: u64 = 10;
/// Seconds for which a robot that refuses our settings is left alone.
const CONFIG_REST_S: i64 = 900;
/// Without an event, our own health is looked at after so many seconds where robots may hear of it.
const LOOK_S: i64 = 600;

impl Alarmer {
    /// Notes what began and what is over, and hands each robot the one message that is due first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let (mailed, next_rise) = self.note(now).await?;
        let next_send = self.send(now).await?.min(self.post_notes(now).await?);
        let look = if self.config.alarms.is_empty() { now.plus_days(1) } else { now.plus(LOOK_S) };
        Ok(Step { did: mailed, wake: look.min(next_rise).min(next_send).max(now.plus(1)) })
    }

    /// Whether a letter was queued, and when a message is repeated next.
    async fn note(&self, now: Moment) -> Result<(bool, Moment), StoreError> {
        let (config, lasting) = (Arc::clone(&self.config), self.lasting(now));
        let news = self
            .store
            .read_async(move |conn| {
                let causes = lasting(conn)?;
                Ok(News::of(&config, causes, alarms::open(conn)?, &silences::active(conn, now)?, now))
            })
            .await?;
        let next = news.next;
        if news.is_empty() {
            return Ok((false, next));
        }
        let config = Arc::clone(&self.config);
        let mailed = self.store.write_async(move |tx| keep(tx, &config, &news, now)).await?;
        Ok((mailed, next))
    }

    /// What is not well with us, for whoever reads the database anyway.
    pub(crate) fn lasting(
        &self,
        now: Moment,
    ) -> impl FnOnce(&crate::store::Connection) -> Result<Vec<Cause>, StoreError> + Send + 'static {
        let (config, data, own) = (Arc::clone(&self.config), self.data.clone(), self.own(now));
        move |conn| Ok(causes::causes(&gather::facts(conn, &config, &data, own, now)?, now))
    }

    /// What this process knows of itself without the database.
    fn own(&self, now: Moment) -> Own {
        Own {
            started: self.started,
            busy: self.pulse.busy(),
            disk: (self.disk)(&self.data),
            jump: self.pulse.watch(self.clock.ahead_s(), now),
            askew_s: pulse::askew_s(&self.http.askew(), now),
            // Whoever keeps another time than the machine's has no such service.
            unsynchronised: self.clock.ahead_s().is_some() && pulse::is_unsynchronised(),
        }
    }

    /// When the next message falls due.
    async fn send(&self, now: Moment) -> Result<Moment, StoreError> {
        let robots: Vec<RobotConfig> = self.config.alarms.clone();
        let (due, wake) = self.store.read_async(move |conn| due(conn, &robots, now)).await?;
        let mut posts = JoinSet::new();
        for (robot, notice) in due {
            let (alarmer, claimed) = (self.clone(), notice.clone());
            self.store.write_async(move |tx| alarms::claim(tx, &claimed, now)).await?;
            posts.spawn(async move {
                let answer = alarmer.post(&robot, &notice.text, now).await;
                (robot, notice, answer)
            });
        }
        let mut wake = wake;
        while let Some(Ok((robot, notice, answer))) = posts.join_next().await {
            let ended = ended(robot.kind, notice.attempts + 1, answer, now);
            tracing::info!(
                robot = robot.kind.word(),
                alarm.id = notice.alarm,
                class = ended.class,
                code = ended.code,
                "alarm.attempted"
            );
            wake = wake.min(now.plus(robot::gap_s(robot.kind)));
            self.store.write_async(move |tx| alarms::finish(tx, &notice, &ended, now)).await?;
        }
        Ok(wake)
    }

    /// Sends a test message now, past the queue, and says what the robot answered.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn test(&self, robot: &RobotConfig, now: Moment) -> Result<Result<String, Refusal>, StoreError> {
        let answer = self.post(robot, &words::test(&self.config, now), now).await;
        let (name, ended) = (robot.kind.word(), ended(robot.kind, 1, answer.clone(), now));
        self.store.write_async(move |tx| alarms::answered(tx, name, &ended, now)).await?;
        Ok(answer)
    }

    async fn post(&self, robot: &RobotConfig, text: &str, now: Moment) -> Result<String, Refusal> {
        let secret =
            |name: &String| self.secrets.get(name).map_err(|e| Refusal::new(Class::Config, e.advise_or_detail()));
        let url = secret(&robot.url_secret)?;
        let sign = robot.sign_secret.as_ref().map(secret).transpose()?;
        let keys = Keys { url: url.expose(), sign: sign.as_ref().map(|sign| sign.expose()) };
        let request = robot::request(robot.kind, keys, text, now)?.patience(self.patience_s);
        let answer = self.http.send(request).await.map_err(|failure| transport(&failure, self.patience_s))?;
        robot::understand(robot.kind, keys, &answer)
    }
}

/// What has changed since the operator last heard.
struct News {
    risen: Vec<(Cause, Rise)>,
    /// A silence keeps it back: the silence and the cause.
    hushed: Vec<(i64, Cause)>,
    over: Vec<Alarm>,
    next: Moment,
}

impl News {
    fn of(config: &Config, causes: Vec<Cause>, open: Vec<Alarm>, silences: &[Silence], now: Moment) -> News {
        let robots: Vec<&str> = config.alarms.iter().map(|robot| robot.kind.word()).collect();
        let mut news = News { risen: Vec::new(), hushed: Vec::new(), over: Vec::new(), next: Moment::MAX };
        for cause in &causes {
            let alarm = open.iter().find(|alarm| alarm.key == cause.key);
            if let Some(silence) = cause.source.as_ref().and_then(|source| over_source(silences, source)) {
                news.hushed.push((silence.id, cause.clone()));
                continue;
            }
            let next = alarm.map_or(now.plus(1), |alarm| plan::next_rise(cause.rhythm, alarm, now));
            news.next = news.next.min(next);
            news.risen.extend(plan::rise(cause, alarm, &robots, now).map(|rise| (cause.clone(), rise)));
        }
        news.over = open.into_iter().filter(|alarm| !causes.iter().any(|cause| cause.key == alarm.key)).collect();
        news
    }

    fn is_empty(&self) -> bool {
        self.risen.is_empty() && self.hushed.is_empty() && self.over.is_empty()
    }
}

/// True when a letter was queued.
fn keep(tx: &Transaction<'_>, config: &Config, news: &News, now: Moment) -> Result<bool, StoreError> {
    let mut mailed = false;
    for (cause, rise) in &news.risen {
        let alarm = alarms::rise(tx, cause, rise)?;
        let words = words::lasts(config, cause, rise, now);
        mailed |= tell(tx, config, alarm, (rise.round, rise.stage), &rise.channels, &words, now)?;
        tracing::warn!(alarm.id = alarm, cause = cause.key, stage = rise.stage, "alarm.told");
    }
    for (silence, cause) in &news.hushed {
        silences::hush(tx, *silence, &format!("alarm {}", cause.key), None, &format!("告警：{}", cause.subject), now)?;
    }
    for alarm in &news.over {
        let mut heard = alarms::end(tx, alarm.id, now)?;
        heard.retain(|channel| channel == MAIL || config.alarms.iter().any(|robot| robot.kind.word() == channel));
        let words = words::over(config, alarm, now);
        mailed |= tell(tx, config, alarm.id, (alarm.round, CLOSING), &heard, &words, now)?;
        tracing::info!(alarm.id = alarm.id, cause = alarm.key, "alarm.over");
    }
    Ok(mailed)
}

/// Queues one message to each channel; the one to the mailbox is a letter of the outbox from then on.
fn tell(
    tx: &Transaction<'_>,
    config: &Config,
    alarm: i64,
    stage: (i64, i64),
    channels: &[String],
    (subject, text): &(String, String),
    now: Moment,
) -> Result<bool, StoreError> {
    for channel in channels {
        alarms::queue(tx, alarm, channel, stage, text, now)?;
    }
    if !channels.iter().any(|channel| channel == MAIL) {
        return Ok(false);
    }
    incidents::mail(tx, config, subject, &format!("{text}\n"), now)?;
    alarms::mailed(tx, now)?;
    Ok(true)
}

/// The message of each robot that is due, and when the next one is.
fn due(
    conn: &crate::store::Connection,
    robots: &[RobotConfig],
    now: Moment,
) -> Result<(Vec<(RobotConfig, Notice)>, Moment), StoreError> {
    let states = alarms::robots(conn)?;
    let (mut due, mut wake) = (Vec::new(), Moment::MAX);
    for robot in robots {
        let Some(waits) = alarms::wake(conn, robot.kind.word())? else { continue };
        let state = states.get(robot.kind.word());
        let (tried, rest) = state.map_or((Moment::MIN, Moment::MIN), |state| (state.tried_at, state.rest_until));
        let free = robot::free_at(robot.kind, tried, rest, waits.max(now));
        if free > now {
            wake = wake.min(free);
        } else if let Some(notice) = alarms::due(conn, robot.kind.word(), now)? {
            due.push((robot.clone(), notice));
        }
    }
    Ok((due, wake))
}

fn ended(kind: RobotKind, tries: i64, answer: Result<String, Refusal>, now: Moment) -> Ended {
    let refusal = match answer {
        Ok(words) => {
            return Ended { class: String::new(), code: None, words, next_try: None, rest_until: Moment::MIN };
        }
        Err(refusal) => refusal,
    };
    let rest_s = match refusal.class {
        Class::Throttled => robot::rest_s(kind),
        Class::Config => CONFIG_REST_S,
        _ => 0,
    };
    Ended {
        class: refusal.class.word().to_owned(),
        code: refusal.code,
        words: refusal.words,
        next_try: plan::retry(tries, rest_s, refusal.class == Class::Malformed, now),
        rest_until: if rest_s > 0 { now.plus(rest_s) } else { Moment::MIN },
    }
}

/// The client's own words hold the address, whose path may be the secret; so ours are used.
fn transport(failure: &Failure, patience_s: u64) -> Refusal {
    let words = match failure.reason.as_str() {
        "timeout" => format!("{patience_s}秒内没有回答"),
        "connect" => "连不上".to_owned(),
        "address" => "网址无法使用".to_owned(),
        "too_large" => "答复过长".to_owned(),
        _ => "连接中断".to_owned(),
    };
    Refusal::new(failure.class, words)
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;

pub(crate) use gather::disk_space;
