//! Letters.

pub mod alarm;
