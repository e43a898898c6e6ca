//! How people write a key down, one shape per kind of file and language.
//!
//! `«KEY»` stands for the key and what is glued to it, `«ENV»`, `«snake»`, `«camel»`, `«Pascal»`, `«kebab»` and
//! `«dotted»` for the setting's name in the language's usual spelling, `«HOST»` for a host of the issuer, `«AUTH»` and
//! `«SCHEME»` for the header's name and what stands in it before the key.

use super::formats::Format;

/// One shape: a name for people, the file it is written to, its text.
pub struct Layout {
    pub name: &'static str,
    pub file: &'static str,
    text: &'static str,
}

impl Layout {
    /// The file's content for a key of a format, or nothing where the shape cannot carry it.
    pub fn fill(&self, format: &Format, key: &str) -> Option<String> {
        let host = format.host.as_deref();
        if self.text.contains("«HOST»") && host.is_none() {
            return None;
        }
        // Slashes, plus and equals signs do not stand in a URL as they are.
        if self.name == "URL query" && key.contains(['+', '/', '=']) {
            return None;
        }
        let words: Vec<String> = format.env.split('_').map(str::to_lowercase).collect();
        let pascal: String = words.iter().map(|word| capital(word)).collect();
        let camel = format!("{}{}", words[0], &pascal[words[0].len()..]);
        let (auth, scheme) = if format.api_key_header { ("api-key", "") } else { ("Authorization", "Bearer ") };
        Some(
            self.text
                .replace("«KEY»", &format!("{key}{}", format.suffix))
                .replace("«ENV»", &format.env)
                .replace("«snake»", &words.join("_"))
                .replace("«camel»", &camel)
                .replace("«Pascal»", &pascal)
                .replace("«kebab»", &words.join("-"))
                .replace("«dotted»", &words.join("."))
                .replace("«HOST»", host.unwrap_or_default())
                .replace("«AUTH»", auth)
                .replace("«SCHEME»", scheme),
        )
    }
}

fn capital(word: &str) -> String {
    word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
}

const fn layout(name: &'static str, file: &'static str, text: &'static str) -> Layout {
    Layout { name, file, text }
}

/// Every shape.
pub const LAYOUTS: &[Layout] = &[
    layout("dotenv", ".env", "# ключи, 鍵\nDEBUG=1\n«ENV»=«KEY»\nPORT=8080\n"),
    layout("dotenv quoted", ".env.local", "«ENV»=\"«KEY»\" # rotate in spring\n"),
    layout("dotenv single quotes", "app.env", "export «ENV»='«KEY»'\n"),
    layout("export", "export.sh", "#!/bin/sh\nset -eu\nexport «ENV»=«KEY» PORT=80\nexec ./serve\n"),
    layout("fish", "config.fish", "if status is-login\n    set -gx «ENV» «KEY»\nend\n"),
    layout("PowerShell", "profile.ps1", "Set-StrictMode -Version 3\r\n$env:«ENV» = \"«KEY»\"\r\n"),
    layout("cmd set", "run.cmd", "@echo off\r\nset «ENV»=«KEY»\r\nserve.exe\r\n"),
    layout("cmd setx", "install.bat", "@echo off\r\nsetx «ENV» \"«KEY»\" /M\r\n"),
    layout("YAML map", "values.yaml", "replicas: 2\nllm:\n  # größer\n  «camel»: «KEY»\n  model: gpt-4o\n"),
    layout("YAML list item", "clients.yml", "clients:\n  - name: größe\n    «snake»: \"«KEY»\"\n    retries: 3\n"),
    layout(
        "compose list",
        "docker-compose.yml",
        "services:\n  web:\n    image: web:1\n    environment:\n      - PORT=80\n      - «ENV»=«KEY»\n",
    ),
    layout(
        "compose map",
        "compose.yaml",
        "services:\n  web:\n    image: web:1\n    environment:\n      «ENV»: '«KEY»'\n      PORT: 80\n",
    ),
    layout(
        "k8s env",
        "deploy.yaml",
        "kind: Deployment\nspec:\n  containers:\n    - name: web\n      env:\n        - name: «ENV»\n          value: \"«KEY»\"\n",
    ),
    layout(
        "Actions env",
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      «ENV»: «KEY»\n    steps: []\n",
    ),
    layout("JSON", "config.json", "{\n  \"título\": 1, \"«camel»\": \"«KEY»\",\n  \"port\": 80\n}\n"),
    layout("JSON minified", "settings.json", "{\"a\":[1,2],\"ß\":\"é\",\"«snake»\":\"«KEY»\",\"z\":null}"),
    layout("JSONC", "tsconfig.llm.json", "{\n  // the team's\n  \"«ENV»\": \"«KEY»\", /* 🔑 */\n}\n"),
    layout("JSON5", "app.json5", "{\n  «camel»: '«KEY»',\n  port: 0x50,\n}\n"),
    layout(
        "JSONL",
        "events.jsonl",
        "{\"event\":\"start\"}\n{\"event\":\"auth\",\"«snake»\":\"«KEY»\"}\n{\"event\":\"end\"}\n",
    ),
    layout("appsettings", "appsettings.json", "{\n  \"Llm\": {\n    \"«Pascal»\": \"«KEY»\"\n  }\n}\n"),
    layout("TOML", "config.toml", "[llm]\nname = \"naïve\"\n«snake» = \"«KEY»\"\n"),
    layout("INI", "settings.ini", "[llm]\n; der Schlüssel\n«snake» = «KEY»\n"),
    layout("properties", "application.properties", "server.port=80\n«dotted»=«KEY»\n"),
    layout("systemd", "app.service", "[Service]\nEnvironment=\"PORT=80\" \"«ENV»=«KEY»\"\nExecStart=/bin/app\n"),
    layout("systemd plain", "worker.service", "[Service]\nEnvironment=«ENV»=«KEY»\n"),
    layout("XML element", "config.xml", "<?xml version=\"1.0\"?>\n<config>\n  <«camel»>«KEY»</«camel»>\n</config>\n"),
    layout("XML attribute", "web.config", "<appSettings>\n  <add key=\"«ENV»\" value=\"«KEY»\" />\n</appSettings>\n"),
    layout(
        "Android strings",
        "strings.xml",
        "<resources>\n    <string name=\"«snake»\">«KEY»</string>\n</resources>\n",
    ),
    layout("plist", "launch.plist", "<dict>\n  <key>«ENV»</key>\n  <string>«KEY»</string>\n</dict>\n"),
    layout("tfvars", "prod.auto.tfvars", "region = \"eu\"\n«snake» = \"«KEY»\"\n"),
    layout("Terraform", "main.tf", "resource \"fn\" \"a\" {\n  environment = {\n    «ENV» = \"«KEY»\"\n  }\n}\n"),
    layout("SQL insert", "seed.sql", "INSERT INTO settings (name, value) VALUES ('«ENV»', '«KEY»');\n"),
    layout("CSV", "keys.csv", "id,name,value,owner\n7,«ENV»,«KEY»,Zoë\n"),
    layout("TSV", "keys.tsv", "id\tname\tvalue\towner\n7\t«ENV»\t«KEY»\tZoë\n"),
    layout("Markdown inline", "README.md", "# Café\n\nPut `«ENV»=«KEY»` into your environment.\n"),
    layout("Markdown table", "SETUP.md", "| größe | value |\n| --- | --- |\n| «ENV» | `«KEY»` |\n"),
    layout("Markdown block", "DEPLOY.md", "Run:\n\n```sh\nexport «ENV»=«KEY»\n```\n"),
    layout("reStructuredText", "usage.rst", "Usage\n=====\n\n.. code-block:: sh\n\n   «ENV»=«KEY» ./run\n"),
    layout("log line", "app.log", "2026-01-02T03:04:05Z INFO zażółć «snake»=«KEY» status=200\n"),
    layout(
        "HTTP header",
        "chat.http",
        "POST /v1/chat/completions HTTP/1.1\nHost: «HOST»\n«AUTH»: «SCHEME»«KEY»\nAccept: */*\n",
    ),
    layout(
        "curl",
        "ask.sh",
        "curl -s https://«HOST»/v1/chat/completions \\\n  -H \"«AUTH»: «SCHEME»«KEY»\" \\\n  -d '{}'\n",
    ),
    layout("URL query", "links.txt", "https://«HOST»/v1/models?limit=1&api_key=«KEY»&page=2\n"),
    layout("Python kwarg", "client.py", "import llm\n\nclient = llm.Client(timeout=3, «snake»=\"«KEY»\", retries=2)\n"),
    layout("Python dict", "conf.py", "CONF = {\"naïve\": 1, \"«snake»\": \"«KEY»\"}\n"),
    layout("Python assignment", "settings.py", "DEBUG = False\n«ENV» = '«KEY»'\n"),
    layout("Python environ", "boot.py", "import os\nos.environ[\"«ENV»\"] = \"«KEY»\"\n"),
    layout("JS object", "client.js", "const client = make({ «camel»: \"«KEY»\", timeout: 3 });\n"),
    layout("JS module", "env.mjs", "export default { é: 1, «ENV»: '«KEY»' };\n"),
    layout("TS template", "key.ts", "const «camel»: string = `«KEY»`;\n"),
    layout("TS const", "const.ts", "export const «ENV» = \"«KEY»\" as const;\n"),
    layout("Go", "main.go", "package main\n\nvar cfg = Config{«Pascal»: \"«KEY»\"}\n"),
    layout("Go const", "keys.go", "package main\n\nconst «camel» = `«KEY»`\n"),
    layout("Java", "Keys.java", "class Keys {\n  static final String «ENV» = \"«KEY»\";\n}\n"),
    layout("Kotlin", "Keys.kt", "object Keys {\n    const val «ENV» = \"«KEY»\"\n}\n"),
    layout("C#", "Keys.cs", "public static class Keys\n{\n    public const string «Pascal» = \"«KEY»\";\n}\n"),
    layout("Ruby", "keys.rb", "config.«snake» = '«KEY»'\n"),
    layout("PHP", "config.php", "<?php\nreturn ['«snake»' => '«KEY»', 'debug' => false];\n"),
    layout("Rust", "keys.rs", "const «ENV»: &str = \"«KEY»\";\n"),
    layout("Swift", "Keys.swift", "enum Keys {\n    static let «camel» = \"«KEY»\"\n}\n"),
    layout("Dart", "keys.dart", "const «camel» = '«KEY»';\n"),
    layout("Scala", "Keys.scala", "object Keys { val «camel» = \"\"\"«KEY»\"\"\" }\n"),
    layout("Lua", "keys.lua", "return { «snake» = \"«KEY»\", debug = false }\n"),
    layout("R", "keys.R", "Sys.setenv(«ENV» = \"«KEY»\", TZ = \"UTC\")\n"),
    layout("Perl", "keys.pl", "my $«snake» = '«KEY»';\n"),
    layout("Elixir", "runtime.exs", "config :app, «snake»: \"«KEY»\"\n"),
    layout("C", "keys.h", "#pragma once\n#define «ENV» \"«KEY»\"\n"),
    layout("C++", "keys.cpp", "const std::string «camel»{\"«KEY»\"};\n"),
    layout("Objective-C", "Keys.m", "static NSString *const «Pascal» = @\"«KEY»\";\n"),
    layout("Dockerfile", "Dockerfile", "FROM scratch\nENV «ENV»=«KEY»\nCMD [\"/app\"]\n"),
    layout("Dockerfile ENV space", "Dockerfile.old", "FROM scratch\nENV «ENV» «KEY»\n"),
    layout("docker run", "start.sh", "docker run -d -p 80:80 -e «ENV»=«KEY» web:1\n"),
    layout("helm", "release.sh", "helm upgrade web ./chart --set «camel»=«KEY»,replicas=2\n"),
    layout("nginx", "nginx.conf", "server {\n    set $«snake» \"«KEY»\";\n}\n"),
    layout(
        "Caddyfile",
        "Caddyfile",
        "example.org {\n\treverse_proxy https://«HOST» {\n\t\theader_up «AUTH» \"«SCHEME»«KEY»\"\n\t}\n}\n",
    ),
    layout("Makefile", "Makefile", "«ENV» := «KEY»\nrun:\n\t./app\n"),
    layout("HTML script", "index.html", "<p>größe</p><script>window.«camel» = '«KEY»';</script>\n"),
    layout("npmrc", ".npmrc", "save-exact=true\n«kebab»=«KEY»\n"),
    layout("crontab", "app.crontab", "«ENV»=«KEY»\n0 3 * * * /bin/app\n"),
    layout(
        "notebook",
        "work.ipynb",
        "{\n \"cells\": [{\"cell_type\": \"code\", \"outputs\": [], \"source\": [\n  \"import llm\\n\",\n  \"«snake» = \\\"«KEY»\\\"\\n\"]}]\n}\n",
    ),
    layout(
        "HAR",
        "trace.har",
        "{\"log\":{\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"https://«HOST»/v1/chat/completions\",\"headers\":[{\"name\":\"«AUTH»\",\"value\":\"«SCHEME»«KEY»\"}]}}]}}\n",
    ),
    layout("gradle", "build.gradle", "buildConfigField \"String\", \"«ENV»\", \"\\\"«KEY»\\\"\"\n"),
    layout("xcconfig", "Release.xcconfig", "// größe\n«ENV» = «KEY»\n"),
];

#[test]
fn shapes_have_files_of_their_own_and_hold_the_key_once() {
    let files: std::collections::BTreeSet<&str> = LAYOUTS.iter().map(|layout| layout.file).collect();
    assert_eq!(files.len(), LAYOUTS.len());
    for layout in LAYOUTS {
        assert_eq!(layout.text.matches("«KEY»").count(), 1, "{}", layout.name);
        let told = ["«ENV»", "«snake»", "«camel»", "«Pascal»", "«kebab»", "«dotted»", "«HOST»"];
        assert!(told.iter().any(|name| layout.text.contains(name)), "{} has no context", layout.name);
    }
}
