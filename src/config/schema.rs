//! The JSON Schema of the file, for editors. `schema/config.schema.json` holds it, and a test compares the two.

use serde_json::{Map, Value, json};

use super::fields::{Field, Item, Kind, ROOT};
use super::resolved::Shown;
use crate::model::Limit;

/// The schema as a text.
#[must_use]
pub fn schema() -> String {
    let mut schema = table(ROOT);
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!(".keyscan.toml"));
    schema.insert("description".to_owned(), json!("What a team allows, and how its runs of keyscan go."));
    let text = serde_json::to_string_pretty(&Value::Object(schema)).expect("a tree of plain values can be written");
    text + "\n"
}

fn table(fields: &[Field]) -> Map<String, Value> {
    let mut properties = Map::new();
    for one in fields {
        properties.extend(one.names.all().into_iter().map(|name| (name.to_owned(), field(one))));
    }
    let mut table = Map::new();
    table.insert("type".to_owned(), json!("object"));
    table.insert("additionalProperties".to_owned(), json!(false));
    table.insert("properties".to_owned(), Value::Object(properties));
    table
}

fn field(field: &Field) -> Value {
    let mut schema = match field.kind {
        Kind::Table(fields) => table(fields),
        Kind::Flag => Map::from_iter([("type".to_owned(), json!("boolean"))]),
        Kind::One(one) => item(one),
        Kind::List(one) => {
            let most = if one == Item::Format { 1 } else { one.most() };
            let list = [("type", json!("array")), ("items", Value::Object(item(one))), ("maxItems", json!(most))];
            list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        }
    };
    schema.insert("description".to_owned(), json!(field.doc));
    // A list without a default is one that means nothing when it is empty.
    match field.default.shown() {
        Some(Shown::Flag(flag)) => drop(schema.insert("default".to_owned(), json!(flag))),
        Some(Shown::Number(number)) => drop(schema.insert("default".to_owned(), json!(number))),
        Some(Shown::Text(text)) => drop(schema.insert("default".to_owned(), json!(text))),
        Some(Shown::List(texts)) => drop(schema.insert("default".to_owned(), json!(texts))),
        None if matches!(field.kind, Kind::List(_)) => drop(schema.insert("minItems".to_owned(), json!(1))),
        None => {}
    }
    Value::Object(schema)
}

fn item(item: Item) -> Map<String, Value> {
    // A pattern holds for texts alone, and bounds for numbers alone.
    let (types, range) = match item {
        Item::Size => (json!(["string", "integer"]), Some(Limit::ArchiveSize.range())),
        Item::Count => (json!("integer"), Some(Limit::ArchiveMembers.range())),
        Item::Depth => (json!("integer"), Some(Limit::ArchiveDepth.range())),
        _ => (json!("string"), None),
    };
    let mut schema = Map::from_iter([("type".to_owned(), types)]);
    if let Some(range) = range {
        schema.insert("minimum".to_owned(), json!(range.start()));
        schema.insert("maximum".to_owned(), json!(range.end()));
    }
    if let Some(words) = item.words() {
        schema.insert("enum".to_owned(), json!(words));
    }
    if let Some(pattern) = item.pattern() {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
    schema
}
