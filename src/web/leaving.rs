//! What a switch to 正式 would let go at once, for the two pages on which it is switched.

use super::Shared;
use super::session::Viewer;
use super::slow::{GLANCE, Slow};
use crate::access::Rank;
use crate::deeds::mode;
use crate::mail::leaving::Leaving;
use crate::store::StoreError;
use minijinja::{Value, context};
use std::sync::Arc;

/// Keeps what was foretold, by the minute: time alone makes letters fall due.
pub(super) type Leavings = Slow<Result<Option<Arc<Leaving>>, StoreError>>;

impl Shared {
    /// What would leave, for whoever may switch; nothing where there is nothing to switch. A page waits for
    /// it no longer than nobody notices: its reader may want something else.
    pub(super) async fn leaving(&self, viewer: &Viewer) -> Result<Value, StoreError> {
        if viewer.user.rank != Rank::Admin {
            return Ok(shown(&Leaving::default()));
        }
        let (store, config, now) = (self.web.store.clone(), Arc::clone(&self.web.config), self.web.clock.now());
        let stamp = self.stamp().await?;
        let make = async move {
            let read = store.read_async(move |conn| mode::ahead(conn, &config, now)).await;
            read.map(|leaving| leaving.map(Arc::new))
        };
        let minute = now.unix().div_euclid(60).to_string();
        match self.leavings.get((&minute, GLANCE), stamp, &self.web.clock, make).await {
            None => Ok(context! { making => true }),
            Some((_, looked)) => Ok(shown(&looked?.unwrap_or_default())),
        }
    }
}

fn shown(leaving: &Leaving) -> Value {
    context! {
        making => false,
        said => leaving.chinese(),
        lines => leaving.lines(),
        waits => leaving.waits(),
        untold => leaving.told_nothing(),
        mark => leaving.mark(),
    }
}
