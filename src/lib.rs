//! keyscan finds OpenAI keys and the endpoints they are sent to, and says who issued each key, who receives it and which
//! endpoints are third-party relays. It answers from files alone and asks nobody, unless an option says so.
//!
//! # The pipeline
//!
//! ```text
//!   source ──Blob──▶ detect ──Matches──▶ assess ──Finding──▶ report
//!   files,           keys and            pairs, severity,    human, JSON,
//!   stdin            endpoints           policy, allow       SARIF, CI …
//!                       ▲                   ▲
//!                       └────── rules ──────┘
//! ```
//!
//! Each stage is one folder and knows none of the others. [`scan::run`] is the only place where they meet, and reads
//! like the picture. `model` holds the plain data that they hand on; `rules` holds what is known about the world (key
//! formats, issuers, endpoints, settings), as data in `rules/*.toml`.
//!
//! - [`source`] decides what is read, knows ignore rules and what git tracks, and yields each blob once.
//! - [`structure`] knows what files are made of: scopes, names, values, with their places. Syntax only; `detect` asks it.
//! - [`detect`] takes bytes and returns matches. No I/O: it can be used alone and fuzzed.
//! - [`online`] asks issuers and the own account about keys, and endpoints what they run, only where an option says so; the
//!   one folder that may open a socket.
//! - [`assess`] turns the matches of all blobs into findings. No I/O either.
//! - [`report`] turns findings into text and decides nothing.
//! - [`config`] reads the team's policy, `.keyscan.toml`.
//! - [`examples`] holds the examples of rule files against the detector.
//!
//! A key's value lives in [`model::Secret`], which cannot be displayed or serialised, and ends in `assess`: a finding
//! has its redacted form and its fingerprint.
//!
//! # The words
//!
//! One word for each thing, in code, help and reports.
//!
//! | word | meaning |
//! |---|---|
//! | blob | bytes with an origin: a file, or a window of a large one |
//! | key, issuer | a credential, and who handed it out (where that is proven) |
//! | endpoint, kind | a host that requests are sent to, and what stands behind it (official, relay, gateway …) |
//! | setting | the name that a value is assigned to |
//! | scope | a unit of a file in which a key and an endpoint belong together: a call, a map, a service, a section |
//! | match | a key or an endpoint at one place in a blob |
//! | pair, evidence | a key with the endpoint that receives it, and why the two belong together |
//! | occurrence | one place of a finding |
//! | finding | one key or one endpoint, with all its occurrences |
//! | signal | one fact observed on the way |
//! | exposure | how far a file has got out: ignored, untracked, tracked … |
//! | severity, confidence | how bad it is; how sure keyscan is. Two scales that never mix |
//! | policy | what the team allows |
//!
//! # Example
//!
//! ```
//! use keyscan::detect::Detector;
//! use keyscan::model::{Blob, BlobPath, EndpointKind, Exposure, Origin};
//! use keyscan::rules::Rules;
//!
//! let rules = Rules::builtin();
//! let path = BlobPath { text: ".env".to_owned(), percent: false };
//! let origin = Origin::new(0, path, Exposure::Stdin);
//! let blob = Blob::whole(origin, b"OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n");
//! let matches = Detector::new(&rules).detect(&blob);
//! assert_eq!(matches.endpoints[0].host, "api.chatanywhere.tech");
//! assert_eq!(matches.endpoints[0].kind, EndpointKind::Relay);
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assess;
pub mod config;
pub mod detect;
pub mod examples;
pub mod model;
pub mod online;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
pub mod structure;
