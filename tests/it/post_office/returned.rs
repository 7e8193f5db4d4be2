//! The promise: a letter that the server takes and sends back is known as 退信, read from the sender's own
//! mailbox without changing it; its address is marked, and the next contact gets the letter.

use super::server::{self, DOMAIN, FULL, FULL_AT_ONCE, PostOffice};
use super::{Desk, SENDER, to};
use cuigeng::domain::{Account, Contact, Platform, Role};
use cuigeng::mail::returned::Returns;
use cuigeng::store::{LetterState, bounces, contacts};
use cuigeng::warn::recipients;
use std::sync::Arc;

impl Desk {
    /// A desk that reads what comes back, over that port.
    fn reading(office: &PostOffice, port: u16, security: &str) -> Desk {
        let more = format!(
            "[mail.bounces]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"{security}\"\nevery_minutes = 10\n"
        );
        Desk::with(office, office.smtps, "tls", &more)
    }

    fn returns(&self) -> Returns {
        Returns {
            store: self.store.clone(),
            config: Arc::clone(&self.postman.config),
            secrets: Arc::clone(&self.postman.secrets),
        }
    }

    /// Lets the reader work once now; whether a letter came back.
    async fn read_mailbox(&mut self) -> bool {
        let at = self.mailbox().next_at.max(self.postman.poller.clock.now());
        self.now = at;
        self.returns().step(at).await.unwrap().did
    }
}

fn account() -> Account {
    let contact = |user: &str| Contact { role: Role::Operator, email: to(user) };
    Account {
        contacts: vec![contact(FULL), contact("wl")], ..Account::new("青禾文旅", Platform::parse("新浪微博").0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_comes_back_ends_as_returned_and_the_next_contact_hears() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, "wl", FULL], None);
    for (n, (port, security)) in [(office.imaps, "tls"), (office.imap(), "starttls")].into_iter().enumerate() {
        let mut desk = Desk::reading(&office, port, security);
        let (lost, fine) = (desk.write(&to(FULL), "给满了的邮箱", None), desk.write(&to("wl"), "给文旅局", None));
        desk.deliver().await;
        assert_eq!(desk.letter(lost).state, LetterState::Sent, "the server took it");
        // Postfix's own report, in the sender's mailbox.
        office.letters(SENDER, n + 1);
        let before = office.files(SENDER);
        assert!(desk.read_mailbox().await, "{:?}\n{}", desk.mailbox(), office.log());
        let bounced = desk.letter(lost);
        assert_eq!((bounced.state, bounced.reply_code), (LetterState::Bounced, Some(552)), "{bounced:?}");
        assert!(bounced.reply_text.contains("5.2.2"), "the server's own words: {}", bounced.reply_text);
        assert!(bounced.sent_at.is_some() && desk.letter(fine).state == LetterState::Sent);
        assert_eq!(office.files(SENDER), before, "nothing moved, nothing marked as read");

        let dead = desk.store.read(contacts::dead_addresses).unwrap();
        assert_eq!(dead.iter().map(|dead| dead.address.clone()).collect::<Vec<_>>(), [to(FULL)]);
        let people = desk.store.read(contacts::roster).unwrap();
        let next =
            recipients(&people, &account(), Role::Operator, desk.postman.poller.clock.now().date(), &[to("clerk")]);
        assert_eq!(next, [(to("wl"), Role::Operator, None)]);
        let again = desk.write(&next[0].0, "给下一位联系人", None);
        desk.deliver().await;
        assert_eq!(desk.letter(again).state, LetterState::Sent);

        assert!(!desk.read_mailbox().await, "what was read is not read again");
        assert_eq!(desk.mailbox().failures, 0);
        assert_eq!(desk.store.read(move |conn| bounces::of(conn, lost)).unwrap().len(), 1);
    }
    assert_eq!(office.letters("wl", 4).len(), 4);
}

impl Desk {
    fn mailbox(&self) -> bounces::Mailbox {
        let configured = self.postman.config.mail.bounces.clone().unwrap();
        let name = cuigeng::mail::returned::name(&configured);
        self.store.read(move |conn| bounces::mailbox(conn, &name)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_full_at_once_is_waited_for_a_day_then_given_up() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, FULL_AT_ONCE], None);
    let mut desk = Desk::new(&office, office.smtps, "tls");
    let id = desk.write(&to(FULL_AT_ONCE), "满了", None);
    let began = desk.now;
    assert!(desk.postman.step(began).await.unwrap().did);
    let first = desk.letter(id);
    assert_eq!((first.state, first.class.as_str(), first.reply_code), (LetterState::Queued, "transient", Some(452)));
    desk.deliver().await;
    desk.now = desk.now.plus_days(1);
    desk.deliver().await;
    let last = desk.letter(id);
    assert_eq!((last.state, last.class.as_str()), (LetterState::Refused, "gone"), "{last:?}");
    assert!(last.attempts > 20, "hourly, not more: {}", last.attempts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_is_left_alone_and_trouble_is_kept() {
    if !server::is_installed() {
        return;
    }
    let office = PostOffice::open(&[SENDER, "wl"], None);
    let mut desk = Desk::reading(&office, office.imaps, "tls");
    let id = desk.write(&to(SENDER), "退信、投递失败：550 5.1.1", None);
    desk.deliver().await;
    office.letters(SENDER, 1);
    assert!(!desk.read_mailbox().await);
    assert_eq!((desk.letter(id).state, desk.mailbox().last_uid), (LetterState::Sent, 1), "{:?}", desk.mailbox());

    let mut wrong = Desk::reading(&office, office.imaps, "tls");
    let secrets = wrong.postman.data.join("secrets/smtp");
    std::fs::write(secrets, "wrong\n").unwrap();
    let began = wrong.postman.poller.clock.now();
    for failures in 1..=3 {
        assert!(!wrong.read_mailbox().await);
        let mailbox = wrong.mailbox();
        assert_eq!((mailbox.failures, mailbox.class.as_str()), (failures, "auth"));
        assert!(mailbox.since.is_some_and(|since| since.since(began) < 60), "since the first: {mailbox:?}");
        assert!(!mailbox.words.contains("wrong") && mailbox.next_at.since(began) >= 3600, "{mailbox:?}");
    }

    let stranger = PostOffice::open(&[SENDER], None);
    let mut strange = Desk::reading(&office, stranger.imaps, "tls");
    assert!(!strange.read_mailbox().await);
    assert_eq!(strange.mailbox().class, "config", "{:?} of {DOMAIN}", strange.mailbox());
}
