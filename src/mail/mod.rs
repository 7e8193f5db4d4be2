//! Letters: their words, their form, and the way they leave.

pub mod address;
pub mod alarm;
pub mod bounce;
pub mod calls;
pub mod classify;
mod digest;
mod dispatch;
mod doubt;
mod ending;
mod exchange;
pub(crate) mod facts;
pub mod folder;
pub mod hold;
pub mod imap;
pub mod leaving;
pub mod letter;
pub mod message;
pub mod pace;
mod pass;
pub mod post;
pub mod preview;
mod recall;
pub mod reply;
mod result;
pub mod returned;
mod said;
pub mod smtp;
pub mod test_letter;
mod tls;

pub(crate) use digest::queue as queue_digest;
pub(crate) use ending::why;
pub(crate) use said::sent_text;
