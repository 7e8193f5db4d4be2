//! The checks, a file a kind. The numbers are those of documents.md, "Consistency checks before a paper
//! leaves".

mod annexes;
mod dates;
mod flags;
mod lists;
mod marks;
mod names;
mod order;
mod prose;
mod ranks;
mod rates;
mod rows;
mod scores;

use super::finding::Out;
use super::seen::Seen;

/// Runs every check.
pub(super) fn all(seen: &Seen<'_>, out: &mut Out) {
    if seen.tables.is_empty() && seen.lines.is_empty() {
        out.skip("文件里没有读到文字和表格");
    }
    dates::check(seen, out);
    rows::check(seen, out);
    let mended = scores::check(seen, out);
    ranks::check(seen, &mended, out);
    order::check(seen, &mended, out);
    annexes::check(seen, out);
    rates::check(seen, out);
    prose::check(seen, out);
    flags::check(seen, out);
    lists::check(seen, out);
    names::check(seen, out);
    marks::check(seen, out);
}
