//! Every reader: what it says of a file lies inside of it, and its scopes end somewhere.

use keyscan::structure;

use super::detect::PATHS;
use super::input::Input;

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let path = input.pick(&PATHS);
    let bytes = input.text();
    let Ok(Some(read)) = structure::read(path, &bytes) else { return };
    let mut before = 0;
    for (span, scope, _) in read.values() {
        assert!(before <= span.start && span.start <= span.end && span.end <= bytes.len(), "{span:?} is no value");
        before = span.start;
        assert!(read.path(scope).len() <= read.around(scope).count());
    }
    for at in (0..=bytes.len()).step_by(bytes.len() / 64 + 1) {
        let spot = read.find(at);
        assert!(spot.value.is_none_or(|value| value.contains(&at)), "a value is found where it is not");
        assert!(read.around(spot.home.scope).count() >= 1);
    }
    let again = structure::read(path, &bytes).unwrap().unwrap();
    assert!(read.values().eq(again.values()) && read.uses() == again.uses(), "two readings differ");
}
