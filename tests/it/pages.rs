//! The promise: the office's own pages open for whoever has signed in and for nobody else, show each what
//! he may see, and change nothing that was not asked for on one of them.

mod acting;
mod amending;
mod audited;
mod backups;
pub(crate) mod browser;
mod checking;
mod checking_chromium;
mod chromium;
mod correcting;
mod correcting_chromium;
mod entering;
mod going_live;
mod hostile;
mod links;
mod listing;
mod listing_chromium;
mod opening;
mod outbox;
mod papers_chromium;
mod refused;
mod refused_chromium;
mod reports;
mod rules;
mod rules_chromium;
mod seeing;
mod settings;
mod settings_chromium;
mod sources;
mod starting;
mod starting_chromium;
mod staying;
mod strangers;
mod upcoming;

use crate::answer::office::Office;
use browser::Browser;

const PASSWORD: &str = "correct horse battery";

/// The path in what a verb printed.
fn path_in(said: &str) -> String {
    let url = said.lines().find(|line| line.starts_with("http://") || line.starts_with("https://")).expect(said);
    url.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap()
}

/// An office at work, and its administrator who has just come in by the first link.
async fn administered() -> (Office, Browser) {
    let office = Office::open("试运行").await;
    let browser = first_in(&office);
    (office, browser)
}

pub(crate) fn first_in(office: &Office) -> Browser {
    let mut browser = Browser::at(office.port);
    let link = path_in(&office.ok(&["user", "link"]));
    let done = browser.post(&link, &[("name", "李四"), ("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(done.status, 303, "{}", done.body);
    browser
}

/// Somebody of that rank, who has just chosen a password.
fn joined(office: &Office, name: &str, rank: &str) -> Browser {
    let link = path_in(&office.ok(&["user", "add", name, "--role", rank, "--by", "李四"]));
    let mut browser = Browser::at(office.port);
    assert_eq!(browser.post(&link, &[("password", PASSWORD), ("again", PASSWORD)]).status, 303);
    browser
}
