//! Inline comments around a key: their reasons show none, and what counts on a line is known of that line.

use keyscan::detect::allowed_lines;
use keyscan::model::{Allow, AllowScope};

use super::detect::PATHS;
use super::input::{Input, detect};
use super::leak;

/// What stands around the text, so that comments come about.
const LEADS: [&str; 8] = [
    "",
    "k = \"{{K1}}\" # keyscan:allow",
    "k = \"{{K1}}\" // keyscan:allow[",
    "# keyscan:allow-next-line",
    "<!-- keyscan:allow-next-line[exposed-key] ",
    "/* keyscan:allow",
    "-- keyscan:allow {{K2}}",
    "\"a\": [\"k = {{K1}} # keyscan:allow",
];
const TAILS: [&str; 4] = ["", "\nk = \"{{K1}}\"\n", " */ \"{{K1}}\"", "{{K1}} -->\n\"{{K1}}\"\n"];

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let path = input.pick(&PATHS);
    let (lead, tail) = (input.pick(&LEADS), input.pick(&TAILS));
    let text = [lead.as_bytes(), input.0, tail.as_bytes()].concat();
    let bytes = Input(&text).text();
    let found = detect(path, &bytes);
    let lines = allowed_lines(&bytes);
    assert_eq!(lines, allowed_lines(&bytes));
    let keys = found.keys.iter().map(|key| &key.place);
    for place in keys.chain(found.endpoints.iter().map(|endpoint| &endpoint.place)) {
        let Some(Allow { scope, reason, lines: on }) = place.allow.as_deref() else { continue };
        leak::absent("the reason of a comment", reason.as_bytes());
        assert!(reason.chars().count() <= 200, "a reason is too long");
        if let (AllowScope::All | AllowScope::Rules(_), Some(on)) = (scope, on) {
            assert!(lines.contains(on), "a comment counts on a line that is not known for it");
        }
    }
}
