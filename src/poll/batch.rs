//! Collectors: one run for all accounts that are due, in parcels; when to leave a failing one alone.

use super::{Due, Poller};
use crate::config::SourceConfig;
use crate::domain::{AccountId, Moment};
use crate::rules::accept;
use crate::store::StoreError;
use cuigeng_adapters::exec::{Exec, Run};
use cuigeng_adapters::time::{DAY, HOUR};
use cuigeng_adapters::{Class, Failure, Outcome, Seen};

/// Most accounts in one run.
const PARCEL: usize = 50;
/// Failed runs in a row after which a collector is tried once a day only.
const MOST_FAILED: u32 = 5;

impl Poller {
    /// Looks at these accounts by as many runs as it takes.
    pub(super) async fn collect(
        &self,
        exec: &Exec,
        configured: &SourceConfig,
        due: Vec<Due>,
        now: Moment,
    ) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let most = match self.parcel(exec, &configured.name, now).await {
            Ok(most) => most,
            Err(refused) => return self.fail_all(due, &refused, now).await,
        };
        let mut seen = Vec::new();
        for parcel in due.chunks(most) {
            if let Some((failure, until)) = self.lanes.rests(&configured.name, now) {
                seen.extend(self.pass_over(parcel.to_vec(), &failure, until, now).await?);
            } else {
                seen.extend(self.run(exec, configured, parcel, now).await?);
            }
        }
        Ok(seen)
    }

    /// How many accounts the collector wants in one run; it is asked once. One that does not describe
    /// itself is run all the same, one that speaks another protocol is not.
    async fn parcel(&self, exec: &Exec, name: &str, now: Moment) -> Result<usize, Failure> {
        if let Some(most) = self.lanes.parcel(name) {
            return Ok(most);
        }
        let most = match exec.describe(&self.state_of(name), now).await.word {
            Ok(told) => told.batch_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(PARCEL),
            Err(refused) if refused.reason == "protocol" => return Err(refused),
            Err(silent) => {
                tracing::debug!(collector = name, detail = silent.detail, "collector.not_described");
                PARCEL
            }
        };
        Ok(self.lanes.set_parcel(name, most.clamp(1, PARCEL)))
    }

    async fn run(
        &self,
        exec: &Exec,
        configured: &SourceConfig,
        due: &[Due],
        now: Moment,
    ) -> Result<Vec<(AccountId, Seen)>, StoreError> {
        let mut questions = Vec::new();
        for one in due {
            questions.push(self.question(one, configured, now).await?);
        }
        let asks: Vec<_> = questions.iter().map(|(ask, ..)| ask.clone()).collect();
        let state = self.state_of(&configured.name);
        let mut run = exec.list(&asks, self.secrets.as_ref(), &state, now).await;
        self.learn_from(&configured.name, &mut run);
        let mut kept = Vec::new();
        for ((one, (_, history, circumstances)), seen) in due.iter().zip(&questions).zip(run.looks) {
            let seen = accept::believe(history, seen, now, *circumstances);
            self.keep(one, seen.clone(), now).await?;
            kept.push((one.account.id, seen));
        }
        Ok(kept)
    }

    /// A collector's own directory.
    pub(crate) fn state_of(&self, collector: &str) -> std::path::PathBuf {
        self.data.join("collectors").join(collector)
    }

    /// After exit 69 or 75 the pause doubles up to six hours; after five failed runs it is a day.
    fn learn_from(&self, name: &str, run: &mut Run) {
        let failed = self.lanes.run_ended(name, run.ended.is_good());
        if failed == 0 {
            return;
        }
        tracing::warn!(collector = name, ended = ?run.ended, failed, stderr = run.stderr, "collector.failed");
        let rest_s = match failed {
            MOST_FAILED.. => Some(DAY),
            _ if run.ended.asks_for_rest() => Some((300_i64 << failed.min(10)).min(6 * HOUR)),
            _ => None,
        };
        for seen in &mut run.looks {
            if let Outcome::Failed(failure) = &mut seen.outcome {
                failure.retry_after_s = failure.retry_after_s.max(rest_s);
                add_tail(failure, &run.stderr);
            }
        }
        if let Some(rest_s) = rest_s {
            let cause = Failure::new(Class::Transient, format!("{failed} failed runs in a row"))
                .because("collector")
                .advise("采集程序连续失败，暂停一段时间后再试：请运行 cuigeng plugin test 查看原因")
                .retry_after(Some(rest_s));
            self.lanes.rest(name, cause, self.clock.now());
        }
    }
}

/// The last words of a program go into the failure's detail, at most 300 characters.
fn add_tail(failure: &mut Failure, stderr: &str) {
    let tail: Vec<char> = stderr.trim().chars().rev().take(300).collect();
    if !tail.is_empty() {
        failure.detail.push_str("; ");
        failure.detail.extend(tail.into_iter().rev());
    }
}
