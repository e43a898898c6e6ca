//! The part that an address plays where it stands: what a client uses, one of several, or only named.

use crate::model::{EndpointKind, Role};

use super::address::{Context, Held, Used};
use super::api::{has_api_path, has_llm_path, is_api_of, is_side_door, looks_like_api};
use super::bytes::{contains_ignore_case, line_start};
use super::host::{HostFacts, is_placeholder};
use super::url::Url;
use super::wording::{in_message, is_compared, is_link, names_host_list, names_message, on_host_list};

impl Context<'_, '_> {
    pub(super) fn role(&self, url: &Url, facts: &HostFacts<'_>, setting: Option<&str>, used: Used) -> (Role, Held) {
        let at = url.start;
        let api_path = has_api_path(&url.path);
        let side_door = is_side_door(&url.host, facts) && used != Used::ByClient && !api_path;
        if on_host_list(self.bytes, at) || setting.is_some_and(names_host_list) {
            return (Role::Listed, Held::Element);
        }
        let told =
            setting.is_some_and(names_message) || (used != Used::ByClient && in_message(self.bytes, at, url.end));
        if told || (used != Used::ByClient && is_compared(self.bytes, at, url.end, setting)) {
            return (Role::Mentioned, Held::Element);
        }
        let link = used != Used::ByClient && !has_llm_path(&url.path) && is_link(self.bytes, at, setting);
        if self.text.kind.binary || link || self.text.in_comment(at) {
            return (Role::Mentioned, Held::Element);
        }
        if side_door {
            // A vendor's own page receives no key.
            let vendor = matches!(facts.kind, EndpointKind::Official | EndpointKind::Provider);
            return (if vendor { Role::Mentioned } else { Role::Listed }, Held::Element);
        }
        if self.is_name(url) {
            return (Role::Listed, Held::Call);
        }
        // A host alone is an address if nothing names it, or its name says so; `author_url` and `visited` do not.
        let named = setting.is_some_and(|name| self.vocabulary.classify(name).role.is_none());
        let api = api_path || (!named && looks_like_api(&url.host, &url.path)) || is_api_of(facts.entry, &url.path);
        match used {
            Used::ByClient => (Role::Configured, Held::By(setting.map(crate::rules::normalise).unwrap_or_default())),
            Used::InCall => (Role::Configured, Held::Call),
            _ if self.text.in_prose(at) => (Role::Mentioned, Held::Element),
            _ if self.keys.near(at, 160) => (Role::Configured, Held::Call),
            Used::AsApi => (Role::Configured, Held::Element),
            Used::Somehow if api || self.keys.near(at, 300) => (Role::Configured, Held::Element),
            Used::Somehow => (Role::Mentioned, Held::Loose),
        }
    }

    /// Whether the line sends a request to the address: `curl`, `fetch`, `requests.post`, `proxy_pass` …
    pub(super) fn is_request(&self, url: &Url) -> bool {
        const VERBS: [&[u8]; 12] = [
            b"curl",
            b"fetch",
            b"request(",
            b"requests.",
            b"newrequest",
            b"axios",
            b"post",
            b"wget",
            b"invoke-restmethod",
            b"proxy_pass",
            b"reverse_proxy",
            b"urlopen",
        ];
        let start = line_start(self.bytes, url.start).max(url.start.saturating_sub(120));
        let line = &self.bytes[start..url.start];
        // An argument on a line of its own belongs to the call on the line before.
        let alone = line.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`'));
        let before = if alone { &self.bytes[url.start.saturating_sub(120)..url.start] } else { line };
        VERBS.iter().any(|verb| contains_ignore_case(before, verb))
    }

    /// Whether the address is the name of a map's entry and not its value: `{"https://…": "https://…"}`.
    pub(super) fn is_name(&self, url: &Url) -> bool {
        let Some((b'"' | b'\'', rest)) = self.bytes[url.end..].split_first() else { return false };
        let rest = &rest[rest.iter().take(4).take_while(|byte| **byte == b' ').count()..];
        let begins = self.bytes[..url.start].ends_with(b"\"") || self.bytes[..url.start].ends_with(b"'");
        begins && rest.starts_with(b":") && !rest.starts_with(b"::") && self.layout.has_no_value(url.start)
    }

    /// Whether the value goes on as a template where the host ends, or the host is one of a template's: `YOUR-NAME.openai.azure.com`.
    pub(super) fn is_template(&self, url: &Url, facts: &HostFacts<'_>) -> bool {
        let before = url.start.checked_sub(1).map(|index| self.bytes[index]);
        before == Some(b'}')
            || (facts.kind == EndpointKind::Proxy && is_placeholder(&url.host))
            || url.host.contains(".url.")
    }
}
