//! A form with boxes, to be filled in by hand: 呈批单, 整改反馈表.

use serde::{Deserialize, Serialize};

/// A form. Its rows share the width of the page; each divides it by the shares of its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grid {
    /// Name in JSON; unique among the grids of a report.
    pub key: String,
    /// The rows, from the top.
    pub rows: Vec<GridRow>,
}

/// One row of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GridRow {
    /// The boxes, from the left.
    pub cells: Vec<GridCell>,
    /// Its least height, in lines of text; 0 is as high as the text needs.
    pub lines: u8,
}

/// One box of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GridCell {
    /// What is printed in it; empty is a blank box.
    pub text: String,
    /// How many twelfths of the width it takes, 1 to 12; those of a row should add up to 12.
    pub share: u8,
    /// It names what belongs into the box beside it: bold and centred.
    pub is_label: bool,
}

/// How many shares a row has.
pub(super) const SHARES: usize = 12;

impl Grid {
    /// A form without rows.
    pub fn new(key: impl Into<String>) -> Grid {
        Grid { key: key.into(), rows: Vec::new() }
    }

    /// The same with one more row, of at least so many lines.
    #[must_use]
    pub fn row(mut self, lines: u8, cells: Vec<GridCell>) -> Grid {
        self.rows.push(GridRow { cells, lines });
        self
    }
}

impl GridCell {
    /// A label.
    pub fn label(text: impl Into<String>, share: u8) -> GridCell {
        GridCell { text: text.into(), share, is_label: true }
    }

    /// What stands beside a label; empty is a box to write into.
    pub fn value(text: impl Into<String>, share: u8) -> GridCell {
        GridCell { text: text.into(), share, is_label: false }
    }
}

impl GridRow {
    /// The shares of its cells, mended so that they fill the row exactly: each at least 1, the last one
    /// takes what is left. More than twelve cells get none.
    pub(super) fn shares(&self) -> Vec<usize> {
        let cells = self.cells.len().min(SHARES);
        let mut left = SHARES;
        let mut shares = Vec::with_capacity(cells);
        for (at, cell) in self.cells.iter().take(cells).enumerate() {
            let after = cells - at - 1;
            let share = if after == 0 { left } else { usize::from(cell.share).clamp(1, left - after) };
            left -= share;
            shares.push(share);
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_row_whatever_was_written() {
        let shares = |written: &[u8]| {
            let cells = written.iter().map(|share| GridCell::value("", *share)).collect();
            GridRow { cells, lines: 0 }.shares()
        };
        for (written, mended) in [
            (&[2, 4, 2, 4][..], &[2, 4, 2, 4][..]),
            (&[12], &[12]),
            (&[3], &[12]),
            (&[0, 200], &[1, 11]),
            (&[12, 12, 12], &[10, 1, 1]),
            (&[], &[]),
        ] {
            assert_eq!(shares(written), mended);
        }
        assert_eq!(shares(&[1; 20]), [1; 12]);
    }
}
