//! Letters.

pub mod address;
pub mod alarm;
