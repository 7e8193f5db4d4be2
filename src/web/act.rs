//! What becomes of a form: who may send it, and the word on the next page about what
//! was done or why not.

use super::Shared;
use super::chrome::{notice, refused, unavailable};
use super::plain::plain;
use super::session::{Act, Viewer, forged, is_from_our_page, see_other, text};
use crate::access::Rank;
use crate::deeds::Refusal;
use crate::store::StoreError;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Words that wait for the next page of their session; more are never waited for.
const WAITING: usize = 1000;

/// What was done or not done, for the next page of each session.
#[derive(Default)]
pub(super) struct Notes(Mutex<HashMap<String, Note>>);

/// One word about a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// It was done.
    pub(super) done: bool,
    pub(super) said: String,
    /// A link that is shown this once; empty for none.
    pub(super) link: String,
}

impl Notes {
    pub(super) fn leave(&self, viewer: &Viewer, done: bool, said: String) {
        self.put(viewer, Note { done, said, link: String::new() });
    }

    fn put(&self, viewer: &Viewer, note: Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= WAITING {
            notes.clear();
        }
        notes.insert(viewer.token.hash(), note);
    }

    pub(super) fn take(&self, viewer: &Viewer) -> Option<Note> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&viewer.token.hash())
    }
}

impl Viewer {
    /// Lets those of that rank and above go on.
    #[expect(clippy::result_large_err, reason = "a response that leaves at once")]
    fn may(&self, least: Rank, uri: &Uri) -> Result<(), Response> {
        if self.user.rank >= least {
            return Ok(());
        }
        let text = format!("这一步要有“{}”的权限，您是“{}”。没有改动。", least.chinese(), self.user.rank.chinese());
        Err(refused(StatusCode::FORBIDDEN, uri, "没有权限", &text))
    }
}

impl Shared {
    /// Back to a page of ours (relative to `uri`), which says what was done or why it was not.
    pub(super) fn answer(&self, viewer: &Viewer, uri: &Uri, to: &str, deed: Result<String, Refusal>) -> Response {
        match deed {
            Ok(said) => self.notes.leave(viewer, true, said),
            Err(Refusal::Wish(why) | Refusal::State(why)) => self.notes.leave(viewer, false, plain(&why)),
            Err(Refusal::Store(error)) => return unavailable(&error, uri),
        }
        see_other(to)
    }
}

impl Shared {
    /// The same for a deed that gives a link, which the next page shows and no other.
    pub(super) fn answer_link(
        &self,
        viewer: &Viewer,
        uri: &Uri,
        to: &str,
        deed: Result<(String, String), Refusal>,
    ) -> Response {
        match deed {
            Ok((said, link)) => {
                self.notes.put(viewer, Note { done: true, said, link });
                see_other(to)
            }
            Err(refusal) => self.answer(viewer, uri, to, Err(refusal)),
        }
    }
}

/// How long somebody waits for what he has done; shorter than the gate's patience.
const WAIT: Duration = Duration::from_secs(7);

impl Shared {
    /// Does what may take long in a large town, on a task of its own: whoever asked waits for a while and
    /// reads on a later page of his how it ended, whatever becomes of his connection.
    pub(super) async fn in_time(
        &self,
        act: Act,
        uri: &Uri,
        to: &str,
        deed: impl Future<Output = Result<String, Refusal>> + Send + 'static,
    ) -> Response {
        let mut task = tokio::spawn(deed);
        match tokio::time::timeout(WAIT, &mut task).await {
            Ok(Ok(done)) => self.answer(&act.viewer, uri, to, done),
            Ok(Err(_)) => unavailable(&StoreError::ended(), uri),
            Err(_) => {
                self.notes.leave(&act.viewer, true, "正在办理，账号多时要一两分钟；请过一会儿刷新，看结果".to_owned());
                let (shared, uri, back) = (self.clone(), uri.clone(), to.to_owned());
                tokio::spawn(async move {
                    if let Ok(done) = task.await {
                        drop(shared.answer(&act.viewer, &uri, &back, done));
                    }
                });
                see_other(to)
            }
        }
    }
}

/// A form of somebody who may do what operators do.
pub(super) struct Operator(pub(super) Act);

impl<S> FromRequest<S> for Operator
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Operator, Response> {
        ranked(request, &Shared::from_ref(state), Rank::Operator).await.map(Operator)
    }
}

/// A form of somebody who may do what administrators do.
pub(super) struct Admin(pub(super) Act);

impl<S> FromRequest<S> for Admin
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Admin, Response> {
        ranked(request, &Shared::from_ref(state), Rank::Admin).await.map(Admin)
    }
}

async fn ranked(request: Request, shared: &Shared, least: Rank) -> Result<Act, Response> {
    let uri = request.uri().clone();
    let act = Act::from_request(request, shared).await?;
    act.viewer.may(least, &uri)?;
    Ok(act)
}

impl Act {
    /// Who does it, as the audit trail names him.
    pub(super) fn by(&self) -> &str {
        &self.viewer.user.name
    }
}

/// Bytes of a form with files.
pub(super) const LONGEST_FILE: usize = 20 * 1024 * 1024;

/// A form with files of somebody who may do what operators do, sent from one of our own pages. Its route
/// must allow [`LONGEST_FILE`].
pub(super) struct Upload {
    pub(super) viewer: Viewer,
    fields: Vec<(String, String)>,
    /// The names of the files (as the browser says them, not to be trusted) and their bytes.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl<S> FromRequest<S> for Upload
where
    Shared: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Upload, Response> {
        let shared = Shared::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let viewer = Viewer::from_request_parts(&mut parts, state).await?;
        let uri = parts.uri.clone();
        viewer.may(Rank::Operator, &uri)?;
        if !is_from_our_page(&parts.headers, shared.web.config.web.public_url.as_deref()) {
            return Err(forged(&uri));
        }
        let form = Multipart::from_request(Request::from_parts(parts, body), &()).await;
        let mut form = form.map_err(|_| notice(StatusCode::BAD_REQUEST, &uri))?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = form.next_field().await.map_err(|error| notice(error.status(), &uri))? {
            let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
            let bytes = part.bytes().await.map_err(|error| notice(error.status(), &uri))?;
            match file {
                Some(file) => files.push((file, bytes.to_vec())),
                None => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        let upload = Upload { viewer, fields, files };
        if upload.viewer.token.is_sealed_by(upload.text("seal")) { Ok(upload) } else { Err(forged(&uri)) }
    }
}

impl Upload {
    /// The first value of that name; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.fields, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::User;
    use crate::access::token::Token;
    use crate::domain::Moment;

    fn viewer(rank: Rank) -> Viewer {
        let user =
            User {
                id: 1, name: "张三".to_owned(), rank, has_password: true, made_at: Moment::MIN, disabled_at: None
            };
        Viewer { user, token: Token::random().unwrap() }
    }

    #[test]
    fn a_lesser_rank_is_turned_away() {
        let uri: Uri = "/account/1/look".parse().unwrap();
        for (own, least, may) in [
            (Rank::Reader, Rank::Operator, false),
            (Rank::Operator, Rank::Operator, true),
            (Rank::Operator, Rank::Admin, false),
            (Rank::Admin, Rank::Operator, true),
        ] {
            assert_eq!(viewer(own).may(least, &uri).is_ok(), may, "{own:?} {least:?}");
        }
    }

    #[test]
    fn a_word_is_said_once_and_to_its_own_session() {
        let (notes, one, other) = (Notes::default(), viewer(Rank::Operator), viewer(Rank::Operator));
        notes.leave(&one, true, "已划去".to_owned());
        assert_eq!(notes.take(&other), None);
        assert_eq!(notes.take(&one), Some(Note { done: true, said: "已划去".to_owned(), link: String::new() }));
        assert_eq!(notes.take(&one), None);
    }
}
