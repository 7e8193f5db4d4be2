//! A chart as an inline picture (SVG): a line with a mark and a figure at each known point, readable in
//! grey and by whoever hears it read out.

use super::Chart;
use minijinja::{Value, context};
use unicode_width::UnicodeWidthStr;

/// Size of the picture and of the field of points in it.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
/// Width of a half-width character, and what is free between two texts.
const LETTER: f64 = 6.5;
const GAP: f64 = 10.0;
const FIELD: [f64; 4] = [48.0, 34.0, 624.0, 196.0];

/// What the page needs to draw it; every number is computed, every text is still to be escaped.
pub(super) fn values(chart: &Chart) -> Value {
    let [left, top, right, bottom] = FIELD;
    let (low, high) = bounds(chart);
    let step = (right - left) / (chart.points.len().max(2) - 1) as f64;
    let x = |at: usize| left + 12.0 + (step - 24.0 / (chart.points.len().max(2) - 1) as f64) * at as f64;
    let y = |value: f64| bottom - (value - low) / (high - low) * (bottom - top);
    let known: Vec<(usize, f64)> = chart.known().collect();
    let last = chart.points.len().saturating_sub(1);
    let widest = |texts: &[String]| texts.iter().map(|text| text.width_cjk()).max().unwrap_or(0);
    // Counted from the last point: the newest always has its text.
    let every = |texts: &[String]| ((widest(texts) as f64 * LETTER + GAP) / step).ceil().max(1.0) as usize;
    let names: Vec<String> = chart.points.iter().map(|point| point.label.clone()).collect();
    let figures: Vec<String> =
        chart.points.iter().map(|point| point.value.as_ref().map(super::Cell::text).unwrap_or_default()).collect();
    let (named, figured) = (every(&names), every(&figures));
    let marks: Vec<Value> = known
        .iter()
        .map(|(at, value)| {
            let text = if (last - at).is_multiple_of(figured) { figures[*at].as_str() } else { "" };
            context! { x => one(x(*at)), y => one(y(*value)), above => one(y(*value) - 8.0), text => text }
        })
        .collect();
    let labels: Vec<Value> = names
        .iter()
        .enumerate()
        .filter(|(at, _)| (last - at).is_multiple_of(named))
        .map(|(at, name)| context! { x => one(x(at)), text => name, anchor => anchor(at, last) })
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
        size => context! { width => WIDTH, height => HEIGHT, left => left, right => right, bottom => bottom, under => bottom + 20.0 },
    }
}

/// The first and the last text end at the edge of the field, the others stand in the middle.
fn anchor(at: usize, last: usize) -> &'static str {
    match at {
        0 => "start",
        _ if at == last => "end",
        _ => "middle",
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
