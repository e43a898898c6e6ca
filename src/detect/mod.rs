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
mod buckets;
mod bytes;
mod called;
mod cells;
mod decode;
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
mod reading;
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
mod views;
mod wide;
mod wording;
mod worth;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::OnceLock;

use crate::model::{Blob, Limits, Matches, Role};
use crate::rules::Rules;
use crate::rules::schema::{Anchor, KeyFormat};

use cells::Cells;
use format::Format;
use forward::LastLabels;
use host::VendorDomains;
use judge::Words;
use layout::Layout;
use names::NameSearch;
use prefilter::Prefilter;
use setting::Vocabulary;
use text::FileKind;

pub use notes::MOST_DROPPED;
pub use redact::redact_text;
pub use wide::allowed_lines;

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
    limits: Limits,
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
        prefixed.sort_by(|one, other| {
            let order = |format: &Format<'r>| Reverse(format.entry.prefix.len());
            order(one).cmp(&order(other)).then_with(|| one.entry.prefix.cmp(&other.entry.prefix))
        });
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
        Self {
            rules,
            prefilter: Prefilter::new(rules),
            sieve: OnceLock::new(),
            deep: OnceLock::new(),
            noting: false,
            limits: Limits::default(),
        }
    }

    /// Notes what is looked at and dropped as well, the first [`MOST_DROPPED`] candidates of each blob: [`Matches::dropped`].
    #[must_use]
    pub fn with_notes(self) -> Self {
        Self { noting: true, ..self }
    }

    /// Undoes encodings within these limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
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
        self.detect_wide(blob).unwrap_or_else(|| self.detect_text(blob))
    }

    /// What a blob holds in the bytes as they are, and in their views.
    fn detect_text(&self, blob: &Blob<'_>) -> Matches {
        let layout = Layout::new(blob);
        let (mut found, stretches) = self.read(blob, &layout);
        let undecoded = decode::undo(self, blob, &mut found, stretches);
        let mut matches = assemble::matches(blob, self.rules, found);
        matches.undecoded = undecoded;
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
        if !matches.is_empty()
            && let Some(cells) = Cells::of(blob)
        {
            cells.name(&mut matches);
        }
        matches.unparsed = in_use && layout.is_broken();
        matches
    }
}
