//! Posts and who has shown them: matching what a source shows to what is known (DESIGN §5).

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment, Post, PostKind, Sighting, Strength, When};
use cuigeng_adapters::{Known, RawPost};
use rusqlite::{OptionalExtension, Row};
use std::collections::{BTreeMap, HashSet};

const OF: &str = "SELECT p.id, p.account, p.ext_id, p.push, p.kind, p.exact, p.from_s, p.until_s, p.title, p.url, p.visible, p.repost, p.struck, p.first_seen, s.source, s.last_seen, s.missed_at, s.gone_at FROM post p LEFT JOIN sighting s ON s.post = p.id WHERE p.from_s < ?2 AND p.until_s > ?1 ORDER BY p.account, p.from_s, p.id";
const OF_ACCOUNT: &str = "SELECT p.id, p.account, p.ext_id, p.push, p.kind, p.exact, p.from_s, p.until_s, p.title, p.url, p.visible, p.repost, p.struck, p.first_seen, s.source, s.last_seen, s.missed_at, s.gone_at FROM post p LEFT JOIN sighting s ON s.post = p.id WHERE p.account = ?3 AND p.from_s < ?2 AND p.until_s > ?1 ORDER BY p.from_s, p.id";
const NEWEST: &str = "SELECT p.id, p.account, p.ext_id, p.push, p.kind, p.exact, p.from_s, p.until_s, p.title, p.url, p.visible, p.repost, p.struck, p.first_seen, NULL, NULL, NULL, NULL, max(p.until_s) FROM post p WHERE p.from_s < ?1 AND p.visible = 1 AND p.struck = 0 AND (NOT EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id) OR EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id AND s.gone_at IS NULL)) GROUP BY p.account";
const NEWEST_OF: &str = "SELECT p.id, p.account, p.ext_id, p.push, p.kind, p.exact, p.from_s, p.until_s, p.title, p.url, p.visible, p.repost, p.struck, p.first_seen, NULL, NULL, NULL, NULL FROM post p WHERE p.account = ?2 AND p.from_s < ?1 AND p.visible = 1 AND p.struck = 0 AND (NOT EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id) OR EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id AND s.gone_at IS NULL)) ORDER BY p.until_s DESC LIMIT 1";
const KNOWN: &str = "SELECT p.ext_id, p.exact, p.from_s, p.until_s FROM post p JOIN sighting s ON s.post = p.id WHERE p.account = ?1 AND s.source = ?2 AND s.gone_at IS NULL ORDER BY p.from_s DESC LIMIT ?3";
const BY_ID: &str = "SELECT id, exact, from_s, until_s, visible FROM post WHERE account = ?1 AND ext_id = ?2";
const LOOKALIKES: &str = "SELECT p.id, p.exact, p.from_s, p.until_s, p.visible, p.title, p.ext_id, p.url, EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id AND s.source = ?2), EXISTS (SELECT 1 FROM sighting s WHERE s.post = p.id AND s.source <> ?2) FROM post p WHERE p.account = ?1 AND p.from_s < ?4 AND p.until_s > ?3 ORDER BY p.id";
const INSERT: &str = "INSERT INTO post (account, ext_id, push, kind, exact, from_s, until_s, title, url, visible, repost, first_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const FILL: &str = "UPDATE post SET exact = ?2, from_s = ?3, until_s = ?4, ext_id = coalesce(ext_id, ?5), push = coalesce(push, ?6), title = CASE WHEN title = '' THEN ?7 ELSE title END, url = coalesce(url, ?8), visible = ?9, repost = max(repost, ?10) WHERE id = ?1";
const SIGHT: &str = "INSERT INTO sighting (post, source, last_seen) VALUES (?1, ?2, ?3) ON CONFLICT (post, source) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), missed_at = NULL, gone_at = NULL";
const LIVE: &str = "SELECT p.id, p.kind, p.exact, p.from_s, p.until_s, s.missed_at FROM post p JOIN sighting s ON s.post = p.id WHERE p.account = ?1 AND s.source = ?2 AND s.gone_at IS NULL AND p.from_s >= ?3";
const MISS: &str = "UPDATE sighting SET missed_at = ?3 WHERE post = ?1 AND source = ?2";
const GONE: &str = "UPDATE sighting SET gone_at = ?3 WHERE post = ?1 AND source = ?2";
const STRIKE: &str = "UPDATE post SET struck = ?2 WHERE id = ?1 AND struck <> ?2";

#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[OF, OF_ACCOUNT, NEWEST, NEWEST_OF, KNOWN, BY_ID, LOOKALIKES, INSERT, FILL, SIGHT, LIVE, MISS, GONE, STRIKE];

/// Seconds by which two sources may differ about the time of one post (sources.md, checklist 10).
const FUZZ_S: i64 = 60;

/// Posts that were new, and posts that were known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sighted {
    /// New ones.
    pub new: usize,
    /// Known ones.
    pub known: usize,
}

/// Every post whose time touches `[since, until)`, by account and time.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, since: Moment, until: Moment) -> Result<BTreeMap<AccountId, Vec<Post>>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let mut rows = statement.query((since.unix(), until.unix()))?;
    let mut posts: BTreeMap<AccountId, Vec<Post>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        take(posts.entry(AccountId(row.get(1)?)).or_default(), row)?;
    }
    Ok(posts)
}

/// The posts of one account whose time touches `[since, until)`, by time.
///
/// # Errors
/// Those of SQLite.
pub fn of_account(
    conn: &Connection,
    account: AccountId,
    since: Moment,
    until: Moment,
) -> Result<Vec<Post>, StoreError> {
    let mut statement = conn.prepare_cached(OF_ACCOUNT)?;
    let mut rows = statement.query((since.unix(), until.unix(), account.0))?;
    let mut posts = Vec::new();
    while let Some(row) = rows.next()? {
        take(&mut posts, row)?;
    }
    Ok(posts)
}

/// The newest post of each account before `before` that everybody can still see.
///
/// # Errors
/// Those of SQLite.
pub fn newest(conn: &Connection, before: Moment) -> Result<BTreeMap<AccountId, Post>, StoreError> {
    let mut statement = conn.prepare_cached(NEWEST)?;
    let mut rows = statement.query([before.unix()])?;
    let mut newest = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let account = AccountId(row.get(1)?);
        let mut one = Vec::new();
        take(&mut one, row)?;
        newest.extend(one.pop().map(|post| (account, post)));
    }
    Ok(newest)
}

/// The same of one account.
///
/// # Errors
/// Those of SQLite.
pub fn newest_of(conn: &Connection, account: AccountId, before: Moment) -> Result<Option<Post>, StoreError> {
    let mut statement = conn.prepare_cached(NEWEST_OF)?;
    let mut rows = statement.query((before.unix(), account.0))?;
    let mut one = Vec::new();
    if let Some(row) = rows.next()? {
        take(&mut one, row)?;
    }
    Ok(one.pop())
}

/// The newest posts (at most `limit`) that this very source has shown and not lost.
///
/// # Errors
/// Those of SQLite.
pub fn known(conn: &Connection, account: AccountId, source: &str, limit: usize) -> Result<Vec<Known>, StoreError> {
    let mut statement = conn.prepare_cached(KNOWN)?;
    let rows = statement.query_map((account.0, source, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
        Ok(Known { id: row.get(0)?, when: when(row, 1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps what a source (an import and a person are sources too) shows of an account.
///
/// A row is matched by its id, whoever showed that before; else, where it or the post has no id, to a
/// post that this source showed before with the same time, title and address, or that another source
/// shows with an equal title within 60 s (also when this source had been united with that one before,
/// whose id, address and time the post may bear since). Never within one call: two equal rows without
/// an id or an address are two updates, and the same file brought again finds both.
///
/// # Errors
/// Those of SQLite.
pub fn sight(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    rows: &[RawPost],
    at: Moment,
) -> Result<Sighted, StoreError> {
    sight_all(tx, account, source, rows, at).map(|(sighted, _)| sighted)
}

/// As [`sight`], with the numbers of the posts shown.
///
/// # Errors
/// Those of SQLite.
pub fn sight_all(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    rows: &[RawPost],
    at: Moment,
) -> Result<(Sighted, HashSet<i64>), StoreError> {
    let mut shown = HashSet::new();
    let mut sighted = Sighted::default();
    for row in rows {
        let found = match find(tx, account, source, row, &shown)? {
            Some(stored) if stored.visible && !row.visible => {
                // Hidden or deleted now: that is a disappearance, which needs two looks, not a sighting.
                sighted.known += 1;
                continue;
            }
            Some(stored) => {
                sighted.known += 1;
                fill(tx, &stored, row)?;
                stored.id
            }
            None => {
                sighted.new += 1;
                insert(tx, account, row, at)?
            }
        };
        tx.prepare_cached(SIGHT)?.execute((found, source, at.unix()))?;
        shown.insert(found);
    }
    Ok((sighted, shown))
}

/// A named person says that a post does not count, or takes that back; false when that is so already.
/// No later sighting undoes it.
///
/// # Errors
/// Those of SQLite.
pub fn strike(tx: &Transaction<'_>, id: i64, struck: bool) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached(STRIKE)?.execute((id, struck))? > 0)
}

/// Marks the posts of this source that a complete, strong look should have shown and did not: missed
/// the first time, gone the second.
pub(super) fn disappear(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    reaches: &[cuigeng_adapters::Reach],
    shown: &HashSet<i64>,
    at: Moment,
) -> Result<(), StoreError> {
    let Some(first) = reaches.iter().map(|reach| reach.from).min() else { return Ok(()) };
    let lost: Vec<(i64, bool)> = {
        let mut statement = tx.prepare_cached(LIVE)?;
        let mut rows = statement.query((account.0, source, first.unix()))?;
        let mut lost = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, kind, when): (i64, PostKind, When) = (row.get(0)?, kind(row, 1)?, when(row, 2)?);
            let missed: Option<i64> = row.get(5)?;
            let inside = |reach: &&cuigeng_adapters::Reach| {
                let strong = reach.strength == Strength::Strong && reach.sees.has(kind);
                strong && reach.from <= when.earliest() && when.latest() < reach.until
            };
            if !shown.contains(&id) && reaches.iter().any(|reach| inside(&reach)) {
                lost.push((id, missed.is_some()));
            }
        }
        lost
    };
    for (id, again) in lost {
        tx.prepare_cached(if again { GONE } else { MISS })?.execute((id, source, at.unix()))?;
    }
    Ok(())
}

struct Stored {
    id: i64,
    when: When,
    visible: bool,
}

fn find(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    row: &RawPost,
    shown: &HashSet<i64>,
) -> Result<Option<Stored>, StoreError> {
    if let Some(id) = &row.id {
        let by_id = tx
            .prepare_cached(BY_ID)?
            .query_row((account.0, id), |r| Ok(Stored { id: r.get(0)?, when: when(r, 1)?, visible: r.get(4)? }))
            .optional()?;
        if by_id.is_some() {
            return Ok(by_id);
        }
    }
    lookalike(tx, account, source, row, shown)
}

fn lookalike(
    tx: &Transaction<'_>,
    account: AccountId,
    source: &str,
    row: &RawPost,
    shown: &HashSet<i64>,
) -> Result<Option<Stored>, StoreError> {
    let (from, until) = (row.when.earliest().plus(-FUZZ_S), row.when.latest().plus(FUZZ_S + 1));
    let mut statement = tx.prepare_cached(LOOKALIKES)?;
    let mut rows = statement.query((account.0, source, from.unix(), until.unix()))?;
    let mut alike = None;
    while let Some(r) = rows.next()? {
        let stored = Stored { id: r.get(0)?, when: when(r, 1)?, visible: r.get(4)? };
        let told = Told { title: r.get(5)?, ext_id: r.get(6)?, url: r.get(7)?, own: r.get(8)?, others: r.get(9)? };
        match told.likeness(&stored, row, shown.contains(&stored.id)) {
            Likeness::Same => return Ok(Some(stored)),
            Likeness::Alike => alike = alike.or(Some(stored)),
            Likeness::None => {}
        }
    }
    Ok(alike)
}

/// What is stored of a post that a row may mean.
struct Told {
    title: String,
    ext_id: Option<String>,
    url: Option<String>,
    /// This source has shown it.
    own: bool,
    /// Another one has.
    others: bool,
}

/// How much a row looks like a stored post: the same goes before the alike.
enum Likeness {
    Same,
    Alike,
    None,
}

impl Told {
    fn likeness(&self, stored: &Stored, row: &RawPost, in_this_call: bool) -> Likeness {
        let one_lacks_id = row.id.is_none() || self.ext_id.is_none();
        let equal = stored.when == row.when && self.title == row.title && self.url == row.url;
        let titled = !row.title.is_empty() && self.title == row.title;
        if in_this_call {
            let linked = row.id.is_none() && self.ext_id.is_none() && equal && self.url.is_some();
            return if linked { Likeness::Same } else { Likeness::None };
        }
        if self.own && row.id.is_none() && equal {
            return Likeness::Same;
        }
        // A file that is brought again with the ids or links that it lacked the first time.
        let one_lacks_url = self.url.is_none() || row.url.is_none() || self.url == row.url;
        let completed = self.own && stored.when == row.when && one_lacks_url;
        let united = self.others && near(stored.when, row.when);
        if one_lacks_id && titled && (completed || united) { Likeness::Alike } else { Likeness::None }
    }
}

fn near(one: When, other: When) -> bool {
    match (one, other) {
        (When::At(a), When::At(b)) => a.since(b).abs() <= FUZZ_S,
        (When::Day(day), When::At(moment)) | (When::At(moment), When::Day(day)) => moment.date() == day,
        (a, b) => a == b,
    }
}

/// What is known of the time when two tellings meet: a statistic's day gives the date and the first
/// stored instant the hour; otherwise the more exact one, and of two equally exact ones the first.
fn merged(stored: When, told: When) -> When {
    match (stored, told) {
        (When::At(moment), When::Day(day)) | (When::Day(day), When::At(moment)) => {
            When::At(Moment::from_beijing(day.and_time(moment.beijing().time())))
        }
        (When::Span { .. }, exact @ (When::At(_) | When::Day(_))) => exact,
        (stored, _) => stored,
    }
}

fn fill(tx: &Transaction<'_>, stored: &Stored, row: &RawPost) -> Result<(), StoreError> {
    let (exact, from, until) = columns(merged(stored.when, row.when));
    let params = (stored.id, exact, from, until, &row.id, &row.push, &row.title, &row.url, row.visible, row.repost);
    tx.prepare_cached(FILL)?.execute(params)?;
    Ok(())
}

fn insert(tx: &Transaction<'_>, account: AccountId, row: &RawPost, at: Moment) -> Result<i64, StoreError> {
    let (exact, from, until) = columns(row.when);
    let head = (account.0, &row.id, &row.push, row.kind.word(), exact, from, until);
    let (a, b, c, d, e, f, g) = head;
    Ok(tx.prepare_cached(INSERT)?.insert((
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        &row.title,
        &row.url,
        row.visible,
        row.repost,
        at.unix(),
    ))?)
}

fn columns(when: When) -> (&'static str, i64, i64) {
    let exact = match when {
        When::At(_) => "at",
        When::Day(_) => "day",
        When::Span { .. } => "span",
    };
    (exact, when.earliest().unix(), when.latest().unix() + 1)
}

fn when(row: &Row<'_>, first: usize) -> rusqlite::Result<When> {
    let exact: String = row.get(first)?;
    let (from, until) = (Moment::from_unix(row.get(first + 1)?), Moment::from_unix(row.get(first + 2)?));
    Ok(match exact.as_str() {
        "at" => When::At(from),
        "day" => When::Day(from.date()),
        _ => When::Span { from, until },
    })
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<PostKind> {
    let word: String = row.get(column)?;
    // The table's CHECK knows only these words.
    Ok(PostKind::from_word(&word).unwrap_or(PostKind::Post))
}

/// Adds the row's post, or its sighting to the post that came just before.
pub(super) fn take(posts: &mut Vec<Post>, row: &Row<'_>) -> Result<(), StoreError> {
    let id: i64 = row.get(0)?;
    if posts.last().is_none_or(|last| last.id != id) {
        posts.push(Post {
            id,
            ext_id: row.get(2)?,
            push: row.get(3)?,
            kind: kind(row, 4)?,
            when: when(row, 5)?,
            title: row.get(8)?,
            url: row.get(9)?,
            visible: row.get(10)?,
            repost: row.get(11)?,
            struck: row.get(12)?,
            first_seen: Moment::from_unix(row.get(13)?),
            sightings: Vec::new(),
        });
    }
    let source: Option<String> = row.get(14)?;
    if let (Some(source), Some(post)) = (source, posts.last_mut()) {
        let moment = |column: usize| -> rusqlite::Result<Option<Moment>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Moment::from_unix))
        };
        let last_seen = moment(15)?.unwrap_or_default();
        post.sightings.push(Sighting { source, last_seen, missed_at: moment(16)?, gone_at: moment(17)? });
    }
    Ok(())
}
