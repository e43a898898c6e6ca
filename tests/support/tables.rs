//! Tables of alternatives: presets, switch arms, allow lists, seeds.

/// The file that a table is written to.
pub fn file(name: &str) -> &'static str {
    match name {
        "ts array" | "ts switch" => "presets.ts",
        "ts map" => "map.ts",
        "go map" | "go switch" => "presets.go",
        "json array" | "json map" => "presets.json",
        "yaml list" | "yaml map" => "presets.yaml",
        "python list" | "python dict" => "presets.py",
        "html csp" | "html options" => "index.html",
        "userscript" => "tool.user.js",
        "sql seed" => "seed.sql",
        "rust match" => "presets.rs",
        "java enum" => "Presets.java",
        "toml array" => "presets.toml",
        "php array" => "presets.php",
        _ => panic!("no file for {name}"),
    }
}

/// Every table over the same hosts.
pub fn tables(hosts: &[String]) -> Vec<(&'static str, String)> {
    let each = |row: &dyn Fn(usize, &str) -> String, glue: &str| {
        hosts.iter().enumerate().map(|(at, host)| row(at, host)).collect::<Vec<_>>().join(glue)
    };
    vec![
        (
            "ts array",
            format!(
                "export const PRESETS = [\n{}\n];\n",
                each(
                    &|at, host| format!("  {{ id: \"p{at}\", name: \"P {at}\", baseURL: \"https://{host}/v1\" }},"),
                    "\n"
                )
            ),
        ),
        (
            "ts map",
            format!(
                "export const BASE_URLS: Record<string, string> = {{\n{}\n}};\n",
                each(&|at, host| format!("  p{at}: 'https://{host}/v1',"), "\n")
            ),
        ),
        (
            "ts switch",
            format!(
                "export function baseURL(id: string) {{\n  switch (id) {{\n{}\n  }}\n}}\n",
                each(&|at, host| format!("    case \"p{at}\":\n      return \"https://{host}/v1\";"), "\n")
            ),
        ),
        (
            "go map",
            format!(
                "package presets\n\nvar BaseURLs = map[int]string{{\n{}\n}}\n",
                each(&|at, host| format!("\t{at}: \"https://{host}\","), "\n")
            ),
        ),
        (
            "go switch",
            format!(
                "package presets\n\nfunc base(id int) string {{\n\tswitch id {{\n{}\n\t}}\n\treturn \"\"\n}}\n",
                each(&|at, host| format!("\tcase {at}:\n\t\treturn \"https://{host}/v1\""), "\n")
            ),
        ),
        (
            "json array",
            format!(
                "{{\"providers\": [\n{}\n]}}\n",
                each(&|at, host| format!("  {{\"name\": \"P {at}\", \"base_url\": \"https://{host}/v1\"}}"), ",\n")
            ),
        ),
        ("json map", format!("{{\n{}\n}}\n", each(&|at, host| format!("  \"p{at}\": \"https://{host}/v1\""), ",\n"))),
        (
            "yaml list",
            format!("presets:\n{}\n", each(&|at, host| format!("  - name: p{at}\n    url: https://{host}/v1"), "\n")),
        ),
        ("yaml map", format!("presets:\n{}\n", each(&|at, host| format!("  p{at}: https://{host}/v1"), "\n"))),
        (
            "python list",
            format!("PRESETS = [\n{}\n]\n", each(&|at, host| format!("    (\"p{at}\", \"https://{host}/v1\"),"), "\n")),
        ),
        (
            "python dict",
            format!(
                "PRESETS = {{\n{}\n}}\n",
                each(
                    &|at, host| format!("    \"p{at}\": {{\"name\": \"P\", \"base_url\": \"https://{host}/v1\"}},"),
                    "\n"
                )
            ),
        ),
        (
            "html csp",
            format!(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; connect-src 'self' {}\">\n",
                each(&|_, host| format!("https://{host}"), " ")
            ),
        ),
        (
            "html options",
            format!(
                "<select>\n{}\n</select>\n",
                each(&|at, host| format!("  <option value=\"https://{host}/v1\">P {at}</option>"), "\n")
            ),
        ),
        (
            "userscript",
            format!(
                "// ==UserScript==\n// @name tool\n{}\n// ==/UserScript==\n",
                each(&|_, host| format!("// @connect      {host}"), "\n")
            ),
        ),
        (
            "sql seed",
            format!(
                "INSERT INTO presets (id, name, base_url) VALUES\n{};\n",
                each(&|at, host| format!("({at}, 'P {at}', 'https://{host}/v1')"), ",\n")
            ),
        ),
        (
            "rust match",
            format!(
                "fn base(id: u32) -> &'static str {{\n    match id {{\n{}\n        _ => \"\",\n    }}\n}}\n",
                each(&|at, host| format!("        {at} => \"https://{host}/v1\","), "\n")
            ),
        ),
        (
            "java enum",
            format!(
                "enum Presets {{\n{};\n  Presets(String url) {{}}\n}}\n",
                each(&|at, host| format!("  P{at}(\"https://{host}/v1\")"), ",\n")
            ),
        ),
        ("toml array", format!("urls = [\n{}\n]\n", each(&|_, host| format!("  \"https://{host}/v1\","), "\n"))),
        (
            "php array",
            format!(
                "<?php\nreturn [\n{}\n];\n",
                each(
                    &|at, host| format!("    'p{at}' => ['name' => 'P {at}', 'base_uri' => 'https://{host}/v1'],"),
                    "\n"
                )
            ),
        ),
    ]
}
