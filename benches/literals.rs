//! Prints the literals that the prefilter searches for, one a line, for `benches/run.sh`.
#![allow(clippy::print_stdout)]

use keyscan::detect::Detector;
use keyscan::rules::Rules;

fn main() {
    let rules = Rules::builtin();
    for literal in Detector::new(&rules).literals() {
        println!("{}", String::from_utf8_lossy(literal));
    }
}
