//! JUnit's XML: the one report that nearly every CI server shows without a plugin.
//!
//! One suite per rule and a failed test per place, whose type is the severity there; no test where nothing was found would
//! look like a run that broke, so there is one that passed. What should have been read and was not is an error, what
//! could not have been read is a skipped test.
//!
//! Attributes and empty elements are those that both schemas in use ask for, Ant's and Jenkins'.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::model::{Report, RuleId, SkipEffect, Skipped};
use crate::rules::Rules;

use super::lines::{Line, lines};
use super::names::unique_names;
use super::sanitize::sanitize;
use super::{Options, words};

/// How many unread files of either kind are named one by one.
const MAX_NAMED: usize = 1000;

/// Where the events go.
type Xml<'a> = Writer<&'a mut dyn Write>;

/// Writes one document.
pub(super) fn write(report: &Report, rules: &Rules, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let names = unique_names(&report.scan.roots);
    let mut writer = Writer::new_with_indent(out, b' ', 1);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites = Suites { time: options.timestamp(), written: 0 };
    writer.create_element("testsuites").write_inner_content(|xml| {
        let failed = failed(report, &names);
        if failed.is_empty() {
            suites.write(xml, "keyscan", Counts { tests: 1, ..Counts::default() }, |xml| {
                case(xml, "keyscan", "nothing found").write_empty().map(drop)
            })?;
        }
        for (rule, places) in failed {
            let counts = Counts { tests: places, failures: places, ..Counts::default() };
            suites.write(xml, &format!("keyscan.{}", rule.as_str()), counts, |xml| {
                lines(report, &names)
                    .filter(|line| line.finding.rule == rule)
                    .try_for_each(|line| failure(xml, &line, rules))
            })?;
        }
        not_read(xml, &mut suites, &report.scan.skipped)
    })?;
    writer.get_mut().write_all(b"\n")
}

/// The rules with places to tell, in report order, each with their number.
fn failed(report: &Report, names: &[String]) -> Vec<(RuleId, usize)> {
    let mut failed: Vec<(RuleId, usize)> = Vec::new();
    for line in lines(report, names) {
        match failed.iter_mut().find(|(rule, _)| *rule == line.finding.rule) {
            Some((_, places)) => *places += 1,
            None => failed.push((line.finding.rule, 1)),
        }
    }
    failed
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// What all suites share.
struct Suites {
    time: String,
    written: usize,
}

impl Suites {
    fn write<'a>(
        &mut self,
        xml: &mut Xml<'a>,
        name: &str,
        counts: Counts,
        cases: impl FnOnce(&mut Xml<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let [id, tests, failures, errors, skipped] =
            [self.written, counts.tests, counts.failures, counts.errors, counts.skipped].map(|count| count.to_string());
        self.written += 1;
        let suite = xml.create_element("testsuite").with_attributes([
            ("id", id.as_str()),
            ("name", name),
            ("package", "keyscan"),
            ("timestamp", &self.time),
            ("hostname", "localhost"),
            ("tests", &tests),
            ("failures", &failures),
            ("errors", &errors),
            ("skipped", &skipped),
            ("time", "0"),
        ]);
        suite.write_inner_content(|xml| {
            xml.create_element("properties").write_empty()?;
            cases(xml)?;
            xml.create_element("system-out").write_empty()?;
            xml.create_element("system-err").write_empty().map(drop)
        })?;
        Ok(())
    }
}

/// A test: where, and what of.
fn case<'a, 'b>(
    xml: &'b mut Xml<'a>,
    class: &str,
    name: &str,
) -> quick_xml::writer::ElementWriter<'b, &'a mut dyn Write> {
    let (class, name) = (characters(class), characters(name));
    let attributes = [("classname", class.as_str()), ("name", name.as_str()), ("time", "0")];
    xml.create_element("testcase").with_attributes(attributes)
}

fn failure(xml: &mut Xml<'_>, line: &Line<'_>, rules: &Rules) -> io::Result<()> {
    let Line { finding, place, .. } = *line;
    let name = format!("{} {}", finding.rule.as_str(), words::place(&line.path(), &place.position));
    let message = characters(line.message());
    case(xml, &line.path(), &name).write_inner_content(|xml| {
        let attributes = [("type", line.severity().as_str()), ("message", &message)];
        let text = characters_of_lines(&body(line, rules));
        xml.create_element("failure").with_attributes(attributes).write_text_content(BytesText::new(&text)).map(drop)
    })?;
    Ok(())
}

/// What a person needs who reads no more than this one test.
fn body(line: &Line<'_>, rules: &Rules) -> Vec<String> {
    let Line { finding, place, .. } = *line;
    let mut body = vec![line.title(), line.message().to_owned()];
    body.push(format!("place: {} ({})", words::place(&line.path(), &place.position), line.facts()));
    body.extend(line.key().map(|key| format!("key: {}, {}", key.redacted, words::key(key, rules))));
    body.extend(line.endpoint().map(|(to, _)| format!("endpoint: {}, {}", to.host, words::endpoint(to))));
    body.extend(finding.advice.first().map(|advice| format!("do now: {advice}")));
    body.push(format!("finding: {}", finding.id));
    body
}

fn not_read(xml: &mut Xml<'_>, suites: &mut Suites, skipped: &[Skipped]) -> io::Result<()> {
    let of = |effect| skipped.iter().filter(move |skipped| skipped.reason.effect() == effect);
    let [errors, notes] = [SkipEffect::Incomplete, SkipEffect::Note].map(|effect| of(effect).count());
    if errors + notes == 0 {
        return Ok(());
    }
    // Behind those that are named one more says how many are not.
    let cases = |count: usize| if count > MAX_NAMED { MAX_NAMED + 1 } else { count };
    let (errors_told, notes_told) = (cases(errors), cases(notes));
    let counts =
        Counts { tests: errors_told + notes_told, errors: errors_told, skipped: notes_told, ..Counts::default() };
    suites.write(xml, "keyscan.not-read", counts, |xml| {
        for (effect, element, all) in [(SkipEffect::Incomplete, "error", errors), (SkipEffect::Note, "skipped", notes)]
        {
            for skipped in of(effect).take(MAX_NAMED) {
                let name = format!("{} {}", skipped.reason.as_str(), skipped.path.text);
                unread(
                    xml,
                    element,
                    (&skipped.path.text, &name),
                    skipped.reason.as_str(),
                    words::explain(skipped.reason),
                )?;
            }
            if all > MAX_NAMED {
                let name = format!("{} more", words::grouped((all - MAX_NAMED) as u64));
                unread(xml, element, ("keyscan", &name), "others", "not named here")?;
            }
        }
        Ok(())
    })
}

fn unread(xml: &mut Xml<'_>, element: &str, (class, name): (&str, &str), kind: &str, message: &str) -> io::Result<()> {
    case(xml, class, name).write_inner_content(|xml| {
        let why = xml.create_element(element).with_attributes([("type", kind), ("message", message)]);
        why.write_empty().map(drop)
    })?;
    Ok(())
}

/// The text without what a reader cannot see, and without the two characters besides that XML 1.0 forbids.
fn characters(text: &str) -> String {
    sanitize(text).replace('\u{FFFE}', "\\u{fffe}").replace('\u{FFFF}', "\\u{ffff}")
}

fn characters_of_lines(lines: &[String]) -> String {
    lines.iter().map(|line| characters(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::characters;

    #[test]
    fn what_xml_forbids_is_shown() {
        assert_eq!(characters("a\0\u{1f}\u{fffe}\u{ffff}]]>é"), "a\\u{0}\\u{1f}\\u{fffe}\\u{ffff}]]>é");
    }
}
