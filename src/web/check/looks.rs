//! Accounts that a person must look at: one on top with its form, or all as a list. What is saved is a
//! signed row of the week's check sheet.

use super::super::Shared;
use super::super::act::Operator;
use super::super::session::Act;
use super::wish::{Kind, Wish};
use super::{Desk, paged};
use crate::config::Config;
use crate::deeds::Refusal;
use crate::deeds::sheet::{self, Need, settled, words};
use crate::domain::{Account, AccountId, Check, Moment, Post, Week, When};
use crate::import::{FilledIn, SignedRow, read_filled_in, unit_words};
use crate::ledger::Ledger;
use crate::rules::{Profile, Tally, Verdict, VerdictKind};
use crate::spoken::rule_chinese;
use crate::spoken::{gap_in_words, when};
use crate::store::{Connection, StoreError, posts};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// Known posts that are shown beside the form.
const KNOWN: usize = 5;
/// Days before the week of which they may be.
const BACK_D: i64 = 35;
/// Holes that are shown.
const SHOWN: usize = 3;

/// One account of the check sheet.
pub(super) struct Look {
    account: AccountId,
    /// It has no source, so only people can look.
    alone: bool,
    /// What a look would settle.
    need: Need,
    /// What the check says of it now.
    verdicts: Vec<Verdict>,
    /// The row that stands for the week.
    stands: Option<Tally>,
    /// It was signed when the week was over.
    done: bool,
}

impl Look {
    /// Whether it waits for somebody.
    pub(super) fn is_open(&self) -> bool {
        self.need != Need::None && !self.done
    }

    /// Whose.
    pub(super) fn account(&self) -> AccountId {
        self.account
    }

    /// Whether time alone may decide what is unclear.
    pub(super) fn may_change(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.kind.is_unclear())
    }

    /// In the address, for the filter.
    fn state(&self) -> &'static str {
        match (self.done, self.need) {
            (true, _) => "done",
            (false, Need::Suspected) => "suspected",
            (false, Need::None) => "clear",
            (false, _) if self.alone => "alone",
            (false, _) => "unclear",
        }
    }

    fn is_near(&self, state: &str) -> bool {
        match state {
            "" | "open" => self.is_open(),
            "every" => true,
            state => self.state() == state,
        }
    }
}

const STATES: [(&str, &str); 6] = [
    ("open", "还没有看的"),
    ("suspected", "待人工核实"),
    ("alone", "没有来源"),
    ("unclear", "无法判定"),
    ("done", "已看过"),
    ("every", "全部账号"),
];

/// Every account that the check judges; whoever waits stands first, and of those the doubtful ones.
pub(super) fn of(
    ledger: &Ledger,
    profile: &Profile,
    check: Check,
    signed: &BTreeMap<AccountId, Vec<Tally>>,
    now: Moment,
) -> Vec<Look> {
    let look = |account: &Account| {
        let rows = signed.get(&account.id).cloned().unwrap_or_default();
        one(ledger, profile, (account.id, check), rows, now)
    };
    let mut looks: Vec<Look> = ledger.accounts.iter().filter_map(look).collect();
    sort(&mut looks, ledger);
    looks
}

/// Of that account, if the check judges it.
pub(super) fn one(
    ledger: &Ledger,
    profile: &Profile,
    (account, check): (AccountId, Check),
    signed: Vec<Tally>,
    now: Moment,
) -> Option<Look> {
    let account = ledger.account(account)?;
    let verdicts = ledger.judge_account(profile, account, check, now);
    let need = sheet::need_of(ledger, account, &verdicts, now)?;
    let week = Week::closed_before(check.nominal);
    let stands = signed.iter().find(|row| row.week == week).cloned();
    let alone = need == Need::NoSource;
    let need = if alone { sheet::need(&verdicts.iter().collect::<Vec<_>>(), now) } else { need };
    let done = settled(signed, week, (check, need), now).is_some();
    Some(Look { account: account.id, alone, need, verdicts, stands, done })
}

/// Whoever waits stands first, and of those the doubtful ones; then as the list has them.
pub(super) fn sort(looks: &mut [Look], ledger: &Ledger) {
    looks.sort_by_cached_key(|look| (!look.is_open(), look.need != Need::Suspected, ledger.place(look.account)));
}

/// Keeps what somebody has seen.
pub(in super::super) async fn sign(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let (config, now) = (shared.web.config.clone(), shared.web.clock.now());
    let wish = Wish::read(&[("week".to_owned(), act.text("week").to_owned())]);
    let again = Wish { kind: Some(Kind::Look), page: 1, at: act.text("account").to_owned(), ..wish.clone() };
    let next = Wish { at: act.text("next").to_owned(), ..Wish::of(Kind::Look, wish.week) };
    let done = match read(&act, &wish, &config, now) {
        Err(refusal) => Err(refusal),
        Ok((signed, stood)) => shared.web.store.attempt_async(move |tx| sheet::sign_one(tx, &signed, stood, now)).await,
    };
    shared.web.clock.ring();
    let to = if done.is_ok() { next } else { again };
    shared.answer(&act, &uri, &format!("../{}", to.address()), done)
}

fn read(act: &Act, wish: &Wish, config: &Config, now: Moment) -> Result<(SignedRow, Option<Moment>), Refusal> {
    let (said, week) = (|name| act.text(name).trim(), wish.week.ok_or_else(|| no_week(&wish.no_week))?);
    let account =
        act.text("account").parse().map(AccountId).map_err(|_| Refusal::wish("没有写明是哪个账号，没有改动"))?;
    if act.text("seen").is_empty() {
        return Err(Refusal::field("seen", "请打开账号看过，再勾选“我已打开账号看过”；没有保存"));
    }
    let filled = FilledIn {
        updates: said("updates").to_owned(),
        last: format!("{} {}", said("day"), said("time")).trim().to_owned(),
        by: act.by().to_owned(),
        looked_at: said("looked").to_owned(),
    };
    let row = read_filled_in(&filled, week, config.profile.count, now);
    let row = row.map_err(|wrong| Refusal::field(field_of(&wrong), format!("没有保存。{}", wrong.join("；"))))?;
    Ok((SignedRow { account, row }, act.text("stood").parse().ok().map(Moment::from_unix)))
}

/// The field of the first of these sentences, which begin with the name of their column.
fn field_of(wrong: &[String]) -> &'static str {
    match wrong.first().map_or("", |first| first.split('：').next().unwrap_or_default()) {
        "本周更新次数" => "updates",
        "最近更新时间" => "day",
        _ => "looked",
    }
}

/// Nobody signs for another week than the one that he means.
fn no_week(said: &str) -> Refusal {
    let why =
        if said.is_empty() { "没有写明是哪一周".to_owned() } else { format!("没有“{said}”这一周") };
    Refusal::wish(format!("{why}，没有保存；请在“哪一周”里选"))
}

/// What the page shows of them.
pub(super) fn values(conn: &Connection, desk: &Desk, config: &Config, wish: &Wish) -> Result<Value, StoreError> {
    let near = |look: &&Look| desk.board.ledger.account(look.account).is_some_and(|account| wish.takes(account));
    let looks = desk.looks_of(wish);
    let states = STATES.map(|(word, said)| context! { word, said }).to_vec();
    if wish.list {
        let shown = looks.iter().filter(near).filter(|look| look.is_near(&wish.state));
        let shown: Vec<&Look> = shown.collect();
        return Ok(context! { states, ..paged(&shown, wish, |look| Ok(row(desk, look, wish)))? });
    }
    let open: Vec<&Look> = looks.iter().filter(|look| look.is_open()).collect();
    let asked = wish.at.parse().ok().map(AccountId);
    let named = looks.iter().find(|look| Some(look.account) == asked);
    let top = named.or(open.first().copied());
    // Whoever comes after the one on top; at the end those that were passed over.
    let place = open.iter().position(|look| Some(look.account) == top.map(|top| top.account));
    let after = place.map_or(0, |place| place + 1);
    let next = open.get(after).or(open.first()).filter(|next| Some(next.account) != top.map(|top| top.account));
    let card = top.map(|look| card(conn, desk, config, look)).transpose()?.flatten();
    let skip = next.map(|next| Wish { at: next.account.0.to_string(), ..Wish::of(Kind::Look, wish.week) }.address());
    Ok(context! { card, next => next.map(|next| next.account.0), skip, place => after })
}

/// The account, and where people find it.
pub(super) fn who(account: &Account) -> Value {
    context! {
        id => account.id.0,
        name => account.name.clone(),
        platform => account.platform.name(),
        office => if account.office.is_empty() { &account.supervisor } else { &account.office },
        handle => account.handle.clone(),
        address => account.address(),
    }
}

fn row(desk: &Desk, look: &Look, wish: &Wish) -> Option<Value> {
    let account = desk.board.ledger.account(look.account)?;
    let to = Wish { at: account.id.0.to_string(), ..Wish::of(Kind::Look, wish.week) }.address();
    Some(context! {
        to,
        mark => look.mark(),
        said => look.said(),
        why => look.why().into_iter().next(),
        stands => look.stands.as_ref().map(words),
        ..who(account)
    })
}

fn card(conn: &Connection, desk: &Desk, config: &Config, look: &Look) -> Result<Option<Value>, StoreError> {
    let Some(account) = desk.board.ledger.account(look.account) else { return Ok(None) };
    let sources = account.sources.iter().map(|of| of.source.as_str()).collect::<Vec<_>>().join("、");
    Ok(Some(context! {
        mark => look.mark(),
        said => look.said(),
        is_open => look.is_open(),
        why => look.why(),
        sources,
        known => known(conn, desk, look.account)?,
        stands => look.stands.as_ref().map(words),
        stood => look.stands.as_ref().map(|row| row.looked_at.unix()),
        stands_as => stands_as(look),
        unit => unit_words(&config.profile),
        latest => desk.now.beijing().format("%Y-%m-%dT%H:%M").to_string(),
        ..who(account)
    }))
}

impl Look {
    fn mark(&self) -> &'static str {
        match (self.done, self.need) {
            (true, _) | (false, Need::None) => "good",
            (false, Need::Suspected) => "suspected",
            _ => "unclear",
        }
    }

    fn said(&self) -> &'static str {
        match self.state() {
            "done" => "已看过",
            "clear" => "已有结论，不必再看",
            "suspected" => "待人工核实",
            "alone" => "没有来源",
            _ => "无法判定",
        }
    }

    /// What is not clear, a sentence a rule.
    fn why(&self) -> Vec<String> {
        let unclear = |verdict: &&Verdict| !verdict.kind.gaps().is_empty();
        self.verdicts.iter().filter(unclear).map(why).collect()
    }
}

fn why(verdict: &Verdict) -> String {
    let rule = rule_chinese(&verdict.rule);
    let seen = format!("{rule}：看到{}次，应有{}次；", verdict.kind.seen(), verdict.required);
    let gaps: Vec<String> = verdict.kind.gaps().iter().take(SHOWN).map(gap_in_words).collect();
    let more = verdict.kind.gaps().len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("，另有{more}段") } else { String::new() };
    match verdict.kind {
        VerdictKind::Suspected { .. } => format!("{seen}看的办法不足以作为没有更新的依据"),
        _ => format!("{seen}没有看到的时段：{}{more}", gaps.join("；")),
    }
}

/// The newest posts that are known singly; what is kept has no titles.
fn known(conn: &Connection, desk: &Desk, account: AccountId) -> Result<Vec<Value>, StoreError> {
    let from = desk.week.start().plus_days(-BACK_D);
    let mut posts = posts::of_account(conn, account, from, desk.now.plus(1))?;
    posts.retain(|post| !post.struck);
    posts.sort_by_key(|post| std::cmp::Reverse((post.when.latest(), post.id)));
    let title = |post: &Post| if post.title.is_empty() { "（无标题）".to_owned() } else { post.title.clone() };
    Ok(posts.iter().take(KNOWN).map(|post| context! { when => when(post.when), title => title(post) }).collect())
}

/// What the form holds at first: what stands.
fn stands_as(look: &Look) -> Value {
    let last = look.stands.as_ref().and_then(|row| row.last);
    let time = match last {
        Some(When::At(moment)) => moment.beijing().format("%H:%M").to_string(),
        _ => String::new(),
    };
    context! {
        updates => look.stands.as_ref().map_or_else(String::new, |row| row.updates.to_string()),
        day => last.map_or_else(String::new, |last| last.earliest().date().to_string()),
        time,
    }
}
