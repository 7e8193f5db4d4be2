//! Long lists: which rows a page shows, and the addresses of its neighbours.

use super::session::percent;
use minijinja::{Value, context};

/// One page of a list.
pub(super) struct Paged {
    page: usize,
    pages: usize,
    rows: usize,
}

impl Paged {
    /// The page that was asked for, or the last one there is.
    pub(super) fn of(total: usize, rows: usize, asked: &str) -> Paged {
        let pages = total.div_ceil(rows).max(1);
        Paged { page: asked.parse().unwrap_or(1).clamp(1, pages), pages, rows }
    }

    /// Its part of all rows.
    pub(super) fn part<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let from = ((self.page - 1) * self.rows).min(all.len());
        &all[from..(from + self.rows).min(all.len())]
    }

    /// For the template: where one is, and the addresses beside it. `wish` is what the address says besides.
    pub(super) fn pager(&self, wish: &[(&str, &str)]) -> Value {
        let at = |page: usize| {
            let number = if page > 1 { page.to_string() } else { String::new() };
            address(&[wish, &[("page", number.as_str())]].concat())
        };
        context! {
            page => self.page,
            pages => self.pages,
            before => (self.page > 1).then(|| at(self.page - 1)),
            after => (self.page < self.pages).then(|| at(self.page + 1)),
        }
    }
}

/// The same page asked with these words; blank ones are left out.
pub(super) fn address(wish: &[(&str, &str)]) -> String {
    let said: Vec<String> = wish
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", percent(value)))
        .collect();
    format!("?{}", said.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_part_and_knows_its_neighbours() {
        let all: Vec<usize> = (0..25).collect();
        for (asked, part) in [("1", 0..10), ("3", 20..25), ("99", 20..25), ("", 0..10), ("-1", 0..10), ("x", 0..10)] {
            let paged = Paged::of(all.len(), 10, asked);
            assert_eq!(paged.part(&all), &all[part], "{asked}");
        }
        let pager = Paged::of(25, 10, "2").pager(&[("q", "文旅&"), ("state", "")]);
        assert_eq!(pager.get_attr("before").unwrap().to_string(), "?q=%E6%96%87%E6%97%85%26");
        assert_eq!(pager.get_attr("after").unwrap().to_string(), "?q=%E6%96%87%E6%97%85%26&page=3");
        assert!(Paged::of(0, 10, "1").part(&Vec::<i32>::new()).is_empty());
    }
}
