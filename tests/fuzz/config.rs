//! `.keyscan.toml`: errors repeat nothing of the file, and what was read can be written and read again.

use std::fmt::Write as _;
use std::path::Path;

use keyscan::config::{Config, Resolved, Shown};

use super::input::Input;
use super::leak;

pub fn run(data: &[u8]) {
    let bytes = Input(data).text();
    let path = Path::new(".keyscan.toml");
    match Config::parse(path, &bytes) {
        Err(error) => {
            let told = format!("{error}\n{error:?}");
            leak::absent("an error", told.as_bytes());
            assert!(told.len() < 1 << 16, "an error is too long");
        }
        Ok(config) => {
            let written = write(config.given());
            let again = Config::parse(path, written.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            let values = |config: &Config| -> Vec<(String, Option<Shown>)> {
                let mut values: Vec<_> =
                    config.given().iter().map(|one| (one.name.clone(), one.value.clone())).collect();
                values.sort_by(|one, other| one.0.cmp(&other.0));
                values
            };
            assert_eq!(values(&config), values(&again), "what was written says something else");
            let _ = config.policy();
        }
    }
}

/// Fields as TOML, each with its whole name.
fn write(fields: &[Resolved]) -> String {
    let mut text = String::new();
    for field in fields {
        let value = match &field.value {
            None => continue,
            Some(Shown::Flag(flag)) => flag.to_string(),
            Some(Shown::Number(number)) => number.to_string(),
            Some(Shown::Text(one)) => quoted(one),
            Some(Shown::List(all)) => format!("[{}]", all.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", ")),
        };
        let _ = writeln!(text, "{} = {value}", field.name);
    }
    text
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            _ if char.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(char))),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}
