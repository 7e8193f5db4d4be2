//! Looks that keep nothing, for a person who tries a source: asked and believed as a step asks and
//! believes, but no look is stored, no agenda moves, and a rest of the source is neither kept nor made.

use super::{Due, Poller, unknown_source};
use crate::config::SourceConfig;
use crate::domain::{Account, Moment, SourceRef};
use crate::plan::Agenda;
use crate::rules::accept;
use crate::store::{StoreError, agenda};
use cuigeng_adapters::exec::{Exec, Run};
use cuigeng_adapters::{Ask, Batch, Seen, Source};

/// One run of a collector that was only tried.
pub struct TrialRun {
    /// What was asked, account by account.
    pub asks: Vec<Ask>,
    /// What came; each look as it would be believed.
    pub run: Run,
}

impl Poller {
    /// Looks at an account through one of its sources; `since` instead of where a step would reach back to.
    ///
    /// # Errors
    /// Those of the store, which is only read.
    pub async fn try_look(
        &self,
        account: &Account,
        of: &SourceRef,
        since: Option<Moment>,
        now: Moment,
    ) -> Result<Seen, StoreError> {
        let Some(configured) = self.config.sources.get(&of.source) else {
            return Ok(Seen::failed(unknown_source(&of.source)));
        };
        if let Source::Batch(Batch::Exec(exec)) = &configured.source {
            let one = [(account.clone(), of.clone())];
            let mut tried = self.try_run(exec, configured, &one, since, now).await?;
            // One question, so one look.
            return Ok(tried.run.looks.remove(0));
        }
        let due = self.due(account, of).await?;
        let (mut ask, history, circumstances) = self.question(&due, configured, now).await?;
        ask.since = since.unwrap_or(ask.since);
        let seen = match &configured.source {
            Source::Paged(paged) => self.page_through(paged, ask, configured).await,
            Source::Batch(Batch::Inbox(inbox)) => self.peek(inbox, &ask),
            Source::Batch(Batch::Exec(_)) => Seen::failed(unknown_source(&of.source)),
        };
        Ok(accept::believe(&history, seen, now, circumstances))
    }

    /// Asks a collector for these accounts in one run.
    ///
    /// # Errors
    /// Those of the store, which is only read.
    pub async fn try_run(
        &self,
        exec: &Exec,
        configured: &SourceConfig,
        accounts: &[(Account, SourceRef)],
        since: Option<Moment>,
        now: Moment,
    ) -> Result<TrialRun, StoreError> {
        let (mut asks, mut past) = (Vec::new(), Vec::new());
        for (account, of) in accounts {
            let due = self.due(account, of).await?;
            let (ask, history, circumstances) = self.question(&due, configured, now).await?;
            asks.push(Ask { since: since.unwrap_or(ask.since), ..ask });
            past.push((history, circumstances));
        }
        let mut run = exec.list(&asks, self.secrets.as_ref(), &self.state_of(&configured.name), now).await;
        let looks = std::mem::take(&mut run.looks).into_iter().zip(&past);
        run.looks = looks.map(|(seen, (history, around))| accept::believe(history, seen, now, *around)).collect();
        Ok(TrialRun { asks, run })
    }

    async fn due(&self, account: &Account, of: &SourceRef) -> Result<Due, StoreError> {
        let agendas = self.store.read_async(agenda::all).await?;
        let agenda = agendas.get(&(account.id, of.source.clone())).copied().unwrap_or(Agenda::NEW);
        Ok(Due { account: account.clone(), of: of.clone(), agenda })
    }
}
