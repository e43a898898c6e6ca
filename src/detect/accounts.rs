//! Ids of OpenAI organizations and projects, where a setting takes one. They are looked for by their own shape, and the name
//! in front decides: an id in a sentence or a URL says nothing about the key beside it.

use crate::model::{Account, AccountKind, Blob, Span};
use crate::rules::schema::SettingRole;
use crate::rules::{Rules, normalise};

use super::MOST_MATCHES;
use super::assignment::name_before;
use super::bytes::run_after;

/// How ids begin, and the settings that take them.
const KINDS: [(&str, AccountKind, SettingRole); 2] = [
    ("org-", AccountKind::Organization, SettingRole::Organization),
    ("proj_", AccountKind::Project, SettingRole::Project),
];
/// Letters and digits behind the beginning of an id: 24 in those of today.
const BODY: std::ops::RangeInclusive<usize> = 8..=64;

/// The ids of a blob, in the order of its bytes.
pub(super) fn find(rules: &Rules, blob: &Blob<'_>) -> Vec<Account> {
    let mut found = Vec::new();
    for (start, kind, role) in KINDS {
        let hits = memchr::memmem::find_iter(blob.bytes, start).filter(|at| blob.core.contains(at));
        let ids = hits.filter_map(|at| Some((at, id_at(blob.bytes, at, start)?)));
        let taken = ids.filter(|(at, _)| name_before(blob.bytes, *at).is_some_and(|name| takes(rules, &name, role)));
        found.extend(taken.take(MOST_MATCHES).map(|(at, id)| {
            let start = blob.offset + at as u64;
            Account { span: Span { start, end: start + id.len() as u64 }, home: None, kind, id: id.to_owned() }
        }));
    }
    found.sort_by_key(|account| account.span);
    found
}

/// The id that begins at an offset.
fn id_at<'b>(bytes: &'b [u8], at: usize, start: &str) -> Option<&'b str> {
    let body = at + start.len();
    let length = run_after(bytes, body, *BODY.end() + 1, |byte| byte.is_ascii_alphanumeric());
    let glued = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let alone =
        !at.checked_sub(1).is_some_and(|before| glued(&bytes[before])) && !bytes.get(body + length).is_some_and(glued);
    let id = &bytes[at..body + length];
    // A word such as `org-chartapplication` has no digit and no capital.
    let random = id[start.len()..].iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if !(BODY.contains(&length) && alone && random) {
        return None;
    }
    str::from_utf8(id).ok()
}

/// Whether a name, or the last part of it, is that of a setting that takes such an id.
fn takes(rules: &Rules, name: &str, role: SettingRole) -> bool {
    let last = name.rsplit(['.', ':', '/']).next().unwrap_or(name);
    [name, last].iter().any(|name| rules.setting(&normalise(name)).is_some_and(|setting| setting.role == role))
}
