//! Letters: their words, their form, and the way they leave.

pub mod address;
pub mod alarm;
pub mod classify;
mod digest;
mod facts;
pub mod folder;
pub mod letter;
pub mod message;
pub mod post;
pub mod reply;
mod result;
pub mod smtp;
mod tls;

pub(crate) use digest::queue as queue_digest;
