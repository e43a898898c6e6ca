//! What is asked: a scheme, a host, a port and the base that an API stands under, and nothing else of a URL.

use std::net::IpAddr;

use reqwest::Url;

use super::address::{self, Reach};
use crate::model::ProbeReason;

/// The longest base, and the longest address that is followed.
const LONGEST_PATH: usize = 200;
/// The longest part of a path that is sent, and the longest word in it.
const LONGEST_NAME: usize = 32;
const LONGEST_WORD: usize = 14;
/// Where the API begins, and the base of the software ends.
const API: [&str; 10] =
    ["chat", "completions", "responses", "messages", "embeddings", "models", "engines", "images", "audio", "realtime"];

/// Something that can be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    tls: bool,
    /// As it stands in a URL: lower case, ASCII, IPv6 in brackets, IPv4 in its usual spelling.
    host: String,
    port: u16,
    /// Empty, or beginning with `/` and not ending with it.
    base: String,
}

impl Target {
    /// What of a URL is asked. `redact` changes what looks like a key: such a base is not sent, nor what stands behind it.
    pub(super) fn of(url: &str, redact: &dyn Fn(&str) -> String) -> Result<Self, ProbeReason> {
        let url = parse(url).ok_or(ProbeReason::BadUrl)?;
        let mut target = Self::at(&url).ok_or(ProbeReason::BadUrl)?;
        if redact(&target.host) != target.host {
            return Err(ProbeReason::BadUrl);
        }
        for segment in url.path().split('/').filter(|segment| !segment.is_empty()) {
            let longer = target.base.len() + 1 + segment.len();
            if begins_api(segment) || !may_be_sent(segment, redact) || longer > LONGEST_PATH {
                break;
            }
            target.base.push('/');
            target.base.push_str(segment);
        }
        Ok(target)
    }

    /// The root of a URL's host.
    fn at(url: &Url) -> Option<Self> {
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let host = url.host_str()?;
        // One dot at the end says that a name is whole. Two are no name, and could hide an address.
        let host = host.strip_suffix('.').unwrap_or(host).to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0)?;
        (!host.is_empty() && !host.ends_with('.')).then_some(Self { tls, host, port, base: String::new() })
    }

    /// The host, as it stands in a URL.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// The host, if it is an address.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        let host = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host);
        host.parse().ok()
    }

    /// How far it may be asked, as far as that shows without looking its name up.
    pub(super) fn reach(&self) -> Reach {
        self.literal().map_or_else(|| address::of_name(&self.host), address::of_address)
    }

    /// The bases to ask under: its own, and the root.
    pub(super) fn bases(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.base.as_str()).chain((!self.base.is_empty()).then_some(""))
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        let (scheme, own) = if self.tls { ("https", 443) } else { ("http", 80) };
        match self.port {
            port if port == own => format!("{scheme}://{}{path}", self.host),
            port => format!("{scheme}://{}:{port}{path}", self.host),
        }
    }

    /// Where an answer leads that was asked for at `path`: on the same host, at the same port or under TLS. What another host runs says
    /// nothing of this one. TLS is never left, and nothing but a path goes along, of which the same holds as of the URL that was found:
    /// whoever is asked may know a key, and must not make it travel.
    pub(super) fn next(&self, path: &str, location: &str, redact: &dyn Fn(&str) -> String) -> Option<(Self, String)> {
        let url = Url::parse(&self.url(path)).ok()?.join(location).ok()?;
        let next = Self::at(&url)?;
        let path = url.path();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let sent = segments.all(|segment| may_be_sent(segment, redact));
        let same = next.port == self.port && (next.tls || !self.tls);
        let upgraded = next.tls && next.port == 443;
        let fits = path.len() <= LONGEST_PATH && sent && next.host == self.host && (same || upgraded);
        fits.then(|| (next, path.to_owned()))
    }

    /// Goes on with the scheme and the port of another one.
    pub(super) fn move_to(&mut self, other: &Self) {
        (self.tls, self.port) = (other.tls, other.port);
    }
}

/// A URL as it is written in settings: a socket's scheme is that of its handshake, and none is the usual one.
fn parse(url: &str) -> Option<Url> {
    let url = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => format!("http://{rest}"),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => format!("https://{rest}"),
        Some(_) => url.to_owned(),
        None if begins_with_host(url) => format!("https://{url}"),
        None => return None,
    };
    let bytes = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'`<>\\^{|}$".contains(&byte));
    Url::parse(&url).ok().filter(|_| bytes || !url.is_ascii() && url.chars().all(|letter| !letter.is_control()))
}

/// Whether a text without a scheme begins with a host, with or without a port: with no name or password, and no scheme that is cut.
fn begins_with_host(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let port = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map(|(_, port)| port);
    let plain = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    !host.is_empty() && !host.contains('@') && plain
}

/// Whether the API of every software begins here.
fn begins_api(segment: &str) -> bool {
    let version = segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    version || API.contains(&segment)
}

/// Whether a part of a path is sent: a name made of words, and nothing that could be a secret, a token or somebody's id.
fn may_be_sent(segment: &str, redact: &dyn Fn(&str) -> String) -> bool {
    let words = segment.split(['-', '_', '.', '~', '@']);
    segment.len() <= LONGEST_NAME && words.into_iter().all(is_word) && redact(segment) == segment
}

/// Whether these are letters as in a word, a small number, or a version. No word has digits between its letters, or large
/// letters behind small ones.
fn is_word(word: &str) -> bool {
    let letters = word.trim_start_matches(|first: char| first.is_ascii_uppercase());
    let capitals = word.len() - letters.len();
    let small = letters.bytes().all(|byte| byte.is_ascii_lowercase());
    let cased = small && (capitals <= 1 || letters.is_empty());
    let digits = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = word.strip_prefix('v').is_some_and(|rest| digits(rest, 2));
    (cased && word.len() <= LONGEST_WORD) || digits(word, 3) || version
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(text: &str) -> String {
        text.to_owned()
    }

    fn target(url: &str) -> Target {
        Target::of(url, &keep).unwrap()
    }

    #[test]
    fn nothing_of_a_url_is_asked_but_its_host_and_base() {
        for (url, asked) in [
            ("https://relay.dev/v1", "https://relay.dev/api/status"),
            ("https://user:pass@Relay.Dev:8443/v1/chat?key=1#x", "https://relay.dev:8443/api/status"),
            ("http://relay.dev:80/openai/v1/chat/completions", "http://relay.dev/openai/api/status"),
            ("wss://relay.dev/v1/realtime", "https://relay.dev/api/status"),
            ("relay.dev/proxy/", "https://relay.dev/proxy/api/status"),
            ("https://relay.dev/a%2fb/c", "https://relay.dev/api/status"),
            ("https://relay.dev/[key]/v1", "https://relay.dev/api/status"),
            ("http://[::FFFF:7f00:1]:8080/v1", "http://[::ffff:127.0.0.1]:8080/api/status"),
        ] {
            let Ok(target) = Target::of(url, &keep) else { panic!("{url}") };
            let base = target.bases().next().unwrap().to_owned();
            let asked_for = target.url(&format!("{base}/api/status"));
            let shown = asked_for.replace("[::ffff:7f00:1]", "[::ffff:127.0.0.1]");
            assert_eq!(shown, asked, "{url}");
        }
    }

    #[test]
    fn a_base_that_looks_like_a_key_is_not_sent() {
        let redact = |text: &str| if text.starts_with("sk-") { "[key]".to_owned() } else { text.to_owned() };
        let target = Target::of("https://relay.dev/a/sk-secret/b/v1", &redact).unwrap();
        assert_eq!(target.bases().collect::<Vec<_>>(), ["/a", ""]);
        assert_eq!(Target::of("https://sk-secret.relay.dev/", &redact), Err(ProbeReason::BadUrl));
    }

    #[test]
    fn odd_spellings_of_an_address_are_that_address() {
        for url in [
            "http://127.1/v1",
            "http://2130706433",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://0x7f000001/",
            "http://127.0.0.1.:80/",
            "http://１２７.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::127.0.0.1]/",
            "http://[::1]/",
            "http://0/",
            "http://localhost./",
            "http://LOCALHOST/",
        ] {
            assert_eq!(target(url).reach(), Reach::Private, "{url}");
        }
        for url in
            ["http://2852039166/", "http://169.254.169.254/latest", "http://0xa9fea9fe/", "http://[::ffff:a9fe:a9fe]/"]
        {
            assert_eq!(target(url).reach(), Reach::Never, "{url}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_not_asked() {
        for url in [
            "ftp://relay.dev/",
            "file:///etc/passwd",
            "https://",
            "https://${HOST}/v1",
            "https://{host}/v1",
            "",
            "https://relay.dev:0/",
            "https://a b/",
            "https://relay.dev:99999/",
            "javascript:alert(1)",
            "http://[::1/",
            "https:/user:hunter2@h/",
            "user:hunter2@h/?u=http://x",
            "//user:hunter2@h/",
            "http://127.1../",
            "http://0x7f.1../",
            "https://a\u{0}b/",
        ] {
            assert_eq!(Target::of(url, &keep), Err(ProbeReason::BadUrl), "{url}");
        }
    }

    #[test]
    fn only_words_of_a_path_are_sent() {
        for sent in
            ["openai", "one-api", "gpt-4", "LLM", "Proxy", "api_gateway", "v2", "tools", "index.html", "relay.dev"]
        {
            assert!(may_be_sent(sent, &keep), "{sent}");
        }
        for stays in [
            "s3cr3t_t0ken",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "deadbeef-cafe-babe-feed-facefeedbeef",
            "qwertyuiopasdfghjklzxcvb",
            "aBcDeFgHiJkL",
            "ABcd",
            "glpat-abcdefghijklmnopqrst",
            "xoxb-123456789012-abcdefgh",
            "v1secret",
            "1234567",
            "a%2fb",
            "[key]",
        ] {
            assert!(!may_be_sent(stays, &keep), "{stays}");
            assert_eq!(target(&format!("https://relay.dev/llm/{stays}/x")).base, "/llm", "{stays}");
        }
    }

    #[test]
    fn redirects_stay_with_the_host_and_keep_tls() {
        let from = target("https://relay.dev/v1");
        let plain = target("http://relay.dev:8080/v1");
        let redact = |text: &str| if text.starts_with("sk-") { "[key]".to_owned() } else { text.to_owned() };
        let next =
            |from: &Target, location: &str| from.next("/x", location, &redact).map(|(next, path)| next.url(&path));
        assert_eq!(next(&from, "/ui/?a=sk-x#y"), Some("https://relay.dev/ui/".to_owned()));
        assert_eq!(next(&from, "https://RELAY.dev./"), Some("https://relay.dev/".to_owned()));
        assert_eq!(next(&plain, "https://relay.dev/"), Some("https://relay.dev/".to_owned()));
        assert_eq!(next(&plain, "/y"), Some("http://relay.dev:8080/y".to_owned()));
        for location in [
            "http://relay.dev/",
            "https://www.relay.dev/",
            "https://other.dev/x",
            "https://sk-secret.relay.dev/",
            "https://relay.dev:8443/",
            "https://127.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "//127.1/",
            "ftp://relay.dev/",
            "/a%0d%0ab",
            "/ui/sk-secret",
            "/ui/4f9a8c7e6d5b",
            "javascript:1",
        ] {
            assert_eq!(next(&from, location), None, "{location}");
        }
        let own = target("http://127.0.0.1:3000/v1");
        assert_eq!(next(&own, "/v1"), Some("http://127.0.0.1:3000/v1".to_owned()));
        for location in ["http://127.0.0.1:22/", "http://10.0.0.1/", "http://localhost/", "http://127.0.0.2/"] {
            assert_eq!(next(&own, location), None, "{location}");
        }
    }
}
