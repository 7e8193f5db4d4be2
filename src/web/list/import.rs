//! 导入: a file is read, what it would change is shown, and just that is done once somebody says so. What is
//! shown is planned anew at every look; the form names it, so that nothing else can be done by it.

use super::super::act::{Operator, Upload};
use super::super::chrome::unavailable;
use super::super::paged::{Paged, asked};
use super::super::session::{Viewer, text};
use super::super::{Shared, session::see_other};
use super::changes::{Row, account_changes, contact_changes};
use super::held::{Held, Kind};
use super::signed::SignedSheet;
use crate::access::token::hex;
use crate::config::Config;
use crate::deeds::sheet::sign;
use crate::deeds::{Refusal, list};
use crate::domain::Moment;
use crate::import::{
    self, AccountPlan, BadRow, BadRows, ContactPlan, Sheet, account_row, account_rows, contact_rows, csv_bytes,
    is_check_sheet, plan_accounts, plan_contacts, plan_sheet, read_sheets,
};
use crate::store::{Connection, StoreError, accounts, contacts};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Changes on one page.
const ROWS: usize = 100;
/// Bad rows that are shown; whoever has more mends these first.
const BAD: usize = 500;
/// What is said of a check sheet that is taken for a list.
const CHECK_SHEET: &str = "这是周核查表，请在“文件里是什么”里选“填好的周核查表”";

const NO_FILE: &str = "没有收到文件，请先选一个文件再按“看看会改什么”";
const EMPTY: &str = "文件是空的，没有导入；请看看是不是没有存好，改好后重新选文件";

/// What a file would change.
enum Plan {
    Accounts(AccountPlan),
    /// With the heading and the rows as an export has them.
    Contacts(ContactPlan, Vec<Vec<String>>),
    Sheet(SignedSheet),
}

/// A plan, and the mark that tells it from any other: of what is kept and of every change.
struct Preview {
    plan: Plan,
    mark: String,
}

/// Why there is no plan.
enum No {
    File(Vec<Sheet>, import::Refusal),
    Store(StoreError),
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> No {
        No::Store(error)
    }
}

/// The page: a form for a file, or what the file that waits would change.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let now = shared.web.clock.now();
    let Some(held) = shared.holds.of(&viewer, now) else {
        let kind = Kind::from_word(text(&fields, "kind"));
        return shared.page(StatusCode::OK, "list_import.html", &uri, &viewer, blank(kind)).await;
    };
    match planned(&shared, held.clone(), now).await {
        Ok(preview) => {
            let shown = preview.values(&held, text(&fields, "page"));
            shared.page(StatusCode::OK, "list_import.html", &uri, &viewer, shown).await
        }
        Err(no) => refused(&shared, &uri, &viewer, &held, no).await,
    }
}

/// Takes a file and shows what it would change; a bad one is not kept.
pub(in super::super) async fn take(State(shared): State<Shared>, uri: Uri, upload: Upload) -> Response {
    let Upload { act, files } = upload;
    let kind = Kind::from_word(act.text("kind"));
    let now = shared.web.clock.now();
    let starts = act.text("from") == "start";
    let chosen = files.iter().any(|(name, _)| !name.is_empty());
    let Some((name, bytes)) = files.into_iter().find(|(_, bytes)| !bytes.is_empty()) else {
        return shared.answer(&act, &uri, "import", Err(Refusal::field("file", if chosen { EMPTY } else { NO_FILE })));
    };
    let held = Held { kind, name: plain(&name), bytes: Arc::new(bytes), at: now, starts };
    match planned(&shared, held.clone(), now).await {
        Ok(_) if shared.holds.put(&act.viewer, held.clone()) => see_other("import"),
        Ok(_) => {
            let busy = "同时等着确认的文件太多，没有收下；请过一刻钟再试";
            shared.answer(&act, &uri, "import", Err(Refusal::state(busy)))
        }
        Err(no) => refused(&shared, &uri, &act.viewer, &held, no).await,
    }
}

/// Does exactly what was shown.
pub(in super::super) async fn apply(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let now = shared.web.clock.now();
    let Some(held) = shared.holds.of(&act.viewer, now) else {
        let gone = "没有等着确认的文件：可能已经导入过，或者放了超过一刻钟。没有改动；要导入请重新选文件";
        return shared.answer(&act, &uri, "../import", Err(Refusal::state(gone)));
    };
    let (config, mark, by) = (Arc::clone(&shared.web.config), act.text("mark").to_owned(), act.by().to_owned());
    let (file, bytes) = (held.name.clone(), Arc::clone(&held.bytes));
    let read = tokio::task::spawn_blocking(move || read_sheets(&bytes)).await;
    let Ok(Ok(sheets)) = read else { return shared.answer(&act, &uri, "../import", Err(changed())) };
    let deed = shared.web.store.attempt_async(move |tx| {
        let now_planned = plan(tx, &config, held.kind, &sheets, now)?.ok().filter(|preview| preview.mark == mark);
        let preview = now_planned.ok_or_else(changed)?;
        match &preview.plan {
            Plan::Accounts(plan) => list::save_accounts(tx, plan, (&by, &file), now)?,
            Plan::Contacts(plan, _) => list::save_contacts(tx, plan, (&by, &file), now)?,
            Plan::Sheet(sheet) => {
                let upon = format!("{file}，{by}在网页导入");
                sign(tx, &sheet.plan.signed, &upon, now)?;
            }
        }
        Ok((held.kind, preview.said()))
    });
    match deed.await {
        Ok((kind, said)) => {
            shared.holds.forget(&act.viewer);
            // New accounts are looked at now, not when the next old one is due.
            shared.web.clock.ring();
            let to = match kind {
                _ if held.starts => "../../start#list",
                Kind::Contacts => "../contacts",
                Kind::Accounts => "../../list",
                Kind::Sheet => "../../check",
            };
            shared.answer(&act, &uri, to, Ok(said))
        }
        Err(refusal) => shared.answer(&act, &uri, "../import", Err(refusal)),
    }
}

/// Forgets the file that waits.
pub(in super::super) async fn drop_held(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let starts = shared.holds.of(&act.viewer, shared.web.clock.now()).is_some_and(|held| held.starts);
    shared.holds.forget(&act.viewer);
    let to = if starts { "../../start#list" } else { "../import" };
    shared.answer(&act, &uri, to, Ok("文件没有导入，台账没有改动".to_owned()))
}

fn changed() -> Refusal {
    Refusal::state("在您看的这段时间里，台账或联系人有了改动，没有导入。下面是现在会改的内容，请重新看过再确认")
}

/// The last part of a name, as far as it can be read.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = crate::mail::message::clean(last).chars().take(100).collect();
    if name.trim().is_empty() { "文件".to_owned() } else { name }
}

async fn planned(shared: &Shared, held: Held, now: Moment) -> Result<Preview, No> {
    let config = Arc::clone(&shared.web.config);
    let done = shared.web.store.read_async(move |conn| {
        let sheets = match read_sheets(&held.bytes) {
            Ok(sheets) => sheets,
            Err(refusal) => return Ok(Err((Vec::new(), refusal))),
        };
        Ok(plan(conn, &config, held.kind, &sheets, now)?.map_err(|refusal| (sheets, refusal)))
    });
    done.await?.map_err(|(sheets, refusal)| No::File(sheets, refusal))
}

fn plan(
    conn: &Connection,
    config: &Config,
    kind: Kind,
    sheets: &[Sheet],
    now: Moment,
) -> Result<Result<Preview, import::Refusal>, StoreError> {
    if kind != Kind::Sheet && is_check_sheet(sheets) {
        return Ok(Err(import::Refusal::Unreadable(CHECK_SHEET.to_owned())));
    }
    let known = accounts::all(conn)?;
    // As they will be for good, so that time alone changes nothing.
    let mut kept = csv_bytes(&account_rows(&known, Moment::MAX));
    let planned = match kind {
        Kind::Accounts => {
            let sources: Vec<&str> = config.sources.keys().map(String::as_str).collect();
            plan_accounts(sheets, &known, &sources, now).map(Plan::Accounts)
        }
        Kind::Contacts => {
            let people = contacts::everybody(conn)?;
            kept.extend(csv_bytes(&contact_rows(&people, &known)));
            plan_contacts(sheets, &people, &known).map(|plan| {
                let rows = contact_rows(&plan.save, &known);
                Plan::Contacts(plan, rows)
            })
        }
        Kind::Sheet => match plan_sheet(sheets, &known, None, config.profile.count, now) {
            Ok(plan) => Ok(Plan::Sheet(SignedSheet::of(conn, plan, &known)?)),
            Err(refusal) => Err(refusal),
        },
    };
    Ok(planned.map(|plan| {
        let mark = plan.mark(&kept);
        Preview { plan, mark }
    }))
}

impl Plan {
    fn mark(&self, kept: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update((kept.len() as u64).to_be_bytes());
        hash.update(kept);
        let lines: Vec<String> = match self {
            Plan::Accounts(plan) => plan.save.iter().flat_map(|account| account_row(account, Moment::MAX)).collect(),
            Plan::Contacts(_, rows) => rows.concat(),
            Plan::Sheet(sheet) => sheet.lines(),
        };
        lines.iter().for_each(|text| hash.update(format!("{}\n{text}\n", text.len())));
        hex(&hash.finalize())
    }

    fn counts(&self) -> (usize, usize, usize) {
        let (all, added, unchanged) = match self {
            Plan::Accounts(plan) => {
                (plan.changes.len(), plan.changes.iter().filter(|change| change.added).count(), plan.unchanged)
            }
            Plan::Contacts(plan, _) => {
                (plan.changes.len(), plan.changes.iter().filter(|change| change.added).count(), plan.unchanged)
            }
            Plan::Sheet(sheet) => return sheet.counts(),
        };
        (added, all - added, unchanged)
    }
}

impl Preview {
    fn said(&self) -> String {
        let (added, changed, unchanged) = self.plan.counts();
        match &self.plan {
            Plan::Accounts(_) => format!("已导入：新增{added}个账号，修改{changed}个，{unchanged}个没有变化"),
            Plan::Contacts(..) => format!("已导入：新增{added}人，修改{changed}人，{unchanged}人没有变化"),
            Plan::Sheet(sheet) => format!(
                "已登记：{} 新的{added}行，更正{changed}行，与已登记的相同{unchanged}行；没有签名的{}行没有采用。有关结论会重新判定",
                sheet.week(),
                sheet.plan.unsigned
            ),
        }
    }

    fn values(&self, held: &Held, page: &str) -> Value {
        let (added, changed, unchanged) = self.plan.counts();
        let (rows, remarks, missing, stopped) = match &self.plan {
            Plan::Accounts(plan) => {
                let rows = account_changes(plan);
                let stopped = rows.iter().filter(|row| row.order == 0).count();
                (rows, &plan.remarks, Some(plan.missing), stopped)
            }
            Plan::Contacts(plan, rows) => (contact_changes(plan, rows), &plan.remarks, None, 0),
            Plan::Sheet(sheet) => (sheet.rows(), &sheet.plan.remarks, None, 0),
        };
        let sheet = match &self.plan {
            Plan::Sheet(sheet) => context! { week => sheet.week(), unsigned => sheet.plan.unsigned },
            _ => ().into(),
        };
        let paged = Paged::of(rows.len(), ROWS, asked(page));
        context! {
            held => context! { name => held.name.clone(), kind => held.kind.word() },
            kind => held.kind.word(),
            sheet,
            mark => self.mark.clone(),
            added,
            changed => changed - stopped,
            stopped,
            unchanged,
            missing,
            remarks => remarks.clone(),
            rows => paged.part(&rows).iter().map(Row::value).collect::<Vec<_>>(),
            pager => paged.pager(&[]),
            bad => (),
            unreadable => (),
            starts => held.starts,
        }
    }
}

fn blank(kind: Kind) -> Value {
    context! { kind => kind.word(), held => (), bad => (), unreadable => (), sheet => (), starts => false }
}

/// Everything that is wrong with a file, none of which was kept.
async fn refused(shared: &Shared, uri: &Uri, viewer: &Viewer, held: &Held, no: No) -> Response {
    shared.holds.forget(viewer);
    let (sheets, refusal) = match no {
        No::Store(error) => return unavailable(&error, uri),
        No::File(sheets, refusal) => (sheets, refusal),
    };
    let kind = if is_check_sheet(&sheets) { Kind::Sheet } else { held.kind };
    let named = context! { file => held.name.clone(), starts => held.starts, ..blank(kind) };
    let values = match refusal {
        import::Refusal::Unreadable(why) => context! { unreadable => why, ..named },
        import::Refusal::Rows(bad) => context! { bad => bad_rows(&sheets, &bad), ..named },
    };
    shared.page(StatusCode::UNPROCESSABLE_ENTITY, "list_import.html", uri, viewer, values).await
}

fn bad_rows(sheets: &[Sheet], bad: &BadRows) -> Value {
    let rows: Vec<Value> = bad
        .rows
        .iter()
        .take(BAD)
        .map(|row| {
            let BadRow { line, column, value, problem } = row.clone();
            context! { line, column, value, problem }
        })
        .collect();
    let sheet = sheets.get(bad.sheet).map(|sheet| sheet.name.clone()).unwrap_or_default();
    context! { rows, sheet, count => bad.rows.len(), more => bad.rows.len().saturating_sub(BAD) }
}
