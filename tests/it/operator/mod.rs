//! The promise: an operator sees where every source stands, can try each thing that the configuration
//! names, is told what cures what is wrong, and never sees a secret.

mod desk;
mod doctor;
mod plugin;
mod sources;
