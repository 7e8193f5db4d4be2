//! The daemon that watches the accounts of government offices (政务新媒体), warns before an inspection
//! does, and writes the summaries. `ARCHITECTURE.md` has the map.

pub mod access;
pub mod alarm;
pub mod almanac;
pub mod answer;
pub mod backup;
pub mod bulletin;
pub mod cli;
pub mod clock;
pub mod config;
pub mod current;
pub mod daemon;
pub mod deeds;
pub mod demo;
pub mod domain;
pub mod health;
pub mod import;
pub mod inspect;
pub mod issued;
pub mod ledger;
pub mod lint;
pub mod mail;
pub mod outlook;
pub mod plan;
pub mod poll;
pub mod pulse;
mod reasons;
mod recall;
pub mod record;
pub mod repair;
pub mod report;
pub mod rules;
pub mod secrets;
mod settle;
pub mod silence;
pub mod simulate;
pub mod spoken;
pub mod standing;
pub mod store;
pub mod tables;
pub mod trial;
pub mod warn;
pub mod web;
pub mod wording;

mod step;
pub use step::Step;
