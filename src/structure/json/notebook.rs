//! Jupyter notebooks: cells one behind the other, each a text of its own in lines of JSON.
//!
//! A cell is no unit: what one cell sets, later ones use.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::super::format::{Format, Language, Shell};
use super::super::mapped::Mapped;
use super::super::quoted::{self, Escapes};
use super::super::tree::Tree;
use super::super::{Unread, read_as};
use super::parse::{Kind, parse};
use super::records::Nodes;

/// Reads a notebook into `scope`.
pub(in super::super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > super::LARGEST {
        return Err(Unread::TooLarge);
    }
    let nodes = parse(bytes, 0..bytes.len())?;
    let nodes = Nodes { bytes, nodes: &nodes };
    if nodes.nodes.first().is_none_or(|first| first.kind != Kind::Object) {
        return Err(Unread::Broken);
    }
    let language = language(nodes);
    for cell in cells(nodes) {
        let inner = tree.open(scope, ScopeKind::Section, "", nodes.nodes[cell].span());
        if inner != scope {
            tree.set_unit(inner, false);
        }
        read_cell(nodes, cell, language, inner, tree);
    }
    Ok(())
}

/// The cells, in the order in which people see them.
fn cells(nodes: Nodes<'_>) -> impl Iterator<Item = usize> {
    // Notebooks of old hold their cells in sheets.
    let sheets = nodes.child(0, &["worksheets"]).into_iter().flat_map(move |sheets| nodes.children(sheets));
    let holders = std::iter::once(0).chain(sheets);
    let cells =
        holders.filter_map(move |holder| nodes.child(holder, &["cells"])).flat_map(move |cells| nodes.children(cells));
    cells.filter(move |&cell| nodes.nodes[cell].kind == Kind::Object)
}

/// What each part of a notebook is called, in order: `cell 3`, with `cell 3, source` and `cell 3, output 1` inside it. None
/// where it cannot be read.
#[must_use]
pub fn parts(bytes: &[u8]) -> Vec<(Range<usize>, String)> {
    let Ok(nodes) = parse(&bytes[..bytes.len().min(super::LARGEST)], 0..bytes.len().min(super::LARGEST)) else {
        return Vec::new();
    };
    let nodes = Nodes { bytes, nodes: &nodes };
    let mut parts = Vec::new();
    if nodes.nodes.is_empty() {
        return parts;
    }
    for (index, cell) in cells(nodes).enumerate() {
        let number = index + 1;
        parts.push((nodes.nodes[cell].span(), format!("cell {number}")));
        for part in nodes.children(cell) {
            match &*nodes.name(part) {
                "source" | "input" => parts.push((nodes.nodes[part].span(), format!("cell {number}, source"))),
                "outputs" => parts.extend(nodes.children(part).enumerate().map(|(index, output)| {
                    (nodes.nodes[output].span(), format!("cell {number}, output {}", index + 1))
                })),
                _ => {}
            }
        }
    }
    parts
}

fn read_cell(nodes: Nodes, cell: usize, language: Language, scope: ScopeId, tree: &mut Tree) {
    let code = nodes.text(cell, &["cell_type"]) == Some("code");
    for part in nodes.children(cell) {
        match &*nodes.name(part) {
            "source" | "input" if code => {
                let text = joined(nodes, part);
                tree.within(&text, |tree| read_code(&text.text, language, scope, tree));
            }
            "source" | "outputs" | "output" => {
                for id in part..nodes.nodes[part].next as usize {
                    if nodes.nodes[id].kind == Kind::Text {
                        let name = nodes.name(if nodes.nodes[id].name().is_empty() { part } else { id });
                        tree.value(nodes.bytes, scope, &name, nodes.nodes[id].span());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The text of a cell: one text, or one for each line.
fn joined(nodes: Nodes, source: usize) -> Mapped {
    let mut text = Mapped::default();
    for id in source..nodes.nodes[source].next as usize {
        if nodes.nodes[id].kind == Kind::Text {
            quoted::unescape(&mut text, nodes.bytes, nodes.nodes[id].span(), Escapes::Backslash);
        }
    }
    text
}

/// Reads the code of a cell. What cannot be read stays a text.
fn read_code(text: &[u8], language: Language, scope: ScopeId, tree: &mut Tree) {
    let first = text.trim_ascii_start().split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    let format = match first {
        b"%%bash" | b"%%sh" | b"%%shell" | b"%%script" => Format::Shell(Shell::Posix),
        b"%%javascript" | b"%%js" | b"%%html" => Format::Code(Language::JavaScript),
        _ => Format::Code(language),
    };
    let mut code = text.to_vec();
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some((name, span)) = magic(line) {
            tree.value(text, scope, name, start + span.start..start + span.end);
            // It is no code: blanks in its place keep the rest where it is.
            code[start..start + line.len()].fill(b' ');
        }
        start += line.len();
    }
    let _ = read_as(format, &code, scope, tree);
}

/// The variable that a line sets for the cells behind it: `%env NAME=value`.
fn magic(line: &[u8]) -> Option<(&str, Range<usize>)> {
    let text = line.trim_ascii();
    let lead = [&b"%env "[..], b"%set_env ", b"!export "].into_iter().find(|lead| text.starts_with(lead))?;
    let separator = text[lead.len()..].iter().position(|byte| matches!(byte, b'=' | b' ')).map(|at| at + lead.len())?;
    let name = str::from_utf8(&text[lead.len()..separator]).ok()?;
    let word = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    let indent = line.len() - line.trim_ascii_start().len();
    let value = text[separator + 1..].trim_ascii_start();
    let value = value.strip_prefix(b"=").map_or(value, <[u8]>::trim_ascii_start);
    let quoted = value.len() > 1 && matches!(value[0], b'"' | b'\'') && value.last() == value.first();
    let end = indent + text.len() - usize::from(quoted);
    let start = indent + text.len() - value.len() + usize::from(quoted);
    (word && !name.is_empty()).then_some((name, start..end))
}

fn language(nodes: Nodes) -> Language {
    let metadata = nodes.child(0, &["metadata"]);
    let of = |holder: &str, name: &str| nodes.text(nodes.child(metadata?, &[holder])?, &[name]);
    match of("language_info", "name").or_else(|| of("kernelspec", "language")).unwrap_or_default() {
        "javascript" | "typescript" => Language::JavaScript,
        "go" => Language::Go,
        "java" => Language::Java,
        "kotlin" | "scala" => Language::Kotlin,
        "C#" | "csharp" | "polyglot-notebook" => Language::CSharp,
        "ruby" => Language::Ruby,
        "rust" => Language::Rust,
        _ => Language::Python,
    }
}
