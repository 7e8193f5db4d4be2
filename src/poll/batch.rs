//! Collectors: one run for all accounts that are due.
