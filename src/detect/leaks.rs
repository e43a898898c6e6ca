//! What only the text around a key tells of how it gets out: it is part of a URL, of the output of a notebook, of a script
//! in a page, or of code that says itself that it runs in browsers. And of a script: that it runs on servers alone.

use memchr::memmem;

use crate::model::SignalId;

use super::keys::Key;
use super::text::Text;

/// How far in front of a key the beginning of its URL is looked for.
const URL_REACH: usize = 2048;

/// How far behind a key the end of a URL's user info is looked for.
const USER_INFO_REACH: usize = 256;

/// How much of a script is looked at for the form in which it asks for modules.
const SCRIPT_HEAD: usize = 2048;

/// How many clients are looked at for whether they may run in browsers.
const MOST_CLIENTS: usize = 64;

/// Adds to each key the signals of the text around it. `path` is the file's.
pub(super) fn mark(keys: &mut [Key<'_>], bytes: &[u8], text: &Text<'_>, path: &str) {
    if keys.is_empty() {
        return;
    }
    let browser = text.kind.elements && allows_browsers(bytes, text);
    let page = [".html", ".htm", ".xhtml"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
    let scripts = if page { Turns::new(bytes, &[b"<script"], &[b"</script"]) } else { Turns::default() };
    let outputs = if text.kind.notebook {
        Turns::new(bytes, &[b"\"outputs\""], &[b"\"source\"", b"\"input\"", b"\"cell_type\""])
    } else {
        Turns::default()
    };
    for key in keys {
        if let Some(part) = url_part(bytes, key.start, key.end) {
            key.signals.push((SignalId::InUrl, part.to_owned()));
        }
        if outputs.holds(key.start) {
            key.signals.push((SignalId::NotebookOutput, "the output of a cell".to_owned()));
        }
        if browser {
            key.signals.push((SignalId::ClientSide, "dangerouslyAllowBrowser is set".to_owned()));
        } else if scripts.holds(key.start) {
            key.signals.push((SignalId::ClientSide, "a script in a page".to_owned()));
        }
    }
}

/// Where something begins and where it ends, in the order of the bytes.
#[derive(Default)]
struct Turns(Vec<(usize, bool)>);

impl Turns {
    fn new(bytes: &[u8], begin: &[&[u8]], end: &[&[u8]]) -> Self {
        let all = begin.iter().map(|word| (*word, true)).chain(end.iter().map(|word| (*word, false)));
        let mut turns: Vec<(usize, bool)> =
            all.flat_map(|(word, begins)| memmem::find_iter(bytes, word).map(move |at| (at, begins))).collect();
        turns.sort_unstable();
        Self(turns)
    }

    /// Whether the last thing in front of `at` is a beginning.
    fn holds(&self, at: usize) -> bool {
        let behind = self.0.partition_point(|(turn, _)| *turn < at);
        behind.checked_sub(1).is_some_and(|last| self.0[last].1)
    }
}

/// Whether code makes a client that may run in browsers: the SDKs refuse to without this word.
fn allows_browsers(bytes: &[u8], text: &Text<'_>) -> bool {
    const WORD: &[u8] = b"dangerouslyAllowBrowser";
    memmem::find_iter(bytes, WORD).take(MOST_CLIENTS).any(|at| {
        let value = bytes[at + WORD.len()..].trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value).trim_ascii_start();
        let value = value.strip_prefix(b":").or_else(|| value.strip_prefix(b"=")).map(<[u8]>::trim_ascii_start);
        let set = value.is_some_and(|value| value.starts_with(b"true") || value.starts_with(b"!0"));
        // The SDK's own message says how to set it, in every bundle that holds the SDK.
        let before = &bytes[at.saturating_sub(600)..at];
        set && memmem::find(before, b"browser-like environment").is_none() && !text.in_comment(at)
    })
}

/// The part of a URL that a key is: its user name or password, or a value of its query or fragment.
fn url_part(bytes: &[u8], start: usize, end: usize) -> Option<&'static str> {
    let reach = &bytes[start.saturating_sub(URL_REACH)..start];
    let stop = reach.iter().rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'`'));
    let run = &reach[stop.map_or(0, |at| at + 1)..];
    let forms: [&[u8]; 3] = [b"://", br":\/\/", b"%3A%2F%2F"];
    // Settings in a link may hold a URL of their own, so that the nearest is not always the one.
    let part =
        |form: &&[u8]| memmem::find_iter(run, form).find_map(|at| part_behind(&run[at + form.len()..], &bytes[end..]));
    forms.iter().find_map(part)
}

/// The same, from what stands between `://` and the key, and what stands behind the key.
fn part_behind(between: &[u8], behind: &[u8]) -> Option<&'static str> {
    let stop = between.iter().position(|&byte| ends_url(byte)).unwrap_or(between.len());
    let plain = &between[..stop];
    let host = plain.iter().take_while(|&&byte| !matches!(byte, b'/' | b'?' | b'#' | b'\\')).count();
    let part = plain.iter().rposition(|byte| matches!(byte, b'?' | b'#'));
    let part =
        part.filter(|&at| at >= host).map(|at| if plain[at] == b'?' { "in the query" } else { "in the fragment" });
    if stop < between.len() {
        // `https://host/#/?settings={"key":"…"}`: web clients take their settings from such links.
        let opens = between[stop] == b'{' && plain.ends_with(b"=");
        return part.filter(|_| opens).map(|_| "in settings that a link carries");
    }
    if part.is_some() {
        let value = [&b"="[..], b"%3D", b"%3d", b"%22", b"%20", b"+"].iter().any(|lead| plain.ends_with(lead));
        return part.filter(|_| value);
    }
    if host < plain.len() || !(plain.is_empty() || plain.ends_with(b":")) {
        return None;
    }
    // `https://<key>@host`, `https://name:<key>@host`, `https://<key>:x@host`.
    let reach = &behind[..behind.len().min(USER_INFO_REACH)];
    let close = reach.iter().position(|&byte| byte == b'@' || byte == b'/' || ends_url(byte))?;
    let next = behind.get(close + 1)?;
    (behind[close] == b'@' && next.is_ascii_alphanumeric()).then_some("as its user name or password")
}

/// Whether a byte ends a URL in any of the texts it is found in.
fn ends_url(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'|' | b'^' | b'{' | b'}' | b',' | b';')
}

/// Whether a script asks for what only servers have: Node's own modules, or the frameworks that answer requests.
pub(super) fn is_server_script(path: &str, bytes: &[u8]) -> bool {
    const MODULES: [&str; 14] = [
        "node:",
        "fs",
        "path",
        "http",
        "https",
        "child_process",
        "express",
        "fastify",
        "koa",
        "@nestjs/",
        "@hapi/hapi",
        "hono",
        "dotenv",
        "discord.js",
    ];
    let path = path.to_ascii_lowercase();
    if ![".js", ".mjs", ".cjs"].iter().any(|end| path.ends_with(end)) {
        return false;
    }
    let head = &bytes[..bytes.len().min(SCRIPT_HEAD)];
    // A module of its own in the form that compilers write for Node; bundles for browsers hold such modules further down.
    if head.starts_with(b"#!") || memmem::find(head, b"\nObject.defineProperty(exports, \"__esModule\"").is_some() {
        return true;
    }
    let asks = |lead: &[u8]| {
        memmem::find_iter(bytes, lead).any(|at| {
            let module = bytes[at + lead.len()..].trim_ascii_start();
            let Some((quote, module)) = module.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\'')) else {
                return false;
            };
            MODULES.iter().any(|name| {
                module.strip_prefix(name.as_bytes()).is_some_and(|rest| {
                    name.ends_with([':', '/']) || rest.first() == Some(quote) || rest.first() == Some(&b'/')
                })
            })
        })
    };
    asks(b"require(") || asks(b" from")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Option<&'static str> {
        let start = text.find("KEY").unwrap();
        url_part(text.as_bytes(), start, start + 3)
    }

    #[test]
    fn parts_of_urls() {
        for (text, wanted) in [
            ("curl https://h.dev/v1?key=KEY", "in the query"),
            ("GET https://h.dev/v1?a=b&api_key=KEY&c=d HTTP/1.1", "in the query"),
            (r#""https:\/\/h.dev\/v1?key=KEY""#, "in the query"),
            ("u=https%3A%2F%2Fh.dev%2F?key=KEY", "in the query"),
            ("https://h.dev/#/login?token=KEY", "in the query"),
            ("https://h.dev/#token=KEY", "in the fragment"),
            (r#"https://h.dev/#/?settings={"key":"KEY","url":"https://r.dev"}"#, "in settings that a link carries"),
            (r#"https://h.dev/#/?settings={"url":"https://r.dev","key":"KEY"}"#, "in settings that a link carries"),
            ("https://h.dev/#/?settings=%7B%22key%22%3A%22KEY%22%7D", "in the query"),
            ("https://KEY@h.dev/v1", "as its user name or password"),
            ("git clone https://oauth:KEY@h.dev/a.git", "as its user name or password"),
            ("url = https://KEY:x@h.dev/a.git", "as its user name or password"),
        ] {
            assert_eq!(part(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn beside_a_url_is_not_in_it() {
        for text in [
            "https://h.dev/v1 KEY",
            "https://h.dev/v1,KEY",
            "https://h.dev/v1|KEY",
            r#"{"url":"https://h.dev/v1?x=1","key":"KEY"}"#,
            r#"f("https://h.dev/v1","KEY")"#,
            "https://h.dev/v1#KEY",
            "https://h.dev:KEY",
            "https://h.dev/KEY",
            "curl 'https://h.dev/?a=b' -H 'Authorization: Bearer KEY'",
            "<a href='https://h.dev/?a=b'>KEY</a>",
            "https://h.dev/?q=1\nkey=KEY",
            "key=KEY",
            "a?key=KEY",
            "KEY",
        ] {
            assert_eq!(part(text), None, "{text}");
        }
    }

    #[test]
    fn scripts_of_servers() {
        for (path, text) in [
            ("main.js", "const a = require(\"express\");"),
            ("main.js", "import fs from 'node:fs/promises'"),
            ("main.mjs", "import a from \"fastify\";"),
            ("main.js", "\"use strict\";\nObject.defineProperty(exports, \"__esModule\", { value: true });"),
            ("cli.cjs", "#!/usr/bin/env node\n"),
            ("main.js", "var a=require('@nestjs/core')"),
        ] {
            assert!(is_server_script(path, text.as_bytes()), "{text}");
        }
        for (path, text) in [
            ("main.js", "import React from 'react'"),
            ("main.js", "const a = require('./fs')"),
            ("main.js", "from \"pathology\""),
            ("main.css", "require('fs')"),
            ("index.html", "#!x"),
            ("main.js", ""),
        ] {
            assert!(!is_server_script(path, text.as_bytes()), "{text}");
        }
    }
}
