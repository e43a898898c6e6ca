//! keyscan finds OpenAI keys and the endpoints they are sent to, and says which keys are shared or leaked and which
//! endpoints are third-party relays.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assess;
pub mod config;
pub mod detect;
pub mod model;
pub mod report;
pub mod rules;
pub mod source;
