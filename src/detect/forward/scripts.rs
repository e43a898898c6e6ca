//! Code that sends incoming requests on: edge scripts, middleware, handlers.
//!
//! What tells it from a client is the caller's own path, which a client does not have: the incoming URL gets another
//! host, or its path goes behind the upstream's address.

use std::cell::OnceCell;

use super::super::bytes::{contains_ignore_case, is_key_byte};
use super::{Form, Search, Upstream};

/// How many uses of a constant are looked at.
const MOST_USES: usize = 40;

/// Expressions that stand for the path, or the whole URL, of the request that came in.
const INCOMING: [&str; 22] = [
    "pathname",
    "request.url",
    "req.url",
    "req.path",
    "request.path",
    "originalurl",
    "rawpath",
    "event.path",
    "requesturi",
    "url.path",
    "url.search",
    "full_path",
    "fullpath",
    "path_qs",
    "rel_url",
    "url.href",
    "url.origin",
    "url.host",
    "$request_uri",
    "request_uri",
    "ctx.url",
    "ctx.path",
];

/// Words for a path that came in, where the file handles requests.
const PATHS: [&str; 5] = ["path", "endpoint", "route", "suffix", "targeturl"];

/// What a file says as a whole. Each fact costs a search of the whole file: ask for it last.
pub(super) struct Facts<'a> {
    bytes: &'a [u8],
    handles: OnceCell<bool>,
    go_proxy: OnceCell<bool>,
    express_proxy: OnceCell<bool>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(256 * 1024)];
        Self { bytes, handles: OnceCell::new(), go_proxy: OnceCell::new(), express_proxy: OnceCell::new() }
    }

    /// Code here handles requests of others.
    fn handles(&self) -> bool {
        const HANDLES: [&str; 15] = [
            "request.method",
            "req.method",
            "r.method",
            "event.httpmethod",
            "ctx.method",
            "req.httpmethod",
            "addeventlistener('fetch'",
            "addeventlistener(\"fetch\"",
            "request.url",
            "req.url",
            "export default {",
            "deno.serve",
            "onrequest",
            "http.handlefunc",
            "createserver(",
        ];
        *self.handles.get_or_init(|| self.holds(&HANDLES))
    }

    /// Go's reverse proxy.
    fn go_proxy(&self) -> bool {
        *self.go_proxy.get_or_init(|| self.holds(&["newsinglehostreverseproxy", "httputil.reverseproxy"]))
    }

    /// Express's.
    fn express_proxy(&self) -> bool {
        *self.express_proxy.get_or_init(|| self.holds(&["express-http-proxy", "koa-proxies", "koa-better-http-proxy"]))
    }

    fn holds(&self, words: &[&str]) -> bool {
        words.iter().any(|word| contains_ignore_case(self.bytes, word.as_bytes()))
    }
}

impl Search<'_, '_> {
    /// The code that sends incoming requests to an upstream, if any does: at its address, or where the constant is used
    /// that holds it.
    pub(super) fn script(&self, upstream: &Upstream<'_>, name: Option<&str>, facts: &Facts<'_>) -> Option<Form> {
        if self.text.kind.prose {
            return None;
        }
        if let Some(name) = self.sends(upstream.start, upstream.end, facts) {
            return Some(Form { name, at: upstream.start, script: true });
        }
        let constant = name?.rsplit(['.', ':', '>']).next().filter(|name| name.len() >= 3)?;
        memchr::memmem::find_iter(self.bytes, constant.as_bytes()).take(MOST_USES).find_map(|at| {
            let end = at + constant.len();
            let word = |byte: u8| is_key_byte(byte) && byte != b'-';
            let whole = !self.bytes.get(end).copied().is_some_and(word)
                && !at.checked_sub(1).is_some_and(|index| word(self.bytes[index]));
            if !whole || self.text.in_comment(at) {
                return None;
            }
            self.sends(at, end, facts).map(|name| Form { name, at, script: true })
        })
    }

    /// Whether the expression at `start..end`, an address or the name of one, is where an incoming request goes.
    fn sends(&self, start: usize, end: usize, facts: &Facts<'_>) -> Option<&'static str> {
        let line = self.line_before(start);
        let lead = line.trim_end_matches(['"', '\'', '`', ' ', '\t', '$', '{']).trim_end_matches("https://");
        let lead = lead.trim_end_matches(['"', '\'', '`', ' ', '\t', '+']);
        let lower = lead.to_ascii_lowercase();
        let assigned = lower.strip_suffix('=').map(str::trim_end).unwrap_or_default();
        if [".host", ".hostname"].iter().any(|part| assigned.ends_with(part))
            && !assigned.contains("location.")
            && (facts.handles() || facts.go_proxy())
        {
            return Some("host");
        }
        if (lower.ends_with("url.parse(") || lower.ends_with("reverseproxy(")) && facts.go_proxy() {
            return Some("ReverseProxy");
        }
        if lower.ends_with("proxy(") && facts.express_proxy() {
            return Some("proxy");
        }
        if lower.ends_with("target:") && line.len() < 200 {
            let around = self.around(start, 300, 200);
            let proxies = ["createproxymiddleware", "createproxyserver", "changeorigin", "proxy.web("];
            return proxies.iter().any(|word| around.contains(word)).then_some("target");
        }
        let incoming = |text: &str| {
            let text = text.to_ascii_lowercase();
            INCOMING.iter().any(|word| text.contains(word))
        };
        // `new URL(url.pathname, UPSTREAM)`, `request.url.replace(url.host, UPSTREAM)`.
        let call = line.rfind("new URL(").or_else(|| line.rfind(".replace(")).map(|at| &line[at.saturating_sub(40)..]);
        if lead.ends_with(',') && call.is_some_and(incoming) && facts.handles() {
            return Some("url");
        }
        // `UPSTREAM + url.pathname`, `${UPSTREAM}${pathname}`, f"UPSTREAM/{path}".
        let behind = self.behind(end, 160).lines().next().unwrap_or_default();
        let closed = behind.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || "/-_.}?".contains(char));
        let closed = closed.trim_start_matches(['"', '\'', '`', ')']).trim_start();
        let joined = closed.strip_prefix(['+', '{', '%', ',']).or_else(|| closed.strip_prefix("${")).or_else(|| {
            let spliced = behind.strip_prefix('{').or_else(|| behind.strip_prefix("/{"));
            spliced
                .or_else(|| behind.strip_prefix('}').filter(|rest| rest.starts_with("/${") || rest.starts_with("${")))
        })?;
        let comma = closed.starts_with(',') && !lower.ends_with("sprintf(") && !lower.ends_with("urljoin(");
        if comma {
            return None;
        }
        let expression = joined.split([';', '\n']).next().unwrap_or_default();
        let expression = &expression[..expression.char_indices().nth(80).map_or(expression.len(), |(end, _)| end)];
        let lower = expression.to_ascii_lowercase();
        let path = || PATHS.iter().any(|word| lower.contains(word)) && self.hands_method_on(start);
        ((incoming(expression) || path()) && facts.handles()).then_some("url")
    }

    /// Whether the method of the incoming request goes on near `at`, which no client of its own would do.
    fn hands_method_on(&self, at: usize) -> bool {
        const HANDED: [&str; 10] = [
            "method: request.method",
            "method: req.method",
            "method=request.method",
            "method: ctx.method",
            "method: event.httpmethod",
            "request(request.method",
            "request(req.method",
            "request(r.method",
            "request.method,",
            "methods=[",
        ];
        let around = self.around(at, 800, 800);
        HANDED.iter().any(|handed| around.contains(handed))
    }
}
