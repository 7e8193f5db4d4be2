//! x
pub mod clock;
pub mod demo;
pub mod domain;
