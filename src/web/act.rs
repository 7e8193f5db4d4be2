//! What becomes of a form: who may send it, and the word on the next page about what
//! was done or why not.

use super::Shared;
use super::chrome::{notice, refused, unavailable};
use super::plain::plain;
use super::session::{Act, Viewer, forged, is_from_our_page, see_other};
use super::typed::Typed;
use crate::access::Rank;
use crate::deeds::Refusal;
use crate::domain::Moment;
use crate::store::StoreError;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
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
    /// What was typed into the form that was refused.
    pub(super) typed: Option<Arc<Typed>>,
}

impl Notes {
    pub(super) fn leave(&self, viewer: &Viewer, done: bool, said: String) {
        self.put(viewer, Note { done, said, link: String::new(), typed: None });
    }

    fn put(&self, viewer: &Viewer, note: Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() >= WAITING {
            notes.clear();
        }
        notes.insert(viewer.token.hash(), note);
    }

    /// The word for that session's next page. What was typed is forgotten with its time, in every session.
    pub(super) fn take(&self, viewer: &Viewer, now: Moment) -> Option<Note> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for note in notes.values_mut() {
            note.typed.take_if(|typed| !typed.is_fresh(now));
        }
        notes.remove(&viewer.token.hash())
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
    pub(super) fn answer(&self, act: &Act, uri: &Uri, to: &str, deed: Result<String, Refusal>) -> Response {
        match deed {
            Ok(said) => {
                self.notes.leave(&act.viewer, true, said);
                see_other(to)
            }
            Err(refusal) => match self.refuse(act, uri, refusal) {
                // A browser that is sent to a part of a page does not put the cursor into a field.
                Ok("") => see_other(to),
                Ok(_) => see_other(to.split('#').next().unwrap_or(to)),
                Err(answer) => answer,
            },
        }
    }

    /// Leaves for the next page why a form was not acted on and what was typed into it; gives the name of
    /// the faulty field, empty where none alone is.
    #[expect(clippy::result_large_err, reason = "a response that leaves at once")]
    pub(super) fn refuse(&self, act: &Act, uri: &Uri, refusal: Refusal) -> Result<&'static str, Response> {
        let (wrong, why) = match refusal {
            Refusal::Field(wrong, why) => (wrong, plain(&why)),
            Refusal::Wish(why) | Refusal::State(why) => ("", plain(&why)),
            Refusal::Store(error) => return Err(unavailable(&error, uri)),
        };
        let typed = Typed::of(uri.path(), &act.fields, (wrong, &why), self.web.clock.now()).map(Arc::new);
        self.notes.put(&act.viewer, Note { done: false, said: why, link: String::new(), typed });
        Ok(wrong)
    }
}

impl Shared {
    /// The same for a deed that gives a link, which the next page shows and no other.
    pub(super) fn answer_link(
        &self,
        act: &Act,
        uri: &Uri,
        to: &str,
        deed: Result<(String, String), Refusal>,
    ) -> Response {
        match deed {
            Ok((said, link)) => {
                self.notes.put(&act.viewer, Note { done: true, said, link, typed: None });
                see_other(to)
            }
            Err(refusal) => self.answer(act, uri, to, Err(refusal)),
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
        self.in_time_or(act, uri, (to, to), deed).await
    }

    /// The same, where whoever is refused goes back to another page, which has his form.
    pub(super) async fn in_time_or(
        &self,
        act: Act,
        uri: &Uri,
        (to, again): (&str, &str),
        deed: impl Future<Output = Result<String, Refusal>> + Send + 'static,
    ) -> Response {
        let mut task = tokio::spawn(deed);
        match tokio::time::timeout(WAIT, &mut task).await {
            Ok(Ok(done)) => self.answer(&act, uri, if done.is_ok() { to } else { again }, done),
            Ok(Err(_)) => unavailable(&StoreError::ended(), uri),
            Err(_) => {
                self.notes.leave(&act.viewer, true, "正在办理，账号多时要一两分钟；请过一会儿刷新，看结果".to_owned());
                let (shared, uri, back) = (self.clone(), uri.clone(), to.to_owned());
                tokio::spawn(async move {
                    if let Ok(done) = task.await {
                        drop(shared.answer(&act, &uri, &back, done));
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
    pub(super) act: Act,
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
        let act = Act { viewer, fields };
        if act.viewer.token.is_sealed_by(act.text("seal")) { Ok(Upload { act, files }) } else { Err(forged(&uri)) }
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
        let now = Moment::from_unix(0);
        assert_eq!(notes.take(&other, now), None);
        let said = Note { done: true, said: "已划去".to_owned(), link: String::new(), typed: None };
        assert_eq!(notes.take(&one, now), Some(said));
        assert_eq!(notes.take(&one, now), None);
    }

    #[test]
    fn what_was_typed_is_forgotten_by_the_next_page_of_anybody() {
        let (notes, one, other) = (Notes::default(), viewer(Rank::Operator), viewer(Rank::Operator));
        let fields = [("reason".to_owned(), "甲".to_owned())];
        let typed = Typed::of("/x", &fields, ("", "不行"), Moment::from_unix(0)).map(Arc::new);
        let note = Note { done: false, said: "不行".to_owned(), link: String::new(), typed };
        notes.put(&one, note.clone());
        assert_eq!(notes.take(&other, Moment::from_unix(60)), None);
        assert_eq!(notes.take(&one, Moment::from_unix(60)), Some(note.clone()));
        notes.put(&one, note.clone());
        notes.take(&other, Moment::from_unix(3600));
        assert_eq!(notes.take(&one, Moment::from_unix(0)), Some(Note { typed: None, ..note }));
    }
}
