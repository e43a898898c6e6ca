//! The rules of this release, laid out by the build script as constant data: nothing is parsed or built at start-up.

use std::borrow::Cow::Borrowed as B;

use super::hosts::Tail;
use super::names::Pattern;
use super::schema::{
    Anchor, CatalogueKind, Certainty, Endpoint, Issuer, IssuerKind, Judge, KeyFormat, Needs, Proves, RuleText, Setting,
    SettingClass, SettingRole, Software, SoftwareKind, Text,
};
use super::table::Table;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
