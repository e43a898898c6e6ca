//! What was found becomes matches: cut to the limit, with places for people, hashes of lines and inline comments.

use std::ops::Range;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::model::{
    Blob, Confidence, EndpointMatch, KeyMatch, Matches, Place, Secret, ServerMatch, Signal, SignalId, Span, line_hashes,
};
use crate::rules::Rules;

use super::MOST_MATCHES;
use super::address::Address;
use super::allow::Allows;
use super::forward::Server;
use super::keys::Key;
use super::masked;
use super::notes::{self, Note};
use super::pools;
use super::position::Cursor;
use super::redact::{self, redact_text};
use super::views::View;

/// What a match is worth when not all can be kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Key,
    Finding,
    /// An endpoint that is no finding by itself: it only receives keys.
    Fact,
}

/// Keeps [`MOST_MATCHES`] of what was found: keys go before endpoints, and facts have a budget of their own, so that a log
/// full of harmless addresses hides nothing. Says whether a key or a finding was left out.
fn keep_most_telling<T>(found: &mut Vec<T>, weight: impl Fn(&T) -> Weight) -> bool {
    if found.len() <= MOST_MATCHES {
        return false;
    }
    let count = |wanted: Weight| found.iter().filter(|found| weight(found) == wanted).count();
    let keys = count(Weight::Key);
    let limited = keys + count(Weight::Finding) > MOST_MATCHES;
    let mut room = [MOST_MATCHES, MOST_MATCHES.saturating_sub(keys), MOST_MATCHES];
    found.retain(|found| {
        let room = &mut room[weight(found) as usize];
        let kept = *room > 0;
        *room = room.saturating_sub(1);
        kept
    });
    limited
}

/// What was found in a blob, each kind in the order of the bytes.
pub(super) struct Found<'f> {
    pub(super) keys: Vec<Key<'f>>,
    pub(super) addresses: Vec<Address<'f>>,
    pub(super) servers: Vec<Server<'f>>,
    pub(super) masked: Vec<masked::Seen>,
    /// What was judged and dropped, where somebody asked for it.
    pub(super) notes: Vec<Note>,
    /// What was found in views of the blob.
    pub(super) decoded: Vec<Decoded<'f>>,
}

/// What was found in a view of a blob; a match stands where the bytes stand that say it.
pub(super) struct Decoded<'f> {
    pub(super) keys: Vec<Key<'f>>,
    pub(super) addresses: Vec<Address<'f>>,
    pub(super) view: Rc<View>,
}

impl Decoded<'_> {
    /// The stretches of the blob in which one key stands beside the next.
    fn lists(&self, blob: &Blob<'_>) -> Vec<Span> {
        let lists = pools::lists(&self.view.blob(blob), &self.keys).into_iter().map(|list| {
            let range = self.view.source_of(list.start as usize..list.end as usize);
            Span { start: blob.offset + range.start as u64, end: blob.offset + range.end as u64 }
        });
        lists.collect()
    }
}

/// Turns what was found into matches, with places for people.
pub(super) fn matches(blob: &Blob<'_>, rules: &Rules, all: Found<'_>) -> Matches {
    enum Found<'f> {
        Key(Key<'f>, Option<&'f View>),
        Address(Address<'f>, Option<&'f View>),
        Server(Server<'f>),
    }
    let mut lists = pools::lists(blob, &all.keys);
    let mut found: Vec<(Range<usize>, Found<'_>)> = Vec::new();
    found.extend(all.keys.into_iter().map(|key| (key.start..key.end, Found::Key(key, None))));
    found.extend(all.addresses.into_iter().map(|address| (address.start..address.end, Found::Address(address, None))));
    found.extend(all.servers.into_iter().map(|server| (server.start..server.end, Found::Server(server))));
    let views: Vec<Rc<View>> = all.decoded.iter().map(|decoded| Rc::clone(&decoded.view)).collect();
    for (decoded, view) in all.decoded.into_iter().zip(&views) {
        lists.extend(decoded.lists(blob));
        let place = |start, end| view.source_of(start..end);
        let keys = decoded.keys.into_iter();
        found.extend(keys.map(|key| (place(key.start, key.end), Found::Key(key, Some(&**view)))));
        let addresses = decoded.addresses.into_iter();
        found.extend(addresses.map(|one| (place(one.start, one.end), Found::Address(one, Some(&**view)))));
    }
    lists.sort_unstable();
    found.retain(|(range, _)| blob.core.contains(&range.start));
    found.sort_by_key(|(range, _)| (range.start, range.end));
    let limited = keep_most_telling(&mut found, |(_, found)| match found {
        Found::Key(..) => Weight::Key,
        Found::Address(address, _) if address.may_be_found() => Weight::Finding,
        Found::Server(_) => Weight::Finding,
        Found::Address(..) => Weight::Fact,
    });

    let mut allows = Allows::new(blob.bytes);
    let mut cursor = Cursor::new(blob);
    let mut places: Vec<Place> = found
        .iter()
        .map(|(range, _)| Place {
            span: Span { start: blob.offset + range.start as u64, end: blob.offset + range.end as u64 },
            position: cursor.position(range.start, range.end),
            line_hash: None,
            allow: allows.covering(range).map(Box::new),
            home: None,
            part: None,
        })
        .collect();
    // Of a window's lines GitHub's counter cannot be told; such files are too large for it anyway.
    if blob.offset == 0 && blob.core == (0..blob.bytes.len()) {
        // Endpoints that are facts of pairs and no findings need none, and the hash reads the file from its start.
        let wanted = |found: &Found<'_>| match found {
            Found::Key(..) | Found::Server(_) => true,
            Found::Address(address, _) => address.may_be_found(),
        };
        let mut named: Vec<&mut Place> =
            places.iter_mut().zip(&found).filter(|(_, (_, found))| wanted(found)).map(|(place, _)| place).collect();
        let lines: Vec<u64> = named.iter().map(|place| place.position.line).collect();
        for (place, hash) in named.iter_mut().zip(line_hashes(blob.bytes, &lines)) {
            place.line_hash = Some(hash).filter(|hash| !hash.is_empty());
        }
    }
    let masked = masked::matches(blob, all.masked);
    let dropped = notes::dropped(blob, all.notes);
    let mut matches = Matches { limited, lists, masked, dropped, ..Matches::default() };
    for ((_, found), place) in found.into_iter().zip(places) {
        match found {
            Found::Key(key, view) => {
                let text = view.map_or(blob.bytes, View::bytes);
                let value = &text[key.start..key.end];
                let key = KeyMatch { encoding: encoding(view), ..key_match(value, rules, key, place) };
                // What one run says twice stands there once.
                let twice = |other: &KeyMatch| other.place.span == key.place.span && other.secret == key.secret;
                if view.is_none() || !matches.keys.iter().rev().take(MOST_ALIKE).any(twice) {
                    matches.keys.push(key);
                }
            }
            Found::Address(address, view) => {
                let address = EndpointMatch { encoding: encoding(view), ..endpoint_match(address, place) };
                let twice = |other: &EndpointMatch| other.place.span == address.place.span && other.url == address.url;
                if view.is_none() || !matches.endpoints.iter().rev().take(MOST_ALIKE).any(twice) {
                    matches.endpoints.push(address);
                }
            }
            Found::Server(server) => matches.servers.push(server_match(server, place)),
        }
    }
    matches
}

/// How many matches of one run are compared with each.
const MOST_ALIKE: usize = 64;

/// The encodings undone to see a match.
fn encoding(view: Option<&View>) -> Vec<String> {
    let encodings = view.map(View::encodings).unwrap_or_default();
    encodings.into_iter().map(|encoding| encoding.as_str().to_owned()).collect()
}

fn key_match(value: &[u8], rules: &Rules, key: Key<'_>, mut place: Place) -> KeyMatch {
    let mut signals: Vec<Signal> = key.signals.into_iter().map(|(id, detail)| Signal::new(id, detail)).collect();
    let mut confidence = key.confidence;
    if rules.is_published(&sha256_hex(value)) {
        signals.push(Signal::new(SignalId::PublishedExample, "stands in a public test suite"));
        confidence = Confidence::Low;
    }
    if key.weak {
        // The hash of a line with a value that can be guessed tells the value.
        place.line_hash = None;
    }
    KeyMatch {
        place,
        secret: Secret::new(value),
        redacted: redact::redact(value, key.prefix, key.weak),
        format: key.format.to_owned(),
        issuer: key.issuer.map(str::to_owned),
        proof: key.proof,
        confidence,
        setting: key.setting.map(|name| redact_text(&name)),
        weak: key.weak,
        signals,
        encoding: Vec::new(),
    }
}

fn endpoint_match(address: Address<'_>, mut place: Place) -> EndpointMatch {
    if address.signals.contains(&SignalId::UserInfo) {
        place.line_hash = None;
    }
    let detail = |id: SignalId| match id {
        SignalId::DeadEndpoint => "the service is known to be switched off",
        SignalId::SubdomainOfRelay => "matched by the domain, not by the host",
        SignalId::IpLiteral => "a public address written as a number",
        SignalId::UserInfo => "user name or password in the URL",
        SignalId::LookAlike => "imitates an official host",
        SignalId::PlainHttp => "requests travel unencrypted",
        _ => "",
    };
    EndpointMatch {
        place,
        host: address.host,
        url: address.url,
        kind: address.kind,
        service: address.entry.map(|entry| entry.name.to_string()),
        entry: address.entry.map(|entry| entry.id.to_string()),
        confidence: address.confidence,
        role: address.role,
        llm: address.llm,
        setting: address.setting,
        signals: address.signals.into_iter().map(|id| Signal::new(id, detail(id))).collect(),
        encoding: Vec::new(),
    }
}

fn server_match(server: Server<'_>, place: Place) -> ServerMatch {
    ServerMatch {
        place,
        upstream: server.upstream,
        url: server.url,
        kind: server.kind,
        service: server.service.map(str::to_owned),
        confidence: server.confidence,
        setting: Some(server.form.to_owned()),
        signals: server.signals.into_iter().map(|(id, detail)| Signal::new(id, detail)).collect(),
        guarded: server.guarded,
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
