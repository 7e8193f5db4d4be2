//! Every parser of every source: the first byte chooses it.

#![no_main]

use cuigeng_adapters::fuzzing::feed_to_a_parser;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feed_to_a_parser(bytes));
