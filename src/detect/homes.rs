//! Where matches stand in the structure of their blob.

use std::collections::HashSet;
use std::ops::Range;

use super::redact::redact_text;
use crate::model::{Blob, Home, Matches, ScopeKind, Span, scope_name};
use crate::structure::Structure;

/// Separators of lists that are written in one value.
const SEPARATORS: &[u8] = b",;|\n";

/// Gives each match its home, and keeps of the structure what the matches need.
pub(super) fn settle(matches: &mut Matches, blob: &Blob<'_>, structure: &Structure) {
    let spans = matches.keys.iter().map(|key| key.place.span);
    let spans = spans.chain(matches.endpoints.iter().map(|endpoint| endpoint.place.span));
    let spans = spans.chain(matches.servers.iter().map(|server| server.place.span));
    let spans = spans.chain(matches.accounts.iter().map(|account| account.span));
    let mut lists = Lists::default();
    let mut homes: Vec<Home> = spans.map(|span| lists.home(blob, span, structure)).collect();
    let settings = matches.keys.iter().filter_map(|key| key.setting.as_deref());
    let settings = settings.chain(matches.endpoints.iter().filter_map(|endpoint| endpoint.setting.as_deref()));
    let names: HashSet<&str> = settings.flat_map(|setting| [setting, scope_name(setting)]).collect();
    let mut scopes = structure.keep(&mut homes, &names);
    let places = matches.keys.iter_mut().map(|key| &mut key.place.home);
    let places = places.chain(matches.endpoints.iter_mut().map(|endpoint| &mut endpoint.place.home));
    let places = places.chain(matches.servers.iter_mut().map(|server| &mut server.place.home));
    let places = places.chain(matches.accounts.iter_mut().map(|account| &mut account.home));
    for (place, home) in places.zip(homes) {
        *place = Some(home);
    }
    // Reports tell the names of services, whatever somebody has called them.
    for scope in scopes.scopes.iter_mut().filter(|scope| scope.kind == ScopeKind::Service) {
        scope.name = redact_text(&scope.name);
    }
    matches.scopes = scopes;
}

/// The list that was read last: its elements come one after the other.
#[derive(Default)]
struct Lists {
    value: Range<usize>,
    is_list: bool,
    /// How many separators stand in front of this offset.
    counted: (usize, usize),
}

impl Lists {
    fn home(&mut self, blob: &Blob<'_>, span: Span, structure: &Structure) -> Home {
        let at = (span.start - blob.offset) as usize;
        let spot = structure.find(at);
        let Some(value) = spot.value.filter(|_| spot.home.index.is_none()) else { return spot.home };
        let separators =
            |range: Range<usize>| blob.bytes[range].iter().filter(|byte| SEPARATORS.contains(byte)).count();
        if value != self.value || at < self.counted.0 {
            // Objects in a value are no list of it.
            let bytes = &blob.bytes[value.clone()];
            let object = matches!(bytes.first(), Some(b'{' | b'['));
            self.is_list = !object && bytes.iter().any(|byte| SEPARATORS.contains(byte));
            self.counted = (value.start, 0);
            self.value = value;
        }
        let (from, before) = self.counted;
        self.counted = (at, before + separators(from..at));
        Home { index: self.is_list.then_some(self.counted.1), ..spot.home }
    }
}
