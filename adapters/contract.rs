//! The contract that every source passes.
