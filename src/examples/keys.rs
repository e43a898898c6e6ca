//! Examples of key formats: `<key>` is the sample, expanded from several seeds.

use crate::detect::Detector;
use crate::model::KeyMatch;
use crate::rules::sample::expand;
use crate::rules::schema::KeyFormat;

use super::{Entry, List, PASSED_BY, Walk, detect, found_as_said};

/// Each example is looked at with so many keys: a body may be judged random or not by its characters.
const SEEDS: u64 = 8;

impl Walk<'_> {
    pub(super) fn key(&mut self, index: usize, format: &KeyFormat) {
        let entry = Entry { table: "key", index, id: &format.id };
        self.texts(entry, [&format.examples, &format.non_examples], |detector, list, text| {
            (0..SEEDS).find_map(|seed| judge(detector, format, list, text, seed))
        });
    }
}

fn judge(detector: &Detector<'_>, format: &KeyFormat, list: List, text: &str, seed: u64) -> Option<String> {
    let Some(key) = expand(&format.sample, seed) else { return Some("the sample is no template".to_owned()) };
    let text = text.replace("<key>", &key);
    let matches = detect(detector, "settings.env", &text);
    let own = |found: &&KeyMatch| found.format == *format.id;
    if list == List::NonExamples {
        return found_as_said(list, matches.keys.iter().any(|found| own(&found)), "a key of this format");
    }
    let whole = |found: &&KeyMatch| found.secret.expose() == key.as_bytes();
    let Some(found) = matches.keys.iter().filter(own).find(whole) else {
        return Some(missing(format, matches.keys.iter(), &key));
    };
    if format.issuer.is_some() && found.issuer.as_deref() != format.issuer.as_deref() {
        return Some("the key is found, but its issuer is not".to_owned());
    }
    // Short prefixes are said to be found only in files that are read for another reason.
    let searched = format.prefix.len() != 2;
    (searched && !detector.passes(text.as_bytes())).then(|| PASSED_BY.to_owned())
}

/// What came instead of the key.
fn missing<'m>(format: &KeyFormat, found: impl Iterator<Item = &'m KeyMatch>, key: &str) -> String {
    let mut others = Vec::new();
    for other in found {
        if other.format == *format.id {
            let length = other.secret.expose().len();
            return format!("the key is found, but with {length} of {} characters", key.len());
        }
        others.push(format!("`{}`", other.format));
    }
    others.sort_unstable();
    others.dedup();
    match others.len() {
        0 => "the key is not found in this example".to_owned(),
        _ => format!("the key is not found in this example, but one of {}", others.join(", ")),
    }
}
