//! What the fuzzer has found stays found: every input in `fuzz/regressions` goes through its target.

use std::fs;
use std::path::Path;

use super::TARGETS;
use super::input::keys;

#[test]
fn what_was_found_stays_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    // The package that is published has neither the fuzzer nor what it found.
    let Ok(targets) = fs::read_dir(&folder) else { return println!("skipped: no {}", folder.display()) };
    for target in targets {
        let target = target.unwrap();
        let name = target.file_name().into_string().unwrap();
        let (_, run) = TARGETS.into_iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
        for input in fs::read_dir(target.path()).unwrap() {
            let path = input.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(bytes.len() <= 4096, "{}: make it smaller", path.display());
            let text = String::from_utf8_lossy(&bytes);
            assert!(keys().iter().all(|key| !text.contains(key)), "{}: holds a key", path.display());
            println!("{}", path.display());
            run(&bytes);
        }
    }
}
