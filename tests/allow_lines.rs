//! The lines that a report offers: whoever copies them is let pass.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Tree, expand, keyscan};

fn key(seed: u64) -> String {
    expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x6c69_6e00 + seed)
}

/// A file and a line of it.
type Line = (String, usize);

/// What a block of a report offers.
#[derive(Debug, Default)]
struct Offer {
    /// Comments for lines: the rules of each.
    comments: Vec<(Line, String)>,
    /// The line of `[endpoints]` that does instead, and the comments that it needs besides.
    config: Option<(String, Vec<(Line, String)>)>,
}

/// Reads a report as people do.
fn offers(text: &str) -> Vec<Offer> {
    let mut offers = Vec::new();
    for block in text.split("\n\n").filter(|block| block.contains("\n  do now")) {
        let lines: Vec<&str> = block.lines().collect();
        let mut label = "";
        let mut own: Vec<Line> = Vec::new();
        let mut offer = Offer::default();
        for (index, line) in lines.iter().enumerate() {
            let (head, rest) = line.split_at(line.len().min(11));
            if !head.trim().is_empty() {
                label = head.trim();
            }
            let place = rest.split("  ").next().unwrap_or_default();
            let mut parts = place.rsplitn(3, ':');
            let numbers = (parts.next(), parts.next().and_then(|line| line.parse().ok()));
            if let ("place" | "places", (Some(_), Some(number)), Some(path)) = (label, numbers, parts.next()) {
                own.push((path.to_owned(), number));
            }
            let Some((rules, which)) =
                rest.strip_prefix("keyscan:allow[").and_then(|rest| rest.split_once("] <reason>"))
            else {
                if label == "or" && rest.starts_with("allow = ") {
                    offer.config = Some((rest.to_owned(), Vec::new()));
                }
                continue;
            };
            let which = if which.is_empty() { lines[index + 1].trim() } else { which.trim() };
            let targets: Vec<Line> = match which.strip_prefix("at ") {
                Some(named) => named.split(", ").map(line_of).collect(),
                None => own.clone(),
            };
            let comments = targets.into_iter().map(|target| (target, rules.to_owned()));
            if label == "with" {
                offer.config.as_mut().expect("a line of the policy stands above").1.extend(comments);
            } else {
                offer.comments.extend(comments);
            }
        }
        offers.push(offer);
    }
    offers
}

fn line_of(named: &str) -> Line {
    let (path, line) = named.rsplit_once(':').expect("a path and a line");
    (path.to_owned(), line.parse().expect("a line"))
}

/// The scene with comments behind its lines: one for each, that names all the rules asked for there.
fn with<'a>(files: &[(&str, String)], comments: impl IntoIterator<Item = &'a (Line, String)>) -> Tree {
    let mut by_line: BTreeMap<&Line, BTreeSet<&str>> = BTreeMap::new();
    for (line, rules) in comments {
        by_line.entry(line).or_default().extend(rules.split(','));
    }
    let tree = Tree::new();
    for (path, text) in files {
        let lines = text.lines().enumerate().map(|(index, line)| match by_line.get(&((*path).to_owned(), index + 1)) {
            Some(rules) => {
                let rules: Vec<&str> = rules.iter().copied().collect();
                format!("{line}  # keyscan:allow[{}] a test account\n", rules.join(","))
            }
            None => format!("{line}\n"),
        });
        tree.write(path, lines.collect::<String>());
    }
    tree
}

const ARGS: [&str; 3] = ["--assume-committed", "-v", "."];

/// The scene as it is fails; what every block of its report offers lets it pass, either way.
fn passes(files: &[(&str, String)]) -> Vec<Offer> {
    let run = keyscan(with(files, []).path(), &ARGS);
    assert_eq!(run.code, 1, "{}", run.text());
    let offers = offers(&run.text());
    assert!(offers.iter().all(|offer| !offer.comments.is_empty()), "{}", run.text());
    let mended = keyscan(with(files, offers.iter().flat_map(|offer| &offer.comments)).path(), &ARGS);
    assert_eq!(mended.code, 0, "{}\n----\n{}", run.text(), mended.text());

    let instead = offers.iter().flat_map(|offer| offer.config.as_ref().map_or(&offer.comments, |(_, and)| and));
    let tree = with(files, instead);
    let hosts: BTreeSet<&str> = offers.iter().filter_map(|offer| Some(offer.config.as_ref()?.0.as_str())).collect();
    let hosts: Vec<&str> =
        hosts.iter().map(|line| line.trim_start_matches("allow = [").trim_end_matches(']')).collect();
    tree.write(".keyscan.toml", format!("[endpoints]\nallow = [{}]\n", hosts.join(", ")));
    let mended = keyscan(tree.path(), &ARGS);
    assert_eq!(mended.code, 0, "{}\n----\n{}", run.text(), mended.text());
    offers
}

/// Nothing is offered where it would not let anybody pass.
fn offers_nothing(path: &str, text: String) {
    let run = keyscan(Tree::one(path, text).path(), &ARGS);
    assert_eq!(run.code, 1, "{}", run.text());
    let offers = offers(&run.text());
    assert!(!offers.is_empty(), "{}", run.text());
    assert!(offers.iter().all(|offer| offer.comments.is_empty() && offer.config.is_none()), "{}", run.text());
}

fn relay() -> String {
    ["api.chatanywhere", "tech"].join(".")
}

#[test]
fn a_key_with_its_endpoint_passes_with_the_lines_of_its_block() {
    let (relay, one, two) = (relay(), key(1), key(2));
    let env = passes(&[("api/.env", format!("OPENAI_API_KEY={one}\nOPENAI_BASE_URL=https://{relay}/v1\n"))]);
    let lines: Vec<usize> = env[0].comments.iter().map(|((_, line), _)| *line).collect();
    assert_eq!((env.len(), lines), (1, vec![1, 2]));
    let (_, and) = env[0].config.as_ref().unwrap();
    assert_eq!(and.len(), 1, "the key is in the file wherever it is sent: {env:?}");

    passes(&[("config.yaml", format!("llm:\n  base_url: https://{relay}/v1\n  api_key: {one}\n"))]);
    let python = format!("from openai import OpenAI\nc = OpenAI(api_key=\"{one}\", base_url=\"https://{relay}/v1\")\n");
    let python = passes(&[("app.py", python)]);
    assert_eq!((python.len(), python[0].comments.len()), (1, 1), "one comment for the line: {python:?}");

    let services = [("a/.env", &one), ("b/.env", &two)]
        .map(|(path, key)| (path, format!("OPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://{relay}/v1\n")));
    passes(&services);
}

#[test]
fn other_kinds_of_endpoints_pass_with_theirs() {
    for host in ["openrouter.ai/api", "gw.team-x.io"] {
        passes(&[(".env", format!("OPENAI_API_KEY={}\nOPENAI_BASE_URL=https://{host}/v1\n", key(3)))]);
    }
    // Only the relay: the policy alone lets it pass.
    let alone = passes(&[("app/.env", format!("OPENAI_BASE_URL=https://{}/v1\n", relay()))]);
    assert_eq!(alone[0].comments.len(), 1);
    assert!(alone[0].config.as_ref().is_some_and(|(_, and)| and.is_empty()), "{alone:?}");
}

#[test]
fn pools_and_shared_keys_pass_with_theirs() {
    let (one, two, three) = (key(4), key(5), key(6));
    passes(&[(".env", format!("OPENAI_API_KEYS={one},{two},{three}\n"))]);
    let line = format!("OPENAI_API_KEY={one}\n");
    passes(&[
        ("a/requirements.txt", "openai\n".to_owned()),
        ("a/.env", line.clone()),
        ("b/requirements.txt", "openai\n".to_owned()),
        ("b/.env", line),
    ]);
}

#[test]
fn where_no_comment_can_stand_or_none_may_nothing_is_offered() {
    let (key, relay) = (key(7), relay());
    offers_nothing("config.json", format!("{{\"api_key\": \"{key}\",\n \"base_url\": \"https://{relay}/v1\"}}\n"));
    offers_nothing(".env.production", format!("OPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://{relay}/v1\n"));
}
