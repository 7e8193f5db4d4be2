//! What the program promises, seen from outside: one file per promise.

mod import;
