//! A true history of posts, a paging of it, damage to the paging, and what a look may make of it.

use super::oracle::Shown;
use super::*;
use crate::{Delay, Manners, PostKind, Strength};
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: &str = "2026-06-22 12:00";
const SINCE: &str = "2026-06-08 00:00";

/// A true post: hours before now; the more of them, the older.
#[derive(Clone, Debug)]
struct Fact {
    id: u32,
    hours_ago: i64,
    pinned: bool,
}

/// How a source pages a history.
#[derive(Clone, Debug)]
struct Paging {
    /// Pinned ones first, then the newest first.
    facts: Vec<Fact>,
    size: usize,
    /// How the last page ends: said, unsaid, or with another that is empty.
    end: u8,
    /// Every time is known to the day only.
    by_day: bool,
    allowance: usize,
    cap: u32,
    /// Places of facts that an earlier look had shown.
    known: usize,
}

/// What goes wrong with a page (its place counts round).
#[derive(Clone, Debug)]
enum Damage {
    // A sound source may do these.
    Empty(usize),
    Repeat(usize),
    Foreign(usize, usize),
    Wait(usize),
    Insist(usize),
    // These lose something.
    Drop(usize),
    Swap(usize, usize),
    Truncate(usize, usize),
    Shuffle(usize),
    Undated(usize),
    Nameless(usize),
    Unreadable(usize),
    Unpin,
    EndEarly(usize),
    Fail(usize),
}

fn fact() -> impl Strategy<Value = (i64, bool)> {
    // Hours that touch since (324 h before now) and its second often.
    (prop_oneof![3 => 0_i64..700, 1 => Just(324_i64), 1 => 320_i64..330], prop::bool::weighted(0.15))
}

fn paging() -> impl Strategy<Value = Paging> {
    let shape =
        (1_usize..7, 0_u8..3, prop::bool::weighted(0.2), prop_oneof![Just(0_usize), Just(3)], 1_u32..12, 0_usize..8);
    (vec(fact(), 0..25), shape).prop_map(|(facts, (size, end, by_day, allowance, cap, known))| {
        let numbered = (1..).zip(facts).map(|(id, (hours_ago, pinned))| Fact { id, hours_ago, pinned });
        let (mut pinned, mut rest): (Vec<Fact>, Vec<Fact>) = numbered.partition(|fact| fact.pinned);
        rest.sort_by_key(|fact| fact.hours_ago);
        pinned.truncate(3);
        Paging { facts: [pinned, rest].concat(), size, end, by_day, allowance, cap, known }
    })
}

fn benign() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0_usize..8).prop_map(Damage::Empty),
        (0_usize..8).prop_map(Damage::Repeat),
        (0_usize..8, 0_usize..8).prop_map(|(page, row)| Damage::Foreign(page, row)),
        (0_usize..8).prop_map(Damage::Wait),
        (0_usize..8).prop_map(Damage::Insist),
    ]
}

fn harmful() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0_usize..8).prop_map(Damage::Drop),
        (0_usize..8, 0_usize..8).prop_map(|(a, b)| Damage::Swap(a, b)),
        (0_usize..8, 0_usize..6).prop_map(|(page, rows)| Damage::Truncate(page, rows)),
        (0_usize..8).prop_map(Damage::Shuffle),
        (0_usize..8).prop_map(Damage::Undated),
        (0_usize..8).prop_map(Damage::Nameless),
        (0_usize..8).prop_map(Damage::Unreadable),
        Just(Damage::Unpin),
        (0_usize..8).prop_map(Damage::EndEarly),
        (0_usize..8).prop_map(Damage::Fail),
    ]
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

impl Paging {
    fn when(&self, fact: &Fact) -> When {
        let at = moment(NOW).plus(-fact.hours_ago * 3600);
        if self.by_day { When::Day(at.date()) } else { When::At(at) }
    }

    fn row(&self, fact: &Fact) -> RawPost {
        RawPost {
            id: Some(fact.id.to_string()),
            push: None,
            when: self.when(fact),
            title: String::new(),
            url: None,
            author: (!fact.id.is_multiple_of(3)).then(|| "own".to_owned()),
            pinned: fact.pinned,
            kind: PostKind::Post,
            visible: true,
            repost: false,
        }
    }

    fn pages(&self) -> Vec<Result<Page, Failure>> {
        let rows: Vec<RawPost> = self.facts.iter().map(|fact| self.row(fact)).collect();
        let mut pages: Vec<Page> = rows.chunks(self.size).map(|rows| page(rows.to_vec())).collect();
        if pages.is_empty() || self.end == 2 {
            pages.push(page(Vec::new()));
        }
        let last = pages.len() - 1;
        pages[last].next = if self.end == 0 { Next::End } else { Next::Unsaid };
        pages.into_iter().map(Ok).collect()
    }

    fn traits(&self) -> Traits {
        Traits {
            strength: Strength::Strong,
            sees: Kinds::POST,
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: self.allowance,
            page_cap: self.cap,
            manners: Manners::OWN,
        }
    }

    fn ask(&self) -> Ask {
        // What an earlier look had shown: the newest ones but for the first few.
        let mut old: Vec<&Fact> = self.facts.iter().collect();
        old.sort_by_key(|fact| fact.hours_ago);
        let known = old.iter().skip(self.known).take(if self.known == 0 { 0 } else { 20 });
        let known = known.map(|fact| Known { id: Some(fact.id.to_string()), when: self.when(fact) });
        Ask {
            platform: "新浪微博".to_owned(),
            name: "某某发布".to_owned(),
            key: "own".to_owned(),
            author: None,
            since: moment(SINCE),
            now: moment(NOW),
            kinds: Kinds::POST,
            known: known.collect(),
            covered: Vec::new(),
            cursor: None,
            page: 0,
        }
    }
}

fn page(rows: Vec<RawPost>) -> Page {
    Page::listing(rows, Kinds::POST, Next::More("c".to_owned()))
}

type Pages = Vec<Result<Page, Failure>>;

fn hurt(pages: &mut Pages, damage: &Damage) {
    let count = pages.len();
    // The last page keeps its word about the end, so what is put in stands before it.
    let put = |at: usize| at % count;
    match *damage {
        Damage::Empty(at) => pages.insert(put(at), Ok(page(Vec::new()))),
        Damage::Wait(at) => pages.insert(put(at), Ok(Page { next: wait(), ..page(Vec::new()) })),
        Damage::Repeat(at) => {
            let mut again = pages[put(at)].clone();
            again.iter_mut().for_each(|page| page.next = Next::More("c".to_owned()));
            pages.insert(put(at), again);
        }
        Damage::Drop(at) => drop(pages.remove(put(at))),
        Damage::Swap(a, b) => pages.swap(put(a), put(b)),
        Damage::Fail(at) => pages[put(at)] = Err(Failure::new(Class::Blocked, "").because("captcha")),
        Damage::Unpin => {
            pages.iter_mut().flatten().flat_map(|page| &mut page.rows).for_each(|row| row.pinned = false);
        }
        _ => {
            if let Ok(page) = &mut pages[put(place(damage))] {
                hurt_page(page, damage);
            }
        }
    }
    if pages.is_empty() {
        pages.push(Ok(Page { next: Next::Unsaid, ..page(Vec::new()) }));
    }
}

fn place(damage: &Damage) -> usize {
    match *damage {
        Damage::Foreign(at, _) | Damage::Truncate(at, _) => at,
        Damage::Insist(at) | Damage::Shuffle(at) | Damage::Undated(at) | Damage::Nameless(at) => at,
        Damage::Unreadable(at) | Damage::EndEarly(at) => at,
        _ => 0,
    }
}

fn hurt_page(page: &mut Page, damage: &Damage) {
    match *damage {
        Damage::Foreign(_, at) => {
            let row = RawPost {
                id: Some(format!("foreign{at}")),
                author: Some("other".to_owned()),
                when: When::At(moment("2020-01-01 00:00")),
                ..stranger()
            };
            page.rows.insert(at % (page.rows.len() + 1), row);
        }
        Damage::Truncate(_, rows) => page.rows.truncate(rows),
        Damage::Shuffle(_) => page.rows.reverse(),
        Damage::Undated(_) => {
            page.rows.iter_mut().take(1).for_each(|row| row.when = When::At(moment("1970-01-02 00:00")))
        }
        Damage::Nameless(_) => page.rows.iter_mut().take(1).for_each(|row| row.id = None),
        Damage::Unreadable(_) => page.unreadable += 1,
        Damage::EndEarly(_) => page.next = Next::End,
        Damage::Insist(_) if matches!(page.next, Next::More(_)) => page.next = Next::Must("m".to_owned()),
        _ => {}
    }
}

fn stranger() -> RawPost {
    let paging = Paging { facts: Vec::new(), size: 1, end: 0, by_day: false, allowance: 0, cap: 1, known: 0 };
    paging.row(&Fact { id: 0, hours_ago: 0, pinned: false })
}

fn wait() -> Next {
    Next::Wait { until: moment(NOW).plus(2), cursor: "w".to_owned() }
}

/// The look, the pages that it took, and whether one of them failed it.
fn walked(paging: &Paging, pages: &Pages) -> (Seen, Vec<Page>, bool) {
    let mut walk = Walk::new(paging.ask(), paging.traits());
    let mut shown = Vec::new();
    // A source that is asked on past its pages says nothing.
    let beyond = Ok(Page { next: Next::Unsaid, ..page(Vec::new()) });
    for answer in pages.iter().chain(std::iter::once(&beyond)) {
        match answer {
            Ok(page) if !matches!(page.next, Next::Wait { .. }) => shown.push(page.clone()),
            _ => {}
        }
        if let Step::Done(seen) = walk.take(answer.clone()) {
            return (seen, shown, answer.is_err());
        }
    }
    unreachable!("a page that says nothing of more ends every look")
}

/// Every true post that the look says it cannot have missed was among its rows.
fn nothing_hidden(paging: &Paging, seen: &Seen) -> bool {
    let inside = |fact: &&Fact| {
        let when = paging.when(fact);
        seen.reaches.iter().any(|reach| reach.from < when.earliest() && when.latest() < reach.until)
    };
    let shown = |fact: &Fact| seen.rows.iter().any(|row| row.id == Some(fact.id.to_string()));
    paging.facts.iter().filter(inside).all(shown)
}

/// What holds for every sequence of pages whatever.
fn sober(paging: &Paging, pages: &Pages) -> Result<Seen, TestCaseError> {
    let (seen, shown, failed) = walked(paging, pages);
    let (ask, traits) = (paging.ask(), paging.traits());
    let oracle = Shown { ask: &ask, traits: &traits, pages: &shown };
    prop_assert_eq!(&seen.rows, &oracle.rows(), "rows are what was shown of the account, each once");
    let insisted = shown.iter().filter(|page| matches!(page.next, Next::Must(_))).count();
    prop_assert!(shown.len() <= paging.cap as usize + insisted + 1, "{} pages", shown.len());
    match &seen.outcome {
        Outcome::Complete => {
            prop_assert!(!failed && oracle.may_be_complete());
            prop_assert!(!seen.reaches.is_empty());
            prop_assert_eq!(seen.first_check, seen.rows.is_empty());
            prop_assert!(!matches!(shown.last().map(|page| &page.next), Some(Next::Must(_))), "it had to ask on");
        }
        Outcome::Partial => prop_assert!(!failed && oracle.refusal().is_none() && !seen.first_check),
        Outcome::Failed(failure) => {
            prop_assert!(seen.reaches.is_empty(), "a failure proves nothing");
            prop_assert!(failed || oracle.refusal() == Some(failure.reason.as_str()), "{}", failure);
        }
    }
    for reach in seen.reaches.iter().chain(&seen.withheld) {
        prop_assert!(!oracle.has_unreadable(), "presence only");
        prop_assert!(reach.until <= ask.now && reach.from < reach.until);
        let oldest = oracle.reach().map(|after| after.plus(-1));
        let honest = oldest.is_some_and(|oldest| reach.from >= oldest) || oracle.said_end();
        prop_assert!(honest, "{} before {:?}", reach.from, oldest);
    }
    Ok(seen)
}

/// Whether a sound source shows enough within the cap.
fn is_provable(paging: &Paging, pages: &Pages) -> bool {
    let shown: Vec<Page> = pages.iter().flatten().cloned().collect();
    let (ask, traits) = (paging.ask(), paging.traits());
    pages.len() <= paging.cap as usize && Shown { ask: &ask, traits: &traits, pages: &shown }.may_be_complete()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1500), ..ProptestConfig::default() })]

    /// A sound paging is complete as soon as it can be, and hides nothing.
    #[test]
    fn a_sound_list_is_complete_when_it_can_be(paging in paging()) {
        let pages = paging.pages();
        let seen = sober(&paging, &pages)?;
        prop_assert!(nothing_hidden(&paging, &seen), "{:?}", seen.reaches);
        if is_provable(&paging, &pages) {
            prop_assert_eq!(&seen.outcome, &Outcome::Complete);
        }
    }

    /// Empty pages, rows of others, waits and insistence change nothing; a page that comes twice may end
    /// the look early. Marks of pinned rows may be lost where they are set aside.
    #[test]
    fn an_odd_list_hides_nothing(paging in paging(), damages in vec(benign(), 0..5), unmarked in any::<bool>()) {
        let mut pages = paging.pages();
        damages.iter().for_each(|damage| hurt(&mut pages, damage));
        if unmarked && paging.allowance == 3 {
            hurt(&mut pages, &Damage::Unpin);
        }
        let seen = sober(&paging, &pages)?;
        prop_assert!(nothing_hidden(&paging, &seen), "{:?}", seen.reaches);
        let repeats = damages.iter().any(|damage| matches!(damage, Damage::Repeat(_)));
        if !repeats && is_provable(&paging, &pages) {
            prop_assert_eq!(&seen.outcome, &Outcome::Complete);
        }
    }

    /// Whatever is lost, nothing is claimed that was not shown.
    #[test]
    fn a_broken_list_claims_only_what_it_showed(paging in paging(), damages in vec(prop_oneof![benign(), harmful()], 1..7)) {
        let mut pages = paging.pages();
        damages.iter().for_each(|damage| hurt(&mut pages, damage));
        sober(&paging, &pages)?;
    }
}
