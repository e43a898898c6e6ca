//! Why candidates were dropped, for people who wonder. Nothing is noted unless somebody asks: then the reasons that the
//! judges give anyway are kept, with the stretch of text that they are about.

use std::cell::RefCell;
use std::ops::Range;

use crate::model::{Blob, DropReason, Dropped};
use crate::rules::schema::SettingRole;

use super::api::has_api_path;
use super::bytes::{is_key_byte, run_after, run_before};
use super::keys::{Judging, describes_key};
use super::masked;
use super::names::Named;
use super::position::Cursor;
use super::redact::{redact, redact_text};
use super::reference::{is_masked, is_reference};
use super::setting::About;
use super::url::Url;

/// How many candidates of a blob are noted; nobody reads more.
pub const MOST_DROPPED: usize = 200;
/// How many are kept until it is known which of them are first, and no part of what was found.
const MOST_NOTED: usize = 10 * MOST_DROPPED;
/// Shorter texts behind a prefix are words: `sk-tools`.
const SHORTEST: usize = 8;
/// Shorter values of settings say nothing.
const SHORTEST_VALUE: usize = 4;
/// How far the text of a candidate is followed.
const REACH: usize = 300;

/// A candidate that was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) range: Range<usize>,
    pub(super) shown: String,
    pub(super) reason: DropReason,
}

/// What has been dropped in one blob so far, where somebody asked for it.
pub(super) struct Notes(Option<RefCell<Vec<Note>>>);

impl Notes {
    pub(super) fn new(wanted: bool) -> Self {
        Self(wanted.then(RefCell::default))
    }

    /// A candidate that was judged: what is left of it, or a note why nothing is.
    pub(super) fn kept<T>(
        &self,
        judged: Result<T, DropReason>,
        candidate: impl FnOnce(DropReason) -> Option<Note>,
    ) -> Option<T> {
        match judged {
            Ok(found) => Some(found),
            Err(reason) => {
                if let Some(notes) = self.0.as_ref().filter(|notes| notes.borrow().len() < MOST_NOTED) {
                    notes.borrow_mut().extend(candidate(reason));
                }
                None
            }
        }
    }

    /// Takes back what was noted of something that was found after all, and adds the values of LLM settings that nothing
    /// was found in. Who knows only the text around a candidate cannot tell these.
    pub(super) fn look(&self, judging: &Judging<'_, '_>, found: impl FnOnce() -> Vec<Range<usize>>) {
        let Some(notes) = &self.0 else { return };
        let mut notes = notes.borrow_mut();
        let found = Taken::new(found());
        notes.retain(|note| !found.overlaps(&note.range));
        let noted = Taken::new(notes.iter().map(|note| note.range.clone()).collect());
        notes.extend(judging.unused_values(|range| found.overlaps(range) || noted.overlaps(range)));
    }

    /// All notes.
    pub(super) fn finish(self) -> Vec<Note> {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// Stretches of a blob that are spoken for.
struct Taken(Vec<Range<usize>>);

impl Taken {
    fn new(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_by_key(|range| (range.start, range.end));
        // Each end becomes the furthest so far, so that one look tells.
        let mut furthest = 0;
        for range in &mut ranges {
            furthest = furthest.max(range.end);
            range.end = furthest;
        }
        Self(ranges)
    }

    fn overlaps(&self, range: &Range<usize>) -> bool {
        let behind = self.0.partition_point(|taken| taken.start < range.end);
        behind.checked_sub(1).is_some_and(|last| self.0[last].end > range.start)
    }
}

/// The key-shaped text around `at`, where a prefix or the marker stands.
pub(super) fn key_at(bytes: &[u8], at: usize, prefixes: &[&str], reason: DropReason) -> Option<Note> {
    let prefix = prefixes.iter().filter(|prefix| bytes[at..].starts_with(prefix.as_bytes())).map(|prefix| prefix.len());
    let prefix = prefix.max().unwrap_or(0);
    let start = if prefix == 0 { at - run_before(bytes, at, REACH, is_key_byte) } else { at };
    let end = start + run_after(bytes, start, REACH, is_key_byte);
    let body = &bytes[(start + prefix).min(end)..end];
    let is_mask = masked::read(bytes, at, prefixes).is_some();
    let reason = if is_mask { DropReason::Masked } else { reason };
    // A short word behind a short prefix was never a candidate.
    let worth = match reason {
        DropReason::Shape | DropReason::NeedsContext => {
            body.len() >= SHORTEST && (prefix > 4 || body.iter().any(u8::is_ascii_digit) || is_spelt_key(body))
        }
        DropReason::PartOfWord => body.len() >= 16 && body.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3,
        _ => true,
    };
    worth.then(|| Note { range: start..end, shown: shown_key(&bytes[start..end], prefix), reason })
}

/// Whether a text says of itself that it stands for a key: `sk-your-api-key`.
fn is_spelt_key(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    [&b"key"[..], b"your", b"xxx"].iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// A key that is none may still be a password: no more of it is shown than of a weak key.
fn shown_key(value: &[u8], prefix: usize) -> String {
    redact(value, prefix, true).to_string()
}

/// An address that was no endpoint.
pub(super) fn address(url: &Url, reason: DropReason) -> Option<Note> {
    // Most addresses of most texts have nothing to do with LLMs, and nobody would ask about them.
    let worth = match reason {
        DropReason::NotForModels | DropReason::Page | DropReason::OtherHost => has_api_path(&url.path),
        _ => true,
    };
    let shown = || redact_text(&format!("{}://{}{}", url.scheme, url.host, url.path));
    worth.then(|| Note { range: url.start..url.end, shown: shown(), reason })
}

impl Judging<'_, '_> {
    /// The values of LLM settings that are neither key nor host, with the reason; `taken` says of a stretch whether something
    /// was found or noted there.
    fn unused_values(&self, taken: impl Fn(&Range<usize>) -> bool) -> Vec<Note> {
        let settings = self.named.iter().filter(|name| name.facts.about == About::Llm);
        let notes = settings.filter_map(|name| {
            let range = name.value.clone().filter(|range| range.len() >= SHORTEST_VALUE)?;
            if taken(&range) {
                return None;
            }
            let reason = match name.facts.role {
                Some(SettingRole::Key | SettingRole::Both) => self.why_no_key(name, &self.bytes[range.clone()]),
                Some(SettingRole::BaseUrl | SettingRole::Host) if is_reference(&self.bytes[range.clone()]) => {
                    DropReason::Reference
                }
                Some(SettingRole::BaseUrl | SettingRole::Host) => DropReason::NoHost,
                _ => return None,
            };
            Some(Note { shown: format!("{} = …", redact_text(&name.text)), range, reason })
        });
        notes.take(MOST_NOTED).collect()
    }

    fn why_no_key(&self, name: &Named, value: &[u8]) -> DropReason {
        if is_reference(value) {
            DropReason::Reference
        } else if describes_key(&name.facts) {
            DropReason::AboutKey
        } else if is_masked(value, false) {
            DropReason::Masked
        } else if self.is_placeholder(value) {
            DropReason::Placeholder
        } else {
            DropReason::Shape
        }
    }
}

/// The notes of a blob with their places, in the order of its bytes.
pub(super) fn dropped(blob: &Blob<'_>, mut notes: Vec<Note>) -> Vec<Dropped> {
    notes.retain(|note| blob.core.contains(&note.range.start));
    notes.sort_by_key(|note| (note.range.start, note.range.end, note.reason));
    notes.dedup_by_key(|note| note.range.start);
    notes.truncate(MOST_DROPPED);
    let mut cursor = Cursor::new(blob);
    let place = |note: Note| Dropped {
        position: cursor.position(note.range.start, note.range.end),
        shown: note.shown,
        reason: note.reason,
    };
    notes.into_iter().map(place).collect()
}
