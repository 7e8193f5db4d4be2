//! Half-open spans of time as sorted, disjoint lists.

use crate::domain::Moment;

/// `[from, until)`.
pub(crate) type Span = (Moment, Moment);

/// The union as sorted, disjoint, non-touching spans, cut to `bounds`.
pub(crate) fn union(spans: impl IntoIterator<Item = Span>, bounds: Span) -> Vec<Span> {
    let cut = |(from, until): Span| (from.max(bounds.0), until.min(bounds.1));
    let mut sorted: Vec<Span> = spans.into_iter().map(cut).filter(|(from, until)| from < until).collect();
    sorted.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match merged.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => merged.push(span),
        }
    }
    merged
}

/// What `bounds` holds beside `merged`, which must come from [`union`].
pub(crate) fn holes(merged: &[Span], bounds: Span) -> Vec<Span> {
    let mut holes = Vec::new();
    let mut at = bounds.0;
    for (from, until) in merged.iter().filter(|span| span.1 > bounds.0 && span.0 < bounds.1) {
        if at < *from {
            holes.push((at, *from));
        }
        at = at.max(*until);
    }
    if at < bounds.1 {
        holes.push((at, bounds.1));
    }
    holes
}

/// What stands in both of two lists from [`union`] or [`holes`].
pub(crate) fn both(one: &[Span], other: &[Span]) -> Vec<Span> {
    one.iter().flat_map(|span| union(other.iter().copied(), *span)).collect()
}
