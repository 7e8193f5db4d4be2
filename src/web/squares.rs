//! One square an account, grouped: the state of a whole town in one look. It is written without a template,
//! since a page may have ten thousand of them.

use crate::outlook::Standing;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// By what squares are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grouping {
    Office,
    Platform,
}

/// More offices than that do not fit into one look.
const MOST_OFFICES: usize = 60;

impl Grouping {
    const ALL: [Grouping; 2] = [Grouping::Office, Grouping::Platform];

    /// The one of that word, as addresses have it.
    pub(super) fn from_word(word: &str) -> Option<Grouping> {
        Grouping::ALL.into_iter().find(|one| one.word() == word)
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Grouping::Office => "office",
            Grouping::Platform => "platform",
        }
    }

    /// By office, unless a town has so many that its squares would fill several screens.
    pub(super) fn fitting(standings: &[Standing]) -> Grouping {
        let offices: BTreeSet<&str> = standings.iter().map(|one| one.office.as_str()).collect();
        if offices.len() > MOST_OFFICES { Grouping::Platform } else { Grouping::Office }
    }

    fn of(self, standing: &Standing) -> &str {
        match self {
            Grouping::Office if standing.office.is_empty() => "（没有写主办单位）",
            Grouping::Office => &standing.office,
            Grouping::Platform => &standing.platform,
        }
    }
}

/// The squares as HTML, everything in them escaped; links begin at the page's own folder. Groups with
/// something wrong stand first, each group's worst account first.
pub(super) fn squares<'a>(standings: impl Iterator<Item = &'a Standing>, grouping: Grouping) -> String {
    let mut groups: BTreeMap<&str, Vec<&Standing>> = BTreeMap::new();
    for standing in standings {
        groups.entry(grouping.of(standing)).or_default().push(standing);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|one| (one.mark, one.account));
    }
    let mut sorted: Vec<_> = groups.into_iter().collect();
    sorted.sort_by_key(|(name, group)| (group.first().map(|one| one.mark), *name));
    let mut html = String::new();
    for (name, group) in sorted {
        let _ = write!(html, "<li><h3>{} <small>{}</small></h3><p class=\"sq\">", escaped(name), group.len());
        for one in group {
            square(&mut html, one);
        }
        html.push_str("</p></li>\n");
    }
    html
}

/// The title is its name for eyes and for screen readers alike.
fn square(html: &mut String, one: &Standing) {
    let mark = one.mark;
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<a class=\"{}\" href=\"account/{}\" title=\"{}（{}）：{}\"></a>",
        mark.word(),
        one.account.0,
        escaped(&one.name),
        escaped(&one.platform),
        mark.chinese()
    );
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use crate::outlook::Mark;

    fn standing(id: i64, office: &str, mark: Mark) -> Standing {
        Standing {
            account: AccountId(id),
            name: format!("<b>账号{id}\"'&"),
            platform: "抖音".to_owned(),
            office: office.to_owned(),
            mark,
            why: String::new(),
            awaiting: 0,
            week: None,
            silence: None,
            trouble: None,
        }
    }

    #[test]
    fn groups_with_trouble_stand_first_and_everything_is_escaped() {
        let all =
            [standing(1, "甲局", Mark::Good), standing(2, "<乙局>", Mark::Failed), standing(3, "甲局", Mark::Unclear)];
        let html = squares(all.iter(), Grouping::Office);
        let (bad, good) = (html.find("&lt;乙局&gt;").unwrap(), html.find("甲局").unwrap());
        assert!(bad < good && html.find("account/3").unwrap() < html.find("account/1").unwrap(), "{html}");
        assert!(html.contains("title=\"&lt;b&gt;账号2&quot;&#39;&amp;（抖音）：不合格\""), "{html}");
        assert!(!html.contains("<b>") && !html.contains("<乙局>"));
        assert_eq!(squares(all.iter(), Grouping::Platform).matches("<h3>").count(), 1);
    }

    #[test]
    fn a_town_of_many_offices_is_one_look_by_platform() {
        let town =
            |offices: i64| (0..offices * 2).map(|id| standing(id, &format!("第{}局", id / 2), Mark::Good)).collect();
        let (small, large): (Vec<Standing>, Vec<Standing>) = (town(60), town(61));
        assert_eq!((Grouping::fitting(&small), Grouping::fitting(&large)), (Grouping::Office, Grouping::Platform));
        for one in Grouping::ALL {
            assert_eq!(Grouping::from_word(one.word()), Some(one));
        }
    }
}
