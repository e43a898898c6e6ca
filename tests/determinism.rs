//! The same input gives the same bytes, whatever the number of threads.

use keyscan::report::Format;

use crate::support::formats::independent;
use crate::support::layouts::LAYOUTS;
use crate::support::{Tree, keyscan};

/// A tree with some hundred findings, some of them the same key or host in many files.
fn tree() -> Tree {
    let tree = Tree::new();
    for (index, format) in independent().iter().enumerate() {
        for (at, layout) in LAYOUTS.iter().enumerate().skip(index % 7).step_by(7) {
            // Every third file holds a key that other files hold too.
            let seed = if at % 3 == 0 { 1 } else { at as u64 + 2 };
            if let Some(content) = layout.fill(format, &format.key(seed)) {
                tree.write(&format!("{}/{}/{}", index % 5, format.name, layout.file), content);
            }
        }
    }
    for (index, host) in
        ["api.chatanywhere.tech", "aihubmix.com", "api.ohmygpt.com", "llm.acme-intern.net"].iter().enumerate()
    {
        for copy in 0..40 {
            tree.write(&format!("svc{copy}/conf{index}.env"), format!("OPENAI_BASE_URL=https://{host}/v1\nN={copy}\n"));
        }
    }
    // A large file among small ones ends last when it begins first.
    let mut large = "lorem ipsum\n".repeat(200_000);
    large.push_str("OPENAI_BASE_URL=https://api.ohmygpt.com/v1\n");
    tree.write("0/large.txt", large);
    tree
}

#[test]
fn output_is_the_same_for_any_number_of_threads_and_from_run_to_run() {
    let tree = tree();
    let reports = Tree::new();
    // All formats of one run: each is a report on the same findings.
    let run = |threads: &str| {
        let formats: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
        let files: Vec<_> = formats.iter().map(|format| reports.at(format)).collect();
        let outputs = formats.iter().zip(&files).map(|(format, file)| format!("--format={format}={}", file.display()));
        let outputs: Vec<String> = outputs.collect();
        let others = ["--min-severity", "info", "-j", threads, "."];
        let args: Vec<&str> = outputs.iter().map(String::as_str).chain(others).collect();
        let run = keyscan(tree.path(), &args);
        assert_eq!(run.code, 1, "{}", run.errors());
        let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        (formats, texts, run.errors())
    };
    let (formats, first, errors) = run("1");
    for (format, text) in formats.iter().zip(&first) {
        assert!(text.len() > 50_000, "{format}: only {} bytes", text.len());
    }
    for threads in ["1", "2", "2", "16", "16"] {
        let (_, next, next_errors) = run(threads);
        for (format, (first, next)) in formats.iter().zip(first.iter().zip(&next)) {
            assert!(first == next, "{format} -j {threads}: {}", difference(first, next));
        }
        assert_eq!(next_errors, errors, "-j {threads}");
    }
}

#[test]
fn the_order_of_creation_does_not_show() {
    let names = ["zeta", "alpha", "mid", "b/c", "b/a"];
    let build = |order: &mut dyn Iterator<Item = &&str>| {
        let tree = Tree::new();
        for name in order {
            tree.write(&format!("{name}/.env"), format!("OPENAI_BASE_URL=https://api.ohmygpt.com/{name}\n"));
        }
        let stdout = keyscan(tree.path(), &["--format", "json", "."]).json();
        stdout["findings"].clone()
    };
    let forward = build(&mut names.iter());
    assert!(forward[0]["occurrences"].as_array().is_some_and(|all| all.len() == names.len()));
    assert_eq!(forward, build(&mut names.iter().rev()));
}

fn difference(one: &str, other: &str) -> String {
    one.lines()
        .zip(other.lines())
        .find(|(left, right)| left != right)
        .map_or_else(|| "lengths differ".to_owned(), |(left, right)| format!("{left}\n{right}"))
}
