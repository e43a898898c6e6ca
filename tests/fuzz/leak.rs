//! Whether a text shows a key in any form.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use keyscan::rules::sample;

use super::input::{keys, sixty_four};

/// Characters of a key that nobody shows side by side: redacted forms have four at either end of the body.
const PART: usize = 9;

/// Every form of every key.
fn forms() -> &'static AhoCorasick {
    static FORMS: OnceLock<AhoCorasick> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = Vec::new();
        for key in keys() {
            let bytes = key.as_bytes();
            // The prefixes are no secret.
            forms.extend(bytes[13..].windows(PART).map(<[u8]>::to_vec));
            let mut backwards = bytes[13..].to_vec();
            backwards.reverse();
            forms.extend(backwards.windows(PART + 4).map(<[u8]>::to_vec));
            for shift in 0..3 {
                let shifted = [&b"aa"[..shift], bytes].concat();
                for alphabet in [sample::B64, sample::URL] {
                    let encoded = sixty_four(&shifted, alphabet).into_bytes();
                    forms.extend(encoded[20..encoded.len() - 4].chunks_exact(16).map(<[u8]>::to_vec));
                }
            }
            let body = &bytes[13..bytes.len() - 4];
            let each = |write: fn(&u8) -> String| body[..PART].iter().map(write).collect::<String>().into_bytes();
            forms.push(each(|byte| format!("%{byte:02X}")));
            forms.push(each(|byte| format!("%{byte:02x}")));
            forms.push(each(|byte| format!("{byte:02x}")));
            forms.push(each(|byte| format!("{byte:02X}")));
            forms.push(each(|byte| format!("\\u{byte:04x}")));
            forms.push(each(|byte| format!("&#{byte};")));
        }
        AhoCorasick::new(forms).unwrap()
    })
}

/// Panics where a text shows a key. `what` tells the text; none of it is shown.
pub fn absent(what: &str, text: &[u8]) {
    if let Some(found) = forms().find(text) {
        panic!("{what}: a form of a key stands at {}", found.start());
    }
}
