//! What is composed for a period: the documents of its 通报, or its report as of now. Composed once, on a
//! task of its own, by the same code as the verbs; kept while nothing changes that it rests on.

use super::super::Shared;
use super::super::slow::{Slow, Stamp, WAIT};
use crate::bulletin::Stage;
use crate::config::Config;
use crate::deeds::bulletin::{find, papers};
use crate::deeds::repair::forms;
use crate::deeds::{Refusal, words};
use crate::domain::{Moment, Period};
use crate::issued::{Asked, Dossier, Silent, amended, asked, moot, silent, unfinished, unsettled};
use crate::report::{Prepared, Report};
use crate::store::bulletins::Bulletin;
use crate::store::{Connection, Store, counts, reviews};
use crate::wording::{Wording, WordsFinding};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Documents, and what there is to say of them.
pub(in crate::web) struct Made {
    /// Name and value of each, the main one first.
    pub(super) papers: Vec<(String, Report)>,
    /// What is missing in the office's own words.
    pub(super) missing: Vec<WordsFinding>,
    /// What must still be decided before it may be submitted.
    pub(super) against: Vec<String>,
    /// What differs since it was signed.
    pub(super) changes: Vec<String>,
    /// Whose answers to their 核对稿 can be written down.
    pub(super) asked: Vec<Asked>,
    /// Numbers of objections about which nothing is left.
    pub(super) moot: Vec<i64>,
    /// Who of them has said nothing.
    pub(super) silent: Option<Silent>,
}

impl Made {
    fn of(papers: Vec<(String, Report)>) -> Made {
        let (missing, against, changes, asked, moot) = Default::default();
        Made { papers, missing, against, changes, asked, moot, silent: None }
    }
}

/// What was composed, or why not.
pub(super) type Composed = Arc<Result<Made, Refusal>>;
/// Keeps what was composed last.
pub(in crate::web) type Papers = Slow<Composed>;

/// What is wanted of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The report as the evidence says now, which no step has touched.
    Report,
    /// The documents of that version of its 通报.
    Version(u32),
    /// 整改反馈表 of what its offices still owe.
    Forms,
}

impl Shared {
    /// The documents; `None` while they are still being composed.
    pub(super) async fn composed(&self, period: Period, wanted: Wanted) -> Result<Option<(Moment, Composed)>, Refusal> {
        let (store, config, now) = (self.web.store.clone(), Arc::clone(&self.web.config), self.web.clock.now());
        let stamp = stamp(&store, period).await?;
        let name = format!("{period} {wanted:?}");
        let make = async move {
            let (inner, dir) = (store.clone(), store.dir().to_owned());
            let work = tokio::task::spawn_blocking(move || {
                inner.attempt_read(|conn| compose(conn, &config, &dir, (period, wanted), now))
            });
            Arc::new(work.await.unwrap_or_else(|_| Err(Refusal::state("文件没有做成，请再试一次"))))
        };
        Ok(self.papers.get((&name, WAIT), stamp, &self.web.clock, make).await)
    }
}

/// What documents follow from: the evidence, what people did, and the office's own words.
async fn stamp(store: &Store, period: Period) -> Result<Stamp, Refusal> {
    let dir = store.dir().to_owned();
    let newest = store.read_async(move |conn| {
        let mut hasher = DefaultHasher::new();
        words::text(&words::file(&dir, period)).hash(&mut hasher);
        let (newest, letters) = (counts::newest(conn)?, counts::newest_letters(conn)?);
        let deeds = [&newest[..1], &letters, &[hasher.finish().cast_signed()]].concat();
        Ok(Stamp { deeds, evidence: newest[1..].to_vec() })
    });
    Ok(newest.await?)
}

fn compose(
    conn: &Connection,
    config: &Config,
    dir: &std::path::Path,
    (period, wanted): (Period, Wanted),
    now: Moment,
) -> Result<Made, Refusal> {
    let own = words::read(dir, period).map_err(Refusal::State)?;
    let version = match wanted {
        Wanted::Version(version) => version,
        Wanted::Report => return report(conn, config, period, now, own.as_ref()),
        Wanted::Forms => return Ok(Made::of(forms(conn, config, period, now)?)),
    };
    let bulletin = find(conn, config, period, Some(version))?;
    let (papers, missing) = papers(conn, config, &bulletin, own.as_ref(), now)?;
    Ok(Made { missing, ..beside(conn, config, &bulletin, (Made::of(papers), own.as_ref()), now)? })
}

/// With what stands in the way of the next step, who may answer, and what has changed since the signature.
fn beside(
    conn: &Connection,
    config: &Config,
    bulletin: &Bulletin,
    (made, words): (Made, Option<&Wording>),
    now: Moment,
) -> Result<Made, Refusal> {
    if bulletin.profile != config.profile.name {
        return Ok(made);
    }
    if bulletin.stage() == Stage::Issued {
        let changes = amended(conn, config, bulletin.period, now)?.map(|amended| amended.changes);
        return Ok(Made { changes: changes.unwrap_or_default(), ..made });
    }
    let dossier = Dossier::load(conn, config, bulletin.period, now)?;
    let (mut against, silent) = (unsettled(conn, bulletin, &dossier)?, silent(conn, bulletin, &dossier)?);
    against.extend(unfinished(&dossier, words));
    let answers = reviews::answers(conn, bulletin.id)?;
    let moot = answers.iter().filter(|answer| moot(answer, &dossier)).map(|answer| answer.id).collect();
    Ok(Made { against, asked: asked(conn, bulletin, &dossier)?, moot, silent, ..made })
}

/// What `report weekly`, `monthly` and `quarterly` write.
fn report(
    conn: &Connection,
    config: &Config,
    period: Period,
    now: Moment,
    words: Option<&Wording>,
) -> Result<Made, Refusal> {
    let prepared = Prepared::load(conn, config, &config.profile, period, now)?;
    let mut report = prepared.compose(0);
    let mut missing = Vec::new();
    if !matches!(period, Period::Week(_)) {
        report.paper = Some(config.report.paper.numbered(None, None));
        missing = prepared.say(&mut report, words);
    }
    Ok(Made { missing, ..Made::of(vec![(name(period), report)]) })
}

/// 周报-2026-W29
fn name(period: Period) -> String {
    let kind = match period {
        Period::Week(_) => "周报",
        Period::Month(_) => "月度报表",
        Period::Quarter(_) => "季度报表",
    };
    format!("{kind}-{period}")
}
