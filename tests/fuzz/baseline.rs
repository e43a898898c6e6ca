//! `.keyscan-baseline.json`: errors repeat nothing of the file, what is written is read as the same.

use std::path::Path;

use keyscan::config::Baseline;

use super::input::Input;
use super::leak;

pub fn run(data: &[u8]) {
    let bytes = Input(data).text();
    let path = Path::new(".keyscan-baseline.json");
    match Baseline::parse(path, &bytes) {
        Err(error) => {
            let told = format!("{error}\n{error:?}");
            leak::absent("an error", told.as_bytes());
            assert!(told.len() < 4096, "an error is too long");
        }
        Ok(baseline) => {
            let text = baseline.text();
            let again = Baseline::parse(path, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.text(), text, "what was written says something else");
            assert_eq!(again.len(), baseline.len());
        }
    }
}
