//! Whatever stands in a config file, it is taken or refused: no panic, a place for every mistake, and no word of the file.

use std::path::Path;

use keyscan::config::Config;

use crate::support::Tree;
use crate::support::keyscan;
use crate::support::prng::SplitMix64;

/// A file with every table. All that its author wrote has `zq7` in it, or is made of one digit.
pub const WHOLE: &str = r#"# zq7
[endpoints]
allow = ["zq7.example", "*.zq7.example", "zq7-gw.example:8443"]
deny = ["old.zq7.example"]
[endpoints.production]
only = ["api.zq7.example"] # zq7
[endpoints.test]
allow = ["127.0.0.1:8000"]
[keys]
own = ["7777777777777777777777777777777777777777777777777777777777777777"]
organizations = ["org-zq7zq7zq7"]
projects = ["proj_zq7zq7zq7"]
stores = ["zq7/*.enc.yaml"]
[paths]
production = ["zq7-live/**"]
test = ['zq7-test/']
[rules]
files = ["zq7/own.toml"]
except = ["gateway-endpoint"]
[severity]
exposed-key = "medium"
relay-server = "off"
[suppress]
require-reason = true
baseline = "zq7-baseline.json"
[gate]
fail-on = "high"
fail-on-confidence = "medium"
allow-incomplete = false
[output]
format = ["human"]
min-severity = "low"
[limits]
max-archive-size = "77M"
max-archive-members = 7777
"#;

/// What is put into the file.
const PIECES: [&str; 24] = [
    "[",
    "]",
    "[[",
    "\"",
    "'",
    "\"\"\"",
    "=",
    ",",
    "#",
    "\n",
    "\r",
    "\r\n",
    "{",
    "}",
    "\\",
    "\\u{0}",
    "\u{feff}",
    "é",
    "zq7",
    "<<<<<<< zq7\n",
    "[gate]\n",
    "only = []\n",
    "true",
    "1979-05-27",
];

fn mutate(random: &mut SplitMix64) -> Vec<u8> {
    let mut bytes = WHOLE.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(8) {
            0 => bytes[at] = random.next() as u8,
            1 => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..(at + random.below(60)).min(bytes.len()))),
            4 => {
                // A stretch once more, somewhere else.
                let piece: Vec<u8> = bytes[at..(at + random.below(80)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len());
                drop(bytes.splice(to..to, piece));
            }
            5 => {
                // Two lines change places.
                let mut lines: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
                let (one, other) = (random.below(lines.len()), random.below(lines.len()));
                lines.swap(one, other);
                bytes = lines.join(&b'\n');
            }
            _ => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes())),
        }
    }
    bytes
}

#[test]
fn any_bytes_are_taken_or_refused_with_a_place() {
    let mut random = SplitMix64::new(0xc0f1);
    let path = Path::new("some/c.toml");
    assert!(Config::parse(path, WHOLE.as_bytes()).is_ok());
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..3000 {
        let bytes = mutate(&mut random);
        let shown = || String::from_utf8_lossy(&bytes).into_owned();
        let Err(error) = Config::parse(path, &bytes) else {
            taken += 1;
            continue;
        };
        refused += 1;
        let lines = error.lines();
        assert!((1..=21).contains(&lines.len()), "{}", shown());
        let count = bytes.split(|&byte| byte == b'\n').count();
        for line in &lines {
            let rest = line.strip_prefix("some/c.toml:").unwrap_or_else(|| panic!("{line}\n{}", shown()));
            if rest.starts_with(" and ") {
                continue;
            }
            let mut parts = rest.splitn(3, ':');
            let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
            let (at, column) = (number(), number());
            assert!((1..=count).contains(&at) && column >= 1, "{line}\n{}", shown());
            assert!(!line.contains("zq7") && !line.contains("7777"), "{line}\n{}", shown());
        }
    }
    assert!(taken > 100 && refused > 1000, "{taken} taken, {refused} refused");
}

#[test]
fn the_binary_says_the_same() {
    let mut random = SplitMix64::new(0xb1a5);
    for _ in 0..12 {
        let bytes = mutate(&mut random);
        let tree = Tree::one(".keyscan.toml", &bytes);
        tree.write("zq7/own.toml", "");
        let run = keyscan(tree.path(), &["config", "check"]);
        let wanted = if Config::parse(Path::new("c"), &bytes).is_ok() { 0 } else { 2 };
        let shown = String::from_utf8_lossy(&bytes);
        // A file of rules that the mutation names and nobody has written is missing.
        let missing = run.code == 2 && run.errors().contains("cannot be read");
        assert!(run.code == wanted || missing, "exit {}: {}\n{shown}", run.code, run.errors());
        if run.code == 2 && !missing {
            assert!(run.errors().lines().all(|line| line.contains(".keyscan.toml:")), "{}", run.errors());
        }
    }
}
