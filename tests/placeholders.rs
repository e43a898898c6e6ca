//! What is no key and no endpoint: placeholders, references, style classes, hashes, reserved and private hosts.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::support::catalogue::placeholder_values;
use crate::support::template::MARKER;
use crate::support::{Tree, expand, findings, fingerprint, keyscan, modern, occurrences, report};

/// Findings at `low` or above, as `path: rule what`.
fn shown(tree: &Tree) -> Vec<String> {
    let run = keyscan(tree.path(), &["--format", "json", "--min-severity", "low", "--exit-zero", "."]);
    assert_eq!(run.code, 0, "{}", run.errors());
    let report = run.json();
    let line = |finding: &serde_json::Value| {
        occurrences(finding)
            .iter()
            .map(|at| {
                let what =
                    if finding["key"].is_null() { &finding["endpoint"]["host"] } else { &finding["key"]["redacted"] };
                format!("{}: {} {} {what}", at["path"].as_str().unwrap(), finding["rule"], finding["severity"])
            })
            .collect::<Vec<_>>()
    };
    findings(&report).iter().flat_map(line).collect()
}

fn assert_nothing(tree: &Tree, sources: &BTreeMap<String, String>) {
    let shown = shown(tree);
    let lines: Vec<String> = shown
        .iter()
        .map(|line| {
            let path = line.split(": ").next().unwrap();
            format!("{line}  in {:?}", sources.get(path).map_or("", String::as_str))
        })
        .collect();
    assert!(lines.is_empty(), "{} shown\n{}", lines.len(), lines.join("\n"));
}

/// Puts a value where people put keys, in four notations.
fn put(tree: &Tree, sources: &mut BTreeMap<String, String>, folder: &str, index: usize, value: &str) {
    let quoted = serde_json::to_string(value).unwrap();
    for (file, text) in [
        (".env", format!("OPENAI_API_KEY={value}\n")),
        ("values.yaml", format!("llm:\n  openaiApiKey: {quoted}\n")),
        ("config.json", format!("{{\"openai_api_key\": {quoted}, \"model\": \"gpt-4o\"}}\n")),
        ("client.py", format!("client = OpenAI(api_key={quoted}, timeout=3)\n")),
    ] {
        let path = format!("{folder}{index}/{file}");
        tree.write(&path, text);
        sources.insert(path, value.to_owned());
    }
}

#[test]
fn placeholders_of_the_rules_are_no_keys() {
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    for (index, value) in placeholder_values().iter().enumerate() {
        put(&tree, &mut sources, "r", index, value);
    }
    assert!(sources.len() > 400);
    assert_nothing(&tree, &sources);
}

#[test]
fn placeholders_of_the_reference_are_no_keys() {
    let Ok(text) =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/placeholders.txt"))
    else {
        println!("skipped: no reference list of placeholders beside the project");
        return;
    };
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    for (index, value) in text.lines().enumerate() {
        put(&tree, &mut sources, "p", index, value);
    }
    assert_eq!(sources.len(), 4 * 658);
    assert_nothing(&tree, &sources);
}

#[test]
fn templates_around_the_marker_are_no_keys() {
    let alphabet = "abcdefghijklmnopqrst";
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    let halves = [
        ("x".repeat(20), "x".repeat(20)),
        ("a".repeat(20), "b".repeat(20)),
        (alphabet.into(), alphabet.into()),
        ("1234567890".repeat(2), "1234567890".repeat(2)),
        ("A".repeat(20), "B".repeat(20)),
        ("abc123def456ghi789jk".into(), "abc123def456ghi789jk".into()),
        ("X".repeat(74), "X".repeat(74)),
        ("0".repeat(58), "0".repeat(58)),
    ];
    for (index, (left, right)) in halves.iter().enumerate() {
        put(&tree, &mut sources, "m", index, &format!("sk-{left}{MARKER}{right}"));
        put(&tree, &mut sources, "mp", index, &format!("sk-proj-{left}{MARKER}{right}"));
    }
    assert_nothing(&tree, &sources);
}

/// Text that looks a little like a key or an endpoint. `{…}` is expanded, so these hold really random strings.
const NOISE: &[(&str, &str)] = &[
    (
        "spin.css",
        ".sk-spinner, .sk-fading-circle .sk-circle12:before { margin: 40px auto; }\n.sk-cube-grid > .sk-cube9 {}\n",
    ),
    (
        "theme.css",
        ":root { --sk-color-text-on-default-background: var(--sg-text-color, #000); --sk-background-fitted-level-0: #fff; }\n",
    ),
    (
        "sk.html",
        "<div id=\"sk-container-id-1\" class=\"sk-top-container sk-toggleable__label-arrow\"><input class=\"sk-toggleable__control sk-hidden--visually\" id=\"sk-estimator-id-1\"></div>\n",
    ),
    (
        "fit.ipynb",
        "{\"cells\":[{\"cell_type\":\"code\",\"outputs\":[{\"data\":{\"text/html\":[\"<style>#sk-container-id-12 {color: black;}</style><div class=\\\"sk-estimator-doc-link fitted\\\">\"]}}],\"source\":[\"model.fit(x, y)\"]}]}\n",
    ),
    ("words.txt", "task-{32:hex} risk-{48} disk-{32:hex} mask-{48} desk-{22:url} ask-{48:lower} brisk-{40}\n"),
    ("ids.txt", "whisk-{48}\nflask-{32:hex}\ntask_sk-is-short\nkiosk-{64:hex}\n"),
    (
        "slugs.txt",
        "https://blog.acme-shop.net/sk-how-to-build-a-very-long-slug-with-many-words-in-2024\nsk-learn-contrib-categorical-encoding-extras\n",
    ),
    (
        "package.json",
        "{\"dependencies\":{\"sk-loading-indicator-component\":\"^1.0.0\",\"@acme/sk-ui-kit\":\"2.1.0\",\"sk-design-system-tokens-foundation\":\"~3.4.5\"}}\n",
    ),
    ("uuid.txt", "{uuid}\nid={uuid}\nrequest_id: \"{uuid}\"\n"),
    ("git.txt", "commit {40:hex}\nparent {40:hex}\nindex {7:hex}..{7:hex} 100644\nOPENAI_COMMIT_SHA={40:hex}\n"),
    ("SHA256SUMS", "{64:hex}  keyscan.tar.gz\n{64:hex}  keyscan.zip\n"),
    ("MD5SUMS", "{32:hex}  keyscan.tar.gz\n{32:hex} *keyscan.zip\n"),
    ("image.md", "![x](data:image/png;base64,iVBORw0KGgo{900:b64}==)\n"),
    (
        "package-lock.json",
        "{\"packages\":{\"openai\":{\"resolved\":\"https://registry.npmjs.org/openai/-/openai-4.1.0.tgz\",\"integrity\":\"sha512-{86:b64}==\"}}}\n",
    ),
    ("Cargo.lock", "[[package]]\nname = \"async-openai\"\nchecksum = \"{64:hex}\"\n"),
    ("go.sum", "github.com/sashabaranov/go-openai v1.20.0 h1:{43:b64}=\n"),
    (
        "poetry.lock",
        "[[package]]\nname = \"openai\"\nfiles = [{file = \"openai-1.0.whl\", hash = \"sha256:{64:hex}\"}]\n",
    ),
    ("nano.jsx", "<li key=\"sk-{10:url}\" id=\"sk-{12}\"><Skeleton className=\"sk-{8:lower}\" /></li>\n"),
    ("stripe.env", "STRIPE_SECRET_KEY=sk_test_{24}\nSTRIPE_LIVE=sk_live_{24}\nSTRIPE_WEBHOOK_SECRET=whsec_{32}\n"),
    ("firebase.js", "export const config = { apiKey: \"AIza{35:url}\", authDomain: \"acme.firebaseapp.com\" };\n"),
    ("langfuse.env", "LANGFUSE_PUBLIC_KEY=pk-lf-{uuid}\nLANGFUSE_HOST=https://cloud.langfuse.com\n"),
    ("org.env", "OPENAI_ORG_ID=org-{24}\nOPENAI_PROJECT_ID=proj_{24}\nOPENAI_ORGANIZATION=org-{24}\n"),
    ("jwt.txt", "Cookie: session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx{40:url}.{43:url}\n"),
    ("hex.env", "SECRET_KEY_BASE={128:hex}\nAPP_KEY={32:hex}\nSENTRY_DSN=https://{32:hex}@o1.ingest.sentry.io/2\n"),
    (
        "azure.env",
        "AZURE_OPENAI_API_VERSION=2024-02-01\nAZURE_OPENAI_DEPLOYMENT=gpt-4o\nAZURE_SUBSCRIPTION_ID={uuid}\nAZURE_OPENAI_ENDPOINT=https://acme.openai.azure.com/\n",
    ),
    ("md5.yaml", "model: gpt-4o\nchecksum: {32:hex}\netag: \"{32:hex}\"\n"),
    ("pk.txt", "pk-{43:url} ak-{48} rt_{43:url}\n"),
    (
        "log.txt",
        "401 Incorrect API key provided: sk-proj-********************************************************abcd.\nkey sk-pr...x9QA, sk-...aB3d, sk-proj-abc…\n",
    ),
    (
        "re.py",
        "PATTERN = re.compile(r\"sk-[A-Za-z0-9]{20}T3\" + \"BlbkFJ[A-Za-z0-9]{20}\")\nif key.startswith(\"sk-proj-\"): pass\n",
    ),
    (
        "docs.md",
        "Create a key on https://platform.openai.com/api-keys, then see https://help.openai.com/en/articles/5112595.\n",
    ),
    ("prose.md", "We deploy to https://acme-shop.vercel.app and https://acme-docs.pages.dev/v1/currencies/eur.json.\n"),
];

#[test]
fn noise_is_nothing() {
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    for (index, (file, text)) in NOISE.iter().enumerate() {
        for round in 0..6 {
            let path = format!("n{index}/{round}/{file}");
            // Braces that are no placeholder stand as they are.
            let text = expand_known(text, (index * 10 + round) as u64);
            tree.write(&path, &text);
            sources.insert(path, text);
        }
    }
    assert_nothing(&tree, &sources);
}

/// Expands the placeholders of a text that has braces of its own.
fn expand_known(text: &str, seed: u64) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        result.push_str(&rest[..open]);
        rest = &rest[open..];
        let close = rest.find('}').map_or(0, |at| at + 1);
        let inner = rest.get(1..close.max(2) - 1).unwrap_or("");
        let known = inner == "uuid" || inner.split(':').next().is_some_and(|count| count.parse::<usize>().is_ok());
        // A repetition in a pattern, `{20}`, follows a bracket.
        if known && !result.ends_with(']') {
            result.push_str(&expand(&rest[..close], seed ^ (result.len() as u64) << 20));
            rest = &rest[close..];
        } else {
            result.push('{');
            rest = &rest[1..];
        }
    }
    result + rest
}

const REFERENCES: &[&str] = &[
    "${OPENAI_API_KEY}",
    "$OPENAI_API_KEY",
    "$(cat /run/secrets/openai)",
    "{{ openai_api_key }}",
    "{{ .Values.openai.apiKey }}",
    "${{ secrets.OPENAI_API_KEY }}",
    "%OPENAI_API_KEY%",
    "@OPENAI_API_KEY@",
    "__OPENAI_API_KEY__",
    "#{OPENAI_API_KEY}#",
    "<your key>",
    "process.env.OPENAI_API_KEY",
    "import.meta.env.OPENAI_API_KEY",
    "os.environ/OPENAI_API_KEY",
    "op://vault/openai/credential",
    "vault:secret/data/openai#key",
    "ref+vault://secret/openai#/key",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-a1B2c3",
    "@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/openai/)",
    "projects/acme/secrets/openai/versions/latest",
    "/run/secrets/openai_api_key",
    "file:/etc/openai/key",
    "ENC[AES256_GCM,data:Zm9vYmFyYmF6cXV4,iv:MTIzNDU2Nzg5MGFi,tag:YWJjZGVm,type:str]",
    "ENC(Zm9vYmFyYmF6cXV4cXV1eA==)",
    "${OPENAI_API_KEY:-}",
    "${OPENAI_API_KEY:?not set}",
    "${OPENAI_API_KEY:-sk-xxxxxxxxxxxxxxxxxxxx}",
    "${LLM_KEY_FOR_BILLING_2024}",
    "user_provided",
    "$ANSIBLE_VAULT;1.1;AES256",
];

#[test]
fn references_are_no_keys() {
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    for (index, value) in REFERENCES.iter().enumerate() {
        put(&tree, &mut sources, "ref", index, value);
    }
    let lines = [
        "client = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"])\n",
        "openai.api_key = os.getenv('OPENAI_API_KEY')\n",
        "const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });\n",
        "let key = std::env::var(\"OPENAI_API_KEY\")?;\n",
        "config.access_token = ENV.fetch('OPENAI_API_KEY')\n",
        "'api_key' => env('OPENAI_API_KEY'),\n",
        "valueFrom:\n  secretKeyRef:\n    name: openai\n    key: OPENAI_API_KEY\n",
    ];
    for (index, line) in lines.iter().enumerate() {
        for file in ["client.py", "client.js", "client.txt"] {
            let path = format!("code{index}/{file}");
            tree.write(&path, line);
            sources.insert(path, (*line).to_owned());
        }
    }
    assert_nothing(&tree, &sources);
}

#[test]
fn a_real_default_behind_a_reference_is_found() {
    let shapes = [
        (".env", "OPENAI_API_KEY=${OPENAI_API_KEY:-«KEY»}\n"),
        ("compose.yaml", "services:\n  web:\n    environment:\n      OPENAI_API_KEY: ${OPENAI_API_KEY:-«KEY»}\n"),
        ("application.yml", "spring:\n  ai:\n    openai:\n      api-key: ${OPENAI_API_KEY:«KEY»}\n"),
        ("conf.py", "key = os.getenv(\"OPENAI_API_KEY\", \"«KEY»\")\n"),
        ("client.js", "const apiKey = process.env.OPENAI_API_KEY || \"«KEY»\";\n"),
        ("conf.rb", "config.access_token = ENV.fetch('OPENAI_API_KEY', '«KEY»')\n"),
        ("openai.php", "return ['api_key' => env('OPENAI_API_KEY', '«KEY»')];\n"),
        ("values.yaml", "openaiApiKey: {{ default \"«KEY»\" .Values.key }}\n"),
    ];
    let tree = Tree::new();
    let mut wanted = HashSet::new();
    for (index, (file, text)) in shapes.iter().enumerate() {
        for (at, key) in [modern("sk-proj-", 74, index as u64), expand("sk-{48}", index as u64)].iter().enumerate() {
            tree.write(&format!("d{index}-{at}/{file}"), text.replace("«KEY»", key));
            wanted.insert((fingerprint(key), format!("d{index}-{at}/{file}")));
        }
    }
    let report = report(tree.path());
    let found: HashSet<String> = findings(&report)
        .iter()
        .filter_map(|finding| Some(finding["key"]["fingerprint"].as_str()?.to_owned()))
        .collect();
    let missing: Vec<&String> =
        wanted.iter().filter(|(print, _)| !found.contains(print)).map(|(_, path)| path).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn reserved_private_and_templated_hosts_are_nothing() {
    let values = [
        "https://api.example.com/v1",
        "https://llm.example/v1",
        "https://example.org",
        "https://proxy.test/v1",
        "https://a.invalid/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8080/v1",
        "http://0.0.0.0:3000",
        "http://10.1.2.3/v1",
        "http://192.168.1.20:1234/v1",
        "http://172.20.0.5:4000",
        "http://100.64.3.2:3000/v1",
        "http://169.254.10.1/v1",
        "http://[fd00::12]:4000/v1",
        "http://host.docker.internal:11434/v1",
        "http://litellm:4000",
        "http://one-api.llm.svc:3000/v1",
        "http://gw.llm.svc.cluster.local/v1",
        "http://nas.local:1234/v1",
        "https://llm.corp.internal/v1",
        "http://ai.lan:8080/v1",
        "https://your-openai-proxy.com/v1",
        "https://your-domain.com/v1",
        "https://YOUR_RESOURCE.openai.azure.com/",
        "https://{RESOURCE}.openai.azure.com/",
        "https://<your-host>/v1",
        "https://${LLM_HOST}/v1",
        "https://{{ llm_host }}/v1",
        "https://%s/v1",
        "https://xxx.com/v1",
        "https://$HOST:8080/v1",
        "<base url>",
        "",
        "http://gateway.docker.internal:4000/v1",
        "http://localhost",
        "localhost:11434",
        "127.0.0.1:8080",
        "https://api-proxy.com/v1",
        "none",
    ];
    let (tree, mut sources) = (Tree::new(), BTreeMap::new());
    for (index, value) in values.iter().enumerate() {
        let quoted = serde_json::to_string(value).unwrap();
        for (file, text) in [
            (".env", format!("OPENAI_BASE_URL={value}\n")),
            ("values.yaml", format!("openaiBaseUrl: {quoted}\n")),
            ("client.ts", format!("const client = new OpenAI({{ baseURL: {quoted} }});\n")),
            ("client.py", format!("client = OpenAI(base_url={quoted})\n")),
        ] {
            let path = format!("h{index}/{file}");
            tree.write(&path, text);
            sources.insert(path, (*value).to_owned());
        }
    }
    assert_nothing(&tree, &sources);
}
