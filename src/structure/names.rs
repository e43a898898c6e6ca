//! What names of settings say, whatever the format: their parts, and the environment they speak of.

use crate::model::Environment;

/// Last parts that make a dotted name the name of a host.
const TOP_LEVEL: [&str; 12] = ["ai", "app", "cn", "co", "com", "dev", "eu", "io", "local", "me", "net", "org"];

/// The parts of a name: `spring.ai.openai.api-key`, `OpenAI:ApiKey`, `OpenAI__ApiKey`. Names of hosts, versions, packages and
/// files are one part, and so is what has a part that is no word.
pub(super) fn parts(name: &str) -> Vec<&str> {
    let separator = [":", "__", "."].into_iter().find(|separator| name.contains(separator));
    let Some(separator) = separator.filter(|_| !name.contains("://")) else { return vec![name] };
    let parts: Vec<&str> = name.split(separator).collect();
    let word = |part: &&str| {
        part.starts_with(|first: char| first.is_alphabetic())
            && part.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-'))
    };
    let last = parts.last().copied().unwrap_or_default();
    let host = separator == "." && TOP_LEVEL.contains(&last);
    if parts.len() > 12 || host || !parts.iter().all(word) { vec![name] } else { parts }
}

/// The environment that a map of settings is for, by its name and that of the map around it: `production`, `env_production`,
/// `env.production`, `profiles.dev`.
pub(super) fn environment(around: &str, name: &str) -> Option<Environment> {
    let name = name.to_ascii_lowercase();
    if let Some(word) = name.strip_prefix("env_").or_else(|| name.strip_prefix("env-")) {
        return Environment::of_word(word);
    }
    let of_word = Environment::of_word(&name)?;
    let holder =
        ["env", "envs", "environment", "environments", "profile", "profiles", "stages", "build"].contains(&around);
    // Words such as `test`, `spec` or `local` name many other things.
    let plain = matches!(name.as_str(), "production" | "prod" | "staging" | "development");
    (holder || plain).then_some(of_word)
}

/// Whether a setting of this name holds a command.
pub(super) fn holds_command(name: &str) -> bool {
    matches!(name, "run" | "cmd" | "script" | "entrypoint") || name.to_ascii_lowercase().ends_with("command")
}

/// The record of a collection that a setting chooses by its name: `model_provider = "x"` for `[model_providers.x]`.
pub(super) fn chosen<'v>(name: &str, value: &'v [u8]) -> Option<&'v str> {
    let chooses = [
        "activeprofile",
        "activeprovider",
        "currentprofile",
        "currentprovider",
        "defaultprofile",
        "defaultprovider",
        "envkey",
        "modelprovider",
        "profile",
        "provider",
        "selectedprovider",
    ];
    let name = crate::rules::normalise(name);
    let value = str::from_utf8(value).ok().filter(|value| (1..=60).contains(&value.len()))?;
    let word = value.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'));
    (word && chooses.contains(&name.as_str())).then_some(value)
}

/// The setting whose value is taken, by the name that another setting gives: `api_key_name: work` of llm, `env_key` and
/// `requires_openai_auth` of Codex.
pub(super) fn named_setting<'v>(name: &str, value: &'v [u8]) -> Option<&'v str> {
    const ENDS: [&str; 5] = ["keyname", "envkey", "keyenv", "keyenvar", "keyenvvar"];
    let value = str::from_utf8(value).ok().filter(|value| (3..=60).contains(&value.len()))?;
    let name = crate::rules::normalise(name);
    if name == "requiresopenaiauth" {
        return (value == "true").then_some("OPENAI_API_KEY");
    }
    let word = value.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-'));
    (word && ENDS.iter().any(|end| name.ends_with(end))).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_parts() {
        assert_eq!(parts("spring.ai.openai.api-key"), ["spring", "ai", "openai", "api-key"]);
        assert_eq!(parts("OpenAI:ApiKey"), ["OpenAI", "ApiKey"]);
        assert_eq!(parts("OpenAI__ApiKey"), ["OpenAI", "ApiKey"]);
        for whole in ["api.openai.com", "gpt-3.5-turbo", "https://a.example/v1", "OPENAI_API_KEY", "@a/b.c", "__init__"]
        {
            assert_eq!(parts(whole), [whole]);
        }
    }

    #[test]
    fn names_tell_the_environment() {
        assert_eq!(environment("", "env_production"), Some(Environment::Production));
        assert_eq!(environment("profiles", "test"), Some(Environment::Test));
        assert_eq!(environment("", "production"), Some(Environment::Production));
        assert_eq!(environment("jest", "test"), None);
    }
}
