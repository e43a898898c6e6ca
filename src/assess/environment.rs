//! What a file is for, as its path tells: production raises severity, tests, examples and documentation lower it.
//!
//! Only whole words of a path count: `config/prod/app.yaml`, `.env.production` and `values-prd.yml` are production,
//! `product/`, `liveness.yaml` and `latest.json` are not. The word nearest to the end of the path decides, because it is
//! the most specific; but no word for production outweighs one for tests, examples or documentation.

use crate::model::{Environment, Origin};

/// What holds at a place, of what the file's path says and what the file itself says there: a test or a sample stays one,
/// else the file knows better than its path.
pub(super) fn inside(path: Option<Environment>, place: Option<Environment>) -> Option<Environment> {
    match path {
        Some(path) if lowers(path) => Some(path),
        path => place.or(path),
    }
}

/// File extensions of prose. Their files are documentation wherever they lie.
const PROSE: &[&str] = &["adoc", "asciidoc", "markdown", "md", "mdx", "rst", "txt"];

/// What a file is for: what its path says, or outside git the name of the root. A root's name is no reason to take a
/// finding lightly: somebody asked for that very folder.
pub(super) fn of_origin(origin: &Origin) -> Option<Environment> {
    of_path(&origin.path.text).or_else(|| {
        let name = origin.above.as_deref()?.rsplit('/').next()?;
        of_segment(name, false).filter(|environment| !lowers(*environment))
    })
}

/// What the file at a path is for. The path has forward slashes; `!` parts a container from its member.
pub(super) fn of_path(path: &str) -> Option<Environment> {
    decided(path).map(|(environment, _)| environment)
}

/// The same, with the part of the path that says so.
pub(super) fn decided(path: &str) -> Option<(Environment, Decided<'_>)> {
    let mut segments: Vec<&str> = path.split(['/', '!']).filter(|segment| !segment.is_empty()).collect();
    let file = segments.pop()?;
    let lower = file.to_ascii_lowercase();
    let prose = lower.rsplit_once('.').is_some_and(|(stem, last)| {
        PROSE.contains(&last) && !(last == "txt" && is_secret(stem, segments.last().copied()))
    });
    if prose || is_readme(&lower) {
        return Some((Environment::Documentation, Decided::File(file)));
    }
    let mut found = of_segment(stem(file), true).map(|environment| (environment, Decided::File(file)));
    for (at, segment) in segments.iter().enumerate().rev() {
        if found.is_some_and(|(environment, _)| lowers(environment)) {
            break;
        }
        let parent = at.checked_sub(1).map(|at| segments[at]);
        // `/usr/local` and `~/.local` say where software is installed, not what it is for.
        if *segment == ".local" || (*segment == "local" && parent == Some("usr")) {
            continue;
        }
        let Some(here) = of_segment(segment, false) else { continue };
        // People are called and keep their work as they like.
        let in_home = (1..=2).any(|up| at.checked_sub(up).is_some_and(|up| matches!(segments[up], "home" | "Users")));
        if lowers(here) || (found.is_none() && !in_home) {
            found = Some((here, Decided::Folder { name: segment, parent: parent.unwrap_or_default() }));
        }
    }
    found
}

/// The part of a path that says what the file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided<'p> {
    /// The file's own name.
    File(&'p str),
    /// A folder that it lies in, and what that one lies in.
    Folder {
        /// Its name.
        name: &'p str,
        /// The name of the folder around it; empty at the top.
        parent: &'p str,
    },
}

/// Whether a text file is no prose but holds a secret, as containers are handed them.
fn is_secret(stem: &str, folder: Option<&str>) -> bool {
    let last = stem.rsplit(|char: char| !char.is_alphanumeric()).next();
    matches!(folder, Some("secrets" | ".secrets" | "secret"))
        || (last.is_some_and(|last| matches!(last, "key" | "apikey" | "token" | "secret")) && last != Some(stem))
}

/// Whether findings weigh less there.
pub(super) const fn lowers(environment: Environment) -> bool {
    matches!(environment, Environment::Test | Environment::Example | Environment::Documentation)
}

fn is_readme(lower_file: &str) -> bool {
    // `METADATA` and `PKG-INFO` hold the README of a Python package.
    lower_file.split('.').next() == Some("readme") || matches!(lower_file, "metadata" | "pkg-info")
}

/// A file name without its last extension, except where that extension is one of our words (`.env.production`). A
/// `.spec` file builds a package.
fn stem(file: &str) -> &str {
    match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => {
            let extension = extension.to_ascii_lowercase();
            if extension == "spec" || (extension != "dist" && Environment::of_word(&extension).is_none()) {
                stem
            } else {
                file
            }
        }
        _ => file,
    }
}

/// What the words of one segment say: its last word that says something, tests and the like before production.
fn of_segment(segment: &str, is_file: bool) -> Option<Environment> {
    let lower = segment.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| words[at]);
        let here = match Environment::of_word(word) {
            // `pre-prod` is a stage of its own, `non-prod` says only what it is not.
            Some(Environment::Production) if before == Some("pre") => Some(Environment::Staging),
            Some(Environment::Production) if matches!(before, Some("non" | "no" | "not")) => None,
            // `live-reload`, `live_chat`: only alone, or as the last word, does it name an environment.
            Some(Environment::Production) if *word == "live" && !ends_part(&lower, word) => None,
            // `.env.production.local` is production on somebody's own machine, not another stage.
            Some(Environment::Development) if *word == "local" && found.is_some() => None,
            // `.env.dist` is a template, `dist/` holds what was built.
            None if is_file && *word == "dist" && at > 0 && at + 1 == words.len() => Some(Environment::Example),
            other => other,
        };
        if here.is_some() && (here.is_some_and(lowers) || !found.is_some_and(lowers)) {
            found = here;
        }
    }
    if is_file && !found.is_some_and(lowers) && has_test_hump(segment) {
        found = Some(Environment::Test);
    }
    found
}

/// Whether a word ends one of the dotted parts of a segment: `config.live.json`, `values-live`.
fn ends_part(segment: &str, word: &str) -> bool {
    segment.split('.').any(|part| part.rsplit(['-', '_']).next() == Some(word))
}

/// `LoginTest.java`, `RelayTests.cs`, `ClientSpec.scala`: the class-name form of a test's name.
fn has_test_hump(stem: &str) -> bool {
    ["Test", "Tests", "Spec", "Mock", "Mocks"].iter().any(|hump| {
        stem.strip_suffix(hump)
            .is_some_and(|rest| rest.ends_with(|last: char| last.is_lowercase() || last.is_numeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_a_file_is_for() {
        use Environment::{Development, Documentation, Example, Production, Staging, Test};
        let table: &[(&str, Option<Environment>)] = &[
            // Production.
            (".env.production", Some(Production)),
            (".env.prod", Some(Production)),
            (".env.live", Some(Production)),
            ("prod.env", Some(Production)),
            ("deploy/prod/values.yaml", Some(Production)),
            ("k8s/production/secret.yml", Some(Production)),
            ("infra/live/eu/main.tf", Some(Production)),
            ("config/prd/app.ini", Some(Production)),
            ("values-prd.yaml", Some(Production)),
            ("config.live.json", Some(Production)),
            ("settings_live.py", Some(Production)),
            ("docker-compose.prod.yml", Some(Production)),
            ("application-prod.properties", Some(Production)),
            ("appsettings.Production.json", Some(Production)),
            ("config/environments/production.rb", Some(Production)),
            ("PROD/app.yaml", Some(Production)),
            ("staging/production.env", Some(Production)),
            ("backup.zip!prod/.env", Some(Production)),
            // Words that only look like it.
            ("k8s/liveness.yaml", None),
            ("src/alive.rs", None),
            ("product/keys.json", None),
            ("src/products.ts", None),
            ("latest.json", None),
            ("src/live-reload/index.js", None),
            ("live_chat.py", None),
            ("olive/app.yaml", None),
            ("reproduction.yaml", None),
            ("values-nonprod.yaml", None),
            ("values-non-prod.yaml", None),
            // Staging and development.
            ("staging/app.yaml", Some(Staging)),
            (".env.staging", Some(Staging)),
            ("values-stage.yaml", Some(Staging)),
            ("preprod/values.yaml", Some(Staging)),
            ("pre-prod/values.yaml", Some(Staging)),
            ("prod/staging.env", Some(Staging)),
            ("backstage/app.yaml", None),
            (".env.development", Some(Development)),
            ("docker-compose.dev.yml", Some(Development)),
            (".env.local", Some(Development)),
            (".env.production.local", Some(Production)),
            (".env.staging.local", Some(Staging)),
            (".env.test.local", Some(Test)),
            ("home/dev/app/app.env", None),
            ("Users/alice/dev/app.env", None),
            ("home/alice/app/dev/app.env", Some(Development)),
            ("src/local_settings.py", Some(Development)),
            ("usr/local/lib/app.conf", None),
            ("home/.local/share/app/config.json", None),
            ("locale/app.json", None),
            ("src/device.c", None),
            // Tests.
            ("tests/fixtures/a.env", Some(Test)),
            ("src/test/java/App.java", Some(Test)),
            ("src/__tests__/client.ts", Some(Test)),
            ("src/__mocks__/client.ts", Some(Test)),
            ("client.test.ts", Some(Test)),
            ("client_spec.rb", Some(Test)),
            ("pkg/client_test.go", Some(Test)),
            ("test_client.py", Some(Test)),
            ("src/ClientTest.java", Some(Test)),
            ("src/ClientTests.cs", Some(Test)),
            ("pkg/testdata/prod/a.env", Some(Test)),
            (".env.test", Some(Test)),
            ("tests/prod.env", Some(Test)),
            ("package.spec", None),
            ("src/contest.py", None),
            ("src/attestation/key.py", None),
            ("src/Latest.java", None),
            ("src/greatest.ts", None),
            ("src/inspector.ts", None),
            // Examples.
            (".env.example", Some(Example)),
            (".env.production.example", Some(Example)),
            ("config.sample.json", Some(Example)),
            ("samples/app.py", Some(Example)),
            ("examples/prod/app.py", Some(Example)),
            (".env.template", Some(Example)),
            (".env.dist", Some(Example)),
            ("demo/app.py", Some(Example)),
            ("dist/app.js", None),
            ("charts/templates/secret.yaml", None),
            ("src/demography.py", None),
            ("resampled.json", None),
            // Documentation.
            ("README.md", Some(Documentation)),
            ("README", Some(Documentation)),
            ("prod/README.md", Some(Documentation)),
            ("tests/NOTES.rst", Some(Documentation)),
            ("guide.adoc", Some(Documentation)),
            ("keys.txt", Some(Documentation)),
            ("notes/key.txt", Some(Documentation)),
            ("openai_api_key.txt", None),
            ("secrets/openai.txt", None),
            ("docs/app.py", Some(Documentation)),
            ("api-docs/openapi.yaml", Some(Documentation)),
            ("documentation/conf.ini", Some(Documentation)),
            ("Dockerfile", None),
            ("src/docstring.py", None),
            ("", None),
        ];
        for (path, wanted) in table {
            assert_eq!(of_path(path), *wanted, "{path}");
        }
    }
}
