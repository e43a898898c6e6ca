//! `keyscan rules check`: whether rule files of a team are well-formed and find what they say.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use keyscan::examples;
use keyscan::rules::Rules;
use keyscan::rules::schema::RuleFile;

use super::super::bounded::{self, Accept};
use super::super::error::{harmless, hinted};
use super::super::exit::Exit;
use super::super::output::Target;

/// Largest rule file that is read, in bytes.
const MAX_RULES: u64 = 1024 * 1024;
/// More mistakes than this are counted, not listed.
const MOST_LISTED: usize = 100;

/// Reads the files as extra rules and walks their examples.
pub(super) fn check(paths: &[PathBuf]) -> Result<Exit> {
    let files = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let texts: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let rules = match Rules::with_extra(&texts) {
        Ok(rules) => rules,
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            print(&lines)?;
            return Err(failed(lines.len(), "mistake", "mistakes"));
        }
    };
    let mut lines = Vec::new();
    let mut failures = 0;
    for source in rules.sources().take(files.len()) {
        let outcome = examples::check(&rules, &source);
        failures += outcome.failures.len();
        if outcome.failures.is_empty() {
            let all =
                if outcome.examples == 1 { "1 example holds" } else { &format!("{} examples hold", outcome.examples) };
            lines.push(format!("{}: {}; {all}", source.name, counts(&source.rules)));
        }
        lines.extend(outcome.failures.iter().map(ToString::to_string));
    }
    print(&lines)?;
    if failures == 0 { Ok(Exit::Clean) } else { Err(failed(failures, "example does not hold", "examples do not hold")) }
}

fn read(path: &Path) -> Result<(String, String)> {
    let name = path.display().to_string();
    let bytes =
        bounded::file(path, Accept::Regular, MAX_RULES).with_context(|| format!("cannot use the rule file {name}"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
            Err(hinted(format!("{name}:{line}: this is not UTF-8 text"), "save the file as UTF-8"))
        }
    }
}

/// How many entries of which kinds.
fn counts(file: &RuleFile) -> String {
    let placeholders =
        file.placeholder.as_ref().map_or(0, |all| all.values.len() + all.words.len() + all.published.len());
    let kinds = [
        (file.key.len(), "key format"),
        (file.issuer.len(), "issuer"),
        (file.endpoint.len(), "endpoint"),
        (file.setting.len(), "setting"),
        (file.software.len(), "software"),
        (placeholders, "placeholder"),
    ];
    let some = kinds.iter().filter(|(count, _)| *count > 0);
    let texts = some.map(|(count, kind)| {
        let plural = if *count == 1 || *kind == "software" { "" } else { "s" };
        format!("{count} {kind}{plural}")
    });
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { "no entries".to_owned() } else { texts.join(", ") }
}

fn print(lines: &[String]) -> Result<()> {
    Target::Stdout.write(|out| {
        lines.iter().take(MOST_LISTED).try_for_each(|line| writeln!(out, "{}", harmless(line)))?;
        match lines.len().saturating_sub(MOST_LISTED) {
            0 => Ok(()),
            more => writeln!(out, "and {more} more"),
        }
    })
}

fn failed(count: usize, one: &str, many: &str) -> anyhow::Error {
    anyhow!("{count} {}", if count == 1 { one } else { many })
}
