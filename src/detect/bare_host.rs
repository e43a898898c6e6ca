//! Addresses without a scheme: values of settings, hosts behind words that only hosts follow, hosts of known relays.

use crate::rules::schema::{CatalogueKind, SettingRole};

use super::address::{Address, Context};
use super::api::is_host_name;
use super::bytes::run_before;
use super::names::Named;
use super::setting::About;
use super::spelling;
use super::url::{self, Slashes, Url};
use super::wording::on_host_list;

const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

impl<'r> Context<'_, 'r> {
    /// The endpoint that a setting's value names without a scheme: `api.host.dev`, `api.host.dev:8443/v1`.
    pub(super) fn of_bare_host(&self, named: &Named) -> Option<Address<'r>> {
        let range = named.value.clone()?;
        let value = str::from_utf8(&self.bytes[range.clone()]).ok()?;
        let address = matches!(named.facts.role, Some(SettingRole::BaseUrl | SettingRole::Host));
        // Without quotes a dotted word in code is an expression: `host: this.host`, `base_url = settings.url`.
        let quoted = range.start.checked_sub(1).is_some_and(|index| matches!(self.bytes[index], b'"' | b'\'' | b'`'));
        if !(address && (quoted || self.text.kind.config || self.text.kind.shell))
            || value.contains("://")
            || value.contains(r":\/\/")
            || value.len() > 300
        {
            return None;
        }
        let (authority, path) = value.split_at(value.find('/').unwrap_or(value.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (authority, None),
        };
        let host = spelling::mapped(host).trim_end_matches('.').to_ascii_lowercase();
        // Without quotes two words and a dot are an expression, unless the catalogue knows them as a host.
        let expression = [
            "var", "local", "data", "module", "self", "this", "each", "values", "secrets", "env", "config", "settings",
        ];
        let bare = host.split('.').count() == 2 && port.is_none() && path.is_empty();
        let known = self.rules.host(host.as_bytes()).is_some();
        if !quoted && !known && (bare || host.split('.').next().is_some_and(|first| expression.contains(&first))) {
            return None;
        }
        if !is_host_name(&host) || (named.facts.about != About::Llm && self.rules.host(host.as_bytes()).is_none()) {
            return None;
        }
        let url = Url {
            start: range.start,
            end: range.end,
            scheme: "https".into(),
            host,
            port,
            user_info: false,
            imitates: false,
            path: path.to_owned(),
        };
        self.read(&url, Some(named.text.clone())).ok()
    }

    /// The host that stands without a scheme at `start`, behind a word that only hosts follow.
    pub(super) fn of_led_host(&self, start: usize, host: &str) -> Option<Address<'r>> {
        let end = start + host.len();
        let url = Url {
            start,
            end,
            scheme: "https".into(),
            host: host.to_owned(),
            port: None,
            user_info: false,
            imitates: false,
            path: String::new(),
        };
        self.read(&url, Some("host".to_owned()).filter(|_| !on_host_list(self.bytes, start))).ok()
    }

    /// Hosts of known relays that stand without a scheme as a value of their own: an argument, a word of a config. Other
    /// hosts are looked for behind settings only; a word with a dot in it is most often code.
    pub(super) fn relays_without_scheme(&self) -> Vec<Address<'r>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(dot) = memchr::memchr(b'.', &self.bytes[at..]).map(|dot| at + dot) {
            let start = dot - run_before(self.bytes, dot, 253, is_host_byte);
            let host = url::host_at(self.bytes, start);
            let end = start + host.len();
            at = end.max(dot + 1);
            let before = start.checked_sub(1).map_or(b' ', |index| self.bytes[index]);
            let alone = matches!(before, b'"' | b'\'' | b'`' | b' ' | b'\t' | b'\n' | b'=' | b':' | b'(' | b'[' | b'>')
                && !self.bytes[..start].ends_with(b"://");
            let name = host.strip_suffix(b".").unwrap_or(host).to_ascii_lowercase();
            let known = alone && self.rules.host(&name).is_some_and(|hit| hit.entry.kind == CatalogueKind::Relay);
            // A manual's text, its pasted output included, names hosts to be read.
            if !known || self.text.kind.prose {
                continue;
            }
            // Between blanks it is a word like any other, unless a name stands in front, a key beside it, or the file is
            // made of directives.
            let setting = self.layout.name_at(self.vocabulary, start);
            let word = matches!(before, b' ' | b'>' | b'\t' | b'\n') && setting.is_none();
            if word && !self.text.kind.directives && !self.keys.near(start, 400) {
                continue;
            }
            let Ok(host) = String::from_utf8(name) else { continue };
            let (port, path_start) = url::port(self.bytes, end);
            let (path, url_end) = url::path(self.bytes, path_start, Slashes::Plain);
            let url = Url {
                start,
                end: url_end,
                scheme: "https".into(),
                host,
                port,
                user_info: false,
                imitates: false,
                path,
            };
            found.extend(self.read(&url, setting));
        }
        found
    }
}
