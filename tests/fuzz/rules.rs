//! Rule files of users: errors repeat no value, and what is accepted can be used.

use keyscan::detect::Detector;
use keyscan::examples;
use keyscan::rules::Rules;

use super::check;
use super::input::{Input, whole};
use super::leak;

/// Something for every kind of rule to look at.
const TEXT: &str = "OPENAI_API_KEY={{K1}}\nOPENAI_BASE_URL=https://llm.acme-intern.net/v1\nACME_KEY=acme-{{K6}}\nimage: acme/relay:1\n";

pub fn run(data: &[u8]) {
    let text = Input(data).text();
    let Ok(text) = str::from_utf8(&text) else { return };
    match Rules::with_extra(&[("own.toml", text)]) {
        Err(errors) => {
            for error in errors {
                let told = format!("{error}\n{error:?}");
                leak::absent("an error", told.as_bytes());
            }
        }
        Ok(rules) => {
            let bytes = Input(TEXT.as_bytes()).text();
            let blob = whole(".env", &bytes);
            let found = Detector::new(&rules).detect(&blob);
            check::matches(&blob, &found, 3);
            // The own file is the first; the others would have to be read for nothing.
            for source in rules.sources().take(1) {
                for failure in examples::check(&rules, &source).failures {
                    leak::absent("an example that does not hold", failure.to_string().as_bytes());
                }
            }
        }
    }
}
