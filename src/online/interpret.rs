//! What an answer says of a key: status and error together, by the table in the rules.

use serde_json::Value;

use crate::model::{KeyVerdict, OnlineReason, Verification, shortened_id};
use crate::rules::schema::{self, checks::Standing};

use super::client::Answer;

/// What an answer says.
pub(super) fn verdict(answer: &Answer, rows: &[&schema::Answer]) -> Verification {
    let mut verification = read(answer, rows);
    if verification.verdict.is_live() {
        let name = |header: &str| answer.word(header).map(shortened_id);
        verification.organization = name("openai-organization");
        verification.project = name("openai-project");
    }
    verification
}

fn read(answer: &Answer, rows: &[&schema::Answer]) -> Verification {
    match answer.status {
        200 if is_record(answer) => return Verification::new(KeyVerdict::Live, OnlineReason::Accepted),
        200 => return Verification::unknown(OnlineReason::NotTheApi),
        300..=399 => return Verification::unknown(OnlineReason::Redirect),
        500.. => return Verification::unknown(OnlineReason::ServerError),
        _ => {}
    }
    let Some(error) = Failure::of(&answer.body) else { return Verification::unknown(OnlineReason::NotTheApi) };
    let row = rows.iter().find(|row| row.status == answer.status && error.fits(row));
    row.map_or(Verification::unknown(OnlineReason::Unexpected), |row| {
        let reason = OnlineReason::from_word(&row.reason).expect("a test knows the reason of every row");
        Verification::new(verdict_of(row.verdict), reason)
    })
}

const fn verdict_of(standing: Standing) -> KeyVerdict {
    match standing {
        Standing::Live => KeyVerdict::Live,
        Standing::LiveRestricted => KeyVerdict::LiveRestricted,
        Standing::LiveNoFunds => KeyVerdict::LiveNoFunds,
        Standing::Dead => KeyVerdict::Dead,
        Standing::BlockedHere => KeyVerdict::BlockedHere,
    }
}

/// Whether a body is a list or a record of the API. Of a long one only the beginning was read.
fn is_record(answer: &Answer) -> bool {
    if answer.cut {
        let text = answer.body.trim_ascii_start();
        return text.starts_with(b"{") && memchr::memmem::find(text, b"\"data\"").is_some();
    }
    serde_json::from_slice::<Value>(&answer.body).is_ok_and(|body| body.get("data").is_some_and(is_filled))
}

const fn is_filled(data: &Value) -> bool {
    matches!(data, Value::Array(_) | Value::Object(_))
}

/// The error of an answer.
struct Failure {
    code: Option<String>,
    kind: Option<String>,
    /// In lower case.
    message: String,
}

impl Failure {
    /// `None` of a body that is no error of an API.
    fn of(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = body.get("error")?.as_object()?;
        let word = |field: &str| match error.get(field)? {
            Value::String(word) => Some(word.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let message = error.get("message").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        Some(Self { code: word("code"), kind: word("type"), message })
    }

    fn fits(&self, row: &schema::Answer) -> bool {
        let named = |word: &Option<String>| word.as_ref().is_some_and(|word| row.codes.iter().any(|code| code == word));
        let code = row.codes.is_empty() || named(&self.code) || named(&self.kind);
        let text = row.texts.is_empty() || row.texts.iter().any(|text| self.message.contains(&**text));
        code && text
    }
}
