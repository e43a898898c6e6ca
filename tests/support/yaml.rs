//! YAML texts as values, for files that other programs read: every scalar is a text.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// The documents of a text. Panics on what is no YAML, and on names given twice.
pub fn documents(text: &str) -> Vec<Value> {
    let mut events = Parser::new_from_str(text).map(|event| event.expect("the file is YAML").0);
    let mut documents = Vec::new();
    while let Some(event) = events.next() {
        if matches!(event, Event::DocumentStart(_)) {
            let first = events.next().unwrap();
            documents.push(value(first, &mut events));
        }
    }
    documents
}

fn value<'t>(event: Event<'t>, events: &mut impl Iterator<Item = Event<'t>>) -> Value {
    match event {
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match events.next().unwrap() {
                    Event::SequenceEnd => return Value::Array(items),
                    event => items.push(value(event, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut fields = Map::new();
            loop {
                let name = match events.next().unwrap() {
                    Event::MappingEnd => return Value::Object(fields),
                    event => value(event, events),
                };
                let event = events.next().unwrap();
                let before = fields.insert(name.as_str().unwrap().to_owned(), value(event, events));
                assert!(before.is_none(), "{name} stands twice");
            }
        }
        other => panic!("{other:?} is not used here"),
    }
}
