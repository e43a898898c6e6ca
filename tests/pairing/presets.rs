//! Tables of relays to choose from are no use of a relay; one that is made active is.

use serde_json::Value;

use crate::support::catalogue::{all_relays, known_relays};
use crate::support::{Tree, findings, occurrences, report, tables};

/// How many relays a table offers.
const MANY: usize = 200;

/// Hosts of the catalogue; the first is one that several sources name.
fn hosts() -> Vec<String> {
    let mut hosts = known_relays();
    let more: Vec<String> = all_relays().into_iter().filter(|host| !hosts.contains(host)).collect();
    hosts.extend(more);
    hosts.truncate(MANY);
    assert_eq!(hosts.len(), MANY);
    hosts
}

/// A line for each host.
fn each(hosts: &[String], glue: &str, line: impl Fn(usize, &str) -> String) -> String {
    let lines: Vec<String> = hosts.iter().enumerate().map(|(at, host)| line(at, host)).collect();
    lines.join(glue)
}

/// Files that offer all hosts: what they are called and what they hold.
fn offers(hosts: &[String]) -> Vec<(&'static str, String)> {
    let wanted = ["ts array", "python dict", "yaml list", "json array"];
    let mut offers: Vec<(&'static str, String)> = tables::tables(hosts)
        .into_iter()
        .filter(|(name, _)| wanted.contains(name))
        .map(|(name, text)| (tables::file(name), text))
        .collect();
    let channel = |at: usize, host: &str| {
        format!(
            "  {{\"id\": {at}, \"type\": 8, \"name\": \"channel {at}\", \"key\": \"\", \"status\": 1, \"base_url\": \"https://{host}\", \"models\": \"gpt-4o\"}}"
        )
    };
    offers.push(("channels.json", format!("{{\"data\": [\n{}\n]}}\n", each(hosts, ",\n", channel))));
    let relay = |at: usize, host: &str| {
        format!("  {{\"name\": \"relay {at}\", \"url\": \"https://{host}/v1\", \"price\": 0.{at}, \"online\": true}}")
    };
    offers.push(("relays.json", format!("[\n{}\n]\n", each(hosts, ",\n", relay))));
    let plain = each(hosts, ",\n", |_, host| format!("    \"https://{host}/v1\""));
    offers.push(("hosts.json", format!("{{\n  \"relays\": [\n{plain}\n  ]\n}}\n")));
    let channel_types = each(hosts, "\n", |at, host| format!("\t\"https://{host}\", // {at}"));
    offers.push(("url.go", format!("package channeltype\n\nvar ChannelBaseURLs = []string{{\n{channel_types}\n}}\n")));
    offers
}

/// The same file with the first of the hosts made active in it.
fn made_active(path: &str, text: &str, host: &str) -> Option<String> {
    Some(match path {
        "presets.ts" => {
            format!(
                "{text}\nexport const client = new OpenAI({{ apiKey: process.env.LLM_KEY, baseURL: \"https://{host}/v1\" }});\n"
            )
        }
        "presets.py" => {
            format!("{text}\n\nclient = OpenAI(api_key=os.environ[\"LLM_KEY\"], base_url=\"https://{host}/v1\")\n")
        }
        "presets.yaml" => format!("openai:\n  model: gpt-4o\n  base_url: https://{host}/v1\n{text}"),
        "presets.json" => text.replacen(
            '{',
            &format!("{{\"openai\": {{\"model\": \"gpt-4o\", \"baseURL\": \"https://{host}/v1\"}},\n"),
            1,
        ),
        _ => return None,
    })
}

/// What is said of endpoints above low, as `rule host severity path`.
fn above_low(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut lines = Vec::new();
    for finding in findings(report) {
        let above = |place: &&Value| !["low", "info"].contains(&place["severity"].as_str().unwrap_or("?"));
        lines.extend(occurrences(finding).iter().filter(above).map(|place| {
            format!(
                "{} {} {} {}",
                text(&finding["rule"]),
                text(&finding["endpoint"]["host"]),
                text(&place["severity"]),
                text(&place["path"])
            )
        }));
    }
    lines
}

#[test]
fn tables_of_relays_say_nothing_above_low() {
    let hosts = hosts();
    let tree = Tree::new();
    let offers = offers(&hosts);
    for (path, text) in &offers {
        tree.write(&format!("src/{path}"), text);
    }
    let report = report(tree.path());
    assert_eq!(above_low(&report), Vec::<String>::new());
    // Not by looking away: every host is seen, each in its place.
    for (path, _) in &offers {
        let path = format!("src/{path}");
        let here = |finding: &&Value| occurrences(finding).iter().any(|place| place["path"] == path.as_str());
        let seen = findings(&report).iter().filter(here).count();
        assert!(seen >= MANY * 9 / 10, "{path}: {seen} hosts");
    }
}

#[test]
fn a_preset_that_a_config_makes_active_is_the_one_finding() {
    let hosts = hosts();
    let active = &hosts[0];
    let configs = [
        (".env", format!("OPENAI_BASE_URL=https://{active}/v1\n")),
        ("config.yaml", format!("openai:\n  model: gpt-4o\n  base_url: https://{active}/v1\n")),
        ("settings.json", format!("{{\"openai\": {{\"model\": \"gpt-4o\", \"baseURL\": \"https://{active}/v1\"}}}}\n")),
        ("config.toml", format!("[openai]\nmodel = \"gpt-4o\"\nbase_url = \"https://{active}/v1\"\n")),
    ];
    for (path, text) in configs {
        let tree = Tree::new();
        for (path, text) in offers(&hosts) {
            tree.write(&format!("src/{path}"), text);
        }
        tree.write(path, text);
        assert_eq!(above_low(&report(tree.path())), [format!("relay-endpoint {active} high {path}")]);
    }
}

#[test]
fn a_preset_that_is_made_active_in_the_same_file_is_the_one_finding() {
    let hosts = hosts();
    let active = &hosts[0];
    let mut wrong = Vec::new();
    for (path, text) in offers(&hosts) {
        let Some(text) = made_active(path, &text, active) else { continue };
        let got = above_low(&report(Tree::one(path, text).path()));
        if got != [format!("relay-endpoint {active} high {path}")] {
            wrong.push(format!("{path}: {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
