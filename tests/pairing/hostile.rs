//! Input that breaks readers: cut off, binary, nested without end, huge, in circles. The key at the top is still found.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::prng::SplitMix64;
use crate::support::{Tree, findings, fingerprint, keyscan, modern, occurrences};

/// Who receives the key of those files.
const HOST: &str = "api.ohmygpt.com";

/// A small file of each format, with the key in its first lines and the host beside it.
const FILES: &[(&str, &str)] = &[
    (".env", "OPENAI_API_KEY=@K@\nexport OPENAI_BASE_URL=\"https://api.ohmygpt.com/v1\"\nA='b c'\nB=${A:-x} # y\n"),
    (
        "a.yaml",
        "openai: &o\n  api_key: @K@\n  base_url: \"https://api.ohmygpt.com/v1\"\nother:\n  <<: *o\n  list: [a, {b: c}]\n  text: |\n    one\n    two\n",
    ),
    (
        "a.json",
        "{\"openai\": {\"apiKey\": \"@K@\", \"baseURL\": \"https:\\/\\/api.ohmygpt.com/v1\"},\n \"list\": [1, 2.5e3, null, {\"a\": \"\\u0041\\n\"}], // c\n}\n",
    ),
    (
        "a.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"openai.api_key = \\\"@K@\\\"\\n\", \"openai.api_base = 'https://api.ohmygpt.com/v1'\"]}], \"nbformat\": 4}\n",
    ),
    (
        "a.toml",
        "[openai]\napi_key = \"@K@\"\nbase_url = 'https://api.ohmygpt.com/v1'\n[[x.y]]\na.b = { c = [1, 2] }\ns = \"\"\"\nt\n\"\"\"\n",
    ),
    ("a.ini", "[openai]\napi_key = @K@\nbase_url: https://api.ohmygpt.com/v1\n; c\n[other]\na = b \\\n  c\n"),
    ("a.properties", "openai.api-key=@K@\nopenai.base-url=https\\://api.ohmygpt.com/v1\na.b: c \\\n  d\n! e\n"),
    (
        "a.tf",
        "locals {\n  openai_api_key = \"@K@\"\n  openai_base_url = \"https://api.ohmygpt.com/v1\"\n  t = <<-EOT\n    a\n  EOT\n  f = max(1, var.x[0]) == 2 ? \"${a}\" : null\n}\n",
    ),
    (
        "a.xml",
        "<?xml version=\"1.0\"?>\n<c><openaiApiKey>@K@</openaiApiKey><baseUrl>https://api.ohmygpt.com/v1</baseUrl><!-- x --><a b='c'/><![CDATA[y]]></c>\n",
    ),
    (
        "a.plist",
        "<plist><dict><key>OPENAI_API_KEY</key><string>@K@</string><key>OPENAI_BASE_URL</key><string>https://api.ohmygpt.com/v1</string><array><true/></array></dict></plist>\n",
    ),
    (
        "nginx.conf",
        "server {\n  location / {\n    proxy_set_header Authorization \"Bearer @K@\";\n    proxy_pass https://api.ohmygpt.com;\n  } # c\n  if ($a = 'b') { return 403; }\n}\n",
    ),
    (
        "Caddyfile",
        "a.acme-internal.io {\n\treverse_proxy https://api.ohmygpt.com {\n\t\theader_up Authorization \"Bearer @K@\"\n\t}\n\trespond `x`\n}\n",
    ),
    (
        "Dockerfile",
        "FROM a AS b\nENV OPENAI_API_KEY=@K@ \\\n  OPENAI_BASE_URL=https://api.ohmygpt.com/v1\nRUN <<E\nx\nE\nCMD [\"a\", \"b\"]\n",
    ),
    ("Procfile", "web: OPENAI_API_KEY=@K@ OPENAI_BASE_URL=https://api.ohmygpt.com/v1 a --b 'c d'\n"),
    (
        "a.http",
        "POST https://api.ohmygpt.com/v1/chat/completions\nAuthorization: Bearer @K@\n\n{\"a\": 1}\n\n### b\nGET {{c}}\n",
    ),
    (
        "a.sh",
        "export OPENAI_API_KEY=@K@\ncurl -H \"A: $B\" \\\n  'https://api.ohmygpt.com/v1/models' | (a; b) && { c; }\ncat <<E\nx\nE\n",
    ),
    ("a.ps1", "$env:OPENAI_API_KEY = \"@K@\"\n$h = @{ a = 'https://api.ohmygpt.com/v1'; b = @(1, 2) } <# c #>\n"),
    ("a.bat", "set OPENAI_API_KEY=@K@\r\nset OPENAI_BASE_URL=https://api.ohmygpt.com/v1\r\nrem a ^\r\n"),
    (
        "a.py",
        "c = OpenAI(api_key=\"@K@\", base_url='https://api.ohmygpt.com/v1')\ndef f(a={'b': [1]}):\n    \"\"\"d\"\"\"\n    return f\"{a!r}\"  # e\n",
    ),
    (
        "a.ts",
        "const c = new OpenAI({ apiKey: \"@K@\", baseURL: `https://api.ohmygpt.com/v1` });\nfunction f(a) { return a?.b ?? /x\\/y/.test(`${a}`); } // e\n",
    ),
    (
        "a.go",
        "package a\n\nvar c = openai.NewClient(option.WithAPIKey(\"@K@\"), option.WithBaseURL(`https://api.ohmygpt.com/v1`))\n\nfunc f() { g(map[string]int{\"a\": 'b'}) }\n",
    ),
    (
        "A.java",
        "class A {\n  C c = C.builder().apiKey(\"@K@\").baseUrl(\"https://api.ohmygpt.com/v1\").build();\n  /* d */ char e = '\\'';\n}\n",
    ),
    (
        "a.kt",
        "val c = OpenAI(token = \"@K@\", host = OpenAIHost(\"https://api.ohmygpt.com/v1\"))\nval s = \"\"\"a ${b} c\"\"\"\n",
    ),
    (
        "A.cs",
        "var c = new A(new ApiKeyCredential(\"@K@\"), new O { Endpoint = new Uri(@\"https://api.ohmygpt.com/v1\") });\nvar d = $\"{e}\";\n",
    ),
    (
        "a.rb",
        "C = OpenAI::Client.new(access_token: \"@K@\", uri_base: 'https://api.ohmygpt.com/v1')\nx = %w[a b].map { |y| \"#{y}\" }\n",
    ),
    (
        "a.php",
        "<?php\n$c = OpenAI::factory()->withApiKey('@K@')->withBaseUri(\"https://api.ohmygpt.com/v1\")->make();\n$d = ['a' => [1]];\n",
    ),
    (
        "a.rs",
        "const K: &str = \"@K@\";\nfn f<'a>(x: &'a str) -> C { C::new().with_api_base(r#\"https://api.ohmygpt.com/v1\"#).with_api_key(K) }\n",
    ),
    (
        "a.swift",
        "let c = OpenAI(configuration: .init(token: \"@K@\", host: \"api.ohmygpt.com\"))\nlet s = \"\"\"\n  a \\(b)\n  \"\"\"\n",
    ),
    (
        "a.dart",
        "void main() {\n  OpenAI.apiKey = \"@K@\";\n  OpenAI.baseUrl = 'https://api.ohmygpt.com';\n  f({'a': [r'b', '''c''']});\n}\n",
    ),
    ("a.lua", "return { endpoint = \"https://api.ohmygpt.com/v1\", api_key = \"@K@\", s = [[a]], --[[ b ]] }\n"),
    ("a.el", "(gptel-make-openai \"a\" :host \"api.ohmygpt.com\" :key \"@K@\" :models '(b c)) ; d\n"),
];

/// What opens and closes a level in each format, behind a file's own text.
const LEVELS: &[(&str, &str, &str)] = &[
    (".env", "A=${A:-", "}"),
    ("a.yaml", "[", "]"),
    ("a.yaml", "{a: ", "}"),
    ("a.yaml", "- ", ""),
    ("a.yaml", "? ", ""),
    ("a.json", "[", "]"),
    ("a.json", "{\"a\":", "}"),
    ("a.ipynb", "[", "]"),
    ("a.toml", "[", "]"),
    ("a.toml", "{a=", "}"),
    ("a.toml", "a.", ""),
    ("a.ini", "[a]\n", ""),
    ("a.properties", "a.", ""),
    ("a.tf", "a {\n", "}\n"),
    ("a.tf", "(", ")"),
    ("a.tf", "\"${", "}\""),
    ("a.xml", "<a>", "</a>"),
    ("a.xml", "<a b=\"c\">", "</a>"),
    ("a.plist", "<dict><key>a</key>", "</dict>"),
    ("nginx.conf", "a {\n", "}\n"),
    ("Caddyfile", "a {\n", "}\n"),
    ("Dockerfile", "ONBUILD ", "\\\n"),
    ("Procfile", "$(", ")"),
    ("a.http", "{{", "}}"),
    ("a.sh", "$(", ")"),
    ("a.sh", "(", ")"),
    ("a.sh", "if a; then ", " fi"),
    ("a.ps1", "@{a=", "}"),
    ("a.bat", "(", ")"),
    ("a.py", "f(", ")"),
    ("a.py", "[", "]"),
    ("a.py", "{1:", "}"),
    ("a.ts", "f({a:", "})"),
    ("a.ts", "`${", "}`"),
    ("a.ts", "<a>{", "}</a>"),
    ("a.go", "f(", ")"),
    ("A.java", "a(b -> {", "})"),
    ("a.kt", "\"${", "}\""),
    ("A.cs", "f(", ")"),
    ("a.rb", "\"#{", "}\""),
    ("a.php", "['a' => ", "]"),
    ("a.rs", "/*", "*/"),
    ("a.swift", "\"\\(", ")\""),
    ("a.dart", "'${", "}'"),
    ("a.lua", "{a=", "}"),
    ("a.el", "(", ")"),
];

/// How deep.
const DEEP: usize = 10_000;

/// YAML that leads to itself, or would grow without end if what it names were written out.
const CIRCLES: &[(&str, &str)] = &[
    ("a.yaml", "a: &a\n  b: *a\n"),
    ("a.yaml", "a: &a\n  <<: *a\n  b: c\n"),
    ("a.yaml", "a: &a [*a, *a]\n"),
    ("a.yaml", "a: &x {<<: *y}\nb: &y {<<: *x}\nc: &x {<<: *y}\n"),
    ("a.yaml", "<<: *nowhere\nb: *nowhere\n"),
    (
        "a.yaml",
        "b: &b [x, x, x]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\nh: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g]\ni: &i [*h, *h, *h, *h, *h, *h, *h, *h, *h]\n",
    ),
    (
        "docker-compose.yml",
        "services:\n  a: {extends: {service: b}, env_file: [docker-compose.yml]}\n  b: {extends: {service: a}, env_file: docker-compose.yml}\n",
    ),
    (".env", "OPENAI_BASE_URL=${LLM_URL}\nLLM_URL=${OPENAI_BASE_URL}\nA_B=$A_B\n"),
    ("a.py", "BASE_URL = OTHER_URL\nOTHER_URL = BASE_URL\nc = OpenAI(base_url=BASE_URL)\n"),
    ("a.tf", "locals {\n  a_url = local.b_url\n  b_url = local.a_url\n}\n"),
    ("a.sh", "A_URL=$B_URL\nB_URL=$A_URL\nsource ./a.sh\ncurl $A_URL\n"),
];

fn key() -> String {
    modern("sk-proj-", 74, 4040)
}

/// Scans a tree and says at which paths the key was found, and who receives it there. The run has to end in time, without
/// a panic or a leak.
fn found(tree: &Tree) -> Vec<(String, Option<String>)> {
    let start = Instant::now();
    let run = keyscan(tree.path(), &["--format", "json", "--min-severity", "info", "--exit-zero", "."]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(60), "a run took {took:?}");
    let errors = run.errors();
    assert!(run.code == 0 && !errors.contains("panicked"), "exit {}: {errors}", run.code);
    assert!(!run.text().contains(&key()) && !errors.contains(&key()), "the key is in the output");
    let report = run.json();
    assert_eq!(report["scan"]["complete"], true, "{}", report["scan"]["skipped"]);
    let fingerprint = fingerprint(&key());
    let is_key = |finding: &&Value| finding["key"]["fingerprint"] == fingerprint.as_str();
    let places = findings(&report).iter().filter(is_key).flat_map(occurrences);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    places.map(|place| (text(&place["path"]).unwrap_or_default(), text(&place["endpoint"]["host"]))).collect()
}

/// Writes every file to a folder of its own and wants the key found in those that hold it.
fn assert_found(files: impl IntoIterator<Item = (String, Vec<u8>)>) {
    assert_received(files, |_| false);
}

/// The same, and in the files that `is_told` says it of, the host received it.
fn assert_received(files: impl IntoIterator<Item = (String, Vec<u8>)>, is_told: impl Fn(&[u8]) -> bool) {
    let tree = Tree::new();
    let mut wanted = Vec::new();
    for (index, (path, bytes)) in files.into_iter().enumerate() {
        let path = format!("c{index}/{path}");
        if memchr::memmem::find(&bytes, key().as_bytes()).is_some() {
            wanted.push((path.clone(), is_told(&bytes).then(|| HOST.to_owned())));
        }
        tree.write(&path, bytes);
    }
    assert!(!wanted.is_empty());
    let found = found(&tree);
    wanted.retain(|(path, host)| !found.iter().any(|(at, who)| at == path && (host.is_none() || host == who)));
    assert!(wanted.is_empty(), "not as wanted in {} files: {wanted:?}", wanted.len());
}

fn text(name: &str) -> String {
    let (_, text) = FILES.iter().find(|(other, _)| *other == name).expect("there is a file of each format");
    text.replace("@K@", &key())
}

#[test]
fn files_that_are_cut_off() {
    let files = FILES.iter().flat_map(|(name, _)| {
        let bytes = text(name).into_bytes();
        let ends = (0..bytes.len()).step_by(7);
        ends.map(|end| ((*name).to_owned(), bytes[..end].to_vec())).collect::<Vec<_>>()
    });
    assert_received(files, |bytes| memchr::memmem::find(bytes, HOST.as_bytes()).is_some());
}

#[test]
fn binary_in_files_of_text() {
    let mut random = SplitMix64::new(7);
    let mut noise = |length: usize| -> Vec<u8> { (0..length).flat_map(|_| random.next().to_le_bytes()).collect() };
    let mut files = Vec::new();
    for (name, _) in FILES {
        let text = text(name).into_bytes();
        let behind = memchr::memchr(b'\n', &text).map_or(text.len(), |at| at + 1);
        files.push(((*name).to_owned(), [text.clone(), noise(8000)].concat()));
        files.push(((*name).to_owned(), [&text[..behind], &noise(200), b"\n", &text[behind..]].concat()));
        files.push(((*name).to_owned(), [&text[..], b"\xff\xfe\x80\x00\xc3(\n", &text].concat()));
        files.push(((*name).to_owned(), [b"\xef\xbb\xbf".as_slice(), &text, b"\r\r\n\x0c\x1a"].concat()));
    }
    assert_found(files);
}

#[test]
fn ten_thousand_levels() {
    assert_found(LEVELS.iter().flat_map(|(name, open, close)| {
        let text = text(name);
        let (opened, closed) = (open.repeat(DEEP), close.repeat(DEEP));
        // Behind the text, as the value of a name, and in the format's own brackets.
        let value = format!("{text}a: {opened}x{closed}\nb = {opened}x{closed}\n");
        let inside = match text.rfind(['}', ')', ']']) {
            Some(at) => format!("{}, \"z\": {opened}x{closed}{}", &text[..at], &text[at..]),
            None => format!("{text}{opened}{closed}"),
        };
        [format!("{text}{opened}"), value, inside].map(|text| ((*name).to_owned(), text.into_bytes()))
    }));
}

#[test]
fn levels_by_indentation() {
    let ladder = |line: &dyn Fn(usize) -> String| (0..1500).map(line).collect::<String>();
    let yaml = ladder(&|level| format!("{}a:\n", " ".repeat(level)));
    let lists = ladder(&|level| format!("{}-\n", " ".repeat(level)));
    let python = ladder(&|level| format!("{}if a:\n", " ".repeat(level)));
    let code = ladder(&|level| format!("{}f(function () {{\n", " ".repeat(level)));
    assert_found([
        ("a.yaml".to_owned(), format!("{}{yaml}", text("a.yaml")).into_bytes()),
        ("a.yaml".to_owned(), format!("{}list:\n{lists}", text("a.yaml")).into_bytes()),
        ("a.py".to_owned(), format!("{}{python}", text("a.py")).into_bytes()),
        ("a.ts".to_owned(), format!("{}{code}", text("a.ts")).into_bytes()),
    ]);
}

#[test]
fn what_leads_to_itself() {
    assert_found(CIRCLES.iter().map(|(name, circle)| {
        let setting = if name.ends_with(".sh") || name.ends_with("env") || name.ends_with(".py") { "=" } else { ": " };
        let top = if name.ends_with(".tf") {
            format!("openai_api_key = \"{}\"\n", key())
        } else if setting == "=" {
            format!("OPENAI_API_KEY=\"{}\"\n", key())
        } else {
            format!("openai_api_key: {}\n", key())
        };
        ((*name).to_owned(), format!("{top}{circle}").into_bytes())
    }));
}

/// Lines of a format to fill a file with, by number.
fn filler(name: &str, line: usize) -> String {
    match name {
        "a.yaml" => format!("k{line}:\n  name: item {line}\n  url: https://h{line}.acme-internal.io/a\n"),
        "a.json" => format!("\"k{line}\": {{\"name\": \"item {line}\", \"list\": [1, 2, 3]}},\n"),
        "a.xml" => format!("<item id=\"{line}\"><name>item {line}</name></item>\n"),
        "a.toml" => format!("[[item]]\nname = \"item {line}\"\nlist = [1, 2, 3]\n"),
        "a.tf" => format!("item \"k{line}\" {{\n  name = \"item {line}\"\n}}\n"),
        "a.py" => format!("def f{line}(a, b):\n    return g(a, b={line}, c=[1, 2, 3])\n"),
        "a.ts" => format!("export const k{line} = f({{ a: {line}, b: [1, 2, 3] }});\n"),
        _ => format!("K{line}=item {line}\n"),
    }
}

fn large(name: &str, size: usize) -> Vec<u8> {
    let mut text = match name {
        "a.json" => format!("{{\"openai\": {{\"apiKey\": \"{}\"}},\n", key()),
        "a.xml" => format!("<c><openaiApiKey>{}</openaiApiKey>\n", key()),
        name => text(name),
    };
    text.reserve(size + 200);
    for line in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&filler(name, line));
    }
    text.into_bytes()
}

#[test]
fn large_files() {
    let names = ["a.yaml", "a.json", "a.xml", "a.toml", "a.tf", "a.py", "a.ts", ".env"];
    // Around the sizes up to which formats are read as they are.
    assert_found(names.iter().map(|name| ((*name).to_owned(), large(name, 1_500_000))));
}

#[test]
fn fifty_megabytes() {
    assert_found([("a.json".to_owned(), large("a.json", 50_000_000))]);
}

#[test]
fn one_line_without_end() {
    let names = ["a.yaml", "a.json", "a.xml", "a.toml", "a.tf", "a.py", "a.ts", ".env", "a.ini", "a.sh", "nginx.conf"];
    assert_found(names.iter().map(|name| {
        let line = "a b=\"c\", d: 'e' ".repeat(60_000);
        ((*name).to_owned(), format!("{}{line}", text(name)).into_bytes())
    }));
}
