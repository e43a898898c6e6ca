//! What a script says of where it runs: on servers alone, in browsers, or only that no bundler has been at it.

use memchr::memmem;

use crate::model::Script;

/// How much of a script is looked at for what stands at its head.
const HEAD: usize = 2048;

/// How far in front of a call the beginning of its line is looked for.
const LINE_REACH: usize = 200;

/// Modules that only servers and programs of the machine have: Node's own, frameworks that answer requests, clients of
/// databases and of chat platforms, and what runs around a browser. `/` at the end stands for all that begin so.
const SERVER_MODULES: &[&str] = &[
    "node:",
    "fs",
    "path",
    "os",
    "net",
    "http",
    "https",
    "child_process",
    "worker_threads",
    "express",
    "fastify",
    "koa",
    "restify",
    "polka",
    "@nestjs/",
    "@hapi/",
    "@fastify/",
    "hono",
    "dotenv",
    "cors",
    "helmet",
    "body-parser",
    "next/server",
    "pg",
    "mysql",
    "mysql2",
    "mongoose",
    "mongodb",
    "redis",
    "ioredis",
    "sqlite3",
    "better-sqlite3",
    "@prisma/client",
    "typeorm",
    "bullmq",
    "aws-sdk",
    "aws-lambda",
    "@aws-sdk/",
    "firebase-admin",
    "firebase-functions",
    "@google-cloud/",
    "stripe",
    "nodemailer",
    "winston",
    "pino",
    "discord.js",
    "telegraf",
    "grammy",
    "node-telegram-bot-api",
    "@slack/bolt",
    "whatsapp-web.js",
    "puppeteer",
    "playwright",
    "commander",
    "yargs",
    "inquirer",
    "vscode",
    "electron",
    "@modelcontextprotocol/sdk",
    "cloudflare:",
    "bun:",
];

/// Variables that servers are started with: no build tool puts them into what browsers receive.
const SERVER_VARIABLES: &[&str] = &[
    "PORT",
    "DATABASE_URL",
    "MONGODB_URI",
    "MONGO_URI",
    "REDIS_URL",
    "JWT_SECRET",
    "SESSION_SECRET",
    "DISCORD_TOKEN",
    "BOT_TOKEN",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_TOKEN",
    "AWS_REGION",
];

/// Parameters of functions that answer requests.
const HANDLERS: &[&[u8]] = &[b"(req, res", b"(req,res", b"(request, reply", b"(request,reply", b"(_req, res"];

/// What only servers call, and what a bundler for them leaves behind: `ncc`, of which actions of GitHub are made.
const SERVER_WORDS: &[&[u8]] = &[
    b"Deno.serve(",
    b"Bun.serve(",
    b"createServer(",
    b"__nccwpck_require__",
    b"exports.handler",
    b"export const handler",
];

/// Variables that are left in code for browsers.
const ANY_VARIABLES: &[&str] = &["NODE_ENV", "NODE_DEBUG", "DEBUG"];

/// What bundlers leave in what they make; within it, modules say `module.exports` as before.
const BUNDLERS: &[&[u8]] =
    &[b"__webpack_require__", b"webpackChunk", b"parcelRequire", b"function(require,module,exports)", b"define.amd"];

/// What begins a line of a module that nobody has bundled.
const STATEMENTS: &[&[u8]] = &[
    b"module.exports",
    b"exports.",
    b"export const ",
    b"export let ",
    b"export class ",
    b"export function ",
    b"export async ",
    b"export default ",
    b"Object.defineProperty(exports, ",
];

/// What a script says of where it runs; `path` is the file's.
pub(in crate::detect) fn script(path: &str, bytes: &[u8]) -> Script {
    let path = path.to_ascii_lowercase();
    let code = [".js", ".mjs", ".cjs"].iter().any(|end| path.ends_with(end));
    let map = [".js.map", ".mjs.map", ".cjs.map"].iter().any(|end| path.ends_with(end));
    if !(code || map) {
        return Script::Anywhere;
    }
    let bundled = BUNDLERS.iter().any(|word| memmem::find(bytes, word).is_some());
    let server = asks(bytes, b"require(", SERVER_MODULES)
        || asks(bytes, b" from", SERVER_MODULES)
        || asks(bytes, b"import ", SERVER_MODULES)
        || is_worker(bytes)
        || SERVER_WORDS.iter().any(|word| memmem::find(bytes, word).is_some())
        || variables(bytes).any(|name| SERVER_VARIABLES.iter().any(|known| known.as_bytes() == name))
        || (!bundled && HANDLERS.iter().any(|handler| memmem::find(bytes, handler).is_some()));
    if server || (code && (bytes.starts_with(b"#!") || (!bundled && calls_modules(bytes)))) {
        return Script::Server;
    }
    // A build for browsers puts the values of variables in their places.
    let asks = || variables(bytes).any(|name| !ANY_VARIABLES.iter().any(|known| known.as_bytes() == name));
    let module = !bundled && STATEMENTS.iter().any(|statement| begins_line(bytes, statement));
    if code && (module || asks()) { Script::Module } else { Script::Anywhere }
}

/// Whether behind a word the name of a module stands that is listed.
fn asks(bytes: &[u8], lead: &[u8], modules: &[&str]) -> bool {
    memmem::find_iter(bytes, lead).any(|at| {
        let module = bytes[at + lead.len()..].trim_ascii_start();
        // Within a source map quotes are escaped.
        let module = module.strip_prefix(b"\\").unwrap_or(module);
        let Some((quote, module)) = module.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\'')) else {
            return false;
        };
        modules.iter().any(|name| {
            module.strip_prefix(name.as_bytes()).is_some_and(|rest| {
                name.ends_with([':', '/']) || rest.first().is_some_and(|next| [*quote, b'/', b'\\'].contains(next))
            })
        })
    })
}

/// Whether a line begins with `const x = require("…")`, or the script is a module in the form that compilers write for
/// Node: nothing gives browsers `require` but a bundler, which would have taken it away.
fn calls_modules(bytes: &[u8]) -> bool {
    let required = memmem::find_iter(bytes, b"require(").any(|at| {
        let rest = &bytes[at + b"require(".len()..];
        // Behind a long beginning of a line nothing is declared.
        let from = at.saturating_sub(LINE_REACH);
        let newline = bytes[from..at].iter().rposition(|&byte| byte == b'\n').map(|newline| from + newline + 1);
        let Some(line) = newline.or((from == 0).then_some(0)).map(|start| &bytes[start..at]) else { return false };
        let declares = [&b"const "[..], b"var ", b"let "].iter().any(|word| line.starts_with(word));
        declares && line.trim_ascii_end().ends_with(b"=") && matches!(rest.first(), Some(b'"' | b'\''))
    });
    let head = &bytes[..bytes.len().min(HEAD)];
    required
        || [&b"Object.defineProperty(exports, \"__esModule\""[..], b"Object.defineProperty(exports,\"__esModule\""]
            .iter()
            .any(|word| begins_line(head, word))
        || [&b"module.exports"[..], b"exports.handler"].iter().any(|word| begins_line(bytes, word))
}

fn begins_line(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find_iter(bytes, word).any(|at| at == 0 || bytes[at - 1] == b'\n')
}

/// Whether a module hands out `fetch(request, env)`, as Cloudflare's workers do.
fn is_worker(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"export default").any(|at| {
        let rest = &bytes[at..bytes.len().min(at + 80)];
        memmem::find(rest, b"fetch(req").is_some()
    })
}

/// The names behind `process.env.` in a script.
fn variables(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const LEAD: &[u8] = b"process.env.";
    memmem::find_iter(bytes, LEAD).map(|at| {
        let rest = &bytes[at + LEAD.len()..];
        let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// What a script says at its head, or by what it calls, of a browser that it runs in.
pub(super) fn browser(path: &str, bytes: &[u8]) -> Option<&'static str> {
    let path = path.to_ascii_lowercase();
    if ![".js", ".mjs", ".ts", ".jsx", ".tsx"].iter().any(|end| path.ends_with(end)) {
        return None;
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    if begins_line(head, b"// ==UserScript==") {
        return Some("a user script");
    }
    if is_client_component(head) {
        return Some("'use client' is set");
    }
    let extension = [
        &b"chrome.runtime."[..],
        b"chrome.storage.",
        b"chrome.tabs.",
        b"chrome.contextMenus.",
        b"chrome.scripting.",
        b"browser.runtime.",
        b"browser.storage.",
        b"browser.contextMenus.",
    ];
    // Scripts that drive a browser hand such code to it.
    let drives = || asks(bytes, b"require(", SERVER_MODULES) || asks(bytes, b" from", SERVER_MODULES);
    (extension.iter().any(|call| memmem::find(bytes, call).is_some()) && !drives())
        .then_some("code of a browser extension")
}

/// Whether the first statement says that a component is for browsers; comments may stand in front of it.
fn is_client_component(mut head: &[u8]) -> bool {
    head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    loop {
        head = head.trim_ascii_start();
        let end = if head.starts_with(b"//") {
            memmem::find(head, b"\n")
        } else if head.starts_with(b"/*") {
            memmem::find(head, b"*/").map(|at| at + 1)
        } else {
            return [&b"'use client'"[..], b"\"use client\""].iter().any(|word| head.starts_with(word));
        };
        let Some(end) = end else { return false };
        head = &head[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_scripts_run() {
        for (path, text) in [
            ("main.js", "const a = require(\"express\");"),
            ("main.js", "import fs from 'node:fs/promises'"),
            ("main.mjs", "import a from \"fastify\";"),
            ("main.mjs", "import 'dotenv/config';"),
            ("main.js", "\"use strict\";\nObject.defineProperty(exports, \"__esModule\", { value: true });"),
            ("cli.cjs", "#!/usr/bin/env node\n"),
            ("main.js", "var a=require('@nestjs/core')"),
            ("main.js", "const a = require('./fs')"),
            ("main.js", "const {Telegraf}=require('some-bot');"),
            ("main.js", "x;\nexports.handler=async()=>{}"),
            ("main.js", "x;\nmodule.exports=__toCommonJS(a);"),
            ("main.js", "const c={port:process.env.PORT||3000}"),
            ("main.js", "export async function chat(req, res){}"),
            ("main.js", "export const handler = async (event) => {}"),
            ("main.js", "Deno.serve(() => {})"),
            ("main.js", "var __webpack_require__; var a = __nccwpck_require__(1)"),
            ("main.js", "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'"),
            ("main.js", "export default{async fetch(request,env){}}"),
            ("main.js.map", r#"{"sourcesContent":["import { A } from '@nestjs/common'"]}"#),
            ("main.js.map", r#"{"sourcesContent":["const a = require(\"express\")"]}"#),
            ("main.js", "(()=>{var e={1:e=>{e.exports=__webpack_require__(2);require(\"@nestjs/core\")}}})()"),
        ] {
            assert_eq!(script(path, text.as_bytes()), Script::Server, "{text}");
        }
        for (path, text) in [
            ("main.js", "import React from 'react';\nexport default function A(){}"),
            ("main.js", "export const config={a:1}"),
            ("main.js", "x;\nexports.a = 1"),
            ("main.js", "const a={k:process.env.MY_SETTING}"),
        ] {
            assert_eq!(script(path, text.as_bytes()), Script::Module, "{text}");
        }
        for (path, text) in [
            ("main.js", "from \"pathology\""),
            ("main.js", "!function(e,t){module.exports=t(require(\"react\"))}(this)"),
            ("main.js", "var __webpack_require__;\nmodule.exports = a;\nconst b = require('c')"),
            ("main.js", "a(process.env.NODE_ENV)"),
            ("main.css", "require('fs')"),
            ("index.html", "#!x"),
            ("main.js", ""),
        ] {
            assert_eq!(script(path, text.as_bytes()), Script::Anywhere, "{text}");
        }
    }

    #[test]
    fn code_for_browsers_says_so() {
        for (path, text) in [
            ("a.tsx", "'use client'\nimport x"),
            ("a.tsx", "// a\n/* b */\n\"use client\";\n"),
            ("a.js", "// ==UserScript==\n// @name a"),
            ("a.js", "chrome.runtime.onMessage.addListener(f)"),
        ] {
            assert!(browser(path, text.as_bytes()).is_some(), "{text}");
        }
        for (path, text) in [
            ("a.tsx", "'use server'\nimport x"),
            ("a.tsx", "const a = 1;\n'use client'"),
            ("a.tsx", "/* 'use client'"),
            ("a.py", "'use client'\n"),
            ("a.js", "import p from 'puppeteer';\np.evaluate(()=>chrome.runtime.id)"),
            ("a.js", ""),
        ] {
            assert_eq!(browser(path, text.as_bytes()), None, "{text}");
        }
    }
}
