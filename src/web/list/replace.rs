//! 换人: who takes over from whom, which accounts that concerns, and the word to do it.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::unavailable;
use super::super::session::{Viewer, text};
use super::contacts::phones;
use super::distinct;
use crate::access::token::hex;
use crate::deeds::Refusal;
use crate::deeds::replace::{self, Plan, Trouble, Way, Wish};
use crate::domain::{Account, Moment, Person};
use crate::import::times;
use crate::mail::address::check_address;
use crate::store::{Connection, StoreError, accounts, contacts};
use axum::extract::{Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Accounts that the page names; the others are counted.
const SHOWN: usize = 200;
/// The fields of the form.
const FIELDS: [&str; 8] = ["old", "office", "new", "from", "mail", "mobile", "landline", "post"];

/// What is typed into the form.
type Typed = BTreeMap<&'static str, String>;

fn typed(fields: &[(String, String)]) -> Typed {
    FIELDS.into_iter().map(|name| (name, text(fields, name).trim().chars().take(200).collect())).collect()
}

/// The wish that somebody has typed, or what is wrong with it.
fn wish(typed: &Typed, by: &str) -> Result<Wish, String> {
    let said = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let some = |name: &str| Some(said(name)).filter(|text| !text.is_empty());
    if said("old").is_empty() || said("new").is_empty() {
        return Err("请写明谁离任、谁接任".to_owned());
    }
    let day = said("from");
    let from = times::moment(&day).ok_or_else(|| format!("看不懂日期“{day}”，请写成 2026-12-01 的样子"))?;
    let mail: Vec<String> =
        said("mail").split([';', '；', ',', '，', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    mail.iter().try_for_each(|address| check_address(address))?;
    let way = Way { mail, mobile: some("mobile"), landline: some("landline"), post: some("post") };
    Ok(Wish { old: said("old"), new: said("new"), from: from.date(), by: by.to_owned(), office: some("office"), way })
}

/// The page: the form, and once it is filled in, what would go over. It changes nothing.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (typed, now, by) = (typed(&fields), shared.web.clock.now(), viewer.user.name.clone());
    let asked = !typed["new"].is_empty() || text(&fields, "go") == "1";
    let found = shared.web.store.read_async(move |conn| {
        let offices =
            distinct(contacts::everybody(conn)?.into_iter().filter(|p| p.name == typed["old"]).map(|p| p.office));
        let plan = if asked { Some(coming(conn, &typed, &by)?) } else { None };
        Ok(values(&typed, offices, plan, now))
    });
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "list_replace.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

/// What would be done.
struct Coming {
    wish: Wish,
    plan: Plan,
    concerned: Vec<Account>,
    mark: String,
}

fn coming(conn: &Connection, typed: &Typed, by: &str) -> Result<Result<Coming, String>, StoreError> {
    let wish = match wish(typed, by) {
        Ok(wish) => wish,
        Err(why) => return Ok(Err(why)),
    };
    let (people, all) = (contacts::everybody(conn)?, accounts::all(conn)?);
    let plan = match wish.plan(&people) {
        Ok(plan) => plan,
        Err(trouble) => return Ok(Err(told(&wish, &trouble))),
    };
    let roster = contacts::roster(conn)?;
    let concerned: Vec<Account> = plan.concerned(&roster, &all, wish.from).into_iter().cloned().collect();
    let mark = mark(&wish, &plan, &concerned);
    Ok(Ok(Coming { wish, plan, concerned, mark }))
}

/// Tells what is shown from anything else.
fn mark(wish: &Wish, plan: &Plan, concerned: &[Account]) -> String {
    let person = |one: &Person| [one.id.to_string(), one.emails.join(";"), one.mobile.clone(), one.landline.clone()];
    let mut hash = Sha256::new();
    let texts = [wish.old.clone(), wish.new.clone(), wish.from.to_string()].into_iter();
    let people = plan.terms.iter().chain([&plan.heir]).flat_map(person);
    let ids = concerned.iter().map(|account| account.id.0.to_string());
    texts.chain(people).chain(ids).for_each(|text| hash.update(format!("{}\n{text}\n", text.len())));
    hex(&hash.finalize())
}

fn values(typed: &Typed, offices: Vec<String>, plan: Option<Result<Coming, String>>, now: Moment) -> Value {
    let (trouble, coming) = match plan {
        None => (None, None),
        Some(Err(why)) => (Some(why), None),
        Some(Ok(coming)) => (None, Some(coming.value())),
    };
    context! { typed, offices, trouble, coming, today => now.date().to_string() }
}

impl Coming {
    fn value(&self) -> Value {
        let term = |one: &Person| format!("{}　{}", one.office, one.role_chinese());
        let account = |one: &Account| context! { id => one.id.0, title => one.title(), office => one.office.clone() };
        context! {
            old => self.wish.old.clone(),
            new => self.wish.new.clone(),
            from => self.wish.from.to_string(),
            terms => self.plan.terms.iter().map(term).collect::<Vec<_>>(),
            emails => self.plan.heir.emails.join("、"),
            phones => phones(&self.plan.heir).join("、"),
            count => self.concerned.len(),
            accounts => self.concerned.iter().take(SHOWN).map(account).collect::<Vec<_>>(),
            more => self.concerned.len().saturating_sub(SHOWN),
            mark => self.mark.clone(),
        }
    }
}

/// Does what was shown.
pub(in super::super) async fn apply(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let typed: Typed = FIELDS.into_iter().map(|name| (name, act.text(name).to_owned())).collect();
    let (mark, by, now) = (act.text("mark").to_owned(), act.by().to_owned(), shared.web.clock.now());
    let config = Arc::clone(&shared.web.config);
    let deed = shared.web.store.attempt_async(move |tx| {
        let coming = coming(tx, &typed, &by)?.map_err(Refusal::state)?;
        if coming.mark != mark {
            return Err(Refusal::state("在您看的这段时间里，联系人或台账有了改动，没有换人；请从联系人页重新做一次"));
        }
        let done = replace::replace(tx, &config, &coming.wish, &coming.plan, now)?;
        Ok(said(&coming.wish, &done))
    });
    let done = deed.await;
    shared.answer(&act.viewer, &uri, "contacts", done)
}

fn said(wish: &Wish, done: &replace::Done) -> String {
    let reach = if done.reachable {
        ""
    } else {
        "。注意：接任的人没有邮箱，以后的提醒会转给上一级联系人或检查方"
    };
    format!(
        "{}起，{}接替{}：{}；转交{}封待发的信{reach}",
        wish.from,
        wish.new,
        wish.old,
        done.terms.join("、"),
        done.letters
    )
}

/// Why not, with what a clerk can do about it.
fn told(wish: &Wish, trouble: &Trouble) -> String {
    let Wish { old, new, from: day, .. } = wish;
    match trouble {
        Trouble::Same => "两个人同名，没有改动；只是换了联系方式的，请导入改过的联系人表".to_owned(),
        Trouble::NotListed => {
            format!("联系人表里没有“{old}”，没有改动；只写在台账邮箱一栏的，请先导入联系人表，登记是谁")
        }
        Trouble::LeftBefore => format!("“{old}”在{day}以前已经离任，没有改动"),
        Trouble::BeginsLater(office, from) => {
            format!("“{old}”在{office}要到{from}才任职，不早于{day}，没有改动；请改日期，或导入改过的联系人表")
        }
        Trouble::Elsewhere(office) => {
            format!("联系人表里的“{new}”在{office}，不在这个单位，没有改动；是同一位的，请写明邮箱或手机")
        }
        Trouble::Several(offices) => format!("“{new}”不止一位（{offices}），联系方式不同，没有改动；请写明邮箱或手机"),
        Trouble::Stranger => format!("联系人表里没有“{new}”，没有改动；请写明邮箱、手机或固话"),
    }
}
