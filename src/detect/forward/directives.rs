//! Directives and fields of configs that send traffic on to an upstream.

use super::super::bytes::contains_ignore_case;
use super::{Form, Search, Upstream};

impl Search<'_, '_> {
    /// The directive or field that sends traffic to an upstream, if one does.
    pub(super) fn directive(&self, upstream: &Upstream<'_>, name: Option<&str>) -> Option<Form> {
        let at = upstream.start;
        let form = |name| Some(Form { name, at, script: false });
        let line = self.line_before(at).trim_start();
        let words: Vec<&str> = line.split_whitespace().map(unquoted).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [.., "proxy_pass" | "grpc_pass"] => return form("proxy_pass"),
            ["reverse_proxy", ..] => return form("reverse_proxy"),
            ["to", ..] if self.header(at).is_some_and(|header| header.contains("reverse_proxy")) => {
                return form("reverse_proxy");
            }
            [first, ..] if first.eq_ignore_ascii_case("ProxyPass") || first.eq_ignore_ascii_case("ProxyPassMatch") => {
                return form("ProxyPass");
            }
            ["server"] => return self.nginx_upstream(at),
            ["server", _] if self.text.kind.directives => return form("server"),
            ["set", variable] if variable.starts_with('$') => {
                return self.used_by(&[(*variable).to_owned(), format!("${{{}}}", &variable[1..])], "proxy_pass");
            }
            _ => {}
        }
        let file = self.path.rsplit(['/', '!']).next().unwrap_or_default();
        if file == "_redirects" && words.len() == 1 {
            let status = self.behind(upstream.end, 80).lines().next().unwrap_or_default().trim_end_matches('!');
            return status.trim_end().ends_with(" 200").then_some(()).and_then(|()| form("_redirects"));
        }
        self.field(upstream, name?, file).and_then(form)
    }

    /// The field that holds the address, where its neighbours say that traffic goes there.
    fn field(&self, upstream: &Upstream<'_>, name: &str, file: &str) -> Option<&'static str> {
        let at = upstream.start;
        let last = name.rsplit(['.', ':', '>']).find(|part| !part.is_empty()).unwrap_or(name);
        let behind = self.behind(upstream.end, 60);
        let near = |words: &[&str]| {
            let around = self.around(at, 400, 300);
            words.iter().any(|word| around.contains(word))
        };
        let before = |words: &[&str], reach: usize| {
            let before = self.before(at, reach).to_ascii_lowercase();
            words.iter().any(|word| before.contains(word))
        };
        // What goes on behind the host is the caller's path.
        let rest = unquoted(behind.split_whitespace().next().unwrap_or_default());
        let address = self.behind(at, 200).split_whitespace().next().unwrap_or_default().to_owned();
        let wild = [":splat", "**", ":path", ":match", "$1", "$uri", "${"].iter().any(|mark| address.contains(mark))
            || rest.starts_with('*');
        Some(match crate::rules::normalise(last).as_str() {
            // A redirect sends the caller away, it passes nothing on.
            "destination" if !self.redirects(at) => "destination",
            "to" if !self.redirects(at) && (file == "netlify.toml" || near(&["routerules", "proxy"])) => "to",
            "proxy" if wild || file == "package.json" => "proxy",
            "target" if file.contains("proxy.conf") || near(&PROXIES) || self.proxies_in_file() => "target",
            "upstream" if self.holds(&["http-proxy"]) => "upstream",
            "externalname" => "externalName",
            "address" | "socketaddress" if self.behind(upstream.end, 160).contains("port_value") => "address",
            "hostname" if before(&["fqdn"], 120) => "hostname",
            "hosts" if self.in_document(at, b"kind: ServiceEntry") => "hosts",
            "url" if before(&["loadbalancer"], 300) => "url",
            "url" if self.holds(&["_format_version"]) && near(&["routes"]) => "url",
            "uri" | "integrationuri" if near(&["http_proxy", "httpproxy", "aws_proxy"]) => "uri",
            "httpproxy" => "HttpProxy",
            "dial" if self.holds(&["reverse_proxy"]) => "dial",
            "domainname" if near(&["custom_origin_config", "customoriginconfig"]) => "domain_name",
            _ => return None,
        })
    }

    /// Whether the block around says that the caller is sent away.
    fn redirects(&self, at: usize) -> bool {
        let text = match self.enclosing_text(at) {
            Some(text) => text,
            None => self.around(at, 120, 160),
        };
        let text: String = text.chars().filter(|char| !char.is_whitespace() && *char != '"' && *char != '\'').collect();
        ["permanent:true", "permanent:false", "statuscode:30", "status:30", "status=30", "redirect:30"]
            .iter()
            .any(|word| text.contains(word))
    }

    /// The text of the innermost brackets, if they are near.
    fn enclosing_text(&self, at: usize) -> Option<String> {
        let floor = at.saturating_sub(300);
        let open = floor + memchr::memrchr(b'{', &self.bytes[floor..at])?;
        let ceiling = self.bytes.len().min(at + 400);
        // Braces of the pattern itself (`:path*` has none, `{proxy+}` does) close no object.
        let close = memchr::memmem::find(&self.bytes[at..ceiling], b"}").map_or(ceiling, |close| at + close);
        Some(String::from_utf8_lossy(&self.bytes[open..close]).to_ascii_lowercase())
    }

    /// nginx: `upstream name { server host:443; }`, and a directive that passes on to the name.
    fn nginx_upstream(&self, at: usize) -> Option<Form> {
        let header = self.header(at)?;
        let name = header.trim().strip_prefix("upstream")?.trim().to_owned();
        let whole = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if !whole {
            return None;
        }
        self.used_by(&[format!("://{name}")], "proxy_pass")
    }

    /// What stands in front of the bracket that holds `at`, on its line.
    fn header(&self, at: usize) -> Option<&str> {
        let floor = at.saturating_sub(1500);
        let mut depth = 0usize;
        for index in (floor..at).rev() {
            match self.bytes[index] {
                b'}' => depth += 1,
                b'{' if depth > 0 => depth -= 1,
                b'{' => return Some(self.line_before(index)),
                _ => {}
            }
        }
        None
    }

    /// Where a directive uses one of the names.
    fn used_by(&self, names: &[String], directive: &'static str) -> Option<Form> {
        for name in names {
            for at in memchr::memmem::find_iter(self.bytes, name.as_bytes()).take(40) {
                let next = self.bytes.get(at + name.len());
                let whole = next.is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_' && *next != b'-');
                if whole && self.line_before(at).contains(directive) && !self.text.in_comment(at) {
                    return Some(Form { name: directive, at, script: false });
                }
            }
        }
        None
    }

    /// Whether the YAML document around `at` holds a line.
    fn in_document(&self, at: usize, line: &[u8]) -> bool {
        let floor = at.saturating_sub(4096);
        let before = &self.bytes[floor..at];
        let start = memchr::memmem::rfind(before, b"\n---").unwrap_or(0);
        memchr::memmem::find(&before[start..], line).is_some()
    }

    /// Whether the file makes a proxy of code.
    fn proxies_in_file(&self) -> bool {
        self.holds(&["createproxymiddleware", "createproxyserver", "createproxy("])
    }

    /// Whether the blob holds one of some words, in any case.
    fn holds(&self, words: &[&str]) -> bool {
        words.iter().any(|word| contains_ignore_case(self.bytes, word.as_bytes()))
    }
}

/// What stands around the `target` of a proxy.
const PROXIES: [&str; 5] = ["createproxymiddleware", "createproxyserver", "changeorigin", "proxy.web(", "httpproxy"];

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`'])
}
