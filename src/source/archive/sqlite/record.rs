//! A record: the values of a row, written as one JSON object.

use super::pages::Text;

/// Most values of a record that are read; SQLite itself takes 32,767 at most.
const MOST_VALUES: usize = 32_767;

/// Reads a number of one to nine bytes; says how many they are.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// One value of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// The values of a record, and whether all of them are there. Of the last one there may be only the beginning.
pub(super) fn values(record: &[u8]) -> (Vec<Value<'_>>, bool) {
    let mut values = Vec::new();
    let Some((header, mut at)) = varint(record) else { return (values, false) };
    let whole = usize::try_from(header).is_ok_and(|header| header <= record.len());
    let header = usize::try_from(header).unwrap_or(usize::MAX).min(record.len());
    let mut body = header;
    while at < header && values.len() < MOST_VALUES {
        let Some((kind, size)) = varint(&record[at..header]) else { return (values, false) };
        at += size;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return (values, false),
            _ => (kind - 12) / 2,
        };
        let there = (record.len() - body) as u64;
        let bytes = &record[body..body + length.min(there) as usize];
        body += bytes.len();
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            _ if kind >= 12 && kind % 2 == 0 => Value::Blob(bytes),
            _ if kind >= 12 => Value::Text(bytes),
            _ if length > there => Value::Null,
            7 => Value::Real(f64::from_bits(integer(bytes).cast_unsigned())),
            _ => Value::Integer(integer(bytes)),
        });
        if length > there {
            return (values, false);
        }
    }
    (values, whole && at >= header)
}

/// A number of up to eight bytes, the first one with the sign.
fn integer(bytes: &[u8]) -> i64 {
    let first = i64::from(bytes.first().copied().unwrap_or_default().cast_signed());
    bytes.iter().skip(1).fold(first, |value, byte| value << 8 | i64::from(*byte))
}

/// Writes a record behind `json`, as an object in a line of its own. What is NULL is left out.
pub(super) fn write(json: &mut Vec<u8>, columns: &[String], values: &[Value<'_>], text: Text) {
    json.push(b'{');
    let mut first = true;
    for (index, value) in values.iter().enumerate() {
        if *value == Value::Null {
            continue;
        }
        if !std::mem::take(&mut first) {
            json.push(b',');
        }
        match columns.get(index) {
            Some(name) => string(json, name),
            None => json.extend(format!("\"{}\"", index + 1).bytes()),
        }
        json.push(b':');
        match value {
            Value::Null => {}
            Value::Integer(number) => json.extend(number.to_string().bytes()),
            Value::Real(number) if number.is_finite() => json.extend(number.to_string().bytes()),
            Value::Real(_) => json.extend(b"null"),
            Value::Text(bytes) => string(json, &decode(bytes, text)),
            Value::Blob(bytes) => string(json, &String::from_utf8_lossy(bytes)),
        }
    }
    json.extend(b"}\n");
}

/// A text as the database holds it.
pub(super) fn decode(bytes: &[u8], text: Text) -> std::borrow::Cow<'_, str> {
    let units = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units).into()
    };
    match text {
        Text::Utf8 => String::from_utf8_lossy(bytes),
        Text::Utf16Le => units(u16::from_le_bytes),
        Text::Utf16Be => units(u16::from_be_bytes),
    }
}

fn string(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    for char in text.chars() {
        match char {
            '"' => json.extend(b"\\\""),
            '\\' => json.extend(b"\\\\"),
            '\n' => json.extend(b"\\n"),
            '\r' => json.extend(b"\\r"),
            '\t' => json.extend(b"\\t"),
            '\0'..'\x20' | '\x7f' => json.extend(format!("\\u{:04x}", u32::from(char)).bytes()),
            _ => json.extend(char.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    json.push(b'"');
}
