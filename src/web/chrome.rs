//! The two frames around all pages (`chrome.html` for those who were written to, `frame.html` for the
//! office), their styles, and the pages that only say why there is nothing to see. Everything that goes
//! into a page is escaped by the name of its template, and loses what turns the direction of writing.

use super::act::{LONGEST_FILE, Note};
use super::plain::plain;
use super::session::Viewer;
use super::typed::Again;
use super::{BODY, Shared};
use crate::access::Rank;
use crate::alarm::plan::Cause;
use crate::report::clean;
use crate::store::StoreError;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value, context};
use std::sync::LazyLock;

const TEMPLATES: &[(&str, &str)] = &[
    ("chrome.html", include_str!("templates/chrome.html")),
    ("answer.html", include_str!("templates/answer.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("stopped.html", include_str!("templates/stopped.html")),
    ("frame.html", include_str!("templates/frame.html")),
    ("signin.html", include_str!("templates/signin.html")),
    ("enter.html", include_str!("templates/enter.html")),
    ("leaving.html", include_str!("templates/leaving.html")),
    ("me.html", include_str!("templates/me.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("account.html", include_str!("templates/account.html")),
    ("audit.html", include_str!("templates/audit.html")),
    ("settings.html", include_str!("templates/settings.html")),
    ("sources.html", include_str!("templates/sources.html")),
    ("start.html", include_str!("templates/start.html")),
    ("pager.html", include_str!("templates/pager.html")),
    ("list_tabs.html", include_str!("templates/list_tabs.html")),
    ("list.html", include_str!("templates/list.html")),
    ("list_offices.html", include_str!("templates/list_offices.html")),
    ("list_contacts.html", include_str!("templates/list_contacts.html")),
    ("list_import.html", include_str!("templates/list_import.html")),
    ("list_replace.html", include_str!("templates/list_replace.html")),
    ("check.html", include_str!("templates/check.html")),
    ("check_parts.html", include_str!("templates/check_parts.html")),
    ("check_looks.html", include_str!("templates/check_looks.html")),
    ("check_findings.html", include_str!("templates/check_findings.html")),
    ("outbox.html", include_str!("templates/outbox.html")),
    ("letter.html", include_str!("templates/letter.html")),
    ("repairs.html", include_str!("templates/repairs.html")),
    ("repair.html", include_str!("templates/repair.html")),
    ("reports.html", include_str!("templates/reports.html")),
    ("bulletin.html", include_str!("templates/bulletin.html")),
    ("upcoming.html", include_str!("templates/upcoming.html")),
    ("rules.html", include_str!("templates/rules.html")),
    ("rules_tabs.html", include_str!("templates/rules_tabs.html")),
    ("rules_calendar.html", include_str!("templates/rules_calendar.html")),
    ("rules_notice.html", include_str!("templates/rules_notice.html")),
    ("rules_year.html", include_str!("templates/rules_year.html")),
    ("rules_paste.html", include_str!("templates/rules_paste.html")),
    ("rules_whatif.html", include_str!("templates/rules_whatif.html")),
    ("office.html", include_str!("templates/office.html")),
    ("making.html", include_str!("templates/making.html")),
];
const STYLE: &str = include_str!("templates/style.css");
const OFFICE_STYLE: &str = include_str!("templates/office.css");
const ICON: &str = include_str!("templates/icon.svg");
/// The address of these names the version, so that a browser may keep them.
const KEPT: &str = "private, max-age=86400";

/// The templates, read once; a test reads them too, so that a mistake in one never ships.
static PAGES: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEMPLATES {
        templates.add_template(name, text)?;
    }
    Ok(templates)
});

/// The style of the pages for those who were written to.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// The style of the office's own pages.
pub(super) async fn office_style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, KEPT)], OFFICE_STYLE).into_response()
}

/// The little picture in the browser's tab.
pub(super) async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, KEPT)], ICON).into_response()
}

/// A page of that template at that address.
pub(super) fn page(status: StatusCode, name: &str, uri: &Uri, values: Value) -> Response {
    match render(name, uri, values) {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(page = name, %error, "web.not_rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, Html("网页显示不出来，请与发信单位联系。")).into_response()
        }
    }
}

fn render(name: &str, uri: &Uri, values: Value) -> Result<String, Error> {
    let pages = PAGES.as_ref().map_err(|error| Error::new(error.kind(), error.to_string()))?;
    let version = env!("CARGO_PKG_VERSION");
    let text = pages.get_template(name)?.render(context! { root => root(uri), version, ..values })?;
    Ok(clean(&text).into_owned())
}

/// The way from an address up to where `style.css` stands: a proxy may have cut a path away before it.
pub(super) fn root(uri: &Uri) -> String {
    "../".repeat(uri.path().matches('/').count().saturating_sub(1).min(32))
}

/// A page in the office's frame for somebody who has not signed in.
pub(super) fn sheet(status: StatusCode, name: &str, uri: &Uri, values: Value) -> Response {
    page(status, name, uri, context! { me => (), banners => (), note => (), here => "", seal => "", ..values })
}

impl Shared {
    /// A page for somebody who has signed in: with the ways to the others, and what is not well with us.
    pub(super) async fn page(
        &self,
        status: StatusCode,
        name: &'static str,
        uri: &Uri,
        viewer: &Viewer,
        values: Value,
    ) -> Response {
        let note = self.notes.take(viewer, self.web.clock.now());
        self.shown(status, name, uri, viewer, note, values).await
    }

    async fn shown(
        &self,
        status: StatusCode,
        name: &'static str,
        uri: &Uri,
        viewer: &Viewer,
        note: Option<Note>,
        values: Value,
    ) -> Response {
        let user = &viewer.user;
        let me = context! { name => user.name.clone(), rank => user.rank.chinese(), acts => user.rank >= Rank::Operator, admin => user.rank >= Rank::Admin };
        match self.web.store.read_async(self.web.health.lasting(self.web.clock.now())).await {
            Ok(causes) => {
                let (here, seal) = (uri.path().to_owned(), viewer.token.seal());
                let banners: Vec<Value> = causes.iter().map(banner).collect();
                let again = Value::from_object(Again(note.as_ref().and_then(|note| note.typed.clone())));
                let note = note.map(|note| note.value());
                page(status, name, uri, context! { me, here, seal, banners, note, again, ..values })
            }
            Err(error) => unavailable(&error, uri),
        }
    }
}

impl Note {
    /// The first line, and the rest as a list.
    fn value(&self) -> Value {
        let mut lines = self.said.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        let said = lines.next().unwrap_or_default();
        context! { done => self.done, said, link => self.link.clone(), more => lines.collect::<Vec<_>>() }
    }
}

/// What is not well with us, as every page says it.
fn banner(cause: &Cause) -> Value {
    context! { subject => plain(&cause.subject), cure => plain(&cause.cure) }
}

/// What a page says that shows nothing else. It travels with its answer, so that whoever has signed in
/// reads it inside the frame ([`Shared::framed`]).
#[derive(Clone)]
struct Notice {
    title: String,
    text: String,
    /// What those read who work here; empty: the same.
    inside: String,
}

/// A page that says why something was not done.
pub(super) fn refused(status: StatusCode, uri: &Uri, title: &str, text: &str) -> Response {
    noticed(status, uri, title, text, String::new())
}

fn noticed(status: StatusCode, uri: &Uri, title: &str, text: &str, inside: String) -> Response {
    let mut answer = page(status, "notice.html", uri, context! { title, text });
    answer.extensions_mut().insert(Notice { title: title.to_owned(), text: text.to_owned(), inside });
    answer
}

impl Shared {
    /// A notice as somebody reads it who has signed in: within the frame, with the ways that lead on. Any
    /// other answer, and any that is not for him, stays as it is.
    pub(super) async fn framed(&self, answer: Response, uri: &Uri, headers: &HeaderMap) -> Response {
        let status = answer.status();
        let Some(notice) = answer.extensions().get::<Notice>().cloned() else { return answer };
        let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        if busy || uri.path().starts_with("/a/") || uri.path().starts_with("/o/") {
            return answer;
        }
        let Ok(Some(viewer)) = self.web.viewer(headers).await else { return answer };
        let Notice { title, text, inside } = notice;
        let text = if inside.is_empty() { text } else { inside };
        let shared = Shared { web: self.web.clone().up_to_date(), ..self.clone() };
        // The word about a deed waits for the page that was meant to say it.
        shared.shown(status, "stopped.html", uri, &viewer, None, context! { title, text }).await
    }
}

/// What somebody reads of a notice who works here and came by no letter; empty where its words are for all.
fn inside(status: StatusCode, uri: &Uri) -> String {
    match status {
        StatusCode::NOT_FOUND => {
            let path: String = uri.path().chars().take(80).collect();
            format!("没有 {path} 这个地址。可能是地址没有复制完整，或者是旧的书签。")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            "这个地址只接收页面上的按钮提交的内容，不能在地址栏里直接打开或刷新。没有改动。".to_owned()
        }
        StatusCode::PAYLOAD_TOO_LARGE => format!("提交的内容太长，没有收下，没有改动。{}", longest(uri.path())),
        StatusCode::REQUEST_TIMEOUT => String::new(),
        _ => "提交的内容不完整，没有改动。请回到页面，刷新后再做一次。".to_owned(),
    }
}

/// How much a form takes, as a clerk can measure it.
fn longest(path: &str) -> String {
    match path {
        "/list/import" => {
            format!("一个文件最大 {} MB；再大的请分成几份，或删去多余的工作表。", LONGEST_FILE / 1024 / 1024)
        }
        _ if path.starts_with("/rules/calendar") => "通知正文最长大约七千个汉字；请只粘贴通知本身。".to_owned(),
        // A character of three bytes travels as nine.
        _ => format!("一张表里写的字合起来最多大约 {} 个汉字，请写短一些。", BODY / 9 / 100 * 100),
    }
}

/// The database could not be asked; nothing was changed.
pub(super) fn unavailable(error: &StoreError, uri: &Uri) -> Response {
    tracing::error!(%error, "web.store_failed");
    notice(StatusCode::SERVICE_UNAVAILABLE, uri)
}

/// Too many requests in a minute; whoever sent a form reads that nothing came of it.
pub(super) fn too_many(is_form: bool, uri: &Uri) -> Response {
    let text = "请过一分钟再打开。刚才提交的内容没有收下，没有改动：请按浏览器的“后退”回到原来的页面，过一分钟再提交。";
    if is_form {
        return refused(StatusCode::TOO_MANY_REQUESTS, uri, "访问太频繁", text);
    }
    notice(StatusCode::TOO_MANY_REQUESTS, uri)
}

/// A page that says in one sentence why there is nothing to see, and nothing of what there is.
pub(super) fn notice(status: StatusCode, uri: &Uri) -> Response {
    let (title, text) = match status {
        StatusCode::NOT_FOUND => ("没有这个页面", "请核对链接是否完整；也可以直接回复原信，或按信末的联系方式致电。"),
        StatusCode::GONE => {
            ("链接已经失效", "这封信的办理期限已过，或链接已经作废。请直接回复原信，或按信末的联系方式致电。")
        }
        StatusCode::TOO_MANY_REQUESTS => ("访问太频繁", "请过一分钟再打开。"),
        StatusCode::REQUEST_TIMEOUT => ("等得太久", "网络太慢，没有收完。请再试一次。"),
        StatusCode::PAYLOAD_TOO_LARGE => ("内容太长", "请缩短说明后再提交。"),
        StatusCode::METHOD_NOT_ALLOWED => ("不能这样打开", "请从信中的链接打开。"),
        StatusCode::SERVICE_UNAVAILABLE => ("暂时打不开", "系统正忙，没有记录。请过几分钟再试。"),
        _ => ("看不懂这个请求", "请从信中的链接重新打开。"),
    };
    noticed(status, uri, title, text, inside(status, uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        assert_eq!(PAGES.as_ref().map(|pages| pages.templates().count()).unwrap(), TEMPLATES.len());
    }

    /// Those of whoever has not signed in, of passwords, and of a text too long to be kept show themselves again.
    const OWN: [&str; 5] = ["answer.html", "signin.html", "enter.html", "me.html", "rules_paste.html"];

    #[test]
    fn every_field_of_every_form_comes_back_when_it_is_refused() {
        let mut fields = 0;
        for (name, text) in TEMPLATES.iter().filter(|(name, _)| !OWN.contains(name)) {
            for form in text.split("<form ").skip(1).filter(|form| form.contains("method=\"post\"")) {
                let form = form.split("</form>").next().unwrap();
                let seen =
                    |tag: &&str| !["hidden", "file"].iter().any(|kind| tag.contains(&format!("type=\"{kind}\"")));
                for field in form.split("<input ").skip(1).filter(seen) {
                    let field = field.split('>').next().unwrap();
                    let known = |hook: &str| field.contains(&format!("{{{{ f.{hook}(\""));
                    assert!(known("text") || known("tick") || known("choose"), "{name}: {field}");
                    assert!(!field.contains("password"), "{name}: {field}");
                    fields += 1;
                }
                let asked = form.split("f.text(\"").skip(1).filter_map(|rest| rest.split('"').next());
                for field in asked {
                    assert!(form.contains(&format!("f.why(\"{field}\")")), "{name}: no reason beside {field}");
                }
            }
        }
        assert!(fields > 50, "{fields}");
    }

    #[test]
    fn the_style_is_found_from_every_depth() {
        for (path, up) in [("/", ""), ("/x", ""), ("/a/1-2", "../"), ("/a/b/c", "../../"), ("/a/1-2?x=/y/", "../")] {
            assert_eq!(root(&path.parse().unwrap()), up, "{path}");
        }
        assert!(root(&format!("/{}", "x/".repeat(500)).parse().unwrap()).len() < 100);
    }

    #[test]
    fn every_notice_is_a_page_of_its_own_status() {
        for code in [400, 404, 405, 408, 410, 413, 415, 429, 503] {
            let status = StatusCode::from_u16(code).unwrap();
            assert_eq!(notice(status, &"/a/b".parse().unwrap()).status(), status);
        }
    }
}
