//! What stands in the block of a directive, or around the code that passes requests on: a key that is added, a check of
//! the caller.

use super::{Form, Search};

/// How far a block is followed to either side.
const REACH: usize = 4 * 1024;

/// How far code is read to either side.
const SCRIPT_REACH: usize = 16 * 1024;

/// How many blocks outwards a check of the caller still covers the directive.
const LEVELS: usize = 3;

/// What a block says.
pub(super) struct Facts {
    pub(super) injects: bool,
    pub(super) pools: bool,
    pub(super) guarded: bool,
}

/// What web servers and proxies call a check of the caller.
const CHECKS: [&str; 26] = [
    "auth_basic \"",
    "auth_basic '",
    "auth_basic_user_file",
    "auth_request ",
    "auth_jwt",
    "deny all",
    "ssl_verify_client on",
    "internal;",
    "basic_auth",
    "basicauth",
    "forward_auth",
    "forwardauth",
    "jwtauth",
    "remote_ip",
    "ipallowlist",
    "ipwhitelist",
    "http_auth(",
    "http-request deny",
    "jwt_authn",
    "ext_authz",
    "authorizationtype",
    "authorizer",
    "api_key_required",
    "apikeyrequired",
    "require valid-user",
    "key-auth",
];

/// What code does with a caller that it does not know, or by which it knows one.
const CODE_CHECKS: [&str; 14] = [
    "401",
    "403",
    "unauthorized",
    "forbidden",
    "jwt",
    "timingsafeequal",
    "compare_digest",
    "verifytoken",
    "verify_token",
    "requireauth",
    "login_required",
    "basicauth",
    "constanttimecompare",
    "permissiondenied",
];

impl Search<'_, '_> {
    /// Reads the block around a form.
    pub(super) fn block(&self, form: &Form) -> Facts {
        if form.script {
            let text = self.around(form.at, SCRIPT_REACH, SCRIPT_REACH);
            return Facts {
                injects: injects(&text),
                pools: picks_key(&text),
                guarded: CODE_CHECKS.iter().any(|word| text.contains(word)) || compares_secret(&text),
            };
        }
        let Some(inner) = self.inner(form.at) else {
            let text = self.section(form.at);
            return Facts { injects: injects(&text), pools: false, guarded: checks(&text) };
        };
        let mut guarded = checks(&lower(&self.bytes[inner.clone()]));
        let mut outer = self.enclosing(inner.start);
        for _ in 1..LEVELS {
            let Some(block) = outer else { break };
            guarded |= checks(&own_text(&self.bytes[block.clone()]));
            outer = self.enclosing(block.start);
        }
        Facts { injects: injects(&lower(&self.bytes[inner])), pools: false, guarded }
    }

    /// The block that a directive opens at the end of its line, or the one it stands in.
    fn inner(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let line_end = super::super::bytes::line_end(self.bytes, at);
        let opens = self.bytes[at..line_end].trim_ascii_end().ends_with(b"{");
        let Some(open) = memchr::memrchr(b'{', &self.bytes[at..line_end]).filter(|_| opens) else {
            return self.enclosing(at);
        };
        Some(at + open..self.close(at + open + 1))
    }

    /// The block that holds `at`, its bracket included.
    fn enclosing(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let mut depth = 0usize;
        for index in (at.saturating_sub(REACH)..at).rev() {
            match self.bytes[index] {
                b'}' => depth += 1,
                b'{' if depth > 0 => depth -= 1,
                b'{' => return Some(index..self.close(index + 1)),
                _ => {}
            }
        }
        None
    }

    /// Where the block ends whose inside begins at `start`.
    fn close(&self, start: usize) -> usize {
        let mut depth = 0usize;
        let end = self.bytes.len().min(start + 2 * REACH);
        for index in start..end {
            match self.bytes[index] {
                b'{' => depth += 1,
                b'}' if depth == 0 => return index,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        end
    }

    /// The document or section around `at` in a file without brackets, in lower case.
    fn section(&self, at: usize) -> String {
        let floor = at.saturating_sub(REACH);
        let ceiling = self.bytes.len().min(at + REACH);
        let (before, behind) = (&self.bytes[floor..at], &self.bytes[at..ceiling]);
        let start = memchr::memmem::rfind(before, b"\n---").or_else(|| last_heading(before)).unwrap_or(0);
        let end = memchr::memmem::find(behind, b"\n---").or_else(|| heading(behind)).unwrap_or(behind.len());
        lower(&self.bytes[floor + start..at + end])
    }
}

/// The sections of HAProxy begin at the margin, what is in them is indented.
const HEADINGS: [&[u8]; 5] = [b"\nbackend ", b"\nfrontend ", b"\nlisten ", b"\ndefaults", b"\nglobal"];

fn last_heading(text: &[u8]) -> Option<usize> {
    HEADINGS.iter().filter_map(|heading| memchr::memmem::rfind(text, heading)).max()
}

fn heading(text: &[u8]) -> Option<usize> {
    HEADINGS.iter().filter_map(|heading| memchr::memmem::find(text, heading)).min()
}

fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

/// The text of a block without the blocks inside it: a check in a neighbour's block covers nothing here.
fn own_text(block: &[u8]) -> String {
    let mut depth = 0usize;
    let mut own = Vec::new();
    for &byte in block.get(1..).unwrap_or_default() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => own.push(byte),
            _ => {}
        }
    }
    lower(&own)
}

/// Whether a header with a key is set, and not only handed on or taken away. `text` is in lower case.
fn injects(text: &str) -> bool {
    const HEADERS: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];
    HEADERS.iter().any(|header| text.match_indices(header).any(|(at, _)| sets(text, at, header.len())))
}

/// Whether the header name at `at` is given a key of the server's own.
fn sets(text: &str, at: usize, length: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = text[line..at].trim_start();
    if before.starts_with(['#', '*']) || before.starts_with("//") || before.ends_with(['$', '_', '>']) {
        return false;
    }
    let read = ["get(", "has(", "hdr(", "req.header(", "request.header(", "getheader(", "delete(", "del("];
    let unquoted = before.trim_end_matches(['"', '\'', '`']);
    if read.iter().any(|read| unquoted.ends_with(read)) {
        return false;
    }
    let behind = &text[at + length..];
    // The value may stand on the next line: `- key: Authorization` above `value: …`.
    let value: String = behind.lines().take(3).flat_map(|line| [line, "\n"]).collect();
    let value = &value[..value.char_indices().nth(200).map_or(value.len(), |(end, _)| end)];
    let first = behind.lines().next().unwrap_or_default();
    let handed_on = [
        "$http_",
        "headers.get",
        "header.get",
        "getheader",
        "req.headers",
        "request.headers",
        "event.headers",
        "ctx.headers",
        "{http.request",
        "{>",
        "req.hdr",
        "req.get(",
        "c.req.header",
        ".replace(",
    ];
    if handed_on.iter().any(|word| first.contains(word)) {
        return false;
    }
    let own = ["bearer", "basic ", "key", "token", "secret", "sk-", "${", "process.env"];
    let assigned = first.trim_start_matches(['"', '\'', '`', ']', ')']).trim_start();
    let directive = ["set_header", "header_up", "set-header", "add-header", "requestheader"];
    // The first argument of a call; in a list of headers that are allowed nothing is set.
    let argument = assigned.starts_with(',') && unquoted.ends_with('(');
    let gives = argument
        || assigned.starts_with([':', '='])
        || directive.iter().any(|word| before.contains(word))
        || assigned.is_empty();
    let compared = assigned.starts_with("==") || assigned.starts_with("!=");
    let scope = if assigned.is_empty() || assigned == "," { value } else { first };
    gives && !compared && own.iter().any(|word| scope.contains(word))
}

fn checks(text: &str) -> bool {
    CHECKS.iter().any(|check| text.contains(check))
        // `if ($http_x_token != "…") { return 403; }`
        || (text.contains("if ($") && (text.contains("return 401") || text.contains("return 403")))
}

/// Whether one of several keys is picked by chance: `keys[Math.floor(Math.random() * keys.length)]`.
fn picks_key(text: &str) -> bool {
    ["math.random", "random.choice(", "rand.intn(", "array_rand("].iter().any(|pick| {
        text.match_indices(pick).any(|(at, _)| {
            let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
            end - line < 200 && text[line..end].contains("keys")
        })
    })
}

/// Whether a line compares something secret.
fn compares_secret(text: &str) -> bool {
    const SECRETS: [&str; 6] = ["token", "secret", "password", "passwd", "access_code", "accesscode"];
    text.lines().any(|line| {
        let compares = line.contains("!==") || line.contains("!=") || line.contains("===") || line.contains(" == ");
        compares && SECRETS.iter().any(|secret| line.contains(secret))
    })
}
