//! Whole scenes, each a file as somebody writes it, with what is to be said of it: the inputs of a review by a stranger
//! that keyscan once got wrong, kept so that it does not again.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Tree, expand, findings, modern, occurrences, report};

/// A file, its text, and what is said of it: `rule issuer receiver` for keys, `rule host role` for endpoints, sorted; facts
/// of severity `info` are left out. In the text `«M»` is a project key with the marker, `«N»` a `sk-` key of no known
/// issuer, `«A»` 32 hex digits, `«S»` an Azure key with its signature, `«Z»` a Zhipu key, `RELAY` a relay's host.
type Scene = (&'static str, &'static str, &'static [&'static str]);

const RELAY: &str = "api.ohmygpt.com";

const REQUESTS: &[Scene] = &[
    (
        "a.js",
        "fetch(\"https://gpt.stranger.io/v1/chat/completions\",{headers:{Authorization:\"Bearer «M»\"}})\n",
        &["key-to-third-party openai gpt.stranger.io", "unknown-endpoint gpt.stranger.io configured"],
    ),
    (
        "a.sh",
        "curl https://gpt.stranger.io/v1/chat/completions -H 'Authorization: Bearer «M»'\n",
        &["key-to-third-party openai gpt.stranger.io", "unknown-endpoint gpt.stranger.io configured"],
    ),
    ("a.py", "conn = http.client.HTTPSConnection(\"RELAY\")\n", &["relay-endpoint RELAY configured"]),
    (
        "a.mjs",
        "https.request({ hostname: 'RELAY', path: '/v1/chat/completions' })\n",
        &["relay-endpoint RELAY configured"],
    ),
    ("a.properties", "openai.base-url=https\\://RELAY/v1\n", &["relay-endpoint RELAY configured"]),
    ("a.xcconfig", "OPENAI_BASE_URL = https:/$()/RELAY/v1\n", &["relay-endpoint RELAY configured"]),
    (
        "main.go",
        "cfg := openai.DefaultConfig(key)\ncfg.BaseURL = \"https://gw.stranger.io/v1\"\n",
        &["unknown-endpoint gw.stranger.io configured"],
    ),
];

const KEYS: &[Scene] = &[
    (
        "appsettings.json",
        "{\"AzureOpenAI\":{\"Endpoint\":\"https://r1.openai.azure.com/\",\"Key\":\"«A»\"}}\n",
        &["stored-key azure-openai r1.openai.azure.com"],
    ),
    (
        "A.cs",
        "var c = new AzureOpenAIClient(new Uri(\"https://r1.openai.azure.com/\"), new AzureKeyCredential(\"«A»\"));\n",
        &["exposed-key azure-openai r1.openai.azure.com"],
    ),
    ("a.yaml", "azure_openai:\n  key: «S»\n", &["stored-key azure-openai -"]),
    ("a.py", "client = ZhipuAI(api_key=\"«Z»\")\n", &["exposed-key zhipu -"]),
    ("b.yaml", "zhipuai:\n  api_key: «Z»\n", &["stored-key zhipu -"]),
    (
        ".env",
        "OPENAI_API_KEY=«N48»\nOPENAI_BASE_URL=https://RELAY/v1\n",
        &["relay-endpoint RELAY configured", "relay-key - RELAY"],
    ),
    (
        "c.js",
        "const baseURL = process.env.OPENAI_BASE_URL ?? \"https://gw.stranger.io/v1\"\n",
        &["unknown-endpoint gw.stranger.io configured"],
    ),
    (
        "d.yaml",
        "AZURE_KEY: «A»\nendpoint: https://r1.openai.azure.com\n",
        &["stored-key azure-openai r1.openai.azure.com"],
    ),
    ("a.js", "const k = process.env.K ?? \"«M»\"\n", &["exposed-key openai -"]),
];

const HARMLESS: &[Scene] = &[
    ("a.ts", "if (baseUrl.startsWith(\"https://RELAY\")) warn()\n", &[]),
    ("b.spec.ts", "expect(isRelay(\"https://RELAY/v1\")).toBe(true)\n", &[]),
    ("history.json", "[{\"visited\":\"https://RELAY/\"}]\n", &[]),
    ("index.yml", "author_url: https://RELAY\n", &[]),
    ("policy.toml", "deny = [\"https://RELAY/v1\"]\n", &["relay-endpoint RELAY listed"]),
    ("README.md", "Use `RELAY` at your own risk, or https://RELAY/v1.\n", &[]),
    ("sitemap.xml", "<url><loc>https://chat.workers.dev/v1</loc></url>\n", &[]),
    (
        "a.env",
        "OPENAI_MODEL=x\nLANGFUSE_HOST=https://cloud.langfuse.com\nLANGCHAIN_ENDPOINT=https://api.smith.langchain.com\n",
        &[],
    ),
    ("b.env", "OPENAI_PROXY=socks5://proxy.acme.io:1080\nHTTPS_PROXY=http://proxy.acme.io:3128\n", &[]),
    ("c.env", "OPENAI_MODEL=x\nENDPOINT=https://queue.acme.io/developer/v1/usage\n", &[]),
    (
        "a.html",
        "<script>const openaiOn=1;initMap({apiKey:\"AIza«G»\",authDomain:\"x.firebaseapp.com\"})</script>\n",
        &[],
    ),
    ("img.html", "<img src=\"https://cdn.io/sk-«A».png\">\n", &[]),
    ("app.log", "connected to https://r1.openai.azure.com/\ncache key=«A» hit, session key: «A»\n", &[]),
    (
        ".env",
        "OPENAI_API_KEY=${KEY}\nDOMAIN=https://www.kestrel-ops.io\nORIGIN=https://kestrel-ops.io\nAPI_URL=https://app.kestrel-ops.io\n",
        &[],
    ),
    ("a.cs", "var c = new AzureOpenAI(azure_endpoint=\"https://r1.openai.azure.com\", user=\"«A»\");\n", &[]),
    ("b.py", "OPENAI_API_KEY_MD5 = \"«A»\"\n", &[]),
    (
        "c.py",
        "requests.get(\"https://github.com/openai/openai-python/blob/main/src/resources/chat/completions.py\")\n",
        &[],
    ),
    ("main.tf", "OPENAI_HOST = var.host\n", &[]),
    ("d.py", "if \"https://RELAY/v1\" in url: warn()\n", &[]),
    ("e.py", "raise ValueError(\"please do not use https://RELAY/v1 here\")\n", &[]),
    ("build.log", "sk-«H40»\nsk-«H64»\n", &[]),
    ("e.env", "OPENAI_API_KEY=sk-loremipsumdolorsitametconsecteturadipiscingelit\n", &[]),
];

fn fill(text: &str, seed: u64) -> String {
    text.replace("«M»", &modern("sk-proj-", 74, seed))
        .replace("«N48»", &expand("{48}", seed))
        .replace("«N»", &expand("sk-{48}", seed))
        .replace("«S»", &expand("{52}JQQJ99BDAC{10}AAABACOG{4}", seed))
        .replace("«Z»", &expand("{32:hex}.{16}", seed))
        .replace("«G»", &expand("{35:url}", seed))
        .replace("«H40»", &expand("{40:hex}", seed))
        .replace("«H64»", &expand("{64:hex}", seed + 1))
        .replace("«A»", &expand("{32:hex}", seed))
        .replace("RELAY", RELAY)
}

fn said(report: &Value) -> BTreeMap<String, Vec<String>> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings(report) {
        for place in occurrences(finding).iter().filter(|place| place["severity"] != "info") {
            let rule = word(&finding["rule"]);
            let what = match &finding["key"] {
                Value::Null => format!("{rule} {} {}", word(&finding["endpoint"]["host"]), word(&place["role"])),
                key => format!("{rule} {} {}", word(&key["issuer"]), word(&place["endpoint"]["host"])),
            };
            said.entry(word(&place["path"])).or_default().push(what);
        }
    }
    said.values_mut().for_each(|what| what.sort());
    said
}

fn assert_said(scenes: &[Scene]) {
    let tree = Tree::new();
    for (index, (file, text, _)) in scenes.iter().enumerate() {
        tree.write(&format!("s{index}/{file}"), fill(text, index as u64 + 900));
    }
    let said = said(&report(tree.path()));
    let wrong: Vec<String> = scenes
        .iter()
        .enumerate()
        .filter_map(|(index, (file, text, wanted))| {
            let wanted: Vec<String> = wanted.iter().map(|what| what.replace("RELAY", RELAY)).collect();
            let got = said.get(&format!("s{index}/{file}")).cloned().unwrap_or_default();
            (got != wanted).then(|| format!("{file}: wanted {wanted:?}, got {got:?}\n    {text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong\n{}", wrong.len(), scenes.len(), wrong.join("\n"));
}

#[test]
fn who_receives_a_request_is_told() {
    assert_said(REQUESTS);
}

#[test]
fn keys_without_a_prefix_are_told_by_what_stands_around_them() {
    assert_said(KEYS);
}

#[test]
fn what_only_looks_like_a_find_is_none() {
    assert_said(HARMLESS);
}

#[test]
fn a_log_full_of_official_addresses_hides_no_key() {
    let mut log = "INFO POST https://api.openai.com/v1/chat/completions 200\n".repeat(10_100);
    log.push_str(&fill("ERROR Incorrect API key provided: «M»\n", 1));
    let tree = Tree::one("app.log", log);
    let report = report(tree.path());
    let keys = findings(&report).iter().filter(|finding| !finding["key"].is_null()).count();
    assert_eq!((keys, &report["scan"]["complete"]), (1, &Value::Bool(true)));
}
