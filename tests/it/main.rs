//! What the program promises, seen from outside: one binary, one file per promise.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails where it stands")]

mod alarms;
mod answer;
mod backup;
mod bulletin;
mod calendar;
mod city;
mod crash;
mod demo;
mod desk;
mod evidence;
mod followup;
mod forms;
mod health;
mod import;
mod kill;
mod letters;
mod lint;
mod manual;
mod mixes;
mod operator;
mod pace;
mod pages;
mod paper;
mod people;
mod platform;
mod post_office;
mod profiles;
mod replies;
mod sheet;
mod silences;
mod sources;
mod summary;
mod tables;
mod words;
mod year;
