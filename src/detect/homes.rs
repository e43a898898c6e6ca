//! Where matches stand in the structure of their blob.

use std::collections::HashSet;

use crate::model::{Blob, Home, Matches, Span};
use crate::structure::Structure;

/// Separators of lists that are written in one value.
const SEPARATORS: &[u8] = b",;|\n";

/// Gives each match its home, and keeps of the structure what the matches need.
pub(super) fn settle(matches: &mut Matches, blob: &Blob<'_>, structure: &Structure) {
    let spans = matches.keys.iter().map(|key| key.place.span);
    let spans = spans.chain(matches.endpoints.iter().map(|endpoint| endpoint.place.span));
    let spans = spans.chain(matches.servers.iter().map(|server| server.place.span));
    let mut homes: Vec<Home> = spans.map(|span| home(blob, span, structure)).collect();
    let settings = matches.keys.iter().filter_map(|key| key.setting.as_deref());
    let settings = settings.chain(matches.endpoints.iter().filter_map(|endpoint| endpoint.setting.as_deref()));
    let names: HashSet<&str> = settings.flat_map(|setting| [setting, last_part(setting)]).collect();
    let scopes = structure.keep(&mut homes, &names);
    let places = matches.keys.iter_mut().map(|key| &mut key.place);
    let places = places.chain(matches.endpoints.iter_mut().map(|endpoint| &mut endpoint.place));
    let places = places.chain(matches.servers.iter_mut().map(|server| &mut server.place));
    for (place, home) in places.zip(homes) {
        place.home = Some(home);
    }
    matches.scopes = scopes;
}

fn home(blob: &Blob<'_>, span: Span, structure: &Structure) -> Home {
    let at = (span.start - blob.offset) as usize;
    let spot = structure.find(at);
    let Some(value) = spot.value.filter(|_| spot.home.index.is_none()) else { return spot.home };
    // A value that is a list in itself: the separators in front count the elements.
    let bytes = &blob.bytes[value.clone()];
    let list = !matches!(bytes.first(), Some(b'{' | b'[')) && bytes.iter().any(|byte| SEPARATORS.contains(byte));
    let before = blob.bytes[value.start..at].iter().filter(|byte| SEPARATORS.contains(byte)).count();
    Home { index: list.then_some(before), ..spot.home }
}

/// The last part of a name: `api_key` of `self.api_key`.
fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':', '>', '[', '/']).next().unwrap_or(name).trim_matches(['"', '\'', ']'])
}
