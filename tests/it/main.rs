//! One binary, one file per promise.

mod kill;
