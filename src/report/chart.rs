//! A picture of figures before anybody has decided how it looks: one line of points over periods.

use super::Cell;
use serde::{Deserialize, Serialize};

/// One line of points. Below two known points there is nothing to see, so nobody makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// Name of its sheet and in JSON; as [`super::Table::key`].
    pub key: String,
    /// The title.
    pub title: String,
    /// What the periods are called, such as 周次.
    pub over: String,
    /// What is counted, such as 更新次数.
    pub value: String,
    /// The unit behind a figure, such as 次 or %.
    pub unit: String,
    /// The points in the order of time.
    pub points: Vec<ChartPoint>,
    /// What must be said beside it.
    pub note: Option<String>,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartPoint {
    /// The period.
    pub label: String,
    /// Its figure; `None` when it is not known: the line has a gap there.
    pub value: Option<Cell>,
    /// Not everything of the period was seen: the figure may be too low.
    #[serde(default)]
    pub is_partial: bool,
}

impl ChartPoint {
    /// The period as pictures name it; one that was not seen whole bears a mark.
    pub fn name(&self) -> String {
        let mark = if self.is_partial && self.value.is_some() { "*" } else { "" };
        format!("{}{mark}", self.label)
    }
}

impl Chart {
    /// The chart, if it has at least two known points.
    pub fn drawable(self) -> Option<Chart> {
        (self.known().count() >= 2).then_some(self)
    }

    /// The known points: place and value.
    pub(super) fn known(&self) -> impl Iterator<Item = (usize, f64)> {
        let of = |(at, point): (usize, &ChartPoint)| Some((at, point.value.as_ref()?.number()?));
        self.points.iter().enumerate().filter_map(of)
    }

    /// Its figures in one sentence, for whoever cannot see it.
    pub fn words(&self) -> String {
        let figure = |point: &ChartPoint| match &point.value {
            Some(value) if point.is_partial => format!("{}{}{}（没有看全）", point.label, value.text(), self.unit),
            Some(value) => format!("{}{}{}", point.label, value.text(), self.unit),
            None => format!("{}没有数据", point.label),
        };
        let figures: Vec<String> = self.points.iter().map(figure).collect();
        format!("{}：{}。", self.title, figures.join("，"))
    }
}
