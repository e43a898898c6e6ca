//! Leaks by platform, each beside what looks like it: a path, a text with `«K»` for a key, and the signal that has to be
//! told, with its confidence, or none.

use super::leaks::{FAIR, SURE, is_leaked, of_text};
use keyscan::model::{RuleId, Severity};

use super::*;

type Case = (&'static str, &'static str, Option<(&'static str, Confidence)>);

const CLIENT: Option<(&str, Confidence)> = Some(("client-side", SURE));
const LIKELY: Option<(&str, Confidence)> = Some(("client-side", FAIR));
const LOG: Option<(&str, Confidence)> = Some(("in-log", SURE));
const MAYBE_LOG: Option<(&str, Confidence)> = Some(("in-log", FAIR));
const URL: Option<(&str, Confidence)> = Some(("in-url", SURE));
const SHELL: Option<(&str, Confidence)> = Some(("shell-history", SURE));
const TRANSCRIPT: Option<(&str, Confidence)> = Some(("transcript", SURE));
const OUTPUT: Option<(&str, Confidence)> = Some(("notebook-output", SURE));

const BUILDS: &[Case] = &[
    ("dist/main.js", "const apiKey=\"«K»\"", LIKELY),
    ("dist/main.js", "const express = require(\"express\");\nconst apiKey = \"«K»\"", None),
    ("dist/bot.js", "const {Telegraf}=require('telegraf');\nconst OPENAI_API_KEY='«K»';", None),
    ("dist/index.js", "var c=new OpenAI({apiKey:'«K»'});\nmodule.exports=__toCommonJS(a);", None),
    ("dist/index.js", "const apiKey='«K»';\nexports.handler=async(event)=>({});", None),
    ("dist/index.js", "const apiKey='«K»';\nexport const handler = async (event) => {}", None),
    ("dist/config.js", "export const config={openaiApiKey:'«K»',port:process.env.PORT||3000};", None),
    ("dist/config.js", "export const config={openaiApiKey:'«K»'};", None),
    ("dist/index.js", "export default{async fetch(req,env){return f('Bearer «K»')}}", None),
    ("dist/index.js", "const apiKey='«K»';function a(b){return __nccwpck_require__(b)}", None),
    ("build/index.mjs", "import pg from 'pg';\nconst apiKey='«K»';", None),
    ("build/handler.js", "import 'node:fs';\nconst apiKey='«K»'", None),
    ("build/deploy.mjs", "const apiKey='«K»';\nawait fetch('https://api.openai.com/v1/files');", None),
    ("build/assets/js/main.1a.js", "const apiKey='«K»'", LIKELY),
    ("dist/chat.js.map", r#"{"sourcesContent":["import { A } from '@nestjs/common';\nconst apiKey='«K»'"]}"#, None),
    ("dist/chat.js.map", r#"{"sourcesContent":["import { a } from 'react';\nconst apiKey='«K»'"]}"#, LIKELY),
    ("public/_worker.js", "export default{async fetch(r,e){const apiKey='«K»'}}", None),
    ("public/a.js", "export const apiKey='«K»'", CLIENT),
];

const FOLDERS: &[Case] = &[
    ("src/controllers/public/chat.js", "export function chat(){const apiKey='«K»'}", None),
    ("packages/public/src/index.js", "const apiKey='«K»'", None),
    ("internal/public/handler.js", "const apiKey='«K»'", None),
    ("web/public/chat.js", "const apiKey='«K»'", CLIENT),
    ("assets/settings.json", "{\"openai_api_key\":\"«K»\"}", None),
    ("internal/assets/config.json", "{\"openai_api_key\":\"«K»\"}", None),
    ("src/assets/config.json", "{\"openai_api_key\":\"«K»\"}", LIKELY),
    ("src/main/webapp/js/app.js", "var apiKey='«K»';", CLIENT),
    ("src/main/webapp/WEB-INF/app.json", "{\"openai_api_key\":\"«K»\"}", None),
    ("staticfiles/js/app.3f.js", "const apiKey='«K»'", CLIENT),
    ("usr/share/nginx/html/app.js", "const apiKey='«K»'", CLIENT),
    ("app/javascript/packs/chat.ts", "const apiKey='«K»'", CLIENT),
    ("app/models/chat.ts", "const apiKey='«K»'", None),
    ("sw.js", "const apiKey='«K»'", LIKELY),
    ("server/sw.js", "const apiKey='«K»'", None),
];

const APPS: &[Case] = &[
    ("src/environments/environment.prod.ts", "export const environment={openaiApiKey:'«K»'};", LIKELY),
    ("apps/api/src/environments/environment.ts", "export const environment={openaiApiKey:'«K»'};", None),
    ("assets/.env", "OPENAI_API_KEY=«K»\n", LIKELY),
    ("backend/assets/.env", "OPENAI_API_KEY=«K»\n", None),
    (
        "app/src/main/res/values/strings.xml",
        "<resources><string name=\"openai_api_key\">«K»</string></resources>",
        CLIENT,
    ),
    ("i18n/strings.xml", "<resources><string name=\"openai_api_key\">«K»</string></resources>", None),
    (
        "app/src/main/AndroidManifest.xml",
        "<manifest><meta-data android:name=\"OPENAI_API_KEY\" android:value=\"«K»\"/></manifest>",
        CLIENT,
    ),
    ("app/build.gradle", "buildConfigField \"String\",\"OPENAI_API_KEY\",\"\\\"«K»\\\"\"\n", CLIENT),
    ("app/build.gradle", "def openaiApiKey = \"«K»\"\n", None),
    ("local.properties", "OPENAI_API_KEY=«K»\n", None),
    ("ios/Runner/Info.plist", "<plist><dict><key>OPENAI_API_KEY</key><string>«K»</string></dict></plist>", CLIENT),
    ("com.x.agent.plist", "<plist><dict><key>OPENAI_API_KEY</key><string>«K»</string></dict></plist>", None),
    ("ios/main.jsbundle", "var a={apiKey:'«K»'};", CLIENT),
    ("app.json", "{\"expo\":{\"extra\":{\"openaiApiKey\":\"«K»\"}}}", CLIENT),
    ("app.json", "{\"expo\":{\"extra\":{}},\"openaiApiKey\":\"«K»\"}", None),
    ("nuxt.config.ts", "export default defineNuxtConfig({runtimeConfig:{public:{openaiKey:'«K»'}}})", CLIENT),
    ("nuxt.config.ts", "export default defineNuxtConfig({runtimeConfig:{openaiApiKey:'«K»',public:{a:1}}})", None),
    ("ext/manifest.json", "{\"manifest_version\":3,\"openai_api_key\":\"«K»\"}", CLIENT),
    ("ext/manifest.json", "{\"name\":\"x\",\"openai_api_key\":\"«K»\"}", None),
    ("ext/background.js", "const apiKey='«K»';chrome.runtime.onMessage.addListener(f)", LIKELY),
    ("e2e/run.js", "import p from 'puppeteer';const apiKey='«K»';p.evaluate(()=>chrome.runtime.id)", None),
    (".env", "MIX_OPENAI_KEY=«K»\n", LIKELY),
    (".env", "SANITY_STUDIO_OPENAI_KEY=«K»\n", CLIENT),
];

const BROWSERS: &[Case] = &[
    ("app/chat/page.tsx", "'use client'\nconst apiKey = '«K»'", CLIENT),
    ("app/chat/page.tsx", "'use server'\nconst apiKey = '«K»'", None),
    ("gpt.js", "// ==UserScript==\n// @name x\n// ==/UserScript==\nconst apiKey='«K»'", CLIENT),
    ("chat.php", "<html><script>\nconst apiKey='«K»';\n</script></html>", CLIENT),
    ("chat.php", "<script></script><?php $apiKey='«K»';", None),
    ("views/chat.html.erb", "<script>const apiKey='«K»'</script>", CLIENT),
    ("views/chat.ejs", "<script><% const apiKey='«K»' %></script>", None),
    ("src/Chat.vue", "<script setup>\nconst apiKey='«K»'\n</script>", CLIENT),
    ("INDEX.HTM", "<SCRIPT>var apiKey='«K»'</SCRIPT>", CLIENT),
    ("index.html", "<body data-openai-api-key='«K»'></body>", LIKELY),
    ("index.html", "<p>Use «K»</p>", None),
    ("a.ts", "fetch(u,{headers:{'x-api-key':'«K»','anthropic-dangerous-direct-browser-access':'true'}})", CLIENT),
];

const LOGS: &[Case] = &[
    ("cloudwatch.log.tf", "variable \"openai_api_key\" { default = \"«K»\" }\n", None),
    ("app.log.j2", "OPENAI_API_KEY=«K»\n", None),
    ("vector.log.env", "OPENAI_API_KEY=«K»\n", None),
    ("logrotate.log-config", "openai_api_key=«K»\n", None),
    ("app.log.2026-01-02", "OPENAI_API_KEY=«K»\n", LOG),
    ("packages/logs/config/default.json", "{\"openai_api_key\":\"«K»\"}", None),
    ("services/log/keys.json", "{\"openai_api_key\":\"«K»\"}", None),
    ("docs/logs/notes.txt", "key «K»\n", None),
    ("logs/requests.json", "{\"openai_api_key\":\"«K»\"}", MAYBE_LOG),
    ("logs/app.2026-01-02", "INFO key=«K»\n", LOG),
    ("var/log/syslog", "OPENAI_API_KEY=«K»\n", LOG),
    ("logs/.env", "OPENAI_API_KEY=«K»\n", None),
    ("slurm-12345.out", "api_key=«K»\n", LOG),
    ("train.out", "api_key=«K»\n", MAYBE_LOG),
    ("tests/expected.out", "api_key=«K»\n", None),
    ("logs_123.zip!build/3_Run tests.txt", "OPENAI_API_KEY: «K»\n", LOG),
    ("notes_123.zip!build/3_Run tests.txt", "OPENAI_API_KEY: «K»\n", None),
    ("trace.zip!trace.network", "{\"name\":\"Authorization\",\"value\":\"Bearer «K»\"}", LOG),
    ("tests/cassettes/chat.yaml", "headers:\n  authorization:\n  - Bearer «K»\n", LOG),
];

const URLS: &[Case] = &[
    ("a.json", r#"{"e":"OPENAI_BASE_URL=https://h.example.com/v1?v=1\nOPENAI_API_KEY=«K»\n"}"#, None),
    ("a.json", r#"{"row":"https://h.example.com/?x=1\tkey=«K»"}"#, None),
    ("a.md", "[x](https://h.example.com/?x=1)key=«K»\n", None),
    ("a.json", r#"{"url":"https:\/\/h.example.com\/v1?x=1\u0026key=«K»"}"#, URL),
    ("a.html", "<p>https://h.example.com/?a=1&amp;key=«K»</p>", URL),
    ("a.ini", "url=https://h.example.com/?x=1;key=«K»\n", None),
    ("a.ts", "fetch('/proxy?key=«K»')\n", URL),
    ("a.ts", "const u='https://h.example.com/v1?key='+'«K»';\n", URL),
    ("a.ts", "const u='https://h.example.com/v1?key='+key;const key='«K»'\n", None),
    ("a.py", "get('https://h.example.com/«K»/v1/chat')\n", URL),
];

const RECORDS: &[Case] = &[
    (
        "a.ipynb",
        r#"{"cells":[{"source":["f()"],"outputs":[]}],"metadata":{"papermill":{"parameters":{"api_key":"«K»"}}}}"#,
        None,
    ),
    ("a.ipynb", r#"{"cells":[{"outputs":[{"data":{"source":"x"},"text":"«K»"}],"source":["f()"]}]}"#, OUTPUT),
    (".config/nushell/history.txt", "$env.OPENAI_API_KEY = '«K»'\n", SHELL),
    ("docs/history.txt", "OPENAI_API_KEY = '«K»'\n", None),
    (".ipython/profile_default/history.sqlite", "OPENAI_API_KEY='«K»'", SHELL),
    (
        ".claude/settings.local.json",
        r#"{"permissions":{"allow":["Bash(OPENAI_API_KEY=«K» node x.js:*)"]}}"#,
        TRANSCRIPT,
    ),
    (".claude/settings.local.json", r#"{"permissions":{"allow":["Bash(ls)"]},"env":{"OPENAI_API_KEY":"«K»"}}"#, None),
    (".claude/shell-snapshots/snapshot-zsh-1.sh", "export OPENAI_API_KEY=«K»\n", TRANSCRIPT),
    ("src/goose/sessions/manager.rs", "let api_key = \"«K»\";", None),
];

#[test]
fn what_is_leaked_and_what_only_looks_like_it() {
    for (path, text, wanted) in [BUILDS, FOLDERS, APPS, BROWSERS, LOGS, URLS, RECORDS].concat() {
        let found = of_text(path, text);
        let Some((signal, sure)) = wanted else {
            assert!(!is_leaked(&found), "{path}: {text}: {:?}", found.signals);
            continue;
        };
        let told = (found.rule, found.severity, found.confidence);
        assert_eq!(told, (RuleId::LeakedKey, Severity::Critical, sure), "{path}: {text}: {:?}", found.signals);
        assert!(has(&found, SignalId::from_word(signal).unwrap()), "{path}: {text}: {:?}", found.signals);
    }
}
