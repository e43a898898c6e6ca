//! `keyscan config`: what a scan would go by, and the schema of the file for editors.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};
use keyscan::config::{self, FailOn, Resolved, Shown, Source};
use keyscan::model::{Limit, RuleId};
use keyscan::report::Format;
use keyscan::rules::Rules;
use keyscan::scan;
use serde_json::{Value, json};

use super::args::{ScanArgs, from_environment};
use super::baseline;
use super::error::harmless;
use super::exit::Exit;
use super::output::Target;
use super::policy::{self, InForce};
use super::resolve;

/// Version of the JSON that `config check` writes.
const SCHEMA_VERSION: u32 = 1;
/// Lists are written in one line up to this width.
const WIDTH: usize = 60;

/// Prints the JSON Schema of the config file.
pub(super) fn schema() -> Result<Exit> {
    Target::Stdout.write(|out| out.write_all(config::schema().as_bytes()))?;
    Ok(Exit::Clean)
}

/// Checks the config file that a scan with the same arguments would read, and prints what holds.
pub(super) fn check(args: &ScanArgs) -> Result<Exit> {
    let input = resolve::input(args)?;
    if let scan::Input::Tree(tree) = &input
        && let Some(missing) = resolve::roots(tree).iter().find(|root| !root.exists())
    {
        bail!("no such file or folder: {}", missing.display());
    }
    let in_force = policy::resolve(args, &input)?;
    // A run that writes it or that names another one does not need it.
    if let Some((baseline, place)) = policy::baseline(&in_force.config, &in_force.files)
        && args.baseline.is_none()
        && !(args.no_baseline || args.write_baseline && baseline.is_missing())
    {
        baseline::load(&baseline, Some(&place))?;
    }
    let fields = fields(args, &in_force);
    let notes = notes(&in_force);
    let as_json = args.format.iter().any(|format| format.format == Format::Json);
    Target::Stdout.write(|out| {
        let file = in_force.facts.config.as_deref();
        if as_json { write_json(file, &fields, &notes, out) } else { write_text(file, &fields, &notes, out) }
    })?;
    Ok(Exit::Clean)
}

/// Every field, with what holds for a scan.
fn fields(args: &ScanArgs, in_force: &InForce) -> Vec<Resolved> {
    let mut fields = Resolved::defaults();
    let given = in_force.config.given();
    for field in &mut fields {
        if let Some(given) = given.iter().find(|given| given.name == field.name) {
            *field = given.clone();
        }
        if let Some((value, source)) = typed(args, in_force, &field.name) {
            field.value = Some(value);
            field.source = source;
        }
    }
    fields
}

/// What flags and variables say of a field.
fn typed(args: &ScanArgs, in_force: &InForce, field: &str) -> Option<(Shown, Source)> {
    let gate = resolve::gate(args, &in_force.config);
    let text = |word: &str| Shown::Text(word.to_owned());
    let rules =
        |rules: &mut dyn Iterator<Item = &RuleId>| Shown::List(rules.map(|rule| rule.as_str().to_owned()).collect());
    let selected = &in_force.policy.rules;
    Some(match field {
        "rules.only" if !args.only.is_empty() => (rules(&mut selected.only.iter()), Source::Flag("--only")),
        "rules.except" if !args.except.is_empty() => (rules(&mut selected.except.iter()), Source::Flag("--except")),
        "gate.fail-on" => {
            let FailOn(severity) = args.fail_on?;
            (text(severity.map_or("never", |severity| severity.as_str())), Source::Flag("--fail-on"))
        }
        "gate.fail-on-confidence" => (text(args.fail_on_confidence?.as_str()), Source::Flag("--fail-on-confidence")),
        "gate.allow-incomplete" => (Shown::Flag(args.allow_incomplete?), Source::Flag("--allow-incomplete")),
        "output.format" if !args.format.is_empty() => {
            let formats = args.format.iter().map(|format| format.format.as_str().to_owned());
            (Shown::List(formats.collect()), Source::Flag("--format"))
        }
        "output.format" => {
            let format = from_environment("KEYSCAN_FORMAT")?;
            (Shown::List(vec![format.to_string_lossy().into_owned()]), Source::Variable("KEYSCAN_FORMAT"))
        }
        "output.min-severity" if args.min_severity.is_some() => {
            (text(args.min_severity?.as_str()), Source::Flag("--min-severity"))
        }
        "output.min-severity" if in_force.config.min_severity.is_none() => {
            (text(resolve::min_severity(args, &in_force.config, &gate).as_str()), Source::Default)
        }
        field => {
            let field = field.strip_prefix("limits.")?;
            let flag = |bytes| Some((Shown::Text(config::size_text(bytes)), Source::Flag("--max-file-size")));
            if field == "max-file-size" {
                return args.limits.max_file_size.and_then(flag);
            }
            let limit = Limit::SETTABLE.into_iter().find(|limit| limit.as_str() == field)?;
            let value = args.limits.typed(limit)?;
            let value = if limit.is_size() { Shown::Text(config::size_text(value)) } else { Shown::Number(value) };
            (value, Source::Flag(limit.flag()?))
        }
    })
}

/// What the author of the file should know, though nothing is wrong with it.
fn notes(in_force: &InForce) -> Vec<String> {
    let mut notes = Vec::new();
    for field in in_force.config.given() {
        let (Some(Shown::List(texts)), Source::File(line)) = (&field.value, field.source) else { continue };
        let allows = field.name.starts_with("endpoints.") && !field.name.ends_with(".deny");
        for host in texts.iter().filter(|_| allows) {
            notes.extend(known_as(host, &in_force.rules).map(|what| {
                format!("line {line}: {} lets {host} receive keys; the catalogue knows it as {what}", field.name)
            }));
        }
    }
    notes
}

/// What the catalogue calls a host that nobody should send keys to unawares.
fn known_as(host: &str, rules: &Rules) -> Option<String> {
    use keyscan::rules::schema::CatalogueKind;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let entry = rules.host(name.as_bytes())?.entry;
    let kind = match entry.kind {
        CatalogueKind::Relay => "a relay",
        CatalogueKind::PlatformProxy => "a platform where anybody can deploy",
        _ => return None,
    };
    Some(format!("{kind} ({})", entry.name))
}

fn write_text(file: Option<&str>, fields: &[Resolved], notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    let name = match file {
        Some(file) => {
            writeln!(out, "Policy file: {}", harmless(file))?;
            Path::new(file).file_name().map_or_else(|| harmless(file), |name| harmless(&name.to_string_lossy()))
        }
        None => {
            writeln!(out, "Policy file: none ({} at the top of the repository would be read)", config::FILE_NAME)?;
            String::new()
        }
    };
    // What nobody gives and what has no default says nothing.
    let shown = fields.iter().filter(|field| {
        let empty = matches!(&field.value, None | Some(Shown::List(_)));
        !(empty && field.source == Source::Default) || field.name == "output.format"
    });
    let rows: Vec<(&Resolved, String)> = shown
        .map(|field| {
            let source = match field.source {
                Source::File(line) => format!("{name}:{line}"),
                Source::Flag(flag) => flag.to_owned(),
                Source::Variable(variable) => variable.to_owned(),
                Source::Default => "default".to_owned(),
            };
            (field, source)
        })
        .collect();
    let width = |column: &dyn Fn(&(&Resolved, String)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let names = width(&|(field, _)| field.name.len());
    let sources = width(&|(_, source)| source.chars().count());
    writeln!(out)?;
    for (field, source) in &rows {
        write!(out, "{:names$}  {source:sources$}  ", field.name)?;
        let indent = names + sources + 4;
        write_value(field.value.as_ref(), indent, out)?;
    }
    if !notes.is_empty() {
        writeln!(out)?;
    }
    notes.iter().try_for_each(|note| writeln!(out, "note: {}", harmless(note)))
}

fn write_value(value: Option<&Shown>, indent: usize, out: &mut dyn Write) -> io::Result<()> {
    match value {
        None => writeln!(out, "-"),
        Some(Shown::Flag(flag)) => writeln!(out, "{flag}"),
        Some(Shown::Number(number)) => writeln!(out, "{number}"),
        Some(Shown::Text(text)) => writeln!(out, "{}", harmless(text)),
        Some(Shown::List(texts)) => {
            let texts: Vec<String> = texts.iter().map(|text| harmless(text)).collect();
            let line = texts.join(", ");
            if texts.is_empty() {
                writeln!(out, "(none)")
            } else if line.chars().count() <= WIDTH {
                writeln!(out, "{line}")
            } else {
                writeln!(out, "{}", texts.join(&format!("\n{}", " ".repeat(indent))))
            }
        }
    }
}

fn write_json(file: Option<&str>, fields: &[Resolved], notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<Value> = fields
        .iter()
        .map(|field| {
            let value = match &field.value {
                None => Value::Null,
                Some(Shown::Flag(flag)) => json!(flag),
                Some(Shown::Number(number)) => json!(number),
                Some(Shown::Text(text)) => json!(harmless(text)),
                Some(Shown::List(texts)) => texts.iter().map(|text| json!(harmless(text))).collect(),
            };
            let (source, line, by) = match field.source {
                Source::File(line) => ("file", Some(line), None),
                Source::Flag(flag) => ("flag", None, Some(flag)),
                Source::Variable(variable) => ("variable", None, Some(variable)),
                Source::Default => ("default", None, None),
            };
            json!({"name": field.name, "value": value, "source": source, "line": line, "by": by})
        })
        .collect();
    let notes: Vec<String> = notes.iter().map(|note| harmless(note)).collect();
    let answer = json!({
        "schema_version": SCHEMA_VERSION,
        "config": file.map(harmless),
        "fields": fields,
        "notes": notes,
    });
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    writeln!(out)
}
