//! The detector as a library: bytes in, matches out, for what would need thousands of runs of the binary.

use keyscan::detect::Detector;
use keyscan::model::{Blob, BlobPath, Exposure, KeyMatch, Matches, Origin};
use keyscan::rules::Rules;

/// A detector with the rules that ship with keyscan.
pub fn detector() -> Detector<'static> {
    static RULES: Rules = Rules::builtin();
    Detector::new(&RULES)
}

/// What the detector finds in a whole file.
pub fn detect(detector: &Detector<'_>, path: &str, bytes: &[u8]) -> Matches {
    let origin = Origin::new(0, BlobPath { text: path.to_owned(), percent: false }, Exposure::OutsideGit);
    detector.detect(&Blob::whole(origin, bytes))
}

/// The values of the keys that it takes for real, in the order of the bytes.
pub fn values(matches: &Matches) -> Vec<String> {
    let value = |key: &KeyMatch| String::from_utf8_lossy(key.secret.expose()).into_owned();
    matches.keys.iter().filter(|key| !key.weak).map(value).collect()
}
