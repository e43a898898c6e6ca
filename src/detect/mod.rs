//! Bytes to matches: which keys and which endpoints stand in a blob. No I/O.
//!
//! ```text
//! passes ─ prefilter ─┐                                  keys ── marker, format, judge, reference
//! detect ─ hits ──────┴─ names, scope (what is near) ──┬─
//!                                                      └ address ─ url, host, setting, text (role)
//! ```
//!
//! [`Detector::passes`] decides whether a blob is looked at again, [`Detector::detect`] looks. Keys are anchored on what
//! is certain (the marker, a prefix, the name of a setting) and expanded outwards; hosts are looked up behind `://` or
//! an assignment. The reading is textual: no format is parsed here, so nothing can fail to parse.

mod address;
mod allow;
mod api;
mod assignment;
mod bytes;
mod format;
mod host;
mod judge;
mod keys;
mod lists;
mod marker;
mod name;
mod names;
mod position;
mod prefilter;
mod redact;
mod reference;
mod scope;
mod setting;
mod text;
mod url;
mod value;

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::model::{
    Blob, Confidence, EndpointMatch, KeyMatch, Matches, Place, Secret, Signal, SignalId, Span, line_hashes,
};
use crate::rules::Rules;
use crate::rules::schema::{Anchor, KeyFormat};

use address::{Address, Context};
use allow::Allows;
use format::Format;
use host::VendorDomains;
use judge::Words;
use keys::{Judging, Key};
use names::NameSearch;
use position::Cursor;
use prefilter::{Literal, Prefilter};
use scope::Evidence;
use setting::{About, Vocabulary};
use text::{FileKind, Text};
use url::Url;

pub use redact::redact_text;

/// The most matches that one blob may have; behind it the blob counts as not fully read.
pub const MOST_MATCHES: usize = 10_000;

/// Finds keys and endpoints. Built once for a scan and shared by its threads.
pub struct Detector<'r> {
    rules: &'r Rules,
    prefilter: Prefilter,
    /// What only blobs that passed need, built when the first does.
    deep: OnceLock<Deep<'r>>,
}

/// The parts that look at blobs again.
struct Deep<'r> {
    words: Words,
    names: NameSearch,
    vocabulary: Vocabulary<'r>,
    vendors: VendorDomains<'r>,
    families: Vec<&'r KeyFormat>,
    /// Formats with a prefix, longest prefix first, then in the order of the rules.
    prefixed: Vec<Format<'r>>,
    /// Formats that a literal inside them tells.
    infixed: Vec<Format<'r>>,
    /// Formats that their setting tells.
    settings: Vec<Format<'r>>,
    /// Prefixes that the prefilter does not search for.
    rare: Vec<&'r str>,
}

impl<'r> Deep<'r> {
    fn new(rules: &'r Rules) -> Self {
        let of = |anchor| rules.keys().filter(move |format| format.anchor == anchor);
        let mut families: Vec<&KeyFormat> = of(Anchor::Marker).collect();
        families.sort_by_key(|format| Reverse(format.prefix.len()));
        let mut prefixed: Vec<Format<'r>> = of(Anchor::Prefix).map(Format::new).collect();
        prefixed.sort_by_key(|format| Reverse(format.entry.prefix.len()));
        let mut rare: Vec<&str> = prefixed
            .iter()
            .map(|format| format.entry.prefix.as_ref())
            .filter(|prefix| !prefilter::searches_for(prefix))
            .collect();
        rare.sort_unstable();
        rare.dedup();
        Self {
            words: Words::new(rules.words()),
            names: NameSearch::new(rules),
            vocabulary: Vocabulary::new(rules),
            vendors: VendorDomains::new(rules),
            families,
            prefixed,
            infixed: of(Anchor::Infix).map(Format::new).collect(),
            settings: of(Anchor::Setting).map(Format::new).collect(),
            rare,
        }
    }
}

impl<'r> Detector<'r> {
    /// Prepares the prefilter; everything else waits for the first blob that passes it.
    #[must_use]
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, prefilter: Prefilter::new(rules), deep: OnceLock::new() }
    }

    /// The literals that the prefilter searches for, for comparisons with tools that search for the same.
    pub fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.prefilter.literals()
    }

    /// Whether `bytes`, a whole blob or a chunk of one, may hold something and have to be given to [`Self::detect`].
    #[must_use]
    pub fn passes(&self, bytes: &[u8]) -> bool {
        self.prefilter.passes(self.rules, bytes)
    }

    /// Finds the keys and endpoints of a blob, in the order of its bytes.
    #[must_use]
    pub fn detect(&self, blob: &Blob<'_>) -> Matches {
        let deep = self.deep.get_or_init(|| Deep::new(self.rules));
        let bytes = blob.bytes;
        let hits = self.hits(deep, bytes);
        let named = deep.names.find(&deep.vocabulary, bytes);

        let hosts = hits.urls.iter().map(|url| (url.start, &url.host));
        let endpoints: Vec<(usize, &str)> = hosts
            .chain(hits.led_hosts.iter().map(|(start, host)| (*start, host)))
            .filter_map(|(start, host)| Some((start, self.rules.host(host.as_bytes())?.entry.id.as_ref())))
            .collect();
        let llm_names = named.iter().filter(|name| name.facts.about == About::Llm).map(|name| name.span.start);
        let llm = Evidence::new(llm_names.chain(endpoints.iter().map(|(offset, _)| *offset)).collect());

        let judging = Judging {
            rules: self.rules,
            vocabulary: &deep.vocabulary,
            words: &deep.words,
            bytes,
            llm: &llm,
            named: &named,
            endpoints: &endpoints,
        };
        let mut keys: Vec<Key<'r>> =
            hits.markers.iter().filter_map(|&at| judging.around_marker(at, &deep.families)).collect();
        keys.extend(hits.prefixes.iter().filter_map(|&at| judging.at_prefix(at, &deep.prefixed)));
        keys.extend(named.iter().filter_map(|name| judging.of_setting(name, &deep.settings)));
        keys.extend(hits.infixes.iter().filter_map(|&at| judging.around_infix(at, &deep.infixed)));
        keys.extend(judging.in_scope(&self.scopes(&named, &endpoints, bytes.len()), &deep.settings));
        let mut keys = without_overlaps(keys);
        keys::name_keys(bytes, &mut keys);

        let key_evidence = Evidence::new(keys.iter().map(|key| key.start).collect());
        let kind = FileKind::of(&blob.origin.path.text, blob.binary);
        let text = Text::new(kind, bytes);
        let context = Context {
            rules: self.rules,
            vocabulary: &deep.vocabulary,
            vendors: &deep.vendors,
            bytes,
            text: &text,
            llm: &llm,
            keys: &key_evidence,
        };
        let mut addresses: Vec<Address<'r>> = hits.urls.iter().filter_map(|url| context.of_url(url)).collect();
        addresses.extend(named.iter().filter_map(|name| context.of_bare_host(name)));
        addresses.extend(hits.led_hosts.iter().filter_map(|(start, host)| context.of_led_host(*start, host)));
        addresses.sort_by_key(|address| (address.start, address.end));
        addresses.dedup_by_key(|address| address.start);
        if addresses.len() > 1 {
            lists::settle(&mut addresses, kind, names_active_clients(bytes));
        }

        assemble(blob, self.rules, keys, addresses)
    }

    /// The stretches of a blob in which keys without a prefix are looked for under any name: around the endpoints of
    /// issuers whose keys have none, and behind the names of LLM clients.
    fn scopes(&self, named: &[names::Named], endpoints: &[(usize, &str)], length: usize) -> Vec<Range<usize>> {
        const BEFORE: usize = 500;
        const BEHIND: usize = 700;
        let vendors = endpoints.iter().filter(|(_, id)| {
            let issuer = self.rules.issuer_of_endpoint(id);
            issuer.is_some_and(|issuer| {
                self.rules.keys().any(|format| {
                    format.anchor == Anchor::Setting
                        && format.issuer.iter().chain(format.candidates.iter()).any(|id| *id == issuer.id)
                })
            })
        });
        let around = vendors.map(|(at, _)| at.saturating_sub(BEFORE)..(at + BEHIND).min(length));
        let clients = named.iter().filter(|name| name.facts.about == About::Llm && name.facts.role.is_none());
        let behind = clients.map(|name| name.span.end..(name.span.end + BEFORE).min(length));
        let mut ranges: Vec<Range<usize>> = around.chain(behind).collect();
        ranges.sort_by_key(|range| range.start);
        // Stretches that overlap are walked once.
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        joined
    }

    /// What the prefilter's literals stand at, each kind in the order of the bytes.
    fn hits(&self, deep: &Deep<'_>, bytes: &[u8]) -> Hits {
        let mut hits = Hits::default();
        self.prefilter.any(bytes, |at, literal| {
            match literal {
                Literal::Marker => hits.markers.push(at),
                Literal::Prefix => hits.prefixes.push(at),
                Literal::Slashes(form) => hits.urls.extend(url::read(bytes, at, form)),
                Literal::HostLead(lead) => {
                    let (start, host) = prefilter::led_host(bytes, at, lead);
                    let host = String::from_utf8_lossy(host).trim_end_matches('.').to_ascii_lowercase();
                    if self.rules.host(host.as_bytes()).is_some() {
                        hits.led_hosts.push((start, host));
                    }
                }
                Literal::Infix => hits.infixes.push(at),
                Literal::Word | Literal::CallPath => {}
            }
            false
        });
        for prefix in &deep.rare {
            hits.prefixes.extend(memchr::memmem::find_iter(bytes, prefix.as_bytes()));
        }
        hits.prefixes.sort_unstable();
        hits
    }
}

/// Offsets of what the prefilter searches for, and the URLs.
#[derive(Default)]
struct Hits {
    markers: Vec<usize>,
    prefixes: Vec<usize>,
    infixes: Vec<usize>,
    /// Catalogued hosts without a scheme, in lower case, behind a word that only hosts follow.
    led_hosts: Vec<(usize, String)>,
    urls: Vec<Url>,
}

/// Keys in the order of the bytes; where two readings overlap, the surer and longer one.
fn without_overlaps(mut keys: Vec<Key<'_>>) -> Vec<Key<'_>> {
    keys.sort_by(|a, b| {
        let rank = |key: &Key<'_>| (key.found_by, Reverse(key.confidence), Reverse(key.end - key.start), key.start);
        rank(a).cmp(&rank(b))
    });
    let mut taken = std::collections::BTreeMap::<usize, usize>::new();
    keys.retain(|key| {
        let before = taken.range(..key.end).next_back();
        let free = before.is_none_or(|(_, &end)| end <= key.start);
        if free {
            taken.insert(key.start, key.end);
        }
        free
    });
    keys.sort_by_key(|key| key.start);
    keys
}

/// Whether a blob is of a schema that keeps its active clients in a list, so that a list is no choice of alternatives.
fn names_active_clients(bytes: &[u8]) -> bool {
    [&b"litellm_params"[..], b"mcpServers", b"model_list:"]
        .iter()
        .any(|word| memchr::memmem::find(bytes, word).is_some())
}

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

/// Turns what was found into matches, with places for people.
fn assemble(blob: &Blob<'_>, rules: &Rules, keys: Vec<Key<'_>>, addresses: Vec<Address<'_>>) -> Matches {
    enum Found<'f> {
        Key(Key<'f>),
        Address(Address<'f>),
    }
    let mut found: Vec<(usize, usize, Found<'_>)> =
        keys.into_iter().map(|key| (key.start, key.end, Found::Key(key))).collect();
    found.extend(addresses.into_iter().map(|address| (address.start, address.end, Found::Address(address))));
    found.retain(|(start, ..)| blob.core.contains(start));
    found.sort_by_key(|(start, end, _)| (*start, *end));
    let limited = keep_most_telling(&mut found, |(.., found)| match found {
        Found::Key(_) => Weight::Key,
        Found::Address(address) if address.may_be_found() => Weight::Finding,
        Found::Address(_) => Weight::Fact,
    });

    let allows = Allows::new(blob.bytes);
    let mut cursor = Cursor::new(blob);
    let mut places: Vec<Place> = found
        .iter()
        .map(|(start, end, _)| Place {
            span: Span { start: blob.offset + *start as u64, end: blob.offset + *end as u64 },
            position: cursor.position(*start, *end),
            line_hash: None,
            allow: allows.covering(*start),
        })
        .collect();
    // Of a window's lines GitHub's counter cannot be told; such files are too large for it anyway.
    if blob.offset == 0 && blob.core == (0..blob.bytes.len()) {
        // Endpoints that are facts of pairs and no findings need none, and the hash reads the file from its start.
        let wanted = |found: &Found<'_>| match found {
            Found::Key(_) => true,
            Found::Address(address) => address.may_be_found(),
        };
        let mut named: Vec<&mut Place> =
            places.iter_mut().zip(&found).filter(|(_, (.., found))| wanted(found)).map(|(place, _)| place).collect();
        let lines: Vec<u64> = named.iter().map(|place| place.position.line).collect();
        for (place, hash) in named.iter_mut().zip(line_hashes(blob.bytes, &lines)) {
            place.line_hash = Some(hash).filter(|hash| !hash.is_empty());
        }
    }
    let mut matches = Matches { limited, ..Matches::default() };
    for ((.., found), place) in found.into_iter().zip(places) {
        match found {
            Found::Key(key) => matches.keys.push(key_match(blob, rules, key, place)),
            Found::Address(address) => matches.endpoints.push(endpoint_match(address, place)),
        }
    }
    matches
}

fn key_match(blob: &Blob<'_>, rules: &Rules, key: Key<'_>, mut place: Place) -> KeyMatch {
    let value = &blob.bytes[key.start..key.end];
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

fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
