//! Every report format, on one rich sample.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/report_browser.rs"]
mod browser;
#[path = "support/report_csv.rs"]
mod csv;
#[path = "support/report_github.rs"]
mod github;
#[path = "support/report_gitlab.rs"]
mod gitlab;
#[path = "support/report_hostile.rs"]
mod hostile;
#[path = "support/report_html.rs"]
mod html;
#[path = "support/report_human.rs"]
mod human;
#[path = "support/report_json.rs"]
mod json;
#[path = "support/report_junit.rs"]
mod junit;
#[path = "support/report_many.rs"]
mod many;
#[path = "support/report_markdown.rs"]
mod markdown;
#[path = "support/report_sample.rs"]
mod sample;
#[path = "support/report_sarif.rs"]
mod sarif;

use keyscan::model::Report;
use keyscan::report::{Format, Options, sanitize, write};
use keyscan::rules::Rules;

fn render_with(report: &Report, format: Format, options: Options) -> String {
    let mut out = Vec::new();
    write(report, &Rules::builtin(), format, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn render(report: &Report, format: Format) -> String {
    render_with(report, format, Options { width: Some(80), ..Options::default() })
}

/// Each sample with a name.
fn samples() -> [(&'static str, Report); 3] {
    [("one root", sample::report()), ("several roots", sample::several_roots()), ("clean", sample::clean())]
}

/// The samples, and what a scanned tree might wish for.
fn all_samples() -> Vec<(&'static str, Report)> {
    samples().into_iter().chain([("hostile", hostile::report())]).collect()
}

/// Vectors made by an independent implementation of GitHub's upload action.
#[test]
fn line_hashes_agree_with_the_vectors() {
    let Ok(bytes) = std::fs::read("../shared/sarif/primary-location-line-hash.json") else {
        println!("skipped: ../shared/sarif is not here");
        return;
    };
    let vectors: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let mut expected: Vec<(u64, &str)> = case["lines"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(line, hash)| (line.parse().unwrap(), hash.as_str().unwrap()))
            .collect();
        expected.sort_unstable();
        let (lines, hashes): (Vec<u64>, Vec<&str>) = expected.into_iter().unzip();
        let text = case["text"].as_str().unwrap();
        assert_eq!(keyscan::model::line_hashes(text.as_bytes(), &lines), hashes, "{}", case["name"]);
    }
}

#[test]
fn formats_have_words() {
    for &format in Format::ALL {
        assert_eq!(Format::from_word(format.as_str()), Some(format));
    }
    assert_eq!(Format::from_word("xml"), None);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (name, report) in all_samples() {
        for &format in Format::ALL {
            assert_eq!(render(&report, format), render(&report.clone(), format), "{name} {}", format.as_str());
        }
    }
}

/// A path may hold anything; no format may hand it to a terminal as it is.
#[test]
fn no_format_writes_a_character_that_a_terminal_obeys() {
    for (name, report) in all_samples() {
        for &format in Format::ALL {
            let text = render(&report, format);
            for line in text.lines() {
                assert_eq!(sanitize(line), line, "{name} {}", format.as_str());
            }
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name} {}", format.as_str());
        }
    }
}

/// Redaction is done upstream: what a finding shows is written as it is, and nothing else is made up from it.
#[test]
fn shown_texts_pass_through() {
    let planted = format!("sk-proj-{}{}{}", "aZ09-_bY18".repeat(7), concat!("T3Blbk", "FJ"), "cX27wD36vE".repeat(7));
    let finding = sample::key(Some("openai"), "sample-project", "sk-proj-aZ09…36vE", Some('e'))
        .at(sample::place(&format!("keys/{planted}.txt"), 1, 1).setting(&planted))
        .done("The OpenAI key sk-proj-aZ09…36vE stands in a file.");
    let report = sample::with_findings(sample::clean(), vec![finding]);
    for &format in Format::ALL {
        let text = render(&report, format);
        assert!(text.matches(&planted).count() >= 2, "{}", format.as_str());
        assert!(text.contains("sk-proj-aZ09…36vE"), "{}", format.as_str());
    }
}

/// A writer that is closed after some bytes, as a pipe into `head` is.
struct Closed(usize);

impl std::io::Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(std::io::ErrorKind::BrokenPipe.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error_of_its_own_kind() {
    for &format in Format::ALL {
        for room in [0, 1, 1000] {
            let result = write(&sample::report(), &Rules::builtin(), format, &Options::default(), &mut Closed(room));
            assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe, "{} {room}", format.as_str());
        }
    }
}
