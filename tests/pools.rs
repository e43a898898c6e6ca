//! Several keys of one issuer in one setting, and what only looks like a pool.

use serde_json::Value;

use crate::support::{Tree, expand, findings, keyscan, modern, occurrences, report};

/// A file, its text, and `setting severity keys` of the pool in it; an empty text: none. `«A»`, `«B»`, `«C»` are three
/// project keys, `«X»`, `«Y»` two of Anthropic, `«U»`, `«V»` two `sk-` keys of no known issuer, `«64 …»` is what stands
/// inside in base64.
type Case = (&'static str, &'static str, &'static str);

const POOLS: &[Case] = &[
    (".env", "OPENAI_API_KEY=«A»,«B»\n", "OPENAI_API_KEY medium 2"),
    (".env", "OPENAI_API_KEYS=«A»,«B»,«C»\n", "OPENAI_API_KEYS high 3"),
    (".env", "OPENAI_API_KEYS=«A»;«B»\n", "OPENAI_API_KEYS medium 2"),
    (".env", "OPENAI_API_KEYS=\"«A»|«B»\"\n", "OPENAI_API_KEYS medium 2"),
    (".env", "OPENAI_API_KEY=\"«A» «B» «C»\"\n", "OPENAI_API_KEY high 3"),
    (".env", "OPENAI_API_KEYS='[\"«A»\",\"«B»\"]'\n", "OPENAI_API_KEYS medium 2"),
    (".env", "OPENAI_API_KEYS=\"«A»\n«B»\"\n", "OPENAI_API_KEYS medium 2"),
    ("a.env", "OPENAI_API_KEYS=\"«A»\\n«B»\"\n", "OPENAI_API_KEYS medium 2"),
    (".env", "OPENAI_API_KEYS=«U»,«V»\n", "OPENAI_API_KEYS medium 2"),
    (".env", "ANTHROPIC_API_KEYS=«X»,«Y»\n", "ANTHROPIC_API_KEYS medium 2"),
    ("c.yaml", "openai_api_keys:\n  - «A»\n  - «B»\n  - «C»\n", "openai_api_keys high 3"),
    ("d.yaml", "api_keys:\n  - \"«A»\" # alice\n  - \"«B»\" # bob\n", "api_keys medium 2"),
    ("e.yaml", "api_keys: [«A», «B»]\n", "api_keys medium 2"),
    ("f.yaml", "api_key: |\n  «A»\n  «B»\n", "api_key medium 2"),
    ("a.json", "{\"apiKeys\": [\"«A»\", \"«B»\"]}\n", "apiKeys medium 2"),
    ("b.json", "{\"key\": \"«A»,«B»\"}\n", "key medium 2"),
    ("a.toml", "keys = [\n  \"«A»\",\n  \"«B»\",\n]\n", "keys medium 2"),
    ("a.py", "API_KEYS = [\n    \"«A»\",\n    \"«B»\",\n    \"«C»\",\n]\n", "API_KEYS high 3"),
    ("a.js", "const apiKeys = ['«A»', '«B»']\n", "apiKeys medium 2"),
    ("A.java", "client.apiKey(Arrays.asList(\"«A»\",\"«B»\")).build();\n", "client.apiKey medium 2"),
    ("a.go", "var apiKeys = []string{\"«A»\", \"«B»\"}\n", "apiKeys medium 2"),
    ("n.env", "OPENAI_API_KEY_1=«A»\nOPENAI_API_KEY_2=«B»\n", "OPENAI_API_KEY_1 medium 2"),
    ("o.env", "OPENAI_API_KEY=«A»\nOPENAI_API_KEY_2=«B»\nOPENAI_API_KEY_3=«C»\n", "OPENAI_API_KEY high 3"),
    ("p.env", "KEY1=«A»\nKEY2=«B»\n", "KEY1 medium 2"),
    ("q.yaml", "env:\n  OPENAI_KEY1: «A»\n  OPENAI_KEY2: «B»\n", "OPENAI_KEY1 medium 2"),
    ("r.sh", "export OPENAI_API_KEY_1=«A»\nexport OPENAI_API_KEY_2=«B»\n", "OPENAI_API_KEY_1 medium 2"),
    ("s.env", "OPENAI_API_KEYS=«64 [\"«A»\",\"«B»\"]»\n", "OPENAI_API_KEYS medium 2"),
    ("t.env", "OPENAI_KEY_POOL=\"«64 [\"«A»\",\"«B»\",\"«C»\"]»\"\n", "OPENAI_KEY_POOL high 3"),
    ("u.env", "API_KEY=\"«A»,«X»,«B»\"\n", "API_KEY medium 2"),
    ("prod/.env", "OPENAI_API_KEYS=«A»,«B»\n", "OPENAI_API_KEYS high 2"),
    ("tests/a.env", "OPENAI_API_KEYS=«A»,«B»\n", "OPENAI_API_KEYS low 2"),
    (
        "litellm.yaml",
        "model_list:\n- model_name: m\n  litellm_params:\n    model: openai/m\n    api_key: «A»\n- model_name: m\n  litellm_params:\n    model: openai/m\n    api_key: «B»\n",
        "api_key info 2",
    ),
    (
        "api.yaml",
        "providers:\n  - provider: openai\n    base_url: https://api.openai.com/v1\n    api:\n      - «A»\n      - «B»\napi_keys:\n  - api: x\n",
        "api info 2",
    ),
];

const NO_POOLS: &[Case] = &[
    (".env", "OPENAI_API_KEY=«A»\n", ""),
    (".env", "OPENAI_API_KEY=«A»\nANTHROPIC_API_KEY=«X»\n", ""),
    (".env", "API_KEY=\"«A»,«X»\"\n", ""),
    (".env", "API_KEY=\"«X»,«A»\"\n", ""),
    (".env", "OPENAI_API_KEYS=«A»,«A»\n", ""),
    (".env", "OPENAI_API_KEY=«A»\nBACKUP_TOKEN=«B»\n", ""),
    (".env", "OPENAI_API_KEY=«A»\nOPENAI_EMBEDDING_KEY=«B»\n", ""),
    ("a.yaml", "dev:\n  api_key: «A»\nstaging:\n  api_key: «B»\n", ""),
    (
        "b.yaml",
        "providers:\n  - name: a\n    api_key: «A»\n    base_url: https://a.acme.io/v1\n  - name: b\n    api_key: «B»\n    base_url: https://b.acme.io/v1\n",
        "",
    ),
    (
        "c.env",
        "KEY_1=«A»\nBASE_URL_1=https://api.openai.com/v1\nKEY_2=«B»\nBASE_URL_2=https://api.chatanywhere.tech/v1\n",
        "",
    ),
    (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      OPENAI_API_KEY: «A»\n  b:\n    environment:\n      OPENAI_API_KEY: «B»\n",
        "",
    ),
    (
        "docker-compose.yml",
        "services:\n  a:\n    environment:\n      - OPENAI_API_KEY=«A»\n  b:\n    environment:\n      - OPENAI_API_KEY=«B»\n",
        "",
    ),
    ("README.md", "Never share keys such as «A», «B» or «C».\n", ""),
    ("README.md", "- «A»\n- «B»\n", ""),
    ("notes.txt", "«A»\n«B»\n", ""),
    ("a.md", "| «A» | «B» |\n", ""),
    ("a.py", "a = OpenAI(api_key=\"«A»\")\nb = OpenAI(api_key=\"«B»\")\n", ""),
    ("b.py", "if old == \"«A»\": new = \"«B»\"\n", ""),
    ("c.py", "keys = {\"alice\": \"«A»\", \"bob\": \"«B»\"}\n", ""),
    ("a.log", "key «A»\nkey «B»\n", ""),
    ("b.log", "«A» «B»\n", ""),
    ("d.env", "AZURE_OPENAI_KEY1=«H»\nAZURE_OPENAI_KEY2=«I»\n", ""),
    ("e.env", "OPENAI_API_KEY=sk-xxx,sk-yyy\n", ""),
    ("f.env", "OPENAI_API_KEYS=${A},${B}\n", ""),
    ("g.env", "# OPENAI_API_KEY=old\nOPENAI_API_KEY=«A»\n", ""),
    ("h.env", "OPENAI_ORG_1=org-a\nOPENAI_API_KEY_1=«A»\n", ""),
    ("i.env", "DATA=«64 [\"a\",\"b\"]»\nOPENAI_API_KEY=«A»\n", ""),
    (
        "j.json",
        "[{\"key\":\"«A»\",\"base\":\"https://api.openai.com/v1\"},{\"key\":\"«B»\",\"base\":\"https://api.chatanywhere.tech/v1\"}]\n",
        "",
    ),
    ("k.env", "OPENAI_API_KEY_1=«A»\nOPENAI_API_KEY_1=«A»\n", ""),
    ("l.env", "OPENAI_API_KEY1=«A»\nDEEP_API_KEY2=«B»\n", ""),
    ("m.toml", "[a]\nkey = \"«A»\"\n\n[b]\nkey = \"«B»\"\n", ""),
];

fn fill(text: &str, seed: u64) -> String {
    let mut text = text.to_owned();
    for (index, name) in ["A", "B", "C"].iter().enumerate() {
        text = text.replace(&format!("«{name}»"), &modern("sk-proj-", 74, seed * 10 + index as u64));
    }
    for (index, name) in ["X", "Y"].iter().enumerate() {
        text = text.replace(&format!("«{name}»"), &expand("sk-ant-api03-{93}AA", seed * 10 + 5 + index as u64));
    }
    for (index, name) in ["U", "V"].iter().enumerate() {
        text = text.replace(&format!("«{name}»"), &expand("sk-{48}", seed * 10 + 7 + index as u64));
    }
    for (index, name) in ["H", "I"].iter().enumerate() {
        text = text.replace(&format!("«{name}»"), &expand("{32:hex}", seed * 10 + 8 + index as u64));
    }
    while let Some((before, rest)) = text.split_once("«64 ") {
        let (inner, behind) = rest.split_once('»').unwrap();
        text = format!("{before}{}{behind}", base64(inner.as_bytes()));
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * index)) as usize & 63] as char;
            text.push(if index <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

fn said(report: &Value, file: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let pools = findings(report).iter().filter(|finding| finding["rule"] == "key-pool");
    let here = pools.filter(|finding| occurrences(finding).iter().any(|place| place["path"] == file));
    here.map(|finding| {
        let message = word(&finding["message"]);
        let count = message.split(" holds ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("-").to_owned();
        format!("{} {} {count}", word(&occurrences(finding)[0]["setting"]), word(&finding["severity"]))
    })
    .collect()
}

fn assert_said(cases: &[Case]) {
    let tree = Tree::new();
    for (index, (file, text, _)) in cases.iter().enumerate() {
        tree.write(&format!("s{index}/{file}"), fill(text, index as u64 + 70));
    }
    let report = report(tree.path());
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(index, (file, text, wanted))| {
            let got = said(&report, &format!("s{index}/{file}"));
            let wanted: Vec<&str> = Some(*wanted).filter(|wanted| !wanted.is_empty()).into_iter().collect();
            (got != wanted).then(|| format!("{file}: wanted {wanted:?}, got {got:?}\n{text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn pools_are_told() {
    assert_said(POOLS);
}

#[test]
fn what_only_looks_like_a_pool_is_none() {
    assert_said(NO_POOLS);
}

#[test]
fn each_key_of_a_pool_stays_a_finding_of_its_own() {
    let tree = Tree::one("config/app.env", fill("OPENAI_API_KEYS=«A»,«B»,«C»\n", 1));
    let report = report(tree.path());
    let keys = findings(&report).iter().filter(|finding| !finding["key"].is_null()).count();
    let pool = findings(&report).iter().find(|finding| finding["rule"] == "key-pool").unwrap();
    assert_eq!(keys, 3);
    let members = pool["related"].as_array().unwrap();
    assert!(members.len() == 3 && members.iter().all(|member| member["role"] == "pool-member"), "{members:?}");
    assert!(pool["endpoint"].is_null() && pool["key"].is_null());
}

#[test]
fn keys_in_base64_are_told_by_the_place_of_the_encoded_value() {
    let tree = Tree::one("a.env", fill("OPENAI_API_KEYS=«64 [\"«A»\",\"«B»\"]»\n", 2));
    let report = report(tree.path());
    let keys: Vec<_> = findings(&report).iter().filter(|finding| !finding["key"].is_null()).collect();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let place = &occurrences(key)[0];
        assert_eq!((&place["line"], &place["column"]), (&1.into(), &17.into()));
        assert_eq!(place["encoding"], serde_json::json!(["base64"]));
    }
}

#[test]
fn every_format_tells_a_pool() {
    let tree = Tree::one("a.env", fill("OPENAI_API_KEYS=«A»,«B»\n", 3));
    for (format, wanted) in
        [("human", "OPENAI_API_KEYS"), ("json", "pool-member"), ("jsonl", "pool-member"), ("sarif", "several keys in")]
    {
        let run = keyscan(tree.path(), &["--format", format, "--exit-zero", "."]);
        assert!(run.text().contains(wanted) && run.text().contains("key-pool"), "{format}: {}", run.text());
    }
}
