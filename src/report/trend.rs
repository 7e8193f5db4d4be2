//! The two pictures of a report: updates of each week, and the pass rate of each check. Pure: everything
//! is counted from the verdicts of the period, and fewer than two points make no picture.

use super::{Cell, Chart, ChartPoint, Facts, Rounding, percent, words};
use crate::domain::{AccountId, Check, Moment};
use crate::rules::{Grade, Severity, Verdict, VerdictKind, grade};
use std::collections::BTreeMap;

/// The pictures that can be drawn.
pub(super) fn trend(facts: &Facts<'_>) -> Vec<Chart> {
    [updates(facts), rates(facts)].into_iter().filter_map(Chart::drawable).collect()
}

/// Updates seen in each week that a weekly rule counted. A week in which not every account was watched
/// whole is marked: a line that falls because something was not seen says what did not happen. A week in
/// which nobody was has no figure, since nothing that was not seen is a zero.
fn updates(facts: &Facts<'_>) -> Chart {
    // What was seen, whether anything was certain, whether anything was not.
    let mut weeks: BTreeMap<(Moment, Moment), (u32, bool, bool)> = BTreeMap::new();
    for verdict in facts.verdicts.iter().filter(|verdict| verdict.severity == Severity::Problem) {
        let week = weeks.entry((verdict.window.from, verdict.window.until)).or_default();
        week.0 = week.0.saturating_add(verdict.kind.seen());
        match verdict.kind {
            VerdictKind::Met { .. } | VerdictKind::Missed { .. } => week.1 = true,
            VerdictKind::Unknown { .. } | VerdictKind::Suspected { .. } => week.2 = true,
            VerdictKind::Exempt { .. } | VerdictKind::Pending { .. } => {}
        }
    }
    let is_incomplete = weeks.values().any(|(_, _, unsure)| *unsure);
    let point = |((from, until), (seen, sure, unsure)): (&(Moment, Moment), &(u32, bool, bool))| ChartPoint {
        label: words::days(from.date(), until.plus(-1).date()),
        value: sure.then_some(Cell::Number(i64::from(*seen))),
        is_partial: *unsure,
    };
    Chart {
        key: "更新次数".to_owned(),
        title: "各周监测到的更新次数".to_owned(),
        over: "周".to_owned(),
        value: "更新次数".to_owned(),
        unit: "次".to_owned(),
        points: weeks.iter().map(point).collect(),
        note: is_incomplete
            .then(|| "带*的周（空心点）没有看全，实际更新次数可能更多；完全没有看到的周不画点，不当作零".to_owned()),
    }
}

/// The pass rate of each check that was held, by the profile's rounding.
fn rates(facts: &Facts<'_>) -> Chart {
    let mut checks: BTreeMap<Moment, BTreeMap<AccountId, Vec<Verdict>>> = BTreeMap::new();
    let is_held = |check: &Check| check.at <= facts.now;
    for verdict in facts.verdicts.iter().filter(|verdict| is_held(&verdict.check)) {
        checks.entry(verdict.check.at).or_default().entry(verdict.account).or_default().push(verdict.clone());
    }
    let mut has_gap = false;
    let mut point = |(at, accounts): (&Moment, &BTreeMap<AccountId, Vec<Verdict>>)| {
        let grades = accounts.iter().map(|(account, verdicts)| grade(facts.profile, *account, verdicts).grade);
        let (mut passed, mut failed, mut unclear) = (0, 0, 0);
        for grade in grades {
            match grade {
                Grade::Good | Grade::Problem => passed += 1,
                Grade::Failed => failed += 1,
                Grade::Unclear => unclear += 1,
                _ => {}
            }
        }
        let rate = percent(passed, passed + failed, facts.profile.decimals, Rounding::HalfUp);
        // The few that could be judged say nothing of the whole.
        let is_gap = unclear > passed + failed;
        has_gap |= is_gap;
        ChartPoint { label: words::day(at.date()), value: decimal(&rate).filter(|_| !is_gap), is_partial: false }
    };
    let points = checks.iter().map(&mut point).collect();
    Chart {
        key: "合格率".to_owned(),
        title: "各次检查的合格率".to_owned(),
        over: "检查日期".to_owned(),
        value: "合格率".to_owned(),
        unit: "%".to_owned(),
        points,
        note: has_gap.then(|| "有的检查多数账号无法判定，合格率不作数，图上空缺".to_owned()),
    }
}

/// The number as it is printed; a dash is none.
fn decimal(text: &str) -> Option<Cell> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let units = format!("{whole}{rest}").parse().ok()?;
    Some(Cell::Decimal { units, places: u8::try_from(rest.len()).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::town::{JUNE, Town, everybody, kaifeng};

    #[test]
    fn a_month_has_a_point_for_each_week_and_each_check() {
        let town = Town::new(kaifeng(), "2022-06", &JUNE, "2022-06-28 15:30", everybody());
        let charts = trend(&town.facts());
        let [updates, rates] = charts.as_slice() else { panic!("{charts:?}") };
        assert_eq!((updates.points.len(), rates.points.len()), (4, 4));
        let seen: u32 =
            town.facts().verdicts.iter().filter(|v| v.severity == Severity::Problem).map(|v| v.kind.seen()).sum();
        let drawn: f64 = updates.known().map(|(_, value)| value).sum();
        assert_eq!(drawn, f64::from(seen));
        // Some of the town are not watched whole: such weeks say so, in whatever is printed of them.
        let partial = updates.points.iter().filter(|point| point.is_partial && point.value.is_some()).count();
        assert!(partial > 1 && updates.note.as_deref().is_some_and(|note| note.contains("没有看全")));
        assert_eq!(updates.points.iter().filter(|point| point.name().ends_with('*')).count(), partial);
        assert_eq!(updates.words().matches("（没有看全）").count(), partial);
        assert_eq!(rates.points[3].label, "6月27日");
        assert!(rates.known().all(|(_, rate)| (0.0..=100.0).contains(&rate)));
    }

    #[test]
    fn one_check_makes_no_picture() {
        let town = Town::new(kaifeng(), "2022-W25", &["2022-06-27"], "2022-06-28 15:30", everybody());
        assert!(trend(&town.facts()).is_empty());
        assert_eq!((decimal("99.7"), decimal("—")), (Some(Cell::Decimal { units: 997, places: 1 }), None));
    }
}
