//! Markdown, read back by a parser with GitHub's tables.

use keyscan::model::*;
use keyscan::report::{Format, Options};
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};

use super::{hostile, render, render_with, sample, samples};

fn events(text: &str) -> Vec<Event<'_>> {
    let extensions = Extensions::ENABLE_TABLES | Extensions::ENABLE_STRIKETHROUGH | Extensions::ENABLE_MATH;
    Parser::new_ext(text, extensions).collect()
}

fn verbose(report: &Report) -> String {
    render_with(report, Format::Markdown, Options { verbose: 1, ..Options::default() })
}

#[test]
fn reports_look_like_this() {
    let mut report = sample::report();
    report.findings.retain(|finding| finding.occurrences.len() != 2);
    report.findings.truncate(3);
    insta::assert_snapshot!(render(&report, Format::Markdown));
    insta::assert_snapshot!(render(&sample::clean(), Format::Markdown), @r"
    ## keyscan: nothing found

    | critical | high | medium | low |
    |---:|---:|---:|---:|
    | 0 | 0 | 0 | 0 |

    ---

    Read 12 files (3.3 KiB).
    ");
}

/// Headings, lists, tables and code spans are all there is, whatever the names are.
#[test]
fn names_are_no_markup() {
    for report in [hostile::report(), sample::report(), sample::several_roots()] {
        let columns = if report.scan.roots.len() > 1 { 4 } else { 3 };
        let text = verbose(&report);
        let (mut strong, mut headings, mut tables, mut rows) = (0, 0, 0, 0);
        for event in events(&text) {
            match event {
                Event::Start(Tag::Strong) => strong += 1,
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Start(Tag::Table(alignments)) => {
                    tables += 1;
                    assert!(tables == 1 || alignments.len() == columns);
                }
                Event::Start(Tag::TableRow) => rows += 1,
                Event::Start(Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::TableHead | Tag::TableCell)
                | Event::End(_)
                | Event::Text(_)
                | Event::Code(_)
                | Event::SoftBreak
                | Event::Rule => {}
                other => panic!("{other:?}"),
            }
        }
        let shown = report.findings.iter().filter(|finding| finding.severity >= report.min_severity);
        let places: usize = shown.clone().map(|finding| finding.occurrences.len()).sum();
        assert_eq!(headings, 1 + shown.clone().count());
        assert_eq!(tables, 1 + shown.count());
        assert_eq!(rows, 1 + places, "one per place, and the counts");
        assert!(strong > headings);
    }
}

/// GitHub and GitLab look for these in the text that comes out.
#[test]
fn names_mention_nobody_and_link_nowhere() {
    let text = render(&hostile::report(), Format::Markdown) + &verbose(&hostile::report());
    for event in events(&text) {
        let Event::Text(text) = event else { continue };
        let characters: Vec<char> = text.chars().collect();
        for pair in characters.windows(2) {
            let refers = "@#!%&$~^".contains(pair[0]) && pair[1].is_alphanumeric();
            assert!(!refers, "{text}");
        }
        assert!(!text.contains("://") && !text.to_lowercase().contains("www."), "{text}");
    }
    assert!(!text.contains("##["), "a command to an older runner");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "a command to a runner");
}

#[test]
fn every_name_can_be_found_in_a_code_span() {
    let report = sample::report();
    let text = verbose(&report);
    let codes: Vec<String> = events(&text)
        .into_iter()
        .filter_map(|event| if let Event::Code(code) = event { Some(code.to_string()) } else { None })
        .collect();
    for finding in report.findings.iter().filter(|finding| finding.severity >= Severity::Low) {
        for place in finding.occurrences.iter().filter(|place| place.path.text != sample::NASTY_PATH) {
            let at = format!("{}:{}:{}", place.path.text, place.position.line, place.position.column);
            assert!(codes.contains(&at), "{at}");
        }
        assert!(codes.contains(&finding.id));
    }
}

/// A comment on GitHub may have 65,536 characters.
#[test]
fn what_is_too_long_is_cut_at_a_whole_finding_and_counted() {
    for (report, cut) in
        [(hostile::many(0), false), (hostile::many(1), false), (hostile::many(5000), true), (hostile::report(), false)]
    {
        let text = render(&report, Format::Markdown);
        assert!(text.len() <= 64_000, "{}", text.len());
        let told = text.matches("\n### ").count();
        let left_out = text.split_once(" left out here.").map_or(0, |(before, _)| {
            let count = before.rsplit_once("**").unwrap().1.split(' ').next().unwrap();
            count.replace(',', "").parse().unwrap()
        });
        assert_eq!(told + left_out, report.findings.len());
        assert_eq!(left_out > 0, cut);
        assert!(!cut || text.len() > 50_000, "room is used: {}", text.len());
        assert!(text.contains("\n---\n\nRead "), "what was read is always said");
        // Everything is there for who asks for it.
        assert_eq!(verbose(&report).matches("\n### ").count(), report.findings.len());
    }
}

#[test]
fn the_worst_comes_first_and_counts_are_those_of_the_report() {
    let report = hostile::many(4000);
    let text = render(&report, Format::Markdown);
    assert!(text.starts_with("## keyscan: 4,000 findings\n"));
    assert!(text.contains("| 1,000 | 1,000 | 1,000 | 1,000 |"), "{}", &text[..200]);
    let severities: Vec<Severity> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### ")?.split(':').next())
        .map(|word| Severity::ALL.into_iter().find(|severity| severity.as_str() == word).unwrap())
        .collect();
    assert!(severities.iter().rev().is_sorted());
    assert_eq!(severities[0], Severity::Critical);
}

#[test]
fn what_was_not_read_stands_at_the_top() {
    for (name, report) in samples() {
        let text = render(&report, Format::Markdown);
        assert_eq!(text.contains("**Incomplete:** 2 files were not scanned to the end"), name != "clean");
        if name != "clean" {
            assert!(text.find("**Incomplete").unwrap() < text.find("###").unwrap());
            assert!(text.contains("- `secrets/prod.env`: it could not be opened or read"));
            assert!(text.contains("symbolic links are not followed (2)"));
        }
    }
}

#[test]
fn what_was_set_aside_and_what_is_let_pass_are_listed() {
    let mut report = sample::report();
    let mut passed = report.findings[0].clone();
    for place in &mut passed.occurrences {
        let reason = "moves in [June]".to_owned();
        place.suppression = Some(Suppression { kind: SuppressionKind::Inline, reason }.into());
    }
    let place = passed.occurrences[0].path.clone();
    report.suppressed = vec![passed];
    report.scan.policy.set_aside =
        vec![SetAside { root: 0, path: place, shown: "x".to_owned(), kind: SetAsideKind::InlineAllow, count: 2 }];
    let text = render(&report, Format::Markdown);
    assert!(text.find("**Set aside,**").unwrap() < text.find("###").unwrap());
    assert!(text.contains(": 2 inline comments\n") && !text.contains("### Let pass"), "{text}");
    report.show_suppressed = true;
    let text = render(&report, Format::Markdown);
    assert!(text.contains("### Let pass") && text.contains("by inline comment: moves in \\[June\\]"), "{text}");
}
