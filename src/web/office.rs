//! The page that an office sees under its link: its own accounts, and nothing to change.

use super::Shared;
use super::chrome::{refused, sheet, unavailable};
use super::overview::row;
use crate::access::token::Token;
use crate::domain::Moment;
use crate::outlook::{Mark, Standing};
use crate::store::{StoreError, users};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};

/// What an office sees of its own accounts, without a name and a password. Opening it changes nothing.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri) -> Response {
    let now = shared.web.clock.now();
    match of_link(&shared, &uri, now).await {
        Ok(Some(values)) if values.get_attr("making").is_ok_and(|making| making.is_true()) => {
            sheet(StatusCode::OK, "making.html", &uri, values)
        }
        Ok(Some(values)) => sheet(StatusCode::OK, "office.html", &uri, values),
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, &uri, "链接不能用了", "链接已经作废，或不完整。请向检查方另要一个。")
        }
        Err(error) => unavailable(&error, &uri),
    }
}

/// Nobody but the clerk hears of a finding before a named person has confirmed it, nor of our own blindness.
fn told(one: &Standing, now: Moment) -> Value {
    let is_open = one.awaiting > 0 || matches!(one.mark, Mark::Suspected | Mark::Unclear);
    let values = row(one, now);
    if is_open {
        context! { word => Mark::Open.word(), said => "核实中", why => "", ..values }
    } else {
        values
    }
}

async fn of_link(shared: &Shared, uri: &Uri, now: Moment) -> Result<Option<Value>, StoreError> {
    let Some(token) = uri.path().strip_prefix("/o/").and_then(Token::parse) else { return Ok(None) };
    let offered = shared.web.store.read_async(move |conn| users::offered(conn, &token.hash()));
    let Some(office) = offered.await? else { return Ok(None) };
    let Some(snapshot) = shared.stand.now(&shared.web).await? else {
        return Ok(Some(context! { title => office, making => true }));
    };
    let own = snapshot.standings().iter().filter(|one| one.office == office);
    let rows: Vec<Value> = own.map(|one| told(one, now)).collect();
    let (sender, contact) = (shared.web.config.office.name.clone(), shared.web.config.office.contact.clone());
    Ok(Some(context! { office, rows, sender, contact, ..snapshot.times(now) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

    #[test]
    fn an_office_reads_a_finding_once_it_is_confirmed() {
        let said = |mark: Mark, awaiting: usize| {
            let one = Standing {
                account: AccountId(1),
                name: "账号".to_owned(),
                platform: "抖音".to_owned(),
                office: "甲局".to_owned(),
                mark,
                why: "一周未更新两次".to_owned(),
                awaiting,
                week: None,
                silence: None,
                trouble: None,
            };
            let values = told(&one, Moment::from_unix(0));
            ["said", "why", "word"].map(|name| values.get_attr(name).unwrap().to_string())
        };
        assert_eq!(said(Mark::Problem, 0), ["存在问题", "一周未更新两次", "problem"]);
        for (mark, awaiting) in [(Mark::Problem, 1), (Mark::Failed, 2), (Mark::Suspected, 0), (Mark::Unclear, 0)] {
            assert_eq!(said(mark, awaiting), ["核实中", "", "open"], "{mark:?}");
        }
    }
}
