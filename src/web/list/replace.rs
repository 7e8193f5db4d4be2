//! 换人: who takes over from whom, which accounts that concerns, and the word to do it.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::unavailable;
use super::super::session::{Act, Viewer, see_other, text};
use super::contacts::phones;
use super::distinct;
use crate::access::token::hex;
use crate::deeds::replace::{self, Plan, Trouble, Way, Wish};
use crate::deeds::{Refusal, when};
use crate::domain::{Account, Moment, Person};
use crate::mail::address::check_address;
use crate::store::{Connection, accounts, contacts};
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

const CHANGED: &str = "在您看的这段时间里，联系人或台账有了改动，没有换人。下面是现在会改的，请重新看过再确认";
const MEANT: &str = "接任的第一天已经过去，没有换人；确实从那天算起的，请看过下面写的，勾选以后再确认";

/// What is typed into the form.
type Typed = BTreeMap<&'static str, String>;

fn typed(fields: &[(String, String)]) -> Typed {
    FIELDS.into_iter().map(|name| (name, text(fields, name).trim().chars().take(200).collect())).collect()
}

/// The wish that somebody has typed, or what is wrong with it. Whether a day that is over is meant is asked
/// beside what it would change.
fn wish(typed: &Typed, by: &str) -> Result<Wish, Refusal> {
    let said = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let some = |name: &str| Some(said(name)).filter(|text| !text.is_empty());
    if let Some(field) = ["old", "new"].into_iter().find(|field| said(field).is_empty()) {
        return Err(Refusal::field(field, "请写明谁离任、谁接任"));
    }
    let from = when::day("日期", "from", &said("from"))?;
    let mail: Vec<String> =
        said("mail").split([';', '；', ',', '，', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    mail.iter().try_for_each(|address| check_address(address)).map_err(|why| Refusal::field("mail", why))?;
    let way = Way { mail, mobile: some("mobile"), landline: some("landline"), post: some("post") };
    let (old, new, office) = (said("old"), said("new"), some("office"));
    Ok(Wish { old, new, from, by: by.to_owned(), office, way, past: true })
}

/// The page: the form, with whom the address names.
pub(in super::super) async fn show(
    State(shared): State<Shared>,
    Query(fields): Query<Vec<(String, String)>>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    // A name and an office only: how somebody is reached stands in no address.
    let named = ["old", "office"].map(|name| (name.to_owned(), text(&fields, name).to_owned()));
    shown(&shared, StatusCode::OK, &uri, &viewer, typed(&named), None).await
}

/// Whoever opens the address of the form.
pub(in super::super) async fn back() -> Response {
    see_other("../replace")
}

/// What would go over. It changes nothing.
pub(in super::super) async fn look(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let (typed, now, by) = (typed(&act.fields), shared.web.clock.now(), act.by().to_owned());
    let asked = typed.clone();
    match shared.web.store.attempt_async(move |tx| coming(tx, &asked, &by, now)).await {
        Ok(coming) => shown(&shared, StatusCode::OK, &uri, &act.viewer, typed, Some(coming)).await,
        Err(refusal) => again(&shared, &uri, &act, typed, None, refusal).await,
    }
}

/// The page once more, with what is wrong.
async fn again(
    shared: &Shared,
    uri: &Uri,
    act: &Act,
    typed: Typed,
    coming: Option<Coming>,
    refusal: Refusal,
) -> Response {
    match shared.refuse(act, uri, refusal) {
        Ok(_) => shown(shared, StatusCode::UNPROCESSABLE_ENTITY, uri, &act.viewer, typed, coming).await,
        Err(answer) => answer,
    }
}

async fn shown(
    shared: &Shared,
    status: StatusCode,
    uri: &Uri,
    viewer: &Viewer,
    typed: Typed,
    coming: Option<Coming>,
) -> Response {
    let (old, now) = (typed["old"].clone(), shared.web.clock.now());
    let people = shared.web.store.read_async(contacts::everybody).await;
    match people {
        Ok(people) => {
            let offices = distinct(people.into_iter().filter(|person| person.name == old).map(|person| person.office));
            let coming = coming.map(|coming| coming.value(now));
            let values = context! { typed, offices, coming, today => now.date().to_string() };
            shared.page(status, "list_replace.html", uri, viewer, values).await
        }
        Err(error) => unavailable(&error, uri),
    }
}

/// What would be done.
struct Coming {
    wish: Wish,
    plan: Plan,
    concerned: Vec<Account>,
    /// That left for the old one on days which are to be the new one's.
    letters: i64,
    mark: String,
}

fn coming(conn: &Connection, typed: &Typed, by: &str, now: Moment) -> Result<Coming, Refusal> {
    let wish = wish(typed, by)?;
    let (people, all) = (contacts::everybody(conn)?, accounts::all(conn)?);
    let plan = wish.plan(&people, now.date()).map_err(|trouble| told(&wish, &trouble))?;
    let roster = contacts::roster(conn)?;
    let concerned: Vec<Account> = plan.concerned(&roster, &all, wish.from).into_iter().cloned().collect();
    let mark = mark(&wish, &plan, &concerned);
    let letters = plan.letters_since(conn, wish.from)?;
    Ok(Coming { wish, plan, concerned, letters, mark })
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

impl Coming {
    fn value(&self, now: Moment) -> Value {
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
            days_ago => self.wish.days_ago(now.date()),
            letters => self.letters,
        }
    }
}

/// Does what was shown.
pub(in super::super) async fn apply(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let typed = typed(&act.fields);
    let (mark, past) = (act.text("mark").to_owned(), !act.text("past").is_empty());
    let (by, now, config) = (act.by().to_owned(), shared.web.clock.now(), Arc::clone(&shared.web.config));
    let asked = typed.clone();
    let done = shared.web.store.attempt_async(move |tx| {
        let coming = coming(tx, &asked, &by, now)?;
        if coming.mark != mark {
            return Ok(Err((coming, Refusal::state(CHANGED))));
        }
        if !past && coming.wish.days_ago(now.date()).is_some() {
            return Ok(Err((coming, Refusal::field("past", MEANT))));
        }
        let done = replace::replace(tx, &config, &coming.wish, &coming.plan, now)?;
        Ok::<_, Refusal>(Ok(said(&coming.wish, &done)))
    });
    match done.await {
        Ok(Ok(said)) => shared.answer(&act, &uri, "contacts", Ok(said)),
        Ok(Err((coming, refusal))) => again(&shared, &uri, &act, typed, Some(coming), refusal).await,
        Err(refusal) => again(&shared, &uri, &act, typed, None, refusal).await,
    }
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
fn told(wish: &Wish, trouble: &Trouble) -> Refusal {
    let Wish { old, new, from: day, .. } = wish;
    let (field, why) = match trouble {
        Trouble::Same => ("new", "两个人同名，没有改动；只是换了联系方式的，请导入改过的联系人表".to_owned()),
        Trouble::NotListed => {
            let cure = "没有改动；只写在台账邮箱一栏的，请先导入联系人表，登记是谁";
            ("old", format!("联系人表里没有“{old}”，{cure}"))
        }
        Trouble::LeftBefore => ("from", format!("“{old}”在{day}以前已经离任，没有改动")),
        Trouble::BeginsLater(office, from) => {
            let cure = "没有改动；请改日期，或导入改过的联系人表";
            ("from", format!("“{old}”在{office}要到{from}才任职，不早于{day}，{cure}"))
        }
        Trouble::Past(_) => ("from", MEANT.to_owned()),
        Trouble::Elsewhere(office) => {
            let cure = "不在这个单位，没有改动；是同一位的，请写明邮箱或手机";
            ("mail", format!("联系人表里的“{new}”在{office}，{cure}"))
        }
        Trouble::Several(offices) => {
            ("mail", format!("“{new}”不止一位（{offices}），联系方式不同，没有改动；请写明邮箱或手机"))
        }
        Trouble::Stranger => ("mail", format!("联系人表里没有“{new}”，没有改动；请写明邮箱、手机或固话")),
    };
    Refusal::field(field, why)
}
