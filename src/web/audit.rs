//! 审计: who did what and when, the newest first, and whether the chain of entries is whole.

use super::Shared;
use super::chrome::unavailable;
use super::paged::address;
use super::session::{Viewer, text};
use crate::deeds::named;
use crate::domain::Moment;
use crate::import::times;
use crate::spoken::beijing;
use crate::store::audit::{self, Entry, Filter, Proven, Trail};
use crate::store::{Connection, StoreError};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::{Arc, Mutex, PoisonError};

/// Entries on one page.
const ROWS: i64 = 50;

/// Up to so many entries the whole chain is followed for every reader; it takes no time that anybody notices.
const FEW: i64 = 20_000;
/// Seconds after which a longer one is followed from the beginning again.
const WHOLE_S: i64 = 86_400;

/// How far a long chain was followed, and when from the beginning.
#[derive(Default)]
pub(super) struct Trails {
    kept: Mutex<Option<(Moment, Proven)>>,
}

impl Trails {
    /// From where on the chain is to be followed; `None`: from the beginning.
    fn known(&self, wish: &Wish, now: Moment) -> Option<(Moment, Proven)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        kept.filter(|(at, proven)| !wish.whole && proven.trail.entries > FEW && (0..WHOLE_S).contains(&now.since(*at)))
    }

    fn keep(&self, at: Moment, proven: Proven) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, proven));
    }
}

/// What somebody wants to see, as the address says it.
struct Wish {
    who: String,
    what: String,
    day: String,
    /// Only entries with smaller numbers.
    before: Option<i64>,
    /// The chain is to be followed from the beginning.
    whole: bool,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        let short = |name: &str| text(fields, name).trim().chars().take(60).collect::<String>();
        Wish {
            who: short("who"),
            what: short("what"),
            day: short("day"),
            before: text(fields, "before").parse().ok().filter(|number| *number > 0),
            whole: !text(fields, "whole").is_empty(),
        }
    }

    fn words(&self) -> [(&str, &str); 3] {
        [("who", self.who.as_str()), ("what", &self.what), ("day", &self.day)]
    }

    /// What fits; `None` where nobody can read the day.
    fn filter(&self) -> Option<Filter> {
        let (from, until) = if self.day.is_empty() {
            (Moment::MIN, Moment::MAX)
        } else {
            let day = Moment::start_of(times::moment(&self.day)?.date());
            (day, day.plus_days(1))
        };
        Some(Filter { who: self.who.clone(), what: self.what.clone(), from, until })
    }
}

/// The page.
pub(super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (wish, now) = (Wish::read(&fields), shared.web.clock.now());
    let (known, trails) = (shared.trails.known(&wish, now), Arc::clone(&shared.trails));
    let read = move |conn: &Connection| {
        let (since, known) = known.unzip();
        let proven = audit::follow(conn, known)?;
        let values = values(conn, &wish, &proven.trail, since.unwrap_or(now))?;
        trails.keep(since.unwrap_or(now), proven);
        Ok(values)
    };
    match shared.web.store.read_async(read).await {
        Ok(values) => shared.page(StatusCode::OK, "audit.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, wish: &Wish, trail: &Trail, since: Moment) -> Result<Value, StoreError> {
    let (who, what) = audit::names(conn)?;
    let filter = wish.filter();
    let (entries, count) = match &filter {
        Some(filter) => audit::some(conn, filter, wish.before.unwrap_or(i64::MAX), ROWS)?,
        None => (Vec::new(), 0),
    };
    let last = entries.last().map_or(0, |entry| entry.id);
    let has_older = match &filter {
        Some(filter) => !audit::some(conn, filter, last, 1)?.0.is_empty(),
        None => false,
    };
    let number = last.to_string();
    let older = has_older.then(|| address("", &[&wish.words()[..], &[("before", number.as_str())]].concat()));
    Ok(context! {
        people => who,
        deeds => what.into_iter().map(|deed| (deed.clone(), word(&deed))).collect::<Vec<_>>(),
        who => wish.who.clone(),
        what => wish.what.clone(),
        day => wish.day.clone(),
        unclear => filter.is_none(),
        everything => wish.words().iter().all(|(_, value)| value.is_empty()),
        count,
        rows => entries.iter().map(row).collect::<Vec<_>>(),
        older,
        newest => wish.before.map(|_| address("", &wish.words())),
        trail => chain(trail, since),
    })
}

fn word(deed: &str) -> String {
    named::chinese(deed).unwrap_or(deed).to_owned()
}

fn row(entry: &Entry) -> Value {
    let detail = match (entry.what.as_str(), entry.detail.as_str()) {
        ("mode", "live") => "改为正式".to_owned(),
        ("mode", "trial") => "改为试运行".to_owned(),
        ("user.sign_in", from) => format!("从 {from}"),
        (_, detail) => detail.to_owned(),
    };
    let at = Moment::from_unix(entry.at).beijing();
    context! {
        id => entry.id,
        day => at.format("%Y-%m-%d").to_string(),
        time => at.format("%H:%M:%S").to_string(),
        who => entry.who.clone(),
        what => word(&entry.what),
        detail,
    }
}

fn chain(trail: &Trail, since: Moment) -> Value {
    // Of a long chain only the new part is followed for every reader.
    let since = (trail.entries > FEW).then(|| beijing(since));
    context! { entries => trail.entries, broken => trail.broken, last => trail.last.clone(), since }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chain_is_followed_from_the_beginning_daily_and_when_asked() {
        let now = Moment::from_unix(1_700_000_000);
        let wish =
            |whole: bool| Wish { who: String::new(), what: String::new(), day: String::new(), before: None, whole };
        for (entries, age_s, whole, kept) in [
            (FEW + 1, 1, false, true),
            (FEW, 1, false, false),
            (FEW + 1, 1, true, false),
            (FEW + 1, WHOLE_S, false, false),
            (FEW + 1, -1, false, false),
        ] {
            let trails = Trails::default();
            let mut proven = Proven::default();
            proven.trail.entries = entries;
            trails.keep(now.plus(-age_s), proven);
            assert_eq!(trails.known(&wish(whole), now).is_some(), kept, "{entries} {age_s} {whole}");
        }
    }

    #[test]
    fn a_day_is_read_or_said_to_be_unclear() {
        let wish = |day: &str| Wish {
            who: String::new(),
            what: String::new(),
            day: day.to_owned(),
            before: None,
            whole: false,
        };
        let filter = wish("2026-07-23").filter().unwrap();
        assert_eq!(filter.from, Moment::parse("2026-07-23 00:00").unwrap());
        assert_eq!(filter.until.since(filter.from), 86_400);
        assert_eq!(wish("").filter().unwrap().until, Moment::MAX);
        assert!(wish("昨天吧").filter().is_none());
    }
}
