//! 发件箱: every letter by where it stands, those first that reached nobody; one letter whole (`letter`);
//! and what may be done with one (`hand`).

pub(super) mod hand;
pub(super) mod letter;

use super::Shared;
use super::chrome::unavailable;
use super::paged::{LIST, Paged, address, asked, number};
use super::session::{Viewer, text};
use crate::backup::restore;
use crate::domain::Moment;
use crate::spoken::beijing;
use crate::store::browse::{self, Wanted};
use crate::store::{
    Connection, LetterKind, LetterRow, LetterState, RECORDED_ONLY, StoreError, accounts, counts, desk, outbox, restored,
};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// Letters on one page.
const ROWS: usize = 50;
/// Letters that wait for a person and are shown before all others.
const DEAD: usize = 20;

const KINDS: [LetterKind; 6] = [
    LetterKind::Reminder,
    LetterKind::Result,
    LetterKind::Summary,
    LetterKind::Digest,
    LetterKind::Alarm,
    LetterKind::Test,
];
const STATES: [LetterState; 10] = [
    LetterState::Queued,
    LetterState::Sending,
    LetterState::Doubtful,
    LetterState::Held,
    LetterState::Refused,
    LetterState::Bounced,
    LetterState::Sent,
    LetterState::Phoned,
    LetterState::Overtaken,
    LetterState::Cancelled,
];
/// What trial mode has kept, as `counts::by_state` calls it.
const RECORDED: &str = "recorded";

/// What somebody wants to see, as the address says it.
struct Wish {
    wanted: Wanted,
    page: usize,
}

impl Wish {
    fn read(fields: &[(String, String)]) -> Wish {
        let (state, kind) = (text(fields, "state"), text(fields, "kind"));
        let known = state == RECORDED || LetterState::from_word(state).is_some();
        Wish {
            wanted: Wanted {
                state: if known { state.to_owned() } else { String::new() },
                kind: LetterKind::from_word(kind).map_or_else(String::new, |kind| kind.word().to_owned()),
                text: text(fields, "q").trim().chars().take(60).collect(),
            },
            page: asked(text(fields, "page")),
        }
    }

    fn is_everything(&self) -> bool {
        self.wanted == Wanted::default()
    }

    /// The address of the same with another state or page.
    fn address(&self, state: &str, page: usize) -> String {
        let page = number(page);
        let all = [("q", self.wanted.text.as_str()), ("kind", &self.wanted.kind), ("state", state), ("page", &page)];
        address("outbox", &all)
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
    match shared.web.store.read_async(move |conn| values(conn, &wish, now)).await {
        Ok(values) => shared.page(StatusCode::OK, "outbox.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, wish: &Wish, now: Moment) -> Result<Value, StoreError> {
    let count = browse::count(conn, &wish.wanted)?;
    let paged = Paged::of(usize::try_from(count).unwrap_or(0), ROWS, wish.page);
    let rows = browse::page(conn, &wish.wanted, ROWS as i64, paged.skipped() as i64)?;
    let dead = if wish.is_everything() && paged.is_first() { desk::dead(conn, now)? } else { Vec::new() };
    let by_state = counts::by_state(conn)?;
    Ok(context! {
        held => held(conn)?,
        dead => dead.iter().take(DEAD).map(row).collect::<Vec<_>>(),
        more_dead => dead.len().saturating_sub(DEAD),
        dead_count => dead.len(),
        numbers => numbers(&by_state, wish),
        total => by_state.iter().map(|(_, count)| count).sum::<i64>(),
        rows => rows.iter().map(row).collect::<Vec<_>>(),
        kinds => KINDS.map(|kind| (kind.word(), kind.chinese())).to_vec(),
        states => states(),
        wish => context! { q => wish.wanted.text.clone(), kind => wish.wanted.kind.clone(), state => wish.wanted.state.clone() },
        everything => wish.is_everything(),
        count,
        pager => paged.pager_at(|page| wish.address(&wish.wanted.state, page) + LIST),
    })
}

/// What waits after a restore, those first that may have left already.
fn held(conn: &Connection) -> Result<Option<Value>, StoreError> {
    let Some((restored, waits)) = restore::held(conn)? else { return Ok(None) };
    let first = restored::waiting(conn, ROWS as i64)?;
    Ok(Some(context! {
        at => beijing(restored.at),
        by => restored.by,
        file => restored.file,
        taken => restored.taken.map(beijing),
        resumed => restored.resumed.map(beijing),
        looked => restored.looked,
        letters => waits.letters,
        doubted => waits.doubted,
        newest => waits.newest,
        more => usize::try_from(waits.letters).unwrap_or(0).saturating_sub(first.len()),
        rows => first.iter().map(|letter| waiting(conn, letter)).collect::<Result<Vec<_>, _>>()?,
    }))
}

/// A letter that waits, with the accounts that it will be about while it has no subject.
fn waiting(conn: &Connection, letter: &LetterRow) -> Result<Value, StoreError> {
    let mut names: Vec<String> = Vec::new();
    for mention in outbox::mentions(conn, letter.id)? {
        names.extend(accounts::one(conn, mention.account)?.map(|account| account.title()));
    }
    names.dedup();
    let subject = match names.as_slice() {
        [] => subject(letter),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}等{}个账号", rest.len() + 1),
    };
    Ok(context! { doubted => letter.doubted, subject, ..row(letter) })
}

fn states() -> Vec<(&'static str, &'static str)> {
    STATES.iter().map(|state| (state.word(), state.chinese())).chain([(RECORDED, RECORDED_ONLY)]).collect()
}

/// How many stand where, each a link to them.
fn numbers(by_state: &[(String, i64)], wish: &Wish) -> Vec<Value> {
    let count = |word: &str| by_state.iter().find(|(state, _)| state == word).map_or(0, |(_, count)| *count);
    let there = states().into_iter().map(|(word, said)| (word, said, count(word))).filter(|(.., count)| *count > 0);
    there
        .map(|(word, said, count)| {
            let current = wish.wanted.state == word;
            let address = wish.address(if current { "" } else { word }, 1);
            context! { mark => mark(word), said, count, current, address }
        })
        .collect()
}

/// The colour of a state: what nobody got is red, what waits for a person orange, what went green.
pub(super) fn mark(state: &str) -> &'static str {
    match state {
        "refused" | "bounced" => "failed",
        "held" | "doubtful" => "problem",
        "sent" | "phoned" => "good",
        "queued" | "sending" => "open",
        _ => "exempt",
    }
}

/// Where a letter stands, as `counts::by_state` calls it.
pub(super) fn word(letter: &LetterRow) -> &'static str {
    let recorded = letter.trial && matches!(letter.state, LetterState::Sent | LetterState::Held);
    if recorded { RECORDED } else { letter.state.word() }
}

fn row(letter: &LetterRow) -> Value {
    context! {
        id => letter.id,
        at => beijing(letter.sent_at.unwrap_or(letter.slot)),
        kind => letter.kind.chinese(),
        to => letter.recipient.clone(),
        role => letter.role.chinese(),
        mark => mark(word(letter)),
        standing => letter.standing(),
        trial => letter.trial && letter.standing() == letter.state.chinese(),
        subject => subject(letter),
        words => words(letter),
    }
}

/// Its subject, and before it has one why it is there.
pub(super) fn subject(letter: &LetterRow) -> String {
    match (letter.subject.is_empty(), letter.reason.is_empty()) {
        (false, _) => letter.subject.clone(),
        (true, false) => letter.reason.clone(),
        (true, true) => "发出前按当时的情况写".to_owned(),
    }
}

/// What a letter that did not simply leave says of itself: the server's own words, else the reason.
fn words(letter: &LetterRow) -> String {
    let said = letter.reply_text.trim();
    match letter.state {
        LetterState::Sent => String::new(),
        LetterState::Phoned => letter.reason.clone(),
        _ if !said.is_empty() => {
            let code = letter.reply_code.map_or_else(String::new, |code| format!("{code} "));
            format!("{code}{said}")
        }
        _ if letter.subject.is_empty() => String::new(),
        _ => letter.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_what_its_address_says_and_nothing_else() {
        let read = |pairs: &[(&str, &str)]| {
            Wish::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
        };
        let wish = read(&[("q", " a&b "), ("state", "recorded"), ("kind", "reminder"), ("page", "3")]);
        assert_eq!(wish.address("recorded", 3), "outbox?q=a%26b&kind=reminder&state=recorded&page=3");
        assert_eq!(read(&[("state", "x' OR 1"), ("kind", "'"), ("page", "-1")]).address("", 1), "outbox");
        assert_eq!(read(&[("page", "99999999999999999999")]).page, 1);
    }
}
