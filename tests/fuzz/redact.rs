//! A text that goes into a report: no key is left in it, as it is or in base64.

use keyscan::detect::redact_text;

use super::input::Input;
use super::leak;

pub fn run(data: &[u8]) {
    let text = Input(data).text();
    let text = String::from_utf8_lossy(&text);
    let shown = redact_text(&text);
    leak::absent("a redacted text", shown.as_bytes());
    assert_eq!(shown, redact_text(&text), "two readings differ");
}
