//! How a finding stands, by what was decided and what came after.

use super::*;
use crate::domain::{Check, Reach, Strength, Watch, WatchOrigin};
use crate::rules::{Coverage, Severity};

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn week() -> Window {
    Window { from: at("2022-06-20 00:00"), until: at("2022-06-27 00:00") }
}

/// A missed week, with the proof that only a complete watch gives.
fn missed(label: &str) -> Verdict {
    let kinds = crate::domain::Platform::parse("新浪微博").0.kinds();
    let reach = Reach { from: week().from, until: week().until, sees: kinds, strength: Strength::Strong };
    let watch = Watch { origin: WatchOrigin::Person("李四".to_owned()), at: week().until, reach };
    let proof = Coverage::of(&[watch]).prove(week(), kinds).unwrap();
    Verdict {
        account: AccountId(1),
        rule: "weekly".to_owned(),
        severity: Severity::Problem,
        required: 2,
        window: week(),
        check: Check::unmoved(at("2022-06-27 09:00")),
        kind: VerdictKind::Missed { seen: 1, proof },
        label: Some(label.to_owned()),
        points: 5,
    }
}

fn decided(ruling: Ruling) -> Decision {
    Decision {
        id: 1,
        account: AccountId(1),
        rule: "weekly".to_owned(),
        window: week(),
        label: "一周未更新两次".to_owned(),
        ruling,
        reason: String::new(),
        by: "李四".to_owned(),
        at: at("2022-06-27 10:00"),
        overturned: false,
    }
}

#[test]
fn a_decision_holds_for_that_finding_and_that_label_until_it_is_overturned() {
    let finding = missed("一周未更新两次");
    let awaits = |decision: Decision| Decisions::of([decision]).awaits(&finding);
    assert!(Decisions::default().awaits(&finding));
    assert!(!awaits(decided(Ruling::Confirmed)) && !awaits(decided(Ruling::False)));
    let later = Window { from: at("2022-06-27 00:00"), until: at("2022-07-04 00:00") };
    for other in [
        Decision { overturned: true, ..decided(Ruling::Confirmed) },
        Decision { label: "一周未更新一次".to_owned(), ..decided(Ruling::Confirmed) },
        Decision { account: AccountId(2), ..decided(Ruling::Confirmed) },
        Decision { rule: "silence".to_owned(), ..decided(Ruling::Confirmed) },
        Decision { window: later, ..decided(Ruling::Confirmed) },
    ] {
        let held = Decisions::of([other.clone()]).holds_for(AccountId(1), "weekly", week(), "一周未更新两次");
        assert!(awaits(other) && !held);
    }
    let met = Verdict { kind: VerdictKind::Met { seen: 2 }, label: None, ..finding.clone() };
    assert!(!Decisions::default().awaits(&met), "only what was missed waits");
}

#[test]
fn only_a_false_alarm_is_cleared() {
    for (ruling, cleared) in [(Ruling::Confirmed, 0), (Ruling::False, 1)] {
        let mut verdicts = vec![missed("一周未更新两次"), missed("别的说法")];
        let taken = Decisions::of([decided(ruling)]).clear_false(&mut verdicts);
        assert_eq!(taken.len(), cleared, "{ruling:?}");
        let is_met = verdicts[0].kind == VerdictKind::Met { seen: 1 } && verdicts[0].label.is_none();
        assert_eq!((is_met, verdicts[0].points == 0), (cleared == 1, cleared == 1));
        assert!(verdicts[1].label.is_some());
    }
}
