//! The price of telling placeholders from keys: how many random keys are taken for something that a person wrote.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::support::expand;
use crate::support::formats::independent;
use crate::support::library::{detect, detector, values};

/// Keys in one file: enough to be quick, few enough to stay below the limit of matches per file.
const BATCH: u64 = 500;

/// Numbers of the keys that are not found behind `setting`, of `count` that `make` makes.
fn dropped(setting: &str, suffix: &str, count: u64, make: impl Fn(u64) -> String + Sync) -> Vec<u64> {
    let detector = detector();
    let batch = |batch: u64| {
        let keys: Vec<(u64, String)> =
            (batch * BATCH..(batch + 1) * BATCH).map(|number| (number, make(number))).collect();
        let text: String = keys.iter().map(|(_, key)| format!("{setting}={key}{suffix}\n")).collect();
        let found: HashSet<String> = values(&detect(&detector, ".env", text.as_bytes())).into_iter().collect();
        keys.into_iter().filter(|(_, key)| !found.contains(key)).map(|(number, _)| number).collect::<Vec<_>>()
    };
    (0..count / BATCH).into_par_iter().flat_map_iter(batch).collect()
}

/// How many of 20,000 random keys of a shape may be dropped: what a prototype of the procedure lost, rounded up. The
/// seed is fixed, so the count is the same everywhere.
#[test]
fn few_random_keys_are_taken_for_placeholders() {
    const COUNT: u64 = 20_000;
    let shapes = [
        ("sk-{20}T3{}BlbkFJ{20}", "OPENAI_API_KEY", 1),
        ("sk-proj-{20}T3{}BlbkFJ{20}", "OPENAI_API_KEY", 1),
        ("sk-proj-{58:url}T3{}BlbkFJ{58:url}", "OPENAI_API_KEY", 2),
        ("sk-proj-{74:url}T3{}BlbkFJ{74:url}", "OPENAI_API_KEY", 3),
        ("sk-{48}", "OPENAI_API_KEY", 7),
        ("sk-{32:hex}", "DEEPSEEK_API_KEY", 0),
        ("sk-or-v1-{64:hex}", "OPENROUTER_API_KEY", 0),
        ("sk-{48:lower}", "SILICONFLOW_API_KEY", 3),
    ];
    let mut wrong = Vec::new();
    for (template, setting, allowed) in shapes {
        let dropped = dropped(setting, "", COUNT, |number| expand(template, number));
        if dropped.len() > allowed {
            let first = &dropped[..dropped.len().min(5)];
            wrong.push(format!("{template}: {} dropped, {allowed} allowed, numbers {first:?} …", dropped.len()));
        }
    }
    assert!(wrong.is_empty(), "of {COUNT} each\n{}", wrong.join("\n"));
}

/// Every format of the list: at most two in a thousand of its keys are taken for something made up.
#[test]
fn no_format_loses_more_than_two_keys_in_a_thousand() {
    const COUNT: u64 = 1_000;
    let mut wrong = Vec::new();
    for format in independent() {
        let dropped = dropped(&format.env, format.suffix, COUNT, |number| format.key(0x10_0000 + number));
        if dropped.len() > 2 {
            let first = &dropped[..dropped.len().min(5)];
            wrong.push(format!("{}: {} dropped, numbers {first:?} …", format.name, dropped.len()));
        }
    }
    assert!(wrong.is_empty(), "of {COUNT} each\n{}", wrong.join("\n"));
}
