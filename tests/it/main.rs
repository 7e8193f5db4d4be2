//! What the program promises, seen from outside: one binary, one file per promise.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails where it stands")]

mod demo;
mod evidence;
mod import;
mod kill;
mod people;
mod sources;
