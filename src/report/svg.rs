//! A chart as an inline picture (SVG): a line with a mark and a figure at each known point, readable in
//! grey and by whoever hears it read out.

use super::Chart;
use minijinja::{Value, context};
use unicode_width::UnicodeWidthStr;

/// Size of the picture and of the field of points in it.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 248.0;
/// Width of a half-width character, and what is free between two texts.
const LETTER: f64 = 6.5;
const GAP: f64 = 10.0;
const FIELD: [f64; 4] = [48.0, 34.0, 624.0, 196.0];
/// From the axis down to the names of the periods: a figure below the lowest point has room.
const UNDER: f64 = 36.0;

/// What the page needs to draw it; every number is computed, every text is still to be escaped.
pub(super) fn values(chart: &Chart) -> Value {
    let [left, top, right, bottom] = FIELD;
    let (low, high) = bounds(chart);
    let y = |value: f64| bottom - (value - low) / (high - low) * (bottom - top);
    let known: Vec<(usize, f64)> = chart.known().collect();
    let last = chart.points.len().saturating_sub(1);
    let widest = |texts: &[String]| texts.iter().map(|text| text.width_cjk()).max().unwrap_or(0);
    let names: Vec<String> = chart.points.iter().map(super::ChartPoint::name).collect();
    // Every text is centred below its point, also the first and the last: so far from the edges they lie.
    let half = widest(&names) as f64 * LETTER / 2.0 + 2.0;
    let (first, end) = ((left + 12.0).max(half), (right - 12.0).min(WIDTH - half));
    let step = (end - first) / (chart.points.len().max(2) - 1) as f64;
    let x = |at: usize| first + step * at as f64;
    // Counted from the last point: the newest always has its text.
    let every = |texts: &[String]| ((widest(texts) as f64 * LETTER + GAP) / step).ceil().max(1.0) as usize;
    let figures: Vec<String> =
        chart.points.iter().map(|point| point.value.as_ref().map(super::Cell::text).unwrap_or_default()).collect();
    let (named, figured) = (every(&names), every(&figures));
    let marks: Vec<Value> = known
        .iter()
        .map(|(at, value)| {
            let text = if (last - at).is_multiple_of(figured) { figures[*at].as_str() } else { "" };
            let [before, after] = [at.checked_sub(1), Some(at + 1)].map(|beside| {
                let beside = known.iter().find(|(other, _)| Some(*other) == beside);
                beside.map_or(0.0, |(_, beside)| y(*value) - y(*beside))
            });
            let (dx, dy, anchor) = beside_the_line(before, after);
            context! { x => one(x(*at)), y => one(y(*value)), text_x => one(x(*at) + dx), text_y => one(y(*value) + dy), anchor => anchor, text => text, is_hollow => chart.points[*at].is_partial }
        })
        .collect();
    let labels: Vec<Value> = names
        .iter()
        .enumerate()
        .filter(|(at, _)| (last - at).is_multiple_of(named))
        .map(|(at, name)| context! { x => one(x(at)), text => name })
        .collect();
    context! {
        kind => "chart",
        title => chart.title.clone(),
        words => chart.words(),
        note => chart.note.clone(),
        value => format!("{}（{}）", chart.value, chart.unit),
        lines => lines(&known, &|at| x(at), &|value| y(value)),
        marks => marks,
        labels => labels,
        size => context! { width => WIDTH, height => HEIGHT, left => left, right => right, bottom => bottom, under => bottom + UNDER },
    }
}

/// Where a figure stands so that no line crosses it, from how far its neighbours lie above it: below a
/// valley, above a peak, and on a slope on the side that the line leaves free.
fn beside_the_line(before: f64, after: f64) -> (f64, f64, &'static str) {
    match (before > 0.0, after > 0.0) {
        (true, true) => (0.0, 18.0, "middle"),
        (false, false) => (0.0, -8.0, "middle"),
        (false, true) => (-3.0, -8.0, "end"),
        (true, false) => (3.0, -8.0, "start"),
    }
}

/// Runs of neighbouring points as lines: an unknown point is a gap.
fn lines(known: &[(usize, f64)], x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) -> Vec<String> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    for (at, value) in known {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last + 1 == *at) => run.push((*at, *value)),
            _ => runs.push(vec![(*at, *value)]),
        }
    }
    let place = |(at, value): &(usize, f64)| format!("{},{}", one(x(*at)), one(y(*value)));
    let line = |run: &Vec<(usize, f64)>| run.iter().map(place).collect::<Vec<_>>().join(" ");
    runs.iter().filter(|run| run.len() > 1).map(line).collect()
}

/// The lowest and the highest line: counts begin at 0, rates where there is something to see.
fn bounds(chart: &Chart) -> (f64, f64) {
    let values = || chart.known().map(|(_, value)| value);
    let (least, most) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
    let low = if chart.unit == "%" { (least - 5.0).max(0.0) } else { 0.0 };
    (low, if most > low { most } else { low + 1.0 })
}

/// One decimal, always written the same.
fn one(number: f64) -> String {
    format!("{number:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Cell, ChartPoint};

    fn chart(labels: &[&str], values: &[i64]) -> Chart {
        let point = |(label, value): (&&str, &i64)| ChartPoint {
            label: (*label).to_owned(),
            value: Some(Cell::Decimal { units: *value, places: 1 }),
            is_partial: false,
        };
        let [key, title, over, value, unit] = ["合格率", "各周合格率", "周", "合格率", "%"].map(str::to_owned);
        Chart { key, title, over, value, unit, points: labels.iter().zip(values).map(point).collect(), note: None }
    }

    fn number(value: &Value, key: &str) -> f64 {
        value.get_attr(key).unwrap().to_string().parse().unwrap()
    }

    /// Thirteen weeks of a quarter, some over the end of a month, of a year.
    #[test]
    fn no_label_runs_into_another_or_out_of_the_picture() {
        for label in ["4月5日至4月11日", "12月27日至2027年1月2日", "6日"] {
            for count in 2..60 {
                let drawn = values(&chart(&vec![label; count], &vec![857; count]));
                let labels: Vec<Value> = drawn.get_attr("labels").unwrap().try_iter().unwrap().collect();
                let half = label.width_cjk() as f64 * LETTER / 2.0;
                let spans: Vec<[f64; 2]> =
                    labels.iter().map(|one| number(one, "x")).map(|x| [x - half, x + half]).collect();
                assert!(spans.windows(2).all(|pair| pair[0][1] < pair[1][0]), "{label} {count} {spans:?}");
                assert!(spans[0][0] >= 0.0 && spans[spans.len() - 1][1] <= WIDTH, "{label} {count} {spans:?}");
            }
        }
    }

    /// The line between two points never passes through the box of a figure.
    #[test]
    fn no_figure_stands_on_the_line() {
        for run in [[900, 857, 990, 1000], [1000, 857, 857, 990], [990, 900, 857, 600], [600, 857, 900, 990]] {
            let drawn = values(&chart(&["6月6日"; 4], &run));
            let marks: Vec<Value> = drawn.get_attr("marks").unwrap().try_iter().unwrap().collect();
            let points: Vec<[f64; 2]> = marks.iter().map(|mark| ["x", "y"].map(|key| number(mark, key))).collect();
            for mark in &marks {
                let (x, y) = (number(mark, "text_x"), number(mark, "text_y"));
                let left = match mark.get_attr("anchor").unwrap().as_str().unwrap() {
                    "start" => x,
                    "end" => x - 26.0,
                    _ => x - 13.0,
                };
                for step in 0..=26 {
                    let across = left + f64::from(step);
                    for pair in points.windows(2).filter(|pair| pair[0][0] <= across && across <= pair[1][0]) {
                        let share = (across - pair[0][0]) / (pair[1][0] - pair[0][0]);
                        let line = pair[0][1] + share * (pair[1][1] - pair[0][1]);
                        assert!(!(y - 10.0..=y).contains(&line), "{run:?} {x} {y} {line}");
                    }
                }
            }
        }
    }
}
