//! A baseline under the hands of people: whatever they do to the lines around a known key, it waits; whatever they plant is
//! reported.

use std::path::PathBuf;

use jiff::civil::Date;
use keyscan::assess::{Baseline as Known, Fingerprinter, Policy};
use keyscan::config::{Baseline, Sight};
use keyscan::model::{Finding, PolicyFacts, Report, Severity};
use keyscan::rules::Rules;
use keyscan::source::{GitVariables, Mode, Options};
use keyscan::{scan, source};

use super::key;
use crate::support::Tree;
use crate::support::prng::SplitMix64;

/// Random edits, and after how many of them it is looked.
const EDITS: usize = 1000;
const TOGETHER: usize = 10;

/// How a kind of file is written. In each line `{}` is what changes, `@` an indent and `'` a quote.
struct Syntax {
    path: &'static str,
    head: &'static str,
    /// A line that holds a key.
    holds: &'static str,
    /// A line that sets an endpoint.
    sends: &'static str,
    filler: &'static str,
    comment: Option<&'static str>,
    foot: &'static str,
}

const SYNTAXES: &[Syntax] = &[
    Syntax {
        path: "api/.env",
        head: "",
        holds: "OPENAI_API_KEY={}",
        sends: "OPENAI_BASE_URL=https://{}/v1",
        filler: "PORT_{}=8080",
        comment: Some("# note {}"),
        foot: "",
    },
    Syntax {
        path: "web/client.js",
        head: "import { start } from './start.js';",
        holds: "export const apiKey = '{}';",
        sends: "export const baseURL = 'https://{}/v1';",
        filler: "start({});",
        comment: Some("// note {}"),
        foot: "",
    },
    Syntax {
        path: "jobs/run.py",
        head: "import openai\n\ndef client():",
        holds: "@openai_api_key = '{}'",
        sends: "@openai_base_url = 'https://{}/v1'",
        filler: "@count_{} = 1",
        comment: Some("@# note {}"),
        foot: "@return None",
    },
    Syntax {
        path: "deploy/values.yaml",
        head: "app:\n@env:",
        holds: "@@OPENAI_API_KEY: {}",
        sends: "@@OPENAI_BASE_URL: https://{}/v1",
        filler: "@@REPLICAS_{}: \"2\"",
        comment: Some("@@# note {}"),
        foot: "",
    },
    Syntax {
        path: "conf/app.json",
        head: "{\n@\"llm\": {",
        holds: "@@\"openai_api_key\": \"{}\",",
        sends: "@@\"openai_base_url\": \"https://{}/v1\",",
        filler: "@@\"retries_{}\": 3,",
        comment: None,
        foot: "@@\"end\": true\n@}\n}",
    },
    Syntax {
        path: "conf/app.toml",
        head: "[openai]",
        holds: "api_key = '{}'",
        sends: "base_url = 'https://{}/v1'",
        filler: "retries_{} = 3",
        comment: Some("# note {}"),
        foot: "[other]\nname = 'x'",
    },
    Syntax {
        path: "deploy/setup.sh",
        head: "#!/bin/sh",
        holds: "export OPENAI_API_KEY='{}'",
        sends: "export OPENAI_BASE_URL='https://{}/v1'",
        filler: "step {}",
        comment: Some("# note {}"),
        foot: "",
    },
];

/// A relay of the catalogue.
const RELAY: &str = "api.chatanywhere.tech";

#[derive(Clone)]
enum Line {
    /// What the baseline knows; never deleted.
    Known(String),
    Other(String),
}

#[derive(Clone)]
struct Text {
    syntax: &'static Syntax,
    lines: Vec<Line>,
    indent: usize,
    quote: char,
    crlf: bool,
    trailing: bool,
}

impl Text {
    fn render(&self) -> String {
        let body = self.lines.iter().map(|line| match line {
            Line::Known(text) | Line::Other(text) => text.as_str(),
        });
        let lines = [self.syntax.head].into_iter().chain(body).chain([self.syntax.foot]);
        let mut text = lines.collect::<Vec<_>>().join("\n");
        let depth = " ".repeat(self.indent);
        text = text.replace('@', &depth).replace('\'', &self.quote.to_string());
        if self.trailing && self.syntax.comment.is_some() {
            text = text.replace("note", "note  ");
        }
        text.push('\n');
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }

    fn edit(&mut self, random: &mut SplitMix64) {
        let number = random.below(10_000).to_string();
        let at = random.below(self.lines.len() + 1);
        match random.below(10) {
            0 | 1 => self.lines.insert(at, Line::Other(self.syntax.filler.replace("{}", &number))),
            2 => self.lines.insert(at, Line::Other(String::new())),
            3 => {
                if let Some(comment) = self.syntax.comment {
                    self.lines.insert(at, Line::Other(comment.replace("{}", &number)));
                }
            }
            4 | 5 => {
                if let Some(Line::Other(_)) = self.lines.get(at) {
                    self.lines.remove(at);
                }
            }
            6 => {
                let from = random.below(self.lines.len());
                let line = self.lines.remove(from);
                self.lines.insert(random.below(self.lines.len() + 1), line);
            }
            7 => self.indent = [1, 2, 4, 8][random.below(4)],
            8 => self.quote = if self.quote == '\'' { '"' } else { '\'' },
            _ if random.below(2) == 0 => self.crlf = !self.crlf,
            _ => self.trailing = !self.trailing,
        }
    }

    fn plant(&mut self, line: String, random: &mut SplitMix64) {
        self.lines.insert(random.below(self.lines.len() + 1), Line::Other(line));
    }
}

/// A repository of all syntaxes. Every third file sends its key to a relay already, and one key is in two files.
fn repository() -> Vec<Text> {
    let texts = SYNTAXES.iter().enumerate().map(|(index, syntax)| {
        let shared = if index == 5 { 0 } else { index };
        let mut lines = vec![Line::Known(syntax.holds.replace("{}", &key(shared as u64)))];
        lines.extend((0..5).map(|number| Line::Other(syntax.filler.replace("{}", &format!("0{number}")))));
        if index % 3 == 1 {
            lines.push(Line::Known(syntax.sends.replace("{}", RELAY)));
        }
        Text { syntax, lines, indent: 2, quote: '\'', crlf: false, trailing: false }
    });
    texts.collect()
}

fn scan(tree: &Tree, rules: &Rules, baseline: Known) -> Report {
    let options = scan::Options {
        input: scan::Input::Tree(Box::new(Options {
            mode: Mode::Tree,
            git: GitVariables { dir: None, work_tree: None, index: None, objects: None },
            follow_alternates: false,
            paths: vec![PathBuf::from(tree.path())],
            files_from: None,
            exclude: Vec::new(),
            include: Vec::new(),
            except: Vec::new(),
            no_ignore: false,
            assume_committed: true,
            max_file_size: None,
            limits: keyscan::model::Limits::default(),
            threads: 1,
            trust: keyscan::source::Trust::Tree,
            policy_files: Vec::new(),
        })),
        policy: Policy { baseline, ..Policy::default() },
        fingerprinter: Fingerprinter::plain(),
        policy_facts: PolicyFacts::default(),
        min_severity: Severity::Low,
        show_suppressed: false,
        online: keyscan::online::Options::default(),
    };
    scan::run(&options, rules, &source::Progress::default()).unwrap()
}

/// What a report says that is more than a fact.
fn news(report: &Report) -> Vec<String> {
    let told = |finding: &Finding| {
        let places = finding.occurrences.iter().filter(|place| place.severity > Severity::Info);
        let rule = finding.rule.as_str();
        places
            .map(|place| format!("{}:{} {rule} {}", place.path.text, place.position.line, place.severity.as_str()))
            .collect::<Vec<_>>()
    };
    report.findings.iter().flat_map(told).collect()
}

#[test]
fn edits_leave_a_baseline_valid_and_hide_nothing_new() {
    let (tree, rules) = (Tree::new(), Rules::builtin());
    let mut texts = repository();
    let write = |text: &Text| tree.write(text.syntax.path, text.render());
    texts.iter().for_each(write);
    let first = scan(&tree, &rules, Known::default());
    assert!(news(&first).len() >= 2 * SYNTAXES.len() / 2, "{:?}", news(&first));
    let known = news(&first).len() as u64;
    let written = Baseline::new("sha256", None).updated(&first, Sight::Files).0.text();
    let baseline = Baseline::parse("b".as_ref(), written.as_bytes()).unwrap().on(Date::constant(2026, 1, 1));
    let again = || scan(&tree, &rules, baseline.clone());
    assert_eq!(news(&again()), [""; 0]);

    let mut random = SplitMix64::new(0x6564_6974);
    for round in 0..EDITS / TOGETHER {
        for _ in 0..TOGETHER {
            let at = random.below(texts.len());
            texts[at].edit(&mut random);
            write(&texts[at]);
        }
        let report = again();
        let shown = || texts.iter().map(Text::render).collect::<Vec<_>>().join("\n-----\n");
        assert_eq!(news(&report), [""; 0], "round {round}\n{}", shown());
        assert_eq!(report.scan.suppressed, known, "round {round}");

        let at = random.below(texts.len());
        let mut planted = texts[at].clone();
        let path = texts[at].syntax.path;
        let (place, severity) = match round % 3 {
            // Another value in a known file.
            0 => {
                planted.plant(planted.syntax.holds.replace("{}", &key(1000 + round as u64)), &mut random);
                (path, Severity::High)
            }
            // A known value in another file.
            1 => {
                tree.write("new/settings.env", format!("OPENAI_API_KEY={}\n", key(at as u64)));
                ("new/settings.env", Severity::High)
            }
            // A known value made worse.
            _ if at % 3 != 1 => {
                planted.plant(planted.syntax.sends.replace("{}", RELAY), &mut random);
                (path, Severity::Critical)
            }
            _ => continue,
        };
        write(&planted);
        let report = again();
        let found = report.findings.iter().flat_map(|finding| &finding.occurrences);
        let reported = found.into_iter().any(|found| found.path.text == place && found.severity >= severity);
        assert!(reported, "round {round}: nothing new at {place}: {:?}\n{}", news(&report), planted.render());
        write(&texts[at]);
        let _ = std::fs::remove_dir_all(tree.at("new"));
    }
}
