//! The elements of an XML text in the order they stand in, each with its attributes, its text, and where it ends.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::super::Unread;

/// Deeper texts are not read.
const DEEPEST: usize = 512;

/// Most elements of a text.
const MOST: usize = 400_000;

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// Where the name lies, without the name of its space.
    pub(super) tag: Range<usize>,
    /// Where all of it lies.
    pub(super) span: Range<usize>,
    /// Where the tag lies that opens it.
    pub(super) opening: Range<usize>,
    /// Its text without blanks around it; empty where it has none.
    pub(super) text: Range<usize>,
    /// Index of the first element behind it that is no part of it.
    pub(super) next: usize,
}

/// Reads all elements.
pub(super) fn parse(text: &str) -> Result<Vec<Element>, Unread> {
    // The parser passes over the mark at the beginning of a file without counting it.
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader::from_str(&text[mark..]);
    let position =
        |reader: &Reader<&[u8]>| mark + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX - mark);
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let start = position(&reader);
        let event = reader.read_event().map_err(|_| Unread::Broken)?;
        let span = start..position(&reader);
        match event {
            Event::Start(_) | Event::Empty(_) => {
                if elements.len() >= MOST || open.len() >= DEEPEST {
                    return Err(Unread::TooLarge);
                }
                let id = elements.len();
                elements.push(element(text, span, id));
                if matches!(event, Event::Start(_)) {
                    open.push(id);
                }
            }
            Event::End(_) => {
                let id = open.pop().ok_or(Unread::Broken)?;
                let next = elements.len();
                let element = &mut elements[id];
                element.span.end = span.end;
                element.next = next;
                element.text = trimmed(text, element.text.clone());
            }
            Event::Text(_) | Event::GeneralRef(_) => add(text, &mut elements, &open, span),
            Event::CData(_) => add(text, &mut elements, &open, span.start + 9..span.end - 3),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if open.is_empty() && !elements.is_empty() { Ok(elements) } else { Err(Unread::Broken) }
}

fn element(text: &str, span: Range<usize>, id: usize) -> Element {
    let start = span.start + 1;
    let name = &text[start..span.end];
    let length = name.find(|char: char| char.is_ascii_whitespace() || matches!(char, '>' | '/')).unwrap_or(0);
    let space = name[..length].rfind(':').map_or(0, |colon| colon + 1);
    Element {
        tag: start + space..start + length,
        opening: start + length..span.end,
        span,
        text: start..start,
        next: id + 1,
    }
}

/// Adds text to the element that is open.
fn add(text: &str, elements: &mut [Element], open: &[usize], span: Range<usize>) {
    let Some(element) = open.last().map(|&id| &mut elements[id]) else { return };
    if text[span.clone()].trim().is_empty() {
        return;
    }
    let start = if element.text.is_empty() { span.start } else { element.text.start };
    element.text = start..span.end;
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let inside = &text[span.clone()];
    let start = span.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// The names and values of the attributes in the tag at `span`.
pub(super) fn attributes(text: &str, span: Range<usize>) -> Vec<(&str, Range<usize>)> {
    let mut attributes = Vec::new();
    let mut at = span.start;
    while let Some(equals) = text[at..span.end].find('=').map(|found| at + found) {
        let name = text[at..equals].trim();
        let behind = &text[equals + 1..span.end];
        let blanks = behind.len() - behind.trim_start().len();
        let Some(quote @ ('"' | '\'')) = behind.trim_start().chars().next() else { break };
        let start = equals + 1 + blanks + 1;
        let Some(length) = text[start..span.end].find(quote) else { break };
        attributes.push((name.rsplit(':').next().unwrap_or(name), start..start + length));
        at = start + length + 1;
    }
    attributes
}
