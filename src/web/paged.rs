//! Long lists: which rows a page shows, and the addresses of its neighbours.

use super::session::percent;
use minijinja::{Value, context};

/// Where the list begins on a page that has more above it.
pub(super) const LIST: &str = "#list";

/// One page of a list.
pub(super) struct Paged {
    page: usize,
    pages: usize,
    rows: usize,
}

impl Paged {
    /// The page that was asked for, or the last one there is.
    pub(super) fn of(total: usize, rows: usize, asked: usize) -> Paged {
        let pages = total.div_ceil(rows).max(1);
        Paged { page: asked.clamp(1, pages), pages, rows }
    }

    /// Its part of all rows.
    pub(super) fn part<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let from = self.skipped().min(all.len());
        &all[from..(from + self.rows).min(all.len())]
    }

    /// For `pager.html`: where one is, and the addresses beside it. `wish` is what the address says besides.
    pub(super) fn pager(&self, wish: &[(&str, &str)]) -> Value {
        self.pager_at(|page| address("", &[wish, &[("page", number(page).as_str())]].concat()))
    }

    /// The same where the address of a page is somebody else's business.
    pub(super) fn pager_at(&self, at: impl Fn(usize) -> String) -> Value {
        context! {
            page => self.page,
            pages => self.pages,
            before => (self.page > 1).then(|| at(self.page - 1)),
            after => (self.page < self.pages).then(|| at(self.page + 1)),
        }
    }

    /// Whether it is the first.
    pub(super) fn is_first(&self) -> bool {
        self.page == 1
    }

    /// Rows before it.
    pub(super) fn skipped(&self) -> usize {
        (self.page - 1) * self.rows
    }
}

/// The page that an address asks for; the first where it says none.
pub(super) fn asked(text: &str) -> usize {
    text.parse().unwrap_or(1)
}

/// A page's number as an address says it: nothing for the first.
pub(super) fn number(page: usize) -> String {
    if page > 1 { page.to_string() } else { String::new() }
}

/// `path` asked with these words; blank ones are left out. An empty path is the page itself.
pub(super) fn address(path: &str, wish: &[(&str, &str)]) -> String {
    let written = wish.iter().filter(|(_, value)| !value.is_empty());
    let said: Vec<String> = written.map(|(key, value)| format!("{key}={}", percent(value))).collect();
    if said.is_empty() && !path.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_part_and_knows_its_neighbours() {
        let all: Vec<usize> = (0..25).collect();
        for (said, part) in [("1", 0..10), ("3", 20..25), ("99", 20..25), ("", 0..10), ("-1", 0..10), ("x", 0..10)] {
            let paged = Paged::of(all.len(), 10, asked(said));
            assert_eq!(paged.part(&all), &all[part], "{said}");
        }
        let pager = Paged::of(25, 10, 2).pager(&[("q", "文旅&"), ("state", "")]);
        assert_eq!(pager.get_attr("before").unwrap().to_string(), "?q=%E6%96%87%E6%97%85%26");
        assert_eq!(pager.get_attr("after").unwrap().to_string(), "?q=%E6%96%87%E6%97%85%26&page=3");
        assert_eq!((address("", &[("q", "")]), address("x", &[("q", "")])), ("?".to_owned(), "x".to_owned()));
        assert!(Paged::of(0, 10, 1).part(&Vec::<i32>::new()).is_empty());
    }
}
