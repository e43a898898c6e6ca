//! One reading of a text: what the prefilter's literals stand at, judged by what stands around it.

use std::collections::HashSet;
use std::ops::Range;

use crate::model::{Blob, Proof};
use crate::rules::schema::CatalogueKind;

use super::address::{Address, Context};
use super::assemble::Found;
use super::bytes::measured;
use super::called::Called;
use super::keys::{Judging, Key, without_overlaps};
use super::layout::Layout;
use super::notes::{self, Notes};
use super::prefilter::Literal;
use super::scope::Evidence;
use super::setting::About;
use super::text::{FileKind, Text};
use super::url::Url;
use super::views::{self, Encoding, Lead, Seen, Stretch};
use super::{Deep, Detector, forward, leaks, lists, masked, names, setting, url, worth};

/// The slashes in front of a host, and the shortest host.
const SHORTEST_HOST: usize = 3 + 4;

/// The stretches of a text for each encoding.
pub(super) type Stretches = Vec<(Encoding, Vec<Stretch>)>;

impl<'r> Detector<'r> {
    /// What stands in a text as it is, and the stretches of it that can be read in another way.
    pub(super) fn read(&self, blob: &Blob<'_>, layout: &Layout<'_>) -> (Found<'r>, Stretches) {
        let deep = self.deep.get_or_init(|| Deep::new(self.rules));
        let bytes = blob.bytes;
        let kind = FileKind::of(&blob.origin.path.text, blob.binary);
        let hits = self.hits(deep, bytes, kind.binary);
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
            binary: kind.binary,
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
        let found = Found { keys, addresses, servers, masked, notes: notes.finish(), decoded: Vec::new() };
        let Hits { leads, prefixes, markers, .. } = &hits;
        let adjacent = kind.code_strings || kind.notebook;
        let stretches = views::stretches(&Seen { bytes, leads, named: &named, prefixes, markers, adjacent });
        (found, stretches)
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
    fn hits(&self, deep: &Deep<'_>, bytes: &[u8], binary: bool) -> Hits {
        let mut hits = Hits::default();
        self.prefilter.any(bytes, |at, literal| {
            match literal {
                Literal::Marker => hits.markers.push(at),
                Literal::Prefix | Literal::OwnPrefix(_) => hits.prefixes.push(at),
                Literal::Slashes(form) => {
                    let url = url::read(bytes, at, form);
                    // Where nothing parts strings, the length in front tells what is glued to an address.
                    let start = url.as_ref().filter(|_| binary).map(|url| url.start);
                    let end = start.and_then(|start| Some(start + measured(bytes, start)?));
                    let whole = end.filter(|&end| end > at + SHORTEST_HOST);
                    let short = whole.and_then(|end| url::read(&bytes[..end], at, form));
                    hits.urls.extend(short.filter(|short| url.as_ref().is_some_and(|url| short.end < url.end)).or(url));
                }
                Literal::HostLead(lead) => {
                    let (start, host) = worth::led_host(bytes, at, lead);
                    let host = String::from_utf8_lossy(host).trim_end_matches('.').to_ascii_lowercase();
                    if self.rules.host(host.as_bytes()).is_some() {
                        hits.led_hosts.push((start, host));
                    }
                }
                Literal::Infix => hits.infixes.push(at),
                Literal::Encoded(lead) if lead.is_at(bytes, at) => hits.leads.push((at, lead)),
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
    /// In encoded text.
    leads: Vec<(usize, Lead)>,
    /// Catalogued hosts without a scheme, in lower case, behind a word that only hosts follow.
    led_hosts: Vec<(usize, String)>,
    urls: Vec<Url>,
}
