//! Bytes to matches: which keys and which endpoints stand in a blob. No I/O.
//!
//! ```text
//! passes ─ prefilter ─┐                                  keys ── marker, format, bare, judge, reference
//! detect ─ hits ──────┴─ names, scope (what is near) ──┬─
//!                                                      └ address ─ url, host, setting; role: text, wording, lists
//! ```
//!
//! [`Detector::passes`] decides whether a blob is looked at again, [`Detector::detect`] looks. Keys are anchored on what
//! is certain (the marker, a prefix, the name of a setting) and expanded outwards; hosts are looked up behind `://` or
//! an assignment. The reading is textual, so nothing can fail to parse; [`layout`] asks the structure of the file where that
//! knows more: the name of a value, what a neutral name means under the names around it, and the scope of each match.

mod accounts;
mod address;
mod allow;
mod api;
mod assemble;
mod assignment;
mod bare;
mod bare_host;
mod bytes;
mod called;
mod encoded;
mod format;
mod forward;
mod homes;
mod host;
mod judge;
mod keys;
mod layout;
mod leaks;
mod lists;
mod marker;
mod masked;
mod name;
mod names;
mod notes;
mod own;
mod pools;
mod position;
mod prefilter;
mod products;
mod redact;
mod reference;
mod role;
mod scope;
mod setting;
mod sieve;
mod spelling;
mod text;
mod url;
mod value;
mod wording;
mod worth;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use crate::model::{Blob, Matches, Proof, Role};
use crate::rules::Rules;
use crate::rules::schema::{Anchor, CatalogueKind, KeyFormat};

use address::{Address, Context};
use assemble::Found;
use called::Called;
use encoded::{Form, Run, View};
use format::Format;
use forward::LastLabels;
use host::VendorDomains;
use judge::Words;
use keys::{Judging, Key, without_overlaps};
use layout::Layout;
use names::NameSearch;
use notes::Notes;
use prefilter::{Literal, Prefilter};
use scope::Evidence;
use setting::{About, Vocabulary};
use text::{FileKind, Text};
use url::Url;

pub use allow::allowed_lines;
pub use notes::MOST_DROPPED;
pub use redact::redact_text;

/// The most matches that one blob may have; behind it the blob counts as not fully read.
pub const MOST_MATCHES: usize = 10_000;

/// Finds keys and endpoints. Built once for a scan and shared by its threads.
pub struct Detector<'r> {
    rules: &'r Rules,
    prefilter: Prefilter,
    /// The prefilter for the history of a repository.
    sieve: OnceLock<Prefilter>,
    /// What only blobs that passed need, built when the first does.
    deep: OnceLock<Deep<'r>>,
    /// Whether candidates that are dropped are noted, with the reason.
    noting: bool,
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
    /// Ids of the endpoints of issuers whose keys have no prefix.
    bare_issuers: HashSet<&'r str>,
    /// Prefixes that the prefilter does not search for.
    rare: Vec<&'r str>,
    /// All prefixes.
    prefixes: Vec<&'r str>,
    last_labels: LastLabels,
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
        let prefixes =
            of(Anchor::Prefix).chain(families.iter().copied()).map(|format| format.prefix.as_ref()).collect();
        let bare = of(Anchor::Setting).flat_map(|format| format.issuer.iter().chain(format.candidates.iter()));
        let bare_issuers = bare
            .filter_map(|id| rules.issuer(id))
            .flat_map(|issuer| issuer.endpoints.iter().map(AsRef::as_ref))
            .collect();
        Self {
            bare_issuers,
            words: Words::new(rules.words()),
            names: NameSearch::new(rules),
            vocabulary: Vocabulary::new(rules),
            vendors: VendorDomains::new(rules),
            families,
            prefixed,
            infixed: of(Anchor::Infix).map(Format::new).collect(),
            settings: of(Anchor::Setting).map(Format::new).collect(),
            rare,
            prefixes,
            last_labels: LastLabels::new(rules),
        }
    }
}

impl<'r> Detector<'r> {
    /// Prepares the prefilter; everything else waits for the first blob that passes it.
    #[must_use]
    pub fn new(rules: &'r Rules) -> Self {
        redact::learn(rules);
        Self { rules, prefilter: Prefilter::new(rules), sieve: OnceLock::new(), deep: OnceLock::new(), noting: false }
    }

    /// Notes what is looked at and dropped as well, the first [`MOST_DROPPED`] candidates of each blob: [`Matches::dropped`].
    #[must_use]
    pub fn with_notes(self) -> Self {
        Self { noting: true, ..self }
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
        let layout = Layout::new(blob);
        let (mut found, runs) = self.read(blob, &layout);
        if let Some(view) = View::new(blob, runs) {
            let decoded = view.blob(blob);
            let (inner, _) = self.read(&decoded, &Layout::unknown(&decoded));
            view.merge(&mut found, inner);
        }
        let mut matches = assemble::matches(blob, self.rules, found);
        matches.accounts = accounts::find(self.rules, blob);
        // Only beside keys it matters; of a file in windows, they may stand in another one.
        let whole = blob.offset == 0 && blob.core == (0..blob.bytes.len());
        matches.gateway = !(whole && matches.keys.is_empty()) && pools::is_gateway_config(blob.bytes);
        if !matches.keys.is_empty() {
            matches.script = leaks::script(&blob.origin.path.text, blob.bytes);
        }

        // Only clients and servers that are in use need the structure of their file.
        let config = FileKind::of(&blob.origin.path.text, blob.binary).config;
        let in_use = !matches.keys.is_empty()
            || !matches.servers.is_empty()
            || matches.endpoints.iter().any(|endpoint| match endpoint.role {
                Role::Configured => true,
                // One of several may have its key in another file.
                Role::Listed => config,
                Role::Mentioned => false,
            });
        if let Some(structure) = in_use.then(|| layout.structure()).flatten() {
            homes::settle(&mut matches, blob, structure);
        }
        matches.unparsed = in_use && layout.is_broken();
        matches
    }

    /// What stands in a blob as it is, and the runs in it that are worth decoding.
    fn read(&self, blob: &Blob<'_>, layout: &Layout<'_>) -> (Found<'r>, Vec<Run>) {
        let deep = self.deep.get_or_init(|| Deep::new(self.rules));
        let bytes = blob.bytes;
        let hits = self.hits(deep, bytes);
        let named = deep.names.find(&deep.vocabulary, bytes);

        let hosts = hits.urls.iter().map(|url| (url.start, &url.host));
        let endpoints: Vec<(usize, &str)> = hosts
            .chain(hits.led_hosts.iter().map(|(start, host)| (*start, host)))
            .filter_map(|(start, host)| Some((start, self.rules.host(host.as_bytes())?.entry.id.as_ref())))
            .collect();
        let llm_names = named.iter().filter(|name| name.facts.about == About::Llm);
        // The value, where there is one, knows its scope best.
        let llm_names = llm_names.map(|name| name.value.as_ref().map_or(name.span.start, |value| value.start));
        // Anybody deploys anything on a platform: its hosts say nothing about LLMs.
        let llm_endpoints = endpoints
            .iter()
            .filter(|(_, id)| self.rules.endpoint(id).is_some_and(|entry| entry.kind != CatalogueKind::PlatformProxy));
        let llm = Evidence::new(llm_names.chain(llm_endpoints.map(|(offset, _)| *offset)).collect());

        let judging = Judging {
            rules: self.rules,
            vocabulary: &deep.vocabulary,
            words: &deep.words,
            bytes,
            layout,
            llm: &llm,
            named: &named,
            endpoints: &endpoints,
        };
        let notes = Notes::new(self.noting);
        let note_key = |at: usize| move |reason| notes::key_at(bytes, at, &deep.prefixes, reason);
        let markers = hits.markers.iter();
        let mut keys: Vec<Key<'r>> =
            markers.filter_map(|&at| notes.kept(judging.around_marker(at, &deep.families), note_key(at))).collect();
        let prefixes = hits.prefixes.iter();
        keys.extend(prefixes.filter_map(|&at| notes.kept(judging.at_prefix(at, &deep.prefixed), note_key(at))));
        keys.extend(named.iter().filter_map(|name| judging.of_setting(name, &deep.settings)));
        keys.extend(hits.infixes.iter().filter_map(|&at| judging.around_infix(at, &deep.infixed)));
        keys.extend(
            judging.in_scope(&Self::scopes(&deep.bare_issuers, &named, &endpoints, bytes.len()), &deep.settings),
        );
        let mut keys = without_overlaps(keys);
        judging.name_keys(&mut keys);

        // `OpenAI(`, `OpenAI::factory()`, `OpenAI.configure do`, `OpenAIOptions {`: code that builds a client.
        let built = named.iter().filter(|name| {
            let rest = &bytes[name.span.end..];
            let opens = rest.starts_with(b"(") || rest.starts_with(b"::") || rest.starts_with(b" {");
            let type_like = name.text.starts_with(|first: char| first.is_ascii_uppercase()) && name.text.contains('.');
            // What only asks for something, and the head of a function, builds nothing.
            let last = name.text.rsplit(['.', ':']).next().unwrap_or_default().trim_start_matches('_');
            let asks = ["get", "is_", "has_"].iter().any(|start| last.starts_with(start));
            let head = [&b"def "[..], b"function ", b"func ", b"fn "]
                .iter()
                .any(|keyword| bytes[..name.span.start].ends_with(keyword));
            let called = opens && !asks && !head;
            name.facts.about == About::Llm && (called || (name.facts.role.is_none() && type_like))
        });
        let clients = Evidence::new(built.map(|name| name.span.start).collect());
        // The keys of services that only watch calls lend nothing to an address: it is theirs.
        let llm_keys: Vec<&Key<'r>> = keys.iter().filter(|key| self.answers_calls(key)).collect();
        let key_evidence = Evidence::new(llm_keys.iter().map(|key| key.start).collect());
        let proven: Vec<&Key<'r>> = llm_keys.into_iter().filter(|key| key.proof == Proof::Structure).collect();
        let proven_keys = Evidence::new(proven.iter().map(|key| key.start).collect());
        let own_keys = keys.iter().filter(|key| self.answers_calls(key)).filter(|key| {
            let name = key.setting.as_deref().unwrap_or_default();
            layout.facts_at(&deep.vocabulary, key.start, name).about != About::Llm
        });
        let own_keys = Evidence::new(own_keys.map(|key| key.start).collect());
        let kind = FileKind::of(&blob.origin.path.text, blob.binary);
        let text = Text::new(kind, bytes);
        let called = Called::new(bytes);
        let settings = proven.iter().filter_map(|key| key.setting.as_deref());
        let families = settings.filter_map(|name| setting::family(name, false)).collect();
        let context = Context {
            rules: self.rules,
            vocabulary: &deep.vocabulary,
            vendors: &deep.vendors,
            bytes,
            layout,
            text: &text,
            families: &families,
            called: &called,
            llm: &llm,
            clients: &clients,
            keys: &key_evidence,
            own_keys: &own_keys,
            proven: &proven_keys,
        };
        let note_url = |url| move |reason| notes::address(url, reason);
        let urls = hits.urls.iter();
        let mut addresses: Vec<Address<'r>> =
            urls.filter_map(|url| notes.kept(context.of_url(url), note_url(url))).collect();
        addresses.extend(named.iter().filter_map(|name| context.of_bare_host(name)));
        addresses.extend(context.relays_without_scheme());
        addresses.extend(hits.led_hosts.iter().filter_map(|(start, host)| context.of_led_host(*start, host)));
        addresses.sort_by_key(|address| (address.start, address.end));
        addresses.dedup_by_key(|address| address.start);
        if addresses.len() > 1 {
            let clients = lists::Clients::new(&addresses, layout, &key_evidence, &deep.vocabulary, kind);
            lists::settle(&mut addresses, kind, lists::names_active_clients(bytes), &clients);
        }

        let strangers = Evidence::new(addresses.iter().filter(|one| one.is_stranger()).map(|one| one.start).collect());
        let given = named.iter().filter_map(|name| judging.given_by_stranger(name, &strangers));
        let mut keys = without_overlaps(keys.into_iter().chain(given).collect());

        let path = &blob.origin.path.text;
        leaks::mark(&mut keys, bytes, &text, path);
        let search = forward::Search { rules: self.rules, last_labels: &deep.last_labels, bytes, text: &text, path };
        let masked = hits.prefixes.iter().filter_map(|&at| masked::read(bytes, at, &deep.prefixes)).collect();
        let servers = search.servers(&hits.urls, &hits.images);
        notes.look(&judging, || {
            let keys = keys.iter().map(|key| key.start..key.end);
            keys.chain(addresses.iter().map(|address| address.start..address.end)).collect()
        });
        let found = Found { keys, addresses, servers, masked, notes: notes.finish(), decoded: None };
        (found, encoded::runs(bytes, &hits.encoded, &named))
    }

    /// Whether a key is for model calls, as far as its issuer tells.
    fn answers_calls(&self, key: &Key<'r>) -> bool {
        let issuer = key.issuer.and_then(|id| self.rules.issuer(id));
        issuer.is_none_or(|issuer| !issuer.endpoints.is_empty())
    }

    /// The stretches of a blob in which keys without a prefix are looked for under any name: around the endpoints of
    /// issuers whose keys have none, and behind the names of LLM clients.
    fn scopes(
        bare_issuers: &HashSet<&str>,
        named: &[names::Named],
        endpoints: &[(usize, &str)],
        length: usize,
    ) -> Vec<Range<usize>> {
        const BEFORE: usize = 500;
        const BEHIND: usize = 700;
        let vendors = endpoints.iter().filter(|(_, id)| bare_issuers.contains(id));
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
                Literal::Prefix | Literal::OwnPrefix(_) => hits.prefixes.push(at),
                Literal::Slashes(form) => hits.urls.extend(url::read(bytes, at, form)),
                Literal::HostLead(lead) => {
                    let (start, host) = worth::led_host(bytes, at, lead);
                    let host = String::from_utf8_lossy(host).trim_end_matches('.').to_ascii_lowercase();
                    if self.rules.host(host.as_bytes()).is_some() {
                        hits.led_hosts.push((start, host));
                    }
                }
                Literal::Infix => hits.infixes.push(at),
                Literal::Encoded(form) if form.is_at(bytes, at) => hits.encoded.push((at, form)),
                Literal::ImageLead => hits.images.push(at),
                Literal::Word | Literal::OwnName | Literal::CallPath | Literal::Encoded(_) => {}
            }
            false
        });
        for prefix in &deep.rare {
            hits.prefixes.extend(memchr::memmem::find_iter(bytes, prefix.as_bytes()));
        }
        hits.prefixes.sort_unstable();
        // Users' own literals come in a pass of their own, and may be built-in ones, too.
        hits.prefixes.dedup();
        hits.infixes.sort_unstable();
        hits.infixes.dedup();
        hits
    }
}

/// Offsets of what the prefilter searches for, and the URLs.
#[derive(Default)]
struct Hits {
    markers: Vec<usize>,
    prefixes: Vec<usize>,
    infixes: Vec<usize>,
    /// What stands in front of container images.
    images: Vec<usize>,
    /// In base64.
    encoded: Vec<(usize, Form)>,
    /// Catalogued hosts without a scheme, in lower case, behind a word that only hosts follow.
    led_hosts: Vec<(usize, String)>,
    urls: Vec<Url>,
}
